/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/enforcer.h"

#include <errno.h>

#include "priv/link.h"

struct waiter {
	yg_enforcer_fn fn; /* NULL: the place is free */
	void *ctx;
	uint64_t deadline_ns;
	struct yg_request request; /* as it is sent */
	bool sent;		   /* false: a list that waits for the one before it */
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

/* Send the next list that waits. One at a time: the enforcer begins anew at every request. */
static void send_list(struct yg_enforcer *enforcer)
{
	struct waiter *next = NULL;

	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX; i++) {
		struct waiter *waiter = &enforcer->waiters[i];

		if (!waiter->fn || waiter->request.kind != YG_REQUEST_LIST)
			continue;
		if (waiter->sent)
			return;
		/* Cookies say who came first. */
		if (!next || waiter->request.cookie - next->request.cookie > UINT32_MAX / 2)
			next = waiter;
	}
	if (next)
		next->sent = yg_link_send(enforcer->fd, &next->request, sizeof(next->request)) == 0;
}

/* The place is free before fn runs: fn may ask again. */
static void tell(struct yg_enforcer *enforcer, struct waiter *waiter, const struct yg_reply *reply)
{
	struct waiter taken = *waiter;

	waiter->fn = NULL;
	if (taken.request.kind == YG_REQUEST_LIST && enforcer->fd >= 0)
		send_list(enforcer);
	taken.fn(taken.ctx, reply);
}

void yg_enforcer_free(struct yg_enforcer **enforcer)
{
	if (!*enforcer)
		return;
	(*enforcer)->fd = -1;
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX; i++) {
		if ((*enforcer)->waiters[i].fn)
			tell(*enforcer, &(*enforcer)->waiters[i], NULL);
	}
	free(*enforcer);
	*enforcer = NULL;
}

int yg_enforcer_ask(struct yg_enforcer *enforcer, const struct yg_request *request, uint64_t now_ns,
		    yg_enforcer_fn fn, void *ctx)
{
	struct waiter *waiter = NULL;
	int r = 0;

	if (enforcer->fd < 0)
		return -EPIPE;
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX && !waiter; i++) {
		if (!enforcer->waiters[i].fn)
			waiter = &enforcer->waiters[i];
	}
	if (!waiter)
		return -EAGAIN;
	*waiter = (struct waiter){ .deadline_ns = now_ns + YG_ENFORCER_TIMEOUT_NS,
				   .request = *request };
	waiter->request.cookie = ++enforcer->cookie;
	if (request->kind != YG_REQUEST_LIST) {
		r = yg_link_send(enforcer->fd, &waiter->request, sizeof(waiter->request));
		waiter->sent = true;
	}
	if (r)
		return r == -EAGAIN ? -EAGAIN : -EPIPE;
	waiter->fn = fn;
	waiter->ctx = ctx;
	if (request->kind == YG_REQUEST_LIST)
		send_list(enforcer);
	return 0;
}

static void take_reply(struct yg_enforcer *enforcer, const struct yg_reply *reply, uint64_t now_ns)
{
	for (size_t i = 0; i < YG_ENFORCER_PENDING_MAX; i++) {
		struct waiter *waiter = &enforcer->waiters[i];

		if (!waiter->fn || waiter->request.cookie != reply->cookie ||
		    waiter->request.kind != reply->kind)
			continue;
		if (reply->kind == YG_REQUEST_LIST && reply->result == YG_RESULT_OK) {
			/* A long list is an enforcer at work. */
			waiter->deadline_ns = now_ns + YG_ENFORCER_TIMEOUT_NS;
			waiter->fn(waiter->ctx, reply);
		} else {
			tell(enforcer, waiter, reply);
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
			tell(enforcer, &enforcer->waiters[i], NULL);
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
