/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of a kind that was hardly seen yet, so that sampling does not pass over a new endpoint.
 *
 *	GET /v2/users/8412/cards?page=3		GET  /v2  /users  /{}  /cards
 *
 * The outline of a request is its method and path without what varies: a segment with a digit (but
 * for "v2"), an escape or an "@", or longer than words are, is as good as any other there. The
 * first of each outline, by service, are sampled whatever is chosen of the rest.
 *
 * That depends on what was asked before, and never on what is drawn: such a request is in with
 * certainty, so its weight is 1, also in a flow that was drawn. Words without end in a path (slugs)
 * are outlines without end: only so many requests are let in per second and CPU, and those that
 * are not do not count as seen. Of HTTP/2, hpack.bpf.h reads the path.
 */
#pragma once

#include "ring.bpf.h"

#define OUTLINE_BYTES 96u /* of a request line; beyond, all is one segment that varies */
#define WORD_MAX      24u /* bytes of a segment that is not an id */
#define VERSION_MAX   3u  /* bytes of "v1" and its like */

/* Of one segment of a path so far. */
struct yg_outline_part {
	__u64 hash;
	__u32 varies;
	__u32 first; /* byte */
	__u32 len;
	__u32 pad;
};

/*
 * A request line at work. In a map: what is read back from there is unknown to the verifier, so
 * that a way through the loop by other bytes is the same to it. A uprobe that is interrupted by
 * another on its CPU takes a request for another kind, once; no bytes of it leave this place.
 */
struct yg_outline {
	__u8 text[OUTLINE_BYTES];
	__u64 total;
	struct yg_outline_part part;
	__u32 len; /* [len] of text */
	__u32 in_target;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_outline);
} yg_lines SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_OUTLINES_MAX);
	__type(key, __u64);
	__type(value, __u32); /* requests that were sampled for it */
} yg_outlines SEC(".maps");

/* What was let in of late. */
struct yg_fresh {
	__u64 since_ns;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_fresh);
} yg_fresh SEC(".maps");

static __always_inline void outline_fold(struct yg_outline *o)
{
	bool is_version = (o->part.first | 0x20) == 'v' && o->part.len <= VERSION_MAX;
	bool is_word = o->part.len <= WORD_MAX && (!o->part.varies || is_version);

	o->total = mix64(is_word ? o->total ^ o->part.hash : o->total + 1);
	o->part = (struct yg_outline_part){ .hash = yg_config.hash_seed };
}

static __always_inline void outline_take(struct yg_outline_part *part, __u32 c)
{
	if (part->len == 0)
		part->first = c;
	part->len++;
	part->hash = (part->hash ^ c) * 0x100000001b3ull;
	if ((c >= '0' && c <= '9') || c == '%' || c == '@')
		part->varies = 1;
}

/* The next byte. False: the path ends before it. */
static __always_inline bool outline_step(struct yg_outline *o, __u32 c)
{
	if (c == '?' || c == '\r' || c == '\n' || (c == ' ' && o->in_target))
		return false;
	if (c != ' ' && c != '/') {
		outline_take(&o->part, c);
		return true;
	}
	if (c == ' ')
		o->in_target = 1;
	outline_fold(o);
	return true;
}

static __always_inline __u64 outline_hash(struct yg_outline *o)
{
	__u32 i;

	o->total = 0;
	o->in_target = 0;
	o->part = (struct yg_outline_part){ .hash = yg_config.hash_seed };
	for (i = 0; i < OUTLINE_BYTES; i++) {
		asm volatile("" ::: "memory"); /* state is in the map, not in registers */
		if (i >= o->len || !outline_step(o, o->text[i]))
			break;
	}
	if (i == OUTLINE_BYTES) /* what is cut off is as good as any other */
		o->part.len = WORD_MAX + 1;
	outline_fold(o);
	return o->total | 1;
}

/**
 * outline_read() - the outline of a message of @len bytes that begins with a request line.
 * Return: 0 if it cannot be read.
 */
static __always_inline __u64 outline_read(const struct bytes *from, enum bytes_from kind, __u32 len)
{
	__u32 zero = 0;
	struct yg_outline *o = bpf_map_lookup_elem(&yg_lines, &zero);

	if (!o || bytes_read(from, kind, o->text, BOUND(len, OUTLINE_BYTES)))
		return 0;
	o->len = len;
	return outline_hash(o);
}

/* Are there too few requests of the outline @key so far? Counts nothing. */
static __always_inline bool is_wanted(__u64 key)
{
	const __u32 *seen = bpf_map_lookup_elem(&yg_outlines, &key);

	return !seen || *seen < yg_config.fresh;
}

/* Room for one more in this second? */
static __always_inline bool fresh_admits(void)
{
	__u64 now_ns = bpf_ktime_get_ns();
	__u32 zero = 0;
	struct yg_fresh *fresh = bpf_map_lookup_elem(&yg_fresh, &zero);

	if (!fresh)
		return false;
	if (now_ns - fresh->since_ns >= 1000000000ull) {
		fresh->since_ns = now_ns;
		fresh->count = 0;
	}
	if (fresh->count >= YG_FRESH_PER_S)
		return false;
	fresh->count++;
	return true;
}

/*
 * Is a request of the outline @key one of its first? Counts it if so. Inlined, for the frames of
 * calls below XDP must fit 512 bytes.
 */
static __always_inline bool is_fresh(__u64 key)
{
	__u32 *seen = bpf_map_lookup_elem(&yg_outlines, &key), one = 1;

	if (seen && *seen >= yg_config.fresh)
		return false;
	if (!fresh_admits())
		return false;
	if (seen)
		__sync_fetch_and_add(seen, 1);
	else
		(void)bpf_map_update_elem(&yg_outlines, &key, &one, BPF_ANY);
	return true;
}
