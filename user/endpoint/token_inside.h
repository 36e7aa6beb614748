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
