/* SPDX-License-Identifier: GPL-2.0-only */
/* Digests that OAuth puts into tokens and requests, as the base64url text that stands there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/slice.h"

#define YG_DIGEST_TEXT_CAP 44u /* 32 bytes in base64url without padding, and NUL */

/**
 * yg_jwk_thumbprint() - SHA-256 over the required members of a key.
 * @jwk: the object.
 * @ret: [YG_DIGEST_TEXT_CAP]; untouched on failure.
 *
 * Source: RFC 7638. Return: false if it is no public key of type RSA, EC or OKP, or too long.
 */
bool yg_jwk_thumbprint(struct yg_slice jwk, char *ret);

/* First @bytes (1..32) of the SHA-256 of @text. @ret: [YG_DIGEST_TEXT_CAP] */
void yg_sha256_text(struct yg_slice text, size_t bytes, char *ret);

/* base64url without padding. @ret: [len * 4 / 3 + 2] */
void yg_base64url_text(const void *data, size_t len, char *ret);
