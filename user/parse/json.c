/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/json.h"

#include <assert.h>

#include "parse/scan.h"

/* What may stand next. */
enum expect {
	EXPECT_VALUE,
	EXPECT_NAME,	    /* after a comma */
	EXPECT_NAME_OR_END, /* after '{' */
	EXPECT_ITEM_OR_END, /* after '[' */
	EXPECT_COMMA_OR_END,
};

static void advance(struct yg_json_walk *w, size_t n)
{
	w->text.ptr += n;
	w->text.len -= n;
}

/* First byte that is no white space; '\0' at the end. */
static char peek(struct yg_json_walk *w)
{
	while (w->text.len > 0) {
		char c = w->text.ptr[0];

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return c;
		advance(w, 1);
	}
	return '\0';
}

static bool stop(struct yg_json_walk *w, enum yg_parse result)
{
	w->result = result;
	w->text.len = 0;
	return false;
}

/* Not what may stand here, or the end of the input. */
static bool refuse(struct yg_json_walk *w)
{
	return stop(w, w->text.len ? YG_PARSE_BAD : YG_PARSE_MORE);
}

/* Length of @text without an escape that its end has cut. */
static size_t whole_escapes(const char *text, size_t len)
{
	size_t back = 0, slashes = 0;

	while (back < len && back < 5 && text[len - 1 - back] != '\\')
		back++;
	if (back == len || text[len - 1 - back] != '\\')
		return len;
	while (back + slashes < len && text[len - 1 - back - slashes] == '\\')
		slashes++;
	if (slashes % 2 == 0 || (back > 0 && text[len - back] != 'u'))
		return len;
	return back < 5 ? len - back - 1 : len;
}

/* A string with its quotes. Return: false if the text ends within it, or a control byte does. */
static bool take_string(struct yg_json_walk *w, struct yg_slice *ret)
{
	const char *start = w->text.ptr + 1, *end = w->text.ptr + w->text.len, *p = start;

	p = yg_scan_plain_end(p, end);
	while (p < end && *p == '\\')
		p = end - p > 2 ? yg_scan_plain_end(p + 2, end) : end;
	if (p == end) {
		*ret = (struct yg_slice){ start, whole_escapes(start, (size_t)(end - start)) };
		advance(w, w->text.len);
		return false;
	}
	*ret = (struct yg_slice){ start, (size_t)(p - start) };
	advance(w, (size_t)(p - w->text.ptr) + (*p == '"'));
	return p[0] == '"';
}

static bool is_scalar_byte(char c)
{
	static const bool table[256] = {
		['0' ... '9'] = true, ['a' ... 'z'] = true, ['-'] = true,
		['+'] = true,	      ['.'] = true,	    ['E'] = true,
	};

	return table[(unsigned char)c];
}

static void after_value(struct yg_json_walk *w)
{
	w->expect = EXPECT_COMMA_OR_END;
	w->ended = w->depth == 0;
}

static bool take_scalar(struct yg_json_walk *w, struct yg_json_node *ret)
{
	char first = w->text.ptr[0];
	size_t len = 0;

	while (len < w->text.len && is_scalar_byte(w->text.ptr[len]))
		len++;
	if (len == 0)
		return refuse(w);
	if (len == w->text.len && w->depth > 0)
		return stop(w, YG_PARSE_MORE);
	ret->value = (struct yg_slice){ w->text.ptr, len };
	if (first == '-' || (first >= '0' && first <= '9'))
		ret->type = YG_JSON_NUMBER;
	else if (yg_slice_equal(ret->value, YG_SLICE("null")))
		ret->type = YG_JSON_NULL;
	else if (yg_slice_equal(ret->value, YG_SLICE("true")) ||
		 yg_slice_equal(ret->value, YG_SLICE("false")))
		ret->type = YG_JSON_BOOL;
	else
		return refuse(w);
	advance(w, len);
	after_value(w);
	return true;
}

/* Over everything until @depth containers are open. */
static void pass(struct yg_json_walk *w, uint32_t depth)
{
	uint32_t open = w->depth;

	w->depth = depth; /* also when the input ends on the way */
	while (open > depth) {
		char c = peek(w);
		struct yg_slice unused;
		bool broken = c == '"' && !take_string(w, &unused) && w->text.len > 0;

		if (c == '\0' || broken) {
			(void)refuse(w);
			return;
		}
		if (c == '"')
			continue;
		advance(w, 1);
		open += c == '{' || c == '[';
		open -= c == '}' || c == ']';
	}
	after_value(w);
}

static bool take_container(struct yg_json_walk *w, struct yg_json_node *ret, char open)
{
	ret->type = open == '{' ? YG_JSON_OBJECT : YG_JSON_ARRAY;
	advance(w, 1);
	if (w->depth == YG_JSON_DEPTH_MAX) {
		w->passed = true;
		w->depth++;
		pass(w, YG_JSON_DEPTH_MAX);
		return true;
	}
	w->levels[w->depth].array = open == '[';
	w->levels[w->depth].name = (struct yg_slice){ NULL, 0 };
	w->depth++;
	w->expect = open == '[' ? EXPECT_ITEM_OR_END : EXPECT_NAME_OR_END;
	return true;
}

static bool take_value(struct yg_json_walk *w, struct yg_json_node *ret)
{
	char c = peek(w);

	if (c == '{' || c == '[')
		return take_container(w, ret, c);
	if (c != '"')
		return w->text.len ? take_scalar(w, ret) : refuse(w);
	ret->type = YG_JSON_STRING;
	if (!take_string(w, &ret->value)) {
		if (w->text.len)
			return refuse(w);
		ret->cut = true;
	}
	after_value(w);
	w->ended &= !ret->cut;
	return true;
}

static bool take_name(struct yg_json_walk *w)
{
	struct yg_slice name;

	if (peek(w) != '"' || !take_string(w, &name) || peek(w) != ':')
		return refuse(w);
	advance(w, 1);
	name.len = name.len < YG_JSON_NAME_MAX ? name.len : YG_JSON_NAME_MAX;
	w->levels[w->depth - 1].name = name;
	w->expect = EXPECT_VALUE;
	return true;
}

/* Commas and ends of containers, up to where a value begins. */
static bool find_value(struct yg_json_walk *w)
{
	while (w->expect != EXPECT_VALUE) {
		bool array = w->depth > 0 && w->levels[w->depth - 1].array;
		char c = peek(w);

		if (w->depth == 0 && w->ended) {
			if (c == '\0' || !w->lines)
				return stop(w, w->text.len ? YG_PARSE_BAD : YG_PARSE_DONE);
			w->expect = EXPECT_VALUE;
		} else if (c == (array ? ']' : '}') && w->expect != EXPECT_NAME) {
			advance(w, 1);
			w->depth--;
			after_value(w);
		} else if (w->expect == EXPECT_ITEM_OR_END) {
			w->expect = EXPECT_VALUE;
		} else if (w->expect == EXPECT_COMMA_OR_END) {
			if (c != ',')
				return refuse(w);
			advance(w, 1);
			w->expect = array ? EXPECT_VALUE : EXPECT_NAME;
		} else if (!take_name(w)) {
			return false;
		}
	}
	return true;
}

bool yg_json_walk_next(struct yg_json_walk *walk, struct yg_json_node *ret)
{
	if (walk->text.len == 0 && walk->depth == 0 && !walk->ended)
		return stop(walk, walk->result == YG_PARSE_BAD ? YG_PARSE_BAD : YG_PARSE_MORE);
	if (walk->result == YG_PARSE_BAD || !find_value(walk))
		return false;
	*ret = (struct yg_json_node){ .depth = walk->depth };
	if (walk->depth > 0)
		ret->name = walk->levels[walk->depth - 1].name;
	return take_value(walk, ret);
}

void yg_json_walk_leave(struct yg_json_walk *walk)
{
	if (walk->depth > 0)
		pass(walk, walk->depth - 1);
}

static bool is_plain(struct yg_slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i], low = (char)(c | 0x20);

		if ((low < 'a' || low > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' &&
		    (unsigned char)c < 0x80)
			return false;
	}
	return name.len > 0;
}

static void put(char *ret, size_t cap, size_t *len, struct yg_slice text)
{
	size_t n = text.len < cap - 1 - *len ? text.len : cap - 1 - *len;

	if (n > 0)
		memcpy(ret + *len, text.ptr, n);
	*len += n;
	ret[*len] = '\0';
}

size_t yg_json_path(const struct yg_json_level *levels, uint32_t depth, char *ret, size_t cap)
{
	size_t len = 0;

	assert(cap > 0);

	put(ret, cap, &len, YG_SLICE("$"));
	for (uint32_t i = 0; i < depth; i++) {
		struct yg_slice name = levels[i].name;
		bool plain = is_plain(name);

		if (levels[i].array) {
			put(ret, cap, &len, YG_SLICE("[*]"));
			continue;
		}
		put(ret, cap, &len, plain ? YG_SLICE(".") : YG_SLICE("['"));
		put(ret, cap, &len, levels[i].attribute ? YG_SLICE("@") : YG_SLICE(""));
		put(ret, cap, &len, name);
		put(ret, cap, &len, plain ? YG_SLICE("") : YG_SLICE("']"));
	}
	return len;
}

void yg_json_walk_path(const struct yg_json_walk *walk, const struct yg_json_node *node, char *ret,
		       size_t cap)
{
	(void)yg_json_path(walk->levels, node->depth, ret, cap);
}
