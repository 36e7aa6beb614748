/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "terminal.h"
#include "terminal_run.h"

#define MANY 1100u /* more than two pages */

static void send_endpoint(uint64_t id, const char *service, const char *template_,
			  uint64_t requests)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };
	struct yg_feed_endpoint *endpoint = &message.endpoint;

	endpoint->id = id;
	endpoint->service = yg_slice_from_str(service);
	endpoint->method = YG_SLICE("GET");
	endpoint->template = yg_slice_from_str(template_);
	endpoint->requests = requests;
	endpoint->last_seen = endpoint->first_seen = EPOCH;
	endpoint->auth.count = 1;
	endpoint->auth.rows[0] = YG_SLICE("none");
	endpoint->labels.count = 1;
	endpoint->labels.rows[0] = YG_SLICE("internal");
	endpoint->label_reasons.count = 1;
	endpoint->label_reasons.rows[0].name = YG_SLICE("internal");
	endpoint->label_reasons.rows[0].text = YG_SLICE("all its clients have private addresses");
	endpoint->outside.count = 1;
	endpoint->outside.rows[0] = YG_SLICE("https://api.bank.example/retail");
	endpoint->servers.count = 1;
	endpoint->servers.rows[0] = YG_SLICE("10.0.0.5:9000");
	desk_send_message(desk_rig.analyzer[1], &message);
}

static int set_up(void **state)
{
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(unsetenv("LC_ALL") | unsetenv("LC_MESSAGES") | unsetenv("LANG"), 0);
	return desk_set_up(state);
}

static int tear_down(void **state)
{
	run_clean();
	return desk_tear_down(state);
}

static void says_that_there_are_none(void **state)
{
	static const struct printed rows[] = {
		{ "endpoints", "No endpoints have been seen\n" },
		{ "endpoints --outside", "No endpoints have been seen\n" },
		{ "endpoints --lang ja", "エンドポイントはまだ観測されていません\n" },
		{ "endpoints --json", "" },
	};

	(void)state;
	check_printed(rows, YG_ARRAY_SIZE(rows));
}

static void lists_them_under_their_services(void **state)
{
	const char *text;

	(void)state;
	send_endpoint(0x1111111100000000u, "accounts:9000", "/v1/accounts/{id}", 20);
	send_endpoint(0x2222222200000000u, "pay:9001", "/v1/payments", 3);
	desk_settle();
	text = run_well("endpoints");
	check_lines(text, 80);
	assert_int_equal(count_lines(text), 5);
	assert_non_null(strstr(text, "\naccounts:9000\n11111111  "));
	assert_non_null(strstr(text, "\npay:9001\n22222222  "));
	text = run_well("endpoints --sort requests --limit 1");
	assert_non_null(strstr(text, "/v1/accounts/{id}"));
	assert_null(strstr(text, "/v1/payments"));
	text = run_well("endpoints --outside --host api.bank.example --search PAYMENT");
	check_lines(text, 80);
	assert_int_equal(count_lines(text), 3);
	assert_non_null(strstr(text, "pay:9001 at 10.0.0.5:9000\n"
				     "api.bank.example/retail/v1/payments  GET"));
	text = run_well("endpoints --outside --lang ja --limit 1");
	assert_non_null(strstr(text, "accounts:9000（10.0.0.5:9000）"));
	assert_non_null(strstr(text, "内部"));
	assert_string_equal(run_well("endpoints --host bank.example --json"), "");
	assert_string_equal(run_well("endpoints --auth bearer --json"), "");
	text = run_well("endpoints --auth none --exposure internal --json");
	assert_int_equal(count_lines(text), 2);
	assert_non_null(strstr(text, "\"label_reasons_ja\":{\"internal\":"
				     "\"接続元はすべてプライベートアドレスです\"}"));
}

/* A column only where an application says no inside, at every width and in both languages. */
static void shows_what_is_refused_under_200(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };
	struct yg_feed_endpoint *endpoint = &message.endpoint;
	const char *text;

	(void)state;
	send_endpoint(0x1111111100000000u, "accounts:9000", "/v1/accounts/{id}", 20);
	desk_settle();
	assert_null(strstr(run_well("endpoints"), "ERR"));
	(void)run_command("top --once"); /* no enforcer tells of blocks here */
	assert_null(strstr(terminal_run.out, "ERR"));
	endpoint->id = 0x2222222200000000u;
	endpoint->service = YG_SLICE("api.example.com");
	endpoint->method = YG_SLICE("POST");
	endpoint->template = YG_SLICE("/graphql mutation Pay");
	endpoint->requests = 20;
	endpoint->first_seen = endpoint->last_seen = EPOCH;
	endpoint->outcomes.count = 3;
	endpoint->outcomes.rows[0].name = YG_SLICE("ok");
	endpoint->outcomes.rows[0].number = 5;
	endpoint->outcomes.rows[1].name = YG_SLICE("forbidden");
	endpoint->outcomes.rows[1].number = 12;
	endpoint->outcomes.rows[2].name = YG_SLICE("failed");
	endpoint->outcomes.rows[2].number = 3;
	desk_send_message(desk_rig.analyzer[1], &message);
	desk_settle();
	text = run_well("endpoints");
	check_lines(text, 80);
	assert_non_null(strstr(text, "    0  15   "));
	assert_non_null(strstr(run_well("endpoints --lang ja"), "5XX  失敗  "));
	(void)run_command("top --once");
	check_lines(terminal_run.out, 80);
	assert_non_null(strstr(terminal_run.out,
			       "    0  15         0  POST api.example.com/graphql mutation Pay"));
}

static void turns_all_pages(void **state)
{
	const char *text;

	(void)state;
	for (uint64_t i = 1; i <= MANY; i++) {
		char template_[32];

		(void)snprintf(template_, sizeof(template_), "/v1/path%" PRIu64, i);
		send_endpoint(i, "api.example.com", template_, i);
		desk_step();
	}
	desk_settle();
	text = run_well("endpoints --json");
	assert_int_equal(count_lines(text), MANY);
	text = run_well("endpoints");
	assert_int_equal(count_lines(text), MANY + 2);
	check_lines(text, 80);
	assert_int_equal(count_lines(run_well("endpoints --json --limit 700")), 700);
	assert_int_equal(count_lines(run_well("endpoints --json --contains path110")), 2);
}

static void nothing_of_the_wire_moves_the_cursor(void **state)
{
	static const char *const lines[] = {
		"endpoints",	       "endpoints --outside", "endpoint 3", "endpoint 3 --lang ja",
		"endpoints --lang ja",
	};

	(void)state;
	send_endpoint(
		0x3000000000000000u, "\xe5\x8f\xa3\xe5\xba\xa7\xe2\x80\xae.example\033[2J",
		"/v1/\xe5\x8f\xa3\xe5\xba\xa7\xe6\xae\x8b\xe9\xab\x98\xe5\x8f\xa3\xe5\xba\xa7"
		"\xe6\xae\x8b\xe9\xab\x98/\033]0;x\007/\xef\xbb\xbf\xd8\x9c/{id}/and/much/more",
		1);
	desk_settle();
	for (size_t i = 0; i < YG_ARRAY_SIZE(lines); i++) {
		const char *text = run_well(lines[i]);

		check_lines(text, 80);
		assert_null(strstr(text, "\xe2\x80\xae"));
		assert_null(strstr(text, "\xd8\x9c"));
	}
}

static void shows_one_by_the_beginning_of_its_id(void **state)
{
	const char *text;

	(void)state;
	send_endpoint(0x1111111100000000u, "accounts:9000", "/v1/accounts/{id}", 20);
	send_endpoint(0x1222222200000000u, "pay:9001", "/v1/payments", 3);
	desk_settle();
	text = run_well("endpoint 11");
	check_lines(text, 80);
	assert_non_null(strstr(text, "\nexposure       internal\nservers        10.0.0.5:9000\n"));
	assert_non_null(strstr(text, "https://api.bank.example/retail/v1/accounts/{id}  /retail"
				     "    named by a hop\n"));
	assert_int_equal(run_command("endpoint 1"), YG_EXIT_FAILED);
	assert_string_equal(terminal_run.err, "yagura: endpoint: 1: begins the id of several\n");
	assert_int_equal(run_command("endpoint 9"), YG_EXIT_FAILED);
	assert_int_equal(run_command("endpoint 1111111100000001"), YG_EXIT_FAILED);
	assert_string_equal(terminal_run.err, "yagura: 1111111100000001: not found\n");
	assert_string_equal(terminal_run.out, "");
}

static void wrong_options_are_bad_usage(void **state)
{
	static const char *const cases[][2] = {
		{ "endpoints --exposure public", "'public' is not external, relayed" },
		{ "endpoints --auth password", "'password' is not none, bearer" },
		{ "endpoints --label dark", "'dark' is not a label" },
		{ "endpoints --limit none", "--limit: not a number above 0" },
		{ "endpoints --outside --limit 0", "--limit: not a number above 0" },
		{ "endpoints --since soon", "--since: not a duration" },
		{ "endpoints --nothing", "no option '--nothing'" },
		{ "endpoints --outside=1", "--outside takes no value" },
		{ "endpoints surplus", "one operand too many: 'surplus'" },
		{ "endpoint", "missing operand" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("%s\n", cases[i][0]);
		assert_int_equal(run_command(cases[i][0]), YG_EXIT_USAGE);
		assert_non_null(strstr(terminal_run.err, cases[i][1]));
		assert_non_null(strstr(terminal_run.err, "Try 'yagura help endpoint"));
		assert_string_equal(terminal_run.out, "");
	}
}

static void without_a_daemon_it_fails(void **state)
{
	(void)state;
	assert_int_equal(run_command("endpoints --socket /nowhere/sock"), YG_EXIT_DONE);
	assert_int_equal(unlink(desk_rig.socket), 0);
	assert_int_equal(run_command("endpoints"), YG_EXIT_FAILED);
	assert_non_null(strstr(terminal_run.err, "yagura: cannot reach the daemon at "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(says_that_there_are_none),
		TEST(lists_them_under_their_services),
		TEST(shows_what_is_refused_under_200),
		TEST(turns_all_pages),
		TEST(nothing_of_the_wire_moves_the_cursor),
		TEST(shows_one_by_the_beginning_of_its_id),
		TEST(wrong_options_are_bad_usage),
		TEST(without_a_daemon_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
