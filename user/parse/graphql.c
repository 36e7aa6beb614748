/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/graphql.h"

#include <stdbool.h>

/* Where in the document. */
enum place {
	PLACE_TOP,	 /* between definitions */
	PLACE_HEAD,	 /* after "query": name, variables, directives */
	PLACE_SELECTION, /* between braces */
};

struct reading {
	const char *p, *end;
	struct yg_slice token; /* a name, "...", or one byte; a string is '"' */
	struct yg_slice want;
	struct yg_graphql *ret;
	enum place place;
	uint32_t depth;
	bool chosen; /* the definition in hand is the one asked for */
	bool fragment;
};

const char *yg_graphql_type_name(enum yg_graphql_type type)
{
	static const char *const names[YG_GRAPHQL_TYPE_MAX] = {
		[YG_GRAPHQL_UNKNOWN] = "unknown",
		[YG_GRAPHQL_QUERY] = "query",
		[YG_GRAPHQL_MUTATION] = "mutation",
		[YG_GRAPHQL_SUBSCRIPTION] = "subscription",
	};

	return names[type];
}

static bool is_name_byte(char c)
{
	char low = (char)(c | 0x20);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_ignored(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

/* White space, commas, comments, the byte order mark. */
static void skip_ignored(struct reading *r)
{
	while (r->p < r->end) {
		if (*r->p == '#') {
			while (r->p < r->end && *r->p != '\n' && *r->p != '\r')
				r->p++;
		} else if (is_ignored(*r->p)) {
			r->p++;
		} else if (r->end - r->p >= 3 && memcmp(r->p, "\xef\xbb\xbf", 3) == 0) {
			r->p += 3;
		} else {
			return;
		}
	}
}

/* Behind the string that begins at p; at the end if it is cut. */
static void skip_string(struct reading *r)
{
	bool block = r->end - r->p >= 3 && memcmp(r->p, "\"\"\"", 3) == 0;

	r->p += block ? 3 : 1;
	while (r->p < r->end) {
		if (*r->p == '\\' && (!block || (r->end - r->p > 3 && r->p[1] == '"'))) {
			r->p += r->end - r->p > 1 ? 2 : 1;
		} else if (block && r->end - r->p >= 3 && memcmp(r->p, "\"\"\"", 3) == 0) {
			r->p += 3;
			return;
		} else if (!block && *r->p == '"') {
			r->p++;
			return;
		} else {
			r->p++;
		}
	}
}

/* The next token; false at the end. A name that touches the end comes: it may be a prefix. */
static bool next_token(struct reading *r)
{
	const char *start;

	skip_ignored(r);
	start = r->p;
	if (start == r->end)
		return false;
	if (*start == '"') {
		skip_string(r);
		r->token = (struct yg_slice){ start, 1 };
		return true;
	}
	if (is_name_byte(*start)) {
		while (r->p < r->end && is_name_byte(*r->p))
			r->p++;
	} else {
		r->p += r->end - start >= 3 && memcmp(start, "...", 3) == 0 ? 3 : 1;
	}
	r->token = (struct yg_slice){ start, (size_t)(r->p - start) };
	return true;
}

static bool is_byte(const struct reading *r, char c)
{
	return r->token.len == 1 && r->token.ptr[0] == c;
}

static bool is_name(const struct reading *r)
{
	return is_name_byte(r->token.ptr[0]) && (r->token.ptr[0] < '0' || r->token.ptr[0] > '9');
}

static bool next_is(struct reading *r, char c)
{
	skip_ignored(r);
	return r->p < r->end && *r->p == c;
}

/* Arguments or variables with all that is in them; the opening parenthesis was the token. */
static void skip_arguments(struct reading *r)
{
	uint32_t open = 1;

	while (open > 0 && next_token(r)) {
		open += is_byte(r, '(');
		open -= is_byte(r, ')');
	}
}

/* "@include" and its like. */
static void skip_directive(struct reading *r)
{
	if (next_token(r) && next_is(r, '(')) {
		(void)next_token(r);
		skip_arguments(r);
	}
}

static enum yg_graphql_type type_of(struct yg_slice word)
{
	for (int type = YG_GRAPHQL_QUERY; type < YG_GRAPHQL_TYPE_MAX; type++) {
		const char *name = yg_graphql_type_name((enum yg_graphql_type)type);

		if (yg_slice_equal(word, yg_slice_from_str(name)))
			return (enum yg_graphql_type)type;
	}
	return YG_GRAPHQL_UNKNOWN;
}

static void begin_operation(struct reading *r, enum yg_graphql_type type)
{
	r->ret->operations++;
	r->chosen = r->ret->operations == 1 || r->want.len > 0;
	/* With a name to look for, the first one stands until it is found. */
	if (r->ret->operations > 1 && yg_slice_equal(r->ret->name, r->want))
		r->chosen = false;
	if (r->ret->operations == 1)
		r->ret->type = type;
}

static void open_selection(struct reading *r)
{
	r->place = PLACE_SELECTION;
	r->depth++;
	if (r->depth > r->ret->depth)
		r->ret->depth = r->depth;
}

static bool read_top(struct reading *r)
{
	enum yg_graphql_type type = type_of(r->token);

	r->fragment = type == YG_GRAPHQL_UNKNOWN && !is_byte(r, '{');
	if (is_byte(r, '{')) {
		begin_operation(r, YG_GRAPHQL_QUERY);
		open_selection(r);
		return true;
	}
	r->place = PLACE_HEAD;
	if (type == YG_GRAPHQL_UNKNOWN) {
		r->chosen = false;
		return yg_slice_equal(r->token, YG_SLICE("fragment"));
	}
	begin_operation(r, type);
	if (!next_is(r, '{') && !next_is(r, '(') && !next_is(r, '@') && r->p < r->end) {
		if (!next_token(r) || !is_name(r))
			return false;
		if (r->ret->operations == 1) {
			r->ret->name = r->token;
		} else if (r->chosen && yg_slice_equal(r->token, r->want)) {
			r->ret->type = type;
			r->ret->name = r->token;
			r->ret->root = (struct yg_slice){ NULL, 0 };
		} else {
			r->chosen = false;
		}
	}
	return true;
}

static bool read_head(struct reading *r)
{
	if (is_byte(r, '{'))
		open_selection(r);
	else if (is_byte(r, '('))
		skip_arguments(r);
	else if (is_byte(r, '@'))
		skip_directive(r);
	else
		return is_name(r) && r->fragment; /* "fragment Card on User" */
	return true;
}

static void read_field(struct reading *r)
{
	if (next_is(r, ':')) {
		(void)next_token(r);
		if (!next_token(r) || !is_name(r))
			return;
		r->ret->aliases++;
	}
	r->ret->fields++;
	if (r->chosen && r->depth == 1 && !r->ret->root.ptr)
		r->ret->root = r->token;
}

/* "...Card", "... on User {", "... @include(if: $x) {": names here are no fields. */
static void read_spread(struct reading *r)
{
	if (next_is(r, '@') || next_is(r, '{') || !next_token(r))
		return;
	if (yg_slice_equal(r->token, YG_SLICE("on")))
		(void)next_token(r);
}

static bool read_selection(struct reading *r)
{
	if (is_byte(r, '{'))
		open_selection(r);
	else if (is_byte(r, '}') && --r->depth == 0)
		r->place = PLACE_TOP;
	else if (is_byte(r, '('))
		skip_arguments(r);
	else if (is_byte(r, '@'))
		skip_directive(r);
	else if (r->token.len == 3 && r->token.ptr[0] == '.')
		read_spread(r);
	else if (is_name(r))
		read_field(r);
	else
		return is_byte(r, '}');
	return true;
}

static bool read_token(struct reading *r)
{
	switch (r->place) {
	case PLACE_TOP:
		return read_top(r);
	case PLACE_HEAD:
		return read_head(r);
	default:
		return read_selection(r);
	}
}

enum yg_parse yg_graphql_read(struct yg_slice document, struct yg_slice name,
			      struct yg_graphql *ret)
{
	struct reading r = { .p = document.ptr, .want = name, .ret = ret };

	*ret = (struct yg_graphql){ 0 };
	if (document.len == 0)
		return YG_PARSE_BAD;
	r.end = document.ptr + document.len;
	while (next_token(&r)) {
		if (!read_token(&r))
			return YG_PARSE_BAD;
	}
	return r.place == PLACE_TOP && ret->operations > 0 ? YG_PARSE_DONE : YG_PARSE_MORE;
}
