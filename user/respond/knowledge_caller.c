/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who asks: what is counted of each caller, and with which TLS clients it comes, by JA4: a key that
 * was always used by one program and now comes from another one may be in other hands.
 */
#include <string.h>

#include "baseline/estimate.h"
#include "respond/knowledge_inside.h"

#define USUAL_LEAD 8u /* requests that more came with one than with all others: it is usual */

/* Boyer and Moore: who leads in the end had more than half of all, if anybody had. */
static void vote(struct yg_caller_ja4 *ja4, struct yg_slice text)
{
	if (ja4->lead == 0 && text.len < sizeof(ja4->most)) {
		memcpy(ja4->most, text.ptr, text.len);
		ja4->most[text.len] = '\0';
		ja4->lead = 1;
	} else if (yg_slice_equal(text, yg_slice_from_str(ja4->most))) {
		ja4->lead += ja4->lead < UINT32_MAX;
	} else {
		ja4->lead--;
	}
}

void yg_caller_ja4_note(struct yg_caller_ja4 *ja4, const struct yg_hash_key *key,
			struct yg_slice text)
{
	if (!text.len)
		return;
	ja4->seen |= 1ull << (yg_hash(key, text.ptr, text.len) % 64);
	vote(ja4, text);
}

void yg_caller_ja4_add(const struct yg_caller_ja4 *ja4, struct yg_slice text,
		       struct yg_finding *finding)
{
	struct yg_evidence *row = NULL;

	for (uint32_t i = 0; i < finding->evidence_count; i++) {
		if (strcmp(finding->evidence[i].name, "ja4") == 0)
			return; /* of the first of the evidence */
	}
	if (!text.len || text.len >= sizeof(row->text) ||
	    finding->evidence_count + 2 > YG_FINDING_EVIDENCE_MAX)
		return;
	row = &finding->evidence[finding->evidence_count++];
	*row = (struct yg_evidence){ .name = "ja4" };
	memcpy(row->text, text.ptr, text.len);
	if (ja4->lead < USUAL_LEAD || yg_slice_equal(text, yg_slice_from_str(ja4->most)))
		return;
	row = &finding->evidence[finding->evidence_count++];
	*row = (struct yg_evidence){ .name = "ja4_usual" };
	memcpy(row->text, ja4->most, sizeof(ja4->most));
}

void yg_knowledge_count_caller(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			       const struct yg_endpoint *endpoint)
{
	const struct yg_caller *caller = &knowledge->reading->caller;
	uint64_t time_ns = yg_knowledge_time_of(subject->exchange);
	struct caller_row *row;
	uint32_t weight;
	bool fresh;

	if (!caller->hash)
		return;
	row = yg_lru_get(knowledge->callers, caller->hash, &fresh);
	if (fresh) {
		memcpy(row->caller, caller->text, sizeof(row->caller));
		row->first_ns = time_ns;
	}
	yg_caller_ja4_note(&row->ja4, &knowledge->table_key, knowledge->ja4);
	if (caller->app)
		memcpy(row->app, caller->app_text, sizeof(row->app));
	if (time_ns > row->last_ns)
		row->last_ns = time_ns;
	weight = yg_weight_from_share(subject->exchange->sampled);
	row->requests += weight;
	row->errors += subject->exchange->response.status / 100 == 4 ? weight : 0;
	row->client = subject->client;
	row->clients |= 1ull << (yg_knowledge_hash_client(knowledge, &subject->client) % 64);
	if (endpoint)
		row->endpoints |= 1ull << (endpoint->id % 64);
}

void yg_knowledge_uncount_caller(struct yg_knowledge *knowledge, const struct yg_hop_link *link)
{
	struct caller_row *row = yg_lru_peek(knowledge->callers, link->caller);
	uint64_t weight = link->weight;

	/* It may have made room since, and be counted anew. */
	if (!link->caller || !row || row->first_ns > link->time_ns || row->requests < weight)
		return;
	row->requests -= weight;
	if (link->status / 100 == 4)
		row->errors -= row->errors < weight ? row->errors : weight;
}
