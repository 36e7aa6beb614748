/* SPDX-License-Identifier: GPL-2.0-only */
/* What of heads and cookies is no data of anybody, but says who asks or how. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* Classes that stand in heads by right: sessions and keys of callers, addresses of hops. */
bool yg_data_is_of_heads(uint32_t class_);
