/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/object.h"

#include "core/macros.h"
#include "parse/id.h"

#define DIGITS_MAX 18u /* of a number that fits 63 bits */

uint64_t yg_object_hash(const struct yg_hash_key *key, struct yg_slice value)
{
	return yg_hash(key, value.ptr, value.len);
}

void yg_handed_read(const struct yg_hash_key *key, struct yg_slice text, struct yg_handed *ret)
{
	struct yg_id_scan scan = yg_id_scan_from_json(text);
	struct yg_slice value;

	ret->count = 0;
	while (ret->count < YG_HANDED_MAX && yg_id_scan_next(&scan, &value)) {
		if (value.len > 0)
			ret->hashes[ret->count++] = yg_object_hash(key, value);
	}
}

static bool read_number(struct yg_slice value, uint64_t *ret)
{
	*ret = 0;
	if (value.len == 0 || value.len > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	return true;
}

/* "acct_000123" walks too: the digits at the end count when the rest is a short prefix. */
static struct yg_slice digits_of(struct yg_slice value)
{
	size_t start = value.len;

	while (start > 0 && value.ptr[start - 1] >= '0' && value.ptr[start - 1] <= '9')
		start--;
	if (value.len - start < 2 || start > 8)
		return value;
	return (struct yg_slice){ value.ptr + start, value.len - start };
}

static void add(struct yg_objects *objects, uint32_t slot, struct yg_slice value)
{
	struct yg_object *object;

	if (objects->count == YG_OBJECTS_MAX || value.len == 0)
		return;
	object = &objects->items[objects->count++];
	object->slot = slot;
	object->hash = yg_object_hash(&objects->key, value);
	object->numeric = read_number(digits_of(value), &object->number);
	objects->hash = yg_hash_mix(objects->hash + object->hash + slot);
}

static bool names_an_object(enum yg_token token)
{
	switch (token) {
	case YG_TOKEN_DATE:
	case YG_TOKEN_SEMVER:
	case YG_TOKEN_VERSION:
	case YG_TOKEN_LOCALE:
	case YG_TOKEN_REGION:
	case YG_TOKEN_DECIMAL:
		return false;
	default:
		return true;
	}
}

static bool is_paging(struct yg_slice name)
{
	static const struct yg_slice names[] = {
		YG_SLICE("page"),  YG_SLICE("pages"), YG_SLICE("offset"),
		YG_SLICE("limit"), YG_SLICE("size"),  YG_SLICE("year"),
		YG_SLICE("month"), YG_SLICE("day"),   YG_SLICE("version"),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

void yg_objects_from_path(const struct yg_hash_key *key, const struct yg_path *path,
			  const struct yg_route *route, struct yg_objects *ret)
{
	*ret = (struct yg_objects){ .key = *key };
	for (uint32_t i = 0; i < route->count; i++) {
		if (!route->segments[i].parameter || !names_an_object(route->segments[i].token) ||
		    (i > 0 && is_paging(path->segments[i - 1])))
			continue;
		add(ret, i,
		    (struct yg_slice){ path->segments[i].ptr, route->segments[i].stem_len });
	}
}

void yg_objects_visit(void *ctx, const struct yg_value *value)
{
	struct yg_objects *objects = ctx;
	struct yg_slice name = yg_value_name(value);

	if (value->cut || !value->raw.ptr || !yg_id_is_name(name))
		return;
	add(objects, (uint32_t)yg_hash(&objects->key, name.ptr, name.len) | YG_PATH_SEGMENTS_MAX,
	    value->raw);
}
