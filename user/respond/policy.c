/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/policy.h"

#include <errno.h>
#include <string.h>

#include "core/lru.h"

#define OFFENDERS_MAX 8192u
#define PENDING_MAX   256u /* requests without an answer; beyond, the oldest is forgotten */
#define DOUBLINGS_MAX 10u  /* of the TTL */
#define TTL_DEFAULT   (3600ull * 1000000000)
#define TTL_MIN	      (1ull * 1000000000)
#define TTL_MAX	      ((uint64_t)YG_BLOCK_TTL_MAX_S * 1000000000)
#define AGAIN_NS      (10ull * 1000000000) /* a block that is refused, or not answered, waits */
#define HOST_BITS     128u

/* History of one address. */
struct offender {
	uint64_t until_ns; /* nothing is asked for before */
	uint32_t blocks;   /* placed so far */
};

struct pending {
	uint32_t cookie; /* 0 free */
	uint64_t finding;
	uint64_t offender; /* key */
	uint64_t end_ns;   /* of the block, if it is placed */
};

struct yg_policy {
	enum yg_mode mode;
	struct yg_hash_key key;
	struct yg_prefix *protected_prefixes;
	uint32_t protected_count;
	uint64_t ttl_ns;
	struct yg_lru *offenders;
	struct pending pending[PENDING_MAX];
	uint32_t cookie; /* the last one given */
	struct yg_policy_counters counters;
};

const char *yg_mode_name(enum yg_mode mode)
{
	static const char *const names[YG_MODE_MAX] = {
		[YG_MODE_OBSERVE] = "observe",
		[YG_MODE_APPROVE] = "approve",
		[YG_MODE_ENFORCE] = "enforce",
	};

	return mode < YG_MODE_MAX ? names[mode] : "unknown";
}

int yg_policy_new(const struct yg_policy_options *options, struct yg_policy **ret)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = NULL;
	uint64_t ttl_ns = options->block_ttl_ns ? options->block_ttl_ns : TTL_DEFAULT;
	size_t bytes = options->protected_count * sizeof(struct yg_prefix);
	int r;

	if (options->mode >= YG_MODE_MAX || ttl_ns < TTL_MIN || ttl_ns > TTL_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < options->protected_count; i++) {
		if (options->protected_prefixes[i].len > HOST_BITS)
			return -EINVAL;
	}
	policy = calloc(1, sizeof(*policy));
	if (!policy)
		return -ENOMEM;
	policy->mode = options->mode;
	policy->key = options->table_key;
	policy->ttl_ns = ttl_ns;
	policy->protected_prefixes = malloc(bytes ? bytes : 1);
	if (!policy->protected_prefixes)
		return -ENOMEM;
	if (bytes)
		memcpy(policy->protected_prefixes, options->protected_prefixes, bytes);
	policy->protected_count = options->protected_count;
	r = yg_lru_new(OFFENDERS_MAX, sizeof(struct offender), &policy->offenders);
	if (r < 0)
		return r;
	*ret = YG_TAKE_PTR(policy);
	return 0;
}

void yg_policy_free(struct yg_policy **policy)
{
	if (!*policy)
		return;
	free((*policy)->protected_prefixes);
	yg_lru_free(&(*policy)->offenders);
	free(*policy);
	*policy = NULL;
}

static bool is_actionable(const struct yg_policy *policy, const struct yg_finding *finding)
{
	return policy->mode != YG_MODE_OBSERVE && finding->severity >= YG_SEVERITY_MEDIUM &&
	       finding->client_blockable && !yg_address_is_unknown(&finding->client);
}

static bool may_ask(const struct yg_policy *policy, const struct yg_finding *finding)
{
	return policy->mode == YG_MODE_ENFORCE && finding->severity >= YG_SEVERITY_HIGH &&
	       is_actionable(policy, finding);
}

static bool is_protected(const struct yg_policy *policy, const struct yg_address *client)
{
	for (uint32_t i = 0; i < policy->protected_count; i++) {
		if (yg_prefix_has(&policy->protected_prefixes[i], client))
			return true;
	}
	return false;
}

static uint64_t key_of(const struct yg_policy *policy, const struct yg_finding *finding)
{
	return yg_hash(&policy->key, &finding->client, sizeof(finding->client));
}

bool yg_policy_wants_reach(const struct yg_policy *policy, const struct yg_finding *finding)
{
	const struct offender *offender;

	if (!may_ask(policy, finding) || is_protected(policy, &finding->client))
		return false;
	offender = yg_lru_peek(policy->offenders, key_of(policy, finding));
	return !offender || offender->until_ns <= finding->time_ns;
}

static uint64_t ttl_of(const struct yg_policy *policy, const struct offender *offender)
{
	uint32_t doublings = offender->blocks < DOUBLINGS_MAX ? offender->blocks : DOUBLINGS_MAX;

	return policy->ttl_ns > TTL_MAX >> doublings ? TTL_MAX : policy->ttl_ns << doublings;
}

static void make_request(struct yg_policy *policy, const struct yg_finding *finding,
			 const struct yg_reach *reach, uint64_t ttl_ns, struct yg_request *ret)
{
	policy->cookie = policy->cookie == UINT32_MAX ? 1 : policy->cookie + 1;
	*ret = (struct yg_request){
		.kind = YG_REQUEST_BLOCK,
		.cookie = policy->cookie,
		.prefix = { .addr = finding->client, .len = HOST_BITS },
		.reason = YG_REASON_FINDING,
		.ttl_ns = ttl_ns,
		.finding = finding->id,
		.callers_cut = reach->cut,
		.callers_recent = reach->recent,
	};
	policy->counters.requested++;
}

bool yg_policy_decide(struct yg_policy *policy, struct yg_finding *finding,
		      const struct yg_reach *reach, struct yg_request *ret)
{
	struct offender *offender;
	uint64_t key;

	if (!is_actionable(policy, finding))
		return false;
	if (finding->action == YG_ACTION_NONE)
		finding->action = YG_ACTION_PROPOSED;
	if (!may_ask(policy, finding))
		return false;
	if (is_protected(policy, &finding->client)) {
		finding->result = YG_RESULT_PROTECTED;
		policy->counters.protected_++;
		return false;
	}
	key = key_of(policy, finding);
	offender = yg_lru_get(policy->offenders, key, NULL);
	if (offender->until_ns > finding->time_ns)
		return false;
	make_request(policy, finding, reach, ttl_of(policy, offender), ret);
	offender->until_ns = finding->time_ns + AGAIN_NS;
	policy->pending[ret->cookie % PENDING_MAX] = (struct pending){
		.cookie = ret->cookie,
		.finding = finding->id,
		.offender = key,
		.end_ns = finding->time_ns + ret->ttl_ns,
	};
	return true;
}

struct yg_verdict_on yg_policy_reply(struct yg_policy *policy, const struct yg_reply *reply)
{
	struct pending *slot = &policy->pending[reply->cookie % PENDING_MAX], pending = *slot;
	struct yg_verdict_on verdict = { .result = reply->result };
	bool blocked = reply->result == YG_RESULT_OK;
	struct offender *offender;

	if (reply->cookie == 0 || pending.cookie != reply->cookie) {
		policy->counters.unknown_replies++;
		return verdict;
	}
	*slot = (struct pending){ 0 };
	verdict.finding = pending.finding;
	verdict.action = blocked ? YG_ACTION_BLOCKED : YG_ACTION_PROPOSED;
	policy->counters.blocked += blocked;
	policy->counters.refused += !blocked;
	policy->counters.too_many += reply->result == YG_RESULT_TOO_MANY;
	offender = yg_lru_peek(policy->offenders, pending.offender);
	if (offender && blocked) {
		offender->until_ns = pending.end_ns;
		offender->blocks++;
	}
	return verdict;
}

struct yg_policy_counters yg_policy_counters(const struct yg_policy *policy)
{
	return policy->counters;
}
