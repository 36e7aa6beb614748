/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/llm.h"

#include "core/macros.h"
#include "parse/json.h"

bool yg_llm_is_target(struct yg_slice target)
{
	static const struct yg_slice ends[] = {
		YG_SLICE("/completions"), YG_SLICE("/responses"), YG_SLICE("/embeddings"),
		YG_SLICE("/messages"),	  YG_SLICE("/api/chat"),  YG_SLICE("/api/generate"),
	};
	const char *query = target.len ? memchr(target.ptr, '?', target.len) : NULL;

	if (query)
		target.len = (size_t)(query - target.ptr);
	for (size_t i = 0; i < YG_ARRAY_SIZE(ends); i++) {
		if (target.len >= ends[i].len &&
		    memcmp(target.ptr + target.len - ends[i].len, ends[i].ptr, ends[i].len) == 0)
			return true;
	}
	return false;
}

static bool is_prompt(struct yg_slice name)
{
	return yg_slice_equal(name, YG_SLICE("messages")) ||
	       yg_slice_equal(name, YG_SLICE("input")) ||
	       yg_slice_equal(name, YG_SLICE("prompt")) ||
	       yg_slice_equal(name, YG_SLICE("contents"));
}

bool yg_llm_read(struct yg_slice text, struct yg_llm *ret)
{
	struct yg_json_walk walk = { .text = text };
	struct yg_slice list = { NULL, 0 }; /* name of the array that is being read */
	struct yg_json_node node;
	bool prompted = false;

	*ret = (struct yg_llm){ 0 };
	while (yg_json_walk_next(&walk, &node)) {
		bool container = node.type == YG_JSON_OBJECT || node.type == YG_JSON_ARRAY;

		if (node.depth == 2) {
			ret->messages += is_prompt(list);
			ret->tools += yg_slice_equal(list, YG_SLICE("tools"));
		} else if (node.depth == 1) {
			list = node.type == YG_JSON_ARRAY ? node.name : YG_SLICE("");
			prompted |= is_prompt(node.name);
			if (yg_slice_equal(node.name, YG_SLICE("stream")))
				ret->stream = yg_slice_equal(node.value, YG_SLICE("true"));
			if (node.type == YG_JSON_STRING && !node.cut &&
			    yg_slice_equal(node.name, YG_SLICE("model")))
				ret->model = node.value;
		}
		if (container && node.depth > 0 && (node.depth > 1 || node.type == YG_JSON_OBJECT))
			yg_json_walk_leave(&walk);
	}
	return prompted && ret->model.len > 0;
}
