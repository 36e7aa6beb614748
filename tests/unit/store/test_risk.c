/* SPDX-License-Identifier: GPL-2.0-only */
/* store/risk.c, and lists by label and risk, behind its contract in store/store.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

#define HOUR 3600000000000ull
#define NONE ((struct yg_slice){ NULL, 0 })

static struct yg_feed_message endpoint_of(uint64_t id, const char *service, uint64_t risk,
					  const char *label)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };

	message.endpoint = (struct yg_feed_endpoint){
		.id = id,
		.service = yg_slice_from_str(service),
		.method = YG_SLICE("GET"),
		.template = YG_SLICE("/v1"),
		.last_seen = NOW,
		.risk = risk,
		.labels = { 1, { yg_slice_from_str(label) } },
	};
	return message;
}

static void put_three(struct yg_store *store)
{
	struct yg_feed_message message = endpoint_of(1, "a", 50, "shadow");

	put(store, &message, NOW);
	message = endpoint_of(2, "b", 100, "internal");
	put(store, &message, NOW);
	message = endpoint_of(3, "a", 0, "external");
	put(store, &message, NOW);
}

static int keep_risk(void *ctx, struct yg_slice object)
{
	const char *risk = strstr(object.ptr, "\"risk\":");
	uint64_t *order = ctx;

	assert_non_null(risk);
	*order = *order * 1000 + strtoull(risk + 7, NULL, 10);
	return 0;
}

static void lists_by_label_and_risk(void **state)
{
	static const struct {
		struct yg_store_filter filter;
		int want;
	} cases[] = {
		{ { .label = { "shadow", 6 } }, 1 },
		{ { .label = { "shad", 4 } }, 0 },
		{ { .risk = 50 }, 2 },
		{ { .risk = 51 }, 1 },
	};
	struct yg_store *store = open_store(NOW);
	struct yg_store_filter riskiest = { .order = YG_STORE_BY_RISK };
	uint64_t order = 0;

	(void)state;

	put_three(store);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		uint64_t sum = 0;

		assert_int_equal(
			yg_store_each(store, YG_STORE_ENDPOINTS, &cases[i].filter, keep_risk, &sum),
			cases[i].want);
	}
	assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &riskiest, keep_risk, &order), 3);
	assert_int_equal(order, 100050000);
	yg_store_free(&store);
}

struct trend {
	uint64_t time_ns[4];
	uint32_t risk[4];
	size_t count;
};

static void keep_trend(void *ctx, uint64_t time_ns, uint32_t risk)
{
	struct trend *trend = ctx;

	assert_true(trend->count < YG_ARRAY_SIZE(trend->risk));
	trend->time_ns[trend->count] = time_ns;
	trend->risk[trend->count++] = risk;
}

static void keeps_the_highest_of_each_hour(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message calm = endpoint_of(1, "a", 20, "shadow");
	struct trend one = { .count = 0 }, whole = one, days = one;

	(void)state;

	put_three(store);
	assert_int_equal(yg_store_tick(store, NOW + 60000000000ull), 0);
	put(store, &calm, NOW);
	assert_int_equal(yg_store_tick(store, NOW + 120000000000ull), 0);
	calm.endpoint.last_seen = NOW + HOUR;
	put(store, &calm, NOW + HOUR);
	assert_int_equal(yg_store_tick(store, NOW + HOUR), 0);

	assert_int_equal(yg_store_risks(store, 1, NOW - HOUR, false, keep_trend, &one), 2);
	assert_int_equal(one.risk[0], 50);
	assert_int_equal(one.risk[1], 20);
	assert_int_equal(one.time_ns[1] - one.time_ns[0], HOUR);
	assert_int_equal(yg_store_risks(store, 1, 0, true, keep_trend, &days), 1);
	assert_int_equal(days.risk[0], 50);
	/* An endpoint at the limit leaves no room for others. */
	assert_int_equal(yg_store_risks(store, 0, 0, false, keep_trend, &whole), 2);
	assert_int_equal(whole.risk[0], 100);
	assert_int_equal(whole.risk[1], 100);
	assert_int_equal(yg_store_risk(store), 100);
	yg_store_free(&store);
}

struct services {
	char names[8];
	uint32_t risk;
	uint64_t endpoints;
};

static void keep_service(void *ctx, struct yg_slice service, uint32_t risk, uint64_t endpoints)
{
	struct services *services = ctx;

	strncat(services->names, service.ptr, 1);
	services->risk = risk;
	services->endpoints = endpoints;
}

static void sums_up_services(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct services services = { .risk = 0 };

	(void)state;

	assert_int_equal(yg_store_risk(store), 0);
	put_three(store);
	assert_int_equal(yg_store_services(store, NONE, 10, keep_service, &services), 2);
	assert_string_equal(services.names, "ba");
	assert_int_equal(services.risk, 50); /* 50, and 0 beside it */
	assert_int_equal(services.endpoints, 2);
	assert_int_equal(yg_store_services(store, NONE, 1, keep_service, &services), 1);
	services = (struct services){ .risk = 0 };
	assert_int_equal(yg_store_services(store, YG_SLICE("a"), 9, keep_service, &services), 1);
	assert_string_equal(services.names, "a");
	assert_int_equal(yg_store_services(store, YG_SLICE("c"), 9, keep_service, &services), 0);
	yg_store_free(&store);
}

static void counts_every_endpoint_of_a_service(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct services services = { .risk = 0 };

	(void)state;

	for (uint64_t i = 1; i <= 13; i++) {
		struct yg_feed_message message = endpoint_of(i, "a", 10, "shadow");
		char path[16];

		(void)snprintf(path, sizeof(path), "/%u", (unsigned int)i);
		message.endpoint.template = yg_slice_from_str(path);
		put(store, &message, NOW);
	}
	assert_int_equal(yg_store_services(store, NONE, 10, keep_service, &services), 1);
	assert_int_equal(services.endpoints, 13);
	assert_int_equal(services.risk, 13); /* 10, and 90 x 90 / 3000 */
	yg_store_free(&store);
}

static void keeps_how_the_risk_of_a_service_went(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message calm = endpoint_of(1, "a", 20, "shadow");
	struct trend hours = { .count = 0 }, days = hours, none = hours;

	(void)state;

	put_three(store);
	assert_int_equal(yg_store_tick(store, NOW + 60000000000ull), 0);
	calm.endpoint.last_seen = NOW + HOUR;
	put(store, &calm, NOW + HOUR);
	assert_int_equal(yg_store_tick(store, NOW + HOUR), 0);
	assert_int_equal(yg_store_service_risks(store, YG_SLICE("a"), 0, false, keep_trend, &hours),
			 2);
	assert_int_equal(hours.risk[0], 50);
	assert_int_equal(hours.risk[1], 20);
	assert_int_equal(yg_store_service_risks(store, YG_SLICE("a"), 0, true, keep_trend, &days),
			 1);
	assert_int_equal(days.risk[0], 50);
	assert_int_equal(yg_store_service_risks(store, YG_SLICE("c"), 0, true, keep_trend, &none),
			 0);
	yg_store_free(&store);
}

static int keep_text(void *ctx, struct yg_slice object)
{
	(void)snprintf(ctx, 2048, "%.*s", (int)object.len, object.ptr);
	return 0;
}

static void a_third_party_comes_with_its_endpoints_and_what_is_sent(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = endpoint_of(7, "pay.example.com:8443", 33, "third-party");
	const struct yg_store_filter all = { .limit = 10 };
	char text[2048] = "";

	(void)state;

	put(store, &message, NOW);
	message = endpoint_of(8, "pay.example.community", 99, "third-party");
	put(store, &message, NOW);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_DATA };
	message.data = (struct yg_feed_data){ .id = 1,
					      .endpoint = 7,
					      .class = YG_SLICE("pan"),
					      .in = YG_SLICE("request"),
					      .confidence = YG_SLICE("confirmed"),
					      .last_seen = NOW };
	put(store, &message, NOW);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_PARTY };
	message.party = (struct yg_feed_party){ .host = YG_SLICE("pay.example.com"),
						.requests = 5,
						.last_seen = NOW };
	put(store, &message, NOW);
	assert_int_equal(yg_store_count(store, YG_STORE_PARTIES), 1);
	assert_int_equal(yg_store_each(store, YG_STORE_PARTIES, &all, keep_text, text), 1);
	assert_non_null(strstr(text, "{\"type\":\"third-party\",\"host\":\"pay.example.com\""));
	assert_non_null(strstr(text, "\"endpoints\":[\"GET /v1\"],\"data\":[\"pan\"],"
				     "\"asked_for\":[],\"risk\":33}"));
	yg_store_free(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_by_label_and_risk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_every_endpoint_of_a_service, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_how_the_risk_of_a_service_went, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_highest_of_each_hour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sums_up_services, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_third_party_comes_with_its_endpoints_and_what_is_sent, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
