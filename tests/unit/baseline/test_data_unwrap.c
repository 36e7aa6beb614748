/* SPDX-License-Identifier: GPL-2.0-only */
/* baseline/data_unwrap.c behind its contract in baseline/data_text.h. */
#include <string.h>

#include "baseline/data_text.h"
#include "core/macros.h"
#include "guard.h"
#include "test.h"

static void a_cut_text_ends_at_a_separator(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "one two thr", "one two " },
		{ "one,tw", "one," },
		{ "one", "" },
		{ "", "" },
		{ "one ", "one " },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard guarded =
			guard_copy(cases[i].text, strlen(cases[i].text));
		struct yg_slice text =
			yg_data_trim_cut((struct yg_slice){ guarded.ptr, guarded.len });

		assert_int_equal(text.len, strlen(cases[i].want));
		assert_memory_equal(text.ptr, cases[i].want, text.len);
	}
}

static void documents_are_unwrapped_and_nothing_else(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: none */
	} cases[] = {
		{ "eyJlbWFpbCI6ImFAZXhhbXBsZS5vcmcifQ==", "{\"email\":\"a@example.org\"}" },
		{ "eyJlbWFpbCI6ImFAZXhhbXBsZS5vcmcifQ", "{\"email\":\"a@example.org\"}" },
		{ "PD94bWwgdmVyc2lvbj0iMS4wIj8+PGEvPg==", "<?xml version=\"1.0\"?><a/>" },
		{ "eyJhIjoxfQ==", NULL },			    /* too short */
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x", NULL }, /* a token */
		{ "aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxk", NULL },	    /* no document */
		{ "eyJlbWFpbCI6ImFAZXhhbXBsZS5vcmci!!", NULL },
		{ "eyIAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL }, /* bytes that are no text */
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard guarded =
			guard_copy(cases[i].text, strlen(cases[i].text));
		char buffer[64];
		struct yg_slice text = yg_data_unwrap((struct yg_slice){ guarded.ptr, guarded.len },
						      buffer, sizeof(buffer));

		if (!cases[i].want) {
			assert_null(text.ptr);
			continue;
		}
		assert_int_equal(text.len, strlen(cases[i].want));
		assert_memory_equal(text.ptr, cases[i].want, text.len);
	}
}

static void a_long_document_is_cut_at_a_separator(void **state)
{
	/* {"a":1,"b":2,"c":3,"d":4} */
	static const char text[] = "eyJhIjoxLCJiIjoyLCJjIjozLCJkIjo0fQ==";
	char buffer[15];
	struct yg_slice part = yg_data_unwrap(YG_SLICE(text), buffer, sizeof(buffer));

	(void)state;
	assert_non_null(part.ptr);
	assert_int_equal(part.len, 14);
	assert_memory_equal(part.ptr, "{\"a\":1,\"b\":2,\"", 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_text_ends_at_a_separator),
		cmocka_unit_test(documents_are_unwrapped_and_nothing_else),
		cmocka_unit_test(a_long_document_is_cut_at_a_separator),
	};

	return cmocka_run_group_tests_name("baseline/data_unwrap", tests, NULL, NULL);
}
