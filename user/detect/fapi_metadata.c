/* SPDX-License-Identifier: GPL-2.0-only */
/* Table 6F: what the authorization server says of itself. */
#include "detect/fapi_inside.h"
#include "parse/member.h"

/* Is "word" an element of the list that the member holds? */
static bool offers(struct yg_slice json, const char *member, const char *word)
{
	struct yg_slice list = yg_posture_member(json, member);
	size_t len = strlen(word);

	for (size_t i = 0; i + len + 2 <= list.len; i++) {
		if (list.ptr[i] == '"' && list.ptr[i + len + 1] == '"' &&
		    memcmp(list.ptr + i + 1, word, len) == 0)
			return true;
	}
	return false;
}

static bool is_true(struct yg_slice json, const char *member)
{
	return yg_slice_equal(yg_posture_member(json, member), YG_SLICE("true"));
}

static const char *find_forbidden(struct yg_slice json)
{
	static const char *const rows[][2] = {
		{ "grant_types_supported", "implicit" },
		{ "grant_types_supported", "password" },
		{ "response_types_supported", "token" },
		{ "id_token_signing_alg_values_supported", "none" },
		{ "id_token_signing_alg_values_supported", "RS256" },
		{ "id_token_signing_alg_values_supported", "HS256" },
		{ "request_object_signing_alg_values_supported", "none" },
		{ "token_endpoint_auth_methods_supported", "none" },
		{ "token_endpoint_auth_methods_supported", "client_secret_basic" },
		{ "token_endpoint_auth_methods_supported", "client_secret_post" },
		{ "token_endpoint_auth_methods_supported", "client_secret_jwt" },
		{ "code_challenge_methods_supported", "plain" },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (offers(json, rows[i][0], rows[i][1]))
			return rows[i][1];
	}
	return NULL;
}

/* FAPI 2 requires PAR, iss in responses, and one way to bind tokens. */
static const char *find_missing(const struct yg_look *look, struct yg_slice json)
{
	bool mtls = is_true(json, "tls_client_certificate_bound_access_tokens");
	bool dpop = yg_posture_member(json, "dpop_signing_alg_values_supported").len > 0;

	if (look->posture->profile == YG_FAPI_F) {
		if (!is_true(json, "require_pushed_authorization_requests"))
			return "require_pushed_authorization_requests";
		if (!is_true(json, "authorization_response_iss_parameter_supported"))
			return "authorization_response_iss_parameter_supported";
	}
	return mtls || (dpop && look->posture->profile == YG_FAPI_F)
		       ? NULL
		       : "tls_client_certificate_bound_access_tokens";
}

/* D4: why clients with a certificate are led astray; NULL: they are not. */
static const char *judge_aliases(struct yg_slice json, struct yg_slice aliases)
{
	struct yg_members members = { .text = aliases };
	struct yg_member member;
	bool token = false;

	while (yg_members_next(&members, &member)) {
		char name[64];

		if (member.name.len >= sizeof(name))
			continue;
		memcpy(name, member.name.ptr, member.name.len);
		name[member.name.len] = '\0';
		if (!yg_text_begins(member.value, "https:"))
			return "an address without https";
		if (!yg_posture_member(json, name).len)
			return "a name that the metadata do not know";
		token |= strcmp(name, "token_endpoint") == 0;
	}
	return token || !yg_posture_member(json, "token_endpoint").len ? NULL : "no token endpoint";
}

/* Every client proves itself by its certificate, at this very host: T10 asks for the request. */
static bool asks_certificates(struct yg_slice json)
{
	return !yg_posture_member(json, "mtls_endpoint_aliases").len &&
	       offers(json, "token_endpoint_auth_methods_supported", "tls_client_auth") &&
	       !offers(json, "token_endpoint_auth_methods_supported", "private_key_jwt") &&
	       !offers(json, "token_endpoint_auth_methods_supported", "client_secret_jwt") &&
	       !offers(json, "token_endpoint_auth_methods_supported", "client_secret_basic") &&
	       !offers(json, "token_endpoint_auth_methods_supported", "client_secret_post");
}

static void check_aliases(struct yg_look *look, struct yg_slice json)
{
	struct yg_slice aliases = yg_posture_member(json, "mtls_endpoint_aliases");
	const char *why = aliases.len ? judge_aliases(json, aliases) : NULL;

	look->whole->asks_certificates = asks_certificates(json);
	if (aliases.len)
		yg_judge(look, YG_POSTURE_F_MTLS_ALIAS, why != NULL,
			 "mtls_endpoint_aliases holds %s", why ? why : "");
}

/* A host may serve several issuers: then iss of a response is compared with none. */
static void learn_issuer(struct yg_place *whole, uint64_t issuer)
{
	if (!whole->metadata)
		whole->metadata = issuer;
	else if (whole->metadata != issuer)
		whole->metadata = YG_ISSUER_SEVERAL;
}

void yg_fapi_check_metadata(struct yg_look *look)
{
	const struct yg_body_view *body = yg_bodies_response(look->scene->bodies);
	struct yg_slice issuer = yg_posture_member(body->text, "issuer");
	const char *forbidden, *missing;
	bool foreign;

	/* A document that is cut says nothing about what it lacks. */
	if (!look->accepted || !issuer.len || body->cut)
		return;
	foreign = !yg_text_begins(issuer, "https://") || !yg_fapi_names_server(look, issuer);
	yg_judge(look, YG_POSTURE_F_ISSUER_MISMATCH, foreign,
		 "The issuer is not an https address of this host");
	if (!foreign)
		learn_issuer(look->whole, yg_posture_hash(look->posture, issuer));
	check_aliases(look, body->text);
	forbidden = find_forbidden(body->text);
	missing = find_missing(look, body->text);
	yg_judge(look, YG_POSTURE_F_METADATA, forbidden || missing,
		 forbidden ? "The metadata offers %s" : "The metadata lacks %s",
		 forbidden ? forbidden
		 : missing ? missing
			   : "");
}
