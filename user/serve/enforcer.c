/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/enforcer.h"

#include <errno.h>

#include "priv/link.h"

struct waiter {
	yg_enforcer_fn fn; /* NULL: the place is free */
	void *ctx;
	uint64_t deadline_ns;
	uint32_t cookie;
	uint32_t kind;
};

struct yg_enforcer {
	int fd;
	uint32_t cookie; /* of the last request */
	uint64_t strays;
	struct waiter waiters[YG_ENFORCER_PENDING_MAX];
};

int yg_enforcer_new(int fd, struct yg_enforcer **ret)
{
	struct yg_enforcer *enforcer = calloc(1, sizeof(*enforcer));

	if (!enforcer)
		return -ENOMEM;
	enforcer->fd = fd;
	*ret = enforcer;
	return 0;
}

/* The place is free before fn runs: fn may ask again. */
static void tell(struct waiter *waiter, const struct yg_reply *reply)
{
	struct waiter taken = *waiter;

	waiter->fn = NULL;
	taken.fn(taken.ctx, reply);
}

void yg_enforcer_free(struct yg_enforcer **enforcer)
{
	if (!*enforcer)
		return;
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX; i++) {
		if ((*enforcer)->waiters[i].fn)
			tell(&(*enforcer)->waiters[i], NULL);
	}
	free(*enforcer);
	*enforcer = NULL;
}

int yg_enforcer_ask(struct yg_enforcer *enforcer, const struct yg_request *request, uint64_t now_ns,
		    yg_enforcer_fn fn, void *ctx)
{
	struct yg_request asked = *request;
	struct waiter *waiter = NULL;
	int r;

	if (enforcer->fd < 0)
		return -EPIPE;
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX && !waiter; i++) {
		if (!enforcer->waiters[i].fn)
			waiter = &enforcer->waiters[i];
	}
	if (!waiter)
		return -EAGAIN;
	asked.cookie = ++enforcer->cookie;
	r = yg_link_send(enforcer->fd, &asked, sizeof(asked));
	if (r)
		return r == -EAGAIN ? -EAGAIN : -EPIPE;
	*waiter = (struct waiter){ fn, ctx, now_ns + YG_ENFORCER_TIMEOUT_NS, asked.cookie,
				   asked.kind };
	return 0;
}

static void take_reply(struct yg_enforcer *enforcer, const struct yg_reply *reply, uint64_t now_ns)
{
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX; i++) {
		struct waiter *waiter = &enforcer->waiters[i];

		if (!waiter->fn || waiter->cookie != reply->cookie || waiter->kind != reply->kind)
			continue;
		if (reply->kind == YG_REQUEST_LIST && reply->result == YG_RESULT_OK) {
			/* A long list is an enforcer at work. */
			waiter->deadline_ns = now_ns + YG_ENFORCER_TIMEOUT_NS;
			waiter->fn(waiter->ctx, reply);
		} else {
			tell(waiter, reply);
		}
		return;
	}
	enforcer->strays++;
}

void yg_enforcer_step(struct yg_enforcer *enforcer, uint64_t now_ns)
{
	for (int i = 0; i < YG_ENFORCER_REPLIES_STEP && enforcer->fd >= 0; i++) {
		struct yg_reply reply;
		ssize_t len = yg_link_receive(enforcer->fd, &reply, sizeof(reply));

		if (len == -EPIPE)
			enforcer->fd = -1;
		if (len == -EAGAIN || len == -EPIPE)
			break;
		if (len == (ssize_t)sizeof(reply))
			take_reply(enforcer, &reply, now_ns);
		else
			enforcer->strays++;
	}
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX; i++) {
		if (enforcer->waiters[i].fn && now_ns >= enforcer->waiters[i].deadline_ns)
			tell(&enforcer->waiters[i], NULL);
	}
}

int yg_enforcer_fd(const struct yg_enforcer *enforcer)
{
	return enforcer->fd;
}

uint64_t yg_enforcer_strays(const struct yg_enforcer *enforcer)
{
	return enforcer->strays;
}
