/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a message carries: its kind by Content-Type, and its text with content coding and charset
 * undone.
 *
 *	body as sent -> Content-Encoding -> charset -> text in UTF-8
 *					 -> messages of RPC -> binary (see parse/binary.h)
 *
 * Lazy: nothing is looked at before somebody asks, and a body that needs no decoding is viewed
 * where it lies. All memory is taken at creation. Every body that was asked for is counted once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "parse/exchange.h"

#define YG_BODY_DECODED_MAX 32768u /* bytes a coding is undone to: four sampled prefixes */
#define YG_BODY_TEXT_MAX    65536u /* bytes of UTF-8: one of Shift_JIS becomes up to three */

enum yg_body_kind {
	YG_BODY_KIND_NONE, /* no body */
	YG_BODY_KIND_JSON,
	YG_BODY_KIND_NDJSON, /* one JSON text per line */
	YG_BODY_KIND_EVENTS, /* text/event-stream */
	YG_BODY_KIND_FORM,   /* application/x-www-form-urlencoded */
	YG_BODY_KIND_MULTIPART,
	YG_BODY_KIND_XML,
	YG_BODY_KIND_GRAPHQL, /* application/graphql: a document */
	YG_BODY_KIND_TEXT,
	YG_BODY_KIND_BINARY, /* of no format that is known here; never decoded */
	YG_BODY_KIND_PROTOBUF,
	YG_BODY_KIND_CBOR,
	YG_BODY_KIND_MSGPACK,
	YG_BODY_KIND_RPC, /* messages behind their lengths: gRPC, gRPC-Web, Connect */
	YG_BODY_KIND_MAX
};

const char *yg_body_kind_name(enum yg_body_kind kind); /* "json"; literal */

/* What became of the bodies that were asked for: asked = the sum of the other rows. */
#define YG_BODY_COUNTERS(X)                                                                    \
	X(asked, "bodies that something wanted to read; no body is none")                      \
	X(plain, "read as sent")                                                               \
	X(decoded, "content coding or charset undone, to the end of what was kept")            \
	X(capped, "content coding undone up to the cap of the output")                         \
	X(broken, "content coding undone up to where it breaks")                               \
	X(skip_binary, "neither text nor of a known binary format by its Content-Type")        \
	X(skip_unsampled, "none of its bytes was kept, or too few to undo the content coding") \
	X(skip_coding, "content coding unknown, or more than one")                             \
	X(skip_charset, "charset unknown")                                                     \
	X(skip_corrupt, "content coding broken from the start")                                \
	X(skip_ratio, "content coding that blows up: output to input beyond the limit")        \
	X(skip_window, "content coding that needs more memory than it is given")               \
	X(skip_format, "not of the binary format that its Content-Type says")

struct yg_body_counters {
#define YG_BODY_ROW(name, help) uint64_t name;
	YG_BODY_COUNTERS(YG_BODY_ROW)
#undef YG_BODY_ROW
};

/* One body. Valid until yg_bodies_begin(). */
struct yg_body_view {
	enum yg_body_kind kind;
	struct yg_slice text; /* UTF-8 as far as the sender kept to it; absent: not looked into */
	bool cut;	      /* text, or binary, is a prefix of what was sent */
	enum yg_body_kind content; /* of RPC: of each message, JSON as well */
	struct yg_slice binary;	   /* of PROTOBUF to RPC; RPC: nothing is compressed any more */
	uint64_t whole;		   /* bytes of binary if it were not cut; UINT64_MAX: unknown */
};

/* Is it none of text? Its view has no text then, read or not. */
static inline bool yg_body_is_binary(enum yg_body_kind kind)
{
	return kind >= YG_BODY_KIND_BINARY && kind < YG_BODY_KIND_MAX;
}

struct yg_bodies;

/* Return: 0; -ENOMEM. Opens the system's converters of charsets: call before the sandbox. */
YG_MUST_CHECK int yg_bodies_new(struct yg_bodies **ret);
void yg_bodies_free(struct yg_bodies **bodies); /* accepts NULL inside */

/* Go on to this exchange, borrowed until the next call. Costs nothing. */
void yg_bodies_begin(struct yg_bodies *bodies, const struct yg_exchange *exchange);

/* Decode on the first call for the exchange. Never NULL. O(YG_BODY_TEXT_MAX). */
const struct yg_body_view *yg_bodies_request(struct yg_bodies *bodies);
const struct yg_body_view *yg_bodies_response(struct yg_bodies *bodies);

/**
 * yg_body_view_plain() - the body of a message where it lies, if nothing has to be undone.
 * @ret: as yg_bodies_request() would show it; untouched on failure.
 *
 * Counts nothing and has no state: for who looks at a message before its turn.
 *
 * Return: false: no text, or it is coded.
 */
bool yg_body_view_plain(const struct yg_message *message, struct yg_body_view *ret);

/* Running totals, valid as long as @bodies. */
const struct yg_body_counters *yg_bodies_counters(const struct yg_bodies *bodies);

/* Of each message of RPC, by the Content-Type of them all; BINARY: of no known format. */
enum yg_body_kind yg_body_content_of(struct yg_slice type);

/**
 * yg_body_kind_of() - kind by Content-Type; without one, by the first bytes.
 * @type: absent: @body decides between JSON, XML, text and binary.
 */
enum yg_body_kind yg_body_kind_of(struct yg_slice type, struct yg_slice body);
