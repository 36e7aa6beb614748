/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes from each role against the table of requests, the guard rails and the table of blocks.
 *
 * Input: a sequence of messages, each one byte of role, one byte of length, the bytes. With the
 * high bit of the role set the bytes are differences from a request that is well-formed, so that
 * the fuzzer starts behind the first check. What gets through must be what the house promises of
 * every block, whoever asked and whatever came before.
 */
#include <assert.h>
#include <string.h>

#include "daemon/blocks.h"
#include "daemon/rails.h"
#include "priv/request.h"

#define FROM_VALID 0x80u /* of the byte of role */
#define NS_PER_S   1000000000ull
#define ROWS_MAX   ((size_t)64)
#define STEP_NS	   (NS_PER_S / 4)
#define ONE_CLIENT 64u /* the widest prefix that the analyzer may name */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct world {
	struct yg_rails rails;
	struct yg_blocks *blocks;
	uint64_t now_ns;
};

static void check_block(const struct world *world, enum yg_role from,
			const struct yg_request *request)
{
	static const struct yg_address loopback = {
		{ [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 }
	};
	static const struct yg_address v4_any = { { [10] = 0xff, [11] = 0xff } };

	assert(from == YG_ROLE_ANALYZER || from == YG_ROLE_DESK);
	assert(request->ttl_ns >= NS_PER_S);
	assert(request->ttl_ns <= (uint64_t)YG_BLOCK_TTL_MAX_S * NS_PER_S);
	assert(request->reason > 0 && request->reason < YG_REASON_MAX);
	assert((from == YG_ROLE_ANALYZER) == (request->reason == YG_REASON_FINDING));
	assert(request->prefix.len <= 128 && request->prefix.len >= YG_BLOCK_NET_MIN_V6);
	assert(!yg_prefix_has(&request->prefix, &loopback));
	assert(!yg_prefix_has(&request->prefix, &v4_any));
	if (yg_address_is_v4(&request->prefix.addr))
		assert(request->prefix.len >= YG_BLOCK_NET_MIN_V4);
	if (from == YG_ROLE_ANALYZER)
		assert(request->prefix.len >= ONE_CLIENT);
	assert(world->rails.ready && world->rails.may_drop);
	assert(!yg_rails_is_protected(&world->rails, &request->prefix));
}

static void act(struct world *world, enum yg_role from, const struct yg_request *request)
{
	struct yg_block block = { .expires_ns = world->now_ns + request->ttl_ns };

	switch (request->kind) {
	case YG_REQUEST_BLOCK:
		if (yg_rails_judge(&world->rails, request, world->now_ns) != YG_RESULT_OK)
			return;
		check_block(world, from, request);
		(void)!yg_blocks_put(world->blocks, &request->prefix, &block);
		break;
	case YG_REQUEST_UNBLOCK:
		assert(from == YG_ROLE_DESK);
		yg_blocks_remove(world->blocks, &request->prefix);
		assert(!yg_blocks_find(world->blocks, &request->prefix));
		break;
	case YG_REQUEST_PROTECT:
		assert(from == YG_ROLE_WARDEN);
		yg_rails_protect(&world->rails, request->cookie, &request->prefix);
		break;
	case YG_REQUEST_PROTECT_END:
		assert(from == YG_ROLE_WARDEN);
		(void)!yg_rails_protect_end(&world->rails, request->cookie);
		break;
	default:
		assert(request->kind == YG_REQUEST_LIST || request->kind == YG_REQUEST_KILL ||
		       (request->kind == YG_REQUEST_WATCH && from == YG_ROLE_ANALYZER &&
			request->prefix.len == 128));
		break;
	}
	assert(yg_blocks_count(world->blocks) <= 3 * ROWS_MAX);
}

static void add_valid(uint8_t *message, size_t len)
{
	static const struct yg_request valid = {
		.kind = YG_REQUEST_BLOCK,
		.prefix = { .addr = { { [10] = 0xff, [11] = 0xff, 203, 0, 113, 9 } }, .len = 128 },
		.reason = YG_REASON_FINDING,
		.ttl_ns = 60 * NS_PER_S,
		.finding = 1,
		.callers_cut = 1,
		.callers_recent = 100,
	};
	const uint8_t *bytes = (const uint8_t *)&valid;

	for (size_t i = 0; i < len && i < sizeof(valid); i++)
		message[i] ^= bytes[i];
}

/* Returns false when there is no memory. */
static bool send_one(struct world *world, uint8_t role, const uint8_t *data, size_t len)
{
	enum yg_role from = (enum yg_role)((role & ~FROM_VALID) % (YG_ROLE_MAX + 1));
	size_t message_len = role & FROM_VALID && len < sizeof(struct yg_request)
				     ? sizeof(struct yg_request)
				     : len;
	/* A copy of its own size, so that the sanitizer sees a byte too far. */
	uint8_t *message = calloc(1, message_len + !message_len);
	struct yg_request request;

	if (!message)
		return false;
	if (len > 0)
		memcpy(message, data, len);
	if (role & FROM_VALID)
		add_valid(message, message_len);
	if (yg_request_check(from, message, message_len, &request) == YG_RESULT_OK)
		act(world, from, &request);
	free(message);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint32_t max[YG_BLOCKS_MAX_KIND] = { ROWS_MAX, ROWS_MAX, ROWS_MAX };
	static const struct yg_hash_key key = { 1, 2 };
	struct world world = { .rails = { .may_drop = true, .share = 10, .per_min = 60 },
			       .now_ns = NS_PER_S };
	size_t at = 0;

	if (yg_blocks_new(&key, max, &world.blocks))
		return 0;
	(void)!yg_rails_protect_end(&world.rails, 0);
	while (len - at >= 2) {
		size_t message_len = data[at + 1] < len - at - 2 ? data[at + 1] : len - at - 2;

		if (!send_one(&world, data[at], data + at + 2, message_len))
			break;
		at += 2 + message_len;
		world.now_ns += STEP_NS;
	}
	yg_blocks_free(&world.blocks);
	yg_rails_clean(&world.rails);
	return 0;
}
