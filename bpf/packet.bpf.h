/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are in a frame: link -> network -> transport. Shared by every program that looks at
 * packets, XDP and TC alike; nothing here knows which.
 *
 *	Ethernet | VLAN x2 | IPv4 + options, IPv6 + extension headers x6 | TCP | payload
 *
 * Each layer is a function of its own over a cursor, so that the packet inside a tunnel is walked
 * by the same functions: tunnel.bpf.h.
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>

#include "control.bpf.h"

#define IP_MORE_OR_OFFSET  0x3fff /* IPv4: MF bit and fragment offset */
#define IP6_MORE_OR_OFFSET 0xfff9 /* fragment header: offset and M bit */

#define IP6_EXTENSION_MAX 2048u /* bytes: (255 + 1) * 8 */
#define IP6_IS_FRAGMENT	  (~0u)

#define TCP_FLAG_FIN 0x01
#define TCP_FLAG_SYN 0x02
#define TCP_FLAG_RST 0x04

/* IPv6 extension headers that are walked. RFC 8200 section 4, RFC 4302, RFC 6275. */
enum ip6_extension {
	IP6_HOP_BY_HOP = 0,
	IP6_ROUTING = 43,
	IP6_FRAGMENT = 44,
	IP6_AUTHENTICATION = 51,
	IP6_DESTINATION = 60,
	IP6_MOBILITY = 135,
};

enum packet_kind {
	PACKET_TCP,	 /* whole TCP header found */
	PACKET_IP,	 /* IP, another protocol */
	PACKET_FRAGMENT, /* of an IP packet */
	PACKET_OTHER,	 /* not IP, or more tags or extension headers than are walked */
	PACKET_CUT,	 /* a header is cut short or contradicts itself */
};

/* The bytes at hand. */
struct cursor {
	void *at;
	void *end;
	__u32 off; /* of at, from the start of the frame */
};

/* The barrier keeps one pointer: clang would add twice, and the verifier checks only one. */
static __always_inline void cursor_step(struct cursor *c, __u32 len)
{
	void *at = c->at + len;

	asm volatile("" : "+r"(at));
	c->at = at;
	c->off += len;
}

struct packet {
	struct yg_flow_key key;
	__u32 seq; /* of the first payload byte, host order */
	__u32 off; /* of the payload, from the start of the frame */
	__u32 len; /* bytes of payload that the IP header claims */
	__u32 ack; /* host order; 0 without the ACK flag */
	__u8 tcp_flags;
	__u8 protocol; /* of the transport, IPPROTO_*; after address_read() of what is next */
	__u8 is_v4;
	__u8 is_inner; /* of a tunnel */
};

struct vlan {
	__be16 tci;
	__be16 type;
};

struct ip6_next {
	__u8 next;
	__u8 len;
	__be16 frag_off; /* of a fragment header */
};

static __always_inline bool is_vlan(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/**
 * link_skip() - step over Ethernet and up to YG_VLAN_MAX tags.
 * @ret_type: ethertype of what follows.
 *
 * Return: PACKET_IP if at the next header (whatever its type), PACKET_CUT.
 */
static __always_inline enum packet_kind link_skip(struct cursor *c, __be16 *ret_type)
{
	struct ethhdr *eth = c->at;
	__be16 type;

	if ((void *)(eth + 1) > c->end)
		return PACKET_CUT;
	type = eth->h_proto;
	c->at = eth + 1;
	c->off += sizeof(*eth);
#pragma unroll
	for (__u32 i = 0; i < YG_VLAN_MAX; i++) {
		struct vlan *tag = c->at;

		if (!is_vlan(type))
			break;
		if ((void *)(tag + 1) > c->end)
			return PACKET_CUT;
		type = tag->type;
		c->at = tag + 1;
		c->off += sizeof(*tag);
	}
	*ret_type = type;
	return PACKET_IP;
}

static __always_inline void map_v4(__u8 dst[16], __be32 addr)
{
	__builtin_memset(dst, 0, 10);
	__builtin_memset(dst + 10, 0xff, 2);
	__builtin_memcpy(dst + 12, &addr, sizeof(addr));
}

/* The addresses of an IP header; the cursor stays. Return: PACKET_IP, PACKET_OTHER, PACKET_CUT. */
static __always_inline enum packet_kind address_read(const struct cursor *c, __be16 type,
						     struct packet *ret)
{
	struct iphdr *ip = c->at;
	struct ipv6hdr *ip6 = c->at;

	if (type == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > c->end || ip->version != 4)
			return PACKET_CUT;
		map_v4(ret->key.saddr, ip->saddr);
		map_v4(ret->key.daddr, ip->daddr);
		ret->is_v4 = 1;
		ret->protocol = ip->protocol;
		return PACKET_IP;
	}
	if (type != bpf_htons(ETH_P_IPV6))
		return PACKET_OTHER;
	if ((void *)(ip6 + 1) > c->end || ip6->version != 6)
		return PACKET_CUT;
	__builtin_memcpy(ret->key.saddr, &ip6->saddr, sizeof(ret->key.saddr));
	__builtin_memcpy(ret->key.daddr, &ip6->daddr, sizeof(ret->key.daddr));
	ret->is_v4 = 0;
	ret->protocol = ip6->nexthdr;
	return PACKET_IP;
}

/* Step over an IPv4 header whose first 20 bytes are known to be there. */
static __always_inline enum packet_kind ip4_skip(struct cursor *c, struct packet *ret)
{
	struct iphdr *ip = c->at;
	__u32 ip_len;

	if ((void *)(ip + 1) > c->end)
		return PACKET_CUT;
	ip_len = ip->ihl * 4;
	/* A length of 0 is a "BIG TCP" super-packet: its length is the frame's. */
	ret->len = ip->tot_len ? bpf_ntohs(ip->tot_len) : ret->len;
	if (ip_len < sizeof(*ip) || ret->len < ip_len)
		return PACKET_CUT;
	if (ip->frag_off & bpf_htons(IP_MORE_OR_OFFSET))
		return PACKET_FRAGMENT;
	ret->protocol = ip->protocol;
	ret->len -= ip_len;
	cursor_step(c, ip_len);
	return PACKET_IP;
}

/**
 * yg_ip6_extension() - how to step over one IPv6 header of kind @kind.
 * @len: its second byte; @frag_off: its third and fourth, as on the wire.
 *
 * A global function, so that the verifier walks its branches once and not once per header.
 *
 * Return: bytes to step; 0 if @kind is not an extension header; IP6_IS_FRAGMENT.
 */
__noinline __u32 yg_ip6_extension(__u8 kind, __u8 len, __u16 frag_off)
{
	switch (kind) {
	case IP6_HOP_BY_HOP:
	case IP6_ROUTING:
	case IP6_DESTINATION:
	case IP6_MOBILITY:
		return (len + 1u) * 8;
	case IP6_AUTHENTICATION:
		return (len + 2u) * 4;
	case IP6_FRAGMENT:
		/* An "atomic" fragment, RFC 6946, is a whole packet. */
		return frag_off & bpf_htons(IP6_MORE_OR_OFFSET) ? IP6_IS_FRAGMENT : 8;
	default:
		return 0;
	}
}

/* @len, 1..IP6_EXTENSION_MAX, so that the verifier sees it; no branch, or paths would multiply. */
static __always_inline __u32 ip6_bound(__u32 len)
{
	__u64 n = len - 1;

	asm volatile("%[n] &= %[mask]" : [n] "+r"(n) : [mask] "i"(IP6_EXTENSION_MAX - 1));
	return n + 1;
}

/* Step over one extension header. Return: PACKET_IP if there was one, PACKET_OTHER if not. */
static __always_inline enum packet_kind ip6_step(struct cursor *c, struct packet *ret)
{
	struct ip6_next *next = c->at;
	__u32 len;

	/* Asked before the bounds: the last header may be followed by nothing. */
	if (!yg_ip6_extension(ret->protocol, 0, 0))
		return PACKET_OTHER;
	if ((void *)(next + 1) > c->end)
		return PACKET_CUT;
	len = yg_ip6_extension(ret->protocol, next->len, next->frag_off);
	if (len == IP6_IS_FRAGMENT)
		return PACKET_FRAGMENT;
	if (len > IP6_EXTENSION_MAX || ret->len < len)
		return PACKET_CUT;
	ret->protocol = next->next;
	ret->len -= len;
	cursor_step(c, ip6_bound(len));
	return PACKET_IP;
}

/* Step over an IPv6 header and its extension headers. */
static __always_inline enum packet_kind ip6_skip(struct cursor *c, struct packet *ret)
{
	struct ipv6hdr *ip6 = c->at;
	enum packet_kind kind;
	__u32 payload;

	if ((void *)(ip6 + 1) > c->end)
		return PACKET_CUT;
	payload = bpf_ntohs(ip6->payload_len);
	/* 0: a jumbogram or a "BIG TCP" super-packet. */
	ret->len = payload ? payload : ret->len - sizeof(*ip6);
	ret->protocol = ip6->nexthdr;
	c->at = ip6 + 1;
	c->off += sizeof(*ip6);
#pragma unroll
	for (__u32 i = 0; i < YG_IP6_EXT_MAX; i++) {
		kind = ip6_step(c, ret);
		if (kind == PACKET_OTHER)
			return PACKET_IP;
		if (kind != PACKET_IP)
			return kind;
	}
	return yg_ip6_extension(ret->protocol, 0, 0) ? PACKET_OTHER : PACKET_IP;
}

static __always_inline enum packet_kind tcp_skip(struct cursor *c, struct packet *ret)
{
	struct tcphdr *tcp = c->at;
	__u32 tcp_len;

	if ((void *)(tcp + 1) > c->end)
		return PACKET_CUT;
	tcp_len = tcp->doff * 4;
	if (tcp_len < sizeof(*tcp) || ret->len < tcp_len)
		return PACKET_CUT;
	ret->key.sport = tcp->source;
	ret->key.dport = tcp->dest;
	ret->seq = bpf_ntohl(tcp->seq);
	ret->tcp_flags = ((__u8 *)tcp)[13];
	ret->ack = tcp->ack ? bpf_ntohl(tcp->ack_seq) : 0;
	ret->len -= tcp_len;
	ret->off = c->off + tcp_len;
	return PACKET_TCP;
}

/**
 * packet_locate() - find the TCP payload of a frame.
 * @c: at the network header.
 * @type: ethertype of that header.
 * @frame_len: bytes of the whole frame, those that are not at hand included.
 * @ret: filled as far as the kind that is returned goes; key.ifindex and is_inner are the
 * caller's. For PACKET_IP off and len are of what follows the network header.
 *
 * Source: RFC 791 section 3.1, RFC 8200 sections 3 and 4, RFC 9293 section 3.1.
 */
static __always_inline enum packet_kind packet_locate(struct cursor *c, __be16 type,
						      __u32 frame_len, struct packet *ret)
{
	__u32 room = frame_len - c->off, start = c->off;
	enum packet_kind kind;

	kind = address_read(c, type, ret);
	if (kind != PACKET_IP)
		return kind;
	ret->len = room;
	kind = ret->is_v4 ? ip4_skip(c, ret) : ip6_skip(c, ret);
	if (kind != PACKET_IP)
		return kind;
	if (ret->len + (c->off - start) > room)
		return PACKET_CUT;
	ret->off = c->off;
	if (ret->protocol != IPPROTO_TCP)
		return PACKET_IP;
	return tcp_skip(c, ret);
}
