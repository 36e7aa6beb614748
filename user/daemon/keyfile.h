/* SPDX-License-Identifier: GPL-2.0-only */
/* The file of public keys that an operator gives to verify tokens with. */
#pragma once

#include <stddef.h>

#include "core/macros.h"

#define YG_KEYFILE_BYTES_MAX (256u << 10) /* more is no key set */

/**
 * yg_keyfile_read() - the whole file.
 * @path: "" for none.
 * @ret: owned; NULL when @path is "".
 *
 * Return: bytes; 0 for no path; -errno of open(2) and read(2); -EFBIG; -ENOMEM.
 */
YG_MUST_CHECK long yg_keyfile_read(const char *path, char **ret);
