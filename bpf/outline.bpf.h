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
#define OUTLINE_WORDS 40u /* looked at, each at most 8 bytes of a segment; the same beyond */
#define WORD_MAX      24u /* bytes of a segment that is not an id */
#define VERSION_MAX   3u  /* bytes of "v1" and its like */

/* Of one segment of a path so far. Its hash is over words of 8 bytes, the last one filled up. */
struct yg_outline_part {
	__u64 hash;
	__u64 word; /* byte by byte: what is not in the hash yet */
	__u64 varies;
	__u32 first; /* byte */
	__u32 len;
};

/*
 * A request line at work. In a map: what is read back from there is unknown to the verifier, so
 * that a way through the loop by other bytes is the same to it. A uprobe that is interrupted by
 * another on its CPU takes a request for another kind, once; no bytes of it leave this place.
 */
struct yg_outline {
	__u8 text[OUTLINE_BYTES + 8]; /* a word is read at any byte; one of zeroes ends it */
	__u64 total;
	struct yg_outline_part part;
	__u32 pos; /* in text */
	__u32 in_target;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_outline);
} yg_lines SEC(".maps");

#define OUTLINE_WAYS 4u

/* A kind of request that was seen. */
struct yg_outline_row {
	__u64 key;  /* of outline and service; 0: none */
	__u32 seen; /* requests that were sampled for it */
	__u32 pad;
};

/* Kinds whose keys have the same middle bits: 64 bytes, on two lines of the cache at most. */
struct yg_outline_set {
	struct yg_outline_row rows[OUTLINE_WAYS];
};

/*
 * Not a hash table of the kernel's: the key is a hash already, and this is looked into for each
 * request. CPUs that write to one set at a time may make a row count too much or too little.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, YG_OUTLINES_MAX / OUTLINE_WAYS);
	__type(key, __u32);
	__type(value, struct yg_outline_set);
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

static __always_inline void outline_begin(struct yg_outline *o)
{
	o->total = 0;
	o->in_target = 0;
	o->part = (struct yg_outline_part){ .hash = yg_config.hash_seed };
}

static __always_inline __u64 outline_mix(__u64 hash, __u64 word)
{
	return (hash ^ word) * 0x9e3779b97f4a7c15ull;
}

/* A segment ends; its last word is in part.word. */
static __always_inline void outline_fold(struct yg_outline *o)
{
	bool is_version = (o->part.first | 0x20) == 'v' && o->part.len <= VERSION_MAX;
	bool is_word = o->part.len <= WORD_MAX && (!o->part.varies || is_version);

	if (is_word)
		o->total = mix64(o->total ^ outline_mix(o->part.hash, o->part.word));
	else
		o->total = mix64(o->total + 1);
	o->part = (struct yg_outline_part){ .hash = yg_config.hash_seed };
}

/* A segment of which not all was looked at is as good as any other. */
static __always_inline void outline_cut(struct yg_outline *o)
{
	o->part.len = WORD_MAX + 1;
}

/* One byte of a segment. */
static __always_inline void outline_take(struct yg_outline_part *part, __u32 c)
{
	if (part->len == 0)
		part->first = c;
	part->word |= (__u64)(c & 0xff) << (part->len % 8 * 8);
	part->len++;
	if (part->len % 8 == 0) {
		part->hash = outline_mix(part->hash, part->word);
		part->word = 0;
	}
	if ((c >= '0' && c <= '9') || c == '%' || c == '@')
		part->varies = 1;
}

/* A segment ends, at the byte @c. False: the path, too, and its last segment is not folded. */
static __always_inline bool outline_delimit(struct yg_outline *o, __u32 c)
{
	if (c != '/' && (c != ' ' || o->in_target))
		return false;
	outline_fold(o);
	o->in_target |= c == ' ';
	return true;
}

/* The next byte, for what comes byte by byte. False: the path ends before it. */
static __always_inline bool outline_step(struct yg_outline *o, __u32 c)
{
	if (c <= ' ' || c == '/' || c == '?')
		return outline_delimit(o, c);
	outline_take(&o->part, c);
	return true;
}

/* Eight bytes at once. Words are little endian on every machine that this is built for. */
#define EACH(byte) ((byte)*0x0101010101010101ull)
#define TOPS	   EACH(0x80ull)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is its lowest");

/*
 * The top bits of bytes of @w that equal @byte, or are below it. What is above the lowest that is
 * set may be wrong by the borrow: the lowest, and whether there is one, is right.
 */
static __always_inline __u64 tops_equal(__u64 w, __u64 byte)
{
	w ^= EACH(byte);
	return (w - EACH(1)) & ~w & TOPS;
}

static __always_inline __u64 tops_below(__u64 w, __u64 byte)
{
	return (w - EACH(byte)) & ~w & TOPS;
}

/* Of digits, all of them right. */
static __always_inline __u64 tops_digit(__u64 w)
{
	__u64 low = w & ~TOPS;

	return (low + EACH(0x80 - '0')) & ~(low + EACH(0x80 - '9' - 1)) & ~w & TOPS;
}

enum outline_next { OUTLINE_OVER, OUTLINE_ON, OUTLINE_CUT /* text ends before the segment */ };

/* Up to eight bytes of a segment, and its delimiter if it is among them. */
static __always_inline enum outline_next outline_word(struct yg_outline *o)
{
	__u64 pos = o->pos, w, ends, mine, count;

	if (pos >= OUTLINE_BYTES)
		return OUTLINE_CUT;
	w = *(const volatile __u64 *)(const void *)(o->text + pos);
	ends = tops_below(w, ' ' + 1) | tops_equal(w, '/') | tops_equal(w, '?');
	mine = ((ends & -ends) >> 7) - 1; /* the bytes before the first of them; without one, all */
	w &= mine;
	count = (mine & EACH(1)) * EACH(1) >> 56;
	if (o->part.len == 0)
		o->part.first = w & 0xff;
	o->part.len += count;
	o->part.varies |= tops_digit(w) | tops_equal(w, '%') | tops_equal(w, '@');
	o->pos = pos + count;
	if (!ends) {
		o->part.hash = outline_mix(o->part.hash, w);
		return OUTLINE_ON;
	}
	if (pos + count >= OUTLINE_BYTES)
		return OUTLINE_CUT;
	o->part.word = w;
	o->pos++;
	return outline_delimit(o, o->text[pos + (count & 7)]) ? OUTLINE_ON : OUTLINE_OVER;
}

/* The request line in o->text, zero beyond its end. */
static __always_inline __u64 outline_line(struct yg_outline *o)
{
	enum outline_next next = OUTLINE_ON;

	outline_begin(o);
	o->pos = 0;
	for (__u32 i = 0; i < OUTLINE_WORDS && next == OUTLINE_ON; i++) {
		asm volatile("" ::: "memory"); /* state is in the map, not in registers */
		next = outline_word(o);
	}
	if (next != OUTLINE_OVER)
		outline_cut(o);
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
	__u64 n = BOUND(len, OUTLINE_BYTES);

	if (!o || bytes_read(from, kind, o->text, n))
		return 0;
	*(volatile __u64 *)(void *)(o->text + n) = 0;
	return outline_line(o);
}

/* By bits from the middle: the lowest is the same for all outlines of a service. */
static __always_inline struct yg_outline_set *outline_set(__u64 key)
{
	__u32 index = key >> 32 & (YG_OUTLINES_MAX / OUTLINE_WAYS - 1);

	return bpf_map_lookup_elem(&yg_outlines, &index);
}

/* The row of @key, NULL if it was not seen. */
static __always_inline struct yg_outline_row *outline_find(struct yg_outline_set *set, __u64 key)
{
#pragma unroll
	for (__u32 i = 0; i < OUTLINE_WAYS; i++) {
		if (set->rows[i].key == key)
			return &set->rows[i];
	}
	return NULL;
}

/* A first request of @key: in place of any other of its set, but of none while there is room. */
static __always_inline void outline_add(struct yg_outline_set *set, __u64 key, __u64 any)
{
	struct yg_outline_row *row = outline_find(set, 0);

	if (!row)
		row = &set->rows[any & (OUTLINE_WAYS - 1)];
	row->key = key;
	row->seen = 1;
}

/* Are there too few requests of the outline @key so far? Counts nothing. */
static __always_inline bool is_wanted(__u64 key)
{
	struct yg_outline_set *set = outline_set(key);
	const struct yg_outline_row *row = set ? outline_find(set, key) : NULL;

	return !row || row->seen < yg_config.fresh;
}

/* Room for one more in this second? */
static __always_inline bool fresh_admits(__u64 now_ns)
{
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
	struct yg_outline_set *set = outline_set(key);
	struct yg_outline_row *row = set ? outline_find(set, key) : NULL;
	__u64 now_ns;

	if (!set || (row && row->seen >= yg_config.fresh))
		return false;
	now_ns = bpf_ktime_get_ns();
	if (!fresh_admits(now_ns))
		return false;
	if (row)
		__sync_fetch_and_add(&row->seen, 1);
	else
		outline_add(set, key, now_ns);
	return true;
}
