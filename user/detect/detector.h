/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 6, detect: what every detector gets to see and how it speaks.
 *
 * One file per detector, one row in the table of detect.c. A detector holds fixed tables of its
 * own, takes time from the scene only, and reports a sighting when its evidence is complete;
 * repeating, naming and rate-limiting findings is not its business (see detect.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/data.h"
#include "baseline/profile.h"
#include "core/hash.h"
#include "core/lru.h"
#include "core/macros.h"
#include "detect/finding.h"
#include "detect/object.h"
#include "endpoint/caller.h"
#include "endpoint/inventory.h"
#include "endpoint/trie.h"
#include "parse/binary.h"
#include "parse/body.h"
#include "parse/credential.h"
#include "parse/exchange.h"

/* How the service took the request. */
enum yg_answer {
	YG_ANSWER_UNKNOWN, /* no response seen */
	YG_ANSWER_SUCCESS, /* 2xx, 304 */
	YG_ANSWER_DENIED,  /* 401, 403 */
	YG_ANSWER_MISSING, /* 404, 405, 410, 501 */
	YG_ANSWER_INVALID, /* 400, 422 */
	YG_ANSWER_OTHER,
	YG_ANSWER_MAX
};

/* @status: 0 for no response. */
enum yg_answer yg_answer_from_status(uint16_t status);

/* The same, where the application says no under a status that says yes. @kind: yg_outcome_kind. */
enum yg_answer yg_answer_from_outcome(uint16_t status, uint8_t kind);

struct yg_operation;
struct yg_schema;
struct yg_schema_drift;

/* What a POST says of who logs in: the first of each kind, as sent; absent: none. */
struct yg_login {
	struct yg_slice user, password;
	char numbers[2][YG_BINARY_NUMBER_CAP]; /* of those that a binary body had as numbers */
};

#define YG_LOGIN_VALUES 40u /* values of a body that are looked at; logins are small */

/* yg_value_fn, of the request's body; @ctx: struct yg_login. */
void yg_login_visit(void *ctx, const struct yg_value *value);

/* One exchange with all that stages 4 and 5 know. Borrowed for the call. */
struct yg_scene {
	const struct yg_exchange *exchange;
	struct yg_bodies *bodies; /* of the exchange; decoded when asked for */
	const struct yg_credentials *credentials;
	const struct yg_caller *caller;
	const struct yg_endpoint *endpoint; /* NULL: not in the inventory */
	struct yg_profile *profile;	    /* of the endpoint; NULL likewise */
	const struct yg_path *path;	    /* len 0: no path */
	const struct yg_route *route;
	const struct yg_objects *objects;
	const struct yg_login *login;	      /* NULL: not looked for */
	const struct yg_operation *operation; /* NULL: not looked for */
	const struct yg_handed *handed;	      /* ids of the answer; NULL: not read yet */
	struct yg_slice service;
	struct yg_slice template_;
	struct yg_address client;
	bool client_blockable; /* certain, and not known through a header only */
	uint64_t time_ns;      /* of the request */
	enum yg_answer answer;
	uint8_t outcome;		 /* enum yg_outcome_kind: what the answer says inside */
	const struct yg_data *fields;	 /* what fields of endpoints hold; NULL: not known */
	const struct yg_data_seen *data; /* what the exchange holds; NULL: not looked for */
	const struct yg_schema *schema;	 /* of the endpoint; NULL: nothing was learned */
	const struct yg_schema_drift *drifts; /* [drift_count]; of this exchange */
	uint32_t drift_count;
	bool lesson;	 /* its values were shown to all who learn; heads and bodies are judged */
	bool *suspicion; /* set by who is on the way to a sighting; NULL: nobody wants to know */
};

/* A state of a third of its threshold: the sampler is asked to miss nothing of this client. */
static inline void yg_scene_suspect(const struct yg_scene *scene)
{
	if (scene->suspicion)
		*scene->suspicion = true;
}

/* Evidence is complete. */
struct yg_sighting {
	const struct yg_rule *rule;
	enum yg_severity severity;
	uint64_t subject;	  /* who: equal subjects of one rule and endpoint are one finding */
	bool whole_service;	  /* the finding is not about one endpoint */
	uint64_t first_ns;	  /* of the evidence */
	struct yg_address client; /* whose doing it is; unknown: the client of the scene */
	bool client_blockable;	  /* with a client: it may be cut */
	char cause[YG_FINDING_TEXT_CAP];
	struct yg_evidence evidence[YG_FINDING_EVIDENCE_MAX];
	uint32_t evidence_count;
};

typedef void (*yg_sighting_fn)(void *ctx, const struct yg_scene *scene,
			       const struct yg_sighting *sighting);

struct yg_detect_options {
	struct yg_hash_key identity_key; /* of user names and object ids */
	uint32_t pairs_max;
};

struct yg_detector {
	const char *name; /* of its counters: "bola" */
	int (*open)(const struct yg_detect_options *options, void **ret); /* 0 or -ENOMEM */
	void (*close)(void **state);
	void (*observe)(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx);
	uint64_t (*evicted)(const void *state); /* rows given up */
};

#define YG_DETECTOR_TABLES 2u

/* What a detector that remembers holds: least recently used rows go first. */
struct yg_memory {
	struct yg_hash_key key; /* of names and ids */
	struct yg_lru *tables[YG_DETECTOR_TABLES];
};

struct yg_memory_shape {
	uint32_t rows;
	size_t row_size; /* bytes; 0: no such table */
};

/* A struct yg_memory with these tables, for struct yg_detector.open. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_memory_open(const struct yg_detect_options *options,
				 const struct yg_memory_shape *shapes, void **ret);
void yg_memory_close(void **state); /* accepts NULL inside */
uint64_t yg_memory_evicted(const void *state);

/* For a detector that remembers nothing. */
int yg_memoryless_open(const struct yg_detect_options *options, void **ret); /* 0 */
void yg_memoryless_close(void **state);
uint64_t yg_memoryless_evicted(const void *state); /* 0 */

extern const struct yg_rule yg_rule_bola, yg_rule_brute, yg_rule_flood, yg_rule_framing,
	yg_rule_harvest, yg_rule_probing, yg_rule_spraying, yg_rule_stuffing;

extern const struct yg_detector yg_detect_bola;
extern const struct yg_detector yg_detect_login;
extern const struct yg_detector yg_detect_probing;
extern const struct yg_detector yg_detect_framing;
extern const struct yg_detector yg_detect_harvest;

/* Append a row of evidence; beyond YG_FINDING_EVIDENCE_MAX it is left out. @name: literal. */
void yg_sighting_number(struct yg_sighting *sighting, const char *name, double value);
void yg_sighting_text(struct yg_sighting *sighting, const char *name, struct yg_slice text);
