/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/iso_time.h"

#include "core/macros.h"
#include "test.h"

#define DAY_NS UINT64_C(1704164645000000000) /* 2024-01-02T03:04:05Z */

static void reads_what_programs_write(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{ "2024-01-02T03:04:05Z", DAY_NS },
		{ "2024-01-02T03:04:05", DAY_NS },
		{ "2024-01-02 03:04:05z", DAY_NS },
		{ "2024-01-02T03:04:05.678Z", DAY_NS + 678000000 },
		{ "2024-01-02T03:04:05.1234567+00:00", DAY_NS + 123456700 },
		{ "2024-01-02T12:04:05+09:00", DAY_NS },
		{ "2024-01-01T22:04:05-0500", DAY_NS },
		{ "2024-01-02T03:04", 0 },
		{ "2024-01-02T03:04:05+9", 0 },
		{ "2024-01-02T03:04:05Zulu", 0 },
		{ "1969-12-31T00:00:00Z", 0 },
		{ "yesterday, more or less", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("'%s'\n", cases[i].text);
		assert_true(yg_iso_time_read(yg_slice_from_str(cases[i].text)) == cases[i].ns);
	}
}

static void reads_digits_alone(void **state)
{
	unsigned int number = 1;

	(void)state;
	assert_true(yg_digits_read(YG_SLICE("8443"), &number));
	assert_int_equal(number, 8443);
	assert_true(yg_digits_read(YG_SLICE(""), &number));
	assert_int_equal(number, 0);
	assert_false(yg_digits_read(YG_SLICE("84a"), &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_programs_write),
		cmocka_unit_test(reads_digits_alone),
	};

	return cmocka_run_group_tests_name("parse/iso_time", tests, NULL, NULL);
}
