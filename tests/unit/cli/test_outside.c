/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/outside.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

/* "address how through base_path" of each, a line each. */
static int add(void *ctx, const struct yg_outside *outside)
{
	static const char *const hows[] = { "asked", "said", "through" };
	char *text = ctx;
	size_t used = strlen(text);

	(void)snprintf(text + used, 1024 - used, "%s %s %s %s\n", outside->address,
		       hows[outside->how], outside->through, outside->base_path);
	return 0;
}

static int stop(void *ctx, const struct yg_outside *outside)
{
	(void)add(ctx, outside);
	return 7;
}

#define SELF "\"service\":\"accounts:9000\",\"template\":\"/v1/a\""
#define EDGE                                                                          \
	"{\"id\":\"1a2b3c4d5e6f7081\",\"service\":\"api.bank.example\",\"template\":" \
	"\"/retail/v1/a\",\"tls\":true,\"external\":true,\"base_path\":\"/retail\","  \
	"\"outside\":[]}"

static void addresses_are_those_that_outsiders_use(void **state)
{
	static const struct {
		const char *name, *endpoint, *want;
	} cases[] = {
		{ "nothing else is known", "{" SELF ",\"tls_requests\":1}",
		  "https://accounts:9000/v1/a asked  \n" },
		{ "in clear", "{" SELF ",\"tls_requests\":0,\"outside\":[],\"reached\":[]}",
		  "http://accounts:9000/v1/a asked  \n" },
		{ "a hop says", "{" SELF ",\"outside\":[\"https://shop.example/x\"]}",
		  "https://shop.example/x/v1/a said  /x\n" },
		{ "a hop says no scheme", "{" SELF ",\"outside\":[\"shop.example/x\"]}",
		  "shop.example/x/v1/a said  /x\n" },
		{ "asked there, too",
		  "{" SELF ",\"exposure\":\"external\",\"outside\":[\"https://shop.example\"]}",
		  "http://accounts:9000/v1/a asked  \nhttps://shop.example/v1/a said  \n" },
		{ "an edge that was seen knows more than what it says",
		  "{" SELF ",\"outside\":[\"https://api.bank.example\"],\"reached\":[" EDGE "]}",
		  "https://api.bank.example/retail/v1/a through 1a2b3c4d5e6f7081 /retail\n" },
		{ "another host than the edge's",
		  "{" SELF ",\"outside\":[\"https://shop.example\"],\"reached\":[" EDGE "]}",
		  "https://shop.example/v1/a said  \n"
		  "https://api.bank.example/retail/v1/a through 1a2b3c4d5e6f7081 /retail\n" },
		{ "no object at all", "[]", "http:// asked  \n" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char text[1024] = "", error[64];
		yajl_val value = yajl_tree_parse(cases[i].endpoint, error, sizeof(error));

		print_message("%s\n", cases[i].name);
		assert_non_null(value);
		assert_int_equal(yg_outside_each(value, add, text), 0);
		assert_string_equal(text, cases[i].want);
		text[0] = '\0';
		assert_int_equal(yg_outside_each(value, stop, text), 7);
		assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text));
		yajl_tree_free(value);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_those_that_outsiders_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
