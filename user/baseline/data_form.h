/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identifiers: which numbers and codes have the form of which class, and pass its check.
 *
 * Form first (length, letters and digits, issuer or country), then the check digit where the
 * class has one. What has the form and fails the check is told too: chance is judged against it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "baseline/data_class.h"
#include "core/slice.h"

#define YG_DATA_FORM_MAX 40u /* characters of an identifier without separators */

/* One class whose form fits. */
struct yg_data_fit {
	uint8_t class_; /* enum yg_data_class */
	uint8_t proof;	/* enum yg_data_proof: of this form, which may differ from the class's */
	bool passed;	/* the check holds, or there is none */
};

typedef void (*yg_data_fit_fn)(void *ctx, const struct yg_data_fit *fit);

/**
 * yg_data_forms() - every class whose form @text has.
 * @text: digits and upper-case letters without separators, at most YG_DATA_FORM_MAX.
 * @sent: the same as sent; how it is separated may decide.
 *
 * O(forms of this length).
 */
void yg_data_forms(struct yg_slice text, struct yg_slice sent, yg_data_fit_fn fn, void *ctx);

/* The same of a shape that is as long as @text. */
static inline bool yg_data_fits_shape(const char *shape, struct yg_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], want = shape[i];
		bool digit = c >= '0' && c <= '9', letter = c >= 'A' && c <= 'Z';

		if (want == '9'	  ? !digit
		    : want == 'A' ? !letter
		    : want == '*' ? !digit && !letter
				  : c != want)
			return false;
	}
	return true;
}

/* Is all of @text of that shape? '9' a digit, 'A' a capital, '*' either; others as they are. */
bool yg_data_has_shape(const char *shape, struct yg_slice text);

/* Issuer, length and Luhn of a card. @ret_shape: 13 to 19 digits that are no time of day. */
bool yg_data_is_pan(struct yg_slice digits, bool *ret_shape);

/* A country of ISO 3166-1, two upper-case letters? */
bool yg_data_is_country(const char *code);

/* Length of an IBAN of this country; 0 if it has none. */
size_t yg_data_iban_len(const char *country);
