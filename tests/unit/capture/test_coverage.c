/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/coverage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

#define S_NS 1000000000ull

/* What the world knows of its processes: 7 is a gap that listens on 443, 8 is read, 9 unknown. */
static struct {
	struct yg_coverage *coverage;
	int asked;
	int looked; /* for who has a UDP port */
	bool is_inspected;
	bool is_busy;	    /* who has a UDP port is to be asked later */
	uint64_t rested_ns; /* 7 */
} world;

static int explain(void *ctx, pid_t pid, struct yg_explanation *ret)
{
	(void)ctx;
	world.asked++;
	if (pid < 7 || (pid > 9 && pid < 1000))
		return -ESRCH;
	*ret = (struct yg_explanation){ .name = "/usr/bin/server" };
	(void)snprintf(ret->comm, sizeof(ret->comm), "p%d", pid);
	if (pid == 7 && world.is_inspected) {
		ret->what = YG_EXPLAINED_GAP;
		ret->gap = YG_GAP_RUSTLS;
	} else if (pid == 8) {
		ret->what = YG_EXPLAINED_ATTACHED;
	}
	return 0;
}

static pid_t find_listener(void *ctx, uint16_t port)
{
	(void)ctx;
	return port == 443 ? 7 : 0;
}

/* Process 8 has port 8443, 1001 is its client. */
static pid_t find_datagram(void *ctx, uint16_t port)
{
	(void)ctx;
	world.looked++;
	if (world.is_busy)
		return -1;
	return port == 8443 ? 8 : port == 50001 ? 1001 : 0;
}

static int set_up(void **state)
{
	const struct yg_coverage_config config = { .key = { 1, 2 },
						   .explain = explain,
						   .find_listener = find_listener,
						   .find_datagram = find_datagram };

	(void)state;
	world.asked = 0;
	world.looked = 0;
	world.is_busy = false;
	world.is_inspected = true;
	world.rested_ns = 0;
	return yg_coverage_new(&config, &world.coverage);
}

static int tear_down(void **state)
{
	(void)state;
	yg_coverage_free(&world.coverage);
	return 0;
}

static struct yg_tls_conn conn_of(pid_t pid, uint64_t bytes)
{
	struct yg_tls_conn conn = { .first_ns = S_NS,
				    .last_ns = S_NS,
				    .bytes = bytes,
				    .pid = (uint32_t)pid,
				    .begun = YG_TLS_HELLO | YG_TLS_SERVER_1,
				    .ended = pid != 0 };

	if (pid)
		(void)snprintf((char *)conn.comm, sizeof(conn.comm), "p%d", pid);
	return conn;
}

/* Connection @number, seen at @s seconds. */
static bool take(uint64_t s, uint16_t number, uint16_t port, const struct yg_tls_conn *conn)
{
	const struct yg_tls_ends ends = { .port = { htons(number), htons(port) } };

	yg_coverage_begin(world.coverage, s * S_NS, world.rested_ns);
	return yg_coverage_take(world.coverage, &ends, conn);
}

static void expect_sum(enum yg_cover cover, uint64_t connections, uint64_t bytes)
{
	const struct yg_coverage_sum *sum = yg_coverage_sum(world.coverage, cover);

	assert_int_equal(sum->connections, connections);
	assert_int_equal(sum->bytes, bytes);
}

static const struct yg_coverage_row *row_at(size_t i)
{
	const struct yg_coverage_row *rows;

	assert_true(i < yg_coverage_rows(world.coverage, &rows));
	return &rows[i];
}

/* Each case is one connection that is ten seconds old. */
static void judges_by_process_and_bytes(void **state)
{
	static const struct {
		const char *name;
		pid_t pid;
		uint64_t bytes;
		bool read, lives;
		enum yg_cover expected;
	} cases[] = {
		{ "plaintext was seen", 7, 9000, true, false, YG_COVER_READ },
		{ "a gap, however short", 7, 100, false, false, YG_COVER_GAP },
		{ "a bare handshake at what is read", 8, 5000, false, false, YG_COVER_IDLE },
		{ "the same, and a request may come", 8, 5000, false, true, YG_COVER_NONE },
		{ "data that an attached library did not move", 8, 50000, false, true,
		  YG_COVER_GAP },
		{ "a stack nobody knows", 9, 100, false, false, YG_COVER_GAP },
		{ "a process that is gone", 10, 100, false, false, YG_COVER_GAP },
		{ "nobody's, and young in bytes", 0, 100, false, true, YG_COVER_NONE },
		{ "nobody's, with data", 0, 50000, false, true, YG_COVER_GAP },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_tls_conn conn = conn_of(cases[i].pid, cases[i].bytes);

		conn.read = cases[i].read;
		conn.ended = !cases[i].lives;
		(void)take(10, 4711, 8443, &conn);
		for (enum yg_cover cover = YG_COVER_READ; cover < YG_COVER_MAX; cover++) {
			if (yg_coverage_sum(world.coverage, cover)->connections !=
			    (cover == cases[i].expected))
				fail_msg("%s: %s", cases[i].name, yg_cover_name(cover));
		}
		(void)tear_down(state);
		assert_int_equal(set_up(state), 0);
	}
}

static void waits_for_what_is_young(void **state)
{
	struct yg_tls_conn conn = conn_of(7, 900);

	(void)state;
	conn.ended = 0;
	(void)take(2, 1, 443, &conn);
	expect_sum(YG_COVER_GAP, 0, 0);
	(void)take(4, 1, 443, &conn);
	expect_sum(YG_COVER_GAP, 1, 900);
}

static void counts_a_connection_once_and_moves_it(void **state)
{
	struct yg_tls_conn conn = conn_of(0, 900);

	(void)state;
	conn.ended = 1;
	(void)take(10, 1, 8443, &conn); /* nobody's */
	conn.bytes = 1000;
	(void)take(11, 1, 8443, &conn);
	expect_sum(YG_COVER_GAP, 1, 1000);
	assert_int_equal(row_at(0)->gap.bytes, 1000);
	conn = conn_of(7, 1200); /* whose it is shows later */
	(void)take(12, 1, 8443, &conn);
	expect_sum(YG_COVER_GAP, 1, 1200);
	assert_int_equal(row_at(0)->gap.connections, 0);
	assert_int_equal(row_at(1)->pid, 7);
	assert_int_equal(row_at(1)->gap.bytes, 1200);
	conn.read = 1;
	(void)take(13, 1, 8443, &conn);
	expect_sum(YG_COVER_GAP, 0, 0);
	expect_sum(YG_COVER_READ, 1, 1200);
	assert_int_equal(row_at(1)->gap.connections, 0);
	conn.first_ns += 1; /* another one between the same ends */
	(void)take(14, 1, 8443, &conn);
	expect_sum(YG_COVER_READ, 2, 2400);
}

/* QUIC that is @bytes long; @sent: bits of struct yg_tls_conn. The server is the second end. */
static struct yg_tls_conn quic_of(uint64_t bytes, uint8_t sent)
{
	return (struct yg_tls_conn){ .first_ns = S_NS,
				     .last_ns = S_NS,
				     .bytes = bytes,
				     .begun = YG_TLS_QUIC | YG_TLS_HELLO | YG_TLS_SERVER_1,
				     .sent = sent };
}

#define BOTH	     (YG_QUIC_SENT_0 | YG_QUIC_SENT_0 << 1)
#define CLIENT_LEFT  YG_QUIC_LEFT_0
#define SERVER_LEFT  (YG_QUIC_LEFT_0 << 1)
#define QUIC_QUIET_S 300

static void quic_is_of_who_has_the_port(void **state)
{
	static const struct {
		const char *name;
		uint8_t sent;
		uint16_t client, server;
		pid_t expected;
	} cases[] = {
		{ "a server of this host", BOTH | SERVER_LEFT, 4711, 8443, 8 },
		{ "the same, captured where nothing leaves", BOTH, 4711, 8443, 8 },
		{ "a client of this host", BOTH | CLIENT_LEFT, 50001, 443, 1001 },
		{ "a client of this host, of a port that is served here", BOTH | CLIENT_LEFT, 50001,
		  8443, 1001 },
		{ "both", BOTH | CLIENT_LEFT | SERVER_LEFT, 50001, 8443, 8 },
		{ "nobody's", BOTH | SERVER_LEFT, 4711, 9443, 0 },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_tls_conn conn = quic_of(5000, cases[i].sent);

		(void)take(10, cases[i].client, cases[i].server, &conn);
		expect_sum(YG_COVER_QUIC, 1, 5000);
		if (row_at(1)->pid != cases[i].expected)
			fail_msg("%s: %d", cases[i].name, row_at(1)->pid);
		assert_true(row_at(1)->is_quic);
		assert_non_null(strstr(yg_coverage_reason(row_at(1)), "HTTP/3"));
		(void)tear_down(state);
		assert_int_equal(set_up(state), 0);
	}
}

/* Anybody can send what begins one, in any name. */
static void quic_without_an_answer_is_none(void **state)
{
	struct yg_tls_conn conn = quic_of(1200, YG_QUIC_SENT_0);

	(void)state;
	(void)take(10, 1, 8443, &conn);
	expect_sum(YG_COVER_QUIC, 0, 0);
	assert_int_equal(world.looked, 0);
	conn.sent = BOTH | SERVER_LEFT;
	conn.bytes = 4000;
	(void)take(11, 1, 8443, &conn);
	expect_sum(YG_COVER_QUIC, 1, 4000);
}

static void quic_waits_for_who_has_it_but_not_for_ever(void **state)
{
	struct yg_tls_conn conn = quic_of(5000, BOTH | SERVER_LEFT);

	(void)state;
	world.is_busy = true;
	(void)take(10, 1, 8443, &conn);
	(void)take(11, 2, 8443, &conn);
	expect_sum(YG_COVER_QUIC, 0, 0);
	world.is_busy = false;
	(void)take(12, 1, 8443, &conn);
	assert_int_equal(row_at(1)->pid, 8);
	expect_sum(YG_COVER_QUIC, 1, 5000);
	world.is_busy = true;
	(void)take(20, 2, 8443, &conn);
	assert_int_equal(row_at(2)->pid, 0);
	expect_sum(YG_COVER_QUIC, 2, 10000);
}

static void quic_has_rows_of_its_own_and_ends_in_silence(void **state)
{
	struct yg_tls_conn conn = quic_of(5000, BOTH | SERVER_LEFT), tls = conn_of(8, 50000);

	(void)state;
	(void)take(10, 1, 8443, &tls); /* not read, of the same process */
	(void)take(2, 2, 8443, &conn);
	expect_sum(YG_COVER_QUIC, 0, 0); /* young */
	assert_false(take(10, 2, 8443, &conn));
	conn.bytes = 9000;
	assert_false(take(QUIC_QUIET_S, 2, 8443, &conn));
	assert_int_equal(world.looked, 1); /* whose it is was found out */
	expect_sum(YG_COVER_GAP, 1, 50000);
	expect_sum(YG_COVER_QUIC, 1, 9000);
	assert_int_equal(row_at(1)->gap.bytes, 50000);
	assert_int_equal(row_at(2)->gap.bytes, 9000);
	assert_int_equal(row_at(2)->pid, 8);
	assert_true(take(QUIC_QUIET_S + 2, 2, 8443, &conn));
	expect_sum(YG_COVER_QUIC, 1, 9000);
}

/* Of a published port: the address outside, and that of the container, in either order. */
static void what_is_translated_counts_once(void **state)
{
	static const uint64_t random[2][2] = { { 1, 2 }, { 3, 4 } },
			      other[2][2] = { { 3, 4 }, { 1, 2 } };
	struct yg_tls_conn outside = conn_of(0, 50000), inside = conn_of(7, 50000);

	(void)state;
	memcpy(outside.random, random, sizeof(random));
	memcpy(inside.random, other, sizeof(other));
	(void)take(10, 1, 8443, &outside); /* nobody's */
	expect_sum(YG_COVER_GAP, 1, 50000);
	(void)take(10, 1, 9443, &inside); /* whose it is */
	(void)take(11, 1, 8443, &outside);
	expect_sum(YG_COVER_GAP, 1, 50000);
	inside.read = 1;
	(void)take(12, 1, 9443, &inside);
	(void)take(12, 1, 8443, &outside);
	expect_sum(YG_COVER_GAP, 0, 0);
	expect_sum(YG_COVER_READ, 1, 50000);
	/* What has no handshake is a connection of its own. */
	outside = conn_of(7, 100);
	(void)take(13, 2, 8443, &outside);
	(void)take(13, 2, 9443, &outside);
	expect_sum(YG_COVER_GAP, 2, 200);
}

static void ended_connections_may_go(void **state)
{
	struct yg_tls_conn conn = conn_of(7, 1);

	(void)state;
	assert_false(take(2, 1, 443, &conn));
	assert_true(take(4, 1, 443, &conn));
	conn.ended = 0;
	assert_false(take(100, 1, 443, &conn));
}

static void the_listener_owns_what_nobody_closed(void **state)
{
	struct yg_tls_conn conn = conn_of(0, 10);

	(void)state;
	(void)take(10, 50000, 443, &conn);
	assert_int_equal(row_at(1)->pid, 7);
	conn.begun = 0; /* joined late: the lower port is the server's */
	(void)take(10, 443, 50000, &conn);
	assert_int_equal(row_at(1)->gap.connections, 2);
	conn.begun = YG_TLS_HELLO; /* a client that uses port 443 */
	conn.bytes = 50000;
	(void)take(10, 50000, 443, &conn);
	assert_int_equal(row_at(0)->gap.connections, 1);
}

static void asks_again_until_it_is_told(void **state)
{
	struct yg_tls_conn conn = conn_of(7, 100);

	(void)state;
	world.is_inspected = false;
	(void)take(10, 1, 443, &conn);
	assert_string_equal(yg_coverage_reason(row_at(1)),
			    "its TLS is none of the stacks that are known");
	world.is_inspected = true;
	yg_coverage_begin(world.coverage, 11 * S_NS, world.rested_ns);
	assert_int_equal(row_at(1)->why.gap, YG_GAP_RUSTLS);
	assert_string_equal(yg_coverage_reason(row_at(1)), yg_gap_reason(YG_GAP_RUSTLS));
	world.asked = 0;
	yg_coverage_begin(world.coverage, 12 * S_NS, world.rested_ns);
	assert_int_equal(world.asked, 0);
	conn = conn_of(9, 100);
	(void)take(12, 2, 443, &conn);
	for (int i = 0; i < 100; i++)
		yg_coverage_begin(world.coverage, 13 * S_NS, world.rested_ns);
	assert_in_range(world.asked, 2, 40); /* and not for ever */
}

static void what_began_before_a_rest_is_no_gap(void **state)
{
	struct yg_tls_conn known = conn_of(7, 50000), conn = conn_of(8, 50000);

	(void)state;
	world.rested_ns = conn.first_ns + 1;
	(void)take(10, 1, 8443, &conn);
	expect_sum(YG_COVER_REST, 1, 50000);
	expect_sum(YG_COVER_GAP, 0, 0);
	/* Of a process that cannot be read, it is one all the same; and so is a long one. */
	(void)take(10, 2, 8443, &known);
	expect_sum(YG_COVER_GAP, 1, 50000);
	conn.last_ns = conn.first_ns + YG_COVERAGE_REST_NS;
	(void)take(70, 1, 8443, &conn);
	expect_sum(YG_COVER_REST, 0, 0);
	expect_sum(YG_COVER_GAP, 2, 100000);
	assert_string_equal(yg_cover_name(YG_COVER_REST), "rest");
}

static void says_why(void **state)
{
	struct yg_tls_conn conn = conn_of(8, 50000);

	(void)state;
	(void)take(10, 1, 8443, &conn);
	assert_non_null(strstr(yg_coverage_reason(row_at(1)), "is attached"));
	conn = conn_of(10, 100);
	(void)take(10, 2, 8443, &conn);
	assert_non_null(strstr(yg_coverage_reason(row_at(2)), "that ended before"));
	assert_non_null(strstr(yg_coverage_reason(row_at(0)), "no process"));
}

static void a_number_used_again_is_another_process(void **state)
{
	struct yg_tls_conn conn = conn_of(9, 100);

	(void)state;
	(void)take(10, 1, 8443, &conn);
	memcpy(conn.comm, "other", 6);
	(void)take(10, 2, 8443, &conn);
	assert_int_equal(row_at(1)->gap.connections, 1);
	assert_int_equal(row_at(2)->gap.connections, 1);
}

static void short_lived_programs_share_a_row(void **state)
{
	struct yg_tls_conn conn = conn_of(10, 100);
	const struct yg_coverage_row *rows;

	(void)state;
	(void)take(10, 1, 8443, &conn);
	conn.pid = 11;
	(void)take(10, 2, 8443, &conn);
	(void)take(11, 2, 8443, &conn);
	assert_int_equal(yg_coverage_rows(world.coverage, &rows), 2);
	assert_int_equal(rows[1].pid, 0);
	assert_string_equal(rows[1].why.comm, "p10");
	assert_int_equal(rows[1].gap.connections, 2);
}

static void honours_its_cap(void **state)
{
	const struct yg_coverage_row *rows;

	(void)state;
	for (uint16_t i = 0; i <= YG_COVERAGE_ROWS_MAX; i++) {
		struct yg_tls_conn conn = conn_of(1000 + i, 10);

		(void)take(10u + i, i, 8443, &conn);
	}
	assert_int_equal(yg_coverage_rows(world.coverage, &rows), YG_COVERAGE_ROWS_MAX);
	assert_int_equal(yg_coverage_evicted(world.coverage), 2);
	assert_int_equal(rows[0].gap.connections, 2); /* the oldest two */
	expect_sum(YG_COVER_GAP, YG_COVERAGE_ROWS_MAX + 1, 10 * (YG_COVERAGE_ROWS_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(judges_by_process_and_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waits_for_what_is_young, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_a_connection_once_and_moves_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(quic_is_of_who_has_the_port, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quic_waits_for_who_has_it_but_not_for_ever, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(quic_without_an_answer_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quic_has_rows_of_its_own_and_ends_in_silence,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_translated_counts_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ended_connections_may_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_listener_owns_what_nobody_closed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(asks_again_until_it_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_began_before_a_rest_is_no_gap, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_number_used_again_is_another_process, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(short_lived_programs_share_a_row, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(honours_its_cap, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("capture/coverage", tests, NULL, NULL);
}
