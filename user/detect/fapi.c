/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FAPI: which endpoint plays which part, and what every part must do.
 *
 *	authorize	a request with response_type, request or request_uri, and client_id
 *	par		POST answered with a request_uri
 *	token		POST of a form with grant_type
 *	jwks		a GET answered with a key set
 *	metadata	below /.well-known/
 *	userinfo, introspect, revoke	by the end of the path
 *	resource	an access token in Authorization
 *
 * Keys are learned with every profile, and without one: tokens are verified in any case.
 */
#include "detect/fapi_inside.h"

#include <stdio.h>

#include "parse/url.h"

struct param_row {
	const char *name;
	size_t offset;
};

static const struct param_row rows[] = {
#define ROW(name) { #name, offsetof(struct yg_params, name) },
	YG_FAPI_PARAMS(ROW)
#undef ROW
};

void yg_params_read(struct yg_slice pairs, struct yg_params *ret)
{
	struct yg_slice name, value;

	while (pairs.ptr && yg_query_next(&pairs, &name, &value)) {
		for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
			struct yg_slice *to = (void *)((char *)ret + rows[i].offset);

			if (to->ptr || !yg_slice_equal(name, yg_slice_from_str(rows[i].name)))
				continue;
			*to = yg_posture_decode(value, ret->text + ret->used,
						sizeof(ret->text) - ret->used);
			ret->used += to->len;
		}
	}
}

void yg_params_from_request(struct yg_look *look, struct yg_params *ret)
{
	const struct yg_body_view *body;

	memset(ret, 0, offsetof(struct yg_params, text));
	ret->used = 0;
	yg_params_read(look->scene->path->query, ret);
	if (!yg_slice_equal(look->method, YG_SLICE("POST")))
		return;
	body = yg_bodies_request(look->scene->bodies);
	if (body->kind == YG_BODY_KIND_FORM)
		yg_params_read(body->text, ret);
}

bool yg_fapi_allows(const struct yg_look *look, struct yg_slice alg)
{
	return yg_slice_equal(alg, YG_SLICE("PS256")) || yg_slice_equal(alg, YG_SLICE("ES256")) ||
	       ((look->posture->profile & YG_FAPI_F) && (yg_slice_equal(alg, YG_SLICE("EdDSA")) ||
							 yg_slice_equal(alg, YG_SLICE("Ed25519"))));
}

/* "https://as.example/token" and "as.example" name the server as.example. */
bool yg_fapi_names_server(const struct yg_look *look, struct yg_slice text)
{
	struct yg_slice host = look->service;

	if (yg_text_begins(text, "https://")) {
		text.ptr += 8;
		text.len -= 8;
	} else if (yg_text_begins(text, "http://")) {
		text.ptr += 7;
		text.len -= 7;
	}
	return text.len >= host.len &&
	       yg_slice_equal_nocase((struct yg_slice){ text.ptr, host.len }, host) &&
	       (text.len == host.len || text.ptr[host.len] == '/' || text.ptr[host.len] == ':');
}

double yg_fapi_bits(struct yg_slice text)
{
	bool digits = true, hex = true;

	for (size_t i = 0; i < text.len; i++) {
		char c = yg_ascii_lower(text.ptr[i]);

		digits &= c >= '0' && c <= '9';
		hex &= (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
	}
	return (double)text.len * (digits ? 3.32 : hex ? 4 : 6);
}

bool yg_fapi_seen(struct yg_look *look, enum yg_memo_kind kind, struct yg_slice value)
{
	struct yg_memo *memo;
	bool fresh;

	if (!value.len)
		return false;
	memo = yg_posture_memo(look, kind, value, &fresh);
	memo->uses++;
	return !fresh;
}

static bool path_ends(const struct yg_look *look, const char *end)
{
	const struct yg_path *path = look->scene->path;
	size_t len = strlen(end);

	return path->len >= len &&
	       yg_slice_equal_nocase((struct yg_slice){ path->text + path->len - len, len },
				     (struct yg_slice){ end, len });
}

static bool has_keys_path(const struct yg_look *look)
{
	const struct yg_path *path = look->scene->path;

	return yg_text_has((struct yg_slice){ path->text, path->len }, "jwks") ||
	       path_ends(look, "/certs") || path_ends(look, "/keys");
}

static enum yg_part part_of(struct yg_look *look, const struct yg_params *params)
{
	const struct yg_path *path = look->scene->path;
	struct yg_slice text = { path->text, path->len };

	if (yg_text_has(text, "/.well-known/openid-configuration") ||
	    yg_text_has(text, "/.well-known/oauth-authorization-server"))
		return YG_PART_METADATA;
	if (params->grant_type.len)
		return YG_PART_TOKEN;
	if (path_ends(look, "/userinfo"))
		return YG_PART_USERINFO;
	if (path_ends(look, "/introspect") || path_ends(look, "/introspection"))
		return YG_PART_INTROSPECT;
	if (params->token.len && (path_ends(look, "/revoke") || path_ends(look, "/revocation")))
		return YG_PART_REVOKE;
	if (has_keys_path(look))
		return YG_PART_JWKS;
	if (yg_slice_equal(look->method, YG_SLICE("POST")) && look->accepted &&
	    (params->client_id.len || params->request.len || params->client_assertion.len) &&
	    yg_posture_member(yg_bodies_response(look->scene->bodies)->text, "request_uri").len)
		return YG_PART_PAR;
	if (params->client_id.len &&
	    (params->response_type.len || params->request.len || params->request_uri.len))
		return YG_PART_AUTHORIZE;
	return YG_PART_RESOURCE;
}

/* Redirects make no row of the inventory: such a place is known by its path. */
static void name_place(struct yg_look *look)
{
	const struct yg_path *path = look->scene->path;

	if (look->endpoint)
		return;
	look->label_len = (size_t)snprintf(look->label, sizeof(look->label), "%.*s %.*s",
					   (int)(look->method.len % 20), look->method.ptr,
					   (int)(path->len < 200 ? path->len : 200), path->text);
	look->endpoint = yg_posture_place(look);
}

static void check_transport(struct yg_look *look)
{
	bool counts = look->part != YG_PART_RESOURCE || look->token;

	if (!counts || look->status >= 400 || !yg_look_is_direct(look))
		return;
	yg_judge(look, YG_POSTURE_F_CLEARTEXT, !look->scene->exchange->tls,
		 "It was answered %u without TLS", look->status);
}

/* A revoked token is known by its hash, and so are those refused by 401 later. */
static void take_revoked(struct yg_look *look, const struct yg_params *params)
{
	struct yg_token_row *row;

	if (look->part != YG_PART_REVOKE || !look->accepted || !params->token.len)
		return;
	row = yg_lru_peek(look->posture->tokens, yg_posture_hash(look->posture, params->token));
	if (row)
		row->revoked = true;
}

void yg_posture_learn_keys(struct yg_look *look)
{
	const struct yg_body_view *body;
	struct yg_key_set set;

	if (!has_keys_path(look))
		return;
	body = yg_bodies_response(look->scene->bodies);
	if (body->kind != YG_BODY_KIND_JSON || !body->text.len ||
	    !yg_keys_learn(look->posture->keys, body->text, look->whole->id, &set) || set.keys == 0)
		return;
	yg_judge(look, YG_POSTURE_F_WEAK_KEY, set.weak || set.duplicated,
		 set.weak ? "One of %u keys is short" : "One kid stands twice among %u keys",
		 set.keys);
}

void yg_fapi_check(struct yg_look *look)
{
	struct yg_params *params = look->posture->params;

	yg_params_from_request(look, params);
	look->part = part_of(look, params);
	if (look->part != YG_PART_RESOURCE || look->redirected)
		name_place(look);
	check_transport(look);
	switch (look->part) {
	case YG_PART_AUTHORIZE:
		yg_fapi_check_request(look, params, false);
		break;
	case YG_PART_PAR:
		yg_fapi_check_request(look, params, true);
		break;
	case YG_PART_TOKEN:
		yg_fapi_check_token(look);
		break;
	case YG_PART_METADATA:
		yg_fapi_check_metadata(look);
		break;
	case YG_PART_REVOKE:
		take_revoked(look, params);
		break;
	case YG_PART_RESOURCE:
	case YG_PART_USERINFO:
		yg_fapi_check_resource(look);
		break;
	case YG_PART_JWKS:
	case YG_PART_INTROSPECT:
	default:
		break;
	}
	if (look->redirected)
		yg_fapi_check_response(look, params);
}
