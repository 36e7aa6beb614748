/* SPDX-License-Identifier: GPL-2.0-only */
/* The configured names of credentials, in the form that stage 3 looks them up. */
#pragma once

#include "core/macros.h"
#include "daemon/options.h"
#include "parse/credential.h"

struct yg_names {
	struct yg_credential_names names; /* points into rows */
	struct yg_slice *rows;		  /* owned; their texts are the options' */
};

/**
 * yg_names_from_options() - the lists api-key-header, api-key-query and session-cookie.
 * @options: outlives @ret.
 * @ret: free with yg_names_clean(); untouched on failure.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_names_from_options(const struct yg_options *options, struct yg_names *ret);
void yg_names_clean(struct yg_names *names); /* accepts one that is all zero */
