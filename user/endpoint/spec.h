/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * OpenAPI in: the operations of a document of version 3.0, 3.1 or 2.0, asked one at a time.
 *
 * Schemas are read where they are asked for: "$ref" within the document, allOf, oneOf and anyOf
 * are followed, with a bound on how many schemas one question may touch, so that cycles end.
 * References to other files are not followed: what they describe counts as documented.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "endpoint/fit.h"
#include "endpoint/spec_tree.h"

#define YG_SPEC_OPERATIONS_MAX 65536u
#define YG_SPEC_SERVERS_MAX    32u
#define YG_SPEC_TYPES_ANY      0xffu

struct yg_spec;

/* One operation. Texts are borrowed from the document. */
struct yg_spec_operation {
	char method[16];      /* upper case */
	struct yg_slice path; /* template, without the server's path */
	uint32_t item, node;  /* inside */
	bool deprecated;
	bool secured;	     /* at least one scheme, and none of the alternatives is empty */
	struct yg_fit *fits; /* [fit_count] of the placeholders of path, in order */
	uint32_t fit_count;
};

/**
 * yg_spec_read() - read a document.
 * @ret_error: [YG_SPEC_ERROR_CAP]; on -EINVAL what is wrong; else "".
 * Return: 0; -EINVAL if it is none, or beyond a bound; -ENOMEM.
 */
YG_MUST_CHECK int yg_spec_read(struct yg_slice text, char *ret_error, struct yg_spec **ret);
void yg_spec_free(struct yg_spec **spec); /* accepts NULL inside */

/* Operations of the document. */
uint32_t yg_spec_count(const struct yg_spec *spec);

/* One of them, borrowed; @index below yg_spec_count(). */
const struct yg_spec_operation *yg_spec_operation(const struct yg_spec *spec, uint32_t index);

/* Is @service (host, perhaps with port) one of its servers? True if it names no host at all. */
bool yg_spec_serves(const struct yg_spec *spec, struct yg_slice service);

/* Does it name a host at all? */
bool yg_spec_names_host(const struct yg_spec *spec);

/* @host: lower case, without the port that is usual; absent: any. @operation: one of its path. */
typedef void (*yg_spec_template_fn)(void *ctx, struct yg_slice host, struct yg_slice template_,
				    const struct yg_spec_operation *operation);

/* Every operation below every server, those that do not fit YG_SPEC_TEMPLATE_CAP left out. */
#define YG_SPEC_TEMPLATE_CAP 512u
void yg_spec_each_template(const struct yg_spec *spec, yg_spec_template_fn fn, void *ctx);

/**
 * yg_spec_match() - the operation that a learned template stands for.
 * @template_: "/v4/users/{id}"; what stands behind a space is left out.
 * @ret_path: a path of the document matches, whatever its methods.
 *
 * Literals of the document win over its parameters. Return: index; -ENOENT.
 */
int yg_spec_match(const struct yg_spec *spec, struct yg_slice method, struct yg_slice template_,
		  bool *ret_path);

/* Does it describe the status: by number, by class ("4XX") or by "default"? */
bool yg_spec_has_status(const struct yg_spec *spec, uint32_t operation, uint16_t status);

/**
 * yg_spec_parameter() - types of a parameter.
 * @in: "query", "header", "cookie".
 * Return: bits by name of type: see yg_spec_type_bit(); 0: it is not described.
 */
uint32_t yg_spec_parameter(const struct yg_spec *spec, uint32_t operation, const char *in,
			   struct yg_slice name);

/* Does a security scheme name this parameter as its key? @in: "query", "header", "cookie". */
bool yg_spec_has_key(const struct yg_spec *spec, const char *in, struct yg_slice name);

/**
 * yg_spec_field() - types of a field of a body.
 * @status: 0: of the request.
 * @path: "$.user.ids[*]".
 * Return: as above; YG_SPEC_TYPES_ANY where the document leaves it open.
 */
uint32_t yg_spec_field(const struct yg_spec *spec, uint32_t operation, uint16_t status,
		       const char *path);

/* Bit of "object", "array", "string", "integer", "number", "boolean", "null", in this order. */
uint32_t yg_spec_type_bit(struct yg_slice name);
