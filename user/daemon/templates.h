/* SPDX-License-Identifier: GPL-2.0-only */
/* The option template as the set that stage 4 asks. */
#pragma once

#include "core/macros.h"
#include "daemon/options.h"
#include "endpoint/templates.h"

/**
 * yg_templates_from_options() - the list "template": each "[SERVICE ]/path/{name}".
 * @ret: free with yg_templates_free(); untouched on failure.
 * @ret_error: [@cap] which one is refused and why; "" on success.
 *
 * Return: 0; -EINVAL if one is no template; -ENOSPC for too many; -ENOMEM.
 */
YG_MUST_CHECK int yg_templates_from_options(const struct yg_options *options,
					    struct yg_templates **ret, char *ret_error, size_t cap);

/* Is one of the list a template? Return: 0; -EINVAL with @ret_error; -ENOMEM. */
YG_MUST_CHECK int yg_templates_check(const char *text, char *ret_error, size_t cap);
