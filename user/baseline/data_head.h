/* SPDX-License-Identifier: GPL-2.0-only */
/* What of heads and cookies is no data of anybody, but says who asks or how. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* A header field that every message has, or that says who asks. Case does not matter. */
bool yg_data_is_usual_header(struct yg_slice name);

/* Classes that stand in heads by right: sessions and keys of callers, addresses of hops. */
bool yg_data_is_of_heads(uint32_t class_);
