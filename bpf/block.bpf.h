/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is this address blocked? Shared by the guard and by the killer of sockets.
 *
 *	exact hash -> prefix trie -> allow trie -> heartbeat -> drop
 *
 * The allow list has the last word, and is asked only about an address that a block matched: the
 * frame of an ordinary client costs one hash lookup. Tries are not searched while they are empty
 * (technique: an LPM lookup costs 30 to 1100 ns, reading its element count costs one load).
 */
#pragma once

#include <bpf/bpf_endian.h>

#include "control.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* a million entries up front would cost 90 MB */
	__uint(max_entries, YG_BLOCKS_MAX);
	__type(key, struct yg_addr4);
	__type(value, struct yg_block);
} yg_block4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, YG_BLOCKS_MAX);
	__type(key, struct yg_addr6);
	__type(value, struct yg_block);
} yg_block6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, YG_BLOCK_NETS_MAX);
	__type(key, struct yg_net);
	__type(value, struct yg_block);
} yg_block_nets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, YG_ALLOW_NETS_MAX);
	__type(key, struct yg_net);
	__type(value, struct yg_allow);
} yg_allow_nets SEC(".maps");

/* Of the kernel's own trie; a map's fields are readable through its pointer since 5.9. */
struct lpm_trie {
	unsigned long n_entries;
} __attribute__((preserve_access_index));

/* True only if the kernel says so: a kernel without the field has its tries searched. */
static __always_inline bool is_empty(const void *trie)
{
	return bpf_core_field_exists(struct lpm_trie, n_entries) &&
	       ((const struct lpm_trie *)trie)->n_entries == 0;
}

static __always_inline bool is_live(const struct yg_block *block, __u64 now_ns)
{
	return block->verdict == YG_VERDICT_BLOCK && now_ns < block->expires_ns;
}

/* Outside of XDP and TC the coarse clock may not be read. */
static __always_inline __u64 clock_ns(bool is_frame)
{
	return is_frame ? coarse_ns() : bpf_ktime_get_ns();
}

/*
 * The live entry that covers @addr, NULL if none. @ret_row: the table it is in. @ret_now_ns: read
 * only
 * for an address that is listed, so that ordinary frames do not pay for it.
 */
static __always_inline struct yg_block *block_find(const __u8 addr[16], bool is_v4, bool is_frame,
						   enum guard_row *ret_row, __u64 *ret_now_ns)
{
	struct yg_block *block;
	struct yg_net net;

	if (is_v4)
		block = bpf_map_lookup_elem(&yg_block4, addr + 12);
	else
		block = bpf_map_lookup_elem(&yg_block6, addr);
	*ret_row = GUARD_drop_exact;
	if (block) {
		*ret_now_ns = clock_ns(is_frame);
		if (is_live(block, *ret_now_ns))
			return block;
	}
	if (is_empty(&yg_block_nets))
		return NULL;

	net.prefix_len = 128;
	__builtin_memcpy(net.addr, addr, sizeof(net.addr));
	block = bpf_map_lookup_elem(&yg_block_nets, &net);
	*ret_row = GUARD_drop_net;
	if (!block)
		return NULL;
	*ret_now_ns = clock_ns(is_frame);
	return is_live(block, *ret_now_ns) ? block : NULL;
}

static __always_inline bool is_allowed(const __u8 addr[16])
{
	struct yg_net net = { .prefix_len = 128 };

	if (is_empty(&yg_allow_nets))
		return false;
	__builtin_memcpy(net.addr, addr, sizeof(net.addr));
	return bpf_map_lookup_elem(&yg_allow_nets, &net) != NULL;
}

/* Is @addr one of this host's? The warden keeps them in the allow list. */
static __always_inline bool is_own(const __u8 addr[16])
{
	struct yg_net net = { .prefix_len = 128 };
	struct yg_allow *allow;

	__builtin_memcpy(net.addr, addr, sizeof(net.addr));
	allow = bpf_map_lookup_elem(&yg_allow_nets, &net);
	return allow && allow->why == YG_ALLOW_OWN;
}

static __always_inline bool is_mapped(const __u8 addr[16])
{
	__u64 high;
	__u32 middle;

	__builtin_memcpy(&high, addr, sizeof(high));
	__builtin_memcpy(&middle, addr + 8, sizeof(middle));
	return high == 0 && middle == bpf_htonl(0xffff);
}

/**
 * block_judge() - what becomes of a frame from (or to) @addr.
 * @addr: 16 bytes, IPv4 as v4-mapped.
 * @is_v4: which exact table to ask.
 * @is_frame: of XDP or TC: adds to the drops of the entry that drops.
 *
 * Return: GUARD_pass, GUARD_allow, GUARD_fail_open, GUARD_drop_exact or GUARD_drop_net.
 */
static __always_inline enum guard_row block_judge(const __u8 addr[16], bool is_v4, bool is_frame)
{
	struct yg_control *knobs;
	struct yg_block *block;
	enum guard_row row;
	__u64 now_ns;

	block = block_find(addr, is_v4, is_frame, &row, &now_ns);
	if (!block)
		return GUARD_pass;
	if (is_allowed(addr))
		return GUARD_allow;
	knobs = control();
	if (!knobs)
		return GUARD_fail_open;
	if (is_silent(knobs, now_ns) && !(knobs->flags & YG_CONTROL_FAIL_CLOSED))
		return GUARD_fail_open;
	if (is_frame)
		__sync_fetch_and_add(&block->drops, 1);
	return row;
}
