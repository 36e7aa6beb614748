/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/json.h"

#include <stdio.h>

#include "test.h"

#define TEXT_CAP 8192

/* The walk as "path=value " (containers "{}" and "[]", a cut string "~"), then how it ended. */
static const struct {
	const char *json, *want;
} cases[] = {
	{ "{}", "$={} done" },
	{ " [ ] ", "$=[] done" },
	{ "{\"a\":\"b\"}", "$={} $.a=b done" },
	{ "{\"u\":{\"ids\":[7,8]},\"z\":null}",
	  "$={} $.u={} $.u.ids=[] $.u.ids[*]=7 $.u.ids[*]=8 $.z=null done" },
	{ "[{\"a\":1},{\"b\":[[]]}]", "$=[] $[*]={} $[*].a=1 $[*]={} $[*].b=[] $[*].b[*]=[] done" },
	{ "{\"a b\":true,\"\":false}", "$={} $['a b']=true $['']=false done" },
	{ "{\"a\\\"\":\"\\\\\"}", "$={} $['a\\\"']=\\\\ done" },
	{ "\"s\"", "$=s done" },
	{ "12", "$=12 done" },
	{ "-1.5e+3 ", "$=-1.5e+3 done" },
	/* Cut. */
	{ "", "more" },
	{ "  ", "more" },
	{ "{", "$={} more" },
	{ "{\"a", "$={} more" },
	{ "{\"a\"", "$={} more" },
	{ "{\"a\":", "$={} more" },
	{ "{\"a\":12", "$={} more" },
	{ "{\"a\":12,", "$={} $.a=12 more" },
	{ "{\"a\":\"b", "$={} $.a=b~ more" },
	{ "{\"a\":\"b\\", "$={} $.a=b~ more" },
	{ "{\"a\":\"b\\u00e", "$={} $.a=b~ more" },
	{ "{\"a\":\"b\\u00e9", "$={} $.a=b\\u00e9~ more" },
	{ "{\"a\":\"b\\\\u00", "$={} $.a=b\\\\u00~ more" },
	{ "{\"a\":\"b\\n", "$={} $.a=b\\n~ more" },
	{ "[[[", "$=[] $[*]=[] $[*][*]=[] more" },
	/* No JSON. */
	{ "hello", "bad" },
	{ "{a:1}", "$={} bad" },
	{ "{\"a\" 1}", "$={} bad" },
	{ "{\"a\":1 \"b\":2}", "$={} $.a=1 bad" },
	{ "{\"a\":1,}", "$={} $.a=1 bad" },
	{ "[1,]", "$=[] $[*]=1 bad" },
	{ "[1}", "$=[] $[*]=1 bad" },
	{ "{\"a\":\"\n\"}", "$={} bad" },
	{ "{\"a\":nil}", "$={} bad" },
	{ "{} {}", "$={} bad" },
};

static void write_walk(struct yg_slice text, bool lines, char *ret)
{
	static const char *const ends[] = { "done", "more", "bad" };
	struct yg_json_walk walk = { .text = text, .lines = lines };
	struct yg_json_node node;
	size_t len = 0;

	while (yg_json_walk_next(&walk, &node)) {
		char path[128];
		struct yg_slice value = node.value;

		if (node.type == YG_JSON_OBJECT || node.type == YG_JSON_ARRAY)
			value = node.type == YG_JSON_OBJECT ? YG_SLICE("{}") : YG_SLICE("[]");
		yg_json_walk_path(&walk, &node, path, sizeof(path));
		len += (size_t)snprintf(ret + len, TEXT_CAP - len, "%s=%.*s%s ", path,
					(int)value.len, value.ptr, node.cut ? "~" : "");
	}
	(void)snprintf(ret + len, TEXT_CAP - len, "%s", ends[walk.result]);
	assert_false(yg_json_walk_next(&walk, &node));
}

static void walks_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].json, strlen(cases[i].json));
		char got[TEXT_CAP];

		print_message("  %s\n", cases[i].json);
		write_walk((struct yg_slice){ in.ptr, in.len }, false, got);
		assert_string_equal(got, cases[i].want);
	}
}

static void reads_lines_of_json(void **state)
{
	char got[TEXT_CAP];

	(void)state;
	write_walk(YG_SLICE("{\"a\":1}\n[2]\n\n3\n"), true, got);
	assert_string_equal(got, "$={} $.a=1 $=[] $[*]=2 $=3 done");
	write_walk(YG_SLICE("{\"a\":1}\n{\"a"), true, got);
	assert_string_equal(got, "$={} $.a=1 $={} more");
}

/* Each cut gives the values before it, never other ones. */
static void a_cut_takes_away_and_adds_nothing(void **state)
{
	static const char json[] =
		"{\"a\":[1,{\"b\\\\\":\"c\\\"d\"},2.5e1],\"e\" : \"f\",\"g\":true}";
	char whole[TEXT_CAP], got[TEXT_CAP];

	(void)state;
	write_walk(YG_SLICE(json), false, whole);
	for (size_t len = 0; len < sizeof(json) - 1; len++) {
		GUARD_CLEANUP struct guard in = guard_copy(json, len);
		char *end;

		write_walk((struct yg_slice){ in.ptr, in.len }, false, got);
		assert_string_equal(got + strlen(got) - 4, "more");
		got[strlen(got) - 4] = '\0';
		end = strchr(got, '~');
		if (end)
			*end = '\0';
		assert_memory_equal(got, whole, strlen(got));
	}
}

static void passes_over_what_is_too_deep(void **state)
{
	char json[512] = "[", got[TEXT_CAP];
	struct yg_json_walk walk;
	struct yg_json_node node;
	uint32_t count = 0;

	(void)state;
	memset(json, '[', YG_JSON_DEPTH_MAX + 20);
	memset(json + YG_JSON_DEPTH_MAX + 20, ']', YG_JSON_DEPTH_MAX + 20);
	walk = (struct yg_json_walk){ .text = yg_slice_from_str(json) };
	while (yg_json_walk_next(&walk, &node))
		count++;
	assert_int_equal(walk.result, YG_PARSE_DONE);
	assert_true(walk.passed);
	assert_int_equal(count, YG_JSON_DEPTH_MAX + 1);
	memset(json + YG_JSON_DEPTH_MAX + 20, '\0', sizeof(json) - YG_JSON_DEPTH_MAX - 20);
	write_walk(yg_slice_from_str(json), false, got);
	assert_string_equal(got + strlen(got) - 4, "more");
}

static void leaves_containers(void **state)
{
	struct yg_json_walk walk = { .text = YG_SLICE("{\"a\":{\"x\":[1,\"]\"]},\"b\":2}") };
	struct yg_json_node node;

	(void)state;
	assert_true(yg_json_walk_next(&walk, &node));
	assert_true(yg_json_walk_next(&walk, &node));
	yg_json_walk_leave(&walk);
	assert_true(yg_json_walk_next(&walk, &node));
	assert_true(yg_slice_equal(node.name, YG_SLICE("b")));
	assert_false(yg_json_walk_next(&walk, &node));
	assert_int_equal(walk.result, YG_PARSE_DONE);
}

/* Strings are scanned in blocks: an end must be found wherever in a block it stands. */
static void strings_end_at_their_quote_at_every_offset(void **state)
{
	static const char *const ends[] = { "", "\\\"", "\\\\", "\xc3\xa9\\n" };

	(void)state;
	for (size_t i = 0; i < 64 * YG_ARRAY_SIZE(ends); i++) {
		char text[100], json[104], want[120], have[TEXT_CAP];

		(void)snprintf(text, sizeof(text), "%.*s%s", (int)(i / YG_ARRAY_SIZE(ends)),
			       "abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ.,;",
			       ends[i % YG_ARRAY_SIZE(ends)]);
		(void)snprintf(json, sizeof(json), "\"%s\"", text);
		(void)snprintf(want, sizeof(want), "$=%s done", text);
		GUARD_CLEANUP struct guard in = guard_copy(json, strlen(json));
		write_walk((struct yg_slice){ in.ptr, in.len }, false, have);
		assert_string_equal(have, want);
	}
}

static void cuts_paths_and_names_to_fit(void **state)
{
	char json[YG_JSON_NAME_MAX + 64], path[8];
	struct yg_json_walk walk = { .text = { json, 0 } };
	struct yg_json_node node;

	(void)state;
	memset(json, 'n', sizeof(json));
	memcpy(json, "{\"", 2);
	memcpy(json + sizeof(json) - 5, "\":1,", 5);
	walk.text.len = sizeof(json) - 1;
	assert_true(yg_json_walk_next(&walk, &node));
	assert_true(yg_json_walk_next(&walk, &node));
	assert_int_equal(node.name.len, YG_JSON_NAME_MAX);
	yg_json_walk_path(&walk, &node, path, sizeof(path));
	assert_string_equal(path, "$.nnnnn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_every_case_of_the_table),
		cmocka_unit_test(reads_lines_of_json),
		cmocka_unit_test(a_cut_takes_away_and_adds_nothing),
		cmocka_unit_test(passes_over_what_is_too_deep),
		cmocka_unit_test(leaves_containers),
		cmocka_unit_test(strings_end_at_their_quote_at_every_offset),
		cmocka_unit_test(cuts_paths_and_names_to_fit),
	};

	return cmocka_run_group_tests_name("parse/json", tests, NULL, NULL);
}
