/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/note.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static void keep(void *ctx, const char *text)
{
	(void)strncpy(ctx, text, 1023);
	errno = EIO;
}

static void says_one_clean_line(void **state)
{
	char got[1024] = "";
	const struct yg_note note = { keep, got };

	(void)state;
	errno = ENOENT;
	yg_note(&note, "file '%s' %d", "a\nb\x1b[31m\x7f", 7);
	assert_string_equal(got, "file 'a?b?[31m?' 7");
	assert_int_equal(errno, ENOENT);
}

static void cuts_long_lines(void **state)
{
	char got[1024] = "", name[2000];
	const struct yg_note note = { keep, got };

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	yg_note(&note, "%s", name);
	assert_int_equal(strlen(got), 511);
}

static void may_have_no_listener(void **state)
{
	const struct yg_note nobody = { 0 };

	(void)state;
	yg_note(NULL, "x");
	yg_note(&nobody, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_one_clean_line),
		cmocka_unit_test(cuts_long_lines),
		cmocka_unit_test(may_have_no_listener),
	};

	return cmocka_run_group_tests_name("capture/note", tests, NULL, NULL);
}
