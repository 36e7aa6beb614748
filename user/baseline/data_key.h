/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What names say: the classes of data that the name of a field, or the words beside a value, make
 * likely. English, Japanese, and Japanese in Latin letters.
 *
 *	"cardNumber", "card_number", "CARD NO."	-> pan
 *	"card" above "number"			-> pan
 *	"my credit card number is "		-> pan
 *	"口座番号"				-> bank-account
 */
#pragma once

#include <stdint.h>

#include "baseline/data_class.h"
#include "core/slice.h"

/* One word of the table. */
struct yg_data_word {
	const char *text; /* lower case; a space stands for nothing or one separator */
	uint8_t class_;	  /* enum yg_data_class */
	bool whole;	  /* only as the whole name of a field, never in text */
};

/* Every word, for whoever wants to look for all of them at once. */
const struct yg_data_word *yg_data_words(uint32_t *ret_count);

/**
 * yg_data_key_classes() - what a name says.
 * @parent: of the object it stands in; counts where @name says little ("number"); may be absent.
 * @name: as sent; may be absent.
 *
 * O(words * length); callers cache by name.
 */
struct yg_data_set yg_data_key_classes(struct yg_slice parent, struct yg_slice name);

/* What the words of a text say: of the few dozen bytes beside a value. */
struct yg_data_set yg_data_text_classes(struct yg_slice text);
