/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/header.h"

#include <string.h>

#include "core/macros.h"

/* Letters of the table. */
#define NONE 0u
#define U    YG_HEADER_USUAL
#define S    YG_HEADER_STANDARD
#define R    YG_HEADER_RATE
#define C    YG_HEADER_SECRET
#define US   (U | S)
#define UC   (U | C)
#define USC  (U | S | C)
#define KC   (YG_HEADER_KEY | C)

struct row {
	struct yg_slice name; /* lower case */
	uint32_t traits;
};

static const struct row rows[YG_HEADER_MAX] = {
#define TABLE_LENGTH(len)
#define TABLE_ROW(name, text, traits) [YG_HEADER_##name] = { { text, sizeof(text) - 1 }, traits },
	YG_HEADERS(TABLE_LENGTH, TABLE_ROW)
#undef TABLE_ROW
#undef TABLE_LENGTH
};

static const uint8_t first_of_length[YG_HEADER_LENGTH_MAX + 1] = {
#define BEGIN_LENGTH(len) [len] = YG_HEADER_LENGTH_##len,
#define BEGIN_ROW(name, text, traits)
	YG_HEADERS(BEGIN_LENGTH, BEGIN_ROW)
#undef BEGIN_ROW
#undef BEGIN_LENGTH
};

enum yg_header_id yg_header_id_from_name(struct yg_slice name)
{
	uint32_t id = name.len <= YG_HEADER_LENGTH_MAX ? first_of_length[name.len] : 0;
	char first, last;

	if (id == 0)
		return YG_HEADER_OTHER;
	first = yg_ascii_lower(name.ptr[0]);
	last = yg_ascii_lower(name.ptr[name.len - 1]);
	for (; id < YG_HEADER_MAX && rows[id].name.len == name.len; id++) {
		const char *text = rows[id].name.ptr;

		if (text[0] == first && text[name.len - 1] == last &&
		    yg_slice_equal_nocase(name, rows[id].name))
			return (enum yg_header_id)id;
	}
	return YG_HEADER_OTHER;
}

/* First and last bytes, in any case alike: enough to tell the rows apart. @name: not empty. */
static uint32_t slot_of(struct yg_slice name)
{
	uint64_t first, last;
	uint32_t low, high;

	if (name.len >= 8) {
		memcpy(&first, name.ptr, 8);
		memcpy(&last, name.ptr + name.len - 8, 8);
	} else if (name.len >= 4) {
		memcpy(&low, name.ptr, 4);
		memcpy(&high, name.ptr + name.len - 4, 4);
		first = low;
		last = high;
	} else {
		first = (uint8_t)name.ptr[0] | (uint32_t)(uint8_t)name.ptr[name.len / 2] << 8;
		last = (uint8_t)name.ptr[name.len - 1];
	}
	first |= 0x2020202020202020u;
	last |= 0x2020202020202020u;
	first ^= last << 29 | last >> 35;
	return (uint32_t)((first + name.len) * 0x9e3779b97f4a7c15u >> 55) % YG_HEADER_SLOTS;
}

void yg_header_index_init(struct yg_header_index *index)
{
	*index = (struct yg_header_index){ { YG_HEADER_UNREAD } };
	for (uint32_t id = YG_HEADER_OTHER + 1; id < YG_HEADER_MAX; id++) {
		uint32_t slot = slot_of(rows[id].name);

		while (index->slots[slot])
			slot = (slot + 1) % YG_HEADER_SLOTS;
		index->slots[slot] = (uint8_t)id;
	}
}

enum yg_header_id yg_header_index_find(const struct yg_header_index *index, struct yg_slice name)
{
	uint32_t slot;

	if (name.len == 0)
		return YG_HEADER_OTHER;
	for (slot = slot_of(name); index->slots[slot]; slot = (slot + 1) % YG_HEADER_SLOTS) {
		if (yg_slice_equal_nocase(name, rows[index->slots[slot]].name))
			return (enum yg_header_id)index->slots[slot];
	}
	return YG_HEADER_OTHER;
}

/* How names begin that say the same as their kin in the table. */
static const struct row kinds[] = {
	{ YG_SLICE("content-"), US },	  { YG_SLICE("accept-"), US },
	{ YG_SLICE("accept"), S },	  { YG_SLICE("sec-"), US },
	{ YG_SLICE("x-forwarded-"), US }, { YG_SLICE("if-"), US },
	{ YG_SLICE("strict-"), U },	  { YG_SLICE("access-control-"), US },
	{ YG_SLICE("proxy-"), S },	  { YG_SLICE("x-b3-"), S },
	{ YG_SLICE("cf-"), S },		  { YG_SLICE("x-amz-"), S },
	{ YG_SLICE("x-datadog-"), S },	  { YG_SLICE("x-envoy-"), S },
	{ YG_SLICE("cdn-"), S },	  { YG_SLICE("x-cloud-"), S },
	{ YG_SLICE("grpc-"), S },	  { YG_SLICE("x-stainless-"), S },
	{ YG_SLICE("x-client-"), S },	  { YG_SLICE(":"), S },
	{ YG_SLICE("retry-after"), R },
};

/* What names hold that say so. */
static const struct row parts[] = {
	{ YG_SLICE("auth"), C },      { YG_SLICE("token"), C },	     { YG_SLICE("session"), C },
	{ YG_SLICE("secret"), C },    { YG_SLICE("signature"), C },  { YG_SLICE("key"), C },
	{ YG_SLICE("cookie"), C },    { YG_SLICE("cert"), C },	     { YG_SLICE("user-id"), C },
	{ YG_SLICE("tenant"), C },    { YG_SLICE("sid"), C },	     { YG_SLICE("client-id"), C },
	{ YG_SLICE("ratelimit"), R }, { YG_SLICE("rate-limit"), R },
};

static bool has(struct yg_slice name, struct yg_slice part)
{
	for (size_t i = 0; i + part.len <= name.len; i++) {
		if (yg_slice_equal_nocase((struct yg_slice){ name.ptr + i, part.len }, part))
			return true;
	}
	return false;
}

uint32_t yg_header_traits_of_name(struct yg_slice name)
{
	uint32_t traits = 0;

	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
		struct yg_slice kind = kinds[i].name;

		if (name.len >= kind.len &&
		    yg_slice_equal_nocase((struct yg_slice){ name.ptr, kind.len }, kind))
			traits |= kinds[i].traits;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(parts); i++)
		traits |= has(name, parts[i].name) ? parts[i].traits : 0;
	/* It names a request, not who makes it. */
	return has(name, YG_SLICE("idempotency")) ? traits & ~C : traits;
}

uint32_t yg_header_traits(enum yg_header_id id, struct yg_slice name)
{
	if (id == YG_HEADER_UNREAD)
		id = yg_header_id_from_name(name);
	return id == YG_HEADER_OTHER ? yg_header_traits_of_name(name) : rows[id].traits;
}

struct yg_slice yg_header_name(enum yg_header_id id)
{
	return rows[id].name;
}
