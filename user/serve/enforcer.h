/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The desk's side of the link to the enforcer: requests go out with a cookie, replies come back by
 * it, and who waits is told once, whatever happens.
 */
#pragma once

#include <stdint.h>

#include "core/macros.h"
#include "priv/request.h"

#define YG_ENFORCER_PENDING_MAX	 64u
#define YG_ENFORCER_TIMEOUT_NS	 2000000000ull /* the enforcer is being restarted, or hangs */
#define YG_ENFORCER_REPLIES_STEP 4096	       /* taken per call: others want to be served too */

struct yg_enforcer;

/* Told for each block of a list (result OK), then once for the end; or once for any other. */
typedef void (*yg_enforcer_fn)(void *ctx, const struct yg_reply *reply);
/* @reply is NULL when no answer came in time. After it, or after the end, no call follows. */

/* @fd: borrowed; -1: every request fails. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_enforcer_new(int fd, struct yg_enforcer **ret);
/* Tells everyone who waits that no answer came. Accepts NULL inside. */
void yg_enforcer_free(struct yg_enforcer **enforcer);

/**
 * yg_enforcer_ask() - send a request; the cookie is chosen here.
 * @now_ns: monotonic.
 *
 * Return: 0 @fn will be told; -EAGAIN too many are waiting or the link is full; -EPIPE no link.
 */
YG_MUST_CHECK int yg_enforcer_ask(struct yg_enforcer *enforcer, const struct yg_request *request,
				  uint64_t now_ns, yg_enforcer_fn fn, void *ctx);

/* Take replies that have come, and give up what waits too long. */
void yg_enforcer_step(struct yg_enforcer *enforcer, uint64_t now_ns);
/* The link, -1 when there is none or its other end is gone. */
int yg_enforcer_fd(const struct yg_enforcer *enforcer);
/* Replies that nobody waited for, and malformed ones. */
uint64_t yg_enforcer_strays(const struct yg_enforcer *enforcer);
