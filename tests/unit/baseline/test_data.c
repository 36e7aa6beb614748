/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data.h"

#include <stdio.h>

#include "baseline/checksum.h"
#include "baseline/lesson.h"
#include "test.h"

struct rig {
	struct yg_data *data;
	struct yg_bodies *bodies;
	struct yg_data_seen seen;
	uint64_t seed;
	uint64_t count; /* exchanges that were shown */
	bool asked, classes;
};

static int set_up(void **state)
{
	struct yg_data_options options = { .key = { 1, 2 }, .endpoints_max = 4 };
	struct rig *rig = calloc(1, sizeof(*rig));
	char error[200];

	assert_non_null(rig);
	rig->seed = 0x2026;
	assert_int_equal(yg_data_new(&options, error, sizeof(error), &rig->data), 0);
	assert_int_equal(yg_bodies_new(&rig->bodies), 0);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	yg_data_free(&rig->data);
	yg_bodies_free(&rig->bodies);
	free(rig);
	return 0;
}

/* Show one exchange of endpoint 0. */
static void observe(struct rig *rig, const struct yg_exchange *exchange)
{
	struct yg_lesson lesson = yg_lesson_of(rig->count++, false);
	struct yg_data_scene scene = {
		.exchange = exchange,
		.lesson = lesson.kind == YG_LESSON_WHOLE,
		.weight = lesson.weight,
		.asked = rig->asked,
		.classes = rig->classes,
	};

	yg_bodies_begin(rig->bodies, exchange);
	yg_data_begin(rig->data, &scene, &rig->seen);
	for (enum yg_side side = 0; side < YG_SIDE_MAX; side++) {
		const struct yg_visitor visitor = yg_data_visitor(rig->data, side);

		(void)yg_values_walk(exchange, rig->bodies, side, &visitor, 1);
	}
}

/* One answer with this body from endpoint 0. */
static void answer(struct rig *rig, const char *body)
{
	static const struct yg_header type = { YG_SLICE("Content-Type"),
					       YG_SLICE("application/json") };
	struct yg_exchange exchange = {
		.request = { .present = true, .target = YG_SLICE("/x") },
		.response = { .present = true,
			      .complete = true,
			      .status = 200,
			      .headers = &type,
			      .header_count = 1,
			      .body = yg_slice_from_str(body),
			      .body_bytes = strlen(body) },
	};

	observe(rig, &exchange);
}

/* A number like a Visa card; its check digit right if @right, else as luck has it. */
static void make_card(struct rig *rig, bool right, char *ret)
{
	do {
		ret[0] = '4';
		for (uint32_t i = 1; i < 16; i++) {
			rig->seed = rig->seed * 6364136223846793005u + 1442695040888963407u;
			ret[i] = (char)('0' + (rig->seed >> 33) % 10);
		}
		ret[16] = '\0';
	} while (right && !yg_checksum_luhn(ret, 16));
}

static void answer_cards(struct rig *rig, const char *name, bool right, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		char card[17], body[64];

		make_card(rig, right, card);
		(void)snprintf(body, sizeof(body), "{\"%s\":\"%s\"}", name, card);
		answer(rig, body);
	}
}

static enum yg_data_level best_level(struct rig *rig, uint32_t class_)
{
	enum yg_data_level best = YG_DATA_NONE;
	uint32_t count;
	const struct yg_data_field *fields = yg_data_fields(rig->data, 0, &count);

	for (uint32_t i = 0; i < count; i++) {
		enum yg_data_level level = yg_data_level_of(rig->data, 0, &fields[i]);

		if (fields[i].class_ == class_ && level > best)
			best = level;
	}
	return best;
}

static void luck_is_the_table_of_the_binomial(void **state)
{
	static const uint32_t needed[][2] = { { 5, 5 },	  { 10, 7 },   { 20, 9 },
					      { 50, 15 }, { 100, 24 }, { 200, 38 } };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(needed); i++) {
		assert_true(yg_data_luck(0.1, needed[i][0], needed[i][1]) < 1e-4);
		assert_true(yg_data_luck(0.1, needed[i][0], needed[i][1] - 1) >= 1e-5);
	}
	assert_true(yg_data_luck(0.1, 100, 3) > 0.99);
	assert_true(yg_data_luck(0.1, 10, 0) == 1);
}

static void a_tenth_that_passes_by_luck_stays_silent(void **state)
{
	answer_cards(*state, "order_id", false, 200);
	assert_int_equal(best_level(*state, YG_DATA_PAN), YG_DATA_NONE);
}

static void a_tenth_stays_silent_under_a_name_too(void **state)
{
	answer_cards(*state, "card_number", false, 200);
	assert_int_equal(best_level(*state, YG_DATA_PAN), YG_DATA_NONE);
}

static void a_tenth_over_many_fields_stays_silent(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 100; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "f%c%c", 'a' + i / 26, 'a' + i % 26);
		answer_cards(rig, name, false, 1);
	}
	assert_int_equal(best_level(rig, YG_DATA_PAN), YG_DATA_NONE);
}

static void cards_without_a_name_are_confirmed_by_their_share(void **state)
{
	answer_cards(*state, "value", true, 20);
	assert_int_equal(best_level(*state, YG_DATA_PAN), YG_DATA_CONFIRMED);
}

static void a_name_needs_three_values_to_confirm(void **state)
{
	answer_cards(*state, "card_number", true, 1);
	assert_int_equal(best_level(*state, YG_DATA_PAN), YG_DATA_LIKELY);
	answer_cards(*state, "card_number", true, 2);
	assert_int_equal(best_level(*state, YG_DATA_PAN), YG_DATA_CONFIRMED);
}

static void only_what_an_exchange_holds_is_said_of_it(void **state)
{
	struct rig *rig = *state;
	struct yg_data_set set;

	answer(rig, "{\"email\":\"a@example.org\"}");
	set = yg_data_classes(rig->data, 0, rig->seen.items, rig->seen.count);
	assert_true(yg_data_set_has(&set, YG_DATA_EMAIL));
	answer(rig, "{\"email\":null}");
	set = yg_data_classes(rig->data, 0, rig->seen.items, rig->seen.count);
	assert_true(yg_data_set_is_empty(&set));
}

static void fields_are_named_and_masked(void **state)
{
	struct rig *rig = *state;
	uint32_t count;
	const struct yg_data_field *fields;

	answer(rig, "{\"users\":[{\"card\":{\"number\":\"4111111111111111\"}}]}");
	fields = yg_data_fields(rig->data, 0, &count);
	assert_int_equal(count, 1);
	assert_string_equal(fields[0].path, "$.users[*].card.number");
	assert_string_equal(fields[0].sample, "411111****1111");
	assert_true(fields[0].response);
}

static void what_is_known_survives_bytes_and_folds(void **state)
{
	static uint8_t bytes[1u << 16];
	struct rig *rig = *state;
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader = { .ptr = bytes };
	uint32_t count;

	answer_cards(rig, "card_number", true, 5);
	yg_data_pack(rig->data, 0, &writer);
	assert_false(writer.overflow);
	reader.len = writer.len;
	yg_data_unpack(rig->data, 1, &reader);
	assert_false(reader.bad);
	assert_int_equal(reader.used, reader.len);
	yg_data_fold(rig->data, 2, 1);
	(void)yg_data_fields(rig->data, 1, &count);
	assert_int_equal(count, 0);
	assert_int_equal(yg_data_field_passed(yg_data_fields(rig->data, 2, &count)), 5);
	for (size_t len = 0; len < writer.len; len += 7) {
		struct yg_reader cut = { .ptr = bytes, .len = len };

		yg_data_unpack(rig->data, 3, &cut);
		assert_true(cut.bad);
	}
}

static struct yg_data *data_with(const struct yg_data_user_class *user, uint32_t count)
{
	struct yg_data_options options = {
		.engine = { .user = user, .user_count = count },
		.endpoints_max = 1,
	};
	struct yg_data *data = NULL;
	char error[200];

	assert_int_equal(yg_data_new(&options, error, sizeof(error), &data), 0);
	return data;
}

static void fields_find_their_class_by_name(void **state)
{
	static const struct yg_data_user_class before[] = { { .name = "a", .keys = "aaa" },
							    { .name = "b", .keys = "bbb" } };
	static const struct yg_data_user_class after[] = { { .name = "c", .keys = "ccc" },
							   { .name = "b", .keys = "bbb" } };
	static uint8_t bytes[1u << 16];
	struct rig *rig = *state;
	struct yg_data *plain = rig->data, *other = data_with(after, 2);
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader = { .ptr = bytes };
	const struct yg_data_field *fields;
	uint32_t count;

	rig->data = data_with(before, 2);
	answer(rig, "{\"aaa\":\"one\",\"bbb\":\"two\",\"email\":\"a@example.org\"}");
	yg_data_pack(rig->data, 0, &writer);
	reader.len = writer.len;
	yg_data_unpack(other, 0, &reader);
	assert_false(reader.bad);
	assert_int_equal(reader.used, reader.len);
	/* "a" is no more. */
	fields = yg_data_fields(other, 0, &count);
	assert_int_equal(count, 2);
	for (uint32_t i = 0; i < count; i++)
		assert_string_equal(yg_data_class_name(other, fields[i].class_),
				    strcmp(fields[i].path, "$.bbb") == 0 ? "b" : "email");
	yg_data_free(&other);
	yg_data_free(&rig->data);
	rig->data = plain;
}

static void fields_beyond_the_cap_take_the_place_of_the_least(void **state)
{
	struct rig *rig = *state;
	uint32_t count;

	answer_cards(rig, "card_number", true, 5);
	for (uint32_t i = 0; i < YG_DATA_FIELDS_MAX + 20; i++) {
		char body[64];

		(void)snprintf(body, sizeof(body), "{\"m%u\":\"a%u@example.org\"}", i, i);
		answer(rig, body);
	}
	(void)yg_data_fields(rig->data, 0, &count);
	assert_int_equal(count, YG_DATA_FIELDS_MAX);
	assert_int_equal(best_level(rig, YG_DATA_PAN), YG_DATA_CONFIRMED);
}

/* The next exchange will be a lesson, or none. */
static void answer_until(struct rig *rig, bool lesson)
{
	while ((yg_lesson_of(rig->count, false).kind == YG_LESSON_WHOLE) != lesson)
		answer_cards(rig, "card_number", true, 1);
}

static void later_exchanges_are_read_by_sample_or_where_it_is_known(void **state)
{
	static const char both[] = "{\"card_number\":\"4111111111111111\",\"m\":\"a@example.org\"}";
	struct rig *rig = *state;

	answer_cards(rig, "card_number", true, 60);
	answer_until(rig, false);
	answer(rig, both);
	assert_int_equal(rig->seen.count, 0);
	rig->asked = true;
	answer_until(rig, false);
	answer(rig, both);
	assert_int_equal(rig->seen.count, 1);
	assert_int_equal(rig->seen.items[0].class_, YG_DATA_PAN);
	rig->asked = false;
	answer_until(rig, true);
	answer(rig, both);
	assert_int_equal(rig->seen.count, 2);
	answer(rig, both); /* what is new is looked at again */
	assert_int_equal(rig->seen.count, 2);
}

static uint32_t count_of(const struct rig *rig, uint32_t class_)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < rig->seen.count; i++)
		count += rig->seen.items[i].class_ == class_ ? rig->seen.items[i].count : 0;
	return count;
}

/* Cards and mail addresses in a list whose last row alone has a mail address. */
static void classes_alone_are_told_by_the_first_row_that_has_each(void **state)
{
	static const char list[] =
		"[{\"card_number\":\"4111111111111111\"},"
		"{\"card_number\":\"4012888888881881\"},"
		"{\"card_number\":\"5555555555554444\",\"m\":\"a@example.org\"}]";
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 60; i++)
		answer(rig, list);
	rig->asked = true;
	answer_until(rig, false);
	answer(rig, list);
	assert_int_equal(count_of(rig, YG_DATA_PAN), 3);
	assert_int_equal(count_of(rig, YG_DATA_EMAIL), 1);
	assert_int_equal(rig->seen.value_count, 4);
	rig->asked = false;
	rig->classes = true;
	answer_until(rig, false);
	answer(rig, list);
	assert_int_equal(count_of(rig, YG_DATA_PAN), 1);
	assert_int_equal(count_of(rig, YG_DATA_EMAIL), 1);
	assert_int_equal(rig->seen.value_count, 0);
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void note_level(void *ctx, const struct yg_data_field *field, enum yg_data_level level)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)snprintf(text + used, 64 - used, "%s %s;", yg_data_class_info(field->class_)->name,
		       yg_data_level_name(level));
}

static void tells_a_field_once_until_it_changes(void **state)
{
	struct rig *rig = *state;
	char text[64] = "";

	answer(rig, "{\"email\":\"ann@example.org\"}");
	yg_data_news(rig->data, 0, note_level, text);
	assert_string_equal(text, "email likely;");
	yg_data_news(rig->data, 0, note_level, text);
	assert_string_equal(text, "email likely;");
	answer(rig, "{\"email\":\"dave.miller@example.org\"}");
	answer(rig, "{\"email\":\"carol@example.org\"}");
	text[0] = '\0';
	yg_data_news(rig->data, 0, note_level, text);
	assert_string_equal(text, "email confirmed;");
	/* Under another endpoint's id it is news again. */
	yg_data_fold(rig->data, 1, 0);
	text[0] = '\0';
	yg_data_news(rig->data, 1, note_level, text);
	assert_string_equal(text, "email confirmed;");
}

/* One answer with this field in its head, to a request with that cookie. */
static void answer_head(struct rig *rig, const char *name, const char *value, const char *cookie)
{
	const struct yg_header field = { yg_slice_from_str(name), yg_slice_from_str(value) };
	const struct yg_header cookies = { YG_SLICE("Cookie"), yg_slice_from_str(cookie) };
	struct yg_exchange exchange = {
		.request = { .present = true,
			     .target = YG_SLICE("/x"),
			     .headers = &cookies,
			     .header_count = 1 },
		.response = { .present = true,
			      .complete = true,
			      .status = 200,
			      .headers = &field,
			      .header_count = 1 },
	};

	observe(rig, &exchange);
}

static void heads_are_read_but_for_who_asks(void **state)
{
	static const struct {
		const char *name, *value, *cookie;
		uint32_t class_; /* YG_DATA_CLASS_MAX: nothing */
	} cases[] = {
		{ "X-Debug", "key=ghp_16C7e42F292c6912E7710c838347Ae178B4a", "a=b",
		  YG_DATA_SECRET_GITHUB },
		{ "Set-Cookie", "who=ann.miller@bank.test; Path=/", "a=b", YG_DATA_EMAIL },
		{ "X-A", "b", "who=ann.miller@bank.test", YG_DATA_EMAIL },
		{ "X-Upstream", "10.1.2.3", "a=b", YG_DATA_CLASS_MAX },
		{ "ETag", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "a=b", YG_DATA_CLASS_MAX },
		{ "X-A", "b", "sid=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
		  YG_DATA_CLASS_MAX },
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("%s: %s, %s\n", cases[i].name, cases[i].value, cases[i].cookie);
		answer_head(rig, cases[i].name, cases[i].value, cases[i].cookie);
		assert_true(rig->seen.looked);
		assert_int_equal(rig->seen.count, cases[i].class_ != YG_DATA_CLASS_MAX);
		if (rig->seen.count)
			assert_int_equal(rig->seen.items[0].class_, cases[i].class_);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(luck_is_the_table_of_the_binomial),
		IN_RIG(a_tenth_that_passes_by_luck_stays_silent),
		IN_RIG(a_tenth_stays_silent_under_a_name_too),
		IN_RIG(a_tenth_over_many_fields_stays_silent),
		IN_RIG(cards_without_a_name_are_confirmed_by_their_share),
		IN_RIG(a_name_needs_three_values_to_confirm),
		IN_RIG(only_what_an_exchange_holds_is_said_of_it),
		IN_RIG(fields_are_named_and_masked),
		IN_RIG(fields_find_their_class_by_name),
		IN_RIG(what_is_known_survives_bytes_and_folds),
		IN_RIG(later_exchanges_are_read_by_sample_or_where_it_is_known),
		IN_RIG(classes_alone_are_told_by_the_first_row_that_has_each),
		IN_RIG(fields_beyond_the_cap_take_the_place_of_the_least),
		cmocka_unit_test_setup_teardown(tells_a_field_once_until_it_changes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(heads_are_read_but_for_who_asks, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
