/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API9: what the service does against what its OpenAPI document says, and against what it did.
 *
 * shadow-endpoint: 2xx from a path or a method that no document of the service has. HEAD and
 * OPTIONS of a path that is described are none. A document that names no host is believed of a
 * service once one of its operations was seen there.
 *
 * orphan-endpoint: about the service: after a day and a thousand exchanges, operations of its
 * documents that nobody used since this sensor started. Looked at each hour.
 *
 * undocumented-parameter: the learned schema has a parameter, or a field of the request body, that
 * the operation does not describe. Compared anew when a quarter more was learned.
 *
 * undocumented-field: the same of the fields of its answers.
 *
 * spec-auth-mismatch: 2xx for a request without any credential, where the operation needs one.
 *
 * schema-drift: without any document. A field of an endpoint that 100 objects never had, and that
 * then was in three quarters of the next 16; or, one step less, a type that 100 values never had.
 * Errors, null, and whole numbers among others are none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/compare.h"
#include "detect/posture_inside.h"

#define ORPHAN_AFTER_NS	 (24 * 3600000000000ull)
#define ORPHAN_EACH_NS	 3600000000000ull
#define ORPHAN_EXCHANGES 1000u
#define DRIFT_OBJECTS	 16u
#define PLACE_CAP	 128u

/* One endpoint, as documents see it. */
struct yg_described {
	uint64_t id;		 /* of the endpoint */
	struct yg_specs_hit hit; /* asked once */
	uint64_t compared;	 /* requests learned from when its schema was compared last */
	struct yg_undocumented {
		uint32_t count;
		char first[PLACE_CAP];
	} parameters, fields;
	/* A field that is new, until it is known whether it stays. */
	bool drifting;
	enum yg_schema_part part;
	uint32_t seen, of; /* then */
	char path[YG_SCHEMA_PATH_CAP];
};

int yg_posture_open_specs(struct yg_posture *posture)
{
	posture->described = calloc(posture->options.endpoints_max, sizeof(*posture->described));
	return posture->described ? 0 : -ENOMEM;
}

static struct yg_described *describe(struct yg_posture *posture, const struct yg_endpoint *endpoint)
{
	struct yg_described *described = &posture->described[endpoint->index];

	if (described->id == endpoint->id)
		return described;
	*described = (struct yg_described){ .id = endpoint->id };
	if (posture->options.specs)
		yg_specs_find(posture->options.specs, yg_slice_from_str(endpoint->service),
			      yg_slice_from_str(endpoint->method),
			      yg_slice_from_str(endpoint->template_), &described->hit);
	return described;
}

/* Asked for on the side of a path, by browsers and monitors; few documents name it. */
static bool is_side(const char *method)
{
	return strcmp(method, "OPTIONS") == 0 || strcmp(method, "HEAD") == 0;
}

const struct yg_specs_hit *yg_posture_documented(struct yg_posture *posture,
						 const struct yg_endpoint *endpoint)
{
	const struct yg_specs_hit *hit;

	if (endpoint->index >= posture->options.endpoints_max)
		return NULL;
	hit = &describe(posture, endpoint)->hit;
	if (hit->place == YG_SPECS_FOUND)
		return hit;
	if (hit->place == YG_SPECS_SILENT ||
	    (hit->place == YG_SPECS_METHOD && is_side(endpoint->method)))
		return NULL;
	return hit->named || yg_posture_service(posture, yg_slice_from_str(endpoint->service))
				       ->described
		       ? hit
		       : NULL;
}

bool yg_posture_is_deprecated(const struct yg_look *look)
{
	const struct yg_specs_hit *hit = yg_posture_documented(look->posture, look->about);

	return hit && hit->place == YG_SPECS_FOUND &&
	       yg_spec_operation(hit->spec, hit->operation)->deprecated;
}

/* --- against documents ---------------------------------------------------------------------- */

static void judge_shadow(struct yg_look *look, const struct yg_described *described)
{
	const struct yg_specs_hit *hit = &described->hit;

	if (!hit->named && !look->whole->described)
		return;
	if (hit->place == YG_SPECS_METHOD && !is_side(look->about->method))
		yg_judge(look, YG_POSTURE_SHADOW, true, "%s is not described for this path",
			 look->about->method);
	else
		yg_judge(look, YG_POSTURE_SHADOW, hit->place == YG_SPECS_SHADOW,
			 "no path of the document fits");
}

static void count_undocumented(void *ctx, enum yg_difference kind, const char *place,
			       const char *detail)
{
	struct yg_described *described = ctx;
	struct yg_undocumented *row = kind == YG_DIFFERENCE_PARAMETER ? &described->parameters
				      : kind == YG_DIFFERENCE_FIELD   ? &described->fields
								      : NULL;

	(void)detail;
	if (row && row->count++ == 0)
		(void)snprintf(row->first, sizeof(row->first), "%s", place);
}

static void judge_schema(struct yg_look *look, struct yg_described *described)
{
	const struct yg_schema *schema = look->scene->schema;
	uint64_t learned = schema ? yg_schema_learned(schema) : 0;

	if (!learned)
		return;
	if (learned > described->compared + described->compared / 4) {
		described->compared = learned;
		described->parameters.count = described->fields.count = 0;
		(void)yg_compare_endpoint(described->hit.spec, look->about, schema,
					  count_undocumented, described);
	}
	yg_judge(look, YG_POSTURE_UNDOCUMENTED, described->parameters.count > 0,
		 "%u of them; the first is '%s'", described->parameters.count,
		 described->parameters.first);
	yg_judge(look, YG_POSTURE_UNDOCUMENTED_FIELD, described->fields.count > 0,
		 "%u of them; the first is '%s'", described->fields.count, described->fields.first);
}

static void judge_operation(struct yg_look *look, struct yg_described *described)
{
	const struct yg_specs_hit *hit = &described->hit;

	look->whole->described = true;
	yg_specs_mark(look->posture->options.specs, hit);
	if (!look->full)
		return;
	if (yg_spec_operation(hit->spec, hit->operation)->secured)
		yg_judge(look, YG_POSTURE_SPEC_AUTH,
			 !look->credential && !look->heads.unknown_credential,
			 "%u for a request without any credential", look->status);
	judge_schema(look, described);
}

static void judge_orphans(struct yg_look *look)
{
	struct yg_place *whole = look->whole;
	struct yg_specs_seen seen;

	if (!whole->described_ns)
		whole->described_ns = look->time_ns;
	whole->exchanges += whole->exchanges < UINT32_MAX;
	if (whole->exchanges < ORPHAN_EXCHANGES || look->time_ns < whole->orphans_ns ||
	    look->time_ns < whole->described_ns + ORPHAN_AFTER_NS)
		return;
	whole->orphans_ns = look->time_ns + ORPHAN_EACH_NS;
	yg_specs_seen(look->posture->options.specs, look->service, &seen);
	if (seen.operations)
		yg_judge(look, YG_POSTURE_ORPHAN, seen.unseen > 0,
			 "%u of %u operations were not used since the sensor started: %s",
			 seen.unseen, seen.operations, seen.examples);
}

/* --- drift ---------------------------------------------------------------------------------- */

struct finding_field {
	const struct yg_described *described;
	struct yg_schema_field field;
	bool found;
};

static void find_field(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
		       const struct yg_schema_field *field)
{
	struct finding_field *finding = ctx;

	(void)id;
	if (finding->found || part != finding->described->part ||
	    strcmp(path, finding->described->path) != 0)
		return;
	finding->field = *field;
	finding->found = true;
}

static bool read_field(const struct yg_look *look, const struct yg_described *described,
		       struct yg_schema_field *ret)
{
	struct finding_field finding = { .described = described };

	yg_schema_each(look->scene->schema, find_field, &finding);
	*ret = finding.field;
	return finding.found;
}

static bool is_type_drift(const struct yg_schema_drift *drift)
{
	uint32_t more = drift->after & ~drift->before & ~(uint32_t)YG_TYPE_NULL;
	const uint32_t numbers = YG_TYPE_INTEGER | YG_TYPE_NUMBER;

	return drift->kind == YG_DRIFT_TYPE && more && (drift->before & ~(uint32_t)YG_TYPE_NULL) &&
	       ((more & ~numbers) || !(drift->before & numbers));
}

static void begin_drift(struct yg_look *look, struct yg_described *described,
			const struct yg_schema_drift *drift)
{
	struct yg_schema_field field;

	described->part = drift->part;
	(void)snprintf(described->path, sizeof(described->path), "%s", drift->path);
	if (!read_field(look, described, &field))
		return;
	described->drifting = true;
	described->seen = field.seen;
	described->of = field.of;
}

/* What this host sends to others is its own doing. */
static bool is_judged(const struct yg_look *look, enum yg_schema_part part)
{
	return look->scene->exchange->outbound ? part == YG_SCHEMA_RESPONSE_2XX
					       : part <= YG_SCHEMA_RESPONSE_2XX;
}

static enum yg_posture_rule_id drift_rule(const struct yg_look *look)
{
	return look->scene->exchange->outbound ? YG_POSTURE_THIRD_DRIFT : YG_POSTURE_DRIFT;
}

static void take_drift(struct yg_look *look, struct yg_described *described,
		       const struct yg_schema_drift *drift)
{
	if (!is_judged(look, drift->part))
		return;
	if (drift->kind == YG_DRIFT_FIELD && !described->drifting)
		begin_drift(look, described, drift);
	if (!is_type_drift(drift))
		return;
	look->lower = true;
	yg_judge(look, drift_rule(look), true, "'%s' of the %s has another type than it ever had",
		 drift->path, yg_schema_part_name(drift->part));
	look->lower = false;
}

static void follow_drift(struct yg_look *look, struct yg_described *described)
{
	struct yg_schema_field field;
	uint32_t seen, of;

	if (!read_field(look, described, &field) || field.of < described->of ||
	    field.seen < described->seen) {
		described->drifting = false;
		return;
	}
	seen = field.seen - described->seen;
	of = field.of - described->of;
	if (of < DRIFT_OBJECTS)
		return;
	described->drifting = false;
	yg_judge(look, drift_rule(look), seen >= of - of / 4, "'%s' of the %s is new",
		 described->path, yg_schema_part_name(described->part));
}

void yg_posture_check_drift(struct yg_look *look)
{
	const struct yg_scene *scene = look->scene;
	struct yg_described *described;

	if (!scene->schema || !look->accepted)
		return;
	described = describe(look->posture, look->about);
	for (uint32_t i = 0; i < scene->drift_count; i++)
		take_drift(look, described, &scene->drifts[i]);
	if (!look->full)
		return;
	if (described->drifting)
		follow_drift(look, described);
	else if (scene->drift_count == 0)
		yg_judge(look, drift_rule(look), false, "%s", "");
}

void yg_posture_check_spec(struct yg_look *look)
{
	struct yg_described *described;

	if (!look->endpoint || !look->accepted)
		return;
	described = describe(look->posture, look->about);
	if (described->hit.place != YG_SPECS_SILENT) {
		if (look->full)
			judge_shadow(look, described);
		if (described->hit.place == YG_SPECS_FOUND)
			judge_operation(look, described);
		judge_orphans(look);
	}
	yg_posture_check_drift(look);
}
