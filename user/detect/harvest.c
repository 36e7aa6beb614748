/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API6: a caller takes far more sensitive records than others of its kind.
 *
 * Counted are distinct values of one class that a caller was given within a day, by keyed hash and
 * in a sketch: asking for one's own record a thousand times is one. Steady traffic is looked at by
 * sample, so that a count says "at least"; the same sample is taken of everybody. What is far more
 * is learned: of the callers of the same service that were given the class today or the day they
 * were there before, nine in ten must have had less than an eighth. A caller that took as much on
 * its day before is a job that does so every day.
 */
#include <stdio.h>

#include "core/hll.h"
#include "detect/detector.h"

#define ROWS_MAX    4096u /* of caller, class and service; about 600 bytes each */
#define DAY_NS	    (86400ull * 1000000000)
#define FLOOR	    200u /* distinct values of names, addresses, mail ... */
#define FLOOR_GRAVE 50u	 /* cards, accounts, identity numbers, secrets */
#define PEERS_MIN   5u	 /* callers without which nothing is usual */
#define PEERS_RATIO 8u
#define PEERS_ABOVE 10u /* at most one in so many may have more than an eighth */
#define USUAL_RATIO 2u	/* of its own day before */

const struct yg_rule yg_rule_harvest = {
	.id = "data-harvest",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API6:2023",
	.pci = "10.4.1",
	.title = "A caller takes far more sensitive records than others",
	.effect = "Records of many people leave through one caller, as in a leak or a scrape",
	.remediation =
		"Look at what this caller may see; limit records per caller and day; revoke its "
		"credential if it was taken over",
	.title_ja = "他の利用者よりはるかに多い機微データを取得しています",
	.effect_ja = "一人の利用者を通じて多数の人の記録が流出しています",
	.remediation_ja =
		"この利用者の権限を見直し、1日あたりの件数を制限し、乗っ取りなら認証情報を失効させてください",
};

struct row {
	uint64_t day;
	uint64_t service; /* hash */
	uint64_t first_ns;
	uint32_t count;	  /* of the day: yg_hll_count(&values) */
	uint32_t before;  /* of the last day that it was there */
	uint32_t checked; /* count when peers were looked at last */
	uint8_t class_;
	struct yg_hll values;
};

static int open_state(const struct yg_detect_options *options, void **ret)
{
	static const struct yg_memory_shape shapes[YG_DETECTOR_TABLES] = {
		{ ROWS_MAX, sizeof(struct row) },
	};

	return yg_memory_open(options, shapes, ret);
}

/* Classes of which each value stands for somebody; amounts, places and hosts do not. */
static bool is_record(uint32_t class_)
{
	static const uint8_t others[] = { YG_DATA_BIC,
					  YG_DATA_POSTAL_CODE,
					  YG_DATA_BIRTH_DATE,
					  YG_DATA_IP_ADDRESS,
					  YG_DATA_MAC_ADDRESS,
					  YG_DATA_GEO,
					  YG_DATA_HEALTH,
					  YG_DATA_BALANCE,
					  YG_DATA_TRANSACTION,
					  YG_DATA_INCOME,
					  YG_DATA_JWT,
					  YG_DATA_SECRET_OAUTH,
					  YG_DATA_CORPORATE_NUMBER };

	for (size_t i = 0; i < YG_ARRAY_SIZE(others); i++) {
		if (class_ == others[i])
			return false;
	}
	return true;
}

static uint32_t floor_of(uint32_t class_)
{
	bool grave = class_ <= YG_DATA_MY_NUMBER || class_ == YG_DATA_PASSPORT ||
		     class_ == YG_DATA_HEALTH_NUMBER || yg_data_class_is_secret(class_) ||
		     (class_ >= YG_DATA_ID_US && class_ < YG_DATA_CLASS_MAX);

	return grave ? FLOOR_GRAVE : FLOOR;
}

struct peers {
	uint32_t count, above; /* above: had more than an eighth */
	uint32_t most;
};

static struct peers look_at_peers(const struct yg_lru *rows, const struct row *row)
{
	struct peers peers = { 0 };

	for (uint32_t i = yg_lru_first(rows); i; i = yg_lru_next(rows, i)) {
		const struct row *peer = yg_lru_at(rows, i);
		uint32_t had = peer->count > peer->before ? peer->count : peer->before;

		if (peer == row || peer->service != row->service || peer->class_ != row->class_)
			continue;
		peers.count++;
		peers.above += had * PEERS_RATIO > row->count;
		peers.most = had > peers.most ? had : peers.most;
	}
	return peers;
}

static void report(const struct yg_scene *scene, const struct row *row, const struct peers *peers,
		   yg_sighting_fn fn, void *ctx)
{
	const char *name = yg_data_class_name(scene->fields, row->class_);
	struct yg_sighting sighting = {
		.rule = &yg_rule_harvest,
		.severity = yg_rule_harvest.severity,
		.subject = yg_hash_mix(scene->caller->hash + row->class_),
		.whole_service = true,
		.first_ns = row->first_ns,
	};

	(void)snprintf(sighting.cause, sizeof(sighting.cause),
		       "%u different values of %s within a day; of %u other callers, %u had more "
		       "than an eighth of that",
		       row->count, name, peers->count, peers->above);
	yg_sighting_text(&sighting, "class", yg_slice_from_str(name));
	yg_sighting_number(&sighting, "distinct_values", row->count);
	yg_sighting_number(&sighting, "day_before", row->before);
	yg_sighting_number(&sighting, "peers", peers->count);
	yg_sighting_number(&sighting, "most_of_a_peer", peers->most);
	fn(ctx, scene, &sighting);
}

static struct row *find_row(struct yg_lru *rows, const struct yg_scene *scene, uint32_t class_)
{
	static const struct yg_hash_key public_key = { 0x68617276657374, 0x2026 };
	uint64_t service = yg_hash(&public_key, scene->service.ptr, scene->service.len);
	uint64_t day = scene->time_ns / DAY_NS;
	bool fresh;
	struct row *row = yg_lru_get(
		rows, yg_hash_mix(scene->caller->hash ^ yg_hash_mix(service + class_)) | 1, &fresh);

	if (!fresh && row->day == day)
		return row;
	*row = (struct row){
		.day = day,
		.service = service,
		.first_ns = scene->time_ns,
		.before = fresh ? 0 : row->count,
		.class_ = (uint8_t)class_,
	};
	return row;
}

static void judge(const struct yg_lru *rows, const struct yg_scene *scene, struct row *row,
		  yg_sighting_fn fn, void *ctx)
{
	struct peers peers;

	row->count = (uint32_t)yg_hll_count(&row->values);
	if (row->count < floor_of(row->class_) || row->count < row->checked + row->checked / 8 ||
	    row->count < row->before * USUAL_RATIO)
		return;
	row->checked = row->count;
	peers = look_at_peers(rows, row);
	if (peers.count >= PEERS_MIN && peers.above * PEERS_ABOVE <= peers.count)
		report(scene, row, &peers, fn, ctx);
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	const struct yg_data_seen *seen = scene->data;
	struct yg_memory *memory = state;
	struct row *row = NULL;
	bool grown = false;

	if (!seen || !seen->looked || !scene->caller->hash || scene->exchange->outbound ||
	    scene->answer != YG_ANSWER_SUCCESS)
		return;
	/* Values of one class mostly come behind each other. */
	for (uint32_t i = 0; i < seen->value_count; i++) {
		if (!is_record(seen->values[i].class_))
			continue;
		if (!row || row->class_ != seen->values[i].class_) {
			if (row && grown)
				judge(memory->tables[0], scene, row, fn, ctx);
			row = find_row(memory->tables[0], scene, seen->values[i].class_);
			grown = false;
		}
		grown |= yg_hll_add(&row->values, seen->values[i].hash);
	}
	if (row && grown)
		judge(memory->tables[0], scene, row, fn, ctx);
}

const struct yg_detector yg_detect_harvest = {
	.name = "harvest",
	.open = open_state,
	.close = yg_memory_close,
	.observe = observe,
	.evicted = yg_memory_evicted,
};
