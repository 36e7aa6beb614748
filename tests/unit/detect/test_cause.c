/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/cause.h"

#include <stdio.h>
#include <string.h>

#include "core/macros.h"
#include "detect/finding.h"
#include "test.h"

/* Every hole of @format, "{}" or "{3}", replaced by the same word. */
static void fill(const char *format, char *ret, size_t cap)
{
	size_t used = 0;

	while (*format && used + 8 < cap) {
		if (*format != '{') {
			ret[used++] = *format++;
			continue;
		}
		memcpy(ret + used, "77", 2);
		used += 2;
		format = strchr(format, '}') + 1;
	}
	ret[used] = '\0';
}

/* Every format of a table, with the same word in each hole, finds its own row. */
static void check_rows(const struct yg_cause_row *rows, size_t count,
		       bool (*japanese)(const char *text, char *ret, size_t cap))
{
	for (size_t i = 0; i < count; i++) {
		char cause[YG_FINDING_TEXT_CAP], want[YG_FINDING_TEXT_CAP];
		char got[YG_FINDING_TEXT_CAP];

		fill(rows[i].english, cause, sizeof(cause));
		fill(rows[i].japanese, want, sizeof(want));
		assert_true(japanese(cause, got, sizeof(got)));
		assert_string_equal(got, want);
	}
}

static void each_format_finds_its_own_row(void **state)
{
	const struct yg_cause_row *rows;
	size_t count = 0;

	(void)state;
	rows = yg_cause_rows(&count);
	assert_true(count > 100);
	check_rows(rows, count, yg_cause_japanese);
	rows = yg_reason_rows(&count);
	assert_true(count > 30);
	check_rows(rows, count, yg_reason_japanese);
}

static void reasons_are_said_in_japanese(void **state)
{
	static const struct {
		const char *reason, *japanese;
	} rows[] = {
		{ "email, phone in both directions", "双方向にメールアドレス、電話番号" },
		{ "posture: high", "ポスチャー：高" },
		{ "attacks: further ones", "攻撃：その他" },
		{ "data: my-number", "データ：マイナンバー" },
		{ "label non-production", "ラベル non-production" },
		{ "3 of 40 callers, and its name", "利用者40のうち3のみの使用と、その名前" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		char got[YG_FINDING_TEXT_CAP];

		assert_true(yg_reason_japanese(rows[i].reason, got, sizeof(got)));
		assert_string_equal(got, rows[i].japanese);
	}
}

static const struct {
	const char *name, *cause, *japanese;
} cases[] = {
	{ "without a hole", "One proof was accepted twice", "一つのDPoP証明が二度受理されました" },
	{ "what stood in the hole is carried over",
	  "A code was exchanged 421 s after it was issued",
	  "認可コードが発行から421秒後に引き換えられました" },
	{ "a word of ours is translated", "A proof with a wrong htm was answered 200",
	  "htmの誤ったDPoP証明に200が返されました" },
	{ "a class of data has its name", "my-number in the answer",
	  "応答にマイナンバーがあります" },
	{ "holes in another order", "3 of 70 attempts failed, none was answered 429",
	  "70回の試行のうち3回が失敗し、429は一度も返されませんでした" },
	{ "a hole may hold what looks like the end",
	  "The answer 200 holds \"a was answered 200\" holds \"b\"",
	  "応答200に「a was answered 200\" holds \"b」が含まれています" },
	{ "an empty hole", "The host is called ", "ホスト名はです" },
	{ "a sentence that no check writes", "The moon is full", "" },
	{ "a format that only begins so", "One proof was accepted twice, and more", "" },
	{ "nothing", "", "" },
};

static void says_it_in_japanese(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char got[YG_FINDING_TEXT_CAP] = "before";

		assert_int_equal(yg_cause_japanese(cases[i].cause, got, sizeof(got)),
				 cases[i].japanese[0] != '\0');
		assert_string_equal(got, cases[i].japanese);
	}
}

static void what_does_not_fit_is_not_said(void **state)
{
	const char *japanese = cases[0].japanese;
	char got[64];

	(void)state;
	for (size_t cap = 1; cap <= strlen(japanese) + 1; cap++) {
		bool fits = yg_cause_japanese(cases[0].cause, got, cap);

		assert_int_equal(fits, cap == strlen(japanese) + 1);
		assert_string_equal(got, fits ? japanese : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_finds_its_own_row),
		cmocka_unit_test(reasons_are_said_in_japanese),
		cmocka_unit_test(says_it_in_japanese),
		cmocka_unit_test(what_does_not_fit_is_not_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
