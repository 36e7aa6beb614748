/* SPDX-License-Identifier: GPL-2.0-only */
/* Values that open something: no template may show them, seen once or a thousand times. */
#include "core/macros.h"
#include "endpoint/token_inside.h"
#include "parse/secret.h"

#define NAME_CAP      32u /* bytes at the end of a name that are compared */
#define PASSWORD_MIN  8u  /* bytes; a shorter one with a mark may be a name */
#define BEHIND_MIN    6u  /* bytes behind a name that says so */
#define BEHIND_DIGITS 2u  /* "oauth2" and "step2" are names */

/* Marks that stand in no name: OData has "$count", "(1)", "'a'", "=", ",", others "*", "~", "+". */
static bool is_strange_mark(char c)
{
	switch (c) {
	case '!':
	case '"':
	case '^':
	case '|':
	case '<':
	case '>':
	case '[':
	case ']':
	case '\\':
	case '`':
	case '&':
		return true;
	default:
		return false;
	}
}

static bool has_strange_mark(struct yg_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_strange_mark(s.ptr[i]))
			return true;
	}
	return false;
}

bool yg_token_may_be_secret(struct yg_slice s)
{
	return s.len >= YG_SECRET_MIN || (s.len >= PASSWORD_MIN && has_strange_mark(s));
}

bool yg_token_is_secret(struct yg_slice s, const struct census *n)
{
	if (s.len >= YG_SECRET_MIN && yg_secret_begins(s))
		return true;
	return n->other > 0 && n->space == 0 && n->high == 0 && s.len >= PASSWORD_MIN &&
	       (n->digit > 0 || n->shifts >= 3) && has_strange_mark(s);
}

/* The end of @name, in lower case, without marks. */
static struct yg_slice fold_name(struct yg_slice name, char ret[NAME_CAP])
{
	size_t at = NAME_CAP;

	for (size_t i = name.len; i > 0 && at > 0; i--) {
		if (name.ptr[i - 1] != '-' && name.ptr[i - 1] != '_')
			ret[--at] = yg_ascii_lower(name.ptr[i - 1]);
	}
	return (struct yg_slice){ ret + at, NAME_CAP - at };
}

/* Of what opens something, or of the way to get in without; each alone or at the end of more. */
static bool is_door(struct yg_slice name)
{
	static const struct yg_slice doors[] = {
		YG_SLICE("activate"),	  YG_SLICE("activation"), YG_SLICE("apikey"),
		YG_SLICE("bearer"),	  YG_SLICE("confirm"),	  YG_SLICE("csrf"),
		YG_SLICE("hook"),	  YG_SLICE("invitation"), YG_SLICE("invite"),
		YG_SLICE("jwt"),	  YG_SLICE("key"),	  YG_SLICE("keyid"),
		YG_SLICE("login"),	  YG_SLICE("magic"),	  YG_SLICE("magiclink"),
		YG_SLICE("nonce"),	  YG_SLICE("otp"),	  YG_SLICE("passcode"),
		YG_SLICE("passwd"),	  YG_SLICE("password"),	  YG_SLICE("passphrase"),
		YG_SLICE("pwd"),	  YG_SLICE("recover"),	  YG_SLICE("recovery"),
		YG_SLICE("reset"),	  YG_SLICE("secret"),	  YG_SLICE("session"),
		YG_SLICE("sessionid"),	  YG_SLICE("share"),	  YG_SLICE("signature"),
		YG_SLICE("ticket"),	  YG_SLICE("token"),	  YG_SLICE("unsubscribe"),
		YG_SLICE("verification"), YG_SLICE("verify"),	  YG_SLICE("webhook"),
	};
	char text[NAME_CAP];
	struct yg_slice end = fold_name(name, text);

	for (size_t i = 0; i < YG_ARRAY_SIZE(doors); i++) {
		const struct yg_slice *door = &doors[i];

		if (door->len <= end.len &&
		    memcmp(end.ptr + end.len - door->len, door->ptr, door->len) == 0)
			return true;
	}
	return false;
}

bool yg_token_opens(struct yg_slice before, struct yg_slice segment)
{
	struct census n;

	if (segment.len < BEHIND_MIN || before.len < 3 || !is_door(before))
		return false;
	n = yg_token_census(segment);
	return n.digit >= BEHIND_DIGITS || yg_token_is_gibberish(&n) ||
	       yg_token_is_shuffled(segment, &n) || has_strange_mark(segment);
}
