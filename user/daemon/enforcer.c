/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The enforcer: the only writer of the block maps. Messages in, elements out.
 *
 *	link ──► yg_request_check ──► rails ──► table ──► kernel map
 *	                                          ▲            │ at start: what is pinned
 *	                                          └── every 5 s: compare, put right
 *
 * The table is what should be; the kernel is made to follow it. Entries that nobody here placed
 * are adopted when they could have been placed here, else removed.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "core/allowance.h"
#include "core/log.h"
#include "core/log_rate.h"
#include "daemon/blockmap.h"
#include "daemon/blocks.h"
#include "daemon/clock.h"
#include "daemon/rails.h"
#include "daemon/role.h"
#include "daemon/watch.h"
#include "priv/link.h"

#define SWEEP_NS      YG_NS_PER_S
#define RECONCILE_NS  (5u * YG_NS_PER_S)
#define PER_ROW_NS    50000u /* added for each block: a million is compared once a minute */
#define POLL_MS	      200
#define HOLD_NS	      YG_NS_PER_S /* what is asked waits this long for who is protected */
#define TURN_MESSAGES 64	  /* per link and round: one peer cannot starve the others */
#define HEAP_MAX      (64u << 20) /* beside rows of blocks, which are moved as their table grows */
#define TURN_ROWS     4096u	  /* compared per round: bounds the time a request waits */
#define WATCHES_PER_S 100u	  /* asked for by the analyzer; more are passed over */
#define WATCHES_BURST 1000u
#define ADDRESS_BITS  128u

struct listing {
	bool active;
	uint32_t cookie;
	size_t left; /* rows still to send; walks down */
};

struct enforcer {
	struct yg_role_context *ctx;
	struct yg_blockmaps maps;
	struct yg_blocks *blocks;
	struct yg_rails rails;
	struct yg_watches watches;
	struct yg_allowance watch_rate;
	struct listing listings[YG_ROLE_MAX]; /* one per peer; a second LIST restarts it */
	uint64_t sweep_ns, reconcile_ns;
	size_t reconcile_left;
	struct yg_blockmap_walk walk;
	bool walking, kill;
	uint64_t hold_ns; /* until then only the warden is read; 0: its protected set has come */
	struct yg_log_rate log; /* lines about requests */
};

/* Of a repair: the next round tries again. */
static void report(int r)
{
	if (r && r != -ENOENT)
		yg_log(YG_LOG_ERROR, "block map: cannot repair: %s", strerror(-r));
}

/* The kernel's own entry of this very row, or false. */
static bool read_kernel(const struct enforcer *enforcer, const struct yg_block_row *row,
			struct yg_block *ret)
{
	return yg_blockmap_get(&enforcer->maps, &row->prefix, ret) == 0 &&
	       ret->placed_ns == row->block.placed_ns;
}

static bool may_log(struct enforcer *enforcer)
{
	return yg_log_may(&enforcer->log, "requests", yg_monotonic_ns());
}

static void log_result(struct enforcer *enforcer, enum yg_role from,
		       const struct yg_request *request, enum yg_result result)
{
	char text[YG_ADDRESS_TEXT_CAP];

	if (!may_log(enforcer))
		return;
	yg_prefix_format(&request->prefix, text);
	if (request->kind == YG_REQUEST_UNBLOCK)
		yg_log(YG_LOG_INFO, "unblock '%s' from %s: %s", text, yg_role_name(from),
		       yg_result_name(result));
	else if (result == YG_RESULT_OK)
		yg_log(YG_LOG_INFO, "block '%s' for %llu s: %s, %016llx", text,
		       (unsigned long long)(request->ttl_ns / YG_NS_PER_S),
		       yg_reason_name((enum yg_reason)request->reason),
		       (unsigned long long)request->finding);
	else
		yg_log(YG_LOG_WARNING, "block '%s' from %s: refused: %s", text, yg_role_name(from),
		       yg_result_name(result));
}

/* A reply that the peer has no room for is lost; it asks again or times out. */
static int reply(enum yg_role to, const struct yg_reply *message)
{
	return yg_link_send(YG_FD_LINK + (int)to, message, sizeof(*message));
}

static enum yg_result place(struct enforcer *enforcer, const struct yg_request *request,
			    uint64_t now_ns, struct yg_block *ret)
{
	struct yg_block_row *row = yg_blocks_find(enforcer->blocks, &request->prefix);
	struct yg_block block = { .expires_ns = now_ns + request->ttl_ns,
				  .placed_ns = now_ns,
				  .finding = request->finding,
				  .verdict = YG_VERDICT_BLOCK,
				  .reason = request->reason };
	struct yg_block now;
	int r;

	/* Extending keeps what is known of the block, and never shortens it. */
	if (row) {
		block.placed_ns = row->block.placed_ns;
		block.drops = row->block.drops;
		if (block.expires_ns < row->block.expires_ns)
			block.expires_ns = row->block.expires_ns;
		if (read_kernel(enforcer, row, &now))
			block.drops = now.drops;
	}
	r = yg_blocks_put(enforcer->blocks, &request->prefix, &block);
	if (r)
		return r == -ENOSPC ? YG_RESULT_FULL : YG_RESULT_FAILED;
	r = yg_blockmap_put(&enforcer->maps, &request->prefix, &block);
	if (r) {
		yg_log(YG_LOG_ERROR, "block map: cannot update: %s", strerror(-r));
		if (!row)
			yg_blocks_remove(enforcer->blocks, &request->prefix);
		if (r == -EPERM)
			return YG_RESULT_PRIVILEGE;
		return r == -E2BIG || r == -ENOSPC ? YG_RESULT_FULL : YG_RESULT_FAILED;
	}
	*ret = block;
	enforcer->kill = true;
	return YG_RESULT_OK;
}

static enum yg_result take_away(struct enforcer *enforcer, const struct yg_prefix *prefix)
{
	int r;

	if (!yg_blocks_find(enforcer->blocks, prefix))
		return YG_RESULT_ABSENT;
	r = yg_blockmap_delete(&enforcer->maps, prefix);
	if (r && r != -ENOENT) {
		yg_log(YG_LOG_ERROR, "block map: cannot delete: %s", strerror(-r));
		return YG_RESULT_FAILED;
	}
	yg_blocks_remove(enforcer->blocks, prefix);
	return YG_RESULT_OK;
}

/* A protected set that arrives after a block wins over it. */
static void protect_end(struct enforcer *enforcer, uint32_t count)
{
	int r = yg_rails_protect_end(&enforcer->rails, count);

	if (r) { /* the rest of one that was sent to an enforcer before this: another follows */
		yg_log(YG_LOG_ERROR, "protected set: cannot take: %s", strerror(-r));
		return;
	}
	enforcer->hold_ns = 0;
	for (size_t i = yg_blocks_count(enforcer->blocks); i-- > 0;) {
		struct yg_prefix prefix = yg_blocks_row(enforcer->blocks, i)->prefix;
		char text[YG_ADDRESS_TEXT_CAP];

		if (!yg_rails_is_protected(&enforcer->rails, &prefix))
			continue;
		if (may_log(enforcer))
			yg_log(YG_LOG_WARNING, "block '%s': taken away: protected now",
			       yg_prefix_format(&prefix, text));
		(void)take_away(enforcer, &prefix);
	}
}

static void unwatch(const struct yg_address *addr)
{
	int fd = YG_FD_ALWAYS;

	if (bpf_map_delete_elem(fd, addr->bytes) && errno != ENOENT && errno != EBADF)
		yg_log(YG_LOG_ERROR, "yg_always: cannot delete: %s", strerror(errno));
}

/* The table decides who stays, and as what; the kernel follows. */
static void watch(struct enforcer *enforcer, struct yg_watch_row row, uint64_t now_ns)
{
	struct yg_always kernel;
	struct yg_address gone;

	switch (yg_watches_put(&enforcer->watches, &row, now_ns, &gone)) {
	case YG_WATCHED_FULL:
		return;
	case YG_WATCHED_INSTEAD:
		unwatch(&gone);
		break;
	default:
		break;
	}
	kernel = (struct yg_always){ .expires_ns = row.expires_ns, .why = yg_watch_why(row.rank) };
	if (bpf_map_update_elem(YG_FD_ALWAYS, row.addr.bytes, &kernel, BPF_ANY) && errno != EBADF)
		yg_log(YG_LOG_ERROR, "yg_always: cannot update: %s", strerror(errno));
}

/* What an enforcer before this one left: nobody knows its rank, so it is asked for again. */
static void clear_watched(void)
{
	struct yg_address addr;

	for (uint32_t i = 0; i < YG_ALWAYS_MAX; i++) {
		if (bpf_map_get_next_key(YG_FD_ALWAYS, NULL, addr.bytes))
			return;
		unwatch(&addr);
	}
}

static void act(struct enforcer *enforcer, enum yg_role from, const struct yg_request *request)
{
	struct yg_reply message = { .kind = request->kind,
				    .cookie = request->cookie,
				    .prefix = request->prefix };
	uint64_t now_ns = yg_monotonic_ns();

	switch (request->kind) {
	case YG_REQUEST_BLOCK:
		message.result = yg_rails_judge(&enforcer->rails, request, now_ns);
		if (message.result == YG_RESULT_OK)
			message.result = place(enforcer, request, now_ns, &message.block);
		break;
	case YG_REQUEST_UNBLOCK:
		message.result = take_away(enforcer, &request->prefix);
		break;
	case YG_REQUEST_LIST:
		enforcer->listings[from] = (struct listing){
			.active = true,
			.cookie = request->cookie,
			.left = yg_blocks_count(enforcer->blocks),
		};
		return;
	case YG_REQUEST_PROTECT:
		yg_rails_protect(&enforcer->rails, request->cookie, &request->prefix);
		if (request->reason == YG_ALLOW_PROXY && request->prefix.len == ADDRESS_BITS)
			watch(enforcer,
			      (struct yg_watch_row){ request->prefix.addr, UINT64_MAX,
						     YG_WATCH_CROWD },
			      now_ns);
		return;
	case YG_REQUEST_WATCH:
		if (yg_allowance_take(&enforcer->watch_rate, WATCHES_PER_S, WATCHES_BURST, now_ns))
			watch(enforcer,
			      (struct yg_watch_row){ request->prefix.addr, now_ns + request->ttl_ns,
						     request->reason },
			      now_ns);
		return;
	case YG_REQUEST_PROTECT_END:
		protect_end(enforcer, request->cookie);
		return;
	default:
		return;
	}
	log_result(enforcer, from, request, message.result);
	(void)reply(from, &message);
}

/* Whatever the bytes were, the sender learns that they were refused. */
static void refuse(struct enforcer *enforcer, enum yg_role from, const void *data, size_t len,
		   enum yg_result result)
{
	struct yg_reply message = { .result = result };

	if (len >= 2 * sizeof(uint32_t)) {
		memcpy(&message.kind, data, sizeof(message.kind));
		memcpy(&message.cookie, (const char *)data + sizeof(uint32_t),
		       sizeof(message.cookie));
	}
	if (may_log(enforcer))
		yg_log(YG_LOG_WARNING, "request of %zu bytes from %s: refused: %s", len,
		       yg_role_name(from), yg_result_name(result));
	(void)reply(from, &message);
}

static void receive(struct enforcer *enforcer, enum yg_role from)
{
	for (int i = 0; i < TURN_MESSAGES; i++) {
		struct yg_request request;
		char data[sizeof(request) + 1];
		enum yg_result result;
		ssize_t len;

		len = yg_link_receive(YG_FD_LINK + (int)from, data, sizeof(data));
		if (len < 0 && len != -EMSGSIZE)
			return;
		if (len == -EMSGSIZE)
			len = sizeof(data);
		result = yg_request_check(from, data, (size_t)len, &request);
		if (result == YG_RESULT_OK)
			act(enforcer, from, &request);
		else
			refuse(enforcer, from, data, (size_t)len, result);
	}
}

/* Sends rows until the peer has no more room, with the drops as the kernel counts them now. */
static void go_on_listing(struct enforcer *enforcer, enum yg_role to)
{
	struct listing *listing = &enforcer->listings[to];
	struct yg_reply message = { .kind = YG_REQUEST_LIST, .cookie = listing->cookie };

	if (listing->left > yg_blocks_count(enforcer->blocks))
		listing->left = yg_blocks_count(enforcer->blocks);
	for (unsigned i = 0; i < TURN_ROWS && listing->left > 0; i++) {
		struct yg_block_row *row = yg_blocks_row(enforcer->blocks, listing->left - 1);
		struct yg_block now;

		if (read_kernel(enforcer, row, &now))
			row->block.drops = now.drops;
		message.result = YG_RESULT_OK;
		message.prefix = row->prefix;
		message.block = row->block;
		if (reply(to, &message))
			return;
		listing->left--;
	}
	if (listing->left > 0)
		return;
	message = (struct yg_reply){ .kind = YG_REQUEST_LIST,
				     .cookie = listing->cookie,
				     .result = YG_RESULT_END };
	if (reply(to, &message) == 0)
		listing->active = false;
}

static void sweep(struct enforcer *enforcer, uint64_t now_ns)
{
	for (size_t i = yg_blocks_count(enforcer->blocks); i-- > 0;) {
		const struct yg_block_row *row = yg_blocks_row(enforcer->blocks, i);
		struct yg_prefix prefix = row->prefix;
		char text[YG_ADDRESS_TEXT_CAP];

		if (row->block.expires_ns > now_ns)
			continue;
		if (may_log(enforcer))
			yg_log(YG_LOG_INFO, "block '%s': expired", yg_prefix_format(&prefix, text));
		(void)take_away(enforcer, &prefix);
	}
}

static bool is_plausible(const struct enforcer *enforcer, const struct yg_prefix *prefix,
			 const struct yg_block *block, uint64_t now_ns)
{
	uint64_t longest_ns = (uint64_t)YG_BLOCK_TTL_MAX_S * YG_NS_PER_S;

	return block->verdict == YG_VERDICT_BLOCK && block->reason > 0 &&
	       block->reason < YG_REASON_MAX && block->expires_ns > now_ns &&
	       block->expires_ns - now_ns <= longest_ns &&
	       !yg_rails_is_protected(&enforcer->rails, prefix);
}

/* One entry of the kernel's against the table. */
static void compare(struct enforcer *enforcer, const struct yg_prefix *prefix,
		    const struct yg_block *block, uint64_t now_ns)
{
	const struct yg_block_row *row = yg_blocks_find(enforcer->blocks, prefix);
	char text[YG_ADDRESS_TEXT_CAP];

	if (row && row->block.expires_ns == block->expires_ns &&
	    row->block.verdict == block->verdict)
		return;
	yg_prefix_format(prefix, text);
	if (row) {
		if (may_log(enforcer))
			yg_log(YG_LOG_WARNING, "block '%s': changed by another hand: put right",
			       text);
		report(yg_blockmap_put(&enforcer->maps, prefix, &row->block));
	} else if (is_plausible(enforcer, prefix, block, now_ns) &&
		   yg_blocks_put(enforcer->blocks, prefix, block) == 0) {
		if (may_log(enforcer))
			yg_log(YG_LOG_INFO, "block '%s': adopted", text);
	} else {
		if (may_log(enforcer))
			yg_log(YG_LOG_WARNING, "block '%s': expired or out of bounds: removed",
			       text);
		report(yg_blockmap_delete(&enforcer->maps, prefix));
	}
}

/* Every row of the table must be in the kernel. */
static void restore(struct enforcer *enforcer)
{
	unsigned turn = TURN_ROWS;

	if (enforcer->reconcile_left > yg_blocks_count(enforcer->blocks))
		enforcer->reconcile_left = yg_blocks_count(enforcer->blocks);
	while (enforcer->reconcile_left > 0 && turn-- > 0) {
		struct yg_block_row *row =
			yg_blocks_row(enforcer->blocks, --enforcer->reconcile_left);
		struct yg_block now;

		if (read_kernel(enforcer, row, &now))
			continue;
		if (may_log(enforcer))
			yg_log(YG_LOG_WARNING,
			       "block map: an entry was missing or changed: put back");
		report(yg_blockmap_put(&enforcer->maps, &row->prefix, &row->block));
	}
}

static void walk_kernel(struct enforcer *enforcer, unsigned turn, uint64_t now_ns)
{
	struct yg_prefix prefix;
	struct yg_block block;

	while (enforcer->walking && turn-- > 0) {
		int r = yg_blockmap_next(&enforcer->maps, &enforcer->walk, &prefix, &block);

		if (r == 0) {
			compare(enforcer, &prefix, &block, now_ns);
			continue;
		}
		if (r != -ENOENT)
			yg_log(YG_LOG_ERROR, "block map: cannot read: %s", strerror(-r));
		enforcer->walking = false;
	}
}

static void begin_reconcile(struct enforcer *enforcer)
{
	enforcer->walk = (struct yg_blockmap_walk){ 0 };
	enforcer->walking = true;
	enforcer->reconcile_left = yg_blocks_count(enforcer->blocks);
}

static void tick(struct enforcer *enforcer)
{
	struct yg_request request = { .kind = YG_REQUEST_KILL };
	struct yg_address gone;
	uint64_t now_ns = yg_monotonic_ns();

	if (now_ns - enforcer->sweep_ns >= SWEEP_NS) {
		enforcer->sweep_ns = now_ns;
		sweep(enforcer, now_ns);
		while (yg_watches_expire(&enforcer->watches, now_ns, &gone))
			unwatch(&gone);
	}
	if (now_ns - enforcer->reconcile_ns >=
	    RECONCILE_NS + PER_ROW_NS * yg_blocks_count(enforcer->blocks)) {
		enforcer->reconcile_ns = now_ns;
		begin_reconcile(enforcer);
	}
	restore(enforcer);
	walk_kernel(enforcer, TURN_ROWS, now_ns);
	if (enforcer->kill &&
	    yg_link_send(YG_FD_LINK + YG_ROLE_WARDEN, &request, sizeof(request)) == 0)
		enforcer->kill = false;
}

static int wait_and_serve(struct enforcer *enforcer)
{
	/* The warden first: what is protected goes before what is asked. */
	static const enum yg_role peers[] = { YG_ROLE_WARDEN, YG_ROLE_DESK, YG_ROLE_ANALYZER };
	struct pollfd fds[YG_ARRAY_SIZE(peers) + 1];
	bool held = yg_monotonic_ns() < enforcer->hold_ns;
	int timeout_ms = POLL_MS;

	for (size_t i = 0; i < YG_ARRAY_SIZE(peers); i++) {
		bool reading = !held || peers[i] == YG_ROLE_WARDEN;
		bool listing = enforcer->listings[peers[i]].active;

		fds[i] = (struct pollfd){ .fd = YG_FD_LINK + (int)peers[i],
					  .events = (short)((reading ? POLLIN : 0) |
							    (listing ? POLLOUT : 0)) };
	}
	fds[YG_ARRAY_SIZE(peers)] =
		(struct pollfd){ .fd = enforcer->ctx->stop_fd, .events = POLLIN };
	if (enforcer->walking || enforcer->reconcile_left > 0)
		timeout_ms = 0;
	if (poll(fds, YG_ARRAY_SIZE(fds), timeout_ms) < 0 && errno != EINTR)
		return -errno;
	for (size_t i = 0; i < YG_ARRAY_SIZE(peers); i++) {
		if (fds[i].revents & POLLIN)
			receive(enforcer, peers[i]);
		if (enforcer->listings[peers[i]].active)
			go_on_listing(enforcer, peers[i]);
	}
	tick(enforcer);
	return fds[YG_ARRAY_SIZE(peers)].revents ? 1 : 0;
}

static int begin(struct enforcer *enforcer)
{
	const struct yg_role_start *start = &enforcer->ctx->start;
	const uint32_t max[YG_BLOCKS_MAX_KIND] = { start->blocks_max, start->blocks_max,
						   YG_BLOCK_NETS_MAX };
	static const int keep[] = { YG_FD_BLOCK4, YG_FD_BLOCK6, YG_FD_BLOCK_NETS, YG_FD_ALWAYS };
	int r;

	for (size_t i = 0; i < YG_BLOCKS_MAX_KIND; i++)
		enforcer->maps.fds[i] = keep[i];
	enforcer->rails.may_drop = start->flags & YG_START_MAY_DROP;
	enforcer->rails.on_finding = enforcer->ctx->options.mode == YG_MODE_ENFORCE;
	enforcer->rails.share = (uint32_t)enforcer->ctx->options.block_share_percent;
	enforcer->rails.per_min = (uint32_t)enforcer->ctx->options.block_rate_per_min;
	enforcer->ctx->grow_max = 4ull * start->blocks_max * sizeof(struct yg_block_row) + HEAP_MAX;
	r = yg_role_lock(enforcer->ctx, YG_CAGE_ENFORCER, keep, YG_ARRAY_SIZE(keep), NULL);
	if (r)
		return r;
	r = yg_blocks_new(&start->table_key, max, &enforcer->blocks);
	if (r)
		return r;
	clear_watched();
	begin_reconcile(enforcer);
	enforcer->reconcile_ns = yg_monotonic_ns();
	enforcer->hold_ns = enforcer->reconcile_ns + HOLD_NS;
	return 0;
}

int yg_enforcer_run(struct yg_role_context *ctx)
{
	struct enforcer enforcer = { .ctx = ctx };
	int r;

	r = begin(&enforcer);
	while (r == 0)
		r = wait_and_serve(&enforcer);
	if (r < 0)
		yg_log(YG_LOG_ERROR, "enforcer: cannot go on: %s", strerror(-r));
	yg_blocks_free(&enforcer.blocks);
	yg_rails_clean(&enforcer.rails);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
