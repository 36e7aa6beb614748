/* SPDX-License-Identifier: GPL-2.0-only */
/* store/relation.c behind its contract in store/store.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

static void put_relation(struct yg_store *store, uint64_t from, uint64_t into, uint64_t requests)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_RELATION };

	message.relation = (struct yg_feed_relation){
		.from = from,
		.into = into,
		.kind = YG_SLICE("upstream"),
		.requests = requests,
		.first_seen = NOW,
		.last_seen = NOW,
	};
	put(store, &message, NOW);
}

/* "in 0 N", "out 1 N": direction, depth and requests of each row. */
static int note_relation(void *ctx, struct yg_slice object)
{
	char *text = ctx;
	const char *direction = strstr(object.ptr, "\"direction\":\"") + 13;
	const char *depth = strstr(object.ptr, "\"depth\":") + 8;
	const char *requests = strstr(object.ptr, "\"requests\":") + 11;
	size_t used = strlen(text);

	(void)snprintf(text + used, 256 - used, "%.*s %c %lu;", *direction == 'i' ? 2 : 3,
		       direction, *depth, strtoul(requests, NULL, 10));
	return 0;
}

static void shows_where_an_endpoint_leads_to(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message fold = { .kind = YG_FEED_KIND_FOLD };
	char text[256] = "";

	(void)state;

	put_relation(store, 1, 2, 3);
	put_relation(store, 1, 2, 4);
	put_relation(store, 2, 3, 5);
	put_relation(store, 3, 1, 6); /* a circle ends */
	assert_int_equal(yg_store_relations(store, 1, note_relation, text), 3);
	assert_string_equal(text, "out 0 7;out 1 5;out 2 6;");
	/* 2 is 9 now: what led to one of them leads to both. */
	put_relation(store, 1, 9, 10);
	fold.fold.from = 2;
	fold.fold.into = 9;
	put(store, &fold, NOW);
	text[0] = '\0';
	assert_int_equal(yg_store_relations(store, 9, note_relation, text), 3);
	assert_string_equal(text, "out 0 5;out 1 6;out 2 17;");
	assert_int_equal(yg_store_relations(store, 2, note_relation, text), 0);
	yg_store_free(&store);
}

static void put_endpoint(struct yg_store *store, uint64_t id, struct yg_slice service)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };

	message.endpoint.id = id;
	message.endpoint.service = service;
	message.endpoint.method = YG_SLICE("GET");
	message.endpoint.template = YG_SLICE("/v1");
	message.endpoint.last_seen = NOW;
	put(store, &message, NOW);
}

static void put_sent(struct yg_store *store, uint64_t endpoint, struct yg_slice class_,
		     struct yg_slice confidence)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_DATA };

	message.data = (struct yg_feed_data){
		.id = endpoint * 100 + confidence.len,
		.endpoint = endpoint,
		.class = class_,
		.in = YG_SLICE("request"),
		.at = YG_SLICE("body"),
		.confidence = confidence,
		.last_seen = NOW,
	};
	put(store, &message, NOW);
}

static int note_object(void *ctx, struct yg_slice object)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)snprintf(text + used, 2048 - used, "%.*s\n", (int)object.len, object.ptr);
	return 0;
}

static void shows_the_graph_of_all(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_store_filter filter = { .limit = 10 };
	char text[2048] = "";

	(void)state;

	put_endpoint(store, 1, YG_SLICE("edge.example"));
	put_endpoint(store, 2, YG_SLICE("inner.local"));
	put_endpoint(store, 3, YG_SLICE("inner.local"));
	put_sent(store, 3, YG_SLICE("pan"), YG_SLICE("likely"));
	put_sent(store, 3, YG_SLICE("email"), YG_SLICE("possible"));
	put_relation(store, 1, 2, 3);
	put_relation(store, 1, 3, 4);
	put_relation(store, 0, 9, 1); /* for nobody that is known, to what is forgotten */
	assert_int_equal(yg_store_graph(store, &filter, false, note_object, text), 3);
	assert_non_null(strstr(text, "\"from\":null,\"into\":{\"id\":\"0000000000000009\""));
	/* What is only possible is not said to go there. */
	assert_non_null(strstr(text, "\"data\":[\"pan\"]"));
	text[0] = '\0';
	filter.service = YG_SLICE("inner.local");
	assert_int_equal(yg_store_graph(store, &filter, true, note_object, text), 1);
	assert_non_null(strstr(text, "\"from\":{\"service\":\"edge.example\"},\"into\":{"
				     "\"service\":\"inner.local\"},\"requests\":7"));
	filter.kind = YG_SLICE("third-party");
	assert_int_equal(yg_store_graph(store, &filter, true, note_object, text), 0);
	filter = (struct yg_store_filter){ .limit = 10, .contains = YG_SLICE("dge.ex") };
	assert_int_equal(yg_store_graph(store, &filter, false, note_object, text), 2);
	filter.since_ns = NOW + 1;
	assert_int_equal(yg_store_graph(store, &filter, false, note_object, text), 0);
	yg_store_free(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_the_graph_of_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(shows_where_an_endpoint_leads_to, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("store/relation", tests, NULL, NULL);
}
