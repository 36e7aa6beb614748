/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which client did it: evidence is gathered per caller, a block falls on an address. A credential
 * that was stolen is used by its owner too, and a user name under attack by its owner as well, so
 * the client of the last request is not the one to cut.
 *
 * One candidate by majority vote: in a row of bytes, exact when it says yes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "detect/detector.h"

/* All zero is an empty one. */
struct yg_blame {
	struct yg_address client; /* the candidate */
	uint32_t votes;		  /* its steps less the others' since it is the candidate */
	uint32_t own;		  /* its steps since it is the candidate; it may have more */
	uint32_t steps;		  /* of all */
};

/* One step of the evidence, by the client of @scene; one that may not be blocked has no name. */
void yg_blame_add(struct yg_blame *blame, const struct yg_scene *scene);

/**
 * yg_blame_name() - who @sighting is about.
 *
 * Sets client and client_blockable: the candidate, if it did more than half of the steps for sure;
 * else the client of @scene, which is then not to be blocked.
 */
void yg_blame_name(const struct yg_blame *blame, const struct yg_scene *scene,
		   struct yg_sighting *sighting);
