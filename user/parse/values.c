/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/values.h"

#include "parse/binary.h"
#include "parse/escape.h"
#include "parse/member.h"
#include "parse/multipart.h"
#include "parse/rpc.h"
#include "parse/url.h"
#include "parse/xml.h"

/* One walk: where the values go, and what the next one has in common with the last. */
struct walk {
	struct yg_visitor visitors[YG_VISITORS_MAX]; /* those who want more */
	uint32_t count;
	uint32_t where; /* of all of them */
	struct yg_value value;
	struct yg_json_level levels[YG_JSON_DEPTH_MAX + 1]; /* around value */
	struct yg_values_walked walked;
};

static void add_visitor(struct walk *w, const struct yg_visitor *visitor)
{
	if (!visitor->where || w->count == YG_VISITORS_MAX)
		return;
	w->visitors[w->count++] = *visitor;
	w->where |= visitor->where;
}

/* Who has seen enough goes; the order of the others stays. */
static void drop_visitor(struct walk *w, uint32_t at)
{
	w->count--;
	for (uint32_t i = at; i < w->count; i++)
		w->visitors[i] = w->visitors[i + 1];
}

/* Return: it wants to see more. */
static bool show(struct yg_visitor *visitor, const struct yg_value *value)
{
	if (!(visitor->where >> value->in & 1))
		return true;
	visitor->fn(visitor->ctx, value);
	if (visitor->done && *visitor->done)
		return false;
	return !visitor->max || --visitor->max > 0;
}

/* Return: false when there may be no more. */
static bool give(struct walk *w)
{
	uint32_t i = 0;

	if (w->walked.count == YG_VALUES_MAX) {
		w->walked.limited = true;
		return false;
	}
	w->walked.count++;
	while (i < w->count) {
		if (show(&w->visitors[i], &w->value))
			i++;
		else
			drop_visitor(w, i);
	}
	return w->count > 0;
}

/* --- head ----------------------------------------------------------------------------------- */

static bool give_named(struct walk *w, struct yg_slice name, struct yg_slice raw)
{
	w->value.name = name;
	w->value.raw = raw;
	return give(w);
}

static void walk_query(struct walk *w, const struct yg_message *message)
{
	struct yg_slice query = yg_url_from_target(message->method, message->target).query;
	struct yg_slice name, raw;

	w->value = (struct yg_value){ .in = YG_VALUE_IN_QUERY,
				      .type = YG_VALUE_TEXT,
				      .coding = YG_VALUE_PERCENT };
	while (yg_query_next(&query, &name, &raw)) {
		if (!give_named(w, name, raw))
			return;
	}
}

/* "a=b; c=d", of Set-Cookie only the first pair. */
static bool walk_cookies(struct walk *w, struct yg_slice text, bool first_only)
{
	while (text.len > 0) {
		const char *semicolon = memchr(text.ptr, ';', text.len);
		size_t len = semicolon ? (size_t)(semicolon - text.ptr) : text.len;
		struct yg_slice pair = yg_slice_trim((struct yg_slice){ text.ptr, len });
		const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
		size_t name_len = equals ? (size_t)(equals - pair.ptr) : 0;

		text.ptr += len + (semicolon != NULL);
		text.len -= len + (semicolon != NULL);
		if (equals && !give_named(w, (struct yg_slice){ pair.ptr, name_len },
					  (struct yg_slice){ equals + 1, pair.len - name_len - 1 }))
			return false;
		if (first_only)
			break;
	}
	return true;
}

static void walk_headers(struct walk *w, const struct yg_message *message)
{
	for (uint32_t i = 0; i < message->header_count; i++) {
		const struct yg_header *header = &message->headers[i];
		enum yg_header_id id = yg_message_header_id(message, i);
		bool set = id == YG_HEADER_SET_COOKIE, cookie = set || id == YG_HEADER_COOKIE;
		bool more = true;

		w->value =
			(struct yg_value){ .in = cookie ? YG_VALUE_IN_COOKIE : YG_VALUE_IN_HEADER,
					   .type = YG_VALUE_TEXT };
		if (!cookie)
			w->value.traits = (uint8_t)yg_message_header_traits(message, i);
		if (cookie && (w->where & YG_VALUES_COOKIE))
			more = walk_cookies(w, header->value, set);
		else if (!cookie && (w->where & YG_VALUES_HEADER))
			more = give_named(w, header->name, header->value);
		if (!more)
			return;
	}
}

/* --- body ----------------------------------------------------------------------------------- */

static const enum yg_value_type type_of_json[YG_JSON_TYPE_MAX] = {
	[YG_JSON_OBJECT] = YG_VALUE_OBJECT, [YG_JSON_ARRAY] = YG_VALUE_ARRAY,
	[YG_JSON_STRING] = YG_VALUE_STRING, [YG_JSON_NUMBER] = YG_VALUE_NUMBER,
	[YG_JSON_BOOL] = YG_VALUE_BOOL,	    [YG_JSON_NULL] = YG_VALUE_NULL,
};

static bool walk_json(struct walk *w, struct yg_slice text, bool lines)
{
	struct yg_json_walk walk = { .text = text, .lines = lines };
	struct yg_json_node node;

	while (yg_json_walk_next(&walk, &node)) {
		w->value.type = type_of_json[node.type];
		w->value.coding = node.type == YG_JSON_STRING ? YG_VALUE_JSON : YG_VALUE_PLAIN;
		w->value.name = node.name;
		w->value.name_cut = node.name.len == YG_JSON_NAME_MAX;
		w->value.raw = node.value;
		w->value.cut = node.cut;
		w->value.depth = node.depth;
		w->value.levels = w->levels;
		if (node.depth > 0) /* the ones further out came with their own values */
			w->levels[node.depth - 1] = walk.levels[node.depth - 1];
		if (!give(w)) {
			w->walked.open = walk.depth;
			return false;
		}
	}
	if (walk.result != YG_PARSE_DONE) {
		w->walked.cut = true;
		w->walked.open = walk.depth;
	}
	return true;
}

/* "data: ..." of each line; other fields of an event carry no values. */
static void walk_events(struct walk *w, struct yg_slice text)
{
	bool more = true;

	while (more && text.len > 0) {
		const char *feed = memchr(text.ptr, '\n', text.len);
		size_t len = feed ? (size_t)(feed - text.ptr) : text.len;
		struct yg_slice line = { text.ptr, len };

		text.ptr += len + (feed != NULL);
		text.len -= len + (feed != NULL);
		if (line.len < 5 || memcmp(line.ptr, "data:", 5) != 0)
			continue;
		if (line.ptr[line.len - 1] == '\r')
			line.len--;
		line = yg_slice_trim((struct yg_slice){ line.ptr + 5, line.len - 5 });
		/* The end that language models send is no JSON; nor is what a cut left of it. */
		if (line.len == 0 || (line.len <= 6 && memcmp(line.ptr, "[DONE]", line.len) == 0))
			continue;
		if (line.ptr[0] == '{' || line.ptr[0] == '[') {
			more = walk_json(w, line, false);
			continue;
		}
		w->value = (struct yg_value){
			.in = YG_VALUE_IN_BODY, .type = YG_VALUE_TEXT, .raw = line, .cut = !feed
		};
		more = give(w);
	}
}

static struct yg_slice cut_name(struct yg_slice name)
{
	name.len = name.len < YG_JSON_NAME_MAX ? name.len : YG_JSON_NAME_MAX;
	return name;
}

/* The object that the pairs of a form stand in. */
static bool open_form(struct walk *w)
{
	w->value = (struct yg_value){ .in = YG_VALUE_IN_BODY, .type = YG_VALUE_OBJECT };
	if (!give(w))
		return false;
	w->levels[0] = (struct yg_json_level){ 0 };
	w->value.type = YG_VALUE_TEXT;
	w->value.depth = 1;
	w->value.levels = w->levels;
	return true;
}

static void walk_form(struct walk *w, struct yg_slice text, bool cut)
{
	struct yg_slice name, raw;

	if (!open_form(w))
		return;
	w->value.coding = YG_VALUE_PERCENT;
	w->walked.cut = cut;
	w->walked.open = cut;
	while (yg_query_next(&text, &name, &raw)) {
		w->value.cut = cut && text.len == 0;
		if (w->value.cut && !raw.ptr)
			return; /* half a name */
		w->value.name_cut = name.len > YG_JSON_NAME_MAX;
		w->levels[0].name = cut_name(name);
		if (!give_named(w, w->levels[0].name, raw))
			return;
	}
}

/* A part is text, or a file whose content is no value. */
static void walk_multipart(struct walk *w, struct yg_slice text, struct yg_slice type, bool cut)
{
	struct yg_multipart_part part;
	struct yg_multipart walk;

	if (!open_form(w))
		return;
	w->walked.cut = cut;
	if (yg_multipart_begin(type, text, &walk)) {
		while (yg_multipart_next(&walk, &part)) {
			if (!part.name.ptr)
				continue;
			w->value.type = part.filename.ptr ? YG_VALUE_FILE : YG_VALUE_TEXT;
			w->value.cut = part.cut;
			w->value.name_cut = part.name.len > YG_JSON_NAME_MAX;
			w->levels[0].name = cut_name(part.name);
			if (!give_named(w, w->levels[0].name,
					part.filename.ptr ? (struct yg_slice){ NULL, 0 }
							  : part.content))
				return;
		}
	}
	w->walked.cut |= walk.result != YG_PARSE_DONE;
	w->walked.open = w->walked.cut;
}

_Static_assert(YG_XML_DEPTH_MAX <= YG_JSON_DEPTH_MAX, "levels hold every element");

/* Elements are objects, one deeper than in the text: around the root stands "$". */
static void walk_xml(struct walk *w, struct yg_slice text)
{
	struct yg_json_level *levels = w->levels;
	struct yg_xml_walk walk = { .text = text };
	struct yg_xml_node node;

	w->value = (struct yg_value){ .in = YG_VALUE_IN_BODY,
				      .type = YG_VALUE_OBJECT,
				      .levels = levels };
	if (!give(w))
		return;
	while (yg_xml_walk_next(&walk, &node)) {
		struct yg_value *value = &w->value;

		if (node.type == YG_XML_END)
			continue;
		*value = (struct yg_value){ .in = YG_VALUE_IN_BODY,
					    .type = YG_VALUE_TEXT,
					    .coding = YG_VALUE_ENTITY,
					    .raw = node.value,
					    .cut = node.cut,
					    .depth = node.depth,
					    .levels = levels };
		if (node.type == YG_XML_CDATA)
			value->coding = YG_VALUE_PLAIN;
		if (node.type == YG_XML_ELEMENT || node.type == YG_XML_ATTRIBUTE) {
			levels[node.depth] = (struct yg_json_level){
				.name = cut_name(node.name),
				.attribute = node.type == YG_XML_ATTRIBUTE,
			};
			value->depth++;
		}
		if (node.type == YG_XML_ELEMENT) {
			value->type = YG_VALUE_OBJECT;
			value->coding = YG_VALUE_PLAIN;
		} else if (value->depth == 0) {
			continue;
		}
		value->name = levels[value->depth - 1].name;
		value->name_cut = value->name.len == YG_JSON_NAME_MAX;
		if (!give(w))
			return;
	}
	w->walked.cut |= walk.result != YG_PARSE_DONE;
	if (walk.depth > YG_XML_DEPTH_MAX)
		walk.depth = YG_XML_DEPTH_MAX; /* deeper ones were not handed out */
	w->walked.open = w->walked.cut ? walk.depth + 1 : 0;
}

static void walk_text(struct walk *w, const struct yg_body_view *body)
{
	w->value = (struct yg_value){
		.in = YG_VALUE_IN_BODY, .type = YG_VALUE_TEXT, .raw = body->text, .cut = body->cut
	};
	(void)give(w);
}

/* A message of one of PROTOBUF to MSGPACK. Return: false when nobody wants more. */
static bool walk_message(struct walk *w, enum yg_body_kind kind, struct yg_slice binary,
			 uint64_t whole)
{
	struct yg_binary_walk walk;
	struct yg_json_node node;
	bool more = true;

	yg_binary_begin(&walk, kind, binary, whole);
	while (more && yg_binary_next(&walk, &node)) {
		w->value = (struct yg_value){ .in = YG_VALUE_IN_BODY,
					      .type = type_of_json[node.type],
					      .name = node.name,
					      .raw = node.value,
					      .cut = node.cut,
					      .name_cut = node.name.len == YG_JSON_NAME_MAX,
					      .fleeting = true,
					      .depth = node.depth,
					      .levels = walk.levels };
		more = give(w);
	}
	w->value.levels = NULL;
	if (!more || walk.result != YG_PARSE_DONE) {
		w->walked.cut |= more;
		w->walked.open = walk.depth;
	}
	return more;
}

static void walk_frames(struct walk *w, const struct yg_body_view *body)
{
	struct yg_slice rest = body->binary;
	struct yg_rpc_frame frame;
	bool more = w->count > 0;

	while (more && yg_rpc_next(&rest, &frame) == YG_PARSE_DONE) {
		if (frame.packed || frame.last)
			continue;
		w->value = (struct yg_value){ .in = YG_VALUE_IN_BODY };
		more = body->content == YG_BODY_KIND_JSON
			       ? walk_json(w, frame.content, false)
			       : walk_message(w, body->content, frame.content, frame.len);
	}
}

/* Those who go by names see nothing of numbers, nor of messages that no document describes. */
static void drop_named(struct walk *w)
{
	for (uint32_t i = w->count; i > 0; i--) {
		if (w->visitors[i - 1].named)
			drop_visitor(w, i - 1);
	}
}

static void walk_binary(struct walk *w, const struct yg_body_view *body)
{
	if (!body->binary.ptr)
		return;
	if (body->kind == YG_BODY_KIND_PROTOBUF || body->kind == YG_BODY_KIND_RPC)
		drop_named(w);
	if (body->kind == YG_BODY_KIND_RPC)
		walk_frames(w, body);
	else if (w->count > 0)
		(void)walk_message(w, body->kind, body->binary, body->whole);
}

static void walk_body(struct walk *w, const struct yg_body_view *body, struct yg_slice type)
{
	bool here = body->text.ptr || body->binary.ptr;

	w->walked.kind = body->kind;
	w->value = (struct yg_value){ .in = YG_VALUE_IN_BODY };
	w->walked.cut = body->kind != YG_BODY_KIND_NONE && (!here || body->cut);
	if (yg_body_is_binary(body->kind))
		walk_binary(w, body);
	if (!body->text.ptr)
		return;
	switch (body->kind) {
	case YG_BODY_KIND_JSON:
	case YG_BODY_KIND_NDJSON:
		(void)walk_json(w, body->text, body->kind == YG_BODY_KIND_NDJSON);
		break;
	case YG_BODY_KIND_EVENTS:
		walk_events(w, body->text);
		break;
	case YG_BODY_KIND_FORM:
		walk_form(w, body->text, body->cut);
		break;
	case YG_BODY_KIND_MULTIPART:
		walk_multipart(w, body->text, type, body->cut);
		break;
	case YG_BODY_KIND_XML:
		walk_xml(w, body->text);
		break;
	case YG_BODY_KIND_GRAPHQL:
	case YG_BODY_KIND_TEXT:
		walk_text(w, body);
		break;
	default:
		break;
	}
}

struct yg_values_walked yg_values_walk_body(const struct yg_body_view *body, struct yg_slice type,
					    yg_value_fn fn, void *ctx)
{
	struct walk w;

	w.count = w.where = 0;
	w.walked = (struct yg_values_walked){ 0 };
	add_visitor(&w, &(struct yg_visitor){ .fn = fn, .ctx = ctx, .where = YG_VALUES_BODY });
	walk_body(&w, body, type);
	return w.walked;
}

struct yg_values_walked yg_values_walk(const struct yg_exchange *exchange, struct yg_bodies *bodies,
				       enum yg_side side, const struct yg_visitor *visitors,
				       uint32_t count)
{
	const struct yg_message *message =
		side == YG_SIDE_REQUEST ? &exchange->request : &exchange->response;
	struct walk w; /* levels are kilobytes, and written before they are read */

	w.count = w.where = 0;
	w.walked = (struct yg_values_walked){ 0 };
	for (uint32_t i = 0; message->present && i < count; i++)
		add_visitor(&w, &visitors[i]);
	if ((w.where & YG_VALUES_QUERY) && side == YG_SIDE_REQUEST)
		walk_query(&w, message);
	if (w.count > 0 && (w.where & (YG_VALUES_HEADER | YG_VALUES_COOKIE)))
		walk_headers(&w, message);
	if (w.count > 0 && (w.where & YG_VALUES_BODY))
		walk_body(&w,
			  side == YG_SIDE_REQUEST ? yg_bodies_request(bodies)
						  : yg_bodies_response(bodies),
			  yg_message_find(message, YG_HEADER_CONTENT_TYPE));
	return w.walked;
}

struct yg_slice yg_value_name(const struct yg_value *value)
{
	struct yg_slice name = value->name;

	for (uint32_t depth = value->depth; !name.ptr && depth > 1; depth--)
		name = value->levels[depth - 2].name;
	return name;
}

size_t yg_value_path(const struct yg_value *value, char *ret, size_t cap)
{
	bool header = value->in == YG_VALUE_IN_HEADER;
	size_t len;

	if (value->in == YG_VALUE_IN_BODY)
		return yg_json_path(value->levels, value->depth, ret, cap);
	len = value->name.len < cap - 1 ? value->name.len : cap - 1;
	for (size_t i = 0; i < len; i++)
		ret[i] = (char)(header ? yg_ascii_lower(value->name.ptr[i]) : value->name.ptr[i]);
	ret[len] = '\0';
	return len;
}

struct yg_slice yg_value_decode(const struct yg_value *value, char *buffer, size_t cap)
{
	struct yg_slice raw = value->raw;
	ssize_t len;

	if (!raw.len || value->coding == YG_VALUE_PLAIN)
		return raw;
	switch (value->coding) {
	case YG_VALUE_PERCENT:
		if (!memchr(raw.ptr, '%', raw.len) && !memchr(raw.ptr, '+', raw.len))
			return raw;
		return (struct yg_slice){ buffer, yg_escape_percent(raw, buffer, cap) };
	case YG_VALUE_ENTITY:
		if (!memchr(raw.ptr, '&', raw.len))
			return raw;
		return (struct yg_slice){ buffer, yg_escape_entity(raw, buffer, cap) };
	default:
		break;
	}
	if (!memchr(raw.ptr, '\\', raw.len))
		return raw;
	/* Text is never longer than its escapes. */
	raw.len = raw.len < cap ? raw.len : cap;
	len = yg_member_decode(raw, buffer, cap);
	return len < 0 ? raw : (struct yg_slice){ buffer, (size_t)len };
}
