/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet inside a tunnel, one level deep:
 *
 *	IP protocol 4, 41	IPv4 or IPv6		RFC 2003, RFC 4213, RFC 2473
 *	IP protocol 47		GRE: checksum, key, sequence; IP or Ethernet	RFC 2784, RFC 2890
 *	UDP to 4789, 8472	VXLAN: Ethernet		RFC 7348 (8472: Linux before it had a port)
 *	UDP to 6081		GENEVE, options skipped: IP or Ethernet		RFC 8926
 *
 * What is not of these forms is UDP, or another protocol, as before. A packet inside may not claim
 * more bytes than its tunnel has, nor a tunnel over UDP more than its datagram.
 */
#pragma once

#include <linux/udp.h>

#include "packet.bpf.h"

#define TUNNEL_AT_MAX \
	16383u /* bytes in front of the tunnel's header, so that the verifier sees it */
#define ETH_BRIDGING  0x6558 /* "transparent Ethernet bridging": a frame follows */
#define ANY_FRAME_LEN 0x7fffffffu

#define GRE_CHECKSUM 0x8000
#define GRE_KEY	     0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_REFUSED  0x4fff /* routing (RFC 1701), reserved bits, version */

#define VXLAN_HAS_VNI	0x08
#define VXLAN_HAS_GROUP 0x80 /* group policy, that Linux writes */

#define GENEVE_VERSION 0xc0
#define GENEVE_OPTIONS 0x3f /* 32-bit words */

enum tunnel_port { PORT_VXLAN = 4789, PORT_VXLAN_LINUX = 8472, PORT_GENEVE = 6081 };

struct gre {
	__be16 flags;
	__be16 type;
};

struct vxlan {
	__u8 flags;
	__u8 reserved[3];
	__u8 vni[4];
};

struct geneve {
	__u8 options; /* and the version */
	__u8 flags;
	__be16 type;
	__u8 vni[4];
};

/* May a packet of this protocol hold another? IPv6 extension headers have to be walked to tell. */
static __always_inline bool may_hold(const struct packet *p)
{
	return p->protocol != IPPROTO_TCP && p->protocol != IPPROTO_ICMP &&
	       p->protocol != IPPROTO_ICMPV6;
}

/* Step over @len bytes of a tunnel's headers that are at hand. */
static __always_inline enum packet_kind tunnel_step(struct cursor *c, struct packet *p, __u32 len)
{
	if (p->len < len)
		return PACKET_CUT;
	p->len -= len;
	cursor_step(c, len);
	return PACKET_IP;
}

static __always_inline enum packet_kind gre_skip(struct cursor *c, struct packet *p,
						 __be16 *ret_type)
{
	struct gre *gre = c->at;
	__u32 len = sizeof(*gre);

	if ((void *)(gre + 1) > c->end)
		return PACKET_CUT;
	if (gre->flags & bpf_htons(GRE_REFUSED))
		return PACKET_OTHER;
	len += gre->flags & bpf_htons(GRE_CHECKSUM) ? 4 : 0;
	len += gre->flags & bpf_htons(GRE_KEY) ? 4 : 0;
	len += gre->flags & bpf_htons(GRE_SEQUENCE) ? 4 : 0;
	*ret_type = gre->type;
	return tunnel_step(c, p, len);
}

static __always_inline enum packet_kind vxlan_skip(struct cursor *c, struct packet *p,
						   __be16 *ret_type)
{
	struct vxlan *vxlan = c->at;

	if ((void *)(vxlan + 1) > c->end)
		return PACKET_CUT;
	if ((vxlan->flags & ~VXLAN_HAS_GROUP) != VXLAN_HAS_VNI)
		return PACKET_OTHER;
	*ret_type = bpf_htons(ETH_BRIDGING);
	return tunnel_step(c, p, sizeof(*vxlan));
}

static __always_inline enum packet_kind geneve_skip(struct cursor *c, struct packet *p,
						    __be16 *ret_type)
{
	struct geneve *geneve = c->at;

	if ((void *)(geneve + 1) > c->end)
		return PACKET_CUT;
	if (geneve->options & GENEVE_VERSION)
		return PACKET_OTHER;
	*ret_type = geneve->type;
	return tunnel_step(c, p, sizeof(*geneve) + (geneve->options & GENEVE_OPTIONS) * 4u);
}

static __always_inline enum packet_kind udp_skip(struct cursor *c, struct packet *p,
						 __be16 *ret_type)
{
	struct udphdr *udp = c->at;
	__be16 port;
	__u32 len;

	if ((void *)(udp + 1) > c->end)
		return PACKET_CUT;
	port = udp->dest;
	if (port != bpf_htons(PORT_VXLAN) && port != bpf_htons(PORT_VXLAN_LINUX) &&
	    port != bpf_htons(PORT_GENEVE))
		return PACKET_OTHER;
	len = bpf_ntohs(udp->len);
	if (len > p->len)
		return PACKET_CUT;
	if (len) /* 0: a super-packet of more than 64 KiB */
		p->len = len;
	if (tunnel_step(c, p, sizeof(*udp)) != PACKET_IP)
		return PACKET_CUT;
	return port == bpf_htons(PORT_GENEVE) ? geneve_skip(c, p, ret_type)
					      : vxlan_skip(c, p, ret_type);
}

/*
 * tunnel_skip() - step from a transport header to the network header inside.
 * @p: what packet_locate() said of the outer packet, which is not TCP; len: what is left of it.
 * @ret_type: ethertype of what follows.
 *
 * Return: PACKET_IP; PACKET_OTHER if this is no tunnel; PACKET_CUT.
 */
static __always_inline enum packet_kind tunnel_skip(struct cursor *c, struct packet *p,
						    __be16 *ret_type)
{
	enum packet_kind kind = PACKET_IP;
	__u32 start;

	if (p->protocol == IPPROTO_IPIP)
		*ret_type = bpf_htons(ETH_P_IP);
	else if (p->protocol == IPPROTO_IPV6)
		*ret_type = bpf_htons(ETH_P_IPV6);
	else if (p->protocol == IPPROTO_GRE)
		kind = gre_skip(c, p, ret_type);
	else if (p->protocol == IPPROTO_UDP)
		kind = udp_skip(c, p, ret_type);
	else
		return PACKET_OTHER;
	if (kind != PACKET_IP || *ret_type != bpf_htons(ETH_BRIDGING))
		return kind;
	start = c->off;
	kind = link_skip(c, ret_type);
	if (kind != PACKET_IP || p->len < c->off - start)
		return PACKET_CUT;
	p->len -= c->off - start;
	return PACKET_IP;
}

/**
 * tunnel_locate() - packet_locate() of the packet inside.
 * @c: at the frame's first byte.
 * @p: in: the outer packet, with off and len of its payload; out: the inner one, if there is one.
 *
 * Called from a global function: the verifier walks it once and not once per way to it.
 * Return: PACKET_OTHER if this is no tunnel; else as packet_locate(), with is_inner set.
 */
static __always_inline enum packet_kind tunnel_locate(struct cursor *c, struct packet *p)
{
	__u32 at = p->off;
	enum packet_kind kind;
	__be16 type = 0;

	if (at > TUNNEL_AT_MAX)
		return PACKET_CUT;
	cursor_step(c, at);
	kind = tunnel_skip(c, p, &type);
	if (kind == PACKET_OTHER)
		return PACKET_OTHER;
	p->is_inner = 1;
	if (kind != PACKET_IP)
		return kind;
	return packet_locate(c, type, c->off + p->len, p);
}
