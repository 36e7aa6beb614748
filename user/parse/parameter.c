/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/parameter.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without white space around it, line ends of a folded field included. */
static struct yg_slice trim(struct yg_slice text)
{
	while (text.len && is_space(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len && is_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* The first ';' that no quoted string holds, or the end. Within [p, end]. */
static const char *semicolon(const char *p, const char *end)
{
	bool is_quoted = false;

	for (; p < end; p++) {
		if (*p == '"')
			is_quoted = !is_quoted;
		else if (*p == '\\' && is_quoted && end - p > 1)
			p++;
		else if (*p == ';' && !is_quoted)
			break;
	}
	return p;
}

struct yg_slice yg_parameter_subject(struct yg_slice value)
{
	if (value.ptr)
		value.len = (size_t)(semicolon(value.ptr, value.ptr + value.len) - value.ptr);
	return trim(value);
}

/* Between the quotes; what stands behind the closing one is nobody's. */
static struct yg_slice unquote(struct yg_slice text)
{
	size_t at = 1;

	if (text.len == 0 || text.ptr[0] != '"')
		return text;
	while (at < text.len && text.ptr[at] != '"')
		at += text.ptr[at] == '\\' && text.len - at > 1 ? 2 : 1;
	return (struct yg_slice){ text.ptr + 1, at - 1 };
}

bool yg_parameter_next(struct yg_slice *value, struct yg_slice *ret_name,
		       struct yg_slice *ret_value)
{
	while (value->ptr) {
		const char *end = value->ptr + value->len, *p = semicolon(value->ptr, end);
		struct yg_slice pair;
		const char *equals;

		if (p == end)
			break;
		pair = (struct yg_slice){ p + 1, (size_t)(semicolon(p + 1, end) - p - 1) };
		*value = (struct yg_slice){ p + 1, (size_t)(end - p - 1) };
		pair = trim(pair);
		if (pair.len == 0)
			continue;
		equals = memchr(pair.ptr, '=', pair.len);
		*ret_name = *ret_value = (struct yg_slice){ NULL, 0 };
		if (equals) {
			size_t at = (size_t)(equals - pair.ptr);

			*ret_value =
				unquote(trim((struct yg_slice){ equals + 1, pair.len - at - 1 }));
			pair.len = at;
		}
		*ret_name = trim(pair);
		return true;
	}
	*value = (struct yg_slice){ NULL, 0 };
	return false;
}

struct yg_slice yg_parameter_find(struct yg_slice value, const char *name)
{
	const struct yg_slice wanted = yg_slice_from_str(name);
	struct yg_slice found, text;

	while (yg_parameter_next(&value, &found, &text)) {
		if (text.ptr && yg_slice_equal_nocase(found, wanted))
			return text;
	}
	return (struct yg_slice){ NULL, 0 };
}
