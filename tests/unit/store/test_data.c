/* SPDX-License-Identifier: GPL-2.0-only */
/* store/data.c behind its contract in store/store.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

static struct yg_feed_message field_of(uint64_t id, uint64_t endpoint, const char *class_,
				       const char *confidence)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_DATA };

	message.data = (struct yg_feed_data){
		.id = id,
		.endpoint = endpoint,
		.class = yg_slice_from_str(class_),
		.in = YG_SLICE("response"),
		.at = YG_SLICE("body"),
		.field = YG_SLICE("$.a"),
		.confidence = yg_slice_from_str(confidence),
		.sample = YG_SLICE("4*2"),
		.values = 7,
		.distinct = 2,
		.first_seen = NOW,
		.last_seen = NOW,
	};
	return message;
}

static void put_field(struct yg_store *store, uint64_t id, uint64_t endpoint, const char *class_,
		      const char *confidence)
{
	struct yg_feed_message message = field_of(id, endpoint, class_, confidence);

	put(store, &message, NOW);
}

static void put_endpoint(struct yg_store *store, uint64_t id, const char *template_)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };

	message.endpoint = (struct yg_feed_endpoint){
		.id = id,
		.service = YG_SLICE("a"),
		.method = YG_SLICE("GET"),
		.template = yg_slice_from_str(template_),
		.first_seen = NOW,
		.last_seen = NOW,
	};
	put(store, &message, NOW);
}

/* The list "data" of each row. */
static int note_data(void *ctx, struct yg_slice object)
{
	const char *data = memmem(object.ptr, object.len, "\"data\":", 7), *end;
	char *text = ctx;
	size_t used = strlen(text);

	assert_non_null(data);
	end = memmem(data, object.len - (size_t)(data - object.ptr), "],\"", 3);
	assert_non_null(end);
	(void)snprintf(text + used, 1024 - used, "%.*s\n", (int)(end + 1 - data - 7), data + 7);
	return 0;
}

static void an_endpoint_shows_what_it_holds_the_surest_first(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_store_filter filter = { 0 };
	char text[1024] = "";

	(void)state;
	put_endpoint(store, 1, "/a");
	put_endpoint(store, 2, "/b");
	put_field(store, 11, 1, "email", "possible");
	put_field(store, 12, 1, "pan", "confirmed");
	assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &filter, note_data, text), 2);
	assert_string_equal(
		text,
		"[{\"class\":\"pan\",\"in\":\"response\",\"field\":\"$.a\","
		"\"confidence\":\"confirmed\",\"at\":\"body\",\"values\":7,\"distinct\":2,"
		"\"sample\":\"4*2\"},{\"class\":\"email\",\"in\":\"response\",\"field\":\"$.a\","
		"\"confidence\":\"possible\",\"at\":\"body\",\"values\":7,\"distinct\":2,"
		"\"sample\":\"4*2\"}]\n[]\n");
	yg_store_free(&store);
}

static void filters_by_class_and_by_kind_of_class(void **state)
{
	static const struct {
		const char *data;
		int rows;
	} cases[] = { { "secret-aws", 1 }, { "secret", 1 }, { "secret-", 0 },
		      { "sec", 0 },	   { "pan", 0 },    { "", 2 } };
	struct yg_store *store = open_store(NOW);

	(void)state;
	put_endpoint(store, 1, "/a");
	put_endpoint(store, 2, "/b");
	put_field(store, 11, 1, "secret-aws", "confirmed");
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_store_filter filter = { .data = yg_slice_from_str(cases[i].data) };
		char text[1024] = "";

		print_message("%s\n", cases[i].data);
		assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &filter, note_data, text),
				 cases[i].rows);
	}
	yg_store_free(&store);
}

static void note_count(void *ctx, const struct yg_store_data_count *count)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)snprintf(text + used, 256 - used, "%.*s %.*s %lu %lu;", (int)count->class_.len,
		       count->class_.ptr, (int)count->confidence.len, count->confidence.ptr,
		       (unsigned long)count->endpoints, (unsigned long)count->values);
}

static void counts_endpoints_and_values_of_a_class(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message fold = { .kind = YG_FEED_KIND_FOLD };
	char text[256] = "";

	(void)state;
	put_field(store, 11, 1, "pan", "confirmed");
	put_field(store, 12, 1, "pan", "confirmed");
	put_field(store, 13, 2, "pan", "confirmed");
	put_field(store, 14, 2, "email", "likely");
	assert_int_equal(yg_store_data_counts(store, note_count, text), 0);
	assert_string_equal(text, "email likely 1 7;pan confirmed 2 21;");
	/* One is gone; 2 has become part of 1, which tells anew. */
	put_field(store, 12, 1, "pan", "none");
	fold.fold.from = 2;
	fold.fold.into = 1;
	put(store, &fold, NOW);
	text[0] = '\0';
	assert_int_equal(yg_store_data_counts(store, note_count, text), 0);
	assert_string_equal(text, "pan confirmed 1 7;");
	yg_store_free(&store);
}

static void put_take(struct yg_store *store, uint64_t id, const char *caller, const char *class_,
		     uint64_t day, uint64_t distinct)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_TAKE };

	message.take = (struct yg_feed_take){
		.id = id,
		.caller = yg_slice_from_str(caller),
		.service = YG_SLICE("api.example"),
		.class = yg_slice_from_str(class_),
		.day = day * 86400 * 1000000000ull,
		.distinct = distinct,
		.records = 2 * distinct,
		.last_seen = NOW,
	};
	put(store, &message, NOW);
}

static int note_object(void *ctx, struct yg_slice object)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)snprintf(text + used, 4096 - used, "%.*s\n", (int)object.len, object.ptr);
	return 0;
}

static void a_caller_shows_what_it_was_given_on_its_last_day(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_store_filter filter = { .limit = 10, .order = YG_STORE_BY_RECORDS };
	static const char *const callers[] = { "address:1", "bearer:2", "bearer:3" };
	char text[4096] = "";

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(callers); i++) {
		struct yg_feed_message message = { .kind = YG_FEED_KIND_CALLER };

		message.caller.caller = yg_slice_from_str(callers[i]);
		message.caller.last_seen = NOW;
		put(store, &message, NOW);
	}
	put_take(store, 1, "bearer:2", "email", 19000, 900);
	put_take(store, 2, "bearer:2", "email", 19001, 5);
	put_take(store, 3, "bearer:2", "pan", 19001, 6);
	put_take(store, 4, "bearer:3", "email", 19000, 40);
	put_take(store, 4, "bearer:3", "email", 19000, 50); /* the same row, grown */
	assert_int_equal(yg_store_each(store, YG_STORE_CALLERS, &filter, note_object, text), 3);
	/* The last day counts, and who was given nothing comes last. */
	assert_true(strstr(text, "bearer:3") < strstr(text, "bearer:2"));
	assert_true(strstr(text, "bearer:2") < strstr(text, "address:1"));
	assert_non_null(strstr(text, "\"data\":[{\"class\":\"pan\",\"service\":\"api.example\","
				     "\"day\":\"2022-01-09\",\"distinct\":6,\"records\":12,"
				     "\"before\":0},{\"class\":\"email\""));
	assert_non_null(strstr(text, "\"distinct\":50"));
	assert_null(strstr(text, "\"distinct\":900"));
	assert_non_null(strstr(text, "\"data\":[]"));
	yg_store_free(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_endpoint_shows_what_it_holds_the_surest_first,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(filters_by_class_and_by_kind_of_class, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_caller_shows_what_it_was_given_on_its_last_day,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_endpoints_and_values_of_a_class, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("store/data", tests, NULL, NULL);
}
