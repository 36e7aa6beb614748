/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: paths in the character sets of older Japanese servers.
 *
 *	/api/%8C%DA%8Bq/7	Shift_JIS	/api/顧客/7
 *	/api/%B8%DC%B5%D2/7	EUC-JP		/api/顧客/7
 *
 * No header says which it is. A segment that is not UTF-8 is read as the one that its bytes can
 * be; where they can be both, as what the other segments are, else as EUC-JP, whose bytes are
 * kana of half width in the other. What can be neither stays encoded.
 */
#pragma once

#include <stdbool.h>

#include "endpoint/normalize.h"
#include "parse/charset.h"

/**
 * yg_path_read_japanese() - segments in Shift_JIS or EUC-JP become UTF-8.
 * @charsets: those that the system lacks are not read.
 *
 * Looks only at paths with YG_PATH_INVALID; clears it when nothing else is wrong with one. What
 * would not fit stays as it is. Linear in the length. Return: true if anything was read so.
 */
bool yg_path_read_japanese(const struct yg_charsets *charsets, struct yg_path *path);
