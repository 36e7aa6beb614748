/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks that somebody asked for and that have not ended, but the kernel lost: asked for again.
 *
 *	each minute, from the first block on		a refusal that holds for all ends it; of an
 *							enforcer that only begins: soon again
 *	each second, RECONCILE_ROUND blocks further, until all were looked at
 */
#include <string.h>

#include "serve/private.h"

#define RECONCILE_MAX	  65536u /* blocks that are looked after; of more, the newest */
#define RECONCILE_FIRST	  64u
#define RECONCILE_NS	  (60 * YG_NS_PER_SECOND)
#define RECONCILE_SOON_NS (5 * YG_NS_PER_SECOND)	/* without an answer, or with "not yet" */
#define RECONCILE_ROUND	  (YG_ENFORCER_PENDING_MAX / 2) /* asked for at once: others ask, too */

/* A block of the store that has not ended. */
struct wanted {
	struct yg_prefix prefix;
	uint64_t finding;
	uint64_t expires_ns;
	bool present;
};

/* All of them, ticked off while the enforcer lists what it has. */
struct reconciliation {
	struct yg_desk *desk;
	size_t count, room;
	struct wanted *wanted; /* [room]; in order of prefix once all are there */
};

static void free_all(struct reconciliation **all)
{
	if (*all)
		free((*all)->wanted);
	free(*all);
	*all = NULL;
}

static bool grow(struct reconciliation *all)
{
	size_t room = all->room ? all->room * 2 : RECONCILE_FIRST;
	struct wanted *rows =
		room > RECONCILE_MAX ? NULL : reallocarray(all->wanted, room, sizeof(*rows));

	if (!rows)
		return false;
	all->wanted = rows;
	all->room = room;
	return true;
}

static void want_block(void *ctx, const struct yg_store_block *block)
{
	struct reconciliation *all = ctx;
	struct wanted wanted = { .finding = block->finding, .expires_ns = block->expires_ns };

	if (yg_prefix_from_text(block->prefix, &wanted.prefix) ||
	    (all->count == all->room && !grow(all)))
		return;
	all->wanted[all->count++] = wanted;
}

static int by_prefix(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));
}

static void pause_until(struct yg_desk *desk, uint64_t span_ns)
{
	desk->reconcile_ns = desk->options.monotonic_ns(desk->options.ctx) + span_ns;
}

/* What is protected by now concerns one block; any other refusal would be that of the next, too. */
static void take_answer(void *ctx, const struct yg_reply *reply)
{
	struct yg_desk *desk = ctx;

	if (reply && (reply->result == YG_RESULT_OK || reply->result == YG_RESULT_PROTECTED))
		return;
	desk->reconcile_at = 0;
	pause_until(desk,
		    reply && reply->result != YG_RESULT_UNREADY ? RECONCILE_NS : RECONCILE_SOON_NS);
}

/* It was judged when it was placed: nobody is counted anew. Return: was it sent? */
static bool ask_again(struct yg_desk *desk, const struct wanted *wanted, uint64_t epoch_ns)
{
	const struct yg_request request = {
		.kind = YG_REQUEST_BLOCK,
		.prefix = wanted->prefix,
		.reason = wanted->finding ? YG_REASON_APPROVED : YG_REASON_OPERATOR,
		.ttl_ns = wanted->expires_ns - epoch_ns,
		.finding = wanted->finding,
	};

	return yg_enforcer_ask(desk->enforcer, &request,
			       desk->options.monotonic_ns(desk->options.ctx), take_answer,
			       desk) == 0;
}

static void ask_for_missing(const struct reconciliation *all)
{
	uint64_t epoch_ns = all->desk->options.epoch_ns(all->desk->options.ctx);
	struct yg_desk *desk = all->desk;
	uint32_t left = RECONCILE_ROUND;

	for (; desk->reconcile_at < all->count; desk->reconcile_at++) {
		const struct wanted *wanted = &all->wanted[desk->reconcile_at];

		if (wanted->present || wanted->expires_ns <= epoch_ns + YG_NS_PER_SECOND)
			continue;
		if (left-- == 0 || !ask_again(desk, wanted, epoch_ns)) {
			pause_until(desk, YG_NS_PER_SECOND);
			return;
		}
	}
	desk->reconcile_at = 0;
}

static void on_present(void *ctx, const struct yg_reply *reply)
{
	struct reconciliation *all = ctx;

	if (reply && reply->result == YG_RESULT_OK) {
		const struct wanted key = { .prefix = reply->prefix };
		struct wanted *found =
			bsearch(&key, all->wanted, all->count, sizeof(key), by_prefix);

		if (found)
			found->present = true;
		return;
	}
	if (reply && reply->result == YG_RESULT_END)
		ask_for_missing(all);
	else
		pause_until(all->desk, RECONCILE_SOON_NS);
	free_all(&all);
}

void yg_blocks_reconcile(struct yg_desk *desk)
{
	YG_CLEANUP(free_all) struct reconciliation *all = calloc(1, sizeof(*all));
	const struct yg_request list = { .kind = YG_REQUEST_LIST };

	pause_until(desk, RECONCILE_NS);
	if (!all)
		return;
	all->desk = desk;
	if (yg_store_block_each(desk->store, desk->options.epoch_ns(desk->options.ctx), want_block,
				all) <= 0 ||
	    all->count == 0)
		return;
	qsort(all->wanted, all->count, sizeof(*all->wanted), by_prefix);
	if (yg_enforcer_ask(desk->enforcer, &list, desk->options.monotonic_ns(desk->options.ctx),
			    on_present, all) == 0)
		(void)YG_TAKE_PTR(all);
}
