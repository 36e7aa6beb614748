/* SPDX-License-Identifier: GPL-2.0-only */
/* Targets of requests as they may be shown: what is sensitive in their path and query, masked. */
#include <string.h>

#include "baseline/data_inside.h"
#include "baseline/data_key.h"
#include "baseline/schema.h"
#include "parse/credential.h"
#include "parse/url.h"

struct masking {
	struct yg_data *data;
	const struct yg_data_set *classes; /* that the exchange holds */
	char *at, *end;
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

		if (sight->passed && (sight->context || sight->proof == YG_DATA_PROOF_CERTAIN ||
				      (m->classes && yg_data_set_has(m->classes, sight->class_))))
			return sight->class_;
	}
	return YG_DATA_ALL_MAX;
}

static void put_value(struct masking *m, struct yg_slice name, struct yg_slice value)
{
	char plain[YG_DATA_PATH_CAP];
	bool key = yg_credential_is_name(YG_VALUE_IN_QUERY, name) ||
		   yg_slice_equal(name, YG_SLICE("access_token"));
	uint32_t class_ = key ? YG_DATA_SECRET_OAUTH
			      : class_of(m, yg_data_plain_name(name, plain, sizeof(plain)), value);
	char text[YG_DATA_MASK_CAP];

	if (class_ == YG_DATA_ALL_MAX || value.len == 0) {
		put(m, value.ptr, value.len);
		return;
	}
	yg_data_mask(yg_data_engine_mask(m->data->engine, class_), value, text, sizeof(text));
	put(m, text, strlen(text));
	m->masked = true;
}

/* Segments, each under the name of the one before it. */
static void put_path(struct masking *m, struct yg_slice path)
{
	struct yg_slice before = { NULL, 0 };

	while (path.len > 0) {
		const char *slash = memchr(path.ptr, '/', path.len);
		size_t len = slash ? (size_t)(slash - path.ptr) : path.len;

		put_value(m, before, (struct yg_slice){ path.ptr, len });
		put(m, "/", slash != NULL);
		before = (struct yg_slice){ path.ptr, len };
		path.ptr += len + (slash != NULL);
		path.len -= len + (slash != NULL);
	}
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

	if (!path && !mark)
		return target;
	if (path)
		put_path(&m, (struct yg_slice){ target.ptr, len });
	else
		put(&m, target.ptr, len);
	if (mark) {
		put(&m, mark, 1);
		put_query(&m, (struct yg_slice){ mark + 1, target.len - len - 1 });
	}
	if (!m.masked)
		return target;
	return (struct yg_slice){ data->unwrapped, (size_t)(m.at - data->unwrapped) };
}
