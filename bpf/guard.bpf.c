/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard: drop what comes from a blocked address, at XDP or, where XDP is not to be had, at TC
 * ingress; cut what is on its way to one, at TC egress. Only an explicit, live block entry drops.
 * Of a tunnel the outer address counts, and the inner one too if the tunnel ends at this host.
 *
 * With --capture xdp, yg_xdp_guard also samples what it passes: for drivers where TC is too late.
 */
#include "block.bpf.h"
#include "skb.bpf.h"
#include "wire.bpf.h"

static __always_inline bool is_drop(enum guard_row row)
{
	return row == GUARD_drop_exact || row == GUARD_drop_net || row == GUARD_drop_answer ||
	       row == GUARD_drop_inner;
}

static __always_inline enum guard_row row_of_failure(enum packet_kind kind)
{
	return kind == PACKET_CUT ? GUARD_lost_header : GUARD_skip_proto;
}

/*
 * Judge the packet inside a tunnel by its address. What cannot be walked passes: the outer address
 * was judged already. @c: at the frame's first byte.
 */
static __always_inline enum guard_row judge_inner(struct cursor *c, struct packet *outer,
						  bool is_egress)
{
	enum guard_row row;
	struct packet p;
	__be16 type = 0;

	if (outer->off > TUNNEL_AT_MAX)
		return GUARD_pass;
	cursor_step(c, outer->off);
	if (tunnel_skip(c, outer, &type) != PACKET_IP || address_read(c, type, &p) != PACKET_IP)
		return GUARD_pass;
	row = block_judge(is_egress ? p.key.daddr : p.key.saddr, p.is_v4, true);
	return is_drop(row) ? GUARD_drop_inner : row;
}

/*
 * yg_inside_xdp() - the row of a frame by the packet inside.
 * @off, @len, @protocol: of the tunnel's header and what follows it.
 *
 * Global functions, so that the verifier walks them once and not once per way to them.
 */
__noinline int yg_inside_xdp(struct xdp_md *ctx, __u32 off, __u32 len, __u32 protocol)
{
	struct cursor c = { .at = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end };
	struct packet outer = { .off = off, .len = len, .protocol = protocol };

	return judge_inner(&c, &outer, false);
}

/* The same at TC. */
__noinline int yg_inside_skb(struct __sk_buff *skb, __u32 off, __u32 len, __u32 protocol,
			     __u32 is_egress)
{
	struct cursor c = { .at = (void *)(long)skb->data, .end = (void *)(long)skb->data_end };
	struct packet outer = { .off = off, .len = len, .protocol = protocol };

	return judge_inner(&c, &outer, is_egress);
}

/*
 * Does a tunnel end at this host? Who sends through one that merely passes is somebody else's.
 * Own addresses are in the allow list: the daemon keeps them there. @c: at the header of @type.
 */
static __always_inline bool is_tunnel_end(struct cursor *c, __be16 type, bool is_egress,
					  struct packet *ret)
{
	return packet_locate(c, type, ANY_FRAME_LEN, ret) == PACKET_IP &&
	       is_own(is_egress ? ret->key.saddr : ret->key.daddr);
}

/* yg_judge_xdp() - the row of a frame that may be a tunnel's and whose outer address passes. */
__noinline int yg_judge_xdp(struct xdp_md *ctx)
{
	struct cursor c = { .at = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end };
	struct packet p = {};
	__be16 type = 0;

	if (link_skip(&c, &type) != PACKET_IP || !is_tunnel_end(&c, type, false, &p))
		return GUARD_pass;
	return yg_inside_xdp(ctx, p.off, p.len, p.protocol);
}

/* The same at TC. */
__noinline int yg_judge_skb(struct __sk_buff *skb, __u32 is_egress)
{
	struct packet p = {};
	struct cursor c;
	__be16 type = 0;

	if (skb_network(skb, &c, &type) != PACKET_IP || !is_tunnel_end(&c, type, is_egress, &p))
		return GUARD_pass;
	return yg_inside_skb(skb, p.off, p.len, p.protocol, is_egress);
}

/* Judge the frame at XDP by its source address. */
static __always_inline enum guard_row judge_xdp(struct xdp_md *ctx)
{
	struct cursor c = { .at = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end };
	enum packet_kind kind;
	enum guard_row row;
	struct packet p;
	__be16 type;

	kind = link_skip(&c, &type);
	if (kind == PACKET_IP)
		kind = address_read(&c, type, &p);
	if (kind != PACKET_IP)
		return row_of_failure(kind);
	if (!yg_config.xdp_drop)
		return GUARD_pass;
	row = block_judge(p.key.saddr, p.is_v4, true);
	return row == GUARD_pass && may_hold(&p) ? yg_judge_xdp(ctx) : row;
}

/* A function of its own: the verifier comes back from it with one state per kind. */
static __noinline int xdp_locate(struct xdp_md *ctx, struct packet *ret, __u32 frame_len)
{
	struct cursor c = { .at = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end };
	enum packet_kind kind;
	__be16 type;

	kind = link_skip(&c, &type);
	if (kind == PACKET_IP)
		kind = packet_locate(&c, type, frame_len, ret);
	ret->key.ifindex = ctx->ingress_ifindex;
	ret->is_inner = 0;
	return kind;
}

/* yg_inner_xdp() - the packet inside, if the frame at work is a tunnel's. */
__noinline int yg_inner_xdp(struct xdp_md *ctx)
{
	struct cursor c = { .at = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end };
	struct yg_frame *f = frame_scratch();

	return f ? tunnel_locate(&c, &f->packet) : PACKET_CUT;
}

/* Sample a frame at XDP. @frame_len: bytes in all its buffers. */
static __noinline void sample_xdp(struct xdp_md *ctx, struct yg_counters *c, __u32 frame_len)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from = { .ctx = ctx };
	enum packet_kind kind;
	enum sample_row row;

	if (!f)
		return;
	count_sample(c, SAMPLE_rx);
	f->out.source = YG_SOURCE_XDP;
	f->packet.protocol = 0;
	kind = xdp_locate(ctx, &f->packet, frame_len);
	if (kind == PACKET_IP && may_hold(&f->packet))
		kind = yg_inner_xdp(ctx);
	if (f->packet.is_inner)
		count_sample(c, SAMPLE_tunnel);
	if (is_datagram(f, kind))
		(void)yg_quic_xdp(ctx);
	row = row_of_kind(kind);
	if (row == SAMPLE_segment) {
		from.at = f->packet.off;
		row = wire_sample(c, f, &from, BYTES_XDP);
	}
	count_sample(c, row);
}

/* Bytes of the first buffer. The barrier keeps clang from subtracting pointers in 32 bits. */
static __always_inline __u32 xdp_linear_len(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 len = end - data;

	asm volatile("" : "+r"(len));
	return len;
}

static __always_inline int guard_xdp(struct xdp_md *ctx, bool is_multi_buffer)
{
	struct yg_counters *c = counters();
	enum guard_row row;

	count_guard(c, GUARD_rx);
	row = judge_xdp(ctx);
	count_guard(c, row);
	if (is_drop(row))
		return XDP_DROP;
	if (yg_config.xdp_sample)
		sample_xdp(ctx, c,
			   is_multi_buffer ? bpf_xdp_get_buff_len(ctx) : xdp_linear_len(ctx));
	return XDP_PASS;
}

SEC("xdp")
int yg_xdp_guard(struct xdp_md *ctx)
{
	return guard_xdp(ctx, false);
}

/* The same for frames in several buffers (MTU above a page); 5.18 and later. */
SEC("?xdp.frags")
int yg_xdp_guard_mb(struct xdp_md *ctx)
{
	return guard_xdp(ctx, true);
}

/* A function of its own, because it runs again after the headers were made linear. */
static __noinline int skb_address(struct __sk_buff *skb, struct packet *ret)
{
	enum packet_kind kind;
	struct cursor c;
	__be16 type;

	kind = skb_network(skb, &c, &type);
	return kind == PACKET_IP ? address_read(&c, type, ret) : kind;
}

/* The headers inside must be at hand. Frames of tunnels are few, those to be pulled fewer. */
static __always_inline enum guard_row judge_tunnel(struct __sk_buff *skb, __u32 len, bool is_egress)
{
	if (skb->data_end - skb->data < len)
		(void)bpf_skb_pull_data(skb, len);
	return yg_judge_skb(skb, is_egress);
}

static __always_inline int guard_tc(struct __sk_buff *skb, bool is_egress)
{
	__u32 len = skb->len < SKB_HEADERS_MAX ? skb->len : SKB_HEADERS_MAX;
	struct yg_counters *c = counters();
	struct packet p = {};
	enum packet_kind kind;
	enum guard_row row;

	count_guard(c, GUARD_rx);
	kind = skb_address(skb, &p);
	if (kind == PACKET_CUT && skb->data_end - skb->data < len && !bpf_skb_pull_data(skb, len))
		kind = skb_address(skb, &p);
	if (kind != PACKET_IP)
		row = row_of_failure(kind);
	else
		row = block_judge(is_egress ? p.key.daddr : p.key.saddr, p.is_v4, true);
	if (row == GUARD_pass && may_hold(&p))
		row = judge_tunnel(skb, len, is_egress);
	if (is_egress && is_drop(row))
		row = GUARD_drop_answer;
	count_guard(c, row);
	return is_drop(row) ? TC_DROP : TC_NEXT;
}

SEC("tc")
int yg_tc_guard(struct __sk_buff *skb)
{
	return guard_tc(skb, false);
}

SEC("tc")
int yg_tc_cut(struct __sk_buff *skb)
{
	return guard_tc(skb, true);
}

char LICENSE[] SEC("license") = "GPL";
