/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 5, baseline: the learned schema of each endpoint: which parameters and fields there are,
 * and what their values are like.
 *
 *	endpoint -> parts:  path, query, header, cookie, request body, response body by class
 *	part	 -> fields: a tree, as in the messages: $ -> user -> ids -> [*]
 *	field	 -> types, presence, format, enum, range, lengths
 *
 * Learned from what the caller shows, a lesson of the endpoint at a time (lesson.h). A field is
 * required if it never was absent from an object that was seen to its end: bodies that are cut
 * teach types, never absence.
 *
 * No value is kept but the words of an enum: letters, digits and "_-.", short, of a field whose
 * name does not hint at a person or a secret, and seen in three exchanges at least. All others are
 * counted by type and length. Objects whose names are data ({"<uuid>": {...}}) collapse into one
 * field "*".
 *
 * Bounded: fields per endpoint, bytes in all. When the budget is used up, the schema that was
 * learned from longest ago goes, and is counted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/format.h"
#include "baseline/lesson.h"
#include "core/bytes.h"
#include "core/hash.h"
#include "core/macros.h"
#include "endpoint/inventory.h"
#include "parse/values.h"

#define YG_SCHEMA_FIELDS_MAX 512u   /* per endpoint, roots and array items included; then counted */
#define YG_SCHEMA_DEPTH_MAX  12u    /* containers around a field; deeper ones are left out */
#define YG_SCHEMA_NAME_MAX   64u    /* bytes of a name; longer ones are taken for data: "*" */
#define YG_SCHEMA_TEXT_MAX   12288u /* bytes of names and enum values per endpoint */
#define YG_SCHEMA_ITEMS_MAX  8u	    /* items of an array that are looked at, from its start */
#define YG_SCHEMA_VALUES_MAX 12u    /* values of an enum; more distinct ones are none */
#define YG_SCHEMA_BYTES_MAX \
	(32u << 20) /* of all schemas: about 4 KB for each of 4096 endpoints twice */
#define YG_SCHEMA_PACKED_MAX 49152u /* bytes of one schema, packed: one packet of the feed */
#define YG_SCHEMA_STABLE     100u   /* learned objects before something new is drift */
#define YG_SCHEMA_PATH_CAP   192u   /* bytes of a field's path, NUL included; longer is cut */
#define YG_SCHEMA_DRIFTS_MAX 4u	    /* changes told per exchange */

/* Parts of an endpoint's schema; the first five as enum yg_value_in. */
enum yg_schema_part {
	YG_SCHEMA_PATH,
	YG_SCHEMA_QUERY,
	YG_SCHEMA_HEADER, /* none of the standard ones */
	YG_SCHEMA_COOKIE,
	YG_SCHEMA_REQUEST, /* body */
	YG_SCHEMA_RESPONSE_2XX,
	YG_SCHEMA_RESPONSE_3XX,
	YG_SCHEMA_RESPONSE_4XX,
	YG_SCHEMA_RESPONSE_5XX,
	YG_SCHEMA_PART_MAX
};

/* "path", "query", "header", "cookie", "body"; "response" of any class. Literal. */
const char *yg_schema_part_name(enum yg_schema_part part);

/*
 * A name that is a value of somebody's: a mail address, a number of many digits, a key of a known
 * issuer; of a parameter (@body false) also a token. It is kept nowhere. Percent-encoded or not.
 */
bool yg_schema_is_personal(struct yg_slice name, bool body);

struct yg_schema; /* of one endpoint */

/* What is known of one field. Borrowed from its schema, valid until that learns again. */
struct yg_schema_field {
	struct yg_slice name; /* "" for the top of a body, "[*]" for items, "*" for any name */
	uint32_t types;	      /* enum yg_type bits, normal; 0 if only its name was seen */
	enum yg_format format;
	bool required;
	bool repeated;	/* a parameter that came more than once in a message */
	bool map;	/* its names are data: its one field is "*" */
	uint32_t seen;	/* times */
	uint32_t of;	/* objects that could have had it, seen to their end */
	bool has_range; /* of numbers: stable, from 100 values on */
	double min, max;
	bool has_length; /* of strings, in characters: likewise */
	uint32_t length_min, length_max;
	uint32_t value_count; /* of the enum; 0: none */
	struct yg_slice values[YG_SCHEMA_VALUES_MAX];
};

/* Walk by number; 0 is none. Fields of a field come in the order they were first seen. */
uint32_t yg_schema_root(const struct yg_schema *schema, enum yg_schema_part part);
uint32_t yg_schema_first(const struct yg_schema *schema, uint32_t field);
uint32_t yg_schema_next(const struct yg_schema *schema, uint32_t field);
void yg_schema_field(const struct yg_schema *schema, uint32_t field, struct yg_schema_field *ret);

/* Is @field always there in its object @around? */
bool yg_schema_is_required(const struct yg_schema *schema, uint32_t around, uint32_t field);

/* Kind of body that a part was learned from last; NONE if there was none. */
enum yg_body_kind yg_schema_kind(const struct yg_schema *schema, enum yg_schema_part part);

/* Exchanges that were accepted, and requests that were learned from. */
uint64_t yg_schema_exchanges(const struct yg_schema *schema);
uint64_t yg_schema_learned(const struct yg_schema *schema);

/* @path: "$.user.ids[*]" in a body, else the name; terminated. @id: for yg_schema_first(). */
typedef void (*yg_schema_fn)(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
			     const struct yg_schema_field *field);

/* Every field of every part but the roots, depth first. */
void yg_schema_each(const struct yg_schema *schema, yg_schema_fn fn, void *ctx);

/* --- all endpoints -------------------------------------------------------------------------- */

struct yg_schemas;

enum yg_drift {
	YG_DRIFT_FIELD, /* a field that was never there */
	YG_DRIFT_TYPE,	/* a type that it never had */
	YG_DRIFT_VALUE, /* a value beside those of the enum */
	YG_DRIFT_MAX
};

/* A change of something stable. */
struct yg_schema_drift {
	enum yg_drift kind;
	enum yg_schema_part part;
	uint32_t before, after;	       /* types */
	char path[YG_SCHEMA_PATH_CAP]; /* of the field */
};

struct yg_schemas_counters {
	uint64_t bytes;		 /* held now */
	uint64_t learned;	 /* messages that were walked for it */
	uint64_t evicted;	 /* schemas given up for the budget */
	uint64_t fields_dropped; /* values whose field found no room */
};

/**
 * yg_schemas_new() - no schema yet.
 * @key: of enum values before they are kept; secret.
 * @endpoints_max: rows of the inventory.
 * @bytes_max: 0: YG_SCHEMA_BYTES_MAX.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_schemas_new(const struct yg_hash_key *key, uint32_t endpoints_max,
				 size_t bytes_max, struct yg_schemas **ret);
void yg_schemas_free(struct yg_schemas **schemas); /* accepts NULL inside */

/* Of the endpoint in row @index; NULL: nothing was learned. */
const struct yg_schema *yg_schemas_at(const struct yg_schemas *schemas, uint32_t index);

/**
 * yg_schemas_wants() - count one exchange.
 * @accepted: else only its response is learned from; both kinds are sampled apart.
 * @sends: its request has a body.
 * Return: what of it is to be learned from.
 */
struct yg_lesson yg_schemas_wants(struct yg_schemas *schemas, uint32_t index, bool accepted,
				  bool sends);

/**
 * yg_schemas_begin() - a message of the endpoint in row @index follows.
 * @body: part that values of bodies belong to: REQUEST or RESPONSE_*.
 */
void yg_schemas_begin(struct yg_schemas *schemas, uint32_t index, enum yg_schema_part body);

/* A parameter of the path; between begin and end. @name: as in the template. */
void yg_schemas_path(struct yg_schemas *schemas, struct yg_slice name, struct yg_slice value);

/* yg_value_fn; between begin and end. @ctx: struct yg_schemas. */
void yg_schemas_visit(void *ctx, const struct yg_value *value);

/* @walked: of the walk that called yg_schemas_visit(). */
void yg_schemas_end(struct yg_schemas *schemas, const struct yg_values_walked *walked);

/* What changed since yg_schemas_wants(); @ret_count at most YG_SCHEMA_DRIFTS_MAX. */
const struct yg_schema_drift *yg_schemas_drifts(const struct yg_schemas *schemas,
						uint32_t *ret_count);

/* @from is folded into @into; both are rows. Then @from has none. */
void yg_schemas_fold(struct yg_schemas *schemas, uint32_t into, uint32_t from);

void yg_schemas_drop(struct yg_schemas *schemas, uint32_t index); /* the row is gone */

/* Changed since this was asked last. */
bool yg_schemas_is_dirty(struct yg_schemas *schemas, uint32_t index);

/* Of all schemas, as they are now. */
struct yg_schemas_counters yg_schemas_counters(const struct yg_schemas *schemas);

/* One schema as bytes, at most YG_SCHEMA_PACKED_MAX; the same on every machine. */
void yg_schema_pack(const struct yg_schema *schema, struct yg_writer *writer);

/**
 * yg_schema_unpack() - read one back, alone.
 * Return: 0; -EINVAL if the bytes are damaged; -ENOMEM.
 */
YG_MUST_CHECK int yg_schema_unpack(struct yg_reader *reader, struct yg_schema **ret);
void yg_schema_free(struct yg_schema **schema); /* accepts NULL inside */

/* Give row @index this schema; taken. Over budget, another one goes. */
void yg_schemas_put(struct yg_schemas *schemas, uint32_t index, struct yg_schema **schema);
