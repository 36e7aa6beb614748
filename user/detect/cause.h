/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Causes of findings, and reasons of labels and of risk, in Japanese.
 *
 * A check writes its cause in English, by one format of its own ("One code was exchanged %u
 * times"). Here stands the same sentence in Japanese for each of these formats; what stood in its
 * holes is carried over. So a cause is stored once, and one that was stored by an older version is
 * read in Japanese too. tools/check_causes refuses a format that has no row here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * yg_cause_japanese() - the cause of a finding in Japanese.
 * @cause: as the check wrote it.
 * @ret: [cap] bytes, cap > 0; "" when it is of no format that is known, or does not fit.
 *
 * Work is bounded by the number of formats times the length of @cause.
 *
 * Return: is there one?
 */
bool yg_cause_japanese(const char *cause, char *ret, size_t cap);

/* The same of a reason of a label or of risk. */
bool yg_reason_japanese(const char *reason, char *ret, size_t cap);

struct yg_cause_row {
	const char *english;  /* a hole is "{}" */
	const char *japanese; /* the holes by number: "{1}" */
};

/* Every format, in the order they are tried; [*ret_count]. */
const struct yg_cause_row *yg_cause_rows(size_t *ret_count);
const struct yg_cause_row *yg_reason_rows(size_t *ret_count);

/* yg_cause_japanese() by @rows, [count]. */
bool yg_cause_translate(const struct yg_cause_row *rows, size_t count, const char *text, char *ret,
			size_t cap);
