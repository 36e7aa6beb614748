/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * OpenAPI 3.1 out: what was learned of endpoints, as a document.
 *
 *	yg_openapi_new() -> yg_openapi_add() for each endpoint -> yg_openapi_write()
 *
 * Objects of the same shape in two places become a component. Endpoints of one path that differ
 * only in the operation that their body names are one operation of the document. Where services
 * differ, each path names its server; a path that two services have is the first one's, and the
 * other is counted.
 *
 * Source: OpenAPI Specification 3.1.1.
 */
#pragma once

#include <stdio.h>

#include "baseline/schema.h"
#include "core/macros.h"
#include "endpoint/inventory.h"

struct yg_openapi;

enum yg_openapi_format { YG_OPENAPI_YAML, YG_OPENAPI_JSON, YG_OPENAPI_FORMAT_MAX };

/* Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_openapi_new(struct yg_openapi **ret);
void yg_openapi_free(struct yg_openapi **openapi); /* accepts NULL inside */

/**
 * yg_openapi_add() - one endpoint, in order of service, template and method.
 * @endpoint, @schema: borrowed until yg_openapi_write() has returned; @schema may be NULL.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_openapi_add(struct yg_openapi *openapi, const struct yg_endpoint *endpoint,
				 const struct yg_schema *schema);

/* Endpoints that could not be told: of a method or a path that a document cannot have twice. */
uint32_t yg_openapi_left_out(const struct yg_openapi *openapi);

/**
 * yg_openapi_key_name() - what the API key of an endpoint is called, as its schema tells.
 * @ret_part: YG_SCHEMA_HEADER or YG_SCHEMA_QUERY.
 *
 * Return: its name, borrowed from @schema; "X-API-Key", in the header, if it was not learned.
 */
struct yg_slice yg_openapi_key_name(const struct yg_schema *schema, enum yg_schema_part *ret_part);

/**
 * yg_openapi_write() - the document.
 * Return: 0; -ENOMEM; -EIO if @out failed.
 */
YG_MUST_CHECK int yg_openapi_write(struct yg_openapi *openapi, enum yg_openapi_format format,
				   FILE *out);
