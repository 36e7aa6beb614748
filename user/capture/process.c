/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/{comm,ns/net,cgroup} against the scope. */
#include "capture/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define CGROUP_TEXT_CAP 8192 /* a path of 4 KB and the lines of cgroup v1 before it */
#define LEVELS_MAX	32   /* of the cgroup tree looked at */

/* Read a small file whole. Return: its bytes, NUL-terminated in @ret; -1. */
static ssize_t read_text(int dir_fd, const char *name, char *ret, size_t cap)
{
	YG_CLEANUP_CLOSE int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, ret, cap - 1);

	ret[len > 0 ? len : 0] = '\0';
	return len;
}

static bool has_comm(int dir_fd, const struct yg_scope *scope)
{
	char comm[64];
	ssize_t len = read_text(dir_fd, "comm", comm, sizeof(comm));

	if (len <= 0)
		return false;
	/* A name may hold newlines; only the last byte is the kernel's. */
	if (comm[len - 1] == '\n')
		comm[len - 1] = '\0';
	return yg_scope_has_comm(scope, comm);
}

static bool has_netns(int dir_fd, const struct yg_scope *scope)
{
	struct stat st;

	return fstatat(dir_fd, "ns/net", &st, 0) == 0 &&
	       yg_scope_has_netns(scope, (uint32_t)st.st_ino);
}

/* The path behind "0::" on a line of its own, NULL if there is none. */
static char *find_path(char *text)
{
	char *line = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
	char *path, *end;

	if (!line)
		return NULL;
	path = strchr(line, '/');
	end = strchr(path, '\n');
	if (end)
		*end = '\0';
	return path;
}

/* The cgroup itself or one above it. */
static bool has_cgroup(int dir_fd, int cgroup_fd, const struct yg_scope *scope)
{
	char text[CGROUP_TEXT_CAP], *path;

	if (cgroup_fd < 0 || read_text(dir_fd, "cgroup", text, sizeof(text)) <= 0)
		return false;
	path = find_path(text);
	if (!path || strstr(path, "/.."))
		return false;
	for (int level = 0; level < LEVELS_MAX; level++) {
		struct stat st;
		char *slash;

		if (fstatat(cgroup_fd, path[1] ? path + 1 : ".", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    yg_scope_has_cgroup(scope, st.st_ino))
			return true;
		slash = strrchr(path, '/');
		if (!slash || path[1] == '\0')
			return false;
		slash[slash == path] = '\0';
	}
	return false;
}

bool yg_process_in_scope(int dir_fd, int cgroup_fd, const struct yg_scope *scope)
{
	uint32_t bits = scope ? yg_scope_bits(scope) : 0;

	if ((bits & YG_SCOPE_COMM) && !has_comm(dir_fd, scope))
		return false;
	if ((bits & YG_SCOPE_NETNS) && !has_netns(dir_fd, scope))
		return false;
	return !(bits & YG_SCOPE_CGROUP) || has_cgroup(dir_fd, cgroup_fd, scope);
}

void yg_process_comm(int dir_fd, char ret[YG_COMM_LEN])
{
	ssize_t len = read_text(dir_fd, "comm", ret, YG_COMM_LEN);

	if (len > 0 && ret[len - 1] == '\n')
		ret[len - 1] = '\0';
	for (char *c = ret; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			*c = '?';
	}
}
