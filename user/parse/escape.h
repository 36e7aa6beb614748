/* SPDX-License-Identifier: GPL-2.0-only */
/* Escapes of URLs and of XML, undone into a caller's buffer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"

/**
 * yg_escape_percent() - undo %XX, and + for a space.
 * @ret: [@cap], not terminated; what does not fit is cut off.
 *
 * A '%' without two hex digits stays. Source: URL standard, urlencoded parsing.
 * Return: bytes written.
 */
size_t yg_escape_percent(struct yg_slice text, char *ret, size_t cap);

/**
 * yg_escape_entity() - undo the five entities of XML and numeric references.
 * @ret: as above.
 *
 * Other entities stay as sent: none is ever defined. Source: XML 1.0 sections 4.1 and 4.6.
 * Return: bytes written.
 */
size_t yg_escape_entity(struct yg_slice text, char *ret, size_t cap);

/* UTF-8 of one character. Return: bytes of @out; surrogates and what is too large are U+FFFD. */
size_t yg_escape_utf8(uint32_t code, char out[4]);
