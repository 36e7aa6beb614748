/* SPDX-License-Identifier: GPL-2.0-only */
/* What is special about frames at TC: linear part, devices without Ethernet, verdicts. */
#pragma once

#include "packet.bpf.h"

#define TC_NEXT -1 /* TC_ACT_UNSPEC, TCX_NEXT: the next program or the stack decides */
#define TC_DROP 2  /* TC_ACT_SHOT, TCX_DROP */

#define SKB_HEADERS_MAX 256u /* bytes made linear when a header is not */

/*
 * The cursor at the network header. A tunnel device (tun, WireGuard) has no Ethernet header: there,
 * bytes 12 and 13 are not the ethertype that the stack knows. (An IPv4 packet from 8.0.0.0/16 on
 * such a device looks like Ethernet and counts as lost_header.)
 */
static __always_inline enum packet_kind skb_network(struct __sk_buff *skb, struct cursor *c,
						    __be16 *ret_type)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	*c = (struct cursor){ .at = eth, .end = (void *)(long)skb->data_end };
	if ((void *)(eth + 1) > c->end)
		return PACKET_CUT;
	if (eth->h_proto == (__be16)skb->protocol || is_vlan(eth->h_proto))
		return link_skip(c, ret_type);
	*ret_type = skb->protocol;
	return PACKET_IP;
}
