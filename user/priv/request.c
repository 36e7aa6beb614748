/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The closed table of requests: who may ask what, with which fields.
 *
 * What depends on state (protected set, rate, room) is the enforcer's; what a message may say at
 * all is here, so that it can be fuzzed without a kernel.
 */
#include "priv/request.h"

#include <string.h>

#define NS_PER_S       1000000000ull
#define TTL_MAX_NS     ((uint64_t)YG_BLOCK_TTL_MAX_S * NS_PER_S)
#define ADDRESS_BITS   128u
#define V4_MAPPED_BITS 96u
#define V6_SITE_BITS   64u /* one host changes its address at will inside a /64: RFC 8981 */

#define MAY(role)   (1u << (role))
#define FROM_DESK   MAY(YG_ROLE_DESK)
#define FROM_WARDEN MAY(YG_ROLE_WARDEN)

static const unsigned may_send[YG_REQUEST_MAX] = {
	[YG_REQUEST_BLOCK] = MAY(YG_ROLE_ANALYZER) | FROM_DESK,
	[YG_REQUEST_UNBLOCK] = FROM_DESK,
	[YG_REQUEST_LIST] = FROM_DESK,
	[YG_REQUEST_PROTECT] = FROM_WARDEN,
	[YG_REQUEST_PROTECT_END] = FROM_WARDEN,
	[YG_REQUEST_KILL] = MAY(YG_ROLE_ENFORCER),
	[YG_REQUEST_WATCH] = MAY(YG_ROLE_ANALYZER),
};

static bool is_canonical(const struct yg_prefix *prefix)
{
	if (prefix->len > ADDRESS_BITS)
		return false;
	for (uint32_t bit = prefix->len; bit < ADDRESS_BITS; bit++) {
		if (prefix->addr.bytes[bit / 8] & (0x80u >> (bit % 8)))
			return false;
	}
	return true;
}

/* An IPv6 prefix that holds ::ffff:0:0/96 holds every IPv4 client: judged as IPv4. */
static bool holds_v4(const struct yg_prefix *prefix)
{
	static const struct yg_address v4_any = { { [10] = 0xff, [11] = 0xff } };

	return yg_address_is_v4(&prefix->addr) || yg_prefix_has(prefix, &v4_any);
}

static bool is_too_wide(const struct yg_prefix *prefix)
{
	return prefix->len < (holds_v4(prefix) ? YG_BLOCK_NET_MIN_V4 : YG_BLOCK_NET_MIN_V6);
}

/* The analyzer reads hostile bytes: it may name one client, never a network. */
static bool is_one_client(const struct yg_prefix *prefix)
{
	return prefix->len == ADDRESS_BITS || (!holds_v4(prefix) && prefix->len >= V6_SITE_BITS);
}

static enum yg_result check_block(enum yg_role from, const struct yg_request *request)
{
	bool automatic = from == YG_ROLE_ANALYZER;

	if (!is_canonical(&request->prefix) || yg_address_is_unknown(&request->prefix.addr))
		return YG_RESULT_BAD;
	if (is_too_wide(&request->prefix))
		return YG_RESULT_TOO_WIDE;
	if (automatic != (request->reason == YG_REASON_FINDING) || request->reason == 0 ||
	    request->reason >= YG_REASON_MAX)
		return YG_RESULT_BAD;
	if (automatic && !is_one_client(&request->prefix))
		return YG_RESULT_TOO_WIDE;
	if (request->reason != YG_REASON_OPERATOR && request->finding == 0)
		return YG_RESULT_BAD;
	if (request->ttl_ns < NS_PER_S || request->ttl_ns > TTL_MAX_NS)
		return YG_RESULT_BAD;
	if (request->callers_cut > request->callers_recent)
		return YG_RESULT_BAD;
	return YG_RESULT_OK;
}

/* One client, for a while; a crowd is the operator's to name. */
static enum yg_result check_watch(const struct yg_request *request)
{
	if (request->prefix.len != ADDRESS_BITS || yg_address_is_unknown(&request->prefix.addr))
		return YG_RESULT_BAD;
	if (request->reason == 0 || request->reason >= YG_WATCH_CROWD)
		return YG_RESULT_BAD;
	return request->ttl_ns < NS_PER_S ||
			       request->ttl_ns > (uint64_t)YG_WATCH_TTL_MAX_S * NS_PER_S
		       ? YG_RESULT_BAD
		       : YG_RESULT_OK;
}

static enum yg_result check_fields(enum yg_role from, const struct yg_request *request)
{
	switch (request->kind) {
	case YG_REQUEST_BLOCK:
		return check_block(from, request);
	case YG_REQUEST_UNBLOCK:
		return is_canonical(&request->prefix) ? YG_RESULT_OK : YG_RESULT_BAD;
	case YG_REQUEST_PROTECT:
		return is_canonical(&request->prefix) && request->reason > 0 &&
				       request->reason < YG_ALLOW_MAX
			       ? YG_RESULT_OK
			       : YG_RESULT_BAD;
	case YG_REQUEST_WATCH:
		return check_watch(request);
	case YG_REQUEST_LIST:
	case YG_REQUEST_PROTECT_END:
	case YG_REQUEST_KILL:
		return YG_RESULT_OK;
	default:
		return YG_RESULT_BAD;
	}
}

enum yg_result yg_request_check(enum yg_role from, const void *data, size_t len,
				struct yg_request *ret)
{
	struct yg_request request;
	enum yg_result result;

	if (len != sizeof(request) || from >= YG_ROLE_MAX)
		return YG_RESULT_BAD;
	memcpy(&request, data, sizeof(request));
	if (request.kind >= YG_REQUEST_MAX || !(may_send[request.kind] & MAY(from)))
		return YG_RESULT_BAD;
	result = check_fields(from, &request);
	if (result == YG_RESULT_OK)
		*ret = request;
	return result;
}

const char *yg_result_name(enum yg_result result)
{
	static const char *const names[YG_RESULT_MAX] = {
		[YG_RESULT_OK] = "ok",
		[YG_RESULT_END] = "end",
		[YG_RESULT_BAD] = "bad",
		[YG_RESULT_PROTECTED] = "protected",
		[YG_RESULT_TOO_WIDE] = "too-wide",
		[YG_RESULT_TOO_MANY] = "too-many",
		[YG_RESULT_RATE] = "rate",
		[YG_RESULT_FULL] = "full",
		[YG_RESULT_ABSENT] = "absent",
		[YG_RESULT_OBSERVE] = "observe",
		[YG_RESULT_PRIVILEGE] = "privilege",
		[YG_RESULT_UNREADY] = "unready",
		[YG_RESULT_FAILED] = "failed",
	};

	return (unsigned)result < YG_RESULT_MAX ? names[result] : "unknown";
}

const char *yg_reason_name(enum yg_reason reason)
{
	static const char *const names[YG_REASON_MAX] = {
		[YG_REASON_OPERATOR] = "operator",
		[YG_REASON_FINDING] = "finding",
		[YG_REASON_APPROVED] = "approved",
	};

	return (unsigned)reason < YG_REASON_MAX && names[reason] ? names[reason] : "unknown";
}

const char *yg_role_name(enum yg_role role)
{
	static const char *const names[YG_ROLE_MAX] = {
		[YG_ROLE_WARDEN] = "warden",
		[YG_ROLE_ANALYZER] = "analyzer",
		[YG_ROLE_ENFORCER] = "enforcer",
		[YG_ROLE_DESK] = "desk",
	};

	return (unsigned)role < YG_ROLE_MAX ? names[role] : "unknown";
}
