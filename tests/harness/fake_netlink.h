/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's end of a netlink socket: answers are put together here and wait to be read. */
#pragma once

#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "core/macros.h"
#include "test.h"

struct fake_netlink {
	int ours, theirs;
	size_t len;
	_Alignas(struct nlmsghdr) char part[1024]; /* not sent yet */
};

#define FAKE_NETLINK(name)                                                                      \
	YG_CLEANUP(fake_netlink_close) struct fake_netlink name = { .ours = -1, .theirs = -1 }; \
	fake_netlink_open(&name)

static inline void fake_netlink_open(struct fake_netlink *fake)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	fake->ours = fds[0];
	fake->theirs = fds[1];
}

static inline void fake_netlink_close(struct fake_netlink *fake)
{
	yg_closep(&fake->ours);
	yg_closep(&fake->theirs);
}

/* One message of the part that is sent next. */
static inline void fake_netlink_put(struct fake_netlink *fake, uint16_t type, unsigned int flags,
				    const void *body, size_t len)
{
	struct nlmsghdr head = { .nlmsg_len = (uint32_t)NLMSG_LENGTH(len),
				 .nlmsg_type = type,
				 .nlmsg_flags = (uint16_t)flags };

	assert_true(fake->len + NLMSG_SPACE(len) <= sizeof(fake->part));
	memcpy(fake->part + fake->len, &head, sizeof(head));
	memcpy(fake->part + fake->len + NLMSG_HDRLEN, body, len);
	fake->len += NLMSG_SPACE(len);
}

static inline void fake_netlink_send(struct fake_netlink *fake)
{
	assert_int_equal(send(fake->theirs, fake->part, fake->len, 0), fake->len);
	fake->len = 0;
}

static inline void fake_netlink_end(struct fake_netlink *fake, unsigned int flags, int result)
{
	fake_netlink_put(fake, NLMSG_DONE, flags, &result, sizeof(result));
	fake_netlink_send(fake);
}

static inline void fake_netlink_error(struct fake_netlink *fake, int error)
{
	struct nlmsgerr body = { .error = error };

	fake_netlink_put(fake, NLMSG_ERROR, 0, &body, sizeof(body));
	fake_netlink_send(fake);
}
