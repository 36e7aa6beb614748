/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON Web Signatures and Tokens in compact form, taken apart and decoded; nothing is verified
 * here.
 *
 *	JWS	base64url(header) "." base64url(payload) "." base64url(signature)
 *	JWE	base64url(header) "." key "." iv "." ciphertext "." tag		header only
 *
 * Claims and header parameters that name or bind something are views into the decoded text; escapes
 * in them are as sent. Everything here is hostile and secret: hash it, never store it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"

#define YG_JOSE_BYTES_MAX 8192u	    /* bytes of a token looked at; longer is none */
#define YG_JOSE_ABSENT	  INT64_MIN /* a time that is not there, or no number */

/* Texts of the header. */
#define YG_JOSE_HEADER(X) X(alg, "alg") X(kid, "kid") X(typ, "typ") X(enc, "enc")

/* Texts of the payload: registered claims, those of OpenID, of DPoP, and of request objects. */
#define YG_JOSE_CLAIMS(X)                   \
	X(iss, "iss")                       \
	X(sub, "sub")                       \
	X(client_id, "client_id")           \
	X(jti, "jti")                       \
	X(nonce, "nonce")                   \
	X(scope, "scope")                   \
	X(state, "state")                   \
	X(s_hash, "s_hash")                 \
	X(c_hash, "c_hash")                 \
	X(at_hash, "at_hash")               \
	X(ath, "ath")                       \
	X(htm, "htm")                       \
	X(htu, "htu")                       \
	X(code, "code")                     \
	X(response_type, "response_type")   \
	X(response_mode, "response_mode")   \
	X(redirect_uri, "redirect_uri")     \
	X(code_challenge, "code_challenge") \
	X(code_challenge_method, "code_challenge_method")

/* Personal claims: their presence, not their value. */
#define YG_JOSE_PERSONAL(X) \
	X("email")          \
	X("phone_number")   \
	X("name") X("given_name") X("family_name") X("address") X("birthdate") X("national_id")

struct yg_jose {
	bool encrypted;		   /* JWE: no claims */
	bool embedded;		   /* header brings a key, or says where to fetch one */
	bool personal;		   /* payload holds personal claims */
	bool aud_list;		   /* "aud" is an array */
	struct yg_slice signed_;   /* header and payload as signed */
	struct yg_slice signature; /* base64url; "" for none */
	struct yg_slice jwk;	   /* header "jwk": the object */
	struct yg_slice aud;	   /* the string, or the array with its brackets */
	struct yg_slice jkt, x5t;  /* of "cnf" */
	int64_t exp, nbf, iat;	   /* seconds since the epoch; YG_JOSE_ABSENT */
#define YG_JOSE_MEMBER(name, text) struct yg_slice name;
	YG_JOSE_HEADER(YG_JOSE_MEMBER)
	YG_JOSE_CLAIMS(YG_JOSE_MEMBER)
#undef YG_JOSE_MEMBER
	char text[YG_JOSE_BYTES_MAX]; /* decoded header and payload */
};

/**
 * yg_jose_from_token() - take a token apart.
 * @token: without scheme.
 * @ret: overwritten. Do not copy it: slices point into it. Undefined on failure.
 *
 * O(bytes of the token). Source: RFC 7515 section 7.1, RFC 7516 section 7.1, RFC 7519, RFC 7800.
 * Return: false if it is neither JWS nor JWE in compact form with a JSON header and, for JWS, a
 * JSON
 * payload.
 */
bool yg_jose_from_token(struct yg_slice token, struct yg_jose *ret);

/* Could it be one? Cheap: "eyJ", and two or four dots among characters of base64url. */
bool yg_jose_is_like(struct yg_slice token);

/* Does "aud" name @audience? Compares the text, in a list each element. */
bool yg_jose_has_audience(const struct yg_jose *jose, struct yg_slice audience);
