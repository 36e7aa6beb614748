/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/credential.h"

#include "core/base64.h"
#include "core/macros.h"
#include "parse/credential_name.h"
#include "parse/member.h"
#include "parse/url.h"

/* Rows of yg_credentials.text. */
enum text { TEXT_SUBJECT, TEXT_CLIENT, TEXT_ISSUER, TEXT_USER };

#define NAME(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static const struct yg_slice api_key_queries[] = {
	NAME("api_key"),   NAME("apikey"),     NAME("api-key"),
	NAME("x-api-key"), NAME("auth_token"), NAME("subscription-key"),
};

static const struct yg_slice session_cookies[] = {
	NAME("session"),
	NAME("sessionid"),
	NAME("session_id"),
	NAME("session-id"),
	NAME("sid"),
	NAME("connect.sid"),
	NAME("jsessionid"),
	NAME("phpsessid"),
	NAME("ci_session"),
	NAME("laravel_session"),
	NAME("_session_id"),
	NAME("sessiontoken"),
	NAME("session_token"),
	NAME("auth_token"),
	NAME("access_token"),
	NAME("asp.net_sessionid"),
	NAME(".aspnetcore.session"),
	NAME(".aspxauth"),
	NAME(".aspnetcore.cookies"),
	NAME("next-auth.session-token"),
	NAME("authjs.session-token"),
};

static const struct yg_slice absent = { NULL, 0 };

/* --- JSON Web Tokens ---------------------------------------------------------------------- */

static void take_claim(struct yg_credentials *ret, enum text row, const struct yg_member *member,
		       struct yg_slice *ret_claim)
{
	ssize_t len = -1;

	if (member->type == YG_MEMBER_STRING) {
		len = yg_member_decode(member->value, ret->text[row], YG_CLAIM_CAP);
	} else if (member->type == YG_MEMBER_NUMBER && member->value.len <= YG_CLAIM_CAP) {
		len = (ssize_t)member->value.len;
		memcpy(ret->text[row], member->value.ptr, member->value.len);
	}
	*ret_claim = len > 0 ? (struct yg_slice){ ret->text[row], (size_t)len } : absent;
}

/* Whole seconds; a fraction is cut, anything else is 0. */
static int64_t seconds_of(const struct yg_member *member)
{
	int64_t value = 0;

	if (member->type != YG_MEMBER_NUMBER)
		return 0;
	for (size_t i = 0; i < member->value.len && member->value.ptr[i] != '.'; i++) {
		char c = member->value.ptr[i];

		if (c < '0' || c > '9' || value > INT64_MAX / 10 - 1)
			return 0;
		value = value * 10 + (c - '0');
	}
	return value;
}

static bool is_name(const struct yg_member *member, const char *name)
{
	return yg_slice_equal(member->name, yg_slice_from_str(name));
}

/* Repeated claims: the last one counts, as RFC 7519 section 4 has it. */
static bool read_payload(struct yg_slice json, struct yg_credentials *ret)
{
	struct yg_members members = { .text = json };
	struct yg_member member;
	bool has_client_id = false;

	while (yg_members_next(&members, &member)) {
		if (is_name(&member, "sub")) {
			take_claim(ret, TEXT_SUBJECT, &member, &ret->jwt.subject);
		} else if (is_name(&member, "iss")) {
			take_claim(ret, TEXT_ISSUER, &member, &ret->jwt.issuer);
		} else if (is_name(&member, "client_id")) {
			has_client_id = true;
			take_claim(ret, TEXT_CLIENT, &member, &ret->jwt.client_id);
		} else if (is_name(&member, "azp") && !has_client_id) {
			take_claim(ret, TEXT_CLIENT, &member, &ret->jwt.client_id);
		} else if (is_name(&member, "exp")) {
			ret->jwt.expires_s = seconds_of(&member);
		}
	}
	return !members.bad;
}

/* The header: an object; is the signature algorithm "none"? */
static bool read_header(struct yg_slice json, bool *ret_none)
{
	struct yg_members members = { .text = json };
	struct yg_member member;

	while (yg_members_next(&members, &member)) {
		if (is_name(&member, "alg"))
			*ret_none = yg_slice_equal_nocase(member.value, YG_SLICE("none"));
	}
	return !members.bad;
}

static void read_jwt(struct yg_slice token, struct yg_credentials *ret)
{
	uint8_t json[YG_JWT_BYTES_MAX];
	const char *dot, *second;
	struct yg_slice header, payload, signature;
	bool none = false;
	ssize_t len;

	if (token.len > YG_JWT_BYTES_MAX || token.len < 5)
		return;
	dot = memchr(token.ptr, '.', token.len);
	if (!dot)
		return;
	header = (struct yg_slice){ token.ptr, (size_t)(dot - token.ptr) };
	second = memchr(dot + 1, '.', token.len - header.len - 1);
	if (!second)
		return;
	payload = (struct yg_slice){ dot + 1, (size_t)(second - dot - 1) };
	signature = (struct yg_slice){ second + 1, token.len - header.len - payload.len - 2 };
	if (signature.len && memchr(signature.ptr, '.', signature.len))
		return; /* five parts: encrypted, opaque to us */

	len = yg_base64_decode(header, json, sizeof(json));
	if (len <= 0 || !read_header((struct yg_slice){ (char *)json, (size_t)len }, &none))
		return;
	len = yg_base64_decode(payload, json, sizeof(json));
	if (len <= 0 || !read_payload((struct yg_slice){ (char *)json, (size_t)len }, ret)) {
		ret->jwt = (struct yg_jwt){ .present = false };
		return;
	}
	ret->jwt.present = true;
	ret->jwt.unsecured = none || signature.len == 0;
}

/* --- Authorization ------------------------------------------------------------------------ */

static void read_basic(struct yg_credentials *ret)
{
	uint8_t text[YG_CLAIM_CAP * 2];
	ssize_t len = yg_base64_decode(ret->token, text, sizeof(text));
	const uint8_t *colon = len > 0 ? memchr(text, ':', (size_t)len) : NULL;
	size_t user_len = colon ? (size_t)(colon - text) : 0;

	if (!colon || user_len > YG_CLAIM_CAP)
		return;
	memcpy(ret->text[TEXT_USER], text, user_len);
	ret->user = (struct yg_slice){ ret->text[TEXT_USER], user_len };
}

static void read_authorization(struct yg_slice value, struct yg_credentials *ret)
{
	const char *space = value.len ? memchr(value.ptr, ' ', value.len) : NULL;
	size_t len = space ? (size_t)(space - value.ptr) : value.len;

	if (value.len == 0)
		return;
	ret->scheme = (struct yg_slice){ value.ptr, len };
	ret->token = yg_slice_trim((struct yg_slice){ value.ptr + len, value.len - len });
	if (yg_slice_equal_nocase(ret->scheme, YG_SLICE("basic")))
		read_basic(ret);
	else
		read_jwt(ret->token, ret);
}

/* --- keys and cookies --------------------------------------------------------------------- */

static bool is_one_of(struct yg_slice name, const struct yg_slice *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (yg_slice_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

static void read_query(struct yg_slice query, const struct yg_credential_names *names,
		       struct yg_credentials *ret)
{
	struct yg_slice name, value;

	while (yg_query_next(&query, &name, &value)) {
		if (value.len == 0)
			continue;
		if (yg_slice_equal(name, YG_SLICE("access_token"))) {
			if (ret->token.ptr)
				continue; /* the field counts */
			ret->scheme = YG_SLICE("Bearer");
			ret->token = value;
			ret->in_query = true;
			read_jwt(value, ret);
		} else if (!ret->api_key.ptr &&
			   (is_one_of(name, api_key_queries, YG_ARRAY_SIZE(api_key_queries)) ||
			    is_one_of(name, names->queries, names->query_count) ||
			    yg_credential_is_key(yg_credential_shape_of(name), value))) {
			ret->api_key = value;
			ret->in_query = true;
		}
	}
}

/* "__Host-" and "__Secure-" say how a cookie was set, not what it is. */
static struct yg_slice without_prefix(struct yg_slice name)
{
	static const struct yg_slice prefixes[] = { { "__Host-", 7 }, { "__Secure-", 9 } };

	for (size_t i = 0; i < YG_ARRAY_SIZE(prefixes); i++) {
		size_t len = prefixes[i].len;

		if (name.len > len &&
		    yg_slice_equal_nocase((struct yg_slice){ name.ptr, len }, prefixes[i]))
			return (struct yg_slice){ name.ptr + len, name.len - len };
	}
	return name;
}

static bool is_session_name(struct yg_slice name, const struct yg_credential_names *names)
{
	static const struct yg_slice tail = { "_session", 8 };
	struct yg_slice bare = without_prefix(name);

	if (is_one_of(name, names->cookies, names->cookie_count) ||
	    is_one_of(bare, session_cookies, YG_ARRAY_SIZE(session_cookies)))
		return true;
	return bare.len > tail.len &&
	       yg_slice_equal_nocase((struct yg_slice){ bare.ptr + bare.len - tail.len, tail.len },
				     tail);
}

static void read_cookies(struct yg_slice cookies, const struct yg_credential_names *names,
			 struct yg_credentials *ret)
{
	for (unsigned i = 0; i < YG_COOKIE_NAMES && cookies.len && !ret->session.ptr; i++) {
		const char *semicolon = memchr(cookies.ptr, ';', cookies.len);
		size_t len = semicolon ? (size_t)(semicolon - cookies.ptr) : cookies.len;
		struct yg_slice pair = yg_slice_trim((struct yg_slice){ cookies.ptr, len });
		const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
		size_t name_len = equals ? (size_t)(equals - pair.ptr) : 0;
		struct yg_slice name = { pair.ptr, name_len };

		cookies.ptr += len + !!semicolon;
		cookies.len -= len + !!semicolon;
		if (name_len == 0 || pair.len == name_len + 1 || !is_session_name(name, names))
			continue;
		ret->session_name = name;
		ret->session = (struct yg_slice){ equals + 1, pair.len - name_len - 1 };
	}
}

/* --- all of it ---------------------------------------------------------------------------- */

/* An API key by convention, by its shape, or by configuration? */
static bool is_key_field(enum yg_header_id id, uint32_t traits, const struct yg_header *header,
			 const struct yg_credential_names *names)
{
	if (traits & YG_HEADER_KEY &&
	    (id != YG_HEADER_OTHER ||
	     yg_credential_is_key(yg_credential_shape_of(header->name), header->value)))
		return true;
	return names->header_count > 0 &&
	       is_one_of(header->name, names->headers, names->header_count);
}

static void read_header_field(const struct yg_message *request, uint32_t i,
			      const struct yg_credential_names *names, struct yg_credentials *ret)
{
	const struct yg_header *header = &request->headers[i];
	enum yg_header_id id = yg_message_header_id(request, i);

	if (header->value.len == 0)
		return;
	if (id == YG_HEADER_AUTHORIZATION) {
		if (!ret->scheme.ptr)
			read_authorization(header->value, ret);
	} else if (id == YG_HEADER_COOKIE) {
		read_cookies(header->value, names, ret);
	} else if (!ret->api_key.ptr &&
		   is_key_field(id, yg_message_header_traits(request, i), header, names)) {
		ret->api_key = header->value;
	}
}

bool yg_credential_is_name(enum yg_value_in in, struct yg_slice name)
{
	static const struct yg_credential_names none = { 0 };

	switch (in) {
	case YG_VALUE_IN_QUERY:
		return is_one_of(name, api_key_queries, YG_ARRAY_SIZE(api_key_queries)) ||
		       yg_credential_shape_of(name) >= YG_SHAPE_LIKELY;
	case YG_VALUE_IN_HEADER:
		return yg_header_traits(yg_header_id_from_name(name), name) & YG_HEADER_KEY;
	case YG_VALUE_IN_COOKIE:
		return is_session_name(name, &none);
	default:
		return false;
	}
}

static void choose(struct yg_credentials *ret)
{
	bool bearer = yg_slice_equal_nocase(ret->scheme, YG_SLICE("bearer"));
	const struct {
		enum yg_credential_kind kind;
		struct yg_slice value;
	} order[] = {
		{ YG_CREDENTIAL_JWT, ret->jwt.subject },
		{ YG_CREDENTIAL_BEARER, bearer || ret->jwt.present ? ret->token : absent },
		{ YG_CREDENTIAL_API_KEY, ret->api_key },
		{ YG_CREDENTIAL_BASIC, ret->user },
		{ YG_CREDENTIAL_OTHER, ret->scheme.ptr ? ret->token : absent },
		{ YG_CREDENTIAL_SESSION, ret->session },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(order); i++) {
		if (order[i].value.len == 0)
			continue;
		ret->best = order[i].kind;
		ret->value = order[i].value;
		return;
	}
}

void yg_credentials_from_request(const struct yg_message *request,
				 const struct yg_credential_names *names,
				 struct yg_credentials *ret)
{
	static const struct yg_credential_names none;

	if (!names)
		names = &none;
	ret->best = YG_CREDENTIAL_NONE;
	ret->value = ret->scheme = ret->token = ret->user = absent;
	ret->api_key = ret->session = ret->session_name = ret->certificate = absent;
	ret->in_query = false;
	ret->jwt = (struct yg_jwt){ .present = false };
	for (uint32_t i = 0; i < request->header_count; i++)
		read_header_field(request, i, names, ret);
	read_query(yg_url_from_target(request->method, request->target).query, names, ret);
	choose(ret);
}

void yg_credentials_add_certificate(struct yg_credentials *credentials, struct yg_slice fingerprint)
{
	credentials->certificate = fingerprint;
	if (credentials->best != YG_CREDENTIAL_NONE)
		return;
	credentials->best = YG_CREDENTIAL_CERTIFICATE;
	credentials->value = fingerprint;
}

const char *yg_credential_kind_name(enum yg_credential_kind kind)
{
	static const char *const names[] = {
		[YG_CREDENTIAL_NONE] = "none",	     [YG_CREDENTIAL_JWT] = "jwt",
		[YG_CREDENTIAL_BEARER] = "bearer",   [YG_CREDENTIAL_API_KEY] = "api-key",
		[YG_CREDENTIAL_BASIC] = "basic",     [YG_CREDENTIAL_OTHER] = "authorization",
		[YG_CREDENTIAL_SESSION] = "session", [YG_CREDENTIAL_CERTIFICATE] = "certificate",
	};

	return (unsigned)kind < YG_ARRAY_SIZE(names) ? names[kind] : "none";
}
