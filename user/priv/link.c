/* SPDX-License-Identifier: GPL-2.0-only */
#include "priv/link.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#define NS_PER_MS 1000000LL
#define MS_PER_S  1000LL

static void widen(int fd, size_t room)
{
	int bytes = room > INT_MAX / 2 ? INT_MAX / 2 : (int)room;

	/* Both are wishes: a smaller buffer loses feed messages earlier, and counts them. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

int yg_link_pair(size_t room, int ret[2])
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds))
		return -errno;
	for (int i = 0; i < 2; i++) {
		if (room > 0)
			widen(fds[i], room);
		ret[i] = fds[i];
	}
	return 0;
}

int yg_link_send(int fd, const void *data, size_t len)
{
	ssize_t n;

	/* An empty message could not be told from the end of the link. */
	if (len == 0 || len > YG_LINK_MESSAGE_MAX)
		return -EMSGSIZE;
	do {
		n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 0;
	if (errno == EWOULDBLOCK || errno == ENOBUFS)
		return -EAGAIN;
	return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
}

ssize_t yg_link_receive(int fd, void *ret, size_t cap)
{
	ssize_t n;

	do {
		/* MSG_TRUNC: the true length comes back, so that a cut message is known. */
		n = recv(fd, ret, cap, MSG_DONTWAIT | MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return -EPIPE;
	if (n < 0)
		return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
	return (size_t)n > cap ? -EMSGSIZE : n;
}

size_t yg_link_each(int fd, void *buf, size_t cap, size_t max, yg_link_fn fn, void *ctx)
{
	size_t count;

	for (count = 0; count < max; count++) {
		ssize_t len = yg_link_receive(fd, buf, cap);

		if (len < 0 && len != -EMSGSIZE)
			break;
		if (len > 0)
			fn(ctx, buf, (size_t)len);
	}
	return count;
}

static long long now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

int yg_link_wait(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	long long end = now_ms() + timeout_ms;
	long long left = timeout_ms;
	int r;

	for (;;) {
		r = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
		if (r > 0)
			return 0;
		if (r == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
		left = end - now_ms();
	}
}
