/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: read the kernel's ring buffers without a single system call.
 *
 *	page 0: consumer position (ours) | page 1: producer position | data, mapped twice in a row
 *
 * The producer and data pages are mapped read-only. Lengths are checked before they are used:
 * a record that claims more than the ring holds is counted and the ring is resynchronised at
 * the producer. Records are handed out in place and released in batches.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "yagura/event.h"

struct yg_ring_stats {
	uint64_t records;  /* handed to the callback */
	uint64_t discards; /* reserved, then given up by the program */
	uint64_t corrupt;  /* lengths or fields out of range: not handed out */
	uint64_t skipped;  /* thrown away by yg_ring_skip() */
	uint64_t bytes;	   /* of ring space consumed */
};

struct yg_ring {
	unsigned long *consumer_pos;	   /* rw page; stored with release */
	const unsigned long *producer_pos; /* ro page; loaded with acquire */
	const uint8_t *data;		   /* [2 * size], ro */
	size_t size;			   /* bytes, a power of two */
	struct yg_ring_stats stats;
};

/* One record in ring memory: valid until the callback returns. */
typedef void (*yg_record_fn)(void *ctx, const void *record, size_t len);
typedef void (*yg_segment_fn)(void *ctx, const struct yg_segment *segment);
typedef void (*yg_proc_fn)(void *ctx, const struct yg_proc *proc);

/**
 * yg_ring_open() - map one ring buffer.
 * @map_fd: borrowed; may be closed afterwards.
 * @bytes: its max_entries.
 * @ret: release with yg_ring_close().
 * Return: 0; -EINVAL if @bytes is not a power of two of pages; -errno of mmap.
 */
YG_MUST_CHECK int yg_ring_open(int map_fd, size_t bytes, struct yg_ring *ret);
void yg_ring_close(struct yg_ring *ring);

/**
 * yg_ring_read() - hand out up to @max records.
 *
 * Stops at a record still being written. The position is stored every 64 records or 256 KB, so
 * a reader that dies sees at most one batch twice.
 * Return: records handed out.
 */
size_t yg_ring_read(struct yg_ring *ring, size_t max, yg_record_fn fn, void *ctx);

/**
 * yg_ring_read_segments() - as above, checked, and in turns.
 * @until_ns: stops before a record that is later, monotonic; UINT64_MAX: none is.
 *
 * Records that are no well-formed segment are stats.corrupt.
 */
size_t yg_ring_read_segments(struct yg_ring *ring, size_t max, uint64_t until_ns, yg_segment_fn fn,
			     void *ctx);

/**
 * yg_ring_waits_since() - when was the first segment made that waits?
 *
 * What several rings hold can so be read in the order of time, give or take a turn.
 * Return: monotonic ns; 0: it is being written and has no time yet; UINT64_MAX: nothing waits.
 */
uint64_t yg_ring_waits_since(const struct yg_ring *ring);

/* As yg_ring_read(), checked: what is no well-formed event is stats.corrupt. */
size_t yg_ring_read_procs(struct yg_ring *ring, size_t max, yg_proc_fn fn, void *ctx);

/**
 * yg_ring_skip() - throw away what waits, for a reader that died on it.
 * Return: records thrown away, also added to stats.skipped.
 */
size_t yg_ring_skip(struct yg_ring *ring);

size_t yg_ring_pending(const struct yg_ring *ring); /* bytes between consumer and producer */

/**
 * yg_segment_is_valid() - is this record a segment whose lengths hold?
 * @record: 8-byte aligned.
 */
bool yg_segment_is_valid(const void *record, size_t len);

#define YG_PACE_MIN_US 500u  /* sleep while records keep coming; technique: measured optimum */
#define YG_PACE_MAX_US 2000u /* sleep when idle: bounds the delay a record waits */

struct yg_pace {
	uint32_t sleep_us; /* 0: not started */
};

/**
 * yg_pace_next() - how long to sleep before the next round.
 * @records: what the last round over all rings handed out.
 * Return: microseconds in [YG_PACE_MIN_US, YG_PACE_MAX_US]: the minimum while busy, then doubling.
 */
uint32_t yg_pace_next(struct yg_pace *pace, size_t records);
