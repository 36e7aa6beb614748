/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/outcome.h"

#include "core/macros.h"
#include "parse/json.h"
#include "parse/soap.h"

#define FRAME_HEAD   5u	  /* bytes: flags, length */
#define FRAME_PACKED 0x1u /* flags of Connect */
#define FRAME_LAST   0x2u
#define WALKS_MAX    1024u	 /* lines of an answer that are read; each costs a fixed sum */
#define TOKENS_MAX   1000000000u /* of one answer; more is no count of tokens */

/* What is known of an answer so far. */
struct answer {
	uint8_t protocol; /* of the operation */
	bool model, connect;
	bool error;
	bool good;	      /* it gives something */
	bool empty;	      /* JSON-RPC: a result that is null */
	uint32_t results;     /* JSON-RPC: others, in a batch */
	uint32_t tool_errors; /* MCP: of these */
	bool ran;	      /* GraphQL: a field has come to something, or to null */
	bool dataless;
	struct yg_slice code;
	bool metered;
	uint64_t tokens_in, tokens_out;
};

const char *yg_outcome_name(enum yg_outcome_kind kind)
{
	static const char *const names[YG_OUTCOME_MAX] = {
		[YG_OUTCOME_NONE] = "none",
		[YG_OUTCOME_OK] = "ok",
		[YG_OUTCOME_PARTIAL] = "partial",
		[YG_OUTCOME_UNAUTHENTICATED] = "unauthenticated",
		[YG_OUTCOME_FORBIDDEN] = "forbidden",
		[YG_OUTCOME_MISSING] = "missing",
		[YG_OUTCOME_INVALID] = "invalid",
		[YG_OUTCOME_LIMITED] = "limited",
		[YG_OUTCOME_REFUSED] = "refused",
		[YG_OUTCOME_FAILED] = "failed",
	};

	return names[kind];
}

/* --- codes ---------------------------------------------------------------------------------- */

static void set_code(struct yg_outcome *ret, struct yg_slice code)
{
	if (code.len == 0 || code.len > sizeof(ret->bytes))
		return;
	for (size_t i = 0; i < code.len; i++) {
		char c = code.ptr[i], low = (char)(c | 0x20);

		if ((low < 'a' || low > 'z') && (c < '0' || c > '9') && !strchr("_-.", c))
			return;
	}
	memcpy(ret->bytes, code.ptr, code.len);
	ret->code = (struct yg_slice){ ret->bytes, code.len };
}

static void set_grpc(struct yg_outcome *ret, int32_t status)
{
	static const struct {
		const char *name;
		enum yg_outcome_kind kind;
	} rows[] = {
		{ "OK", YG_OUTCOME_OK },
		{ "CANCELLED", YG_OUTCOME_FAILED },
		{ "UNKNOWN", YG_OUTCOME_FAILED },
		{ "INVALID_ARGUMENT", YG_OUTCOME_INVALID },
		{ "DEADLINE_EXCEEDED", YG_OUTCOME_FAILED },
		{ "NOT_FOUND", YG_OUTCOME_MISSING },
		{ "ALREADY_EXISTS", YG_OUTCOME_REFUSED },
		{ "PERMISSION_DENIED", YG_OUTCOME_FORBIDDEN },
		{ "RESOURCE_EXHAUSTED", YG_OUTCOME_LIMITED },
		{ "FAILED_PRECONDITION", YG_OUTCOME_REFUSED },
		{ "ABORTED", YG_OUTCOME_FAILED },
		{ "OUT_OF_RANGE", YG_OUTCOME_INVALID },
		{ "UNIMPLEMENTED", YG_OUTCOME_MISSING },
		{ "INTERNAL", YG_OUTCOME_FAILED },
		{ "UNAVAILABLE", YG_OUTCOME_FAILED },
		{ "DATA_LOSS", YG_OUTCOME_FAILED },
		{ "UNAUTHENTICATED", YG_OUTCOME_UNAUTHENTICATED },
	};

	if (status < 0)
		return;
	ret->kind = YG_OUTCOME_FAILED;
	if ((size_t)status < YG_ARRAY_SIZE(rows)) {
		ret->kind = (uint8_t)rows[status].kind;
		set_code(ret, yg_slice_from_str(rows[status].name));
	}
}

/* A number of JSON-RPC; services also use those of HTTP. */
static enum yg_outcome_kind kind_of_number(struct yg_slice code)
{
	static const struct {
		struct yg_slice code;
		enum yg_outcome_kind kind;
	} rows[] = {
		{ { "-32601", 6 }, YG_OUTCOME_MISSING },
		{ { "-32600", 6 }, YG_OUTCOME_INVALID },
		{ { "-32602", 6 }, YG_OUTCOME_INVALID },
		{ { "-32700", 6 }, YG_OUTCOME_INVALID },
		{ { "-32603", 6 }, YG_OUTCOME_FAILED },
		{ { "400", 3 }, YG_OUTCOME_INVALID },
		{ { "401", 3 }, YG_OUTCOME_UNAUTHENTICATED },
		{ { "403", 3 }, YG_OUTCOME_FORBIDDEN },
		{ { "404", 3 }, YG_OUTCOME_MISSING },
		{ { "429", 3 }, YG_OUTCOME_LIMITED },
		{ { "500", 3 }, YG_OUTCOME_FAILED },
		{ { "503", 3 }, YG_OUTCOME_FAILED },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (yg_slice_equal(code, rows[i].code))
			return rows[i].kind;
	}
	return YG_OUTCOME_REFUSED;
}

static bool has_word(struct yg_slice text, struct yg_slice word)
{
	for (size_t i = 0; i + word.len <= text.len; i++) {
		if (yg_slice_equal_nocase((struct yg_slice){ text.ptr + i, word.len }, word))
			return true;
	}
	return false;
}

/* A word of GraphQL, Connect, SOAP or a language model's API; the first row that is in it. */
static enum yg_outcome_kind kind_of_word(struct yg_slice code)
{
	static const struct {
		struct yg_slice word;
		enum yg_outcome_kind kind;
	} rows[] = {
		{ { "PERSISTED", 9 }, YG_OUTCOME_FAILED }, /* not known by its hash: sent anew */
		{ { "UNAUTH", 6 }, YG_OUTCOME_UNAUTHENTICATED },
		{ { "AUTHENTICATION", 14 }, YG_OUTCOME_UNAUTHENTICATED },
		{ { "JWT", 3 }, YG_OUTCOME_UNAUTHENTICATED },
		{ { "FORBIDDEN", 9 }, YG_OUTCOME_FORBIDDEN },
		{ { "DENIED", 6 }, YG_OUTCOME_FORBIDDEN },
		{ { "PERMISSION", 10 }, YG_OUTCOME_FORBIDDEN },
		{ { "NOT_FOUND", 9 }, YG_OUTCOME_MISSING },
		{ { "NOTFOUND", 8 }, YG_OUTCOME_MISSING },
		{ { "UNIMPLEMENTED", 13 }, YG_OUTCOME_MISSING },
		{ { "LIMIT", 5 }, YG_OUTCOME_LIMITED },
		{ { "EXHAUSTED", 9 }, YG_OUTCOME_LIMITED },
		{ { "QUOTA", 5 }, YG_OUTCOME_LIMITED },
		{ { "INVALID", 7 }, YG_OUTCOME_INVALID },
		{ { "BAD_", 4 }, YG_OUTCOME_INVALID },
		{ { "VALIDATION", 10 }, YG_OUTCOME_INVALID },
		{ { "PARSE", 5 }, YG_OUTCOME_INVALID },
		{ { "INTERNAL", 8 }, YG_OUTCOME_FAILED },
		{ { "SERVER", 6 }, YG_OUTCOME_FAILED },
		{ { "RECEIVER", 8 }, YG_OUTCOME_FAILED },
		{ { "UNAVAILABLE", 11 }, YG_OUTCOME_FAILED },
		{ { "OVERLOADED", 10 }, YG_OUTCOME_FAILED },
	};

	if (code.len > YG_OUTCOME_CODE_CAP)
		return YG_OUTCOME_REFUSED;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (has_word(code, rows[i].word))
			return rows[i].kind;
	}
	return YG_OUTCOME_REFUSED;
}

enum yg_outcome_kind yg_outcome_from_code(struct yg_slice code)
{
	bool number =
		code.len > 0 && (code.ptr[0] == '-' || (code.ptr[0] >= '0' && code.ptr[0] <= '9'));

	return number ? kind_of_number(code) : kind_of_word(code);
}

/* --- JSON ----------------------------------------------------------------------------------- */

static bool is_container(const struct yg_json_node *node)
{
	return node->type == YG_JSON_OBJECT || node->type == YG_JSON_ARRAY;
}

static void add_tokens(uint64_t *tokens, struct answer *answer, struct yg_slice number)
{
	uint64_t value = 0;

	for (size_t i = 0; i < number.len; i++) {
		if (number.ptr[i] < '0' || number.ptr[i] > '9' || value > TOKENS_MAX)
			return;
		value = value * 10 + (uint64_t)(number.ptr[i] - '0');
	}
	if (number.len == 0 || value > TOKENS_MAX)
		return;
	/* A stream tells what it has come to so far. */
	if (value > *tokens)
		*tokens = value;
	answer->metered = true;
}

static void take_tokens(struct answer *answer, const struct yg_json_node *node)
{
	static const struct yg_slice in[] = {
		YG_SLICE("prompt_tokens"),     YG_SLICE("input_tokens"),
		YG_SLICE("inputTokens"),       YG_SLICE("promptTokenCount"),
		YG_SLICE("prompt_eval_count"),
	};
	static const struct yg_slice out[] = {
		YG_SLICE("completion_tokens"), YG_SLICE("output_tokens"),
		YG_SLICE("outputTokens"),      YG_SLICE("candidatesTokenCount"),
		YG_SLICE("eval_count"),
	};

	if (node->type != YG_JSON_NUMBER)
		return;
	for (size_t i = 0; i < YG_ARRAY_SIZE(in); i++) {
		if (yg_slice_equal(node->name, in[i]))
			add_tokens(&answer->tokens_in, answer, node->value);
		else if (yg_slice_equal(node->name, out[i]))
			add_tokens(&answer->tokens_out, answer, node->value);
	}
}

static void take_code(struct answer *answer, const struct yg_json_node *node, struct yg_slice name)
{
	if (!answer->code.ptr && !node->cut && yg_slice_equal(node->name, name) &&
	    (node->type == YG_JSON_STRING || node->type == YG_JSON_NUMBER))
		answer->code = node->value;
}

/* errors[*].extensions.code; data.* @level: 1 for a member of the answer. */
static bool take_graphql(struct answer *answer, struct yg_slice top, uint32_t level,
			 const struct yg_json_node *node)
{
	if (yg_slice_equal(top, YG_SLICE("data"))) {
		answer->ran |= level == 2;
		answer->good |= level == 2 && node->type != YG_JSON_NULL;
		return level == 1;
	}
	if (!yg_slice_equal(top, YG_SLICE("errors")))
		return false;
	answer->error |= level == 2;
	if (level == 4)
		take_code(answer, node, YG_SLICE("code"));
	return level < 3 || (level == 3 && yg_slice_equal(node->name, YG_SLICE("extensions")));
}

static bool take_rpc(struct answer *answer, struct yg_slice top, uint32_t level,
		     const struct yg_json_node *node)
{
	if (yg_slice_equal(top, YG_SLICE("error"))) {
		answer->error |= node->type != YG_JSON_NULL; /* version 1 has both */
		if (level == 2)
			take_code(answer, node, YG_SLICE("code"));
		return level == 1;
	}
	if (!yg_slice_equal(top, YG_SLICE("result")))
		return false;
	/* Version 1 has null beside an error. */
	answer->results += level == 1 && node->type != YG_JSON_NULL;
	answer->empty |= level == 1 && node->type == YG_JSON_NULL;
	answer->tool_errors += level == 2 && yg_slice_equal(node->name, YG_SLICE("isError")) &&
			       yg_slice_equal(node->value, YG_SLICE("true"));
	return level == 1;
}

static bool take_model(struct answer *answer, struct yg_slice top, uint32_t level,
		       const struct yg_json_node *node)
{
	if (yg_slice_equal(top, YG_SLICE("error"))) {
		answer->error |= node->type != YG_JSON_NULL;
		if (level == 2)
			take_code(answer, node, YG_SLICE("type"));
		return level == 1;
	}
	take_tokens(answer, node);
	if (level == 1)
		return yg_slice_equal(top, YG_SLICE("usage")) ||
		       yg_slice_equal(top, YG_SLICE("usageMetadata")) ||
		       yg_slice_equal(top, YG_SLICE("message")) ||
		       yg_slice_equal(top, YG_SLICE("response"));
	return level == 2 && yg_slice_equal(node->name, YG_SLICE("usage"));
}

/* Return: is what is in this container read? */
static bool take_node(struct answer *answer, struct yg_slice top, uint32_t level,
		      const struct yg_json_node *node)
{
	if (answer->protocol == YG_PROTOCOL_GRAPHQL)
		return take_graphql(answer, top, level, node);
	if (answer->model)
		return take_model(answer, top, level, node);
	return take_rpc(answer, top, level, node);
}

/* One answer or a batch. */
static void read_json(struct answer *answer, struct yg_slice text)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_json_node node;
	uint32_t base = 0;

	while (yg_json_walk_next(&walk, &node)) {
		uint32_t level = node.depth - base;
		struct yg_slice top;

		if (node.depth == 0)
			base = node.type == YG_JSON_ARRAY;
		if (node.depth <= base)
			continue;
		top = level == 1 ? node.name : walk.levels[base].name;
		if (!take_node(answer, top, level, &node) && is_container(&node))
			yg_json_walk_leave(&walk);
	}
}

/* Lines of JSON, or events whose data is JSON. Most pieces of a stream say nothing of it all. */
static void read_lines(struct answer *answer, struct yg_slice text)
{
	const struct yg_slice data = YG_SLICE("data:");
	bool model = answer->model;
	uint32_t walks = 0;

	while (text.len > 0 && walks < WALKS_MAX) {
		const char *end = memchr(text.ptr, '\n', text.len);
		struct yg_slice line = { text.ptr, end ? (size_t)(end - text.ptr) : text.len };
		size_t used = line.len + (end != NULL);

		text = (struct yg_slice){ text.ptr + used, text.len - used };
		if (line.len > data.len && memcmp(line.ptr, data.ptr, data.len) == 0)
			line = yg_slice_trim(
				(struct yg_slice){ line.ptr + data.len, line.len - data.len });
		if (line.len == 0 || (line.ptr[0] != '{' && line.ptr[0] != '['))
			continue;
		if (model && !yg_slice_has(line, YG_SLICE("\"usage")) &&
		    !yg_slice_has(line, YG_SLICE("eval_count")) &&
		    !yg_slice_has(line, YG_SLICE("\"error\"")))
			continue;
		read_json(answer, line);
		walks++;
	}
}

/* --- the others ----------------------------------------------------------------------------- */

/* "s:Client" of <faultcode>s:Client</faultcode>, or of <Code><Value>. */
static struct yg_slice fault_code(struct yg_slice text)
{
	static const struct yg_slice tags[] = { YG_SLICE("faultcode>"), YG_SLICE("Value>") };
	struct yg_slice code = { NULL, 0 };

	for (size_t i = 0; i < YG_ARRAY_SIZE(tags) && !code.ptr; i++) {
		const char *at = memmem(text.ptr, text.len, tags[i].ptr, tags[i].len), *end;

		if (!at)
			continue;
		at += tags[i].len;
		end = memchr(at, '<', text.len - (size_t)(at - text.ptr));
		if (end)
			code = yg_slice_trim((struct yg_slice){ at, (size_t)(end - at) });
	}
	return yg_soap_action_name(code);
}

static void read_soap(struct answer *answer, struct yg_slice text)
{
	struct yg_slice name = yg_soap_operation(text);

	answer->error = yg_slice_equal(name, YG_SLICE("Fault"));
	answer->good = name.ptr && !answer->error;
	if (answer->error)
		answer->code = fault_code(text);
}

/* Connect's streams: frames as in gRPC, the last one of JSON. */
static void read_connect(struct answer *answer, struct yg_slice body)
{
	const uint8_t *p = (const uint8_t *)body.ptr;
	size_t left = body.len;

	while (left >= FRAME_HEAD) {
		size_t len = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
		uint8_t flags = p[0];

		p += FRAME_HEAD;
		left -= FRAME_HEAD;
		if (len > left)
			return;
		if (flags & FRAME_LAST) {
			if (flags & FRAME_PACKED)
				return;
			read_json(answer, (struct yg_slice){ (const char *)p, len });
			answer->good = true;
			return;
		}
		p += len;
		left -= len;
	}
}

static void read_body(struct yg_bodies *bodies, const struct yg_exchange *exchange,
		      struct answer *answer)
{
	const struct yg_body_view *view;

	if (answer->connect) {
		read_connect(answer, exchange->response.body);
		return;
	}
	view = yg_bodies_response(bodies);
	if (view->kind == YG_BODY_KIND_JSON)
		read_json(answer, view->text);
	else if (view->kind == YG_BODY_KIND_EVENTS || view->kind == YG_BODY_KIND_NDJSON)
		read_lines(answer, view->text);
	else if (view->kind == YG_BODY_KIND_XML && view->text.ptr)
		read_soap(answer, view->text);
	answer->dataless = !answer->ran && (view->text.ptr || yg_body_is_binary(view->kind) ||
					    exchange->response.body_bytes == 0);
	/* Errors may stand behind data, in what was not kept. */
	if (view->kind == YG_BODY_KIND_JSON && view->cut && !answer->error &&
	    answer->protocol == YG_PROTOCOL_GRAPHQL)
		answer->good = false;
}

static enum yg_outcome_kind conclude(const struct answer *answer)
{
	bool good = answer->good || answer->results > answer->tool_errors;

	if (answer->error || answer->tool_errors > 0) {
		if (good && !answer->connect)
			return YG_OUTCOME_PARTIAL;
		return answer->error ? yg_outcome_from_code(answer->code) : YG_OUTCOME_REFUSED;
	}
	return good || answer->empty ? YG_OUTCOME_OK : YG_OUTCOME_NONE;
}

void yg_outcome_read(struct yg_bodies *bodies, const struct yg_exchange *exchange,
		     const struct yg_operation *operation, struct yg_outcome *ret)
{
	struct answer answer = {
		.protocol = operation->protocol,
		.model = operation->model.ptr != NULL,
		.connect = operation->connect,
	};

	ret->kind = YG_OUTCOME_NONE;
	ret->dataless = ret->metered = false;
	ret->tokens_in = ret->tokens_out = 0;
	ret->code = (struct yg_slice){ NULL, 0 };
	if (!exchange->response.present || exchange->open)
		return;
	if (exchange->protocol == YG_PROTOCOL_GRPC) {
		set_grpc(ret, exchange->grpc_status);
		return;
	}
	if (!operation->text.ptr && !operation->model.ptr && !operation->connect)
		return;
	read_body(bodies, exchange, &answer);
	ret->kind = (uint8_t)conclude(&answer);
	set_code(ret, answer.tool_errors ? YG_SLICE("isError") : answer.code);
	ret->dataless = answer.dataless;
	ret->metered = answer.metered;
	ret->tokens_in = answer.tokens_in;
	ret->tokens_out = answer.tokens_out;
}

enum yg_outcome_kind yg_outcome_from_graphql(struct yg_slice answer, bool cut)
{
	struct answer read = { .protocol = YG_PROTOCOL_GRAPHQL };

	read_json(&read, answer);
	if (cut && !read.error)
		return YG_OUTCOME_NONE;
	return conclude(&read);
}
