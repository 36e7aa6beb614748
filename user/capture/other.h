/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: names for frames of a capture that are no TCP, or hold it where nobody looks:
 * by the last ethertype, IP protocol or UDP port that was reached.
 */
#pragma once

#include <stdint.h>

/* X(enum, name) */
#define YG_OTHERS(X)                                  \
	X(LINK, "link type")                          \
	X(ARP, "ARP")                                 \
	X(ETHERTYPE, "other ethertype")               \
	X(LLC, "LLC")                                 \
	X(LLDP, "LLDP")                               \
	X(MACSEC, "MACsec")                           \
	X(MPLS, "MPLS")                               \
	X(NSH, "NSH")                                 \
	X(PPPOE, "PPPoE control")                     \
	X(VLAN, "third VLAN tag")                     \
	X(AH, "AH")                                   \
	X(ESP, "ESP")                                 \
	X(GRE, "GRE")                                 \
	X(ICMP, "ICMP")                               \
	X(IP, "other IP protocol")                    \
	X(IP_IN_IP, "IP in IP")                       \
	X(IP6_HEADERS, "more IPv6 extension headers") \
	X(IGMP, "IGMP")                               \
	X(L2TP, "L2TP")                               \
	X(OSPF, "OSPF")                               \
	X(SCTP, "SCTP")                               \
	X(VRRP, "VRRP")                               \
	X(DHCP, "DHCP")                               \
	X(DNS, "DNS")                                 \
	X(ESP_IN_UDP, "ESP in UDP")                   \
	X(GENEVE, "GENEVE")                           \
	X(GTP, "GTP")                                 \
	X(IKE, "IKE")                                 \
	X(NTP, "NTP")                                 \
	X(QUIC, "QUIC")                               \
	X(SYSLOG, "syslog")                           \
	X(TEREDO, "Teredo")                           \
	X(UDP, "other UDP")                           \
	X(VXLAN, "VXLAN")                             \
	X(WIREGUARD, "WireGuard")

#define YG_OTHER_MEMBER(id, name) YG_OTHER_##id,

enum yg_other { YG_OTHERS(YG_OTHER_MEMBER) YG_OTHER_MAX };

const char *yg_other_name(enum yg_other other); /* "ESP in UDP"; literal */

/* @type: an ethertype, or an LLC length (below 1536), or 0. */
enum yg_other yg_other_from_type(uint16_t type);

/* @protocol: IPPROTO_*, not TCP; @sport, @dport: of UDP, host order. The lower one is first. */
enum yg_other yg_other_from_protocol(uint8_t protocol, uint16_t sport, uint16_t dport);
