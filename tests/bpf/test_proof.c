/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proof.bpf.h, and what comes before it: TLS objects whose process moves the ciphertext itself are
 * tied to a connection by when it receives and sends, and by the handshake that the object holds.
 */
#include "tls_rig.h"

static void a_memory_bio_is_bound_to_the_last_receive(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1), *other = fresh(-1);
	const struct yg_segment *seg;

	receive(b, 1);
	rig_reset(&b->rig);
	do_read(ssl, REQUEST);
	seg = check_record(b);
	check_socket(b, seg, 1);
	assert_int_equal(seg->bind, YG_BIND_THREAD);

	/* That receive is taken: it is not the socket of a second object too. */
	rig_reset(&b->rig);
	do_read(other, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
}

/* An HTTP/2 server writes first; where that goes is where the object's requests come from. */
static void a_first_write_is_followed_to_its_send(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);
	const struct yg_segment *seg;

	if (!b->has_send)
		SKIP("no tp_btf/sock_send_length");
	do_write(ssl, RESPONSE);
	assert_int_equal(send(b->server[1], "x", 1, 0), 1);
	rig_reset(&b->rig);
	do_read(ssl, REQUEST);
	seg = check_record(b);
	check_socket(b, seg, 1);
	assert_int_equal(seg->bind, YG_BIND_THREAD);
}

static void read_from(struct bench *b, struct fake_ssl *ssl, int i)
{
	rig_reset(&b->rig);
	receive(b, i);
	do_read(ssl, REQUEST);
}

static void write_to(struct bench *b, struct fake_ssl *ssl, int i)
{
	do_write(ssl, RESPONSE);
	assert_int_equal(send(b->server[i], "c", 1, 0), 1);
}

/* How the next read of @ssl, out of what was received before, is bound. */
static int bind_now(struct bench *b, struct fake_ssl *ssl)
{
	rig_reset(&b->rig);
	do_read(ssl, REQUEST);
	return check_record(b)->bind;
}

/* AGREE_MIN of ssl.bpf.h: receives before reads and sends after writes, three times each. */
static void a_memory_bio_is_certain_when_both_ways_agree(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	if (!b->has_send)
		SKIP("no tp_btf/sock_send_length");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(bind_now(b, ssl), i ? YG_BIND_THREAD : YG_BIND_UNKNOWN);
		read_from(b, ssl, 1);
		write_to(b, ssl, 1);
	}
	assert_int_equal(bind_now(b, ssl), YG_BIND_SOCKET);
	check_socket(b, &b->rig.records[0], 1);
}

/* However often one way says so: a thread that handles its connections late says it as often. */
static void a_memory_bio_is_a_guess_while_one_way_is_silent(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *reads = fresh(-1), *writes = fresh(-1);

	if (!b->has_send)
		SKIP("no tp_btf/sock_send_length");
	for (int i = 0; i < 10; i++) {
		read_from(b, reads, 0);
		write_to(b, writes, 1);
	}
	assert_int_equal(bind_now(b, reads), YG_BIND_THREAD);
	assert_int_equal(bind_now(b, writes), YG_BIND_THREAD);
}

/* Evidence that contradicted itself once is never certain again, until the object is freed. */
static void a_disputed_memory_bio_stays_a_guess(void **state)
{
	struct bench *b = *state;
	const struct {
		int read, write; /* connection where the contradiction is seen */
	} cases[] = { { 1, 0 }, { 0, 1 } };

	if (!b->has_send)
		SKIP("no tp_btf/sock_send_length");
	for (size_t n = 0; n < YG_ARRAY_SIZE(cases); n++) {
		struct fake_ssl *ssl = fresh(-1);

		read_from(b, ssl, 0);
		write_to(b, ssl, 0);
		read_from(b, ssl, cases[n].read);
		write_to(b, ssl, cases[n].write);
		for (int i = 0; i < 5; i++) {
			read_from(b, ssl, 0);
			write_to(b, ssl, 0);
		}
		assert_int_not_equal(bind_now(b, ssl), YG_BIND_SOCKET);
		(void)fake_free(ssl);
		for (int i = 0; i < 3; i++) {
			read_from(b, ssl, 0);
			write_to(b, ssl, 0);
		}
		assert_int_equal(bind_now(b, ssl), YG_BIND_SOCKET);
	}
}

/* Two connections received before one read, two objects written before one send: no evidence. */
static void what_is_mixed_confirms_no_memory_bio(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1), *other = fresh(-1);

	if (!b->has_send)
		SKIP("no tp_btf/sock_send_length");
	for (int i = 0; i < 5; i++) {
		receive(b, 0);
		read_from(b, ssl, 1);
		write_to(b, ssl, 1);
	}
	assert_int_equal(bind_now(b, ssl), YG_BIND_THREAD);
	ssl = fresh(-1);
	for (int i = 0; i < 5; i++) {
		read_from(b, ssl, 1);
		do_write(other, RESPONSE);
		write_to(b, ssl, 1);
	}
	assert_int_equal(bind_now(b, ssl), YG_BIND_THREAD);
}

/* QUIET_AFTER of sock.bpf.c: of so many receives for plain sockets, not each is noted. */
static void what_a_quiet_thread_received_is_no_guess(void **state)
{
	struct bench *b = *state;

	for (int more = 0; more < 16; more++) {
		struct fake_ssl *ssl = fresh(-1);
		const struct yg_segment *seg;

		for (int i = 0; i < 64 + more; i++)
			receive(b, 0);
		receive(b, 1);
		rig_reset(&b->rig);
		do_read(ssl, REQUEST);
		seg = check_record(b);
		if (seg->bind != YG_BIND_UNKNOWN)
			check_socket(b, seg, 1);
		read_from(b, ssl, 1);
		assert_int_equal(bind_now(b, ssl), YG_BIND_THREAD);
		check_socket(b, &b->rig.records[0], 1);
	}
}

#define CLIENT_RANDOM 0x1111111111111111ull, 0x2222222222222222ull
#define SERVER_RANDOM 0x3333333333333333ull, 0x4444444444444444ull

/* A key of yg_tls_conns: which end stands first is for both directions to agree on. */
static struct yg_tls_ends ends_of(const struct bench *b, int i, size_t *ret_server)
{
	struct yg_tls_ends ends = { .port = { htons(loopback_port(b->client[i])),
					      htons(loopback_port(b->server[i])) } };
	uint16_t client = ends.port[0];

	*ret_server = ends.port[0] < ends.port[1];
	ends.port[0] = ends.port[*ret_server ? 0 : 1];
	ends.port[1] = *ret_server ? ends.port[1] : client;
	for (size_t end = 0; end < 2; end++)
		memcpy(ends.addr[end], "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
	return ends;
}

/* The client's randoms are the lower ones in all of these. */
static void put_conn(struct bench *b, const struct yg_tls_ends *ends,
		     const struct yg_tls_conn *conn, const uint64_t random[4])
{
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(b->tls->maps.yg_tls_conns), ends, conn, BPF_ANY),
		0);
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(b->tls->maps.yg_tls_draws), random, ends, BPF_ANY),
		0);
}

/* The wire saw the handshake of connection @i; @is_ours: the server's hello as it left. */
static void see_randoms(struct bench *b, int i, const uint64_t random[4], bool is_ours)
{
	struct yg_tls_conn conn = { .first_ns = 1 };
	size_t server;
	struct yg_tls_ends ends = ends_of(b, i, &server);

	memcpy(conn.random[!server], random, sizeof(conn.random[0]));
	memcpy(conn.random[server], random + 2, sizeof(conn.random[0]));
	conn.sent = is_ours ? (uint8_t)(1u << server) : 0;
	put_conn(b, &ends, &conn, random);
}

static void see_hellos(struct bench *b, int i, bool is_ours)
{
	see_randoms(b, i, (uint64_t[]){ CLIENT_RANDOM, SERVER_RANDOM }, is_ours);
}

static void forget_hellos(struct bench *b, int i)
{
	uint32_t tgid = rig_tgid(), any = 0;
	size_t server;
	struct yg_tls_ends ends = ends_of(b, i, &server);

	(void)bpf_map_delete_elem(bpf_map__fd(b->tls->maps.yg_tls_conns), &ends);
	(void)bpf_map_delete_elem(bpf_map__fd(b->tls->maps.yg_provers), &tgid);
	(void)bpf_map_delete_elem(bpf_map__fd(b->tls->maps.yg_provers), &any);
}

/* The first read of an object without a socket, after a receive of connection 1. */
static void a_guess_is_proven_by_both_randoms(void **state)
{
	static const uint64_t behind[20] = { [8] = SERVER_RANDOM, [12] = CLIENT_RANDOM };
	static const struct {
		const char *name;
		uint64_t random[4];
		const uint64_t *linked;
		bool is_foreign; /* the server's hello was not seen as it left */
		int bind;
	} cases[] = {
		{ "in the object", { CLIENT_RANDOM, SERVER_RANDOM }, .bind = YG_BIND_SOCKET },
		{ "behind a pointer", .linked = behind, .bind = YG_BIND_SOCKET },
		{ "the client's alone", { CLIENT_RANDOM }, .bind = YG_BIND_THREAD },
		{ "the server's alone", { SERVER_RANDOM }, .bind = YG_BIND_THREAD },
		{ "none", .bind = YG_BIND_THREAD },
		{ "none of this host",
		  { CLIENT_RANDOM, SERVER_RANDOM },
		  .is_foreign = true,
		  .bind = YG_BIND_THREAD },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct fake_ssl *ssl = fresh(-1);

		print_message("  %s\n", cases[i].name);
		memcpy(ssl->random, cases[i].random, sizeof(ssl->random));
		ssl->linked = cases[i].linked;
		see_hellos(b, 1, !cases[i].is_foreign);
		read_from(b, ssl, 1);
		check_socket(b, check_record(b), 1);
		assert_int_equal(b->rig.records[0].bind, cases[i].bind);
		forget_hellos(b, 1);
	}
}

/* A process of which one object was proven keeps randoms where they are found. */
static void a_guess_is_refuted_where_others_are_proven(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *right = fresh(-1), *wrong = fresh(-1);

	memcpy(right->random, (uint64_t[]){ CLIENT_RANDOM, SERVER_RANDOM }, sizeof(right->random));
	see_hellos(b, 1, true);
	read_from(b, right, 1);
	assert_int_equal(check_record(b)->bind, YG_BIND_SOCKET);
	read_from(b, wrong, 1);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	assert_int_equal(b->rig.records[0].key.sport, 0);
	forget_hellos(b, 1);
}

/* Where one object has its randoms the next one does: they lead to it, whoever received what. */
static void an_object_is_found_by_its_randoms(void **state)
{
	static const uint64_t first[] = { CLIENT_RANDOM, SERVER_RANDOM };
	static const uint64_t second[] = { CLIENT_RANDOM, 0x5555555555555555ull, 0x66ull };
	static const uint64_t behind[2][20] = {
		{ [8] = SERVER_RANDOM, [12] = CLIENT_RANDOM },
		{ [8] = 0x5555555555555555ull, 0x66ull, [12] = CLIENT_RANDOM },
	};
	struct bench *b = *state;
	uint32_t tgid = rig_tgid();

	for (int is_linked = 0; is_linked < 2; is_linked++) {
		struct fake_ssl *known = fresh(-1), *late = fresh(-1), *silent = fresh(-1);

		known->linked = is_linked ? behind[0] : NULL;
		late->linked = silent->linked = is_linked ? behind[1] : NULL;
		if (!is_linked) {
			memcpy(known->random, first, sizeof(first));
			memcpy(late->random, second, sizeof(second));
			memcpy(silent->random, second, sizeof(second));
		}
		see_hellos(b, 1, true);
		see_randoms(b, 0, second, true);
		read_from(b, known, 1);
		check_socket(b, check_record(b), 1);
		read_from(b, late, 1); /* what is read came before this */
		check_socket(b, check_record(b), 0);
		assert_int_equal(b->rig.records[0].bind, YG_BIND_SOCKET);
		rig_reset(&b->rig);
		/* Another thread receives; and of this process nothing was proven yet. */
		(void)bpf_map_delete_elem(bpf_map__fd(b->tls->maps.yg_provers), &tgid);
		do_read(silent, REQUEST);
		check_socket(b, check_record(b), 0);
		forget_hellos(b, 0);
		forget_hellos(b, 1);
	}
}

/* The hello of the other end left this host, which passed it on to the thread that reads. */
static void who_receives_there_is_not_the_other_end(void **state)
{
	static const uint64_t random[] = { CLIENT_RANDOM, 0x5555555555555555ull, 0x66ull };
	struct yg_tls_ends ends = { .port = { htons(443), htons(5000) } };
	struct yg_tls_conn conn = { .first_ns = 1, .sent = 1 };
	struct bench *b = *state;
	struct fake_ssl *known = fresh(-1), *passed = fresh(-1);

	/* 10.0.0.1, which would be this host, and 127.0.0.1, at which the thread receives. */
	memcpy(ends.addr[0], "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1", 16);
	memcpy(ends.addr[1], "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
	memcpy(conn.random, random, sizeof(random));
	memcpy(known->random, (uint64_t[]){ CLIENT_RANDOM, SERVER_RANDOM }, sizeof(known->random));
	memcpy(passed->random, random, sizeof(random));
	put_conn(b, &ends, &conn, random);
	see_hellos(b, 1, true);
	read_from(b, known, 1);
	rig_reset(&b->rig);
	do_read(passed, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	(void)bpf_map_delete_elem(bpf_map__fd(b->tls->maps.yg_tls_conns), &ends);
	(void)bpf_map_delete_elem(bpf_map__fd(b->tls->maps.yg_tls_draws), random);
	forget_hellos(b, 1);
}

/* A row of randoms may be left of a connection between the same ends, before this one. */
static void randoms_of_another_connection_lead_nowhere(void **state)
{
	static const uint64_t before[] = { CLIENT_RANDOM, 0x5555555555555555ull, 0x66ull };
	struct bench *b = *state;
	struct fake_ssl *known = fresh(-1), *old = fresh(-1);

	memcpy(known->random, (uint64_t[]){ CLIENT_RANDOM, SERVER_RANDOM }, sizeof(known->random));
	memcpy(old->random, before, sizeof(before));
	see_randoms(b, 1, before, true);
	see_hellos(b, 1, true);
	read_from(b, known, 1);
	rig_reset(&b->rig);
	do_read(old, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	forget_hellos(b, 1);
}

/* A thread that received for another connection says nothing against what was proven. */
static void a_proof_is_asked_for_again_when_it_is_doubted(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);
	uint32_t generation;

	memcpy(ssl->random, (uint64_t[]){ CLIENT_RANDOM, SERVER_RANDOM }, sizeof(ssl->random));
	see_hellos(b, 1, true);
	read_from(b, ssl, 1);
	generation = check_record(b)->generation;
	read_from(b, ssl, 0);
	check_socket(b, check_record(b), 1);
	assert_int_equal(b->rig.records[0].bind, YG_BIND_SOCKET);
	assert_int_equal(b->rig.records[0].generation, generation);

	/* SSL_clear: another connection, and nobody told us. */
	memset(ssl->random, 0, sizeof(ssl->random));
	read_from(b, ssl, 0);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	assert_int_equal(b->rig.records[0].generation, generation + 1);
	forget_hellos(b, 1);
}

/* A parser of a stream takes all that there is; a verdict on what it took: pass. */
static int load_parser(bool is_verdict)
{
	const struct bpf_insn len = { .code = BPF_LDX | BPF_W | BPF_MEM, .src_reg = BPF_REG_1 };
	const struct bpf_insn pass = { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = SK_PASS };
	const struct bpf_insn insns[] = {
		is_verdict ? pass : len, /* of the socket buffer: its first field */
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SK_SKB, NULL, "GPL", insns, YG_ARRAY_SIZE(insns), NULL);
}

/*
 * Kernel TLS, and whatever else parses a stream as it arrives, takes bytes in the middle of what
 * the processor was at: here of the thread that sends them. That thread received nothing.
 */
static void what_is_taken_as_it_arrives_is_no_receive(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);
	int map = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, NULL, 4, 4, 1, NULL), zero = 0;
	int parser = load_parser(false), verdict = load_parser(true), client, server;

	if (map < 0 || parser < 0 || verdict < 0)
		SKIP("no sockmap");
	loopback_connect(AF_INET, &client, &server);
	assert_int_equal(bpf_prog_attach(parser, map, BPF_SK_SKB_STREAM_PARSER, 0), 0);
	assert_int_equal(bpf_prog_attach(verdict, map, BPF_SK_SKB_STREAM_VERDICT, 0), 0);
	assert_int_equal(bpf_map_update_elem(map, &zero, &server, BPF_ANY), 0);
	receive(b, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send(client, "cipher", 6, 0), 6);
	rig_reset(&b->rig);
	do_read(ssl, REQUEST);
	check_socket(b, check_record(b), 1);
	for (int *fd = (int[]){ map, parser, verdict, client, server, -1 }; *fd >= 0; fd++)
		(void)close(*fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_memory_bio_is_bound_to_the_last_receive),
		cmocka_unit_test(a_first_write_is_followed_to_its_send),
		cmocka_unit_test(a_memory_bio_is_certain_when_both_ways_agree),
		cmocka_unit_test(a_memory_bio_is_a_guess_while_one_way_is_silent),
		cmocka_unit_test(a_disputed_memory_bio_stays_a_guess),
		cmocka_unit_test(what_is_mixed_confirms_no_memory_bio),
		cmocka_unit_test(what_a_quiet_thread_received_is_no_guess),
		cmocka_unit_test(a_guess_is_proven_by_both_randoms),
		cmocka_unit_test(a_guess_is_refuted_where_others_are_proven),
		cmocka_unit_test(an_object_is_found_by_its_randoms),
		cmocka_unit_test(who_receives_there_is_not_the_other_end),
		cmocka_unit_test(randoms_of_another_connection_lead_nowhere),
		cmocka_unit_test(a_proof_is_asked_for_again_when_it_is_doubted),
		cmocka_unit_test(what_is_taken_as_it_arrives_is_no_receive),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/proof", tests, set_up, tear_down);
}
