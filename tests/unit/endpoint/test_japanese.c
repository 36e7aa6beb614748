/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/japanese.h"

#include <stdio.h>

#include "core/macros.h"
#include "test.h"

struct path_case {
	const char *name;
	const char *target, *want;
	bool read, invalid;
};

/* clang-format off */
static const struct path_case cases[] = {
	{ "UTF-8 is not touched", "/api/%E9%A1%A7%E5%AE%A2/7", "/api/顧客/7", false, false },
	{ "Shift_JIS", "/api/%8C%DA%8B%71/7", "/api/顧客/7", true, false },
	{ "Shift_JIS whose second byte is a bare letter", "/api/%8C%DA%8Bq/7", "/api/顧客/7", true, false },
	{ "Shift_JIS sent bare", "/api/\x8c\xda\x8bq/7", "/api/顧客/7", true, false },
	{ "Shift_JIS whose second byte is a backslash", "/%95%5C", "/表", true, false },
	{ "Shift_JIS whose second byte is a brace", "/%81%7B%81%7D", "/＋±", true, false },
	{ "EUC-JP", "/api/%B8%DC%B5%D2/7", "/api/顧客/7", true, false },
	{ "EUC-JP kana", "/%A4%B5%A4%AF%A4%E9", "/さくら", true, false },
	{ "EUC-JP kana of half width", "/%8E%BB%8E%B8%8E%D7", "/ｻｸﾗ", true, false },
	{ "UTF-8 and Shift_JIS in one path", "/%E9%A1%A7%E5%AE%A2/%8C%FB%8D%C0", "/顧客/口座", true, false },
	{ "both sets could be: as the others in the path", "/%8C%FB%8D%C0/%B6%C5%BB%DD", "/口座/ｶﾅｻﾝ", true, false },
	{ "both sets could be: alone it is EUC-JP", "/%B8%FD%BA%C2", "/口座", true, false },
	{ "letters and digits beside it", "/%8C%FB%8D%C0A1", "/口座A1", true, false },
	{ "a slash inside stays encoded", "/%8C%FB%2F%8D%C0", "/口%2F座", true, false },
	{ "a word with an accent in Latin-1", "/caf%E9", "/caf%E9", false, true },
	{ "an accent before a letter", "/r%E9sum", "/r%E9sum", false, true },
	{ "bytes of nothing", "/%FF%FE", "/%FF%FE", false, true },
	{ "a cut character", "/%8C%FB%8D", "/%8C%FB%8D", false, true },
	{ "a bad escape beside it stays a fault", "/%8C%FB%8D%C0/%zz", "/口座/%25zz", true, true },
	{ "nothing encoded", "/a/b", "/a/b", false, false },
};
/* clang-format on */

static void older_character_sets_become_utf8(void **state)
{
	struct yg_charsets charsets;

	(void)state;
	yg_charsets_open(&charsets);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct path_case *c = &cases[i];
		size_t len = strlen(c->target);
		GUARD_CLEANUP struct guard g = guard_copy(c->target, len);
		struct yg_path path;
		char text[256];

		print_message("%s\n", c->name);
		assert_true(yg_path_from_target((struct yg_slice){ g.ptr, len }, &path));
		assert_int_equal(yg_path_read_japanese(&charsets, &path), c->read);
		(void)snprintf(text, sizeof(text), "%.*s", (int)path.len, path.text);
		assert_string_equal(text, c->want);
		assert_int_equal((path.flags & YG_PATH_INVALID) != 0, c->invalid);
		for (uint32_t s = 0; s < path.segment_count; s++)
			assert_int_equal(path.segments[s].ptr[-1], '/');
	}
	yg_charsets_close(&charsets);
}

static void without_converters_nothing_is_read(void **state)
{
	struct yg_charsets charsets = { { NULL } };
	struct yg_path path;

	(void)state;
	assert_true(yg_path_from_target(YG_SLICE("/%8C%DA%8B%71"), &path));
	assert_false(yg_path_read_japanese(&charsets, &path));
	assert_memory_equal(path.text, "/%8C%DAq", 4);
	assert_true(path.flags & YG_PATH_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_character_sets_become_utf8),
		cmocka_unit_test(without_converters_nothing_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
