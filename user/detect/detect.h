/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All detectors behind one call: sightings become findings with a stable id; what is seen again
 * updates its finding instead of making another one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "detect/detector.h"
#include "detect/finding.h"

#define YG_FINDING_OPEN_NS (24ull * 3600 * 1000000000) /* without news for longer it is closed */

struct yg_detectors;

/* A finding is new (repeats 0) or has grown. It may be changed; it stays in the table. */
typedef void (*yg_found_fn)(void *ctx, struct yg_finding *finding);

/**
 * yg_detectors_new() - open every detector of the table.
 * @findings_max: findings held; beyond, the least recently seen goes, and is counted.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_detectors_new(const struct yg_detect_options *options, uint32_t findings_max,
				   struct yg_detectors **ret);
void yg_detectors_free(struct yg_detectors **detectors); /* accepts NULL inside */

/* Show one exchange to every detector. @fn is called for each finding it is evidence of. */
void yg_detectors_observe(struct yg_detectors *detectors, const struct yg_scene *scene,
			  yg_found_fn fn, void *ctx);

/* By id; NULL if it is not held. */
struct yg_finding *yg_detectors_find(const struct yg_detectors *detectors, uint64_t id);

/* Is it about this endpoint, not about a service? */
bool yg_finding_is_about(const struct yg_finding *finding, const struct yg_endpoint *endpoint);

/* Most recently seen first: for (i = first; i; i = next(i)). */
uint32_t yg_detectors_first(const struct yg_detectors *detectors);
uint32_t yg_detectors_next(const struct yg_detectors *detectors, uint32_t i);
struct yg_finding *yg_detectors_at(const struct yg_detectors *detectors, uint32_t i);

/* Visits "detect.findings", "detect.findings_evicted", "detect.bola_evicted" ... in order. */
void yg_detectors_counters(const struct yg_detectors *detectors,
			   void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx);

/* What callers were given of sensitive records; see detect/take.h. Never NULL. */
struct yg_takes;
struct yg_takes *yg_detectors_takes(const struct yg_detectors *detectors);

/* Every rule: of attacks, of posture, of FAPI; each in order of id. */
const struct yg_rule *const *yg_rules(uint32_t *ret_count);
