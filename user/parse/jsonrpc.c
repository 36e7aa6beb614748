/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/jsonrpc.h"

#include "parse/json.h"

/* What one request of the batch says. */
struct call {
	struct yg_slice method, name;
	bool versioned;
	bool has_params, has_id; /* version 1 is known by these beside the method */
};

static bool names_its_callee(struct yg_slice method)
{
	return yg_slice_equal(method, YG_SLICE("tools/call")) ||
	       yg_slice_equal(method, YG_SLICE("prompts/get"));
}

static void take_member(struct call *call, const struct yg_json_node *node, bool in_params)
{
	if (!in_params) {
		call->has_params |= yg_slice_equal(node->name, YG_SLICE("params"));
		call->has_id |= yg_slice_equal(node->name, YG_SLICE("id"));
	}
	if (node->type != YG_JSON_STRING || node->cut)
		return;
	if (in_params && yg_slice_equal(node->name, YG_SLICE("name")))
		call->name = node->value;
	else if (!in_params && yg_slice_equal(node->name, YG_SLICE("method")))
		call->method = node->value;
	else if (!in_params && yg_slice_equal(node->name, YG_SLICE("jsonrpc")))
		call->versioned = yg_slice_equal(node->value, YG_SLICE("2.0")) ||
				  yg_slice_equal(node->value, YG_SLICE("1.0"));
}

static void end_call(struct yg_jsonrpc *ret, struct call *call)
{
	if (call->method.ptr && (call->versioned || (call->has_params && call->has_id))) {
		ret->calls++;
		if (ret->calls == 1) {
			ret->method = call->method;
			ret->tool = names_its_callee(call->method) ? call->name
								   : (struct yg_slice){ NULL, 0 };
		}
	}
	*call = (struct call){ 0 };
}

bool yg_jsonrpc_read(struct yg_slice text, struct yg_jsonrpc *ret)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_json_node node;
	struct call call = { 0 };
	bool batch = false;

	*ret = (struct yg_jsonrpc){ 0 };
	while (yg_json_walk_next(&walk, &node)) {
		bool container = node.type == YG_JSON_OBJECT || node.type == YG_JSON_ARRAY;
		uint32_t member = batch ? 2 : 1; /* depth of the members of a request */

		if (node.depth == 0) {
			batch = node.type == YG_JSON_ARRAY;
		} else if (batch && node.depth == 1) {
			end_call(ret, &call);
		} else if (container) {
			if (node.depth != member || !yg_slice_equal(node.name, YG_SLICE("params")))
				yg_json_walk_leave(&walk);
			else
				call.has_params = true;
		} else {
			take_member(&call, &node, node.depth > member);
		}
	}
	end_call(ret, &call);
	return ret->calls > 0;
}
