/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/frame.h"

#include "capture/encap.h"

#include <endian.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ETHERNET_HEAD	 14u
#define VLAN_TAG	 4u
#define SLL_HEAD	 16u
#define SLL2_HEAD	 20u
#define HDLC_HEAD	 4u
#define NULL_HEAD	 4u
#define IP4_HEAD	 20u
#define IP6_HEAD	 40u
#define LABEL		 4u /* MPLS */
#define LABEL_LAST	 0x01u
#define LABELS_MAX	 8u
#define PPP_HEAD	 8u /* PPPoE, and the protocol of PPP */
#define PPP_VERSION	 0x11u
#define PPP_ALL_STATIONS 0xff03u /* and unnumbered information: HDLC in front of PPP */
#define PPP_IP4		 0x0021u
#define PPP_IP6		 0x0057u
#define TCP_HEAD	 20u
#define IP6_EXT_HEAD	 8u
#define TCP_FIN		 0x01u
#define TCP_SYN		 0x02u
#define TCP_RST		 0x04u
#define TCP_ACK		 0x10u
#define IP4_FRAGMENT	 0x3fffu /* more-fragments bit and offset */
#define IP6_FRAGMENT	 0xfff9u /* offset and more-fragments bit of the fragment header */
#define AF_INET6_FREEBSD 28u	 /* the number of AF_INET6 differs between the BSDs */
#define AF_INET6_DARWIN	 30u
#define AF_INET6_NETBSD	 24u
#define DLT_FCS_MASK	 0x03ffffffu /* the upper bits of a link type say how long the FCS is */

/* What is left of the frame: the captured bytes, and how many there were on the wire. */
struct rest {
	const uint8_t *ptr;
	size_t len;
	size_t wire_len;
};

static uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Requires n <= rest->len. */
static void advance(struct rest *rest, size_t n)
{
	rest->ptr += n;
	rest->len -= n;
	rest->wire_len = rest->wire_len > n ? rest->wire_len - n : 0;
}

int yg_link_from_dlt(uint32_t dlt, enum yg_link *ret)
{
	static const struct {
		uint32_t dlt;
		enum yg_link link;
	} links[] = {
		{ 1, YG_LINK_ETHERNET }, { 0, YG_LINK_NULL },	{ 108, YG_LINK_LOOP },
		{ 12, YG_LINK_RAW },	 { 14, YG_LINK_RAW },	{ 101, YG_LINK_RAW },
		{ 228, YG_LINK_RAW },	 { 229, YG_LINK_RAW },	{ 113, YG_LINK_SLL },
		{ 276, YG_LINK_SLL2 },	 { 9, YG_LINK_PPP },	{ 50, YG_LINK_PPP },
		{ 104, YG_LINK_HDLC },	 { 219, YG_LINK_MPLS },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(links); i++) {
		if (links[i].dlt == (dlt & DLT_FCS_MASK)) {
			*ret = links[i].link;
			return 0;
		}
	}
	return -EPROTONOSUPPORT;
}

/* Skips a header of @head_len whose ethertype is at @type_at. */
static enum yg_frame_row skip_link(struct rest *rest, size_t head_len, size_t type_at,
				   uint16_t *ret_type)
{
	if (rest->len < head_len)
		return YG_FRAME_ROW_LOST_HEADER;
	*ret_type = load_be16(rest->ptr + type_at);
	advance(rest, head_len);
	return YG_FRAME_ROW_SEGMENT;
}

static enum yg_frame_row skip_vlans(struct rest *rest, uint16_t *type)
{
	for (uint32_t i = 0; i < YG_VLAN_MAX; i++) {
		if (*type != ETH_P_8021Q && *type != ETH_P_8021AD && *type != ETH_P_QINQ1)
			return YG_FRAME_ROW_SEGMENT;
		if (rest->len < VLAN_TAG)
			return YG_FRAME_ROW_LOST_HEADER;
		*type = load_be16(rest->ptr + 2);
		advance(rest, VLAN_TAG);
	}
	return YG_FRAME_ROW_SEGMENT; /* a third tag is no ethertype that we know: skip_proto */
}

static uint16_t type_from_family(uint32_t family)
{
	switch (family) {
	case AF_INET:
		return ETH_P_IP;
	case AF_INET6:
	case AF_INET6_FREEBSD:
	case AF_INET6_DARWIN:
	case AF_INET6_NETBSD:
		return ETH_P_IPV6;
	default:
		return 0;
	}
}

/* The family is in the writer's byte order, which is not always the file's: try both. */
static enum yg_frame_row skip_null(struct rest *rest, uint16_t *ret_type)
{
	uint32_t family;

	if (rest->len < NULL_HEAD)
		return YG_FRAME_ROW_LOST_HEADER;
	family = load_be32(rest->ptr);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	*ret_type = type_from_family(family);
	advance(rest, NULL_HEAD);
	return YG_FRAME_ROW_SEGMENT;
}

static enum yg_frame_row read_version(const struct rest *rest, uint16_t *ret_type)
{
	if (rest->len == 0)
		return YG_FRAME_ROW_LOST_HEADER;
	switch (rest->ptr[0] >> 4) {
	case 4:
		*ret_type = ETH_P_IP;
		break;
	case 6:
		*ret_type = ETH_P_IPV6;
		break;
	default:
		*ret_type = 0;
		break;
	}
	return YG_FRAME_ROW_SEGMENT;
}

/* RFC 3032: | label 20, class 3, last 1, TTL 8 | ...; what follows the last one is not said. */
static enum yg_frame_row skip_labels(struct rest *rest, uint16_t *ret_type)
{
	bool last = false;

	*ret_type = ETH_P_MPLS_UC;
	for (uint32_t i = 0; i < LABELS_MAX && !last; i++) {
		if (rest->len < LABEL)
			return YG_FRAME_ROW_LOST_HEADER;
		last = rest->ptr[2] & LABEL_LAST;
		advance(rest, LABEL);
	}
	if (!last)
		return YG_FRAME_ROW_SKIP_PROTO;
	if (rest->len > 0 && rest->ptr[0] >> 4 != 4 && rest->ptr[0] >> 4 != 6)
		return YG_FRAME_ROW_SKIP_PROTO; /* a pseudowire */
	return read_version(rest, ret_type);
}

static uint16_t type_from_ppp(uint32_t protocol)
{
	return protocol == PPP_IP4 ? ETH_P_IP : protocol == PPP_IP6 ? ETH_P_IPV6 : 0;
}

/* RFC 2516: | version, type 1 | code 1 | session 2 | length 2 | protocol of PPP 2 |. */
static enum yg_frame_row skip_ppp(struct rest *rest, uint16_t *ret_type)
{
	if (rest->len < PPP_HEAD)
		return YG_FRAME_ROW_LOST_HEADER;
	if (rest->ptr[0] != PPP_VERSION || rest->ptr[1] != 0)
		return YG_FRAME_ROW_SKIP_PROTO;
	*ret_type = type_from_ppp(load_be16(rest->ptr + 6));
	advance(rest, PPP_HEAD);
	return YG_FRAME_ROW_SEGMENT;
}

/* RFC 1661 and 1662: | address and control, if not agreed away: 2 | protocol 1 if odd, else 2 |. */
static enum yg_frame_row skip_ppp_frame(struct rest *rest, uint16_t *ret_type)
{
	size_t at = rest->len >= 2 && load_be16(rest->ptr) == PPP_ALL_STATIONS ? 2 : 0;
	bool is_short = rest->len > at && rest->ptr[at] & 1u;

	if (rest->len < at + (is_short ? 1 : 2))
		return YG_FRAME_ROW_LOST_HEADER;
	*ret_type = type_from_ppp(is_short ? rest->ptr[at] : load_be16(rest->ptr + at));
	advance(rest, at + (is_short ? 1 : 2));
	return YG_FRAME_ROW_SEGMENT;
}

static enum yg_frame_row skip_carriers(struct rest *rest, uint16_t *type)
{
	enum yg_frame_row outcome = skip_vlans(rest, type);

	if (outcome != YG_FRAME_ROW_SEGMENT)
		return outcome;
	if (*type == ETH_P_MPLS_UC)
		return skip_labels(rest, type);
	return *type == ETH_P_PPP_SES ? skip_ppp(rest, type) : outcome;
}

static enum yg_frame_row skip_to_network(enum yg_link link, struct rest *rest, uint16_t *ret_type)
{
	enum yg_frame_row outcome;

	switch (link) {
	case YG_LINK_ETHERNET:
		outcome = skip_link(rest, ETHERNET_HEAD, 12, ret_type);
		break;
	case YG_LINK_SLL:
		outcome = skip_link(rest, SLL_HEAD, 14, ret_type);
		break;
	case YG_LINK_SLL2:
		outcome = skip_link(rest, SLL2_HEAD, 0, ret_type);
		break;
	case YG_LINK_NULL:
	case YG_LINK_LOOP:
		return skip_null(rest, ret_type);
	case YG_LINK_RAW:
		return read_version(rest, ret_type);
	case YG_LINK_PPP:
		return skip_ppp_frame(rest, ret_type);
	case YG_LINK_MPLS:
		return skip_labels(rest, ret_type);
	case YG_LINK_HDLC:
		outcome = skip_link(rest, HDLC_HEAD, 2, ret_type);
		break;
	case YG_LINK_MAX:
	default:
		return YG_FRAME_ROW_SKIP_PROTO;
	}
	return outcome == YG_FRAME_ROW_SEGMENT ? skip_carriers(rest, ret_type) : outcome;
}

/* In two words: who reads the address next reads words, and waits for stores of other sizes. */
static void map_v4(uint8_t dst[16], const uint8_t *addr)
{
	uint64_t words[2] = { 0, htobe64(0xffffull << 32 | load_be32(addr)) };

	memcpy(dst, words, sizeof(words));
}

/* @ret_len: bytes behind the IP header that it claims; @ret_protocol: what they are. */
static enum yg_frame_row skip_ip4(struct rest *rest, struct yg_flow_key *key, size_t *ret_len,
				  uint8_t *ret_protocol)
{
	const uint8_t *ip = rest->ptr;
	size_t total, head_len;

	if (rest->len < IP4_HEAD || ip[0] >> 4 != 4)
		return YG_FRAME_ROW_LOST_HEADER;
	head_len = (size_t)(ip[0] & 0x0f) * 4;
	total = load_be16(ip + 2);
	if (total == 0)
		total = rest->wire_len;
	if (head_len < IP4_HEAD || total < head_len)
		return YG_FRAME_ROW_LOST_HEADER;
	if (load_be16(ip + 6) & IP4_FRAGMENT)
		return YG_FRAME_ROW_SKIP_FRAGMENT;
	if (head_len > rest->len)
		return YG_FRAME_ROW_LOST_HEADER;

	map_v4(key->saddr, ip + 12);
	map_v4(key->daddr, ip + 16);
	advance(rest, head_len);
	*ret_len = total - head_len;
	*ret_protocol = ip[9];
	return YG_FRAME_ROW_SEGMENT;
}

static bool is_extension(uint8_t next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT || next == IPPROTO_AH || next == IPPROTO_MH;
}

/* Length of the extension header at @p of kind @next; at least IP6_EXT_HEAD bytes are there. */
static size_t extension_len(uint8_t next, const uint8_t *p)
{
	if (next == IPPROTO_AH)
		return ((size_t)p[1] + 2) * 4; /* RFC 4302 section 2.2 counts 4-byte words */
	return next == IPPROTO_FRAGMENT ? IP6_EXT_HEAD : ((size_t)p[1] + 1) * 8;
}

static enum yg_frame_row skip_extensions(struct rest *rest, uint8_t next, size_t *len,
					 uint8_t *ret_protocol)
{
	for (uint32_t i = 0; i < YG_IP6_EXT_MAX && is_extension(next); i++) {
		size_t ext_len;

		if (rest->len < IP6_EXT_HEAD)
			return YG_FRAME_ROW_LOST_HEADER;
		/* A fragment header without a fragment is legal: RFC 6946 */
		if (next == IPPROTO_FRAGMENT && (load_be16(rest->ptr + 2) & IP6_FRAGMENT))
			return YG_FRAME_ROW_SKIP_FRAGMENT;
		ext_len = extension_len(next, rest->ptr);
		if (ext_len > rest->len || ext_len > *len)
			return YG_FRAME_ROW_LOST_HEADER;
		next = rest->ptr[0];
		advance(rest, ext_len);
		*len -= ext_len;
	}
	*ret_protocol = next;
	return is_extension(next) ? YG_FRAME_ROW_SKIP_PROTO : YG_FRAME_ROW_SEGMENT;
}

static enum yg_frame_row skip_ip6(struct rest *rest, struct yg_flow_key *key, size_t *ret_len,
				  uint8_t *ret_protocol)
{
	const uint8_t *ip = rest->ptr;

	if (rest->len < IP6_HEAD || ip[0] >> 4 != 6)
		return YG_FRAME_ROW_LOST_HEADER;

	memcpy(key->saddr, ip + 8, sizeof(key->saddr));
	memcpy(key->daddr, ip + 24, sizeof(key->daddr));
	advance(rest, IP6_HEAD);
	*ret_len = load_be16(ip + 4);
	if (*ret_len == 0)
		*ret_len = rest->wire_len;
	return skip_extensions(rest, ip[6], ret_len, ret_protocol);
}

static enum yg_frame_row skip_ip(struct rest *rest, uint16_t type, struct yg_flow_key *key,
				 size_t *ret_len, uint8_t *ret_protocol)
{
	enum yg_frame_row outcome;

	if (type == ETH_P_IP) {
		outcome = skip_ip4(rest, key, ret_len, ret_protocol);
		if (outcome == YG_FRAME_ROW_SEGMENT && *ret_protocol == IPPROTO_AH)
			outcome = skip_extensions(rest, IPPROTO_AH, ret_len, ret_protocol);
		return outcome;
	}
	if (type == ETH_P_IPV6)
		return skip_ip6(rest, key, ret_len, ret_protocol);
	return YG_FRAME_ROW_SKIP_PROTO;
}

/* --- tunnels: one level, and another in what a mirror copied ------------------------------- */

/* Step to the network header of the inner packet. SKIP_PROTO: there is none. */
static enum yg_frame_row skip_tunnel(struct rest *rest, uint8_t protocol, uint16_t *ret_type,
				     bool *ret_mirror)
{
	uint16_t type = 0;
	size_t len = 0;

	switch (protocol) {
	case IPPROTO_IPIP:
		*ret_type = ETH_P_IP;
		return YG_FRAME_ROW_SEGMENT;
	case IPPROTO_IPV6:
		*ret_type = ETH_P_IPV6;
		return YG_FRAME_ROW_SEGMENT;
	default:
		len = yg_encap_len(protocol, rest->ptr, rest->len, &type);
		break;
	}
	if (len == 0)
		return YG_FRAME_ROW_SKIP_PROTO;
	if (len > rest->len)
		return YG_FRAME_ROW_LOST_HEADER;
	advance(rest, len);
	*ret_type = type;
	*ret_mirror = yg_encap_is_mirror(*ret_type);
	if (*ret_type == YG_ENCAP_BY_VERSION)
		return read_version(rest, ret_type);
	if (*ret_type == ETH_P_MPLS_UC)
		return skip_labels(rest, ret_type);
	if (*ret_type != ETH_P_TEB && !*ret_mirror)
		return YG_FRAME_ROW_SEGMENT;
	return skip_to_network(YG_LINK_ETHERNET, rest, ret_type);
}

/*
 * Addresses and length of the TCP segment, in the packet or in the one inside it. @type and
 * @ret_protocol (0 where it came to none) tell how far it came.
 */
static enum yg_frame_row skip_to_tcp(struct rest *rest, uint16_t *type, struct yg_flow_key *key,
				     size_t *ret_len, uint8_t *ret_protocol)
{
	enum yg_frame_row outcome = skip_ip(rest, *type, key, ret_len, ret_protocol);
	bool mirrored = false;
	unsigned int depth = 0;

	while (outcome == YG_FRAME_ROW_SEGMENT && *ret_protocol != IPPROTO_TCP &&
	       depth++ < (mirrored ? 2u : 1u)) {
		outcome = skip_tunnel(rest, *ret_protocol, type, &mirrored);
		if (outcome == YG_FRAME_ROW_SEGMENT)
			outcome = skip_ip(rest, *type, key, ret_len, ret_protocol);
	}
	if (outcome == YG_FRAME_ROW_SEGMENT && *ret_protocol != IPPROTO_TCP)
		return YG_FRAME_ROW_SKIP_PROTO;
	return outcome;
}

static enum yg_frame_row read_tcp(struct rest *rest, size_t len, struct yg_segment *ret)
{
	const uint8_t *tcp = rest->ptr;
	size_t head_len;
	uint8_t flags;

	if (rest->len < TCP_HEAD)
		return YG_FRAME_ROW_LOST_HEADER;
	head_len = (size_t)(tcp[12] >> 4) * 4;
	flags = tcp[13];
	if (head_len < TCP_HEAD || head_len > len)
		return YG_FRAME_ROW_LOST_HEADER;
	if (head_len == len && !(flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		return YG_FRAME_ROW_SKIP_EMPTY;

	memcpy(&ret->key.sport, tcp, sizeof(ret->key.sport));
	memcpy(&ret->key.dport, tcp + 2, sizeof(ret->key.dport));
	ret->offset = load_be32(tcp + 4);
	ret->ack = flags & TCP_ACK ? load_be32(tcp + 8) : 0;
	ret->tcp_flags = flags;
	ret->payload_len = (uint32_t)(len - head_len);
	/* options cut by a short snaplen: the payload was not captured at all */
	advance(rest, head_len < rest->len ? head_len : rest->len);
	return YG_FRAME_ROW_SEGMENT;
}

enum yg_frame_row yg_frame_decode(const struct yg_frame *frame, struct yg_segment *ret,
				  const uint8_t **ret_data)
{
	struct rest rest = { frame->data, frame->data_len, frame->wire_len };
	struct yg_flow_key *key = &ret->key;
	enum yg_frame_row outcome;
	uint8_t protocol = 0;
	size_t len = 0;
	uint16_t type;

	if (rest.wire_len < rest.len)
		rest.wire_len = rest.len;
	outcome = skip_to_network(frame->link, &rest, &type);
	if (outcome != YG_FRAME_ROW_SEGMENT)
		return outcome;
	outcome = skip_to_tcp(&rest, &type, key, &len, &protocol);
	if (outcome == YG_FRAME_ROW_SEGMENT)
		outcome = read_tcp(&rest, len, ret);
	if (outcome != YG_FRAME_ROW_SEGMENT)
		return outcome;

	ret->time_ns = frame->time_ns;
	ret->object = 0;
	ret->key.ifindex = 0;
	ret->tgid = 0;
	ret->generation = 0;
	ret->data_len = rest.len < ret->payload_len ? (uint32_t)rest.len : ret->payload_len;
	ret->sampled = 0;
	ret->source = YG_SOURCE_FILE;
	ret->bind = YG_BIND_SOCKET;
	ret->chosen = YG_CHOSEN_ALL;
	ret->clients = 0;
	*ret_data = rest.ptr;
	return YG_FRAME_ROW_SEGMENT;
}

enum yg_other yg_frame_other(const struct yg_frame *frame)
{
	struct rest rest = { frame->data, frame->data_len, frame->wire_len };
	struct yg_flow_key key;
	uint8_t protocol = 0;
	uint16_t type = 0;
	size_t len = 0;

	if (skip_to_network(frame->link, &rest, &type) == YG_FRAME_ROW_SEGMENT)
		(void)skip_to_tcp(&rest, &type, &key, &len, &protocol);
	if (type != ETH_P_IP && type != ETH_P_IPV6)
		return frame->link >= YG_LINK_MAX ? YG_OTHER_LINK : yg_other_from_type(type);
	return yg_other_from_protocol(protocol, rest.len >= 4 ? load_be16(rest.ptr) : 0,
				      rest.len >= 4 ? load_be16(rest.ptr + 2) : 0);
}

void yg_frame_count(struct yg_sample_counters *counters, enum yg_frame_row outcome)
{
	counters->rx++;
	switch (outcome) {
	case YG_FRAME_ROW_SEGMENT:
		counters->segment++;
		break;
	case YG_FRAME_ROW_SKIP_PROTO:
		counters->skip_proto++;
		break;
	case YG_FRAME_ROW_SKIP_FRAGMENT:
		counters->skip_fragment++;
		break;
	case YG_FRAME_ROW_SKIP_EMPTY:
		counters->skip_empty++;
		break;
	case YG_FRAME_ROW_LOST_HEADER:
	case YG_FRAME_ROW_MAX:
	default:
		counters->lost_header++;
		break;
	}
}
