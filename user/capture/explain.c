/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/explain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/maps.h"
#include "capture/process.h"

struct look {
	int dir_fd;
	struct yg_known *known;
	struct yg_explanation *ret;
};

/* Names come from processes: what does not print becomes '?'. */
static void copy_name(const char *name, size_t len, char ret[YG_EXPLAIN_NAME_CAP])
{
	if (len >= YG_EXPLAIN_NAME_CAP)
		len = YG_EXPLAIN_NAME_CAP - 1;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		ret[i] = name[i];
		if (c < 0x20 || c >= 0x7f)
			ret[i] = '?';
	}
	ret[len] = '\0';
}

/* A gap says more than an attached file: a program may hold both. */
static void take_mapping(void *ctx, const struct yg_mapping *mapping)
{
	struct look *look = ctx;
	struct yg_explanation *ret = look->ret;
	const struct yg_file *file;
	enum yg_explained what;
	char path[64];
	struct stat st;

	if (!mapping->executable || !mapping->inode || ret->what == YG_EXPLAINED_GAP)
		return;
	(void)snprintf(path, sizeof(path), "map_files/%jx-%jx", (uintmax_t)mapping->start,
		       (uintmax_t)mapping->end);
	if (fstatat(look->dir_fd, path, &st, 0))
		return;
	file = yg_known_find(look->known, &st);
	if (!file || (file->state != YG_FILE_TLS && !file->gap))
		return;
	what = file->state == YG_FILE_TLS ? YG_EXPLAINED_ATTACHED : YG_EXPLAINED_GAP;
	if (what == ret->what)
		return;
	ret->what = what;
	ret->gap = what == YG_EXPLAINED_GAP ? (enum yg_gap)file->gap : YG_GAP_NONE;
	ret->dev = file->dev;
	ret->ino = file->ino;
	copy_name(mapping->name.ptr, mapping->name.len, ret->name);
}

static void name_program(int dir_fd, struct yg_explanation *ret)
{
	char target[YG_EXPLAIN_NAME_CAP];
	ssize_t len = readlinkat(dir_fd, "exe", target, sizeof(target));

	if (len > 0)
		copy_name(target, (size_t)len, ret->name);
}

int yg_explain(int proc_fd, struct yg_known *known, pid_t pid, struct yg_explanation *ret)
{
	struct yg_explanation explanation = { .what = YG_EXPLAINED_UNKNOWN };
	struct look look = { .known = known, .ret = &explanation };
	YG_CLEANUP_CLOSE int dir_fd = -1;
	YG_CLEANUP_CLOSE int maps_fd = -1;
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", pid);
	dir_fd = openat(proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return -ESRCH;
	maps_fd = openat(dir_fd, "maps", O_RDONLY | O_CLOEXEC);
	if (maps_fd < 0)
		return -ESRCH;
	look.dir_fd = dir_fd;
	yg_process_comm(dir_fd, explanation.comm);
	if (yg_mappings_each(maps_fd, take_mapping, &look) < 0)
		return -ESRCH;
	if (explanation.what == YG_EXPLAINED_UNKNOWN)
		name_program(dir_fd, &explanation);
	*ret = explanation;
	return 0;
}
