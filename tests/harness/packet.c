/* SPDX-License-Identifier: GPL-2.0-only */
#include "packet.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#define EXTENSIONS_END	   255
#define EXTENSION_FRAGMENT 44
#define EXTENSION_AUTH	   51
#define EXTENSION_LEN	   8 /* the shortest */
#define TCP_ACK		   0x10

/* Bytes after the last one written. */
struct writer {
	uint8_t *at, *end;
};

static void *take(struct writer *w, size_t len)
{
	uint8_t *at = w->at;

	if ((size_t)(w->end - w->at) < len)
		abort();
	memset(at, 0, len);
	w->at += len;
	return at;
}

static void address(int family, const char *text, const char *otherwise, void *ret)
{
	if (inet_pton(family, text ? text : otherwise, ret) != 1)
		abort();
}

static size_t count_extensions(const struct packet_spec *spec)
{
	size_t n = 0;

	while (spec->extensions && spec->extensions[n] != EXTENSIONS_END)
		n++;
	return n;
}

static size_t payload_len(const struct packet_spec *spec)
{
	if (spec->payload_len || !spec->payload)
		return spec->payload_len;
	return strlen(spec->payload);
}

static size_t tcp_len(const struct packet_spec *spec)
{
	if (spec->is_raw)
		return payload_len(spec);
	return sizeof(struct tcphdr) + (size_t)spec->tcp_options * 4 + payload_len(spec);
}

static void write_type(struct writer *w, uint16_t type)
{
	uint16_t wire = htons(type);

	memcpy(take(w, sizeof(wire)), &wire, sizeof(wire));
}

static void write_link(struct writer *w, const struct packet_spec *spec)
{
	uint16_t type = spec->ethertype, family = spec->is_v6 ? ETH_P_IPV6 : ETH_P_IP;
	memcpy(take(w, ETH_ALEN), "\x02\0\0\0\0\1", ETH_ALEN);
	memcpy(take(w, ETH_ALEN), "\x02\0\0\0\0\2", ETH_ALEN);
	for (int i = 0; i < spec->vlans; i++) {
		write_type(w, i + 1 < spec->vlans ? ETH_P_8021AD : ETH_P_8021Q);
		(void)take(w, sizeof(uint16_t)); /* tag */
	}
	write_type(w, type ? type : family);
}

static void write_ip4(struct writer *w, const struct packet_spec *spec)
{
	size_t header = sizeof(struct iphdr) + (size_t)spec->ip_options * 4;
	struct iphdr *ip = take(w, header);

	memset(ip + 1, 1, header - sizeof(*ip));
	ip->version = 4;
	ip->ihl = (header / 4) & 0xf;
	ip->tot_len = htons((uint16_t)(header + tcp_len(spec)));
	ip->frag_off = htons(spec->frag_off);
	ip->ttl = 64;
	ip->protocol = spec->protocol ? spec->protocol : IPPROTO_TCP;
	address(AF_INET, spec->src, "192.0.2.10", &ip->saddr);
	address(AF_INET, spec->dst, "192.0.2.1", &ip->daddr);
}

/* Bytes of the extension header @i. @ret: its length byte. */
static size_t extension_len(const struct packet_spec *spec, size_t i, uint8_t *ret)
{
	uint8_t more = spec->extension_more;

	if (spec->extensions[i] == EXTENSION_FRAGMENT)
		more = 0;
	*ret = spec->extensions[i] == EXTENSION_AUTH ? (uint8_t)(2 * more) : more;
	return EXTENSION_LEN * (1u + more);
}

static size_t extensions_len(const struct packet_spec *spec)
{
	size_t count = count_extensions(spec), len = 0;
	uint8_t unused;

	for (size_t i = 0; i < count; i++)
		len += extension_len(spec, i, &unused);
	return len;
}

static void write_ip6(struct writer *w, const struct packet_spec *spec)
{
	size_t extensions = count_extensions(spec);
	struct ipv6hdr *ip6 = take(w, sizeof(*ip6));
	uint8_t *next = &ip6->nexthdr;

	ip6->version = 6;
	ip6->payload_len = htons((uint16_t)(extensions_len(spec) + tcp_len(spec)));
	ip6->hop_limit = 64;
	address(AF_INET6, spec->src, "2001:db8::10", &ip6->saddr);
	address(AF_INET6, spec->dst, "2001:db8::1", &ip6->daddr);
	for (size_t i = 0; i < extensions; i++) {
		uint8_t len_byte;
		uint8_t *header = take(w, extension_len(spec, i, &len_byte));

		*next = spec->extensions[i];
		next = header;
		header[1] = len_byte;
		if (spec->extensions[i] == EXTENSION_FRAGMENT)
			header[3] = spec->ip6_frag_more;
	}
	*next = spec->protocol ? spec->protocol : IPPROTO_TCP;
}

static void write_tcp(struct writer *w, const struct packet_spec *spec)
{
	size_t header = sizeof(struct tcphdr) + (size_t)spec->tcp_options * 4;
	struct tcphdr *tcp = take(w, header);

	memset(tcp + 1, 1, header - sizeof(*tcp));
	tcp->source = htons(spec->sport ? spec->sport : 40000);
	tcp->dest = htons(spec->dport ? spec->dport : 80);
	tcp->seq = htonl(spec->seq);
	tcp->doff = (header / 4) & 0xf;
	((uint8_t *)tcp)[13] = spec->tcp_flags ? spec->tcp_flags : TCP_ACK;
}

size_t packet_build(const struct packet_spec *spec, uint8_t *ret)
{
	struct writer w = { ret, ret + PACKET_CAP };
	size_t len = payload_len(spec);

	write_link(&w, spec);
	if (spec->is_v6)
		write_ip6(&w, spec);
	else
		write_ip4(&w, spec);
	if (!spec->is_raw)
		write_tcp(&w, spec);
	if (len > 0)
		memcpy(take(&w, len), spec->payload, len);
	return (size_t)(w.at - ret);
}
