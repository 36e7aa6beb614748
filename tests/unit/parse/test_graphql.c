/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/graphql.h"

#include <stdio.h>

#include "test.h"

/* "type name root operations/fields/aliases/depth end" */
static const struct {
	const char *document, *name, *want;
} cases[] = {
	{ "{ user { name } }", "", "query - user 1/2/0/2 done" },
	{ "query GetUser($id: ID! = \"{\") @live(a: {b: 1}) { user(id: $id) { name } }", "",
	  "query GetUser user 1/2/0/2 done" },
	{ "query { me { id } }", "", "query - me 1/2/0/2 done" },
	{ "mutation Pay{pay(to:{acct:\"1\"},n:3){ok}}", "", "mutation Pay pay 1/2/0/2 done" },
	{ "subscription OnMsg { msg }", "", "subscription OnMsg msg 1/1/0/1 done" },
	{ "{ a: user { b: name, c: name } }", "", "query - user 1/3/3/2 done" },
	{ "# hi\n\xef\xbb\xbf{ ...Card ... on User { id } ... @include(if: true) { x } y }", "",
	  "query - y 1/3/0/2 done" },
	{ "query A { a } mutation B { b { c { d } } }", "", "query A a 2/4/0/3 done" },
	{ "query A { a } mutation B { b }", "B", "mutation B b 2/2/0/1 done" },
	{ "query A { a } mutation B { b }", "A", "query A a 2/2/0/1 done" },
	{ "query A { a } mutation B { b }", "C", "query A a 2/2/0/1 done" },
	{ "fragment Card on User { id } query A { user { ...Card } }", "",
	  "query A user 1/2/0/2 done" },
	{ "{ s(t: \"}\\\"{\", u: \"\"\"a \" } \\\"\"\" b\"\"\") { x } }", "",
	  "query - s 1/2/0/2 done" },
	{ "query query { query }", "", "query query query 1/1/0/1 done" },
	/* Cut. */
	{ "query GetUser", "", "query GetUser - 1/0/0/0 more" },
	{ "query GetUser($id: ID", "", "query GetUser - 1/0/0/0 more" },
	{ "{ user { na", "", "query - user 1/2/0/2 more" },
	{ "{ user(name: \"x", "", "query - user 1/1/0/1 more" },
	/* No document. */
	{ "", "", "unknown - - 0/0/0/0 bad" },
	{ "shoes", "", "unknown - - 0/0/0/0 bad" },
	{ "query for red shoes", "", "query for - 1/0/0/0 bad" },
	{ "select * from users", "", "unknown - - 0/0/0/0 bad" },
	{ "{ a } }", "", "query - a 1/1/0/1 bad" },
	{ "{ a [ }", "", "query - a 1/1/0/1 bad" },
	{ "fragment Card on User { id }", "", "unknown - - 0/1/0/1 more" },
};

static void put(char *ret, size_t cap, struct yg_slice text)
{
	(void)snprintf(ret, cap, "%.*s", text.ptr ? (int)text.len : 1, text.ptr ? text.ptr : "-");
}

static void reads_every_case_of_the_table(void **state)
{
	static const char *const ends[] = { "done", "more", "bad" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(cases[i].document, strlen(cases[i].document));
		struct yg_graphql graphql;
		char got[160], name[32], root[32];
		enum yg_parse r = yg_graphql_read((struct yg_slice){ in.ptr, in.len },
						  yg_slice_from_str(cases[i].name), &graphql);

		put(name, sizeof(name), graphql.name);
		put(root, sizeof(root), graphql.root);
		(void)snprintf(got, sizeof(got), "%s %s %s %u/%u/%u/%u %s",
			       yg_graphql_type_name(graphql.type), name, root, graphql.operations,
			       graphql.fields, graphql.aliases, graphql.depth, ends[r]);
		print_message("  %s\n", cases[i].document);
		assert_string_equal(got, cases[i].want);
	}
}

static void never_reads_beyond_any_cut(void **state)
{
	static const char document[] =
		"query A($a: [Int!] = [1]) @x { b: c(d: \"\\\"\", e: \"\"\"f\\\"\"\"\"\"\") "
		"...on G { h } # i\n}";

	(void)state;
	for (size_t len = 0; len < sizeof(document) - 1; len++) {
		GUARD_CLEANUP struct guard in = guard_copy(document, len);
		struct yg_graphql graphql;

		assert_int_not_equal(yg_graphql_read((struct yg_slice){ in.ptr, in.len },
						     YG_SLICE(""), &graphql),
				     YG_PARSE_DONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_case_of_the_table),
		cmocka_unit_test(never_reads_beyond_any_cut),
	};

	return cmocka_run_group_tests_name("parse/graphql", tests, NULL, NULL);
}
