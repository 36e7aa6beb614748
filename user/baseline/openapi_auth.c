/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Security schemes of the document: what the credentials of the endpoints are called. Names of
 * header fields, parameters and cookies come from the learned schemas; values are nowhere.
 *
 * Source: OpenAPI Specification 3.1.1, section 4.8.27.
 */
#include <stdio.h>
#include <string.h>

#include "baseline/openapi_inside.h"
#include "parse/credential.h"
#include "parse/credential_name.h"

#define DISCOVERY "/.well-known/openid-configuration"

/* Does @name hold @word, in any case? */
static bool holds(struct yg_slice name, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= name.len; i++) {
		if (yg_slice_equal_nocase((struct yg_slice){ name.ptr + i, len },
					  (struct yg_slice){ word, len }))
			return true;
	}
	return false;
}

/* The first field of a part that is a credential by its usual name; with @words, by one of them. */
static struct yg_slice find_name(const struct yg_schema *schema, enum yg_schema_part part,
				 const char *const *words)
{
	uint32_t root = schema ? yg_schema_root(schema, part) : 0;
	struct yg_schema_field field;

	for (uint32_t i = root ? yg_schema_first(schema, root) : 0; i;
	     i = yg_schema_next(schema, i)) {
		yg_schema_field(schema, i, &field);
		if (!words && yg_credential_is_name((enum yg_value_in)part, field.name))
			return field.name;
		for (const char *const *word = words; word && *word; word++) {
			if (holds(field.name, *word) && !yg_credential_is_other(field.name))
				return field.name;
		}
	}
	return (struct yg_slice){ NULL, 0 };
}

/* Where the credential is, and what it is called: absent if that was not learned. */
static void name_parameter(const struct yg_schema *schema, uint32_t bit, struct scheme *ret)
{
	static const char *const keys[] = { "key", "token", NULL };
	static const char *const cookies[] = { "sess", "sid", "auth", "token", NULL };
	static const struct {
		uint32_t bit;
		enum yg_schema_part part;
		const char *const *words;
	} places[] = {
		{ YG_AUTH_API_KEY, YG_SCHEMA_HEADER, NULL },
		{ YG_AUTH_API_KEY, YG_SCHEMA_QUERY, NULL },
		{ YG_AUTH_API_KEY, YG_SCHEMA_HEADER, keys },
		{ YG_AUTH_API_KEY, YG_SCHEMA_QUERY, keys },
		{ YG_AUTH_COOKIE, YG_SCHEMA_COOKIE, NULL },
		{ YG_AUTH_COOKIE, YG_SCHEMA_COOKIE, cookies },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(places) && !ret->name.ptr; i++) {
		if (places[i].bit != bit)
			continue;
		ret->name = find_name(schema, places[i].part, places[i].words);
		if (ret->name.ptr)
			ret->part = places[i].part;
	}
}

struct yg_slice yg_openapi_key_name(const struct yg_schema *schema, enum yg_schema_part *ret_part)
{
	struct scheme scheme = { .part = YG_SCHEMA_HEADER };

	name_parameter(schema, YG_AUTH_API_KEY, &scheme);
	*ret_part = scheme.part;
	return scheme.name.ptr ? scheme.name : YG_SLICE("X-API-Key");
}

/* "header-x-api-key": what a component may be called. */
static void call_scheme(struct scheme *scheme, const char *prefix)
{
	(void)snprintf(scheme->key, sizeof(scheme->key), "%s-%.*s", prefix,
		       (int)(scheme->name.len < NAME_CAP - 16 ? scheme->name.len : NAME_CAP - 16),
		       scheme->name.ptr);
	for (char *p = scheme->key; *p; p++) {
		char low = yg_ascii_lower(*p);

		if (!(low >= 'a' && low <= 'z') && !(*p >= '0' && *p <= '9') && !strchr("._-", *p))
			*p = '_';
	}
}

/* The scheme of one bit of enum yg_auth at one endpoint. */
static struct scheme scheme_of(const struct item *item, uint32_t bit)
{
	struct scheme scheme = { .bit = bit };
	const char *key = bit == YG_AUTH_JWT	       ? "bearerJwt"
			  : bit == YG_AUTH_BEARER      ? "bearer"
			  : bit == YG_AUTH_BASIC       ? "basic"
			  : bit == YG_AUTH_CERTIFICATE ? "mutualTLS"
						       : "authorization";

	if (bit == YG_AUTH_API_KEY || bit == YG_AUTH_COOKIE) {
		scheme.part = bit == YG_AUTH_COOKIE ? YG_SCHEMA_COOKIE : YG_SCHEMA_HEADER;
		name_parameter(item->schema, bit, &scheme);
		if (!scheme.name.ptr)
			scheme.name =
				bit == YG_AUTH_COOKIE ? YG_SLICE("session") : YG_SLICE("X-API-Key");
		call_scheme(&scheme, yg_schema_part_name(scheme.part));
		return scheme;
	}
	/* RFC 9449: the proof comes in a field of its own. */
	if (bit == YG_AUTH_OTHER && item->schema &&
	    holds(find_name(item->schema, YG_SCHEMA_HEADER, (const char *[]){ "dpop", NULL }),
		  "dpop")) {
		scheme.dpop = true;
		key = "dpop";
	}
	(void)snprintf(scheme.key, sizeof(scheme.key), "%s", key);
	return scheme;
}

/* Bits that stand for a scheme: a JWT is a bearer token. */
static uint32_t bits_of(const struct item *item)
{
	uint32_t auth = item->endpoint->auth & ~(uint32_t)YG_AUTH_NONE;

	return auth & YG_AUTH_JWT ? auth & ~(uint32_t)YG_AUTH_BEARER : auth;
}

/* Does the service say where its tokens come from? */
static bool is_discovery(const struct item *item)
{
	static const char path[] = DISCOVERY;

	return item->path_len >= sizeof(path) - 1 &&
	       memcmp(item->endpoint->template_ + item->path_len - (sizeof(path) - 1), path,
		      sizeof(path) - 1) == 0;
}

static const struct item *find_discovery(const struct yg_openapi *openapi, const char *service)
{
	for (size_t i = 0; i < openapi->count; i++) {
		if (is_discovery(&openapi->items[i]) &&
		    strcmp(openapi->items[i].endpoint->service, service) == 0)
			return &openapi->items[i];
	}
	return NULL;
}

static void add_scheme(struct yg_openapi *openapi, const struct scheme *scheme)
{
	for (size_t i = 0; i < openapi->scheme_count; i++) {
		if (strcmp(openapi->schemes[i].key, scheme->key) == 0)
			return;
	}
	if (openapi->scheme_count < SCHEMES_MAX)
		openapi->schemes[openapi->scheme_count++] = *scheme;
}

void yg_openapi_find_schemes(struct yg_openapi *openapi)
{
	openapi->scheme_count = 0;
	for (size_t i = 0; i < openapi->count; i++) {
		const struct item *item = &openapi->items[i];

		for (uint32_t left = bits_of(item); left; left &= left - 1) {
			const struct scheme scheme = scheme_of(item, left & -left);

			add_scheme(openapi, &scheme);
		}
		if ((item->endpoint->auth & YG_AUTH_JWT) && !openapi->discovery)
			openapi->discovery = find_discovery(openapi, item->endpoint->service);
	}
}

static void put_requirement(struct yg_json *json, const char *key)
{
	yg_json_open_object(json);
	yg_json_key_slice(json, yg_slice_from_str(key));
	yg_json_open_array(json);
	yg_json_close_array(json);
	yg_json_close_object(json);
}

/* Was there room for the scheme? */
static bool is_kept(const struct yg_openapi *openapi, const char *key)
{
	for (size_t i = 0; i < openapi->scheme_count; i++) {
		if (strcmp(openapi->schemes[i].key, key) == 0)
			return true;
	}
	return false;
}

void yg_openapi_put_security(struct yg_openapi *openapi, const struct item *item)
{
	const struct item *discovery = openapi->discovery;
	struct yg_json *json = openapi->json;
	uint32_t auth = item->endpoint->auth;

	yg_json_key(json, "security");
	yg_json_open_array(json);
	for (uint32_t left = bits_of(item); left; left &= left - 1) {
		const struct scheme scheme = scheme_of(item, left & -left);

		if (is_kept(openapi, scheme.key))
			put_requirement(json, scheme.key);
	}
	if ((auth & YG_AUTH_JWT) && discovery &&
	    strcmp(discovery->endpoint->service, item->endpoint->service) == 0)
		put_requirement(json, "openIdConnect");
	if ((auth & YG_AUTH_NONE) && auth != YG_AUTH_NONE) {
		yg_json_open_object(json);
		yg_json_close_object(json);
	}
	yg_json_close_array(json);
}

bool yg_openapi_is_credential(const struct item *item, enum yg_schema_part part,
			      struct yg_slice name)
{
	uint32_t auth = item->endpoint->auth & (YG_AUTH_API_KEY | YG_AUTH_COOKIE);

	for (; auth; auth &= auth - 1) {
		const struct scheme scheme = scheme_of(item, auth & -auth);

		if (scheme.part == part && yg_slice_equal(scheme.name, name))
			return true;
	}
	return false;
}

static void put_scheme(struct yg_json *json, const struct scheme *scheme)
{
	bool key = scheme->bit == YG_AUTH_API_KEY || scheme->bit == YG_AUTH_COOKIE;

	yg_json_open_object(json);
	if (key || (scheme->bit == YG_AUTH_OTHER && !scheme->dpop)) {
		yg_json_pair_str(json, "type", "apiKey");
		yg_json_pair_str(json, "in", key ? yg_schema_part_name(scheme->part) : "header");
		yg_json_pair_slice(json, "name", key ? scheme->name : YG_SLICE("Authorization"));
	} else if (scheme->bit == YG_AUTH_CERTIFICATE) {
		yg_json_pair_str(json, "type", "mutualTLS");
	} else {
		yg_json_pair_str(json, "type", "http");
		yg_json_pair_str(json, "scheme",
				 scheme->dpop			? "dpop"
				 : scheme->bit == YG_AUTH_BASIC ? "basic"
								: "bearer");
		if (scheme->bit == YG_AUTH_JWT)
			yg_json_pair_str(json, "bearerFormat", "JWT");
	}
	yg_json_close_object(json);
}

void yg_openapi_put_schemes(struct yg_openapi *openapi)
{
	const struct item *discovery = openapi->discovery;
	struct yg_json *json = openapi->json;
	char url[YG_SERVICE_CAP + YG_TEMPLATE_CAP + 16];

	yg_json_key(json, "securitySchemes");
	yg_json_open_object(json);
	for (size_t i = 0; i < openapi->scheme_count; i++) {
		yg_json_key_slice(json, yg_slice_from_str(openapi->schemes[i].key));
		put_scheme(json, &openapi->schemes[i]);
	}
	if (discovery) {
		(void)snprintf(url, sizeof(url), "%s://%s%.*s",
			       discovery->endpoint->tls_requests ? "https" : "http",
			       discovery->endpoint->service, (int)discovery->path_len,
			       discovery->endpoint->template_);
		yg_json_key(json, "openIdConnect");
		yg_json_open_object(json);
		yg_json_pair_str(json, "type", "openIdConnect");
		yg_json_pair_str(json, "openIdConnectUrl", url);
		yg_json_close_object(json);
	}
	yg_json_close_object(json);
}
