/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/talk_call.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define START 1000u
#define END   2000u

/* One operation of one WebSocket: asked once, and what came of it. */
static void add(struct yg_talk_calls *calls, const char *name, bool server, uint32_t asked,
		enum yg_outcome_kind outcome)
{
	struct yg_ws_calls news = { .looked = { asked, 0 } };
	struct yg_ws_row *row = &news.rows[0];

	*row = (struct yg_ws_row){ .hash = 1,
				   .tongue = YG_WS_TONGUE_JSON,
				   .server = server,
				   .name_len = (uint8_t)strlen(name),
				   .asked = asked };
	memcpy(row->name, name, row->name_len);
	if (outcome != YG_OUTCOME_NONE)
		row->answered = row->outcomes[outcome] = asked;
	yg_talk_calls_add(calls, &news, START, END, 1);
}

static const struct yg_talk_call *find(const struct yg_talk_calls *calls, const char *name)
{
	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++) {
		if (strcmp(calls->rows[i].name, name) == 0)
			return &calls->rows[i];
	}
	return NULL;
}

/* Names of their own, as many as you like. */
static const char *name_of(unsigned i)
{
	static char name[16];

	(void)snprintf(name, sizeof(name), "n%c%c%c", 'a' + (int)(i / 676),
		       'a' + (int)(i / 26 % 26), 'a' + (int)(i % 26));
	return name;
}

static void a_flood_of_names_hides_no_operation(void **state)
{
	struct yg_talk_calls calls = { .looked = 0 };
	uint64_t shown = 0;

	(void)state;
	add(&calls, "answered", false, 1, YG_OUTCOME_OK);
	add(&calls, "news", true, 1, YG_OUTCOME_NONE);
	add(&calls, "used", false, 3, YG_OUTCOME_NONE);
	for (unsigned i = 0; i < 3000; i++)
		add(&calls, name_of(i), false, 1, YG_OUTCOME_REFUSED);
	assert_non_null(find(&calls, "answered"));
	assert_non_null(find(&calls, "news"));
	assert_non_null(find(&calls, "used"));
	add(&calls, "late", false, 1, YG_OUTCOME_OK);
	assert_non_null(find(&calls, "late"));
	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++)
		shown += calls.rows[i].asked;
	assert_int_equal(shown + calls.others, 3006); /* nothing is lost */
	assert_int_equal(calls.looked, 3006);
}

static void rows_that_are_proven_give_way_to_better_ones(void **state)
{
	struct yg_talk_calls calls = { .looked = 0 };

	(void)state;
	for (unsigned i = 0; i < YG_TALK_CALLS_MAX; i++)
		add(&calls, name_of(i), i % 2, 2 + i, i % 2 ? YG_OUTCOME_NONE : YG_OUTCOME_OK);
	add(&calls, "less", false, 1, YG_OUTCOME_OK);
	assert_null(find(&calls, "less"));
	add(&calls, "doubt", false, 99, YG_OUTCOME_NONE);
	assert_null(find(&calls, "doubt"));
	assert_int_equal(calls.others, 100);
	add(&calls, "more", false, 9, YG_OUTCOME_OK);
	assert_non_null(find(&calls, "more"));
	assert_null(find(&calls, name_of(0)));
	assert_non_null(find(&calls, name_of(1)));
	assert_int_equal(calls.others, 102);
}

static void what_is_not_there_makes_no_row(void **state)
{
	struct yg_talk_calls calls = { .looked = 0 };

	(void)state;
	add(&calls, "nope", false, 2, YG_OUTCOME_MISSING);
	assert_null(find(&calls, "nope"));
	assert_int_equal(calls.others, 2);
	add(&calls, "find", false, 2, YG_OUTCOME_NONE);
	assert_int_equal(find(&calls, "find")->asked, 2);
}

/* A call of what there is may ask for an object that there is not. */
static void what_is_there_keeps_its_row_when_nothing_is_found(void **state)
{
	struct yg_talk_calls calls = { .looked = 0 };
	const struct yg_talk_call *row;

	(void)state;
	add(&calls, "order", false, 3, YG_OUTCOME_OK);
	add(&calls, "order", false, 2, YG_OUTCOME_MISSING);
	row = find(&calls, "order");
	assert_int_equal(row->asked, 5);
	assert_int_equal(row->outcomes[YG_OUTCOME_MISSING], 2);
	assert_int_equal(calls.others, 0);
}

static void adds_weights_and_those_of_another_endpoint(void **state)
{
	struct yg_ws_calls news = { .looked = { 2, 1 }, .others = 3 };
	struct yg_talk_calls one = { .looked = 0 }, other = { .looked = 0 };
	const struct yg_talk_call *row;

	(void)state;
	news.rows[0] = (struct yg_ws_row){ .hash = 1,
					   .tongue = YG_WS_TONGUE_JSON,
					   .name = "a",
					   .name_len = 1,
					   .asked = 2,
					   .answered = 1 };
	news.rows[0].outcomes[YG_OUTCOME_FORBIDDEN] = 1;
	yg_talk_calls_add(&one, &news, START, END, 4);
	yg_talk_calls_add(&other, &news, START - 1, END + 1, 1);
	yg_talk_calls_merge(&one, &other);
	row = find(&one, "a");
	assert_int_equal(row->asked, 10);
	assert_int_equal(row->answered, 5);
	assert_int_equal(row->outcomes[YG_OUTCOME_FORBIDDEN], 5);
	assert_int_equal(row->first_ns, START - 1);
	assert_int_equal(row->last_ns, END + 1);
	assert_int_equal(one.looked, 15);
	assert_int_equal(one.others, 15);
}

static void comes_back_as_it_was(void **state)
{
	struct yg_talk_calls calls = { .looked = 0 }, back = { .looked = 0 };
	uint8_t bytes[8192];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader;

	(void)state;
	for (unsigned i = 0; i < YG_TALK_CALLS_MAX + 2; i++)
		add(&calls, name_of(i), i % 2, i + 1, YG_OUTCOME_REFUSED);
	yg_talk_calls_pack(&calls, &writer);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
	yg_talk_calls_unpack(&back, &reader);
	assert_false(reader.bad);
	assert_int_equal(reader.used, reader.len);
	assert_memory_equal(&back, &calls, sizeof(calls));
	for (size_t len = 0; len < writer.len; len++) {
		reader = (struct yg_reader){ .ptr = bytes, .len = len };
		back = (struct yg_talk_calls){ .looked = 0 };
		yg_talk_calls_unpack(&back, &reader);
		assert_true(reader.bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_of_names_hides_no_operation),
		cmocka_unit_test(rows_that_are_proven_give_way_to_better_ones),
		cmocka_unit_test(what_is_not_there_makes_no_row),
		cmocka_unit_test(what_is_there_keeps_its_row_when_nothing_is_found),
		cmocka_unit_test(adds_weights_and_those_of_another_endpoint),
		cmocka_unit_test(comes_back_as_it_was),
	};

	return cmocka_run_group_tests_name("endpoint/talk_call", tests, NULL, NULL);
}
