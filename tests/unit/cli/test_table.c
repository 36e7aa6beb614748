/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/table.h"

#include <locale.h>
#include <string.h>

#include "terminal.h"
#include "test.h"

static const struct yg_column columns[] = {
	{ "NAME", YG_ALIGN_LEFT, 6 },
	{ "COUNT", YG_ALIGN_RIGHT, 0 },
	{ "NOTE", YG_ALIGN_LEFT, 4 },
};

static char out[4096];

static int set_up(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static const char *print_table(int width, const char *const (*rows)[3], size_t count)
{
	FILE *file = fmemopen(out, sizeof(out), "w");
	struct yg_table *table = NULL;

	assert_int_equal(yg_table_new(columns, YG_ARRAY_SIZE(columns), &table), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(yg_table_add(table, rows[i]), 0);
	assert_int_equal(yg_table_count(table), count);
	yg_table_print(table, file, width);
	yg_table_free(&table);
	assert_null(table);
	assert_int_equal(fclose(file), 0);
	return out;
}

static const char *const rows[][3] = {
	{ "short", "7", "a note" },
	{ "\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93", "12345", "" },
	{ "esc\033[2J\r\n", "0", "\xff\xc2\x9b" },
};

static void aligns_by_the_width_of_characters(void **state)
{
	(void)state;

	assert_string_equal(print_table(80, rows, 3),
			    "NAME       COUNT  NOTE\n"
			    "short          7  a note\n"
			    "\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93   12345\n"
			    "esc?[2J??      0  ??\n");
}

static void never_exceeds_the_width(void **state)
{
	(void)state;

	for (int width = 19; width < 40; width++) {
		char *line, *save = NULL;

		(void)print_table(width, rows, 3);
		for (line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			assert_true(yg_text_width(line) <= width);
	}
}

/* What cannot be read well at this width is still not wider than the terminal. */
static void shrinks_further_before_it_is_too_wide(void **state)
{
	static const struct yg_column paths[] = { { "ID", YG_ALIGN_LEFT, 0 },
						  { "PATH", YG_ALIGN_ENDS, 20 },
						  { "LABELS", YG_ALIGN_LEFT, 8 } };
	static const char *const cells[] = { "0123456789", "/v1/accounts/{id}/cards",
					     "internal,personal-data" };
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;

	(void)state;
	assert_int_equal(yg_table_new(paths, 3, &table), 0);
	assert_int_equal(yg_table_add(table, cells), 0);
	for (int width = 80; width >= 10 + 2 + 4 + 2 + 4; width--) {
		FILE *file = fmemopen(out, sizeof(out), "w");

		yg_table_print(table, file, width);
		assert_int_equal(fclose(file), 0);
		check_lines(out, width);
	}
}

static void prints_nothing_without_rows(void **state)
{
	(void)state;

	out[0] = '\0';
	assert_string_equal(print_table(80, rows, 0), "");
}

/* A heading is as long as the line allows, counts as no row and widens no column. */
static void prints_headings_between_rows(void **state)
{
	FILE *file = fmemopen(out, sizeof(out), "w");
	struct yg_table *table = NULL;

	(void)state;

	assert_int_equal(yg_table_new(columns, YG_ARRAY_SIZE(columns), &table), 0);
	assert_int_equal(yg_table_heading(table, "api.example.com and more"), 0);
	assert_int_equal(yg_table_add(table, rows[0]), 0);
	assert_int_equal(yg_table_count(table), 1);
	yg_table_print(table, file, 20);
	yg_table_free(&table);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(out, "NAME   COUNT  NOTE\n"
				 "api.example.com and \n"
				 "short      7  a note\n");
}

static void cuts_and_pads_texts_exactly(void **state)
{
	static const struct {
		const char *name, *text, *want;
		int width;
		enum yg_align align;
	} cases[] = {
		{ "fits", "abc", "abc", 3, YG_ALIGN_LEFT },
		{ "left", "ab", "ab  ", 4, YG_ALIGN_LEFT },
		{ "right", "ab", "  ab", 4, YG_ALIGN_RIGHT },
		{ "cut", "abcdef", "abc\xe2\x80\xa6", 4, YG_ALIGN_LEFT },
		{ "a wide character does not fit the last column", "\xe6\xab\x93\xe6\xab\x93z",
		  "\xe6\xab\x93\xe2\x80\xa6 ", 4, YG_ALIGN_LEFT },
		{ "both ends", "/v1/accounts/{id}/cards",
		  "/v1/\xe2\x80\xa6"
		  "/cards",
		  11, YG_ALIGN_ENDS },
		{ "both ends of wide characters",
		  "\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93",
		  "\xe6\xab\x93\xe2\x80\xa6\xe6\xab\x93 ", 6, YG_ALIGN_ENDS },
		{ "ends that fit", "abc", "abc ", 4, YG_ALIGN_ENDS },
		{ "no room", "abc", "", 0, YG_ALIGN_LEFT },
		{ "a turned line is not turned",
		  "a\xe2\x80\xae"
		  "b",
		  "a?b", 3, YG_ALIGN_LEFT },
		{ "nor hidden: Arabic mark, byte order mark, tag",
		  "a\xd8\x9c\xef\xbb\xbf\xf3\xa0\x81\x81", "a???", 4, YG_ALIGN_LEFT },
		{ "an accent stays on its letter", "e\xcc\x81x", "e\xcc\x81x", 2, YG_ALIGN_LEFT },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		FILE *file = fmemopen(out, sizeof(out), "w");

		print_message("  %s\n", cases[i].name);
		out[0] = '\0';
		yg_text_print(file, cases[i].text, cases[i].width, cases[i].align);
		assert_int_equal(fclose(file), 0);
		assert_string_equal(out, cases[i].want);
	}
}

static void wraps_at_blanks(void **state)
{
	FILE *file = fmemopen(out, sizeof(out), "w");

	(void)state;

	yg_text_wrap(file, "one two three fourfivesixseven", 2, 10);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(out, "  one two\n  three\n  fourfive\n  sixseven\n");
}

static void formats_numbers_and_times(void **state)
{
	static const struct {
		uint64_t value;
		const char *count, *us, *seconds;
	} cases[] = {
		{ 0, "0", "0 us", "0 s" },
		{ 999, "999", "999 us", "16 min" },
		{ 12345, "12345", "12.3 ms", "3 h" },
		{ 123456, "123k", "123.5 ms", "34 h" },
		{ 4560000, "4.56M", "4.56 s", "52 d" },
	};
	char text[YG_FORMAT_CAP];

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		assert_string_equal(yg_count_format(cases[i].value, text), cases[i].count);
		assert_string_equal(yg_us_format(cases[i].value, text), cases[i].us);
		assert_string_equal(yg_seconds_format(cases[i].value, text), cases[i].seconds);
	}
	assert_string_equal(yg_time_format("2026-11-21T21:03:00.123456Z", text),
			    "2026-11-21 21:03:00");
	assert_string_equal(yg_time_format("", text), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns_by_the_width_of_characters),
		cmocka_unit_test(never_exceeds_the_width),
		cmocka_unit_test(shrinks_further_before_it_is_too_wide),
		cmocka_unit_test(prints_nothing_without_rows),
		cmocka_unit_test(prints_headings_between_rows),
		cmocka_unit_test(cuts_and_pads_texts_exactly),
		cmocka_unit_test(wraps_at_blanks),
		cmocka_unit_test(formats_numbers_and_times),
	};

	return cmocka_run_group_tests_name("cli/table", tests, set_up, NULL);
}
