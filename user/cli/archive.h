/* SPDX-License-Identifier: GPL-2.0-only */
/* HTTP archives (HAR) as input of `analyze`, plain or in gzip. */
#pragma once

#include <stdbool.h>

#include "parse/exchange.h"

/*
 * Does the file begin like JSON? Captures never do. "-" is standard input, a file or a pipe, which
 * is looked at without taking anything; blocks until there is something.
 */
bool yg_archive_is(const char *path);

/* Read all entries. Return: 0; -EINVAL not an archive, or cut; -ENOMEM; -errno. */
YG_MUST_CHECK int yg_archive_read(const char *path, yg_exchange_fn fn, void *ctx);
