/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/graph.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

/* Name of the end that @text describes. */
static void names(const char *text, const char *want)
{
	char name[YG_GRAPH_NAME_CAP];
	yajl_val end = yajl_tree_parse(text, NULL, 0);

	yg_graph_name(end, name, sizeof(name));
	assert_string_equal(name, want);
	yajl_tree_free(end);
}

static void an_end_has_a_name(void **state)
{
	(void)state;
	names("{\"id\":\"01\",\"method\":\"GET\",\"service\":\"a.example\",\"template\":\"/v1\"}",
	      "GET a.example/v1");
	names("{\"service\":\"a.example\"}", "a.example");
	names("{\"id\":\"0123456789abcdef\",\"method\":null,\"service\":null}", "0123456789abcdef");
	names("null", "-");
}

/* The lines of one relation. */
static void draws(const char *text, const char *want)
{
	char *drawn = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&drawn, &len);
	yajl_val relation = yajl_tree_parse(text, NULL, 0);

	assert_non_null(out);
	assert_non_null(relation);
	yg_graph_open(out);
	yg_graph_add(out, relation);
	yg_graph_close(out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(drawn, want));
	assert_string_equal(drawn + len - 2, "}\n");
	yajl_tree_free(relation);
	free(drawn);
}

static void an_edge_says_what_goes_along_it(void **state)
{
	(void)state;
	draws("{\"kind\":\"upstream\",\"from\":{\"service\":\"a\"},\"into\":{\"service\":\"b\"},"
	      "\"requests\":12,\"data\":[]}",
	      "\n\t\"a\" -> \"b\" [label=\"12\"];\n");
	draws("{\"kind\":\"third-party\",\"from\":null,\"into\":{\"service\":\"b\"},"
	      "\"requests\":12,\"data\":[\"pan\",\"email\"]}",
	      "\n\t\"b\" [style=dashed];\n\t\"this host\" -> \"b\" [label=\"12 pan,email\", "
	      "style=dashed];\n");
}

static void names_from_traffic_cannot_leave_their_quotes(void **state)
{
	(void)state;
	draws("{\"kind\":\"upstream\",\"from\":{\"service\":\"a\\\"]; x [\\\\\"},"
	      "\"into\":{\"service\":\"b\\u0007\\n\"},\"requests\":1}",
	      "\n\t\"a\\\"]; x [\\\\\" -> \"b\" [label=\"1\"];\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_has_a_name),
		cmocka_unit_test(an_edge_says_what_goes_along_it),
		cmocka_unit_test(names_from_traffic_cannot_leave_their_quotes),
	};

	return cmocka_run_group_tests_name("cli/graph", tests, NULL, NULL);
}
