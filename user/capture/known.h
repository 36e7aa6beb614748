/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: what discovery knows about files, by device and inode.
 *
 * Bounded: files that are not TLS are forgotten, least recently seen first, when room is needed;
 * attached and queued files are never evicted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/macros.h"

enum yg_file_state {
	YG_FILE_FREE,
	YG_FILE_QUEUED, /* waiting for inspection or inside it */
	YG_FILE_OTHER,	/* looked at, not TLS */
	YG_FILE_FAILED, /* TLS, but the kernel refused the probes */
	YG_FILE_TLS,	/* attached */
	YG_FILE_MAX
};

struct yg_file {
	uint64_t dev, ino;
	int64_t size, mtime_ns; /* with dev and ino: the same content */
	uint64_t seen;		/* sweep in which a process mapped it */
	uint32_t next;		/* in its bucket */
	uint8_t state;		/* enum yg_file_state */
	uint8_t gap;		/* enum yg_gap, of YG_FILE_OTHER */
};

struct yg_known;

/**
 * yg_known_new() - an empty table.
 * @cap: files; a power of two.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_known_new(uint32_t cap, struct yg_known **ret);
void yg_known_free(struct yg_known **known);

/* The file of @st, or NULL. Valid until it is removed. */
struct yg_file *yg_known_find(struct yg_known *known, const struct stat *st);

/* Is it still the same content as when it was added? */
bool yg_file_is_same(const struct yg_file *file, const struct stat *st);

/**
 * yg_known_add() - a new row, state QUEUED.
 * @ret_evicted: set to true if another file was forgotten for it.
 * Return: the row; NULL if all rows are attached or queued.
 */
struct yg_file *yg_known_add(struct yg_known *known, const struct stat *st, bool *ret_evicted);
void yg_known_remove(struct yg_known *known, struct yg_file *file);

/* Position of a row: stable, below cap; for data kept beside the table. */
uint32_t yg_known_index(const struct yg_known *known, const struct yg_file *file);
struct yg_file *yg_known_at(struct yg_known *known, uint32_t index);
