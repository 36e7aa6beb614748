/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/operation.h"

#include "core/macros.h"
#include "parse/graphql.h"
#include "parse/json.h"
#include "parse/jsonrpc.h"
#include "parse/llm.h"
#include "parse/member.h"
#include "parse/soap.h"
#include "parse/url.h"

#define ESCAPE_MAX 12u /* bytes of the longest escape: a pair of surrogates */

/* --- text ----------------------------------------------------------------------------------- */

static bool is_mark(char c)
{
	return c == '_' || c == '.' || c == '/' || c == ':' || c == '$' || c == '@' || c == '-';
}

/* Names reach screens and keys: letters, digits and what names are made of. */
static bool is_plain(struct yg_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], low = (char)(c | 0x20);

		if ((low < 'a' || low > 'z') && (c < '0' || c > '9') && !is_mark(c))
			return false;
	}
	return true;
}

/* "@first @second" into @ret; the second may be absent. A part that is odd or too long is "*". */
static struct yg_slice write_words(char *ret, size_t cap, struct yg_slice first,
				   struct yg_slice second)
{
	size_t len;

	if (!is_plain(first) || first.len > cap / 2)
		first = YG_SLICE("*");
	if (!is_plain(second) || second.len >= cap - first.len)
		second = YG_SLICE("*");
	memcpy(ret, first.ptr, first.len);
	len = first.len;
	if (second.len > 0) {
		ret[len++] = ' ';
		memcpy(ret + len, second.ptr, second.len);
		len += second.len;
	}
	return (struct yg_slice){ ret, len };
}

static bool has_text(struct yg_slice text, struct yg_slice part)
{
	return text.len > 0 && memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

/* --- GraphQL -------------------------------------------------------------------------------- */

/* One request in GraphQL's JSON; values as sent. */
struct envelope {
	struct yg_slice query, name;
	bool persisted, cut;
};

static void take_member(struct envelope *envelope, const struct yg_json_node *node)
{
	if (yg_slice_equal(node->name, YG_SLICE("persistedQuery")))
		envelope->persisted = true;
	if (node->type != YG_JSON_STRING)
		return;
	if (yg_slice_equal(node->name, YG_SLICE("query"))) {
		envelope->query = node->value;
		envelope->cut = node->cut;
	} else if (yg_slice_equal(node->name, YG_SLICE("operationName")) && !node->cut) {
		envelope->name = node->value;
	}
}

/* The first request of a JSON text that is one or a batch. Return: requests. */
static uint32_t read_envelope(struct yg_slice text, struct envelope *ret)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_json_node node;
	uint32_t requests = 1;
	bool batch = false;

	*ret = (struct envelope){ 0 };
	while (yg_json_walk_next(&walk, &node)) {
		bool container = node.type == YG_JSON_OBJECT || node.type == YG_JSON_ARRAY;
		uint32_t member = batch ? 2 : 1;

		if (node.depth == 0) {
			batch = node.type == YG_JSON_ARRAY;
			requests = !batch;
		} else if (node.depth < member) {
			requests++;
		} else if (requests == 1) {
			take_member(ret, &node);
		}
		if (container && node.depth >= member &&
		    !yg_slice_equal(node.name, YG_SLICE("extensions")))
			yg_json_walk_leave(&walk);
	}
	return requests;
}

/* The document without its escapes; what does not fit is cut off. */
static struct yg_slice unescape(struct yg_slice text, char *ret, size_t cap, bool *cut)
{
	ssize_t len;

	if (text.len > cap) {
		const char *back;

		*cut = true;
		text.len = cap;
		back = memchr(text.ptr + text.len - ESCAPE_MAX, '\\', ESCAPE_MAX);
		while (back && back > text.ptr && back[-1] == '\\')
			back--;
		if (back)
			text.len = (size_t)(back - text.ptr);
	}
	if (text.len == 0 || !memchr(text.ptr, '\\', text.len))
		return text;
	len = yg_member_decode(text, ret, cap);
	return (struct yg_slice){ ret, len < 0 ? 0 : (size_t)len };
}

static bool take_document(struct yg_operation *ret, struct yg_slice document, struct yg_slice name,
			  bool cut)
{
	struct yg_graphql graphql;
	enum yg_parse r = yg_graphql_read(document, name, &graphql);
	struct yg_slice word;

	if (r == YG_PARSE_BAD || (r == YG_PARSE_MORE && !cut) || graphql.type == YG_GRAPHQL_UNKNOWN)
		return false;
	word = graphql.name.ptr ? graphql.name : graphql.root;
	ret->protocol = YG_PROTOCOL_GRAPHQL;
	ret->depth = graphql.depth;
	ret->fields = graphql.fields;
	ret->aliases = graphql.aliases;
	ret->text = write_words(ret->bytes, sizeof(ret->bytes),
				yg_slice_from_str(yg_graphql_type_name(graphql.type)), word);
	return true;
}

static bool read_graphql_json(struct yg_slice text, struct yg_operation *ret)
{
	struct envelope envelope;
	uint32_t requests;
	struct yg_slice document;

	/* Other JSON is told apart without being walked through. */
	if (!has_text(text, YG_SLICE("\"query\"")) &&
	    !has_text(text, YG_SLICE("\"persistedQuery\"")))
		return false;
	requests = read_envelope(text, &envelope);
	ret->calls = requests;
	if (envelope.query.len > 0) {
		document = unescape(envelope.query, ret->document, sizeof(ret->document),
				    &envelope.cut);
		return take_document(ret, document, envelope.name, envelope.cut);
	}
	if (!envelope.persisted || envelope.name.len == 0)
		return false;
	/* The server knows the document by its hash; we know the name alone. */
	ret->protocol = YG_PROTOCOL_GRAPHQL;
	ret->text =
		write_words(ret->bytes, sizeof(ret->bytes), YG_SLICE("persisted"), envelope.name);
	return true;
}

static int hex_of(char c)
{
	c = yg_ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-encoding and '+' undone, as far as it fits. */
static struct yg_slice unpercent(struct yg_slice text, char *ret, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < cap; i++) {
		char c = text.ptr[i];
		int high = -1, low = -1;

		if (c == '%' && text.len - i > 2) {
			high = hex_of(text.ptr[i + 1]);
			low = hex_of(text.ptr[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		ret[len++] = c;
	}
	return (struct yg_slice){ ret, len };
}

/* GET /graphql?query=...&operationName=... */
static void read_graphql_query(const struct yg_message *request, struct yg_operation *ret)
{
	const char *mark = memchr(request->target.ptr, '?', request->target.len);
	struct yg_slice query, document, name;

	if (!mark || !has_text(request->target, YG_SLICE("query=")))
		return;
	query = (struct yg_slice){ mark + 1,
				   request->target.len - (size_t)(mark + 1 - request->target.ptr) };
	document = yg_query_find(query, "query");
	name = yg_query_find(query, "operationName");
	document = unpercent(document, ret->document, sizeof(ret->document));
	if (document.len > 0 && take_document(ret, document, name, false))
		ret->calls = 1;
}

/* --- the others ----------------------------------------------------------------------------- */

static bool read_jsonrpc(struct yg_slice text, struct yg_operation *ret)
{
	struct yg_jsonrpc call;

	if (!has_text(text, YG_SLICE("\"jsonrpc\"")) || !yg_jsonrpc_read(text, &call))
		return false;
	ret->protocol = YG_PROTOCOL_JSONRPC;
	ret->calls = call.calls;
	ret->text = write_words(ret->bytes, sizeof(ret->bytes), call.method, call.tool);
	return true;
}

static void read_soap(const struct yg_message *request, struct yg_slice text,
		      struct yg_operation *ret)
{
	struct yg_slice name = yg_soap_operation(text);
	struct yg_slice action = yg_message_find(request, YG_HEADER_SOAPACTION);

	if (!name.ptr && action.ptr)
		name = yg_soap_action_name(action);
	if (!name.ptr || name.len == 0)
		return;
	ret->calls = 1;
	ret->text = write_words(ret->bytes, sizeof(ret->bytes), name, (struct yg_slice){ NULL, 0 });
}

static void read_llm(const struct yg_exchange *exchange, struct yg_slice text,
		     struct yg_operation *ret)
{
	struct yg_slice type;
	struct yg_llm llm;

	if (!yg_llm_is_target(exchange->request.target) || !yg_llm_read(text, &llm))
		return;
	ret->model = write_words(ret->model_bytes, sizeof(ret->model_bytes), llm.model,
				 (struct yg_slice){ NULL, 0 });
	type = yg_message_find(&exchange->response, YG_HEADER_CONTENT_TYPE);
	ret->stream = llm.stream && type.ptr &&
		      yg_body_kind_of(type, YG_SLICE("")) == YG_BODY_KIND_EVENTS;
}

static void read_body(struct yg_bodies *bodies, const struct yg_exchange *exchange,
		      struct yg_operation *ret)
{
	const struct yg_body_view *body = yg_bodies_request(bodies);

	if (body->text.len == 0)
		return;
	switch (body->kind) {
	case YG_BODY_KIND_JSON:
		if (!read_jsonrpc(body->text, ret) && !read_graphql_json(body->text, ret))
			read_llm(exchange, body->text, ret);
		break;
	case YG_BODY_KIND_GRAPHQL:
		ret->calls =
			take_document(ret, body->text, (struct yg_slice){ NULL, 0 }, body->cut);
		break;
	case YG_BODY_KIND_XML:
		read_soap(&exchange->request, body->text, ret);
		break;
	default:
		break;
	}
	if (!ret->text.ptr)
		ret->calls = 0;
}

void yg_operation_from_exchange(struct yg_bodies *bodies, const struct yg_exchange *exchange,
				struct yg_operation *ret)
{
	const struct yg_message *request = &exchange->request;

	ret->text = ret->model = (struct yg_slice){ NULL, 0 };
	ret->protocol = exchange->protocol;
	ret->stream = false;
	ret->calls = ret->depth = ret->fields = ret->aliases = 0;
	if (!request->present || request->refused || !request->target.ptr)
		return;
	if (request->body.len > 0)
		read_body(bodies, exchange, ret);
	else
		read_graphql_query(request, ret);
}
