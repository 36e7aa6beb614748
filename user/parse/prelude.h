/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a direction begins with before its first message: a PROXY header, a ClientHello.
 *
 *	| PROXY header | HTTP ...			taken out; the client it names is kept
 *	| PROXY header | ClientHello ...	kept for the plaintext of the same connection
 *	| anything else					handed on as it is
 *
 * Under TLS the wire shows the ClientHello and a uprobe the exchanges, as two flows. The table of
 * preludes joins them by the addresses and ports of the connection: what the wire said first is in
 * each exchange. A row is used until the TLS object ends, a new ClientHello takes its connection
 * over, or it makes room; so a row is never another connection's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/hash.h"
#include "core/lru.h"
#include "core/pool.h"
#include "parse/exchange.h"
#include "parse/handshake.h"
#include "parse/hello.h"
#include "parse/proxy.h"
#include "stream/flow.h"

#define YG_PRELUDES_DEFAULT 16384u /* rows of about 450 bytes */

enum yg_prelude_phase {
	YG_PRELUDE_PROXY,  /* may be a PROXY header */
	YG_PRELUDE_SKIP,   /* TLVs of one */
	YG_PRELUDE_FIRST,  /* the first byte behind it */
	YG_PRELUDE_HELLO,  /* in a ClientHello */
	YG_PRELUDE_FLIGHT, /* in the server's answer to one */
	YG_PRELUDE_DONE,
};

struct yg_greeting;

/* Of one flow. Zero when it begins. */
struct yg_prelude {
	struct yg_greeting *greeting;  /* of the pool: a ClientHello that waits for its answer */
	struct yg_hello_gather gather; /* of the direction in phase HELLO: there is one */
	uint8_t *held;		       /* [YG_PROXY_MAX] of the pool: a header that is not whole */
	uint64_t held_ns;
	struct yg_peer proxied; /* by a PROXY header; all zero: none, or unknown */
	uint32_t skip;		/* bytes of TLVs to come */
	uint8_t held_len;
	uint8_t held_dir;
	uint8_t phase[2]; /* enum yg_prelude_phase, of each direction */
};

/* What all flows share. */
struct yg_preludes {
	struct yg_hash_key key;
	struct yg_lru *table;
	struct yg_pool *pool;
	struct yg_stream_counters *counters;
	yg_handshake_fn fn; /* may be NULL */
	void *ctx;
};

/* The bytes of a run that are not the prelude's. */
struct yg_prelude_rest {
	struct yg_run held; /* len 0: none; to be read before the run itself */
	uint64_t used;	    /* bytes of the run that were the prelude's */
};

/**
 * yg_preludes_init() - the table of preludes.
 * @preludes: pool, counters, key, fn and ctx are set.
 * @rows: 0: YG_PRELUDES_DEFAULT.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_preludes_init(struct yg_preludes *preludes, uint32_t rows);
void yg_preludes_clean(struct yg_preludes *preludes);

/**
 * yg_prelude_run() - take one run of a direction whose phase is not DONE.
 *
 * A gap ends the prelude. held of the result is valid until yg_prelude_release().
 */
struct yg_prelude_rest yg_prelude_run(struct yg_preludes *preludes, struct yg_prelude *prelude,
				      struct yg_flow *flow, const struct yg_run *run);
/* The direction ends: what is held is nobody's. */
struct yg_prelude_rest yg_prelude_end(struct yg_preludes *preludes, struct yg_prelude *prelude,
				      const struct yg_flow *flow, unsigned dir);

/* Is the direction still read for its handshake? Then no byte of it is unwanted. */
static inline bool yg_prelude_wants(const struct yg_prelude *prelude, unsigned dir)
{
	return prelude->phase[dir] == YG_PRELUDE_HELLO || prelude->phase[dir] == YG_PRELUDE_FLIGHT;
}

/* What was held has been read: its memory is given back. */
void yg_prelude_release(struct yg_preludes *preludes, struct yg_prelude *prelude);

/**
 * yg_prelude_add() - tell @exchange of @flow what its connection began with.
 *
 * Slices borrow from the table, until the next call.
 */
void yg_prelude_add(struct yg_preludes *preludes, const struct yg_prelude *prelude,
		    struct yg_exchange *exchange);

/* The flow leaves: its memory is given back; the row of a TLS object that ended is used up. */
void yg_prelude_close(struct yg_preludes *preludes, struct yg_prelude *prelude,
		      const struct yg_flow *flow);
