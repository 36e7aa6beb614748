/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/word.h"

#include <locale.h>
#include <string.h>

#include "test.h"

static void words_follow_the_language(void **state)
{
	const struct yg_cli_args english = { .columns = 80 };
	const struct yg_cli_args japanese = { .columns = 80, .japanese = true };
	char text[64];

	(void)state;
	assert_string_equal(yg_cli_word(&english, "high"), "high");
	assert_string_equal(yg_cli_word(&japanese, "high"), "高");
	assert_string_equal(yg_cli_word(&japanese, "no such word"), "no such word");
	assert_string_equal(yg_cli_decision(&japanese, "open"), "未判断");
	assert_string_equal(yg_cli_evidence(&japanese, "attempts"), "試行回数");
	assert_string_equal(yg_cli_reason(&english, "public clients", text, sizeof(text)),
			    "public clients");
	assert_string_equal(yg_cli_reason(&japanese, "public clients", text, sizeof(text)),
			    "公開アドレスの接続元");
	/* What does not fit, or is not known, stays as it is. */
	assert_string_equal(yg_cli_reason(&japanese, "public clients", text, 4), "public clients");
	assert_string_equal(yg_cli_reason(&japanese, "the moon", text, sizeof(text)), "the moon");
}

static void titles_and_sentences_do_too(void **state)
{
	static const struct yg_column columns[] = { { "RISK", YG_ALIGN_RIGHT, 0 },
						    { "ID", YG_ALIGN_LEFT, 0 } };
	const char *const row[] = { "7", "x" };

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (int japanese = 0; japanese < 2; japanese++) {
		struct yg_cli_args args = { .columns = 80, .japanese = japanese };
		YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
		char *text = NULL;
		size_t len = 0;

		args.out = open_memstream(&text, &len);
		assert_int_equal(yg_cli_table_new(&args, columns, 2, &table), 0);
		assert_int_equal(yg_table_add(table, row), 0);
		yg_table_print(table, args.out, args.columns);
		yg_cli_say(&args, "No findings");
		assert_int_equal(fclose(args.out), 0);
		assert_non_null(strstr(text, japanese ? "リスク  ID" : "RISK  ID"));
		assert_non_null(
			strstr(text, japanese ? "該当する検出はありません\n" : "No findings\n"));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_follow_the_language),
		cmocka_unit_test(titles_and_sentences_do_too),
	};

	return cmocka_run_group_tests_name("cli/word", tests, NULL, NULL);
}
