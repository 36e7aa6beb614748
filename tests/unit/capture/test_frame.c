/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define FIN   0x01
#define SYN   0x02
#define RST   0x04
#define PSH   0x08
#define ACK   0x10
#define TCP   6
#define UDP   17
#define HOP   0
#define ROUTE 43
#define FRAG  44
#define AUTH  51
#define DST   60
#define WHOLE 0xffffu /* nothing is cut */

/* What a frame is made of. Zero means the plain thing: Ethernet, no tag, IPv4, TCP. */
struct shape {
	enum yg_link link;
	uint8_t tags;	       /* VLAN tags */
	uint16_t type;	       /* ethertype, 0: of the IP version */
	bool v6;	       /* IPv6 */
	uint8_t options;       /* IPv4: 32-bit words of options */
	uint8_t extensions[8]; /* IPv6: header numbers, ended by TCP or UDP */
	uint8_t proto;	       /* IPv4: 0 is TCP */
	uint16_t fragment;     /* flags and offset field as on the wire */
	uint8_t tcp_words;     /* TCP header in 32-bit words; 0 is 5 */
	uint8_t flags;	       /* 0 is PSH|ACK */
	uint16_t payload;      /* bytes */
	uint16_t zero_length;  /* 1: IP length 0 */
	uint16_t padding;      /* bytes after the IP packet */
	uint16_t captured;     /* 0 is WHOLE; else frame is cut there */
};

struct build {
	uint8_t bytes[1024];
	size_t len;
};

static void put(struct build *b, const void *data, size_t len)
{
	memcpy(b->bytes + b->len, data, len);
	b->len += len;
}

static void put16(struct build *b, unsigned int value)
{
	put(b, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

static void put32(struct build *b, uint32_t value)
{
	put16(b, value >> 16);
	put16(b, value & 0xffff);
}

static void put_zeros(struct build *b, size_t len)
{
	memset(b->bytes + b->len, 0, len);
	b->len += len;
}

static void put_link(struct build *b, const struct shape *s)
{
	unsigned int type = s->type ? s->type : s->v6 ? 0x86dd : 0x0800;
	unsigned int first = s->tags ? 0x8100 : type;

	switch (s->link) {
	case YG_LINK_ETHERNET:
		put_zeros(b, 12);
		put16(b, first);
		break;
	case YG_LINK_SLL:
		put_zeros(b, 14);
		put16(b, first);
		break;
	case YG_LINK_SLL2:
		put16(b, first);
		put_zeros(b, 18);
		break;
	case YG_LINK_NULL: /* a little-endian writer */
		put(b, (uint8_t[]){ s->v6 ? 30 : 2, 0, 0, 0 }, 4);
		break;
	case YG_LINK_LOOP:
		put32(b, s->v6 ? 24 : 2);
		break;
	case YG_LINK_RAW:
	default:
		break;
	}
	for (unsigned int i = 1; i <= s->tags; i++) {
		put16(b, i);
		put16(b, i == s->tags ? type : 0x88a8);
	}
}

static void put_tcp(struct build *b, const struct shape *s)
{
	unsigned int words = s->tcp_words ? s->tcp_words : 5;

	put16(b, 40000);
	put16(b, 80);
	put32(b, 0x01020304);
	put32(b, 0x0a0b0c0d);
	put(b, (uint8_t[]){ (uint8_t)(words << 4), s->flags ? s->flags : PSH | ACK }, 2);
	put_zeros(b, 6 + (words > 5 ? (words - 5) * 4 : 0));
	for (unsigned int i = 0; i < s->payload; i++)
		put(b, &(uint8_t){ (uint8_t)('a' + i % 26) }, 1);
}

static void put_v4(struct build *b, const struct shape *s)
{
	size_t at = b->len, total;

	put(b, (uint8_t[]){ (uint8_t)(0x45 + s->options), 0 }, 2);
	put16(b, 0);
	put16(b, 0);
	put16(b, s->fragment);
	put(b, (uint8_t[]){ 64, s->proto ? s->proto : TCP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 }, 12);
	put_zeros(b, s->options * 4u);
	put_tcp(b, s);
	total = s->zero_length ? 0 : b->len - at;
	b->bytes[at + 2] = (uint8_t)(total >> 8);
	b->bytes[at + 3] = (uint8_t)total;
}

static void put_extension(struct build *b, uint8_t kind, uint8_t next, uint16_t fragment)
{
	if (kind == FRAG) {
		put(b, (uint8_t[]){ next, 0 }, 2);
		put16(b, fragment);
		put32(b, 7);
	} else {
		/* 16 bytes: 4-byte words minus 2 for AH, 8-byte words minus 1 for the others */
		put(b, (uint8_t[]){ next, kind == AUTH ? 2 : 1 }, 2);
		put_zeros(b, 14);
	}
}

static void put_v6(struct build *b, const struct shape *s)
{
	uint8_t first = s->extensions[0] || s->extensions[1] ? s->extensions[0] : TCP;
	size_t at = b->len, len;

	put32(b, 0x60000000);
	put16(b, 0);
	put(b, (uint8_t[]){ first, 64 }, 2);
	put_zeros(b, 15);
	put(b, (uint8_t[]){ 1 }, 1);
	put_zeros(b, 15);
	put(b, (uint8_t[]){ 2 }, 1);
	for (size_t i = 0; first != TCP && s->extensions[i] != TCP && s->extensions[i] != UDP; i++)
		put_extension(b, s->extensions[i], s->extensions[i + 1], s->fragment);
	put_tcp(b, s);
	len = s->zero_length ? 0 : b->len - at - 40;
	b->bytes[at + 4] = (uint8_t)(len >> 8);
	b->bytes[at + 5] = (uint8_t)len;
}

static void build(struct build *b, const struct shape *s)
{
	b->len = 0;
	put_link(b, s);
	if (s->v6)
		put_v6(b, s);
	else
		put_v4(b, s);
	put_zeros(b, s->padding);
}

#define SEGMENT	 YG_FRAME_ROW_SEGMENT
#define PROTO	 YG_FRAME_ROW_SKIP_PROTO
#define FRAGMENT YG_FRAME_ROW_SKIP_FRAGMENT
#define EMPTY	 YG_FRAME_ROW_SKIP_EMPTY
#define LOST	 YG_FRAME_ROW_LOST_HEADER

static const struct {
	const char *name;
	struct shape shape;
	enum yg_frame_row want;
	uint32_t data_len; /* of a segment; payload_len is shape.payload */
} cases[] = {
	{ "plain", { .payload = 10 }, SEGMENT, 10 },
	{ "one tag", { .tags = 1, .payload = 10 }, SEGMENT, 10 },
	{ "two tags", { .tags = 2, .payload = 10 }, SEGMENT, 10 },
	{ "three tags", { .tags = 3, .payload = 10 }, PROTO, 0 },
	{ "tag cut", { .tags = 2, .payload = 10, .captured = 20 }, LOST, 0 },
	{ "ARP", { .type = 0x0806, .payload = 10 }, PROTO, 0 },
	{ "no PPPoE", { .type = 0x8864, .payload = 10 }, PROTO, 0 },
	{ "no PPPoE behind two tags", { .tags = 2, .type = 0x8864, .payload = 10 }, PROTO, 0 },
	{ "MPLS", { .type = 0x8847, .payload = 10 }, PROTO, 0 },
	{ "UDP", { .proto = UDP, .payload = 10 }, PROTO, 0 },
	{ "Ethernet cut", { .payload = 10, .captured = 13 }, LOST, 0 },
	{ "IPv4 cut", { .payload = 10, .captured = 33 }, LOST, 0 },
	{ "IPv4 options", { .options = 10, .payload = 10 }, SEGMENT, 10 },
	{ "IPv4 options cut", { .options = 10, .payload = 10, .captured = 60 }, LOST, 0 },
	{ "first fragment", { .fragment = 0x2000, .payload = 10 }, FRAGMENT, 0 },
	{ "later fragment", { .fragment = 0x0010, .payload = 10 }, FRAGMENT, 0 },
	{ "fragment of UDP", { .proto = UDP, .fragment = 0x2000, .payload = 10 }, FRAGMENT, 0 },
	{ "do not fragment", { .fragment = 0x4000, .payload = 10 }, SEGMENT, 10 },
	{ "TCP cut", { .payload = 10, .captured = 53 }, LOST, 0 },
	{ "TCP header too short", { .tcp_words = 4, .payload = 10 }, LOST, 0 },
	{ "TCP options", { .tcp_words = 15, .payload = 10 }, SEGMENT, 10 },
	{ "TCP options cut", { .tcp_words = 15, .payload = 10, .captured = 60 }, SEGMENT, 0 },
	{ "payload cut", { .payload = 10, .captured = 57 }, SEGMENT, 3 },
	{ "nothing of the payload", { .payload = 10, .captured = 54 }, SEGMENT, 0 },
	{ "ACK", { .flags = ACK }, EMPTY, 0 },
	{ "SYN", { .flags = SYN }, SEGMENT, 0 },
	{ "FIN", { .flags = FIN | ACK }, SEGMENT, 0 },
	{ "RST", { .flags = RST }, SEGMENT, 0 },
	{ "padding is no payload", { .flags = ACK, .padding = 6 }, EMPTY, 0 },
	{ "IPv4 length zero", { .payload = 10, .zero_length = 1 }, SEGMENT, 10 },
	{ "IPv6", { .v6 = true, .payload = 10 }, SEGMENT, 10 },
	{ "IPv6 tagged", { .v6 = true, .tags = 2, .payload = 10 }, SEGMENT, 10 },
	{ "IPv6 cut", { .v6 = true, .payload = 10, .captured = 53 }, LOST, 0 },
	{ "IPv6 length zero", { .v6 = true, .payload = 10, .zero_length = 1 }, SEGMENT, 10 },
	{ "IPv6 extensions",
	  { .v6 = true, .extensions = { HOP, ROUTE, DST, TCP }, .payload = 10 },
	  SEGMENT,
	  10 },
	{ "IPv6 mobility", { .v6 = true, .extensions = { 135, TCP }, .payload = 10 }, SEGMENT, 10 },
	{ "IPv6 authentication",
	  { .v6 = true, .extensions = { AUTH, TCP }, .payload = 10 },
	  SEGMENT,
	  10 },
	{ "IPv6 six extensions",
	  { .v6 = true, .extensions = { HOP, DST, DST, DST, DST, DST, TCP }, .payload = 10 },
	  SEGMENT,
	  10 },
	{ "IPv6 seven extensions",
	  { .v6 = true, .extensions = { HOP, DST, DST, DST, DST, DST, DST, TCP }, .payload = 10 },
	  PROTO,
	  0 },
	{ "IPv6 extension cut",
	  { .v6 = true, .extensions = { DST, TCP }, .payload = 10, .captured = 60 },
	  LOST,
	  0 },
	{ "IPv6 extension cut in its body",
	  { .v6 = true, .extensions = { DST, TCP }, .payload = 10, .captured = 69 },
	  LOST,
	  0 },
	{ "IPv6 UDP", { .v6 = true, .extensions = { DST, UDP }, .payload = 10 }, PROTO, 0 },
	{ "IPv6 first fragment",
	  { .v6 = true, .extensions = { FRAG, TCP }, .fragment = 1, .payload = 10 },
	  FRAGMENT,
	  0 },
	{ "IPv6 later fragment",
	  { .v6 = true, .extensions = { FRAG, TCP }, .fragment = 8, .payload = 10 },
	  FRAGMENT,
	  0 },
	{ "IPv6 atomic fragment",
	  { .v6 = true, .extensions = { FRAG, TCP }, .payload = 10 },
	  SEGMENT,
	  10 },
	{ "raw IPv4", { .link = YG_LINK_RAW, .payload = 10 }, SEGMENT, 10 },
	{ "raw IPv6", { .link = YG_LINK_RAW, .v6 = true, .payload = 10 }, SEGMENT, 10 },
	{ "cooked", { .link = YG_LINK_SLL, .payload = 10 }, SEGMENT, 10 },
	{ "cooked with a tag", { .link = YG_LINK_SLL, .tags = 1, .payload = 10 }, SEGMENT, 10 },
	{ "cooked cut", { .link = YG_LINK_SLL, .payload = 10, .captured = 15 }, LOST, 0 },
	{ "cooked v2", { .link = YG_LINK_SLL2, .v6 = true, .payload = 10 }, SEGMENT, 10 },
	{ "cooked v2 cut", { .link = YG_LINK_SLL2, .payload = 10, .captured = 19 }, LOST, 0 },
	{ "loopback, little endian", { .link = YG_LINK_NULL, .payload = 10 }, SEGMENT, 10 },
	{ "loopback, IPv6 of Darwin",
	  { .link = YG_LINK_NULL, .v6 = true, .payload = 10 },
	  SEGMENT,
	  10 },
	{ "loopback cut", { .link = YG_LINK_NULL, .payload = 10, .captured = 3 }, LOST, 0 },
	{ "loopback of OpenBSD", { .link = YG_LINK_LOOP, .v6 = true, .payload = 10 }, SEGMENT, 10 },
	{ "unknown link", { .link = YG_LINK_MAX, .payload = 10 }, PROTO, 0 },
};

static enum yg_frame_row decode(const struct guard *in, enum yg_link link, uint32_t wire_len,
				struct yg_segment *ret, const uint8_t **ret_data)
{
	const struct yg_frame frame = {
		.time_ns = 99,
		.data = (const uint8_t *)in->ptr,
		.data_len = (uint32_t)in->len,
		.wire_len = wire_len,
		.link = link,
	};

	return yg_frame_decode(&frame, ret, ret_data);
}

static void gives_each_frame_its_outcome(void **state)
{
	static struct yg_segment segment;

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct shape *s = &cases[i].shape;
		struct build b;
		const uint8_t *data = NULL;

		print_message("  %s\n", cases[i].name);
		build(&b, s);
		{
			size_t cap = s->captured ? s->captured : b.len;
			GUARD_CLEANUP struct guard in = guard_copy(b.bytes, cap);

			assert_int_equal(decode(&in, s->link, (uint32_t)b.len, &segment, &data),
					 cases[i].want);
			if (cases[i].want != SEGMENT)
				continue;
			assert_int_equal(segment.payload_len, s->payload);
			assert_int_equal(segment.data_len, cases[i].data_len);
			assert_true(data >= (uint8_t *)in.ptr);
			if (segment.data_len > 0)
				assert_memory_equal(data, "abcdefghij", segment.data_len);
		}
	}
}

static void fills_the_segment(void **state)
{
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 };
	static struct yg_segment segment;
	const struct shape shape = { .payload = 4 };
	struct build b;
	const uint8_t *data;

	(void)state;

	build(&b, &shape);
	{
		GUARD_CLEANUP struct guard in = guard_copy(b.bytes, b.len);

		assert_int_equal(decode(&in, YG_LINK_ETHERNET, (uint32_t)b.len, &segment, &data),
				 SEGMENT);
	}
	assert_int_equal(segment.time_ns, 99);
	assert_int_equal(segment.offset, 0x01020304);
	assert_int_equal(segment.ack, 0x0a0b0c0d);
	assert_int_equal(segment.tcp_flags, PSH | ACK);
	assert_memory_equal(segment.key.saddr, v4, sizeof(v4));
	assert_int_equal(__builtin_bswap16(segment.key.sport), 40000);
	assert_int_equal(__builtin_bswap16(segment.key.dport), 80);
	assert_int_equal(segment.key.ifindex, 0);
	assert_int_equal(segment.source, YG_SOURCE_FILE);
	assert_int_equal(segment.bind, YG_BIND_SOCKET);
}

/* A tool may have cut a frame and its length on the wire: still a gap, not a broken header. */
static void takes_a_short_frame_for_a_gap(void **state)
{
	static struct yg_segment segment;
	const struct shape shape = { .payload = 100 };
	struct build b;
	const uint8_t *data;

	(void)state;

	build(&b, &shape);
	{
		GUARD_CLEANUP struct guard in = guard_copy(b.bytes, b.len - 60);

		assert_int_equal(
			decode(&in, YG_LINK_ETHERNET, (uint32_t)b.len - 60, &segment, &data),
			SEGMENT);
	}
	assert_int_equal(segment.payload_len, 100);
	assert_int_equal(segment.data_len, 40);
}

/* A zero IP length means the length on the wire, also when the capture is cut. */
static void measures_by_the_wire(void **state)
{
	static struct yg_segment segment;
	const struct shape shape = { .payload = 100, .zero_length = 1 };
	struct build b;
	const uint8_t *data;

	(void)state;

	build(&b, &shape);
	{
		GUARD_CLEANUP struct guard in = guard_copy(b.bytes, b.len - 60);

		assert_int_equal(decode(&in, YG_LINK_ETHERNET, (uint32_t)b.len, &segment, &data),
				 SEGMENT);
	}
	assert_int_equal(segment.payload_len, 100);
	assert_int_equal(segment.data_len, 40);
}

/* Every cut and every flipped byte of every shape: one outcome, no read beyond the frame. */
static void conserves_frames(void **state)
{
	static struct yg_segment segment;
	struct yg_sample_counters c = { 0 };
	uint64_t fed = 0;

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct build b;

		build(&b, &cases[i].shape);
		for (size_t cap = 0; cap <= b.len; cap++) {
			GUARD_CLEANUP struct guard in = guard_copy(b.bytes, cap);
			const uint8_t *data;

			if (cap > 0)
				in.ptr[(i * 7 + 13) % cap] ^= (char)(i + cap * 31);
			yg_frame_count(&c, decode(&in, cases[i].shape.link, (uint32_t)b.len,
						  &segment, &data));
			fed++;
		}
	}
	assert_int_equal(c.rx, fed);
	assert_int_equal(c.rx,
			 c.segment + c.skip_proto + c.skip_fragment + c.skip_empty + c.lost_header);
	assert_true(c.segment > 0 && c.skip_proto > 0 && c.skip_fragment > 0 && c.skip_empty > 0 &&
		    c.lost_header > 0);
}

static const struct shape plain = { .payload = 10 }, six = { .v6 = true, .payload = 10 },
			  tag = { .tags = 1, .payload = 10 }, tags = { .tags = 2, .payload = 10 },
			  ack = { .flags = ACK }, udp = { .proto = UDP, .payload = 10 },
			  fragment = { .fragment = 0x2000, .payload = 10 },
			  tunnel = { .proto = 4, .payload = 10 },
			  long_six = { .v6 = true,
				       .extensions = { HOP, AUTH, DST, TCP },
				       .payload = 10 };

#define HEAD(bytes)	 (bytes), sizeof(bytes) - 1
#define VXLAN(port, bit) HEAD("\xc0\0" port "\0\0\0\0" bit "\0\0\0\0\0\7\0")
#define GENEVE(first)	 HEAD("\xc0\0\x17\xc1\0\0\0\0" first "\0\x08\0\0\0\7\0")
#define GENEVE_FRAME	 "\0\x65\x58\0\0\7\0........"
#define MIRROR		 "\x10\0\x88\xbe....\x10......."
#define IN_IP(protocol)	 "............\x08\0\x45.\0\0..\0\0\x40" protocol ".........."
#define IN_VXLAN	 IN_IP("\x11") "\xc0\0\x12\xb5\0\0\0\0\x08\0\0\0\0\0\7\0"
#define V6		 1 /* outside */
#define FRAME		 2 /* Ethernet inside */
#define LINK		 4 /* the head begins with the ethertype */

/* A packet around @head and a packet or an Ethernet frame. */
static const struct {
	const char *name;
	const char *head; /* [head_len] */
	uint8_t head_len, protocol, flags;
	const struct shape *inner;
	enum yg_frame_row want;
} tunnels[] = {
	{ "IPv4 in IPv4", HEAD(""), 4, 0, &plain, SEGMENT },
	{ "IPv6 in IPv4", HEAD(""), 41, 0, &six, SEGMENT },
	{ "IPv4 in IPv6", HEAD(""), 4, V6, &plain, SEGMENT },
	{ "IPv6 in IPv6", HEAD(""), 41, V6, &six, SEGMENT },
	{ "extension headers outside", HEAD("\4\0\4\1\0\1\1\0"), DST, V6, &plain, SEGMENT },
	{ "extension headers inside", HEAD(""), 41, 0, &long_six, SEGMENT },
	{ "a fragment inside", HEAD(""), 4, 0, &fragment, FRAGMENT },
	{ "IPv6 bytes as IPv4", HEAD(""), 4, 0, &six, LOST },
	{ "UDP inside", HEAD(""), 4, 0, &udp, PROTO },
	{ "a tunnel inside", HEAD(""), 4, 0, &tunnel, PROTO },
	{ "an ACK inside", HEAD(""), 4, 0, &ack, EMPTY },
	{ "GRE", HEAD("\0\0\x08\0"), 47, 0, &plain, SEGMENT },
	{ "GRE with IPv6 inside", HEAD("\0\0\x86\xdd"), 47, V6, &six, SEGMENT },
	{ "GRE with a checksum", HEAD("\x80\0\x08\0...."), 47, 0, &plain, SEGMENT },
	{ "GRE with a key", HEAD("\x20\0\x08\0...."), 47, 0, &plain, SEGMENT },
	{ "GRE with a sequence number", HEAD("\x10\0\x08\0...."), 47, 0, &plain, SEGMENT },
	{ "GRE with all, tags inside", HEAD("\xb0\0\x65\x58............"), 47, FRAME, &tags,
	  SEGMENT },
	{ "GRE with routing", HEAD("\x40\0\x08\0...."), 47, 0, &plain, PROTO },
	{ "GRE of another version", HEAD("\0\1\x08\0"), 47, 0, &plain, PROTO },
	{ "GRE with neither IP nor Ethernet", HEAD("\0\0\x88\x47"), 47, 0, &plain, PROTO },
	{ "ERSPAN I", HEAD("\0\0\x88\xbe"), 47, FRAME, &plain, SEGMENT },
	{ "ERSPAN II", HEAD(MIRROR), 47, FRAME, &tag, SEGMENT },
	{ "ERSPAN III", HEAD("\x10\0\x22\xeb....\x20..........\0"), 47, FRAME, &plain, SEGMENT },
	{ "ERSPAN III with more", HEAD("\x10\0\x22\xeb....\x20..........\1........"), 47, FRAME,
	  &plain, SEGMENT },
	{ "VXLAN in ERSPAN", HEAD(MIRROR IN_VXLAN), 47, V6 | FRAME, &plain, SEGMENT },
	{ "ERSPAN in ERSPAN", HEAD(MIRROR IN_IP("\x2f") MIRROR), 47, FRAME, &plain, SEGMENT },
	{ "VXLAN in ERSPAN in ERSPAN", HEAD(MIRROR IN_IP("\x2f") MIRROR IN_VXLAN), 47, FRAME,
	  &plain, PROTO },
	{ "VXLAN", VXLAN("\x12\xb5", "\x08"), UDP, FRAME, &plain, SEGMENT },
	{ "VXLAN over IPv6, a tag inside", VXLAN("\x12\xb5", "\x08"), UDP, V6 | FRAME, &tag,
	  SEGMENT },
	{ "VXLAN on Linux's port", VXLAN("\x21\x18", "\x08"), UDP, FRAME, &plain, SEGMENT },
	{ "VXLAN with a group", VXLAN("\x12\xb5", "\x88"), UDP, FRAME, &plain, SEGMENT },
	{ "VXLAN without an identifier", VXLAN("\x12\xb5", "\0"), UDP, FRAME, &plain, PROTO },
	{ "VXLAN with unknown bits", VXLAN("\x12\xb5", "\x0c"), UDP, FRAME, &plain, PROTO },
	{ "a port of something else", VXLAN("\x12\xb6", "\x08"), UDP, FRAME, &plain, PROTO },
	{ "GENEVE with IP inside", GENEVE("\0"), UDP, 0, &plain, SEGMENT },
	{ "GENEVE with options and a frame inside", HEAD("\xc0\0\x17\xc1\0\0\0\0\2" GENEVE_FRAME),
	  UDP, V6 | FRAME, &plain, SEGMENT },
	{ "GENEVE with too many options", GENEVE("\x3f"), UDP, 0, &plain, LOST },
	{ "GENEVE of another version", GENEVE("\x40"), UDP, 0, &plain, PROTO },
	{ "a label", HEAD("\x88\x47\0\0\x11\x40"), 0, LINK, &plain, SEGMENT },
	{ "two labels behind a tag", HEAD("\x81\0\0\1\x88\x47\0\0\x10\x40\0\0\x21\x40"), 0, LINK,
	  &six, SEGMENT },
	{ "nine labels", HEAD("\x88\x47........................................"), 0, LINK, &plain,
	  PROTO },
	{ "a label before something else", HEAD("\x88\x47\0\0\x11\x40\0"), 0, LINK, &plain, PROTO },
	{ "PPPoE", HEAD("\x88\x64\x11\0\0\1\0\0\0\x21"), 0, LINK, &plain, SEGMENT },
	{ "PPPoE with IPv6", HEAD("\x88\x64\x11\0\0\1\0\0\0\x57"), 0, LINK, &six, SEGMENT },
	{ "PPPoE that negotiates", HEAD("\x88\x64\x11\0\0\1\0\0\xc0\x21"), 0, LINK, &plain, PROTO },
	{ "PPPoE of another version", HEAD("\x88\x64\x22\0\0\1\0\0\0\x21"), 0, LINK, &plain,
	  PROTO },
	{ "an older tag", HEAD("\x91\0\0\1\x81\0\0\2\x08\0"), 0, LINK, &plain, SEGMENT },
};

static void build_tunnel(struct build *b, size_t i)
{
	struct build inner;
	bool v6 = tunnels[i].flags & V6;
	size_t skip = tunnels[i].flags & FRAME ? 0 : 14, len;

	build(&inner, tunnels[i].inner);
	len = tunnels[i].head_len + inner.len - skip;
	b->len = 0;
	if (tunnels[i].flags & LINK)
		put_zeros(b, 12);
	else
		put_link(b, &(struct shape){ .v6 = v6 });
	if (v6) {
		put32(b, 0x60000000);
		put16(b, (unsigned int)len);
		put(b, (uint8_t[]){ tunnels[i].protocol, 64 }, 2);
		put_zeros(b, 32);
	} else if (!(tunnels[i].flags & LINK)) {
		put(b, (uint8_t[]){ 0x45, 0 }, 2);
		put16(b, (unsigned int)(20 + len));
		put(b, (uint8_t[]){ 0, 0, 0, 0, 64, tunnels[i].protocol }, 6);
		put(b, (uint8_t[]){ 0, 0, 10, 9, 0, 1, 10, 9, 0, 2 }, 10);
	}
	put(b, tunnels[i].head, tunnels[i].head_len);
	put(b, inner.bytes + skip, inner.len - skip);
}

/* As bpf/tunnel.bpf.h has it; wherever such a frame ends, it has one outcome and is read inside. */
static void looks_into_tunnels(void **state)
{
	static struct yg_segment segment;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(tunnels); i++) {
		const struct shape *inner = tunnels[i].inner;
		struct build b;
		const uint8_t *data;

		print_message("  %s\n", tunnels[i].name);
		build_tunnel(&b, i);
		for (size_t cap = 0; cap <= b.len; cap++) {
			GUARD_CLEANUP struct guard in = guard_copy(b.bytes, cap);
			enum yg_frame_row row =
				decode(&in, YG_LINK_ETHERNET, (uint32_t)b.len, &segment, &data);

			assert_true(cap < b.len || row == tunnels[i].want);
			if (row != SEGMENT)
				continue;
			assert_int_equal(tunnels[i].want, SEGMENT);
			assert_int_equal(segment.payload_len, inner->payload);
			assert_int_equal(segment.key.saddr[15], 1);
			assert_int_equal(segment.key.saddr[12], inner->v6 ? 0 : 10);
			assert_int_equal(segment.key.saddr[13], 0); /* outside it is 9 */
		}
	}
}

static void knows_its_link_types(void **state)
{
	enum yg_link link = YG_LINK_MAX;

	(void)state;

	assert_int_equal(yg_link_from_dlt(1, &link), 0);
	assert_int_equal(link, YG_LINK_ETHERNET);
	assert_int_equal(yg_link_from_dlt(276, &link), 0);
	assert_int_equal(link, YG_LINK_SLL2);
	/* 4-byte FCS, told by the upper bits: draft-ietf-opsawg-pcap section 4 */
	assert_int_equal(yg_link_from_dlt(0x24000001, &link), 0);
	assert_int_equal(link, YG_LINK_ETHERNET);
	assert_int_equal(yg_link_from_dlt(127, &link), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_frame_its_outcome),
		cmocka_unit_test(fills_the_segment),
		cmocka_unit_test(takes_a_short_frame_for_a_gap),
		cmocka_unit_test(measures_by_the_wire),
		cmocka_unit_test(conserves_frames),
		cmocka_unit_test(looks_into_tunnels),
		cmocka_unit_test(knows_its_link_types),
	};

	return cmocka_run_group_tests_name("capture/frame", tests, NULL, NULL);
}
