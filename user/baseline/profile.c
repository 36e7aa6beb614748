/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/profile.h"

#include <errno.h>
#include <math.h>

#include "baseline/estimate.h"

#include "core/hash.h"

#define HOUR_NS	       (60ull * YG_CELL_SPAN_NS)
#define PACK_VERSION   1
#define SHARED_SAMPLES 16u /* fewer objects say nothing about sharing */

static void add_hour(struct yg_season *season, double requests)
{
	double delta = requests - (double)season->mean;

	season->hours++;
	season->mean += (float)(delta / season->hours);
	season->m2 += (float)(delta * (requests - (double)season->mean));
}

static struct yg_season *season_at(struct yg_profile *profile, uint64_t time_ns)
{
	return &profile->season[time_ns / HOUR_NS % YG_SEASON_HOURS];
}

static void end_hour(struct yg_profile *profile, uint64_t now_ns)
{
	if (profile->hour_ns == 0)
		return;
	if (!profile->hour_lossy)
		add_hour(season_at(profile, profile->hour_ns), (double)profile->hour_requests);
	/* Silent hours are samples too; of a long pause, each hour of the week counts once. */
	for (uint64_t i = 1; i < YG_SEASON_HOURS; i++) {
		uint64_t hour_ns = profile->hour_ns + i * HOUR_NS;

		if (now_ns == UINT64_MAX || hour_ns + HOUR_NS > now_ns)
			break;
		add_hour(season_at(profile, hour_ns), 0);
	}
	profile->hour_ns = 0;
	profile->hour_requests = 0;
	profile->hour_lossy = false;
}

static void end_minute(struct yg_profile *profile, yg_cell_fn fn, void *ctx)
{
	if (profile->now.requests == 0)
		return;
	if (profile->now.lost == 0)
		yg_cell_merge(&profile->total, &profile->now);
	if (fn)
		fn(ctx, &profile->now);
	profile->now = (struct yg_cell){ 0 };
}

/* A minute keeps one exchange at least: it is the edge of what is taken back. */
static void pay(struct yg_profile *profile)
{
	const struct yg_debt *debt = &profile->debt;
	uint64_t count = debt->exchanges.count;

	if (count == 0 || profile->now.requests <= count)
		return;
	yg_cell_take_back(&profile->now, &debt->exchanges, debt->request_bytes,
			  debt->response_bytes);
	profile->hour_requests -= count < profile->hour_requests ? count : profile->hour_requests;
	profile->debt = (struct yg_debt){ 0 };
}

void yg_profile_take_back(struct yg_profile *profile, const struct yg_sample *sample)
{
	uint32_t weight = sample->weight ? sample->weight : 1;
	struct yg_debt *debt = &profile->debt;

	debt->exchanges.status = sample->status;
	debt->exchanges.count += weight;
	debt->request_bytes += weight * sample->request_bytes;
	debt->response_bytes += weight * sample->response_bytes;
	pay(profile);
}

static void end_at(struct yg_profile *profile, uint64_t now_ns, uint64_t grace_ns, yg_cell_fn fn,
		   void *ctx)
{
	uint64_t end_ns = profile->now.start_ns + profile->now.span_ns + grace_ns;

	if (now_ns == UINT64_MAX || now_ns >= end_ns)
		end_minute(profile, fn, ctx);
	if (profile->hour_ns && (now_ns == UINT64_MAX || now_ns >= profile->hour_ns + HOUR_NS))
		end_hour(profile, now_ns);
}

void yg_profile_lose(struct yg_profile *profile, uint64_t now_ns, uint64_t lost)
{
	if (profile->now.requests &&
	    profile->now.start_ns / YG_CELL_SPAN_NS == now_ns / YG_CELL_SPAN_NS)
		profile->now.lost += lost;
	if (profile->hour_ns && profile->hour_ns / HOUR_NS == now_ns / HOUR_NS)
		profile->hour_lossy = true;
}

void yg_profile_tick(struct yg_profile *profile, uint64_t now_ns, yg_cell_fn fn, void *ctx)
{
	end_at(profile, now_ns, YG_PROFILE_GRACE_NS, fn, ctx);
}

/* What only matters while less than everything is sampled. */
static void add_sampling(struct yg_cell *now, const struct yg_sample *sample, uint32_t weight)
{
	now->seen++;
	if (weight > 1)
		now->spread += yg_spread_of(weight, sample->ordinal);
	if (sample->clients == 0)
		return;
	if (now->clients == 0 || sample->clients < now->clients)
		now->clients = sample->clients;
	if (sample->whole && sample->caller)
		(void)yg_hll_add(&now->callers_whole, sample->caller);
}

void yg_profile_add(struct yg_profile *profile, const struct yg_sample *sample, yg_cell_fn fn,
		    void *ctx)
{
	struct yg_cell *now = &profile->now;
	uint32_t weight = sample->weight ? sample->weight : 1;

	end_at(profile, sample->time_ns, 0, fn, ctx);
	if (now->requests == 0) {
		now->start_ns = sample->time_ns - sample->time_ns % YG_CELL_SPAN_NS;
		now->span_ns = YG_CELL_SPAN_NS;
	}
	if (profile->hour_ns == 0)
		profile->hour_ns = sample->time_ns - sample->time_ns % HOUR_NS;

	now->requests += weight;
	now->request_bytes += weight * sample->request_bytes;
	now->response_bytes += weight * sample->response_bytes;
	yg_cell_add_status(now, sample->status, weight);
	if (sample->has_latency)
		yg_quantile_add_by(&now->latency_us, sample->latency_us, weight);
	yg_quantile_add_by(&now->response_size, sample->response_size, weight);
	yg_quantile_add_by(&profile->request_size, sample->request_size, weight);
	add_sampling(now, sample, weight);
	if (sample->lossy)
		yg_profile_lose(profile, sample->time_ns, now->lost == 0);
	if (sample->caller)
		(void)yg_hll_add(&now->callers, sample->caller);
	profile->hour_requests += weight;
	pay(profile);
}

/* Position of @object, or where it belongs. */
static uint32_t place_of(const struct yg_profile *profile, uint64_t object)
{
	uint32_t low = 0, high = profile->owned_count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (profile->owned[middle].object < object)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool holds(const struct yg_profile *profile, uint32_t place, uint64_t object)
{
	return place < profile->owned_count && profile->owned[place].object == object;
}

static void own(struct yg_profile *profile, const struct yg_owned *owned)
{
	uint32_t place = place_of(profile, owned->object);

	if (holds(profile, place, owned->object)) {
		if (profile->owned[place].caller != owned->caller || owned->shared)
			profile->owned[place].shared = true;
		return;
	}
	if (place == YG_PROFILE_OWNED_MAX)
		return;
	if (profile->owned_count == YG_PROFILE_OWNED_MAX)
		profile->owned_count--; /* the largest leaves the sample */
	memmove(&profile->owned[place + 1], &profile->owned[place],
		(profile->owned_count - place) * sizeof(profile->owned[0]));
	profile->owned[place] = *owned;
	profile->owned_count++;
}

void yg_profile_own(struct yg_profile *profile, uint64_t object, uint64_t caller)
{
	const struct yg_owned owned = { .object = yg_hash_mix(object), .caller = caller };

	if (caller)
		own(profile, &owned);
}

uint64_t yg_profile_owner(const struct yg_profile *profile, uint64_t object)
{
	uint64_t mixed = yg_hash_mix(object);
	uint32_t place = place_of(profile, mixed);

	return holds(profile, place, mixed) ? profile->owned[place].caller : 0;
}

double yg_profile_shared(const struct yg_profile *profile)
{
	uint32_t shared = 0;

	if (profile->owned_count < SHARED_SAMPLES)
		return 1;
	for (uint32_t i = 0; i < profile->owned_count; i++)
		shared += profile->owned[i].shared;
	return (double)shared / profile->owned_count;
}

bool yg_profile_is_learned(const struct yg_profile *profile)
{
	return profile->total.seen >= YG_PROFILE_REQUESTS &&
	       yg_hll_count(&profile->total.callers) >= YG_PROFILE_CALLERS;
}

bool yg_profile_knows_ids(const struct yg_profile *profile)
{
	return profile->ids_hour.count >= YG_PROFILE_IDS;
}

double yg_profile_expected(const struct yg_profile *profile, uint64_t time_ns)
{
	const struct yg_season *season = &profile->season[time_ns / HOUR_NS % YG_SEASON_HOURS];

	return season->hours > 0 ? (double)season->mean : -1;
}

/* Chan's formula: two means and spreads as if they had been one. */
static void merge_season(struct yg_season *into, const struct yg_season *from)
{
	double n = (double)into->hours + (double)from->hours;
	double delta = (double)from->mean - (double)into->mean;

	if (from->hours == 0)
		return;
	into->m2 += from->m2 + (float)(delta * delta * into->hours * from->hours / n);
	into->mean += (float)(delta * from->hours / n);
	into->hours += from->hours;
}

void yg_profile_merge(struct yg_profile *into, const struct yg_profile *from)
{
	yg_cell_merge(&into->total, &from->total);
	/* The later minute goes on; the other one ends. */
	if (from->now.start_ns > into->now.start_ns) {
		yg_cell_merge(&into->total, &into->now);
		into->now = from->now;
	} else if (from->now.start_ns == into->now.start_ns) {
		yg_cell_merge(&into->now, &from->now);
	} else {
		yg_cell_merge(&into->total, &from->now);
	}
	yg_quantile_merge(&into->request_size, &from->request_size);
	yg_quantile_merge(&into->ids_hour, &from->ids_hour);
	yg_quantile_merge(&into->ids_day, &from->ids_day);
	if (from->hour_ns > into->hour_ns) {
		into->hour_ns = from->hour_ns;
		into->hour_requests = from->hour_requests;
	} else if (from->hour_ns == into->hour_ns) {
		into->hour_requests += from->hour_requests;
	}
	for (uint32_t i = 0; i < YG_SEASON_HOURS; i++)
		merge_season(&into->season[i], &from->season[i]);
	for (uint32_t i = 0; i < from->owned_count; i++)
		own(into, &from->owned[i]);
}

static void pack_cell(const struct yg_cell *cell, struct yg_writer *writer)
{
	uint8_t bytes[YG_CELL_PACKED_MAX];
	ssize_t len = yg_cell_pack(cell, bytes, sizeof(bytes));

	if (len < 0)
		writer->overflow = true;
	else
		yg_put_text(writer, (struct yg_slice){ (const char *)bytes, (size_t)len });
}

static void unpack_cell(struct yg_cell *ret, struct yg_reader *reader)
{
	struct yg_slice bytes = yg_get_text(reader);

	*ret = (struct yg_cell){ 0 };
	if (reader->bad || yg_cell_unpack((const uint8_t *)bytes.ptr, bytes.len, ret) < 0)
		reader->bad = true;
}

static uint64_t bits_of(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static float float_of(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return isfinite(value) ? value : 0;
}

void yg_profile_pack(const struct yg_profile *profile, struct yg_writer *writer)
{
	yg_put_varint(writer, PACK_VERSION);
	pack_cell(&profile->now, writer);
	pack_cell(&profile->total, writer);
	yg_quantile_pack(&profile->request_size, writer);
	yg_quantile_pack(&profile->ids_hour, writer);
	yg_quantile_pack(&profile->ids_day, writer);
	yg_put_varint(writer, profile->hour_ns);
	yg_put_varint(writer, profile->hour_requests);
	for (uint32_t i = 0; i < YG_SEASON_HOURS; i++) {
		yg_put_varint(writer, profile->season[i].hours);
		if (profile->season[i].hours == 0)
			continue;
		yg_put_varint(writer, bits_of(profile->season[i].mean));
		yg_put_varint(writer, bits_of(profile->season[i].m2));
	}
	yg_put_varint(writer, profile->owned_count);
	for (uint32_t i = 0; i < profile->owned_count; i++) {
		yg_put_u64(writer, profile->owned[i].object);
		yg_put_u64(writer, profile->owned[i].caller);
		yg_put_varint(writer, profile->owned[i].shared);
	}
}

void yg_profile_unpack(struct yg_profile *ret, struct yg_reader *reader)
{
	uint32_t owned;

	if (yg_get_varint(reader) != PACK_VERSION)
		reader->bad = true;
	unpack_cell(&ret->now, reader);
	unpack_cell(&ret->total, reader);
	yg_quantile_unpack(&ret->request_size, reader);
	yg_quantile_unpack(&ret->ids_hour, reader);
	yg_quantile_unpack(&ret->ids_day, reader);
	ret->hour_ns = yg_get_varint(reader);
	ret->hour_requests = yg_get_varint(reader);
	for (uint32_t i = 0; i < YG_SEASON_HOURS; i++) {
		ret->season[i] = (struct yg_season){ .hours = yg_get_max(reader, UINT32_MAX) };
		if (ret->season[i].hours == 0)
			continue;
		ret->season[i].mean = float_of(yg_get_max(reader, UINT32_MAX));
		ret->season[i].m2 = float_of(yg_get_max(reader, UINT32_MAX));
	}
	ret->owned_count = 0;
	owned = yg_get_max(reader, YG_PROFILE_OWNED_MAX);
	for (uint32_t i = 0; i < owned && !reader->bad; i++) {
		struct yg_owned one = { .object = yg_get_u64(reader) };

		one.caller = yg_get_u64(reader);
		one.shared = yg_get_max(reader, 1) == 1;
		own(ret, &one);
	}
}
