/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of struct yg_openapi, shared by openapi.c (the document), openapi_shape.c (schemas) and
 * openapi_auth.c (credentials).
 */
#pragma once

#include "baseline/openapi.h"
#include "core/json.h"

#define SHAPES_MAX  65536u /* shapes that are told apart; a power of two */
#define NAME_CAP    64u	   /* bytes of a component's name */
#define SCHEMES_MAX 64u	   /* security schemes; operations do not name what finds no room */

struct item {
	const struct yg_endpoint *endpoint;
	const struct yg_schema *schema;
	size_t path_len; /* of the template, without its operation */
};

struct shape {
	uint64_t hash; /* 0 free */
	uint32_t count;
	uint32_t component; /* from 1; 0 none yet */
};

struct component {
	char name[NAME_CAP];
	const struct yg_schema *schema;
	uint32_t node;
};

/* One security scheme. */
struct scheme {
	char key[NAME_CAP]; /* in "components" */
	uint32_t bit;	    /* enum yg_auth */
	enum yg_schema_part part;
	struct yg_slice name; /* of the parameter, borrowed */
	bool dpop;
};

struct yg_openapi {
	struct item *items;
	size_t count, cap;
	struct shape *shapes; /* [SHAPES_MAX] */
	uint32_t shape_count;
	struct component *components;
	size_t component_count, component_cap;
	struct scheme schemes[SCHEMES_MAX];
	size_t scheme_count;
	const struct item *discovery; /* of the service that JWTs were sent to; NULL: none */
	uint64_t *ids;		      /* [count]: hashes of operationIds */
	struct yg_json *json, *scratch;
	uint32_t left_out;
	bool several; /* services */
};

/* @array with room for one more than @count. Return: 0; -ENOMEM. */
int yg_openapi_reserve(void **array, size_t count, size_t *cap, size_t size);

/* Learn which shapes are there twice. */
void yg_openapi_count_shapes(struct yg_openapi *openapi);

/* Keywords of one field: type, format, enum, limits. */
void yg_openapi_put_keywords(struct yg_json *json, const struct yg_schema_field *field);

/* A reference instead of the schema, if its shape is there twice. @name: what to call it. */
bool yg_openapi_refer(struct yg_openapi *openapi, struct yg_json *json,
		      const struct yg_schema *schema, uint32_t node, struct yg_slice name);

/* The schema itself; in it, what is there twice by reference. */
void yg_openapi_put_schema(struct yg_openapi *openapi, const struct yg_schema *schema,
			   uint32_t node);

/* Learn which security schemes there are. */
void yg_openapi_find_schemes(struct yg_openapi *openapi);

/* Is the parameter told as a security scheme? */
bool yg_openapi_is_credential(const struct item *item, enum yg_schema_part part,
			      struct yg_slice name);

/* "security" of an operation, "securitySchemes" of the document. */
void yg_openapi_put_security(struct yg_openapi *openapi, const struct item *item);
void yg_openapi_put_schemes(struct yg_openapi *openapi);
