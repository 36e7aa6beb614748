/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stages 4 to 7 know, as messages of the feed. Each function views its argument: @ret borrows
 * from it, and from @scratch where there is one, until the message is written.
 */
#pragma once

#include "baseline/cell.h"
#include "detect/finding.h"
#include "endpoint/exposure.h"
#include "endpoint/inventory.h"
#include "endpoint/talk.h"
#include "parse/exchange.h"
#include "respond/knowledge.h"
#include "store/feed.h"

/* Texts of @ret are borrowed from the first argument, or literals. */
void yg_feed_from_finding(const struct yg_finding *finding, struct yg_feed_message *ret);
void yg_feed_from_endpoint(const struct yg_endpoint *endpoint, struct yg_feed_message *ret);
/* Add what is said of it to the message of an endpoint; it outlives the message. */
void yg_feed_add_assessment(const struct yg_assessment *assessment, struct yg_feed_message *ret);
/* Add where it is, likewise. @texts: holds addresses of servers until the message is written. */
void yg_feed_add_exposure(const struct yg_exposure *exposure,
			  char texts[YG_EXPOSURE_SERVERS][YG_ADDRESS_TEXT_CAP],
			  struct yg_feed_message *ret);
void yg_feed_from_caller(const struct yg_caller_info *caller, struct yg_feed_message *ret);

/**
 * yg_feed_from_cell() - one minute of an endpoint.
 * @scratch: [YG_CELL_PACKED_MAX] holds the packed cell.
 *
 * Return: 0; -ENOSPC the cell does not fit (a bug of its limits).
 */
YG_MUST_CHECK int yg_feed_from_cell(uint64_t endpoint, const struct yg_cell *cell, uint8_t *scratch,
				    struct yg_feed_message *ret);

#define YG_FEED_TARGET_CAP 512u /* bytes of a masked target */

/**
 * yg_feed_from_exchange() - a sample, masked: the path as its template, the query by its names.
 * @seen: what stages 4 to 7 said of it.
 * @scratch: [YG_FEED_TARGET_CAP] holds the target: "/v1/users/{id}?page=*&sort=*".
 */
void yg_feed_from_exchange(const struct yg_subject *subject, const struct yg_observation *seen,
			   char *scratch, struct yg_feed_message *ret);

/**
 * yg_feed_mask_target() - the target of a request without its values.
 * @path: the template; absent: nothing is shown, for a raw path may hold a token.
 * @target: as sent; what follows '?' is read for names.
 * @ret: [cap] bytes, cap > 0; what does not fit is left out at a parameter.
 *
 * A query part without '=' is a value, not a name: it is masked too.
 *
 * Return: bytes written.
 */
size_t yg_feed_mask_target(struct yg_slice path, struct yg_slice target, char *ret, size_t cap);

/* @class_: name of its class. Texts of @ret are borrowed from @field and @class_. */
void yg_feed_from_data(uint64_t endpoint, const struct yg_data_field *field,
		       enum yg_data_level level, const char *class_, struct yg_feed_message *ret);

/* Texts of @ret are literals. */
void yg_feed_from_party(const struct yg_party *party, struct yg_feed_message *ret);
/* Samples of @ret are borrowed from @talk. */
void yg_feed_from_talk(const struct yg_talk *talk, struct yg_feed_message *ret);
/* @place: of its calls. Return: false: there is none. */
bool yg_feed_from_call(const struct yg_talk *talk, uint32_t place, struct yg_feed_message *ret);
/* Texts of @ret are borrowed from @take and @class_. */
void yg_feed_from_take(const struct yg_take *take, const char *class_, struct yg_feed_message *ret);
void yg_feed_from_relation(const struct yg_relation *relation, struct yg_feed_message *ret);
