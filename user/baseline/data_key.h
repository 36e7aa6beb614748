/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What names say: the classes of data that the name of a field, or the words beside a value, make
 * likely. English and Japanese, Japanese in Latin letters; the languages of Europe, with the marks
 * of their letters or without; some Chinese and Korean.
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

/* What a name says besides classes, as bits of its set that are no class. */
enum {
	YG_DATA_SAID_FORM = 127,  /* its class may have any form, no check digit is asked for */
	YG_DATA_SAID_OTHER = 126, /* a number or code that is nobody's: of an order, a version */
};

_Static_assert(YG_DATA_ALL_MAX <= YG_DATA_SAID_OTHER, "classes and what else a name says");

/* How a word is looked for. */
enum yg_data_word_kind {
	YG_DATA_WORD_IN,    /* in names and in text */
	YG_DATA_WORD_WHOLE, /* only as the whole name of a field, never in text */
	YG_DATA_WORD_FORM,  /* as IN, and the name is enough: YG_DATA_SAID_FORM */
	YG_DATA_WORD_MAX
};

/* One word of the tables. */
struct yg_data_word {
	const char *text; /* lower case, no marks; a space stands for nothing or one separator */
	uint8_t class_;	  /* enum yg_data_class, or YG_DATA_SAID_OTHER */
	uint8_t kind;	  /* enum yg_data_word_kind */
};

/* Words of English and Japanese; and of other languages. */
const struct yg_data_word *yg_data_words(uint32_t *ret_count);
const struct yg_data_word *yg_data_words_world(uint32_t *ret_count);

#define YG_DATA_WORDS_MAX 1024u /* of both tables; more do not fit: a test says so */

/* The words of both tables by their first letters, which most names have none of. */
struct yg_data_lexicon {
	uint16_t from[28]; /* rows of letter i: [from[i], from[i + 1]); 26: of other scripts */
	struct yg_data_word rows[YG_DATA_WORDS_MAX];
};

/* Sort them in. */
void yg_data_lexicon_init(struct yg_data_lexicon *ret);

/**
 * yg_data_key_classes() - what a name says.
 * @parent: of the object it stands in; counts where @name says little ("number"); may be absent.
 * @name: as sent; may be absent.
 *
 * Linear in the words that begin with a letter that a word of the name begins with; callers cache
 * by name.
 */
struct yg_data_set yg_data_key_classes(const struct yg_data_lexicon *lexicon,
				       struct yg_slice parent, struct yg_slice name);

/* What the words of a text say: of the few dozen bytes beside a value. */
struct yg_data_set yg_data_text_classes(const struct yg_data_lexicon *lexicon,
					struct yg_slice text);
