/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: which endpoint leads to which: the graph of APIs.
 *
 *	edge endpoint ──► upstream endpoint	a request came in, and for it one went to a server
 *	              └─► third-party endpoint	of ours; or to a server on the Internet
 *	(none)        ──► endpoint		this host asked, and nothing tells for whom
 *
 * One row per pair of endpoint ids. A row whose both ends are one endpoint counts requests that
 * were seen twice under one name: once at the edge, once on the way to the upstream.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/hash.h"
#include "core/macros.h"

#define YG_RELATIONS_MAX 4096u /* pairs; beyond, the least recently used goes; 64 bytes each */

enum yg_relation_kind {
	YG_RELATION_UPSTREAM,	 /* the server has an address of a private network */
	YG_RELATION_THIRD_PARTY, /* the server has a public address */
	YG_RELATION_MAX
};

struct yg_relation {
	uint64_t from;	   /* endpoint id; 0: not known for whom */
	uint64_t into;	   /* endpoint id */
	uint64_t requests; /* linked, or with from == 0 made and not linked */
	uint64_t first_ns, last_ns;
	uint64_t told;	  /* of requests, as yg_relations_told() confirmed */
	uint64_t telling; /* of requests, by the last yg_relations_news() */
	uint8_t kind;	  /* enum yg_relation_kind, of the last request */
};

struct yg_relations;

/**
 * yg_relations_new() - an empty table.
 * @key: of its hash table; secret.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_relations_new(const struct yg_hash_key *key, struct yg_relations **ret);
void yg_relations_free(struct yg_relations **relations); /* accepts NULL inside */

/* Count one request at @time_ns. @into: not 0. O(1). */
void yg_relations_add(struct yg_relations *relations, const struct yg_relation *relation,
		      uint64_t time_ns);

/* An endpoint was folded into another: its relations are the other's from now on. O(rows). */
void yg_relations_fold(struct yg_relations *relations, uint64_t from, uint64_t into);

typedef void (*yg_relation_fn)(void *ctx, const struct yg_relation *relation);

/**
 * yg_relations_news() - what was counted and not told: @relation->requests is the difference.
 * @max: rows at most; the rest is for the next time.
 *
 * The same again at the next call, unless yg_relations_told() was called in between.
 */
void yg_relations_news(struct yg_relations *relations, uint32_t max, yg_relation_fn fn, void *ctx);
/* All of the last news has arrived. */
void yg_relations_told(struct yg_relations *relations);

/* Most recently used first. */
void yg_relations_each(const struct yg_relations *relations, yg_relation_fn fn, void *ctx);

/* Rows now; rows given up so far. */
uint32_t yg_relations_count(const struct yg_relations *relations);
uint64_t yg_relations_evicted(const struct yg_relations *relations);

/* "upstream"; literal. */
const char *yg_relation_kind_name(enum yg_relation_kind kind);

/* By the address: private, loopback, link-local, shared (RFC 6598) or unknown: upstream. */
enum yg_relation_kind yg_relation_kind_of(const struct yg_address *server);
