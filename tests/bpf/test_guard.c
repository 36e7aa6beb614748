/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard.bpf.c: the action and the one outcome of every kind of frame, at XDP and at TC, and what
 * ends a block: time, the allow list, a silent daemon.
 */
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/bpf.h>

#include <bpf/bpf.h>

#include "bpf/guard.skel.h"
#include "core/address.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define TC_NEXT	  (-1)
#define TC_DROP	  2
#define RING_LEN  (1u << 20)
#define JUMBO_LEN 9014
#define SECOND_NS 1000000000ll
#define HOUR_NS	  (3600 * SECOND_NS)

struct bench {
	struct guard_bpf *skel;
	struct rig rig;
};

static int set_up(void **state)
{
	static struct bench bench; /* one per program run; cmocka hands it to every test */

	bench.skel = guard_bpf__open();
	assert_non_null(bench.skel);
	assert_int_equal(guard_bpf__load(bench.skel), 0);
	rig_init(&bench.rig, bench.skel->obj, RING_LEN);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	rig_clean(&bench->rig);
	guard_bpf__destroy(bench->skel);
	return 0;
}

static struct yg_prefix prefix_of(const char *text)
{
	struct yg_prefix prefix;

	assert_int_equal(yg_prefix_from_text(yg_slice_from_str(text), &prefix), 0);
	return prefix;
}

/* The map that holds blocks like @text, and its key in it. Return: the map's fd. */
static int place_of(struct bench *b, const char *text, struct yg_net *ret_key)
{
	struct yg_prefix prefix = prefix_of(text);

	if (prefix.len == 128 && yg_address_is_v4(&prefix.addr)) {
		memcpy(ret_key, prefix.addr.bytes + 12, 4);
		return bpf_map__fd(b->skel->maps.yg_block4);
	}
	if (prefix.len == 128) {
		memcpy(ret_key, prefix.addr.bytes, 16);
		return bpf_map__fd(b->skel->maps.yg_block6);
	}
	ret_key->prefix_len = prefix.len;
	memcpy(ret_key->addr, prefix.addr.bytes, 16);
	return bpf_map__fd(b->skel->maps.yg_block_nets);
}

/* @ttl_ns: from now; negative: the block has ended. */
static void block(struct bench *b, const char *text, int64_t ttl_ns)
{
	struct yg_block value = { .expires_ns = rig_now_ns() + (uint64_t)ttl_ns,
				  .verdict = YG_VERDICT_BLOCK };
	struct yg_net key;
	int fd = place_of(b, text, &key);

	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
}

static void unblock(struct bench *b, const char *text)
{
	struct yg_net key;
	int fd = place_of(b, text, &key);

	assert_int_equal(bpf_map_delete_elem(fd, &key), 0);
}

static struct yg_block read_block(struct bench *b, const char *text)
{
	struct yg_block value;
	struct yg_net key;
	int fd = place_of(b, text, &key);

	assert_int_equal(bpf_map_lookup_elem(fd, &key, &value), 0);
	return value;
}

static void allow(struct bench *b, const char *text)
{
	struct yg_prefix prefix = prefix_of(text);
	struct yg_allow value = { .why = YG_ALLOW_CONFIG };
	struct yg_net key = { .prefix_len = prefix.len };

	memcpy(key.addr, prefix.addr.bytes, sizeof(key.addr));
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(b->skel->maps.yg_allow_nets), &key, &value,
					     BPF_ANY),
			 0);
}

static void disallow(struct bench *b, const char *text)
{
	struct yg_prefix prefix = prefix_of(text);
	struct yg_net key = { .prefix_len = prefix.len };

	memcpy(key.addr, prefix.addr.bytes, sizeof(key.addr));
	assert_int_equal(bpf_map_delete_elem(bpf_map__fd(b->skel->maps.yg_allow_nets), &key), 0);
}

/* Exactly one outcome, and it is @row, an offset in struct yg_guard_counters. */
static void check_outcome(const struct yg_guard_counters *got, size_t row)
{
	struct yg_guard_counters want = { .rx = 1 };

	const uint64_t one = 1;

	memcpy((char *)&want + row, &one, sizeof(one));
	assert_memory_equal(got, &want, sizeof(want));
}

#define ROW(name) offsetof(struct yg_guard_counters, name)

/* One case: a frame, what is in the tables, the action at XDP and the row. */
struct guard_case {
	const char *name, *block, *allow;
	struct packet_spec packet;
	size_t cut; /* bytes taken off the end of the frame; at TC the test run refuses such */
	size_t row;
	int action;
};

static const uint8_t hop_by_hop[] = { 0, 255 };
static const uint8_t many[] = { 0, 60, 43, 60, 51, 135, 60, 60, 255 };
static const uint8_t fragment[] = { 44, 255 };

static const struct guard_case cases[] = {
	{ "an ordinary frame passes", NULL, NULL, { 0 }, 0, ROW(pass), XDP_PASS },
	{ "a blocked IPv4 address", "192.0.2.10", NULL, { 0 }, 0, ROW(drop_exact), XDP_DROP },
	{ "its neighbour passes", "192.0.2.11", NULL, { 0 }, 0, ROW(pass), XDP_PASS },
	{ "its answers pass on the way in", "192.0.2.1", NULL, { 0 }, 0, ROW(pass), XDP_PASS },
	{ "a blocked IPv4 prefix", "192.0.2.0/24", NULL, { 0 }, 0, ROW(drop_net), XDP_DROP },
	{ "a prefix beside it", "192.0.3.0/24", NULL, { 0 }, 0, ROW(pass), XDP_PASS },
	{ "a blocked IPv6 address",
	  "2001:db8::10",
	  NULL,
	  { .is_v6 = 1 },
	  0,
	  ROW(drop_exact),
	  XDP_DROP },
	{ "a blocked IPv6 prefix",
	  "2001:db8::/32",
	  NULL,
	  { .is_v6 = 1 },
	  0,
	  ROW(drop_net),
	  XDP_DROP },
	{ "an IPv4 prefix says nothing of IPv6",
	  "0.0.0.0/0",
	  NULL,
	  { .is_v6 = 1 },
	  0,
	  ROW(pass),
	  XDP_PASS },
	{ "one VLAN tag", "192.0.2.10", NULL, { .vlans = 1 }, 0, ROW(drop_exact), XDP_DROP },
	{ "two VLAN tags", "192.0.2.10", NULL, { .vlans = 2 }, 0, ROW(drop_exact), XDP_DROP },
	{ "three VLAN tags", "192.0.2.10", NULL, { .vlans = 3 }, 0, ROW(skip_proto), XDP_PASS },
	{ "a fragment is blocked too",
	  "192.0.2.10",
	  NULL,
	  { .frag_off = 100 },
	  0,
	  ROW(drop_exact),
	  XDP_DROP },
	{ "ICMP is blocked too",
	  "192.0.2.10",
	  NULL,
	  { .protocol = 1 },
	  0,
	  ROW(drop_exact),
	  XDP_DROP },
	{ "IP options", "192.0.2.10", NULL, { .ip_options = 10 }, 0, ROW(drop_exact), XDP_DROP },
	{ "IPv6 extension headers",
	  "2001:db8::10",
	  NULL,
	  { .is_v6 = 1, .extensions = hop_by_hop },
	  0,
	  ROW(drop_exact),
	  XDP_DROP },
	{ "long ones behind two VLAN tags",
	  "2001:db8::10",
	  NULL,
	  { .is_v6 = 1, .vlans = 2, .extensions = many, .extension_more = 4 },
	  0,
	  ROW(drop_exact),
	  XDP_DROP },
	{ "an IPv6 fragment is blocked too",
	  "2001:db8::10",
	  NULL,
	  { .is_v6 = 1, .extensions = fragment, .ip6_frag_more = 1 },
	  0,
	  ROW(drop_exact),
	  XDP_DROP },
	{ "PPPoE", "192.0.2.10", NULL, { .ethertype = 0x8864 }, 0, ROW(skip_proto), XDP_PASS },
	{ "allow beats an exact block",
	  "192.0.2.10",
	  "192.0.2.10",
	  { 0 },
	  0,
	  ROW(allow),
	  XDP_PASS },
	{ "allow of a prefix beats an exact block",
	  "192.0.2.10",
	  "192.0.2.0/24",
	  { 0 },
	  0,
	  ROW(allow),
	  XDP_PASS },
	{ "allow of an address beats a blocked prefix",
	  "192.0.2.0/24",
	  "192.0.2.10",
	  { 0 },
	  0,
	  ROW(allow),
	  XDP_PASS },
	{ "allow without a block is a pass", NULL, "192.0.2.10", { 0 }, 0, ROW(pass), XDP_PASS },
	{ "ARP", NULL, NULL, { .ethertype = 0x0806 }, 0, ROW(skip_proto), XDP_PASS },
	{ "IPv4 header cut short", "192.0.2.10", NULL, { 0 }, 21, ROW(lost_header), XDP_PASS },
	{ "IPv6 header cut short",
	  "2001:db8::10",
	  NULL,
	  { .is_v6 = 1 },
	  21,
	  ROW(lost_header),
	  XDP_PASS },
	{ "IPv6 bytes under the IPv4 type",
	  "192.0.2.10",
	  NULL,
	  { .is_v6 = 1, .ethertype = 0x0800 },
	  0,
	  ROW(lost_header),
	  XDP_PASS },
};

static int tc_action(int xdp_action)
{
	return xdp_action == XDP_DROP ? TC_DROP : TC_NEXT;
}

static void run_case(struct bench *b, const struct guard_case *test,
		     const struct bpf_program *program, int action)
{
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(&test->packet, frame);
	struct yg_counters counters;

	print_message("  %s: %s\n", bpf_program__name(program), test->name);
	rig_reset(&b->rig);
	if (test->block)
		block(b, test->block, HOUR_NS);
	if (test->allow)
		allow(b, test->allow);
	assert_int_equal(rig_run(program, frame, len - test->cut), action);
	counters = rig_counters(&b->rig);
	check_outcome(&counters.guard, test->row);
	if (test->block) {
		assert_int_equal(read_block(b, test->block).drops, test->action == XDP_DROP);
		unblock(b, test->block);
	}
	if (test->allow)
		disallow(b, test->allow);
}

static void every_frame_has_one_outcome_at_xdp(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		run_case(b, &cases[i], b->skel->progs.yg_xdp_guard, cases[i].action);
}

static void every_frame_has_one_outcome_at_tc(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		if (cases[i].cut == 0)
			run_case(b, &cases[i], b->skel->progs.yg_tc_guard,
				 tc_action(cases[i].action));
	}
}

/* Run the ordinary frame; check action and row. */
static void check_run(struct bench *b, const struct bpf_program *program, int action, size_t row)
{
	const struct packet_spec spec = { 0 };
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(&spec, frame);
	struct yg_counters counters;

	assert_int_equal(rig_run(program, frame, len), action);
	counters = rig_counters(&b->rig);
	check_outcome(&counters.guard, row);
}

static void answers_to_a_blocked_address_are_cut(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	block(b, "192.0.2.1", HOUR_NS);
	check_run(b, b->skel->progs.yg_tc_cut, TC_DROP, ROW(drop_answer));
	unblock(b, "192.0.2.1");
	rig_reset(&b->rig);
	check_run(b, b->skel->progs.yg_tc_cut, TC_NEXT, ROW(pass));
}

static void a_block_ends_with_its_time(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	block(b, "192.0.2.10", -SECOND_NS);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_PASS, ROW(pass));
	rig_reset(&b->rig);
	block(b, "192.0.2.0/24", HOUR_NS);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_DROP, ROW(drop_net));
	unblock(b, "192.0.2.0/24");
	unblock(b, "192.0.2.10");
}

/* Only verdict BLOCK drops: a reserved verdict of a newer writer must not. */
static void an_unknown_verdict_does_not_drop(void **state)
{
	struct yg_block value = { .expires_ns = UINT64_MAX, .verdict = YG_VERDICT_LIMIT };
	struct bench *b = *state;
	struct yg_net key;
	int fd = place_of(b, "192.0.2.10", &key);

	rig_reset(&b->rig);
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_PASS, ROW(pass));
	unblock(b, "192.0.2.10");
}

static void a_silent_daemon_fails_open(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	block(b, "192.0.2.10", HOUR_NS);
	rig_control(&b->rig, 11 * SECOND_NS, 10 * SECOND_NS, 0, 0);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_PASS, ROW(fail_open));
	assert_int_equal(read_block(b, "192.0.2.10").drops, 0);
	rig_reset(&b->rig);
	rig_control(&b->rig, 9 * SECOND_NS, 10 * SECOND_NS, 0, 0);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_DROP, ROW(drop_exact));
	unblock(b, "192.0.2.10");
}

static void a_silent_daemon_fails_closed_if_told(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	block(b, "192.0.2.10", HOUR_NS);
	rig_control(&b->rig, 11 * SECOND_NS, 10 * SECOND_NS, YG_CONTROL_FAIL_CLOSED, 0);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_DROP, ROW(drop_exact));
	unblock(b, "192.0.2.10");
}

/* Before the first beat there is no daemon: nothing is dropped. */
static void a_daemon_that_never_spoke_fails_open(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	block(b, "192.0.2.10", HOUR_NS);
	rig_control(&b->rig, rig_now_ns(), 0, 0, 0);
	check_run(b, b->skel->progs.yg_xdp_guard, XDP_PASS, ROW(fail_open));
	unblock(b, "192.0.2.10");
}

static void samples_at_xdp_what_it_passes(void **state)
{
	const struct packet_spec spec = { .payload = "GET /a HTTP/1.1\r\n\r\n", .seq = 7 };
	struct guard_bpf *skel = guard_bpf__open();
	struct yg_counters counters;
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(&spec, frame);
	struct bench b = { .skel = skel };

	(void)state;
	assert_non_null(skel);
	skel->rodata->yg_config.xdp_sample = 1;
	assert_int_equal(guard_bpf__load(skel), 0);
	rig_init(&b.rig, skel->obj, RING_LEN);
	assert_int_equal(rig_run(skel->progs.yg_xdp_guard, frame, len), XDP_PASS);
	counters = rig_counters(&b.rig);
	assert_int_equal(counters.guard.pass, 1);
	assert_int_equal(counters.sample.rx, 1);
	assert_int_equal(counters.sample.segment, 1);
	assert_int_equal(counters.sample.request, 1);
	assert_int_equal(rig_read(&b.rig), 1);
	assert_int_equal(b.rig.records[0].source, YG_SOURCE_XDP);
	assert_int_equal(b.rig.records[0].offset, 7);
	assert_int_equal(b.rig.records[0].data_len, strlen(spec.payload));
	assert_memory_equal(b.rig.records[0].data, spec.payload, strlen(spec.payload));

	/* What it drops is not sampled. */
	rig_reset(&b.rig);
	block(&b, "192.0.2.10", HOUR_NS);
	assert_int_equal(rig_run(skel->progs.yg_xdp_guard, frame, len), XDP_DROP);
	counters = rig_counters(&b.rig);
	assert_int_equal(counters.sample.rx, 0);
	assert_int_equal(rig_read(&b.rig), 0);
	rig_clean(&b.rig);
	guard_bpf__destroy(skel);
}

/* A frame of a 9000-byte MTU: its payload goes on in further buffers. 5.18 and later. */
static void a_frame_in_several_buffers_is_judged_and_sampled(void **state)
{
	const struct packet_spec spec = { .payload = "POST / HTTP/1.1\r\n" };
	struct guard_bpf *skel = guard_bpf__open();
	struct bench b = { .skel = skel };
	uint8_t frame[JUMBO_LEN];
	size_t head;

	(void)state;
	assert_non_null(skel);
	skel->rodata->yg_config.xdp_sample = 1;
	(void)bpf_program__set_autoload(skel->progs.yg_xdp_guard_mb, true);
	if (guard_bpf__load(skel)) {
		guard_bpf__destroy(skel);
		SKIP("this kernel has no xdp.frags");
	}
	rig_init(&b.rig, skel->obj, RING_LEN);
	memset(frame, 'b', sizeof(frame));
	head = packet_build(&spec, frame) - strlen(spec.payload);
	frame[16] = (JUMBO_LEN - 14) >> 8; /* the IP header's total length */
	frame[17] = (JUMBO_LEN - 14) & 0xff;

	assert_int_equal(rig_run(skel->progs.yg_xdp_guard_mb, frame, sizeof(frame)), XDP_PASS);
	assert_int_equal(rig_read(&b.rig), 1);
	assert_int_equal(b.rig.records[0].payload_len, JUMBO_LEN - head);
	assert_int_equal(b.rig.records[0].data_len, YG_BODY_BUDGET_BYTES);
	assert_memory_equal(b.rig.records[0].data, frame + head, YG_BODY_BUDGET_BYTES);
	block(&b, "192.0.2.10", HOUR_NS);
	assert_int_equal(rig_run(skel->progs.yg_xdp_guard_mb, frame, sizeof(frame)), XDP_DROP);
	rig_clean(&b.rig);
	guard_bpf__destroy(skel);
}

/* With xdp_drop 0 the program is there to sample: it never drops. */
static void only_samples_when_told_not_to_drop(void **state)
{
	struct guard_bpf *skel = guard_bpf__open();
	struct bench b = { .skel = skel };

	(void)state;
	assert_non_null(skel);
	skel->rodata->yg_config.xdp_drop = 0;
	assert_int_equal(guard_bpf__load(skel), 0);
	rig_init(&b.rig, skel->obj, RING_LEN);
	block(&b, "192.0.2.10", HOUR_NS);
	check_run(&b, skel->progs.yg_xdp_guard, XDP_PASS, ROW(pass));
	rig_clean(&b.rig);
	guard_bpf__destroy(skel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_has_one_outcome_at_xdp),
		cmocka_unit_test(every_frame_has_one_outcome_at_tc),
		cmocka_unit_test(answers_to_a_blocked_address_are_cut),
		cmocka_unit_test(a_block_ends_with_its_time),
		cmocka_unit_test(an_unknown_verdict_does_not_drop),
		cmocka_unit_test(a_silent_daemon_fails_open),
		cmocka_unit_test(a_silent_daemon_fails_closed_if_told),
		cmocka_unit_test(a_daemon_that_never_spoke_fails_open),
		cmocka_unit_test(samples_at_xdp_what_it_passes),
		cmocka_unit_test(a_frame_in_several_buffers_is_judged_and_sampled),
		cmocka_unit_test(only_samples_when_told_not_to_drop),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/guard", tests, set_up, tear_down);
}
