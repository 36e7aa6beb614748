/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of fields: found, given up, joined with those of another endpoint; and counted. */
#include <stdlib.h>
#include <string.h>

#include "baseline/data_inside.h"

uint64_t yg_data_key(uint32_t class_, bool response, uint32_t in, const char *path)
{
	static const struct yg_hash_key key = { 0x6669656c64, 0x2026 };

	return yg_hash(&key, path, strlen(path)) ^
	       yg_hash_mix((uint64_t)class_ << 16 | (uint64_t)in << 8 | response);
}

struct yg_data_field *yg_data_find(const struct fields *fields, uint64_t key)
{
	for (uint32_t i = 0; i < fields->count; i++) {
		if (fields->rows[i].key == key)
			return &fields->rows[i];
	}
	return NULL;
}

void yg_data_drop(struct yg_data *data, uint32_t endpoint)
{
	struct fields *fields = &data->endpoints[endpoint];

	data->bytes -= fields->cap * sizeof(*fields->rows);
	free(fields->rows);
	*fields = (struct fields){ 0 };
}

static void merge(struct yg_data_field *into, const struct yg_data_field *from)
{
	for (uint32_t i = 0; i < YG_DATA_BITS / 64; i++) {
		into->tried[i] |= from->tried[i];
		into->passed[i] |= from->passed[i];
	}
	into->values += from->values;
	into->named += from->named;
	into->proof = from->proof < into->proof ? from->proof : into->proof;
	into->first_ns = from->first_ns < into->first_ns ? from->first_ns : into->first_ns;
	into->last_ns = from->last_ns > into->last_ns ? from->last_ns : into->last_ns;
}

void yg_data_fold(struct yg_data *data, uint32_t into, uint32_t from)
{
	struct fields *to = &data->endpoints[into], *of = &data->endpoints[from];

	if (into == from)
		return;
	for (uint32_t i = 0; i < of->count; i++) {
		struct yg_data_field *field = yg_data_find(to, of->rows[i].key);

		if (field) {
			merge(field, &of->rows[i]);
			continue;
		}
		field = yg_data_make_field(data, to);
		if (field)
			*field = of->rows[i];
	}
	/* Under its new id, everything is news. */
	for (uint32_t i = 0; i < to->count; i++)
		to->rows[i].told = YG_DATA_LEVEL_MAX;
	to->exchanges += of->exchanges;
	to->full += of->full;
	to->stale = true;
	to->tried += of->tried;
	to->passed += of->passed;
	yg_data_drop(data, from);
}

const char *yg_data_class_name(const struct yg_data *data, uint32_t class_)
{
	return yg_data_engine_name(data->engine, class_);
}

uint32_t yg_data_class_named(const struct yg_data *data, struct yg_slice name)
{
	uint32_t class_ = 0, count = yg_data_engine_classes(data->engine);

	while (class_ < count &&
	       !yg_slice_equal(yg_slice_from_str(yg_data_class_name(data, class_)), name))
		class_++;
	return class_ < count ? class_ : YG_DATA_ALL_MAX;
}

void yg_data_counters(const struct yg_data *data,
		      void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx)
{
	struct yg_data_engine_counters engine = yg_data_engine_counters(data->engine);
	uint64_t fields = 0;

	for (uint32_t i = 0; i < data->endpoints_max; i++)
		fields += data->endpoints[i].count;
	fn(ctx, "data.exchanges", data->exchanges);
	fn(ctx, "data.passed_over", data->skipped);
	fn(ctx, "data.values", data->values);
	fn(ctx, "data.bodies_cut", data->bodies_cut);
	fn(ctx, "data.values_cut", data->cut);
	fn(ctx, "data.sights", engine.sights);
	fn(ctx, "data.sights_lost", engine.sights_lost + data->items_lost);
	fn(ctx, "data.fields", fields);
	fn(ctx, "data.fields_evicted", data->evicted);
	fn(ctx, "data.fields_lost", data->lost);
}
