/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/soap.h"

#include <stdbool.h>

/* What the walk over the tags has seen. */
enum stage { STAGE_ENVELOPE, STAGE_BODY, STAGE_OPERATION };

static const char *find(const char *p, const char *end, const char *what)
{
	return memmem(p, (size_t)(end - p), what, strlen(what));
}

static bool is_name_end(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '>' || c == '/';
}

/* "m:GetUser" without its prefix. */
static struct yg_slice local_name(const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));

	if (colon)
		p = colon + 1;
	return (struct yg_slice){ p, (size_t)(end - p) };
}

/* Behind a tag; quoted attribute values may hold '>'. NULL if it is cut. */
static const char *tag_end(const char *p, const char *end)
{
	while (p && p < end && *p != '>') {
		if (*p == '"' || *p == '\'')
			p = memchr(p + 1, *p, (size_t)(end - p - 1));
		if (p)
			p++;
	}
	return p && p < end ? p + 1 : NULL;
}

/* Behind a comment, CDATA, instruction or declaration that begins at @p ('<'); NULL if cut. */
static const char *skip_other(const char *p, const char *end)
{
	const char *stop;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		stop = find(p + 4, end, "-->");
		return stop ? stop + 3 : NULL;
	}
	if (end - p >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
		stop = find(p + 9, end, "]]>");
		return stop ? stop + 3 : NULL;
	}
	return tag_end(p + 1, end);
}

struct yg_slice yg_soap_operation(struct yg_slice text)
{
	static const char *const want[] = { "Envelope", "Body" };
	const char *p = text.ptr, *end = text.ptr ? text.ptr + text.len : NULL;
	enum stage stage = STAGE_ENVELOPE;

	while (p && p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		const char *start = p + 1, *stop = start;
		struct yg_slice name;

		if (start < end && (*start == '!' || *start == '?' || *start == '/')) {
			p = skip_other(p, end);
			continue;
		}
		while (stop < end && !is_name_end(*stop))
			stop++;
		if (stop == end)
			break;
		name = local_name(start, stop);
		if (stage == STAGE_OPERATION)
			return name;
		if (yg_slice_equal(name, yg_slice_from_str(want[stage])))
			stage++;
		else if (stage == STAGE_ENVELOPE)
			break;
		p = tag_end(stop, end);
	}
	return (struct yg_slice){ NULL, 0 };
}

struct yg_slice yg_soap_action_name(struct yg_slice action)
{
	action = yg_slice_trim(action);
	while (action.len > 0 && (action.ptr[0] == '"' || action.ptr[0] == '\'')) {
		action.ptr++;
		action.len--;
	}
	while (action.len > 0 && strchr("\"'/#", action.ptr[action.len - 1]))
		action.len--;
	for (size_t i = action.len; i > 0; i--) {
		if (strchr("/#:", action.ptr[i - 1])) {
			action.ptr += i;
			action.len -= i;
			break;
		}
	}
	return action.len ? action : (struct yg_slice){ NULL, 0 };
}
