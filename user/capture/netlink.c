/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/socket.h>

#define BUFFER_BYTES 65536 /* one read; the kernel fills at most 32 KB */

int yg_netlink_open(int family, uint32_t groups, int *ret)
{
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = groups };
	YG_CLEANUP_CLOSE int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, family);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	*ret = YG_TAKE_FD(fd);
	return 0;
}

int yg_netlink_open_in(int netns_fd, int family, int *ret)
{
	YG_CLEANUP_CLOSE int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	YG_CLEANUP_CLOSE int fd = -1;
	int r;

	if (home < 0 || setns(netns_fd, CLONE_NEWNET))
		return -errno;
	r = yg_netlink_open(family, 0, &fd);
	if (setns(home, CLONE_NEWNET))
		return -errno;
	if (r == 0)
		*ret = YG_TAKE_FD(fd);
	return r;
}

static int send_request(int fd, struct nlmsghdr *request, unsigned int flags)
{
	request->nlmsg_flags |= (uint16_t)(NLM_F_REQUEST | flags);
	return send(fd, request, request->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* The next part. Return: its bytes, above 0; -errno. */
static ssize_t receive(int fd, char *buffer)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t len;

		if (poll(&poller, 1, YG_NETLINK_ANSWER_MS) == 0)
			return -ETIMEDOUT;
		len = recv(fd, buffer, BUFFER_BYTES, MSG_DONTWAIT);
		if (len < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (len == 0)
			return -EPROTO;
		return len < 0 ? -errno : len;
	}
}

static int read_error(const struct nlmsghdr *head)
{
	const struct nlmsgerr *err = NLMSG_DATA(head);

	return head->nlmsg_len < NLMSG_LENGTH(sizeof(*err)) ? -EPROTO : err->error;
}

/* The end of a dump says how it ended. */
static int read_end(const struct nlmsghdr *head)
{
	const int *result = NLMSG_DATA(head);

	return head->nlmsg_len >= NLMSG_LENGTH(sizeof(*result)) && *result < 0 ? *result : 1;
}

/* Return: 1 at the end of the dump; 0 to read on; -errno from the kernel. */
static int take_part(const char *buffer, size_t len, yg_netlink_fn fn, void *ctx, bool *changed)
{
	const struct nlmsghdr *head = (const void *)buffer;

	for (; NLMSG_OK(head, len); head = NLMSG_NEXT(head, len)) {
		*changed |= head->nlmsg_flags & NLM_F_DUMP_INTR;
		if (head->nlmsg_type == NLMSG_DONE)
			return read_end(head);
		if (head->nlmsg_type == NLMSG_ERROR)
			return read_error(head);
		fn(ctx, head);
	}
	return 0;
}

int yg_netlink_dump(int fd, struct nlmsghdr *request, yg_netlink_fn fn, void *ctx)
{
	YG_CLEANUP_FREE char *buffer = malloc(BUFFER_BYTES);
	bool changed = false;
	int r;

	if (!buffer)
		return -ENOMEM;
	r = send_request(fd, request, NLM_F_DUMP);
	while (r == 0) {
		ssize_t len = receive(fd, buffer);

		if (len < 0)
			return (int)len;
		r = take_part(buffer, (size_t)len, fn, ctx, &changed);
	}
	if (r < 0)
		return r;
	return changed ? -EINTR : 0;
}

int yg_netlink_order(int fd, struct nlmsghdr *request)
{
	YG_CLEANUP_FREE char *buffer = malloc(BUFFER_BYTES);
	const struct nlmsghdr *head = (const void *)buffer;
	ssize_t len;
	int r;

	if (!buffer)
		return -ENOMEM;
	r = send_request(fd, request, NLM_F_ACK);
	if (r)
		return r;
	len = receive(fd, buffer);
	if (len < 0)
		return (int)len;
	if ((size_t)len < sizeof(*head) || head->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return read_error(head);
}
