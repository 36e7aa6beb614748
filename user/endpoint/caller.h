/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who asked: "kind:" and 16 hex digits of a keyed hash. The key is the installation's, so the
 * same caller has the same name after a restart, and nobody without the key can test a guess.
 *
 *	jwt:…		issuer and subject	basic:…		user name
 *	bearer:…	opaque token		authorization:…	another scheme, whole value
 *	api-key:…	key			session:…	session cookie
 *	certificate:…	client certificate, named by a trusted proxy
 *	address:…	client address, when there is no credential
 */
#pragma once

#include <stdint.h>

#include "core/address.h"
#include "core/hash.h"
#include "core/slice.h"
#include "parse/credential.h"

#define YG_CALLER_TEXT_CAP 64 /* "authorization:9f86d081884c7d65" and NUL, with room */

struct yg_caller {
	uint64_t hash; /* 0: unknown */
	uint64_t app;  /* client application: client_id of a token; 0: unknown */
	uint32_t auth; /* enum yg_auth bits */
	bool by_address;
	uint8_t text_len, app_len;
	char text[YG_CALLER_TEXT_CAP];	   /* "" unknown */
	char app_text[YG_CALLER_TEXT_CAP]; /* "app:…"; "" unknown */
};

/**
 * yg_caller_from_credentials() - name the caller of a request.
 * @credentials: of the request; secrets, only hashed.
 * @client: who asked, all zero if unknown; used when there is no credential.
 */
void yg_caller_from_credentials(const struct yg_hash_key *identity_key,
				const struct yg_credentials *credentials,
				const struct yg_address *client, struct yg_caller *ret);
