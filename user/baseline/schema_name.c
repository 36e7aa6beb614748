/* SPDX-License-Identifier: GPL-2.0-only */
/* What the names and words of a schema say about themselves. */
#include <string.h>

#include "baseline/schema_tree.h"
#include "endpoint/token.h"
#include "parse/member.h"
#include "parse/secret.h"

#define ENUM_TEXT_MAX	32u /* bytes of a value that may be one of an enum */
#define ENUM_DIGITS_MAX 3u  /* more digits and it is an identifier */
#define NAME_DIGITS_MAX 6u  /* more digits in a name, and it is somebody's number */

bool yg_schema_is_private(struct yg_slice name)
{
	static const char *const hints[] = {
		"pass",	 "pwd",	   "secret",  "token",	"key",	  "auth",   "sig",     "name",
		"mail",	 "user",   "login",   "first",	"last",	  "addr",   "street",  "city",
		"phone", "tel",	   "birth",   "dob",	"card",	  "acc",    "iban",    "owner",
		"hold",	 "custom", "nick",    "title",	"label",  "descr",  "comment", "note",
		"text",	 "messag", "content", "subj",	"query",  "search", "pin",     "otp",
		"cvv",	 "cvc",	   "session", "sid",	"cookie", "cred",   "hash",    "nonce",
		"code",	 "person", "nationa", "answer", "relig",  "ethnic", "health",  "diag",
	};
	char low[YG_SCHEMA_NAME_MAX + 1];
	size_t len = name.len < YG_SCHEMA_NAME_MAX ? name.len : YG_SCHEMA_NAME_MAX;

	for (size_t i = 0; i < len; i++) {
		low[i] = yg_ascii_lower(name.ptr[i]);
		if ((unsigned char)low[i] >= 0x80)
			return true; /* no list knows these names */
	}
	low[len] = '\0';
	for (size_t i = 0; i < YG_ARRAY_SIZE(hints); i++) {
		if (strstr(low, hints[i]))
			return true;
	}
	return len == 1 && low[0] == 'q';
}

bool yg_schema_is_word(struct yg_slice text)
{
	uint32_t digits = 0;
	enum yg_token token;
	size_t stem;

	if (text.len == 0 || text.len > ENUM_TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], low = yg_ascii_lower(c);
		bool letter = low >= 'a' && low <= 'z', digit = c >= '0' && c <= '9';

		digits += digit;
		if ((i == 0 && !letter) || (!letter && !digit && c != '_' && c != '-' && c != '.'))
			return false;
	}
	token = yg_token_from_segment(text, &stem);
	return digits <= ENUM_DIGITS_MAX && !yg_token_is_strong(token) && token != YG_TOKEN_MIXED;
}

/* A name as it is read: "\\u540d\\u524d" is of two characters, and holds no digit. */
static struct yg_slice read_name(struct yg_slice name, char ret[YG_SCHEMA_NAME_MAX])
{
	ssize_t len = -1;

	if (name.len <= YG_SCHEMA_NAME_MAX && name.len > 0 && memchr(name.ptr, '\\', name.len))
		len = yg_member_decode(name, ret, YG_SCHEMA_NAME_MAX);
	return len < 0 ? name : (struct yg_slice){ ret, (size_t)len };
}

bool yg_schema_is_dynamic(struct yg_slice name)
{
	char text[YG_SCHEMA_NAME_MAX];
	size_t stem;

	if (name.len > YG_SCHEMA_NAME_MAX)
		return true;
	name = read_name(name, text);
	return name.len > 0 && yg_token_is_strong(yg_token_from_segment(name, &stem));
}

bool yg_schema_is_personal(struct yg_slice name, bool body)
{
	char text[YG_SCHEMA_NAME_MAX];
	uint32_t digits = 0;
	bool coded = false;

	name = read_name(name, text);

	if (yg_secret_begins(name))
		return true;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == '@')
			return true;
		if (c != '%' || name.len - i < 3) {
			digits += c >= '0' && c <= '9';
			continue;
		}
		if (memcmp(name.ptr + i, "%40", 3) == 0)
			return true;
		coded = true;
		i += 2;
	}
	if (digits > NAME_DIGITS_MAX)
		return !body || !yg_schema_is_dynamic(name);
	return !body && !coded && yg_schema_is_dynamic(name);
}
