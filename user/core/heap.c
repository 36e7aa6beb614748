/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PAGE_BYTES 4096u
#define CLASSES	   YG_ARRAY_SIZE(class_bytes)
#define LARGE	   CLASSES

/* A piece with what stands before it. */
static const uint32_t class_bytes[] = { 32, 48, 64, 96, 128, 192, 256, 384, 512 };

struct page {
	struct page *next, *prev; /* pages of this class with room */
	struct piece *free;
	uint32_t class_;
	uint32_t used;	/* pieces out */
	uint32_t fresh; /* pieces never handed out start here */
	uint32_t pad[3];
};

struct piece {
	union {
		struct page *page;  /* out, small */
		size_t block_bytes; /* out, large */
		struct piece *next; /* free */
	};
	uint32_t size; /* asked for */
	uint32_t class_;
};

_Static_assert(sizeof(struct piece) == 16 && sizeof(struct page) % 16 == 0, "aligned to 16");

struct yg_heap {
	struct yg_pool *pool;
	size_t limit, used;
	struct page *room[CLASSES];
};

int yg_heap_new(struct yg_pool *pool, size_t limit, struct yg_heap **ret)
{
	struct yg_heap *heap = calloc(1, sizeof(*heap));

	if (!heap)
		return -ENOMEM;
	heap->pool = pool;
	heap->limit = limit;
	*ret = heap;
	return 0;
}

void yg_heap_free(struct yg_heap **heap)
{
	yg_freep(heap);
}

static void *take_block(struct yg_heap *heap, size_t need, size_t *ret_cap)
{
	void *block;

	if (need > heap->limit - heap->used)
		return NULL;
	block = yg_pool_take(heap->pool, need, ret_cap);
	if (!block)
		return NULL;
	if (*ret_cap > heap->limit - heap->used) {
		yg_pool_give(heap->pool, block);
		return NULL;
	}
	heap->used += *ret_cap;
	return block;
}

static void give_block(struct yg_heap *heap, void *block, size_t cap)
{
	heap->used -= cap;
	yg_pool_give(heap->pool, block);
}

static uint32_t class_of(size_t need)
{
	uint32_t class_ = 0;

	while (class_ < CLASSES && class_bytes[class_] < need)
		class_++;
	return class_;
}

static void link_page(struct yg_heap *heap, struct page *page)
{
	page->prev = NULL;
	page->next = heap->room[page->class_];
	if (page->next)
		page->next->prev = page;
	heap->room[page->class_] = page;
}

static void unlink_page(struct yg_heap *heap, struct page *page)
{
	*(page->prev ? &page->prev->next : &heap->room[page->class_]) = page->next;
	if (page->next)
		page->next->prev = page->prev;
}

static uint32_t pieces_max(uint32_t class_)
{
	return (PAGE_BYTES - (uint32_t)sizeof(struct page)) / class_bytes[class_];
}

static struct page *page_with_room(struct yg_heap *heap, uint32_t class_)
{
	struct page *page = heap->room[class_];
	size_t cap;

	if (page)
		return page;
	page = take_block(heap, PAGE_BYTES, &cap);
	if (!page)
		return NULL;
	*page = (struct page){ .class_ = class_ };
	link_page(heap, page);
	return page;
}

static struct piece *take_small(struct yg_heap *heap, uint32_t class_)
{
	struct page *page = page_with_room(heap, class_);
	struct piece *piece;

	if (!page)
		return NULL;
	piece = page->free;
	if (piece)
		page->free = piece->next;
	else
		piece = (void *)((char *)(page + 1) + (size_t)page->fresh++ * class_bytes[class_]);
	page->used++;
	if (!page->free && page->fresh == pieces_max(class_))
		unlink_page(heap, page);
	piece->page = page;
	return piece;
}

void *yg_heap_take(struct yg_heap *heap, size_t size)
{
	size_t need = size + sizeof(struct piece), cap;
	struct piece *piece;
	uint32_t class_;

	if (size > YG_POOL_BLOCK_MAX)
		return NULL;
	class_ = class_of(need);
	if (class_ < LARGE) {
		piece = take_small(heap, class_);
	} else {
		piece = take_block(heap, need, &cap);
		if (piece)
			piece->block_bytes = cap;
	}
	if (!piece)
		return NULL;
	piece->size = (uint32_t)size;
	piece->class_ = class_;
	return piece + 1;
}

void yg_heap_give(struct yg_heap *heap, void *ptr)
{
	struct piece *piece = ptr;
	struct page *page;
	bool was_full;

	if (!ptr)
		return;
	piece--;
	if (piece->class_ == LARGE) {
		give_block(heap, piece, piece->block_bytes);
		return;
	}
	page = piece->page;
	was_full = !page->free && page->fresh == pieces_max(page->class_);
	piece->next = page->free;
	page->free = piece;
	if (was_full)
		link_page(heap, page);
	if (--page->used == 0) {
		unlink_page(heap, page);
		give_block(heap, page, PAGE_BYTES);
	}
}

void *yg_heap_resize(struct yg_heap *heap, void *ptr, size_t size)
{
	uint32_t old = ptr ? ((struct piece *)ptr - 1)->size : 0;
	void *fresh;

	if (ptr && size <= old)
		return ptr;
	fresh = yg_heap_take(heap, size);
	if (!fresh)
		return NULL;
	if (old)
		memcpy(fresh, ptr, old);
	yg_heap_give(heap, ptr);
	return fresh;
}

size_t yg_heap_used(const struct yg_heap *heap)
{
	return heap->used;
}

bool yg_heap_is_scarce(const struct yg_heap *heap)
{
	return heap->limit - heap->used < heap->limit / YG_POOL_RESERVE;
}
