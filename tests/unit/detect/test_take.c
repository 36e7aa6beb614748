/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/take.h"

#include <errno.h>

#include "core/macros.h"
#include "test.h"

#define DAY YG_TAKE_DAY_NS

struct fixture {
	struct yg_takes takes;
	struct yg_data *data;
};

static int set_up(void **state)
{
	static const struct yg_data_user_class loyalty = { .name = "loyalty", .keys = "points" };
	struct yg_data_options options = {
		.engine = { .user = &loyalty, .user_count = 1 },
		.endpoints_max = 1,
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char error[200];

	assert_non_null(fixture);
	assert_int_equal(yg_takes_open(&fixture->takes), 0);
	assert_int_equal(yg_data_new(&options, error, sizeof(error), &fixture->data), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	yg_takes_close(&fixture->takes);
	yg_data_free(&fixture->data);
	free(fixture);
	return 0;
}

static struct yg_take *get(struct fixture *fixture, uint64_t caller, uint32_t class_,
			   uint64_t time_ns)
{
	const struct yg_take_key key = {
		.caller = YG_SLICE("bearer:1"),
		.caller_hash = caller,
		.service = YG_SLICE("api.example"),
		.class_ = class_,
		.time_ns = time_ns,
	};

	return yg_takes_get(&fixture->takes, &key);
}

static void fill(struct yg_take *take, uint32_t values)
{
	for (uint32_t i = 0; i < values; i++)
		(void)yg_hll_add(&take->values, yg_hash_mix(i + 1));
	take->count = (uint32_t)yg_hll_count(&take->values);
	take->given += values;
}

static void a_day_begins_anew_and_remembers_the_one_before(void **state)
{
	struct yg_take *take = get(*state, 7, YG_DATA_EMAIL, 3 * DAY + 5);
	uint64_t id = yg_take_id(take);

	fill(take, 10);
	assert_ptr_equal(get(*state, 7, YG_DATA_EMAIL, 4 * DAY - 1), take);
	assert_int_equal(take->count, 10);
	assert_int_equal(take->last_ns, 4 * DAY - 1);
	take = get(*state, 7, YG_DATA_EMAIL, 9 * DAY);
	assert_int_equal(take->count, 0);
	assert_int_equal(take->before, 10);
	assert_int_equal(take->first_ns, 9 * DAY);
	assert_int_not_equal(yg_take_id(take), id);
	assert_ptr_not_equal(get(*state, 8, YG_DATA_EMAIL, 9 * DAY), take);
	assert_ptr_not_equal(get(*state, 7, YG_DATA_PAN, 9 * DAY), take);
}

static void who_is_watched_is_so_for_its_day_and_the_next(void **state)
{
	struct fixture *fixture = *state;
	struct yg_take *take = get(fixture, 7, YG_DATA_EMAIL, 3 * DAY);

	assert_false(yg_takes_is_watched(&fixture->takes, 7, 3 * DAY));
	yg_takes_watch(&fixture->takes, take);
	assert_true(yg_takes_is_watched(&fixture->takes, 7, 4 * DAY - 1));
	assert_false(yg_takes_is_watched(&fixture->takes, 8, 3 * DAY));
	assert_true(yg_takes_is_watched(&fixture->takes, 7, 4 * DAY));
	assert_false(yg_takes_is_watched(&fixture->takes, 7, 5 * DAY));
	take = get(fixture, 8, YG_DATA_EMAIL, 4 * DAY);
	yg_takes_watch(&fixture->takes, take);
	assert_true(yg_takes_is_watched(&fixture->takes, 7, 5 * DAY - 1));
	assert_false(yg_takes_is_watched(&fixture->takes, 7, 5 * DAY));
	assert_true(yg_takes_is_watched(&fixture->takes, 8, 5 * DAY));
	/* Nobody was, for days. */
	yg_takes_watch(&fixture->takes, get(fixture, 9, YG_DATA_EMAIL, 9 * DAY));
	assert_false(yg_takes_is_watched(&fixture->takes, 8, 9 * DAY));
}

static void a_row_outlives_a_restart(void **state)
{
	struct fixture *fixture = *state;
	struct yg_takes other = { 0 };
	uint8_t bytes[2048];
	static const uint32_t classes[] = { YG_DATA_EMAIL, YG_DATA_CLASS_MAX };

	assert_int_equal(yg_takes_open(&other), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(classes); i++) {
		struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
		struct yg_take *take = get(fixture, 7, classes[i], 3 * DAY);
		const struct yg_take *back;
		struct yg_reader reader;

		fill(take, 100);
		take->before = 3;
		take->most = 5;
		take->days = 2;
		yg_take_pack(take, fixture->data, &writer);
		assert_false(writer.overflow);
		reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
		assert_int_equal(yg_takes_unpack(&other, fixture->data, &reader), 0);
		back = yg_takes_at(&other, yg_takes_first(&other));
		assert_int_equal(back->class_, classes[i]);
		assert_int_equal(back->count, take->count);
		assert_int_equal(back->given, 100);
		assert_int_equal(back->before, 3);
		assert_int_equal(back->most, 5);
		assert_int_equal(back->days, 2);
		assert_string_equal(back->caller, "bearer:1");
		assert_string_equal(back->service, "api.example");
		assert_int_equal(yg_take_id(back), yg_take_id(take));
		/* Cut anywhere, it is refused, but where older versions end it. */
		for (size_t len = 0; len < writer.len; len++) {
			reader = (struct yg_reader){ .ptr = bytes, .len = len };
			assert_int_equal(yg_takes_unpack(&other, fixture->data, &reader),
					 len == writer.len - 2 ? 0 : -EINVAL);
		}
	}
	yg_takes_close(&other);
}

static void a_class_that_is_no_more_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct yg_data_options options = { .endpoints_max = 1 };
	struct yg_data *plain = NULL;
	uint8_t bytes[2048];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader;
	char error[200];

	yg_take_pack(get(fixture, 7, YG_DATA_CLASS_MAX, 3 * DAY), fixture->data, &writer);
	assert_int_equal(yg_data_new(&options, error, sizeof(error), &plain), 0);
	reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
	assert_int_equal(yg_takes_unpack(&fixture->takes, plain, &reader), -EINVAL);
	yg_data_free(&plain);
}

static void the_table_has_a_limit(void **state)
{
	struct fixture *fixture = *state;
	uint32_t count = 0;

	for (uint64_t i = 0; i < YG_TAKES_MAX + 10; i++)
		(void)get(fixture, i + 1, YG_DATA_EMAIL, DAY);
	for (uint32_t i = yg_takes_first(&fixture->takes); i; i = yg_takes_next(&fixture->takes, i))
		count++;
	assert_int_equal(count, YG_TAKES_MAX);
	assert_int_equal(yg_lru_evicted(fixture->takes.rows), 10);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_day_begins_anew_and_remembers_the_one_before),
		WITH(who_is_watched_is_so_for_its_day_and_the_next),
		WITH(a_row_outlives_a_restart),
		WITH(a_class_that_is_no_more_is_refused),
		WITH(the_table_has_a_limit),
	};

	return cmocka_run_group_tests_name("detect/take", tests, NULL, NULL);
}
