/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/thumbprint.h"

#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>

#include "core/macros.h"
#include "parse/member.h"

#define CANONICAL_CAP 4096u

void yg_base64url_text(const void *data, size_t len, char *ret)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const uint8_t *bytes = data;
	uint32_t bits = 0;
	unsigned int held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | bytes[i];
		held += 8;
		while (held >= 6) {
			held -= 6;
			*ret++ = alphabet[bits >> held & 63];
		}
	}
	if (held)
		*ret++ = alphabet[bits << (6 - held) & 63];
	*ret = '\0';
}

void yg_sha256_text(struct yg_slice text, size_t bytes, char *ret)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, text.len, (const uint8_t *)text.ptr);
	sha256_digest(&context, sizeof(digest), digest);
	yg_base64url_text(digest, bytes, ret);
}

/* In the order that RFC 7638 section 3.2 wants: that of the names. */
static bool write_canonical(const struct yg_slice *values, const char *const *names, size_t count,
			    char *ret)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		int n;

		if (!values[i].ptr)
			return false;
		n = snprintf(ret + used, CANONICAL_CAP - used, "%s\"%s\":\"%.*s\"", i ? "," : "{",
			     names[i], (int)values[i].len, values[i].ptr);
		if (n < 0 || (size_t)n >= CANONICAL_CAP - used - 1)
			return false;
		used += (size_t)n;
	}
	ret[used] = '}';
	ret[used + 1] = '\0';
	return true;
}

bool yg_jwk_thumbprint(struct yg_slice jwk, char *ret)
{
	static const char *const names[] = { "crv", "e", "kty", "n", "x", "y" };
	struct yg_slice found[YG_ARRAY_SIZE(names)] = { 0 }, values[4];
	const char *wanted[YG_ARRAY_SIZE(values)];
	struct yg_members members = { .text = jwk };
	char canonical[CANONICAL_CAP];
	struct yg_member member;
	const char *pick;
	size_t count = 0;

	while (yg_members_next(&members, &member)) {
		for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
			if (member.type == YG_MEMBER_STRING && member.value.len < CANONICAL_CAP &&
			    yg_slice_equal(member.name, yg_slice_from_str(names[i])))
				found[i] = member.value;
		}
	}
	/* Rows of names[]: EC crv kty x y, OKP crv kty x, RSA e kty n. */
	if (yg_slice_equal(found[2], YG_SLICE("RSA")))
		pick = "\1\2\3";
	else if (yg_slice_equal(found[2], YG_SLICE("EC")))
		pick = "\x10\2\4\5";
	else if (yg_slice_equal(found[2], YG_SLICE("OKP")))
		pick = "\x10\2\4";
	else
		return false;
	for (; pick[count]; count++) {
		size_t row = (size_t)pick[count] % 0x10; /* 0x10: row 0 in a string */

		values[count] = found[row];
		wanted[count] = names[row];
	}
	if (members.bad || !write_canonical(values, wanted, count, canonical))
		return false;
	yg_sha256_text(yg_slice_from_str(canonical), SHA256_DIGEST_SIZE, ret);
	return true;
}
