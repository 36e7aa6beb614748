/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words that routers of any API know by name: "/users/me" and "/users/search" are endpoints of
 * their own beside "/users/{id}", however many names fold around them. A false merge would hide
 * an endpoint with other rights, a literal too much only lengthens a list.
 */
#pragma once

#include <stdbool.h>

#include "core/slice.h"

/* Whole segment, ASCII letter case ignored, an extension of letters ignored. O(length). */
bool yg_is_reserved(struct yg_slice segment);
