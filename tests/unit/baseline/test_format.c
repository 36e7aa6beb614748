/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/format.h"

#include <string.h>

#include "core/macros.h"
#include "guard.h"
#include "test.h"

static const struct {
	const char *text;
	enum yg_type type;
	enum yg_format format;
} values[] = {
	{ "", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "0", YG_TYPE_INTEGER, YG_FORMAT_NONE },
	{ "-42", YG_TYPE_INTEGER, YG_FORMAT_NONE },
	{ "-", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "007", YG_TYPE_STRING, YG_FORMAT_NONE }, /* a code */
	{ "-007", YG_TYPE_INTEGER, YG_FORMAT_NONE },
	{ "999999999999999999", YG_TYPE_INTEGER, YG_FORMAT_NONE },
	{ "9999999999999999999", YG_TYPE_STRING, YG_FORMAT_NONE }, /* beyond 63 bits */
	{ "1.5", YG_TYPE_NUMBER, YG_FORMAT_NONE },
	{ "-1.5e+3", YG_TYPE_NUMBER, YG_FORMAT_NONE },
	{ "1e3", YG_TYPE_NUMBER, YG_FORMAT_NONE },
	{ "1.", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "1.5e", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "1.5.2", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "0x10", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "nan", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "true", YG_TYPE_BOOLEAN, YG_FORMAT_NONE },
	{ "False", YG_TYPE_BOOLEAN, YG_FORMAT_NONE },
	{ "yes", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "0d1c2f60-8c5e-4a3b-9f3e-0a1b2c3d4e5f", YG_TYPE_STRING, YG_FORMAT_UUID },
	{ "0D1C2F60-8C5E-4A3B-9F3E-0A1B2C3D4E5F", YG_TYPE_STRING, YG_FORMAT_UUID },
	{ "0d1c2f60-8c5e-4a3b-9f3e-0a1b2c3d4e5g", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "2024-02-30", YG_TYPE_STRING, YG_FORMAT_DATE }, /* months are not counted out */
	{ "2024-13-01", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "2024-00-10", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "2024-1-1", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "2024-02-29T21:03:00Z", YG_TYPE_STRING, YG_FORMAT_DATE_TIME },
	{ "2024-02-29T21:03:00.123+09:00", YG_TYPE_STRING, YG_FORMAT_DATE_TIME },
	{ "2024-02-29t21:03:00z", YG_TYPE_STRING, YG_FORMAT_DATE_TIME },
	{ "2024-02-29T21:03:00", YG_TYPE_STRING, YG_FORMAT_NONE }, /* without a zone */
	{ "2024-02-29T21:03:00+9:00", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "2024-02-29 21:03:00Z", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "ann.miller@bank.test", YG_TYPE_STRING, YG_FORMAT_EMAIL },
	{ "ann@b", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "@bank.test", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "a@b@bank.test", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "ann miller@bank.test", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "https://bank.test/a?b=c", YG_TYPE_STRING, YG_FORMAT_URI },
	{ "git+ssh://bank.test", YG_TYPE_STRING, YG_FORMAT_URI },
	{ "https:/bank.test", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "https://bank.test/a b", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "10.0.0.255", YG_TYPE_STRING, YG_FORMAT_IPV4 },
	{ "10.0.0.256", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "10.0.0", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "2001:db8::1", YG_TYPE_STRING, YG_FORMAT_IPV6 },
	{ "2001:db8:::1", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "aGVsbG8gd29ybGQgMTIzNDU2Nzg5MA==", YG_TYPE_STRING, YG_FORMAT_BYTE },
	{ "aGVsbG8gd29ybGQgMTIzNDU2Nzg5MA=", YG_TYPE_STRING, YG_FORMAT_NONE },
	{ "internationalisationABCD", YG_TYPE_STRING, YG_FORMAT_NONE }, /* a word */
	{ "aGVsbG8gMTI=", YG_TYPE_STRING, YG_FORMAT_NONE },		/* too short to tell */
};

static void tells_type_and_format_of_a_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(values); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(values[i].text, strlen(values[i].text));
		struct yg_slice text = { in.ptr, in.len };

		print_message("'%s'\n", values[i].text);
		assert_int_equal(yg_type_of_text(text), values[i].type);
		assert_int_equal(yg_format_of(text), values[i].format);
	}
}

static void every_prefix_is_read_within_its_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(values); i++) {
		for (size_t len = 0; len <= strlen(values[i].text); len++) {
			GUARD_CLEANUP struct guard in = guard_copy(values[i].text, len);
			struct yg_slice text = { in.ptr, in.len };
			int64_t integer;

			assert_true(yg_format_of(text) < YG_FORMAT_MAX);
			(void)yg_type_of_text(text);
			(void)yg_integer_of(text, &integer);
			(void)yg_number_of(text);
		}
	}
}

static void integers_and_numbers_are_read_whole(void **state)
{
	int64_t value = 7;

	(void)state;
	assert_true(yg_integer_of(YG_SLICE("-999999999999999999"), &value));
	assert_true(value == -999999999999999999);
	assert_false(yg_integer_of(YG_SLICE("12a"), &value));
	assert_false(yg_integer_of(YG_SLICE(""), &value));
	assert_true(value == -999999999999999999); /* as it was */
	assert_true(yg_number_of(YG_SLICE("-2.5e2")) == -250);
	assert_true(yg_number_of(YG_SLICE("none")) == 0);
	assert_true(yg_number_of(YG_SLICE("1234567890123456789012345678901234567890")) == 0);
}

static void names_are_those_of_json_schema(void **state)
{
	(void)state;
	assert_string_equal(yg_type_name(YG_TYPE_OBJECT), "object");
	assert_string_equal(yg_type_name(YG_TYPE_ARRAY), "array");
	assert_string_equal(yg_type_name(YG_TYPE_STRING), "string");
	assert_string_equal(yg_type_name(YG_TYPE_INTEGER), "integer");
	assert_string_equal(yg_type_name(YG_TYPE_NUMBER), "number");
	assert_string_equal(yg_type_name(YG_TYPE_BOOLEAN), "boolean");
	assert_string_equal(yg_type_name(YG_TYPE_NULL), "null");
	assert_string_equal(yg_format_name(YG_FORMAT_NONE), "");
	assert_string_equal(yg_format_name(YG_FORMAT_DATE_TIME), "date-time");
	assert_string_equal(yg_format_name(YG_FORMAT_BINARY), "binary");
}

static void unions_are_written_as_far_as_they_fit(void **state)
{
	char text[16];

	(void)state;
	/* An integer is a number. */
	yg_types_text(YG_TYPE_INTEGER | YG_TYPE_NUMBER | YG_TYPE_NULL, text, sizeof(text));
	assert_string_equal(text, "number|null");
	yg_types_text(0, text, sizeof(text));
	assert_string_equal(text, "");
	yg_types_text(YG_TYPE_ALL, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
	yg_types_text(YG_TYPE_ALL, text, 1);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_type_and_format_of_a_text),
		cmocka_unit_test(every_prefix_is_read_within_its_bytes),
		cmocka_unit_test(integers_and_numbers_are_read_whole),
		cmocka_unit_test(names_are_those_of_json_schema),
		cmocka_unit_test(unions_are_written_as_far_as_they_fit),
	};

	return cmocka_run_group_tests_name("baseline/format", tests, NULL, NULL);
}
