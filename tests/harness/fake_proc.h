/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory that looks like /proc, for tests of discovery. One translation unit includes it. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

struct fake_proc {
	char root[64];
};

static inline void fake_proc_write(const struct fake_proc *proc, const char *name, const void *data,
				   size_t len)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", proc->root, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(close(fd), 0);
}

static inline void fake_proc_mkdir(const struct fake_proc *proc, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", proc->root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static inline void fake_proc_make(struct fake_proc *proc)
{
	(void)snprintf(proc->root, sizeof(proc->root), "/tmp/yg-proc-XXXXXX");
	assert_non_null(mkdtemp(proc->root));
}

/* A process: its name, a cgroup, the network namespace of this process, no mappings. */
static inline void fake_proc_add(const struct fake_proc *proc, int pid, const char *comm)
{
	char name[64], line[64], path[512];

	(void)snprintf(name, sizeof(name), "%d", pid);
	fake_proc_mkdir(proc, name);
	(void)snprintf(name, sizeof(name), "%d/map_files", pid);
	fake_proc_mkdir(proc, name);
	(void)snprintf(name, sizeof(name), "%d/ns", pid);
	fake_proc_mkdir(proc, name);
	(void)snprintf(path, sizeof(path), "%s/%d/ns/net", proc->root, pid);
	assert_int_equal(symlink("/proc/self/ns/net", path), 0);
	(void)snprintf(name, sizeof(name), "%d/comm", pid);
	(void)snprintf(line, sizeof(line), "%s\n", comm);
	fake_proc_write(proc, name, line, strlen(line));
	(void)snprintf(name, sizeof(name), "%d/cgroup", pid);
	fake_proc_write(proc, name, "1:cpu:/old\n0::/a/b\n", 19);
	(void)snprintf(name, sizeof(name), "%d/maps", pid);
	fake_proc_write(proc, name, "", 0);
}

/* The process maps one file, executable, at 0x1000; @name is what it calls it. */
static inline void fake_proc_map(const struct fake_proc *proc, int pid, const char *file,
				 const char *name)
{
	char maps[64], path[512], line[512];

	(void)snprintf(maps, sizeof(maps), "%d/maps", pid);
	(void)snprintf(line, sizeof(line), "00001000-00002000 r-xp 00000000 08:01 42 %s\n", name);
	fake_proc_write(proc, maps, line, strlen(line));
	(void)snprintf(path, sizeof(path), "%s/%d/map_files/1000-2000", proc->root, pid);
	(void)unlink(path);
	assert_int_equal(symlink(file, path), 0);
}

static inline void fake_proc_unmap(const struct fake_proc *proc, int pid)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%d/maps", pid);
	fake_proc_write(proc, name, "", 0);
}

static inline int fake_proc_remove(const char *path, const struct stat *st, int type,
				   struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void fake_proc_clean(struct fake_proc *proc)
{
	assert_int_equal(nftw(proc->root, fake_proc_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}
