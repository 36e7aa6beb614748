/* SPDX-License-Identifier: GPL-2.0-only */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "terminal.h"
#include "terminal_run.h"

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

static void send_counter(const char *table, const char *name, uint64_t value)
{
	desk_send_message(desk_rig.analyzer[1],
			  &(struct yg_feed_message){
				  .kind = YG_FEED_KIND_COUNTER,
				  .counter = { .table = yg_slice_from_str(table),
					       .name = yg_slice_from_str(name),
					       .value = value },
			  });
}

/* A sensor with much to say: every line that status has. */
static void send_all(void)
{
	const struct yg_feed_message messages[] = {
		{ .kind = YG_FEED_KIND_SENSOR,
		  .sensor = { .version = YG_SLICE("0.1"),
			      .mode = YG_SLICE("enforce"),
			      .started = EPOCH,
			      .host = YG_SLICE("gateway-with-a-very-long-name.bank.example"),
			      .kernel = YG_SLICE("6.1.0"),
			      .rings = 8,
			      .ring_bytes = 8 << 20,
			      .heartbeat_limit_s = 10,
			      .scope = YG_SLICE("all"),
			      .sampled = 0.125,
			      .sampled_why = YG_SLICE("CPU budget used up"),
			      .analyzer_cpu = 0.051,
			      .cpu_budget = 0.05,
			      .kernel_cpu = 0.02,
			      .total_cpu = 0.083,
			      .over_budget = true,
			      .tls_rest = YG_SLICE("at times"),
			      .tls_awake = 0.42,
			      .tls_rested_s = 120,
			      .tls_missed = 1000,
			      .tls_missed_error = 31 } },
		{ .kind = YG_FEED_KIND_ROLE,
		  .role = { .role = YG_SLICE("analyzer"),
			    .pid = 4711,
			    .started = EPOCH,
			    .restarts = 2,
			    .state = YG_SLICE("failed"),
			    .cause = YG_SLICE("killed by signal 11 (Segmentation fault)") } },
		{ .kind = YG_FEED_KIND_INTERFACE,
		  .interface = { .index = 2,
				 .name = YG_SLICE("enp0s31f6np0"),
				 .xdp = YG_SLICE("generic"),
				 .guard = YG_SLICE("xdp"),
				 .sample = YG_SLICE("clsact"),
				 .reason = YG_SLICE("native: another XDP program is there"),
				 .state = YG_SLICE("attached"),
				 .sampled = 0.125,
				 .requests = 123456789,
				 .requests_sampled = 15432098 } },
		{ .kind = YG_FEED_KIND_LIBRARY,
		  .library = { .path = YG_SLICE(
				       "/opt/\033[2J\xe2\x80\xae/a/path/that/is/long/java"),
			       .inode = 9,
			       .kind = YG_SLICE("java"),
			       .processes = 1,
			       .state = YG_SLICE("gap"),
			       .reason =
				       YG_SLICE("process 41, port 8443: JSSE, the TLS of Java, is "
						"compiled as it runs"),
			       .comm = YG_SLICE("java"),
			       .connections = 3,
			       .bytes = 12000 } },
		{ .kind = YG_FEED_KIND_CAPABILITY,
		  .capability = { .name = YG_SLICE("tcx"),
				  .detail = YG_SLICE("tcx: not available: kernel lacks TCX (Linux "
						     "6.6); clsact filters are used (ENOTSUP)") } },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(messages); i++)
		desk_send_message(desk_rig.warden[1], &messages[i]);
	send_counter("sample", "request", 10);
	send_counter("sample", "lost_ring", 17);
	send_counter("tls", "request", 20);
	send_counter("tls", "skip_rest", 1);
	send_counter("baseline", "minutes_lossy", 4);
	desk_settle();
}

static void speaks_both_languages_within_the_terminal(void **state)
{
	static const char *const english[] = {
		"Yagura 0.1 on gateway",
		"mode enforce",
		"1/8 of flows, counts estimated (CPU budget used up)",
		"8.3 % of a core is used, budget 5.0 %: not held",
		"awake 42 % of the time: calls exceed the CPU budget",
		"CPU budget\n               rested 120 s; about 1000 requests passed",
		"passes everything when the daemon is gone for 10 s",
		"killed by signal 11",
		"another XDP program is there",
		"not read: 3 connections, 12000 bytes",
		"This kernel lacks\n  tcx: ",
		"10 in clear, 20 under TLS while its probes were there",
		"sample lost_ring 17",
		"in bursts in 4 minutes",
	};
	static const char *const japanese[] = {
		"モード 強制",
		"フローの1/8、件数は推定（CPU予算を使い切り）",
		"コアの8.3 %を使用（予算 5.0 %）",
		"稼働時間の割合 42 %（呼び出しがCPU予算を超過）",
		"休止120秒。その間の通過は推定1000件（誤差±31）",
		"デーモンが10秒途絶えるとすべて通過",
		"シグナル11",
		"別のXDPプログラムがあります",
		"読めなかった",
		"このカーネルにない機能\n  tcx: ",
		"平文10、TLS 20（プローブ稼働中のみ）",
		"sample lost_ring 17",
		"4分間に集中",
	};
	const char *text;

	(void)state;
	send_all();
	text = run_well("status");
	check_lines(text, 80);
	for (size_t i = 0; i < YG_ARRAY_SIZE(english); i++) {
		if (!strstr(text, english[i]))
			fail_msg("'%s' is not in '%s'", english[i], text);
	}
	text = run_well("status --lang ja");
	check_lines(text, 80);
	for (size_t i = 0; i < YG_ARRAY_SIZE(japanese); i++) {
		if (!strstr(text, japanese[i]))
			fail_msg("'%s' is not in '%s'", japanese[i], text);
	}
	/* What programs read is the same in both. */
	text = run_well("status --lang ja --json");
	assert_non_null(strstr(text, "\"state\":\"failed\""));
	assert_int_equal(count_lines(text), 1);
}

static void shows_a_picture_once(void **state)
{
	const char *text;

	(void)state;
	send_all();
	desk_send_finding(1, true);
	desk_settle();
	assert_int_equal(run_command("top --once"), YG_EXIT_FAILED); /* nobody plays the enforcer */
	text = terminal_run.out;
	check_lines(text, 80);
	assert_non_null(strstr(text, "mode enforce"));
	assert_non_null(strstr(text, "No endpoints yet\n"));
	assert_non_null(strstr(text, "high      credential-stuffing"));
	assert_non_null(strstr(text, "blocks: the enforcer does not answer\n"));
	assert_null(strstr(text, "cannot reach the daemon"));
	assert_int_equal(run_command("top --once --lang ja"), YG_EXIT_FAILED);
	text = terminal_run.out;
	check_lines(text, 80);
	assert_non_null(strstr(text, "エンドポイントはまだありません\n"));
	assert_non_null(strstr(text, "高      credential-stuffing"));
	assert_int_equal(run_command("top --once --every 0"), YG_EXIT_USAGE);
	assert_int_equal(run_command("top --every 3601"), YG_EXIT_USAGE);
}

static void lists_in_both_languages(void **state)
{
	static const struct printed rows[] = {
		{ "callers", "No callers have been seen\n" },
		{ "callers --lang ja", "利用者はまだ観測されていません\n" },
		{ "third-parties --lang ja", "外部のAPIはまだ呼び出されていません\n" },
		{ "relations --lang ja", "呼び出し関係はまだ観測されていません\n" },
		{ "posture --lang ja", "該当する検出はありません\n" },
		{ "findings --lang ja", "該当する検出はありません\n" },
	};

	(void)state;
	check_printed(rows, YG_ARRAY_SIZE(rows));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(speaks_both_languages_within_the_terminal),
		TEST(shows_a_picture_once),
		TEST(lists_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
