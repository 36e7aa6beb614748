/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample.bpf.c: every kind of frame has one outcome and is passed on; what is copied is the
 * payload,
 * within the budget of its message. GSO-sized, nonlinear skbs: tests/bpf/test_live.c, because a
 * test run makes linear ones of less than a page.
 */
#include "sample_bench.h"

static const uint8_t one_extension[] = { 0, 255 };
static const uint8_t six_extensions[] = { 0, 60, 43, 60, 51, 135, 255 };
static const uint8_t seven_extensions[] = { 0, 60, 43, 60, 51, 135, 60, 255 };
static const uint8_t fragment[] = { 44, 255 };

static const struct {
	const char *name;
	struct packet_spec packet;
	size_t row;
} cases[] = {
	{ "request", { .payload = REQUEST }, ROW(segment) },
	{ "response", { .payload = RESPONSE, .sport = 80, .dport = 40000 }, ROW(segment) },
	{ "request over IPv6", { .payload = REQUEST, .is_v6 = 1 }, ROW(segment) },
	{ "one VLAN tag", { .payload = REQUEST, .vlans = 1 }, ROW(segment) },
	{ "two VLAN tags", { .payload = REQUEST, .vlans = 2 }, ROW(segment) },
	{ "three VLAN tags", { .payload = REQUEST, .vlans = 3 }, ROW(skip_proto) },
	{ "IP options", { .payload = REQUEST, .ip_options = 10 }, ROW(segment) },
	{ "TCP options", { .payload = REQUEST, .tcp_options = 10 }, ROW(segment) },
	{ "an IPv6 extension header",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = one_extension },
	  ROW(segment) },
	{ "six of them",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = six_extensions },
	  ROW(segment) },
	{ "six long ones",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = six_extensions, .extension_more = 4 },
	  ROW(segment) },
	{ "one of the longest",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = one_extension, .extension_more = 255 },
	  ROW(segment) },
	{ "seven of them",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = seven_extensions },
	  ROW(skip_proto) },
	{ "an atomic IPv6 fragment is whole",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = fragment },
	  ROW(segment) },
	{ "IPv6 fragment",
	  { .payload = REQUEST, .is_v6 = 1, .extensions = fragment, .ip6_frag_more = 1 },
	  ROW(skip_fragment) },
	{ "IPv4 fragment, first", { .payload = REQUEST, .frag_off = 0x2000 }, ROW(skip_fragment) },
	{ "IPv4 fragment, later", { .payload = REQUEST, .frag_off = 3 }, ROW(skip_fragment) },
	{ "IPv4, do not fragment", { .payload = REQUEST, .frag_off = 0x4000 }, ROW(segment) },
	{ "UDP", { .payload = REQUEST, .protocol = 17 }, ROW(skip_proto) },
	{ "PPPoE", { .payload = REQUEST, .ethertype = 0x8864 }, ROW(skip_proto) },
	{ "PPPoE behind two VLAN tags",
	  { .payload = REQUEST, .vlans = 2, .ethertype = 0x8864 },
	  ROW(skip_proto) },
	{ "MPLS", { .payload = REQUEST, .ethertype = 0x8847 }, ROW(skip_proto) },
	{ "ARP", { .ethertype = 0x0806 }, ROW(skip_proto) },
	{ "IPv6 bytes under the IPv4 type", { .is_v6 = 1, .ethertype = 0x0800 }, ROW(lost_header) },
	{ "ACK without payload", { 0 }, ROW(skip_empty) },
	{ "FIN of a flow never heard of", { .tcp_flags = FIN_ACK }, ROW(skip_empty) },
	{ "TLS ClientHello",
	  { .payload = "\x16\x03\x01\x02\x05\x01", .payload_len = 6 },
	  ROW(segment) },
	{ "TLS ServerHello",
	  { .payload = "\x16\x03\x03\x02\x05\x02", .payload_len = 6 },
	  ROW(segment) },
	{ "TLS Certificate, its ServerHello never heard of",
	  { .payload = "\x16\x03\x03\x02\x05\x0b", .payload_len = 6 },
	  ROW(skip_other) },
	{ "TLS alert in clear",
	  { .payload = "\x15\x03\x03\x00\x02\x02\x28", .payload_len = 7 },
	  ROW(segment) },
	{ "TLS alert, encrypted",
	  { .payload = "\x15\x03\x03\x00\x1a\x02\x28", .payload_len = 7 },
	  ROW(skip_other) },
	{ "TLS application data",
	  { .payload = "\x17\x03\x03\x02\x05\x01", .payload_len = 6 },
	  ROW(skip_other) },
	{ "PROXY header", { .payload = "PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\n" }, ROW(segment) },
	{ "PROXY header, version 2",
	  { .payload = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", .payload_len = 16 },
	  ROW(segment) },
	{ "SMTP", { .payload = "EHLO gateway.example\r\n" }, ROW(skip_other) },
	{ "SQL", { .payload = "SELECT 1;\n" }, ROW(skip_other) },
	{ "Redis", { .payload = "PING\r\n" }, ROW(skip_other) },
	{ "HTTP/2 preface", { .payload = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" }, ROW(segment) },
	{ "lower-case method", { .payload = "get / HTTP/1.1\r\n" }, ROW(segment) },
	{ "method of every kind of token",
	  { .payload = "a!#$%&'*+-.^_`|~9 /a HTTP/1.1\r\n" },
	  ROW(segment) },
	{ "method with a byte that is none",
	  { .payload = "a(b /a HTTP/1.1\r\n" },
	  ROW(skip_other) },
	{ "method of 16 bytes", { .payload = "ABCDEFGHIJKLMNOP /a HTTP/1.1\r\n" }, ROW(segment) },
	{ "method of 31 bytes",
	  { .payload = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcde /a HTTP/1.1\r\n" },
	  ROW(segment) },
	{ "method of 63 bytes",
	  { .payload =
		    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde / HTTP/1.1\r\n" },
	  ROW(segment) },
	{ "method of 64 bytes",
	  { .payload =
		    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef / HTTP/1.1\r\n" },
	  ROW(skip_other) },
	{ "method of 20 bytes behind blank lines",
	  { .payload = "\r\n\nabcdefghijklmnopqrst http://a/ HTTP/1.1\r\n" },
	  ROW(segment) },
	{ "method of 20 bytes and no target",
	  { .payload = "abcdefghijklmnopqrst gateway.example\r\n" },
	  ROW(skip_other) },
	{ "text with a path", { .payload = "see /etc/hosts for more\n" }, ROW(skip_other) },
	{ "text with an address",
	  { .payload = "see http://a.example/b/c/d/e/f/g/h/i/j/k, too" },
	  ROW(skip_other) },
	{ "end of a request line", { .payload = "abc HTTP/1.1\r\nHost: a\r\n" }, ROW(skip_other) },
	{ "lower-case method, target in pieces", { .payload = "get /abc" }, ROW(segment) },
	{ "lower-case method, two spaces", { .payload = "get /abc  HTTP/1.1\r\n" }, ROW(segment) },
	{ "SSH", { .payload = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n" }, ROW(skip_other) },
	{ "SMTP with a word like http", { .payload = "HELO host.example\r\n" }, ROW(skip_other) },
	{ "SMTP in lower case", { .payload = "mail from:<a@example>\r\n" }, ROW(skip_other) },
	{ "blank lines before the request", { .payload = "\r\n\r\n" REQUEST }, ROW(segment) },
	{ "more blank lines than are passed over",
	  { .payload = "\r\n\r\n\r\n\r\n\r\n\r\n" REQUEST },
	  ROW(segment) },
	{ "only blank lines", { .payload = "\r\n\r\n" }, ROW(skip_other) },
	{ "absolute form", { .payload = "GET http://a/ HTTP/1.1\r\n\r\n" }, ROW(segment) },
	{ "asterisk form", { .payload = "OPTIONS * HTTP/1.1\r\n\r\n" }, ROW(segment) },
	{ "authority form", { .payload = "CONNECT a.example:443 HTTP/1.1\r\n\r\n" }, ROW(segment) },
	{ "unregistered method", { .payload = "FROB_X-Y /a HTTP/1.1\r\n\r\n" }, ROW(segment) },
	{ "first byte of a method", { .payload = "P" }, ROW(segment) },
};

static void every_frame_has_one_outcome(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct packet_spec spec = cases[i].packet;

		if (!spec.sport)
			spec.sport = b->sport++;
		print_message("  %s\n", cases[i].name);
		(void)check_run(b, &spec, cases[i].row);
		assert_int_equal(rig_read(&b->rig), cases[i].row == ROW(segment));
	}
}

static void a_record_says_what_the_frame_said(void **state)
{
	struct packet_spec spec = { .payload = REQUEST, .seq = 0xfffffff0u, .tcp_flags = 0x18 };
	const struct yg_segment *seg;
	struct bench *b = *state;
	uint8_t want[16] = { [10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 10 };

	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(segment));
	seg = check_record(b);
	assert_int_equal(seg->source, YG_SOURCE_INGRESS);
	assert_int_equal(seg->bind, YG_BIND_SOCKET);
	assert_int_equal(seg->offset, 0xfffffff0u);
	assert_int_equal(seg->tcp_flags, 0x18);
	assert_int_equal(seg->payload_len, strlen(REQUEST));
	assert_int_equal(seg->data_len, strlen(REQUEST));
	assert_memory_equal(seg->data, REQUEST, strlen(REQUEST));
	assert_memory_equal(seg->key.saddr, want, sizeof(want));
	want[15] = 1;
	assert_memory_equal(seg->key.daddr, want, sizeof(want));
	assert_int_equal(ntohs(seg->key.sport), spec.sport);
	assert_int_equal(ntohs(seg->key.dport), 80);
	assert_int_equal(seg->tgid, 0);
	assert_int_equal(seg->object, 0);
	assert_true(seg->time_ns + SECOND_NS > rig_now_ns());
	assert_int_equal(b->rig.record_lens[0], YG_SEGMENT_HEAD + YG_SEGMENT_CLASS_0);
}

static void egress_says_egress(void **state)
{
	struct packet_spec spec = { .payload = RESPONSE };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	size_t len;

	spec.sport = b->sport++;
	len = packet_build(&spec, frame);
	rig_reset(&b->rig);
	assert_int_equal(rig_run(b->skel->progs.yg_tc_egress, frame, len), TC_NEXT);
	assert_int_equal(check_record(b)->source, YG_SOURCE_EGRESS);
	assert_int_equal(rig_counters(&b->rig).sample.response, 1);
}

static void records_are_reserved_by_size_class(void **state)
{
	const size_t lens[] = { 1, 256, 257, 1024, 1025, 2048 };
	const size_t classes[] = { 256, 256, 1024, 1024, 4096, 4096 };
	struct bench *b = *state;
	char payload[BUDGET];

	memset(payload, 'x', sizeof(payload));
	memcpy(payload, "GET /", 5);
	for (size_t i = 0; i < YG_ARRAY_SIZE(lens); i++) {
		struct packet_spec spec = { .payload = payload, .payload_len = lens[i] };

		spec.sport = b->sport++;
		(void)check_run(b, &spec, ROW(segment));
		(void)check_record(b);
		assert_int_equal(b->rig.record_lens[0], YG_SEGMENT_HEAD + classes[i]);
		assert_int_equal(b->rig.records[0].data_len, lens[i]);
		assert_memory_equal(b->rig.records[0].data, payload, lens[i]);
	}
}

/* Segments of one message take from one budget; the next message has its own. */
static void a_message_has_one_budget(void **state)
{
	char head[1000] = "POST /upload HTTP/1.1\r\nContent-Length: 3953\r\n\r\n", body[1000];
	struct packet_spec spec = { .payload = head, .payload_len = sizeof(head) };
	struct bench *b = *state;

	memset(body, 'b', sizeof(body));
	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(segment));
	assert_int_equal(check_record(b)->data_len, 1000);
	spec.payload = body;
	(void)check_run(b, &spec, ROW(segment));
	assert_int_equal(check_record(b)->data_len, 1000);
	(void)check_run(b, &spec, ROW(segment));
	assert_int_equal(check_record(b)->data_len, BUDGET - 2000);
	assert_int_equal(b->rig.records[0].payload_len, 1000);
	(void)check_run(b, &spec, ROW(skip_budget));
	assert_int_equal(rig_read(&b->rig), 0);
	spec.payload = head;
	(void)check_run(b, &spec, ROW(segment));
	assert_int_equal(check_record(b)->data_len, 1000);
}

static void the_end_of_a_known_flow_is_told(void **state)
{
	struct packet_spec spec = { .payload = REQUEST };
	const uint8_t flags[] = { FIN_ACK, RST };
	struct bench *b = *state;

	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(segment));
	spec.payload = NULL;
	for (size_t i = 0; i < YG_ARRAY_SIZE(flags); i++) {
		spec.tcp_flags = flags[i];
		(void)check_run(b, &spec, ROW(segment));
		assert_int_equal(check_record(b)->data_len, 0);
		assert_int_equal(b->rig.records[0].tcp_flags, flags[i]);
	}
}

/* The FIN on the last bytes of a body that is beyond its budget. */
static void an_end_beyond_the_budget_is_told(void **state)
{
	char body[BUDGET] = "POST / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n";
	struct packet_spec spec = { .payload = body, .payload_len = sizeof(body) };
	struct bench *b = *state;

	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(segment));
	spec.payload = "the end";
	spec.payload_len = 7;
	spec.tcp_flags = FIN_ACK;
	(void)check_run(b, &spec, ROW(segment));
	assert_int_equal(check_record(b)->data_len, 0);
	assert_int_equal(b->rig.records[0].payload_len, 7);
}

/* Ports are used again: what the last connection spoke says nothing of the next one. */
static void a_syn_of_this_host_is_told_and_ends_what_was_spoken(void **state)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
	struct packet_spec spec = { .payload = preface, .payload_len = sizeof(preface) - 1 };
	struct packet_spec syn = { .src = "192.0.2.1", .dst = "192.0.2.10", .tcp_flags = SYN_ACK };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	size_t len;

	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(segment));
	syn.sport = 80;
	syn.dport = spec.sport;
	(void)check_run(b, &syn, ROW(skip_empty)); /* from outside: anybody's */

	len = packet_build(&syn, frame);
	rig_reset(&b->rig);
	assert_int_equal(rig_run(b->skel->progs.yg_tc_egress, frame, len), TC_NEXT);
	assert_int_equal(check_record(b)->tcp_flags, SYN_ACK);

	spec.payload = REQUEST;
	spec.payload_len = 0;
	assert_int_equal(check_run(b, &spec, ROW(segment)).sample.request, 1);
}

static void a_syn_of_a_connection_never_heard_of_is_not(void **state)
{
	struct packet_spec syn = { .sport = 80, .tcp_flags = SYN_ACK };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	size_t len;

	syn.dport = b->sport++;
	len = packet_build(&syn, frame);
	rig_reset(&b->rig);
	assert_int_equal(rig_run(b->skel->progs.yg_tc_egress, frame, len), TC_NEXT);
	assert_int_equal(rig_counters(&b->rig).sample.skip_empty, 1);
	assert_int_equal(rig_read(&b->rig), 0);
}

static void an_end_without_bytes_is_no_record_of_tls(void **state)
{
	static const char record[] = "\x17\3\3\0\x20 of which this is the start";
	struct packet_spec spec = { .payload = record, .payload_len = sizeof(record) - 1 };
	struct bench *b = *state;

	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(skip_other)); /* from here on it is known for TLS */
	assert_int_equal(check_run(b, &spec, ROW(skip_other)).sample.tls_record, 1);
	spec.payload = NULL;
	spec.payload_len = 0;
	spec.tcp_flags = FIN_ACK;
	assert_int_equal(check_run(b, &spec, ROW(skip_empty)).sample.tls_record, 0);
}

/* One case: pieces of one direction, and how many request starts they are. */
static void check_pieces(struct bench *b, const char *const *pieces, size_t count, uint64_t want)
{
	struct packet_spec spec = { .sport = b->sport++ };
	uint64_t requests = 0;

	for (size_t i = 0; i < count; i++) {
		spec.payload = pieces[i];
		requests += check_run(b, &spec, ROW(segment)).sample.request;
		assert_int_equal(check_record(b)->data_len, strlen(pieces[i]));
	}
	assert_int_equal(requests, want);
}

/* Nobody hides a request by sending its method in pieces. */
static void a_request_in_pieces_is_one_request(void **state)
{
	const char *const halves[] = { "G", "ET /a HTTP/1.1\r\n\r\n" };
	const char *const bytes[] = { "G", "E", "T", " ", "/", "a HTTP/1.1\r\n\r\n" };
	const char *const late[] = { "GET", " /a HTTP/1.1\r\n\r\n" };
	const char *const second[] = { REQUEST, "PO", "ST /b HTTP/1.1\r\n\r\n" };
	const char *const longer[] = { "abcdefghijklmnopqrst", " /b HTTP/1.1\r\n\r\n" };
	const char *const longest[] = { "get-", "abcdefghijklmnopqrstuvwxyz /b HTTP/1.1\r\n\r\n" };
	const char *const targets[] = { "GET /ab", "cd HTTP/1.1\r\n\r\n" };
	struct bench *b = *state;

	check_pieces(b, halves, YG_ARRAY_SIZE(halves), 1);
	check_pieces(b, targets, YG_ARRAY_SIZE(targets), 1);
	check_pieces(b, bytes, YG_ARRAY_SIZE(bytes), 1);
	check_pieces(b, late, YG_ARRAY_SIZE(late), 1);
	check_pieces(b, second, YG_ARRAY_SIZE(second), 2);
	check_pieces(b, longer, YG_ARRAY_SIZE(longer), 1);
	check_pieces(b, longest, YG_ARRAY_SIZE(longest), 1);
}

/* What looked like the start of a method and was not is left alone from then on. */
static void a_false_start_is_left_alone(void **state)
{
	struct packet_spec spec = { .payload = "QUIT" };
	struct bench *b = *state;

	spec.sport = b->sport++;
	(void)check_run(b, &spec, ROW(segment));
	spec.payload = "\r\n250 bye";
	(void)check_run(b, &spec, ROW(skip_other));
	(void)check_run(b, &spec, ROW(skip_other));
}

static void nothing_is_read_while_the_daemon_is_silent(void **state)
{
	struct packet_spec spec = { .payload = REQUEST };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	struct yg_counters c;
	size_t len;

	spec.sport = b->sport++;
	len = packet_build(&spec, frame);
	rig_reset(&b->rig);
	rig_control(&b->rig, 11 * SECOND_NS, 10 * SECOND_NS, 0, 0);
	assert_int_equal(rig_run(b->skel->progs.yg_tc_ingress, frame, len), TC_NEXT);
	c = rig_counters(&b->rig);
	assert_int_equal(c.sample.skip_idle, 1);
	check_conservation(&c);
	assert_int_equal(rig_read(&b->rig), 0);
}

/* A full ring loses segments, and says which of them started messages. */
/* Run @spec as a frame that came in, or one that leaves. Return: the counters. */
static struct yg_counters run_frame(struct bench *b, const struct packet_spec *spec, bool leaves)
{
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(spec, frame);

	rig_reset(&b->rig);
	(void)rig_run(leaves ? b->skel->progs.yg_tc_egress : b->skel->progs.yg_tc_ingress, frame,
		      len);
	return rig_counters(&b->rig);
}

/*
 * More requests without a connection than the table holds; the body of a true one goes on. The
 * kernel's LRU gives rows that were looked up again a second chance, and made-up ones never are:
 * a table of its own for strangers was tried, and held nothing that this one loses.
 */
static void made_up_flows_do_not_evict_true_ones(void **state)
{
	const struct packet_spec first = { .payload = "POST / HTTP/1.1\r\n\r\n", .sport = 7 };
	const struct packet_spec answer = { .src = "192.0.2.1",
					    .dst = "192.0.2.10",
					    .payload = "HTTP/1.1 100 Continue\r\n\r\n",
					    .sport = 80,
					    .dport = 7 };
	struct packet_spec body = { .payload = "0123456789", .sport = 7, .seq = 19 };
	struct bench *b = *state;
	struct yg_counters c;

	assert_int_equal(run_frame(b, &first, false).sample.segment, 1);
	assert_int_equal(run_frame(b, &answer, true).sample.segment, 1);
	assert_int_equal(run_frame(b, &body, false).sample.segment, 1);
	rig_control(&b->rig, 0, 60 * SECOND_NS, 0, 1); /* none is chosen: no records to read */
	for (uint32_t i = 0; i < 2 * YG_STREAMS_MAX; i++) {
		char src[32];
		const struct packet_spec made_up = { .src = src, .payload = REQUEST };
		uint8_t frame[PACKET_CAP];

		(void)snprintf(src, sizeof(src), "10.%u.%u.%u", i >> 16, (i >> 8) & 0xff, i & 0xff);
		(void)rig_run(b->skel->progs.yg_tc_ingress, frame, packet_build(&made_up, frame));
	}
	rig_control(&b->rig, 0, SECOND_NS, 0, 0);
	body.seq += 10;
	c = run_frame(b, &body, false);
	assert_int_equal(c.sample.segment, 1);
	assert_int_equal(c.sample.skip_other, 0);
}

static void a_full_ring_is_counted(void **state)
{
	struct bench *b = bench_open();
	struct packet_spec spec = { .payload = REQUEST };
	uint8_t frame[PACKET_CAP];
	struct yg_counters c;

	(void)state;
	bench_load(b, 4096);
	for (uint16_t i = 0; i < 20; i++) {
		spec.sport = (uint16_t)(20000 + i);
		(void)rig_run(b->skel->progs.yg_tc_ingress, frame, build_next(b, &spec, frame));
	}
	spec.payload = RESPONSE;
	(void)rig_run(b->skel->progs.yg_tc_egress, frame, build_next(b, &spec, frame));
	c = rig_counters(&b->rig);
	check_conservation(&c);
	assert_int_equal(c.sample.rx, 21);
	assert_int_equal(c.sample.request, 20);
	assert_true(c.sample.lost_ring > 0);
	assert_int_equal(c.sample.lost_request + c.sample.lost_response, c.sample.lost_ring);
	assert_int_equal(c.sample.lost_response, 1);
	assert_int_equal(rig_read(&b->rig), c.sample.segment);
	bench_close(b);
}

/* Both directions of a flow are chosen alike, about as often as asked, and counted if not. */
static void sampling_chooses_flows(void **state)
{
	struct packet_spec spec = { .payload = REQUEST };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	struct yg_counters c;
	size_t len;

	rig_reset(&b->rig);
	for (uint16_t i = 0; i < 400; i++) {
		uint16_t port = (uint16_t)(30000 + i);
		size_t there, back;

		rig_control(&b->rig, 0, 10 * SECOND_NS, 0, 1u << 30);
		spec = (struct packet_spec){ .payload = REQUEST, .sport = port };
		len = build_next(b, &spec, frame);
		(void)rig_run(b->skel->progs.yg_tc_ingress, frame, len);
		there = rig_read(&b->rig);
		spec = (struct packet_spec){ .payload = RESPONSE,
					     .src = "192.0.2.1",
					     .dst = "192.0.2.10",
					     .sport = 80,
					     .dport = port };
		len = build_next(b, &spec, frame);
		(void)rig_run(b->skel->progs.yg_tc_egress, frame, len);
		back = rig_read(&b->rig);
		assert_int_equal(there, back);
		if (back)
			assert_int_equal(b->rig.records[0].sampled, 1u << 30);
	}
	c = rig_counters(&b->rig);
	check_conservation(&c);
	assert_int_equal(c.sample.request, 400);
	assert_in_range(c.sample.segment, 2 * 60, 2 * 140); /* 100 expected, 4.6 sigma */
	assert_int_equal(c.sample.skip_request, c.sample.skip_sampled / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_up_flows_do_not_evict_true_ones),
		cmocka_unit_test(every_frame_has_one_outcome),
		cmocka_unit_test(a_record_says_what_the_frame_said),
		cmocka_unit_test(egress_says_egress),
		cmocka_unit_test(records_are_reserved_by_size_class),
		cmocka_unit_test(a_message_has_one_budget),
		cmocka_unit_test(the_end_of_a_known_flow_is_told),
		cmocka_unit_test(an_end_beyond_the_budget_is_told),
		cmocka_unit_test(a_syn_of_this_host_is_told_and_ends_what_was_spoken),
		cmocka_unit_test(a_syn_of_a_connection_never_heard_of_is_not),
		cmocka_unit_test(an_end_without_bytes_is_no_record_of_tls),
		cmocka_unit_test(a_request_in_pieces_is_one_request),
		cmocka_unit_test(a_false_start_is_left_alone),
		cmocka_unit_test(nothing_is_read_while_the_daemon_is_silent),
		cmocka_unit_test(sampling_chooses_flows),
	};
	const struct CMUnitTest own[] = {
		cmocka_unit_test(a_full_ring_is_counted),
	};
	int failed;

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	failed = cmocka_run_group_tests_name("bpf/sample", tests, set_up, tear_down);
	return failed + cmocka_run_group_tests_name("bpf/sample ring", own, NULL, NULL);
}
