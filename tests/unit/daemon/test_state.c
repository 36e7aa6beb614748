/* SPDX-License-Identifier: GPL-2.0-only */
/* Saving and restoring through the feed, with a real store of knowledge on both sides. */
#include "daemon/state.h"

#include <string.h>

#include "priv/link.h"
#include "test.h"

#define MINUTE_NS 60000000000ull
#define START_NS  (1700000000ull * 1000000000ull)
#define ROOM	  (8u << 20)

static struct yg_knowledge *knowledge_new(void)
{
	const struct yg_knowledge_options options = { .identity_key = { 1, 2 },
						      .table_key = { 3, 4 } };
	const struct yg_knowledge_sink sink = { 0 };
	struct yg_knowledge *knowledge = NULL;

	assert_int_equal(yg_knowledge_new(&options, &sink, &knowledge), 0);
	return knowledge;
}

static void observe(struct yg_knowledge *knowledge, const char *target, uint64_t now_ns)
{
	static const struct yg_header headers[] = { { YG_SLICE("Host"), YG_SLICE("api.test") } };
	const struct yg_exchange exchange = {
		.request = { .present = true,
			     .complete = true,
			     .version_minor = 1,
			     .start_ns = now_ns,
			     .end_ns = now_ns,
			     .method = YG_SLICE("GET"),
			     .target = yg_slice_from_str(target),
			     .headers = headers,
			     .header_count = 1 },
		.response = { .present = true,
			      .complete = true,
			      .status = 200,
			      .start_ns = now_ns,
			      .end_ns = now_ns },
		.client = { .addr = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 } }, .port = 1 },
		.addresses_certain = true,
	};
	const struct yg_subject subject = { .exchange = &exchange, .client = exchange.client.addr };
	struct yg_observation observation;

	yg_knowledge_observe(knowledge, &subject, now_ns, &observation);
}

static void count(void *ctx, const struct yg_endpoint *endpoint)
{
	uint64_t *requests = ctx;

	*requests += endpoint->requests;
}

static uint64_t requests_of(struct yg_knowledge *knowledge)
{
	uint64_t requests = 0;

	assert_true(yg_knowledge_endpoints(knowledge, count, &requests) >= 0);
	return requests;
}

/* Hand every packet at @fd to @in, as the desk gives back what it stored. */
static void give_back(int fd, struct yg_state_in *in, struct yg_knowledge *knowledge)
{
	static uint8_t packet[YG_FEED_PACKET_MAX];
	ssize_t len;

	while ((len = yg_link_receive(fd, packet, sizeof(packet))) > 0) {
		struct guard g GUARD_CLEANUP = guard_copy(packet, (size_t)len);

		yg_state_take(in, knowledge, (const uint8_t *)g.ptr, (size_t)len);
	}
}

static void carries_what_was_learned_over_a_restart(void **state)
{
	static struct yg_feed_out out;
	static struct yg_state_in in;
	struct yg_knowledge *before = knowledge_new();
	struct yg_knowledge *after = knowledge_new();
	struct yg_state_stats stats = { 0 };
	int fds[2];

	(void)state;

	for (uint64_t i = 0; i < 50; i++)
		observe(before, i % 2 ? "/v1/users" : "/v1/orders", START_NS + i * MINUTE_NS / 10);
	assert_true(requests_of(before) > 0);

	assert_int_equal(yg_link_pair(ROOM, fds), 0);
	yg_feed_out_init(&out, fds[0]);
	assert_int_equal(yg_state_save(before, &out, &stats), 0);
	yg_feed_out_put(&out, &(struct yg_feed_message){ .kind = YG_FEED_KIND_RESTORED });
	yg_feed_out_flush(&out);
	assert_true(stats.saved > 0);
	assert_false(in.complete);
	give_back(fds[1], &in, after);
	assert_true(in.complete);
	assert_int_equal(in.stats.restored, stats.saved);
	assert_int_equal(in.stats.refused, 0);
	assert_int_equal(requests_of(after), requests_of(before));

	yg_closep(&fds[0]);
	yg_closep(&fds[1]);
	yg_knowledge_free(&before);
	yg_knowledge_free(&after);
}

static void refuses_parts_that_do_not_fit(void **state)
{
	static const struct {
		uint64_t kind, part, parts;
	} table[] = {
		{ YG_BLOB_SERVICE, 1, 2 }, /* no part 0 before it */
		{ YG_BLOB_SERVICE, 0, 0 }, /* a removal is not given back */
		{ 0, 0, 1 },		   /* no kind */
		{ YG_BLOB_MAX, 0, 1 },
		{ UINT64_MAX, UINT64_MAX, UINT64_MAX },
		{ YG_BLOB_ENDPOINT, 0, 1 }, /* not a blob that was saved */
	};
	static struct yg_state_in in;
	struct yg_knowledge *knowledge = knowledge_new();

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		static uint8_t packet[YG_FEED_PACKET_MAX];
		struct yg_feed_writer writer = { .buf = packet, .cap = sizeof(packet) };
		const struct yg_feed_message message = {
			.kind = YG_FEED_KIND_STATE,
			.state = { .kind = table[i].kind,
				   .part = table[i].part,
				   .parts = table[i].parts,
				   .data = YG_SLICE("junk") },
		};

		assert_int_equal(yg_feed_put(&writer, &message), 0);
		yg_state_take(&in, knowledge, packet, writer.len);
		assert_int_equal(in.stats.refused, i + 1);
	}
	assert_int_equal(in.stats.restored, 0);
	yg_knowledge_free(&knowledge);
}

static void bounds_a_blob_that_never_ends(void **state)
{
	static uint8_t packet[YG_FEED_PACKET_MAX];
	static char data[YG_FEED_BLOB_MAX];
	static struct yg_state_in in;
	struct yg_knowledge *knowledge = knowledge_new();

	(void)state;

	for (uint64_t part = 0; part < 2 * YG_BLOB_BYTES_MAX / YG_FEED_BLOB_MAX; part++) {
		struct yg_feed_writer writer = { .buf = packet, .cap = sizeof(packet) };
		const struct yg_feed_message message = {
			.kind = YG_FEED_KIND_STATE,
			.state = { .kind = YG_BLOB_SERVICE,
				   .part = part,
				   .parts = UINT32_MAX,
				   .data = { data, sizeof(data) } },
		};

		assert_int_equal(yg_feed_put(&writer, &message), 0);
		yg_state_take(&in, knowledge, packet, writer.len);
		assert_true(in.len <= sizeof(in.blob));
	}
	assert_true(in.stats.refused > 0);
	yg_knowledge_free(&knowledge);
}

static void passes_over_what_is_no_feed(void **state)
{
	static struct yg_state_in in;
	struct yg_knowledge *knowledge = knowledge_new();
	struct guard g GUARD_CLEANUP = guard_copy("\xff\x00\xdc\xff", 4);

	(void)state;

	for (size_t len = 0; len <= 4; len++)
		yg_state_take(&in, knowledge, (const uint8_t *)g.ptr + 4 - len, len);
	assert_int_equal(in.stats.restored, 0);
	assert_false(in.complete);
	yg_knowledge_free(&knowledge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_what_was_learned_over_a_restart),
		cmocka_unit_test(refuses_parts_that_do_not_fit),
		cmocka_unit_test(bounds_a_blob_that_never_ends),
		cmocka_unit_test(passes_over_what_is_no_feed),
	};

	return cmocka_run_group_tests_name("daemon/state", tests, NULL, NULL);
}
