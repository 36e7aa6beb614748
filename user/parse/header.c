/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/header.h"

#include <string.h>

#include "core/macros.h"
#include "parse/credential_name.h"

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
#define TABLE_ROW(name, text, traits) [YG_HEADER_##name] = { { text, sizeof(text) - 1 }, traits },
	YG_HEADERS(TABLE_ROW)
#undef TABLE_ROW
};

enum yg_header_id yg_header_id_from_name(struct yg_slice name)
{
	for (uint32_t id = YG_HEADER_OTHER + 1; id < YG_HEADER_MAX; id++) {
		if (yg_slice_equal_nocase(name, rows[id].name))
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
	*index = (struct yg_header_index){ .slots = { YG_HEADER_UNREAD } };
	for (uint32_t id = YG_HEADER_OTHER + 1; id < YG_HEADER_MAX; id++) {
		uint32_t slot = slot_of(rows[id].name);

		while (index->slots[slot])
			slot = (slot + 1) % YG_HEADER_SLOTS;
		index->slots[slot] = (uint8_t)id;
	}
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

/* What names hold that say so: PART(name, text, traits). */
#define PARTS(PART)                       \
	PART(AUTH, "auth", C)             \
	PART(TOKEN, "token", C)           \
	PART(SESSION, "session", C)       \
	PART(SECRET, "secret", C)         \
	PART(SIGNATURE, "signature", C)   \
	PART(KEY, "key", C)               \
	PART(COOKIE, "cookie", C)         \
	PART(CERT, "cert", C)             \
	PART(USER_ID, "user-id", C)       \
	PART(TENANT, "tenant", C)         \
	PART(SID, "sid", C)               \
	PART(CLIENT_ID, "client-id", C)   \
	PART(RATELIMIT, "ratelimit", R)   \
	PART(RATE_LIMIT, "rate-limit", R) \
	PART(IDEMPOTENCY, "idempotency", IDEMPOTENT)

#define IDEMPOTENT (1u << 31) /* it names a request, not who makes it */

enum part {
#define PART_ENUM(name, text, traits) PART_##name,
	PARTS(PART_ENUM)
#undef PART_ENUM
};

static const struct row parts[] = {
#define PART_ROW(name, text, traits) [PART_##name] = { { text, sizeof(text) - 1 }, traits },
	PARTS(PART_ROW)
#undef PART_ROW
};

#define BIT(name) (1u << PART_##name)

/* Those that begin with a letter, by its lower five bits. */
static const uint32_t parts_from[32] = {
	['a' & 31] = BIT(AUTH),
	['c' & 31] = BIT(COOKIE) | BIT(CERT) | BIT(CLIENT_ID),
	['i' & 31] = BIT(IDEMPOTENCY),
	['k' & 31] = BIT(KEY),
	['r' & 31] = BIT(RATELIMIT) | BIT(RATE_LIMIT),
	['s' & 31] = BIT(SESSION) | BIT(SECRET) | BIT(SIGNATURE) | BIT(SID),
	['t' & 31] = BIT(TOKEN) | BIT(TENANT),
	['u' & 31] = BIT(USER_ID),
};

/* Does @part stand at @at of @name? Its first byte decides for nearly all. */
static bool stands_at(struct yg_slice name, size_t at, struct yg_slice part)
{
	struct yg_slice here = { name.ptr + at, part.len };

	return name.len - at >= part.len && yg_ascii_lower(here.ptr[0]) == part.ptr[0] &&
	       yg_slice_equal_nocase(here, part);
}

uint32_t yg_header_traits_of_name(struct yg_slice name)
{
	uint32_t traits = 0;

	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++)
		traits |= stands_at(name, 0, kinds[i].name) ? kinds[i].traits : 0;
	for (size_t at = 0; at < name.len; at++) {
		uint32_t left = parts_from[name.ptr[at] & 31];

		for (; left; left &= left - 1) {
			const struct row *part = &parts[__builtin_ctz(left)];

			traits |= stands_at(name, at, part->name) ? part->traits : 0;
		}
	}
	if (traits & IDEMPOTENT)
		return traits & ~(C | IDEMPOTENT);
	/* What only hops say is no key; "x-client-secret" is one, whatever else clients say. */
	if (yg_credential_shape_of(name) >= YG_SHAPE_LIKELY &&
	    (!(traits & (U | S)) || stands_at(name, 0, YG_SLICE("x-client-"))))
		traits = (traits & ~S) | KC;
	return traits;
}

static uint8_t read_memo(struct yg_header_index *index, uint32_t slot, struct yg_slice name)
{
	struct yg_header_memo *memo = &index->memos[slot % YG_HEADER_MEMOS];
	uint8_t traits;

	if (memo->len == name.len && memcmp(memo->name, name.ptr, name.len) == 0)
		return memo->traits;
	traits = (uint8_t)yg_header_traits_of_name(name);
	if (name.len <= YG_HEADER_MEMO_CAP) {
		memo->len = (uint8_t)name.len;
		memo->traits = traits;
		memcpy(memo->name, name.ptr, name.len);
	}
	return traits;
}

uint8_t yg_header_index_find(struct yg_header_index *index, struct yg_slice name)
{
	uint32_t first, slot;

	if (name.len == 0)
		return YG_HEADER_OTHER;
	first = slot_of(name);
	for (slot = first; index->slots[slot]; slot = (slot + 1) % YG_HEADER_SLOTS) {
		if (yg_slice_equal_nocase(name, rows[index->slots[slot]].name))
			return index->slots[slot];
	}
	return (uint8_t)(YG_HEADER_MAX + read_memo(index, first, name));
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
