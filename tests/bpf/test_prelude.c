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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_passes_and_nothing_behind_it),
		cmocka_unit_test(a_hello_has_a_limit),
		cmocka_unit_test(an_answer_passes_and_nothing_secret),
		cmocka_unit_test(an_answer_passes_with_its_certificate),
		cmocka_unit_test(an_answer_has_a_limit),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/prelude", tests, set_up, tear_down);
}
