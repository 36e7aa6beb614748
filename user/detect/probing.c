/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API9: a caller looks for endpoints that do not exist.
 *
 * What counts is not 404s but distinct places where a path leaves everything the service is known
 * to have, within its first segments: "/wp-login.php", "/api/v2/debug". A client that asks for a
 * record that is gone, or a sync client that asks for files that are not there, stays on known
 * ground however often it is told no. Most of the caller's requests must miss, too: a client that
 * works and has a few dead links is no scanner.
 */
#include <stdio.h>

#include "core/hll.h"
#include "detect/detector.h"

#define SUSPECT_PART  3u /* of a threshold, by which a client becomes worth watching */
#define SOURCES_MAX   8192u
#define WINDOW_NS     (600ull * 1000000000)
#define DEPTH_MAX     3u  /* segments within which leaving known ground counts */
#define PLACES_MIN    15u /* distinct places */
#define PLACES_KNOWN  6u  /* suffice when several are what scanners look for */
#define SIGNATURES    3u
#define MISSED_RATIO  0.6
#define REPEAT_GROWTH 2u /* reported again after growing by half */

const struct yg_rule yg_rule_probing = {
	.id = "endpoint-probing",
	.severity = YG_SEVERITY_MEDIUM,
	.owasp = "API9:2023",
	.pci = "6.4.2",
	.title = "A caller probes for endpoints that do not exist",
	.effect = "Forgotten versions, consoles and files are being looked for before an attack",
	.remediation = "Answer unknown paths alike and cheaply; take old versions and consoles off "
		       "this host; limit the caller",
	.title_ja = "存在しないエンドポイントを探しています",
	.effect_ja = "攻撃の前に古い版、管理画面、ファイルが探索されています",
	.remediation_ja =
		"未知のパスには一律に軽く応答し、古い版や管理画面を撤去し、この利用者を制限してください",
};

struct row {
	uint64_t start_ns;
	uint32_t requests;
	uint32_t misses;     /* on unknown ground */
	uint32_t signatures; /* misses that scanners are known for, distinct */
	uint32_t reported;   /* places then; 0 none */
	struct yg_hll places;
	char example[64]; /* the last one */
	uint8_t example_len;
};

static int open_state(const struct yg_detect_options *options, void **ret)
{
	/* By client, else caller. */
	static const struct yg_memory_shape shapes[YG_DETECTOR_TABLES] = {
		{ SOURCES_MAX, sizeof(struct row) },
	};

	return yg_memory_open(options, shapes, ret);
}

/* Names that no API has and every scanner asks for. */
static bool is_signature(struct yg_slice place)
{
	static const char *const parts[] = {
		"/.git",
		"/.env",
		"/.aws",
		"/.svn",
		"wp-",
		"phpmyadmin",
		"/actuator",
		".php",
		"/cgi-bin",
		"/.ht",
		"/admin",
		"/debug",
		"/console",
		"/server-status",
		"/swagger",
		"/api-docs",
		"/.well-known/security",
		"/backup",
		".sql",
		".bak",
		"/manager",
		"/solr",
		"/jenkins",
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(parts); i++) {
		if (memmem(place.ptr, place.len, parts[i], strlen(parts[i])))
			return true;
	}
	return false;
}

/* The path up to where it leaves the trie; absent when that is deep, or nowhere. */
static struct yg_slice unknown_place(const struct yg_scene *scene)
{
	const struct yg_route *route = scene->route;
	const struct yg_path *path = scene->path;

	for (uint32_t i = 0; i < route->count && i < DEPTH_MAX; i++) {
		const char *end = path->segments[i].ptr + path->segments[i].len;

		if (!route->segments[i].node)
			return (struct yg_slice){ path->text, (size_t)(end - path->text) };
	}
	return (struct yg_slice){ 0 };
}

static void note_place(struct row *row, const struct yg_hash_key *key, struct yg_slice place)
{
	row->misses++;
	if (!yg_hll_add(&row->places, yg_hash(key, place.ptr, place.len)))
		return;
	row->signatures += is_signature(place);
	row->example_len =
		(uint8_t)(place.len < sizeof(row->example) ? place.len : sizeof(row->example) - 1);
	memcpy(row->example, place.ptr, row->example_len);
}

static void report(const struct yg_scene *scene, struct row *row, uint64_t subject,
		   yg_sighting_fn fn, void *ctx)
{
	uint64_t places = yg_hll_count(&row->places);
	uint64_t seconds = (scene->time_ns - row->start_ns) / 1000000000u;
	struct yg_sighting sighting = {
		.rule = &yg_rule_probing,
		.severity = yg_rule_probing.severity,
		.subject = subject,
		.whole_service = true,
		.first_ns = row->start_ns,
	};

	(void)snprintf(sighting.cause, sizeof(sighting.cause),
		       "%llu places that do not exist were asked for in %llu s, %u of %u requests",
		       (unsigned long long)places, (unsigned long long)seconds, row->misses,
		       row->requests);
	yg_sighting_number(&sighting, "distinct_places", (double)places);
	yg_sighting_number(&sighting, "misses", row->misses);
	yg_sighting_number(&sighting, "requests", row->requests);
	yg_sighting_number(&sighting, "known_scanner_paths", row->signatures);
	yg_sighting_number(&sighting, "seconds", (double)seconds);
	yg_sighting_text(&sighting, "example", (struct yg_slice){ row->example, row->example_len });
	row->reported = (uint32_t)places;
	fn(ctx, scene, &sighting);
}

static bool is_probing(const struct yg_scene *scene, const struct row *row)
{
	uint64_t places = yg_hll_count(&row->places);

	if (row->misses < MISSED_RATIO * row->requests)
		return false;
	if (places >= PLACES_MIN / SUSPECT_PART)
		yg_scene_suspect(scene);
	if (row->reported && places < row->reported + row->reported / REPEAT_GROWTH + 1)
		return false;
	return places >= PLACES_MIN || (places >= PLACES_KNOWN && row->signatures >= SIGNATURES);
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	struct yg_memory *s = state;
	struct yg_slice place;
	struct row *row;
	uint64_t source;

	if (scene->answer == YG_ANSWER_UNKNOWN || scene->path->len == 0)
		return;
	source = yg_address_is_unknown(&scene->client)
			 ? scene->caller->hash
			 : yg_hash(&s->key, &scene->client, sizeof(scene->client));
	if (!source)
		return;
	row = yg_lru_get(s->tables[0], source, NULL);
	if (row->start_ns == 0 || scene->time_ns > row->start_ns + WINDOW_NS)
		*row = (struct row){ .start_ns = scene->time_ns };
	row->requests++;
	if (scene->endpoint || scene->answer != YG_ANSWER_MISSING)
		return;
	place = unknown_place(scene);
	if (!place.ptr)
		return;
	note_place(row, &s->key, place);
	if (is_probing(scene, row))
		report(scene, row, source, fn, ctx);
}

const struct yg_detector yg_detect_probing = {
	.name = "probing",
	.open = open_state,
	.close = yg_memory_close,
	.observe = observe,
	.evicted = yg_memory_evicted,
};
