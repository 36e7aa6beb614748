/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/xml.h"

static void advance(struct yg_xml_walk *w, size_t n)
{
	w->text.ptr += n;
	w->text.len -= n;
}

static bool stop(struct yg_xml_walk *w, enum yg_parse result)
{
	w->result = result;
	w->text.len = 0;
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name_end(char c)
{
	return is_space(c) || c == '>' || c == '/' || c == '=' || c == '<' || c == '"' || c == '\'';
}

static bool has_prefix(const struct yg_xml_walk *w, const char *prefix, size_t len)
{
	return w->text.len >= len && memcmp(w->text.ptr, prefix, len) == 0;
}

static void skip_space(struct yg_xml_walk *w)
{
	while (w->text.len > 0 && is_space(w->text.ptr[0]))
		advance(w, 1);
}

/* "m:GetUser" without its prefix. Return: false if there is none, or the input ends in it. */
static bool take_name(struct yg_xml_walk *w, struct yg_slice *ret)
{
	size_t len = 0, from = 0;

	while (len < w->text.len && !is_name_end(w->text.ptr[len])) {
		if (w->text.ptr[len] == ':')
			from = len + 1;
		len++;
	}
	if (len == w->text.len)
		return stop(w, YG_PARSE_MORE);
	if (len == from)
		return stop(w, YG_PARSE_BAD);
	*ret = (struct yg_slice){ w->text.ptr + from, len - from };
	advance(w, len);
	return true;
}

/* Up to @what, which is passed over. Return: false if the input ends before it: then all of it. */
static bool take_until(struct yg_xml_walk *w, struct yg_slice what, struct yg_slice *ret)
{
	const char *found =
		w->text.len ? memmem(w->text.ptr, w->text.len, what.ptr, what.len) : NULL;
	size_t len = found ? (size_t)(found - w->text.ptr) : w->text.len;

	*ret = (struct yg_slice){ w->text.ptr, len };
	advance(w, found ? len + what.len : len);
	if (!found)
		(void)stop(w, YG_PARSE_MORE);
	return found != NULL;
}

/* One attribute, or the end of the tag. Return: false without a node, or at the end of input. */
static bool take_attribute(struct yg_xml_walk *w, struct yg_xml_node *ret)
{
	char quote;

	skip_space(w);
	if (w->text.len == 0)
		return stop(w, YG_PARSE_MORE);
	if (!take_name(w, &ret->name))
		return false;
	skip_space(w);
	if (w->text.len == 0)
		return stop(w, YG_PARSE_MORE);
	if (w->text.ptr[0] != '=')
		return stop(w, YG_PARSE_BAD);
	advance(w, 1);
	skip_space(w);
	if (w->text.len == 0)
		return stop(w, YG_PARSE_MORE);
	quote = w->text.ptr[0];
	if (quote != '"' && quote != '\'')
		return stop(w, YG_PARSE_BAD);
	advance(w, 1);
	ret->type = YG_XML_ATTRIBUTE;
	ret->depth = w->depth;
	ret->cut = !take_until(w, quote == '"' ? YG_SLICE("\"") : YG_SLICE("'"), &ret->value);
	return true;
}

static bool end_element(struct yg_xml_walk *w, struct yg_xml_node *ret)
{
	if (w->depth == 0)
		return stop(w, YG_PARSE_BAD);
	*ret = (struct yg_xml_node){ .type = YG_XML_END, .depth = --w->depth };
	return true;
}

/* Within a tag, behind the name or an attribute. @ret_node: there is a node. */
static bool in_tag(struct yg_xml_walk *w, struct yg_xml_node *ret, bool *ret_node)
{
	skip_space(w);
	*ret_node = true;
	if (w->text.len == 0)
		return stop(w, YG_PARSE_MORE);
	if (w->text.ptr[0] == '>') {
		advance(w, 1);
		w->in_tag = false;
		*ret_node = false;
		return true;
	}
	if (w->text.ptr[0] != '/')
		return take_attribute(w, ret);
	if (w->text.len < 2)
		return stop(w, YG_PARSE_MORE);
	if (w->text.ptr[1] != '>')
		return stop(w, YG_PARSE_BAD);
	advance(w, 2);
	w->in_tag = false;
	return end_element(w, ret);
}

static bool take_element(struct yg_xml_walk *w, struct yg_xml_node *ret)
{
	advance(w, 1);
	if (!take_name(w, &ret->name))
		return false;
	ret->type = YG_XML_ELEMENT;
	ret->depth = w->depth++;
	w->in_tag = true;
	return true;
}

/* A document type: '>' and what looks like tags in its brackets and quotes do not end it. */
static bool skip_doctype(struct yg_xml_walk *w)
{
	struct yg_slice unused;
	bool inside = false, more = true;

	while (more && w->text.len > 0) {
		char c = w->text.ptr[0];

		if (has_prefix(w, "<!--", 4)) {
			more = take_until(w, YG_SLICE("-->"), &unused);
			continue;
		}
		if (has_prefix(w, "<?", 2)) {
			more = take_until(w, YG_SLICE("?>"), &unused);
			continue;
		}
		advance(w, 1);
		if (c == '"' || c == '\'')
			more = take_until(w, c == '"' ? YG_SLICE("\"") : YG_SLICE("'"), &unused);
		else if (c == '[' || c == ']')
			inside = c == '[';
		else if (c == '>' && !inside)
			return true;
	}
	return stop(w, YG_PARSE_MORE);
}

/* What begins with '<'. @ret_node: there is a node. */
static bool take_markup(struct yg_xml_walk *w, struct yg_xml_node *ret, bool *ret_node)
{
	struct yg_slice unused;

	*ret_node = false;
	if (has_prefix(w, "<!--", 4)) {
		advance(w, 4);
		return take_until(w, YG_SLICE("-->"), &unused);
	}
	if (has_prefix(w, "<![CDATA[", 9)) {
		advance(w, 9);
		*ret_node = true;
		ret->type = YG_XML_CDATA;
		ret->depth = w->depth;
		ret->cut = !take_until(w, YG_SLICE("]]>"), &ret->value);
		return true;
	}
	if (has_prefix(w, "</", 2)) {
		*ret_node = true;
		return take_until(w, YG_SLICE(">"), &unused) && end_element(w, ret);
	}
	if (has_prefix(w, "<!DOCTYPE", 9))
		return skip_doctype(w);
	if (has_prefix(w, "<?", 2) || has_prefix(w, "<!", 2))
		return take_until(w, YG_SLICE(">"), &unused);
	*ret_node = true;
	return take_element(w, ret);
}

/* Text up to the next tag. Return: it is not of white space alone, and inside an element. */
static bool take_text(struct yg_xml_walk *w, struct yg_xml_node *ret)
{
	const char *next = memchr(w->text.ptr, '<', w->text.len);
	size_t len = next ? (size_t)(next - w->text.ptr) : w->text.len;
	size_t from = 0, to = len;

	while (from < to && is_space(w->text.ptr[from]))
		from++;
	while (to > from && is_space(w->text.ptr[to - 1]))
		to--;
	*ret = (struct yg_xml_node){ .type = YG_XML_TEXT,
				     .value = { w->text.ptr + from, to - from },
				     .depth = w->depth,
				     .cut = !next };
	advance(w, len);
	if (to > from && w->depth == 0)
		return stop(w, YG_PARSE_BAD);
	return to > from;
}

bool yg_xml_walk_next(struct yg_xml_walk *walk, struct yg_xml_node *ret)
{
	bool node, more;

	while (walk->result == YG_PARSE_DONE && walk->text.len > 0) {
		*ret = (struct yg_xml_node){ 0 };
		if (walk->in_tag) {
			more = in_tag(walk, ret, &node);
		} else if (walk->text.ptr[0] == '<') {
			more = take_markup(walk, ret, &node);
		} else {
			node = take_text(walk, ret);
			more = true;
		}
		if (!more)
			return false;
		/* Too deep to be named: passed over, but counted. */
		if (node && ret->depth < YG_XML_DEPTH_MAX)
			return true;
	}
	if (walk->result == YG_PARSE_DONE && (walk->depth > 0 || walk->in_tag))
		walk->result = YG_PARSE_MORE;
	return false;
}
