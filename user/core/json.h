/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON lines out, built in one buffer. Never fails on content: bytes that are not UTF-8 are written
 * as U+FFFD, so every line is valid JSON whatever the wire carried.
 *
 * Not yajl: its generator took a third of the time of `analyze --exchanges`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/macros.h"
#include "core/slice.h"

struct yg_json;

/**
 * yg_json_new() - a writer with an empty line.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_json_new(struct yg_json **ret);
void yg_json_free(struct yg_json **json); /* accepts NULL inside */

/* One token each, in the order of the text; commas and colons are added. */
void yg_json_open_object(struct yg_json *json);
void yg_json_close_object(struct yg_json *json);
void yg_json_open_array(struct yg_json *json);
void yg_json_close_array(struct yg_json *json);
void yg_json_literal(struct yg_json *json, struct yg_slice name);   /* a key of ours, as it is */
void yg_json_key_slice(struct yg_json *json, struct yg_slice name); /* a key from outside */
void yg_json_slice(struct yg_json *json, struct yg_slice text);	    /* absent slice: null */
void yg_json_uint(struct yg_json *json, uint64_t value);
void yg_json_int(struct yg_json *json, int64_t value);
void yg_json_real(struct yg_json *json, double value, int decimals); /* not finite: null */
void yg_json_bool(struct yg_json *json, bool value);
void yg_json_null(struct yg_json *json);

/* A value that is JSON already, written by this module and kept; never text from outside. */
void yg_json_raw(struct yg_json *json, struct yg_slice value);

/* "2026-11-21T21:03:00.123456Z" from nanoseconds since the epoch. */
void yg_json_time(struct yg_json *json, uint64_t epoch_ns);

/* Keys and most short texts are literals: inline, so that nobody counts their bytes again. */
static inline void yg_json_key(struct yg_json *json, const char *name)
{
	yg_json_literal(json, yg_slice_from_str(name));
}

/* NULL: null. */
static inline void yg_json_str(struct yg_json *json, const char *text)
{
	yg_json_slice(json, yg_slice_from_str(text));
}

/* Key and value in one call, the common case. */
static inline void yg_json_pair_slice(struct yg_json *json, const char *name, struct yg_slice text)
{
	yg_json_key(json, name);
	yg_json_slice(json, text);
}

/* A NULL text is null. */
static inline void yg_json_pair_str(struct yg_json *json, const char *name, const char *text)
{
	yg_json_key(json, name);
	yg_json_str(json, text);
}

/* An unsigned number. */
static inline void yg_json_pair_uint(struct yg_json *json, const char *name, uint64_t value)
{
	yg_json_key(json, name);
	yg_json_uint(json, value);
}

/* true or false. */
static inline void yg_json_pair_bool(struct yg_json *json, const char *name, bool value)
{
	yg_json_key(json, name);
	yg_json_bool(json, value);
}

/* Nanoseconds since the epoch, as yg_json_time(). */
static inline void yg_json_pair_time(struct yg_json *json, const char *name, uint64_t epoch_ns)
{
	yg_json_key(json, name);
	yg_json_time(json, epoch_ns);
}

/* The text so far, borrowed until the next call; without the newline. */
struct yg_slice yg_json_view(const struct yg_json *json);

/**
 * yg_json_flush_line() - write the line and a newline to @out, then start anew.
 * Return: 0; -EIO if @out failed; -ENOMEM if the line did not fit in memory (nothing written).
 */
YG_MUST_CHECK int yg_json_flush_line(struct yg_json *json, FILE *out);
void yg_json_reset(struct yg_json *json);
