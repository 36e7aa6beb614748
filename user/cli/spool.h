/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `analyze --exchanges` keeps of each exchange until the whole capture has been learned from.
 *
 * A few hundred bytes per exchange in a temporary file without a name, so memory stays bounded
 * and the capture (which may be a pipe) is parsed once. No header field and no body gets here:
 * callers are the keyed hashes that the stages made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "core/slice.h"
#include "parse/exchange.h"
#include "respond/knowledge.h"

struct yg_spool;

/* One exchange. Slices are borrowed: when read, until the next call on the spool. */
struct yg_spooled {
	uint64_t id;	  /* yg_hop_id(); 0: no request */
	uint64_t time_ns; /* of the request, else of the response; ns since the epoch */
	uint64_t request_bytes, response_bytes; /* of the bodies */
	uint64_t latency_us;			/* YG_LATENCY_UNKNOWN if a side is missing */
	struct yg_peer client, server;		/* as the socket sees them */
	struct yg_address asked;		/* who asked: the client behind trusted proxies */
	uint32_t anomalies;			/* of both messages */
	int32_t grpc_status;			/* YG_GRPC_STATUS_NONE */
	uint16_t status;			/* 0: no response */
	uint8_t protocol;			/* enum yg_protocol */
	uint8_t source;				/* enum yg_service_source */
	uint8_t outcome;			/* enum yg_outcome_kind */
	bool tls, forwarded, has_request, complete, refused;
	bool stream;		 /* language model: a stream of events */
	uint32_t calls;		 /* operations of GraphQL, JSON-RPC or SOAP; 0 none */
	uint32_t depth, aliases; /* GraphQL */
	struct yg_slice method, target, service, path, caller, ja4, sni;
	struct yg_slice alpn, chosen_alpn; /* as in the exchange */
	uint64_t tokens_in, tokens_out;	   /* language model, if metered */
	bool metered;
	struct yg_slice operation, model, code;
	struct yg_slice data; /* struct yg_data_item, as bytes */
};

#define YG_LATENCY_UNKNOWN UINT64_MAX

/* First byte of the request to first byte of the response. */
uint64_t yg_exchange_latency_us(const struct yg_exchange *exchange);

/* What is kept of @subject and @observation; borrows from both. */
struct yg_spooled yg_spooled_from(const struct yg_subject *subject,
				  const struct yg_observation *observation);

/**
 * yg_spool_new() - open an unlinked file in @dir.
 * Return: 0; -errno of open(2); -ENOMEM.
 */
YG_MUST_CHECK int yg_spool_new(const char *dir, struct yg_spool **ret);
void yg_spool_free(struct yg_spool **spool); /* accepts NULL inside */

/* Appends one. A failure is kept and comes out of yg_spool_rewind(). */
void yg_spool_put(struct yg_spool *spool, const struct yg_spooled *item);

/**
 * yg_spool_rewind() - end writing, read from the beginning.
 * Return: 0; -errno of the first write that failed.
 */
YG_MUST_CHECK int yg_spool_rewind(struct yg_spool *spool);

/**
 * yg_spool_next() - the next one, in the order of yg_spool_put().
 * Return: 1; 0 at the end; -EIO; -ENOMEM.
 */
YG_MUST_CHECK int yg_spool_next(struct yg_spool *spool, struct yg_spooled *ret);
