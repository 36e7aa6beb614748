/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/outside.h"

#include <stdio.h>
#include <string.h>

#include "cli/show.h"
#include "cli/word.h"
#include "endpoint/exposure.h"

#define REACHED_MAX 8u /* endpoints that lead to one; those that did so last */

/* --- from the API --------------------------------------------------------------------------- */

/* Bytes of "https://host:port" of an address. */
static size_t origin_len(const char *address)
{
	const char *host = strstr(address, "://");

	host = host ? host + 3 : address;
	return (size_t)(host - address) + strcspn(host, "/");
}

/* Does an endpoint that leads here have the host of @address? It knows the whole path. */
static bool is_reached(yajl_val reached, const char *address)
{
	size_t len = origin_len(address);
	char origin[YG_OUTSIDE_CAP];

	for (size_t i = 0; YAJL_IS_ARRAY(reached) && i < YAJL_GET_ARRAY(reached)->len; i++) {
		yajl_val edge = YAJL_GET_ARRAY(reached)->values[i];

		(void)snprintf(origin, sizeof(origin), "%s://%s",
			       yg_value_flag(edge, "tls") ? "https" : "http",
			       yg_value_text(edge, "service"));
		if (strlen(origin) == len && strncmp(origin, address, len) == 0)
			return true;
	}
	return false;
}

/* Addresses that hops name, each with the path of @endpoint behind it. */
static int each_said(yajl_val endpoint, yajl_val reached, struct yg_outside *outside,
		     yg_outside_fn fn, void *ctx)
{
	yajl_val said = yg_value_find(endpoint, "outside");
	int r = 0;

	for (size_t i = 0; r == 0 && YAJL_IS_ARRAY(said) && i < YAJL_GET_ARRAY(said)->len; i++) {
		const char *text = YAJL_GET_STRING(YAJL_GET_ARRAY(said)->values[i]);

		if (!text || is_reached(reached, text))
			continue;
		(void)snprintf(outside->address, sizeof(outside->address), "%s%s", text,
			       yg_value_text(endpoint, "template"));
		outside->how = YG_OUTSIDE_SAID;
		outside->base_path = text + origin_len(text);
		r = fn(ctx, outside);
	}
	return r;
}

static void write_own(yajl_val endpoint, bool tls, struct yg_outside *ret)
{
	(void)snprintf(ret->address, sizeof(ret->address), "%s://%s%s", tls ? "https" : "http",
		       yg_value_text(endpoint, "service"), yg_value_text(endpoint, "template"));
}

static int each_reached(yajl_val reached, struct yg_outside *outside, yg_outside_fn fn, void *ctx)
{
	int r = 0;

	for (size_t i = 0; r == 0 && YAJL_IS_ARRAY(reached) && i < YAJL_GET_ARRAY(reached)->len;
	     i++) {
		yajl_val edge = YAJL_GET_ARRAY(reached)->values[i];

		*outside = (struct yg_outside){ .how = YG_OUTSIDE_THROUGH,
						.through = yg_value_text(edge, "id"),
						.base_path = yg_value_text(edge, "base_path") };
		write_own(edge, yg_value_flag(edge, "tls"), outside);
		r = fn(ctx, outside);
		if (r == 0)
			r = each_said(edge, NULL, outside, fn, ctx);
	}
	return r;
}

int yg_outside_each(yajl_val endpoint, yg_outside_fn fn, void *ctx)
{
	yajl_val reached = yg_value_find(endpoint, "reached");
	yajl_val said = yg_value_find(endpoint, "outside");
	bool other = (YAJL_IS_ARRAY(reached) && YAJL_GET_ARRAY(reached)->len > 0) ||
		     (YAJL_IS_ARRAY(said) && YAJL_GET_ARRAY(said)->len > 0);
	struct yg_outside outside = { .through = "", .base_path = "" };
	int r = 0;

	if (!other || strcmp(yg_value_text(endpoint, "exposure"), "external") == 0) {
		write_own(endpoint, yg_value_uint(endpoint, "tls_requests") > 0, &outside);
		r = fn(ctx, &outside);
	}
	if (r == 0)
		r = each_said(endpoint, reached, &outside, fn, ctx);
	return r ? r : each_reached(reached, &outside, fn, ctx);
}

/* --- printed -------------------------------------------------------------------------------- */

/* "asked there", "named by a hop", "through 1a2b3c4d". */
static const char *how_text(const struct yg_cli_args *args, const struct yg_outside *outside,
			    char *ret, size_t cap)
{
	if (outside->how == YG_OUTSIDE_ASKED)
		return yg_cli_word(args, "asked there");
	if (!outside->through[0])
		return yg_cli_word(args, "named by a hop");
	(void)snprintf(ret, cap, args->japanese ? "%.*s経由" : "through %.*s", (int)YG_ID_SHORT,
		       outside->through);
	return ret;
}

static const struct yg_column own_columns[] = {
	{ "OUTSIDE", YG_ALIGN_ENDS, 30 },
	{ "BASE PATH", YG_ALIGN_LEFT, 6 },
	{ "HOW", YG_ALIGN_LEFT, 0 },
};

/* A table that is filled, and whose language it speaks. */
struct filling {
	const struct yg_cli_args *args;
	struct yg_table *table;
	yajl_val endpoint;
};

static int add_own(void *ctx, const struct yg_outside *outside)
{
	const struct filling *filling = ctx;
	char how[64];
	const char *texts[] = { outside->address, outside->base_path,
				how_text(filling->args, outside, how, sizeof(how)) };

	return yg_table_add(filling->table, texts);
}

void yg_outside_print(const struct yg_cli_args *args, yajl_val endpoint)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	struct filling filling = { .args = args };

	if (yg_cli_table_new(args, own_columns, YG_ARRAY_SIZE(own_columns), &table))
		return;
	filling.table = table;
	if (yg_outside_each(endpoint, add_own, &filling))
		return;
	yg_print_title(args, "Outside addresses");
	yg_table_print(table, args->out, args->columns);
}

static const struct yg_column columns[] = {
	{ "OUTSIDE", YG_ALIGN_ENDS, 32 }, { "METHOD", YG_ALIGN_LEFT, 0 },
	{ "INSIDE", YG_ALIGN_ENDS, 16 },  { "REACH", YG_ALIGN_LEFT, 0 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },
};

static int add_outside(void *ctx, const struct yg_outside *outside)
{
	const struct filling *filling = ctx;
	char requests[YG_FORMAT_CAP];
	/* What is not under TLS stands out. */
	bool https = strncmp(outside->address, "https://", 8) == 0;
	const char *texts[] = {
		outside->address + (https ? 8 : 0),
		yg_value_text(filling->endpoint, "method"),
		yg_value_text(filling->endpoint, "template"),
		yg_cli_word(filling->args, yg_value_text(filling->endpoint, "exposure")),
		yg_count_format(yg_value_uint(filling->endpoint, "requests"), requests),
	};

	return yg_table_add(filling->table, texts);
}

/* "accounts.internal at 127.0.0.1:7002" stands once, above its endpoints. */
static int add_heading(struct yg_listing *listing, yajl_val value)
{
	char text[sizeof(listing->heading)], servers[256];

	yg_join_texts(yg_value_find(value, "servers"), servers, sizeof(servers));
	(void)snprintf(text, sizeof(text), "%s%s%s%s", yg_value_text(value, "service"),
		       !servers[0]		 ? ""
		       : listing->args->japanese ? "（"
						 : " at ",
		       servers, servers[0] && listing->args->japanese ? "）" : "");
	return yg_listing_heading(listing, text);
}

static int add_endpoint(void *ctx, const char *line, yajl_val value)
{
	struct yg_listing *listing = ctx;
	struct filling filling = { listing->args, listing->table, value };
	int r = add_heading(listing, value);

	(void)line;
	return r < 0 ? r : yg_outside_each(value, add_outside, &filling);
}

enum yg_exit yg_outside_list(const struct yg_cli_args *args, const char *path)
{
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "No endpoints have been seen",
		.add = add_endpoint,
	};

	return yg_listing_print(args, path, &plan);
}

/* --- of a capture --------------------------------------------------------------------------- */

/* What leads to one endpoint. */
struct reached {
	struct yg_json *json;
	const struct yg_lines_known *known;
	const struct yg_endpoint *endpoint;
	uint32_t count;
	bool external;
};

static void put_reached(void *ctx, const struct yg_relation *relation)
{
	struct reached *reached = ctx;
	const struct yg_endpoint *edge;
	struct yg_assessment assessment;
	size_t len = strlen(reached->endpoint->template_), edge_len;
	bool external;

	if (relation->into != reached->endpoint->id || relation->from == relation->into ||
	    relation->from == 0 || reached->count == REACHED_MAX)
		return;
	edge = yg_knowledge_endpoint(reached->known->knowledge, relation->from);
	if (!edge)
		return;
	reached->count++;
	yg_knowledge_assessment(reached->known->knowledge, edge, &assessment);
	external = yg_labels_have(&assessment.labels, YG_LABEL_EXTERNAL);
	reached->external |= external;
	edge_len = strlen(edge->template_);
	yg_json_open_object(reached->json);
	yg_json_pair_str(reached->json, "method", edge->method);
	yg_json_pair_str(reached->json, "service", edge->service);
	yg_json_pair_str(reached->json, "template", edge->template_);
	yg_json_pair_bool(reached->json, "tls", edge->tls_requests > 0);
	yg_json_pair_bool(reached->json, "external", external);
	if (edge_len > len &&
	    strcmp(edge->template_ + edge_len - len, reached->endpoint->template_) == 0)
		yg_json_pair_slice(reached->json, "base_path",
				   (struct yg_slice){ edge->template_, edge_len - len });
	yg_json_close_object(reached->json);
}

/* Who can ask it; the same words as the store's. */
static const char *exposure_of(const struct yg_labels *labels, bool relayed)
{
	if (yg_labels_have(labels, YG_LABEL_EXTERNAL))
		return "external";
	if (relayed)
		return "relayed";
	if (yg_labels_have(labels, YG_LABEL_INTERNAL) || yg_labels_have(labels, YG_LABEL_UPSTREAM))
		return "internal";
	return yg_labels_have(labels, YG_LABEL_THIRD_PARTY) ? "outbound" : "unknown";
}

static void put_servers(struct yg_json *json, const struct yg_exposure *exposure)
{
	char text[YG_ADDRESS_TEXT_CAP];

	yg_json_key(json, "servers");
	yg_json_open_array(json);
	for (size_t i = 0; exposure && i < YG_EXPOSURE_SERVERS; i++) {
		const struct yg_peer *peer = &exposure->servers[i].peer;

		if (!yg_address_is_unknown(&peer->addr))
			yg_json_str(json, yg_endpoint_format(&peer->addr, peer->port, text));
	}
	yg_json_close_array(json);
}

void yg_outside_put(struct yg_json *json, const struct yg_endpoint *endpoint,
		    const struct yg_lines_known *known)
{
	struct reached reached = { .json = json, .known = known, .endpoint = endpoint };

	yg_json_key(json, "outside");
	yg_json_open_array(json);
	for (size_t i = 0; known->exposure && i < YG_EXPOSURE_NAMES; i++) {
		if (known->exposure->names[i].text[0])
			yg_json_str(json, known->exposure->names[i].text);
	}
	yg_json_close_array(json);
	put_servers(json, known->exposure);
	yg_json_key(json, "reached");
	yg_json_open_array(json);
	if (known->knowledge)
		yg_knowledge_relations(known->knowledge, put_reached, &reached);
	yg_json_close_array(json);
	yg_json_pair_str(json, "exposure",
			 exposure_of(&known->assessment->labels, reached.external));
}
