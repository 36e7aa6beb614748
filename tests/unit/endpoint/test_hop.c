/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/hop.h"

#include <stdio.h>

#include "test.h"

#define MS 1000000ull
#define S  1000000000ull

static const struct yg_hash_key key = { 1, 2 };

/* What came out, in order. */
struct seen {
	struct yg_hop_link links[8];
	size_t count;
};

static void note(void *ctx, const struct yg_hop_link *link)
{
	struct seen *seen = ctx;

	if (seen->count < YG_ARRAY_SIZE(seen->links))
		seen->links[seen->count] = *link;
	seen->count++;
}

static struct yg_hops *make(struct seen *seen)
{
	struct yg_hops *hops = NULL;

	assert_int_equal(yg_hops_new(&key, note, seen, &hops), 0);
	return hops;
}

/* 10.0.0.NUMBER; 0: unknown, 127: loopback. */
static struct yg_peer peer(uint8_t number, uint16_t port)
{
	struct yg_peer peer = { .addr = { { [10] = 0xff, 0xff, 10, 0, 0, number } }, .port = port };

	if (number == 127)
		memcpy(&peer.addr.bytes[12], "\x7f\0\0\1", 4);
	if (number == 0)
		peer.addr = (struct yg_address){ { 0 } };
	return peer;
}

struct call {
	uint64_t id;
	uint64_t start_ms, end_ms;
	uint8_t client, server;
	const char *path;
	const char *name, *value; /* a field of the request; NULL none */
	bool outbound;
	bool through;
	uint32_t tgid; /* TLS if not 0 */
	uint16_t port; /* 0: 80 */
};

#define CALL(number, start, end, from, to, where)                                               \
	.id = (number), .start_ms = (start), .end_ms = (end), .client = (from), .server = (to), \
	.path = (where)
#define FIELD(field, text) .name = (field), .value = (text)

static void take(struct yg_hops *hops, const struct call *call)
{
	struct yg_header header = { .name = { 0 } };
	struct yg_exchange exchange = {
		.request = { .present = true,
			     .start_ns = call->start_ms * MS,
			     .end_ns = call->start_ms * MS,
			     .method = YG_SLICE("GET"),
			     .headers = &header,
			     .header_count = call->name != NULL },
		.response = { .present = true, .end_ns = call->end_ms * MS },
		.client = peer(call->client, 4711),
		.server = peer(call->server, call->port ? call->port : 80),
		.outbound = call->outbound,
		.through = call->through,
		.tls = call->tgid != 0,
		.tgid = call->tgid,
	};
	const struct yg_hop hop = {
		.exchange = &exchange,
		.id = call->id,
		.endpoint = call->id + 100,
		.path = yg_slice_from_str(call->path),
		.asked = exchange.client.addr,
	};

	if (call->name)
		header = (struct yg_header){ yg_slice_from_str(call->name),
					     yg_slice_from_str(call->value) };
	yg_hops_take(hops, &hop);
}

/* Two calls, then the end: the parent of the one with @id. */
static uint64_t parent_of(const struct call *calls, size_t count, uint64_t id)
{
	struct seen seen = { 0 };
	struct yg_hops *hops = make(&seen);
	uint64_t parent = 0;

	for (size_t i = 0; i < count; i++)
		take(hops, &calls[i]);
	yg_hops_finish(hops);
	for (size_t i = 0; i < seen.count; i++)
		parent = seen.links[i].id == id ? seen.links[i].parent_id : parent;
	yg_hops_free(&hops);
	return parent;
}

static const char *const trace_a = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
static const char *const trace_a2 = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
static const char *const trace_b = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

static void links_an_upstream_to_the_edge_around_it(void **state)
{
	static const char *const tp = "traceparent", *const xff = "X-Forwarded-For";
	static const struct {
		const char *name;
		struct call up, edge;
		bool linked;
	} cases[] = {
		{ "loopback, same path",
		  { CALL(2, 12, 18, 127, 127, "/a") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  true },
		{ "left this host",
		  { CALL(2, 12, 18, 1, 5, "/a"), .outbound = true },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  true },
		{ "another path",
		  { CALL(2, 12, 18, 127, 127, "/b") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  false },
		{ "not within",
		  { CALL(2, 12, 21, 127, 127, "/a") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  false },
		{ "began before",
		  { CALL(2, 9, 18, 127, 127, "/a") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  false },
		{ "one trace, another path",
		  { CALL(2, 12, 18, 127, 127, "/b"), FIELD(tp, NULL) },
		  { CALL(1, 10, 20, 9, 1, "/a"), FIELD(tp, NULL) },
		  true },
		{ "for this client",
		  { CALL(2, 12, 18, 127, 127, "/a"), FIELD(xff, "192.0.2.1, 10.0.0.9") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  true },
		{ "for this client, another path",
		  { CALL(2, 12, 18, 127, 127, "/b"), FIELD(xff, "10.0.0.9") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  true },
		{ "for another client",
		  { CALL(2, 12, 18, 127, 127, "/a"), FIELD(xff, "10.0.0.8") },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  false },
		{ "request ids",
		  { CALL(2, 12, 18, 127, 127, "/b"), FIELD("x-request-id", "q1") },
		  { CALL(1, 10, 20, 9, 1, "/a"), FIELD("X-Request-ID", "q1") },
		  true },
		{ "two request ids",
		  { CALL(2, 12, 18, 127, 127, "/a"), FIELD("x-request-id", "q1") },
		  { CALL(1, 10, 20, 9, 1, "/a"), FIELD("X-Request-ID", "q2") },
		  false },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct call calls[2] = { cases[i].up, cases[i].edge };
		struct call turned[2] = { cases[i].edge, cases[i].up };

		print_message("%s\n", cases[i].name);
		for (size_t j = 0; j < 2; j++) {
			if (calls[j].name == tp)
				calls[j].value = turned[1 - j].value = j ? trace_a : trace_a2;
		}
		assert_int_equal(parent_of(calls, 2, 2), cases[i].linked ? 1 : 0);
	}
}

static void traces_that_differ_are_never_linked(void **state)
{
	const struct call calls[] = {
		{ CALL(2, 12, 18, 127, 127, "/a"), FIELD("traceparent", trace_b) },
		{ CALL(1, 10, 20, 9, 1, "/a"), FIELD("traceparent", trace_a) },
	};

	(void)state;

	assert_int_equal(parent_of(calls, 2, 2), 0);
}

static void two_edges_that_could_be_are_none(void **state)
{
	const struct call calls[] = {
		{ CALL(2, 12, 18, 127, 127, "/a") },
		{ CALL(1, 10, 20, 9, 1, "/a") },
		{ CALL(3, 11, 19, 8, 1, "/a") },
		{ CALL(4, 11, 21, 7, 1, "/a") },
	};
	const struct call told[] = {
		{ CALL(2, 12, 18, 127, 127, "/a"), FIELD("x-forwarded-for", "10.0.0.8") },
		{ CALL(1, 10, 20, 9, 1, "/a") },
		{ CALL(3, 11, 19, 8, 1, "/a") },
	};

	(void)state;

	/* 1 contains 3, but 1 is not the upstream of anybody: still two. */
	assert_int_equal(parent_of(calls, 3, 2), 0);
	assert_int_equal(parent_of(calls, 4, 2), 0);
	assert_int_equal(parent_of(told, 3, 2), 3);
}

static void an_id_is_stronger_than_a_path(void **state)
{
	const struct call calls[] = {
		{ CALL(2, 12, 18, 127, 127, "/a"), FIELD("x-request-id", "q") },
		{ CALL(1, 10, 20, 9, 1, "/a") },
		{ CALL(3, 10, 20, 8, 1, "/x"), FIELD("x-request-id", "q") },
	};

	(void)state;

	assert_int_equal(parent_of(calls, 3, 2), 3);
}

static void a_chain_links_each_to_the_next(void **state)
{
	const struct call calls[] = {
		{ CALL(3, 14, 16, 127, 127, "/a"), .port = 81 },
		{ CALL(2, 12, 18, 127, 127, "/a") },
		{ CALL(1, 10, 20, 9, 1, "/a") },
	};

	(void)state;

	assert_int_equal(parent_of(calls, 3, 3), 2);
	assert_int_equal(parent_of(calls, 3, 2), 1);
}

static void the_edge_may_come_first(void **state)
{
	/* An upstream before makes edges worth keeping. */
	const struct call calls[] = {
		{ CALL(4, 1, 2, 127, 127, "/z") },
		{ CALL(1, 10, 20, 9, 1, "/a") },
		{ CALL(2, 12, 18, 127, 127, "/a") },
	};

	(void)state;

	assert_int_equal(parent_of(calls, 3, 2), 1);
}

/* In a capture file nothing says which host it was taken on: its address does. */
static void an_address_that_was_asked_and_asks_is_one_host(void **state)
{
	const struct call calls[] = {
		{ CALL(5, 1, 2, 9, 1, "/z") },	   { CALL(2, 12, 18, 1, 5, "/a") },
		{ CALL(1, 10, 20, 9, 1, "/a") },   { CALL(3, 112, 118, 6, 5, "/a") },
		{ CALL(4, 110, 120, 9, 1, "/a") },
	};

	(void)state;

	assert_int_equal(parent_of(calls, 5, 2), 1);
	assert_int_equal(parent_of(calls, 5, 3), 0);
}

/* The host's own address outside, a container's inside; or the other way round. */
static void links_what_is_translated(void **state)
{
	static const struct {
		const char *name;
		struct call up, edge;
		bool linked;
	} cases[] = {
		{ "published port",
		  { CALL(2, 12, 18, 9, 5, "/a"), .through = true, .port = 8080 },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  true },
		{ "masquerade",
		  { CALL(2, 12, 18, 1, 9, "/a"), .outbound = true },
		  { CALL(1, 10, 20, 5, 9, "/a"), .through = true },
		  true },
		{ "another request",
		  { CALL(2, 12, 18, 9, 5, "/b"), .through = true, .port = 8080 },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  false },
		{ "another request, by its id",
		  { CALL(2, 12, 18, 9, 5, "/a"), .through = true, .port = 8080,
		    FIELD("X-Request-Id", "two") },
		  { CALL(1, 10, 20, 9, 1, "/a"), FIELD("X-Request-Id", "one") },
		  false },
		{ "both inside",
		  { CALL(2, 12, 18, 9, 5, "/a"), .through = true, .port = 8080 },
		  { CALL(1, 10, 20, 9, 6, "/a"), .through = true },
		  false },
		{ "both ends are others",
		  { CALL(2, 12, 18, 8, 5, "/a"), .through = true, .port = 8080 },
		  { CALL(1, 10, 20, 9, 1, "/a") },
		  false },
		{ "one connection",
		  { CALL(2, 12, 18, 9, 5, "/a"), .through = true },
		  { CALL(1, 10, 20, 9, 5, "/a") },
		  false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct call calls[] = { cases[i].up, cases[i].edge };

		print_message("%s\n", cases[i].name);
		assert_int_equal(parent_of(calls, 2, 2), cases[i].linked ? 1 : 0);
	}
}

static void streams_of_one_connection_are_no_hops(void **state)
{
	static const struct {
		const char *name;
		struct call up, edge;
	} cases[] = {
		{ "both ends",
		  { CALL(2, 10, 20, 1, 1, "/a"), .tgid = 5 },
		  { CALL(1, 9, 21, 1, 1, "/a"), .tgid = 4, .outbound = true } },
		{ "two streams that were made",
		  { CALL(2, 12, 18, 1, 5, "/a"), .tgid = 4, .outbound = true },
		  { CALL(1, 10, 20, 1, 5, "/a"), .tgid = 4, .outbound = true } },
		{ "two streams within this host",
		  { CALL(2, 12, 18, 127, 127, "/a"), .tgid = 4 },
		  { CALL(1, 10, 20, 127, 127, "/a"), .tgid = 4 } },
		{ "two streams in clear",
		  { CALL(2, 12, 18, 127, 127, "/a") },
		  { CALL(1, 10, 20, 127, 127, "/a") } },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct call calls[] = { cases[i].up, cases[i].edge };

		print_message("%s\n", cases[i].name);
		assert_int_equal(parent_of(calls, 2, 2), 0);
	}
}

static void decides_after_the_grace(void **state)
{
	struct seen seen = { 0 };
	struct yg_hops *hops = make(&seen);

	(void)state;

	take(hops, &(struct call){ CALL(2, 12, 18, 127, 127, "/a") });
	take(hops, &(struct call){ CALL(1, 10, 20, 9, 1, "/a") });
	yg_hops_tick(hops, 18 * MS + YG_HOP_GRACE_NS - 1);
	assert_int_equal(seen.count, 0);
	yg_hops_tick(hops, 18 * MS + YG_HOP_GRACE_NS);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.links[0].parent_id, 1);
	assert_int_equal(seen.links[0].parent_endpoint, 101);
	assert_int_equal(seen.links[0].endpoint, 102);
	assert_true(seen.links[0].outbound);
	assert_int_equal(yg_hops_counters(hops)->linked, 1);
	yg_hops_free(&hops);
}

static void a_full_table_loses_and_counts(void **state)
{
	struct seen seen = { 0 };
	struct yg_hops *hops = make(&seen);
	char path[32];

	(void)state;

	for (uint32_t i = 0; i < YG_HOPS_MAX + 10; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		take(hops, &(struct call){ CALL(i + 10, 12, 18, 127, 127, path) });
	}
	assert_int_equal(seen.count, 10);
	assert_int_equal(yg_hops_counters(hops)->lost, 10);
	assert_int_equal(yg_hops_counters(hops)->waiting, YG_HOPS_MAX + 10);
	yg_hops_free(&hops);
}

static void a_crowd_of_one_key_is_lost_not_guessed(void **state)
{
	struct seen seen = { 0 };
	struct yg_hops *hops = make(&seen);

	(void)state;

	/* The first could be of either edge, but the second one does not look back so far. */
	take(hops, &(struct call){ CALL(7, 100, 100, 127, 127, "/a") });
	take(hops, &(struct call){ CALL(8, 95, 105, 8, 1, "/a") });
	for (uint32_t i = 0; i < YG_HOP_STEPS; i++)
		take(hops, &(struct call){ CALL(i + 10, 100, 106, 127, 127, "/a") });
	take(hops, &(struct call){ CALL(9, 90, 110, 9, 1, "/a") });
	yg_hops_finish(hops);
	assert_int_equal(yg_hops_counters(hops)->lost, 1);
	assert_int_equal(yg_hops_counters(hops)->linked, YG_HOP_STEPS);
	assert_int_equal(seen.links[0].id, 7);
	assert_int_equal(seen.links[0].parent_id, 0);
	yg_hops_free(&hops);
}

static void knows_its_side(void **state)
{
	struct yg_exchange served = { .client = peer(9, 1), .server = peer(1, 2) };
	struct yg_exchange made = { .client = peer(1, 1), .server = peer(9, 2), .outbound = true };
	struct yg_exchange local = { .client = peer(127, 1), .server = peer(127, 2) };
	struct yg_exchange self = { .client = peer(1, 1), .server = peer(1, 2), .outbound = true };

	(void)state;

	assert_int_equal(yg_hop_side_of(&served), YG_HOP_SIDE_SERVED);
	assert_int_equal(yg_hop_side_of(&made), YG_HOP_SIDE_MADE);
	assert_int_equal(yg_hop_side_of(&local), YG_HOP_SIDE_LOCAL);
	assert_int_equal(yg_hop_side_of(&self), YG_HOP_SIDE_LOCAL);
	assert_string_equal(yg_hop_side_name(YG_HOP_SIDE_MADE), "outbound");
	assert_true(yg_hop_id(&served) != yg_hop_id(&made));
	assert_true(yg_hop_id(&served) == yg_hop_id(&served));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_an_upstream_to_the_edge_around_it),
		cmocka_unit_test(traces_that_differ_are_never_linked),
		cmocka_unit_test(two_edges_that_could_be_are_none),
		cmocka_unit_test(an_id_is_stronger_than_a_path),
		cmocka_unit_test(a_chain_links_each_to_the_next),
		cmocka_unit_test(the_edge_may_come_first),
		cmocka_unit_test(an_address_that_was_asked_and_asks_is_one_host),
		cmocka_unit_test(links_what_is_translated),
		cmocka_unit_test(streams_of_one_connection_are_no_hops),
		cmocka_unit_test(decides_after_the_grace),
		cmocka_unit_test(a_full_table_loses_and_counts),
		cmocka_unit_test(a_crowd_of_one_key_is_lost_not_guessed),
		cmocka_unit_test(knows_its_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
