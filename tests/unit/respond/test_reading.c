/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/reading.h"

#include "core/macros.h"
#include "endpoint/hop.h"
#include "test.h"

#define LIST "[{\"id\":\"a1\"},{\"id\":\"b2\",\"name\":\"c3\"},{\"userId\":7}]"

static const struct yg_reading_options options = { .identity_key = { 1, 2 } };

static const struct yg_header asks[] = { { YG_SLICE("Host"), YG_SLICE("API.example.com:80") } };
static const struct yg_header plain[] = {
	{ YG_SLICE("Content-Type"), YG_SLICE("application/json") },
};
static const struct yg_header coded[] = {
	{ YG_SLICE("Content-Type"), YG_SLICE("application/json") },
	{ YG_SLICE("Content-Encoding"), YG_SLICE("gzip") },
};
static const struct yg_header html[] = { { YG_SLICE("Content-Type"), YG_SLICE("text/html") } };

static struct yg_exchange exchange_of(struct yg_slice target, uint16_t status)
{
	return (struct yg_exchange){
		.request = { .present = true,
			     .start_ns = 1000,
			     .method = YG_SLICE("GET"),
			     .target = target,
			     .headers = asks,
			     .header_count = 1 },
		.response = { .present = true,
			      .complete = true,
			      .start_ns = 2000,
			      .status = status,
			      .headers = plain,
			      .header_count = 1,
			      .body = YG_SLICE(LIST),
			      .body_bytes = sizeof(LIST) - 1 },
	};
}

static void reads_what_the_request_says(void **state)
{
	static struct yg_reading reading;
	const struct yg_exchange exchange = exchange_of(YG_SLICE("/a//b/../c?x=1"), 200);
	const struct yg_subject subject = { .exchange = &exchange };

	(void)state;

	yg_reading_take(&options, &subject, &reading);
	assert_true(yg_slice_equal(reading.service, YG_SLICE("api.example.com")));
	assert_true(reading.has_path);
	assert_int_equal(reading.path.segment_count, 2);
	assert_memory_equal(reading.path.text, "/a/c", 4);
	assert_int_equal(reading.hop, yg_hop_id(&exchange));
	assert_int_equal(reading.caller.hash, 0);
	assert_false(reading.has_handed);
}

static void has_no_path_without_one(void **state)
{
	static struct yg_reading reading;
	const struct yg_exchange exchange = exchange_of(YG_SLICE("*"), 200);
	const struct yg_subject subject = { .exchange = &exchange };

	(void)state;

	yg_reading_take(&options, &subject, &reading);
	assert_false(reading.has_path);
}

static const struct {
	const char *name;
	const struct yg_header *headers;
	uint32_t header_count;
	uint16_t status;
	bool read;
} answers[] = {
	{ "JSON", plain, 1, 200, true },
	{ "JSON with a coding", coded, 2, 200, false },
	{ "JSON of a refusal", plain, 1, 403, false },
	{ "a page", html, 1, 200, false },
	{ "JSON without a type", NULL, 0, 200, true },
};

static void reads_the_ids_of_answers_as_they_are(void **state)
{
	static const struct yg_slice ids[] = { YG_SLICE("a1"), YG_SLICE("b2"), YG_SLICE("7") };
	static struct yg_reading reading;

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(answers); i++) {
		struct yg_exchange exchange = exchange_of(YG_SLICE("/users"), answers[i].status);

		print_message("  %s\n", answers[i].name);
		exchange.response.headers = answers[i].headers;
		exchange.response.header_count = answers[i].header_count;
		reading = (struct yg_reading){ 0 };
		yg_reading_take_handed(&options, &exchange, &reading);
		assert_int_equal(reading.has_handed, answers[i].read);
		assert_int_equal(reading.handed.count, answers[i].read ? YG_ARRAY_SIZE(ids) : 0);
		for (uint32_t id = 0; id < reading.handed.count; id++)
			assert_true(reading.handed.hashes[id] ==
				    yg_object_hash(&options.identity_key, ids[id]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_request_says),
		cmocka_unit_test(has_no_path_without_one),
		cmocka_unit_test(reads_the_ids_of_answers_as_they_are),
	};

	return cmocka_run_group_tests_name("respond/reading", tests, NULL, NULL);
}
