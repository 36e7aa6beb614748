/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 and IPv6 addresses as 16 bytes (IPv4 v4-mapped), and prefixes of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

/* "[ffff:...:255.255.255.255]:65535" and NUL, with room. */
#define YG_ADDRESS_TEXT_CAP 64

struct yg_address {
	uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d; all zero means unknown */
};

struct yg_prefix {
	struct yg_address addr; /* bits beyond len are zero */
	uint32_t len;		/* 0..128; an IPv4 /8 is 104 */
};

/* Predicates: v4-mapped; all zero; within the prefix (its length in bits). */
bool yg_address_is_v4(const struct yg_address *addr);
bool yg_address_is_unknown(const struct yg_address *addr);
bool yg_prefix_has(const struct yg_prefix *prefix, const struct yg_address *addr);

/**
 * yg_address_normal() - one form for one host: an IPv4 address inside IPv6 as IPv4.
 *
 * 64:ff9b::/96 (NAT64) and ::ffff:0:0:0/96 (SIIT). Only for addresses that others report: on the
 * wire the host is known, and blocked, by the form it has there.
 *
 * Source: RFC 6052 section 2.1; RFC 2765 section 2.1.
 */
struct yg_address yg_address_normal(const struct yg_address *addr);

/**
 * yg_address_from_text() - parse "10.0.0.1" or "2001:db8::1", nothing around it.
 * Return: 0; -EINVAL if @text is not one address (a zone id is refused).
 */
YG_MUST_CHECK int yg_address_from_text(struct yg_slice text, struct yg_address *ret);

/**
 * yg_prefix_from_text() - parse "10.0.0.0/8", "2001:db8::/32" or a bare address.
 * Return: 0; -EINVAL if it is neither, or if bits beyond the length are set.
 */
YG_MUST_CHECK int yg_prefix_from_text(struct yg_slice text, struct yg_prefix *ret);

/**
 * yg_address_format() - text of @addr, "unknown" when all zero.
 * @ret: at least YG_ADDRESS_TEXT_CAP bytes.
 * Return: @ret.
 */
const char *yg_address_format(const struct yg_address *addr, char *ret);

/* As above with a port: "10.0.0.1:80", "[2001:db8::1]:80". @port is in host order. */
const char *yg_endpoint_format(const struct yg_address *addr, uint16_t port, char *ret);

/* As above for a prefix; a whole address prints without "/32" or "/128". */
const char *yg_prefix_format(const struct yg_prefix *prefix, char *ret);
