/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes of a TLS handshake message being read: numbers in network order, and blocks behind their
 * length. Errors stick, so that a structure is read without a check per field and judged at its
 * end. Shared by the two hellos.
 *
 * Invariant of every function: p stays within [p, end] of the view it was made with.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pool.h"
#include "core/slice.h"

/* Bytes not read yet; bad sticks. */
struct yg_tls_view {
	const uint8_t *p, *end; /* borrowed; both NULL: a block that was absent */
	bool bad;		/* something was read beyond the end */
};

/* Bytes not read yet. */
static inline size_t yg_tls_left(const struct yg_tls_view *view)
{
	return (size_t)(view->end - view->p);
}

/* The same bytes as a text; borrowed. */
static inline struct yg_slice yg_tls_slice(const struct yg_tls_view *view)
{
	return (struct yg_slice){ (const char *)view->p, yg_tls_left(view) };
}

/* A number of @bytes bytes, 1..4; 0, and bad, if there are fewer: then nothing is left. */
uint32_t yg_tls_get(struct yg_tls_view *view, unsigned bytes);

/* The next @len bytes; all that is left, and bad, if there are fewer. */
struct yg_tls_view yg_tls_split(struct yg_tls_view *view, size_t len);

/* The bytes behind a length of @bytes bytes; none, and bad, if there are fewer. */
struct yg_tls_view yg_tls_block(struct yg_tls_view *view, unsigned bytes);

/**
 * yg_tls_reserve() - room for @need bytes where messages are gathered.
 * @bytes: [*cap] of the pool, @len of them in use; moved when it grows.
 *
 * Return: false without memory; nothing has changed then.
 */
bool yg_tls_reserve(struct yg_pool *pool, uint8_t **bytes, uint32_t *cap, uint32_t len,
		    size_t need);
