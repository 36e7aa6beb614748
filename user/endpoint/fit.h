/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a document says a parameter of a path must look like. "/users/{id}" of an integer is not
 * what "/users/me" falls under.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_FIT_TEXT_MAX 4096u /* bytes of words or of a pattern; longer: any value fits */

enum yg_fit_kind {
	YG_FIT_ANY,
	YG_FIT_INTEGER,
	YG_FIT_NUMBER,
	YG_FIT_BOOLEAN,
	YG_FIT_UUID,
	YG_FIT_DATE,	/* with or without a time */
	YG_FIT_WORDS,	/* one of a list */
	YG_FIT_PATTERN, /* a regular expression that occurs in it */
	YG_FIT_MAX
};

struct yg_fit_pattern;

/* All zero: any value. Owns what it points to. */
struct yg_fit {
	enum yg_fit_kind kind;
	char *text; /* [len] WORDS: each with a NUL; PATTERN: its source */
	size_t len;
	struct yg_fit_pattern *pattern;
};

/**
 * yg_fit_init() - a condition on values.
 * @text: of WORDS and PATTERN, as in the struct; copied. Absent otherwise.
 *
 * A pattern that looks ahead, behind or back at itself is not understood.
 * Return: 0; -EINVAL not understood, or too long; -ENOMEM.
 */
YG_MUST_CHECK int yg_fit_init(struct yg_fit *ret, enum yg_fit_kind kind, struct yg_slice text);

/* The same once more; a pattern is shared. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_fit_copy(struct yg_fit *ret, const struct yg_fit *from);
void yg_fit_clean(struct yg_fit *fit); /* accepts all zero */

/*
 * Does @fit take the value? A number, a UUID or a date takes every value that shows that it is
 * one (endpoint/token.h), of whatever form: that the form is another one is for those to say who
 * compare types. Words and patterns are taken as they are written.
 *
 * Linear in its length; no allocation. Copies share a pattern: one thread for all of them.
 */
bool yg_fit_takes(const struct yg_fit *fit, struct yg_slice value);

/* Do both say the same? */
bool yg_fit_equal(const struct yg_fit *a, const struct yg_fit *b);

/**
 * yg_fit_takes_segment() - does a segment fit one of a template?
 * @pattern: "{id}", "{id}.json", "me"; what stands in braces is one byte or more.
 * @fits: [fit_count] of its placeholders in order; those beyond take any value.
 * @segment: of a path; or of a learned template: "{id}" may be a number, "{name}" not.
 *
 * Where several placeholders share a segment, only that they are there is asked.
 */
bool yg_fit_takes_segment(struct yg_slice pattern, const struct yg_fit *fits, size_t fit_count,
			  struct yg_slice segment);
