/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QUIC for coverage: what begins a connection, what counts for it, and what is none, at TC and XDP.
 */
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>

#include "bpf/guard.skel.h"
#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define RING_LEN  (1u << 20)
#define HOUR_NS	  3600000000000ull
#define PROTO_UDP 17
#define UDP	  8 /* bytes of its header */
#define CLIENT	  50000
#define SERVER	  443
#define INITIAL	  0xc3
#define V1	  0x00000001
#define V2	  0x6b3343cf

/* A datagram; its header is plain: flags, version, length of the identifier. */
struct datagram {
	uint8_t first;
	uint32_t version;
	uint8_t id_len;
	uint16_t len; /* of its payload */
};

static const struct datagram initial = { INITIAL, V1, 8, 1200 }, data = { 0x40, 0, 0, 900 };

struct bench {
	struct sample_bpf *sample; /* or */
	struct guard_bpf *guard;
	struct rig rig;
	const struct bpf_program *program; /* of frames that come in */
	int map_fd;
};

static struct bench bench;

static int set_up_tc(void **state)
{
	(void)state;
	bench = (struct bench){ .sample = sample_bpf__open_and_load() };
	assert_non_null(bench.sample);
	rig_init(&bench.rig, bench.sample->obj, RING_LEN);
	bench.program = bench.sample->progs.yg_tc_ingress;
	bench.map_fd = bpf_map__fd(bench.sample->maps.yg_quic_conns);
	return 0;
}

static int set_up_xdp(void **state)
{
	(void)state;
	bench = (struct bench){ .guard = guard_bpf__open() };
	assert_non_null(bench.guard);
	bench.guard->rodata->yg_config.xdp_sample = 1;
	assert_int_equal(guard_bpf__load(bench.guard), 0);
	rig_init(&bench.rig, bench.guard->obj, RING_LEN);
	bench.program = bench.guard->progs.yg_xdp_guard;
	bench.map_fd = bpf_map__fd(bench.guard->maps.yg_quic_conns);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_clean(&bench.rig);
	sample_bpf__destroy(bench.sample);
	guard_bpf__destroy(bench.guard);
	return 0;
}

static void put16(uint8_t *at, uint16_t value)
{
	uint16_t wire = htons(value);

	memcpy(at, &wire, sizeof(wire));
}

static size_t write_datagram(const struct datagram *d, uint16_t sport, uint16_t dport, uint8_t *at)
{
	uint32_t version = htonl(d->version);

	put16(at, sport);
	put16(at + 2, dport);
	put16(at + 4, (uint16_t)(UDP + d->len));
	at[UDP] = d->first;
	memcpy(at + UDP + 1, &version, sizeof(version));
	at[UDP + 5] = d->id_len;
	return UDP + d->len;
}

/* @is_back: from the server to the client. */
static void run(const struct bpf_program *program, const struct datagram *d, bool is_back,
		const struct packet_spec *around)
{
	uint8_t payload[PACKET_CAP] = { 0 }, frame[PACKET_CAP];
	struct packet_spec spec = *around;

	spec.payload_len =
		write_datagram(d, is_back ? SERVER : CLIENT, is_back ? CLIENT : SERVER, payload);
	spec.protocol = PROTO_UDP;
	spec.is_raw = 1;
	spec.payload = (const char *)payload;
	if (is_back && !spec.is_v6) {
		spec.src = "192.0.2.1";
		spec.dst = "192.0.2.10";
	}
	(void)rig_run(program, frame, packet_build(&spec, frame));
}

static const struct packet_spec plain;

/* Connections known; of the last, its row. */
static unsigned int rows(struct yg_tls_ends *ret_ends, struct yg_tls_conn *ret)
{
	struct yg_tls_ends key;
	unsigned int count = 0;

	while (bpf_map_get_next_key(bench.map_fd, count ? ret_ends : NULL, &key) == 0) {
		*ret_ends = key;
		assert_int_equal(bpf_map_lookup_elem(bench.map_fd, &key, ret), 0);
		count++;
	}
	return count;
}

static void forget(void)
{
	struct yg_tls_ends ends;

	while (bpf_map_get_next_key(bench.map_fd, NULL, &ends) == 0)
		assert_int_equal(bpf_map_delete_elem(bench.map_fd, &ends), 0);
}

static void only_an_initial_of_a_client_begins_one(void **state)
{
	static const struct {
		const char *name;
		struct datagram datagram;
		unsigned int expected;
	} cases[] = {
		{ "version 1", { INITIAL, V1, 8, 1200 }, 1 },
		{ "a long identifier", { INITIAL, V1, 20, 1350 }, 1 },
		{ "version 2", { 0xd0, V2, 8, 1200 }, 1 },
		{ "a draft", { INITIAL, 0xff00001d, 8, 1252 }, 1 },
		{ "a shorter datagram", { INITIAL, V1, 8, 1199 }, 0 },
		{ "a short header", { 0x43, V1, 8, 1200 }, 0 },
		{ "no fixed bit", { 0x83, V1, 8, 1200 }, 0 },
		{ "0-RTT", { 0xd0, V1, 8, 1200 }, 0 },
		{ "Handshake", { 0xe0, V1, 8, 1200 }, 0 },
		{ "Retry", { 0xf0, V1, 8, 1200 }, 0 },
		{ "Initial of version 1 in version 2", { INITIAL, V2, 8, 1200 }, 0 },
		{ "version negotiation", { INITIAL, 0, 8, 1200 }, 0 },
		{ "another version", { INITIAL, 0x0a0a0a0a, 8, 1200 }, 0 },
		{ "a short identifier", { INITIAL, V1, 7, 1200 }, 0 },
		{ "a longer identifier than there is", { INITIAL, V1, 21, 1200 }, 0 },
	};
	struct yg_tls_conn conn;
	struct yg_tls_ends ends;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		forget();
		rig_reset(&bench.rig);
		run(bench.program, &cases[i].datagram, false, &plain);
		if (rows(&ends, &conn) != cases[i].expected)
			fail_msg("%s", cases[i].name);
		/* The frame has its one outcome all the same. */
		assert_int_equal(rig_counters(&bench.rig).sample.skip_proto, 1);
	}
}

static void counts_both_directions(void **state)
{
	struct yg_tls_conn conn;
	struct yg_tls_ends ends;
	unsigned int server;

	(void)state;
	run(bench.program, &data, false, &plain);
	assert_int_equal(rows(&ends, &conn), 0); /* nobody knows what it is of */
	run(bench.program, &initial, false, &plain);
	run(bench.program, &initial, false, &plain); /* said again: the same connection */
	run(bench.program, &data, true, &plain);
	run(bench.program, &data, false, &plain);
	assert_int_equal(rows(&ends, &conn), 1);
	assert_int_equal(conn.bytes, 2 * 1200 + 2 * 900);
	server = (conn.begun & YG_TLS_SERVER_1) != 0;
	assert_int_equal(conn.begun & ~YG_TLS_SERVER_1, YG_TLS_QUIC | YG_TLS_HELLO);
	assert_int_equal(ntohs(ends.port[server]), SERVER);
	assert_int_equal(ntohs(ends.port[!server]), CLIENT);
	assert_int_equal(conn.sent, YG_QUIC_SENT_0 | YG_QUIC_SENT_0 << 1);
}

static void what_leaves_this_host_is_marked(void **state)
{
	struct yg_tls_conn conn;
	struct yg_tls_ends ends;
	unsigned int server;

	(void)state;
	run(bench.program, &initial, false, &plain);
	run(bench.sample->progs.yg_tc_egress, &data, true, &plain);
	assert_int_equal(rows(&ends, &conn), 1);
	server = (conn.begun & YG_TLS_SERVER_1) != 0;
	assert_int_equal(conn.sent & ~(YG_QUIC_SENT_0 | YG_QUIC_SENT_0 << 1),
			 YG_QUIC_LEFT_0 << server);
}

static void walks_what_is_in_front(void **state)
{
	static const uint8_t extension[] = { 0, 60, 255 };
	const struct packet_spec ways[] = {
		{ .vlans = 2 },
		{ .ip_options = 10 },
		{ .is_v6 = 1 },
		{ .is_v6 = 1, .extensions = extension },
	};
	struct yg_tls_conn conn;
	struct yg_tls_ends ends;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(ways); i++) {
		forget();
		run(bench.program, &initial, false, &ways[i]);
		assert_int_equal(rows(&ends, &conn), 1);
		assert_int_equal(conn.bytes, 1200);
	}
}

/* What the frame before it was must not speak for one that is no datagram, or is cut. */
static void other_frames_are_none(void **state)
{
	struct packet_spec other = { .payload = "no", .ethertype = 0x88cc };
	uint8_t frame[PACKET_CAP];
	struct yg_tls_conn conn;
	struct yg_tls_ends ends;

	(void)state;
	run(bench.program, &initial, false, &plain);
	(void)rig_run(bench.program, frame, packet_build(&other, frame));
	other = (struct packet_spec){ .payload = "GET", .sport = CLIENT, .dport = SERVER };
	(void)rig_run(bench.program, frame, packet_build(&other, frame));	/* TCP, same ends */
	run(bench.program, &(struct datagram){ 0x40, 0, 0, 5 }, false, &plain); /* too short */
	run(bench.program, &data, false, &(struct packet_spec){ .frag_off = 0x2000 });
	assert_int_equal(rows(&ends, &conn), 1);
	assert_int_equal(conn.bytes, 1200);
	rig_control(&bench.rig, HOUR_NS, 1, 0, 0); /* the daemon is gone */
	run(bench.program, &data, false, &plain);
	assert_int_equal(rows(&ends, &conn), 1);
	assert_int_equal(conn.bytes, 1200);
}

#define AT(place, test) cmocka_unit_test_setup_teardown(test, set_up_##place, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT(tc, only_an_initial_of_a_client_begins_one),
		AT(xdp, only_an_initial_of_a_client_begins_one),
		AT(tc, counts_both_directions),
		AT(xdp, counts_both_directions),
		AT(tc, what_leaves_this_host_is_marked),
		AT(tc, walks_what_is_in_front),
		AT(xdp, walks_what_is_in_front),
		AT(tc, other_frames_are_none),
		AT(xdp, other_frames_are_none),
	};

	rig_quiet();
	return cmocka_run_group_tests_name("bpf/quic", tests, NULL, NULL);
}
