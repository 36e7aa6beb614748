/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: which APIs exist. One row per endpoint: method + service + path template.
 * Where the body names an operation (parse/operation.h), a space and its text end the template:
 * "/graphql query GetUser". A path holds no space, so the first one is where it ends.
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
#include "parse/outcome.h"

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
	YG_AUTH_CERTIFICATE = 1u << 7,
};

/* What answers tell inside, see parse/outcome.h: by kind of outcome, then tokens. */
enum yg_inside {
	YG_INSIDE_TOKENS_IN = YG_OUTCOME_MAX,
	YG_INSIDE_TOKENS_OUT,
	YG_INSIDE_MAX,
};

struct yg_endpoint_status {
	uint16_t status; /* 0: the response was not seen */
	uint64_t count;
};

struct yg_endpoint {
	uint64_t id;	/* hash of method, service, template under a public key: stable */
	uint32_t index; /* 0..cap-1: this row, for tables beside the inventory */
	char service[YG_SERVICE_CAP];
	char method[YG_METHOD_CAP];
	char template_[YG_TEMPLATE_CAP];
	uint64_t first_ns; /* since the epoch */
	uint64_t last_ns;
	uint64_t requests; /* estimated while less than everything is sampled, as all counts */
	uint64_t request_bytes;
	uint64_t response_bytes;
	struct yg_endpoint_status status[YG_ENDPOINT_STATUS_MAX]; /* in order of status */
	uint32_t status_count;
	uint64_t status_other;
	uint64_t inside[YG_INSIDE_MAX]; /* answers by outcome, none left out; tokens; 0 unknown */
	uint32_t auth;			/* enum yg_auth bits seen */
	uint32_t protocols;		/* 1u << enum yg_protocol */
	uint64_t tls_requests;		/* of requests */
	bool confirmed;			/* YG_ENDPOINT_CONFIRM requests in two different minutes */
	struct yg_hll callers;
};

#define YG_ENDPOINT_CONFIRM 5u /* requests before an endpoint counts as stable */

const char *yg_auth_name(enum yg_auth auth); /* "bearer"; literal */

struct yg_inventory;

/* One exchange as the inventory counts it. */
struct yg_use {
	uint64_t time_ns;
	uint64_t request_bytes;
	uint64_t response_bytes;
	uint64_t caller; /* hash; 0 unknown */
	uint32_t auth;	 /* enum yg_auth bits */
	uint32_t weight; /* exchanges that it stands for; 0 is 1 */
	uint16_t status;
	uint8_t protocol;
	uint8_t outcome; /* enum yg_outcome_kind */
	bool tls;
	uint64_t tokens_in, tokens_out;
};

/* Called before a row is given up; its index is free afterwards. */
typedef void (*yg_evict_fn)(void *ctx, const struct yg_endpoint *endpoint);

/**
 * yg_inventory_new() - an empty inventory.
 * @key: of its hash table; secret.
 * @endpoints_max: rows; beyond, the least recently used goes. At least 1.
 * @evict: may be NULL.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_inventory_new(const struct yg_hash_key *key, uint32_t endpoints_max,
				   yg_evict_fn evict, void *ctx, struct yg_inventory **ret);
void yg_inventory_free(struct yg_inventory **inventory); /* accepts NULL inside */

/* Stable across restarts and machines; longer texts are cut to the caps first. */
uint64_t yg_endpoint_id(struct yg_slice service, struct yg_slice method, struct yg_slice template_);

/* The row, or NULL. Does not count as use. O(1). */
struct yg_endpoint *yg_inventory_find(const struct yg_inventory *inventory, struct yg_slice service,
				      struct yg_slice method, struct yg_slice template_);

/**
 * yg_inventory_add() - the row, made if it is not there.
 * @ret: borrowed until it is evicted.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_inventory_add(struct yg_inventory *inventory, struct yg_slice service,
				   struct yg_slice method, struct yg_slice template_,
				   struct yg_endpoint **ret);

/* Count one exchange and make the row the most recently used. */
void yg_inventory_use(struct yg_inventory *inventory, struct yg_endpoint *endpoint,
		      const struct yg_use *use);

/* One that was counted when it was open has gone on: bytes, outcome, weight and time of @use. */
void yg_inventory_go_on(struct yg_endpoint *endpoint, const struct yg_use *use);

/* Take back what yg_inventory_use() counted, but for the caller: it was no request of its own. */
void yg_inventory_unuse(struct yg_endpoint *endpoint, const struct yg_use *use);

/* Counts of @from go to @into; the row of @from is free afterwards (evict is not called). */
void yg_inventory_fold(struct yg_inventory *inventory, struct yg_endpoint *into,
		       struct yg_endpoint *from);

/**
 * yg_inventory_divide() - a row turns out to stand for several endpoints.
 * @into: another of them.
 * @parts: at least 1; a share of 1 / @parts of the counts goes over. Callers go over as they are.
 */
void yg_inventory_divide(struct yg_endpoint *into, struct yg_endpoint *from, uint32_t parts);

/* Take a row out; its index is free afterwards (evict is not called). */
void yg_inventory_drop(struct yg_inventory *inventory, struct yg_endpoint *endpoint);

/* Row by index, NULL if free: for (i = 0; i < yg_inventory_cap(); i++). */
struct yg_endpoint *yg_inventory_at(const struct yg_inventory *inventory, uint32_t index);
uint32_t yg_inventory_cap(const struct yg_inventory *inventory);
uint32_t yg_inventory_count(const struct yg_inventory *inventory);
uint64_t yg_inventory_evicted(const struct yg_inventory *inventory);

/* One row as bytes, without its index; the same on every machine. */
void yg_endpoint_pack(const struct yg_endpoint *endpoint, struct yg_writer *writer);

/* @ret: all but index; worthless if the reader turned bad. */
void yg_endpoint_unpack(struct yg_endpoint *ret, struct yg_reader *reader);
