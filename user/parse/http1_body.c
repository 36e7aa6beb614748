/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fields of a head say about its body: RFC 9112 section 6.3. */
#include "parse/http1.h"

static bool is_connect(struct yg_slice method)
{
	return yg_slice_equal(method, YG_SLICE("CONNECT"));
}

/* HTTP/1.0 or before: no chunks, no Host, no connection that goes on by itself. */
static bool is_old(const struct yg_http1 *http)
{
	return http->version_major == 0 || (http->version_major == 1 && http->version_minor == 0);
}

/* Content-Length beside a coding: who reads both reads chunks. */
static void compare_framings(struct yg_http1 *http)
{
	if (http->coding != YG_CODING_NONE && http->has_length)
		http->anomalies |= YG_ANOMALY_LENGTH_AND_CHUNKED;
}

static enum yg_body request_body(struct yg_http1 *http, struct yg_slice method)
{
	compare_framings(http);
	if (!is_old(http) && http->hosts != 1)
		http->anomalies |= YG_ANOMALY_HOST;
	if (http->coding != YG_CODING_NONE && (http->coding != YG_CODING_CHUNKED || is_old(http)))
		http->anomalies |= YG_ANOMALY_CODING_INVALID;
	if (is_connect(method))
		return YG_BODY_NONE;
	if (http->coding == YG_CODING_NONE)
		return http->has_length && http->length ? YG_BODY_LENGTH : YG_BODY_NONE;
	return http->coding == YG_CODING_CHUNKED ? YG_BODY_CHUNKED : YG_BODY_CLOSE;
}

static enum yg_body response_body(struct yg_http1 *http, struct yg_slice method)
{
	compare_framings(http);
	if (http->status == 101 || (http->status / 100 == 2 && is_connect(method)))
		return YG_BODY_TUNNEL;
	if (http->status < 200 || http->status == 204 || http->status == 304 ||
	    yg_slice_equal(method, YG_SLICE("HEAD")))
		return YG_BODY_NONE;
	if (http->coding != YG_CODING_NONE && (http->coding != YG_CODING_CHUNKED || is_old(http)))
		http->anomalies |= YG_ANOMALY_CODING_INVALID;
	if (http->coding == YG_CODING_CHUNKED)
		return YG_BODY_CHUNKED;
	if (http->coding != YG_CODING_NONE)
		return YG_BODY_CLOSE;
	if (http->has_length)
		return http->length ? YG_BODY_LENGTH : YG_BODY_NONE;
	return YG_BODY_CLOSE;
}

bool yg_http1_is_doubtful(const struct yg_http1 *http)
{
	uint32_t doubts = YG_ANOMALY_BARE_LF | YG_ANOMALY_BARE_CR | YG_ANOMALY_NAME_INVALID |
			  YG_ANOMALY_VERSION | YG_ANOMALY_LENGTH_AND_CHUNKED;

	if (http->kind == YG_HTTP1_REQUEST)
		doubts |= YG_ANOMALY_FOLD | YG_ANOMALY_VALUE_INVALID | YG_ANOMALY_LENGTH_REPEATED |
			  YG_ANOMALY_CODING_INVALID;
	/* Of two Host fields each may be the one that a proxy or the server goes by. */
	return (http->anomalies & doubts) || http->hosts > 1;
}

enum yg_body yg_http1_body(struct yg_http1 *http, struct yg_slice method)
{
	if (http->kind == YG_HTTP1_RESPONSE)
		return response_body(http, method);
	return request_body(http, method);
}

bool yg_http1_is_persistent(const struct yg_http1 *http)
{
	if (http->has_close || http->version_major == 0)
		return false;
	return !is_old(http) || http->has_keep_alive;
}
