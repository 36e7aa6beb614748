/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a request does, where its path does not tell: GraphQL, JSON-RPC with MCP, SOAP and language
 * models send everything to one path and name the operation in the body.
 *
 *	POST /graphql	{"query":"query GetUser {...}"}			query GetUser
 *	POST /graphql	{"query":"{ user { name } }"}			query user
 *	GET  /graphql?extensions={"persistedQuery":			persisted ecf4edb46db40b51
 *		{"sha256Hash":"ecf4edb46db40b5132..."}}			(or its operationName)
 *	POST /rpc	{"jsonrpc":"2.0","method":"eth_call",...}	eth_call
 *	POST /mcp	{"jsonrpc":"2.0","method":"tools/call",		tools/call get_weather
 *			 "params":{"name":"get_weather"}}
 *	POST /ws	<Envelope><Body><GetUser/>...			GetUser
 *	POST /v1/chat/completions {"model":"m-1",...}			none: the path tells
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/body.h"
#include "parse/exchange.h"

#define YG_OPERATION_CAP 96u  /* bytes of an operation; longer ones, and odd ones, are "*" */
#define YG_MODEL_CAP	 128u /* bytes; half of them for a model's name, likewise */

struct yg_operation {
	struct yg_slice text;  /* of bytes; absent: none, the path tells */
	struct yg_slice model; /* language model, of model_bytes; absent: none */
	uint8_t protocol;      /* enum yg_protocol: GRAPHQL, JSONRPC, else that of the exchange */
	bool stream;	       /* language model: answered in pieces: events, or lines */
	bool persisted;	       /* GraphQL: what runs is the server's, the request only names it */
	bool connect;	       /* a stream of the Connect protocol: frames of messages */
	uint32_t calls;	       /* operations in the batch; 0 without an operation */
	uint32_t depth;	       /* GraphQL: of the deepest selection */
	uint32_t fields;       /* GraphQL, in the document */
	uint32_t aliases;      /* GraphQL, in the document */
	char bytes[YG_OPERATION_CAP];
	char model_bytes[YG_MODEL_CAP];
	char document[YG_BODY_DECODED_MAX]; /* inside: a GraphQL document, unescaped */
};

/**
 * yg_operation_from_exchange() - read it.
 * @bodies: begun with @exchange; asked only where a body can tell.
 * @ret: written whole but for document; it may not move, its slices point into it.
 *
 * In a batch the first operation stands for all, and calls counts them. O(body). A request that was
 * refused, or whose body was not kept, has no operation.
 */
void yg_operation_from_exchange(struct yg_bodies *bodies, const struct yg_exchange *exchange,
				struct yg_operation *ret);

/**
 * yg_operation_from_graphql() - of one request in GraphQL's JSON: "subscription OnPrice".
 * @request: its object; may be cut, or followed by other text.
 * @ret: [@cap] what is returned points into it.
 *
 * Return: absent: neither a document nor the hash of one.
 */
struct yg_slice yg_operation_from_graphql(struct yg_slice request, char *ret, size_t cap);

/**
 * yg_operation_words() - "@first @second", safe for screens and keys.
 * @second: may be absent.
 * @ret: [@cap], @cap at least 4.
 *
 * A part that is odd or too long is "*". Return: in @ret.
 */
struct yg_slice yg_operation_words(char *ret, size_t cap, struct yg_slice first,
				   struct yg_slice second);
