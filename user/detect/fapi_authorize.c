/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables 6B and 6C: authorization requests, pushed or not, and authorization responses.
 *
 * A request was accepted when it was answered 2xx, or by a redirect that says no error. A response
 * is any redirect that carries a code, a token or a JARM response to somewhere else.
 */
#include "detect/fapi_inside.h"

#include "parse/thumbprint.h"

#define HOUR_S	 3600
#define NS_PER_S 1000000000ull

static bool is_accepted(const struct yg_look *look)
{
	return look->accepted || (look->redirected && !yg_text_has(look->heads.location, "error="));
}

static void check_object(struct yg_look *look, const struct yg_jose *jose)
{
	int64_t now = (int64_t)(look->time_ns / NS_PER_S);
	int64_t from = jose->nbf != YG_JOSE_ABSENT ? jose->nbf : now;

	yg_judge(look, YG_POSTURE_F_REQUEST_ALG, !yg_fapi_allows(look, jose->alg),
		 "A request object with alg %.*s was accepted",
		 (int)(jose->alg.len < 16 ? jose->alg.len : 16), jose->alg.ptr);
	yg_judge(look, YG_POSTURE_F_REQUEST_EXP,
		 jose->exp == YG_JOSE_ABSENT || jose->exp - from > HOUR_S,
		 jose->exp == YG_JOSE_ABSENT ? "A request object without exp was accepted"
					     : "A request object with a long life was accepted");
	yg_judge(look, YG_POSTURE_F_REQUEST_NBF,
		 jose->nbf == YG_JOSE_ABSENT || now - jose->nbf > HOUR_S,
		 jose->nbf == YG_JOSE_ABSENT ? "A request object without nbf was accepted"
					     : "A request object with an old nbf was accepted");
	/* An issuer may have another name than its host: only a missing one is certain. */
	yg_judge(look, YG_POSTURE_F_REQUEST_AUD,
		 !jose->aud.ptr || (!jose->aud_list && !yg_fapi_names_server(look, jose->aud)),
		 "A request object whose aud is not this server was accepted");
}

/* Inside and outside must not differ; in FAPI 2 nothing stands outside. */
static void check_outside(struct yg_look *look, const struct yg_params *params,
			  const struct yg_jose *jose)
{
	const struct {
		struct yg_slice outer, inner;
	} pairs[] = {
		{ params->redirect_uri, jose->redirect_uri },
		{ params->scope, jose->scope },
		{ params->state, jose->state },
		{ params->nonce, jose->nonce },
		{ params->client_id, jose->client_id },
	};
	bool differs = false;

	for (size_t i = 0; i < YG_ARRAY_SIZE(pairs); i++)
		differs |= pairs[i].outer.len > 0 && pairs[i].inner.len > 0 &&
			   !memchr(pairs[i].inner.ptr, '\\', pairs[i].inner.len) &&
			   !yg_slice_equal(pairs[i].outer, pairs[i].inner);
	yg_judge(look, YG_POSTURE_F_REQUEST_PARAMS, differs,
		 "A parameter outside the request object has another value than inside");
}

/* What is inside counts. */
static void merge(struct yg_params *params, const struct yg_jose *jose)
{
#define TAKE(name)          \
	if (jose->name.len) \
	params->name = jose->name
	TAKE(response_type);
	TAKE(response_mode);
	TAKE(redirect_uri);
	TAKE(scope);
	TAKE(state);
	TAKE(nonce);
	TAKE(client_id);
	TAKE(code_challenge);
	TAKE(code_challenge_method);
#undef TAKE
}

static bool has_word(struct yg_slice list, struct yg_slice word)
{
	for (size_t i = 0; i + word.len <= list.len; i++) {
		bool begins = i == 0 || list.ptr[i - 1] == ' ';
		bool ends = i + word.len == list.len || list.ptr[i + word.len] == ' ';

		if (begins && ends && memcmp(list.ptr + i, word.ptr, word.len) == 0)
			return true;
	}
	return false;
}

static bool is_clear_redirect(struct yg_slice uri)
{
	return yg_text_begins(uri, "http://") && !yg_text_begins(uri, "http://127.0.0.1") &&
	       !yg_text_begins(uri, "http://[::1]") && !yg_text_begins(uri, "http://localhost");
}

static void check_type(struct yg_look *look, const struct yg_params *params)
{
	struct yg_slice type = params->response_type;
	bool code = yg_slice_equal(type, YG_SLICE("code"));
	bool jwt = yg_text_has(params->response_mode, "jwt");
	bool good = look->posture->profile == YG_FAPI_F
			    ? code
			    : yg_slice_equal(type, YG_SLICE("code id_token")) || (code && jwt);

	if (type.len)
		yg_judge(look, YG_POSTURE_F_RESPONSE_TYPE, !good,
			 "A request with response_type %.*s was accepted",
			 (int)(type.len < 40 ? type.len : 40), type.ptr);
}

/* Everything that a whole request must say, whichever way it came. */
static void check_contents(struct yg_look *look, const struct yg_params *params)
{
	bool openid = has_word(params->scope, YG_SLICE("openid"));
	bool s256 = params->code_challenge.len > 0 &&
		    yg_slice_equal(params->code_challenge_method, YG_SLICE("S256"));

	check_type(look, params);
	if (look->posture->profile != YG_FAPI_A || look->part == YG_PART_PAR)
		yg_judge(look, YG_POSTURE_F_PKCE_MISSING, !s256,
			 "A request without code_challenge_method=S256 was accepted");
	yg_judge(look, YG_POSTURE_F_PAR_REDIRECT, params->redirect_uri.len == 0,
		 "A request without redirect_uri was accepted");
	if (params->redirect_uri.len)
		yg_judge(look, YG_POSTURE_F_REDIRECT_CLEAR, is_clear_redirect(params->redirect_uri),
			 "A redirect_uri with http was accepted");
	yg_fapi_check_redirect(look, params);
	if (openid)
		yg_judge(look, YG_POSTURE_F_NONCE_MISSING, params->nonce.len == 0,
			 "A request with scope openid and no nonce was accepted");
	else if (params->scope.len)
		yg_judge(look, YG_POSTURE_F_STATE_MISSING, params->state.len == 0,
			 "A request without openid and without state was accepted");
}

static bool has_client_authentication(const struct yg_look *look, const struct yg_params *params)
{
	return params->client_assertion.len || params->client_secret.len ||
	       look->scene->credentials->user.ptr || look->scene->credentials->certificate.ptr;
}

/* The challenge of a request is kept where its code will look for it. */
static void keep(struct yg_look *look, const struct yg_params *params, struct yg_slice request_uri)
{
	struct yg_posture *posture = look->posture;
	struct yg_slice key = request_uri.len ? request_uri : params->state;
	enum yg_memo_kind kind = request_uri.len ? YG_MEMO_REQUEST_URI : YG_MEMO_STATE;
	struct yg_memo *memo;

	if (!key.len)
		return;
	memo = yg_posture_memo(look, kind, key, NULL);
	memo->text[0] = params->client_id.len ? yg_posture_hash(posture, params->client_id) : 0;
	memo->text[1] =
		params->code_challenge.len ? yg_posture_hash(posture, params->code_challenge) : 0;
	memo->text[2] = params->nonce.len ? yg_posture_hash(posture, params->nonce) : 0;
	memo->flag = true;
}

static void check_reuse(struct yg_look *look, const struct yg_params *params)
{
	bool again = yg_fapi_seen(look, YG_MEMO_VALUE, params->code_challenge);

	again |= yg_fapi_seen(look, YG_MEMO_VALUE, params->nonce);
	if (params->code_challenge.len || params->nonce.len)
		yg_judge(look, YG_POSTURE_F_VALUE_REUSED, again,
			 "A code_challenge or nonce was used for a second request");
}

static void check_par(struct yg_look *look, const struct yg_params *params)
{
	struct yg_slice json = yg_bodies_response(look->scene->bodies)->text;
	struct yg_slice life = yg_posture_member(json, "expires_in");
	unsigned long seconds = 0;

	for (size_t i = 0; i < life.len && i < 9 && life.ptr[i] >= '0' && life.ptr[i] <= '9'; i++)
		seconds = seconds * 10 + (unsigned long)(life.ptr[i] - '0');
	yg_judge(look, YG_POSTURE_F_PAR_LIFETIME, seconds >= 600, "expires_in is %lu", seconds);
	yg_judge(look, YG_POSTURE_F_PAR_OPEN, !has_client_authentication(look, params),
		 "A pushed request without client authentication was answered %u", look->status);
	check_reuse(look, params);
	keep(look, params, yg_posture_member(json, "request_uri"));
}

void yg_fapi_check_request(struct yg_look *look, struct yg_params *params, bool pushed)
{
	struct yg_jose *jose = &look->posture->other;
	bool object = params->request.len && yg_jose_from_token(params->request, jose) &&
		      !jose->encrypted;

	yg_judge(look, YG_POSTURE_F_CORS_AUTHORIZE, look->heads.allow_origin.len > 0 && !pushed,
		 "The answer carries Access-Control-Allow-Origin");
	if (!is_accepted(look))
		return;
	if (!pushed) {
		yg_fapi_keep_authorization(look);
		yg_judge(look, YG_POSTURE_F_REQUEST_MISSING,
			 !params->request.len && !params->request_uri.len,
			 "A request without request or request_uri was answered %u", look->status);
		yg_judge(look, YG_POSTURE_F_PAR_MISSING, !params->request_uri.len,
			 "A request without request_uri was answered %u", look->status);
	}
	if (object) {
		check_object(look, jose);
		check_outside(look, params, jose);
		merge(params, jose);
	}
	if (!params->request_uri.len && (!params->request.len || object))
		check_contents(look, params);
	if (pushed)
		check_par(look, params);
	else if (!params->request_uri.len)
		keep(look, params, (struct yg_slice){ 0 });
}

/* Where the parameters of a Location begin: behind '?', and behind '#'. */
static void read_location(struct yg_slice location, struct yg_params *ret)
{
	const char *end = location.ptr + location.len;
	const char *query = memchr(location.ptr, '?', location.len);
	const char *fragment = memchr(location.ptr, '#', location.len);

	memset(ret, 0, offsetof(struct yg_params, text));
	ret->used = 0;
	if (query && (!fragment || query < fragment))
		yg_params_read((struct yg_slice){ query + 1, (size_t)((fragment ? fragment : end) -
								      query - 1) },
			       ret);
	if (fragment)
		yg_params_read((struct yg_slice){ fragment + 1, (size_t)(end - fragment - 1) },
			       ret);
}

/* Which request a code answers: the one in hand, or the one of this state. */
static void keep_code(struct yg_look *look, const struct yg_params *request,
		      const struct yg_params *sent)
{
	struct yg_memo *memo, *from = NULL, copy = { 0 };

	if (request->request_uri.len)
		from = yg_posture_recall(look, YG_MEMO_REQUEST_URI, request->request_uri);
	if (!from && sent->state.len)
		from = yg_posture_recall(look, YG_MEMO_STATE, sent->state);
	if (from)
		copy = *from;
	memo = yg_posture_memo(look, YG_MEMO_CODE, sent->code, NULL);
	*memo = (struct yg_memo){ .time_ns = look->time_ns,
				  .text = { copy.text[0], copy.text[1], copy.text[2] },
				  .flag = from != NULL };
}

static void check_jarm(struct yg_look *look, struct yg_slice response)
{
	struct yg_jose *jose = &look->posture->other;

	if (!yg_jose_from_token(response, jose) || jose->encrypted)
		return;
	yg_judge(look, YG_POSTURE_F_JARM,
		 !jose->iss.len || !jose->aud.len || jose->exp == YG_JOSE_ABSENT ||
			 !yg_fapi_allows(look, jose->alg),
		 "A JARM response lacks iss, aud, exp or a strong signature");
}

/* What the metadata of this server say, or nothing, when they were not seen. */
static void check_issuer(struct yg_look *look, struct yg_slice iss)
{
	uint64_t known = look->whole->metadata;
	bool other = iss.len && known > YG_ISSUER_SEVERAL &&
		     yg_posture_hash(look->posture, iss) != known;

	yg_judge(look, YG_POSTURE_F_ISS_MISSING, !iss.len || other,
		 other ? "A response carries an iss that is not the issuer of the metadata"
		       : "A response carries no iss");
}

void yg_fapi_check_response(struct yg_look *look, const struct yg_params *request)
{
	struct yg_params *sent = look->posture->answer;
	struct yg_slice location = look->heads.location;

	if (!location.len)
		return;
	read_location(location, sent);
	if (sent->error.len || (!sent->code.len && !sent->id_token.len && !sent->access_token.len &&
				!sent->response.len))
		return;
	yg_fapi_keep_authorization(look);
	yg_fapi_check_target(look, request->redirect_uri, location);
	yg_judge(look, YG_POSTURE_F_REDIRECT_CLEAR, is_clear_redirect(location),
		 "A response went to an address with http");
	yg_judge(look, YG_POSTURE_F_REDIRECT_307, look->status == 307,
		 "A response was sent with 307");
	yg_judge(look, YG_POSTURE_F_FRONT_TOKEN, sent->access_token.len > 0,
		 "A response carries an access token");
	if (!sent->response.len)
		check_issuer(look, sent->iss);
	else
		check_jarm(look, sent->response);
	if (request->request_uri.len)
		yg_judge(look, YG_POSTURE_F_REQUEST_URI_REUSED,
			 yg_fapi_seen(look, YG_MEMO_REQUEST_USED, request->request_uri),
			 "A second response was sent for one request_uri");
	else if (look->part == YG_PART_AUTHORIZE)
		check_reuse(look, request);
	if (sent->id_token.len)
		yg_fapi_check_id_token(look, sent->id_token, true, sent);
	if (sent->code.len) {
		yg_judge(look, YG_POSTURE_F_TOKEN_WEAK, yg_fapi_bits(sent->code) < 128,
			 "A code holds %.0f bits at most", yg_fapi_bits(sent->code));
		keep_code(look, request, sent);
	}
}

static bool differs(struct yg_slice claim, struct yg_slice value)
{
	char text[YG_DIGEST_TEXT_CAP];

	if (!claim.len)
		return true;
	/* Half of SHA-256: what RS256, PS256 and ES256 ask for. */
	yg_sha256_text(value, 16, text);
	return !yg_slice_equal(claim, yg_slice_from_str(text));
}

void yg_fapi_check_id_token(struct yg_look *look, struct yg_slice token, bool front,
			    const struct yg_params *sent)
{
	struct yg_jose *jose = &look->posture->other;
	bool half = false;

	if (!yg_jose_from_token(token, jose))
		return;
	yg_judge(look, YG_POSTURE_F_ID_TOKEN_JWE,
		 jose->encrypted && yg_slice_equal(jose->alg, YG_SLICE("RSA1_5")),
		 "An id token is encrypted with RSA1_5");
	if (jose->encrypted)
		return;
	yg_judge(look, YG_POSTURE_F_ID_TOKEN_ALG, !yg_fapi_allows(look, jose->alg),
		 "An id token has alg %.*s", (int)(jose->alg.len < 16 ? jose->alg.len : 16),
		 jose->alg.ptr);
	/* EdDSA hashes with SHA-512: not compared. */
	if (yg_text_begins(jose->alg, "Ed"))
		return;
	if (front) {
		half = (sent->state.len && differs(jose->s_hash, sent->state)) ||
		       (sent->code.len && differs(jose->c_hash, sent->code));
		yg_judge(look, YG_POSTURE_F_ID_TOKEN_PII, jose->personal,
			 "An id token in a redirect holds personal claims");
	} else if (jose->at_hash.len && sent->access_token.len) {
		half = differs(jose->at_hash, sent->access_token);
	}
	yg_judge(look, YG_POSTURE_F_HASHES, half,
		 front ? "s_hash or c_hash is missing or wrong" : "at_hash is wrong");
}
