/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parameters of a field value: what follows the first semicolon of Content-Type and its kin.
 *
 *	multipart/form-data; boundary="a b"; charset=utf-8
 *	                     name     value  name    value
 *
 * Source: RFC 9110 section 5.6.6. Deviations, as in what people send: white space around "=", and
 * a quoted string that does not end runs to the end.
 */
#pragma once

#include <stdbool.h>

#include "core/slice.h"

/* What stands before the parameters, trimmed: "multipart/form-data". @value may be absent. */
struct yg_slice yg_parameter_subject(struct yg_slice value);

/**
 * yg_parameter_next() - take the next parameter off a field value.
 * @value: the value as sent at first; advanced, absent at the end.
 * @ret_name: as sent; compare without case.
 * @ret_value: between the quotes if it has some, then with its escapes; absent without '='.
 *
 * Empty parameters (";;") are passed over. O(bytes of the parameter).
 * Return: false when nothing is left.
 */
bool yg_parameter_next(struct yg_slice *value, struct yg_slice *ret_name,
		       struct yg_slice *ret_value);

/* The first parameter called @name (case ignored); absent if there is none. O(@value). */
struct yg_slice yg_parameter_find(struct yg_slice value, const char *name);
