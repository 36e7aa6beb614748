/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/belt.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define BYTES 4096u

/* A consumer that checks what comes: the count of the record, then bytes of that value. */
struct reader {
	struct yg_belt *belt;
	uint64_t seen, bytes;
	uint64_t nap; /* dawdle after every so many records; 0: never */
	int wrong;
};

struct item {
	uint64_t number, len;
};

/* Let the other thread get ahead. */
static void dawdle(void)
{
	for (int i = 0; i < 100; i++)
		(void)sched_yield();
}

static void *read_all(void *ctx)
{
	struct reader *reader = ctx;
	const struct item *item;

	while ((item = yg_belt_next(reader->belt))) {
		const uint8_t *data = (const uint8_t *)(item + 1);

		reader->wrong += item->number != reader->seen++;
		reader->wrong += ((uintptr_t)item % YG_BELT_ALIGN) != 0;
		for (uint64_t i = 0; i < item->len; i++)
			reader->wrong += data[i] != (uint8_t)item->number;
		reader->bytes += item->len;
		if (reader->nap && reader->seen % reader->nap == 0)
			dawdle();
	}
	return NULL;
}

static void put(struct yg_belt *belt, uint64_t number, size_t len)
{
	struct item *item = yg_belt_reserve(belt, sizeof(*item) + len);

	assert_non_null(item);
	*item = (struct item){ number, len };
	memset(item + 1, (uint8_t)number, len);
	yg_belt_commit(belt);
}

/* Sizes up to the largest, so that records meet the end of the ring in every way. */
static void run(uint64_t records, uint64_t nap_reader, uint64_t nap_writer)
{
	struct reader reader = { .nap = nap_reader };
	uint64_t bytes = 0, state = 1;
	pthread_t thread;

	assert_int_equal(yg_belt_new(BYTES, &reader.belt), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
	for (uint64_t i = 0; i < records; i++) {
		size_t len;

		state = state * 6364136223846793005u + 1442695040888963407u;
		len = (size_t)(state >> 33) % (BYTES / 4 - sizeof(struct item) + 1);
		put(reader.belt, i, len);
		bytes += len;
		if (nap_writer && i % nap_writer == 0)
			dawdle();
	}
	yg_belt_drain(reader.belt);
	assert_int_equal(reader.seen, records);
	yg_belt_end(reader.belt);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.wrong, 0);
	assert_int_equal(reader.bytes, bytes);
	yg_belt_free(&reader.belt);
	assert_null(reader.belt);
	yg_belt_free(&reader.belt);
}

static void every_record_arrives_in_order(void **state)
{
	(void)state;
	run(50000, 0, 0);
}

static void a_slow_reader_holds_the_writer_back(void **state)
{
	(void)state;
	run(2000, 10, 0);
}

static void a_slow_writer_finds_the_reader_asleep(void **state)
{
	(void)state;
	run(2000, 0, 10);
}

static void what_was_put_before_the_end_arrives(void **state)
{
	struct reader reader = { 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(yg_belt_new(BYTES, &reader.belt), 0);
	put(reader.belt, 0, 10);
	put(reader.belt, 1, 0);
	yg_belt_end(reader.belt);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.seen, 2);
	assert_int_equal(reader.wrong, 0);
	yg_belt_free(&reader.belt);
}

static void a_record_beyond_a_quarter_of_the_ring_is_refused(void **state)
{
	struct yg_belt *belt = NULL;

	(void)state;
	assert_int_equal(yg_belt_new(BYTES, &belt), 0);
	assert_null(yg_belt_reserve(belt, BYTES / 4 + 1));
	assert_non_null(yg_belt_reserve(belt, BYTES / 4));
	yg_belt_free(&belt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_arrives_in_order),
		cmocka_unit_test(a_slow_reader_holds_the_writer_back),
		cmocka_unit_test(a_slow_writer_finds_the_reader_asleep),
		cmocka_unit_test(what_was_put_before_the_end_arrives),
		cmocka_unit_test(a_record_beyond_a_quarter_of_the_ring_is_refused),
	};

	return cmocka_run_group_tests_name("core/belt", tests, NULL, NULL);
}
