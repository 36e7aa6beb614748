/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/crew.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define STACK_BYTES 131072u /* libbpf puts paths on it */

struct yg_crew {
	void (*work)(void *ctx, size_t index);
	void *ctx;
	size_t count;
	size_t taken; /* atomic, as the next */
	size_t done;
	pthread_t threads[YG_CREW_MAX];
	size_t thread_count;
};

static void *take(void *arg)
{
	struct yg_crew *crew = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&crew->taken, 1, __ATOMIC_RELAXED)) < crew->count) {
		crew->work(crew->ctx, i);
		(void)__atomic_add_fetch(&crew->done, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

int yg_crew_start(void (*work)(void *ctx, size_t index), void *ctx, size_t count,
		  struct yg_crew **ret)
{
	size_t wanted = count < YG_CREW_MAX ? count : YG_CREW_MAX;
	struct yg_crew *crew = calloc(1, sizeof(*crew));
	pthread_attr_t attr;
	int r = 0;

	if (!crew || pthread_attr_init(&attr)) {
		yg_freep(&crew);
		return -ENOMEM;
	}
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	crew->work = work;
	crew->ctx = ctx;
	crew->count = count;
	while (crew->thread_count < wanted && r == 0) {
		r = pthread_create(&crew->threads[crew->thread_count], &attr, take, crew);
		crew->thread_count += r == 0;
	}
	(void)pthread_attr_destroy(&attr);
	if (r && crew->thread_count == 0) {
		yg_freep(&crew);
		return -EAGAIN;
	}
	*ret = crew;
	return 0;
}

bool yg_crew_is_done(const struct yg_crew *crew)
{
	return __atomic_load_n(&crew->done, __ATOMIC_ACQUIRE) == crew->count;
}

void yg_crew_join(struct yg_crew **crew)
{
	if (!*crew)
		return;
	for (size_t i = 0; i < (*crew)->thread_count; i++)
		(void)pthread_join((*crew)->threads[i], NULL);
	assert(yg_crew_is_done(*crew));
	yg_freep(crew);
}
