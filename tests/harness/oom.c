/* SPDX-License-Identifier: GPL-2.0-only */
#include "oom.h"

#include <execinfo.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES	   3	 /* two of them here */
#define PLACES_MAX 4096u /* more than any test has; further ones are not told apart */

/* Where memory was asked for, and when. */
struct place {
	uint64_t hash; /* of the addresses; 0: free */
	unsigned long first, last;
};

static struct place places[PLACES_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of places */
static atomic_ulong count;				 /* allocations so far */
static unsigned long nth;				 /* the one to refuse; 0: none */
static bool is_counting;

static void write_count(void)
{
	FILE *out = fopen(getenv("OOM_COUNT"), "we");

	if (!out)
		abort();
	fprintf(out, "%lu\n", atomic_load(&count));
	for (size_t i = 0; i < PLACES_MAX; i++) {
		if (places[i].hash)
			fprintf(out, "%lu\n", places[i].first);
		if (places[i].last > places[i].first)
			fprintf(out, "%lu\n", places[i].last);
	}
	fclose(out);
}

__attribute__((constructor)) static void read_environment(void)
{
	const char *text = getenv("OOM_NTH");

	if (text)
		nth = strtoul(text, NULL, 10);
	is_counting = getenv("OOM_COUNT");
	if (is_counting)
		atexit(write_count);
}

/* Not inlined: the frames of this file are as many in every build. */
__attribute__((noinline)) static void remember_place(unsigned long n)
{
	void *frames[FRAMES];
	int depth = backtrace(frames, FRAMES);
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (int i = 0; i < depth; i++)
		hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
	hash |= 1;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct place *place = &places[((hash >> 32) + i) % PLACES_MAX];

		if (place->hash && place->hash != hash)
			continue;
		if (!place->hash)
			*place = (struct place){ hash, n, n };
		place->last = n;
		break;
	}
	(void)pthread_mutex_unlock(&lock);
}

static bool is_refused(void)
{
	unsigned long n = atomic_fetch_add(&count, 1) + 1;

	if (is_counting)
		remember_place(n);
	return n == nth;
}

void *oom_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

void *oom_calloc(size_t rows, size_t size)
{
	return is_refused() ? NULL : calloc(rows, size);
}

void *oom_realloc(void *old, size_t size)
{
	return is_refused() ? NULL : realloc(old, size);
}

char *oom_strdup(const char *text)
{
	return is_refused() ? NULL : strdup(text);
}

char *oom_strndup(const char *text, size_t len)
{
	return is_refused() ? NULL : strndup(text, len);
}
