/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/openapi.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/openapi_inside.h"
#include "baseline/yaml.h"
#include "core/hash.h"

#define ID_CAP 192u

static const struct yg_hash_key id_key = { 0x6f7065726174, 0x696f6e49640a };

int yg_openapi_new(struct yg_openapi **ret)
{
	YG_CLEANUP(yg_openapi_free) struct yg_openapi *openapi = calloc(1, sizeof(*openapi));

	if (!openapi)
		return -ENOMEM;
	openapi->shapes = calloc(SHAPES_MAX, sizeof(struct shape));
	if (!openapi->shapes || yg_json_new(&openapi->json) || yg_json_new(&openapi->scratch))
		return -ENOMEM;
	*ret = YG_TAKE_PTR(openapi);
	return 0;
}

void yg_openapi_free(struct yg_openapi **openapi)
{
	struct yg_openapi *o = *openapi;

	if (!o)
		return;
	yg_json_free(&o->json);
	yg_json_free(&o->scratch);
	free(o->items);
	free(o->shapes);
	free(o->components);
	free(o->ids);
	free(o);
	*openapi = NULL;
}

uint32_t yg_openapi_left_out(const struct yg_openapi *openapi)
{
	return openapi->left_out;
}

static bool is_known(const char *method)
{
	static const char *const methods[] = { "GET",	  "PUT",  "POST",  "DELETE",
					       "OPTIONS", "HEAD", "PATCH", "TRACE" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(methods); i++) {
		if (strcmp(method, methods[i]) == 0)
			return true;
	}
	return false;
}

static bool same_path(const struct item *a, const struct item *b)
{
	return a->path_len == b->path_len &&
	       memcmp(a->endpoint->template_, b->endpoint->template_, a->path_len) == 0;
}

static bool is_taken(const struct yg_openapi *openapi, const struct item *item)
{
	for (size_t i = openapi->count; i > 0; i--) {
		const struct item *at = &openapi->items[i - 1];
		bool here = strcmp(at->endpoint->service, item->endpoint->service) == 0;

		if (same_path(at, item) &&
		    (!here || strcmp(at->endpoint->method, item->endpoint->method) == 0))
			return true;
	}
	return false;
}

int yg_openapi_add(struct yg_openapi *openapi, const struct yg_endpoint *endpoint,
		   const struct yg_schema *schema)
{
	struct item item = { endpoint, schema, strcspn(endpoint->template_, " ") };
	int r;

	if (!is_known(endpoint->method) || is_taken(openapi, &item)) {
		openapi->left_out++;
		return 0;
	}
	r = yg_openapi_reserve((void **)&openapi->items, openapi->count, &openapi->cap,
			       sizeof(item));
	if (r)
		return r;
	if (openapi->count > 0)
		openapi->several |=
			strcmp(openapi->items[0].endpoint->service, endpoint->service) != 0;
	openapi->items[openapi->count++] = item;
	return 0;
}

/* --- operations ----------------------------------------------------------------------------- */

/* "getV1UsersId"; with the endpoint's id behind it if that is taken. */
static void put_operation_id(struct yg_openapi *openapi, const struct item *item, size_t index)
{
	const char *template_ = item->endpoint->template_;
	char id[ID_CAP];
	size_t len = 0;
	bool upper = false;
	uint64_t hash;

	for (const char *p = item->endpoint->method; *p && len < 16; p++)
		id[len++] = yg_ascii_lower(*p);
	for (size_t i = 0; i < item->path_len && len < sizeof(id) - 24; i++) {
		char c = template_[i], low = yg_ascii_lower(c);
		bool letter = (low >= 'a' && low <= 'z');

		if (letter || (c >= '0' && c <= '9'))
			id[len++] = (char)(upper && letter ? low - 32 : c);
		upper = !letter;
	}
	id[len] = '\0';
	hash = yg_hash(&id_key, id, len);
	for (size_t i = 0; i < index; i++) {
		if (openapi->ids[i] == hash) {
			(void)snprintf(id + len, sizeof(id) - len, "_%016" PRIx64,
				       item->endpoint->id);
			break;
		}
	}
	openapi->ids[index] = hash;
	yg_json_pair_str(openapi->json, "operationId", id);
}

static void put_field_schema(struct yg_json *json, const struct yg_schema_field *field)
{
	yg_json_key(json, "schema");
	yg_json_open_object(json);
	if (field->repeated) {
		yg_json_pair_str(json, "type", "array");
		yg_json_key(json, "items");
		yg_json_open_object(json);
	}
	yg_openapi_put_keywords(json, field);
	if (field->repeated)
		yg_json_close_object(json);
	yg_json_close_object(json);
}

static void put_parameter(struct yg_json *json, const char *in, struct yg_slice name, bool required,
			  const struct yg_schema_field *field)
{
	yg_json_open_object(json);
	yg_json_pair_slice(json, "name", name);
	yg_json_pair_str(json, "in", in);
	yg_json_pair_bool(json, "required", required);
	put_field_schema(json, field);
	yg_json_close_object(json);
}

/* What the template names, with the type that was learned. */
static void put_path_parameters(struct yg_json *json, const struct item *item)
{
	const char *p = item->endpoint->template_, *end = p + item->path_len;

	while ((p = memchr(p, '{', (size_t)(end - p))) != NULL) {
		const char *close = memchr(p, '}', (size_t)(end - p));
		struct yg_schema_field field = { .types = YG_TYPE_STRING };
		struct yg_slice name;
		uint32_t root = 0;

		if (!close)
			return;
		name = (struct yg_slice){ p + 1, (size_t)(close - p - 1) };
		if (item->schema)
			root = yg_schema_root(item->schema, YG_SCHEMA_PATH);
		for (uint32_t i = root ? yg_schema_first(item->schema, root) : 0; i;
		     i = yg_schema_next(item->schema, i)) {
			struct yg_schema_field at;

			yg_schema_field(item->schema, i, &at);
			if (yg_slice_equal(at.name, name))
				field = at;
		}
		field.repeated = false;
		put_parameter(json, "path", name, true, &field);
		p = close;
	}
}

static void put_parameters(struct yg_json *json, const struct item *item)
{
	yg_json_key(json, "parameters");
	yg_json_open_array(json);
	put_path_parameters(json, item);
	for (enum yg_schema_part part = YG_SCHEMA_QUERY; item->schema && part <= YG_SCHEMA_COOKIE;
	     part++) {
		uint32_t root = yg_schema_root(item->schema, part);

		for (uint32_t i = root ? yg_schema_first(item->schema, root) : 0; i;
		     i = yg_schema_next(item->schema, i)) {
			struct yg_schema_field field;

			yg_schema_field(item->schema, i, &field);
			if (yg_openapi_is_credential(item, part, field.name))
				continue;
			put_parameter(json, yg_schema_part_name(part), field.name,
				      yg_schema_is_required(item->schema, root, i), &field);
		}
	}
	yg_json_close_array(json);
}

static const char *media_of(enum yg_body_kind kind)
{
	static const char *const media[YG_BODY_KIND_MAX] = {
		[YG_BODY_KIND_JSON] = "application/json",
		[YG_BODY_KIND_NDJSON] = "application/x-ndjson",
		[YG_BODY_KIND_EVENTS] = "text/event-stream",
		[YG_BODY_KIND_FORM] = "application/x-www-form-urlencoded",
		[YG_BODY_KIND_MULTIPART] = "multipart/form-data",
		[YG_BODY_KIND_XML] = "application/xml",
		[YG_BODY_KIND_GRAPHQL] = "application/graphql",
		[YG_BODY_KIND_TEXT] = "text/plain",
		[YG_BODY_KIND_CBOR] = "application/cbor",
		[YG_BODY_KIND_MSGPACK] = "application/msgpack",
	};

	return media[kind];
}

/* "content" of a body, if one was learned. */
static bool put_content(struct yg_openapi *openapi, const struct item *item,
			enum yg_schema_part part)
{
	uint32_t root = item->schema ? yg_schema_root(item->schema, part) : 0;
	const char *media = root ? media_of(yg_schema_kind(item->schema, part)) : NULL;
	struct yg_json *json = openapi->json;
	const char *last = item->endpoint->template_, *p = last;

	if (!media)
		return false;
	/* A component is called after the last word of the path. */
	for (size_t i = 0; i + 1 < item->path_len; i++) {
		if (p[i] == '/' && p[i + 1] != '{')
			last = p + i + 1;
	}
	yg_json_key(json, "content");
	yg_json_open_object(json);
	yg_json_key(json, media);
	yg_json_open_object(json);
	yg_json_key(json, "schema");
	if (!yg_openapi_refer(openapi, json, item->schema, root,
			      (struct yg_slice){ last, strcspn(last, "/ ") }))
		yg_openapi_put_schema(openapi, item->schema, root);
	yg_json_close_object(json);
	yg_json_close_object(json);
	return true;
}

static void put_request(struct yg_openapi *openapi, const struct item *item)
{
	const char *method = item->endpoint->method;
	uint32_t root = item->schema ? yg_schema_root(item->schema, YG_SCHEMA_REQUEST) : 0;

	if (!root || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
	    !media_of(yg_schema_kind(item->schema, YG_SCHEMA_REQUEST)))
		return;
	yg_json_key(openapi->json, "requestBody");
	yg_json_open_object(openapi->json);
	(void)put_content(openapi, item, YG_SCHEMA_REQUEST);
	yg_json_close_object(openapi->json);
}

static void put_response(struct yg_openapi *openapi, const struct item *item, uint16_t status)
{
	uint32_t class = status / 100u;
	struct yg_json *json = openapi->json;
	char code[8];

	(void)snprintf(code, sizeof(code), "%" PRIu16, status);
	yg_json_key_slice(json, yg_slice_from_str(code));
	yg_json_open_object(json);
	yg_json_pair_str(json, "description", "Observed");
	if (class >= 2 && class <= 5 && status != 204 && status != 304 &&
	    strcmp(item->endpoint->method, "HEAD") != 0)
		(void)put_content(openapi, item,
				  (enum yg_schema_part)(YG_SCHEMA_RESPONSE_2XX + class - 2));
	yg_json_close_object(json);
}

static void put_responses(struct yg_openapi *openapi, const struct item *item)
{
	struct yg_json *json = openapi->json;
	uint32_t count = 0;

	yg_json_key(json, "responses");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < item->endpoint->status_count; i++) {
		if (item->endpoint->status[i].status < 100 ||
		    item->endpoint->status[i].status > 599)
			continue;
		put_response(openapi, item, item->endpoint->status[i].status);
		count++;
	}
	if (count == 0) {
		yg_json_key(json, "default");
		yg_json_open_object(json);
		yg_json_pair_str(json, "description", "No answer was seen");
		yg_json_close_object(json);
	}
	yg_json_close_object(json);
}

static void put_operation(struct yg_openapi *openapi, size_t index)
{
	const struct item *item = &openapi->items[index];
	struct yg_json *json = openapi->json;
	char method[YG_METHOD_CAP], summary[YG_METHOD_CAP + YG_TEMPLATE_CAP];
	size_t len = 0;

	for (; item->endpoint->method[len]; len++)
		method[len] = yg_ascii_lower(item->endpoint->method[len]);
	method[len] = '\0';
	yg_json_key_slice(json, yg_slice_from_str(method));
	yg_json_open_object(json);
	put_operation_id(openapi, item, index);
	(void)snprintf(summary, sizeof(summary), "%s %.*s", item->endpoint->method,
		       (int)item->path_len, item->endpoint->template_);
	yg_json_pair_str(json, "summary", summary);
	put_parameters(json, item);
	put_request(openapi, item);
	put_responses(openapi, item);
	yg_openapi_put_security(openapi, item);
	yg_json_close_object(json);
}

static void put_server(struct yg_json *json, const struct yg_endpoint *endpoint)
{
	char url[YG_SERVICE_CAP + 16];

	(void)snprintf(url, sizeof(url), "%s://%s", endpoint->tls_requests ? "https" : "http",
		       endpoint->service);
	yg_json_key(json, "servers");
	yg_json_open_array(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "url", url);
	yg_json_close_object(json);
	yg_json_close_array(json);
}

static void put_paths(struct yg_openapi *openapi)
{
	struct yg_json *json = openapi->json;

	yg_json_key(json, "paths");
	yg_json_open_object(json);
	for (size_t i = 0; i < openapi->count; i++) {
		const struct item *item = &openapi->items[i];

		if (i == 0 || !same_path(item, item - 1)) {
			if (i > 0)
				yg_json_close_object(json);
			yg_json_key_slice(json, (struct yg_slice){ item->endpoint->template_,
								   item->path_len });
			yg_json_open_object(json);
			if (openapi->several)
				put_server(json, item->endpoint);
		}
		put_operation(openapi, i);
	}
	if (openapi->count > 0)
		yg_json_close_object(json);
	yg_json_close_object(json);
}

static void put_components(struct yg_openapi *openapi)
{
	struct yg_json *json = openapi->json;

	yg_json_key(json, "components");
	yg_json_open_object(json);
	yg_json_key(json, "schemas");
	yg_json_open_object(json);
	/* Writing one may add others. */
	for (size_t i = 0; i < openapi->component_count; i++) {
		const struct component at = openapi->components[i];

		yg_json_key_slice(json, yg_slice_from_str(at.name));
		yg_openapi_put_schema(openapi, at.schema, at.node);
	}
	yg_json_close_object(json);
	yg_openapi_put_schemes(openapi);
	yg_json_close_object(json);
}

static void put_document(struct yg_openapi *openapi)
{
	bool one = openapi->count > 0 && !openapi->several;
	struct yg_json *json = openapi->json;

	yg_json_open_object(json);
	yg_json_pair_str(json, "openapi", "3.1.0");
	yg_json_key(json, "info");
	yg_json_open_object(json);
	yg_json_pair_str(json, "title",
			 one ? openapi->items[0].endpoint->service : "Observed APIs");
	yg_json_pair_str(json, "version", "observed");
	yg_json_pair_str(json, "description", "Learned from traffic by Yagura");
	yg_json_close_object(json);
	if (one)
		put_server(json, openapi->items[0].endpoint);
	put_paths(openapi);
	put_components(openapi);
	yg_json_close_object(json);
}

int yg_openapi_write(struct yg_openapi *openapi, enum yg_openapi_format format, FILE *out)
{
	free(openapi->ids);
	openapi->ids = calloc(openapi->count + 1, sizeof(uint64_t));
	if (!openapi->ids)
		return -ENOMEM;
	yg_openapi_count_shapes(openapi);
	yg_openapi_find_schemes(openapi);
	yg_json_reset(openapi->json);
	put_document(openapi);
	if (format == YG_OPENAPI_JSON)
		return yg_json_flush_line(openapi->json, out);
	return yg_yaml_from_json(yg_json_view(openapi->json), out);
}
