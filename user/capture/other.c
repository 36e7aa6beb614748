/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/other.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stddef.h>

#include "core/macros.h"

#define LLC_LEN_MAX 1536u /* IEEE 802.3: smaller is a length */

struct row {
	uint16_t key;
	enum yg_other other;
};

#define NAME(id, name) name,

const char *yg_other_name(enum yg_other other)
{
	static const char *const names[] = { YG_OTHERS(NAME) };

	return names[other];
}

static enum yg_other find(const struct row *rows, size_t count, uint16_t key, enum yg_other none)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].key == key)
			return rows[i].other;
	}
	return none;
}

enum yg_other yg_other_from_type(uint16_t type)
{
	static const struct row rows[] = {
		{ ETH_P_ARP, YG_OTHER_ARP },	    { ETH_P_LLDP, YG_OTHER_LLDP },
		{ ETH_P_MACSEC, YG_OTHER_MACSEC },  { ETH_P_MPLS_UC, YG_OTHER_MPLS },
		{ ETH_P_MPLS_MC, YG_OTHER_MPLS },   { ETH_P_NSH, YG_OTHER_NSH },
		{ ETH_P_PPP_DISC, YG_OTHER_PPPOE }, { ETH_P_PPP_SES, YG_OTHER_PPPOE },
		{ ETH_P_8021Q, YG_OTHER_VLAN },	    { ETH_P_8021AD, YG_OTHER_VLAN },
		{ ETH_P_QINQ1, YG_OTHER_VLAN },
	};

	if (type && type < LLC_LEN_MAX)
		return YG_OTHER_LLC;
	return find(rows, YG_ARRAY_SIZE(rows), type, YG_OTHER_ETHERTYPE);
}

static enum yg_other from_port(uint16_t port)
{
	static const struct row rows[] = {
		{ 53, YG_OTHER_DNS },	   { 67, YG_OTHER_DHCP },
		{ 68, YG_OTHER_DHCP },	   { 123, YG_OTHER_NTP },
		{ 443, YG_OTHER_QUIC },	   { 500, YG_OTHER_IKE },
		{ 514, YG_OTHER_SYSLOG },  { 546, YG_OTHER_DHCP },
		{ 547, YG_OTHER_DHCP },	   { 1701, YG_OTHER_L2TP },
		{ 2123, YG_OTHER_GTP },	   { 2152, YG_OTHER_GTP },
		{ 3544, YG_OTHER_TEREDO }, { 4500, YG_OTHER_ESP_IN_UDP },
		{ 4789, YG_OTHER_VXLAN },  { 4790, YG_OTHER_VXLAN },
		{ 5353, YG_OTHER_DNS },	   { 6081, YG_OTHER_GENEVE },
		{ 6635, YG_OTHER_MPLS },   { 8443, YG_OTHER_QUIC },
		{ 8472, YG_OTHER_VXLAN },  { 51820, YG_OTHER_WIREGUARD },
	};

	return find(rows, YG_ARRAY_SIZE(rows), port, YG_OTHER_UDP);
}

enum yg_other yg_other_from_protocol(uint8_t protocol, uint16_t sport, uint16_t dport)
{
	static const struct row rows[] = {
		{ IPPROTO_HOPOPTS, YG_OTHER_IP6_HEADERS },
		{ IPPROTO_ROUTING, YG_OTHER_IP6_HEADERS },
		{ IPPROTO_FRAGMENT, YG_OTHER_IP6_HEADERS },
		{ IPPROTO_DSTOPTS, YG_OTHER_IP6_HEADERS },
		{ IPPROTO_MH, YG_OTHER_IP6_HEADERS },
		{ IPPROTO_AH, YG_OTHER_AH },
		{ IPPROTO_ESP, YG_OTHER_ESP },
		{ IPPROTO_GRE, YG_OTHER_GRE },
		{ IPPROTO_ICMP, YG_OTHER_ICMP },
		{ IPPROTO_ICMPV6, YG_OTHER_ICMP },
		{ IPPROTO_IGMP, YG_OTHER_IGMP },
		{ IPPROTO_IPIP, YG_OTHER_IP_IN_IP },
		{ IPPROTO_IPV6, YG_OTHER_IP_IN_IP },
		{ 89, YG_OTHER_OSPF },
		{ 112, YG_OTHER_VRRP },
		{ 115, YG_OTHER_L2TP },
		{ IPPROTO_SCTP, YG_OTHER_SCTP },
	};
	enum yg_other other;

	if (protocol != IPPROTO_UDP)
		return find(rows, YG_ARRAY_SIZE(rows), protocol, YG_OTHER_IP);
	other = from_port(sport < dport ? sport : dport);
	return other == YG_OTHER_UDP ? from_port(sport < dport ? dport : sport) : other;
}
