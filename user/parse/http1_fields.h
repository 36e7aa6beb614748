/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of a head that decide where its message ends and whether its connection goes on. For
 * http1.c, which finds field lines; what their values make of the body is http1_body.c.
 */
#pragma once

#include <stdbool.h>

#include "parse/http1.h"

/* The head is refused for @anomaly. */
static inline enum yg_parse yg_http1_bad(struct yg_http1 *http, uint32_t anomaly)
{
	http->anomalies |= anomaly;
	return YG_PARSE_BAD;
}

#define YG_SPECIAL_LEN_MAX 17u /* bytes of the longest name: transfer-encoding */

/* Their names by length, in lower case; each length once. */
extern const struct yg_slice yg_http1_special_names[YG_SPECIAL_LEN_MAX + 1];

/* Is @name, in any case, one of them? */
static inline bool yg_http1_is_special(struct yg_slice name)
{
	return name.len <= YG_SPECIAL_LEN_MAX && yg_http1_special_names[name.len].ptr &&
	       (name.ptr[0] | 0x20) == yg_http1_special_names[name.len].ptr[0] &&
	       yg_slice_equal_nocase(name, yg_http1_special_names[name.len]);
}

/**
 * yg_http1_special() - take the value of one of them.
 * @name: yg_http1_is_special().
 * @value: trimmed; of a folded field each line apart.
 *
 * Source: RFC 9112 sections 6.1, 6.2, 9.3; RFC 9110 sections 7.2, 7.6.1, 7.8, 10.1.1.
 * Return: DONE; BAD: @http->anomalies says why.
 */
enum yg_parse yg_http1_special(struct yg_http1 *http, struct yg_slice name, struct yg_slice value);
