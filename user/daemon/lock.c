/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "daemon/clock.h"

#define RETRY_MS 5

static pid_t read_holder(int fd)
{
	char text[16] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	char *end;
	long pid;

	if (len <= 0)
		return 0;
	pid = strtol(text, &end, 10);
	return end != text && *end == '\n' && pid > 1 ? (pid_t)pid : 0;
}

int yg_lock_take(int dir_fd, int *ret_fd, pid_t *ret_holder)
{
	int fd YG_CLEANUP_CLOSE =
		openat(dir_fd, YG_LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	char text[16];
	int len;

	if (fd < 0 || fchmod(fd, 0600))
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return -errno;
		*ret_holder = read_holder(fd);
		return -EBUSY;
	}
	len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len)
		return errno ? -errno : -EIO;
	*ret_fd = YG_TAKE_FD(fd);
	return 0;
}

int yg_lock_pins(const char *path, int *ret_fd)
{
	int fd YG_CLEANUP_CLOSE = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	*ret_fd = YG_TAKE_FD(fd);
	return 0;
}

static int ask_to_end(pid_t holder)
{
	int fd YG_CLEANUP_CLOSE = (int)syscall(SYS_pidfd_open, holder, 0);

	if (fd < 0)
		return -errno;
	return syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) ? -errno : 0;
}

int yg_lock_replace(int dir_fd, uint32_t timeout_ms, int *ret_fd)
{
	uint64_t end_ns = yg_monotonic_ns() + timeout_ms * YG_NS_PER_MS;
	pid_t asked = 0;
	pid_t holder = 0;
	int r;

	for (;;) {
		r = yg_lock_take(dir_fd, ret_fd, &holder);
		if (r != -EBUSY)
			return r;
		if (holder != 0 && holder != asked) {
			r = ask_to_end(holder);
			if (r)
				return r;
			asked = holder;
		}
		if (yg_monotonic_ns() >= end_ns)
			return -ETIMEDOUT;
		(void)poll(NULL, 0, RETRY_MS); /* flock(2) has no wait with an end */
	}
}
