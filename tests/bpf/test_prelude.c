/* SPDX-License-Identifier: GPL-2.0-only */
/* prelude.bpf.h: how much of a TLS handshake is copied, through the programs of sample.bpf.c. */
#include "sample_bench.h"

/* A hello of @side that claims @message bytes begins with @ret. */
static void begin_hello(char *ret, unsigned side, unsigned record, unsigned message)
{
	const unsigned char head[] = { 0x16,
				       3,
				       1,
				       (unsigned char)(record >> 8),
				       (unsigned char)record,
				       (unsigned char)side,
				       0,
				       (unsigned char)(message >> 8),
				       (unsigned char)message };

	memcpy(ret, head, sizeof(head));
}

static void a_hello_passes_and_nothing_behind_it(void **state)
{
	char payload[1400] = { 0 };
	struct packet_spec spec = { .payload = payload, .payload_len = 1400 };
	struct bench *b = *state;

	spec.sport = b->sport++;
	begin_hello(payload, 1, 1704, 1700);
	assert_int_equal(check_run(b, &spec, ROW(segment)).sample.hello, 1);
	assert_int_equal(check_record(b)->data_len, 1400);
	memset(payload, 0x17, sizeof(payload));
	assert_int_equal(check_run(b, &spec, ROW(segment)).sample.hello, 0);
	assert_int_equal(check_record(b)->data_len, 309);
	(void)check_run(b, &spec, ROW(skip_other));
	assert_int_equal(rig_read(&b->rig), 0);
}

/* Over several records its length is not known from the first: the limit holds. */
static void a_hello_has_a_limit(void **state)
{
	char payload[1400] = { 0 };
	struct packet_spec spec = { .payload = payload, .payload_len = 1400 };
	struct bench *b = *state;

	spec.sport = b->sport++;
	begin_hello(payload, 1, 100, 0xffff);
	for (unsigned left = 4096; left; left = left > 1400 ? left - 1400 : 0) {
		(void)check_run(b, &spec, ROW(segment));
		assert_int_equal(check_record(b)->data_len, left < 1400 ? left : 1400);
		memset(payload, 0x17, sizeof(payload));
	}
	(void)check_run(b, &spec, ROW(skip_other));
}

/* What is behind a ServerHello of TLS 1.3, or of a resumed session, is encrypted. */
static void an_answer_passes_and_nothing_secret(void **state)
{
	const unsigned char secrets[] = { 0x14, 0x17 };
	char payload[1400] = { 0 };
	struct packet_spec spec = { .payload = payload, .payload_len = 1400 };
	struct bench *b = *state;

	begin_hello(payload, 2, 122, 118);
	for (size_t i = 0; i < YG_ARRAY_SIZE(secrets); i++) {
		struct yg_counters c;

		payload[127] = (char)secrets[i];
		spec.sport = b->sport++;
		c = check_run(b, &spec, ROW(segment));
		assert_int_equal(c.sample.answer, 1);
		assert_int_equal(c.sample.hello, 0);
		assert_int_equal(check_record(b)->data_len, 127 + 5);
		(void)check_run(b,
				&(struct packet_spec){ .payload = "\x17\x03\x03\x00\x10",
						       .payload_len = 5,
						       .sport = spec.sport },
				ROW(skip_other));
	}
}

/* Up to TLS 1.2 the certificate follows, in a record of its own or in that of the ServerHello. */
static void an_answer_passes_with_its_certificate(void **state)
{
	static const struct {
		const char *name;
		unsigned record, len;
	} starts[] = {
		{ "a record each", 122, 1400 },
		{ "one record", 3000, 1400 },
		{ "a segment each", 122, 127 },
	};
	char payload[1400];
	struct packet_spec spec = { .payload = payload };
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(starts); i++) {
		print_message("  %s\n", starts[i].name);
		memset(payload, 0x16, sizeof(payload));
		begin_hello(payload, 2, starts[i].record, 118);
		spec.sport = b->sport++;
		spec.payload_len = starts[i].len;
		(void)check_run(b, &spec, ROW(segment));
		assert_int_equal(check_record(b)->data_len, spec.payload_len);
		memset(payload, 0x30, sizeof(payload));
		spec.payload_len = 1400;
		(void)check_run(b, &spec, ROW(segment));
		assert_int_equal(check_record(b)->data_len, 1400);
		memcpy(payload, "\x14\x03\x03\x00\x01\x01", 6);
		(void)check_run(b, &spec, ROW(segment));
		assert_int_equal(check_record(b)->data_len, 5);
		memset(payload, 0x30, sizeof(payload));
		(void)check_run(b, &spec, ROW(skip_other));
	}
}

static void an_answer_has_a_limit(void **state)
{
	char payload[1400] = { 0 };
	struct packet_spec spec = { .payload = payload, .payload_len = 1400 };
	struct bench *b = *state;

	spec.sport = b->sport++;
	begin_hello(payload, 2, 0xffff, 118);
	for (unsigned left = YG_PRELUDE_BYTES; left; left = left > 1400 ? left - 1400 : 0) {
		(void)check_run(b, &spec, ROW(segment));
		assert_int_equal(check_record(b)->data_len, left < 1400 ? left : 1400);
		memset(payload, 0x30, sizeof(payload));
	}
	(void)check_run(b, &spec, ROW(skip_other));
}

/* The first eight bytes of a HelloRetryRequest's random. */
static const char retry[] = "\xcf\x21\xad\x74\xe5\x9a\x61\x11";

/* A hello with a random that begins with @random and is @fill for the rest. */
static void pass_hello(struct bench *b, bool is_egress, unsigned side, const char *random,
		       uint8_t fill)
{
	char payload[200] = { 0 };
	struct packet_spec spec = { .payload = payload, .payload_len = sizeof(payload) };
	uint8_t frame[PACKET_CAP];

	begin_hello(payload, side, 195, 191);
	memset(payload + 11, fill, 32);
	memcpy(payload + 11, random, strlen(random));
	/* 192.0.2.10 asks 192.0.2.1; the answers of a forger claim the same. */
	spec.sport = side == 1 ? b->sport : 443;
	spec.dport = side == 1 ? 443 : b->sport;
	spec.src = side == 1 ? NULL : "192.0.2.1";
	spec.dst = side == 1 ? NULL : "192.0.2.10";
	assert_int_equal(
		rig_run(is_egress ? b->skel->progs.yg_tc_egress : b->skel->progs.yg_tc_ingress,
			frame, packet_build(&spec, frame)),
		TC_NEXT);
}

/* The row of the connection at b->sport; its server is the first end, by address. */
static struct yg_tls_conn conn_at(struct bench *b)
{
	struct yg_tls_ends ends = { .port = { htons(443), htons(b->sport) } };
	struct yg_tls_conn conn;

	memcpy(ends.addr[0], "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
	memcpy(ends.addr[1], "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\12", 16);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(b->skel->maps.yg_tls_conns), &ends, &conn),
			 0);
	return conn;
}

static void expect_randoms(struct bench *b, uint8_t server, uint8_t client, uint8_t sent)
{
	struct yg_tls_conn conn = conn_at(b);
	uint8_t expected[2][16];

	memset(expected[0], server, sizeof(expected[0]));
	memset(expected[1], client, sizeof(expected[1]));
	assert_memory_equal(conn.random, expected, sizeof(expected));
	assert_int_equal(conn.sent, sent);
}

static void randoms_of_both_hellos_are_kept(void **state)
{
	struct bench *b = *state;

	b->sport++;
	pass_hello(b, false, 1, "", 0xc1);
	expect_randoms(b, 0, 0xc1, 0);
	pass_hello(b, true, 2, retry, 0x5e);
	expect_randoms(b, 0, 0xc1, 0);
	pass_hello(b, true, 2, "", 0x51);
	expect_randoms(b, 0x51, 0xc1, 1);
}

/* The row of yg_tls_draws for two randoms, 0 if there is one. */
static int draw_look_up(struct bench *b, uint8_t low, uint8_t high, struct yg_tls_ends *ret)
{
	uint8_t draw[32];

	memset(draw, low, 16);
	memset(draw + 16, high, 16);
	return bpf_map_lookup_elem(bpf_map__fd(b->skel->maps.yg_tls_draws), draw, ret);
}

/* Found by both randoms, once one of them left this host. */
static void both_randoms_lead_to_their_connection(void **state)
{
	struct bench *b = *state;
	struct yg_tls_ends ends;

	b->sport++;
	pass_hello(b, false, 1, "", 0xc2);
	pass_hello(b, false, 2, "", 0x52);
	assert_int_not_equal(draw_look_up(b, 0x52, 0xc2, &ends), 0);
	pass_hello(b, true, 2, "", 0x53);
	assert_int_equal(draw_look_up(b, 0x53, 0xc2, &ends), 0);
	assert_int_equal(ends.port[1], htons(b->sport));
}

/*
 * Who sees what this host answers another client asks with that random, and then sends a hello in
 * the other's name, with the random that it was answered by itself.
 */
static void randoms_that_two_connections_claim_lead_nowhere(void **state)
{
	struct bench *b = *state;
	struct yg_tls_ends ends;

	b->sport += 2;
	pass_hello(b, false, 1, "", 0xc3);
	pass_hello(b, true, 2, "", 0x55);
	b->sport--;
	pass_hello(b, false, 1, "", 0x55);
	pass_hello(b, true, 2, "", 0x66);
	pass_hello(b, true, 2, "", 0x66); /* once more: still the same */
	assert_int_equal(draw_look_up(b, 0x55, 0x66, &ends), 0);
	assert_int_equal(ends.port[1], htons(b->sport));
	b->sport++;
	pass_hello(b, false, 1, "", 0x66);
	expect_randoms(b, 0x55, 0x66, 1);
	assert_int_equal(draw_look_up(b, 0x55, 0x66, &ends), 0);
	assert_int_equal(ends.port[1], 0);
}

/* Anybody can send a frame that says it is of this host. */
static void what_came_in_overwrites_no_hello_that_left(void **state)
{
	struct bench *b = *state;

	b->sport++;
	pass_hello(b, false, 1, "", 0xc1);
	pass_hello(b, false, 2, "", 0xf0);
	expect_randoms(b, 0xf0, 0xc1, 0);
	pass_hello(b, true, 2, "", 0x51);
	pass_hello(b, false, 2, "", 0xf0);
	expect_randoms(b, 0x51, 0xc1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_passes_and_nothing_behind_it),
		cmocka_unit_test(a_hello_has_a_limit),
		cmocka_unit_test(an_answer_passes_and_nothing_secret),
		cmocka_unit_test(an_answer_passes_with_its_certificate),
		cmocka_unit_test(an_answer_has_a_limit),
		cmocka_unit_test(randoms_of_both_hellos_are_kept),
		cmocka_unit_test(both_randoms_lead_to_their_connection),
		cmocka_unit_test(randoms_that_two_connections_claim_lead_nowhere),
		cmocka_unit_test(what_came_in_overwrites_no_hello_that_left),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/prelude", tests, set_up, tear_down);
}
