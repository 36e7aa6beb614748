/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/operation.h"

#include "core/macros.h"
#include "parse/graphql.h"
#include "parse/json.h"
#include "parse/jsonrpc.h"
#include "parse/llm.h"
#include "parse/member.h"
#include "parse/multipart.h"
#include "parse/parameter.h"
#include "parse/soap.h"
#include "parse/url.h"

#define ESCAPE_MAX  12u	  /* bytes of the longest escape: a pair of surrogates */
#define PART_HEAD   256u  /* bytes of a multipart body that hold the head of its first part */
#define MESSAGE_MAX 2048u /* bytes of a document in a message of a WebSocket; the rest is cut */
#define HASH_SHOWN  16u	  /* digits of a document's hash that name it */

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

struct yg_slice yg_operation_words(char *ret, size_t cap, struct yg_slice first,
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

/* --- GraphQL -------------------------------------------------------------------------------- */

/* One request in GraphQL's JSON; values as sent. */
struct envelope {
	struct yg_slice query, name;
	struct yg_slice id; /* of a document that the server has: its hash, mostly */
	bool persisted, cut;
};

/* May GraphQL be served there: "/graphql", "/gql"? Two bytes are looked for at once. */
static bool is_graphql_target(struct yg_slice target)
{
	return yg_slice_has(target, YG_SLICE("ql"));
}

/* @inside: of what is opened; servers take what they run from the request itself alone. */
static void take_member(struct envelope *envelope, const struct yg_json_node *node, bool inside)
{
	if (yg_slice_equal(node->name, YG_SLICE("persistedQuery")))
		envelope->persisted = true;
	if (node->type != YG_JSON_STRING)
		return;
	if (inside) {
		if (!node->cut && yg_slice_equal(node->name, YG_SLICE("sha256Hash")))
			envelope->id = node->value;
	} else if (yg_slice_equal(node->name, YG_SLICE("query"))) {
		envelope->query = node->value;
		envelope->cut = node->cut;
	} else if (node->cut) {
		return;
	} else if (yg_slice_equal(node->name, YG_SLICE("operationName"))) {
		envelope->name = node->value;
	} else if (yg_slice_equal(node->name, YG_SLICE("documentId"))) {
		envelope->id = node->value;
		envelope->persisted = true;
	}
}

/* Is what is in this container read? */
static bool is_opened(struct yg_slice name)
{
	return yg_slice_equal(name, YG_SLICE("extensions")) ||
	       yg_slice_equal(name, YG_SLICE("persistedQuery"));
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
			take_member(ret, &node, node.depth > member);
		}
		if (container && node.depth >= member && !is_opened(node.name))
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

/* Return: its words, of @bytes; absent: it is no document. */
static struct yg_slice name_document(struct yg_slice document, struct yg_slice name, bool cut,
				     struct yg_graphql *ret, char *bytes, size_t cap)
{
	enum yg_parse r = yg_graphql_read(document, name, ret);

	if (r == YG_PARSE_BAD || (r == YG_PARSE_MORE && !cut) || ret->type == YG_GRAPHQL_UNKNOWN)
		return (struct yg_slice){ NULL, 0 };
	return yg_operation_words(bytes, cap, yg_slice_from_str(yg_graphql_type_name(ret->type)),
				  ret->name.ptr ? ret->name : ret->root);
}

static bool take_document(struct yg_operation *ret, struct yg_slice document, struct yg_slice name,
			  bool cut)
{
	struct yg_graphql graphql;

	ret->text = name_document(document, name, cut, &graphql, ret->bytes, sizeof(ret->bytes));
	if (!ret->text.ptr)
		return false;
	ret->protocol = YG_PROTOCOL_GRAPHQL;
	ret->depth = graphql.depth;
	ret->fields = graphql.fields;
	ret->aliases = graphql.aliases;
	return true;
}

/* "sha256:ecf4edb46db40b51..." as far as it is shown. */
static struct yg_slice short_id(struct yg_slice id)
{
	const char *colon = id.len > 0 ? memchr(id.ptr, ':', id.len) : NULL;

	if (colon) {
		id.len -= (size_t)(colon + 1 - id.ptr);
		id.ptr = colon + 1;
	}
	if (id.len > HASH_SHOWN)
		id.len = HASH_SHOWN;
	return id;
}

/* The server knows the document by its hash; we know the name alone, or the hash. */
static struct yg_slice name_persisted(const struct envelope *envelope, char *bytes, size_t cap)
{
	struct yg_slice name = envelope->name.len ? envelope->name : short_id(envelope->id);

	if (!envelope->persisted || name.len == 0)
		return (struct yg_slice){ NULL, 0 };
	return yg_operation_words(bytes, cap, YG_SLICE("persisted"), name);
}

static bool take_persisted(struct yg_operation *ret, const struct envelope *envelope)
{
	ret->text = name_persisted(envelope, ret->bytes, sizeof(ret->bytes));
	if (!ret->text.ptr)
		return false;
	ret->persisted = true;
	ret->protocol = YG_PROTOCOL_GRAPHQL;
	return true;
}

struct yg_slice yg_operation_from_graphql(struct yg_slice request, char *ret, size_t cap)
{
	struct yg_graphql graphql;
	struct envelope envelope;
	struct yg_slice document;
	char room[MESSAGE_MAX];

	(void)read_envelope(request, &envelope);
	if (envelope.query.len == 0)
		return name_persisted(&envelope, ret, cap);
	document = unescape(envelope.query, room, sizeof(room), &envelope.cut);
	return name_document(document, envelope.name, envelope.cut, &graphql, ret, cap);
}

static bool read_graphql_json(struct yg_slice target, struct yg_slice text,
			      struct yg_operation *ret)
{
	struct envelope envelope;
	struct yg_slice document;

	/* "query" or "persistedQuery": other JSON is told apart without being walked through. */
	if (!yg_slice_has(text, YG_SLICE("uery\"")) &&
	    !(is_graphql_target(target) && yg_slice_has(text, YG_SLICE("\"documentId\""))))
		return false;
	ret->calls = read_envelope(text, &envelope);
	if (envelope.query.len == 0)
		return take_persisted(ret, &envelope);
	document = unescape(envelope.query, ret->document, sizeof(ret->document), &envelope.cut);
	return take_document(ret, document, envelope.name, envelope.cut);
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

/* query=...&operationName=...; without a document extensions={"persistedQuery":...}. */
static bool read_graphql_pairs(struct yg_slice pairs, struct yg_operation *ret)
{
	struct yg_slice document = yg_query_find(pairs, "query");
	struct yg_slice name = yg_query_find(pairs, "operationName");
	struct envelope envelope = { 0 };
	struct yg_slice extensions;

	if (document.len > 0) {
		document = unpercent(document, ret->document, sizeof(ret->document));
		return take_document(ret, document, name, false);
	}
	extensions = yg_query_find(pairs, "extensions");
	extensions = unpercent(extensions, ret->document, sizeof(ret->document));
	(void)read_envelope(extensions, &envelope);
	envelope.name = name;
	return take_persisted(ret, &envelope);
}

/* GET /graphql?query=... */
static void read_graphql_query(const struct yg_message *request, struct yg_operation *ret)
{
	const char *mark = memchr(request->target.ptr, '?', request->target.len);
	struct yg_slice query;

	if (!mark)
		return;
	query = (struct yg_slice){ mark + 1,
				   request->target.len - (size_t)(mark + 1 - request->target.ptr) };
	if (yg_slice_has(query, YG_SLICE("uery"))) /* "query=" or "persistedQuery" */
		ret->calls = read_graphql_pairs(query, ret);
}

/* A form is GraphQL where GraphQL is served only: people search for "{a}" elsewhere. */
static void read_graphql_form(struct yg_slice target, struct yg_slice text,
			      struct yg_operation *ret)
{
	if (is_graphql_target(target) && yg_slice_has(text, YG_SLICE("query=")))
		ret->calls = read_graphql_pairs(text, ret);
}

/* --- the others ----------------------------------------------------------------------------- */

static bool read_jsonrpc(struct yg_slice text, struct yg_operation *ret)
{
	struct yg_jsonrpc call;

	if (!yg_slice_has(text, YG_SLICE("\"method\"")) ||
	    (!yg_slice_has(text, YG_SLICE("\"jsonrpc\"")) &&
	     !yg_slice_has(text, YG_SLICE("\"params\""))))
		return false;
	if (!yg_jsonrpc_read(text, &call))
		return false;
	ret->protocol = YG_PROTOCOL_JSONRPC;
	ret->calls = call.calls;
	ret->text = yg_operation_words(ret->bytes, sizeof(ret->bytes), call.method, call.tool);
	return true;
}

static void read_soap(const struct yg_message *request, struct yg_slice text,
		      struct yg_operation *ret)
{
	struct yg_slice name = yg_soap_operation(text);
	struct yg_slice action = yg_message_find(request, YG_HEADER_SOAPACTION);

	if (!action.ptr)
		action = yg_parameter_find(yg_message_find(request, YG_HEADER_CONTENT_TYPE),
					   "action");
	if (!name.ptr && action.ptr)
		name = yg_soap_action_name(action);
	if (!name.ptr || name.len == 0)
		return;
	ret->calls = 1;
	ret->text = yg_operation_words(ret->bytes, sizeof(ret->bytes), name,
				       (struct yg_slice){ NULL, 0 });
}

/* Files beside a GraphQL request, or a SOAP envelope with its attachments. */
static void read_parts(const struct yg_message *request, struct yg_slice text,
		       struct yg_operation *ret)
{
	struct yg_slice type = yg_message_find(request, YG_HEADER_CONTENT_TYPE);
	struct yg_multipart_part part;
	struct yg_multipart walk;
	struct yg_slice start = { text.ptr, text.len < PART_HEAD ? text.len : PART_HEAD };

	/* Both stand first: RFC 2387 section 3.2 by default, the other by its specification. */
	if (!yg_slice_has(start, YG_SLICE("\"operations\"")) &&
	    !yg_slice_has(type, YG_SLICE("/related")))
		return;
	if (!yg_multipart_begin(type, text, &walk) || !yg_multipart_next(&walk, &part))
		return;
	if (yg_slice_equal(part.name, YG_SLICE("operations")))
		(void)read_graphql_json(request->target, part.content, ret);
	else if (!part.name.ptr)
		read_soap(request, part.content, ret);
}

static void read_llm(const struct yg_exchange *exchange, struct yg_slice text,
		     struct yg_operation *ret)
{
	struct yg_slice target = exchange->request.target, type, model;
	enum yg_body_kind kind;
	struct yg_llm llm;

	if (!yg_llm_is_target(target))
		return;
	if (yg_llm_read(text, &llm))
		model = llm.model;
	else if (llm.prompted)
		model = unpercent(yg_llm_model_of_target(target), ret->document,
				  sizeof(ret->document));
	else
		return;
	if (model.len == 0)
		return;
	ret->model = yg_operation_words(ret->model_bytes, sizeof(ret->model_bytes), model,
					(struct yg_slice){ NULL, 0 });
	type = yg_message_find(&exchange->response, YG_HEADER_CONTENT_TYPE);
	kind = type.ptr ? yg_body_kind_of(type, YG_SLICE("")) : YG_BODY_KIND_NONE;
	ret->stream = kind == YG_BODY_KIND_EVENTS || kind == YG_BODY_KIND_NDJSON ||
		      yg_slice_has(type, YG_SLICE("eventstream"));
}

/* "application/connect+proto", or "+json", which is framed, too. */
static bool is_connect(const struct yg_message *request)
{
	const struct yg_slice media = YG_SLICE("application/connect+");
	struct yg_slice type = yg_message_find(request, YG_HEADER_CONTENT_TYPE);

	return type.len > media.len &&
	       yg_slice_equal_nocase((struct yg_slice){ type.ptr, media.len }, media);
}

static void read_body(struct yg_bodies *bodies, const struct yg_exchange *exchange,
		      struct yg_operation *ret)
{
	const struct yg_body_view *body = yg_bodies_request(bodies);
	const struct yg_message *request = &exchange->request;

	if (yg_body_is_binary(body->kind))
		ret->connect = is_connect(request);
	if (body->text.len == 0)
		return;
	switch (body->kind) {
	case YG_BODY_KIND_JSON:
		if (!read_jsonrpc(body->text, ret) &&
		    !read_graphql_json(request->target, body->text, ret))
			read_llm(exchange, body->text, ret);
		break;
	case YG_BODY_KIND_GRAPHQL:
		ret->calls =
			take_document(ret, body->text, (struct yg_slice){ NULL, 0 }, body->cut);
		break;
	case YG_BODY_KIND_XML:
		read_soap(request, body->text, ret);
		break;
	case YG_BODY_KIND_FORM:
		read_graphql_form(request->target, body->text, ret);
		break;
	case YG_BODY_KIND_MULTIPART:
		read_parts(request, body->text, ret);
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
	ret->stream = ret->persisted = ret->connect = false;
	ret->calls = ret->depth = ret->fields = ret->aliases = 0;
	if (!request->present || request->refused || !request->target.ptr)
		return;
	if (request->body.len > 0)
		read_body(bodies, exchange, ret);
	else
		read_graphql_query(request, ret);
}
