/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and values of an HTTP archive that some programs write in place of the text they make up:
 * "queryString" beside a URL without a query, "params" beside an empty body of a form.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"
#include "parse/http1.h"

#define YG_HAR_PAIRS_MAX 64u /* pairs of one list; more are left out */

struct yg_har_pairs {
	struct yg_header rows[YG_HAR_PAIRS_MAX]; /* slices of the entry */
	uint32_t count;
};

/* Take one pair in, unless it has no name or there is no room. */
void yg_har_pairs_add(struct yg_har_pairs *pairs, const struct yg_header *pair);

/**
 * yg_har_pairs_write() - "a=b&c=d", as a form or a query writes it.
 * @ret: [cap]; no NUL.
 *
 * What is escaped already stays as it is. O(bytes). Return: bytes; -ENOSPC.
 */
YG_MUST_CHECK ssize_t yg_har_pairs_write(const struct yg_har_pairs *pairs, char *ret, size_t cap);
