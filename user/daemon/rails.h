/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guard rails: what a well-formed block request still may not do. Pure; the enforcer's judgement.
 *
 * Until the first whole set of protected prefixes has arrived nothing is blocked: an enforcer that
 * does not know its own addresses could cut its host off.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "priv/request.h"

#define YG_PROTECTED_MAX  16384u /* prefixes; beyond: the set is refused as a whole */
#define YG_CALLERS_ALWAYS 5u	 /* recent callers that one decision may cut whatever the share */

struct yg_prefixes {
	struct yg_prefix *rows; /* [count] owned */
	uint32_t count, room;
	bool broken; /* a prefix was lost: this set must not become the current one */
};

struct yg_rails {
	bool may_drop;	  /* false: mode observe */
	bool on_finding;  /* mode enforce: a finding blocks by itself; false: an operator decides */
	bool ready;	  /* a whole protected set is there */
	uint32_t share;	  /* percent of recent callers one decision may cut */
	uint32_t per_min; /* automatic blocks */
	uint64_t tokens;  /* automatic blocks left, times one minute in ns */
	uint64_t filled_ns;
	struct yg_prefixes current, next;
};

/* Frees both sets; all is zero afterwards, so nothing may be blocked. */
void yg_rails_clean(struct yg_rails *rails);

/**
 * yg_rails_judge() - may this request, already checked by yg_request_check(), be done?
 * @now_ns: monotonic; never goes back.
 *
 * Spends from the rate on YG_RESULT_OK of an automatic block.
 * Return: YG_RESULT_OK, _OBSERVE, _BAD (automatic, where an operator decides), _UNREADY (no
 *	protected set yet), _PROTECTED, _TOO_MANY or _RATE.
 */
YG_MUST_CHECK enum yg_result yg_rails_judge(struct yg_rails *rails,
					    const struct yg_request *request, uint64_t now_ns);

/* Would blocking @prefix touch a protected address, or one that is no client at all? */
bool yg_rails_is_protected(const struct yg_rails *rails, const struct yg_prefix *prefix);

/**
 * yg_rails_protect() - PROTECT: add to the set being built.
 * @index: its place in the set; 0 begins anew, whatever is there of another one.
 */
void yg_rails_protect(struct yg_rails *rails, uint32_t index, const struct yg_prefix *prefix);

/**
 * yg_rails_protect_end() - PROTECT_END: the set being built becomes the current one.
 * @count: of the set. An enforcer that began anew finds the rest of one that another began to read.
 *
 * Return: 0; -EPROTO if it is not whole, -ENOSPC or -ENOMEM if prefixes were lost: the former set
 *	stays, the new one is gone.
 */
YG_MUST_CHECK int yg_rails_protect_end(struct yg_rails *rails, uint32_t count);
