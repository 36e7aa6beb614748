/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Established connections of a client that was just blocked: closed in this network namespace and
 * in those that processes live in, as far as the scope reaches.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "daemon/warden.h"

#define NAMESPACES_MAX 256u /* swept per kill; beyond: their connections run into their time-outs */

static bool is_number(const char *name)
{
	return name[0] >= '1' && name[0] <= '9';
}

static bool is_known(const ino_t *seen, size_t count, ino_t inode)
{
	for (size_t i = 0; i < count; i++) {
		if (seen[i] == inode)
			return true;
	}
	return false;
}

static void sweep_one(struct yg_warden *warden, int netns_fd, uint64_t now_ns)
{
	int r = yg_kill_sweep(warden->killer, netns_fd, now_ns);

	if (r)
		yg_log(YG_LOG_WARNING, "connections: cannot close: %s", strerror(-r));
}

/* A directory entry of /proc: its namespace, if new and in scope. */
static void sweep_process(struct yg_warden *warden, int proc_fd, const char *pid, ino_t *seen,
			  size_t *count, uint64_t now_ns)
{
	char path[64];
	int fd YG_CLEANUP_CLOSE = -1;
	struct stat status;

	(void)snprintf(path, sizeof(path), "%.20s/ns/net", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) || is_known(seen, *count, status.st_ino))
		return;
	seen[(*count)++] = status.st_ino;
	if (warden->scope->netns_count > 0 &&
	    !yg_scope_has_netns(warden->scope, (uint32_t)status.st_ino))
		return;
	sweep_one(warden, fd, now_ns);
}

void yg_connections_close(struct yg_warden *warden, uint64_t now_ns)
{
	ino_t seen[NAMESPACES_MAX];
	struct stat own;
	const struct dirent *entry;
	size_t count = 0;
	DIR *proc;

	if (!warden->killer)
		return; /* said at start */
	warden->sweeps++;
	sweep_one(warden, -1, now_ns);
	if (stat("/proc/self/ns/net", &own))
		return;
	seen[count++] = own.st_ino;
	proc = opendir("/proc");
	if (!proc)
		return;
	while (count < NAMESPACES_MAX && (entry = readdir(proc)) != NULL) {
		if (is_number(entry->d_name))
			sweep_process(warden, dirfd(proc), entry->d_name, seen, &count, now_ns);
	}
	(void)closedir(proc);
}
