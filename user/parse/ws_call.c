/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws_call.h"

#include <string.h>

#include "core/hash.h"
#include "core/macros.h"
#include "parse/json.h"
#include "parse/jsonrpc.h"
#include "parse/member.h"
#include "parse/operation.h"
#include "parse/outcome.h"

#define CONNECT YG_SLICE("connect")

const char *yg_ws_tongue_name(enum yg_ws_tongue tongue)
{
	static const char *const names[YG_WS_TONGUE_MAX] = {
		[YG_WS_TONGUE_NONE] = "none",	    [YG_WS_TONGUE_GRAPHQL] = "graphql",
		[YG_WS_TONGUE_JSONRPC] = "jsonrpc", [YG_WS_TONGUE_SOCKETIO] = "socketio",
		[YG_WS_TONGUE_STOMP] = "stomp",	    [YG_WS_TONGUE_SIGNALR] = "signalr",
		[YG_WS_TONGUE_JSON] = "json",
	};

	return names[tongue];
}

/* --- acts ---------------------------------------------------------------------------------- */

/* As it is; it fits. */
static void set_literal(struct yg_ws_call *ret, struct yg_slice name)
{
	memcpy(ret->bytes, name.ptr, name.len);
	ret->name = (struct yg_slice){ ret->bytes, name.len };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/*
 * Asks and answers meet by it in a table of one WebSocket that is searched from end to end: who
 * makes two of his ids meet has his own answers told of the wrong one.
 */
static uint64_t id_of(enum yg_ws_tongue tongue, struct yg_slice text)
{
	uint64_t hash = yg_hash_quick(text.ptr, text.len);

	return text.len ? yg_hash_mix(hash + (uint64_t)tongue) | 1 : 0;
}

static void ask(struct yg_ws_call *ret, enum yg_ws_tongue tongue, struct yg_slice id)
{
	ret->tongue = (uint8_t)tongue;
	ret->act = YG_WS_ACT_ASK;
	if (ret->name.len == 0)
		set_literal(ret, YG_SLICE("*"));
	ret->id = id_of(tongue, id);
}

static void answer(struct yg_ws_call *ret, enum yg_ws_tongue tongue, struct yg_slice id,
		   enum yg_outcome_kind outcome, bool last)
{
	ret->tongue = (uint8_t)tongue;
	ret->id = id_of(tongue, id);
	ret->act = ret->id ? YG_WS_ACT_ANSWER : YG_WS_ACT_NONE;
	ret->outcome = (uint8_t)outcome;
	ret->last = last;
}

/* --- objects -------------------------------------------------------------------------------- */

/* Members that tell what an object is. */
struct object {
	struct yg_slice id, type, word; /* word: under the first of words[] that is one */
	struct yg_slice target, invocation, message;
	struct yg_slice payload; /* from its beginning to the end of the text */
	struct yg_slice code;	 /* inside error or payload, the first; else of the object */
	struct yg_slice version; /* of JSON-RPC */
	uint32_t rank;		 /* of word, the lower the better */
	bool is_number;		 /* type is */
	bool has_method, has_error, has_result, is_tool_error, has_connection;
};

static const struct yg_slice words[] = { YG_SLICE("action"), YG_SLICE("type"), YG_SLICE("event"),
					 YG_SLICE("op") };

static bool is_named(const struct yg_json_node *node, const char *name)
{
	return yg_slice_equal(node->name, yg_slice_from_str(name));
}

static void keep(struct yg_slice *into, const struct yg_json_node *node)
{
	if (!into->ptr && !node->cut)
		*into = node->value;
}

static void take_word(struct object *object, const struct yg_json_node *node)
{
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (!yg_slice_equal(node->name, words[i]) || node->cut ||
		    (object->word.ptr && object->rank <= i))
			continue;
		object->word = node->value;
		object->rank = i;
	}
}

static void take_text(struct object *object, const struct yg_json_node *node)
{
	take_word(object, node);
	if (is_named(node, "type"))
		keep(&object->type, node);
	else if (is_named(node, "id"))
		keep(&object->id, node);
	else if (is_named(node, "target"))
		keep(&object->target, node);
	else if (is_named(node, "invocationId"))
		keep(&object->invocation, node);
	else if (is_named(node, "message"))
		keep(&object->message, node);
	else if (is_named(node, "jsonrpc"))
		keep(&object->version, node);
	else if (is_named(node, "code"))
		keep(&object->code, node);
	else if (is_named(node, "connectionId"))
		object->has_connection = true;
	else if (is_named(node, "method"))
		object->has_method = true;
}

/* A member of the object. Return: is what is in this container read? */
static bool take_member(struct object *object, const struct yg_json_node *node,
			struct yg_slice rest)
{
	if (node->type == YG_JSON_STRING)
		take_text(object, node);
	if (node->type == YG_JSON_NUMBER && is_named(node, "type")) {
		object->is_number = true;
		keep(&object->type, node);
	}
	if (node->type == YG_JSON_NUMBER && (is_named(node, "id") || is_named(node, "code")))
		keep(is_named(node, "id") ? &object->id : &object->code, node);
	if (is_named(node, "error")) {
		object->has_error |= node->type != YG_JSON_NULL;
		if (node->type == YG_JSON_STRING)
			object->code = node->value;
		return true;
	}
	if (is_named(node, "result"))
		object->has_result = true;
	if (is_named(node, "payload")) {
		/* The walk stands behind its first byte. */
		object->payload = (struct yg_slice){ rest.ptr - 1, rest.len + 1 };
		return true;
	}
	return is_named(node, "result");
}

/* What stands inside "error", "payload" or "result". */
static void take_inside(struct object *object, const struct yg_json_node *node, struct yg_slice top)
{
	if (yg_slice_equal(top, YG_SLICE("result"))) {
		object->is_tool_error |= node->depth == 2 && is_named(node, "isError") &&
					 yg_slice_equal(node->value, YG_SLICE("true"));
		return;
	}
	if (is_named(node, "code") &&
	    (node->type == YG_JSON_STRING || node->type == YG_JSON_NUMBER))
		keep(&object->code, node);
	/* A language model has its words there, and codes that are more special. */
	if (is_named(node, "type") && node->type == YG_JSON_STRING && node->depth == 2)
		keep(&object->code, node);
}

static bool is_container(const struct yg_json_node *node)
{
	return node->type == YG_JSON_OBJECT || node->type == YG_JSON_ARRAY;
}

static void read_object(struct yg_slice text, struct object *ret)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_json_node node;

	*ret = (struct object){ .rank = 0 };
	while (yg_json_walk_next(&walk, &node)) {
		struct yg_slice top;
		bool inside;

		if (node.depth == 0)
			continue;
		top = node.depth == 1 ? node.name : walk.levels[0].name;
		if (node.depth == 1) {
			inside = take_member(ret, &node, walk.text);
		} else {
			take_inside(ret, &node, top);
			/* As deep as codes stand: [{"extensions":{"code": */
			inside = !yg_slice_equal(top, YG_SLICE("result")) && node.depth < 4 &&
				 !yg_slice_equal(node.name, YG_SLICE("data"));
		}
		if (is_container(&node) && !inside)
			yg_json_walk_leave(&walk);
	}
}

/* graphql-transport-ws, and what went before it under the name graphql-ws. Return: it is that. */
static bool take_graphql(const struct object *object, bool cut, struct yg_ws_call *ret)
{
	const enum yg_ws_tongue tongue = YG_WS_TONGUE_GRAPHQL;
	struct yg_slice type = object->type, name;

	if (yg_slice_equal(type, YG_SLICE("subscribe")) ||
	    yg_slice_equal(type, YG_SLICE("start"))) {
		if (!object->id.len || !object->payload.len || object->payload.ptr[0] != '{')
			return false;
		name = yg_operation_from_graphql(object->payload, ret->bytes, sizeof(ret->bytes));
		if (!name.len && !cut)
			return false;
		if (!name.len)
			set_literal(ret, YG_SLICE("*"));
		else
			ret->name = name;
		ask(ret, tongue, object->id);
	} else if ((yg_slice_equal(type, YG_SLICE("next")) ||
		    yg_slice_equal(type, YG_SLICE("data"))) &&
		   (object->payload.len || cut)) {
		answer(ret, tongue, object->id, yg_outcome_from_graphql(object->payload, cut),
		       false);
	} else if (yg_slice_equal(type, YG_SLICE("error")) && object->id.len &&
		   object->payload.len) {
		answer(ret, tongue, object->id, yg_outcome_from_code(object->code), true);
	} else if (yg_slice_equal(type, YG_SLICE("complete"))) {
		answer(ret, tongue, object->id, YG_OUTCOME_NONE, true);
		ret->act = ret->id ? YG_WS_ACT_END : YG_WS_ACT_NONE;
	} else if (yg_slice_equal(type, YG_SLICE("connection_init"))) {
		set_literal(ret, CONNECT);
		ask(ret, tongue, CONNECT);
	} else if (yg_slice_equal(type, YG_SLICE("connection_ack"))) {
		answer(ret, tongue, CONNECT, YG_OUTCOME_OK, true);
	} else if (yg_slice_equal(type, YG_SLICE("connection_error"))) {
		answer(ret, tongue, CONNECT, yg_outcome_from_code(object->code), true);
	}
	return ret->act != YG_WS_ACT_NONE;
}

/* Return: it is JSON-RPC. */
static bool take_jsonrpc(const struct object *object, struct yg_slice text, struct yg_ws_call *ret)
{
	enum yg_outcome_kind outcome = YG_OUTCOME_OK;
	struct yg_jsonrpc call;

	if (object->has_method) {
		if (!yg_jsonrpc_read(text, &call))
			return false;
		ret->name =
			yg_operation_words(ret->bytes, sizeof(ret->bytes), call.method, call.tool);
		ask(ret, YG_WS_TONGUE_JSONRPC, object->id);
		return true;
	}
	if (!object->version.len || !object->id.len || (!object->has_result && !object->has_error))
		return false;
	if (object->has_error)
		outcome = yg_outcome_from_code(object->code);
	else if (object->is_tool_error)
		outcome = YG_OUTCOME_REFUSED;
	answer(ret, YG_WS_TONGUE_JSONRPC, object->id, outcome, true);
	return true;
}

/* What the hub of SignalR says of a call that failed, in its own words. */
static enum yg_outcome_kind outcome_of_hub(struct yg_slice error)
{
	if (yg_slice_has(error, YG_SLICE("unauthorized")))
		return YG_OUTCOME_FORBIDDEN;
	if (yg_slice_has(error, YG_SLICE("Unknown hub method")))
		return YG_OUTCOME_MISSING;
	return YG_OUTCOME_FAILED;
}

/* Types of SignalR: 1 and 4 call, 2 and 3 answer. Return: it is that. */
static bool take_signalr(const struct object *object, struct yg_ws_call *ret)
{
	enum yg_outcome_kind outcome = YG_OUTCOME_OK;
	char type = '\0';

	if (object->type.len == 1)
		type = object->type.ptr[0];
	if (!object->is_number)
		return false;
	if ((type == '1' || type == '4') && object->target.len) {
		ret->name =
			yg_ws_name_write(object->target, (struct yg_slice){ NULL, 0 }, ret->bytes);
		ask(ret, YG_WS_TONGUE_SIGNALR, object->invocation);
	} else if ((type == '2' || type == '3') && object->invocation.len) {
		if (object->has_error)
			outcome = outcome_of_hub(object->code);
		answer(ret, YG_WS_TONGUE_SIGNALR, object->invocation, outcome, type == '3');
	}
	return ret->act != YG_WS_ACT_NONE;
}

static bool ends_with(struct yg_slice text, struct yg_slice end)
{
	return text.len >= end.len && memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

/* Any object with a word that says what it does; and the errors of a gateway, which have none. */
static void take_word_of(const struct object *object, struct yg_ws_call *ret)
{
	static const struct yg_slice idle[] = { YG_SLICE("ping"),
						YG_SLICE("pong"),
						YG_SLICE("ka"),
						YG_SLICE("heartbeat"),
						YG_SLICE("connection_terminate"),
						YG_SLICE("stop") };
	struct yg_slice word = object->word;

	if (!word.len && object->has_connection && object->message.len) {
		word = YG_SLICE("error");
		ret->outcome = (uint8_t)yg_outcome_from_code(object->message);
	}
	if (!word.len || word.len >= YG_WS_NAME_CAP || !is_letter(word.ptr[0]))
		return;
	for (size_t i = 0; i < YG_ARRAY_SIZE(idle); i++) {
		if (yg_slice_equal(word, idle[i]))
			return;
	}
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (!is_letter(c) && !is_digit(c) && (!c || !strchr("._-:/", c)))
			return;
	}
	ret->name = yg_ws_name_write(word, (struct yg_slice){ NULL, 0 }, ret->bytes);
	if (ret->outcome == YG_OUTCOME_NONE && ends_with(word, YG_SLICE("error")))
		ret->outcome = (uint8_t)yg_outcome_from_code(object->code);
	ask(ret, YG_WS_TONGUE_JSON, (struct yg_slice){ NULL, 0 });
}

static void read_json(struct yg_slice text, bool cut, struct yg_ws_call *ret)
{
	struct object object;

	ret->body = text;
	read_object(text, &object);
	if (take_graphql(&object, cut, ret) || take_jsonrpc(&object, text, ret) ||
	    take_signalr(&object, ret))
		return;
	take_word_of(&object, ret);
}

/* --- Socket.IO ------------------------------------------------------------------------------ */

/* The text of the first element of an array; absent: it is none, or cut. */
static struct yg_slice first_of(struct yg_slice text)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_json_node node;

	if (!yg_json_walk_next(&walk, &node) || node.type != YG_JSON_ARRAY ||
	    !yg_json_walk_next(&walk, &node) || node.type != YG_JSON_STRING || node.cut)
		return (struct yg_slice){ NULL, 0 };
	return node.value;
}

static size_t count_digits(struct yg_slice text)
{
	size_t len = 0;

	while (len < text.len && is_digit(text.ptr[len]))
		len++;
	return len;
}

static struct yg_slice behind(struct yg_slice text, size_t len)
{
	return (struct yg_slice){ text.ptr + len, text.len - len };
}

/* '4', type, attachments and '-', namespace and ',', id of an acknowledgement, JSON. */
static void read_socketio(struct yg_slice text, bool server, struct yg_ws_call *ret)
{
	const enum yg_ws_tongue tongue = YG_WS_TONGUE_SOCKETIO;
	char type = text.ptr[1];
	struct yg_slice space = { NULL, 0 }, id, name;
	struct object object;
	size_t digits;

	text = behind(text, 2);
	digits = count_digits(text);
	if ((type == '5' || type == '6') && digits > 0 && digits < text.len &&
	    text.ptr[digits] == '-')
		text = behind(text, digits + 1);
	if (text.len > 0 && text.ptr[0] == '/') {
		const char *end = memchr(text.ptr, ',', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;

		space = (struct yg_slice){ text.ptr, len };
		text = behind(text, len + (end != NULL));
	}
	id = (struct yg_slice){ text.ptr, count_digits(text) };
	text = behind(text, id.len);
	if (id.len && space.len) /* each namespace gives its own: "/admin,12" */
		id = (struct yg_slice){ space.ptr, (size_t)(text.ptr - space.ptr) };
	if (text.len > 0 && text.ptr[0] != '[' && text.ptr[0] != '{')
		return;
	ret->body = text;
	switch (type) {
	case '0':
		if (server) {
			answer(ret, tongue, space.len ? space : CONNECT, YG_OUTCOME_OK, true);
			break;
		}
		ret->name = yg_ws_name_write(CONNECT, space, ret->bytes);
		ask(ret, tongue, space.len ? space : CONNECT);
		break;
	case '2':
	case '5':
		name = first_of(text);
		if (!name.len)
			return;
		ret->name = yg_ws_name_write(space, name, ret->bytes);
		ask(ret, tongue, id);
		break;
	case '3':
	case '6':
		answer(ret, tongue, id, YG_OUTCOME_NONE, true);
		break;
	case '4':
		read_object(text, &object);
		answer(ret, tongue, space.len ? space : CONNECT,
		       yg_outcome_from_code(object.message), true);
		break;
	default:
		break;
	}
}

/* --- STOMP ---------------------------------------------------------------------------------- */

/* One line and its end. Return: false: there is no whole one. */
static bool next_line(struct yg_slice *text, struct yg_slice *ret)
{
	const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;

	if (!end)
		return false;
	*ret = (struct yg_slice){ text->ptr, (size_t)(end - text->ptr) };
	*text = behind(*text, ret->len + 1);
	if (ret->len > 0 && ret->ptr[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

/* Headers of a frame that tell what it is about; the first of a name counts. */
struct stomp {
	struct yg_slice destination, receipt, receipt_id, message;
};

static void take_header(struct stomp *stomp, struct yg_slice line)
{
	static const struct yg_slice names[] = { YG_SLICE("destination:"), YG_SLICE("receipt:"),
						 YG_SLICE("receipt-id:"), YG_SLICE("message:") };
	struct yg_slice *const into[] = { &stomp->destination, &stomp->receipt, &stomp->receipt_id,
					  &stomp->message };

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (line.len > names[i].len && !into[i]->ptr &&
		    memcmp(line.ptr, names[i].ptr, names[i].len) == 0)
			*into[i] = behind(line, names[i].len);
	}
}

static bool is_command(struct yg_slice line)
{
	static const struct yg_slice commands[] = {
		YG_SLICE("SEND"),    YG_SLICE("MESSAGE"), YG_SLICE("SUBSCRIBE"),
		YG_SLICE("CONNECT"), YG_SLICE("STOMP"),	  YG_SLICE("CONNECTED"),
		YG_SLICE("RECEIPT"), YG_SLICE("ERROR"),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(commands); i++) {
		if (yg_slice_equal(line, commands[i]))
			return true;
	}
	return false;
}

static void read_stomp(struct yg_slice text, struct yg_ws_call *ret)
{
	const enum yg_ws_tongue tongue = YG_WS_TONGUE_STOMP;
	struct stomp stomp = { .message = { NULL, 0 } };
	struct yg_slice command, line;
	bool ended = false;

	if (!next_line(&text, &command) || !is_command(command))
		return;
	while (!ended && next_line(&text, &line)) {
		take_header(&stomp, line);
		ended = line.len == 0;
	}
	if (ended)
		ret->body = text;
	if (yg_slice_equal(command, YG_SLICE("CONNECTED"))) {
		answer(ret, tongue, CONNECT, YG_OUTCOME_OK, true);
	} else if (yg_slice_equal(command, YG_SLICE("RECEIPT"))) {
		answer(ret, tongue, stomp.receipt_id, YG_OUTCOME_OK, true);
	} else if (yg_slice_equal(command, YG_SLICE("ERROR"))) {
		/* The connection ends behind it; what it is about is often not said. */
		if (stomp.receipt_id.len) {
			answer(ret, tongue, stomp.receipt_id, YG_OUTCOME_NONE, true);
		} else {
			set_literal(ret, YG_SLICE("ERROR"));
			ask(ret, tongue, (struct yg_slice){ NULL, 0 });
		}
		ret->outcome = (uint8_t)yg_outcome_from_code(stomp.message);
	} else if (command.ptr[0] == 'C' || yg_slice_equal(command, YG_SLICE("STOMP"))) {
		set_literal(ret, CONNECT);
		ask(ret, tongue, CONNECT);
	} else if (stomp.destination.len) {
		ret->name = yg_ws_name_write(command, stomp.destination, ret->bytes);
		ask(ret, tongue, stomp.receipt);
	}
}

/* --- all of them ---------------------------------------------------------------------------- */

/* ["..."] of a client of SockJS, a["..."] of its server. Return: what is packed first; absent. */
static struct yg_slice unpack(struct yg_slice text, char *room)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_json_node node;
	ssize_t len;

	if (text.ptr[0] == 'a')
		walk.text = behind(text, 1);
	if (!yg_json_walk_next(&walk, &node) || node.type != YG_JSON_ARRAY ||
	    !yg_json_walk_next(&walk, &node) || node.type != YG_JSON_STRING ||
	    node.value.len > YG_WS_UNPACK_MAX)
		return (struct yg_slice){ NULL, 0 };
	len = yg_member_decode(node.value, room, YG_WS_UNPACK_MAX);
	return (struct yg_slice){ room, len > 0 ? (size_t)len : 0 };
}

/* The first request of a batch stands for all. */
static struct yg_slice open_batch(struct yg_slice text)
{
	const char *at = text.ptr + 1, *end = text.ptr + text.len;

	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	if (at == end || *at != '{')
		return text;
	return (struct yg_slice){ at, (size_t)(end - at) };
}

void yg_ws_call_read(struct yg_slice text, bool cut, bool server, char *room,
		     struct yg_ws_call *ret)
{
	*ret = (struct yg_ws_call){ .act = YG_WS_ACT_NONE };
	text = yg_slice_trim(text);
	if (text.len > 1 && (text.ptr[0] == '[' || (text.ptr[0] == 'a' && text.ptr[1] == '['))) {
		struct yg_slice packed = unpack(text, room);

		text = packed.len ? packed : text.ptr[0] == '[' ? open_batch(text) : packed;
	}
	if (text.len < 2)
		return;
	if (text.ptr[0] == '{')
		read_json(text, cut, ret);
	else if (text.ptr[0] == '4' && text.ptr[1] >= '0' && text.ptr[1] <= '6')
		read_socketio(text, server, ret);
	else if (text.ptr[0] >= 'A' && text.ptr[0] <= 'Z')
		read_stomp(text, ret);
}
