/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API keys by the shape of their names and values, where nobody has configured the name.
 *
 *	X-Acme-Api-Key: 7f3c…	the last two words say so, in any spelling: apiKey, api_key, APIKEY
 *	?partnerToken=Zk3…	likewise, if the value looks like a key, too
 *	?key=AIza…		the value has to be one beyond doubt
 *
 * Precision first: what names a request (idempotency, trace, page, CSRF), and what people type, is
 * no credential. A name that is missed here can be configured.
 */
#pragma once

#include <stdbool.h>

#include "core/slice.h"

#define YG_CREDENTIAL_NAME_MAX	48u  /* bytes of a name that is looked at; longer is none */
#define YG_CREDENTIAL_VALUE_MAX 512u /* bytes of a key; longer is none */

/* What a name says. */
enum yg_credential_shape {
	YG_SHAPE_NONE,	 /* nothing */
	YG_SHAPE_BARE,	 /* "key": the value alone can tell; of query parameters */
	YG_SHAPE_LIKELY, /* "partner-token": a key, if the value looks like one */
	YG_SHAPE_KEY,	 /* "acme-api-key": a key, unless the value is none */
	YG_SHAPE_MAX
};

/* Of a header field or a query parameter, in any case. Linear in @name. */
enum yg_credential_shape yg_credential_shape_of(struct yg_slice name);

/* Does the name say that it is of something else, such as a request? "x-idempotency-key" */
bool yg_credential_is_other(struct yg_slice name);

/**
 * yg_credential_is_key() - is @value a key, under a name of this shape?
 *
 * KEY: 8 bytes or more of one word, not all of a kind. LIKELY: 16 or more, letters and digits
 * mixed. BARE: 24 or more, without a byte that paths and sentences hold. Linear in @value.
 */
bool yg_credential_is_key(enum yg_credential_shape shape, struct yg_slice value);
