/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws_calls.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define ID(n)	   "{\"jsonrpc\":\"2.0\",\"id\":" #n
#define CALL(n, m) ID(n) ",\"method\":\"" m "\"}"
#define GOOD(n)	   ID(n) ",\"result\":1}"
#define BAD(n)	   ID(n) ",\"error\":{\"code\":-32602}}"
#define DATA	   "{\"type\":\"next\",\"id\":\"s\",\"payload\":{\"data\":{\"a\":1}}}"

static void say(struct yg_ws_calls *calls, bool server, const char *text)
{
	char room[YG_WS_UNPACK_MAX];
	struct yg_ws_call call;

	yg_ws_call_read(yg_slice_from_str(text), false, server, room, &call);
	yg_ws_calls_take(calls, server, false, &call);
}

static const struct yg_ws_row *row(const struct yg_ws_calls *calls, const char *name)
{
	for (uint32_t i = 0; i < YG_WS_ROWS_MAX; i++) {
		if (calls->rows[i].hash && strlen(name) == calls->rows[i].name_len &&
		    memcmp(calls->rows[i].name, name, calls->rows[i].name_len) == 0)
			return &calls->rows[i];
	}
	return NULL;
}

static void answers_count_for_what_was_asked(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };

	(void)state;
	say(&calls, false, CALL(1, "a"));
	say(&calls, false, CALL(2, "a"));
	say(&calls, false, CALL(3, "b"));
	say(&calls, true, BAD(3));
	say(&calls, true, GOOD(1));
	say(&calls, true, GOOD(1)); /* answered already */
	say(&calls, true, BAD(9));  /* nobody asked that */
	say(&calls, false, BAD(2)); /* the side that asked does not answer */
	assert_non_null(row(&calls, "a"));
	assert_int_equal(row(&calls, "a")->asked, 2);
	assert_int_equal(row(&calls, "a")->answered, 1);
	assert_int_equal(row(&calls, "a")->outcomes[YG_OUTCOME_OK], 1);
	assert_int_equal(row(&calls, "b")->outcomes[YG_OUTCOME_INVALID], 1);
	assert_int_equal(calls.looked[0], 4);
	assert_int_equal(calls.looked[1], 4);
	assert_null(row(&calls, "c"));
}

/* Both sides begin at 1. */
static void each_side_has_ids_of_its_own(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };

	(void)state;
	say(&calls, false, CALL(1, "a"));
	say(&calls, true, CALL(1, "b"));
	say(&calls, false, BAD(1));
	say(&calls, true, GOOD(1));
	assert_int_equal(row(&calls, "a")->answered, 1);
	assert_int_equal(row(&calls, "a")->outcomes[YG_OUTCOME_OK], 1);
	assert_int_equal(row(&calls, "b")->answered, 1);
	assert_int_equal(row(&calls, "b")->outcomes[YG_OUTCOME_INVALID], 1);
}

/* Data that keeps coming is one success, and each error is one. */
static void a_subscription_is_good_once(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };

	(void)state;
	say(&calls, false,
	    "{\"id\":\"s\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription S{a}\"}}");
	for (int i = 0; i < 3; i++)
		say(&calls, true, DATA);
	yg_ws_calls_told(&calls);
	assert_false(yg_ws_calls_has_news(&calls));
	say(&calls, true, DATA);
	assert_true(yg_ws_calls_has_news(&calls));
	assert_int_equal(row(&calls, "subscription S")->asked, 0);
	assert_int_equal(row(&calls, "subscription S")->answered, 1);
	assert_int_equal(row(&calls, "subscription S")->outcomes[YG_OUTCOME_OK], 0);
	say(&calls, true, "{\"id\":\"s\",\"type\":\"complete\"}");
	say(&calls, true, DATA);
	assert_int_equal(row(&calls, "subscription S")->answered, 1);
}

static void names_without_room_are_counted_together(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };
	char text[64];

	(void)state;
	for (unsigned i = 0; i < YG_WS_ROWS_MAX + 5; i++) {
		(void)snprintf(text, sizeof(text), "{\"action\":\"do%c%c\"}", 'a' + (int)i % 26,
			       'a' + (int)i / 26);
		say(&calls, false, text);
	}
	assert_int_equal(calls.others, 5);
	assert_non_null(row(&calls, "doaa"));
	yg_ws_calls_told(&calls);
	assert_int_equal(calls.others, 0);
	/* What has no news any more makes room, and its answers come too late. */
	for (unsigned i = 0; i < YG_WS_ROWS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "42[\"say%c\"]", 'a' + (int)i);
		say(&calls, true, text);
	}
	assert_int_equal(calls.others, 0);
	assert_null(row(&calls, "doaa"));
	assert_true(row(&calls, "saya")->server);
}

static void what_made_room_is_not_answered(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };
	char text[64];

	(void)state;
	say(&calls, false, CALL(1, "old"));
	yg_ws_calls_told(&calls);
	for (unsigned i = 0; i < YG_WS_ROWS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "{\"action\":\"do%c\"}", 'a' + (int)i);
		say(&calls, false, text);
	}
	say(&calls, true, BAD(1));
	for (unsigned i = 0; i < YG_WS_ROWS_MAX; i++)
		assert_int_equal(calls.rows[i].answered, 0);
}

static void keeps_a_message_of_each(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };

	(void)state;
	say(&calls, false, "42[\"chat\",{\"card\":1}]");
	say(&calls, false, "42[\"chat\",{\"card\":2}]");
	say(&calls, true, "42[\"chat\",{\"card\":3}]");
	say(&calls, false, "{\"to\":\"Ann\"}"); /* without a name, the first of its side */
	say(&calls, false, "{\"to\":\"Bob\"}");
	assert_int_equal(calls.sample_count, 3);
	assert_int_equal(calls.samples[0].len, strlen("[\"chat\",{\"card\":1}]"));
	assert_memory_equal(calls.samples[0].text, "[\"chat\",{\"card\":1}]", calls.samples[0].len);
	assert_false(calls.samples[0].server);
	assert_true(calls.samples[1].server);
	assert_memory_equal(calls.samples[2].text, "{\"to\":\"Ann\"}", calls.samples[2].len);
	for (int i = 0; i < 4; i++)
		say(&calls, false, i % 2 ? "42[\"x\",1]" : "42[\"y\",1]");
	assert_int_equal(calls.sample_count, YG_WS_SAMPLES_MAX);
	yg_ws_calls_told(&calls);
	assert_int_equal(calls.sample_count, 0);
	say(&calls, false, "42[\"chat\",{\"card\":4}]");
	assert_int_equal(calls.sample_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_count_for_what_was_asked),
		cmocka_unit_test(each_side_has_ids_of_its_own),
		cmocka_unit_test(a_subscription_is_good_once),
		cmocka_unit_test(names_without_room_are_counted_together),
		cmocka_unit_test(what_made_room_is_not_answered),
		cmocka_unit_test(keeps_a_message_of_each),
	};

	return cmocka_run_group_tests_name("parse/ws_calls", tests, NULL, NULL);
}
