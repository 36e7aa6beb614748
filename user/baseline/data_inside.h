/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of struct yg_data: the fields of each endpoint, shared with their way to bytes. */
#pragma once

#include "baseline/data.h"

#define DECODED_CAP 8192u /* bytes of one value with its escapes undone; the rest is left out */

/* Fields of one endpoint. */
enum find { FIND_REQUEST, FIND_RESPONSE, FIND_PATH, FIND_MAX };

struct fields {
	struct yg_data_field *rows; /* [cap] */
	uint32_t count, cap;
	uint32_t tried, passed; /* card-like values without a name */
	uint32_t exchanges;	/* accepted ones; saturates */
	uint32_t full;		/* up to this count all of them are read */
	/* Of the fields that hold something, by where they are looked for: */
	uint64_t known[FIND_MAX];  /* a bit each by row */
	uint64_t names[FIND_MAX];  /* a bit each by name_bit() */
	uint32_t places[FIND_MAX]; /* a bit each by yg_value_in */
	bool stale;		   /* these are of before the last one that was learned from */
};

/* The exchange in hand. */
struct look {
	struct yg_data *data;
	struct fields *fields;	    /* NULL: nothing is learned */
	const struct fields *known; /* only fields of these names are looked at; NULL: all */
	struct yg_data_seen *seen;
	uint64_t time_ns;
	bool response;
	enum find find; /* what is at work */
	bool classes;	/* not how much there is, just what */
	bool done;	/* nothing more is to be found */
	uint64_t names; /* of the known fields that are to be found still */
	uint64_t found; /* rows of the known fields, a bit each */
};

struct yg_data {
	struct yg_data_engine *engine;
	struct yg_hash_key key;
	struct fields *endpoints; /* [endpoints_max] */
	uint32_t endpoints_max;
	size_t bytes;		/* of all rows */
	uint64_t tried, passed; /* card-like values without a name, everywhere */
	uint64_t exchanges, skipped, values, evicted, lost, items_lost;
	struct look look;
	struct yg_data_sight sights[YG_DATA_SIGHTS_MAX];
	uint64_t bodies_cut; /* their end was not seen: a last number in them does not come */
	uint64_t cut;	     /* values whose end was not seen: passed over, or up to a separator */
	char decoded[DECODED_CAP];
	char unwrapped[DECODED_CAP];
};

/* A name without its percent-encoding, if it has any; in @buffer then. */
struct yg_slice yg_data_plain_name(struct yg_slice name, char *buffer, size_t cap);

/* Key of a field: the same at every endpoint. @path: cut to YG_DATA_PATH_CAP. */
uint64_t yg_data_key(uint32_t class_, bool response, uint32_t in, const char *path);

/* The row with this key, or NULL. */
struct yg_data_field *yg_data_find(const struct fields *fields, uint64_t key);

/* A free row, or that of the field that is proven least and was seen longest ago; NULL: none. */
struct yg_data_field *yg_data_make_field(struct yg_data *data, struct fields *fields);
