/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fields of a head say about its body: RFC 9112 section 6.3. */
#include "parse/http1.h"

static bool is_connect(struct yg_slice method)
{
	return yg_slice_equal(method, YG_SLICE("CONNECT"));
}

static enum yg_body request_body(struct yg_http1 *http, struct yg_slice method)
{
	if (http->coding != YG_CODING_NONE && http->has_length) {
		http->anomalies |= YG_ANOMALY_LENGTH_AND_CHUNKED;
		return YG_BODY_BAD;
	}
	if (http->version_major == 1 && http->version_minor > 0 && http->hosts != 1)
		http->anomalies |= YG_ANOMALY_HOST;
	if (is_connect(method))
		return YG_BODY_NONE;
	if (http->coding == YG_CODING_NONE)
		return http->has_length && http->length ? YG_BODY_LENGTH : YG_BODY_NONE;
	if (http->coding == YG_CODING_CHUNKED && http->version_minor > 0)
		return YG_BODY_CHUNKED;
	http->anomalies |= YG_ANOMALY_CODING_INVALID;
	return YG_BODY_BAD;
}

static enum yg_body response_body(struct yg_http1 *http, struct yg_slice method)
{
	if (http->status == 101 || (http->status / 100 == 2 && is_connect(method)))
		return YG_BODY_TUNNEL;
	if (http->status < 200 || http->status == 204 || http->status == 304 ||
	    yg_slice_equal(method, YG_SLICE("HEAD")))
		return YG_BODY_NONE;
	if (http->coding != YG_CODING_NONE && http->has_length) {
		http->anomalies |= YG_ANOMALY_LENGTH_AND_CHUNKED;
		return YG_BODY_BAD;
	}
	if (http->coding == YG_CODING_CHUNKED && http->version_minor > 0)
		return YG_BODY_CHUNKED;
	if (http->coding != YG_CODING_NONE) {
		http->anomalies |= YG_ANOMALY_CODING_INVALID;
		return YG_BODY_CLOSE;
	}
	if (http->has_length)
		return http->length ? YG_BODY_LENGTH : YG_BODY_NONE;
	return YG_BODY_CLOSE;
}

/*
 * Read to its end, and yet no message to learn from: other readers turn it down, or see another
 * one. A client has to take a folded field (RFC 9112 section 5.2), a server need not.
 */
static bool is_doubtful(const struct yg_http1 *head)
{
	uint32_t doubts = YG_ANOMALY_BARE_LF | YG_ANOMALY_BARE_CR | YG_ANOMALY_NAME_INVALID;

	if (head->kind == YG_HTTP1_REQUEST)
		doubts |= YG_ANOMALY_FOLD | YG_ANOMALY_VALUE_INVALID;
	return head->anomalies & doubts;
}

enum yg_body yg_http1_body(struct yg_http1 *http, struct yg_slice method)
{
	if (is_doubtful(http))
		return YG_BODY_BAD;
	if (http->kind == YG_HTTP1_RESPONSE)
		return response_body(http, method);
	return request_body(http, method);
}

bool yg_http1_is_persistent(const struct yg_http1 *http)
{
	if (http->has_close || http->version_major == 0)
		return false;
	return http->version_minor > 0 || http->has_keep_alive;
}
