/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a direction that is not HTTP may begin with: a TLS ClientHello, a PROXY header.
 *
 *	| 0x16 3 x | length | 0x01 | length ...		its own bytes, PRELUDE_BYTES at most
 *	| "PROXY " or the signature of version 2 ...	PRELUDE_BYTES; HTTP behind it counts as such
 *
 * A ClientHello with a post-quantum key share fills two segments, so what is left of a prelude is
 * kept by direction; most need no entry, for they fit one segment. Nothing else of a TLS connection
 * is copied.
 */
#pragma once

#include "emission.bpf.h"
#include "packet.bpf.h"

#define PRELUDE_BYTES 4096u /* per direction; a longer ClientHello is not read */
#define HELLO_HEADERS 9u    /* bytes: of the record, of the message */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_PRELUDES_MAX);
	__type(key, struct yg_flow_key);
	__type(value, __u32); /* bytes that are still wanted */
} yg_preludes SEC(".maps");

/* RFC 8446 sections 4 and 5.1: a handshake record whose message is a ClientHello. */
static __always_inline bool is_hello(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return b[0] == 0x16 && b[1] == 3 && b[5] == 1;
}

/* The signature of version 2 begins with empty lines, which head_read() has passed over. */
static __always_inline bool is_proxy(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	if (b[0] == 'P')
		return b[1] == 'R' && b[2] == 'O' && b[3] == 'X' && b[4] == 'Y' && b[5] == ' ';
	return b[0] == 0 && b[1] == '\r' && b[2] == '\n' && b[3] == 'Q' && b[4] == 'U' &&
	       b[5] == 'I' && b[6] == 'T' && b[7] == '\n';
}

/* Bytes of a ClientHello in one record; a message over several records has more headers. */
static __always_inline __u32 hello_len(const struct yg_head *head)
{
	const __u8 *b = head->bytes;
	__u32 record = (__u32)b[3] << 8 | b[4];
	__u32 message = (__u32)b[6] << 16 | (__u32)b[7] << 8 | b[8];

	if (head->len < HELLO_HEADERS || record != message + 4 || message > PRELUDE_BYTES)
		return PRELUDE_BYTES;
	return message + HELLO_HEADERS;
}

/**
 * prelude_admit() - decide over a segment of a direction that is not HTTP.
 * @ret_take: bytes to copy; 0: leave it alone.
 */
static __always_inline void prelude_admit(struct yg_counters *c, const struct packet *p,
					  const struct yg_head *head, __u32 *ret_take)
{
	__u32 *known = bpf_map_lookup_elem(&yg_preludes, &p->key);
	__u32 wanted = known ? *known : 0, take = p->len;

	if (is_hello(head)) {
		wanted = hello_len(head);
		count_sample(c, SAMPLE_hello);
	} else if (is_proxy(head)) {
		wanted = PRELUDE_BYTES;
	}
	if (take > wanted)
		take = wanted;
	if (take > PRELUDE_BYTES)
		take = PRELUDE_BYTES;
	*ret_take = take;
	if (take == 0)
		return;
	wanted -= take;
	if (known && !wanted)
		(void)bpf_map_delete_elem(&yg_preludes, &p->key);
	else if (wanted)
		(void)bpf_map_update_elem(&yg_preludes, &p->key, &wanted, BPF_ANY);
}
