/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API2: who is let in, and with what.
 *
 * cleartext-credentials: a credential, or the password of a login, was accepted without TLS on the
 * caller's own connection (posture_clear.c). From a private address it weighs one step less.
 *
 * token-in-url, password-in-url, api-key-in-url: by the name of a parameter, and accepted.
 * basic-authentication: Basic accepted, other than at a login or token endpoint.
 *
 * mixed-authentication: 8 or more accepted with a credential; then 3 accepted without one, and
 * without a field that might be a credential we do not know.
 *
 * jwt-*: a token of the Authorization field that was accepted where tokens count: the endpoint has
 * never answered 2xx without a credential. Times have five minutes of leeway.
 *
 * no-rate-limit: 50 attempts to log in, 30 of them failed, and neither 429 nor a rate field.
 */
#include "detect/posture_inside.h"
#include "parse/url.h"

#define MIXED_WITH    8u
#define OPEN_WITHOUT  32u /* accepted without a credential: the rest are counted by sample */
#define LEEWAY_S      300
#define LONG_LIFE_S   86400
#define PARAMETER_CAP 512u
#define NS_PER_SECOND 1000000000ull
#define ISSUED_MIN    64u /* tokens of one issuer in a row, before another one is strange */

/* The path of a request, without its query. */
static struct yg_slice path_of(const struct yg_look *look)
{
	const struct yg_path *path = look->scene->path;

	return (struct yg_slice){ path->text, path->len };
}

static bool is_login(const struct yg_look *look)
{
	static const char *const words[] = { "login", "signin",	 "sign-in",	"logon",
					     "token", "session", "authenticate" };

	if (!yg_slice_equal(look->method, YG_SLICE("POST")))
		return false;
	return yg_text_has_any(path_of(look), words, YG_ARRAY_SIZE(words));
}

static bool has_password(const struct yg_look *look)
{
	const struct yg_body_view *body = yg_bodies_request(look->scene->bodies);
	char text[PARAMETER_CAP];

	if (body->kind == YG_BODY_KIND_JSON)
		return yg_posture_member(body->text, "password").len > 0;
	if (body->kind == YG_BODY_KIND_FORM)
		return yg_posture_parameter(body->text, "password", text, sizeof(text)).len > 0;
	return false;
}

static void check_cleartext(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	bool secret = look->credential;

	if (!look->accepted && !look->redirected)
		return;
	if (!secret && look->login)
		secret = has_password(look);
	if (!secret)
		return;
	if (!yg_look_is_direct(look))
		return;
	look->lower = yg_address_is_private(&exchange->client.addr);
	yg_judge(look, YG_POSTURE_CLEARTEXT, !exchange->tls,
		 "%s was accepted over HTTP without TLS",
		 look->credential ? yg_credential_kind_name(look->scene->credentials->best)
				  : "A password");
	look->lower = false;
}

/* Names of parameters that are secrets wherever they stand. */
static enum yg_posture_rule_id rule_of(struct yg_slice name)
{
	static const struct {
		struct yg_slice name;
		enum yg_posture_rule_id rule;
	} rows[] = {
		{ YG_SLICE("access_token"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("refresh_token"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("id_token"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("auth_token"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("authtoken"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("jwt"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("bearer_token"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("session_token"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("sessionid"), YG_POSTURE_TOKEN_IN_URL },
		{ YG_SLICE("password"), YG_POSTURE_PASSWORD_IN_URL },
		{ YG_SLICE("passwd"), YG_POSTURE_PASSWORD_IN_URL },
		{ YG_SLICE("client_secret"), YG_POSTURE_PASSWORD_IN_URL },
		{ YG_SLICE("api_key"), YG_POSTURE_API_KEY_IN_URL },
		{ YG_SLICE("apikey"), YG_POSTURE_API_KEY_IN_URL },
		{ YG_SLICE("api-key"), YG_POSTURE_API_KEY_IN_URL },
		{ YG_SLICE("x-api-key"), YG_POSTURE_API_KEY_IN_URL },
		{ YG_SLICE("subscription-key"), YG_POSTURE_API_KEY_IN_URL },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (yg_slice_equal_nocase(name, rows[i].name))
			return rows[i].rule;
	}
	return YG_POSTURE_MAX;
}

/* A placeholder or a word is no secret: tokens are long, passwords are not empty. */
static bool is_secret(enum yg_posture_rule_id rule, struct yg_slice value)
{
	if (value.len >= 3 && memcmp(value.ptr, "***", 3) == 0)
		return false;
	return rule == YG_POSTURE_PASSWORD_IN_URL ? value.len >= 3 : value.len >= 12;
}

static void check_url(struct yg_look *look)
{
	static const enum yg_posture_rule_id rules[] = { YG_POSTURE_TOKEN_IN_URL,
							 YG_POSTURE_PASSWORD_IN_URL,
							 YG_POSTURE_API_KEY_IN_URL };
	struct yg_slice query = look->scene->path->query, name, value;
	bool found[YG_ARRAY_SIZE(rules)] = { false };

	if (!look->accepted)
		return;
	while (query.ptr && yg_query_next(&query, &name, &value)) {
		enum yg_posture_rule_id rule = rule_of(name);

		if (rule == YG_POSTURE_MAX && yg_jose_is_like(value) && value.len > 60)
			rule = YG_POSTURE_TOKEN_IN_URL;
		for (size_t i = 0; i < YG_ARRAY_SIZE(rules); i++)
			found[i] |= rule == rules[i] && is_secret(rule, value);
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(rules); i++)
		yg_judge(look, rules[i], found[i], "The query held it, and the answer was %u",
			 look->status);
}

/* Requests that browsers and caches make on their own carry no credential and need none. */
static bool needs_none(const struct yg_look *look)
{
	return yg_slice_equal(look->method, YG_SLICE("OPTIONS")) ||
	       yg_slice_equal(look->method, YG_SLICE("HEAD")) || look->login;
}

static void check_mixed(struct yg_look *look)
{
	struct yg_place *place = look->endpoint;

	place->denied += look->status == 401 || look->status == 403;
	if (!look->accepted || needs_none(look))
		return;
	if (look->credential) {
		place->with++;
		look->whole->with++;
		yg_judge(look, YG_POSTURE_MIXED_AUTH, false, " ");
		return;
	}
	/* Open to all, as far as is known: a sample keeps the count above the bounds. */
	if (!look->full && place->without >= OPEN_WITHOUT && place->with < MIXED_WITH)
		return;
	yg_look_need_heads(look);
	if (look->heads.unknown_credential)
		return;
	place->without++;
	if (place->with >= MIXED_WITH)
		yg_judge(look, YG_POSTURE_MIXED_AUTH, true,
			 "%u accepted with a credential, %u without", place->with, place->without);
}

static void check_rate(struct yg_look *look)
{
	struct yg_place *place = look->endpoint;
	bool failed = look->status == 401 || look->status == 403 || look->status == 400 ||
		      look->status == 422;

	if (!look->login)
		return;
	place->logins++;
	place->failures += failed;
	if (failed)
		yg_look_need_heads(look);
	place->limited |= look->status == 429 || look->heads.rate;
	if (place->logins >= 50)
		yg_judge(look, YG_POSTURE_NO_RATE_LIMIT, place->failures >= 30 && !place->limited,
			 "%u of %u attempts failed, none was answered 429", place->failures,
			 place->logins);
}

void yg_posture_check_credentials(struct yg_look *look)
{
	const struct yg_credentials *credentials = look->scene->credentials;

	if (!look->endpoint)
		return;
	look->login = is_login(look);
	check_cleartext(look);
	check_url(look);
	check_mixed(look);
	check_rate(look);
	if (look->accepted && look->credential)
		yg_judge(look, YG_POSTURE_BASIC, credentials->user.ptr && !look->login,
			 "A request with Basic was answered %u", look->status);
}

/* The same header and payload under another signature, both accepted. */
static bool is_resigned(struct yg_look *look, struct yg_token_row *row)
{
	struct yg_slice key = { (const char *)&row->payload, sizeof(row->payload) };
	struct yg_memo *memo;
	bool fresh;

	/* A fresh signature of the same claims is honest where signing is not deterministic. */
	if (!row->deterministic && !row->has_jti)
		return false;
	memo = yg_posture_memo(look, YG_MEMO_PAYLOAD, key, &fresh);
	if (fresh) {
		memo->text[0] = row->signature;
		return false;
	}
	return memo->text[0] != row->signature;
}

static void check_times(struct yg_look *look, const struct yg_token_row *row)
{
	int64_t now = (int64_t)(look->time_ns / NS_PER_SECOND);
	int64_t from = row->iat != YG_JOSE_ABSENT ? row->iat : now;
	bool expires = row->exp != YG_JOSE_ABSENT;

	yg_judge(look, YG_POSTURE_JWT_NO_EXPIRY, !expires, "A token without exp was answered %u",
		 look->status);
	yg_judge(look, YG_POSTURE_JWT_EXPIRED, expires && row->exp + LEEWAY_S < now,
		 "A token that expired %lld s before was answered %u",
		 (long long)(now - (expires ? row->exp : now)), look->status);
	yg_judge(look, YG_POSTURE_JWT_LONG_LIFE, expires && row->exp - from > LONG_LIFE_S,
		 "A token lives for %lld h", (long long)(expires ? (row->exp - from) / 3600 : 0));
	yg_judge(look, YG_POSTURE_JWT_NOT_YET,
		 row->nbf != YG_JOSE_ABSENT && row->nbf > now + LEEWAY_S,
		 "A token with nbf in the future was answered %u", look->status);
}

/*
 * Each token once. A service that has taken ISSUED_MIN tokens in a row from one issuer for one
 * audience, and now takes one of another, is not likely to look at either.
 */
static void check_issuer(struct yg_look *look, struct yg_token_row *row)
{
	struct yg_place *whole = look->whole;
	bool other = row->issuer != whole->issuer || row->audience != whole->audience;

	if (row->judged || !row->issuer)
		return;
	row->judged = true;
	if (whole->tokens >= ISSUED_MIN) {
		yg_judge(
			look, YG_POSTURE_JWT_ISSUER, other,
			row->issuer != whole->issuer
				? "A token of another issuer than the %u before was answered %u"
				: "A token for another audience than the %u before was answered %u",
			whole->tokens, look->status);
		whole->tokens += !other;
		return;
	}
	whole->tokens = other ? 1 : whole->tokens + 1;
	whole->issuer = row->issuer;
	whole->audience = row->audience;
}

void yg_posture_check_tokens(struct yg_look *look)
{
	struct yg_token_row *row = look->token;
	bool resigned;

	/* Where everybody gets in, a bad token says nothing. */
	if (!row || !row->decoded || !look->accepted || !look->endpoint ||
	    look->endpoint->without > 0)
		return;
	row->accepted = true;
	yg_judge(look, YG_POSTURE_JWT_UNSECURED, row->unsecured,
		 "A token without signature was answered %u", look->status);
	yg_judge(look, YG_POSTURE_JWT_WEAK, row->weak,
		 "A token with an unregistered algorithm was answered %u", look->status);
	yg_judge(look, YG_POSTURE_JWT_EMBEDDED_KEY, row->embedded,
		 "A token with jwk, jku or x5u was answered %u", look->status);
	check_times(look, row);
	check_issuer(look, row);
	if (row->unsecured)
		return;
	resigned = is_resigned(look, row);
	yg_judge(look, YG_POSTURE_JWT_SIGNATURE, resigned || row->verified == YG_VERIFIED_BAD,
		 resigned ? "The same claims under another signature were answered %u"
			  : "A signature that the key of its kid did not make was answered %u",
		 look->status);
}
