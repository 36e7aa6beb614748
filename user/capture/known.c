/* SPDX-License-Identifier: GPL-2.0-only */
/* Chained hash over a fixed array; eviction looks at every row, and happens once per inspection. */
#include "capture/known.h"

#include <errno.h>
#include <string.h>

#include "core/hash.h"

#define NONE UINT32_MAX

struct yg_known {
	uint32_t cap;
	uint32_t used; /* rows below it were used once */
	uint32_t free; /* list of rows given back */
	uint32_t *buckets;
	struct yg_file files[]; /* [cap] */
};

int yg_known_new(uint32_t cap, struct yg_known **ret)
{
	YG_CLEANUP(yg_known_free)
	struct yg_known *known = calloc(1, sizeof(*known) + cap * sizeof(struct yg_file));

	if (!known)
		return -ENOMEM;
	known->cap = cap;
	known->free = NONE;
	known->buckets = malloc(cap * sizeof(*known->buckets));
	if (!known->buckets)
		return -ENOMEM;
	for (uint32_t i = 0; i < cap; i++)
		known->buckets[i] = NONE;
	*ret = YG_TAKE_PTR(known);
	return 0;
}

void yg_known_free(struct yg_known **known)
{
	if (*known)
		yg_freep(&(*known)->buckets);
	yg_freep(known);
}

/* Inode numbers are given out by file systems, not by traffic: no key is needed. */
static uint32_t *bucket(struct yg_known *known, uint64_t dev, uint64_t ino)
{
	return &known->buckets[yg_hash_mix(dev ^ yg_hash_mix(ino)) & (known->cap - 1)];
}

static int64_t mtime_ns(const struct stat *st)
{
	return (int64_t)((uint64_t)st->st_mtim.tv_sec * 1000000000u +
			 (uint64_t)st->st_mtim.tv_nsec);
}

struct yg_file *yg_known_find(struct yg_known *known, const struct stat *st)
{
	uint32_t at = *bucket(known, st->st_dev, st->st_ino);

	for (; at != NONE; at = known->files[at].next) {
		if (known->files[at].dev == st->st_dev && known->files[at].ino == st->st_ino)
			return &known->files[at];
	}
	return NULL;
}

bool yg_file_is_same(const struct yg_file *file, const struct stat *st)
{
	return file->size == st->st_size && file->mtime_ns == mtime_ns(st);
}

void yg_known_remove(struct yg_known *known, struct yg_file *file)
{
	uint32_t index = yg_known_index(known, file);
	uint32_t *at = bucket(known, file->dev, file->ino);

	while (*at != index)
		at = &known->files[*at].next;
	*at = file->next;
	*file = (struct yg_file){ .state = YG_FILE_FREE, .next = known->free };
	known->free = index;
}

static bool evict(struct yg_known *known)
{
	struct yg_file *oldest = NULL;

	for (uint32_t i = 0; i < known->used; i++) {
		struct yg_file *file = &known->files[i];

		if ((file->state == YG_FILE_OTHER || file->state == YG_FILE_FAILED) &&
		    (!oldest || file->seen < oldest->seen))
			oldest = file;
	}
	if (oldest)
		yg_known_remove(known, oldest);
	return oldest != NULL;
}

static struct yg_file *take_row(struct yg_known *known)
{
	struct yg_file *file;

	if (known->free != NONE) {
		file = &known->files[known->free];
		known->free = file->next;
		return file;
	}
	return known->used < known->cap ? &known->files[known->used++] : NULL;
}

struct yg_file *yg_known_add(struct yg_known *known, const struct stat *st, bool *ret_evicted)
{
	struct yg_file *file = take_row(known);
	uint32_t *head = bucket(known, st->st_dev, st->st_ino);

	*ret_evicted = false;
	if (!file && evict(known)) {
		*ret_evicted = true;
		file = take_row(known);
	}
	if (!file)
		return NULL;
	*file = (struct yg_file){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = st->st_size,
		.mtime_ns = mtime_ns(st),
		.next = *head,
		.state = YG_FILE_QUEUED,
	};
	*head = yg_known_index(known, file);
	return file;
}

uint32_t yg_known_index(const struct yg_known *known, const struct yg_file *file)
{
	return (uint32_t)(file - known->files);
}

struct yg_file *yg_known_at(struct yg_known *known, uint32_t index)
{
	return &known->files[index];
}
