/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>

#include "test.h"

#define SIZE 4096u

/* A ring in a memory file, laid out as the kernel's; the second half of the data is kept equal. */
struct fake {
	int fd;
	uint8_t *base; /* consumer page, producer page, data twice */
	struct yg_ring ring;
};

static size_t page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void make(struct fake *fake)
{
	size_t len = 2 * page() + 2 * (size_t)SIZE;

	fake->fd = memfd_create("ring", MFD_CLOEXEC);
	assert_true(fake->fd >= 0);
	assert_int_equal(ftruncate(fake->fd, (off_t)len), 0);
	fake->base = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fake->fd, 0);
	assert_true(fake->base != MAP_FAILED);
	assert_int_equal(yg_ring_open(fake->fd, SIZE, &fake->ring), 0);
}

static void unmake(struct fake *fake)
{
	yg_ring_close(&fake->ring);
	munmap(fake->base, 2 * page() + 2 * (size_t)SIZE);
	(void)close(fake->fd);
}

static unsigned long *producer(struct fake *fake)
{
	return (unsigned long *)(void *)(fake->base + page());
}

static unsigned long consumer(const struct fake *fake)
{
	return *(const unsigned long *)(const void *)fake->base;
}

static void store(struct fake *fake, unsigned long pos, const void *data, size_t len)
{
	uint8_t *ring = fake->base + 2 * page();

	for (size_t i = 0; i < len; i++) {
		size_t at = (pos + i) % SIZE;

		ring[at] = ring[at + SIZE] = ((const uint8_t *)data)[i];
	}
}

static void put(struct fake *fake, const void *data, uint32_t len, uint32_t flags)
{
	const uint32_t head[2] = { len | flags, 0 };

	store(fake, *producer(fake), head, sizeof(head));
	store(fake, *producer(fake) + sizeof(head), data, len);
	*producer(fake) += ((len + 7u) & ~7u) + sizeof(head);
}

struct seen {
	size_t count, bytes;
	uint8_t last;
};

static void see(void *ctx, const void *record, size_t len)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->bytes += len;
	seen->last = len ? ((const uint8_t *)record)[len - 1] : 0;
}

static void hands_out_what_was_submitted(void **state)
{
	struct seen seen = { 0 };
	struct fake fake;

	(void)state;
	make(&fake);
	put(&fake, "one", 3, 0);
	put(&fake, "given up", 8, BPF_RINGBUF_DISCARD_BIT);
	put(&fake, "two", 3, 0);
	put(&fake, "being written", 13, BPF_RINGBUF_BUSY_BIT);
	put(&fake, "behind it", 9, 0);
	assert_int_equal(yg_ring_read(&fake.ring, 100, see, &seen), 2);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.bytes, 6);
	assert_int_equal(seen.last, 'o');
	assert_int_equal(fake.ring.stats.records, 2);
	assert_int_equal(fake.ring.stats.discards, 1);
	assert_int_equal(consumer(&fake), 3 * 16);
	assert_int_equal(fake.ring.stats.bytes, 3 * 16);
	assert_int_equal(yg_ring_pending(&fake.ring), 24 + 24);
	unmake(&fake);
}

static void honours_the_maximum(void **state)
{
	struct seen seen = { 0 };
	struct fake fake;

	(void)state;
	make(&fake);
	for (int i = 0; i < 10; i++)
		put(&fake, "x", 1, 0);
	assert_int_equal(yg_ring_read(&fake.ring, 4, see, &seen), 4);
	assert_int_equal(yg_ring_read(&fake.ring, 100, see, &seen), 6);
	unmake(&fake);
}

/* Records that lie across the end of the ring are whole, as it is mapped twice. */
static void wraps_around(void **state)
{
	uint8_t data[1000];
	struct fake fake;

	(void)state;
	make(&fake);
	for (int i = 0; i < 100; i++) {
		struct seen seen = { 0 };

		memset(data, i, sizeof(data));
		put(&fake, data, sizeof(data), 0);
		assert_int_equal(yg_ring_read(&fake.ring, 1, see, &seen), 1);
		assert_int_equal(seen.bytes, sizeof(data));
		assert_int_equal(seen.last, i);
	}
	unmake(&fake);
}

static void resynchronises_on_corrupt_lengths(void **state)
{
	static const uint32_t lengths[] = { 17, SIZE, 0x3fffffff };
	struct seen seen = { 0 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(lengths); i++) {
		const uint32_t head[2] = { lengths[i], 0 };
		struct fake fake;

		make(&fake);
		put(&fake, "0123456789abcdef", 16, 0);
		store(&fake, 0, head, sizeof(head));
		assert_int_equal(yg_ring_read(&fake.ring, 100, see, &seen), 0);
		assert_int_equal(fake.ring.stats.corrupt, 1);
		assert_int_equal(yg_ring_pending(&fake.ring), 0);
		put(&fake, "after", 5, 0);
		assert_int_equal(yg_ring_read(&fake.ring, 100, see, &seen), 1);
		seen.count = 0;
		unmake(&fake);
	}
}

static void resynchronises_on_positions_that_cannot_be(void **state)
{
	struct seen seen = { 0 };
	struct fake fake;

	(void)state;
	make(&fake);
	*producer(&fake) = 2 * SIZE; /* further ahead than the ring is long */
	assert_int_equal(yg_ring_read(&fake.ring, 100, see, &seen), 0);
	assert_int_equal(fake.ring.stats.corrupt, 1);
	assert_int_equal(consumer(&fake), 2 * SIZE);
	unmake(&fake);
}

static void skips_what_waits(void **state)
{
	struct seen seen = { 0 };
	struct fake fake;

	(void)state;
	make(&fake);
	for (int i = 0; i < 70; i++)
		put(&fake, "poison", 6, 0);
	assert_int_equal(yg_ring_skip(&fake.ring), 70);
	assert_int_equal(fake.ring.stats.skipped, 70);
	assert_int_equal(fake.ring.stats.records, 0);
	assert_int_equal(yg_ring_read(&fake.ring, 100, see, &seen), 0);
	unmake(&fake);
}

static void refuses_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 3 * 4096, (size_t)1 << 31 };
	struct yg_ring ring;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(sizes); i++)
		assert_int_equal(yg_ring_open(0, sizes[i], &ring), -EINVAL);
	assert_int_equal(yg_ring_open(-1, 4096, &ring), -EBADF);
}

struct segment_case {
	const char *name;
	uint32_t data_len, payload_len;
	uint8_t source, bind;
	size_t len;
	bool valid;
};

static const struct segment_case segment_cases[] = {
	{ "whole", 10, 10, YG_SOURCE_INGRESS, YG_BIND_SOCKET, YG_SEGMENT_HEAD + 10, true },
	{ "in a larger class", 10, 20, YG_SOURCE_TLS_READ, 0, YG_SEGMENT_HEAD + 256, true },
	{ "without data", 0, 0, YG_SOURCE_TLS_CLOSE, 0, YG_SEGMENT_HEAD, true },
	{ "cut in its head", 0, 0, YG_SOURCE_INGRESS, 0, YG_SEGMENT_HEAD - 1, false },
	{ "data beyond the record", 11, 20, YG_SOURCE_INGRESS, 0, YG_SEGMENT_HEAD + 10, false },
	{ "more data than payload", 11, 10, YG_SOURCE_INGRESS, 0, YG_SEGMENT_HEAD + 256, false },
	{ "more than a segment holds", YG_SEGMENT_MAX + 1, YG_SEGMENT_MAX + 1, YG_SOURCE_INGRESS, 0,
	  YG_SEGMENT_HEAD + YG_SEGMENT_MAX + 8, false },
	{ "no source", 0, 0, 0, 0, YG_SEGMENT_HEAD, false },
	{ "a source of user space", 0, 0, YG_SOURCE_FILE, 0, YG_SEGMENT_HEAD, false },
	{ "unknown binding", 0, 0, YG_SOURCE_INGRESS, YG_BIND_MAX, YG_SEGMENT_HEAD, false },
};

static void judges_segments(void **state)
{
	static struct yg_segment segment;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(segment_cases); i++) {
		const struct segment_case *c = &segment_cases[i];

		segment = (struct yg_segment){ .data_len = c->data_len,
					       .payload_len = c->payload_len,
					       .source = c->source,
					       .bind = c->bind };
		if (yg_segment_is_valid(&segment, c->len) != c->valid)
			fail_msg("%s", c->name);
	}
}

static void count_segment(void *ctx, const struct yg_segment *segment)
{
	*(size_t *)ctx += segment->data_len;
}

static void count_proc(void *ctx, const struct yg_proc *proc)
{
	*(size_t *)ctx += proc->tgid;
}

static void hands_out_well_formed_records_only(void **state)
{
	struct yg_proc proc = { .tgid = 7 };
	static struct yg_segment segment;
	struct fake fake;
	size_t sum = 0;

	(void)state;
	make(&fake);
	segment =
		(struct yg_segment){ .data_len = 5, .payload_len = 5, .source = YG_SOURCE_EGRESS };
	put(&fake, &segment, YG_SEGMENT_HEAD + 8, 0);
	segment.data_len = 6;
	put(&fake, &segment, YG_SEGMENT_HEAD + 8, 0);
	assert_int_equal(yg_ring_read_segments(&fake.ring, 100, UINT64_MAX, count_segment, &sum),
			 1);
	assert_int_equal(sum, 5);
	put(&fake, &proc, sizeof(proc), 0);
	put(&fake, &proc, sizeof(proc) - 1, 0);
	assert_int_equal(yg_ring_read_procs(&fake.ring, 100, count_proc, &sum), 1);
	assert_int_equal(sum, 12);
	assert_int_equal(fake.ring.stats.records, 2);
	assert_int_equal(fake.ring.stats.corrupt, 2);
	unmake(&fake);
}

static void stops_before_what_is_later(void **state)
{
	static struct yg_segment segment;
	struct fake fake;
	size_t sum = 0;

	(void)state;
	make(&fake);
	assert_true(yg_ring_waits_since(&fake.ring) == UINT64_MAX);
	put(&fake, &segment, YG_SEGMENT_HEAD, BPF_RINGBUF_DISCARD_BIT);
	segment =
		(struct yg_segment){ .data_len = 1, .payload_len = 1, .source = YG_SOURCE_EGRESS };
	for (segment.time_ns = 100; segment.time_ns <= 300; segment.time_ns += 100)
		put(&fake, &segment, YG_SEGMENT_HEAD + 8, 0);
	assert_int_equal(yg_ring_waits_since(&fake.ring), 100);
	assert_int_equal(yg_ring_read_segments(&fake.ring, 9, 200, count_segment, &sum), 2);
	assert_int_equal(yg_ring_waits_since(&fake.ring), 300);
	assert_int_equal(yg_ring_read_segments(&fake.ring, 9, 299, count_segment, &sum), 0);
	assert_int_equal(yg_ring_read_segments(&fake.ring, 9, 300, count_segment, &sum), 1);
	assert_int_equal(sum, 3);
	put(&fake, &segment, YG_SEGMENT_HEAD, BPF_RINGBUF_BUSY_BIT);
	assert_int_equal(yg_ring_waits_since(&fake.ring), 0);
	unmake(&fake);
}

static void paces_itself(void **state)
{
	struct yg_pace pace = { 0 };

	(void)state;
	assert_int_equal(yg_pace_next(&pace, 0), YG_PACE_MIN_US);
	assert_int_equal(yg_pace_next(&pace, 0), 2 * YG_PACE_MIN_US);
	assert_int_equal(yg_pace_next(&pace, 0), YG_PACE_MAX_US);
	assert_int_equal(yg_pace_next(&pace, 0), YG_PACE_MAX_US);
	assert_int_equal(yg_pace_next(&pace, 1), YG_PACE_MIN_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_what_was_submitted),
		cmocka_unit_test(honours_the_maximum),
		cmocka_unit_test(wraps_around),
		cmocka_unit_test(resynchronises_on_corrupt_lengths),
		cmocka_unit_test(resynchronises_on_positions_that_cannot_be),
		cmocka_unit_test(skips_what_waits),
		cmocka_unit_test(refuses_sizes),
		cmocka_unit_test(judges_segments),
		cmocka_unit_test(hands_out_well_formed_records_only),
		cmocka_unit_test(stops_before_what_is_later),
		cmocka_unit_test(paces_itself),
	};

	return cmocka_run_group_tests_name("capture/ring", tests, NULL, NULL);
}
