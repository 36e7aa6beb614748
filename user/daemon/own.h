/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of this host, as the analyzer knows them: on the wire they tell what the host asks of
 * others, what it asks itself, and what only passes through it.
 *
 * They come one by one and replace the former set as a whole; without any nothing is known.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "parse/exchange.h"

#define YG_OWN_PREFIXES_MAX 4096u /* prefixes; more are left out, and counted */

struct yg_own_set {
	struct yg_prefix *rows; /* [count] owned; whole addresses first, in order */
	uint32_t count, room;
	uint32_t exact; /* of them, whole addresses */
	uint32_t told;	/* those left out among them */
};

/* Zero it to begin; release with yg_own_clean(). */
struct yg_own {
	struct yg_own_set current, next;
	uint64_t left_out;
};

/* Frees both sets; all is zero afterwards. */
void yg_own_clean(struct yg_own *own);

/* Add to the set that is being built. @index: its place; 0 begins anew. */
void yg_own_add(struct yg_own *own, uint32_t index, const struct yg_prefix *prefix);

/*
 * The set of @count is complete: it takes the place of the former one; unless it is not, being the
 * rest of what another analyzer began to read.
 */
void yg_own_end(struct yg_own *own, uint32_t count);

/* Is it one of this host? O(log addresses + networks). */
bool yg_own_has(const struct yg_own *own, const struct yg_address *addr);

/**
 * yg_own_place() - which side of this host an exchange is on.
 *
 * On the wire it left this host if the client is this host and the server is not; a frame that only
 * passes through on its way out did not. Under TLS the process says who asked, also in a container
 * whose addresses are not the host's. Without a set nothing changes.
 */
void yg_own_place(const struct yg_own *own, struct yg_exchange *exchange);
