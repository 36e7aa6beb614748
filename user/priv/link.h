/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Socket pairs between roles: whole messages, in order, never a wait without an end.
 *
 * SOCK_SEQPACKET keeps the bounds of messages and says when one was cut. The warden makes every
 * pair before the roles start and keeps both ends, so that a role that is restarted finds its
 * socket with the messages still in it. No fd crosses a link: roles inherit theirs.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "core/macros.h"

#define YG_LINK_MESSAGE_MAX 65536u /* bytes; a feed message; longer ones are refused */

/**
 * yg_link_pair() - make a connected pair, close-on-exec and non-blocking.
 * @room: bytes of kernel buffer per direction; 0: the system's default. More than the system's
 *	limit needs CAP_NET_ADMIN and is cut to the limit without it.
 * @ret: [2] the two ends, the caller's to close.
 *
 * Return: 0; -EMFILE, -ENFILE, -ENOMEM of socketpair(2).
 */
YG_MUST_CHECK int yg_link_pair(size_t room, int ret[2]);

/**
 * yg_link_send() - send one message or nothing, at once.
 *
 * Return: 0; -EAGAIN the peer is too slow: the message was not sent, count it; -EMSGSIZE empty or
 *	longer than YG_LINK_MESSAGE_MAX or than the buffer; -EPIPE no peer.
 */
YG_MUST_CHECK int yg_link_send(int fd, const void *data, size_t len);

/**
 * yg_link_receive() - take one message, at once.
 * @ret: [cap] the message; undefined on failure.
 *
 * Return: its length, above 0; -EAGAIN there is none; -EMSGSIZE it was longer than @cap and is
 *	gone; -EPIPE the peer is gone.
 */
YG_MUST_CHECK ssize_t yg_link_receive(int fd, void *ret, size_t cap);

/* What a receiver does with one message of @len bytes; @data is the buffer that it gave. */
typedef void (*yg_link_fn)(void *ctx, const void *data, size_t len);

/**
 * yg_link_each() - take the messages that wait, but no more than a turn's worth.
 * @buf: [cap] room for one message.
 * @max: messages of one turn: who sends without end does not keep the receiver from its own work.
 *
 * A message longer than @cap is passed over, and counts.
 *
 * Return: messages taken; @max means that more may wait.
 */
size_t yg_link_each(int fd, void *buf, size_t cap, size_t max, yg_link_fn fn, void *ctx);

/**
 * yg_link_wait() - until @fd can be read, or @timeout_ms has passed.
 *
 * Return: 0 it can be read (or the peer is gone: receive says); -ETIMEDOUT; -errno of poll(2).
 */
YG_MUST_CHECK int yg_link_wait(int fd, int timeout_ms);
