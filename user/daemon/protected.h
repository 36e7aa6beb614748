/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The set of those who can never be blocked, and who of the roles has been told of it.
 *
 *	collect ──► add, add, ... ──► take ──► tell enforcer: all of it
 *					  └──► tell analyzer: the host's own
 *
 * The host is looked at every few seconds; a set that is as before is told to nobody who knows it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "priv/request.h"
#include "yagura/limits.h"
#include "yagura/map.h"

struct yg_protected_row {
	struct yg_net net;
	uint32_t why; /* enum yg_allow_why */
};

/* Zero it to begin. */
struct yg_protected_set {
	struct yg_protected_row rows[YG_ALLOW_NETS_MAX];
	size_t count;
	size_t lost; /* beyond the cap */
};

/* Zero it to begin: nobody is protected and nobody was told. */
struct yg_protected {
	struct yg_protected_set *set; /* owned, in order; NULL: none was taken yet */
	uint32_t told;		      /* a bit for each role that knows it */
};

/* Frees the set; all is zero afterwards. */
void yg_protected_clean(struct yg_protected *guarded);

/* One more; the first YG_ALLOW_NETS_MAX stay. */
void yg_protected_add(struct yg_protected_set *set, const struct yg_prefix *prefix,
		      enum yg_allow_why why);

/**
 * yg_protected_take() - this is who is protected now.
 * @set: taken; from calloc.
 * Return: true if it differs from what was so before: nobody has been told of it.
 */
bool yg_protected_take(struct yg_protected *guarded, struct yg_protected_set **set);

/* Where a net is in the set that was taken: its first reason. YG_ALLOW_NETS_MAX: nowhere. */
size_t yg_protected_find(const struct yg_protected *guarded, const struct yg_net *net);

void yg_protected_forget(struct yg_protected *guarded, enum yg_role role); /* it began anew */

/**
 * yg_protected_tell() - tell a role, unless it knows.
 * @fd: the warden's end of its link. To the analyzer only the host's own addresses go.
 * Return: 0; -EAGAIN the link is full: a part was sent, all of it is due again; -EPIPE.
 */
YG_MUST_CHECK int yg_protected_tell(struct yg_protected *guarded, enum yg_role role, int fd);
