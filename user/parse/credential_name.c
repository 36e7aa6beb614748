/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/credential_name.h"

#include <stdint.h>

#include "core/macros.h"

#define WORD(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

/* What a credential is called at its end. */
enum tail { TAIL_KEY, TAIL_TOKEN, TAIL_SECRET, TAIL_MAX };

static const struct yg_slice tails[TAIL_MAX] = {
	[TAIL_KEY] = WORD("key"),
	[TAIL_TOKEN] = WORD("token"),
	[TAIL_SECRET] = WORD("secret"),
};

#define BIT(tail) (1u << TAIL_##tail)
#define EVERY	  (BIT(KEY) | BIT(TOKEN) | BIT(SECRET))

/* The word before it: with which tails it names a key for certain, or likely. */
static const struct {
	struct yg_slice word;
	uint32_t certain, likely;
} heads[] = {
	{ WORD("api"), EVERY, 0 },
	{ WORD("subscription"), BIT(KEY), 0 },
	{ WORD("access"), BIT(TOKEN), BIT(KEY) },
	{ WORD("auth"), EVERY, 0 },
	{ WORD("authentication"), EVERY, 0 },
	{ WORD("authorization"), EVERY, 0 },
	{ WORD("app"), 0, EVERY },
	{ WORD("application"), 0, EVERY },
	/* A client token of some clouds names a request. */
	{ WORD("client"), 0, BIT(KEY) | BIT(SECRET) },
	{ WORD("consumer"), 0, EVERY },
	{ WORD("partner"), 0, EVERY },
	{ WORD("merchant"), 0, EVERY },
	{ WORD("developer"), 0, EVERY },
	{ WORD("account"), 0, EVERY },
	{ WORD("service"), 0, EVERY },
	{ WORD("function"), 0, BIT(KEY) },
	{ WORD("functions"), 0, BIT(KEY) },
	{ WORD("admin"), 0, EVERY },
	{ WORD("master"), 0, BIT(KEY) },
	{ WORD("secret"), 0, BIT(KEY) | BIT(TOKEN) },
	{ WORD("private"), 0, BIT(KEY) | BIT(TOKEN) },
	{ WORD("internal"), 0, EVERY },
	{ WORD("integration"), 0, EVERY },
	{ WORD("bearer"), 0, BIT(TOKEN) },
	{ WORD("session"), 0, BIT(TOKEN) },
	{ WORD("user"), 0, BIT(TOKEN) },
	{ WORD("vault"), 0, BIT(TOKEN) },
	{ WORD("license"), 0, BIT(KEY) },
};

/* Wherever they stand, the name is of something else. */
static const struct yg_slice vetoes[] = {
	WORD("csrf"),	 WORD("xsrf"),	WORD("idempot"), WORD("captcha"),   WORD("nonce"),
	WORD("request"), WORD("cache"), WORD("trace"),	 WORD("websocket"),
};

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool ends_with(struct yg_slice text, struct yg_slice end)
{
	return text.len >= end.len &&
	       yg_slice_equal_nocase((struct yg_slice){ text.ptr + text.len - end.len, end.len },
				     end);
}

bool yg_credential_is_other(struct yg_slice name)
{
	for (size_t at = 0; at < name.len; at++) {
		for (size_t i = 0; i < YG_ARRAY_SIZE(vetoes); i++) {
			struct yg_slice here = { name.ptr + at, vetoes[i].len };

			if (name.len - at >= here.len && yg_slice_equal_nocase(here, vetoes[i]))
				return true;
		}
	}
	return false;
}

/* The tail of @name, taken off it with the separator before it. */
static enum tail take_tail(struct yg_slice *name)
{
	for (unsigned int i = 0; i < TAIL_MAX; i++) {
		if (!ends_with(*name, tails[i]))
			continue;
		name->len -= tails[i].len;
		if (name->len > 0 && is_separator(name->ptr[name->len - 1]))
			name->len--;
		return (enum tail)i;
	}
	return TAIL_MAX;
}

/* Does a word begin at @at: at the start, behind a separator, or at a hump as in "acmeApi"? */
static bool begins_word(struct yg_slice name, size_t at)
{
	return at == 0 || is_separator(name.ptr[at - 1]) ||
	       (is_upper(name.ptr[at]) && !is_upper(name.ptr[at - 1]));
}

enum yg_credential_shape yg_credential_shape_of(struct yg_slice name)
{
	struct yg_slice head = name;
	enum tail tail = name.len <= YG_CREDENTIAL_NAME_MAX ? take_tail(&head) : TAIL_MAX;

	if (tail == TAIL_MAX)
		return YG_SHAPE_NONE;
	if (head.len == 0)
		return tail == TAIL_KEY ? YG_SHAPE_BARE : YG_SHAPE_NONE;
	for (size_t i = 0; i < YG_ARRAY_SIZE(heads); i++) {
		uint32_t certain = heads[i].certain >> tail & 1;

		if (!ends_with(head, heads[i].word) || !(certain | (heads[i].likely >> tail & 1)))
			continue;
		/* "acmeapikey": of a name without humps this word alone is told apart. */
		if (!begins_word(head, head.len - heads[i].word.len) && i != 0)
			continue;
		if (yg_credential_is_other(head))
			return YG_SHAPE_NONE;
		return certain ? YG_SHAPE_KEY : YG_SHAPE_LIKELY;
	}
	return YG_SHAPE_NONE;
}

/* What a value is made of. */
struct make {
	uint32_t digits, lower, upper, others; /* bytes of each; others: of base64, and "-._~:" */
	uint32_t distinct;
	bool foreign; /* holds a byte that no key holds */
};

static struct make look(struct yg_slice value)
{
	struct make make = { 0 };
	uint64_t seen[2] = { 0 };

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (is_digit(c))
			make.digits++;
		else if (is_letter(c))
			*(is_upper(c) ? &make.upper : &make.lower) += 1;
		else if (c > ' ' && c < 0x7f && strchr("-._~:+/=%", c))
			make.others++;
		else
			make.foreign = true;
		seen[(uint8_t)c >> 6 & 1] |= 1ull << ((uint8_t)c & 63);
	}
	make.distinct = (uint32_t)(__builtin_popcountll(seen[0]) + __builtin_popcountll(seen[1]));
	return make;
}

bool yg_credential_is_key(enum yg_credential_shape shape, struct yg_slice value)
{
	struct make make;
	bool mixed;

	if (value.len < 8 || value.len > YG_CREDENTIAL_VALUE_MAX)
		return false;
	make = look(value);
	if (make.foreign || make.lower + make.upper == 0)
		return false; /* a number counts, or is a time */
	mixed = make.digits >= 2 && make.lower + make.upper >= 2;
	switch (shape) {
	case YG_SHAPE_KEY:
		return make.distinct >= 4;
	case YG_SHAPE_LIKELY:
		return value.len >= 16 && make.distinct >= 8 && mixed;
	case YG_SHAPE_BARE:
		return value.len >= 24 && make.distinct >= 10 && mixed &&
		       make.others <= value.len / 8 && !memchr(value.ptr, '/', value.len) &&
		       !memchr(value.ptr, '.', value.len);
	case YG_SHAPE_NONE:
	case YG_SHAPE_MAX:
	default:
		return false;
	}
}
