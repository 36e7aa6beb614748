/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an application took a request, where its status does not tell: RPC over HTTP answers 200 and
 * says no inside.
 *
 *	gRPC, gRPC-Web	grpc-status: 7			forbidden	PERMISSION_DENIED
 *	Connect		{"error":{"code":"not_found"}}	missing		not_found
 *	GraphQL		{"errors":[{"extensions":
 *			  {"code":"UNAUTHENTICATED"}}]}	unauthenticated	UNAUTHENTICATED
 *	JSON-RPC	{"error":{"code":-32601}}	missing		-32601
 *	MCP		{"result":{"isError":true}}	refused		isError
 *	SOAP		<Fault><faultcode>s:Client	refused		Client
 *	language model	event: {"error":{"type":...}}	limited		rate_limit_error
 *
 * And what a language model charges for it: tokens, as far as the answer was kept.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/body.h"
#include "parse/exchange.h"
#include "parse/operation.h"

#define YG_OUTCOME_CODE_CAP 40u /* bytes of a code; longer ones, and odd ones, are absent */

enum yg_outcome_kind {
	YG_OUTCOME_NONE, /* the status tells, or nothing was read */
	YG_OUTCOME_OK,
	YG_OUTCOME_PARTIAL, /* GraphQL: data, and errors; a batch of which a part failed */
	YG_OUTCOME_UNAUTHENTICATED,
	YG_OUTCOME_FORBIDDEN,
	YG_OUTCOME_MISSING,
	YG_OUTCOME_INVALID,
	YG_OUTCOME_LIMITED,
	YG_OUTCOME_REFUSED, /* for a reason that its code does not tell */
	YG_OUTCOME_FAILED,  /* the service's fault */
	YG_OUTCOME_MAX
};

const char *yg_outcome_name(enum yg_outcome_kind kind); /* "forbidden"; literal */

struct yg_outcome {
	uint8_t kind;	      /* enum yg_outcome_kind */
	bool dataless;	      /* GraphQL: all that is there was read, and nothing ran */
	bool metered;	      /* language model: tokens were told */
	uint64_t tokens_in;   /* of what was asked */
	uint64_t tokens_out;  /* of what was answered */
	struct yg_slice code; /* of bytes; absent: none */
	char bytes[YG_OUTCOME_CODE_CAP];
};

/**
 * yg_outcome_read() - read it off the answer.
 * @bodies: begun with @exchange; asked only where @operation says that a body can tell.
 * @operation: of the same exchange.
 * @ret: written whole; it may not move, its code points into it.
 *
 * An exchange that is told before its end has no outcome yet, its rest has. O(body of the answer).
 */
void yg_outcome_read(struct yg_bodies *bodies, const struct yg_exchange *exchange,
		     const struct yg_operation *operation, struct yg_outcome *ret);

/*
 * What one answer of GraphQL says: {"data":...,"errors":[...]}; other text may follow. @cut: it may
 * go on, and errors stand behind the data.
 */
enum yg_outcome_kind yg_outcome_from_graphql(struct yg_slice answer, bool cut);

/* Of a code alone: a number of JSON-RPC or HTTP, or a word; one that tells nothing is REFUSED. */
enum yg_outcome_kind yg_outcome_from_code(struct yg_slice code);
