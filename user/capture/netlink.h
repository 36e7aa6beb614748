/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: a question to the kernel over netlink, and its answers.
 *
 *	request ──► part, part, ... DONE	a dump
 *	request ──► ERROR 0 or -errno		an order
 *
 * Lengths are checked, although the kernel wrote them. Source: netlink(7).
 */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

#define YG_NETLINK_ANSWER_MS 1000 /* the kernel's time for the next part */

/* One message of a dump, whole; at least a header. */
typedef void (*yg_netlink_fn)(void *ctx, const struct nlmsghdr *head);

/**
 * yg_netlink_open() - a socket of a family, close-on-exec and non-blocking.
 * @groups: of changes that it is told; 0: none.
 * Return: 0; -errno.
 */
YG_MUST_CHECK int yg_netlink_open(int family, uint32_t groups, int *ret);

/**
 * yg_netlink_open_in() - a socket that asks another network namespace.
 * @netns_fd: the namespace. This thread enters it for two system calls, and comes back.
 * Return: 0; -EPERM without CAP_SYS_ADMIN; -errno.
 */
YG_MUST_CHECK int yg_netlink_open_in(int netns_fd, int family, int *ret);

/**
 * yg_netlink_dump() - ask, and hand on every message until the end.
 * @request: nlmsg_len bytes; NLM_F_REQUEST and NLM_F_DUMP are set here.
 *
 * What was dumped may have changed meanwhile: rows are then missing or there twice, and the kernel
 * says so. The answer is read to its end all the same, so that @fd can be asked again.
 *
 * Return: 0; -EINTR it changed: what @fn got is no picture, ask again; -ETIMEDOUT no answer in
 *	time; -EPROTO bytes that are no answer; -ENOMEM; -errno of the socket or of the kernel.
 */
YG_MUST_CHECK int yg_netlink_dump(int fd, struct nlmsghdr *request, yg_netlink_fn fn, void *ctx);

/**
 * yg_netlink_order() - have one thing done.
 * @request: nlmsg_len bytes; NLM_F_REQUEST and NLM_F_ACK are set here.
 * Return: 0 done; -ETIMEDOUT; -EPROTO; -errno of the socket or of the kernel.
 */
YG_MUST_CHECK int yg_netlink_order(int fd, struct nlmsghdr *request);
