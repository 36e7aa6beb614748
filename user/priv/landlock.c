/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access rights by ABI. The numbers are the kernel's; Debian 12's headers stop at ABI 2.
 *
 *	1 (5.13)  files: execute .. make symlink	4 (6.7)   TCP bind, connect
 *	2 (5.19)  rename across directories		5 (6.10)  ioctl of devices
 *	3 (6.2)   truncate				6 (6.12)  abstract sockets, signals outside
 *
 * Source: Documentation/userspace-api/landlock.rst
 */
#include "priv/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_ABI_1     ((1ull << 13) - 1)
#define FS_REFER     (1ull << 13)
#define FS_TRUNCATE  (1ull << 14)
#define FS_IOCTL_DEV (1ull << 15)
#define NET_ALL	     3ull /* bind, connect */
#define SCOPE_ALL    3ull /* abstract sockets, signals */

#define FS_READ	    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_OF_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)
#define FS_WRITE                                                                   \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |            \
	 LANDLOCK_ACCESS_FS_MAKE_REG | FS_REFER | FS_TRUNCATE)

/* struct landlock_ruleset_attr as of ABI 6; older kernels are given its beginning. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct level {
	struct ruleset handled;
	size_t size; /* bytes of struct ruleset that this ABI knows */
};

static struct level level_from_abi(int abi)
{
	struct level level = { .handled = { .fs = FS_ABI_1 }, .size = sizeof(uint64_t) };

	if (abi >= 2)
		level.handled.fs |= FS_REFER;
	if (abi >= 3)
		level.handled.fs |= FS_TRUNCATE;
	if (abi >= 4) {
		level.handled.net = NET_ALL;
		level.size = 2 * sizeof(uint64_t);
	}
	if (abi >= 5)
		level.handled.fs |= FS_IOCTL_DEV;
	if (abi >= 6) {
		level.handled.scoped = SCOPE_ALL;
		level.size = sizeof(struct ruleset);
	}
	return level;
}

static int add_path(int ruleset, const struct yg_sandbox_path *path, uint64_t handled)
{
	uint64_t wanted = path->writable ? FS_WRITE : FS_READ;
	struct landlock_path_beneath_attr rule = { .parent_fd = -1 };
	int fd YG_CLEANUP_CLOSE = open(path->path, O_PATH | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status))
		return -errno;
	/* Rights of directories on a file are refused by the kernel. */
	if (!S_ISDIR(status.st_mode))
		wanted &= FS_OF_FILES;
	rule.parent_fd = fd;
	rule.allowed_access = wanted & handled;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		return -errno;
	return 0;
}

int yg_landlock_open(const struct yg_sandbox_path *paths, int *ret_fd)
{
	int fd YG_CLEANUP_CLOSE = -1;
	struct level level;
	long abi;
	int r;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0 && errno != ENOSYS && errno != EOPNOTSUPP)
		return -errno;
	if (abi <= 0) {
		*ret_fd = -1;
		return 0;
	}
	level = level_from_abi((int)abi);
	/* The desk will speak to sinks over TCP; roles without paths speak to nobody. */
	if (paths)
		level.handled.net = 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &level.handled, level.size, 0);
	if (fd < 0)
		return -errno;
	for (; paths && paths->path; paths++) {
		r = add_path(fd, paths, level.handled.fs);
		if (r)
			return r;
	}
	*ret_fd = YG_TAKE_FD(fd);
	return (int)abi;
}

int yg_landlock_enter(int fd)
{
	if (fd < 0)
		return 0;
	return syscall(SYS_landlock_restrict_self, fd, 0) ? -errno : 0;
}
