/* SPDX-License-Identifier: GPL-2.0-only */
/* What one exchange shows to the checks: fields of the heads, the token, values that come again. */

#include "core/hash.h"
#include "detect/posture_inside.h"
#include "parse/member.h"
#include "parse/url.h"

bool yg_text_begins(struct yg_slice text, const char *part)
{
	size_t len = strlen(part);

	return text.len >= len && yg_slice_equal_nocase((struct yg_slice){ text.ptr, len },
							(struct yg_slice){ part, len });
}

bool yg_text_has(struct yg_slice text, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; len <= text.len && i <= text.len - len; i++) {
		if (yg_ascii_lower(text.ptr[i]) == part[0] &&
		    yg_slice_equal_nocase((struct yg_slice){ text.ptr + i, len },
					  (struct yg_slice){ part, len }))
			return true;
	}
	return false;
}

static bool holds_at(struct yg_slice text, size_t at, const char *part)
{
	for (; *part; part++, at++) {
		if (at >= text.len || yg_ascii_lower(text.ptr[at]) != *part)
			return false;
	}
	return true;
}

bool yg_text_has_any(struct yg_slice text, const char *const *parts, size_t count)
{
	uint32_t firsts = 0; /* letters that parts begin with */

	for (size_t i = 0; i < count; i++)
		firsts |= 1u << (parts[i][0] % 32);
	for (size_t at = 0; at < text.len; at++) {
		char c = yg_ascii_lower(text.ptr[at]);

		if (!(firsts >> ((unsigned char)c % 32) & 1))
			continue;
		for (size_t i = 0; i < count; i++) {
			if (parts[i][0] == c && holds_at(text, at, parts[i]))
				return true;
		}
	}
	return false;
}

#define ROW(id, member) [YG_HEADER_##id] = offsetof(struct yg_heads, member)

/* Where the value of a field goes, by its name; 0: no check wants it. */
static const uint16_t request_rows[YG_HEADER_MAX] = {
	ROW(ORIGIN, origin),
	ROW(DPOP, dpop),
	ROW(CONTENT_TYPE, request_type),
	ROW(X_FORWARDED_PROTO, forwarded_proto),
	ROW(X_FAPI_INTERACTION_ID, interaction),
	ROW(X_FAPI_AUTH_DATE, auth_date),
	ROW(X_FAPI_CUSTOMER_IP_ADDRESS, customer),
};

static const uint16_t response_rows[YG_HEADER_MAX] = {
	ROW(SERVER, server),
	ROW(X_POWERED_BY, powered),
	ROW(X_ASPNET_VERSION, aspnet),
	ROW(CONTENT_TYPE, type),
	ROW(CACHE_CONTROL, cache),
	ROW(PRAGMA, pragma),
	ROW(STRICT_TRANSPORT_SECURITY, hsts),
	ROW(ACCESS_CONTROL_ALLOW_ORIGIN, allow_origin),
	ROW(ACCESS_CONTROL_ALLOW_CREDENTIALS, allow_credentials),
	ROW(LOCATION, location),
	ROW(DEPRECATION, deprecation),
	ROW(SUNSET, sunset),
	ROW(DATE, date),
	ROW(WWW_AUTHENTICATE, challenge),
	ROW(SET_COOKIE, cookie),
	ROW(X_FAPI_INTERACTION_ID, answer_interaction),
};
#undef ROW

/* The first of a name counts, as with yg_message_find(). */
static void take_field(const uint16_t *rows, enum yg_header_id id, struct yg_slice value,
		       struct yg_heads *ret)
{
	struct yg_slice *to = (void *)((char *)ret + rows[id]);

	if (rows[id] && !to->ptr)
		*to = value;
}

void yg_look_need_heads(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	struct yg_heads *heads = &look->heads;

	if (look->headed)
		return;
	look->headed = true;
	for (uint32_t i = 0; i < exchange->request.header_count; i++) {
		const struct yg_header *header = &exchange->request.headers[i];
		enum yg_header_id id = yg_message_header_id(&exchange->request, i);

		take_field(request_rows, id, header->value, heads);
		/* A name that may carry a credential that we do not know as one. */
		heads->unknown_credential |=
			(yg_message_header_traits(&exchange->request, i) & YG_HEADER_SECRET) != 0;
		if (id == YG_HEADER_FORWARDED)
			heads->secure_hop |= yg_text_has(header->value, "proto=https");
	}
	for (uint32_t i = 0; i < exchange->response.header_count; i++) {
		const struct yg_header *header = &exchange->response.headers[i];
		enum yg_header_id id = yg_message_header_id(&exchange->response, i);

		take_field(response_rows, id, header->value, heads);
		heads->rate |=
			(yg_message_header_traits(&exchange->response, i) & YG_HEADER_RATE) != 0;
	}
	heads->secure_hop |= yg_text_begins(heads->forwarded_proto, "https") ||
			     yg_text_begins(heads->forwarded_proto, "wss");
}

uint64_t yg_posture_hash(const struct yg_posture *posture, struct yg_slice text)
{
	return yg_hash(&posture->options.key, text.ptr, text.len) | 1;
}

static uint64_t hash_memo(const struct yg_look *look, enum yg_memo_kind kind, struct yg_slice value)
{
	return yg_hash_mix(yg_posture_hash(look->posture, value) ^ (look->hop + (uint64_t)kind)) |
	       1;
}

struct yg_memo *yg_posture_memo(struct yg_look *look, enum yg_memo_kind kind, struct yg_slice value,
				bool *ret_fresh)
{
	return yg_lru_get(look->posture->memos, hash_memo(look, kind, value), ret_fresh);
}

struct yg_memo *yg_posture_recall(struct yg_look *look, enum yg_memo_kind kind,
				  struct yg_slice value)
{
	return yg_lru_peek(look->posture->memos, hash_memo(look, kind, value));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = yg_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct yg_slice yg_posture_decode(struct yg_slice text, char *ret, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < cap; i++) {
		char c = text.ptr[i];

		if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
		    hex_digit(text.ptr[i + 2]) >= 0) {
			c = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		ret[len++] = c;
	}
	return (struct yg_slice){ ret, len };
}

struct yg_slice yg_posture_parameter(struct yg_slice query, const char *name, char *ret_text,
				     size_t cap)
{
	struct yg_slice value = { 0 };

	if (query.ptr)
		value = yg_query_find(query, name);
	return value.ptr ? yg_posture_decode(value, ret_text, cap) : value;
}

struct yg_slice yg_posture_member(struct yg_slice json, const char *name)
{
	struct yg_members members = { .text = json };
	struct yg_member member;

	while (json.ptr && yg_members_next(&members, &member)) {
		if (yg_slice_equal(member.name, yg_slice_from_str(name)))
			return member.value;
	}
	return (struct yg_slice){ 0 };
}

static void copy_text(struct yg_slice text, char *ret, size_t cap)
{
	if (text.len > 0 && text.len < cap)
		memcpy(ret, text.ptr, text.len);
}

/* Registered signatures that no one has broken; RFC 7518 section 3.1, RFC 8037, RFC 8812. */
static bool is_sound(struct yg_slice alg)
{
	static const char *const names[] = { "RS256",  "RS384", "RS512",   "PS256",
					     "PS384",  "PS512", "ES256",   "ES384",
					     "ES512",  "HS256", "HS384",   "HS512",
					     "ES256K", "EdDSA", "Ed25519", "Ed448" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal(alg, yg_slice_from_str(names[i])))
			return true;
	}
	return false;
}

static void decode_token(struct yg_look *look, struct yg_slice token, struct yg_token_row *row)
{
	struct yg_posture *posture = look->posture;
	struct yg_jose *jose = &posture->jose;

	if (!yg_jose_is_like(token) || !yg_jose_from_token(token, jose) || jose->encrypted)
		return;
	row->decoded = true;
	row->exp = jose->exp;
	row->nbf = jose->nbf;
	row->iat = jose->iat;
	row->unsecured =
		yg_slice_equal_nocase(jose->alg, YG_SLICE("none")) || jose->signature.len == 0;
	row->weak = !row->unsecured && !is_sound(jose->alg);
	row->embedded = jose->embedded;
	row->deterministic = yg_text_begins(jose->alg, "RS") || yg_text_begins(jose->alg, "HS") ||
			     yg_text_begins(jose->alg, "Ed");
	row->has_jti = jose->jti.len > 0;
	row->payload = yg_posture_hash(posture, jose->signed_);
	row->signature = yg_posture_hash(posture, jose->signature);
	row->issuer = jose->iss.len ? yg_posture_hash(posture, jose->iss) : 0;
	row->audience = jose->aud.len ? yg_posture_hash(posture, jose->aud) : 0;
	yg_posture_scopes(posture, jose->scope, row->scopes);
	row->client = jose->client_id.ptr ? yg_posture_hash(posture, jose->client_id) : 0;
	copy_text(jose->jkt, row->jkt, sizeof(row->jkt));
	copy_text(jose->x5t, row->x5t, sizeof(row->x5t));
	if (!row->unsecured)
		row->verified = (uint8_t)yg_keys_verify(posture->keys, jose, look->time_ns);
}

void yg_look_token(struct yg_look *look)
{
	struct yg_slice token = look->scene->credentials->token;
	struct yg_slice scheme = look->scene->credentials->scheme;
	struct yg_token_row *row;
	bool fresh;

	if (token.len == 0 || (!yg_slice_equal_nocase(scheme, YG_SLICE("bearer")) &&
			       !yg_slice_equal_nocase(scheme, YG_SLICE("dpop"))))
		return;
	row = yg_lru_get(look->posture->tokens, yg_posture_hash(look->posture, token), &fresh);
	if (fresh) {
		row->exp = row->nbf = row->iat = YG_JOSE_ABSENT;
		decode_token(look, token, row);
	}
	look->token = row;
}

struct yg_place *yg_posture_place_of(struct yg_posture *posture, const struct yg_endpoint *endpoint)
{
	struct yg_place *place = &posture->endpoints[endpoint->index];

	if (place->id != endpoint->id)
		*place = (struct yg_place){ .id = endpoint->id };
	return place;
}

const struct yg_place *yg_posture_known_place(const struct yg_posture *posture,
					      const struct yg_endpoint *endpoint)
{
	const struct yg_place *place = endpoint->index < posture->options.endpoints_max
					       ? &posture->endpoints[endpoint->index]
					       : NULL;

	return place && place->id == endpoint->id ? place : NULL;
}
