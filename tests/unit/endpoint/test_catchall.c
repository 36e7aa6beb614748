/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/catchall.h"

#include <stdio.h>

#include "core/macros.h"
#include "test.h"

static struct yg_answer_mark mark_of(uint16_t status, const char *type, const char *body)
{
	const struct yg_header headers[] = { { YG_SLICE("Content-Type"),
					       yg_slice_from_str(type) } };
	const struct yg_exchange exchange = {
		.response = {
			.present = true,
			.status = status,
			.headers = headers,
			.header_count = 1,
			.body_bytes = strlen(body),
			.body = yg_slice_from_str(body),
		},
	};

	return yg_answer_mark_from_exchange(&exchange, &(struct yg_body_view){ 0 });
}

static enum yg_catchall_verdict weigh(struct yg_catchall *catchall,
				      const struct yg_answer_mark *mark, const char *target)
{
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	return yg_catchall_weigh(catchall, mark, &path);
}

struct probe_case {
	const char *name;
	const char *targets[5];
	enum yg_catchall_verdict want; /* of the last */
};

static const struct probe_case probes[] = {
	{ "three kinds", { "/.git/config", "/a.php", "/b.aspx" }, YG_CATCHALL_FRESH },
	{ "and one more", { "/.env", "/a.php", "/b.jsp", "/users" }, YG_CATCHALL_YES },
	{ "one kind", { "/a.php", "/b.php", "/c.php", "/d.php", "/e.php" }, YG_CATCHALL_NO },
	{ "two kinds", { "/a.php", "/.env", "/b.PHP", "/c.phtml" }, YG_CATCHALL_NO },
	{ "known dot files", { "/.well-known/a", "/b.php", "/c.bak", "/d" }, YG_CATCHALL_NO },
	{ "climbs, backup, script",
	  { "/../../etc/passwd", "/config~", "/%3Cscript%3E", "/x.cgi" },
	  YG_CATCHALL_FRESH },
	{ "an ordinary API",
	  { "/users", "/orders/1", "/a.json", "/a.xml", "/v1" },
	  YG_CATCHALL_NO },
};

static void probes_that_no_server_has_together_show_it(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(probes); i++) {
		struct yg_answer_mark mark = mark_of(200, "application/json", "{\"ok\":true}");
		enum yg_catchall_verdict got = YG_CATCHALL_MAX;
		struct yg_catchall catchall = { 0 };

		for (size_t j = 0; j < 5 && probes[i].targets[j]; j++)
			got = weigh(&catchall, &mark, probes[i].targets[j]);
		print_message("%s\n", probes[i].name);
		assert_int_equal(got, probes[i].want);
	}
}

static void one_page_for_everything_shows_it_and_json_does_not(void **state)
{
	struct yg_answer_mark page = mark_of(200, "text/html", "<!doctype html><title>App");
	struct yg_answer_mark json = mark_of(200, "application/json", "{\"ok\":true}");
	struct yg_catchall catchall = { 0 };
	uint32_t caught = 0;
	char target[32];

	(void)state;

	for (int i = 0; i < 100; i++) {
		(void)snprintf(target, sizeof(target), "/page-%d", i);
		caught += weigh(&catchall, &page, target) != YG_CATCHALL_NO;
		assert_int_equal(weigh(&catchall, &json, target), YG_CATCHALL_NO);
	}
	assert_in_range(caught, 100 - 2 * YG_CATCHALL_PAGES, 100 - YG_CATCHALL_PAGES + 1);
	/* One path again and again is one page. */
	catchall = (struct yg_catchall){ 0 };
	for (int i = 0; i < 100; i++)
		assert_int_equal(weigh(&catchall, &page, "/home"), YG_CATCHALL_NO);
}

/* Texts of any type that repeat each path show it, if a probe got one, too. */
static void an_echo_shows_it_with_a_probe(void **state)
{
	struct yg_answer_mark echo = mark_of(200, "application/json", "{\"no\":\"\"}");
	struct yg_catchall catchall = { 0 };
	char target[32];

	(void)state;

	echo.echo = true;
	for (int i = 0; i < 100; i++) {
		(void)snprintf(target, sizeof(target), "/page-%d", i);
		assert_int_equal(weigh(&catchall, &echo, target), YG_CATCHALL_NO);
	}
	assert_int_equal(weigh(&catchall, &echo, "/.env"), YG_CATCHALL_FRESH);
	assert_int_equal(weigh(&catchall, &echo, "/page"), YG_CATCHALL_YES);
}

/* Answers that differ each time do not push out the one that comes again. */
static void what_comes_again_stays_among_what_does_not(void **state)
{
	struct yg_answer_mark page = mark_of(200, "text/html", "<!doctype html>");
	struct yg_catchall catchall = { 0 };
	char text[32];

	(void)state;

	for (int i = 0; i < 1000; i++) {
		struct yg_answer_mark other;

		(void)snprintf(text, sizeof(text), "{\"id\":%d}", i);
		other = mark_of(200, "application/json", text);
		(void)snprintf(text, sizeof(text), "/a/%d", i);
		assert_int_equal(weigh(&catchall, &other, text), YG_CATCHALL_NO);
		if (i % 10 < 2)
			(void)weigh(&catchall, &page, text);
	}
	assert_int_equal(weigh(&catchall, &page, "/new"), YG_CATCHALL_YES);
}

static void probes_are_told_from_odd_names(void **state)
{
	static const struct {
		const char *target;
		bool probe;
	} cases[] = {
		{ "/a/../../b", true },	    { "/%3Cscript%3Ealert(1)", true },
		{ "/a%60id%60", true },	    { "/groups/%22my-group%22", false },
		{ "/%8C%FB%8D%C0", false }, /* Shift_JIS */
		{ "/a%7Cb", false },	    { "/a/../b", false },
		{ "/%E5%8F%A3", false },    { "/a%252Fb", false },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_path path;

		assert_true(yg_path_from_target(yg_slice_from_str(cases[i].target), &path));
		assert_int_equal(yg_path_is_probe(&path), cases[i].probe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_that_no_server_has_together_show_it),
		cmocka_unit_test(one_page_for_everything_shows_it_and_json_does_not),
		cmocka_unit_test(an_echo_shows_it_with_a_probe),
		cmocka_unit_test(what_comes_again_stays_among_what_does_not),
		cmocka_unit_test(probes_are_told_from_odd_names),
	};

	return cmocka_run_group_tests_name("endpoint/catchall", tests, NULL, NULL);
}
