/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: connections of which both ends are processes of this host, and both are read.
 *
 *	client process ── SSL_write ──►  TLS  ──► SSL_read ── server process
 *		asks: a twin				  serves: counted
 *
 * What one asks the other answers: one exchange, told twice. The serving end tells first, for it
 * writes the answer that the asking end reads; by the addresses of both the second is known. It may
 * come the other way round, for an answer can be read on one CPU before the call that wrote it has
 * returned on another: the asking end of a connection's first is counted then, and the serving end
 * is its twin.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hash.h"
#include "core/macros.h"
#include "parse/exchange.h"

#define YG_TWINS_MAX 16384u		   /* connections; more: the least recent is forgotten */
#define YG_TWINS_NS  (120ull * 1000000000) /* since it served last: another connection by then */

struct yg_twins;

/* @key: secret; of the table. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_twins_new(const struct yg_hash_key *key, struct yg_twins **ret);
void yg_twins_free(struct yg_twins **twins); /* accepts NULL inside */

/**
 * yg_twins_take() - has the other end of this exchange's connection told it already?
 * @exchange: as its process saw it: outbound is what the process wrote.
 *
 * Of TLS with known addresses alone: of the wire one flow shows both ends. O(1), one hash.
 */
bool yg_twins_take(struct yg_twins *twins, const struct yg_exchange *exchange);

uint64_t yg_twins_count(const struct yg_twins *twins);	 /* exchanges told before, so far */
uint64_t yg_twins_evicted(const struct yg_twins *twins); /* connections forgotten */
