/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/escape.h"

#include "core/macros.h"
#include "test.h"

typedef size_t (*escape_fn)(struct yg_slice text, char *ret, size_t cap);

static const struct {
	escape_fn fn;
	size_t cap;
	const char *text, *want;
} cases[] = {
	{ yg_escape_percent, 16, "", "" },
	{ yg_escape_percent, 16, "a+b%20c%2Bd", "a b c+d" },
	{ yg_escape_percent, 16, "%", "%" },
	{ yg_escape_percent, 16, "%4", "%4" },
	{ yg_escape_percent, 16, "%4g%e3%81%82", "%4g\xe3\x81\x82" },
	{ yg_escape_percent, 2, "%41%42%43", "AB" },
	{ yg_escape_entity, 16, "", "" },
	{ yg_escape_entity, 16, "&lt;&gt;&amp;&quot;&apos;", "<>&\"'" },
	{ yg_escape_entity, 16, "&#65;&#x42;&#X43;&#x3042;", "ABC\xe3\x81\x82" },
	{ yg_escape_entity, 16, "&#xd800;&#9999999;", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ yg_escape_entity, 24, "&bomb;&#;&#x;&;&#6a;&", "&bomb;&#;&#x;&;&#6a;&" },
	{ yg_escape_entity, 24, "&averylongname;", "&averylongname;" },
	{ yg_escape_entity, 2, "a&#x3042;", "a" },
};

static void undoes_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].text, strlen(cases[i].text));
		GUARD_CLEANUP struct guard out =
			guard_copy("........................", cases[i].cap);
		struct yg_slice got = { out.ptr, 0 };

		print_message("  %s\n", cases[i].text);
		got.len = cases[i].fn((struct yg_slice){ in.ptr, in.len }, out.ptr, cases[i].cap);
		assert_true(yg_slice_equal(got, yg_slice_from_str(cases[i].want)));
	}
}

static void writes_utf8(void **state)
{
	static const struct {
		uint32_t code;
		const char *want;
	} characters[] = { { 'a', "a" },
			   { 0xe9, "\xc3\xa9" },
			   { 0x3042, "\xe3\x81\x82" },
			   { 0x1f600, "\xf0\x9f\x98\x80" },
			   { 0xdfff, "\xef\xbf\xbd" },
			   { 0x110000, "\xef\xbf\xbd" } };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(characters); i++) {
		char out[4];
		size_t len = yg_escape_utf8(characters[i].code, out);

		assert_int_equal(len, strlen(characters[i].want));
		assert_memory_equal(out, characters[i].want, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undoes_every_case_of_the_table),
		cmocka_unit_test(writes_utf8),
	};

	return cmocka_run_group_tests_name("parse/escape", tests, NULL, NULL);
}
