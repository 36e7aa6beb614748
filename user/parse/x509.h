/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a server's certificate says that an operator asks for: key, validity, names, who signed.
 *
 *	Certificate ::= SEQUENCE { tbs, algorithm, signature }
 *	tbs ::= SEQUENCE { [0] version, serial, algorithm, issuer, validity, subject, key, ... }
 *
 * Nothing is verified: that takes a trust store, and the server's client has done it. DER only,
 * definite lengths, no allocation; a certificate that is cut or odd is refused as a whole.
 *
 * Source: RFC 5280 section 4.1, RFC 3279, RFC 5480, RFC 8410.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/http1.h"

#define YG_X509_HASH_LEN 32u /* bytes of SHA-256 */

enum yg_x509_key {
	YG_X509_KEY_OTHER,
	YG_X509_KEY_RSA,
	YG_X509_KEY_EC,
	YG_X509_KEY_ED25519,
	YG_X509_KEY_ED448,
	YG_X509_KEY_MAX
};

/* Hash function of the signature; of Ed25519 and Ed448: NONE. */
enum yg_x509_digest {
	YG_X509_DIGEST_OTHER,
	YG_X509_DIGEST_NONE,
	YG_X509_DIGEST_MD5,
	YG_X509_DIGEST_SHA1,
	YG_X509_DIGEST_SHA2, /* 256, 384 or 512 */
	YG_X509_DIGEST_PSS,  /* by its parameters, which are not read */
	YG_X509_DIGEST_MAX
};

/* Slices borrow from the certificate. */
struct yg_x509 {
	uint8_t hash[YG_X509_HASH_LEN];	   /* SHA-256 of the whole */
	int64_t not_before_s, not_after_s; /* seconds since 1970 */
	struct yg_slice issuer;		   /* common name, else organisation; absent without both */
	struct yg_slice subject;	   /* likewise */
	uint8_t key;			   /* enum yg_x509_key */
	uint8_t digest;			   /* enum yg_x509_digest */
	uint16_t key_bits;		   /* RSA: of the modulus; EC: of the curve; 0: not known */
	bool is_self_signed;		   /* issuer and subject are the same name */
};

const char *yg_x509_key_name(enum yg_x509_key key);	     /* "rsa"; literal */
const char *yg_x509_digest_name(enum yg_x509_digest digest); /* "sha1"; literal */

/**
 * yg_x509_read() - read one certificate.
 * @data: DER, [@len]; what follows the certificate is left alone.
 *
 * O(@len). Return: DONE; BAD, with @ret untouched.
 */
enum yg_parse yg_x509_read(const uint8_t *data, size_t len, struct yg_x509 *ret);
