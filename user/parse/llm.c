/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/llm.h"

#include "core/macros.h"
#include "parse/json.h"

static bool ends_in(struct yg_slice text, struct yg_slice end)
{
	return text.len >= end.len && text.ptr[text.len - 1] == end.ptr[end.len - 1] &&
	       memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

static struct yg_slice path_of(struct yg_slice target)
{
	const char *query = target.len ? memchr(target.ptr, '?', target.len) : NULL;

	if (query)
		target.len = (size_t)(query - target.ptr);
	return target;
}

bool yg_llm_is_target(struct yg_slice target)
{
	static const struct yg_slice ends[] = {
		YG_SLICE("/completions"),     YG_SLICE("/responses"),
		YG_SLICE("/embeddings"),      YG_SLICE("/messages"),
		YG_SLICE("/api/chat"),	      YG_SLICE("/api/generate"),
		YG_SLICE("/api/embed"),	      YG_SLICE("/images/generations"),
		YG_SLICE("/moderations"),     YG_SLICE("/rerank"),
		YG_SLICE("/audio/speech"),    YG_SLICE("/count_tokens"),
		YG_SLICE(":generateContent"), YG_SLICE(":streamGenerateContent"),
		YG_SLICE("/converse"),	      YG_SLICE("/converse-stream"),
		YG_SLICE("/invoke"),	      YG_SLICE("/invoke-with-response-stream"),
	};

	target = path_of(target);
	for (size_t i = 0; i < YG_ARRAY_SIZE(ends); i++) {
		if (ends_in(target, ends[i]))
			return true;
	}
	return false;
}

struct yg_slice yg_llm_model_of_target(struct yg_slice target)
{
	static const struct {
		struct yg_slice head;
		char end; /* of the model */
	} forms[] = {
		{ { "/deployments/", 13 }, '/' },
		{ { "/model/", 7 }, '/' },
		{ { "/models/", 8 }, ':' },
	};

	target = path_of(target);
	for (size_t i = 0; i < YG_ARRAY_SIZE(forms) && target.len > 0; i++) {
		const char *at =
			memmem(target.ptr, target.len, forms[i].head.ptr, forms[i].head.len);
		const char *end;

		if (!at)
			continue;
		at += forms[i].head.len;
		end = memchr(at, forms[i].end, target.len - (size_t)(at - target.ptr));
		if (end && end > at && !memchr(at, '/', (size_t)(end - at)))
			return (struct yg_slice){ at, (size_t)(end - at) };
	}
	return (struct yg_slice){ NULL, 0 };
}

static bool is_prompt(struct yg_slice name)
{
	static const struct yg_slice names[] = {
		YG_SLICE("messages"), YG_SLICE("input"), YG_SLICE("prompt"),
		YG_SLICE("contents"), YG_SLICE("query"), YG_SLICE("inputText"),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal(name, names[i]))
			return true;
	}
	return false;
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
	ret->prompted = prompted;
	return prompted && ret->model.len > 0;
}
