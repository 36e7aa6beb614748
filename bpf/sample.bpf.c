/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TC ingress and egress: classify every packet, copy plaintext HTTP within its budget.
 *
 *	skb -> packet_locate() -> wire_sample() -> yg_rings
 *
 * The sensor observes: both programs always say "next", whatever went wrong, and every frame
 * counts exactly one outcome. At TC one GRO or GSO skb stands for up to 44 frames of a segment
 * train; its payload is mostly outside the linear part, so it is read with bpf_skb_load_bytes.
 */
#include "skb.bpf.h"
#include "wire.bpf.h"

/* A function of its own, because it runs again after the headers were made linear. */
static __noinline int skb_locate(struct __sk_buff *skb, struct packet *ret)
{
	enum packet_kind kind;
	struct cursor c;
	__be16 type;

	kind = skb_network(skb, &c, &type);
	if (kind == PACKET_IP)
		kind = packet_locate(&c, type, skb->len, ret);
	ret->key.ifindex = skb->ifindex;
	ret->is_inner = 0;
	return kind;
}

/* yg_inner_skb() - the packet inside, if the frame at work is a tunnel's. */
__noinline int yg_inner_skb(struct __sk_buff *skb)
{
	struct cursor c = { .at = (void *)(long)skb->data, .end = (void *)(long)skb->data_end };
	struct yg_frame *f = frame_scratch();

	return f ? tunnel_locate(&c, &f->packet) : PACKET_CUT;
}

static __always_inline enum packet_kind skb_locate_any(struct __sk_buff *skb, struct packet *ret)
{
	enum packet_kind kind = skb_locate(skb, ret);

	return kind == PACKET_IP && may_hold(ret) ? yg_inner_skb(skb) : kind;
}

static __always_inline enum packet_kind skb_locate_hard(struct __sk_buff *skb, struct packet *ret)
{
	__u32 len = skb->len < SKB_HEADERS_MAX ? skb->len : SKB_HEADERS_MAX;
	enum packet_kind kind = skb_locate_any(skb, ret);

	if (kind != PACKET_CUT || skb->data_end - skb->data >= len)
		return kind;
	if (bpf_skb_pull_data(skb, len))
		return kind;
	return skb_locate_any(skb, ret);
}

static __always_inline int sample(struct __sk_buff *skb, __u8 source)
{
	struct yg_counters *c = counters();
	struct yg_frame *f = frame_scratch();
	struct bytes from = { .ctx = skb };
	enum packet_kind kind;
	enum sample_row row;

	if (!f)
		return TC_NEXT;
	count_sample(c, SAMPLE_rx);
	f->out.source = source;
	f->packet.protocol = 0;
	kind = skb_locate_hard(skb, &f->packet);
	row = row_of_kind(kind);
	if (f->packet.is_inner)
		count_sample(c, SAMPLE_tunnel);
	if (is_datagram(f, kind))
		(void)yg_quic_skb(skb);
	if (row == SAMPLE_segment) {
		from.at = f->packet.off;
		row = wire_sample(c, f, &from, BYTES_SKB);
	}
	count_sample(c, row);
	return TC_NEXT;
}

SEC("tc")
int yg_tc_ingress(struct __sk_buff *skb)
{
	return sample(skb, YG_SOURCE_INGRESS);
}

SEC("tc")
int yg_tc_egress(struct __sk_buff *skb)
{
	return sample(skb, YG_SOURCE_EGRESS);
}

char LICENSE[] SEC("license") = "GPL";
