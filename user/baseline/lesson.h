/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which exchanges of an endpoint are read in full, by all who learn from values: schema, data and
 * posture share one walk over the same exchanges. By count alone, so that the same traffic teaches
 * the same; by a hash of the count, so that traffic with a beat shows all its kinds.
 *
 *	exchanges before this one	0..31	32..95	96..1023	1024..
 *	one is read in			1	8	16		64
 *	of requests with a body		1	1	16		64
 *
 * Answers to one question are much alike; what is sent differs more, and is short.
 * What comes in one of n exchanges is missed where it is rare and n is high; so whoever learns
 * something new asks for more (YG_LESSON_NEWS): variants seldom come alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/hash.h"

#define YG_LESSON_FULL 32u   /* the first ones, all */
#define YG_LESSON_MORE 96u   /* up to here one in eight */
#define YG_LESSON_SOME 1024u /* up to here one in 16 */
#define YG_LESSON_NEWS 8u    /* so many in full behind a field that is new */

enum yg_lesson_kind {
	YG_LESSON_NONE,
	YG_LESSON_REQUEST, /* of the schema alone */
	YG_LESSON_WHOLE,   /* both messages, for everybody */
	YG_LESSON_MAX
};

struct yg_lesson {
	enum yg_lesson_kind kind;
	uint32_t weight; /* exchanges that a whole one stands for */
};

/* @count: exchanges of the endpoint before this one. @sends: the request has a body. */
static inline struct yg_lesson yg_lesson_of(uint64_t count, bool sends)
{
	uint32_t each = count < YG_LESSON_FULL	 ? 1
			: count < YG_LESSON_MORE ? 8
			: count < YG_LESSON_SOME ? 16
						 : 64;
	enum yg_lesson_kind kind = YG_LESSON_NONE;

	if (yg_hash_mix(count) % each == 0)
		kind = YG_LESSON_WHOLE;
	else if (sends && count < YG_LESSON_MORE)
		kind = YG_LESSON_REQUEST;
	return (struct yg_lesson){ kind, each };
}
