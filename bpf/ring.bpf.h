/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a decision to a record: choose the ring, reserve by size class, copy, submit.
 *
 * No record wakes the consumer (a forced wakeup costs ten times the record): it polls. A record is
 * reserved in the smallest class that holds its bytes, so that the size is a constant for the
 * verifier and a small request does not pay for a large one.
 */
#pragma once

#include "emission.bpf.h"

#define XDP_FRAME_MASK 0x7fff /* a frame in one buffer is at most a page */

struct yg_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries,
	       4096); /* shape of the inner maps; the loader makes them as large as asked */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, YG_RINGS_MAX);
	__type(key, __u32);
	__array(values, struct yg_ring);
} yg_rings SEC(".maps");

/* Where the bytes of a record come from. */
enum bytes_from { BYTES_SKB, BYTES_XDP, BYTES_USER };

struct bytes {
	void *ctx; /* of the program; unused for BYTES_USER */
	__u64 at;  /* offset in the frame, or address in the process */
};

enum emitted { EMITTED, EMITTED_RING_FULL, EMITTED_COPY_FAILED };

/* Finalizer of MurmurHash3. */
static __always_inline __u64 mix64(__u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	return x ^ (x >> 33);
}

/* @addr: of a flow key, so aligned to 4: without the hint clang reads it byte by byte. */
static __always_inline __u64 hash_address(const __u8 addr[16])
{
	const __u32 *word = __builtin_assume_aligned(addr, 4);
	__u64 high = (__u64)word[1] << 32 | word[0], low = (__u64)word[3] << 32 | word[2];

	return mix64((high * 0x9e3779b97f4a7c15ull) ^ low ^ yg_config.hash_seed);
}

/* The same for both directions, and for a wire segment and the plaintext of the same client. */
static __always_inline __u64 hash_addresses(const struct yg_flow_key *key)
{
	return hash_address(key->saddr) + hash_address(key->daddr);
}

static __always_inline __u32 ring_of(__u64 hash)
{
	return (__u32)mix64(hash) & yg_config.ring_mask;
}

/*
 * Before 5.18 an XDP program reads a variable length only as kernel memory; only the first buffer
 * of a frame is there.
 */
static __always_inline long xdp_read(struct xdp_md *ctx, __u64 at, void *dst, __u32 len)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (HAS_HELPER(xdp_load_bytes))
		return bpf_xdp_load_bytes(ctx, at, dst, len);
	if (at + len > (__u64)(end - data))
		return -1;
	asm volatile("%[at] &= %[max]" : [at] "+r"(at) : [max] "i"(XDP_FRAME_MASK));
	return bpf_probe_read_kernel(dst, len, data + at);
}

/* @len is at least 1 and at most the room at @dst, and the verifier knows. */
static __always_inline long bytes_read(const struct bytes *from, enum bytes_from kind, void *dst,
				       __u32 len)
{
	if (kind == BYTES_SKB)
		return bpf_skb_load_bytes(from->ctx, from->at, dst, len);
	if (kind == BYTES_USER)
		return bpf_probe_read_user(dst, len, (const void *)(long)from->at);
	return xdp_read(from->ctx, from->at, dst, len);
}

static __always_inline void record_fill(struct yg_segment *seg, const struct yg_emission *e)
{
	seg->time_ns = bpf_ktime_get_ns();
	seg->offset = e->offset;
	seg->object = e->object;
	seg->key = e->key;
	seg->tgid = e->tgid;
	seg->generation = e->generation;
	seg->payload_len = e->payload_len;
	seg->data_len = e->data_len;
	seg->sampled = e->sampled;
	seg->source = e->source;
	seg->bind = e->bind;
	seg->tcp_flags = e->tcp_flags;
	seg->chosen = e->chosen;
	seg->ack = e->ack;
	seg->clients = e->clients;
	seg->lost = e->lost;
	seg->starts = e->begun;
}

/* emit() for records of one class. @room is a constant: this is inlined once per class. */
static __always_inline enum emitted emit_class(void *ring, const struct yg_emission *e,
					       const struct bytes *from, enum bytes_from kind,
					       const __u32 room)
{
	struct yg_segment *seg;

	seg = bpf_ringbuf_reserve(ring, YG_SEGMENT_HEAD + room, 0);
	if (!seg)
		return EMITTED_RING_FULL;
	if (e->data_len && bytes_read(from, kind, seg->data, BOUND(e->data_len, room))) {
		bpf_ringbuf_discard(seg, BPF_RB_NO_WAKEUP);
		return EMITTED_COPY_FAILED;
	}
	record_fill(seg, e);
	bpf_ringbuf_submit(seg, BPF_RB_NO_WAKEUP);
	return EMITTED;
}

/* Put one record on its ring. Without a ring there, the ring is as good as full. */
static __always_inline enum emitted emit(const struct yg_emission *e, const struct bytes *from,
					 enum bytes_from kind)
{
	void *ring = bpf_map_lookup_elem(&yg_rings, &e->ring);

	if (!ring)
		return EMITTED_RING_FULL;
	if (e->data_len <= YG_SEGMENT_CLASS_0)
		return emit_class(ring, e, from, kind, YG_SEGMENT_CLASS_0);
	if (e->data_len <= YG_SEGMENT_CLASS_1)
		return emit_class(ring, e, from, kind, YG_SEGMENT_CLASS_1);
	if (e->data_len <= YG_SEGMENT_CLASS_2)
		return emit_class(ring, e, from, kind, YG_SEGMENT_CLASS_2);
	return emit_class(ring, e, from, kind, YG_SEGMENT_CLASS_3);
}
