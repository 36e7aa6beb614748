/* SPDX-License-Identifier: GPL-2.0-only */
/* Base64 and base64url (RFC 4648 sections 4 and 5): either alphabet, padding optional. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"
#include "core/slice.h"

/* What @c stands for, 0..63 in either alphabet; -1: nothing. Padding is nothing. */
int yg_base64_value(char c);

/**
 * yg_base64_decode() - decode all of @text.
 * @ret: [@cap]; untouched bytes beyond the result.
 *
 * Return: bytes written; -EINVAL for a byte of neither alphabet, or a length that cannot be;
 * -ENOSPC if the result does not fit.
 */
YG_MUST_CHECK ssize_t yg_base64_decode(struct yg_slice text, uint8_t *ret, size_t cap);
