/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys and tokens that are told by how they begin: each issuer has its own prefix. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* Who hands them out; in the order of the data classes (baseline/data_class.h). */
enum yg_secret_issuer {
	YG_SECRET_AWS,
	YG_SECRET_GITHUB,
	YG_SECRET_GITLAB,
	YG_SECRET_SLACK,
	YG_SECRET_GOOGLE,
	YG_SECRET_STRIPE,
	YG_SECRET_NPM,
	YG_SECRET_OPENAI,
	YG_SECRET_SENDGRID,
	YG_SECRET_ISSUER_MAX
};

struct yg_secret {
	const char *prefix; /* literal */
	enum yg_secret_issuer issuer;
	uint8_t shortest, longest; /* characters after the prefix */
	char kind;		   /* 'A' upper and digits, 'w' letters, digits, '_' and '-' */
};

#define YG_SECRET_MIN 20u /* bytes of the shortest one with its prefix */

/* All of them. Source: the issuers' own documents on the form of their keys. */
const struct yg_secret *yg_secrets(uint32_t *ret_count);

/* The secret whose prefix stands at @at of @text; absent if its rest does not fit. */
struct yg_slice yg_secret_at(const struct yg_secret *secret, struct yg_slice text, size_t at);

/* Does @text begin with one of them? O(prefixes), for texts of YG_SECRET_MIN bytes or more. */
bool yg_secret_begins(struct yg_slice text);
