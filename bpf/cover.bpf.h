/* SPDX-License-Identifier: GPL-2.0-only */
/* TLS connections as the wire shows them, for coverage.bpf.h: bytes, and the randoms of hellos. */
#pragma once

#include "coverage.bpf.h"
#include "frame.bpf.h"
#include "prelude.bpf.h"

#define COVER_HELLOS (4 * YG_PRELUDE_BYTES) /* bytes of a connection; both hellos are within */

/* A row for the connection of the frame at work, if it begins like TLS. */
static __always_inline void coverage_begin(const struct yg_frame *f, const struct yg_tls_ends *ends,
					   __u32 sender)
{
	bool is_client = is_hello(&f->head, HELLO_CLIENT);
	struct yg_tls_conn fresh = {};

	if (!is_client && !is_hello(&f->head, HELLO_SERVER) && !is_record(&f->head))
		return;
	fresh.first_ns = bpf_ktime_get_ns();
	fresh.last_ns = fresh.first_ns;
	fresh.bytes = f->packet.len;
	fresh.ifindex = f->packet.key.ifindex;
	if (is_client)
		fresh.begun = sender ? YG_TLS_HELLO : YG_TLS_HELLO | YG_TLS_SERVER_1;
	(void)bpf_map_update_elem(&yg_tls_conns, ends, &fresh, BPF_ANY);
}

/*
 * yg_cover_wire() - count the frame at work if it is of a TLS connection. A connection that begins
 * anew between the same ends is another one.
 * Return: is it so far on that no hello is cut through any more?
 */
__noinline int yg_cover_wire(void)
{
	struct yg_frame *f = frame_scratch();
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;
	__u32 sender;

	if (!f)
		return 0;
	sender = ends_make(&ends, f->packet.key.saddr, f->packet.key.sport, f->packet.key.daddr,
			   f->packet.key.dport);
	conn = bpf_map_lookup_elem(&yg_tls_conns, &ends);
	if (!conn || (conn->ended && f->packet.len && is_hello(&f->head, HELLO_CLIENT))) {
		if (f->packet.len)
			coverage_begin(f, &ends, sender);
		return 0;
	}
	if (conn->ifindex != f->packet.key.ifindex)
		return 0;
	__sync_fetch_and_add(&conn->bytes, f->packet.len);
	if (f->packet.len && is_record(&f->head)) /* else the head is of another frame */
		count_sample(counters(), SAMPLE_tls_record);
	count_sample_by(counters(), SAMPLE_tls_byte, f->packet.len);
	conn->last_ns = coarse_ns();
	if (is_end(&f->packet))
		conn->ended = 1;
	return conn->bytes > COVER_HELLOS && f->head.bytes[0] != RECORD_HANDSHAKE;
}

#define HELLO_RANDOM 11u		   /* bytes before it: record 5, message 4, version 2 */
#define RETRY_FIRST  0x11619ae574ad21cfull /* RFC 8446 section 4.1.3: of a HelloRetryRequest */

/*
 * Both randoms of @conn lead to its @ends. Each is drawn once, but a peer may repeat what it saw,
 * and forge what comes in of others: of two connections with the same, nobody knows whose they are.
 */
static __always_inline void draw_keep(const struct yg_tls_conn *conn,
				      const struct yg_tls_ends *ends)
{
	struct yg_tls_draw draw = draw_of(conn->random);
	struct yg_tls_ends *known;

	if (!draw.low[0] && !draw.low[1])
		return;
	known = bpf_map_lookup_elem(&yg_tls_draws, &draw);
	if (!known)
		(void)bpf_map_update_elem(&yg_tls_draws, &draw, ends, BPF_NOEXIST);
	else if (bpf_map_lookup_elem(&yg_tls_conns, known) != conn)
		__builtin_memset(known, 0, sizeof(*known));
}

/*
 * The frame at work begins with a hello: keep its random, see proof.bpf.h. What left this host is
 * not overwritten by what came in and says that it is of this host.
 */
static __always_inline void hello_keep(const struct yg_frame *f, const __u64 random[2])
{
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;
	__u32 sender, bit;

	sender = ends_make(&ends, f->packet.key.saddr, f->packet.key.sport, f->packet.key.daddr,
			   f->packet.key.dport);
	bit = 1u << sender;
	conn = bpf_map_lookup_elem(&yg_tls_conns, &ends);
	if (!conn || random[0] == RETRY_FIRST)
		return;
	if (f->out.source == YG_SOURCE_EGRESS)
		conn->sent |= bit;
	else if (conn->sent & bit)
		return;
	conn->random[sender != 0][0] = random[0];
	conn->random[sender != 0][1] = random[1];
	if (conn->sent)
		draw_keep(conn, &ends);
}

/* yg_hello_skb() - hello_keep() for the frame at work, at TC. */
__noinline int yg_hello_skb(struct __sk_buff *skb)
{
	struct yg_frame *f = frame_scratch();
	__u64 random[2];

	if (f && !bpf_skb_load_bytes(skb, f->packet.off + HELLO_RANDOM, random, sizeof(random)))
		hello_keep(f, random);
	return 0;
}

/* The same for XDP. */
__noinline int yg_hello_xdp(struct xdp_md *ctx)
{
	struct yg_frame *f = frame_scratch();
	__u64 random[2];

	if (f && !xdp_read(ctx, f->packet.off + HELLO_RANDOM, random, sizeof(random)))
		hello_keep(f, random);
	return 0;
}
