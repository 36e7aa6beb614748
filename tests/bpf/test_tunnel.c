/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tunnels, one level: what is sampled is the packet inside; who is blocked is blocked inside one
 * that ends here, too. Lengths that lie are counted as broken headers and read nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/bpf.h>

#include <bpf/bpf.h>

#include "bpf/guard.skel.h"
#include "bpf/sample.skel.h"
#include "core/address.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define TC_NEXT	   (-1)
#define TC_DROP	   2
#define RING_LEN   (1u << 20)
#define SECOND_NS  1000000000ll
#define HOUR_NS	   (3600 * SECOND_NS)
#define ETHERNET   14
#define IP4	   20 /* a shorter frame the kernel does not even run */
#define REQUEST	   "GET /v1/users/42 HTTP/1.1\r\nHost: a\r\n\r\n"
#define VXLAN	   4789
#define VXLAN_OLD  8472
#define GENEVE	   6081
#define BRIDGING   0x6558
#define INNER	   "198.51.100.7"
#define OUTER	   "192.0.2.10"
#define END	   "192.0.2.1"
#define CHECKSUM   0x8000
#define KEY	   0x2000
#define SEQUENCE   0x1000
#define PROTO_IPIP 4
#define PROTO_UDP  17
#define PROTO_IP6  41
#define PROTO_GRE  47

/* A tunnel around a packet. */
struct tunnel {
	uint8_t protocol;
	uint16_t port;	    /* UDP */
	uint16_t gre_flags; /* and version */
	uint16_t type;	    /* GRE, GENEVE: what is inside; 0: IPv4 */
	uint8_t first;	    /* VXLAN: flags; GENEVE: version and options */
	int words;	    /* GENEVE: of options that are there */
	int is_frame;	    /* an Ethernet frame is inside */
	int outer_v6, outer_vlans;
	const uint8_t *extensions; /* of the outer IPv6 header */
	uint16_t udp_len;	   /* 0: the right one */
};

static size_t put16(uint8_t *at, uint16_t value)
{
	uint16_t wire = htons(value);

	memcpy(at, &wire, sizeof(wire));
	return sizeof(wire);
}

/* The header of a tunnel at @at. Return: its bytes. */
static size_t write_header(const struct tunnel *t, uint8_t *at, size_t inner_len)
{
	size_t len = 0;

	if (t->protocol == PROTO_GRE) {
		len += put16(at, t->gre_flags);
		len += put16(at + len, t->type ? t->type : 0x0800);
		for (uint16_t flag = SEQUENCE; flag; flag = (uint16_t)(flag << 1)) {
			if (t->gre_flags & flag & (CHECKSUM | KEY | SEQUENCE))
				len += 4;
		}
	} else if (t->protocol == PROTO_UDP) {
		size_t options = (size_t)t->words * 4, all = 16 + options + inner_len;

		(void)put16(at + 2, t->port);
		(void)put16(at + 4, t->udp_len ? t->udp_len : (uint16_t)all);
		at[8] = t->first;
		if (t->port == GENEVE)
			(void)put16(at + 10, t->type ? t->type : 0x0800);
		len = 16 + options;
	}
	return len;
}

/* @inner inside @t, as one frame. Return: its bytes. */
static size_t wrap(const struct tunnel *t, const struct packet_spec *inner, uint8_t *ret)
{
	uint8_t payload[PACKET_CAP] = { 0 }, frame[PACKET_CAP];
	size_t skip = t->is_frame ? 0 : ETHERNET;
	struct packet_spec outer = { .src = t->outer_v6 ? NULL : OUTER,
				     .dst = t->outer_v6 ? NULL : END,
				     .is_v6 = t->outer_v6,
				     .vlans = t->outer_vlans,
				     .extensions = t->extensions,
				     .protocol = t->protocol,
				     .is_raw = 1,
				     .payload = (const char *)payload };
	size_t len = packet_build(inner, frame) - skip;
	size_t head = write_header(t, payload, len);

	assert_true(head + len < sizeof(payload));
	memcpy(payload + head, frame + skip, len);
	outer.payload_len = head + len;
	return packet_build(&outer, ret);
}

struct bench {
	struct sample_bpf *sample;
	struct guard_bpf *guard;
	struct rig rig; /* around one of both */
};

static int set_up_sample(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .sample = sample_bpf__open_and_load() };
	assert_non_null(bench.sample);
	rig_init(&bench.rig, bench.sample->obj, RING_LEN);
	*state = &bench;
	return 0;
}

static int tear_down_sample(void **state)
{
	struct bench *b = *state;

	rig_clean(&b->rig);
	sample_bpf__destroy(b->sample);
	return 0;
}

/* Sampling at XDP is on: the same outcomes are asked of it. */
static int set_up_guard(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .guard = guard_bpf__open() };
	assert_non_null(bench.guard);
	bench.guard->rodata->yg_config.xdp_sample = 1;
	assert_int_equal(guard_bpf__load(bench.guard), 0);
	rig_init(&bench.rig, bench.guard->obj, RING_LEN);
	rig_control(&bench.rig, 0, HOUR_NS, 0, 0);
	*state = &bench;
	return 0;
}

static int tear_down_guard(void **state)
{
	struct bench *b = *state;

	rig_clean(&b->rig);
	guard_bpf__destroy(b->guard);
	return 0;
}

#define ROW(name) offsetof(struct yg_sample_counters, name)

static const uint8_t encap_limit[] = { 60, 255 };
static const uint8_t extension[] = { 0, 255 };

static const struct {
	const char *name;
	struct tunnel tunnel;
	struct packet_spec inner;
	size_t row;
	int tunnels; /* counted as a tunnel? */
} cases[] = {
	{ "IPv4 in IPv4", { .protocol = PROTO_IPIP }, { .payload = REQUEST }, ROW(segment), 1 },
	{ "IPv6 in IPv4",
	  { .protocol = PROTO_IP6 },
	  { .payload = REQUEST, .is_v6 = 1 },
	  ROW(segment),
	  1 },
	{ "IPv4 in IPv6 behind a tunnel limit",
	  { .protocol = PROTO_IPIP, .outer_v6 = 1, .extensions = encap_limit },
	  { .payload = REQUEST },
	  ROW(segment),
	  1 },
	{ "IPv6 in IPv6",
	  { .protocol = PROTO_IP6, .outer_v6 = 1 },
	  { .payload = REQUEST, .is_v6 = 1 },
	  ROW(segment),
	  1 },
	{ "an extension header inside",
	  { .protocol = PROTO_IP6 },
	  { .payload = REQUEST, .is_v6 = 1, .extensions = extension },
	  ROW(segment),
	  1 },
	{ "GRE", { .protocol = PROTO_GRE }, { .payload = REQUEST }, ROW(segment), 1 },
	{ "GRE with checksum, key and sequence",
	  { .protocol = PROTO_GRE, .gre_flags = CHECKSUM | KEY | SEQUENCE },
	  { .payload = REQUEST },
	  ROW(segment),
	  1 },
	{ "GRE with a key",
	  { .protocol = PROTO_GRE, .gre_flags = KEY },
	  { .payload = REQUEST },
	  ROW(segment),
	  1 },
	{ "GRE with IPv6 inside",
	  { .protocol = PROTO_GRE, .type = 0x86dd },
	  { .payload = REQUEST, .is_v6 = 1 },
	  ROW(segment),
	  1 },
	{ "GRE with Ethernet and two tags inside",
	  { .protocol = PROTO_GRE, .gre_flags = KEY, .type = BRIDGING, .is_frame = 1 },
	  { .payload = REQUEST, .vlans = 2 },
	  ROW(segment),
	  1 },
	{ "VXLAN",
	  { .protocol = PROTO_UDP, .port = VXLAN, .first = 0x08, .is_frame = 1 },
	  { .payload = REQUEST },
	  ROW(segment),
	  1 },
	{ "VXLAN with a group policy, a tag inside",
	  { .protocol = PROTO_UDP, .port = VXLAN, .first = 0x88, .is_frame = 1 },
	  { .payload = REQUEST, .vlans = 1 },
	  ROW(segment),
	  1 },
	{ "VXLAN on the port of old Linux, over IPv6",
	  { .protocol = PROTO_UDP, .port = VXLAN_OLD, .first = 0x08, .is_frame = 1, .outer_v6 = 1 },
	  { .payload = REQUEST, .is_v6 = 1 },
	  ROW(segment),
	  1 },
	{ "GENEVE with IP inside",
	  { .protocol = PROTO_UDP, .port = GENEVE },
	  { .payload = REQUEST },
	  ROW(segment),
	  1 },
	{ "GENEVE with options and Ethernet inside",
	  { .protocol = PROTO_UDP,
	    .port = GENEVE,
	    .first = 63,
	    .words = 63,
	    .type = BRIDGING,
	    .is_frame = 1 },
	  { .payload = REQUEST },
	  ROW(segment),
	  1 },
	{ "GENEVE behind two tags, two tags and long extension headers inside",
	  { .protocol = PROTO_UDP,
	    .port = GENEVE,
	    .first = 4,
	    .words = 4,
	    .type = BRIDGING,
	    .is_frame = 1,
	    .outer_vlans = 2 },
	  { .payload = REQUEST,
	    .is_v6 = 1,
	    .vlans = 2,
	    .extensions = extension,
	    .extension_more = 2 },
	  ROW(segment),
	  1 },
	{ "PPPoE inside",
	  { .protocol = PROTO_GRE, .type = BRIDGING, .is_frame = 1 },
	  { .payload = REQUEST, .ethertype = 0x8864 },
	  ROW(skip_proto),
	  1 },
	{ "an empty segment inside",
	  { .protocol = PROTO_GRE },
	  { .payload = NULL },
	  ROW(skip_empty),
	  1 },
	{ "UDP inside",
	  { .protocol = PROTO_GRE },
	  { .payload = REQUEST, .protocol = 17 },
	  ROW(skip_proto),
	  1 },
	{ "a fragment inside",
	  { .protocol = PROTO_IPIP },
	  { .payload = REQUEST, .frag_off = 0x2000 },
	  ROW(skip_fragment),
	  1 },
	/* Not these tunnels. */
	{ "a second tunnel inside",
	  { .protocol = PROTO_IPIP },
	  { .payload = REQUEST, .protocol = PROTO_IPIP },
	  ROW(skip_proto),
	  1 },
	{ "UDP to another port",
	  { .protocol = PROTO_UDP, .port = 53 },
	  { .payload = REQUEST },
	  ROW(skip_proto),
	  0 },
	{ "VXLAN without its flag",
	  { .protocol = PROTO_UDP, .port = VXLAN, .is_frame = 1 },
	  { .payload = REQUEST },
	  ROW(skip_proto),
	  0 },
	{ "GENEVE of another version",
	  { .protocol = PROTO_UDP, .port = GENEVE, .first = 0x40 },
	  { .payload = REQUEST },
	  ROW(skip_proto),
	  0 },
	{ "GRE with routing",
	  { .protocol = PROTO_GRE, .gre_flags = 0x4000 },
	  { .payload = REQUEST },
	  ROW(skip_proto),
	  0 },
	{ "GRE of version 1",
	  { .protocol = PROTO_GRE, .gre_flags = 1 },
	  { .payload = REQUEST },
	  ROW(skip_proto),
	  0 },
	{ "GRE with neither IP nor Ethernet",
	  { .protocol = PROTO_GRE, .type = 0x8847 },
	  { .payload = REQUEST },
	  ROW(skip_proto),
	  1 },
	/* Lengths that lie. */
	{ "a datagram longer than its packet",
	  { .protocol = PROTO_UDP, .port = VXLAN, .first = 0x08, .is_frame = 1, .udp_len = 60000 },
	  { .payload = REQUEST },
	  ROW(lost_header),
	  1 },
	{ "a datagram that ends inside the tunnel's header",
	  { .protocol = PROTO_UDP, .port = VXLAN, .first = 0x08, .is_frame = 1, .udp_len = 9 },
	  { .payload = REQUEST },
	  ROW(lost_header),
	  1 },
	{ "a datagram that ends before the packet inside does",
	  { .protocol = PROTO_UDP, .port = VXLAN, .first = 0x08, .is_frame = 1, .udp_len = 70 },
	  { .payload = REQUEST },
	  ROW(lost_header),
	  1 },
	{ "GENEVE options that are not there",
	  { .protocol = PROTO_UDP, .port = GENEVE, .first = 63 },
	  { .payload = REQUEST },
	  ROW(lost_header),
	  1 },
	{ "IPv6 bytes as IPv4",
	  { .protocol = PROTO_IPIP },
	  { .payload = REQUEST, .is_v6 = 1 },
	  ROW(lost_header),
	  1 },
};

static uint64_t row_of(const struct yg_counters *c, size_t row)
{
	uint64_t value;

	memcpy(&value, (const char *)&c->sample + row, sizeof(value));
	return value;
}

static void check_outcome(const struct rig *rig, size_t row, int tunnels)
{
	struct yg_counters c = rig_counters(rig);

	assert_int_equal(c.sample.rx, 1);
	assert_int_equal(row_of(&c, row), 1);
	assert_int_equal(c.sample.tunnel, tunnels);
}

static void check_record(struct rig *rig, const struct packet_spec *inner)
{
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x10 };
	static const uint8_t v4[16] = { [10] = 0xff, 0xff, 192, 0, 2, 10 };

	assert_int_equal(rig_read(rig), 1);
	assert_memory_equal(rig->records[0].key.saddr, inner->is_v6 ? v6 : v4, 16);
	assert_int_equal(rig->records[0].key.dport, htons(80));
	assert_int_equal(rig->records[0].data_len, strlen(REQUEST));
	assert_memory_equal(rig->records[0].data, REQUEST, strlen(REQUEST));
}

static void every_tunnel_has_one_outcome(void **state)
{
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct packet_spec inner = cases[i].inner;
		size_t len;

		inner.sport = (uint16_t)(20000 + i);
		len = wrap(&cases[i].tunnel, &inner, frame);
		print_message("  %s\n", cases[i].name);
		rig_reset(&b->rig);
		if (b->guard)
			assert_int_equal(rig_run(b->guard->progs.yg_xdp_guard, frame, len),
					 XDP_PASS);
		else
			assert_int_equal(rig_run(b->sample->progs.yg_tc_ingress, frame, len),
					 TC_NEXT);
		check_outcome(&b->rig, cases[i].row, cases[i].tunnels);
		if (cases[i].row == ROW(segment))
			check_record(&b->rig, &inner);
	}
}

/* Wherever a frame ends, it is one outcome and no record of bytes that are not there. */
static void a_frame_may_end_anywhere(void **state)
{
	struct bench *b = *state;
	struct packet_spec inner = { .payload = REQUEST, .vlans = 1 };
	struct tunnel tunnel = { .protocol = PROTO_UDP,
				 .port = GENEVE,
				 .first = 2,
				 .words = 2,
				 .type = BRIDGING,
				 .is_frame = 1 };
	uint8_t frame[PACKET_CAP];
	size_t len = wrap(&tunnel, &inner, frame);

	for (size_t n = ETHERNET + IP4; n < len; n++) {
		struct yg_counters c;

		rig_reset(&b->rig);
		assert_int_equal(rig_run(b->sample->progs.yg_tc_ingress, frame, n), TC_NEXT);
		c = rig_counters(&b->rig);
		assert_int_equal(c.sample.rx, 1);
		assert_int_equal(c.sample.lost_header, 1);
		assert_int_equal(rig_read(&b->rig), 0);
	}
}

/* Random bytes behind each tunnel's header: one outcome each. */
static void noise_has_one_outcome(void **state)
{
	struct bench *b = *state;
	struct packet_spec inner = { .payload = REQUEST, .is_v6 = 1, .extensions = extension };
	uint8_t frame[PACKET_CAP];

	srand(7);
	for (int i = 0; i < 4000; i++) {
		const struct tunnel *tunnel = &cases[(size_t)rand() % YG_ARRAY_SIZE(cases)].tunnel;
		size_t len = wrap(tunnel, &inner, frame);
		struct yg_counters c;
		uint64_t sum = 0;

		for (int j = 0; j < 8; j++)
			frame[34 + (size_t)rand() % (len - 34)] = (uint8_t)rand();
		rig_reset(&b->rig);
		assert_int_equal(rig_run(b->sample->progs.yg_tc_ingress, frame, len), TC_NEXT);
		c = rig_counters(&b->rig);
		for (size_t row = ROW(rx) + 8; row < ROW(request); row += 8)
			sum += row_of(&c, row);
		assert_int_equal(c.sample.rx, 1);
		assert_int_equal(sum, 1);
	}
}

static void allow_own(struct guard_bpf *skel, const char *addr)
{
	struct yg_net key = { .prefix_len = 128, .addr = { [10] = 0xff, 0xff } };
	struct yg_allow allow = { .why = YG_ALLOW_OWN };

	assert_int_equal(inet_pton(AF_INET, addr, key.addr + 12), 1);
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(skel->maps.yg_allow_nets), &key, &allow, BPF_ANY),
		0);
}

static void block(struct guard_bpf *skel, const char *addr)
{
	struct yg_block value = { .expires_ns = rig_now_ns() + HOUR_NS,
				  .verdict = YG_VERDICT_BLOCK };
	struct yg_addr4 key;

	assert_int_equal(inet_pton(AF_INET, addr, key.addr), 1);
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(skel->maps.yg_block4), &key, &value, BPF_ANY), 0);
}

static const struct tunnel ends[] = {
	{ .protocol = PROTO_IPIP },
	{ .protocol = PROTO_GRE, .gre_flags = KEY },
	{ .protocol = PROTO_GRE, .type = BRIDGING, .is_frame = 1 },
	{ .protocol = PROTO_UDP, .port = VXLAN, .first = 0x08, .is_frame = 1 },
	{ .protocol = PROTO_UDP, .port = GENEVE, .first = 1, .words = 1 },
	{ .protocol = PROTO_IPIP, .outer_vlans = 2 },
	{ .protocol = PROTO_UDP, .port = VXLAN, .first = 0x08, .is_frame = 1, .outer_vlans = 2 },
};

/* Run every tunnel of ends[] through XDP and TC. @drops: of each. */
static void check_ends(struct bench *b, const char *src, const char *dst, int action,
		       uint64_t drops)
{
	const struct packet_spec inner = { .src = src, .dst = dst, .payload = REQUEST };
	uint8_t frame[PACKET_CAP];

	for (size_t i = 0; i < YG_ARRAY_SIZE(ends); i++) {
		size_t len = wrap(&ends[i], &inner, frame);
		struct yg_counters c;

		rig_reset(&b->rig);
		rig_control(&b->rig, 0, HOUR_NS, 0, 0);
		assert_int_equal(rig_run(b->guard->progs.yg_xdp_guard, frame, len),
				 action == TC_DROP ? XDP_DROP : XDP_PASS);
		assert_int_equal(rig_run(b->guard->progs.yg_tc_guard, frame, len), action);
		c = rig_counters(&b->rig);
		assert_int_equal(c.guard.rx, 2);
		assert_int_equal(c.guard.drop_inner, drops * 2);
		assert_int_equal(c.guard.pass, 2 - drops * 2);
	}
}

static void a_blocked_client_is_dropped_inside_a_tunnel_that_ends_here(void **state)
{
	struct bench *b = *state;

	block(b->guard, INNER);
	check_ends(b, INNER, NULL, TC_NEXT, 0); /* it passes through: not ours to judge */
	allow_own(b->guard, END);
	check_ends(b, INNER, NULL, TC_DROP, 1);
	check_ends(b, "198.51.100.8", NULL, TC_NEXT, 0);
}

/* Answers leave from our end of the tunnel. */
static void an_answer_inside_a_tunnel_is_cut(void **state)
{
	const struct packet_spec inner = { .src = END, .dst = INNER, .payload = REQUEST };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	struct yg_counters c;
	size_t len = wrap(&ends[3], &inner, frame);

	block(b->guard, INNER);
	allow_own(b->guard, OUTER);
	rig_reset(&b->rig);
	rig_control(&b->rig, 0, HOUR_NS, 0, 0);
	assert_int_equal(rig_run(b->guard->progs.yg_tc_cut, frame, len), TC_DROP);
	c = rig_counters(&b->rig);
	assert_int_equal(c.guard.drop_answer, 1);
}

static void the_outer_address_is_blocked_anywhere(void **state)
{
	const struct packet_spec inner = { .src = INNER, .payload = REQUEST };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	size_t len = wrap(&ends[0], &inner, frame);
	struct yg_counters c;

	block(b->guard, OUTER);
	rig_reset(&b->rig);
	rig_control(&b->rig, 0, HOUR_NS, 0, 0);
	assert_int_equal(rig_run(b->guard->progs.yg_xdp_guard, frame, len), XDP_DROP);
	c = rig_counters(&b->rig);
	assert_int_equal(c.guard.drop_exact, 1);
}

#define SAMPLE(test) cmocka_unit_test_setup_teardown(test, set_up_sample, tear_down_sample)
#define GUARD(test)  cmocka_unit_test_setup_teardown(test, set_up_guard, tear_down_guard)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAMPLE(every_tunnel_has_one_outcome),
		GUARD(every_tunnel_has_one_outcome),
		SAMPLE(a_frame_may_end_anywhere),
		SAMPLE(noise_has_one_outcome),
		GUARD(a_blocked_client_is_dropped_inside_a_tunnel_that_ends_here),
		GUARD(an_answer_inside_a_tunnel_is_cut),
		GUARD(the_outer_address_is_blocked_anywhere),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/tunnel", tests, NULL, NULL);
}
