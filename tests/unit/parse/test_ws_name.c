/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws_name.h"

#include <string.h>

#include "core/macros.h"
#include "guard.h"
#include "test.h"

#define LONG "abcdefghijklmnopqrstuvwxyz"

struct name_case {
	const char *name, *first, *second, *want;
};

static const struct name_case cases[] = {
	{ "a word", "chat", "", "chat" },
	{ "two", "SEND", "/app/hello", "SEND /app/hello" },
	{ "the second alone", "", "chat", "chat" },
	{ "none", "", "", "*" },
	{ "a version", "/v1/orders", "", "/v1/orders" },
	{ "a number", "room:4", "", "room:*" },
	{ "three digits", "u123.state", "", "*.state" },
	{ "an address", "/user/ann.smith@example.jp/queue", "", "/user/*/queue" },
	{ "an address without a path", "a.b@c.d:e", "", "*" },
	{ "odd bytes", "a\x1b[2J/b", "", "*/b" },
	{ "not ASCII", "/\xe6\x9d\xb1/b", "", "/*/b" },
	{ "separators alone", "//", "", "//" },
	{ "too long", LONG LONG, "", "*" },
	{ "the second too long", LONG, LONG, LONG " *" },
	{ "the first as long as may be", LONG LONG, "b", "* b" },
};

static void keeps_what_they_have_in_common(void **state)
{
	char ret[YG_WS_NAME_CAP];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct name_case *c = &cases[i];
		GUARD_CLEANUP struct guard first = guard_copy(c->first, strlen(c->first));
		GUARD_CLEANUP struct guard second = guard_copy(c->second, strlen(c->second));
		struct yg_slice name;

		print_message("  %s\n", c->name);
		name = yg_ws_name_write(
			(struct yg_slice){ (const char *)first.ptr, strlen(c->first) },
			(struct yg_slice){ (const char *)second.ptr, strlen(c->second) }, ret);
		assert_ptr_equal(name.ptr, ret);
		assert_int_equal(name.len, strlen(c->want));
		assert_memory_equal(name.ptr, c->want, name.len);
	}
}

static void a_byte_that_ends_texts_is_odd(void **state)
{
	char ret[YG_WS_NAME_CAP];
	struct yg_slice name = yg_ws_name_write((struct yg_slice){ "a\0b.c", 5 },
						(struct yg_slice){ NULL, 0 }, ret);

	(void)state;
	assert_int_equal(name.len, 3);
	assert_memory_equal(name.ptr, "*.c", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_they_have_in_common),
		cmocka_unit_test(a_byte_that_ends_texts_is_odd),
	};

	return cmocka_run_group_tests_name("parse/ws_name", tests, NULL, NULL);
}
