/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * P7: does the scope of a token cover the endpoint that accepts it?
 *
 * What an endpoint needs is told by the server as it refuses a token (insufficient_scope), else
 * learned: the words that LEARN accepted tokens in a row had in common. A token that was accepted
 * without any of these words is a fault. Words are compared by their stem ("accounts" of
 * "accounts:read"), and those of OpenID that give no right to an API do not count.
 */
#include "detect/fapi_inside.h"

#define LEARN 16u

static bool is_plain(struct yg_slice word)
{
	static const char *const words[] = { "openid",	"profile", "email",
					     "address", "phone",   "offline_access" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (yg_slice_equal_nocase(word, yg_slice_from_str(words[i])))
			return true;
	}
	return false;
}

/* "accounts" of "accounts:read"; "User" of "https://graph.example/User.Read". */
static struct yg_slice stem_of(struct yg_slice word)
{
	size_t from = 0, len = 0;

	for (size_t i = 0; yg_text_begins(word, "http") && i + 1 < word.len; i++)
		from = word.ptr[i] == '/' ? i + 1 : from;
	while (from + len < word.len && !strchr(":./-_", word.ptr[from + len]))
		len++;
	return (struct yg_slice){ word.ptr + from, len };
}

void yg_posture_scopes(const struct yg_posture *posture, struct yg_slice scope, uint32_t *ret)
{
	size_t count = 0, at = 0;

	while (at < scope.len && count < YG_POSTURE_SCOPES) {
		const char *blank = memchr(scope.ptr + at, ' ', scope.len - at);
		size_t len = blank ? (size_t)(blank - scope.ptr) - at : scope.len - at;
		struct yg_slice word = { scope.ptr + at, len }, stem = stem_of(word);

		at += len + 1;
		if (stem.len && !is_plain(word))
			ret[count++] = (uint32_t)yg_posture_hash(posture, stem) | 1;
	}
}

static bool holds(const uint32_t *set, uint32_t word)
{
	for (size_t i = 0; i < YG_POSTURE_SCOPES; i++) {
		if (set[i] == word)
			return true;
	}
	return false;
}

/* Words of @a that are in @b too. Return: is there one? */
static bool intersect(const uint32_t *a, const uint32_t *b, uint32_t *ret)
{
	size_t count = 0;

	memset(ret, 0, YG_POSTURE_SCOPES * sizeof(*ret));
	for (size_t i = 0; i < YG_POSTURE_SCOPES; i++) {
		if (a[i] && holds(b, a[i]))
			ret[count++] = a[i];
	}
	return count > 0;
}

/* WWW-Authenticate: Bearer error="insufficient_scope", scope="payments" */
void yg_fapi_learn_scope(struct yg_look *look)
{
	struct yg_slice challenge = look->heads.challenge;
	const char *start, *end;

	if (look->status != 403 || !yg_text_has(challenge, "insufficient_scope"))
		return;
	start = memmem(challenge.ptr, challenge.len, "scope=\"", 7);
	if (!start)
		return;
	start += 7;
	end = memchr(start, '"', (size_t)(challenge.ptr + challenge.len - start));
	if (!end)
		return;
	memset(look->endpoint->scopes, 0, sizeof(look->endpoint->scopes));
	yg_posture_scopes(look->posture, (struct yg_slice){ start, (size_t)(end - start) },
			  look->endpoint->scopes);
	look->endpoint->scope_told = look->endpoint->scopes[0] != 0;
}

void yg_fapi_check_scope(struct yg_look *look)
{
	const struct yg_token_row *row = look->token;
	struct yg_place *place = look->endpoint;
	uint32_t shared[YG_POSTURE_SCOPES];
	bool known = place->scope_told || place->scoped >= LEARN, covered;

	if (!row->scopes[0])
		return;
	covered = intersect(place->scopes, row->scopes, shared);
	if (known)
		yg_judge(
			look, YG_POSTURE_F_SCOPE_IGNORED, !covered,
			place->scope_told
				? "The scope that the server itself asks for was not in a token that was answered %u"
				: "No scope that all tokens before had was in a token that was answered %u",
			look->status);
	if (place->scope_told || (known && !covered) || (uint32_t)row->payload == place->last_token)
		return;
	place->last_token = (uint32_t)row->payload;
	if (!place->scoped || !covered) { /* nothing in common: it begins again */
		memcpy(place->scopes, row->scopes, sizeof(place->scopes));
		place->scoped = 1;
		return;
	}
	memcpy(place->scopes, shared, sizeof(shared));
	if (place->scoped < UINT16_MAX)
		place->scoped++;
}
