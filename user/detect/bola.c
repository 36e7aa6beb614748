/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API1: a caller takes objects that are not its own, one after the other.
 *
 *	walk	  ordered ids, none handed out by a list	fast: a burst suffices
 *	foreign	  objects that others used first, far more than anyone does, on an endpoint whose
 *		  objects are private by habit
 *	guessing  many objects, most of them refused
 *
 * Low and slow is the same: a few steps a day add up, for the memory of a pair lasts.
 *
 * Silent by design: one's own objects again and again (not new), opening what a list showed
 * (handed out), page numbers (no objects), public catalogues (objects are shared by many), a
 * nightly job (its own habit). A caller known only by its address may be a NAT full of people,
 * so it takes three times the evidence, and an endpoint known to be private.
 */
#include <stdio.h>

#include "detect/blame.h"
#include "detect/detector.h"
#include "detect/walk.h"

#define SUSPECT_PART  3u   /* of a threshold, by which a client becomes worth watching */
#define STEPS_MIN     16u  /* ordered ids; people do not open so many neighbours by chance */
#define STEPS_ADDRESS 3u   /* times STEPS_MIN for a caller known by its address only */
#define STEPS_REFUSED 40u  /* ordered attempts that were mostly refused: an attempt is news too */
#define ORDER_MIN     0.6  /* share of steps that a counter explains */
#define OK_MIN	      0.5  /* share of steps that succeeded, else it is an attempt */
#define FOREIGN_MIN   8u   /* steps onto objects of the sample that others used first */
#define SHARED_MAX    0.15 /* above: objects are public by habit */
#define TIMES_NORMAL  4.0  /* more than this times the 99th percentile of callers */
#define HANDED_BITS   4096u
#define HANDED_NS     (24ull * 3600 * 1000000000) /* what a list showed is forgotten after a day */

const struct yg_rule yg_rule_bola = {
	.id = "bola-enumeration",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API1:2023",
	.pci = "6.2.4",
	.title = "A caller enumerates objects it was not given",
	.effect = "Records of other users are being read with a valid credential",
	.remediation = "Check on every request that the caller owns the object; use ids that "
		       "cannot be guessed; revoke this credential and review what it has read",
	.title_ja = "利用者が自分のものでないオブジェクトを列挙しています",
	.effect_ja = "有効な資格情報で他の利用者の記録が読まれています",
	.remediation_ja =
		"要求ごとに所有者を確認し、推測できないIDを使い、この資格情報を失効させて閲覧範囲を調査してください",
};

/* What lists have shown to one caller: a Bloom filter, emptied once a day. */
struct handed {
	uint64_t since_ns;
	uint64_t bits[HANDED_BITS / 64];
	uint64_t credit; /* ids that stood beyond the sampled part of a list */
};

enum { PAIRS, HANDED }; /* struct pair by (endpoint, caller); struct handed by caller */

struct pair {
	struct yg_walk walk;
	struct yg_blame blame; /* of its steps */
};

static int open_state(const struct yg_detect_options *options, void **ret)
{
	const struct yg_memory_shape shapes[YG_DETECTOR_TABLES] = {
		[PAIRS] = { options->pairs_max, sizeof(struct pair) },
		[HANDED] = { options->pairs_max / 4 + 1, sizeof(struct handed) },
	};

	return yg_memory_open(options, shapes, ret);
}

static bool is_handed(const struct handed *handed, uint64_t hash)
{
	for (unsigned int i = 0; i < 3; i++) {
		uint32_t bit = (uint32_t)(hash >> (20 * i)) % HANDED_BITS;

		if (!(handed->bits[bit / 64] >> (bit % 64) & 1))
			return false;
	}
	return true;
}

static void hand(struct handed *handed, uint64_t hash)
{
	for (unsigned int i = 0; i < 3; i++) {
		uint32_t bit = (uint32_t)(hash >> (20 * i)) % HANDED_BITS;

		handed->bits[bit / 64] |= 1ull << (bit % 64);
	}
}

/* Remember the ids that a response shows; of a part that was not sampled, how many it holds. */
static void read_list(struct yg_memory *s, const struct yg_scene *scene)
{
	const struct yg_message *response = &scene->exchange->response;
	const struct yg_body_view *body = yg_bodies_response(scene->bodies);
	const struct yg_handed *shown = scene->handed;
	struct handed *handed;
	struct yg_handed here;

	if (!yg_handed_in(body))
		return;
	if (!shown) {
		yg_handed_read(&s->key, body->text, &here);
		shown = &here;
	}
	handed = yg_lru_get(s->tables[HANDED], scene->caller->hash, NULL);
	if (scene->time_ns > handed->since_ns + HANDED_NS)
		*handed = (struct handed){ .since_ns = scene->time_ns };
	for (uint32_t i = 0; i < shown->count; i++)
		hand(handed, shown->hashes[i]);
	if (shown->count > 0 && response->body_bytes > response->body.len)
		handed->credit += shown->count * (response->body_bytes - response->body.len) /
				  response->body.len;
}

/* Was the last object of the request shown to its caller? */
static bool was_handed(struct yg_memory *s, const struct yg_scene *scene)
{
	struct handed *handed = yg_lru_peek(s->tables[HANDED], scene->caller->hash);

	if (!handed)
		return false;
	for (uint32_t i = 0; i < scene->objects->count; i++) {
		if (is_handed(handed, scene->objects->items[i].hash))
			return true;
	}
	if (handed->credit == 0)
		return false;
	handed->credit--;
	return true;
}

/* Objects of this endpoint belong to one caller each, as far as was seen. */
static bool is_private(const struct yg_profile *profile)
{
	return yg_profile_knows_ids(profile) && yg_profile_shared(profile) <= SHARED_MAX;
}

/* Not what this caller does every day; what was found once is not excused by going on. */
static bool is_unusual(const struct yg_walk *walk)
{
	return walk->reported > 0 || yg_walk_habit(walk) * 2 < walk->steps;
}

static bool is_ordered_walk(const struct yg_scene *scene, const struct yg_walk *walk)
{
	uint32_t steps = STEPS_MIN;

	if (scene->caller->by_address) {
		if (!is_private(scene->profile))
			return false;
		steps *= STEPS_ADDRESS;
	}
	if (walk->ok < OK_MIN * walk->steps)
		steps = STEPS_REFUSED > steps ? STEPS_REFUSED : steps;
	return walk->steps >= steps && yg_walk_order(walk) >= ORDER_MIN && is_unusual(walk);
}

static bool is_foreign_walk(const struct yg_scene *scene, const struct yg_walk *walk)
{
	const struct yg_profile *profile = scene->profile;
	double normal;

	if (scene->caller->by_address || walk->foreign < FOREIGN_MIN || !is_private(profile))
		return false;
	if (walk->ok < OK_MIN * walk->steps || !is_unusual(walk))
		return false;
	normal = (double)yg_quantile_at(&profile->ids_hour, 0.99);
	return walk->steps >= STEPS_MIN && walk->steps > TIMES_NORMAL * normal;
}

/* No order, no owners known; but the service says no to one object after another. */
static bool is_guessing(const struct yg_scene *scene, const struct yg_walk *walk)
{
	return !scene->caller->by_address && walk->refused >= STEPS_REFUSED &&
	       walk->refused * 2 >= walk->steps;
}

static void add_evidence(struct yg_sighting *sighting, const struct yg_scene *scene,
			 const struct yg_walk *walk)
{
	const struct yg_profile *profile = scene->profile;

	yg_sighting_number(sighting, "distinct_ids", (double)walk->steps);
	yg_sighting_number(sighting, "answered_with_success", (double)walk->ok);
	yg_sighting_number(sighting, "refused", (double)walk->refused);
	yg_sighting_number(sighting, "order", yg_walk_order(walk));
	yg_sighting_number(sighting, "used_by_others_first", (double)walk->foreign);
	yg_sighting_number(sighting, "seconds",
			   (double)(walk->last_ns - walk->first_ns) / 1000000000.0);
	if (yg_profile_knows_ids(profile))
		yg_sighting_number(sighting, "normal_ids_per_hour_p99",
				   (double)yg_quantile_at(&profile->ids_hour, 0.99));
	if (walk->numbered > 0) {
		yg_sighting_number(sighting, "lowest_id", (double)walk->low);
		yg_sighting_number(sighting, "highest_id", (double)walk->high);
	}
}

static void report(const struct yg_scene *scene, struct pair *pair, const char *how,
		   yg_sighting_fn fn, void *ctx)
{
	struct yg_walk *walk = &pair->walk;
	bool attempt = walk->ok < OK_MIN * walk->steps;
	struct yg_sighting sighting = {
		.rule = &yg_rule_bola,
		.severity = attempt ? YG_SEVERITY_MEDIUM : yg_rule_bola.severity,
		.subject = scene->caller->hash,
		.first_ns = walk->first_ns,
	};
	uint64_t seconds = (walk->last_ns - walk->first_ns) / 1000000000u;

	(void)snprintf(sighting.cause, sizeof(sighting.cause),
		       "%u distinct objects in %llu s, %u answered with success, %u refused; %s",
		       walk->steps, (unsigned long long)seconds, walk->ok, walk->refused, how);
	add_evidence(&sighting, scene, walk);
	yg_blame_name(&pair->blame, scene, &sighting);
	walk->reported = walk->steps;
	fn(ctx, scene, &sighting);
}

static void judge(const struct yg_scene *scene, struct pair *pair, yg_sighting_fn fn, void *ctx)
{
	const struct yg_walk *walk = &pair->walk;

	if ((walk->steps >= STEPS_MIN / SUSPECT_PART && yg_walk_order(walk) >= ORDER_MIN) ||
	    walk->refused >= STEPS_REFUSED / SUSPECT_PART)
		yg_scene_suspect(scene);
	/* Once found, again each time the walk has grown by a quarter. */
	if (walk->reported > 0 && walk->steps < walk->reported + walk->reported / 4 + 1)
		return;
	if (is_ordered_walk(scene, walk))
		report(scene, pair, "the ids follow each other and no list has shown them", fn,
		       ctx);
	else if (is_foreign_walk(scene, walk))
		report(scene, pair, "other callers used them first, and nobody takes so many", fn,
		       ctx);
	else if (is_guessing(scene, walk))
		report(scene, pair, "most were refused, one object after another", fn, ctx);
}

static bool ends_in_parameter(const struct yg_route *route)
{
	return route->count > 0 && route->segments[route->count - 1].parameter;
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	struct yg_memory *s = state;
	struct yg_walk_ended ended;
	struct yg_step step;
	struct pair *pair;
	uint64_t owner;
	bool stepped;

	if (!scene->endpoint || !scene->caller->hash)
		return;
	if (scene->answer == YG_ANSWER_SUCCESS && !ends_in_parameter(scene->route))
		read_list(s, scene);
	if (scene->objects->count == 0 || scene->answer == YG_ANSWER_UNKNOWN)
		return;

	owner = yg_profile_owner(scene->profile, scene->objects->hash);
	step = (struct yg_step){
		.time_ns = scene->time_ns,
		.objects = scene->objects,
		.handed = was_handed(s, scene),
		.foreign = owner && owner != scene->caller->hash,
		.ok = scene->answer == YG_ANSWER_SUCCESS,
		.refused = scene->answer == YG_ANSWER_DENIED || scene->answer == YG_ANSWER_MISSING,
	};
	pair = yg_lru_get(s->tables[PAIRS], yg_hash_mix(scene->endpoint->id ^ scene->caller->hash),
			  NULL);
	stepped = yg_walk_add(&pair->walk, &step, &ended);
	if (ended.hour_new > 0)
		yg_quantile_add(&scene->profile->ids_hour, ended.hour_new);
	if (ended.day_new > 0)
		yg_quantile_add(&scene->profile->ids_day, ended.day_new);
	if (stepped) {
		if (pair->walk.steps == 1)
			pair->blame = (struct yg_blame){ 0 };
		yg_blame_add(&pair->blame, scene);
		judge(scene, pair, fn, ctx);
	}
	if (step.ok && pair->walk.reported == 0)
		yg_profile_own(scene->profile, scene->objects->hash, scene->caller->hash);
}

const struct yg_detector yg_detect_bola = {
	.name = "bola",
	.open = open_state,
	.close = yg_memory_close,
	.observe = observe,
	.evicted = yg_memory_evicted,
};
