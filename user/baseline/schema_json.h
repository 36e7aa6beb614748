/* SPDX-License-Identifier: GPL-2.0-only */
/* A learned schema as the API and `analyze --json` print it. */
#pragma once

#include "baseline/schema.h"
#include "core/json.h"

/* "type": "integer", or a list of types; "string" for none. */
void yg_schema_put_type(struct yg_json *json, uint32_t types);

/**
 * yg_schema_put() - write the members "parameters" and "response_fields" of an open object.
 * @schema: NULL: the placeholders of @template_ alone.
 *
 *	{"in":"path","name":"id","type":"integer","required":true}
 *	{"in":"body","name":"$.tags[*]","type":"string","required":false,"enum":["a","b"]}
 *	{"in":"response","status":"2xx","name":"$.id","type":"string","format":"uuid",...}
 */
void yg_schema_put(struct yg_json *json, const struct yg_schema *schema, const char *template_);
