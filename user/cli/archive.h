/* SPDX-License-Identifier: GPL-2.0-only */
/* HTTP archives (HAR) as input of `analyze`, plain or in gzip. */
#pragma once

#include <stdbool.h>

#include "parse/exchange.h"

/* Does the file begin like JSON? Captures never do. Not asked of standard input. */
bool yg_archive_is(const char *path);

/* Read all entries. Return: 0; -EINVAL not an archive, or cut; -ENOMEM; -errno. */
YG_MUST_CHECK int yg_archive_read(const char *path, yg_exchange_fn fn, void *ctx);
