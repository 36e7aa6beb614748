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

enum message {
	MESSAGE_NONE,
	MESSAGE_REQUEST,
	MESSAGE_RESPONSE,
	MESSAGE_PARTIAL,
	MESSAGE_SOME, /* requests or none: they have to be looked for, see h1.bpf.h */
};

/* The bytes of a head in registers. */
struct yg_words {
	__u64 first, second; /* little endian */
};

_Static_assert(sizeof(struct yg_words) == HEAD_LEN, "a head is two words");

/* Bits of bytes below 64, and of those from there to 127. */
#define TOKEN_LOW  0x03ff6cfa00000000ull /* tchar of RFC 9110 section 5.6.2 */
#define TOKEN_HIGH 0x57ffffffc7fffffeull
#define PLAIN_LOW \
	0x0000200000000000ull /* A-Z, '-' and '_': what methods are made of, but odd ones */
#define PLAIN_HIGH 0x0000000087fffffeull

/* Is the lowest byte of @c of a set? 1 or 0. */
static __always_inline __u32 is_of(__u64 c, __u64 low, __u64 high)
{
	__u64 bits = low ^ ((low ^ high) & -(c >> 6 & 1));

	return (bits >> (c & 63)) & ((c >> 7 & 1) ^ 1);
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
 * yg_set_end() - index of the first of two words' bytes that is not of a set, see is_of(). A head
 * is zero beyond its end, and no set holds that: what is cut ends there. A global function, so that
 * the verifier walks it once, and what follows not once per index.
 */
__noinline int yg_set_end(__u64 first, __u64 second, __u64 low, __u64 high)
{
	__u32 end;

	for (end = 0; end < HEAD_LEN; end++) {
		if (!is_of(first, low, high))
			break;
		first = first >> 8 | second << 56;
		second >>= 8;
	}
	return end;
}

/* yg_target_end() - the same for targets: SP, a control byte, or the end of the segment. */
__noinline int yg_target_end(__u64 first, __u64 second)
{
	__u32 end;

	for (end = 0; end < HEAD_LEN; end++) {
		if ((first & 0xff) <= ' ')
			break;
		first = first >> 8 | second << 56;
		second >>= 8;
	}
	return end;
}

static __always_inline __u32 method_end(const struct yg_words *words)
{
	return yg_set_end(words->first, words->second, TOKEN_LOW, TOKEN_HIGH);
}

/* The same for methods of the usual letters. */
static __always_inline __u32 plain_end(const struct yg_words *words)
{
	return yg_set_end(words->first, words->second, PLAIN_LOW, PLAIN_HIGH);
}

/* A byte of the head by an index that is not constant: from registers, which needs no bounds. */
static __always_inline __u8 byte_at(const struct yg_words *words, __u32 i)
{
	__u64 word = i < 8 ? words->first : words->second;

	return i < HEAD_LEN ? word >> (i % 8 * 8) : 0;
}

/*
 * What begins at @i: a request target in origin, asterisk or absolute form? Without it "EHLO gw" and
 * "USER x" would be requests; "HTTP/" ends one that began before. 0: the segment ends there.
 */
static __always_inline bool is_target(const struct yg_words *words, __u32 i)
{
	__u8 c = byte_at(words, i), next = byte_at(words, i + 1);

	if ((c | 0x20) == 'h')
		return ((next | 0x20) == 't' && byte_at(words, i + 4) != '/') || next == 0;
	return c == '/' || c == '*' || c == 0;
}

static __always_inline enum message message_starts(const struct yg_head *head,
						   const struct yg_words *words)
{
	__u32 end;

	if (is_response(head))
		return MESSAGE_RESPONSE;
	end = method_end(words);
	if (end == 0 || end >= HEAD_LEN)
		return MESSAGE_NONE;
	if (end == head->len)
		return MESSAGE_PARTIAL;
	if (byte_at(words, end) != ' ' || is_preface(head))
		return MESSAGE_NONE;
	return is_target(words, end + 1) || is_connect(head) ? MESSAGE_REQUEST : MESSAGE_NONE;
}

/* The segment after one that may have been the start of a method. */
static __always_inline enum message message_goes_on(const struct yg_head *head,
						    const struct yg_words *words)
{
	__u32 end = method_end(words);

	if (end >= HEAD_LEN)
		return MESSAGE_NONE;
	if (end == head->len)
		return MESSAGE_PARTIAL;
	if (byte_at(words, end) == ' ') /* odd ones are not odd any more, see head_look_on() */
		return plain_end(words) == end ? MESSAGE_REQUEST : MESSAGE_NONE;
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

/* @len bytes of @text as a word, little endian: a constant. */
static __always_inline __u64 word_of(const char *text, const __u32 len)
{
	__u64 word = 0;

#pragma unroll
	for (__u32 i = 0; i < len; i++)
		word |= (__u64)text[i] << i * 8;
	return word;
}

/* Does @word begin with @text? */
static __always_inline bool begins(__u64 word, const char *text, const __u32 len)
{
	return (word & ~0ull >> (64 - len * 8)) == word_of(text, len);
}

/*
 * What nearly all heads begin with, told by a look at a word. MESSAGE_NONE: that takes a walk over
 * the bytes, which comes to the same for these.
 */
static __always_inline enum message message_usual(const struct yg_words *words)
{
	__u64 w = words->first;

	if (begins(w, "HTTP/1.", 7))
		return MESSAGE_RESPONSE;
	if (begins(w, "GET /", 5) || begins(w, "POST /", 6) || begins(w, "PUT /", 5) ||
	    begins(w, "PATCH /", 7) || begins(w, "DELETE /", 8) || begins(w, "HEAD /", 6))
		return MESSAGE_REQUEST;
	return MESSAGE_NONE;
}

static __always_inline enum message message_of(const struct yg_head *head, __u32 is_tentative)
{
	enum message usual;
	struct yg_words words;

	__builtin_memcpy(&words, head->bytes, sizeof(words));
	usual = message_usual(&words);
	return usual ? usual : yg_message(words.first, words.second, head->len, is_tentative);
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

/* What an odd method turns out to be. */
enum method { METHOD_NONE, METHOD_OF_REQUEST, METHOD_CUT };

/*
 * yg_is_odd() - may a head begin with a method that is long, or not of the usual letters?
 * Words of a text are tokens too, and end in SP: its line has to be looked at.
 */
__noinline int yg_is_odd(__u64 first, __u64 second, __u32 len)
{
	const struct yg_words words = { first, second };
	__u32 end = method_end(&words);

	if (end >= HEAD_LEN)
		return 1;
	if (end == 0 || end == len || byte_at(&words, end) != ' ' || !is_target(&words, end + 1))
		return 0;
	return plain_end(&words) != end;
}

/* Bytes at @pos of a line of @len. They are zero where they cannot be read. */
static __always_inline struct yg_words line_words(const struct bytes *from, enum bytes_from kind,
						  __u32 pos, __u32 len)
{
	struct bytes past = { .ctx = from->ctx, .at = from->at + pos };
	struct yg_words words = {};

	if (pos >= len || bytes_read(&past, kind, &words, BOUND(len - pos, HEAD_LEN)))
		words = (struct yg_words){};
	return words;
}

#define LINE_TARGET_MAX	 96u /* bytes of a target; a longer one is one: no text has such words */
#define LINE_VERSION	 0x2f5054544820ull /* " HTTP/" */
#define LINE_VERSION_LEN 6u

/* A line whose method is odd: is it a request line? */
static __always_inline int line_judge(const struct bytes *from, enum bytes_from kind, __u32 len)
{
	__u32 pos = 0, end = HEAD_LEN, cut = 0;
	struct yg_words words;

	for (__u32 i = 0; i < YG_METHOD_MAX / HEAD_LEN && end == HEAD_LEN; i++) {
		words = line_words(from, kind, pos, len);
		end = method_end(&words);
		pos += end;
	}
	if (end == HEAD_LEN || pos >= len)
		return end == HEAD_LEN ? METHOD_NONE : METHOD_CUT;
	words = line_words(from, kind, pos, len);
	if ((words.first & 0xff) != ' ' || !is_target(&words, 1))
		return METHOD_NONE;
	pos++;
	end = HEAD_LEN;
	for (__u32 i = 0; i < LINE_TARGET_MAX / HEAD_LEN && end == HEAD_LEN; i++) {
		words = line_words(from, kind, pos, len);
		end = yg_target_end(words.first, words.second);
		pos += end;
	}
	words = line_words(from, kind, pos, len);
	/* Its end is not here, or its version is, as far as that goes, or one more SP before it. */
	if (end == HEAD_LEN || pos >= len || (words.first & 0xffff) == 0x2020)
		return METHOD_OF_REQUEST;
	if (len - pos < LINE_VERSION_LEN)
		cut = (LINE_VERSION_LEN - (len - pos)) * 8;
	return words.first << (16 + cut) == (__u64)LINE_VERSION << (16 + cut) ? METHOD_OF_REQUEST
									      : METHOD_NONE;
}

/* yg_line_skb() - line_judge() at TC. Global, for the reason given at yg_set_end(). */
__noinline int yg_line_skb(struct __sk_buff *skb, __u64 at, __u32 len)
{
	const struct bytes from = { .ctx = skb, .at = at };

	return line_judge(&from, BYTES_SKB, len);
}

/* The same for XDP. */
__noinline int yg_line_xdp(struct xdp_md *ctx, __u64 at, __u32 len)
{
	const struct bytes from = { .ctx = ctx, .at = at };

	return line_judge(&from, BYTES_XDP, len);
}

/* The same for TLS. */
__noinline int yg_line_user(__u64 at, __u32 len)
{
	const struct bytes from = { .at = at };

	return line_judge(&from, BYTES_USER, len);
}

/* A head with an odd method becomes one that says what it is. */
static __always_inline void head_look_on(const struct bytes *from, enum bytes_from kind, __u32 len,
					 struct yg_head *ret)
{
	struct yg_words words;
	int method;

	__builtin_memcpy(&words, ret->bytes, sizeof(words));
	if (message_usual(&words) || !yg_is_odd(words.first, words.second, ret->len))
		return;
	if (kind == BYTES_SKB)
		method = yg_line_skb(from->ctx, from->at, len);
	else if (kind == BYTES_XDP)
		method = yg_line_xdp(from->ctx, from->at, len);
	else
		method = yg_line_user(from->at, len);
	if (method == METHOD_OF_REQUEST)
		head_guess(ret);
	else if (method == METHOD_CUT)
		*ret = (struct yg_head){ .bytes = { 'X' }, .len = 1 };
	else
		ret->bytes[0] = 0xff; /* begins nothing, of HTTP/2 neither */
}

/**
 * head_read() - the first bytes of a payload of @len >= 1 bytes, past blank lines.
 *
 * Servers pass over any number of them, this walk over few: who sends more is taken to begin a
 * request behind them, for nothing else begins so. An odd method is a plain one here.
 * Return: 0, or not if the bytes cannot be read.
 */
static __always_inline long head_read(const struct bytes *from, enum bytes_from kind, __u32 len,
				      struct yg_head *ret)
{
	struct bytes past = *from;
	__u32 blanks = 0;

	if (head_read_at(from, kind, len, ret))
		return -1;
	if (ret->bytes[0] == '\r' || ret->bytes[0] == '\n') {
		blanks = count_blanks(ret);
		if (blanks >= len)
			return 0;
		past.at += blanks;
		len -= blanks;
		if (head_read_at(&past, kind, len, ret))
			return -1;
	}
	if (blanks == HEAD_BLANKS && ret->bytes[0] <= '\r')
		head_guess(ret);
	else
		head_look_on(&past, kind, len, ret);
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
		*ret_take = len < YG_METHOD_MAX + HEAD_BLANKS ? len : 0;
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
