/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/encap.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "core/macros.h"

#define UDP_HEAD	 8u
#define GRE_HEAD	 4u
#define GRE_CHECKSUM	 0x8000u
#define GRE_KEY		 0x2000u
#define GRE_SEQUENCE	 0x1000u
#define GRE_UNKNOWN	 0x4fffu /* routing, and bits of other versions */
#define ERSPAN_HEAD	 8u	 /* type II */
#define ERSPAN3_HEAD	 12u	 /* type III, and 8 more bytes if its last bit says so */
#define ERSPAN3_MORE	 0x01u
#define VXLAN_HEAD	 8u /* also of GENEVE without options */
#define VXLAN_PORT	 4789u
#define VXLAN_PORT_LINUX 8472u /* before it had a port */
#define VXLAN_HAS_ID	 0x08u
#define VXLAN_HAS_GROUP	 0x80u /* group policy, that Linux writes */
#define VXLAN_GPE_PORT	 4790u
#define VXLAN_HAS_NEXT	 0x04u /* and the last byte of the first word says what follows */
#define MPLS_PORT	 6635u
#define GTP_PORT	 2152u
#define GTP_HEAD	 8u
#define GTP_VERSION	 0xf0u
#define GTP_1		 0x30u /* version 1, not GTP' */
#define GTP_OPTIONS	 0x07u /* any of them: 4 bytes more, the last: the first extension header */
#define GTP_HAS_NEXT	 0x04u
#define GTP_PACKET	 255u /* the message that carries one */
#define GTP_NEXTS_MAX	 4u
#define GENEVE_PORT	 6081u
#define GENEVE_VERSION	 0xc0u
#define GENEVE_OPTIONS	 0x3fu /* words of 4 bytes */

/* What is at hand of the packet, from the transport header on. */
struct rest {
	const uint8_t *ptr;
	size_t len;
};

static uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

bool yg_encap_is_mirror(uint16_t type)
{
	return type == ETH_P_ERSPAN || type == ETH_P_ERSPAN2;
}

/* Behind a GRE header of @at bytes; type I has none, and no sequence number. */
static size_t erspan_len(const struct rest *rest, size_t at, uint16_t type, bool has_sequence)
{
	if (type == ETH_P_ERSPAN)
		return has_sequence ? ERSPAN_HEAD : 0;
	if (rest->len < at + ERSPAN3_HEAD)
		return ERSPAN3_HEAD;
	return ERSPAN3_HEAD + (rest->ptr[at + ERSPAN3_HEAD - 1] & ERSPAN3_MORE ? 8u : 0u);
}

/* RFC 2784 and 2890: | flags, version 2 | protocol 2 | checksum, key, sequence: 4 each |. */
static size_t gre_len(const struct rest *rest, uint16_t *ret_type)
{
	uint16_t flags;
	size_t len;

	if (rest->len < GRE_HEAD)
		return 0;
	flags = load_be16(rest->ptr);
	if (flags & GRE_UNKNOWN)
		return 0;
	*ret_type = load_be16(rest->ptr + 2);
	len = GRE_HEAD + (flags & GRE_CHECKSUM ? 4u : 0u) + (flags & GRE_KEY ? 4u : 0u) +
	      (flags & GRE_SEQUENCE ? 4u : 0u);
	if (yg_encap_is_mirror(*ret_type))
		len += erspan_len(rest, len, *ret_type, flags & GRE_SEQUENCE);
	return len;
}

/* 3GPP TS 29.281 section 5: extension headers begin with their length in words, and end with the
 * kind of the next. */
static size_t gtp_len(const struct rest *rest, size_t at)
{
	const uint8_t *head = rest->ptr + at;
	size_t len = at + GTP_HEAD;

	if ((head[0] & GTP_VERSION) != GTP_1 || head[1] != GTP_PACKET)
		return 0;
	if (!(head[0] & GTP_OPTIONS))
		return len;
	len += 4;
	if (!(head[0] & GTP_HAS_NEXT))
		return len;
	for (uint32_t i = 0; i < GTP_NEXTS_MAX; i++) {
		if (rest->len <= len || rest->ptr[len - 1] == 0)
			return len;
		if (rest->ptr[len] == 0)
			return 0;
		len += (size_t)rest->ptr[len] * 4;
	}
	return rest->len >= len && rest->ptr[len - 1] == 0 ? len : 0;
}

/* draft-ietf-nvo3-vxlan-gpe: the ethertype of what follows, 0 for what is none. */
static uint16_t type_from_gpe(const uint8_t *head)
{
	static const uint16_t types[] = { 0, ETH_P_IP, ETH_P_IPV6, ETH_P_TEB };

	return head[0] == (VXLAN_HAS_ID | VXLAN_HAS_NEXT) && head[3] < YG_ARRAY_SIZE(types)
		       ? types[head[3]]
		       : 0;
}

/* RFC 7348, 8926 and 7510 and the two above, by the port they are sent to. */
static size_t udp_tunnel_len(const struct rest *rest, uint16_t *ret_type)
{
	const uint8_t *head = rest->ptr + UDP_HEAD;

	if (rest->len < UDP_HEAD + VXLAN_HEAD)
		return 0;
	switch (load_be16(rest->ptr + 2)) {
	case VXLAN_PORT:
	case VXLAN_PORT_LINUX:
		*ret_type = ETH_P_TEB;
		return (head[0] & ~VXLAN_HAS_GROUP) == VXLAN_HAS_ID ? UDP_HEAD + VXLAN_HEAD : 0;
	case VXLAN_GPE_PORT:
		*ret_type = type_from_gpe(head);
		return *ret_type ? UDP_HEAD + VXLAN_HEAD : 0;
	case GENEVE_PORT:
		*ret_type = load_be16(head + 2);
		return head[0] & GENEVE_VERSION
			       ? 0
			       : UDP_HEAD + VXLAN_HEAD + (size_t)(head[0] & GENEVE_OPTIONS) * 4;
	case GTP_PORT:
		*ret_type = YG_ENCAP_BY_VERSION;
		return gtp_len(rest, UDP_HEAD);
	case MPLS_PORT:
		*ret_type = ETH_P_MPLS_UC;
		return UDP_HEAD;
	default:
		return 0;
	}
}

size_t yg_encap_len(uint8_t protocol, const uint8_t *data, size_t len, uint16_t *ret_type)
{
	const struct rest rest = { data, len };

	if (protocol == IPPROTO_GRE)
		return gre_len(&rest, ret_type);
	return protocol == IPPROTO_UDP ? udp_tunnel_len(&rest, ret_type) : 0;
}
