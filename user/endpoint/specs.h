/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The documents that describe what a gateway should serve: which one speaks of an exchange, and
 * which of its operations have been seen.
 *
 * A document speaks of the services that its servers name, or of the one it was given for. One
 * that names no host and was given for none speaks of any service where one of its paths, with a
 * literal in it, was seen: the caller keeps that.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "endpoint/spec.h"
#include "endpoint/templates.h"

#define YG_SPECS_MAX 32u /* documents; more are refused */

struct yg_specs;

enum yg_specs_place {
	YG_SPECS_SILENT, /* no document speaks of the service */
	YG_SPECS_SHADOW, /* one does, and has no such path */
	YG_SPECS_METHOD, /* it has the path, by other methods */
	YG_SPECS_FOUND,
	YG_SPECS_PLACE_MAX
};

struct yg_specs_hit {
	enum yg_specs_place place;
	bool named;		    /* the document speaks of this very service */
	const struct yg_spec *spec; /* FOUND: and its operation */
	uint32_t document, operation;
};

/* What was seen of the operations of the documents that speak of one service. */
struct yg_specs_seen {
	uint32_t operations, unseen;
	char examples[128]; /* "GET /a, POST /b": the first ones unseen; "" for none */
};

/* Without any document. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_specs_new(struct yg_specs **ret);
void yg_specs_free(struct yg_specs **specs); /* accepts NULL inside */
uint32_t yg_specs_count(const struct yg_specs *specs);
const struct yg_spec *yg_specs_at(const struct yg_specs *specs, uint32_t index);

/**
 * yg_specs_add() - read one more document.
 * @service: the only one that it speaks of; absent: those that it names. Copied.
 * @text: hostile; borrowed for the call.
 * @ret_error: [YG_SPEC_ERROR_CAP]; on -EINVAL what is wrong; else "".
 *
 * Return: 0; -EINVAL not an OpenAPI document, or beyond a bound; -ENOSPC too many; -ENOMEM.
 */
YG_MUST_CHECK int yg_specs_add(struct yg_specs *specs, struct yg_slice service,
			       struct yg_slice text, char *ret_error);

/**
 * yg_specs_templates() - add every path of every document to @templates, below operators' rules.
 * @ret_left: those that found no room, or are no templates.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_specs_templates(const struct yg_specs *specs, struct yg_templates *templates,
				     uint32_t *ret_left);

/* What the documents say of an endpoint. O(operations): to be asked once, and remembered. */
void yg_specs_find(const struct yg_specs *specs, struct yg_slice service, struct yg_slice method,
		   struct yg_slice template_, struct yg_specs_hit *ret);

/* An operation was used. */
void yg_specs_mark(struct yg_specs *specs, const struct yg_specs_hit *hit);

/* Documents that speak of @service by name. O(operations). */
void yg_specs_seen(const struct yg_specs *specs, struct yg_slice service,
		   struct yg_specs_seen *ret);
