/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sampling under pressure: is this flow chosen, and with what probability? Shared by the wire and
 * TLS; the same flow takes the same decision at both, and in both directions.
 *
 *	yg_control.sampled 0 ........................... everything (ALL)
 *	one of its addresses is watched (yg_always) .... chosen (ALWAYS)
 *	its service was never asked much (yg_tallies) .. chosen (ALWAYS)
 *	hash(client, client_epoch) < clients ........... chosen, as all flows of the client (CLIENT)
 *	hash(5-tuple, flow_epoch) < sampled ............ chosen (FLOW)
 *	else ........................................... not
 *	of the two last: a request hardly seen before .. chosen to the end of its answer (ALWAYS)
 *
 * Given which clients are seen whole, each other flow is in with probability `sampled`, so that
 * weights of 1 for the former and 1/sampled for the latter make every sum unbiased; and distinct
 * clients are counted among those that are seen whole, 1/clients of them all.
 *
 * A decision stands (struct yg_stream, struct yg_ssl) until a request starts in a later round: what
 * is sampled is sampled from a request's start to its answer's end. A row that was evicted is
 * decided again to the same answer.
 *
 * What is not chosen is still counted: each request start adds to the tally of its service.
 */
#pragma once

#include <bpf/bpf_endian.h>

#include "outline.bpf.h"

/* Not an LRU: a flood of strangers must not push out a suspect. Its writer decides who stays. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, YG_ALWAYS_MAX);
	__type(key, struct yg_addr6);
	__type(value, struct yg_always);
} yg_always SEC(".maps");

/* Not an LRU: counts stay exact; what finds no room is counted in the row of zeroes. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, YG_TALLIES_MAX);
	__type(key, struct yg_tally_key);
	__type(value, struct yg_tally);
} yg_tallies SEC(".maps");

/* A tally of nothing: 128 bytes that the stack has no room for below the calls that lead here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_tally);
} yg_no_tally SEC(".maps");

/* Is @value among the lowest @share of 2^32? A smaller share chooses a subset. */
static __always_inline bool is_below(__u64 value, __u32 share)
{
	return (__u32)(mix64(value) >> 32) < share;
}

/* Who asks: who starts a request; else, alike in both directions, the side with the higher port. */
static __always_inline const __u8 *client_of(const struct yg_emission *e)
{
	if (e->starts || bpf_ntohs(e->key.sport) >= bpf_ntohs(e->key.dport))
		return e->key.saddr;
	return e->key.daddr;
}

/* Flows are told by addresses and ports, alike in both directions. */
static __always_inline __u64 hash_flow(const struct yg_flow_key *key, __u64 addresses)
{
	return addresses + mix64((__u64)key->sport + key->dport);
}

static __always_inline __u32 always_why(const __u8 addr[16], __u64 now_ns)
{
	const struct yg_always *row = bpf_map_lookup_elem(&yg_always, addr);

	return row && now_ns < row->expires_ns ? row->why : 0;
}

/* The tally of the service that a request goes to; made on its first request. */
static __always_inline struct yg_tally *tally_find(const struct yg_emission *e, bool is_tls)
{
	struct yg_tally_key key = { .ifindex = e->key.ifindex,
				    .port = bpf_ntohs(e->key.dport),
				    .tls = is_tls };
	struct yg_tally *tally = bpf_map_lookup_elem(&yg_tallies, &key);
	struct yg_tally *none;
	__u32 zero = 0;

	if (tally)
		return tally;
	none = bpf_map_lookup_elem(&yg_no_tally, &zero);
	if (none)
		(void)bpf_map_update_elem(&yg_tallies, &key, none, BPF_NOEXIST);
	tally = bpf_map_lookup_elem(&yg_tallies, &key);
	if (tally)
		return tally;
	key = (struct yg_tally_key){};
	return bpf_map_lookup_elem(&yg_tallies, &key); /* made by the loader's side, first of all */
}

static __always_inline void tally_add(struct yg_tally *tally, const struct yg_emission *e,
				      bool is_chosen)
{
	__u32 class = (__u32)hash_address(e->key.saddr) & (YG_TALLY_CLASSES - 1);

	if (!tally)
		return;
	__sync_fetch_and_add(&tally->seen[class], e->starts);
	if (is_chosen)
		__sync_fetch_and_add(&tally->chosen[class], e->starts);
}

/* Is this a service that was asked so little that all of it is wanted? */
static __always_inline bool is_young(const struct yg_tally *tally)
{
	__u64 seen = 0;

	if (!tally || !yg_config.young)
		return false;
#pragma unroll
	for (__u32 i = 0; i < YG_TALLY_CLASSES; i++)
		seen += tally->seen[i];
	return seen < yg_config.young;
}

/* A round that no control is in: the decision ends with the next request. */
static __always_inline __u32 round_passing(__u32 round)
{
	return (round ^ 0x80000000u) | 1;
}

/* The decision itself. @hash: of the flow, or of the TLS object while it has no addresses. */
static __always_inline void choice_make(struct yg_choice *choice, const struct yg_control *knobs,
					const struct yg_emission *e, __u64 hash, bool young)
{
	__u64 now_ns = bpf_ktime_get_ns();
	const __u8 *client = client_of(e);
	bool is_known = e->bind != YG_BIND_UNKNOWN;
	__u32 why = 0;

	if (is_known) {
		why = always_why(e->key.saddr, now_ns);
		if (why != YG_ALWAYS_SUSPECT)
			why |= always_why(e->key.daddr, now_ns);
	}
	/*
	 * Not a whole connection, which may last, for a service that is young for a moment; nor by
	 * what opens it, as the preface of HTTP/2 does: its first request decides.
	 */
	choice->round = young || !e->starts ? round_passing(knobs->round) : knobs->round;
	choice->clients = knobs->clients;
	choice->sampled = knobs->sampled;
	choice->known = is_known;
	if (young || (why & YG_ALWAYS_SUSPECT))
		choice->why = YG_CHOSEN_ALWAYS;
	else if (is_known && !(why & YG_ALWAYS_CROWD) &&
		 is_below(hash_address(client) + knobs->client_epoch * 0x9e3779b97f4a7c15ull,
			  knobs->clients))
		choice->why = YG_CHOSEN_CLIENT;
	else if (is_below(hash + knobs->flow_epoch * 0x9e3779b97f4a7c15ull, knobs->sampled))
		choice->why = YG_CHOSEN_FLOW;
	else
		choice->why = YG_CHOSEN_NOT;
}

/* What outlines are told apart by, beside themselves. */
static __always_inline __u64 service_of(const struct yg_flow_key *key)
{
	return (__u64)key->ifindex << 32 | key->dport;
}

/*
 * A request of a kind that is new is in for certain, so it says so, in a flow that was drawn, too.
 * Clients that are seen whole stay what they are: callers are counted among them.
 */
static __always_inline void choice_refine(struct yg_choice *choice, const struct yg_emission *e)
{
	__u64 service = service_of(&e->key);

	if (!e->starts || !e->outline ||
	    (choice->why != YG_CHOSEN_NOT && choice->why != YG_CHOSEN_FLOW))
		return;
	if (!is_fresh(e->outline + mix64(service)))
		return;
	choice->why = YG_CHOSEN_ALWAYS;
	choice->round = round_passing(choice->round);
}

/* May a decision that stands, if any, go on to stand? */
static __always_inline bool choice_stands(const struct yg_choice *choice,
					  const struct yg_control *knobs,
					  const struct yg_emission *e)
{
	if (!choice->round)
		return false;
	if (!e->starts && !e->turns)
		return true;
	return choice->round == knobs->round && (choice->known || e->bind == YG_BIND_UNKNOWN);
}

/* Fill what a record says of its choice. */
static __always_inline bool choice_apply(const struct yg_choice *choice, struct yg_emission *e)
{
	e->chosen = choice->why;
	e->sampled = choice->why == YG_CHOSEN_FLOW ? choice->sampled : 0;
	e->clients = choice->clients;
	return choice->why != YG_CHOSEN_NOT;
}

/*
 * What everything was sampled of until a moment ago is sampled to the end of its message: it has no
 * decision, and starts no request.
 */
static __always_inline bool is_leftover(const struct yg_control *knobs, const struct yg_emission *e)
{
	return !e->starts && !e->turns && bpf_ktime_get_ns() < knobs->whole_until_ns;
}

static __always_inline bool sampling_choose_all(struct yg_emission *e)
{
	e->chosen = YG_CHOSEN_ALL;
	e->sampled = 0;
	e->clients = 0;
	return true;
}

/* Would sampling_choose() say no, and do nothing else? Most of a busy host's segments end here. */
static __always_inline bool sampling_passes(const struct yg_control *knobs,
					    const struct yg_emission *e,
					    const struct yg_choice *choice)
{
	return knobs->sampled && choice->why == YG_CHOSEN_NOT && !e->starts &&
	       choice_stands(choice, knobs, e);
}

/**
 * sampling_choose() - is the flow of @e chosen? Counts the requests that start with it.
 * @choice: of the flow, kept by the caller; zeroes: none.
 * @hash: hash_flow(), or of a TLS object its own while its addresses are not known.
 */
static __always_inline bool sampling_choose(const struct yg_control *knobs, struct yg_emission *e,
					    struct yg_choice *choice, __u64 hash, bool is_tls)
{
	struct yg_tally *tally = e->starts ? tally_find(e, is_tls) : NULL;
	bool chosen;

	if (!knobs->sampled) {
		choice->round = 0;
		tally_add(tally, e, true);
		return sampling_choose_all(e);
	}
	if (!choice->round && is_leftover(knobs, e))
		return sampling_choose_all(e);
	if (!choice_stands(choice, knobs, e))
		choice_make(choice, knobs, e, hash, is_young(tally));
	choice_refine(choice, e);
	chosen = choice_apply(choice, e);
	tally_add(tally, e, chosen);
	return chosen;
}

/* TLS is read for a part of the time only: so much less likely is each of its records. */
static __always_inline void sampling_weigh(const struct yg_control *knobs, struct yg_emission *e)
{
	if (!knobs || !knobs->awake)
		return;
	e->sampled = e->sampled ? (__u64)e->sampled * knobs->awake >> 32 : knobs->awake;
	if (!e->sampled)
		e->sampled = 1;
}

/* The same for a TLS object. */
static __always_inline bool sampling_tls(const struct yg_control *knobs, struct yg_emission *e,
					 struct yg_choice *choice, __u64 hash)
{
	if (!sampling_choose(knobs, e, choice, hash, true))
		return false;
	sampling_weigh(knobs, e);
	return true;
}
