/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 7, respond: from a finding to an action. It asks, it never acts: the enforcer checks every
 * request again.
 *
 *	mode	 finding at or above high	medium		below, or client not blockable
 *	observe	 none				none		none
 *	approve	 proposed			proposed	none
 *	enforce	 request -> blocked, or		proposed	none
 *		 proposed with the reason
 *
 * Guard rails here: addresses that are not certain or known from a header only, and protected
 * prefixes, which the enforcer checks again. How many blocks a minute, and how many of the recent
 * callers one may cut, is for the enforcer alone.
 * Deterministic: the same calls give the same answers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/hash.h"
#include "core/macros.h"
#include "detect/finding.h"
#include "priv/request.h"

#define YG_RECENT_NS (600ull * 1000000000)

/* What respond may do with a finding. */
enum yg_mode {
	YG_MODE_OBSERVE, /* findings only */
	YG_MODE_APPROVE, /* findings propose blocks, an operator decides */
	YG_MODE_ENFORCE, /* blocks are requested at once */
	YG_MODE_MAX
};

const char *yg_mode_name(enum yg_mode mode); /* "observe"; literal */

struct yg_policy_options {
	enum yg_mode mode;
	struct yg_hash_key table_key;
	const struct yg_prefix *protected_prefixes; /* [protected_count]; copied */
	uint32_t protected_count;
	uint64_t block_ttl_ns; /* of a first block; doubles with each one after; 0: one hour */
};

/* Recent callers, counted by who keeps them. */
struct yg_reach {
	uint32_t cut;	 /* behind the address that would be blocked */
	uint32_t recent; /* all, within YG_RECENT_NS */
};

struct yg_policy;

/**
 * yg_policy_new() - a policy without history.
 *
 * Return: 0; -ENOMEM; -EINVAL if the mode or the TTL is out of range.
 */
YG_MUST_CHECK int yg_policy_new(const struct yg_policy_options *options, struct yg_policy **ret);
void yg_policy_free(struct yg_policy **policy); /* accepts NULL inside */

/* Will a block be asked for, with its reach? Counting that costs a walk over callers. */
bool yg_policy_wants_reach(const struct yg_policy *policy, const struct yg_finding *finding);

/**
 * yg_policy_decide() - what to do about a finding, now.
 * @finding: action and result are set.
 * @ret: the request to send when true is returned.
 *
 * A client that is blocked already, or whose block was asked for just now, is not asked for again.
 */
bool yg_policy_decide(struct yg_policy *policy, struct yg_finding *finding,
		      const struct yg_reach *reach, struct yg_request *ret);

/* What an answer of the enforcer means. */
struct yg_verdict_on {
	uint64_t finding; /* id; 0: the cookie is unknown */
	enum yg_action action;
	uint32_t result; /* enum yg_result */
};

/* Match an answer of the enforcer to its request; each cookie is answered once. */
struct yg_verdict_on yg_policy_reply(struct yg_policy *policy, const struct yg_reply *reply);

struct yg_policy_counters {
	uint64_t requested, blocked, refused, protected_, too_many, unknown_replies;
};

/* Running totals. */
struct yg_policy_counters yg_policy_counters(const struct yg_policy *policy);
