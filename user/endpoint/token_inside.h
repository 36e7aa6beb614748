/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of tokens: letters, and the shapes that are in files of their own. */
#pragma once

#include "endpoint/token.h"

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 1 lower case, 2 upper case, 3 digit, 0 anything else. */
static inline int class_of(char c)
{
	return c >= 'a' && c <= 'z' ? 1 : c >= 'A' && c <= 'Z' ? 2 : is_digit(c) ? 3 : 0;
}

/* token_product.c: a region or zone of a cloud, a size of a product. */
bool yg_token_is_region(struct yg_slice s);
bool yg_token_is_coded(struct yg_slice s);

/* What the bytes are made of; one pass. */
struct census {
	size_t lower, upper, digit, high; /* high: bytes above 127 */
	size_t hyphen, underscore, dot, other, space, colon, at, comma;
	size_t hex;	      /* 0-9 a-f A-F */
	size_t turns;	      /* changes between letter and digit */
	size_t humps;	      /* changes from lower to upper case */
	size_t shifts;	      /* changes between lower case, upper case and digit */
	size_t uppers_in_row; /* longest */
	size_t vowels;
	size_t consonant_row; /* longest */
	size_t strange;	      /* letters beside each other that no word has so */
};

/* One look at each byte. */
struct census yg_token_census(struct yg_slice s);

/* Is it of this shape? '9' any digit, 'x' any hex digit, 'a' any letter. */
bool yg_token_matches(struct yg_slice s, const char *shape);

/* token_random.c: values that a machine made up. */
bool yg_token_is_prefixed(struct yg_slice s, const struct census *n);
bool yg_token_is_counted(struct yg_slice s, const struct census *n);
bool yg_token_is_opaque(struct yg_slice s, const struct census *n);
bool yg_token_is_random(const struct census *n, size_t len);
bool yg_token_is_shuffled(struct yg_slice s, const struct census *n);
bool yg_token_is_gibberish(const struct census *n);

/* token_secret.c: a key by how it begins, or a password by its marks. */
bool yg_token_is_secret(struct yg_slice s, const struct census *n);
