/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API6: a caller takes far more sensitive records than others of its kind.
 *
 * Counted are distinct values of one class that a caller was given within a day (take.h). Steady
 * traffic is looked at by sample, and the same sample is taken of everybody. What is far more
 * is learned: of the callers of the same service that were given the class today or the day they
 * were there before, nine in ten must have had less than an eighth. A caller that took as much on
 * its day before is a job that does so every day. One that was there on PAST_MIN days before and
 * never had an eighth of today's is told of, whatever others do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "detect/detector.h"
#include "detect/take.h"

#define FLOOR	    200u /* distinct values of names, addresses, mail ... */
#define FLOOR_GRAVE 50u	 /* cards, accounts, identity numbers, secrets */
#define PEERS_MIN   5u	 /* callers without which nothing is usual */
#define PEERS_RATIO 8u
#define PEERS_ABOVE 10u /* at most one in so many may have more than an eighth */
#define USUAL_RATIO 2u	/* of its own day before */
#define PAST_MIN    3u	/* days of its own, before they say what is usual for it */
#define WATCH_RATIO 16u /* at so much of the floor nothing more is passed over */

const struct yg_rule yg_rule_harvest = {
	.id = "data-harvest",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API6:2023",
	.pci = "6.2.4",
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

static int open_state(const struct yg_detect_options *options, void **ret)
{
	struct yg_takes *takes = calloc(1, sizeof(*takes));
	int r;

	(void)options;
	if (!takes)
		return -ENOMEM;
	r = yg_takes_open(takes);
	if (r < 0)
		free(takes);
	else
		*ret = takes;
	return r;
}

static void close_state(void **state)
{
	struct yg_takes *takes = *state;

	if (!takes)
		return;
	yg_takes_close(takes);
	free(takes);
	*state = NULL;
}

static uint64_t count_evicted(const void *state)
{
	const struct yg_takes *takes = state;

	return yg_lru_evicted(takes->rows);
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

static struct peers look_at_peers(const struct yg_takes *takes, const struct yg_take *take)
{
	struct peers peers = { 0 };

	for (uint32_t i = yg_takes_first(takes); i; i = yg_takes_next(takes, i)) {
		const struct yg_take *peer = yg_takes_at(takes, i);
		uint32_t had = peer->count > peer->before ? peer->count : peer->before;

		if (peer == take || peer->service_hash != take->service_hash ||
		    peer->class_ != take->class_)
			continue;
		peers.count++;
		peers.above += had * PEERS_RATIO > take->count;
		peers.most = had > peers.most ? had : peers.most;
	}
	return peers;
}

static bool is_above_peers(const struct peers *peers)
{
	return peers->count >= PEERS_MIN && peers->above * PEERS_ABOVE <= peers->count;
}

static void report(const struct yg_scene *scene, const struct yg_take *take,
		   const struct peers *peers, yg_sighting_fn fn, void *ctx)
{
	const char *name = yg_data_class_name(scene->fields, take->class_);
	struct yg_sighting sighting = {
		.rule = &yg_rule_harvest,
		.severity = yg_rule_harvest.severity,
		.subject = yg_hash_mix(scene->caller->hash + take->class_),
		.whole_service = true,
		.first_ns = take->first_ns,
	};

	if (is_above_peers(peers))
		(void)snprintf(sighting.cause, sizeof(sighting.cause),
			       "%u different values of %s within a day; of %u other callers, %u "
			       "had more than an eighth of that",
			       take->count, name, peers->count, peers->above);
	else
		(void)snprintf(sighting.cause, sizeof(sighting.cause),
			       "%u different values of %s within a day; on %u days before, never "
			       "more than %u",
			       take->count, name, take->days, take->most);
	yg_sighting_text(&sighting, "class", yg_slice_from_str(name));
	yg_sighting_number(&sighting, "distinct_values", take->count);
	yg_sighting_number(&sighting, "day_before", take->before);
	yg_sighting_number(&sighting, "most_of_a_day", take->most);
	yg_sighting_number(&sighting, "peers", peers->count);
	yg_sighting_number(&sighting, "most_of_a_peer", peers->most);
	fn(ctx, scene, &sighting);
}

static void judge(struct yg_takes *takes, const struct yg_scene *scene, struct yg_take *take,
		  yg_sighting_fn fn, void *ctx)
{
	struct peers peers;

	take->count = (uint32_t)yg_hll_count(&take->values);
	if (take->count >= floor_of(take->class_) / WATCH_RATIO)
		yg_takes_watch(takes, take);
	if (take->count < floor_of(take->class_) ||
	    take->count < take->checked + take->checked / 8 ||
	    take->count < take->before * USUAL_RATIO)
		return;
	take->checked = take->count;
	peers = look_at_peers(takes, take);
	if (is_above_peers(&peers) ||
	    (take->days >= PAST_MIN && take->most * PEERS_RATIO <= take->count))
		report(scene, take, &peers, fn, ctx);
}

static struct yg_take *find_take(struct yg_takes *takes, const struct yg_scene *scene,
				 uint32_t class_)
{
	const struct yg_take_key key = {
		.caller = { scene->caller->text, scene->caller->text_len },
		.caller_hash = scene->caller->hash,
		.service = scene->service,
		.class_ = class_,
		.time_ns = scene->time_ns,
	};

	return yg_takes_get(takes, &key);
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	const struct yg_data_seen *seen = scene->data;
	struct yg_takes *takes = state;
	struct yg_take *take = NULL;
	bool grown = false;

	if (!seen || !seen->looked || !scene->caller->hash || scene->exchange->outbound ||
	    scene->answer != YG_ANSWER_SUCCESS)
		return;
	/* Values of one class mostly come behind each other. */
	for (uint32_t i = 0; i < seen->value_count; i++) {
		if (!is_record(seen->values[i].class_))
			continue;
		if (!take || take->class_ != seen->values[i].class_) {
			if (take && grown)
				judge(takes, scene, take, fn, ctx);
			take = find_take(takes, scene, seen->values[i].class_);
			grown = false;
		}
		take->given += seen->weight;
		grown |= yg_hll_add(&take->values, seen->values[i].hash);
	}
	if (take && grown)
		judge(takes, scene, take, fn, ctx);
}

const struct yg_detector yg_detect_harvest = {
	.name = "harvest",
	.open = open_state,
	.close = close_state,
	.observe = observe,
	.evicted = count_evicted,
};
