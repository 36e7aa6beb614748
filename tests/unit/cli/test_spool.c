/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/spool.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "test.h"

static const struct yg_spooled items[] = {
	{ .time_ns = 1,
	  .latency_us = YG_LATENCY_UNKNOWN,
	  .status = 200,
	  .has_request = true,
	  .method = YG_SLICE("GET"),
	  .target = YG_SLICE("/a?b=1"),
	  .service = YG_SLICE("api.example.com"),
	  .path = YG_SLICE("/a"),
	  .caller = YG_SLICE("bearer:0123456789abcdef"),
	  .sni = YG_SLICE("api.example.com"),
	  .alpn = YG_SLICE("\x02h2"),
	  .chosen_alpn = YG_SLICE("h2") },
	{ .time_ns = 2, .status = 500 }, /* no request: every text absent */
	{ .time_ns = 3, .source = 4, .method = YG_SLICE("X"), .target = YG_SLICE("") },
};

static void same_text(struct yg_slice got, struct yg_slice want)
{
	assert_int_equal(got.ptr == NULL, want.ptr == NULL);
	assert_true(yg_slice_equal(got, want));
}

static void gives_back_what_was_put(void **state)
{
	const size_t rounds = 30000; /* several buffers */
	struct yg_spool *spool = NULL;
	struct yg_spooled got;

	(void)state;

	assert_int_equal(yg_spool_new("/tmp", &spool), 0);
	for (size_t i = 0; i < rounds; i++)
		yg_spool_put(spool, &items[i % YG_ARRAY_SIZE(items)]);
	assert_int_equal(yg_spool_rewind(spool), 0);
	for (size_t i = 0; i < rounds; i++) {
		const struct yg_spooled *want = &items[i % YG_ARRAY_SIZE(items)];

		assert_int_equal(yg_spool_next(spool, &got), 1);
		assert_int_equal(got.time_ns, want->time_ns);
		assert_int_equal(got.status, want->status);
		assert_int_equal(got.source, want->source);
		assert_int_equal(got.latency_us, want->latency_us);
		same_text(got.method, want->method);
		same_text(got.target, want->target);
		same_text(got.service, want->service);
		same_text(got.path, want->path);
		same_text(got.caller, want->caller);
		same_text(got.sni, want->sni);
		same_text(got.alpn, want->alpn);
		same_text(got.chosen_alpn, want->chosen_alpn);
	}
	assert_int_equal(yg_spool_next(spool, &got), 0);
	yg_spool_free(&spool);
	assert_null(spool);
	yg_spool_free(&spool);
}

static void says_why_it_cannot(void **state)
{
	const struct rlimit none = { .rlim_cur = 0, .rlim_max = RLIM_INFINITY };
	const struct rlimit all = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };
	struct yg_spool *spool = NULL;

	(void)state;

	assert_int_equal(yg_spool_new("/nonexistent", &spool), -ENOENT);
	assert_null(spool);

	assert_int_equal(yg_spool_new("/tmp", &spool), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	for (size_t i = 0; i < 30000; i++) /* one buffer is not written before it is full */
		yg_spool_put(spool, &items[0]);
	assert_int_equal(yg_spool_rewind(spool), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	yg_spool_free(&spool);
}

/* What fits in the buffer never touches the file system; a text larger than it still fits. */
static void holds_small_and_large(void **state)
{
	static char text[3u << 20];
	struct yg_spooled large = items[0], got;
	struct yg_spool *spool = NULL;

	(void)state;

	memset(text, 'x', sizeof(text));
	large.target = (struct yg_slice){ text, sizeof(text) };
	for (size_t count = 0; count < 3; count++) {
		assert_int_equal(yg_spool_new("/tmp", &spool), 0);
		yg_spool_put(spool, &items[0]);
		for (size_t i = 0; i < count; i++)
			yg_spool_put(spool, &large);
		assert_int_equal(yg_spool_rewind(spool), 0);
		assert_int_equal(yg_spool_next(spool, &got), 1);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(yg_spool_next(spool, &got), 1);
			same_text(got.target, large.target);
		}
		assert_int_equal(yg_spool_next(spool, &got), 0);
		yg_spool_free(&spool);
	}
}

/* First byte to first byte; unknown without both sides or when the answer seems to come first. */
static void measures_latency(void **state)
{
	struct yg_exchange exchange = {
		.request = { .present = true, .start_ns = 5000 },
		.response = { .present = true, .start_ns = 12999 },
	};

	(void)state;

	assert_int_equal(yg_exchange_latency_us(&exchange), 7);
	exchange.response.start_ns = 4999;
	assert_int_equal(yg_exchange_latency_us(&exchange), YG_LATENCY_UNKNOWN);
	exchange.response.present = false;
	assert_int_equal(yg_exchange_latency_us(&exchange), YG_LATENCY_UNKNOWN);
}

static void keeps_what_a_line_needs(void **state)
{
	const struct yg_exchange exchange = {
		.request = { .present = true,
			     .complete = true,
			     .start_ns = 7,
			     .body_bytes = 3,
			     .anomalies = YG_ANOMALY_FOLD,
			     .method = YG_SLICE("PUT") },
		.response = { .present = true,
			      .complete = true,
			      .start_ns = 9,
			      .body_bytes = 4,
			      .anomalies = YG_ANOMALY_HOST,
			      .status = 201 },
		.tls = true,
		.client = { .port = 1 },
		.server = { .port = 2 },
	};
	const struct yg_subject subject = { .exchange = &exchange, .client_forwarded = true };
	const struct yg_observation observation = { .path = YG_SLICE("/p") };
	struct yg_spooled item = yg_spooled_from(&subject, &observation);

	(void)state;

	assert_int_equal(item.time_ns, 7);
	assert_int_equal(item.request_bytes, 3);
	assert_int_equal(item.response_bytes, 4);
	assert_int_equal(item.anomalies, YG_ANOMALY_FOLD | YG_ANOMALY_HOST);
	assert_int_equal(item.status, 201);
	assert_int_equal(item.client.port, 1);
	assert_int_equal(item.server.port, 2);
	assert_true(item.tls && item.forwarded && item.complete && item.has_request);
	same_text(item.method, YG_SLICE("PUT"));
	same_text(item.path, YG_SLICE("/p"));
	assert_null(item.service.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put), cmocka_unit_test(says_why_it_cannot),
		cmocka_unit_test(holds_small_and_large),   cmocka_unit_test(measures_latency),
		cmocka_unit_test(keeps_what_a_line_needs),
	};

	return cmocka_run_group_tests_name("cli/spool", tests, NULL, NULL);
}
