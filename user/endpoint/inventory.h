/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: which APIs exist. One row per endpoint: method + service + path template.
 *
 * Rows are made only by accepted exchanges (see endpoint/template.h), found by hash, and evicted
 * least recently used when the cap is reached. When learning turns literal segments into a
 * parameter, the rows behind them are folded into one: counts add, sketches merge.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/hll.h"
#include "core/macros.h"
#include "core/slice.h"

#define YG_SERVICE_CAP	       256u /* bytes of a service name, NUL included; longer is cut */
#define YG_METHOD_CAP	       24u  /* "PROPPATCH" fits; longer methods are cut */
#define YG_TEMPLATE_CAP	       512u /* bytes of a template, NUL included */
#define YG_ENDPOINT_STATUS_MAX 24u  /* distinct statuses per endpoint; more are in status_other */

/* How callers proved who they are; bits of yg_endpoint.auth. */
enum yg_auth {
	YG_AUTH_NONE = 1u << 0, /* no credential at all */
	YG_AUTH_BEARER = 1u << 1,
	YG_AUTH_JWT = 1u << 2,
	YG_AUTH_BASIC = 1u << 3,
	YG_AUTH_API_KEY = 1u << 4,
	YG_AUTH_COOKIE = 1u << 5,
	YG_AUTH_OTHER = 1u << 6, /* Authorization of another scheme */
};

struct yg_endpoint_status {
	uint16_t status; /* 0: the response was not seen */
	uint64_t count;
};

struct yg_endpoint {
	uint64_t id;	/* keyed by nothing: hash of method, service, template; stable */
	uint32_t index; /* 0..cap-1: this row, for tables beside the inventory */
	char service[YG_SERVICE_CAP];
	char method[YG_METHOD_CAP];
	char template_[YG_TEMPLATE_CAP];
	uint64_t first_ns; /* since the epoch */
	uint64_t last_ns;
	uint64_t requests;
	uint64_t request_bytes;
	uint64_t response_bytes;
	struct yg_endpoint_status status[YG_ENDPOINT_STATUS_MAX]; /* in order of status */
	uint32_t status_count;
	uint64_t status_other;
	uint32_t auth;	       /* enum yg_auth bits seen */
	uint32_t protocols;    /* 1u << enum yg_protocol */
	uint64_t tls_requests; /* of requests */
	bool confirmed;	       /* YG_ENDPOINT_CONFIRM requests in two different minutes */
	struct yg_hll callers;
};

#define YG_ENDPOINT_CONFIRM 5u /* requests before an endpoint counts as stable */

const char *yg_auth_name(enum yg_auth auth); /* "bearer"; literal */
