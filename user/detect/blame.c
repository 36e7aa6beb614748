/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/blame.h"

#include <string.h>

static bool is_same(const struct yg_address *a, const struct yg_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

void yg_blame_add(struct yg_blame *blame, const struct yg_scene *scene)
{
	blame->steps++;
	if (!scene->client_blockable) {
		blame->votes -= blame->votes > 0;
		return;
	}
	if (blame->votes == 0 && !is_same(&blame->client, &scene->client)) {
		blame->client = scene->client;
		blame->own = 0;
	}
	if (is_same(&blame->client, &scene->client)) {
		blame->votes++;
		blame->own++;
	} else {
		blame->votes--;
	}
}

void yg_blame_name(const struct yg_blame *blame, const struct yg_scene *scene,
		   struct yg_sighting *sighting)
{
	sighting->client_blockable = blame->own > blame->steps / 2;
	sighting->client = sighting->client_blockable ? blame->client : scene->client;
}
