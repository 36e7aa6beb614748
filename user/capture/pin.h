/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: names below the bpffs directory that outlive the daemon.
 *
 *	<bpffs>/yg_block4 ...	shared maps by their own name
 *	<bpffs>/yg_ring0 ...	the rings
 *	<bpffs>/yg_stamp	ABI and seed of all of them
 *	<bpffs>/links/if3-xdp	links, see attach.h
 *
 * A pin is adopted only if it is exactly what would be made: type, key, value, entries, flags.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/note.h"
#include "core/macros.h"

#define YG_PIN_PATH_CAP 512 /* bytes; the directory may take 480 of them */

struct yg_map_shape {
	uint32_t type; /* enum bpf_map_type */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
};

/* "<dir>/<name>" into @ret. Return: 0; -ENAMETOOLONG. */
YG_MUST_CHECK int yg_pin_path(const char *dir, const char *name, char ret[YG_PIN_PATH_CAP]);

/**
 * yg_pin_prepare() - check that @bpffs is on a bpffs, make its directories, compare the ABI.
 * @seed: hash seed of a fresh start.
 * @ret_seed: the seed to use: that of the pins if they are of our ABI, else @seed.
 *
 * Pins of another ABI are removed, with a note; so blocks placed by that daemon end.
 * Return: 0; -ENOTSUP if the directory is not on a bpffs; -ENAMETOOLONG; -errno.
 */
YG_MUST_CHECK int yg_pin_prepare(const char *bpffs, uint64_t seed, const struct yg_note *note,
				 uint64_t *ret_seed);

/**
 * yg_pin_adopt() - open the pinned map @name if it has the given shape.
 * @ret: fd, the caller's; -1 if there is none, or if it was another and is removed now.
 * Return: 0; -errno of a pin that can neither be opened nor removed.
 */
YG_MUST_CHECK int yg_pin_adopt(const char *bpffs, const char *name,
			       const struct yg_map_shape *shape, const struct yg_note *note,
			       int *ret);

/**
 * yg_pin_each() - call @fn for every name in a directory that begins with @prefix.
 * @fn: may remove the name it is given.
 *
 * Return: the sum of what @fn returned, which is >= 0; -errno of the directory.
 */
YG_MUST_CHECK int yg_pin_each(const char *dir, const char *prefix,
			      int (*fn)(void *ctx, const char *dir, const char *name), void *ctx);

/**
 * yg_pin_unlink() - take a pin away, and what it holds off its hook.
 * @path: of a link or a map, as by yg_pin_path().
 *
 * Without the pin the kernel lets a link go too, but later, from a worker thread: until then the
 * program still runs. Return: was there one?
 */
bool yg_pin_unlink(const char *path);

/* An @fn for yg_pin_each(): remove it, by yg_pin_unlink(). Return: 1 removed; 0 not. */
int yg_pin_remove(void *ctx, const char *dir, const char *name);
