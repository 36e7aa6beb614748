/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: headers between a packet and the one inside it, in files.
 *
 *	IP protocol 47		GRE: checksum, key, sequence; ERSPAN I to III	RFC 2784, RFC 2890
 *	UDP to 4789, 8472	VXLAN						RFC 7348
 *	UDP to 4790		VXLAN-GPE: IPv4, IPv6 or Ethernet	draft-ietf-nvo3-vxlan-gpe
 *	UDP to 6081		GENEVE, options skipped				RFC 8926
 *	UDP to 2152		GTP-U, extension headers skipped	3GPP TS 29.281
 *	UDP to 6635		MPLS						RFC 7510
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YG_ENCAP_BY_VERSION 0x0004u /* no ethertype: IPv4 or IPv6 follows, see its first bits */

/* Is it what a mirror port wraps, with a tunnel inside, maybe? @type: an ethertype. */
bool yg_encap_is_mirror(uint16_t type);

/**
 * yg_encap_len() - bytes from a transport header to what is inside.
 * @protocol: IPPROTO_*.
 * @data: [len] from the transport header on.
 * @ret_type: ethertype of what is inside, or YG_ENCAP_BY_VERSION; of no use for 0.
 *
 * Return: bytes, that may be more than @len if the frame is cut; 0 if this is none of the above.
 */
size_t yg_encap_len(uint8_t protocol, const uint8_t *data, size_t len, uint16_t *ret_type);
