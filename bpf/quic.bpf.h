/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QUIC connections as the wire shows them. Their plaintext, HTTP/3, passes no read or write of a
 * TLS library and is not read: this counts how much is not, and user space says whose it is.
 *
 *	datagram -> Initial of a client? -> a row of yg_quic_conns -> bytes of both directions
 *
 * A client's first datagram has 1,200 bytes at least and begins with a long header of type Initial,
 * a version, and an identifier of 8 bytes at least. What follows may have headers that say nothing:
 * it is known by its addresses.
 *
 * Source: RFC 9000 sections 7.2, 14.1 and 17.2.2, RFC 9369 section 3.2.
 */
#pragma once

#include <linux/udp.h>

#include "coverage.bpf.h"
#include "frame.bpf.h"

#define QUIC_INITIAL_MIN 1200u /* bytes of such a datagram */
#define QUIC_ID_MIN	 8
#define QUIC_ID_MAX	 20
#define QUIC_FORM_TYPE	 0xf0 /* long header, fixed bit, type */
#define QUIC_INITIAL_V1	 0xc0
#define QUIC_INITIAL_V2	 0xd0
#define QUIC_V1		 0x00000001u
#define QUIC_V2		 0x6b3343cfu
#define QUIC_DRAFT	 0xff000000u /* and its number; before RFC 9000 */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_QUIC_CONNS_MAX);
	__type(key, struct yg_tls_ends);
	__type(value, struct yg_tls_conn);
} yg_quic_conns SEC(".maps");

struct quic_start {
	struct udphdr udp;
	__u8 first;
	__u8 version[4];
	__u8 id_len;
};

static __always_inline bool is_initial(const struct quic_start *s, __u32 len)
{
	__u32 version = (__u32)s->version[0] << 24 | (__u32)s->version[1] << 16 |
			(__u32)s->version[2] << 8 | s->version[3];
	__u8 type = s->first & QUIC_FORM_TYPE;

	if (len < QUIC_INITIAL_MIN || s->id_len < QUIC_ID_MIN || s->id_len > QUIC_ID_MAX)
		return false;
	if (version == QUIC_V2)
		return type == QUIC_INITIAL_V2;
	return type == QUIC_INITIAL_V1 && (version == QUIC_V1 || (version & ~0xffu) == QUIC_DRAFT);
}

static __always_inline void quic_begin(const struct yg_frame *f, const struct yg_tls_ends *ends,
				       __u32 sender, __u32 sent, __u32 len)
{
	struct yg_tls_conn fresh = {};

	fresh.first_ns = bpf_ktime_get_ns();
	fresh.last_ns = fresh.first_ns;
	fresh.bytes = len;
	fresh.ifindex = f->packet.key.ifindex;
	fresh.begun = YG_TLS_QUIC | YG_TLS_HELLO | (sender ? 0 : YG_TLS_SERVER_1);
	fresh.sent = sent;
	(void)bpf_map_update_elem(&yg_quic_conns, ends, &fresh, BPF_ANY);
}

/* Count the datagram at work, whose UDP header is at @from, if it is of a QUIC connection. */
static __always_inline void quic_cover(struct yg_frame *f, const struct bytes *from,
				       enum bytes_from kind)
{
	const struct yg_flow_key *key = &f->packet.key;
	const struct yg_control *knobs = control();
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;
	struct quic_start s;
	__u32 sender, sent, len = f->packet.len;

	if (!knobs || len < sizeof(s) || is_silent(knobs, coarse_ns()) ||
	    bytes_read(from, kind, &s, sizeof(s)))
		return;
	len -= sizeof(s.udp);
	sender = ends_make(&ends, key->saddr, s.udp.source, key->daddr, s.udp.dest);
	sent = YG_QUIC_SENT_0 << sender;
	if (f->out.source == YG_SOURCE_EGRESS)
		sent |= YG_QUIC_LEFT_0 << sender;
	conn = bpf_map_lookup_elem(&yg_quic_conns, &ends);
	if (!conn) {
		if (is_initial(&s, len))
			quic_begin(f, &ends, sender, sent, len);
		return;
	}
	if ((conn->sent & sent) != sent)
		conn->sent |= sent;
	if (conn->ifindex != key->ifindex)
		return;
	__sync_fetch_and_add(&conn->bytes, len);
	conn->last_ns = coarse_ns();
}

/* yg_quic_skb() - quic_cover() at TC. */
__noinline int yg_quic_skb(struct __sk_buff *skb)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from = { .ctx = skb };

	if (!f)
		return 0;
	from.at = f->packet.off;
	quic_cover(f, &from, BYTES_SKB);
	return 0;
}

/* The same for XDP. */
__noinline int yg_quic_xdp(struct xdp_md *ctx)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from = { .ctx = ctx };

	if (!f)
		return 0;
	from.at = f->packet.off;
	quic_cover(f, &from, BYTES_XDP);
	return 0;
}

/* Is the frame at work a datagram? One that no tunnel is in. */
static __always_inline bool is_datagram(const struct yg_frame *f, enum packet_kind kind)
{
	return f->packet.protocol == IPPROTO_UDP && (kind == PACKET_IP || kind == PACKET_OTHER);
}
