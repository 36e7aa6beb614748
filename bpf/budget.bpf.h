/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bytes of a direction are worth copying. Shared by the wire and TLS.
 *
 * A segment that starts a message (a method and SP, or "HTTP/1.") gives its direction a budget;
 * segments take from it until it is used up, then only their lengths are counted. A direction that
 * never started a message is not HTTP and none of it is read.
 *
 *	           begins                     budget left          used up
 *	not HTTP ----------> HTTP: copy ------------------> copy ----------> count
 *	   |  ^               ^  |                                             |
 *	   |  | no target     |  +---- begins: a new budget <------------------+
 *	   v  |               |
 *	tentative ------------+ SP after the token
 *
 * Tentative: a client may send its method in pieces ("G", "ET / HTTP/1.1"); short segments that are
 * nothing but the start of a token are passed on, so that nobody hides a request that way.
 */
#pragma once

#include "ring.bpf.h"

#define HEAD_BLANKS 8 /* CR and LF before a request that servers ignore, RFC 9112 section 2.2 */

/* Framing of a direction; see h2.bpf.h and ws.bpf.h. */
enum h2_kind { H2_NONE, H2_CLIENT, H2_JOINED, H2_WS, H2_READER };
/* Is the frame's payload of a message, of which only a budget is copied, or told whole? */
enum frame_data { DATA_NOT, DATA_BEGINS, DATA_GOES_ON };

enum message { MESSAGE_NONE, MESSAGE_REQUEST, MESSAGE_RESPONSE, MESSAGE_PARTIAL };

/* The bytes of a head in registers. */
struct yg_words {
	__u64 first, second; /* little endian */
};

_Static_assert(sizeof(struct yg_words) == HEAD_LEN, "a head is two words");

/* As servers read methods: nginx takes A-Z, '_' and '-'. */
static __always_inline bool is_method_byte(__u8 c)
{
	return (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

static __always_inline bool is_response(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return b[0] == 'H' && b[1] == 'T' && b[2] == 'T' && b[3] == 'P' && b[4] == '/' &&
	       b[5] == '1' && b[6] == '.';
}

static __always_inline bool is_connect(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return b[0] == 'C' && b[1] == 'O' && b[2] == 'N' && b[3] == 'N' && b[4] == 'E' &&
	       b[5] == 'C' && b[6] == 'T';
}

/* "PRI * HTTP/2.0", RFC 9113 section 3.4: looks like a request, begins a binary protocol. */
static __always_inline bool is_preface(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return b[0] == 'P' && b[1] == 'R' && b[2] == 'I' && b[3] == ' ' && b[4] == '*';
}

/*
 * The first byte of a request target: origin, asterisk or absolute form. Without it "EHLO gw" and
 * "USER x" would be requests. 0: the segment ends before the target.
 */
static __always_inline bool is_target_byte(__u8 c)
{
	return c == '/' || c == '*' || c == 'h' || c == 'H' || c == 0;
}

/* Index of the first byte that is not of a method; head->len if all are. */
static __always_inline __u32 method_end(const struct yg_head *head)
{
#pragma unroll
	for (__u32 i = 0; i < HEAD_LEN; i++) {
		if (i >= head->len || !is_method_byte(head->bytes[i]))
			return i;
	}
	return HEAD_LEN;
}

/* A byte of the head by an index that is not constant: from registers, which needs no bounds. */
static __always_inline __u8 byte_at(const struct yg_words *words, __u32 i)
{
	__u64 word = i < 8 ? words->first : words->second;

	return i < HEAD_LEN ? word >> (i % 8 * 8) : 0;
}

static __always_inline enum message message_starts(const struct yg_head *head,
						   const struct yg_words *words)
{
	__u32 end;

	if (is_response(head))
		return MESSAGE_RESPONSE;
	end = method_end(head);
	if (end == 0 || end >= HEAD_LEN)
		return MESSAGE_NONE;
	if (end == head->len)
		return MESSAGE_PARTIAL;
	if (byte_at(words, end) != ' ' || is_preface(head))
		return MESSAGE_NONE;
	return is_target_byte(byte_at(words, end + 1)) || is_connect(head) ? MESSAGE_REQUEST
									   : MESSAGE_NONE;
}

/* The segment after one that may have been the start of a method. */
static __always_inline enum message message_goes_on(const struct yg_head *head,
						    const struct yg_words *words)
{
	__u32 end = method_end(head);

	if (end >= HEAD_LEN)
		return MESSAGE_NONE;
	if (end == head->len)
		return MESSAGE_PARTIAL;
	if (byte_at(words, end) == ' ')
		return MESSAGE_REQUEST;
	return byte_at(words, end) == '/' ? MESSAGE_RESPONSE : MESSAGE_NONE;
}

/*
 * yg_message() - what a head starts, by its bytes as two words.
 * @is_tentative: the segment before may have been the start of a method.
 * A global function, so that the verifier walks its bytes once and not once per way to it.
 */
__noinline int yg_message(__u64 first, __u64 second, __u32 len, __u32 is_tentative)
{
	const struct yg_words words = { first, second };
	struct yg_head head = { .len = len };

	__builtin_memcpy(head.bytes, &words, sizeof(head.bytes));
	return is_tentative ? message_goes_on(&head, &words) : message_starts(&head, &words);
}

static __always_inline enum message message_of(const struct yg_head *head, __u32 is_tentative)
{
	struct yg_words words;

	__builtin_memcpy(&words, head->bytes, sizeof(words));
	return yg_message(words.first, words.second, head->len, is_tentative);
}

/* CR and LF at the start of @head. */
static __always_inline __u32 count_blanks(const struct yg_head *head)
{
#pragma unroll
	for (__u32 i = 0; i < HEAD_BLANKS; i++) {
		if (head->bytes[i] != '\r' && head->bytes[i] != '\n')
			return i;
	}
	return HEAD_BLANKS;
}

static __always_inline long head_read_at(const struct bytes *from, enum bytes_from kind, __u32 len,
					 struct yg_head *ret)
{
	__u64 n = BOUND(len, HEAD_LEN);

	*ret = (struct yg_head){ .len = n };
	return bytes_read(from, kind, ret->bytes, n);
}

/* A request whose method is anybody's guess. */
static __always_inline void head_guess(struct yg_head *head)
{
	head->bytes[0] = 'X';
	head->bytes[1] = ' ';
	head->bytes[2] = '/';
}

/**
 * head_read() - the first bytes of a payload of @len >= 1 bytes, past blank lines.
 *
 * Servers pass over any number of them, this walk over few: who sends more is taken to begin a
 * request behind them, for nothing else begins so.
 * Return: 0, or not if the bytes cannot be read.
 */
static __always_inline long head_read(const struct bytes *from, enum bytes_from kind, __u32 len,
				      struct yg_head *ret)
{
	struct bytes past = *from;
	__u32 blanks;

	if (head_read_at(from, kind, len, ret))
		return -1;
	if (ret->bytes[0] != '\r' && ret->bytes[0] != '\n')
		return 0;
	blanks = count_blanks(ret);
	if (blanks >= len)
		return 0;
	past.at += blanks;
	if (head_read_at(&past, kind, len - blanks, ret))
		return -1;
	if (blanks == HEAD_BLANKS && ret->bytes[0] <= '\r')
		head_guess(ret);
	return 0;
}

/**
 * budget_admit() - decide over one segment of @len bytes that begins with @head.
 * @b: state of the direction; updated.
 * @ret_take: bytes to copy; 0 with is_http set means the budget is used up.
 *
 * Return: what the segment starts. MESSAGE_NONE in a direction that is not HTTP: leave it alone.
 */
static __always_inline enum message budget_admit(struct yg_budget *b, const struct yg_head *head,
						 __u32 len, __u32 *ret_take)
{
	enum message message = message_of(head, b->is_tentative);
	__u32 take = len;

	b->is_tentative = message == MESSAGE_PARTIAL;
	if (message == MESSAGE_PARTIAL) {
		*ret_take = len < HEAD_LEN + HEAD_BLANKS ? len : 0;
		return message;
	}
	if (message != MESSAGE_NONE) {
		b->is_http = 1;
		b->left = yg_config.body_budget;
	}
	if (!b->is_http)
		b->left = 0;
	if (take > b->left)
		take = b->left;
	if (take > YG_SEGMENT_MAX)
		take = YG_SEGMENT_MAX;
	b->left -= take;
	*ret_take = take;
	return message;
}
