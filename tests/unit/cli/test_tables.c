/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/tables.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/macros.h"
#include "terminal.h"

static const int widths[] = { 0, 60, 80, 100, 200 };

static void print_all(FILE *out, int columns)
{
	struct yg_spooled item = { .status = 200, .method = YG_SLICE("GET") };
	char long_text[600];

	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text, "/\033[2J\r\n\x9b", 8);
	item.target = (struct yg_slice){ long_text, sizeof(long_text) };
	yg_tables_exchange(out, columns, &item);
}

static void fits_and_is_printable(void **state)
{
	(void)state;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));

	for (size_t i = 0; i < YG_ARRAY_SIZE(widths); i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		print_all(out, widths[i]);
		(void)fclose(out);
		check_lines(text, widths[i] < 60 ? 60 : widths[i]); /* below, of no use */
		assert_non_null(strstr(text, "/?[2J"));
		free(text);
	}
}

static void sums_up(void **state)
{
	const struct yg_run_totals totals = {
		.frames = { .rx = 10,
			    .segment = 4,
			    .skip_empty = 3,
			    .skip_proto = 2,
			    .lost_header = 1 },
		.first_ns = 1000000000,
		.last_ns = 3500000000,
		.exchanges = 2,
	};
	static const struct {
		bool japanese;
		const char *frames, *exchanges;
	} cases[] = {
		{ false, "10 frames in 2.500 s", "2 exchanges, 0 endpoints, 0 findings" },
		{ true, "フレーム10個（2.500秒間）", "交信2件、エンドポイント0件、検出0件" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char text[512] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		yg_tables_summary(
			&(struct yg_cli_args){ .out = out, .japanese = cases[i].japanese },
			&totals);
		(void)fclose(out);
		check_lines(text, 80);
		assert_non_null(strstr(text, cases[i].frames));
		assert_non_null(strstr(text, cases[i].exchanges));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_and_is_printable),
		cmocka_unit_test(sums_up),
	};

	return cmocka_run_group_tests_name("cli/tables", tests, NULL, NULL);
}
