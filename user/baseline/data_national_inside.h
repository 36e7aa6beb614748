/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tables of national identifiers share. */
#pragma once

#include <string.h>

#include "baseline/checksum.h"
#include "baseline/data_class.h"

/* One form. A check gets text that has the shape. */
struct yg_data_form {
	const char *shape; /* '9' a digit, 'A' a letter, '*' either; others as they are */
	bool (*check)(const char *text); /* NULL: the shape is all */
	uint8_t class_, proof;
	uint8_t len; /* of shape */
};

#define YG_DATA_FORM(class_, proof, shape, check)                                        \
	{                                                                                \
		shape, check, YG_DATA_##class_, YG_DATA_PROOF_##proof, sizeof(shape) - 1 \
	}

/* Those of Europe. */
const struct yg_data_form *yg_data_forms_europe(uint32_t *ret_count);

/* Value of one digit. */
static inline uint32_t yg_data_digit(char c)
{
	return (uint32_t)(c - '0');
}

/* @len digits as a number below 100,000. */
static inline uint32_t yg_data_number(const char *p, size_t len)
{
	return yg_checksum_modulo(p, len, 100000);
}

/* A day that a month may have; some countries add to the month, so it comes as a number. */
static inline bool yg_data_is_day_of(uint32_t month, uint32_t day)
{
	static const uint8_t days[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* "MMDD" */
static inline bool yg_data_is_day(const char *p)
{
	return yg_data_is_day_of(yg_data_number(p, 2), yg_data_number(p + 2, 2));
}

/* "DDMM" */
static inline bool yg_data_is_day_first(const char *p)
{
	return yg_data_is_day_of(yg_data_number(p + 2, 2), yg_data_number(p, 2));
}

/* The last of @len digits is eleven less the weighted sum; ten and eleven read as @ten, 0. */
static inline bool yg_data_ends_with_11(const char *p, size_t len, const char *weights,
					uint32_t ten)
{
	uint32_t check = 11 - yg_checksum_weighted(p, weights) % 11;

	check = check == 11 ? 0 : check == 10 ? ten : check;
	return check == yg_data_digit(p[len - 1]);
}
