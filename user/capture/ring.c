/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The consumer side of BPF_MAP_TYPE_RINGBUF.
 *
 * Source: kernel/bpf/ringbuf.c: a record is a header of two u32 (length with two flag bits, page
 * offset) and the data, rounded up to 8 bytes.
 */
#include "capture/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define BATCH_RECORDS 64u	   /* records between two stores of the position */
#define BATCH_BYTES   (256u << 10) /* bytes between two stores of the position */

_Static_assert(offsetof(struct yg_segment, time_ns) == 0, "a segment begins with its time");

#define LEN_FLAGS ((uint32_t)BPF_RINGBUF_BUSY_BIT | (uint32_t)BPF_RINGBUF_DISCARD_BIT)

enum step { STEP_RECORD, STEP_DISCARD, STEP_WAIT, STEP_CORRUPT };

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int yg_ring_open(int map_fd, size_t bytes, struct yg_ring *ret)
{
	size_t page = page_size();
	void *consumer, *producer;

	if (bytes < page || (bytes & (bytes - 1)) != 0 || bytes > (1u << 30))
		return -EINVAL;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + 2 * bytes, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (producer == MAP_FAILED) {
		int err = -errno;

		(void)munmap(consumer, page);
		return err;
	}

	*ret = (struct yg_ring){
		.consumer_pos = consumer,
		.producer_pos = producer,
		.data = (const uint8_t *)producer + page,
		.size = bytes,
	};
	return 0;
}

void yg_ring_close(struct yg_ring *ring)
{
	size_t page = page_size();

	if (ring->consumer_pos)
		(void)munmap(ring->consumer_pos, page);
	if (ring->producer_pos)
		(void)munmap((void *)ring->producer_pos, page + 2 * ring->size);
	*ring = (struct yg_ring){ 0 };
}

static unsigned long load_producer(const struct yg_ring *ring)
{
	return __atomic_load_n(ring->producer_pos, __ATOMIC_ACQUIRE);
}

static void release(struct yg_ring *ring, unsigned long pos)
{
	__atomic_store_n(ring->consumer_pos, pos, __ATOMIC_RELEASE);
}

/*
 * next() - look at the record at @pos.
 * @ret_len: its bytes; @ret_span: ring space it takes. Not set for WAIT and CORRUPT.
 *
 * Invariant: for RECORD, [data, data + *ret_len) lies within the double mapping.
 */
static enum step next(const struct yg_ring *ring, unsigned long pos, unsigned long end,
		      uint32_t *ret_len, size_t *ret_span)
{
	const uint8_t *head = ring->data + (pos & (ring->size - 1));
	uint32_t raw, len;
	size_t span;

	if (end - pos > ring->size || (pos & 7) != 0 || end - pos < BPF_RINGBUF_HDR_SZ)
		return STEP_CORRUPT;
	raw = __atomic_load_n((const uint32_t *)(const void *)head, __ATOMIC_ACQUIRE);
	if (raw & BPF_RINGBUF_BUSY_BIT)
		return STEP_WAIT;
	len = raw & ~LEN_FLAGS;
	span = (((size_t)len + 7) & ~(size_t)7) + BPF_RINGBUF_HDR_SZ;
	if (span > end - pos)
		return STEP_CORRUPT;
	*ret_len = len;
	*ret_span = span;
	return raw & BPF_RINGBUF_DISCARD_BIT ? STEP_DISCARD : STEP_RECORD;
}

static const uint8_t *record_at(const struct yg_ring *ring, unsigned long pos)
{
	return ring->data + (pos & (ring->size - 1)) + BPF_RINGBUF_HDR_SZ;
}

static uint64_t time_of(const uint8_t *record, uint32_t len)
{
	uint64_t time_ns = 0;

	if (len >= sizeof(time_ns))
		memcpy(&time_ns, record, sizeof(time_ns));
	return time_ns;
}

/* @until_ns: of records that begin with their time; UINT64_MAX for others. */
static size_t read_until(struct yg_ring *ring, size_t max, uint64_t until_ns, yg_record_fn fn,
			 void *ctx)
{
	unsigned long pos = __atomic_load_n(ring->consumer_pos, __ATOMIC_RELAXED);
	unsigned long start = pos, released = pos, end = load_producer(ring);
	size_t done = 0, batch = 0, span;
	uint32_t len;

	while (pos != end && done < max) {
		enum step step = next(ring, pos, end, &len, &span);

		if (step == STEP_WAIT)
			break;
		if (step == STEP_CORRUPT) {
			ring->stats.corrupt++;
			pos = end;
			break;
		}
		if (step == STEP_RECORD) {
			const uint8_t *record = record_at(ring, pos);

			if (until_ns < UINT64_MAX && time_of(record, len) > until_ns)
				break;
			fn(ctx, record, len);
			done++;
		} else {
			ring->stats.discards++;
		}
		pos += span;
		if (++batch >= BATCH_RECORDS || pos - released >= BATCH_BYTES) {
			release(ring, pos);
			released = pos;
			batch = 0;
		}
	}
	if (pos != released)
		release(ring, pos);
	ring->stats.records += done;
	ring->stats.bytes += pos - start;
	return done;
}

size_t yg_ring_read(struct yg_ring *ring, size_t max, yg_record_fn fn, void *ctx)
{
	return read_until(ring, max, UINT64_MAX, fn, ctx);
}

uint64_t yg_ring_waits_since(const struct yg_ring *ring)
{
	unsigned long pos = __atomic_load_n(ring->consumer_pos, __ATOMIC_RELAXED);
	unsigned long end = load_producer(ring);
	uint32_t len;
	size_t span;

	while (pos != end) {
		enum step step = next(ring, pos, end, &len, &span);

		if (step == STEP_RECORD)
			return time_of(record_at(ring, pos), len);
		if (step == STEP_WAIT)
			return 0;
		if (step == STEP_CORRUPT)
			break;
		pos += span;
	}
	return UINT64_MAX;
}

static void ignore(void *ctx, const void *record, size_t len)
{
	(void)ctx;
	(void)record;
	(void)len;
}

size_t yg_ring_skip(struct yg_ring *ring)
{
	size_t count = yg_ring_read(ring, SIZE_MAX, ignore, NULL);

	ring->stats.records -= count;
	ring->stats.skipped += count;
	return count;
}

size_t yg_ring_pending(const struct yg_ring *ring)
{
	return load_producer(ring) - __atomic_load_n(ring->consumer_pos, __ATOMIC_RELAXED);
}

bool yg_segment_is_valid(const void *record, size_t len)
{
	const struct yg_segment *segment = record;

	if (len < YG_SEGMENT_HEAD)
		return false;
	return segment->data_len <= len - YG_SEGMENT_HEAD && segment->data_len <= YG_SEGMENT_MAX &&
	       segment->data_len <= segment->payload_len && segment->source > 0 &&
	       segment->source < YG_SOURCE_FILE && segment->bind < YG_BIND_MAX;
}

struct checked {
	struct yg_ring *ring;
	yg_segment_fn segment;
	yg_proc_fn proc;
	void *ctx;
	size_t good;
};

static void check_segment(void *ctx, const void *record, size_t len)
{
	struct checked *checked = ctx;

	if (!yg_segment_is_valid(record, len)) {
		checked->ring->stats.corrupt++;
		return;
	}
	checked->good++;
	checked->segment(checked->ctx, record);
}

static void check_proc(void *ctx, const void *record, size_t len)
{
	const struct yg_proc *proc = record;
	struct checked *checked = ctx;

	if (len < sizeof(*proc)) {
		checked->ring->stats.corrupt++;
		return;
	}
	checked->good++;
	checked->proc(checked->ctx, proc);
}

/* Records that failed the check were not handed out: stats.records counts the good ones. */
static size_t read_checked(struct checked *checked, size_t max, uint64_t until_ns, yg_record_fn fn)
{
	size_t done = read_until(checked->ring, max, until_ns, fn, checked);

	checked->ring->stats.records -= done - checked->good;
	return checked->good;
}

size_t yg_ring_read_segments(struct yg_ring *ring, size_t max, uint64_t until_ns, yg_segment_fn fn,
			     void *ctx)
{
	struct checked checked = { .ring = ring, .segment = fn, .ctx = ctx };

	return read_checked(&checked, max, until_ns, check_segment);
}

size_t yg_ring_read_procs(struct yg_ring *ring, size_t max, yg_proc_fn fn, void *ctx)
{
	struct checked checked = { .ring = ring, .proc = fn, .ctx = ctx };

	return read_checked(&checked, max, UINT64_MAX, check_proc);
}

uint32_t yg_pace_next(struct yg_pace *pace, size_t records)
{
	if (records > 0 || pace->sleep_us == 0)
		pace->sleep_us = YG_PACE_MIN_US;
	else if (pace->sleep_us < YG_PACE_MAX_US / 2)
		pace->sleep_us *= 2;
	else
		pace->sleep_us = YG_PACE_MAX_US;
	return pace->sleep_us;
}
