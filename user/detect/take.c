/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/take.h"

#include <errno.h>
#include <string.h>

int yg_takes_open(struct yg_takes *takes)
{
	return yg_lru_new(YG_TAKES_MAX, sizeof(struct yg_take), &takes->rows);
}

void yg_takes_close(struct yg_takes *takes)
{
	yg_lru_free(&takes->rows);
}

static uint64_t hash_service(struct yg_slice service)
{
	static const struct yg_hash_key public_key = { 0x68617276657374, 0x2026 };

	return yg_hash(&public_key, service.ptr, service.len);
}

static uint64_t row_key(uint64_t caller, uint64_t service, uint32_t class_)
{
	return yg_hash_mix(caller ^ yg_hash_mix(service + class_)) | 1;
}

static void copy(char *to, size_t cap, struct yg_slice from)
{
	size_t len = from.len < cap ? from.len : cap - 1;

	if (len)
		memcpy(to, from.ptr, len);
	to[len] = '\0';
}

struct yg_take *yg_takes_get(struct yg_takes *takes, const struct yg_take_key *key)
{
	uint64_t service = hash_service(key->service), day = key->time_ns / YG_TAKE_DAY_NS;
	bool fresh;
	struct yg_take *take =
		yg_lru_get(takes->rows, row_key(key->caller_hash, service, key->class_), &fresh);

	if (fresh || take->day != day) {
		uint32_t most = take->most > take->count ? take->most : take->count;

		*take = (struct yg_take){
			.most = fresh ? 0 : most,
			.days = fresh ? 0 : take->days + 1,
			.caller_hash = key->caller_hash,
			.service_hash = service,
			.day = day,
			.first_ns = key->time_ns,
			.before = fresh ? 0 : take->count,
			.class_ = (uint8_t)key->class_,
		};
		copy(take->caller, sizeof(take->caller), key->caller);
		copy(take->service, sizeof(take->service), key->service);
	}
	take->last_ns = key->time_ns;
	take->dirty = true;
	return take;
}

void yg_takes_watch(struct yg_takes *takes, const struct yg_take *take)
{
	uint64_t bit = take->caller_hash % YG_TAKES_WATCHED;

	if (take->day < takes->day)
		return;
	if (takes->day != take->day) {
		if (takes->day + 1 == take->day)
			memcpy(takes->before, takes->watched, sizeof(takes->before));
		else
			memset(takes->before, 0, sizeof(takes->before));
		memset(takes->watched, 0, sizeof(takes->watched));
	}
	takes->day = take->day;
	takes->watched[bit / 64] |= 1ull << (bit % 64);
}

uint32_t yg_takes_first(const struct yg_takes *takes)
{
	return yg_lru_first(takes->rows);
}

uint32_t yg_takes_next(const struct yg_takes *takes, uint32_t i)
{
	return yg_lru_next(takes->rows, i);
}

struct yg_take *yg_takes_at(const struct yg_takes *takes, uint32_t i)
{
	return yg_lru_at(takes->rows, i);
}

uint64_t yg_take_id(const struct yg_take *take)
{
	return yg_hash_mix(row_key(take->caller_hash, take->service_hash, take->class_) +
			   take->day);
}

void yg_take_pack(const struct yg_take *take, const struct yg_data *data, struct yg_writer *writer)
{
	yg_put_text(writer, yg_slice_from_str(take->caller));
	yg_put_text(writer, yg_slice_from_str(take->service));
	yg_put_text(writer, yg_slice_from_str(yg_data_class_name(data, take->class_)));
	yg_put_u64(writer, take->caller_hash);
	yg_put_u64(writer, take->service_hash);
	yg_put_varint(writer, take->day);
	yg_put_u64(writer, take->first_ns);
	yg_put_u64(writer, take->last_ns);
	yg_put_varint(writer, take->given);
	yg_put_varint(writer, take->before);
	yg_put_varint(writer, take->checked);
	yg_hll_pack(&take->values, writer);
	yg_put_varint(writer, take->most);
	yg_put_varint(writer, take->days);
}

int yg_takes_unpack(struct yg_takes *takes, const struct yg_data *data, struct yg_reader *reader)
{
	struct yg_take take = { .dirty = true };
	struct yg_take *row;
	uint32_t class_;
	bool fresh;

	yg_get_string(reader, take.caller, sizeof(take.caller));
	yg_get_string(reader, take.service, sizeof(take.service));
	class_ = yg_data_class_named(data, yg_get_text(reader));
	take.class_ = (uint8_t)class_;
	take.caller_hash = yg_get_u64(reader);
	take.service_hash = yg_get_u64(reader);
	take.day = yg_get_varint(reader);
	take.first_ns = yg_get_u64(reader);
	take.last_ns = yg_get_u64(reader);
	take.given = yg_get_varint(reader);
	take.before = yg_get_max(reader, UINT32_MAX);
	take.checked = yg_get_max(reader, UINT32_MAX);
	yg_hll_unpack(&take.values, reader);
	take.most = take.before;
	/* Blobs of older versions end here. */
	if (!reader->bad && reader->used < reader->len) {
		take.most = yg_get_max(reader, UINT32_MAX);
		take.days = yg_get_max(reader, UINT32_MAX);
	}
	if (reader->bad || reader->used != reader->len || class_ == YG_DATA_ALL_MAX)
		return -EINVAL;
	take.count = (uint32_t)yg_hll_count(&take.values);
	row = yg_lru_get(takes->rows, row_key(take.caller_hash, take.service_hash, class_), &fresh);
	/* What came in since the start is newer. */
	if (fresh)
		*row = take;
	return 0;
}
