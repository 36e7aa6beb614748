/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of feed.h as data: what the writer, the reader and the JSON of a message walk over.
 * Private to stage 8.
 */
#pragma once

#include "store/feed.h"

enum yg_field_type {
	YG_FIELD_text,
	YG_FIELD_blob,
	YG_FIELD_uint,
	YG_FIELD_time,
	YG_FIELD_id,
	YG_FIELD_real,
	YG_FIELD_flag,
	YG_FIELD_address,
	YG_FIELD_texts,
	YG_FIELD_counts,
	YG_FIELD_facts,
	YG_FIELD_MAX
};

struct yg_field {
	const char *name;
	enum yg_field_type type;
	uint32_t offset; /* of the member in struct yg_feed_message */
	uint32_t max;	 /* bytes of a text or blob; 0: YG_FEED_TEXT_MAX */
};

struct yg_schema {
	const char *name; /* of the kind */
	const struct yg_field *fields;
	uint32_t count;
	uint32_t version;
};

/* Schema of a kind, NULL if there is no such kind. */
const struct yg_schema *yg_schema_find(uint64_t kind);

/* Where @field lies in @message; borrowed. */
static inline const void *yg_field_view(const struct yg_field *field,
					const struct yg_feed_message *message)
{
	return (const char *)message + field->offset;
}

struct yg_json;

/* The value of one field as JSON; nothing for a blob. */
void yg_feed_write_value(struct yg_json *json, const struct yg_field *field,
			 const struct yg_feed_message *message);
