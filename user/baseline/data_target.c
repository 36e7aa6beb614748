/* SPDX-License-Identifier: GPL-2.0-only */
/* Targets of requests as they may be shown: what is sensitive in their path and query, masked. */
#include <string.h>

#include "baseline/data_inside.h"
#include "baseline/data_key.h"
#include "baseline/schema.h"
#include "endpoint/token.h"
#include "parse/credential.h"
#include "parse/credential_name.h"
#include "parse/url.h"

#define OPENER_MIN 8u /* bytes; a shorter one is no secret, and behind "token" it is shown */
#define VALUE_MIN  7u /* bytes; a shorter one behind a name in a path is an id */

struct masking {
	struct yg_data *data;
	const struct yg_data_set *classes; /* that the exchange holds */
	char *at, *end;
	bool path; /* in hand; else the query */
	bool masked;
};

static void put(struct masking *m, const char *from, size_t len)
{
	size_t room = (size_t)(m->end - m->at);

	len = len < room ? len : room;
	if (len)
		memcpy(m->at, from, len);
	m->at += len;
}

/* No name looks like that: "/password/reset" and "/token/refresh" hold none. */
static bool is_random(struct yg_slice value)
{
	size_t stem;
	enum yg_token token = yg_token_from_segment(value, &stem);

	return token == YG_TOKEN_HEX || token == YG_TOKEN_JWT || token == YG_TOKEN_PREFIXED ||
	       token == YG_TOKEN_OPAQUE || token == YG_TOKEN_MIXED;
}

/*
 * What a path names is a thing: "/diseases/100", "/balanceAccounts/10000127". Only a long value
 * behind the name of one ("/account_number/8391454") is what the name says.
 */
static bool is_thing(const struct yg_data_sight *sight, struct yg_slice name, struct yg_slice value)
{
	bool plural = name.len > 0 && name.ptr[name.len - 1] == 's';

	if (sight->proof == YG_DATA_PROOF_KEY)
		return plural || !is_random(value);
	return sight->proof == YG_DATA_PROOF_SHAPE &&
	       (!sight->context || plural || value.len < VALUE_MIN);
}

/*
 * A path is what a request is found again by, and a mail address or an account in it is its object:
 * it stays. What opens something does not.
 */
static bool opens_something(uint32_t class_)
{
	return class_ == YG_DATA_PAN || class_ == YG_DATA_CARD_TRACK || class_ == YG_DATA_JWT ||
	       (class_ >= YG_DATA_SECRET_AWS && class_ <= YG_DATA_SECRET_GENERIC);
}

/* The class that @value is, as far as its name, itself or the exchange says; MAX: none. */
static uint32_t class_of(struct masking *m, struct yg_slice name, struct yg_slice value)
{
	struct yg_data *data = m->data;
	const struct yg_value coded = { .coding = YG_VALUE_PERCENT, .raw = value };
	const struct yg_data_leaf leaf = {
		.name = name,
		.text = yg_value_decode(&coded, data->decoded, sizeof(data->decoded)),
	};
	uint32_t count = yg_data_engine_examine(data->engine, &leaf, data->sights);

	for (uint32_t i = 0; i < count; i++) {
		const struct yg_data_sight *sight = &data->sights[i];

		if (m->path && (!opens_something(sight->class_) || is_thing(sight, name, value)))
			continue;
		if (sight->passed && (sight->context || sight->proof == YG_DATA_PROOF_CERTAIN ||
				      (m->classes && yg_data_set_has(m->classes, sight->class_))))
			return sight->class_;
	}
	return YG_DATA_ALL_MAX;
}

/* What a template shows as a token: a key, a password, what stands behind "reset". */
static bool is_opener(struct yg_data *data, struct yg_slice name, struct yg_slice value)
{
	const struct yg_value coded = { .coding = YG_VALUE_PERCENT, .raw = value };
	enum yg_token token;
	struct yg_slice text;
	size_t stem;
	bool opens;

	if (value.len < OPENER_MIN)
		return false;
	text = yg_value_decode(&coded, data->decoded, sizeof(data->decoded));
	opens = text.len >= OPENER_MIN && yg_token_opens(name, text);
	if (!opens && !yg_token_may_be_secret(text))
		return false;
	token = yg_token_from_segment(text, &stem);
	/* Objects have such ids, too: "/token/10000034/groups". */
	if (token == YG_TOKEN_INT || token == YG_TOKEN_UUID || token == YG_TOKEN_ULID ||
	    token == YG_TOKEN_HEX)
		return false;
	return opens || token == YG_TOKEN_SECRET;
}

/* A credential by the name before it. */
static bool is_credential(const struct masking *m, struct yg_slice name, struct yg_slice value)
{
	if (!m->path && yg_credential_is_key(yg_credential_shape_of(name), value))
		return true;
	return (yg_credential_is_name(YG_VALUE_IN_QUERY, name) ||
		yg_slice_equal(name, YG_SLICE("access_token"))) &&
	       (!m->path || is_random(value));
}

static void put_value(struct masking *m, struct yg_slice name, struct yg_slice value)
{
	char plain[YG_DATA_PATH_CAP];
	bool key = is_credential(m, name, value);
	uint32_t class_ = key ? YG_DATA_SECRET_OAUTH
			      : class_of(m, yg_data_plain_name(name, plain, sizeof(plain)), value);
	char text[YG_DATA_MASK_CAP];

	if (class_ == YG_DATA_ALL_MAX && m->path && is_opener(m->data, name, value))
		class_ = YG_DATA_SECRET_OAUTH;
	if (class_ == YG_DATA_ALL_MAX || value.len == 0) {
		put(m, value.ptr, value.len);
		return;
	}
	yg_data_mask(yg_data_engine_mask(m->data->engine, class_), value, text, sizeof(text));
	put(m, text, strlen(text));
	m->masked = true;
}

/* The first segment of @path, which moves behind it and its slash. */
static struct yg_slice take_segment(struct yg_slice *path)
{
	const char *slash = memchr(path->ptr, '/', path->len);
	struct yg_slice segment = { path->ptr, slash ? (size_t)(slash - path->ptr) : path->len };
	size_t len = segment.len + (slash != NULL);

	path->ptr += len;
	path->len -= len;
	return segment;
}

/* Segments, each under the name of the one before it. */
static void put_path(struct masking *m, struct yg_slice path)
{
	struct yg_slice before = { NULL, 0 };

	while (path.len > 0) {
		const char *end = path.ptr + path.len;
		struct yg_slice segment = take_segment(&path);

		put_value(m, before, segment);
		put(m, "/", segment.ptr + segment.len < end);
		before = segment;
	}
}

static bool has_opener(struct yg_data *data, struct yg_slice path)
{
	struct yg_slice before = { NULL, 0 };

	while (path.len > 0) {
		struct yg_slice segment = take_segment(&path);

		if (segment.len > 0 && is_opener(data, before, segment))
			return true;
		before = segment;
	}
	return false;
}

static void put_query(struct masking *m, struct yg_slice query)
{
	const char *at = query.ptr;
	struct yg_slice name, value;

	/* What stands between the pairs is put as it was sent. */
	while (yg_query_next(&query, &name, &value)) {
		if (yg_schema_is_personal(name, false)) {
			put(m, at, (size_t)(name.ptr - at));
			put(m, "****", 4);
			m->masked = true;
			at = name.ptr + name.len;
		}
		if (!value.ptr || value.len == 0)
			continue;
		put(m, at, (size_t)(value.ptr - at));
		put_value(m, name, value);
		at = value.ptr + value.len;
	}
	put(m, at, (size_t)(query.ptr + query.len - at));
}

struct yg_slice yg_data_mask_target(struct yg_data *data, const struct yg_data_set *classes,
				    bool path, struct yg_slice target)
{
	const char *mark = target.len ? memchr(target.ptr, '?', target.len) : NULL;
	size_t len = mark ? (size_t)(mark - target.ptr) : target.len;
	struct masking m = { .data = data,
			     .classes = classes,
			     .at = data->unwrapped,
			     .end = data->unwrapped + sizeof(data->unwrapped) };

	path = path || has_opener(data, (struct yg_slice){ target.ptr, len });
	if (!path && !mark)
		return target;
	m.path = path;
	if (path)
		put_path(&m, (struct yg_slice){ target.ptr, len });
	else
		put(&m, target.ptr, len);
	m.path = false;
	if (mark) {
		put(&m, mark, 1);
		put_query(&m, (struct yg_slice){ mark + 1, target.len - len - 1 });
	}
	if (!m.masked)
		return target;
	return (struct yg_slice){ data->unwrapped, (size_t)(m.at - data->unwrapped) };
}
