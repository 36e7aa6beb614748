/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which fields of which endpoints hold which class of data, and how sure that is.
 *
 *	exchange -> values (parse/values.h) -> sights (data_engine.h) -> field of the endpoint
 *
 * A check digit passes by luck once in ten: a field is judged by how many of its distinct values
 * pass, against that chance (yg_data_level()). Only a masked sample and hashes in bitmaps are
 * kept of values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/data_engine.h"
#include "core/bytes.h"
#include "core/hash.h"
#include "parse/exchange.h"
#include "parse/values.h"

#define YG_DATA_FIELDS_MAX 48u	       /* per endpoint; beyond, the least proven one goes */
#define YG_DATA_BYTES_MAX  (24u << 20) /* of all fields; beyond, a field takes another's place */
#define YG_DATA_PATH_CAP   96u	/* bytes of a field's path with its NUL; longer ones are cut */
#define YG_DATA_BITS	   512u /* of a bitmap: counts some 1,000 distinct values */
#define YG_DATA_ITEMS_MAX  24u	/* sights kept of one exchange */
#define YG_DATA_VALUES_MAX 256u /* hashes of values kept of one answer */

enum yg_data_level {
	YG_DATA_NONE, /* no more than chance */
	YG_DATA_POSSIBLE,
	YG_DATA_LIKELY,
	YG_DATA_CONFIRMED,
	YG_DATA_LEVEL_MAX
};

const char *yg_data_level_name(enum yg_data_level level); /* "possible"; literal */

/* One field that held a class. */
struct yg_data_field {
	uint64_t key; /* of class, direction, place and path: the same at every endpoint */
	uint8_t class_;
	uint8_t in; /* enum yg_value_in */
	bool response;
	uint8_t name_bit; /* of its name, to find it again without its path; below 64 */
	uint8_t proof;	  /* enum yg_data_proof: the best that was seen */
	uint8_t told;	  /* enum yg_data_level that yg_data_news() told; MAX: whatever it is */
	uint64_t told_ns; /* last_ns at that time */
	uint64_t values;  /* sights that passed */
	uint64_t named;	  /* of these, with context */
	uint64_t first_ns, last_ns;
	uint64_t tried[YG_DATA_BITS / 64];  /* distinct values of the form, by hash */
	uint64_t passed[YG_DATA_BITS / 64]; /* of these, the ones that pass */
	char path[YG_DATA_PATH_CAP];
	char sample[YG_DATA_MASK_CAP]; /* masked */
};

/* Distinct values that were tried, and that passed: exact while few. */
uint32_t yg_data_field_tried(const struct yg_data_field *field);
uint32_t yg_data_field_passed(const struct yg_data_field *field);

/* P(X >= @k) of @n tries that pass with @chance each. */
double yg_data_luck(double chance, uint32_t n, uint32_t k);

/**
 * yg_data_level() - how sure a field is.
 * @alone: values of card numbers without a name may be believed: few of their kind failed.
 */
enum yg_data_level yg_data_level(const struct yg_data_field *field, bool alone);

/* One sight in an exchange: enough to ask again when more is known. */
struct yg_data_item {
	uint64_t field; /* key */
	uint32_t count; /* values in this exchange */
	uint8_t class_;
	bool response;
	bool url;  /* in the query or the path */
	bool sure; /* certain by itself, or by its name */
};

/* One value of an answer that passed, known again by nobody without the key. */
struct yg_data_value {
	uint64_t hash;
	uint8_t class_;
};

struct yg_data_seen {
	uint32_t count;
	uint32_t weight; /* exchanges that it stands for, itself and those passed over */
	bool looked;	 /* false: it was passed over */
	struct yg_data_item items[YG_DATA_ITEMS_MAX];
	uint32_t value_count;
	struct yg_data_value values[YG_DATA_VALUES_MAX]; /* more are left out: fewer are counted */
};

struct yg_data_options {
	struct yg_hash_key key; /* of values; secret */
	struct yg_data_engine_options engine;
	uint32_t endpoints_max; /* rows of the inventory */
};

struct yg_data;

/* Return: 0; -ENOMEM; -EINVAL with @ret_error as yg_data_engine_new(). Before the sandbox. */
YG_MUST_CHECK int yg_data_new(const struct yg_data_options *options, char *ret_error,
			      size_t error_cap, struct yg_data **ret);
void yg_data_free(struct yg_data **data); /* accepts NULL inside */

/* What is looked at. Borrowed for the call. */
struct yg_data_scene {
	const struct yg_exchange *exchange;
	struct yg_slice path; /* normalised; absent: none */
	int64_t endpoint;     /* index; negative: not in the inventory, nothing is learned */
	uint64_t time_ns;
	bool lesson;	 /* the endpoint is read in full this time (lesson.h) ... */
	uint32_t weight; /* ... which stands for so many exchanges */
	bool asked;	 /* somebody wants to know what this very exchange holds, and how much */
	bool classes;	 /* or just which classes of data */
};

/**
 * yg_data_begin() - an exchange follows: its path is looked at, its values may be wanted.
 * @ret: what it holds, judged or not; filled by the visits too. Kept until the next call.
 *
 * Lessons that were accepted are learned from, and a few exchanges behind each field that is new.
 * Of the others only the fields that are known by then are looked at, and only if @scene asks.
 */
void yg_data_begin(struct yg_data *data, const struct yg_data_scene *scene,
		   struct yg_data_seen *ret);

/* The visitor of one side; the visits that follow are of it. */
struct yg_visitor yg_data_visitor(struct yg_data *data, enum yg_side side);

/* The walk over one side is over. */
struct yg_values_walked;
void yg_data_end(struct yg_data *data, const struct yg_values_walked *walked);

/* Classes of @seen that hold as far as is known now. @endpoint: as in the scene. */
struct yg_data_set yg_data_classes(const struct yg_data *data, int64_t endpoint,
				   const struct yg_data_item *items, uint32_t count);

/**
 * yg_data_mask_target() - what may be shown of the target of a request.
 * @classes: that the exchange holds, as yg_data_classes(), or NULL; others are masked where a value
 *	or its name is sure of them.
 * @path: look at the segments of its path too, for cards and credentials; else at its query alone.
 *
 * Values of usual credentials are masked whatever they look like. Return: @target itself if
 * nothing is sensitive; else a copy, borrowed until the next call with @data, cut to 8 KB.
 */
struct yg_slice yg_data_mask_target(struct yg_data *data, const struct yg_data_set *classes,
				    bool path, struct yg_slice target);

/* Level of a field of this endpoint as it is known now. */
enum yg_data_level yg_data_level_of(const struct yg_data *data, uint32_t endpoint,
				    const struct yg_data_field *field);

/* Level of the field with this key; NONE if it is not held. */
enum yg_data_level yg_data_level_at(const struct yg_data *data, uint32_t endpoint, uint64_t key);

/* Fields of one endpoint, borrowed until the next call that learns; some are YG_DATA_NONE. */
const struct yg_data_field *yg_data_fields(const struct yg_data *data, uint32_t endpoint,
					   uint32_t *ret_count);

typedef void (*yg_data_field_fn)(void *ctx, const struct yg_data_field *field,
				 enum yg_data_level level);

/* Fields whose level has changed since they were told, or that were seen a minute later. */
void yg_data_news(struct yg_data *data, uint32_t endpoint, yg_data_field_fn fn, void *ctx);

/* The endpoint's row is given up, or has become part of another's. */
void yg_data_drop(struct yg_data *data, uint32_t endpoint);
void yg_data_fold(struct yg_data *data, uint32_t into, uint32_t from);

/* One endpoint's fields as bytes, and back (all of them replaced). */
void yg_data_pack(const struct yg_data *data, uint32_t endpoint, struct yg_writer *writer);
void yg_data_unpack(struct yg_data *data, uint32_t endpoint, struct yg_reader *reader);

/* "query", "body" ...; literal. @in: enum yg_value_in. */
const char *yg_data_place_name(uint8_t in);

/* Name of a class, built-in or the operator's. */
const char *yg_data_class_name(const struct yg_data *data, uint32_t class_);

/* The reverse: YG_DATA_ALL_MAX if there is none of this name. */
uint32_t yg_data_class_named(const struct yg_data *data, struct yg_slice name);

/* "data.fields", "data.fields_evicted", ... in order. */
void yg_data_counters(const struct yg_data *data,
		      void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx);
