/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to stand around a hit of a literal for it to be active: active.c asks, active_judge.c
 * answers. @text: trimmed, not empty; the literal is [@from, @end) of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/slice.h"

/* ASCII alone. */
static inline bool yg_active_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The same. */
static inline bool yg_active_is_alnum(char c)
{
	return yg_active_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A text that begins with it. */
bool yg_active_is_begin(struct yg_slice text, size_t from, size_t end);

/* HTML: a tag; one of scripts; of frames and forms; a handler in a tag; a URL that is a script. */
bool yg_active_is_tag(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_script(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_frame(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_event(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_script_url(struct yg_slice text, size_t from, size_t end);

/* SQL: behind a string that was ended; an expression that always holds; a second statement. */
bool yg_active_is_union(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_always_true(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_stacked(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_sql_call(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_sql_comment(struct yg_slice text, size_t from, size_t end);

/* Shells, paths, templates. */
bool yg_active_is_command(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_traversal(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_template(struct yg_slice text, size_t from, size_t end);

/* Objects of JavaScript, entities of XML, letters that nobody sees. */
bool yg_active_is_pollution(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_entity(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_include(struct yg_slice text, size_t from, size_t end);
bool yg_active_is_invisible(struct yg_slice text, size_t from, size_t end);
