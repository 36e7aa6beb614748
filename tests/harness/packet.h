/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames to feed to BPF programs: a description in, bytes out. Lengths in the headers are those of
 * the described packet; to make a broken one, build it and break it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PACKET_CAP 3500 /* bytes: what BPF_PROG_TEST_RUN takes for one buffer */

struct packet_spec {
	const char *src, *dst; /* text; NULL: 192.0.2.10 and 192.0.2.1, or 2001:db8:: ones */
	uint16_t sport, dport; /* 0: 40000 and 80 */
	int is_v6;
	int vlans;		   /* 802.1Q tags, the outer ones 802.1ad */
	int ip_options;		   /* IPv4: 32-bit words of NOP */
	const uint8_t *extensions; /* IPv6: kinds of extension headers, ended by 255 */
	uint8_t extension_more;	   /* 8-byte units of each beyond its first, but of a fragment's */
	uint16_t frag_off;	   /* IPv4: flags and offset, host order */
	uint8_t ip6_frag_more;	   /* IPv6 fragment header: M bit */
	uint8_t protocol;	   /* 0: TCP */
	int is_raw;		   /* the payload follows the IP header, without TCP between */
	uint16_t ethertype;	   /* 0: that of the family */
	uint32_t seq;
	uint8_t tcp_flags;   /* 0: ACK */
	int tcp_options;     /* 32-bit words of NOP */
	const char *payload; /* NULL: none */
	size_t payload_len;  /* 0: strlen(payload) */
};

/**
 * packet_build() - write the frame that @spec describes.
 * @ret: PACKET_CAP bytes.
 *
 * Aborts the test if it does not fit. Checksums are zero: no program looks at them.
 *
 * Return: bytes.
 */
size_t packet_build(const struct packet_spec *spec, uint8_t *ret);
