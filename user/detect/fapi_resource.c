/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table 6E: calls with an access token. A proof of possession is judged whole: signature by the key
 * in its own header, that key's thumbprint against cnf.jkt, htm, htu, iat, ath, and jti once.
 */
#include "detect/fapi_inside.h"

#include <stdio.h>

#include "core/base64.h"
#include "parse/thumbprint.h"

#define PROOF_AGE_S  300
#define NS_PER_S     1000000000ull
#define PROVEN_MIN   8u /* requests with a certificate before one without is strange */
#define CUSTOMER_MIN 5u

static int hex_value(char c)
{
	c = yg_ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A fingerprint in hex, colons or not, as x5t#S256. Return: false if it is another form. */
static bool to_x5t(struct yg_slice fingerprint, char *ret)
{
	uint8_t bytes[32];
	size_t digits = 0;

	for (size_t i = 0; i < fingerprint.len; i++) {
		int value = hex_value(fingerprint.ptr[i]);

		if (fingerprint.ptr[i] == ':')
			continue;
		if (value < 0 || digits == 64)
			return false;
		bytes[digits / 2] = (uint8_t)(digits % 2 ? bytes[digits / 2] | value : value << 4);
		digits++;
	}
	if (digits != 64)
		return false;
	yg_base64url_text(bytes, sizeof(bytes), ret);
	return true;
}

/* Requests to this very server have shown their certificate, and this one has none. */
static bool is_without(struct yg_look *look, bool has)
{
	struct yg_memo *memo = has ? yg_posture_memo(look, YG_MEMO_PROVEN, look->service, NULL)
				   : yg_posture_recall(look, YG_MEMO_PROVEN, look->service);

	if (has)
		memo->uses++;
	return !has && memo && memo->uses >= PROVEN_MIN;
}

static void check_certificate(struct yg_look *look, const struct yg_token_row *row)
{
	struct yg_slice certificate = look->scene->credentials->certificate;
	char x5t[YG_DIGEST_TEXT_CAP];

	if (is_without(look, certificate.len > 0) && row->x5t[0]) {
		yg_judge(
			look, YG_POSTURE_F_CERT_BINDING, true,
			"A token that is bound to a certificate came without one and was answered %u",
			look->status);
		return;
	}

	/* Without a fingerprint of SHA-256 nothing can be compared. */
	if (!row->x5t[0] || !certificate.len || !to_x5t(certificate, x5t))
		return;
	yg_judge(look, YG_POSTURE_F_CERT_BINDING, strcmp(x5t, row->x5t) != 0,
		 "cnf.x5t#S256 is not the certificate of the connection, and the answer was %u",
		 look->status);
}

/* htu against the request: without query and fragment. */
static bool is_target(const struct yg_look *look, struct yg_slice htu)
{
	const struct yg_path *path = look->scene->path;
	const char *slash;
	size_t skip = yg_text_begins(htu, "https://") ? 8 : yg_text_begins(htu, "http://") ? 7 : 0;

	for (size_t i = 0; i < htu.len; i++) {
		if (htu.ptr[i] == '?' || htu.ptr[i] == '#')
			htu.len = i;
	}
	if (!skip || !yg_fapi_names_server(look, htu))
		return false;
	slash = memchr(htu.ptr + skip, '/', htu.len - skip);
	if (!slash)
		return path->len <= 1;
	return yg_slice_equal((struct yg_slice){ slash, (size_t)(htu.ptr + htu.len - slash) },
			      (struct yg_slice){ path->text, path->len });
}

/* Why the proof proves nothing; NULL: it does, as far as can be seen. */
static const char *judge_proof(struct yg_look *look, const struct yg_token_row *row,
			       const struct yg_jose *proof, char *ret_key)
{
	int64_t now = (int64_t)(look->time_ns / NS_PER_S);
	char ath[YG_DIGEST_TEXT_CAP];

	if (!yg_slice_equal_nocase(proof->typ, YG_SLICE("dpop+jwt")))
		return "a wrong typ";
	if (!yg_fapi_allows(look, proof->alg))
		return "an algorithm that the profile forbids";
	if (!proof->jwk.ptr || !yg_jwk_thumbprint(proof->jwk, ret_key))
		return "no key";
	if (!yg_slice_equal(proof->htm, look->method))
		return "a wrong htm";
	if (!is_target(look, proof->htu))
		return "a wrong htu";
	if (proof->iat == YG_JOSE_ABSENT || proof->iat > now + PROOF_AGE_S ||
	    proof->iat < now - PROOF_AGE_S)
		return "no iat, or a stale one";
	yg_sha256_text(look->scene->credentials->token, 32, ath);
	if (!yg_slice_equal(proof->ath, yg_slice_from_str(ath)))
		return "an ath that is not the token's";
	if (row->jkt[0] && strcmp(row->jkt, ret_key) != 0)
		return "a key that is not the token's";
	if (yg_keys_verify_embedded(look->posture->keys, proof, look->time_ns) == YG_VERIFIED_BAD)
		return "a wrong signature";
	return NULL;
}

static void check_proof(struct yg_look *look, const struct yg_token_row *row)
{
	struct yg_slice scheme = look->scene->credentials->scheme;
	struct yg_jose *proof = &look->posture->other;
	char key[YG_DIGEST_TEXT_CAP] = "";
	const char *why;

	if (!row->jkt[0] && !yg_slice_equal_nocase(scheme, YG_SLICE("dpop")))
		return;
	yg_judge(look, YG_POSTURE_F_DPOP_MISSING, !look->heads.dpop.len,
		 "A bound token without a proof was answered %u", look->status);
	if (!look->heads.dpop.len)
		return;
	why = yg_jose_from_token(look->heads.dpop, proof) ? judge_proof(look, row, proof, key)
							  : "no token in it";
	yg_judge(look, YG_POSTURE_F_DPOP_INVALID, why != NULL, "A proof with %s was answered %u",
		 why ? why : "", look->status);
	yg_judge(look, YG_POSTURE_F_DPOP_REPLAY,
		 yg_fapi_seen(look, YG_MEMO_PROOF, look->heads.dpop),
		 "One proof was accepted twice");
}

/* The first certificate and the first TLS client that showed a token are its holder's. */
static void check_holder(struct yg_look *look, struct yg_token_row *row)
{
	struct yg_slice ja4 = look->scene->exchange->ja4;
	struct yg_slice certificate = look->scene->credentials->certificate;
	uint64_t by = certificate.len ? yg_posture_hash(look->posture, certificate) : 0;
	uint64_t client = ja4.len ? yg_posture_hash(look->posture, ja4) : 0;
	bool other = (by && row->certificate && by != row->certificate) ||
		     (client && row->ja4 && client != row->ja4);

	if (by || client)
		yg_judge(look, YG_POSTURE_F_TOKEN_SHARED, other,
			 "One token was accepted from two certificates or TLS clients");
	row->certificate = row->certificate ? row->certificate : by;
	row->ja4 = row->ja4 ? row->ja4 : client;
}

static bool is_uuid(struct yg_slice text)
{
	if (text.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? text.ptr[i] != '-' : hex_value(text.ptr[i]) < 0)
			return false;
	}
	return true;
}

static bool is_address(struct yg_slice text)
{
	struct yg_prefix prefix;

	return yg_prefix_from_text(text, &prefix) == 0 && !memchr(text.ptr, '/', text.len);
}

/* "Tue, 11 Sep 2012 19:43:31 GMT" */
static bool is_date(struct yg_slice text)
{
	return text.len == 29 && text.ptr[3] == ',' && text.ptr[19] == ':' && text.ptr[22] == ':' &&
	       memcmp(text.ptr + 26, "GMT", 3) == 0;
}

static void check_fields(struct yg_look *look)
{
	const struct yg_heads *heads = &look->heads;
	const struct yg_body_view *body;

	yg_judge(look, YG_POSTURE_F_DATE_MISSING, heads->date.len == 0,
		 "The answer carries no Date");
	if (heads->interaction.len)
		yg_judge(look, YG_POSTURE_F_INTERACTION_ID,
			 !yg_slice_equal(heads->interaction, heads->answer_interaction) ||
				 !is_uuid(heads->interaction),
			 is_uuid(heads->interaction) ? "x-fapi-interaction-id was not repeated"
						     : "x-fapi-interaction-id is no UUID");
	if (heads->customer.len || heads->auth_date.len)
		yg_judge(look, YG_POSTURE_F_CUSTOMER_FIELD,
			 (heads->customer.len && !is_address(heads->customer)) ||
				 (heads->auth_date.len && !is_date(heads->auth_date)),
			 "x-fapi-customer-ip-address is no address, or x-fapi-auth-date no date");
	if (!look->full)
		return;
	body = yg_bodies_response(look->scene->bodies);
	if (body->text.len && (body->text.ptr[0] == '{' || body->text.ptr[0] == '['))
		yg_judge(look, YG_POSTURE_F_CONTENT_TYPE, !yg_text_has(heads->type, "json"),
			 "JSON came as %.*s", (int)(heads->type.len < 60 ? heads->type.len : 60),
			 heads->type.ptr ? heads->type.ptr : "");
}

/* P11: one after another refused with the customer's address, and accepted without it. */
static void check_customer(struct yg_look *look)
{
	struct yg_slice customer = look->heads.customer;
	struct yg_place *place = look->endpoint;
	bool refused = look->status == 400 || look->status == 422 || look->status == 403;

	if (!customer.len) {
		if (look->accepted && place->customer_free < CUSTOMER_MIN)
			place->customer_free++;
		return;
	}
	if (!is_address(customer) || (!look->accepted && !refused))
		return;
	if (look->accepted)
		place->customer_refused = 0;
	else if (place->customer_refused < UINT8_MAX)
		place->customer_refused++;
	yg_judge(
		look, YG_POSTURE_F_CUSTOMER_REFUSED,
		place->customer_refused >= CUSTOMER_MIN && place->customer_free >= CUSTOMER_MIN,
		"%u requests in a row with x-fapi-customer-ip-address were refused, the last with %u",
		place->customer_refused, look->status);
}

void yg_fapi_check_resource(struct yg_look *look)
{
	struct yg_token_row *row = look->token;

	if (!row || !look->endpoint)
		return;
	check_customer(look);
	yg_fapi_learn_scope(look);
	if (look->status == 401)
		yg_judge(look, YG_POSTURE_F_ERROR_FORMAT, look->heads.challenge.len == 0,
			 "401 came without WWW-Authenticate");
	if (!look->accepted)
		return;
	yg_judge(look, YG_POSTURE_F_REVOKED, row->revoked, "A revoked token was answered %u",
		 look->status);
	check_certificate(look, row);
	check_proof(look, row);
	check_holder(look, row);
	yg_fapi_check_scope(look);
	check_fields(look);
}
