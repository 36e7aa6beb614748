/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/encap.h"

#include <string.h>

#include "capture/frame.h"
#include "test.h"

#define ETHER(type) 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (type) >> 8, (type)&0xff
/* A length of 0: that of the frame. */
#define IP4(protocol)	0x45, 0, 0, 0, 0, 0, 0, 0, 64, (protocol), 0, 0, 10, 9, 0, 1, 10, 9, 0, 2
#define OUTER(protocol) ETHER(0x0800), IP4(protocol)
#define UDP(port)	OUTER(17), 0x30, 0, (port) >> 8, (port)&0xff, 0, 0, 0, 0
#define INSIDE		0x45, 0, 0, 45, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2
#define SEGMENT		YG_FRAME_ROW_SEGMENT
#define PROTO		YG_FRAME_ROW_SKIP_PROTO
#define BYTES_MAX	120u

static const uint8_t packet[] = { INSIDE, 0x9c, 0x40, 0,    80, 0, 0, 0, 1,   0,   0,	0,   1,
				  0x50,	  0x18, 0xff, 0xff, 0,	0, 0, 0, 'G', 'E', 'T', ' ', '/' };

static const struct {
	const char *name;
	enum yg_link link;
	uint8_t len; /* of head */
	uint8_t head[BYTES_MAX];
	enum yg_frame_row want;
	enum yg_other other; /* for PROTO */
} cases[] = {
#define HEAD(link, ...)                           \
	link, sizeof((uint8_t[]){ __VA_ARGS__ }), \
	{                                         \
		__VA_ARGS__                       \
	}
#define IN_ETHERNET(...) HEAD(YG_LINK_ETHERNET, __VA_ARGS__)
	{ "GTP-U", IN_ETHERNET(UDP(2152), 0x30, 255, 0, 45, 0, 0, 0, 7), SEGMENT, 0 },
	{ "GTP-U, sequence", IN_ETHERNET(UDP(2152), 0x32, 255, 0, 49, 0, 0, 0, 7, 0, 1, 0, 0),
	  SEGMENT, 0 },
	{ "GTP-U, two extension headers",
	  IN_ETHERNET(UDP(2152), 0x34, 255, 0, 57, 0, 0, 0, 7, 0, 0, 0, 0x85, 1, 0x10, 9, 0x85, 1,
		      0, 9, 0),
	  SEGMENT, 0 },
	{ "GTP-U, an extension header of nothing",
	  IN_ETHERNET(UDP(2152), 0x34, 255, 0, 57, 0, 0, 0, 7, 0, 0, 0, 0x85, 0, 0, 0, 0), PROTO,
	  YG_OTHER_GTP },
	{ "GTP-U, five extension headers",
	  IN_ETHERNET(UDP(2152), 0x34, 255, 0, 57, 0, 0, 0, 7, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1,
		      1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0),
	  PROTO, YG_OTHER_GTP },
	{ "GTP-U, an echo", IN_ETHERNET(UDP(2152), 0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0), PROTO,
	  YG_OTHER_GTP },
	{ "GTP'", IN_ETHERNET(UDP(2152), 0x20, 255, 0, 45, 0, 0, 0, 7), PROTO, YG_OTHER_GTP },
	{ "VXLAN-GPE, IPv4", IN_ETHERNET(UDP(4790), 0x0c, 0, 0, 1, 0, 0, 7, 0), SEGMENT, 0 },
	{ "VXLAN-GPE, Ethernet", IN_ETHERNET(UDP(4790), 0x0c, 0, 0, 3, 0, 0, 7, 0, ETHER(0x0800)),
	  SEGMENT, 0 },
	{ "VXLAN-GPE, NSH", IN_ETHERNET(UDP(4790), 0x0c, 0, 0, 4, 0, 0, 7, 0), PROTO,
	  YG_OTHER_VXLAN },
	{ "VXLAN in VXLAN",
	  IN_ETHERNET(UDP(4789), 8, 0, 0, 0, 0, 0, 7, 0, UDP(4789), 8, 0, 0, 0, 0, 0, 7, 0,
		      ETHER(0x0800)),
	  PROTO, YG_OTHER_VXLAN },
	{ "ARP in VXLAN", IN_ETHERNET(UDP(4789), 8, 0, 0, 0, 0, 0, 7, 0, ETHER(0x0806)), PROTO,
	  YG_OTHER_ARP },
	{ "MPLS in UDP", IN_ETHERNET(UDP(6635), 0, 1, 1, 64), SEGMENT, 0 },
	{ "MPLS in GRE", IN_ETHERNET(OUTER(47), 0, 0, 0x88, 0x47, 0, 1, 1, 64), SEGMENT, 0 },
	{ "a pseudowire", IN_ETHERNET(ETHER(0x8847), 0, 1, 1, 64, 0, 0, 0, 0, ETHER(0x0800)), PROTO,
	  YG_OTHER_MPLS },
	{ "GRE of PPTP", IN_ETHERNET(OUTER(47), 0x30, 1, 0x88, 0x0b), PROTO, YG_OTHER_GRE },
	{ "AH",
	  IN_ETHERNET(OUTER(51), 4, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		      11, 12),
	  SEGMENT, 0 },
	{ "ESP", IN_ETHERNET(OUTER(50)), PROTO, YG_OTHER_ESP },
	{ "ESP in UDP", IN_ETHERNET(UDP(4500)), PROTO, YG_OTHER_ESP_IN_UDP },
	{ "PPP", HEAD(YG_LINK_PPP, 0xff, 3, 0, 0x21), SEGMENT, 0 },
	{ "PPP, all agreed away", HEAD(YG_LINK_PPP, 0x21), SEGMENT, 0 },
	{ "PPP control", HEAD(YG_LINK_PPP, 0xff, 3, 0xc0, 0x21), PROTO, YG_OTHER_ETHERTYPE },
	{ "Cisco HDLC", HEAD(YG_LINK_HDLC, 0x0f, 0, 8, 0), SEGMENT, 0 },
	{ "MPLS alone", HEAD(YG_LINK_MPLS, 0, 1, 0, 64, 0, 2, 1, 64), SEGMENT, 0 },
	{ "an unknown link", HEAD(YG_LINK_MAX, 0), PROTO, YG_OTHER_LINK },
};

static void looks_inside_or_names_it(void **state)
{
	static struct yg_segment segment;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		uint8_t bytes[BYTES_MAX + sizeof(packet)];
		const size_t len = cases[i].len + sizeof(packet);
		const uint8_t *data;

		print_message("  %s\n", cases[i].name);
		memcpy(bytes, cases[i].head, cases[i].len);
		memcpy(bytes + cases[i].len, packet, sizeof(packet));
		for (size_t cap = 0; cap <= len; cap++) {
			GUARD_CLEANUP struct guard in = guard_copy(bytes, cap);
			const struct yg_frame frame = {
				.data = (const uint8_t *)in.ptr,
				.data_len = (uint32_t)cap,
				.wire_len = (uint32_t)len,
				.link = cases[i].link,
			};
			enum yg_frame_row row = yg_frame_decode(&frame, &segment, &data);

			assert_true(yg_frame_other(&frame) < YG_OTHER_MAX);
			if (cap < len)
				continue;
			assert_int_equal(row, cases[i].want);
			if (row == PROTO)
				assert_int_equal(yg_frame_other(&frame), cases[i].other);
			if (row != SEGMENT)
				continue;
			assert_int_equal(segment.data_len, 5);
			assert_memory_equal(data, "GET /", 5);
			assert_int_equal(segment.key.saddr[13], 0); /* outside it is 9 */
		}
	}
}

static void knows_mirrors_and_lengths(void **state)
{
	static const uint8_t gre[] = { 0x10, 0, 0x88, 0xbe, 0, 0, 0, 1 };
	uint16_t type = 0;

	(void)state;
	assert_true(yg_encap_is_mirror(0x88be) && yg_encap_is_mirror(0x22eb));
	assert_false(yg_encap_is_mirror(0x0800));
	/* ERSPAN II; the frame is cut before it */
	assert_int_equal(yg_encap_len(47, gre, sizeof(gre), &type), 16);
	assert_int_equal(type, 0x88be);
	assert_int_equal(yg_encap_len(6, gre, sizeof(gre), &type), 0);
	assert_int_equal(yg_encap_len(17, gre, sizeof(gre), &type), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_inside_or_names_it),
		cmocka_unit_test(knows_mirrors_and_lengths),
	};

	return cmocka_run_group_tests_name("capture/encap", tests, NULL, NULL);
}
