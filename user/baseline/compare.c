/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DETAIL_CAP 160u

struct comparing {
	const struct yg_spec *spec;
	const struct yg_schema *schema;
	uint32_t operation;
	uint16_t statuses[YG_SCHEMA_PART_MAX]; /* one that stands for each class */
	enum yg_schema_part told_part;
	char told[YG_SCHEMA_PATH_CAP]; /* a field that differs: what is in it differs too */
	yg_difference_fn fn;
	void *ctx;
};

const char *yg_difference_name(enum yg_difference kind)
{
	static const char *const names[YG_DIFFERENCE_MAX] = {
		[YG_DIFFERENCE_SHADOW] = "shadow",
		[YG_DIFFERENCE_METHOD] = "undocumented-method",
		[YG_DIFFERENCE_ORPHAN] = "orphan",
		[YG_DIFFERENCE_PARAMETER] = "undocumented-parameter",
		[YG_DIFFERENCE_FIELD] = "undocumented-field",
		[YG_DIFFERENCE_TYPE] = "type-mismatch",
		[YG_DIFFERENCE_AUTH] = "auth-mismatch",
		[YG_DIFFERENCE_STATUS] = "undocumented-status",
		[YG_DIFFERENCE_DEPRECATED] = "deprecated",
		[YG_DIFFERENCE_LOCKED] = "undocumented-auth",
		[YG_DIFFERENCE_NULL] = "undocumented-null",
	};

	return names[kind];
}

/* Types that the document does not allow. Text in a URL may be meant as a string. */
static uint32_t beyond(uint32_t learned, uint32_t described, bool body)
{
	if (described & YG_TYPE_NUMBER)
		described |= YG_TYPE_INTEGER;
	/* Items of an array stand for themselves in a query. */
	if (!body && (described & (YG_TYPE_STRING | YG_TYPE_ARRAY | YG_TYPE_OBJECT)))
		return 0;
	return learned & ~described;
}

static uint32_t described_types(const struct comparing *c, enum yg_schema_part part,
				const char *path, const struct yg_schema_field *field)
{
	switch (part) {
	case YG_SCHEMA_PATH:
		return YG_SPEC_TYPES_ANY; /* its names are ours */
	case YG_SCHEMA_QUERY:
	case YG_SCHEMA_HEADER:
	case YG_SCHEMA_COOKIE:
		return yg_spec_parameter(c->spec, c->operation, yg_schema_part_name(part),
					 field->name);
	case YG_SCHEMA_REQUEST:
		return yg_spec_field(c->spec, c->operation, 0, path);
	default:
		return c->statuses[part]
			       ? yg_spec_field(c->spec, c->operation, c->statuses[part], path)
			       : YG_SPEC_TYPES_ANY;
	}
}

/* Header fields that stand for a credential, and cookies, are told by the scheme. */
static bool is_told(enum yg_schema_part part)
{
	return part != YG_SCHEMA_COOKIE && part != YG_SCHEMA_HEADER;
}

/* Is @path a field within the one that was told last? */
static bool is_within(const struct comparing *c, enum yg_schema_part part, const char *path)
{
	size_t len = strlen(c->told);

	return len > 0 && part == c->told_part && strncmp(path, c->told, len) == 0 &&
	       (path[len] == '.' || path[len] == '[');
}

static void note_told(struct comparing *c, enum yg_schema_part part, const char *path)
{
	c->told_part = part;
	(void)snprintf(c->told, sizeof(c->told), "%s", path);
}

static void compare_field(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
			  const struct yg_schema_field *field)
{
	struct comparing *c = ctx;
	uint32_t types = described_types(c, part, path, field), more;
	char place[YG_SCHEMA_PATH_CAP + 16], got[64], want[64], detail[DETAIL_CAP];
	bool response = part > YG_SCHEMA_REQUEST;

	(void)id;
	if (is_within(c, part, path))
		return;
	(void)snprintf(place, sizeof(place), "%s %s", yg_schema_part_name(part), path);
	if (types == 0) {
		note_told(c, part, path);
		if (is_told(part) &&
		    !yg_spec_has_key(c->spec, yg_schema_part_name(part), field->name))
			c->fn(c->ctx, response ? YG_DIFFERENCE_FIELD : YG_DIFFERENCE_PARAMETER,
			      place, "");
		return;
	}
	more = beyond(field->types, types, part >= YG_SCHEMA_REQUEST);
	if (!more)
		return;
	yg_types_text(more, got, sizeof(got));
	yg_types_text(types & YG_TYPE_ALL, want, sizeof(want));
	(void)snprintf(detail, sizeof(detail), "seen %s, described %s", got, want);
	if (more != YG_TYPE_NULL)
		note_told(c, part, path);
	c->fn(c->ctx, more == YG_TYPE_NULL ? YG_DIFFERENCE_NULL : YG_DIFFERENCE_TYPE, place,
	      detail);
}

static void compare_statuses(struct comparing *c, const struct yg_endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		uint16_t status = endpoint->status[i].status;
		uint32_t class = status / 100u;
		char text[8];

		if (class < 2 || class > 5)
			continue;
		if (yg_spec_has_status(c->spec, c->operation, status)) {
			c->statuses[YG_SCHEMA_RESPONSE_2XX + class - 2] = status;
			continue;
		}
		(void)snprintf(text, sizeof(text), "%" PRIu16, status);
		c->fn(c->ctx, YG_DIFFERENCE_STATUS, text, "");
	}
}

/* Was a request taken, as far as its statuses tell? */
static bool is_accepted(const struct yg_endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		if (endpoint->status[i].status / 100u == 2)
			return true;
	}
	return false;
}

/* Cookies come with browsers, whether they are asked for or not. */
static bool is_locked(const struct yg_endpoint *endpoint)
{
	return !(endpoint->auth & YG_AUTH_NONE) && (endpoint->auth & ~(uint32_t)YG_AUTH_COOKIE) &&
	       is_accepted(endpoint);
}

int yg_compare_endpoint(const struct yg_spec *spec, const struct yg_endpoint *endpoint,
			const struct yg_schema *schema, yg_difference_fn fn, void *ctx)
{
	struct comparing c = { .spec = spec, .schema = schema, .fn = fn, .ctx = ctx };
	const struct yg_spec_operation *operation;
	bool path;
	int found = yg_spec_match(spec, yg_slice_from_str(endpoint->method),
				  yg_slice_from_str(endpoint->template_), &path);

	if (found < 0) {
		fn(ctx, path ? YG_DIFFERENCE_METHOD : YG_DIFFERENCE_SHADOW, "", "");
		return found;
	}
	c.operation = (uint32_t)found;
	operation = yg_spec_operation(spec, c.operation);
	if (operation->deprecated)
		fn(ctx, YG_DIFFERENCE_DEPRECATED, "", "");
	/* Only when nobody proved who they are: with both, who got the 2xx is not known here. */
	if (operation->secured && endpoint->auth == YG_AUTH_NONE && is_accepted(endpoint))
		fn(ctx, YG_DIFFERENCE_AUTH, "", "described as secured, accepted without");
	if (!operation->secured && is_locked(endpoint))
		fn(ctx, YG_DIFFERENCE_LOCKED, "", "described as open, always with a credential");
	compare_statuses(&c, endpoint);
	/* A document has one operation for all that a body names: a query of GraphQL, a method. */
	if (schema && !strchr(endpoint->template_, ' '))
		yg_schema_each(schema, compare_field, &c);
	return found;
}
