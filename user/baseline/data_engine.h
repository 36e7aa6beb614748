/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From text to sights of sensitive data: one pass of a multi-pattern matcher over the text, then
 * exact verifiers on what it found.
 *
 *	text -> normal form -> matcher (words, prefixes, '@', operator's patterns)
 *			    -> numbers and codes -> forms and check digits
 *			    -> addresses of IP, hardware, mail; tokens; keys
 *	name of the field, words beside the value -> context
 *
 * A sight is a value that has the form of a class; whether a field holds the class is judged over
 * many values elsewhere (baseline/data_field.h), because check digits pass by luck.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "baseline/data_class.h"
#include "core/macros.h"
#include "core/slice.h"

#define YG_DATA_TEXT_MAX     65536u /* bytes of one text that are looked at */
#define YG_DATA_SIGHTS_MAX   64u    /* of one text; more are counted in sights_lost */
#define YG_DATA_PATTERN_CAP  256u
#define YG_DATA_KEYWORDS_CAP 256u
#define YG_DATA_REPEAT_MAX   1000u /* "x{1,1000}" */

enum yg_data_direction { YG_DATA_BOTH, YG_DATA_REQUEST, YG_DATA_RESPONSE };

/* A class of the operator. Copied; the memory of its texts is the caller's. */
struct yg_data_user_class {
	char name[YG_DATA_NAME_CAP];	   /* kebab-case, none of the built-in names */
	char pattern[YG_DATA_PATTERN_CAP]; /* of the value; "" any value of a named field */
	char keys[YG_DATA_KEYWORDS_CAP];   /* of the name: pattern; "" any field */
	bool luhn;			   /* digits of the value must pass Luhn */
	enum yg_data_direction direction;
};

struct yg_data_engine_options {
	const struct yg_data_user_class *user; /* [user_count] */
	uint32_t user_count;
	struct yg_data_set off; /* classes that are not looked for */
};

struct yg_data_engine;

/**
 * yg_data_engine_new() - compile what it looks for: a millisecond, and the operator's
 *	patterns.
 * @ret_error: [@error_cap]; what is wrong with which class, on -EINVAL.
 *
 * Context: before the sandbox: the compiler asks the system for memory.
 * Return: 0; -ENOMEM; -EINVAL for a pattern or name of the operator.
 */
YG_MUST_CHECK int yg_data_engine_new(const struct yg_data_engine_options *options, char *ret_error,
				     size_t error_cap, struct yg_data_engine **ret);
void yg_data_engine_free(struct yg_data_engine **engine); /* accepts NULL inside */

#define YG_DATA_CAUSE_CAP 256u /* bytes of a cause, NUL included */

/**
 * yg_data_engine_check() - can this be a class of the operator? Its patterns are compiled.
 *
 * A repeat of more than YG_DATA_REPEAT_MAX is refused before: the compiler would take seconds.
 * @ret_error: "'name': cause"; the caller says what it is the name of.
 * Return: 0; -EINVAL with @ret_error; -ENOMEM.
 */
YG_MUST_CHECK int yg_data_engine_check(const struct yg_data_user_class *user, char *ret_error,
				       size_t cap);

/* Name of a class, built-in or the operator's. */
const char *yg_data_engine_name(const struct yg_data_engine *engine, uint32_t class_);
uint32_t yg_data_engine_classes(const struct yg_data_engine *engine); /* how many there are */
enum yg_data_mask yg_data_engine_mask(const struct yg_data_engine *engine, uint32_t class_);

/* A value and what it looks like. */
struct yg_data_sight {
	uint8_t class_;
	uint8_t proof;	      /* enum yg_data_proof of this form */
	bool passed;	      /* form and check; false: the form alone */
	bool context;	      /* its name or the words beside it say the same */
	struct yg_slice text; /* in normal form; borrowed until the next call */
};

/* One value. */
struct yg_data_leaf {
	struct yg_slice text; /* UTF-8, escapes undone */
	struct yg_slice name; /* of the field; may be absent */
	struct yg_slice parent;
	bool response;
	bool number; /* sent as a number, not as text */
};

/**
 * yg_data_engine_examine() - all that is in one value.
 * @ret: [YG_DATA_SIGHTS_MAX].
 *
 * O(bytes of the value); allocates nothing. Return: sights, in order of place within each kind.
 */
uint32_t yg_data_engine_examine(struct yg_data_engine *engine, const struct yg_data_leaf *leaf,
				struct yg_data_sight *ret);

struct yg_data_engine_counters {
	uint64_t texts, bytes, hits, sights, sights_lost;
};

/* Running totals. */
struct yg_data_engine_counters yg_data_engine_counters(const struct yg_data_engine *engine);
