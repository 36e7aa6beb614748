/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who asked, when the peer is a proxy.
 *
 *	client -> proxy a -> proxy b -> us		X-Forwarded-For: client, a	peer: b
 *
 * Each proxy appends the address it was asked by, so only the entries written by proxies we trust
 * mean anything: walk from the right while the address that wrote the entry is trusted; the first
 * untrusted address is the client. What stands further left is the client's own invention.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"
#include "parse/exchange.h"

#define YG_FORWARDED_MAX 64 /* entries walked; beyond, the client stays unknown */

/* Where the client's address comes from. */
enum yg_forwarded_source {
	YG_FORWARDED_PEER,    /* the peer itself: not a trusted proxy, or no field */
	YG_FORWARDED_RFC7239, /* Forwarded */
	YG_FORWARDED_XFF,     /* X-Forwarded-For */
	YG_FORWARDED_REAL_IP, /* X-Real-IP */
	YG_FORWARDED_MAX_SOURCE
};

struct yg_forwarded {
	struct yg_address client; /* all zero: unknown ("unknown", "_hidden", hostile value) */
	enum yg_forwarded_source source; /* the first of the fields that is there */
};

/* Addresses that may speak for others. */
struct yg_trust {
	const struct yg_prefix *prefixes; /* [count]; borrowed */
	size_t count;
};

/* May @peer speak for others? */
bool yg_trust_has(const struct yg_trust *trust, const struct yg_address *peer);

/**
 * yg_forwarded_client() - address of the client that sent @request.
 * @peer: the other end of the connection.
 *
 * A peer that is not trusted is the client, whatever it sends. From a trusted one, Forwarded and
 * X-Forwarded-For are walked, X-Real-IP is taken as it is; a field whose value is unusable makes
 * the client unknown, never a guess. Repeated fields are one list. When all entries are trusted,
 * the leftmost is the client. O(bytes of the fields * prefixes).
 *
 * Most proxies write one of the three and pass the others on as the client sent them. Which one is
 * not known here, so fields that contradict each other make the client unknown, too: both lists
 * must lead to the same address, and X-Real-IP must be an address that the walk has met.
 *
 * Source: RFC 7239 sections 4 to 7.
 */
struct yg_forwarded yg_forwarded_client(const struct yg_message *request,
					const struct yg_address *peer,
					const struct yg_trust *trust);

/* The last entry of a list, over all fields of that name: the nearest hop's. Absent: none. */
struct yg_slice yg_forwarded_last(const struct yg_message *message, enum yg_header_id name);

/* The value of @name in one element of Forwarded, without quotes; absent: there is none, or two. */
struct yg_slice yg_forwarded_parameter(struct yg_slice element, struct yg_slice name);
