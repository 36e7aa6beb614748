/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table 6D: the token endpoint. Only answers with an access_token are judged.
 *
 * A client without visible authentication may have shown a certificate to the server itself: it is
 * called public only when its token is a JWT that is bound to none.
 */
#include "detect/fapi_inside.h"

#include "parse/thumbprint.h"

#define CODE_AGE_NS   60000000000ull
#define FUTURE_S      60
#define SKEW_S	      10
#define LIFE_S	      600
#define ROTATIONS_MIN 3u
#define NS_PER_S      1000000000ull

/* What the answer gives. */
struct grant {
	struct yg_slice access_token, token_type, refresh_token, id_token, scope;
	unsigned long expires_in;
	bool decoded; /* the access token is a JWT */
	bool bound;   /* to a key or a certificate */
};

static unsigned long number_of(struct yg_slice text)
{
	unsigned long value = 0;

	for (size_t i = 0; i < text.len && i < 9 && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
		value = value * 10 + (unsigned long)(text.ptr[i] - '0');
	return value;
}

static bool read_grant(struct yg_look *look, struct grant *ret)
{
	struct yg_slice json = yg_bodies_response(look->scene->bodies)->text;
	struct yg_jose *jose = &look->posture->jose;

	*ret = (struct grant){
		.access_token = yg_posture_member(json, "access_token"),
		.token_type = yg_posture_member(json, "token_type"),
		.refresh_token = yg_posture_member(json, "refresh_token"),
		.id_token = yg_posture_member(json, "id_token"),
		.scope = yg_posture_member(json, "scope"),
		.expires_in = number_of(yg_posture_member(json, "expires_in")),
	};
	if (!ret->access_token.len)
		return false;
	ret->decoded = yg_jose_from_token(ret->access_token, jose) && !jose->encrypted;
	ret->bound = yg_slice_equal_nocase(ret->token_type, YG_SLICE("DPoP")) ||
		     (ret->decoded && (jose->jkt.len || jose->x5t.len));
	return true;
}

/*
 * K4: an assertion whose only fault may be that it is from up to ten seconds ahead. That the
 * client signed it is not known: several are needed.
 */
static void check_skew(struct yg_look *look, const struct yg_params *params)
{
	struct yg_jose *jose = &look->posture->other;
	int64_t now = (int64_t)(look->time_ns / NS_PER_S), ahead, from;
	struct yg_slice error;

	if (!params->client_assertion.len || !yg_jose_from_token(params->client_assertion, jose) ||
	    jose->encrypted)
		return;
	from = jose->nbf != YG_JOSE_ABSENT && jose->nbf > jose->iat ? jose->nbf : jose->iat;
	ahead = from == YG_JOSE_ABSENT ? 0 : from - now;
	if (ahead <= 0 || ahead > SKEW_S || jose->exp <= now || jose->aud_list ||
	    !yg_fapi_allows(look, jose->alg) || !yg_slice_equal(jose->iss, jose->sub) ||
	    !yg_fapi_names_server(look, jose->aud))
		return;
	error = yg_posture_member(yg_bodies_response(look->scene->bodies)->text, "error");
	yg_judge(look, YG_POSTURE_F_CLOCK_SKEW,
		 !look->accepted && yg_slice_equal(error, YG_SLICE("invalid_client")),
		 "A client assertion from %d s ahead was answered invalid_client", (int)ahead);
}

static void check_claims(struct yg_look *look, const struct yg_params *params,
			 const struct yg_jose *jose)
{
	int64_t now = (int64_t)(look->time_ns / NS_PER_S);
	bool names = !yg_slice_equal(jose->iss, jose->sub) || !jose->iss.len;
	bool other = params->client_id.len && !yg_slice_equal(params->client_id, jose->sub);
	bool times = jose->exp == YG_JOSE_ABSENT || jose->exp + FUTURE_S < now;
	bool aud = !jose->aud.len || (!jose->aud_list && !yg_fapi_names_server(look, jose->aud)) ||
		   (look->posture->profile == YG_FAPI_F && jose->aud_list);

	yg_judge(look, YG_POSTURE_F_ASSERTION, names || times || aud,
		 "A client assertion with %s was accepted",
		 names	 ? "iss other than sub"
		 : times ? "no exp, or a past one"
			 : "a wrong aud");
	yg_judge(look, YG_POSTURE_F_CLIENT_MISMATCH, other,
		 "The assertion and client_id name two clients");
	yg_judge(look, YG_POSTURE_F_ASSERTION_FUTURE,
		 (jose->iat != YG_JOSE_ABSENT && jose->iat > now + FUTURE_S) ||
			 (jose->nbf != YG_JOSE_ABSENT && jose->nbf > now + FUTURE_S),
		 "A client assertion from the future was accepted");
	if (jose->jti.len)
		yg_judge(look, YG_POSTURE_F_ASSERTION_REPLAY,
			 yg_fapi_seen(look, YG_MEMO_JTI, params->client_assertion),
			 "One client assertion was accepted twice");
}

static void check_client(struct yg_look *look, const struct yg_params *params,
			 const struct grant *grant)
{
	const struct yg_credentials *credentials = look->scene->credentials;
	struct yg_jose *jose = &look->posture->other;
	bool secret = params->client_secret.len > 0 || credentials->user.ptr;
	bool shared;

	yg_judge(look, YG_POSTURE_F_CLIENT_SECRET, secret, "A client with a %s got a token",
		 params->client_secret.len ? "client_secret" : "Basic secret");
	if (!params->client_assertion.len) {
		bool open = !secret && !credentials->certificate.ptr;

		if (grant->decoded)
			yg_judge(look, YG_POSTURE_F_PUBLIC_CLIENT,
				 open && !look->posture->jose.x5t.len,
				 "A token was issued without client authentication");
		return;
	}
	yg_judge(look, YG_POSTURE_F_PUBLIC_CLIENT, false, " ");
	if (!yg_jose_from_token(params->client_assertion, jose) || jose->encrypted)
		return;
	shared = yg_text_begins(jose->alg, "HS");
	yg_judge(look, YG_POSTURE_F_CLIENT_SECRET_JWT, shared,
		 "A client assertion with an HMAC was accepted");
	if (!shared)
		yg_judge(look, YG_POSTURE_F_ASSERTION_ALG, !yg_fapi_allows(look, jose->alg),
			 "A client assertion with alg %.*s was accepted",
			 (int)(jose->alg.len < 16 ? jose->alg.len : 16), jose->alg.ptr);
	check_claims(look, params, jose);
}

static bool is_right_verifier(struct yg_look *look, struct yg_slice verifier, uint64_t challenge)
{
	char text[YG_DIGEST_TEXT_CAP];

	if (!verifier.len)
		return false;
	yg_sha256_text(verifier, 32, text);
	return yg_posture_hash(look->posture, yg_slice_from_str(text)) == challenge;
}

/* K14: the id token that a code brings carries the nonce of the request behind the code. */
static void check_nonce(struct yg_look *look, const struct grant *grant, const struct yg_memo *memo)
{
	struct yg_jose *jose = &look->posture->other;

	if (!grant->id_token.len || !memo->flag || !memo->text[2] ||
	    !yg_jose_from_token(grant->id_token, jose) || jose->encrypted)
		return;
	yg_judge(look, YG_POSTURE_F_ID_TOKEN_NONCE,
		 !jose->nonce.len || yg_posture_hash(look->posture, jose->nonce) != memo->text[2],
		 jose->nonce.len ? "The nonce of an id token is not that of its request"
				 : "An id token came without the nonce of its request");
}

static void check_code(struct yg_look *look, const struct yg_params *params,
		       const struct grant *grant)
{
	struct yg_memo *memo = yg_posture_recall(look, YG_MEMO_CODE, params->code);
	bool fresh;

	/* A code that was issued before the sensor looked is still known twice. */
	if (!memo)
		memo = yg_posture_memo(look, YG_MEMO_CODE, params->code, &fresh);
	memo->uses++;
	check_nonce(look, grant, memo);
	yg_judge(look, YG_POSTURE_F_CODE_REUSED, memo->uses > 1, "One code was exchanged %u times",
		 memo->uses);
	if (memo->time_ns)
		yg_judge(look, YG_POSTURE_F_CODE_AGE, look->time_ns > memo->time_ns + CODE_AGE_NS,
			 "A code was exchanged %llu s after it was issued",
			 (unsigned long long)((look->time_ns - memo->time_ns) / NS_PER_S));
	if (memo->flag && memo->text[1])
		yg_judge(look, YG_POSTURE_F_PKCE_IGNORED,
			 !is_right_verifier(look, params->code_verifier, memo->text[1]),
			 params->code_verifier.len ? "A wrong code_verifier was accepted"
						   : "A code was exchanged without code_verifier");
	if (memo->flag && memo->text[0] && params->client_id.len)
		yg_judge(look, YG_POSTURE_F_CLIENT_MISMATCH,
			 memo->text[0] != yg_posture_hash(look->posture, params->client_id),
			 "A code was exchanged by another client than asked for it");
}

/* Every word of @granted stands in @asked? */
static bool is_within(struct yg_slice granted, struct yg_slice asked)
{
	while (granted.len > 0) {
		const char *blank = memchr(granted.ptr, ' ', granted.len);
		size_t len = blank ? (size_t)(blank - granted.ptr) : granted.len;
		bool found = len == 0;

		for (size_t i = 0; !found && i + len <= asked.len; i++)
			found = memcmp(asked.ptr + i, granted.ptr, len) == 0 &&
				(i == 0 || asked.ptr[i - 1] == ' ') &&
				(i + len == asked.len || asked.ptr[i + len] == ' ');
		if (!found)
			return false;
		len += blank ? 1 : 0;
		granted.ptr += len;
		granted.len -= len;
	}
	return true;
}

/* In extraordinary cases a token may be changed: three times for one client is a habit. */
static void check_rotation(struct yg_look *look, const struct yg_params *params,
			   const struct grant *grant)
{
	struct yg_memo *memo;
	bool changed;

	if (!params->refresh_token.len)
		return;
	changed = grant->refresh_token.len &&
		  !yg_slice_equal(grant->refresh_token, params->refresh_token);
	if (!changed) {
		yg_judge(look, YG_POSTURE_F_REFRESH_ROTATED, false, " ");
		return;
	}
	memo = yg_posture_memo(look, YG_MEMO_ROTATION, params->client_id, NULL);
	if (++memo->uses >= ROTATIONS_MIN)
		yg_judge(look, YG_POSTURE_F_REFRESH_ROTATED, true,
			 "%u refreshes of one client were answered with another refresh token",
			 memo->uses);
}

static void check_grant(struct yg_look *look, const struct yg_params *params,
			const struct grant *grant)
{
	bool opaque = !yg_jose_is_like(grant->access_token);

	yg_judge(look, YG_POSTURE_F_TOKEN_CACHED, !yg_text_has(look->heads.cache, "no-store"),
		 "A token response came without Cache-Control: no-store");
	/* An opaque token may be bound where nobody sees it. */
	if (grant->decoded)
		yg_judge(look, YG_POSTURE_F_TOKEN_UNBOUND, !grant->bound,
			 "An access token without cnf was issued");
	if (grant->decoded || grant->bound)
		yg_judge(look, YG_POSTURE_F_BEARER_LIFE,
			 !grant->bound && grant->expires_in >= LIFE_S,
			 "A bearer token with expires_in %lu was issued", grant->expires_in);
	if (opaque)
		yg_judge(look, YG_POSTURE_F_TOKEN_WEAK, yg_fapi_bits(grant->access_token) < 128,
			 "An access token holds %.0f bits at most",
			 yg_fapi_bits(grant->access_token));
	if (params->scope.len && grant->scope.len)
		yg_judge(look, YG_POSTURE_F_SCOPE_WIDENED, !is_within(grant->scope, params->scope),
			 "The answer grants scope that was not asked for");
	check_rotation(look, params, grant);
	if (grant->id_token.len) {
		struct yg_params *sent = look->posture->answer;

		memset(sent, 0, offsetof(struct yg_params, text));
		sent->access_token = grant->access_token;
		yg_fapi_check_id_token(look, grant->id_token, false, sent);
	}
}

/* One certificate, two clients. */
static void check_certificate(struct yg_look *look, const struct yg_params *params)
{
	struct yg_slice certificate = look->scene->credentials->certificate;
	struct yg_memo *memo;
	uint64_t client;
	bool fresh;

	if (!certificate.len || !params->client_id.len)
		return;
	client = yg_posture_hash(look->posture, params->client_id);
	memo = yg_posture_memo(look, YG_MEMO_CERTIFICATE, certificate, &fresh);
	if (fresh)
		memo->text[0] = client;
	yg_judge(look, YG_POSTURE_F_CERT_SHARED, memo->text[0] != client,
		 "A second client got a token with one certificate");
}

void yg_fapi_check_token(struct yg_look *look)
{
	const struct yg_params *params = look->posture->params;
	struct grant grant;

	if (yg_judges(look, YG_POSTURE_F_CLOCK_SKEW))
		check_skew(look, params);
	if (!look->accepted || !read_grant(look, &grant))
		return;
	yg_judge(look, YG_POSTURE_F_PASSWORD_GRANT,
		 yg_slice_equal(params->grant_type, YG_SLICE("password")),
		 "A token was issued for a password");
	check_grant(look, params, &grant);
	check_client(look, params, &grant);
	check_certificate(look, params);
	if (params->code.len)
		check_code(look, params, &grant);
}
