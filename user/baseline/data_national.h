/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifiers that states give to people and businesses; one row per form. */
#pragma once

#include "baseline/data_form.h"

/* As yg_data_forms(), for the national ones alone. */
void yg_data_national_forms(struct yg_slice text, struct yg_slice sent, yg_data_fit_fn fn,
			    void *ctx);
