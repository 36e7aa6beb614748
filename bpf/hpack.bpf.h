/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The outline of a request over HTTP/2, from the header block that opens its stream, RFC 7541:
 *
 *	82		indexed: 2 GET, 3 POST, 4 "/", from 62 on a field that came before
 *	04 len bytes	literal: the index of its name, a string; 44: and it is remembered
 *
 * A path that was never sent on a connection is a literal there, so the first request of each kind
 * has an outline, however late the connection is looked at; one that is an index was seen before.
 * A string is bytes, or Huffman's code of RFC 7541 appendix B: of its codes those of at most eight
 * bits are read, which letters, digits and the marks of a path have; at any other one what is read
 * ends, and its segment varies. The same request has the same outline over HTTP/1.
 */
#pragma once

#include "emission.bpf.h"
#include "outline.bpf.h"

#define HPACK_LOOKED   160u  /* bytes of a block; the path is among its first fields */
#define HPACK_SYMBOLS  3     /* that a byte can complete: codes have five bits or more */
#define HUFFMAN_TARGET 0xffu /* what '?' begins with, and longer codes */

enum hpack_state {
	HPACK_FIELD, /* the first byte of a field */
	HPACK_INDEX, /* of a name beyond the first byte */
	HPACK_NAME_LEN,
	HPACK_NAME,
	HPACK_VALUE_LEN,
	HPACK_LENGTH, /* beyond the first byte */
	HPACK_VALUE,
	HPACK_OVER,
};

enum hpack_part { HPACK_OTHER, HPACK_METHOD, HPACK_PATH };

/* A block at work, beside struct yg_outline and for its reasons in a map. */
struct yg_hpack {
	__u8 block[HPACK_LOOKED];
	__u32 len;   /* [len] of block */
	__u32 state; /* enum hpack_state */
	__u32 part;  /* enum hpack_part: what the string at hand is */
	__u32 rest;  /* bytes of it still to come */
	__u32 is_huffman;
	__u32 bits; /* [bit_count] of a code so far, the last ones received lowest */
	__u32 bit_count;
	__u32 has_path;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_hpack);
} yg_blocks SEC(".maps");

/* Byte @i of 32. In code and not in a table: read-only data is the configuration alone. */
static __always_inline __u32 byte_of(__u64 a, __u64 b, __u64 c, __u64 d, __u32 i)
{
	__u64 word = i < 8 ? a : i < 16 ? b : i < 24 ? c : d;

	return word >> (i % 8 * 8) & 0xff;
}

/*
 * The symbol whose code the bits of @next begin with; codes of one length follow each other:
 *
 *	5 bits from 0x00	012aceiost
 *	6 bits from 0x14	 %-./3456789=A_bdfghlmnpru
 *	7 bits from 0x5c	:BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz
 *	8 bits from 0xf8	&*,;XZ
 *
 * Return: its code's length << 8 | it; 0: its code is longer.
 */
static __always_inline __u32 huffman_symbol(__u32 next)
{
	if (next < 10u << 3)
		return 5 << 8 |
		       byte_of(0x6f69656361323130ull, 0x0000000000007473ull, 0, 0, next >> 3);
	if (next < 0x2eu << 2)
		return 6 << 8 | byte_of(0x3534332f2e2d2520ull, 0x625f413d39383736ull,
					0x706e6d6c68676664ull, 0x0000000000007572ull,
					(next >> 2) - 0x14);
	if (next < 0x7cu << 1)
		return 7 << 8 | byte_of(0x484746454443423aull, 0x504f4e4d4c4b4a49ull,
					0x5957565554535251ull, 0x7a79787776716b6aull,
					(next >> 1) - 0x5c);
	return next < 0xfe ? 8 << 8 | byte_of(0x00005a583b2c2a26ull, 0, 0, 0, next - 0xf8) : 0;
}

/* A byte of method or path. False: the path is over. */
static __always_inline bool hpack_take(struct yg_hpack *p, struct yg_outline *o, __u32 c)
{
	if (p->part == HPACK_PATH)
		return outline_step(o, c);
	outline_take(&o->part, c);
	return true;
}

/* The next eight bits. */
static __always_inline __u32 hpack_next(const struct yg_hpack *p)
{
	return p->bits >> ((p->bit_count - 8) & 31) & 0xff;
}

/* One symbol of what is there of a code, if it is whole. False: the path is over. */
static __always_inline bool hpack_symbol(struct yg_hpack *p, struct yg_outline *o)
{
	__u32 next, row, bits;

	if (p->bit_count < 8 || p->bit_count > 31)
		return true;
	next = hpack_next(p);
	row = huffman_symbol(next);
	bits = row >> 8;
	if (!bits) {
		if (next == HUFFMAN_TARGET && p->bit_count >= 10 &&
		    !(p->bits >> ((p->bit_count - 10) & 31) & 3))
			return false; /* '?' */
		if (next == HUFFMAN_TARGET && p->bit_count < 10)
			return true;
		(void)hpack_take(p, o, '%');
		return false;
	}
	p->bit_count -= bits;
	return hpack_take(p, o, row & 0xff);
}

/* The end of a string: what is left of its bits is padding, or its last symbols. */
static __always_inline void hpack_end(struct yg_hpack *p, struct yg_outline *o)
{
	bool more = p->part != HPACK_OTHER && p->is_huffman;

	if (more) {
		p->bits = p->bits << 8 | 0xff; /* EOS is ones */
		p->bit_count += 8;
#pragma unroll
		for (int i = 0; i < HPACK_SYMBOLS; i++) {
			if (hpack_next(p) == HUFFMAN_TARGET || !hpack_symbol(p, o))
				break;
		}
	}
	p->state = p->part == HPACK_PATH ? HPACK_OVER : HPACK_FIELD;
	p->has_path |= p->part == HPACK_PATH;
}

static __always_inline void hpack_value(struct yg_hpack *p, struct yg_outline *o, __u32 c)
{
	if (p->part != HPACK_OTHER && !p->is_huffman) {
		if (!hpack_take(p, o, c))
			p->rest = 1;
	} else if (p->part != HPACK_OTHER) {
		p->bits = p->bits << 8 | c;
		p->bit_count += 8;
#pragma unroll
		for (int i = 0; i < HPACK_SYMBOLS; i++) {
			if (!hpack_symbol(p, o)) {
				p->part = HPACK_PATH;
				p->is_huffman = 0;
				p->rest = 1;
				break;
			}
		}
	}
	if (--p->rest == 0)
		hpack_end(p, o);
}

/* A string begins; a path behind a space, as in a request line. */
static __always_inline void hpack_string(struct yg_hpack *p, struct yg_outline *o, __u32 c)
{
	p->is_huffman = c >> 7;
	p->rest = c & 0x7f;
	p->bits = p->bit_count = 0;
	if (p->part == HPACK_PATH)
		(void)outline_step(o, ' ');
	p->state = p->rest == 0x7f ? HPACK_LENGTH : HPACK_VALUE;
	if (p->rest == 0)
		hpack_end(p, o);
}

static __always_inline void hpack_text(struct yg_outline *o, const char *text, __u32 len)
{
	for (__u32 i = 0; i < len; i++)
		outline_take(&o->part, text[i]);
}

static __always_inline void hpack_indexed(struct yg_hpack *p, struct yg_outline *o, __u32 index)
{
	if (index == 2) {
		hpack_text(o, "GET", 3);
	} else if (index == 3) {
		hpack_text(o, "POST", 4);
	} else if (index == 4) {
		(void)outline_step(o, ' ');
		(void)outline_step(o, '/');
		p->has_path = 1;
		p->state = HPACK_OVER;
	}
}

static __always_inline void hpack_field(struct yg_hpack *p, struct yg_outline *o, __u32 c)
{
	__u32 mask = (c & 0xc0) == 0x40 ? 0x3f : 0x0f, index = c & mask;

	if (c & 0x80) {
		hpack_indexed(p, o, c & 0x7f);
		if ((c & 0x7f) == 0x7f)
			p->state = HPACK_OVER;
		return;
	}
	if ((c & 0xe0) == 0x20) { /* the size of the table */
		if ((c & 0x1f) == 0x1f)
			p->state = HPACK_OVER;
		return;
	}
	p->part = index == 2 || index == 3   ? HPACK_METHOD
		  : index == 4 || index == 5 ? HPACK_PATH
					     : HPACK_OTHER;
	p->state = index == 0 ? HPACK_NAME_LEN : index == mask ? HPACK_INDEX : HPACK_VALUE_LEN;
}

/*
 * yg_hpack_byte() - the next byte of the block at work. Return: does the path go on?
 * A global function, as the next one: the verifier walks it once, and not once per byte.
 */
__noinline int yg_hpack_byte(__u32 c)
{
	__u32 zero = 0;
	struct yg_outline *o = bpf_map_lookup_elem(&yg_lines, &zero);
	struct yg_hpack *p = bpf_map_lookup_elem(&yg_blocks, &zero);

	if (!o || !p)
		return 0;
	switch (p->state) {
	case HPACK_FIELD:
		hpack_field(p, o, c);
		break;
	case HPACK_INDEX:
		if (!(c & 0x80))
			p->state = HPACK_VALUE_LEN;
		break;
	case HPACK_NAME_LEN:
		p->rest = c & 0x7f;
		p->state = p->rest == 0x7f ? HPACK_OVER : p->rest ? HPACK_NAME : HPACK_VALUE_LEN;
		break;
	case HPACK_NAME:
		if (--p->rest == 0)
			p->state = HPACK_VALUE_LEN;
		break;
	case HPACK_VALUE_LEN:
		hpack_string(p, o, c);
		break;
	case HPACK_LENGTH: /* beyond what is looked at, whatever it is */
		p->rest = ~0u;
		if (!(c & 0x80))
			p->state = HPACK_VALUE;
		break;
	case HPACK_VALUE:
		hpack_value(p, o, c);
		break;
	default:
		break;
	}
	return p->state != HPACK_OVER;
}

/* yg_outline_block() - the outline of the block at work into yg_lines. Return: has it a path? */
__noinline int yg_outline_block(void)
{
	__u32 zero = 0;
	struct yg_outline *o = bpf_map_lookup_elem(&yg_lines, &zero);
	struct yg_hpack *p = bpf_map_lookup_elem(&yg_blocks, &zero);

	if (!o || !p)
		return 0;
	outline_begin(o);
	p->state = HPACK_FIELD;
	p->part = HPACK_OTHER;
	p->has_path = 0;
	for (__u32 i = 0; i < HPACK_LOOKED; i++) {
		if (i >= p->len || !yg_hpack_byte(p->block[i]))
			break;
	}
	if (!p->has_path && p->part != HPACK_PATH)
		return 0;
	if (!p->has_path)
		outline_cut(o);
	outline_fold(o);
	o->total |= 1;
	return 1;
}

/* Of the requests that start in the segment, the first whose kind is wanted still; 0: none. */
static __always_inline __u64 outline_choose(const struct yg_h2_cut *cut, const struct bytes *from,
					    enum bytes_from kind, __u64 service)
{
	__u32 zero = 0;
	struct yg_outline *o = bpf_map_lookup_elem(&yg_lines, &zero);
	struct yg_hpack *p = bpf_map_lookup_elem(&yg_blocks, &zero);

	for (__u32 i = 0; o && p && i < H2_HEADS_MAX; i++) {
		struct bytes at = *from;
		__u32 len = cut->head_lens[i];

		if (i >= cut->request_count)
			break;
		if (len == 0)
			continue;
		at.at += cut->heads[i];
		if (bytes_read(&at, kind, p->block, BOUND(len, HPACK_LOOKED)))
			break;
		p->len = len < HPACK_LOOKED ? len : HPACK_LOOKED;
		if (yg_outline_block() && is_wanted(o->total + mix64(service)))
			return o->total;
	}
	return 0;
}
