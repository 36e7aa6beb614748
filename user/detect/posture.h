/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Posture: what is wrong with an endpoint or a service even while nobody attacks it.
 *
 *	exchange -> checks -> fault or clean -> life cycle -> finding
 *
 *	nothing --need sightings--> open --quiet--> resolved --seen again--> reopened --quiet--> ...
 *
 * A check speaks only of what the server accepted: a bad request that was refused is no fault of
 * the server. Every check says fault or clean each time it could judge, so that "not seen" means "seen
 * to be right". A fault is resolved when it was judged clean QUIET_MIN times in a row, for QUIET_NS
 * at least, QUIET_GAPS times as often as it used to take until it was seen, and QUIET_LONG times as
 * often as it ever took: what comes and goes stays open.
 *
 * Heads and bodies are read from the first LEARN exchanges of an endpoint and then from every
 * SAMPLE-th; credentials and tokens are judged on each. Deterministic; fixed tables; no allocation
 * per exchange but inside libcrypto, for a signature that was not seen before.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/macros.h"
#include "detect/detector.h"
#include "detect/fapi_rules.h"
#include "detect/finding.h"
#include "detect/posture_rules.h"
#include "endpoint/specs.h"

/* Rows of its tables; beyond, the least recently used goes, and is counted. */
#define YG_POSTURES_MAX	    2048u  /* findings, about 3 KB each */
#define YG_POSTURE_MEMOS    65536u /* codes, jtis, states ... that must be known again; 64 bytes */
#define YG_POSTURE_TOKENS   8192u  /* access tokens, decoded once; about 200 bytes each */
#define YG_POSTURE_SERVICES 256u   /* about 150 bytes each */
#define YG_POSTURE_OBJECTS  512u   /* about 500 bytes each */
#define YG_POSTURE_FIELDS   8192u  /* of answers of third parties; 32 bytes each */

#define YG_POSTURE_ENUM(name, ...) YG_POSTURE_##name,
enum yg_posture_rule_id {
	YG_POSTURE_RULES(YG_POSTURE_ENUM) YG_FAPI_RULES(YG_POSTURE_ENUM) YG_POSTURE_MAX
};

/* Which profile of FAPI is judged. */
enum yg_fapi { YG_FAPI_OFF, YG_FAPI_1_BASELINE, YG_FAPI_1_ADVANCED, YG_FAPI_2, YG_FAPI_MAX };

/* What a rule of posture is beyond struct yg_rule. */
struct yg_posture_rule {
	struct yg_rule rule;
	uint8_t profiles;   /* YG_FAPI_B and so on; 0: judged always */
	uint8_t need;	    /* sightings before it is a finding */
	bool whole_service; /* about the service, not about an endpoint of it */
};

extern const struct yg_posture_rule yg_posture_rules[YG_POSTURE_MAX];

/* Is it one of the rules above? */
bool yg_rule_is_posture(const struct yg_rule *rule);

/* Sightings before it is a finding; 0 for a rule that is none of the above. */
unsigned int yg_rule_sightings(const struct yg_rule *rule);

struct yg_posture;
struct yg_handshake;
struct yg_hop_link;

struct yg_posture_options {
	struct yg_hash_key key; /* of tokens, codes and names that must be known again; secret */
	enum yg_fapi fapi;
	uint32_t endpoints_max; /* indexes of endpoints are below */
	uint32_t findings_max;	/* 0: YG_POSTURES_MAX */
	/* A JWKS document, for keys that are not served through this host; absent: none. Copied. */
	struct yg_slice jwks;
	struct yg_specs *specs; /* documents; NULL none; outlives the object */
};

enum yg_posture_news {
	YG_POSTURE_NEW,	  /* opened for the first time */
	YG_POSTURE_AGAIN, /* seen again; told once a minute at most */
	YG_POSTURE_STATE, /* resolved or reopened, or its endpoint has another name */
};

typedef void (*yg_posture_fn)(void *ctx, struct yg_finding *finding, enum yg_posture_news news);

/**
 * yg_posture_new() - empty tables; keys of @options->jwks taken in.
 * @fn: called for each finding that opens, changes or is seen again.
 *
 * Return: 0; -ENOMEM; -EINVAL @options->jwks is not a key set.
 */
YG_MUST_CHECK int yg_posture_new(const struct yg_posture_options *options, yg_posture_fn fn,
				 void *ctx, struct yg_posture **ret);
void yg_posture_free(struct yg_posture **posture); /* accepts NULL inside */

/*
 * What the values of an exchange show, for yg_posture_observe() to judge: where they are wanted
 * (YG_VALUES_* bits, to be asked for the request first), and the visitors. @ctx: struct yg_posture.
 * yg_posture_walked() is told how the walk over the response ended.
 * @lesson: all checks will be made; else only those that want every request.
 * @party: the endpoint, if the answer of a third party is to be looked at for what it brings in.
 */
uint32_t yg_posture_wants(struct yg_posture *posture, const struct yg_exchange *exchange,
			  struct yg_bodies *bodies, enum yg_side side, bool lesson,
			  const struct yg_endpoint *party);
struct yg_values_walked;
void yg_posture_walked(struct yg_posture *posture, const struct yg_values_walked *walked);
void yg_posture_visit_request(void *ctx, const struct yg_value *value);
void yg_posture_visit_response(void *ctx, const struct yg_value *value);

/* Judge one exchange; of a lesson, with the values that it was shown. */
void yg_posture_observe(struct yg_posture *posture, const struct yg_scene *scene);

/* Judge what a TLS handshake settled on. */
void yg_posture_handshake(struct yg_posture *posture, const struct yg_handshake *handshake);

/*
 * The same of a third party. @party: its row, which has taken the handshake in; @changed: what
 * yg_parties_handshake() said of it.
 */
struct yg_party;
void yg_posture_party(struct yg_posture *posture, const struct yg_handshake *handshake,
		      const struct yg_party *party, bool changed);

/*
 * A hop was linked to its edge: clear text behind a TLS edge is not clear text of the caller, and
 * what is done for an authorization request is done before its token. @into: the endpoint that was
 * asked; NULL: it is not in the inventory.
 */
void yg_posture_take_hop(struct yg_posture *posture, const struct yg_hop_link *link,
			 const struct yg_endpoint *into);

/**
 * yg_posture_documented() - what documents say of an endpoint.
 * Return: borrowed until the next call; NULL: none speaks of its service, as far as is known.
 */
const struct yg_specs_hit *yg_posture_documented(struct yg_posture *posture,
						 const struct yg_endpoint *endpoint);

/* Findings about @from become those of @into. */
void yg_posture_fold(struct yg_posture *posture, uint64_t from, const struct yg_endpoint *into);

/* Findings that are open or were: for (i = first; i; i = next(i)). at() is NULL for other rows. */
uint32_t yg_posture_first(const struct yg_posture *posture);
uint32_t yg_posture_next(const struct yg_posture *posture, uint32_t i);
struct yg_finding *yg_posture_at(const struct yg_posture *posture, uint32_t i);

/* Row @i as a blob for a restart; false: nothing to keep, or unchanged with @changed_only. */
bool yg_posture_pack(struct yg_posture *posture, uint32_t i, bool changed_only,
		     struct yg_writer *writer, uint64_t *ret_id);

/* Take a row back. Return: 0; -EINVAL damaged, or of a rule that is no more. */
YG_MUST_CHECK int yg_posture_unpack(struct yg_posture *posture, struct yg_reader *reader);

/* Objects and how endpoints answer them: for (i = next(0); i; i = next(i)). */
uint32_t yg_posture_next_object(const struct yg_posture *posture, uint32_t i);

/* Object @i, as yg_posture_pack(): its id is a place of the table, which another takes later. */
bool yg_posture_pack_object(struct yg_posture *posture, uint32_t i, bool changed_only,
			    struct yg_writer *writer, uint64_t *ret_id);

/* Take one back, beside what is known of it by now. Return: 0; -EINVAL damaged. */
YG_MUST_CHECK int yg_posture_unpack_object(struct yg_posture *posture, struct yg_reader *reader);

/* How many URLs requests of an endpoint held, and back, to be added; the reader may turn bad. */
void yg_posture_pack_urls(const struct yg_posture *posture, const struct yg_endpoint *endpoint,
			  struct yg_writer *writer);
void yg_posture_unpack_urls(struct yg_posture *posture, const struct yg_endpoint *endpoint,
			    struct yg_reader *reader);

/* Visits "posture.findings", "posture.evicted", "posture.signatures" ... in order. */
void yg_posture_counters(const struct yg_posture *posture,
			 void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx);
