/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/url.h"

static struct yg_slice from(struct yg_slice s, size_t at)
{
	return (struct yg_slice){ s.ptr + at, s.len - at };
}

static struct yg_slice until(struct yg_slice s, size_t at)
{
	return (struct yg_slice){ s.ptr, at };
}

/* Index of the first @c, or the length. */
static size_t index_of(struct yg_slice s, char c)
{
	const char *found = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return found ? (size_t)(found - s.ptr) : s.len;
}

static void split_path(struct yg_url *url, struct yg_slice rest)
{
	size_t query;

	rest = until(rest, index_of(rest, '#'));
	query = index_of(rest, '?');
	url->path = until(rest, query);
	if (query < rest.len)
		url->query = from(rest, query + 1);
}

/* RFC 3986 section 3.1, and "://" behind it. */
static bool split_scheme(struct yg_slice *target, struct yg_slice *ret)
{
	size_t len = index_of(*target, ':');

	if (len == 0 || target->len - len < 3 || memcmp(target->ptr + len, "://", 3) != 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = yg_ascii_lower(target->ptr[i]);
		bool mark = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';

		if (!(c >= 'a' && c <= 'z') && !(i > 0 && mark))
			return false;
	}
	*ret = until(*target, len);
	*target = from(*target, len + 3);
	return true;
}

void yg_url_split_authority(struct yg_slice authority, struct yg_slice *ret_host,
			    struct yg_slice *ret_port)
{
	const char *at = authority.len ? memrchr(authority.ptr, '@', authority.len) : NULL;
	size_t end;

	*ret_host = *ret_port = (struct yg_slice){ NULL, 0 };
	if (at)
		authority = from(authority, (size_t)(at + 1 - authority.ptr));
	if (authority.len && authority.ptr[0] == '[') {
		end = index_of(authority, ']');
		if (end == authority.len)
			return;
		*ret_host = (struct yg_slice){ authority.ptr + 1, end - 1 };
		authority = from(authority, end + 1);
	} else {
		end = index_of(authority, ':');
		*ret_host = until(authority, end);
		authority = from(authority, end);
	}
	if (authority.len == 0)
		return;
	*ret_port = from(authority, 1);
	for (size_t i = 0; i < authority.len; i++) {
		char c = authority.ptr[i];

		if (i == 0 ? c != ':' : c < '0' || c > '9')
			*ret_host = *ret_port = (struct yg_slice){ NULL, 0 };
	}
}

static size_t authority_len(struct yg_slice target)
{
	size_t i = 0;

	while (i < target.len && target.ptr[i] != '/' && target.ptr[i] != '?' &&
	       target.ptr[i] != '#')
		i++;
	return i;
}

struct yg_url yg_url_from_target(struct yg_slice method, struct yg_slice target)
{
	struct yg_url url = { .form = YG_TARGET_INVALID };

	if (target.len == 0)
		return url;
	if (yg_slice_equal(method, YG_SLICE("CONNECT"))) {
		url.authority = target;
		yg_url_split_authority(target, &url.host, &url.port);
		if (!url.host.ptr || url.host.len == 0 || !url.port.ptr)
			return (struct yg_url){ .form = YG_TARGET_INVALID };
		url.form = YG_TARGET_AUTHORITY;
	} else if (target.ptr[0] == '/') {
		url.form = YG_TARGET_ORIGIN;
		split_path(&url, target);
	} else if (yg_slice_equal(target, YG_SLICE("*"))) {
		url.form = YG_TARGET_ASTERISK;
	} else if (split_scheme(&target, &url.scheme)) {
		size_t end = authority_len(target);

		url.form = YG_TARGET_ABSOLUTE;
		url.authority = until(target, end);
		yg_url_split_authority(url.authority, &url.host, &url.port);
		split_path(&url, from(target, end));
	}
	return url;
}

bool yg_query_next(struct yg_slice *query, struct yg_slice *ret_name, struct yg_slice *ret_value)
{
	while (query->len > 0) {
		size_t end = index_of(*query, '&');
		struct yg_slice pair = until(*query, end);
		size_t equals = index_of(pair, '=');

		*query = from(*query, end < query->len ? end + 1 : end);
		if (pair.len == 0)
			continue;
		*ret_name = until(pair, equals);
		*ret_value = (struct yg_slice){ NULL, 0 };
		if (equals < pair.len)
			*ret_value = from(pair, equals + 1);
		return true;
	}
	return false;
}

struct yg_slice yg_query_find(struct yg_slice query, const char *name)
{
	struct yg_slice want = yg_slice_from_str(name), key, value;

	while (yg_query_next(&query, &key, &value)) {
		if (yg_slice_equal_nocase(key, want))
			return value.ptr ? value : YG_SLICE("");
	}
	return (struct yg_slice){ NULL, 0 };
}
