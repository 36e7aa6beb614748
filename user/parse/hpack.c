/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/hpack.h"

#include <nghttp2/nghttp2.h>

#define PLACEHOLDERS	   128u	 /* 4096 / 32: RFC 7541 section 4.1 */
#define PLACEHOLDERS_LARGE 2048u /* YG_HPACK_TABLE_MAX / 32 */
#define BATCH		   128u	 /* placeholders per call */

_Static_assert(PLACEHOLDERS_LARGE == YG_HPACK_TABLE_MAX / 32, "one per smallest entry");

struct yg_hpack_memory {
	nghttp2_mem mem;
};

static void *take(size_t size, void *heap)
{
	return yg_heap_take(heap, size);
}

static void give(void *piece, void *heap)
{
	yg_heap_give(heap, piece);
}

static void *take_zeroed(size_t count, size_t size, void *heap)
{
	void *piece;

	if (size && count > YG_POOL_BLOCK_MAX / size)
		return NULL;
	piece = yg_heap_take(heap, count * size);
	return piece ? memset(piece, 0, count * size) : NULL;
}

static void *resize(void *piece, size_t size, void *heap)
{
	return yg_heap_resize(heap, piece, size);
}

static void ignore_begin(void *ctx)
{
	(void)ctx;
}

static void ignore_field(void *ctx, struct yg_slice name, struct yg_slice value)
{
	(void)ctx;
	(void)name;
	(void)value;
}

static const struct yg_hpack_sink ignore = { NULL, ignore_begin, ignore_field };

/* Section 6.3: the table is YG_HPACK_TABLE_MAX bytes large. */
static const struct yg_slice enlarge = YG_SLICE("\x3f\xe1\xff\x03");

static enum yg_parse inflate(struct nghttp2_hd_inflater *inflater, struct yg_slice block,
			     const struct yg_hpack_sink *sink)
{
	const uint8_t *p = (const uint8_t *)block.ptr, *end = p + block.len;

	sink->on_begin(sink->ctx);
	for (;;) {
		int flags = 0;
		nghttp2_nv nv;
		ssize_t n = nghttp2_hd_inflate_hd2(inflater, &nv, &flags, p, (size_t)(end - p), 1);

		if (n == NGHTTP2_ERR_NOMEM)
			return YG_PARSE_MORE;
		if (n < 0)
			return YG_PARSE_BAD;
		p += n;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			sink->on_field(sink->ctx,
				       (struct yg_slice){ (const char *)nv.name, nv.namelen },
				       (struct yg_slice){ (const char *)nv.value, nv.valuelen });
		if (flags & NGHTTP2_HD_INFLATE_FINAL) {
			(void)nghttp2_hd_inflate_end_headers(inflater);
			return YG_PARSE_DONE;
		}
		if (n == 0 && !(flags & NGHTTP2_HD_INFLATE_EMIT))
			return YG_PARSE_BAD;
	}
}

/* Take the size update that @block begins with off it; false: there is none. Sections 5.1, 6.3. */
static bool size_next(struct yg_slice *block, struct yg_slice *ret, uint64_t *ret_size)
{
	const uint8_t *p = (const uint8_t *)block->ptr, *end = p + block->len;
	uint64_t size;
	unsigned shift = 0;

	if (p == end || (*p & 0xe0) != 0x20)
		return false;
	size = *p & 0x1f;
	for (bool more = size == 0x1f; more; shift += 7) {
		if (++p == end || shift > 28)
			return false;
		size += (uint64_t)(*p & 0x7f) << shift;
		more = *p & 0x80;
	}
	p++;
	*ret = (struct yg_slice){ block->ptr, (size_t)(p - (const uint8_t *)block->ptr) };
	*block = (struct yg_slice){ (const char *)p, (size_t)(end - p) };
	*ret_size = size;
	return true;
}

/*
 * A table that is larger than what is followed begins with the same entries, newest first: of such
 * an update is taken what is followed, and an index into the rest is BAD.
 */
static enum yg_parse inflate_block(struct nghttp2_hd_inflater *inflater, struct yg_slice block,
				   const struct yg_hpack_sink *sink)
{
	struct yg_slice rest = block, update;
	enum yg_parse r = YG_PARSE_DONE;
	bool beyond = false;
	uint64_t size;

	while (size_next(&rest, &update, &size))
		beyond |= size > YG_HPACK_TABLE_MAX;
	if (!beyond)
		return inflate(inflater, block, sink);
	rest = block;
	while (r == YG_PARSE_DONE && size_next(&rest, &update, &size))
		r = inflate(inflater, size > YG_HPACK_TABLE_MAX ? enlarge : update, &ignore);
	return r == YG_PARSE_DONE ? inflate(inflater, rest, sink) : r;
}

/* As if the peer had sent that many entries with neither name nor value. */
static enum yg_parse fill(struct nghttp2_hd_inflater *inflater, unsigned count)
{
	uint8_t entries[3 * BATCH];
	enum yg_parse r = YG_PARSE_DONE;

	for (unsigned i = 0; i < sizeof(entries); i++)
		entries[i] = i % 3 == 0 ? 0x40 : 0x00;
	if (count > PLACEHOLDERS)
		r = inflate(inflater, enlarge, &ignore);
	for (unsigned i = 0; i < count && r == YG_PARSE_DONE; i += BATCH)
		r = inflate(inflater, (struct yg_slice){ (const char *)entries, sizeof(entries) },
			    &ignore);
	return r;
}

static bool build(struct yg_hpack *hpack, struct yg_heap *heap)
{
	hpack->memory = yg_heap_take(heap, sizeof(*hpack->memory));
	if (!hpack->memory)
		return false;
	hpack->memory->mem = (nghttp2_mem){ heap, take, give, take_zeroed, resize };
	if (nghttp2_hd_inflate_new2(&hpack->inflater, &hpack->memory->mem))
		hpack->inflater = NULL;
	/*
	 * What the settings allow need not be tracked: the encoder announces the size it uses at
	 * the start of a block, and starts with the default.
	 */
	if (hpack->inflater &&
	    nghttp2_hd_inflate_change_table_size(hpack->inflater, YG_HPACK_TABLE_MAX) == 0 &&
	    fill(hpack->inflater, hpack->placeholders) == YG_PARSE_DONE)
		return true;
	yg_hpack_clean(hpack);
	return false;
}

enum yg_parse yg_hpack_read(struct yg_hpack *hpack, struct yg_heap *heap, struct yg_slice block,
			    const struct yg_hpack_sink *sink)
{
	enum yg_parse r = YG_PARSE_MORE;

	/* Twice at most: with the table at hand, and with a large one of placeholders. */
	for (unsigned i = 0; i < 2; i++) {
		bool is_large = hpack->placeholders == PLACEHOLDERS_LARGE;

		r = YG_PARSE_MORE;
		if (hpack->inflater || build(hpack, heap))
			r = inflate_block(hpack->inflater, block, sink);
		if (r == YG_PARSE_DONE)
			return r;
		yg_hpack_relearn(hpack);
		if (r == YG_PARSE_BAD)
			hpack->placeholders = PLACEHOLDERS_LARGE;
		if (r == YG_PARSE_MORE || is_large)
			break;
	}
	if (hpack->failures < YG_HPACK_FAILURES_MAX)
		hpack->failures++;
	return r;
}

void yg_hpack_relearn(struct yg_hpack *hpack)
{
	yg_hpack_clean(hpack);
	hpack->learned++;
	if (hpack->placeholders == 0)
		hpack->placeholders = PLACEHOLDERS;
}

void yg_hpack_clean(struct yg_hpack *hpack)
{
	if (hpack->inflater)
		nghttp2_hd_inflate_del(hpack->inflater);
	if (hpack->memory)
		yg_heap_give(hpack->memory->mem.mem_user_data, hpack->memory);
	hpack->inflater = NULL;
	hpack->memory = NULL;
}
