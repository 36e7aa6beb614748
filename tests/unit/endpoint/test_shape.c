/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/shape.h"

#include "test.h"

static uint64_t shape_of(const char *json)
{
	struct yg_body_view body = { .text = yg_slice_from_str(json), .kind = YG_BODY_KIND_JSON };
	struct yg_shape shape = { 0 };

	(void)yg_values_walk_body(&body, YG_SLICE("application/json"), yg_shape_visit, &shape);
	return shape.fields;
}

static void fields_are_taken_wherever_the_object_stands(void **state)
{
	uint64_t want = shape_of("{\"id\":1,\"name\":\"a\"}");

	(void)state;
	assert_int_equal(__builtin_popcountll(want), 2);
	assert_true(shape_of("{\"name\":\"b\",\"id\":2}") == want);
	assert_true(shape_of("[{\"id\":1,\"name\":\"a\"},{\"id\":2}]") == want);
	assert_true((shape_of("{\"data\":[{\"id\":1,\"name\":\"a\"}]}") & want) == want);
	assert_true(shape_of("[1,2,3]") == 0);
	/* Values deep inside are not what it looks like. */
	assert_true(shape_of("[[[{\"id\":1}]]]") == 0);
}

static void likeness_is_by_what_both_have(void **state)
{
	(void)state;
	assert_true(yg_shape_is_alike(0x0f, 0x0f));
	assert_true(yg_shape_is_alike(0x0f, 0x07));
	assert_false(yg_shape_is_alike(0x0f, 0x03));
	assert_false(yg_shape_is_alike(0x0f, 0xf0));
	assert_true(yg_shape_is_telling(0x0f));
	assert_false(yg_shape_is_telling(0x07));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_taken_wherever_the_object_stands),
		cmocka_unit_test(likeness_is_by_what_both_have),
	};

	return cmocka_run_group_tests_name("endpoint/shape", tests, NULL, NULL);
}
