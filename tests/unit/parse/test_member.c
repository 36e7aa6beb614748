/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

#define TEXT_CAP 512

/* The walk as "name=value:type ..." with a final "bad" when it ended early. */
static const struct {
	const char *json, *want;
} cases[] = {
	{ "{}", "" },
	{ " { } ", "" },
	{ "{\"a\":\"b\"}", "a=b:0 " },
	{ "{ \"a\" : 1 , \"b\" : -2.5e3 }", "a=1:1 b=-2.5e3:1 " },
	{ "{\"a\":{\"sub\":[\"}\",1]},\"sub\":\"x\"}", "a={\"sub\":[\"}\",1]}:2 sub=x:0 " },
	{ "{\"a\":true,\"b\":null}", "a=true:2 b=null:2 " },
	{ "{\"a\\\"b\":\"c\\\\\"}", "a\\\"b=c\\\\:0 " },
	{ "", "bad" },
	{ "[]", "bad" },
	{ "{\"a\"", "bad" },
	{ "{\"a\":}", "bad" },
	{ "{\"a\":1 \"b\":2}", "a=1:1 bad" },
	{ "{\"a\":\"b", "bad" },
	{ "{\"a\":\"b\\", "bad" },
	{ "{\"a\":[1", "bad" },
	{ "{a:1}", "bad" },
	{ "{\"a\":\"\n\"}", "bad" },
};

static void walk(const char *json, char *ret)
{
	GUARD_CLEANUP struct guard in = guard_copy(json, strlen(json));
	struct yg_members members = { .text = { in.ptr, in.len } };
	struct yg_member member;
	int len = 0;

	ret[0] = '\0';
	while (yg_members_next(&members, &member))
		len += snprintf(ret + len, TEXT_CAP - (size_t)len, "%.*s=%.*s:%d ",
				(int)member.name.len, member.name.ptr, (int)member.value.len,
				member.value.ptr, (int)member.type);
	if (members.bad)
		(void)snprintf(ret + len, TEXT_CAP - (size_t)len, "bad");
	assert_false(yg_members_next(&members, &member) && members.bad);
}

static void walks_one_level(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char got[TEXT_CAP];

		print_message("  %s\n", cases[i].json);
		walk(cases[i].json, got);
		assert_string_equal(got, cases[i].want);
	}
}

static void refuses_deep_nesting(void **state)
{
	char json[256] = "{\"a\":", got[TEXT_CAP];
	size_t at = strlen(json);

	(void)state;
	memset(json + at, '[', YG_MEMBER_DEPTH_MAX);
	memset(json + at + YG_MEMBER_DEPTH_MAX, ']', YG_MEMBER_DEPTH_MAX);
	memcpy(json + at + 2 * YG_MEMBER_DEPTH_MAX, "}", 2);
	walk(json, got);
	assert_null(strstr(got, "bad"));
	memset(json + at, '[', YG_MEMBER_DEPTH_MAX + 1);
	walk(json, got);
	assert_non_null(strstr(got, "bad"));
}

static void decodes_escapes(void **state)
{
	static const struct {
		const char *text, *want;
	} good[] = {
		{ "plain", "plain" },
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
		{ "\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac" },
		{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
		{ "\\ud83d!\\ude00", "\xef\xbf\xbd!\xef\xbf\xbd" },
	};
	static const char *const bad[] = { "\\", "\\x", "\\u12", "\\u12g4" };
	char out[32];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(good); i++) {
		ssize_t len = yg_member_decode(yg_slice_from_str(good[i].text), out, sizeof(out));

		assert_int_equal(len, strlen(good[i].want));
		assert_memory_equal(out, good[i].want, (size_t)len);
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(bad); i++)
		assert_int_equal(yg_member_decode(yg_slice_from_str(bad[i]), out, sizeof(out)),
				 -EINVAL);
	assert_int_equal(yg_member_decode(YG_SLICE("abc"), out, 2), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_one_level),
		cmocka_unit_test(refuses_deep_nesting),
		cmocka_unit_test(decodes_escapes),
	};

	return cmocka_run_group_tests_name("parse/member", tests, NULL, NULL);
}
