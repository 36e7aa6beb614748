/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one path segment looks like, by its bytes alone: layer 1 of templates.
 *
 * Most specific first. Values from YG_TOKEN_INT on are parameters wherever they stand ("strong");
 * those before it stay literal until layer 2 (endpoint/trie.h) has evidence.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

enum yg_token {
	/* Literal until there is evidence, in order of how much it takes. */
	YG_TOKEN_WORD,	   /* "users", "getItem", "me" */
	YG_TOKEN_VERSION,  /* "v1", "V2.1", "v4beta", "2.0": kept */
	YG_TOKEN_UPPER,	   /* "JPY", "DE", "PENDING" */
	YG_TOKEN_LOCALE,   /* "ja", "ja-JP", "zh-Hant-TW" */
	YG_TOKEN_REGION,   /* of a cloud: "us-east", "ap-northeast-1", "europe-west4-a" */
	YG_TOKEN_SLUG,	   /* three words or more: "old-red-chair" */
	YG_TOKEN_DOTTED,   /* "chat.postMessage", "pain.001-transfers" */
	YG_TOKEN_NUMBERED, /* words with digits at an end: "oauth2", "judge61", "2fa" */
	YG_TOKEN_FILE,	   /* "a.png", "report 3.pdf" */
	YG_TOKEN_TEXT,	   /* holds a space or is not ASCII: "青い 椅子" */
	YG_TOKEN_NAME,	   /* of a person or project: "Jessy_Mohr", "Nasir.Rice5" */
	YG_TOKEN_MIXED,	   /* letters and digits without order: "er8j1m" */
	YG_TOKEN_HOST,	   /* "example.com", "shop.example.co.jp" */
	/* Strong. */
	YG_TOKEN_INT,
	YG_TOKEN_DECIMAL, /* "35.6895", "-12", "35.6,139.7" */
	YG_TOKEN_UUID,
	YG_TOKEN_ULID,
	YG_TOKEN_HEX,  /* eight or more with a digit among them: object ids, digests */
	YG_TOKEN_DATE, /* "2026-11-21", with or without a time */
	YG_TOKEN_EMAIL,
	YG_TOKEN_JWT,
	YG_TOKEN_IP,
	YG_TOKEN_PHONE,	   /* "+81312345678" */
	YG_TOKEN_SEMVER,   /* "1.2.3", "v1.2.3-rc.1" */
	YG_TOKEN_PREFIXED, /* "acct_opmff2YT9kL4RFxrg" */
	YG_TOKEN_OPAQUE,   /* sixteen or more of base64url that no word explains */
	YG_TOKEN_BOOL,	   /* "true", "False" */
	YG_TOKEN_URN,	   /* "arn:aws:s3:::b", "urn:x:y" */
	YG_TOKEN_LONG,	   /* longer than YG_TOKEN_LITERAL_MAX: nothing a router knows by name */
	YG_TOKEN_SECRET,   /* an issuer's key, a password: "AKIA...", what stands behind "reset" */
	YG_TOKEN_MAX
};

#define YG_TOKEN_LITERAL_MAX 64u /* bytes of a segment that may stay literal */

/**
 * yg_token_from_segment() - type of one decoded segment.
 *
 * Pure; linear in its length. "" is a WORD. An extension does not hide the type of what stands
 * before it: "42.json" is INT; @ret_stem_len says where the extension begins.
 *
 * @ret_stem_len: bytes before the extension that the template keeps; the whole length if none.
 */
enum yg_token yg_token_from_segment(struct yg_slice segment, size_t *ret_stem_len);

/* Is the type alone enough to call a segment a parameter? */
static inline bool yg_token_is_strong(enum yg_token token)
{
	return token >= YG_TOKEN_INT;
}

/**
 * yg_token_opens() - does @segment open something, going by the one before it?
 * @before: "reset", "api-key", "accessToken"; absent: none.
 *
 * "/reset/k3v9tq" holds a token, "/token/refresh" and "/password/reset" hold none: what could be
 * a word is one.
 */
bool yg_token_opens(struct yg_slice before, struct yg_slice segment);

/* False: yg_token_from_segment() does not find YG_TOKEN_SECRET. At a fraction of its cost. */
bool yg_token_may_be_secret(struct yg_slice segment);

/* Name of the placeholder for such a value: "id", "date", "email" ... */
const char *yg_token_parameter(enum yg_token token);

/* JSON schema type or format: "integer", "uuid", "string" ... */
const char *yg_token_type(enum yg_token token);
