/* SPDX-License-Identifier: GPL-2.0-only */
/* Which objects a request asks for: ids in its path, its query and its body. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/hash.h"
#include "endpoint/trie.h"
#include "parse/body.h"
#include "parse/values.h"

#define YG_OBJECTS_MAX	  4u  /* per request; more are not told apart */
#define YG_OBJECTS_VALUES 96u /* values of a request that are looked at, containers included */

struct yg_object {
	uint64_t hash;	 /* keyed, of the value */
	uint64_t number; /* when numeric */
	bool numeric;	 /* 1..18 digits */
	uint32_t slot;	 /* where it stood: position in the path, or hash of its name */
};

struct yg_objects {
	struct yg_hash_key key;
	uint32_t count;
	uint64_t hash; /* of all together: the same objects again, or not */
	struct yg_object items[YG_OBJECTS_MAX];
};

/* The hash of an id wherever it appears: a path, a body, a list that was answered. */
uint64_t yg_object_hash(const struct yg_hash_key *key, struct yg_slice value);

#define YG_HANDED_MAX 512u /* ids of one answer; those behind them are not looked at */

/* The ids that an answer shows. */
struct yg_handed {
	uint32_t count;
	uint64_t hashes[YG_HANDED_MAX]; /* [count]: yg_object_hash() */
};

/* Read the ids of a JSON text, or of lines of it. Linear; no state: any thread. */
void yg_handed_read(const struct yg_hash_key *key, struct yg_slice text, struct yg_handed *ret);

/* Does a body of this kind show ids? */
static inline bool yg_handed_in(const struct yg_body_view *body)
{
	return body->text.len > 0 &&
	       (body->kind == YG_BODY_KIND_JSON || body->kind == YG_BODY_KIND_NDJSON);
}

/**
 * yg_objects_from_path() - begin with the ids of a path.
 *
 * Its parameters except dates, versions and what follows "page".
 */
void yg_objects_from_path(const struct yg_hash_key *key, const struct yg_path *path,
			  const struct yg_route *route, struct yg_objects *ret);

/*
 * Then those of the query and the body: fields whose name says id. Page numbers, limits and
 * cursors are no objects. yg_value_fn; @ctx: struct yg_objects.
 */
void yg_objects_visit(void *ctx, const struct yg_value *value);
