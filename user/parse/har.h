/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTTP archives (HAR 1.2), as browsers and proxies write them: each entry as an exchange.
 *
 *	{"log":{"entries":[{"startedDateTime":"2026-01-02T03:04:05.678+09:00","time":12.5,
 *	  "serverIPAddress":"203.0.113.9",
 *	  "request":{"method":"GET","url":"https://api.example.com/v1/me","httpVersion":"HTTP/2",
 *	    "headers":[{"name":"Accept","value":"..."}],"postData":{"text":"..."}},
 *	  "response":{"status":200,"headers":[...],"content":{"text":"...","encoding":"base64"}}}]}}
 *
 * Bodies of an archive are decoded already, so fields that speak of codings are left out. Who asked
 * is not told: clients are unknown. Streamed: memory is one entry, whatever the archive's length;
 * texts that find no room are left out, and the body counts as cut.
 *
 * Source: HTTP Archive 1.2 (W3C draft).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "parse/exchange.h"

#define YG_HAR_ENTRY_MAX (4u << 20) /* bytes of all texts of one entry; more are left out */
#define YG_HAR_TOKEN_MAX \
	(64u << 20)	     /* bytes of one string; an archive with a longer one is refused */
#define YG_HAR_DEPTH_MAX 64u /* of nesting; deeper is refused */

struct yg_har;

/* @fn: each entry that has a request, in the order of the archive. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_har_new(yg_exchange_fn fn, void *ctx, struct yg_har **ret);
void yg_har_free(struct yg_har **har); /* accepts NULL inside */

/**
 * yg_har_feed() - read the next bytes of the archive.
 * Return: 0; -EINVAL not JSON, nested too deep, or a string too long: sticky.
 */
YG_MUST_CHECK int yg_har_feed(struct yg_har *har, const char *data, size_t len);

/* The archive has ended. Return: 0; -EINVAL it is cut, or has no log. */
YG_MUST_CHECK int yg_har_finish(struct yg_har *har);

uint64_t yg_har_entries(const struct yg_har *har); /* delivered */
uint64_t yg_har_skipped(const struct yg_har *har); /* without a method, URL or time */
