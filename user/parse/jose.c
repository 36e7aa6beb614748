/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/jose.h"

#include "core/base64.h"
#include "core/macros.h"
#include "parse/member.h"

#define PARTS_JWS   3u
#define PARTS_JWE   5u
#define SECONDS_MAX 253402300799ll /* 9999-12-31: more is no time */

struct text_row {
	const char *name;
	size_t offset;
};

#define ROW(member, text) { text, offsetof(struct yg_jose, member) },
static const struct text_row header_rows[] = { YG_JOSE_HEADER(ROW) };
static const struct text_row claim_rows[] = { YG_JOSE_CLAIMS(ROW) };
#undef ROW

static const char *const personal_names[] = {
#define ROW(text) text,
	YG_JOSE_PERSONAL(ROW)
#undef ROW
};

static bool is_base64url(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '=';
}

/* Parts between dots. Return: how many; 0 for a byte that has no place in a token. */
static size_t split(struct yg_slice token, struct yg_slice *ret)
{
	size_t count = 1;

	ret[0] = (struct yg_slice){ token.ptr, 0 };
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] != '.') {
			if (!is_base64url(token.ptr[i]))
				return 0;
			ret[count - 1].len++;
			continue;
		}
		if (count == PARTS_JWE)
			return 0;
		ret[count++] = (struct yg_slice){ token.ptr + i + 1, 0 };
	}
	return count;
}

bool yg_jose_is_like(struct yg_slice token)
{
	struct yg_slice parts[PARTS_JWE];
	size_t count;

	if (token.len < 8 || token.len > YG_JOSE_BYTES_MAX || memcmp(token.ptr, "eyJ", 3) != 0)
		return false;
	count = split(token, parts);
	return count == PARTS_JWS || count == PARTS_JWE;
}

static void take_text(const struct text_row *rows, size_t count, const struct yg_member *member,
		      struct yg_jose *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (!yg_slice_equal(member->name, yg_slice_from_str(rows[i].name)))
			continue;
		*(struct yg_slice *)(void *)((char *)ret + rows[i].offset) = member->value;
		return;
	}
}

/* NumericDate: a fraction is cut off. */
static int64_t time_from(const struct yg_member *member)
{
	int64_t value = 0;

	if (member->type != YG_MEMBER_NUMBER || member->value.len == 0)
		return YG_JOSE_ABSENT;
	for (size_t i = 0; i < member->value.len && member->value.ptr[i] != '.'; i++) {
		char c = member->value.ptr[i];

		if (c < '0' || c > '9')
			return YG_JOSE_ABSENT;
		value = value * 10 + (c - '0');
		if (value > SECONDS_MAX)
			return YG_JOSE_ABSENT;
	}
	return value;
}

static void take_confirmation(struct yg_slice object, struct yg_jose *ret)
{
	struct yg_members members = { .text = object };
	struct yg_member member;

	while (yg_members_next(&members, &member)) {
		if (member.type != YG_MEMBER_STRING)
			continue;
		if (yg_slice_equal(member.name, YG_SLICE("jkt")))
			ret->jkt = member.value;
		else if (yg_slice_equal(member.name, YG_SLICE("x5t#S256")))
			ret->x5t = member.value;
	}
}

static bool read_header(struct yg_slice text, struct yg_jose *ret)
{
	struct yg_members members = { .text = text };
	struct yg_member member;

	while (yg_members_next(&members, &member)) {
		if (yg_slice_equal(member.name, YG_SLICE("jwk"))) {
			ret->embedded = true;
			ret->jwk = member.value;
		} else if (yg_slice_equal(member.name, YG_SLICE("jku")) ||
			   yg_slice_equal(member.name, YG_SLICE("x5u"))) {
			ret->embedded = true;
		} else if (member.type == YG_MEMBER_STRING) {
			take_text(header_rows, YG_ARRAY_SIZE(header_rows), &member, ret);
		}
	}
	return !members.bad && ret->alg.ptr;
}

static void take_claim(const struct yg_member *member, struct yg_jose *ret)
{
	static const struct text_row times[] = {
		{ "exp", offsetof(struct yg_jose, exp) },
		{ "nbf", offsetof(struct yg_jose, nbf) },
		{ "iat", offsetof(struct yg_jose, iat) },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(times); i++) {
		if (yg_slice_equal(member->name, yg_slice_from_str(times[i].name))) {
			*(int64_t *)(void *)((char *)ret + times[i].offset) = time_from(member);
			return;
		}
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(personal_names); i++)
		ret->personal |= yg_slice_equal(member->name, yg_slice_from_str(personal_names[i]));
	if (yg_slice_equal(member->name, YG_SLICE("aud")) && member->type != YG_MEMBER_NUMBER) {
		ret->aud = member->value;
		ret->aud_list = member->type == YG_MEMBER_OTHER;
	} else if (yg_slice_equal(member->name, YG_SLICE("cnf"))) {
		take_confirmation(member->value, ret);
	} else if (member->type == YG_MEMBER_STRING) {
		take_text(claim_rows, YG_ARRAY_SIZE(claim_rows), member, ret);
	}
}

static bool read_claims(struct yg_slice text, struct yg_jose *ret)
{
	struct yg_members members = { .text = text };
	struct yg_member member;

	while (yg_members_next(&members, &member))
		take_claim(&member, ret);
	return !members.bad;
}

/* Everything but text[], which is large and written before it is read. */
static void clear(struct yg_jose *ret)
{
	memset(ret, 0, offsetof(struct yg_jose, text));
	ret->exp = ret->nbf = ret->iat = YG_JOSE_ABSENT;
}

bool yg_jose_from_token(struct yg_slice token, struct yg_jose *ret)
{
	struct yg_slice parts[PARTS_JWE];
	ssize_t header, payload;
	size_t count;

	if (token.len == 0 || token.len > YG_JOSE_BYTES_MAX)
		return false;
	count = split(token, parts);
	if (count != PARTS_JWS && count != PARTS_JWE)
		return false;
	clear(ret);
	header = yg_base64_decode(parts[0], (uint8_t *)ret->text, sizeof(ret->text));
	if (header <= 0 || !read_header((struct yg_slice){ ret->text, (size_t)header }, ret))
		return false;
	if (count == PARTS_JWE) {
		ret->encrypted = true;
		return true;
	}
	payload = yg_base64_decode(parts[1], (uint8_t *)ret->text + header,
				   sizeof(ret->text) - (size_t)header);
	if (payload <= 0)
		return false;
	ret->signed_ = (struct yg_slice){ token.ptr, parts[0].len + 1 + parts[1].len };
	ret->signature = parts[2];
	return read_claims((struct yg_slice){ ret->text + header, (size_t)payload }, ret);
}

/* @list: "[\"a\",\"b\"]". Elements with escapes do not match: an issuer has none. */
static bool list_has(struct yg_slice list, struct yg_slice text)
{
	const char *p = list.ptr, *end = list.ptr + list.len;

	while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
		const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));

		if (!close)
			return false;
		if (yg_slice_equal((struct yg_slice){ p + 1, (size_t)(close - p - 1) }, text))
			return true;
		p = close + 1;
	}
	return false;
}

bool yg_jose_has_audience(const struct yg_jose *jose, struct yg_slice audience)
{
	if (!jose->aud.ptr || !audience.ptr)
		return false;
	return jose->aud_list ? list_has(jose->aud, audience) : yg_slice_equal(jose->aud, audience);
}
