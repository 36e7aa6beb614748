/* SPDX-License-Identifier: GPL-2.0-only */
/* The schemas of all endpoints, within their budget. */
#include <errno.h>
#include <stdlib.h>

#include "baseline/schema_tree.h"

int yg_schemas_new(const struct yg_hash_key *key, uint32_t endpoints_max, size_t bytes_max,
		   struct yg_schemas **ret)
{
	struct yg_schemas *schemas = calloc(1, sizeof(*schemas));

	if (!schemas)
		return -ENOMEM;
	schemas->key = *key;
	schemas->cap = endpoints_max;
	schemas->bytes_max = bytes_max ? bytes_max : YG_SCHEMA_BYTES_MAX;
	schemas->rows = calloc(endpoints_max, sizeof(struct yg_schema *));
	if (!schemas->rows) {
		yg_schemas_free(&schemas);
		return -ENOMEM;
	}
	*ret = schemas;
	return 0;
}

void yg_schemas_free(struct yg_schemas **schemas)
{
	if (!*schemas)
		return;
	for (uint32_t i = 0; (*schemas)->rows && i < (*schemas)->cap; i++)
		yg_schema_free(&(*schemas)->rows[i]);
	free((*schemas)->rows);
	yg_freep(schemas);
}

const struct yg_schema *yg_schemas_at(const struct yg_schemas *schemas, uint32_t index)
{
	return schemas->rows[index];
}

void yg_schemas_drop(struct yg_schemas *schemas, uint32_t index)
{
	if (!schemas->rows[index])
		return;
	schemas->bytes -= yg_schema_bytes(schemas->rows[index]);
	yg_schema_free(&schemas->rows[index]);
}

void yg_schemas_shrink(struct yg_schemas *schemas, uint32_t keep)
{
	while (schemas->bytes > schemas->bytes_max) {
		uint32_t oldest = keep;

		for (uint32_t i = 0; i < schemas->cap; i++) {
			const struct yg_schema *at = schemas->rows[i];

			if (at && i != keep &&
			    (oldest == keep || at->used < schemas->rows[oldest]->used))
				oldest = i;
		}
		if (oldest == keep)
			return;
		yg_schemas_drop(schemas, oldest);
		schemas->counters.evicted++;
	}
}

bool yg_schemas_is_dirty(struct yg_schemas *schemas, uint32_t index)
{
	struct yg_schema *schema = schemas->rows[index];
	bool dirty = schema && schema->dirty;

	if (schema)
		schema->dirty = false;
	return dirty;
}

struct yg_schemas_counters yg_schemas_counters(const struct yg_schemas *schemas)
{
	struct yg_schemas_counters counters = schemas->counters;

	counters.bytes = schemas->bytes;
	return counters;
}

void yg_schemas_put(struct yg_schemas *schemas, uint32_t index, struct yg_schema **schema)
{
	yg_schemas_drop(schemas, index);
	schemas->rows[index] = *schema;
	schemas->rows[index]->used = ++schemas->tick;
	schemas->bytes += yg_schema_bytes(*schema);
	*schema = NULL;
	yg_schemas_shrink(schemas, index);
}

void yg_schemas_fold(struct yg_schemas *schemas, uint32_t into, uint32_t from)
{
	struct yg_schema *to = schemas->rows[into], *gone = schemas->rows[from];

	if (!gone)
		return;
	if (!to) {
		schemas->rows[into] = gone;
		schemas->rows[from] = NULL;
		gone->dirty = true;
		return;
	}
	schemas->bytes -= yg_schema_bytes(to);
	for (enum yg_schema_part part = 0; part < YG_SCHEMA_PART_MAX; part++) {
		if (!gone->roots[part] || !yg_schema_add_root(to, part))
			continue;
		yg_schema_merge(to, to->roots[part], gone, gone->roots[part]);
		if (!to->kinds[part])
			to->kinds[part] = gone->kinds[part];
	}
	to->exchanges += gone->exchanges;
	to->refused += gone->refused;
	to->learned += gone->learned;
	to->dirty = true;
	schemas->bytes += yg_schema_bytes(to);
	yg_schemas_drop(schemas, from);
	yg_schemas_shrink(schemas, into);
}
