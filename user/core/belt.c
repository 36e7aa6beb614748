/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/belt.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define LINE  64u /* bytes that two cores should not both write */
#define BATCH 8u  /* a sleeper is woken when a part of the ring that is one of so many is full */
#define SHARE 64u /* and who runs is told of a part of so many: each word costs both a cache line */

struct record {
	uint32_t size; /* of all, with this; a multiple of YG_BELT_ALIGN */
	bool pad;      /* up to the end of the ring, holds nothing */
	uint8_t unused[YG_BELT_ALIGN - sizeof(uint32_t) - sizeof(bool)];
};

_Static_assert(sizeof(struct record) == YG_BELT_ALIGN, "records stay aligned");

/* The padding is meant: the two sides do not share a line. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct yg_belt {
	size_t bytes;
	uint8_t *ring;
	pthread_mutex_t lock; /* taken to sleep and to wake, never to pass a record */
	pthread_cond_t work, room;

	/* Producer: counts of bytes ever written; the place is the count modulo bytes. */
	_Alignas(LINE) atomic_uint_fast64_t tail; /* what the consumer may read */
	uint64_t written;			  /* what is there; published as tail by parts */
	uint64_t reserved;			  /* of the record that is being written */
	uint64_t head_seen;
	uint64_t woken_at;
	atomic_bool ended;
	atomic_uint_fast64_t wanted; /* it sleeps until fewer bytes are on the way; 0: awake */

	/* Consumer: bytes ever read. */
	_Alignas(LINE) atomic_uint_fast64_t head; /* what the producer may write over */
	uint64_t read;				  /* what is done; published as head by parts */
	uint64_t tail_seen;
	uint32_t current; /* size of the record that it works on */
	atomic_bool consumer_sleeps;
};

int yg_belt_new(size_t bytes, struct yg_belt **ret)
{
	struct yg_belt *belt = aligned_alloc(LINE, sizeof(*belt));

	assert(bytes >= 4096 && (bytes & (bytes - 1)) == 0);

	if (!belt)
		return -ENOMEM;
	*belt = (struct yg_belt){ .bytes = bytes, .ring = aligned_alloc(LINE, bytes) };
	if (!belt->ring) {
		free(belt);
		return -ENOMEM;
	}
	/* With default attributes these cannot fail. */
	(void)pthread_mutex_init(&belt->lock, NULL);
	(void)pthread_cond_init(&belt->work, NULL);
	(void)pthread_cond_init(&belt->room, NULL);
	*ret = belt;
	return 0;
}

void yg_belt_free(struct yg_belt **belt)
{
	struct yg_belt *b = *belt;

	if (!b)
		return;
	(void)pthread_cond_destroy(&b->room);
	(void)pthread_cond_destroy(&b->work);
	(void)pthread_mutex_destroy(&b->lock);
	free(b->ring);
	free(b);
	*belt = NULL;
}

static void wake_consumer(struct yg_belt *belt)
{
	(void)pthread_mutex_lock(&belt->lock);
	(void)pthread_cond_signal(&belt->work);
	(void)pthread_mutex_unlock(&belt->lock);
}

/* Wait until at most @left bytes are on the way. */
static void wait_for_room(struct yg_belt *belt, uint64_t left)
{
	atomic_store(&belt->tail, belt->written);
	(void)pthread_mutex_lock(&belt->lock);
	(void)pthread_cond_signal(&belt->work);
	atomic_store(&belt->wanted, left + 1);
	while (belt->written - atomic_load(&belt->head) > left)
		(void)pthread_cond_wait(&belt->room, &belt->lock);
	atomic_store(&belt->wanted, 0);
	(void)pthread_mutex_unlock(&belt->lock);
	belt->head_seen = atomic_load_explicit(&belt->head, memory_order_acquire);
}

static struct record *place(struct yg_belt *belt, uint64_t at)
{
	return (struct record *)(void *)(belt->ring + (at & (belt->bytes - 1)));
}

static bool has_room(struct yg_belt *belt, uint64_t size)
{
	if (belt->written + size - belt->head_seen <= belt->bytes)
		return true;
	belt->head_seen = atomic_load_explicit(&belt->head, memory_order_acquire);
	return belt->written + size - belt->head_seen <= belt->bytes;
}

void *yg_belt_reserve(struct yg_belt *belt, size_t len)
{
	uint64_t size = (sizeof(struct record) + len + YG_BELT_ALIGN - 1) & ~(YG_BELT_ALIGN - 1ull);
	uint64_t at = belt->written, to_end = belt->bytes - (at & (belt->bytes - 1));
	uint64_t need = size <= to_end ? size : size + to_end;

	if (len > belt->bytes / 4)
		return NULL;
	if (!has_room(belt, need))
		wait_for_room(belt, belt->bytes / 2);
	if (size > to_end) {
		*place(belt, at) = (struct record){ .size = (uint32_t)to_end, .pad = true };
		at += to_end;
	}
	*place(belt, at) = (struct record){ .size = (uint32_t)size };
	belt->reserved = need;
	return place(belt, at) + 1;
}

void yg_belt_commit(struct yg_belt *belt)
{
	belt->written += belt->reserved;
	if (belt->written - atomic_load_explicit(&belt->tail, memory_order_relaxed) <
	    belt->bytes / SHARE)
		return;
	/* Sequential with the look at the sleeper: one of the two sees the other. */
	atomic_store(&belt->tail, belt->written);
	if (belt->written - belt->woken_at < belt->bytes / BATCH)
		return;
	belt->woken_at = belt->written;
	if (atomic_load(&belt->consumer_sleeps))
		wake_consumer(belt);
}

void yg_belt_drain(struct yg_belt *belt)
{
	wait_for_room(belt, 0);
}

void yg_belt_end(struct yg_belt *belt)
{
	atomic_store(&belt->tail, belt->written);
	atomic_store(&belt->ended, true);
	wake_consumer(belt);
}

static void wake_producer(struct yg_belt *belt)
{
	(void)pthread_mutex_lock(&belt->lock);
	(void)pthread_cond_signal(&belt->room);
	(void)pthread_mutex_unlock(&belt->lock);
}

/* Give back what was worked on. */
static void give_back(struct yg_belt *belt)
{
	uint64_t left;

	atomic_store(&belt->head, belt->read);
	left = atomic_load_explicit(&belt->tail, memory_order_relaxed) - belt->read;
	if (left < atomic_load(&belt->wanted))
		wake_producer(belt);
}

static void wait_for_work(struct yg_belt *belt)
{
	(void)pthread_mutex_lock(&belt->lock);
	atomic_store(&belt->consumer_sleeps, true);
	while (atomic_load(&belt->tail) == belt->read && !atomic_load(&belt->ended))
		(void)pthread_cond_wait(&belt->work, &belt->lock);
	atomic_store(&belt->consumer_sleeps, false);
	(void)pthread_mutex_unlock(&belt->lock);
}

/* Return: is there a record? false: the end. */
static bool has_work(struct yg_belt *belt)
{
	if (belt->read != belt->tail_seen)
		return true;
	belt->tail_seen = atomic_load_explicit(&belt->tail, memory_order_acquire);
	if (belt->read != belt->tail_seen)
		return true;
	give_back(belt);
	wait_for_work(belt);
	belt->tail_seen = atomic_load_explicit(&belt->tail, memory_order_acquire);
	return belt->read != belt->tail_seen;
}

void *yg_belt_next(struct yg_belt *belt)
{
	struct record *record;

	for (;;) {
		belt->read += belt->current;
		belt->current = 0;
		if (belt->read - atomic_load_explicit(&belt->head, memory_order_relaxed) >=
		    belt->bytes / SHARE)
			give_back(belt);
		if (!has_work(belt))
			return NULL;
		record = place(belt, belt->read);
		belt->current = record->size;
		if (!record->pad)
			return record + 1;
	}
}
