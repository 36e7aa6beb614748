/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stages in order: segment -> stream -> parse -> endpoint -> baseline -> detect -> respond.
 *
 * One object, fed with segments, shared by yagurad's analyzer role and by `yagura analyze`. It has
 * no globals, reads no clock and no randomness: the same options and the same calls give the same
 * callbacks, byte for byte. It opens nothing and logs nothing. One thread feeds it; a second one
 * runs inside if asked for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/hash.h"
#include "core/macros.h"
#include "core/slice.h"
#include "daemon/own.h"
#include "detect/finding.h"
#include "parse/exchange.h"
#include "parse/handshake.h"
#include "parse/tunnel.h"
#include "priv/request.h"
#include "respond/knowledge.h"
#include "yagura/event.h"

struct yg_pipeline;

struct yg_templates;

struct yg_pipeline_options {
	struct yg_hash_key table_key;	 /* hash tables; random per boot, fixed offline */
	struct yg_hash_key identity_key; /* callers' identities; random per installation */
	enum yg_mode mode;
	const struct yg_credential_names *names; /* NULL: the usual ones; outlives the pipeline */
	const struct yg_templates *templates;	 /* NULL: all are learned; outlives the pipeline */
	struct yg_specs *specs; /* what documents say; NULL: none; outlives the pipeline */
	const struct yg_prefix *trusted_proxies; /* [trusted_proxies_count]; copied */
	uint32_t trusted_proxies_count;
	/* Addresses of this host: what they ask of others is outbound. Copied. */
	const struct yg_prefix *own_prefixes; /* [own_count] */
	uint32_t own_count;
	const struct yg_prefix *protected_prefixes; /* [protected_count]; copied; never blocked */
	uint32_t protected_count;
	/* Budget of all tables together; 0: 256 MiB. No table grows beyond its row of limits.h. */
	uint64_t memory_bytes;
	uint64_t block_ttl_ns;		    /* of a requested block; 0: one hour */
	struct yg_data_engine_options data; /* classes of the operator; copied */
	bool data_each;			    /* what each single exchange holds is asked for */
	char *error; /* [error_cap]; what is wrong with @data, on -EINVAL; may be NULL */
	size_t error_cap;
	/*
	 * Stages 4 to 7 in a thread of their own, if there can be one: then the sink is called
	 * from it, and what the pipeline knows may be asked for only after yg_pipeline_finish().
	 */
	bool threaded;
	/* What goes on silently is looked at and told this often; 0: at its end alone. */
	uint64_t look_ns;
	enum yg_fapi fapi;    /* profile of FAPI that is judged */
	struct yg_slice jwks; /* key set to verify tokens with; may be absent */
};

/*
 * Where the results go. Any member may be NULL; all are called from the thread that feeds (but see
 * threaded), and everything they are given is borrowed for the call.
 */
struct yg_pipeline_sink {
	void *ctx;
	/* Each exchange once, after it was learned and judged; one that lasts, while it is open. */
	void (*on_exchange)(void *ctx, const struct yg_subject *subject,
			    const struct yg_observation *observation);
	/* Each ClientHello on the wire once. @client: who asked, behind trusted proxies. */
	void (*on_handshake)(void *ctx, const struct yg_handshake *handshake,
			     const struct yg_peer *client);
	/* Each WebSocket when it has ended, and now and then before. */
	void (*on_websocket)(void *ctx, const struct yg_websocket *websocket);
	/* What the stages after parse say; see respond/knowledge.h. */
	void (*on_finding)(void *ctx, const struct yg_finding *finding, enum yg_news news);
	void (*on_request)(void *ctx, const struct yg_request *request);
	void (*on_suspect)(void *ctx, const struct yg_address *peer, enum yg_watch why);
	void (*on_cell)(void *ctx, const struct yg_endpoint *endpoint, const struct yg_cell *cell);
	void (*on_fold)(void *ctx, uint64_t from, const struct yg_endpoint *into);
	void (*on_forget)(void *ctx, enum yg_blob kind, uint64_t id);
	void (*on_link)(void *ctx, uint64_t child, uint64_t parent);
};

/**
 * yg_pipeline_new() - build all stages.
 * @options: copied; so is what it points to.
 * @sink: copied.
 * @ret: free with yg_pipeline_free(); untouched on failure.
 *
 * Return: 0; -ENOMEM; -EINVAL if a prefix or the mode is out of range.
 */
YG_MUST_CHECK int yg_pipeline_new(const struct yg_pipeline_options *options,
				  const struct yg_pipeline_sink *sink, struct yg_pipeline **ret);

/*
 * Accepts NULL inside. What is still open is dropped (see yg_pipeline_finish()); what a second
 * thread has not taken yet, it takes.
 */
void yg_pipeline_free(struct yg_pipeline **pipeline);

/**
 * yg_pipeline_segment() - feed one segment.
 * @meta: everything but data[]; time_ns is nanoseconds since the epoch (the caller has added the
 *	offset between the clocks). data[] of @meta is not read.
 * @data: meta->data_len bytes, borrowed for the call. From a capture file or a coalesced frame
 *	data_len may exceed YG_SEGMENT_MAX; the stages do not care.
 *
 * Hostile content is no error: it is counted by the stage that refuses it.
 */
void yg_pipeline_segment(struct yg_pipeline *pipeline, const struct yg_segment *meta,
			 const uint8_t *data);

/* Feed one exchange that was read from an archive: time passes to its request. Borrowed. */
void yg_pipeline_exchange(struct yg_pipeline *pipeline, const struct yg_exchange *exchange);

/**
 * yg_pipeline_tick() - let time pass without a segment.
 * @now_ns: since the epoch; going back is ignored.
 *
 * Ends idle flows and closes the windows of baselines. yg_pipeline_segment() does the same from
 * its own time stamps, so a busy link needs no tick; once a second is enough on an idle one.
 */
void yg_pipeline_tick(struct yg_pipeline *pipeline, uint64_t now_ns);

/* The input has ended: every open message and window is closed and delivered. */
void yg_pipeline_finish(struct yg_pipeline *pipeline);

/* The enforcer's answer to an earlier on_request(), matched by cookie. */
void yg_pipeline_reply(struct yg_pipeline *pipeline, const struct yg_reply *reply);

/* Addresses of this host, to be replaced between calls. */
struct yg_own *yg_pipeline_own(struct yg_pipeline *pipeline);

/* The inventory, baselines and callers, for reading between calls. */
struct yg_knowledge *yg_pipeline_knowledge(struct yg_pipeline *pipeline);

/* Visits every counter of the stages: "stream.gap_bytes". The order is fixed. */
void yg_pipeline_counters(const struct yg_pipeline *pipeline, yg_counter_fn fn, void *ctx);
