/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 8: what the desk remembers. Messages of the feed go in, in transactions; lists of JSON
 * objects come out.
 *
 *	yagura.db		endpoints, callers, findings, blocks, audit, learned state,
 *				minutes of the running hour, blocks of hours (hour.h)
 *	samples-YYYYMMDD.db	exchanges of one UTC day; dropped whole to expire
 *
 * All times come from the caller. A file that turns out damaged is moved aside and begun anew.
 * One thread; other processes may read the files.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/cell.h"
#include "core/macros.h"
#include "core/slice.h"
#include "store/feed.h"

#define YG_STORE_SAMPLE_DAYS_MAX 9u	  /* SQLite attaches ten files to one connection */
#define YG_STORE_SAMPLES_MAX	 2000000u /* per day, about 300 MB; more are counted, not stored */
#define YG_STORE_ENDPOINTS_MAX	 100000u  /* rows; beyond: those unseen the longest go */
#define YG_STORE_CALLERS_MAX	 200000u
#define YG_STORE_FINDINGS_MAX	 100000u
#define YG_STORE_DATA_MAX	 200000u
#define YG_STORE_PARTIES_MAX	 20000u
#define YG_STORE_TAKES_MAX	 200000u
#define YG_STORE_CALLS_MAX	 200000u
#define YG_STORE_LIST_MAX	 1000u /* rows of one list; more are asked for by offset */

/* Each row: what it counts. Totals since yg_store_new(). */
#define YG_STORE_COUNTERS(X)                                                   \
	X(stored, "messages stored")                                           \
	X(skip_kind, "messages that are not for the store")                    \
	X(lost_cell, "cells refused: not a packed cell")                       \
	X(lost_sample, "samples beyond the limit of a day, or of another day") \
	X(lost_write, "messages the database refused")                         \
	X(hours, "blocks of hours written")                                    \
	X(evicted, "rows removed by a limit on rows")                          \
	X(expired, "rows and day files removed by age")                        \
	X(commits, "transactions committed")                                   \
	X(commits_failed, "transactions that failed and were tried again")     \
	X(damaged, "database files moved aside")

struct yg_store_counters {
#define YG_STORE_COUNTER(name, help) uint64_t name;
	YG_STORE_COUNTERS(YG_STORE_COUNTER)
#undef YG_STORE_COUNTER
};

struct yg_store;
struct yg_json;

struct yg_store_options {
	int dir_fd;		 /* state directory, borrowed */
	uint32_t retention_days; /* 1.. */
	uint32_t sample_days;	 /* 1..YG_STORE_SAMPLE_DAYS_MAX */
};

/**
 * yg_store_new() - open or make the databases.
 * @now_ns: epoch; names today's file.
 *
 * Damage found is in the counters (damaged). Return: 0; -EINVAL days out of range; -ENOMEM;
 * -ENOSPC; -EIO.
 */
YG_MUST_CHECK int yg_store_new(const struct yg_store_options *options, uint64_t now_ns,
			       struct yg_store **ret);
void yg_store_free(struct yg_store **store); /* accepts NULL inside; an open batch is undone */

/* Borrowed, live until the store is freed. */
const struct yg_store_counters *yg_store_counters_view(const struct yg_store *store);

/**
 * yg_store_begin() - start a batch: all or nothing of what follows until yg_store_commit().
 * Return: 0; -EBUSY another process writes; -errno.
 */
YG_MUST_CHECK int yg_store_begin(struct yg_store *store);

/**
 * yg_store_put() - take one message of the feed in, inside a batch.
 *
 * endpoint, caller, finding: replace the row of the same id (a finding keeps the operator's word).
 * cell, sample: add. state, fold: replace, join. Others are counted and ignored.
 *
 * Return: 0, also for a message that was counted as lost; -ENOSPC, -EBUSY, -EIO, -EUCLEAN: the
 * batch is void, undo it and try again.
 */
YG_MUST_CHECK int yg_store_put(struct yg_store *store, const struct yg_feed_message *message,
			       uint64_t now_ns);

/**
 * yg_store_commit() - make the batch durable.
 * Return: 0; -errno: the batch was undone, give it again.
 */
YG_MUST_CHECK int yg_store_commit(struct yg_store *store);
void yg_store_undo(struct yg_store *store); /* no batch: nothing */

/**
 * yg_store_recover() - after -EUCLEAN: move the damaged file aside and begin it anew.
 * Return: 0; -errno the store cannot be used now, try again later.
 */
YG_MUST_CHECK int yg_store_recover(struct yg_store *store, uint64_t now_ns);

/**
 * yg_store_step() - the time of day was set, or the host slept.
 * @before_ns, @now_ns: epoch; what it was, and what it is.
 *
 * Blocks end when they would have ended: the kernel counts their time by a clock that is not set.
 * For YG_STORE_DOUBT_NS nothing expires, and likewise after a start at a time that is so much later
 * than everything stored: a clock that was wrong is right again by then.
 *
 * Return: 0; -errno: the blocks are as they were.
 */
YG_MUST_CHECK int yg_store_step(struct yg_store *store, uint64_t before_ns, uint64_t now_ns);
#define YG_STORE_DOUBT_NS 86400000000000ull /* a day: NTP has answered, or somebody has looked */

/**
 * yg_store_tick() - close hours that are over, expire what is old. Outside a batch.
 *
 * Cheap when there is nothing to do; meant to be called each second.
 *
 * Return: 0; -errno.
 */
YG_MUST_CHECK int yg_store_tick(struct yg_store *store, uint64_t now_ns);

enum yg_store_list {
	YG_STORE_ENDPOINTS,
	YG_STORE_CALLERS,
	YG_STORE_FINDINGS,
	YG_STORE_SAMPLES,
	YG_STORE_PARTIES,
	YG_STORE_LIST_END
};

enum yg_store_order {
	YG_STORE_BY_NAME,
	YG_STORE_BY_REQUESTS,
	YG_STORE_BY_RISK,
	YG_STORE_BY_TIME,    /* the last used first */
	YG_STORE_BY_RECORDS, /* CALLERS: most sensitive records first */
	YG_STORE_ORDER_MAX
};

/*
 * Absent texts and zero numbers do not filter.
 *
 * Exposure: "external": public addresses ask it; "relayed": they ask an endpoint that leads to it;
 * "internal": private ones alone; "outbound": this host asks it of others; "unknown".
 */
struct yg_store_filter {
	uint64_t id;		  /* endpoint of ENDPOINTS and SAMPLES, finding of FINDINGS */
	struct yg_slice service;  /* ENDPOINTS, FINDINGS: exact */
	struct yg_slice method;	  /* ENDPOINTS, SAMPLES: exact */
	struct yg_slice contains; /* ENDPOINTS: in the template; CALLERS, FINDINGS: in the caller */
	struct yg_slice rule;	  /* FINDINGS: exact */
	struct yg_slice severity; /* FINDINGS: at least */
	struct yg_slice status;	  /* FINDINGS: open, dismissed or approved */
	struct yg_slice kind;	  /* FINDINGS: attack or posture */
	struct yg_slice state;	  /* FINDINGS: open, resolved, reopened; unresolved: not resolved */
	struct yg_slice data;	  /* ENDPOINTS: holds this class, or one of its kind: "secret" */
	uint64_t since_ns;	  /* last_seen, or time */
	uint64_t new_ns;	  /* ENDPOINTS: first_seen */
	struct yg_slice label;	  /* ENDPOINTS: has this label */
	uint32_t risk;		  /* ENDPOINTS: at least */
	struct yg_slice host;	  /* ENDPOINTS: its host, or one that it is reached under */
	struct yg_slice search;	  /* ENDPOINTS: in method, service, template or an address */
	struct yg_slice auth;	  /* ENDPOINTS: asked with this: "none", "bearer" ... */
	struct yg_slice exposure; /* ENDPOINTS: who can ask it; see below */
	bool by_requests;	  /* ENDPOINTS, CALLERS: most requests first */
	enum yg_store_order order; /* ENDPOINTS, without by_requests; CALLERS: BY_RECORDS */
	uint32_t limit;		   /* 1..YG_STORE_LIST_MAX; 0: 100 */
	uint32_t offset;
};

/* One JSON object, "type" first; borrowed for the call. Not 0 ends the list. */
typedef int (*yg_store_row_fn)(void *ctx, struct yg_slice object);

/**
 * yg_store_each() - visit the rows of a list.
 *
 * Order: endpoints by service, template, method; callers and samples newest first; findings newest
 * first.
 *
 * Return: how many rows; -EINVAL a filter is no word it could be; -errno.
 */
YG_MUST_CHECK ssize_t yg_store_each(struct yg_store *store, enum yg_store_list list,
				    const struct yg_store_filter *filter, yg_store_row_fn fn,
				    void *ctx);

/**
 * yg_store_relations() - the graph around an endpoint, as JSON objects.
 *
 * What leads to it first, then where it leads to, three steps far; at most 100 rows. Depth -1 leads
 * to it, 0 is its own, 1 and 2 are further.
 *
 * Return: how many rows; -errno.
 */
YG_MUST_CHECK ssize_t yg_store_relations(struct yg_store *store, uint64_t endpoint,
					 yg_store_row_fn fn, void *ctx);

/**
 * yg_store_graph() - which endpoint, or service, leads to which, as JSON objects.
 * @filter: service (either end), kind ("upstream", "third-party"), contains (in the name of either
 *	end), since_ns, limit and offset count.
 * @by_service: one row per pair of services; their ends have a service alone.
 *
 * Each row names the classes of data that requests carry there. Most requests first.
 * Return: how many rows; -errno.
 */
YG_MUST_CHECK ssize_t yg_store_graph(struct yg_store *store, const struct yg_store_filter *filter,
				     bool by_service, yg_store_row_fn fn, void *ctx);

/* How many endpoints hold a class, and how many values of it were seen there. */
struct yg_store_data_count {
	struct yg_slice class_, in, confidence; /* borrowed for the call */
	uint64_t endpoints, values;
};

/* Visit the classes of data in order of name, direction and confidence. Return: 0; -errno. */
YG_MUST_CHECK int
yg_store_data_counts(struct yg_store *store,
		     void (*fn)(void *ctx, const struct yg_store_data_count *count), void *ctx);

/* Risk of the whole: see detect/risk.h. 0 without endpoints, or on failure. */
uint32_t yg_store_risk(struct yg_store *store);

typedef void (*yg_store_risk_fn)(void *ctx, uint64_t time_ns, uint32_t risk);

/**
 * yg_store_risks() - how risk went: the highest of each hour, or of each day, oldest first.
 * @endpoint: 0: the whole.
 *
 * Return: how many; -errno.
 */
YG_MUST_CHECK ssize_t yg_store_risks(struct yg_store *store, uint64_t endpoint, uint64_t since_ns,
				     bool by_day, yg_store_risk_fn fn, void *ctx);

typedef void (*yg_store_service_fn)(void *ctx, struct yg_slice service, uint32_t risk,
				    uint64_t endpoints);

/* The riskiest first, at most @limit. @service: that one alone; absent: all. Return: how many;
 * -errno. */
YG_MUST_CHECK ssize_t yg_store_services(struct yg_store *store, struct yg_slice service,
					uint32_t limit, yg_store_service_fn fn, void *ctx);

/* How the risk of a service went, by those of its endpoints that were in use. As above. */
YG_MUST_CHECK ssize_t yg_store_service_risks(struct yg_store *store, struct yg_slice service,
					     uint64_t since_ns, bool by_day, yg_store_risk_fn fn,
					     void *ctx);

/* Blobs of one endpoint, as yg_knowledge_save() handed them out. */
struct yg_store_learned {
	uint64_t id;
	struct yg_slice endpoint;
	struct yg_slice schema; /* len 0: none */
};

/* Not 0 ends the list, and is what is returned. */
typedef int (*yg_store_learned_fn)(void *ctx, const struct yg_store_learned *learned);

/**
 * yg_store_learned() - endpoints with what the analyzer learned of them.
 * @filter: id, service, limit and offset count; order as of the list of endpoints.
 *
 * Those that were not saved yet are left out. Return: how many were looked at; -errno.
 */
YG_MUST_CHECK ssize_t yg_store_learned(struct yg_store *store, const struct yg_store_filter *filter,
				       yg_store_learned_fn fn, void *ctx);

/* Rows of the list without limit and filter, 0 on failure. Not for SAMPLES. */
uint64_t yg_store_count(struct yg_store *store, enum yg_store_list list);
/* Findings that nobody has decided on, 0 on failure. */
uint64_t yg_store_findings_open(struct yg_store *store);

typedef void (*yg_store_cell_fn)(void *ctx, const struct yg_cell *cell);

/**
 * yg_store_series() - the cells of an endpoint, oldest first; one minute may come twice.
 * @from_ns, @to_ns: starts of minutes within [from, to).
 *
 * Return: how many cells; -errno.
 */
YG_MUST_CHECK ssize_t yg_store_series(struct yg_store *store, uint64_t endpoint, uint64_t from_ns,
				      uint64_t to_ns, yg_store_cell_fn fn, void *ctx);

/* An operator's word on a finding. */
struct yg_store_decision {
	uint64_t finding;
	const char *status; /* "open", "dismissed" or "approved" */
	struct yg_slice who;
	uint64_t time_ns;
};

/**
 * yg_store_decide() - remember it. Return: 0; -ENOENT no such finding; -errno.
 */
YG_MUST_CHECK int yg_store_decide(struct yg_store *store, const struct yg_store_decision *decision);

/* What a decision on a finding needs to know of it. */
struct yg_store_case {
	struct yg_slice client; /* address as text; absent: unknown */
	struct yg_slice title;
	struct yg_slice status;
	bool blockable; /* the address is certain */
};

typedef void (*yg_store_case_fn)(void *ctx, const struct yg_store_case *found);

/* Show the finding to @fn. Return: 0; -ENOENT; -errno. */
YG_MUST_CHECK int yg_store_case_find(struct yg_store *store, uint64_t finding, yg_store_case_fn fn,
				     void *ctx);

/* A block that somebody asked for; kept beside the kernel's own table for its words. */
struct yg_store_block {
	struct yg_slice prefix; /* text, canonical */
	struct yg_slice reason; /* the operator's words, or the title of the finding */
	struct yg_slice who;
	uint64_t finding; /* 0: none */
	uint64_t placed_ns, expires_ns;
};

/* Return: 0; -errno. Replaces a block of the same prefix. */
YG_MUST_CHECK int yg_store_block_put(struct yg_store *store, const struct yg_store_block *block);
/* Return: 0, also if there was none; -errno. */
YG_MUST_CHECK int yg_store_block_remove(struct yg_store *store, struct yg_slice prefix);

/* How many a block would cut. */
struct yg_store_reach {
	uint32_t recent; /* callers seen since then */
	uint32_t cut;	 /* of them, those that came last from behind the prefix */
};

/* Return: 0; -errno. O(recent callers). */
YG_MUST_CHECK int yg_store_reach(struct yg_store *store, const struct yg_prefix *prefix,
				 uint64_t since_ns, struct yg_store_reach *ret);

typedef void (*yg_store_block_fn)(void *ctx, const struct yg_store_block *block);

/* Show the block of @prefix to @fn. Return: 0; -ENOENT; -errno. */
YG_MUST_CHECK int yg_store_block_find(struct yg_store *store, struct yg_slice prefix,
				      yg_store_block_fn fn, void *ctx);

/* Blocks that end after @now_ns. Return: how many; -errno. */
YG_MUST_CHECK ssize_t yg_store_block_each(struct yg_store *store, uint64_t now_ns,
					  yg_store_block_fn fn, void *ctx);

/* Who asked for what, and what came of it. */
struct yg_store_audit {
	uint64_t time_ns;
	uint32_t uid;
	const char *action; /* "block" */
	struct yg_slice object;
	const char *result; /* "ok", "protected" ... */
};

/* Return: 0; -errno. */
YG_MUST_CHECK int yg_store_audit_put(struct yg_store *store, const struct yg_store_audit *entry);

typedef int (*yg_store_state_fn)(void *ctx, const struct yg_feed_message *message);

/**
 * yg_store_state_each() - give the analyzer's state back, in the order to load it in.
 * @fn: a state message; not 0 ends the walk.
 *
 * Return: how many messages; -errno; or what @fn returned.
 */
YG_MUST_CHECK ssize_t yg_store_state_each(struct yg_store *store, yg_store_state_fn fn, void *ctx);
