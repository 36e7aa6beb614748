/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/turns.h"

#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define SIZE  16384u
#define SPAN  (YG_SEGMENT_HEAD + 8u + BPF_RINGBUF_HDR_SZ)
#define MS    1000000ull
#define START (1000 * MS)

struct fakes {
	struct yg_turns turns;
	uint8_t *base[2]; /* consumer page, producer page, data */
	uint64_t last_ns;
	size_t count;
	uint64_t back_ns; /* the most that time went back from one segment to the next */
};

static int set_up(void **state)
{
	static struct fakes fakes;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = 2 * page + 2 * (size_t)SIZE;

	fakes = (struct fakes){ .turns.count = 2 };
	for (unsigned i = 0; i < 2; i++) {
		int fd = memfd_create("ring", MFD_CLOEXEC);

		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, (off_t)len), 0);
		fakes.base[i] = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		assert_true(fakes.base[i] != MAP_FAILED);
		assert_int_equal(yg_ring_open(fd, SIZE, &fakes.turns.rings[i]), 0);
		(void)close(fd);
	}
	*state = &fakes;
	return 0;
}

static int tear_down(void **state)
{
	struct fakes *fakes = *state;

	for (unsigned i = 0; i < 2; i++) {
		yg_ring_close(&fakes->turns.rings[i]);
		(void)munmap(fakes->base[i], 2 * (size_t)sysconf(_SC_PAGESIZE) + 2 * (size_t)SIZE);
	}
	return 0;
}

/* A segment of @time_ns on ring @i. Return: where its header is. */
static uint32_t *put(struct fakes *fakes, unsigned i, uint64_t time_ns, uint32_t flags)
{
	const struct yg_segment segment = { .time_ns = time_ns, .source = YG_SOURCE_EGRESS };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned long *producer = (unsigned long *)(void *)(fakes->base[i] + page);
	uint8_t *at = fakes->base[i] + 2 * page + *producer;
	const uint32_t head[2] = { (YG_SEGMENT_HEAD + 8) | flags, 0 };

	assert_true(*producer + SPAN <= SIZE);
	memcpy(at, head, sizeof(head));
	memcpy(at + sizeof(head), &segment, YG_SEGMENT_HEAD);
	*producer += (SPAN + 7) & ~7u;
	return (uint32_t *)(void *)at;
}

static void see(void *ctx, const struct yg_segment *segment)
{
	struct fakes *fakes = ctx;

	if (segment->time_ns < fakes->last_ns && fakes->last_ns - segment->time_ns > fakes->back_ns)
		fakes->back_ns = fakes->last_ns - segment->time_ns;
	fakes->last_ns = segment->time_ns;
	fakes->count++;
}

/* Ten seconds on both rings, met at once. */
static void goes_back_by_no_more_than_a_turn(void **state)
{
	struct fakes *fakes = *state;
	uint64_t now_ns = START + 10000 * MS;

	for (uint64_t at = START; at < now_ns; at += 250 * MS) {
		(void)put(fakes, 0, at, 0);
		(void)put(fakes, 1, at + MS, 0);
	}
	assert_int_equal(yg_turns_read_until(&fakes->turns, now_ns), START);
	while (yg_turns_read(&fakes->turns, now_ns, see, fakes))
		assert_true(yg_turns_read_until(&fakes->turns, now_ns) + YG_TURN_NS >
			    fakes->last_ns);
	assert_int_equal(fakes->count, 80);
	assert_true(fakes->back_ns <= YG_TURN_NS);
	assert_false(yg_turns_is_behind(&fakes->turns, now_ns));
	assert_int_equal(yg_turns_read_until(&fakes->turns, now_ns), now_ns);
}

static void waits_for_a_record_that_is_being_written(void **state)
{
	struct fakes *fakes = *state;
	uint32_t *head = put(fakes, 0, START, BPF_RINGBUF_BUSY_BIT);

	(void)yg_turns_read(&fakes->turns, START, see, fakes);
	(void)put(fakes, 1, START + 300 * MS, 0);
	assert_int_equal(yg_turns_read(&fakes->turns, START + 400 * MS, see, fakes), 0);
	assert_int_equal(yg_turns_read_until(&fakes->turns, START + 400 * MS), START);
	*head &= ~(uint32_t)BPF_RINGBUF_BUSY_BIT;
	while (yg_turns_read(&fakes->turns, START + 500 * MS, see, fakes))
		;
	assert_int_equal(fakes->count, 2);
	assert_int_equal(fakes->back_ns, 0);
}

static void waits_for_no_writer_for_ever(void **state)
{
	struct fakes *fakes = *state;

	(void)put(fakes, 0, START, BPF_RINGBUF_BUSY_BIT);
	(void)yg_turns_read(&fakes->turns, START, see, fakes);
	(void)put(fakes, 1, START + 300 * MS, 0);
	assert_int_equal(yg_turns_read(&fakes->turns, START + YG_TURN_BUSY_NS, see, fakes), 1);
}

#define claim(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		claim(goes_back_by_no_more_than_a_turn),
		claim(waits_for_a_record_that_is_being_written),
		claim(waits_for_no_writer_for_ever),
	};

	return cmocka_run_group_tests_name("daemon/turns", tests, NULL, NULL);
}
