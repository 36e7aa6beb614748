/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Header fields that somebody looks for, by number: a name is compared once, when its message is
 * handed over, and looked up by one byte from then on.
 * Names of a row are in lower case.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* What a name says by itself, whatever the value; a letter each in the table. */
#define YG_HEADER_USUAL	     (1u << 0) /* U: every message has it, or it says who asks */
#define YG_HEADER_STANDARD   (1u << 1) /* S: of clients and hops: no parameter of an API */
#define YG_HEADER_KEY	     (1u << 2) /* K: an API key, by convention */
#define YG_HEADER_SECRET     (1u << 3) /* C: it may carry a credential */
#define YG_HEADER_RATE	     (1u << 4) /* R: of a rate limit */
#define YG_HEADER_TRAITS_MAX 31u       /* all of them */

/* ROW(name, text, traits) */
/* clang-format off */
#define YG_HEADERS(ROW) \
	ROW(B3, "b3", S) \
	ROW(TE, "te", S) \
	ROW(AGE, "age", U) \
	ROW(DNT, "dnt", S) \
	ROW(NEL, "nel", NONE) \
	ROW(VIA, "via", US) \
	ROW(DATE, "date", US) \
	ROW(DPOP, "dpop", US) \
	ROW(ETAG, "etag", U) \
	ROW(FROM, "from", S) \
	ROW(HOST, "host", US) \
	ROW(LINK, "link", NONE) \
	ROW(VARY, "vary", U) \
	ROW(ALLOW, "allow", NONE) \
	ROW(RANGE, "range", S) \
	ROW(ACCEPT, "accept", US) \
	ROW(APIKEY, "apikey", KC) \
	ROW(CF_RAY, "cf-ray", US) \
	ROW(COOKIE, "cookie", UC) \
	ROW(EXPECT, "expect", S) \
	ROW(ORIGIN, "origin", US) \
	ROW(PRAGMA, "pragma", S) \
	ROW(SERVER, "server", U) \
	ROW(SUNSET, "sunset", NONE) \
	ROW(ALT_SVC, "alt-svc", NONE) \
	ROW(API_KEY, "api-key", KC) \
	ROW(BAGGAGE, "baggage", S) \
	ROW(EXPIRES, "expires", U) \
	ROW(REFERER, "referer", US) \
	ROW(REFRESH, "refresh", NONE) \
	ROW(TRAILER, "trailer", S) \
	ROW(UPGRADE, "upgrade", US) \
	ROW(ALT_USED, "alt-used", S) \
	ROW(IF_MATCH, "if-match", US) \
	ROW(IF_RANGE, "if-range", US) \
	ROW(LOCATION, "location", NONE) \
	ROW(NEWRELIC, "newrelic", S) \
	ROW(PRIORITY, "priority", S) \
	ROW(X_APIKEY, "x-apikey", KC) \
	ROW(FORWARDED, "forwarded", US) \
	ROW(REPORT_TO, "report-to", NONE) \
	ROW(SAVE_DATA, "save-data", S) \
	ROW(SEC_CH_UA, "sec-ch-ua", US) \
	ROW(X_API_KEY, "x-api-key", KC) \
	ROW(X_REAL_IP, "x-real-ip", US) \
	ROW(CONNECTION, "connection", US) \
	ROW(KEEP_ALIVE, "keep-alive", S) \
	ROW(SET_COOKIE, "set-cookie", UC) \
	ROW(SOAPACTION, "soapaction", NONE) \
	ROW(TRACESTATE, "tracestate", S) \
	ROW(USER_AGENT, "user-agent", US) \
	ROW(X_AUTH_KEY, "x-auth-key", KC) \
	ROW(DEPRECATION, "deprecation", NONE) \
	ROW(GRPC_STATUS, "grpc-status", S) \
	ROW(RETRY_AFTER, "retry-after", R) \
	ROW(TRACEPARENT, "traceparent", S) \
	ROW(X_API_TOKEN, "x-api-token", KC) \
	ROW(CONTENT_TYPE, "content-type", US) \
	ROW(GRPC_MESSAGE, "grpc-message", S) \
	ROW(MAX_FORWARDS, "max-forwards", S) \
	ROW(X_AUTH_TOKEN, "x-auth-token", KC) \
	ROW(X_B3_TRACEID, "x-b3-traceid", S) \
	ROW(X_CSRF_TOKEN, "x-csrf-token", C) \
	ROW(X_POWERED_BY, "x-powered-by", NONE) \
	ROW(X_REQUEST_ID, "x-request-id", S) \
	ROW(X_XSRF_TOKEN, "x-xsrf-token", C) \
	ROW(ACCEPT_RANGES, "accept-ranges", US) \
	ROW(AUTHORIZATION, "authorization", USC) \
	ROW(CACHE_CONTROL, "cache-control", US) \
	ROW(CONTENT_RANGE, "content-range", US) \
	ROW(IF_NONE_MATCH, "if-none-match", US) \
	ROW(LAST_MODIFIED, "last-modified", U) \
	ROW(PRIVATE_TOKEN, "private-token", KC) \
	ROW(ACCEPT_CHARSET, "accept-charset", US) \
	ROW(CONTENT_LENGTH, "content-length", US) \
	ROW(HTTP2_SETTINGS, "http2-settings", S) \
	ROW(SEC_FETCH_DEST, "sec-fetch-dest", US) \
	ROW(SEC_FETCH_MODE, "sec-fetch-mode", US) \
	ROW(SEC_FETCH_SITE, "sec-fetch-site", US) \
	ROW(TRUE_CLIENT_IP, "true-client-ip", S) \
	ROW(X_ACCESS_TOKEN, "x-access-token", KC) \
	ROW(X_GOOG_API_KEY, "x-goog-api-key", KC) \
	ROW(ACCEPT_ENCODING, "accept-encoding", US) \
	ROW(ACCEPT_LANGUAGE, "accept-language", US) \
	ROW(IDEMPOTENCY_KEY, "idempotency-key", NONE) \
	ROW(REFERRER_POLICY, "referrer-policy", NONE) \
	ROW(X_FORWARDED_FOR, "x-forwarded-for", US) \
	ROW(X_FRAME_OPTIONS, "x-frame-options", NONE) \
	ROW(X_FUNCTIONS_KEY, "x-functions-key", KC) \
	ROW(CONTENT_ENCODING, "content-encoding", US) \
	ROW(CONTENT_LANGUAGE, "content-language", US) \
	ROW(CONTENT_LOCATION, "content-location", US) \
	ROW(SEC_CH_UA_MOBILE, "sec-ch-ua-mobile", US) \
	ROW(WWW_AUTHENTICATE, "www-authenticate", C) \
	ROW(X_ASPNET_VERSION, "x-aspnet-version", NONE) \
	ROW(X_CORRELATION_ID, "x-correlation-id", S) \
	ROW(X_FAPI_AUTH_DATE, "x-fapi-auth-date", C) \
	ROW(X_FORWARDED_HOST, "x-forwarded-host", US) \
	ROW(X_FORWARDED_PORT, "x-forwarded-port", US) \
	ROW(X_REQUESTED_WITH, "x-requested-with", S) \
	ROW(X_XSS_PROTECTION, "x-xss-protection", NONE) \
	ROW(IF_MODIFIED_SINCE, "if-modified-since", US) \
	ROW(SEC_WEBSOCKET_KEY, "sec-websocket-key", USC) \
	ROW(TRANSFER_ENCODING, "transfer-encoding", S) \
	ROW(X_FORWARDED_PROTO, "x-forwarded-proto", US) \
	ROW(X_FORWARDED_PREFIX, "x-forwarded-prefix", US) \
	ROW(X_FORWARDED_URI, "x-forwarded-uri", US) \
	ROW(X_ORIGINAL_URI, "x-original-uri", S) \
	ROW(X_ORIGINAL_URL, "x-original-url", S) \
	ROW(X_ENVOY_ORIGINAL_PATH, "x-envoy-original-path", S) \
	ROW(X_RATELIMIT_LIMIT, "x-ratelimit-limit", R) \
	ROW(X_RATELIMIT_RESET, "x-ratelimit-reset", R) \
	ROW(PERMISSIONS_POLICY, "permissions-policy", NONE) \
	ROW(SEC_CH_UA_PLATFORM, "sec-ch-ua-platform", US) \
	ROW(CONTENT_DISPOSITION, "content-disposition", US) \
	ROW(IF_UNMODIFIED_SINCE, "if-unmodified-since", US) \
	ROW(PROXY_AUTHORIZATION, "proxy-authorization", USC) \
	ROW(SEC_WEBSOCKET_ACCEPT, "sec-websocket-accept", US) \
	ROW(SEC_WEBSOCKET_VERSION, "sec-websocket-version", US) \
	ROW(X_FAPI_INTERACTION_ID, "x-fapi-interaction-id", NONE) \
	ROW(X_RATELIMIT_REMAINING, "x-ratelimit-remaining", R) \
	ROW(ACCESS_CONTROL_MAX_AGE, "access-control-max-age", US) \
	ROW(X_CONTENT_TYPE_OPTIONS, "x-content-type-options", NONE) \
	ROW(CONTENT_SECURITY_POLICY, "content-security-policy", US) \
	ROW(X_FORWARDED_CLIENT_CERT, "x-forwarded-client-cert", USC) \
	ROW(OCP_APIM_SUBSCRIPTION_KEY, "ocp-apim-subscription-key", KC) \
	ROW(STRICT_TRANSPORT_SECURITY, "strict-transport-security", U) \
	ROW(UPGRADE_INSECURE_REQUESTS, "upgrade-insecure-requests", S) \
	ROW(X_FAPI_CUSTOMER_IP_ADDRESS, "x-fapi-customer-ip-address", NONE) \
	ROW(ACCESS_CONTROL_ALLOW_ORIGIN, "access-control-allow-origin", US) \
	ROW(ACCESS_CONTROL_ALLOW_HEADERS, "access-control-allow-headers", US) \
	ROW(ACCESS_CONTROL_ALLOW_METHODS, "access-control-allow-methods", US) \
	ROW(ACCESS_CONTROL_EXPOSE_HEADERS, "access-control-expose-headers", US) \
	ROW(ACCESS_CONTROL_ALLOW_CREDENTIALS, "access-control-allow-credentials", US)
/* clang-format on */

enum yg_header_id {
	YG_HEADER_UNREAD, /* nobody has looked yet */
	YG_HEADER_OTHER,  /* none of the table */
#define ENUM_ROW(name, text, traits) YG_HEADER_##name,
	YG_HEADERS(ENUM_ROW)
#undef ENUM_ROW
		YG_HEADER_MAX
};

/*
 * What is kept of a name in one byte: its row, or YG_HEADER_MAX and the traits of a name that has
 * none, which are found by a search in its text and thus not twice.
 */
_Static_assert(YG_HEADER_MAX + YG_HEADER_TRAITS_MAX <= UINT8_MAX, "row or traits fit one byte");

/* The row of a code; OTHER: it has none. */
static inline enum yg_header_id yg_header_id_from_code(uint8_t code)
{
	return code < YG_HEADER_MAX ? (enum yg_header_id)code : YG_HEADER_OTHER;
}

/* The row of a name, in any case; OTHER: none. Linear in the rows: not for every field of traffic,
 * which the index below serves. */
enum yg_header_id yg_header_id_from_name(struct yg_slice name);

#define YG_HEADER_SLOTS 512u /* a power of two, more than three times the rows: most hit at first */

#define YG_HEADER_MEMOS	   256u /* a power of two: names without a row, those met last */
#define YG_HEADER_MEMO_CAP 46u	/* bytes of such a name; longer ones are read each time */

struct yg_header_memo {
	uint8_t len; /* 0: free */
	uint8_t traits;
	char name[YG_HEADER_MEMO_CAP];
};

/* Rows by the hash of their names, for who asks of every field. */
struct yg_header_index {
	uint8_t slots[YG_HEADER_SLOTS]; /* enum yg_header_id; UNREAD: free */
	struct yg_header_memo memos[YG_HEADER_MEMOS];
};

/* All rows. */
void yg_header_index_init(struct yg_header_index *index);

/* The code of a name, in one probe for most. */
uint8_t yg_header_index_find(struct yg_header_index *index, struct yg_slice name);

/* The name of a row, in lower case; absent for UNREAD and OTHER. */
struct yg_slice yg_header_name(enum yg_header_id id);

/* What a name says: YG_HEADER_* bits. @name is only read if its row is not known, or is OTHER. */
uint32_t yg_header_traits(enum yg_header_id id, struct yg_slice name);

/* The same by how it begins and by what it holds, as if no row had it. */
uint32_t yg_header_traits_of_name(struct yg_slice name);
