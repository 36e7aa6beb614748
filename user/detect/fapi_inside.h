/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of FAPI share: parameters of OAuth requests and answers. */
#pragma once

#include "detect/posture_inside.h"

/* clang-format off */
#define YG_FAPI_PARAMS(X) \
	X(response_type) X(response_mode) X(client_id) X(redirect_uri) X(scope) \
	X(state) X(nonce) X(code_challenge) X(code_challenge_method) X(request) \
	X(request_uri) X(grant_type) X(code) X(code_verifier) X(client_secret) \
	X(client_assertion) X(refresh_token) X(token) X(username) X(id_token) \
	X(access_token) X(response) X(iss) X(error)
/* clang-format on */

/* Decoded; absent when not sent. Do not copy: slices point into text[]. */
struct yg_params {
#define YG_PARAM_MEMBER(name) struct yg_slice name;
	YG_FAPI_PARAMS(YG_PARAM_MEMBER)
#undef YG_PARAM_MEMBER
	char text[12288];
	size_t used;
};

/* Pairs of a query, a form or a fragment, added to @ret. The first of a name counts. */
void yg_params_read(struct yg_slice pairs, struct yg_params *ret);

/* What a request says: its query, and its form body. */
void yg_params_from_request(struct yg_look *look, struct yg_params *ret);

/* May a token of this profile be signed so? PS256, ES256; in FAPI 2 EdDSA as well. */
bool yg_fapi_allows(const struct yg_look *look, struct yg_slice alg);

/* Is it one of the names of this server: its host, or a URL of it? */
bool yg_fapi_names_server(const struct yg_look *look, struct yg_slice text);

/* Bits that a random text of this alphabet and length can hold at most. */
double yg_fapi_bits(struct yg_slice text);

/* Note a value. Return: was it there before, at this very server? */
bool yg_fapi_seen(struct yg_look *look, enum yg_memo_kind kind, struct yg_slice value);

/* An id token, wherever it was answered. @code, @state, @access: absent: nothing to compare. */
void yg_fapi_check_id_token(struct yg_look *look, struct yg_slice token, bool front,
			    const struct yg_params *sent);

/* An authorization request, pushed or not; @params takes in its request object. */
void yg_fapi_check_request(struct yg_look *look, struct yg_params *params, bool pushed);
/* R17, R12: where an accepted request wants its response, and where the response went. */
void yg_fapi_check_redirect(struct yg_look *look, const struct yg_params *params);
void yg_fapi_check_target(struct yg_look *look, struct yg_slice asked, struct yg_slice location);

/* P7: what an endpoint needs; then, of an accepted token, whether it had that. */
void yg_fapi_learn_scope(struct yg_look *look);
void yg_fapi_check_scope(struct yg_look *look);

/* P14: an authorization request was taken; then, what was done for one. */
void yg_fapi_keep_authorization(struct yg_look *look);
void yg_fapi_take_hop(struct yg_posture *posture, const struct yg_hop_link *link,
		      const struct yg_endpoint *into);

/* A redirect that may carry a code, a token or a JARM response. @request: what was asked. */
void yg_fapi_check_response(struct yg_look *look, const struct yg_params *request);
