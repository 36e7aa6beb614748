/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: frame of a capture file -> segment. The user-space twin of bpf/packet.bpf.h:
 * the same frames give the same outcome rows, so an offline replay counts as the kernel would.
 *
 * Two differences. The kernel knows how long a frame is, a file only claims it: a payload that is
 * longer than its frame is a payload that was not captured whole here, not a broken header. And a
 * file may come from a mirror port or from the middle of a carrier: MPLS, PPPoE, tags of 0x9100,
 * GTP-U, VXLAN-GPE, AH in IPv4 and ERSPAN (types I to III), with one more tunnel inside, are read
 * here alone: see encap.h.
 *
 * Ethernet with up to YG_VLAN_MAX tags, raw IP, Linux cooked v1 and v2, BSD loopback, PPP; IPv4
 * with options, IPv6 with up to YG_IP6_EXT_MAX extension headers; TCP. Nothing is copied and
 * nothing is reassembled here: an IP fragment is counted and left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/other.h"
#include "core/macros.h"
#include "yagura/counter.h"
#include "yagura/event.h"

/* How the first byte of a frame is to be read. */
enum yg_link {
	YG_LINK_ETHERNET,
	YG_LINK_RAW,  /* IPv4 or IPv6, by the version nibble */
	YG_LINK_SLL,  /* Linux cooked v1 */
	YG_LINK_SLL2, /* Linux cooked v2 */
	YG_LINK_NULL, /* BSD loopback: address family, in the byte order of the writer */
	YG_LINK_LOOP, /* OpenBSD loopback: the same, big endian */
	YG_LINK_PPP,
	YG_LINK_HDLC, /* Cisco's: an ethertype behind two bytes */
	YG_LINK_MPLS,
	YG_LINK_MAX
};

/* One frame of a capture. Borrowed until the next call on its reader. */
struct yg_frame {
	uint64_t time_ns;    /* since the epoch, as the file says */
	const uint8_t *data; /* [data_len] */
	uint32_t data_len;   /* captured */
	uint32_t wire_len;   /* on the wire, >= data_len as far as the file is honest */
	enum yg_link link;
};

/* What became of a frame: one of the rows of YG_SAMPLE_COUNTERS with the same names. */
enum yg_frame_row {
	YG_FRAME_ROW_SEGMENT,
	YG_FRAME_ROW_SKIP_PROTO,
	YG_FRAME_ROW_SKIP_FRAGMENT,
	YG_FRAME_ROW_SKIP_EMPTY, /* no payload, and neither SYN, FIN nor RST */
	YG_FRAME_ROW_LOST_HEADER,
	YG_FRAME_ROW_MAX
};

/**
 * yg_link_from_dlt() - the link layer of a LINKTYPE_ number of pcap and pcapng files.
 *
 * Source: the LINKTYPE registry of tcpdump.org.
 * Return: 0; -EPROTONOSUPPORT if this decoder does not know it.
 */
YG_MUST_CHECK int yg_link_from_dlt(uint32_t dlt, enum yg_link *ret);

/**
 * yg_frame_decode() - find the TCP payload of one frame.
 * @frame: borrowed.
 * @ret: everything but data[]; of use only for YG_FRAME_ROW_SEGMENT. payload_len is what the IP
 *	header claims, data_len what was captured of it.
 * @ret_data: the payload inside @frame, data_len bytes; written only for YG_FRAME_ROW_SEGMENT.
 *
 * SYN, FIN and RST without payload are segments with data_len 0: they open and end streams.
 * A zero IP length means "as long as the frame": the card cuts such a frame after the capture.
 * Work is bounded: at most YG_VLAN_MAX tags and YG_IP6_EXT_MAX headers.
 *
 * Source: RFC 791 section 3.1, RFC 8200 section 4, RFC 9293 section 3.1, IEEE 802.1Q.
 */
enum yg_frame_row yg_frame_decode(const struct yg_frame *frame, struct yg_segment *ret,
				  const uint8_t **ret_data);

/* What a frame is whose outcome was YG_FRAME_ROW_SKIP_PROTO. It is walked once more. */
enum yg_other yg_frame_other(const struct yg_frame *frame);

/* Adds one frame: rx and the row of @outcome. */
void yg_frame_count(struct yg_sample_counters *counters, enum yg_frame_row outcome);
