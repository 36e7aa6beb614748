/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: which request was made for which: an edge request and its upstream hops.
 *
 *	client ──E──► this host ──U──► upstream		E contains U in time
 *
 *	time	E.start   U.start      U.end   E.end
 *
 * U is linked to E when this host (or the same address) serves E and asks U, U lies within E, and
 *	- both carry the same trace or request id (traceparent, X-B3-TraceId, X-Request-Id,
 *	  X-Correlation-Id), or
 *	- neither id says otherwise, method and path are the same, a client that U names in
 *	  X-Forwarded-For or X-Real-IP is that of E, and no other exchange could be E, or
 *	- as before with another path, when U names the client of E.
 *
 * The decision waits YG_HOP_GRACE_NS after the end of U, for others that may claim it. Two claims
 * that do not contain each other: U stays without a parent. A chain links each to the next one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/hash.h"
#include "core/macros.h"
#include "parse/exchange.h"

#define YG_HOPS_MAX	4096u /* upstream requests that wait for their edge; more: counted lost */
#define YG_HOP_GRACE_NS (2ull * 1000000000)
#define YG_HOP_STEPS	1024u /* rows looked at per exchange and key; more: lost, never guessed */

/* What this host has to do with an exchange. */
enum yg_hop_side {
	YG_HOP_SIDE_SERVED, /* it was asked, or a capture file does not tell */
	YG_HOP_SIDE_MADE,   /* it asked somebody else */
	YG_HOP_SIDE_LOCAL,  /* it asked itself */
	YG_HOP_SIDE_MAX
};

/* By what capture says of the connection; YG_HOP_SIDE_SERVED where it says nothing. */
enum yg_hop_side yg_hop_side_of(const struct yg_exchange *exchange);
const char *yg_hop_side_name(enum yg_hop_side side); /* "inbound", "outbound", "local"; literal */

/* An exchange that has a request and a path. */
struct yg_hop {
	const struct yg_exchange *exchange;
	uint64_t id;	   /* yg_hop_id() */
	uint64_t endpoint; /* 0: not in the inventory */
	uint32_t index;	   /* of the endpoint's row */
	uint32_t weight;   /* exchanges that it was counted for; 0: the other end was counted */
	uint64_t caller;   /* as it was counted; 0: none */
	uint8_t outcome;   /* enum yg_outcome_kind, and tokens, as they were counted */
	uint64_t tokens_in, tokens_out;
	struct yg_slice path;
	struct yg_address asked; /* who asked: behind trusted proxies, else the peer */
};

/* An upstream exchange whose time to be claimed is over. */
struct yg_hop_link {
	uint64_t id, endpoint;			/* of the upstream exchange */
	uint32_t index;				/* of the endpoint's row, if it is there still */
	uint32_t weight;			/* as it was counted; 0: not */
	uint64_t caller;			/* as it was counted; 0: none */
	uint64_t request_bytes, response_bytes; /* heads and bodies */
	uint64_t tokens_in, tokens_out;
	uint16_t status;
	uint8_t outcome;
	uint64_t parent_id, parent_endpoint; /* of its edge; 0: none, or more than one could be */
	uint64_t time_ns;		     /* of the request */
	struct yg_address client, server;    /* who asked whom */
	uint16_t port;			     /* of the server */
	bool outbound;			     /* it left this host, or stayed in it, for certain */
	bool tls, parent_tls;
};

typedef void (*yg_hop_fn)(void *ctx, const struct yg_hop_link *link);

struct yg_hop_counters {
	uint64_t waiting;   /* upstream requests that waited for their edge */
	uint64_t linked;    /* of them, those with a parent */
	uint64_t ambiguous; /* more than one could be the parent */
	uint64_t lost;	    /* the table was full, or too many rows had one key */
};

struct yg_hops;

/**
 * yg_hops_new() - nothing waits.
 * @key: secret; of the hash tables.
 * @fn: called for each upstream exchange once, in the order in which they ended.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_hops_new(const struct yg_hash_key *key, yg_hop_fn fn, void *ctx,
			      struct yg_hops **ret);
void yg_hops_free(struct yg_hops **hops); /* accepts NULL inside */

/* Name of an exchange: the same in each reading of one capture. Never 0. */
uint64_t yg_hop_id(const struct yg_exchange *exchange);

/* Take one exchange, as it ended. Costs two look-ups where no upstream requests are seen. */
void yg_hops_take(struct yg_hops *hops, const struct yg_hop *hop);

/* Let time pass: decide what has waited long enough. */
void yg_hops_tick(struct yg_hops *hops, uint64_t now_ns);

/* Decide all. */
void yg_hops_finish(struct yg_hops *hops);

/* Totals since yg_hops_new(); borrowed, live. */
const struct yg_hop_counters *yg_hops_counters(const struct yg_hops *hops);
