/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The learned tree of paths of one service: layer 2 of templates.
 *
 *	(root)─ v1 ─ users ─ {id} ─ orders		strong tokens are parameters at once
 *	            │       └ me			words are literals ...
 *	            └ shops ─ red-oak, old-mill, ...	... until their parent has evidence
 *
 * What was learned is kept as it was ("raw"); how it reads (the "view") is made from that again
 * when it has grown: siblings of one kind (see endpoint/token.h) that are many, or alike in what
 * stands below them or in the answers (endpoint/shape.h), or deleted one by one, fold into a
 * parameter, their sub-trees merged; names that also stand elsewhere in the service, that routers
 * know everywhere (endpoint/reserved.h), that stand where the API begins (trie_ground.h) or that
 * have far more traffic than their siblings stay literal. The numbers and the reasons are in
 * trie_evidence.c. So the templates depend on what was learned and hardly on its order, and a fold
 * comes apart when its evidence does: a young one when it is no longer enough, one that has been
 * published several times only when more speaks against it. A parameter keeps the name that it
 * was published with. Only a full trie forgets what its view has folded.
 *
 * Only learning adds nodes, so the caller decides what is evidence (accepted responses only).
 * Bounded: nodes per trie, children per node; beyond, new segments are values of a parameter and
 * counted. A parameter keeps samples of what it stands for, so that an operator can look and
 * take a wrong fold back with yg_trie_keep().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/macros.h"
#include "endpoint/normalize.h"
#include "endpoint/token.h"

#define YG_TRIE_NODES_MAX    8192u /* per service; beyond: overflow, counted */
#define YG_TRIE_NODE_BYTES   206u  /* of each, in both trees, tables and names */
#define YG_TRIE_CHILDREN_MAX 256u  /* literals under one node; beyond: they fold for good */
#define YG_TRIE_KEEPS_MAX    64u   /* literals that may never fold, by an operator's word */
#define YG_TRIE_SAMPLES	     8u	   /* values kept per parameter */

struct yg_trie;

/* One segment of a path as the trie reads it. */
struct yg_route_segment {
	bool parameter;
	enum yg_token token; /* of the value */
	uint32_t node;	     /* 0: the trie has not learned it */
	uint32_t stem_len;   /* parameter: bytes of the value before a literal extension */
};

struct yg_route {
	uint32_t count; /* of the path's segments */
	bool known;	/* learned to its end */
	struct yg_route_segment segments[YG_PATH_SEGMENTS_MAX];
};

/**
 * yg_trie_new() - an empty trie.
 * @key: of names in its tables; from traffic, so it must be secret.
 * @nodes_max: 2..YG_TRIE_NODES_MAX.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_trie_new(const struct yg_hash_key *key, uint32_t nodes_max,
			      struct yg_trie **ret);
void yg_trie_free(struct yg_trie **trie); /* accepts NULL inside */

/* How @path reads now. Learns nothing. O(segments). */
void yg_trie_route(const struct yg_trie *trie, const struct yg_path *path, struct yg_route *ret);

/* What was asked of a path, as evidence needs it; bits. */
enum yg_trie_method {
	YG_TRIE_READ = 1u << 0, /* GET, HEAD */
	YG_TRIE_POST = 1u << 1,
	YG_TRIE_PUT = 1u << 2,
	YG_TRIE_PATCH = 1u << 3,
	YG_TRIE_DELETE = 1u << 4,
	YG_TRIE_OTHER = 1u << 5,
};

/* "GET" and "get" are two: methods are case-sensitive. YG_TRIE_OTHER for what is not listed. */
enum yg_trie_method yg_trie_method_from_slice(struct yg_slice method);

/**
 * yg_trie_learn() - take @path as one that exists.
 * @ret: how it reads afterwards.
 *
 * O(segments) for a path that is known. New ones make the view anew, O(nodes), each time they are
 * a 16th of all; until then they read by the view that is there.
 */
void yg_trie_learn(struct yg_trie *trie, const struct yg_path *path, enum yg_trie_method method,
		   struct yg_route *ret);

/**
 * yg_trie_know() - as yg_trie_learn() for a path that is known, else nothing.
 * @ret: how it reads; worthless if it is not.
 *
 * Return: true if the path was learned before, to its end and for @method, so that only its hits
 * were left to count.
 */
bool yg_trie_know(struct yg_trie *trie, const struct yg_path *path, enum yg_trie_method method,
		  struct yg_route *ret);

/**
 * yg_trie_note_shape() - what an accepted answer to @path looked like (endpoint/shape.h).
 *
 * Learns nothing of a path that is not known. O(segments). Return: true if it was news, so that
 * the view may become another one.
 */
bool yg_trie_note_shape(struct yg_trie *trie, const struct yg_path *path, uint64_t fields);

/* Make the view of all that was learned so far. */
void yg_trie_settle(struct yg_trie *trie);

/* Grows with each fold or split: templates made before may read differently now. */
uint32_t yg_trie_generation(const struct yg_trie *trie);

/**
 * yg_trie_text() - template of a routed path: "/v1/users/{id}".
 * @ret: @cap bytes, NUL-terminated; "" when it does not fit.
 *
 * Repeated names are numbered: {id}, {id2}. A space of a literal is written "%20". Return: bytes without NUL; -ENOSPC.
 */
YG_MUST_CHECK ssize_t yg_trie_text(const struct yg_trie *trie, const struct yg_path *path,
				   const struct yg_route *route, char *ret, size_t cap);

/* A template made earlier. */
struct yg_retext {
	const char *template_; /* as written by yg_trie_text() */
	enum yg_trie_method
		method; /* that was asked of it, so that what never was is not made up */
	uint32_t rank;	/* 0: what it reads like; 1...: what else it stood for */
};

/**
 * yg_trie_retext() - what a template made earlier reads like now.
 *
 * As yg_trie_text(). A parameter that came apart stood for several values: the one that is used
 * most comes first, the others follow by rank. Return: bytes without NUL; -ENOSPC; -ENOENT: there
 * is none of that rank.
 */
YG_MUST_CHECK ssize_t yg_trie_retext(const struct yg_trie *trie, const struct yg_retext *from,
				     char *ret, size_t cap);

/**
 * yg_trie_keep() - an operator's word: this literal is not a value of a parameter.
 * @path: its last segment is the literal; those before it as they read now.
 *
 * The node becomes literal again if it was folded; its sub-tree grows anew from traffic.
 * Return: 0; -ENOSPC when there are YG_TRIE_KEEPS_MAX; -EINVAL for the root; -ENOMEM.
 */
YG_MUST_CHECK int yg_trie_keep(struct yg_trie *trie, const struct yg_path *path);

/* Values seen for the parameter that ends @path; up to YG_TRIE_SAMPLES, oldest first. */
uint32_t yg_trie_samples(const struct yg_trie *trie, const struct yg_path *path,
			 struct yg_slice ret[YG_TRIE_SAMPLES]);

struct yg_trie_counters {
	uint64_t nodes;	   /* live */
	uint64_t folds;	   /* times that literals became a parameter */
	uint64_t splits;   /* times that values became literals again */
	uint64_t overflow; /* segments that became a parameter because a cap was reached */
};

/* Totals since yg_trie_new(). */
struct yg_trie_counters yg_trie_counters(const struct yg_trie *trie);

/* The whole trie, for a restart. Unpacking replaces what @trie holds; a bad reader empties it. */
void yg_trie_pack(const struct yg_trie *trie, struct yg_writer *writer);
void yg_trie_unpack(struct yg_trie *trie, struct yg_reader *reader);
