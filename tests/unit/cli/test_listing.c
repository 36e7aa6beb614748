/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/listing.h"

#include <string.h>

#include "test.h"

#define OPTIONS 16 /* more than a command of these has */

struct line {
	struct yg_cli_args args;
	const char *given[OPTIONS];
	char text[512]; /* of errors */
};

/* "yagura COMMAND --NAME VALUE" */
static void type(struct line *line, const char *command, const char *name, const char *value)
{
	*line = (struct line){ .args = { .command = yg_command_find(command) } };
	line->args.given = line->given;
	line->args.err = fmemopen(line->text, sizeof(line->text), "w");
	assert_non_null(line->args.err);
	for (size_t i = 0; line->args.command->options[i].name; i++) {
		assert_true(i < OPTIONS);
		if (strcmp(line->args.command->options[i].name, name) == 0)
			line->given[i] = value;
	}
}

static void wrong_words_are_bad_usage(void **state)
{
	static const struct {
		const char *command, *name, *value;
		enum yg_exit code;
		const char *want; /* of the path, or of the error */
	} cases[] = {
		{ "posture", "severity", "high", YG_EXIT_DONE, "/x?severity=high" },
		{ "posture", "severity", "High", YG_EXIT_USAGE, "'High' is not info, low" },
		{ "posture", "state", "reopened", YG_EXIT_DONE, "/x?state=reopened" },
		{ "posture", "state", "new", YG_EXIT_USAGE, "open, resolved or reopened" },
		{ "posture", "rule", "jwt-no-expiry", YG_EXIT_DONE, "/x?rule=jwt-no-expiry" },
		{ "posture", "rule", "jwt", YG_EXIT_USAGE, "'jwt' is not a rule" },
		{ "posture", "service", "a b&c", YG_EXIT_DONE, "/x?service=a%20b%26c" },
		{ "posture", "since", "soon", YG_EXIT_USAGE, "--since" },
		{ "findings", "status", "approved", YG_EXIT_DONE, "/x?status=approved" },
		{ "findings", "status", "yes", YG_EXIT_USAGE, "--status" },
		{ "endpoints", "label", "shadow", YG_EXIT_DONE, "/x?label=shadow" },
		{ "endpoints", "label", "dark", YG_EXIT_USAGE, "'dark' is not a label" },
		{ "endpoints", "risk", "100", YG_EXIT_DONE, "/x?risk=100" },
		{ "endpoints", "risk", "101", YG_EXIT_USAGE, "1 to 100" },
		{ "endpoints", "risk", "much", YG_EXIT_USAGE, "1 to 100" },
		{ "endpoints", "sort", "last", YG_EXIT_DONE, "/x?sort=last" },
		{ "endpoints", "sort", "first", YG_EXIT_USAGE, "'first' is not name" },
		{ "endpoints", "exposure", "relayed", YG_EXIT_DONE, "/x?exposure=relayed" },
		{ "endpoints", "exposure", "Internet", YG_EXIT_USAGE,
		  "'Internet' is not external" },
		{ "endpoints", "auth", "api-key", YG_EXIT_DONE, "/x?auth=api-key" },
		{ "endpoints", "auth", "apikey", YG_EXIT_USAGE, "'apikey' is not none, bearer" },
		{ "endpoints", "host", "api.example:8443", YG_EXIT_DONE,
		  "/x?host=api.example%3A8443" },
		{ "endpoints", "search", "口座", YG_EXIT_DONE, "/x?search=%E5%8F%A3" },
		{ "relations", "kind", "upstream", YG_EXIT_DONE, "/x?kind=upstream" },
		{ "relations", "kind", "edge", YG_EXIT_USAGE, "'edge' is not upstream" },
	};
	static const char *const names[] = { "severity", "state", "rule",   "service", "status",
					     "label",	 "risk",  "sort",   "kind",    "exposure",
					     "auth",	 "host",  "search", NULL };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char path[YG_LISTING_PATH_CAP] = "/x?";
		struct line line;

		print_message("%s --%s %s\n", cases[i].command, cases[i].name, cases[i].value);
		type(&line, cases[i].command, cases[i].name, cases[i].value);
		assert_int_equal(yg_listing_filter(&line.args, names, path), cases[i].code);
		assert_int_equal(fclose(line.args.err), 0);
		assert_non_null(strstr(cases[i].code == YG_EXIT_DONE ? path : line.text,
				       cases[i].want + (cases[i].code == YG_EXIT_DONE ? 3 : 0)));
	}
}

static void what_is_no_id_is_bad_usage(void **state)
{
	static const char *const cases[] = { "", "x", "ABC", "12345678901234567", "../a" };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char id[YG_ID_DIGITS + 1] = "untouched";
		struct line line;

		type(&line, "finding", "", NULL);
		line.args.items = &cases[i];
		assert_int_equal(yg_listing_find(&line.args, "/v1/findings?", id), YG_EXIT_USAGE);
		assert_int_equal(fclose(line.args.err), 0);
		assert_string_equal(id, "untouched");
		assert_non_null(strstr(line.text, "is no id"));
	}
}

static void a_whole_id_asks_nobody(void **state)
{
	static const char *const item = "0123456789abcdef";
	char id[YG_ID_DIGITS + 1];
	struct line line;

	(void)state;
	type(&line, "finding", "", NULL);
	line.args.items = &item;
	line.args.socket = "/nowhere";
	assert_int_equal(yg_listing_find(&line.args, "/v1/findings?", id), YG_EXIT_DONE);
	assert_string_equal(id, item);
	line.args.items = (const char *const[]){ "0123" };
	assert_int_equal(yg_listing_find(&line.args, "/v1/findings?", id), YG_EXIT_FAILED);
	assert_int_equal(fclose(line.args.err), 0);
}

static void a_heading_stands_once(void **state)
{
	static const struct yg_column column = { "A", YG_ALIGN_LEFT, 0 };
	struct yg_listing listing = { .headed = false };
	const char *cell = "1";
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(yg_table_new(&column, 1, &listing.table), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(yg_listing_heading(&listing, ""), 0);
		assert_int_equal(yg_table_add(listing.table, &cell), 0);
	}
	assert_int_equal(yg_listing_heading(&listing, "two"), 0);
	yg_table_print(listing.table, out, 80);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "A\n\n1\n1\ntwo\n");
	yg_table_free(&listing.table);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_words_are_bad_usage),
		cmocka_unit_test(what_is_no_id_is_bad_usage),
		cmocka_unit_test(a_whole_id_asks_nobody),
		cmocka_unit_test(a_heading_stands_once),
	};

	return cmocka_run_group_tests_name("cli/listing", tests, NULL, NULL);
}
