/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of struct yg_data_engine: what the patterns share with what follows them. */
#pragma once

#include "baseline/data_engine.h"
#include "baseline/data_key.h"

#define NAMES_CACHE 8192u /* names of fields whose classes are remembered; a power of two */
#define NAMES_CAP   45u	  /* bytes of a name with that of its parent; longer ones are not */

struct hs_database;
struct yg_literals;
struct hs_scratch;

/* A name that was asked for lately. */
struct named {
	struct yg_data_set classes;
	bool taken;
	uint8_t name_len, parent_len;
	char text[NAMES_CAP]; /* parent, then name */
};

struct yg_data_engine {
	struct yg_literals *literals; /* of values: how what we look for begins */
	struct hs_database *patterns; /* of values: the operator's; NULL: none */
	struct hs_database *keys;     /* of names: the operator's; NULL: none */
	struct hs_scratch *scratch;   /* of these two */
	struct yg_data_set off;
	struct yg_data_user_class user[YG_DATA_USER_MAX];
	uint32_t user_count;
	struct yg_data_engine_counters counters;
	struct yg_data_lexicon lexicon;
	struct named named[NAMES_CACHE];
	char normal[YG_DATA_TEXT_MAX];
};

/* One value under examination. */
struct view {
	struct yg_data_engine *engine;
	struct yg_slice text;	   /* in normal form, trimmed */
	struct yg_data_set names;  /* what the name of the field says */
	const char *beside_of;	   /* of the token that begins here ... */
	struct yg_data_set beside; /* ... what the words beside it say */
	struct yg_data_sight *sights;
	uint32_t count;
	bool response;
};

/* Classes that a field's name says, the operator's included; from the cache. */
struct yg_data_set yg_data_engine_names(struct yg_data_engine *engine, struct yg_slice parent,
					struct yg_slice name);

/* Run the patterns over the text and verify what they find. */
void yg_data_engine_match(struct view *view);

/* A value that passed. */
void yg_data_view_add(struct view *view, uint32_t class_, uint32_t proof, struct yg_slice text);
