/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client certificate that a TLS-terminating proxy has seen.
 *
 *	X-Forwarded-Client-Cert: By=spiffe://a/gw;Hash=468e...;Subject="CN=x",By=...;Hash=...
 *	                         farther proxy -------------------------^ nearest proxy
 *
 * Only the last element is the nearest proxy's own word, and it counts only when that proxy, the
 * peer, is trusted: anybody can send the field.
 *
 * Source: Envoy, "HTTP header manipulation", x-forwarded-client-cert.
 */
#pragma once

#include "core/slice.h"
#include "parse/exchange.h"

#define YG_CERTIFICATE_HASH_LEN 64u /* hex digits of SHA-256 */

/**
 * yg_certificate_from_request() - fingerprint of the client certificate.
 *
 * Return: the Hash of the last element; absent without one, when an element has two, or when it is
 * no SHA-256. O(bytes of the fields).
 */
struct yg_slice yg_certificate_from_request(const struct yg_message *request);
