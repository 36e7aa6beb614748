/* SPDX-License-Identifier: GPL-2.0-only */
/* The operator's own classes of data, and those that are switched off, from the options. */
#pragma once

#include "baseline/data_engine.h"
#include "core/macros.h"
#include "daemon/options.h"

struct yg_classes {
	struct yg_data_engine_options options; /* points into user */
	struct yg_data_user_class user[YG_DATA_USER_MAX];
};

/**
 * yg_classes_from_options() - read data-class and data-class-off.
 * @ret: filled in place and not moved afterwards.
 * @ret_error: [@cap]; which one, and what is wrong with it.
 *
 *	data-class	"NAME [pattern=RE] [keys=RE] [check=luhn] [in=request|response]"
 *
 * Words are separated by spaces; a space within a pattern is \x20. Whether the patterns compile
 * is found out by yg_data_engine_new(). Return: 0; -EINVAL.
 */
YG_MUST_CHECK int yg_classes_from_options(const struct yg_options *options, struct yg_classes *ret,
					  char *ret_error, size_t cap);

/* One value of data-class, or of data-class-off. Return: 0; -EINVAL with @ret_error; -ENOMEM. */
YG_MUST_CHECK int yg_classes_check_class(const char *text, char *ret_error, size_t cap);
YG_MUST_CHECK int yg_classes_check_off(const char *text, char *ret_error, size_t cap);

/* Are they read, and do their patterns compile? Return: 0; -EINVAL with @ret_error; -ENOMEM. */
YG_MUST_CHECK int yg_classes_check(const struct yg_options *options, char *ret_error, size_t cap);
