/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a request says about its caller, as slices: no hashing, no judgement, no allocation.
 *
 * The slices are secrets: hash them with a key, never log or store them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/exchange.h"
#include "parse/values.h"

/* Ordered by how well it names a caller; the first one found is yg_credentials.best. */
enum yg_credential_kind {
	YG_CREDENTIAL_NONE,
	YG_CREDENTIAL_JWT,	   /* subject of a JSON Web Token */
	YG_CREDENTIAL_BEARER,	   /* opaque token, or a JWT without subject */
	YG_CREDENTIAL_API_KEY,	   /* header or query parameter */
	YG_CREDENTIAL_BASIC,	   /* user name of Basic */
	YG_CREDENTIAL_OTHER,	   /* another Authorization scheme: the whole value */
	YG_CREDENTIAL_SESSION,	   /* session cookie */
	YG_CREDENTIAL_CERTIFICATE, /* fingerprint, by a trusted proxy; see certificate.h */
	YG_CREDENTIAL_MAX
};

#define YG_CLAIM_CAP	 256  /* bytes of one claim or user name, decoded; longer: absent */
#define YG_JWT_BYTES_MAX 8192 /* bytes of token looked at; longer is an opaque bearer */
#define YG_COOKIE_NAMES	 32   /* cookies looked at per request */

/* Claims of a JWT payload. Not verified: the signature is the server's business. */
struct yg_jwt {
	bool present;		   /* three base64url parts, header and payload are JSON objects */
	bool unsecured;		   /* "alg" is "none" in any spelling, or the signature is empty */
	struct yg_slice subject;   /* "sub" */
	struct yg_slice client_id; /* "client_id", else "azp" */
	struct yg_slice issuer;	   /* "iss" */
	int64_t expires_s;	   /* "exp", seconds since the epoch; 0 absent or not a number */
};

/* Everything found. Slices borrow from the request, or from text[] of this struct. */
struct yg_credentials {
	enum yg_credential_kind best;
	struct yg_slice value;	/* what names the caller for best: subject, token, key, user */
	struct yg_slice scheme; /* Authorization: as sent; absent without the field */
	struct yg_slice token;	/* Authorization: what follows the scheme */
	struct yg_slice user;	/* Basic: decoded, before ':' */
	struct yg_slice api_key;
	struct yg_slice session; /* value of the session cookie */
	struct yg_slice session_name;
	struct yg_slice certificate; /* fingerprint; see yg_credentials_add_certificate() */
	bool in_query;		     /* a credential was sent in the URL */
	struct yg_jwt jwt;
	char text[4][YG_CLAIM_CAP]; /* decoded: subject, client id, issuer, user */
};

/* Names to look for besides the usual ones. Borrowed. */
struct yg_credential_names {
	const struct yg_slice *headers; /* [header_count] in any case: "x-acme-key" */
	size_t header_count;
	const struct yg_slice *queries; /* [query_count]: "acme_key" */
	size_t query_count;
	const struct yg_slice *cookies; /* [cookie_count]: "acme_sid" */
	size_t cookie_count;
};

/**
 * yg_credentials_from_request() - look through the fields, the query and the cookies.
 * @names: may be NULL.
 * @ret: overwritten. Do not copy it: slices point into it.
 *
 * O(bytes of the head). Source: RFC 6750, RFC 7617, RFC 7519 section 4.1, RFC 9068, RFC 6265.
 */
void yg_credentials_from_request(const struct yg_message *request,
				 const struct yg_credential_names *names,
				 struct yg_credentials *ret);

/* Is it the usual name of an API key (header, query) or of a session (cookie)? */
bool yg_credential_is_name(enum yg_value_in in, struct yg_slice name);

/* What a trusted proxy says of the client's certificate: names the caller if nothing else does. */
void yg_credentials_add_certificate(struct yg_credentials *credentials,
				    struct yg_slice fingerprint);

/* "bearer", "jwt", "api-key", "basic", "authorization", "session", "certificate", "none". */
const char *yg_credential_kind_name(enum yg_credential_kind kind);
