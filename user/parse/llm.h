/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to a language model in the forms that have become common: chat and text completions,
 * responses, embeddings, messages. The model is named in the body, or in the path:
 *
 *	POST /v1/chat/completions	{"model":"m-1","stream":true,"messages":[...]}
 *	POST /openai/deployments/m-1/chat/completions		{"messages":[...]}
 *	POST /v1beta/models/m-1:generateContent			{"contents":[...]}
 *	POST /model/m-1/converse				{"messages":[...]}
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

struct yg_llm {
	struct yg_slice model; /* borrowed from the text, escapes as sent */
	bool stream;	       /* the answer was asked for as a stream of events */
	bool prompted;	       /* something is asked, of whichever model */
	uint32_t messages;     /* of the conversation, as far as the text goes */
	uint32_t tools;	       /* offered to the model */
};

/* Does @target (path and query) end as the path of such an API does? */
bool yg_llm_is_target(struct yg_slice target);

/* The model that the path of such a target names, as sent; absent: none. O(@target). */
struct yg_slice yg_llm_model_of_target(struct yg_slice target);

/**
 * yg_llm_read() - what is asked of which model.
 * @text: JSON, may be cut.
 *
 * O(@text). @ret is written whole.
 * Return: false without a "model" beside what is asked: "messages", "input", "prompt" ...
 */
bool yg_llm_read(struct yg_slice text, struct yg_llm *ret);
