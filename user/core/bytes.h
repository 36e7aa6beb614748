/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixed byte order for what is kept across restarts: little-endian integers, varints, counted
 * texts. Errors stick, so that a long record is written or read without a check per field and
 * judged once at its end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"

struct yg_writer {
	uint8_t *ptr; /* [cap]; caller's storage */
	size_t cap;
	size_t len;    /* bytes written; never beyond cap */
	bool overflow; /* something did not fit: the record is worthless */
};

struct yg_reader {
	const uint8_t *ptr; /* [len]; hostile: a blob may be damaged */
	size_t len;
	size_t used; /* bytes consumed; never beyond len */
	bool bad;    /* read beyond the end, or a value out of range */
};

/* Append as is, and as 8 bytes in little-endian order; no room sets the writer's flag. */
void yg_put_bytes(struct yg_writer *writer, const void *data, size_t len);
void yg_put_u64(struct yg_writer *writer, uint64_t value);
void yg_put_varint(struct yg_writer *writer, uint64_t value);	  /* LEB128, 1..10 bytes */
void yg_put_text(struct yg_writer *writer, struct yg_slice text); /* varint length, bytes */

/* Zero, or an absent slice, once the reader is bad. */
uint64_t yg_get_u64(struct yg_reader *reader);
uint64_t yg_get_varint(struct yg_reader *reader);

/* A varint that must be <= @max, else the reader turns bad. */
uint32_t yg_get_max(struct yg_reader *reader, uint32_t max);

/* Borrowed from the reader's bytes. */
struct yg_slice yg_get_text(struct yg_reader *reader);
/* The same copied to [@cap] with a NUL; bad when it does not fit or holds one: then it is "". */
void yg_get_string(struct yg_reader *reader, char *ret, size_t cap);
const uint8_t *yg_get_bytes(struct yg_reader *reader, size_t len); /* NULL when bad */
