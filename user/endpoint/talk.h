/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: what is said over the WebSockets of an endpoint, by either side.
 *
 *	client ──► messages, bytes, kinds, a masked text		one row per endpoint
 *	       ◄── the same
 *
 * A WebSocket is added in pieces while it lasts, and a last time when it ends. Texts are kept
 * masked: names and punctuation as they are, letters and digits of values as "a" and "0".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/macros.h"
#include "core/slice.h"
#include "endpoint/talk_call.h"
#include "parse/tunnel.h"

#define YG_TALKS_MAX	   1024u /* endpoints; beyond, the least recently used goes */
#define YG_TALK_SAMPLE_CAP 160u	 /* bytes of a masked text, NUL included; longer is cut */
#define YG_TALK_NAME_MAX   32u	 /* bytes of a JSON name that is shown */
#define YG_TALK_RUN_MAX	   8u	 /* letters or digits of one kind that are shown in a row */

struct yg_talk_side {
	struct yg_ws_tally said;
	uint64_t largest;		 /* bytes of the largest message */
	char sample[YG_TALK_SAMPLE_CAP]; /* the last text that began a WebSocket; masked */
};

struct yg_talk {
	uint64_t endpoint; /* id; 0: an empty row, folded into another */
	uint64_t sockets;  /* WebSockets that were opened, as far as seen */
	uint64_t ended;
	uint64_t lost; /* directions in which a loss hid the rest */
	uint64_t first_ns, last_ns;
	uint64_t seconds;	      /* that those which ended have lasted, together */
	struct yg_talk_side sides[2]; /* the client's, the server's */
	struct yg_talk_calls calls;   /* what they do inside */
	bool dirty;		      /* changed since it was packed */
};

struct yg_talks;

/**
 * yg_talks_new() - an empty table.
 * @key: of its hash table; secret.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_talks_new(const struct yg_hash_key *key, struct yg_talks **ret);
void yg_talks_free(struct yg_talks **talks); /* accepts NULL inside */

/**
 * yg_talks_add() - add what is new of a WebSocket to the row of its endpoint.
 * @endpoint: an id, not 0.
 * @weight: WebSockets that it stands for; 0 is 1.
 */
void yg_talks_add(struct yg_talks *talks, uint64_t endpoint, const struct yg_websocket *websocket,
		  uint32_t weight);

/* The row of an endpoint; NULL: none. */
const struct yg_talk *yg_talks_find(const struct yg_talks *talks, uint64_t endpoint);

/* An endpoint became another one; or it is no more. */
void yg_talks_fold(struct yg_talks *talks, uint64_t from, uint64_t into);
void yg_talks_drop(struct yg_talks *talks, uint64_t endpoint);

typedef void (*yg_talk_fn)(void *ctx, const struct yg_talk *talk);

/* Most recently used first. */
void yg_talks_each(const struct yg_talks *talks, yg_talk_fn fn, void *ctx);

/* The row of an endpoint as bytes; false: it has none, or it has not changed (@changed_only). */
bool yg_talks_pack(struct yg_talks *talks, uint64_t endpoint, bool changed_only,
		   struct yg_writer *writer);
/* Take one back in, in place of what is there. Return: 0; -EINVAL if it is damaged. */
YG_MUST_CHECK int yg_talks_unpack(struct yg_talks *talks, struct yg_reader *reader);

/* Rows now; rows given up so far. */
uint32_t yg_talks_count(const struct yg_talks *talks);
uint64_t yg_talks_evicted(const struct yg_talks *talks);

/**
 * yg_talk_mask() - what may be shown of a text.
 * @ret: [cap], NUL-terminated; cap > 0.
 *
 * The names of JSON objects stay when they look like names (a letter first; letters, "_", "-", "."
 * and at most two digits); true, false and null stay. Of everything else a letter becomes "a", a
 * digit "0", a byte that is neither ASCII nor punctuation "*"; a run of one of them is cut to
 * YG_TALK_RUN_MAX, so that not even a length is told. Linear in @text; hostile input.
 */
void yg_talk_mask(struct yg_slice text, char *ret, size_t cap);
