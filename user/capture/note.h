/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What capture wants said: it does not log, it hands short lines to whoever called it.
 *
 * A note is a fact an operator should read ("removed stale link if7-xdp: interface gone"), never
 * an error of the call itself: those are return values. No trailing period or newline.
 */
#pragma once

struct yg_note {
	void (*say)(void *ctx, const char *text); /* NULL: notes are thrown away */
	void *ctx;				  /* borrowed */
};

/**
 * yg_note() - format one line of at most 511 bytes and hand it over.
 * @note: may be NULL.
 *
 * Control bytes become '?': file names and interface names come from others. errno is kept.
 */
__attribute__((format(printf, 2, 3))) void yg_note(const struct yg_note *note, const char *format,
						   ...);
