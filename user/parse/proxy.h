/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PROXY protocol: one header before everything else, in which a load balancer says who
 * connected to it.
 *
 *	v1	"PROXY TCP4 192.0.2.1 192.0.2.9 56324 443\r\n"		at most 107 bytes
 *	v2	| signature 12 | version, command | family | length 2 | addresses | TLVs |
 *
 * Anybody can send one: what it says counts only from a peer that is a trusted proxy.
 *
 * Source: HAProxy, "The PROXY protocol, versions 1 & 2", sections 2.1 and 2.2.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "parse/exchange.h"
#include "parse/http1.h"

#define YG_PROXY_MAX 108u /* bytes that decide and say all: a v1 header, or the fixed part of v2 */

struct yg_proxy {
	struct yg_peer client; /* all zero: unknown (LOCAL, UNKNOWN, a Unix socket) */
	struct yg_peer server; /* the address that the client asked for; as above */
	uint32_t len;	       /* bytes of the whole header; v2: up to 65551, TLVs are not read */
};

/**
 * yg_proxy_parse() - read a header at the start of a connection.
 * @ret: filled when DONE; its len may be beyond @len.
 *
 * Return: DONE; MORE while @len < YG_PROXY_MAX bytes can still become one; BAD: no header.
 */
enum yg_parse yg_proxy_parse(const uint8_t *data, size_t len, struct yg_proxy *ret);
