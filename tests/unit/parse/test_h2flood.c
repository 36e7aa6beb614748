/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2flood.h"

#include "parse/exchange.h"
#include "test.h"

#define SECOND_NS 1000000000ull

static const struct yg_h2_frame data_frame = { .length = 100, .stream = 1, .type = YG_H2_DATA };
static const struct yg_h2_frame reset = { .length = 4, .stream = 1, .type = YG_H2_RST_STREAM };

/* @count frames of a client in one second. Return: what the last one told. */
static uint32_t send(struct yg_h2_flood *flood, struct yg_h2_frame frame, uint32_t count,
		     uint64_t time_ns)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < count; i++)
		found = yg_h2_flood_client(flood, &frame, frame.type == YG_H2_RST_STREAM, time_ns);
	return found;
}

static void tells_each_kind_one_frame_beyond_its_limit(void **state)
{
	static const struct {
		const char *name;
		struct yg_h2_frame frame;
		uint32_t max, bit;
	} rows[] = {
		{ "requests taken back",
		  { .length = 4, .type = YG_H2_RST_STREAM },
		  200,
		  YG_ANOMALY_RESET_FLOOD },
		{ "SETTINGS", { .type = YG_H2_SETTINGS }, 200, YG_ANOMALY_SETTINGS_FLOOD },
		{ "PING", { .length = 8, .type = YG_H2_PING }, 200, YG_ANOMALY_SETTINGS_FLOOD },
		{ "empty DATA", { .type = YG_H2_DATA }, 200, YG_ANOMALY_IDLE_FLOOD },
		{ "PRIORITY", { .length = 5, .type = YG_H2_PRIORITY }, 200, YG_ANOMALY_IDLE_FLOOD },
		{ "WINDOW_UPDATE",
		  { .length = 4, .type = YG_H2_WINDOW_UPDATE },
		  200,
		  YG_ANOMALY_IDLE_FLOOD },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct yg_h2_flood flood = { 0 };

		print_message("  %s\n", rows[i].name);
		assert_int_equal(send(&flood, rows[i].frame, rows[i].max, SECOND_NS), 0);
		assert_int_equal(send(&flood, rows[i].frame, 1, SECOND_NS), rows[i].bit);
		assert_int_equal(send(&flood, rows[i].frame, rows[i].max, 2 * SECOND_NS), 0);
	}
}

static void answers_and_bodies_are_no_flood(void **state)
{
	static const struct yg_h2_frame frames[] = {
		{ .type = YG_H2_SETTINGS, .flags = YG_H2_ACK },
		{ .length = 8, .type = YG_H2_PING, .flags = YG_H2_ACK },
		{ .type = YG_H2_DATA, .flags = YG_H2_END_STREAM },
		{ .length = 9, .type = YG_H2_DATA },
		{ .length = 9, .type = YG_H2_HEADERS },
		{ .length = 9, .type = YG_H2_TYPE_MAX },
	};
	struct yg_h2_flood flood = { 0 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(frames); i++)
		assert_int_equal(send(&flood, frames[i], 5000, SECOND_NS), 0);
}

static void a_reset_of_what_was_over_counts_nothing(void **state)
{
	struct yg_h2_flood flood = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(yg_h2_flood_client(&flood, &reset, false, SECOND_NS), 0);
}

/* What a client sends because of DATA it was given, also in the second before. */
static void grows_with_what_the_server_sends(void **state)
{
	const struct yg_h2_frame update = { .length = 4, .type = YG_H2_WINDOW_UPDATE };
	const struct yg_h2_frame ping = { .length = 8, .type = YG_H2_PING };
	struct yg_h2_flood flood = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		yg_h2_flood_server(&flood, &data_frame, 0, SECOND_NS);
	assert_int_equal(send(&flood, update, 10200, SECOND_NS), 0);
	assert_int_equal(send(&flood, ping, 1200, 2 * SECOND_NS), 0);
	assert_int_equal(send(&flood, ping, 1, 2 * SECOND_NS), YG_ANOMALY_SETTINGS_FLOOD);
	assert_int_equal(send(&flood, update, 201, 4 * SECOND_NS), YG_ANOMALY_IDLE_FLOOD);
}

/* CVE-2025-8671: the client breaks a rule so that the server takes the request back. */
static void a_server_made_to_reset_is_the_clients_flood(void **state)
{
	static const struct {
		uint32_t code;
		bool counts;
	} rows[] = { { 0, false }, { 1, true }, { 2, false }, { 3, true },
		     { 5, true },  { 6, true }, { 7, false }, { 8, false } };
	const struct yg_h2_frame asks = { .length = 9, .type = YG_H2_HEADERS };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct yg_h2_flood flood = { 0 };

		for (uint32_t at = 0; at <= YG_H2_RESETS_MAX; at++)
			yg_h2_flood_server(&flood, &reset, rows[i].code, SECOND_NS);
		assert_int_equal(send(&flood, asks, 1, SECOND_NS),
				 rows[i].counts ? YG_ANOMALY_RESET_FLOOD : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_kind_one_frame_beyond_its_limit),
		cmocka_unit_test(answers_and_bodies_are_no_flood),
		cmocka_unit_test(a_reset_of_what_was_over_counts_nothing),
		cmocka_unit_test(grows_with_what_the_server_sends),
		cmocka_unit_test(a_server_made_to_reset_is_the_clients_flood),
	};

	return cmocka_run_group_tests_name("parse/h2flood", tests, NULL, NULL);
}
