/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stages 4 to 7 behind one door: an exchange goes in; its service, endpoint, caller and findings
 * come out, and everything learned stays inside, within fixed budgets.
 *
 *	exchange -> service + template (endpoint) -> caller -> cell + profile (baseline)
 *		 -> detectors -> findings -> policy -> requests to the enforcer
 *
 * Deterministic: time is the exchange's own, keys are given, iteration is sorted; the same calls
 * give the same callbacks, byte for byte. One thread per object. Nothing is allocated per exchange
 * once the tables stand; a new endpoint or service allocates its row.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "baseline/cell.h"
#include "baseline/data.h"
#include "core/address.h"
#include "core/hash.h"
#include "core/macros.h"
#include "core/slice.h"
#include "detect/detect.h"
#include "detect/finding.h"
#include "detect/label.h"
#include "detect/party.h"
#include "detect/posture.h"
#include "detect/risk.h"
#include "endpoint/caller.h"
#include "endpoint/hop.h"
#include "endpoint/inventory.h"
#include "endpoint/relation.h"
#include "parse/exchange.h"
#include "priv/request.h"
#include "respond/policy.h"
#include "respond/reading.h"

struct yg_knowledge;
struct yg_profile;
struct yg_schema;

#define YG_OBSERVED_FINDINGS_MAX 8 /* findings named per exchange */

/* Why on_finding() is called. */
enum yg_news {
	YG_NEWS_FOUND,	/* a finding that was not there before */
	YG_NEWS_REPEAT, /* the same id again: repeats, time and evidence have grown */
	YG_NEWS_ACTION, /* the same id: action and result, or the state of posture, have changed */
	YG_NEWS_MAX
};

/* What yg_knowledge_save() hands out; stored under (kind, id). */
enum yg_blob {
	YG_BLOB_SERVICE = 1, /* the learned templates of one service */
	YG_BLOB_ENDPOINT,    /* one endpoint with its profile */
	YG_BLOB_POSTURE,     /* one finding of posture */
	YG_BLOB_DATA,	     /* fields of one endpoint that hold sensitive data */
	YG_BLOB_SCHEMA,	     /* the schema of one endpoint, by its id */
	YG_BLOB_TRAIT,	     /* how one endpoint is used */
	YG_BLOB_TALK,	     /* what is said over the WebSockets of one endpoint */
	YG_BLOB_TAKE,	     /* sensitive records of one caller, service, class and day */
	YG_BLOB_PARTY,	     /* one third party */
	YG_BLOB_LISTENER,    /* which host is asked at one address and port */
	YG_BLOB_OBJECT,	     /* how endpoints answer one object */
	YG_BLOB_MAX
};

struct yg_knowledge_sink {
	void *ctx;
	void (*on_finding)(void *ctx, const struct yg_finding *finding, enum yg_news news);
	void (*on_request)(void *ctx, const struct yg_request *request); /* mode enforce */
	/*
	 * This peer is worth seeing whole: a finding is about it, or on the way. Told once a minute
	 * while it goes on; never a proxy, nor an address that a frame may have made up.
	 */
	void (*on_suspect)(void *ctx, const struct yg_address *peer, enum yg_watch why);
	/* A minute of an endpoint has ended. */
	void (*on_cell)(void *ctx, const struct yg_endpoint *endpoint, const struct yg_cell *cell);
	/*
	 * Learning has turned @from into @into (a literal became a parameter, or back): whoever
	 * stores by endpoint id adds the old id's past to the new one. @into: NULL: @from was
	 * never an endpoint, and its past is dropped.
	 */
	void (*on_fold)(void *ctx, uint64_t from, const struct yg_endpoint *into);
	/* What was saved under this name is void: loaded again, it would count twice. */
	void (*on_forget)(void *ctx, enum yg_blob kind, uint64_t id);
	/* An upstream request has found what it was made for. */
	void (*on_link)(void *ctx, uint64_t child, uint64_t parent);
};

struct yg_templates;

struct yg_knowledge_options {
	struct yg_hash_key identity_key; /* callers; random per installation */
	struct yg_hash_key table_key;	 /* tables; random per boot, fixed offline */
	enum yg_mode mode;
	const struct yg_credential_names *names; /* NULL: the usual ones; outlives the object */
	const struct yg_templates *templates; /* above what is learned; NULL: none; outlives it */
	struct yg_specs *specs;		      /* what documents say; NULL: none; outlives it */
	const struct yg_prefix *protected_prefixes; /* [protected_count]; copied */
	uint32_t protected_count;		    /* allow list, own addresses, trusted proxies */
	uint64_t block_ttl_ns;	/* first block; 0: one hour; doubles for repeat offenders */
	uint32_t endpoints_max; /* 0: YG_ENDPOINTS_MAX */
	uint32_t callers_max;	/* 0: YG_CALLERS_MAX */
	uint32_t pairs_max;	/* (endpoint, caller) states of detectors; 0: YG_PAIRS_MAX */
	uint32_t findings_max;	/* kept for iteration; 0: YG_FINDINGS_MAX */
	uint32_t postures_max;	/* findings of posture; 0: YG_POSTURES_MAX */
	enum yg_fapi fapi;	/* profile that is judged */
	struct yg_slice jwks;	/* a key set to verify tokens with; absent: those that are seen */
	struct yg_data_engine_options data; /* classes of the operator, and those left out */
	bool data_each; /* what each exchange holds is asked for, not just what endpoints do */
	char *error;	/* [error_cap]; what is wrong with @data, on -EINVAL; may be NULL */
	size_t error_cap;
};

struct yg_outcome;

/* What is known about one exchange. Valid until the next call on the same object. */
struct yg_observation {
	uint64_t id;		   /* of the exchange; 0: without a request */
	struct yg_slice service;   /* Host without default port, lower case; else see source */
	struct yg_slice path;	   /* normalised; absent: none (CONNECT, "*") */
	struct yg_slice template_; /* "/v1/users/{id}"; absent: not an HTTP path */
	struct yg_slice operation; /* ends template_: "query GetUser"; absent: the path tells */
	struct yg_slice model;	   /* language model that was asked; absent: none */
	struct yg_slice caller;	   /* "bearer:9f86d081884c7d65"; absent: unknown */
	struct yg_slice app;	   /* client application, "app:9f86d081884c7d65"; absent: unknown */
	const struct yg_endpoint *endpoint;	     /* NULL: not in the inventory (yet) */
	const char *rules[YG_OBSERVED_FINDINGS_MAX]; /* rule ids this exchange is evidence of */
	uint64_t findings[YG_OBSERVED_FINDINGS_MAX]; /* their finding ids */
	uint32_t finding_count;
	const struct yg_outcome *outcome; /* what its answer says inside; NULL: not read */
	uint8_t source;	  /* enum yg_service_source: whence the name of the service comes */
	uint8_t protocol; /* enum yg_protocol: of the exchange, or of what its body says */
	bool stream;	  /* language model: answered as a stream of events */
	uint32_t calls;	  /* operations in one batch; 0 without an operation */
	uint32_t depth;	  /* GraphQL: of the deepest selection */
	uint32_t aliases; /* GraphQL */
	const struct yg_data_seen *data; /* sights of sensitive data; NULL: not looked for */
	struct yg_data_set classes;	 /* the ones that hold as far as is known now */
};

#define YG_CALLER_JA4_CAP 40u /* bytes of a JA4, NUL included */

/* What is known about one caller. */
struct yg_caller_info {
	char caller[YG_CALLER_TEXT_CAP];
	char app[YG_CALLER_TEXT_CAP]; /* "" none */
	uint64_t first_ns, last_ns;
	uint64_t requests;
	uint64_t errors;	  /* 4xx */
	struct yg_address client; /* the last one */
	uint32_t clients;	  /* distinct addresses, about */
	uint32_t endpoints;	  /* distinct endpoints, about */
	uint32_t findings;
	uint32_t ja4s;		     /* distinct TLS clients by JA4, about */
	char ja4[YG_CALLER_JA4_CAP]; /* of most of its requests; "" unknown */
};

/**
 * yg_knowledge_new() - empty tables.
 * @options, @sink: copied, with what they point to; members of @sink may be NULL.
 *
 * Return: 0; -ENOMEM; -EINVAL if the mode or a prefix is out of range, or jwks is none.
 */
YG_MUST_CHECK int yg_knowledge_new(const struct yg_knowledge_options *options,
				   const struct yg_knowledge_sink *sink, struct yg_knowledge **ret);
void yg_knowledge_free(struct yg_knowledge **knowledge); /* accepts NULL inside */

/**
 * yg_knowledge_observe() - learn from one exchange and judge it.
 * @now_ns: time of the pipeline (epoch); ends minutes, expires states. The exchange's own times
 *	are what detectors count with.
 * @ret: what is known of it now.
 *
 * Calls the sink before it returns.
 */
void yg_knowledge_observe(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			  uint64_t now_ns, struct yg_observation *ret);

/* Learn from what a TLS handshake settled on. */
struct yg_handshake;
void yg_knowledge_handshake(struct yg_knowledge *knowledge, const struct yg_handshake *handshake);

/* Count what was said over a WebSocket for the endpoint that opened it; learns nothing else. */
struct yg_websocket;
void yg_knowledge_websocket(struct yg_knowledge *knowledge, const struct yg_websocket *websocket);

/*
 * Take in what the other end of its connection tells of an exchange, see endpoint/twin.h: of what
 * was counted and judged there is learned that this host asked, and who led to it.
 */
void yg_knowledge_twin(struct yg_knowledge *knowledge, const struct yg_subject *subject);

/* Count the bytes of an exchange that was observed when it was open; learns nothing else. */
void yg_knowledge_rest(struct yg_knowledge *knowledge, const struct yg_exchange *exchange);

/* What was said over the WebSockets of one endpoint, by its id, NULL: nothing; of all of them. */
struct yg_talk;
const struct yg_talk *yg_knowledge_talk(const struct yg_knowledge *knowledge, uint64_t endpoint);
void yg_knowledge_talks(const struct yg_knowledge *knowledge,
			void (*fn)(void *ctx, const struct yg_talk *talk), void *ctx);

/* What must be kept of an exchange and its observation to ask again. Holds no secret. */
struct yg_recall {
	uint64_t start_ns;		       /* of the request, else of the response */
	struct yg_slice method;		       /* as in the exchange */
	struct yg_slice service, path, caller; /* as observed */
	struct yg_slice operation;	       /* as observed */
	uint8_t source;			       /* as observed; the answer may know better by now */
	struct yg_address client;	       /* as in the subject */
	const struct yg_data_item *data;       /* [data_count]; as observed */
	uint32_t data_count;
};

/**
 * yg_knowledge_resolve() - the same answer from all that is known now, learning nothing.
 *
 * For the second reading of a capture: the template is what the whole capture teaches, the
 * findings are those of this endpoint and caller whose evidence began at or before the exchange.
 * It takes what observe said, not the exchange: the offline run spools a few hundred bytes per
 * exchange without credentials, instead of parsing the capture again.
 */
void yg_knowledge_resolve(struct yg_knowledge *knowledge, const struct yg_recall *recall,
			  struct yg_observation *ret);

/* Let time pass without an exchange; going back is ignored. Once a second is enough. */
void yg_knowledge_tick(struct yg_knowledge *knowledge, uint64_t now_ns);

/*
 * A burst of @lost messages never reached the stages: the minutes that run are marked with it and
 * are not learned as normal.
 */
void yg_knowledge_lose(struct yg_knowledge *knowledge, uint64_t now_ns, uint64_t lost);

/* The input has ended: minutes still open are delivered. */
void yg_knowledge_finish(struct yg_knowledge *knowledge);

/* The enforcer's answer to an earlier on_request(), matched by cookie; unknown ones are counted. */
void yg_knowledge_reply(struct yg_knowledge *knowledge, const struct yg_reply *reply);

/* Sorted: endpoints by service, template, method; callers by text; findings by time. */
typedef void (*yg_endpoint_fn)(void *ctx, const struct yg_endpoint *endpoint);
typedef void (*yg_caller_fn)(void *ctx, const struct yg_caller_info *caller);
typedef void (*yg_finding_fn)(void *ctx, const struct yg_finding *finding);

/* Return: how many were visited; -ENOMEM for the sorted index. */
YG_MUST_CHECK ssize_t yg_knowledge_endpoints(struct yg_knowledge *knowledge, yg_endpoint_fn fn,
					     void *ctx);
YG_MUST_CHECK ssize_t yg_knowledge_callers(struct yg_knowledge *knowledge, yg_caller_fn fn,
					   void *ctx);
YG_MUST_CHECK ssize_t yg_knowledge_findings(struct yg_knowledge *knowledge, yg_finding_fn fn,
					    void *ctx);

/* Which endpoint leads to which: all; or @max rows of what was counted since it was told. */
void yg_knowledge_relations(const struct yg_knowledge *knowledge, yg_relation_fn fn, void *ctx);
void yg_knowledge_relation_news(struct yg_knowledge *knowledge, uint32_t max, yg_relation_fn fn,
				void *ctx);
void yg_knowledge_relations_told(struct yg_knowledge *knowledge); /* the last news arrived */

/* What callers were given of sensitive records, today or on the last day they were there. */
struct yg_take;
typedef void (*yg_take_fn)(void *ctx, const struct yg_take *take);
void yg_knowledge_takes(const struct yg_knowledge *knowledge, yg_take_fn fn, void *ctx);

/* Third parties that this host asks, the last one first. */
void yg_knowledge_parties(const struct yg_knowledge *knowledge, yg_party_fn fn, void *ctx);

/* Endpoint by its id, NULL if it is not in the inventory. O(endpoints). */
const struct yg_endpoint *yg_knowledge_endpoint(const struct yg_knowledge *knowledge, uint64_t id);

/* What is normal for an endpoint of this object; see baseline/profile.h. Never NULL. */
const struct yg_profile *yg_knowledge_profile(const struct yg_knowledge *knowledge,
					      const struct yg_endpoint *endpoint);

/* What may be shown of a target; see yg_data_mask_target(). @recall: NULL: unknown. */
struct yg_slice yg_knowledge_mask_target(struct yg_knowledge *knowledge,
					 const struct yg_recall *recall,
					 const struct yg_data_set *classes, struct yg_slice target);

/* Sensitive data in the fields of the endpoints of this object; see baseline/data.h. */
const struct yg_data *yg_knowledge_data(const struct yg_knowledge *knowledge);

/* Of one endpoint, what yg_data_news() has to tell. */
void yg_knowledge_data_news(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			    yg_data_field_fn fn, void *ctx);

/* What was learned of its parameters and fields; NULL: nothing. */
const struct yg_schema *yg_knowledge_schema(const struct yg_knowledge *knowledge,
					    const struct yg_endpoint *endpoint);

/* Under which addresses an endpoint of this object is known outside, and where it is. */
struct yg_exposure;
const struct yg_exposure *yg_knowledge_exposure(const struct yg_knowledge *knowledge,
						const struct yg_endpoint *endpoint);

/* Labels and risk of one endpoint. */
struct yg_assessment {
	struct yg_labels labels;
	struct yg_risk risk;
};

/*
 * Look at the whole inventory and all findings, for what is said of each endpoint afterwards. Once
 * in ten seconds is enough. O(endpoints + findings).
 */
void yg_knowledge_assess(struct yg_knowledge *knowledge);

/* What is said of an endpoint of this object, by the last yg_knowledge_assess(). */
void yg_knowledge_assessment(const struct yg_knowledge *knowledge,
			     const struct yg_endpoint *endpoint, struct yg_assessment *ret);

/* Has it changed since this was asked last? */
bool yg_knowledge_assessment_news(struct yg_knowledge *knowledge,
				  const struct yg_endpoint *endpoint,
				  const struct yg_assessment *assessment);

#define YG_BLOB_BYTES_MAX (1u << 20)

typedef void (*yg_blob_fn)(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data,
			   size_t len);

/**
 * yg_knowledge_save() - everything learned, as blobs that outlive a restart.
 * @changed_only: only what changed since the last save.
 *
 * Order is the order to load in. Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_knowledge_save(struct yg_knowledge *knowledge, bool changed_only,
				    yg_blob_fn fn, void *ctx);

/**
 * yg_knowledge_save_young() - endpoints still learned in full, if they have changed.
 *
 * For those who look on: what was just found shows within seconds, what changes seldom costs
 * nothing. Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_knowledge_save_young(struct yg_knowledge *knowledge, yg_blob_fn fn, void *ctx);

/**
 * yg_knowledge_load() - take one blob back in; services before endpoints.
 *
 * Return: 0; -EINVAL if it is damaged or of another version (then nothing has changed); -ENOMEM;
 * -ENOSPC if the table is full.
 */
YG_MUST_CHECK int yg_knowledge_load(struct yg_knowledge *knowledge, enum yg_blob kind,
				    const uint8_t *data, size_t len);

/* Visits every counter of stages 4 to 7: "endpoint.evicted". The order is fixed. */
typedef void (*yg_counter_fn)(void *ctx, const char *name, uint64_t value);
void yg_knowledge_counters(const struct yg_knowledge *knowledge, yg_counter_fn fn, void *ctx);
