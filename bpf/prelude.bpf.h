/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a direction that is not HTTP may begin with: a TLS hello of either side, a PROXY header.
 *
 *	| 0x16 3 x | length | 0x01 | length ...		a ClientHello: its own bytes
 *	| 0x16 3 x | length | 0x02 | length ...		a ServerHello; up to TLS 1.2 more
 *	| 0x15 3 x | 0 2 | level | why			an alert in clear: the refusal
 *	| "PROXY " or the signature of version 2 ...	HTTP behind it counts as such
 *
 * YG_PRELUDE_BYTES of each direction at most. A ClientHello with a post-quantum key share fills two
 * segments, so what is left of a prelude is kept by direction; most need no entry, for they fit one
 * segment. Nothing else of a TLS connection is copied: TLS 1.3 encrypts what follows a ServerHello,
 * and TLS 1.2 what follows a ChangeCipherSpec.
 */
#pragma once

#include "emission.bpf.h"
#include "packet.bpf.h"
#include "ring.bpf.h"

#define RECORD_HEADER  5u	       /* bytes */
#define HELLO_HEADERS  9u	       /* bytes: of the record, of the message */
#define RECORD_LEN_MAX (16384u + 256u) /* bytes, RFC 8446 section 5.2 */
#define ALERT_BYTES    7u	       /* of a record that holds an alert in clear */

enum tls_record { RECORD_CIPHERS = 0x14, RECORD_ALERT, RECORD_HANDSHAKE, RECORD_DATA };
enum tls_hello { HELLO_CLIENT = 1, HELLO_SERVER = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_PRELUDES_MAX);
	__type(key, struct yg_flow_key);
	__type(value, __u32); /* bytes that are still wanted */
} yg_preludes SEC(".maps");

/* RFC 8446 sections 4 and 5.1: a handshake record whose message is a hello of that side. */
static __always_inline bool is_hello(const struct yg_head *head, enum tls_hello side)
{
	const __u8 *b = head->bytes;

	return b[0] == RECORD_HANDSHAKE && b[1] == 3 && b[5] == side;
}

/* RFC 8446 section 6: encrypted, an alert is longer or of another type. */
static __always_inline bool is_alert(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return b[0] == RECORD_ALERT && b[1] == 3 && b[3] == 0 && b[4] == 2;
}

/* Is this the type of a record behind which all is encrypted? */
static __always_inline bool is_secret(__u8 type)
{
	return type == RECORD_CIPHERS || type == RECORD_DATA;
}

static __always_inline bool begins_secret(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return is_secret(b[0]) && b[1] == 3 && b[2] <= 4;
}

/* RFC 8446 section 5.2: a record of data, not longer than they get. */
static __always_inline bool is_record(const struct yg_head *head)
{
	const __u8 *b = head->bytes;
	__u32 len = (__u32)b[3] << 8 | b[4];

	return b[0] == RECORD_DATA && b[1] == 3 && b[2] == 3 && len && len <= RECORD_LEN_MAX;
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

static __always_inline __u32 record_len(const struct yg_head *head)
{
	return (__u32)head->bytes[3] << 8 | head->bytes[4];
}

/* Is the hello all of its record? A message over several records has more headers. */
static __always_inline bool is_whole(const struct yg_head *head)
{
	const __u8 *b = head->bytes;
	__u32 message = (__u32)b[6] << 16 | (__u32)b[7] << 8 | b[8];

	return head->len >= HELLO_HEADERS && record_len(head) == message + 4;
}

/* yg_byte_skb() - the byte of a frame @at bytes from its start; 0 if there is none. */
__noinline int yg_byte_skb(struct __sk_buff *skb, __u64 at)
{
	const struct bytes from = { .ctx = skb, .at = at };
	__u8 byte = 0;

	return bytes_read(&from, BYTES_SKB, &byte, sizeof(byte)) ? 0 : byte;
}

/* The same for XDP. */
__noinline int yg_byte_xdp(struct xdp_md *ctx, __u64 at)
{
	const struct bytes from = { .ctx = ctx, .at = at };
	__u8 byte = 0;

	return bytes_read(&from, BYTES_XDP, &byte, sizeof(byte)) ? 0 : byte;
}

static __always_inline __u32 client_len(const struct yg_head *head)
{
	return is_whole(head) ? record_len(head) + RECORD_HEADER : YG_PRELUDE_BYTES;
}

/* A ServerHello, and the header of a record behind it that says that no certificate comes. */
static __always_inline __u32 server_len(const struct yg_head *head, __u32 len,
					const struct bytes *from, enum bytes_from kind)
{
	__u32 record = record_len(head) + RECORD_HEADER;
	__u64 at = from->at + record;
	__u8 type;

	if (!is_whole(head) || record >= len)
		return YG_PRELUDE_BYTES;
	type = kind == BYTES_SKB ? yg_byte_skb(from->ctx, at) : yg_byte_xdp(from->ctx, at);
	return is_secret(type) ? record + RECORD_HEADER : YG_PRELUDE_BYTES;
}

/* What is wanted from here on of a direction of which @known bytes were. */
static __always_inline __u32 prelude_wants(struct yg_counters *c, const struct yg_head *head,
					   __u32 len, const struct bytes *from,
					   enum bytes_from kind, __u32 known)
{
	if (is_hello(head, HELLO_CLIENT)) {
		count_sample(c, SAMPLE_hello);
		return client_len(head);
	}
	if (is_hello(head, HELLO_SERVER)) {
		count_sample(c, SAMPLE_answer);
		return server_len(head, len, from, kind);
	}
	if (is_alert(head))
		return ALERT_BYTES;
	if (is_proxy(head))
		return YG_PRELUDE_BYTES;
	return known;
}

/**
 * prelude_admit() - decide over a segment of a direction that is not HTTP.
 * @from, @kind: where its payload is.
 * @ret_take: bytes to copy; 0: leave it alone.
 */
static __always_inline void prelude_admit(struct yg_counters *c, const struct packet *p,
					  const struct yg_head *head, const struct bytes *from,
					  enum bytes_from kind, __u32 *ret_take)
{
	__u32 *known = bpf_map_lookup_elem(&yg_preludes, &p->key);
	__u32 wanted = known ? *known : 0, take = p->len;
	bool is_last = wanted && begins_secret(head);

	if (is_last)
		wanted = RECORD_HEADER;
	else
		wanted = prelude_wants(c, head, p->len, from, kind, wanted);
	if (take > wanted)
		take = wanted;
	if (take > YG_PRELUDE_BYTES)
		take = YG_PRELUDE_BYTES;
	*ret_take = take;
	if (take == 0)
		return;
	wanted = is_last ? 0 : wanted - take;
	if (known && !wanted)
		(void)bpf_map_delete_elem(&yg_preludes, &p->key);
	else if (wanted)
		(void)bpf_map_update_elem(&yg_preludes, &p->key, &wanted, BPF_ANY);
}
