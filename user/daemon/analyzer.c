/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The analyzer role: the only process that reads what came from a network.
 *
 *	rings ──► pipeline ──► findings, cells, samples ──► feed ──► desk
 *	                  └──► block requests ──► enforcer ──► replies ──► pipeline
 *
 * Nothing on the way of a message waits: full links lose, and count. Rings and counters are memory
 * mapped before the cage closes; afterwards no BPF fd is left.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "capture/counters.h"
#include "capture/governor.h"
#include "capture/ring.h"
#include "core/allowance.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/log_rate.h"
#include "daemon/classes.h"
#include "daemon/clock.h"
#include "daemon/documents.h"
#include "daemon/feed.h"
#include "daemon/keyfile.h"
#include "daemon/names.h"
#include "daemon/own.h"
#include "daemon/pipeline.h"
#include "daemon/role.h"
#include "daemon/state.h"
#include "daemon/tell.h"
#include "daemon/templates.h"
#include "daemon/turns.h"
#include "priv/link.h"
#include "store/feed_from.h"

#define FLUSH_NS    (50u * YG_NS_PER_MS) /* what the desk sees is at most this old */
#define STOP_NS	    (20u * YG_NS_PER_MS) /* how often SIGTERM and links are looked at */
#define COUNTERS_NS YG_NS_PER_S
#define CALLERS_NS  (5u * YG_NS_PER_S)
#define SAVE_NS	    (60u * YG_NS_PER_S)
/*
 * Exchanges shown to people; the rest is in the aggregates. Both rates together stay below
 * YG_STORE_SAMPLES_MAX a day: nobody can fill the day by being noisy, found or not.
 */
#define SAMPLES_PER_S 11u
#define SAMPLES_BURST 2000u
#define FOUND_PER_S   11u /* of those that a finding points at: what began the attack is shown */
#define FOUND_BURST   2000u
#define WATCH_STATE_S 600ull /* a client that a detector has an eye on is sampled for so long */
#define SHOWN_MAX     16384u /* samples that may still hear of their parent; 128 KB */
#define TABLE_CAP     32u
#define GROW_MAX      (1ull << 30) /* bytes; all tables of the default, full, are half of it */
#define GROW_PER_BYTE 32u	   /* of an OpenAPI document, which is read in the cage */
#define LEAP_NS	      (60u * YG_NS_PER_S) /* forward; said in the log */
#define TURN_MESSAGES 512u /* of the enforcer and of the warden, every STOP_NS: 1 ms */
#define TURN_PACKETS  16u  /* of the desk, 64 KB each: a state of 64 MB is taken in 1.3 s */

struct analyzer {
	struct yg_role_context *ctx;
	struct yg_turns turns;
	struct yg_counter_view counters;
	struct yg_pipeline *pipeline;
	struct yg_names names;		/* the pipeline looks into it */
	struct yg_templates *templates; /* likewise */
	struct yg_documents documents;	/* likewise */
	struct yg_feed_out out;
	struct yg_state_in in;
	uint64_t offset_ns;					      /* epoch minus monotonic */
	uint64_t now_ns;					      /* monotonic, about now */
	uint64_t flush_ns, stop_ns, counters_ns, callers_ns, save_ns; /* monotonic, last time */
	struct yg_tell tell;
	struct yg_allowance samples, found;
	struct yg_log_rate log; /* lines about findings, which clients cause */
	uint64_t suspects_sent;
	uint64_t lost_before, messages_before; /* of the kernel, at the last look */
	uint64_t samples_skipped, exchanges, requests_sent, requests_lost;
	uint64_t shown[SHOWN_MAX]; /* ids of samples, by their last bits */
	uint8_t cell[YG_CELL_PACKED_MAX];
	uint8_t packet[YG_FEED_PACKET_MAX]; /* of the desk */
	bool stop;
};

/* --- what the pipeline says */

/* The last bit of an id is set. */
static size_t slot_of(uint64_t id)
{
	return (id >> 1) % SHOWN_MAX;
}

static void on_exchange(void *ctx, const struct yg_subject *subject,
			const struct yg_observation *observation)
{
	struct analyzer *analyzer = ctx;
	uint64_t now_ns = analyzer->now_ns;
	char target[YG_FEED_TARGET_CAP];
	struct yg_feed_message message;
	bool shown;

	analyzer->exchanges++;
	shown = observation->finding_count > 0
			? yg_allowance_take(&analyzer->found, FOUND_PER_S, FOUND_BURST, now_ns)
			: yg_allowance_take(&analyzer->samples, SAMPLES_PER_S, SAMPLES_BURST,
					    now_ns);
	if (!shown) {
		analyzer->samples_skipped++;
		return;
	}
	analyzer->shown[slot_of(observation->id)] = observation->id;
	yg_feed_from_exchange(subject, observation, target, &message);
	yg_feed_out_put(&analyzer->out, &message);
}

static void on_finding(void *ctx, const struct yg_finding *finding, enum yg_news news)
{
	struct analyzer *analyzer = ctx;
	struct yg_feed_message message;

	yg_feed_from_finding(finding, &message);
	yg_feed_out_put(&analyzer->out, &message);
	/* Repeats may be many; what is new is worth a packet of its own. */
	if (news != YG_NEWS_REPEAT)
		yg_feed_out_flush(&analyzer->out);
	if (news == YG_NEWS_FOUND && yg_log_may(&analyzer->log, "findings", analyzer->now_ns))
		yg_log(YG_LOG_INFO, "finding %016llx '%s': %s", (unsigned long long)finding->id,
		       finding->rule->id, finding->cause);
}

static void on_request(void *ctx, const struct yg_request *request)
{
	struct analyzer *analyzer = ctx;
	struct yg_reply failed = { .kind = request->kind,
				   .cookie = request->cookie,
				   .result = YG_RESULT_FAILED,
				   .prefix = request->prefix };

	if (yg_link_send(YG_FD_LINK + YG_ROLE_ENFORCER, request, sizeof(*request)) == 0) {
		analyzer->requests_sent++;
		return;
	}
	analyzer->requests_lost++;
	yg_pipeline_reply(analyzer->pipeline, &failed);
}

/* Lost on a full link: it is asked for again in a minute. */
static void on_suspect(void *ctx, const struct yg_address *peer, enum yg_watch why)
{
	struct analyzer *analyzer = ctx;
	const struct yg_request request = {
		.kind = YG_REQUEST_WATCH,
		.prefix = { .addr = *peer, .len = 128 },
		.reason = why,
		.ttl_ns = (why == YG_WATCH_FINDING ? YG_WATCH_TTL_MAX_S : WATCH_STATE_S) *
			  YG_NS_PER_S,
	};

	if (yg_link_send(YG_FD_LINK + YG_ROLE_ENFORCER, &request, sizeof(request)) == 0)
		analyzer->suspects_sent++;
}

static void on_cell(void *ctx, const struct yg_endpoint *endpoint, const struct yg_cell *cell)
{
	struct analyzer *analyzer = ctx;
	struct yg_feed_message message;

	if (yg_feed_from_cell(endpoint->id, cell, analyzer->cell, &message) == 0)
		yg_feed_out_put(&analyzer->out, &message);
}

static void on_fold(void *ctx, uint64_t from, const struct yg_endpoint *into)
{
	struct analyzer *analyzer = ctx;

	yg_feed_out_put(
		&analyzer->out,
		&(struct yg_feed_message){ .kind = YG_FEED_KIND_FOLD,
					   .fold = { .from = from, .into = into ? into->id : 0 } });
}

static void on_forget(void *ctx, enum yg_blob kind, uint64_t id)
{
	struct analyzer *analyzer = ctx;

	yg_state_forget(&analyzer->out, kind, id);
}

/* Only what was told is worth a word more. */
static void on_link(void *ctx, uint64_t child, uint64_t parent)
{
	struct analyzer *analyzer = ctx;

	if (analyzer->shown[slot_of(child)] != child)
		return;
	yg_feed_out_put(&analyzer->out,
			&(struct yg_feed_message){ .kind = YG_FEED_KIND_LINK,
						   .link = { .child = child, .parent = parent } });
}

/* --- what is told again and again */

static void put_counter(struct analyzer *analyzer, const char *table, const char *name,
			uint64_t value)
{
	yg_feed_out_put(&analyzer->out,
			&(struct yg_feed_message){ .kind = YG_FEED_KIND_COUNTER,
						   .counter = { .table = yg_slice_from_str(table),
								.name = yg_slice_from_str(name),
								.value = value } });
}

/* "stream.gap_bytes": table before the dot, row after it. */
static void put_stage_counter(void *ctx, const char *name, uint64_t value)
{
	const char *dot = strchr(name, '.');
	char table[TABLE_CAP] = "pipeline";

	if (dot && (size_t)(dot - name) < sizeof(table)) {
		memcpy(table, name, (size_t)(dot - name));
		table[dot - name] = '\0';
		name = dot + 1;
	}
	put_counter(ctx, table, name, value);
}

/* A window that lost much is no picture of what is normal. */
static void watch_losses(struct analyzer *analyzer, const struct yg_counters *sum)
{
	uint64_t lost = sum->sample.lost_request + sum->sample.lost_response +
			sum->tls.lost_request + sum->tls.lost_response;
	uint64_t messages =
		sum->sample.request + sum->sample.response + sum->tls.request + sum->tls.response;
	bool known = analyzer->messages_before > 0 && lost >= analyzer->lost_before;

	if (known &&
	    yg_loss_is_burst(lost - analyzer->lost_before, messages - analyzer->messages_before))
		yg_knowledge_lose(yg_pipeline_knowledge(analyzer->pipeline),
				  analyzer->now_ns + analyzer->offset_ns,
				  lost - analyzer->lost_before);
	analyzer->lost_before = lost;
	analyzer->messages_before = messages;
}

static void put_kernel_counters(struct analyzer *analyzer)
{
	struct yg_counters sum;

	yg_counters_sum(&analyzer->counters, &sum);
	watch_losses(analyzer, &sum);
#define PUT_GUARD(name, help)  put_counter(analyzer, "guard", #name, sum.guard.name);
#define PUT_SAMPLE(name, help) put_counter(analyzer, "sample", #name, sum.sample.name);
#define PUT_TLS(name, help)    put_counter(analyzer, "tls", #name, sum.tls.name);
	YG_GUARD_COUNTERS(PUT_GUARD)
	YG_SAMPLE_COUNTERS(PUT_SAMPLE)
	YG_TLS_COUNTERS(PUT_TLS)
#undef PUT_GUARD
#undef PUT_SAMPLE
#undef PUT_TLS
}

static void put_own_counters(struct analyzer *analyzer)
{
	struct yg_ring_stats sum = { 0 };

	for (uint32_t i = 0; i < analyzer->ctx->start.ring_count; i++) {
		const struct yg_ring_stats *stats = &analyzer->turns.rings[i].stats;

		sum.records += stats->records;
		sum.corrupt += stats->corrupt;
		sum.skipped += stats->skipped;
	}
	put_counter(analyzer, "ring", "records", sum.records);
	put_counter(analyzer, "ring", "corrupt", sum.corrupt);
	put_counter(analyzer, "ring", "lost_restart", sum.skipped);
	put_counter(analyzer, "analyzer", "exchanges", analyzer->exchanges);
	put_counter(analyzer, "analyzer", "samples_skipped", analyzer->samples_skipped);
	put_counter(analyzer, "analyzer", "requests_sent", analyzer->requests_sent);
	put_counter(analyzer, "analyzer", "suspects_sent", analyzer->suspects_sent);
	put_counter(analyzer, "analyzer", "requests_lost", analyzer->requests_lost);
	put_counter(analyzer, "state", "saved", analyzer->in.stats.saved);
	put_counter(analyzer, "state", "restored", analyzer->in.stats.restored);
	put_counter(analyzer, "state", "refused", analyzer->in.stats.refused);
	put_counter(analyzer, "feed", "sent", analyzer->out.stats.sent);
	put_counter(analyzer, "feed", "lost", analyzer->out.stats.lost);
	put_counter(analyzer, "feed", "refused", analyzer->out.stats.refused);
}

static void tell_state(struct analyzer *analyzer, uint64_t now_ns)
{
	struct yg_knowledge *knowledge = yg_pipeline_knowledge(analyzer->pipeline);

	put_kernel_counters(analyzer);
	put_own_counters(analyzer);
	yg_pipeline_counters(analyzer->pipeline, put_stage_counter, analyzer);
	yg_tell_endpoints(&analyzer->tell, now_ns);
	if (now_ns - analyzer->callers_ns >= CALLERS_NS) {
		analyzer->callers_ns = now_ns;
		yg_tell_callers(&analyzer->tell);
		(void)!yg_state_save_young(knowledge, &analyzer->out, &analyzer->in.stats);
	}
	yg_feed_out_flush(&analyzer->out);
}

/* --- loop */

static void on_segment(void *ctx, const struct yg_segment *segment)
{
	struct analyzer *analyzer = ctx;
	struct yg_segment meta;

	memcpy(&meta, segment, YG_SEGMENT_HEAD);
	meta.time_ns += analyzer->offset_ns;
	yg_pipeline_segment(analyzer->pipeline, &meta, segment->data);
}

static void take_reply(void *ctx, const void *data, size_t len)
{
	struct analyzer *analyzer = ctx;

	if (len == sizeof(struct yg_reply))
		yg_pipeline_reply(analyzer->pipeline, data);
}

/* Addresses of this host, whenever they change. */
static void take_order(void *ctx, const void *data, size_t len)
{
	struct analyzer *analyzer = ctx;
	struct yg_own *own = yg_pipeline_own(analyzer->pipeline);
	struct yg_request request;

	if (yg_request_check(YG_ROLE_WARDEN, data, len, &request) != YG_RESULT_OK)
		return;
	if (request.kind == YG_REQUEST_PROTECT)
		yg_own_add(own, request.cookie, &request.prefix);
	else if (request.kind == YG_REQUEST_PROTECT_END)
		yg_own_end(own, request.cookie);
}

static void take_state(void *ctx, const void *data, size_t len)
{
	struct analyzer *analyzer = ctx;

	yg_state_take(&analyzer->in, yg_pipeline_knowledge(analyzer->pipeline), data, len);
}

/* Whoever floods a link takes a share of each turn, and the rings have the rest. */
static void read_links(struct analyzer *analyzer)
{
	struct yg_reply reply;
	struct yg_request order;

	(void)yg_link_each(YG_FD_LINK + YG_ROLE_ENFORCER, &reply, sizeof(reply), TURN_MESSAGES,
			   take_reply, analyzer);
	(void)yg_link_each(YG_FD_LINK + YG_ROLE_WARDEN, &order, sizeof(order), TURN_MESSAGES,
			   take_order, analyzer);
	(void)yg_link_each(YG_FD_LINK + YG_ROLE_DESK, analyzer->packet, sizeof(analyzer->packet),
			   TURN_PACKETS, take_state, analyzer);
}

static void save(struct analyzer *analyzer)
{
	int r = yg_state_save(yg_pipeline_knowledge(analyzer->pipeline), &analyzer->out,
			      &analyzer->in.stats);

	if (r)
		yg_log(YG_LOG_WARNING, "state: cannot save: %s", strerror(-r));
}

static void say_hello(struct analyzer *analyzer)
{
	yg_feed_out_put(&analyzer->out,
			&(struct yg_feed_message){ .kind = YG_FEED_KIND_HELLO,
						   .hello = { .role = YG_SLICE("analyzer"),
							      .pid = (uint64_t)getpid(),
							      .version = YG_SLICE(YG_VERSION) } });
	yg_feed_out_flush(&analyzer->out);
}

/*
 * Ends when the clock was set back: what is saved has no open minutes, and goes on from there. When
 * it was set forward, what was learned stays: it goes when its room is needed, not for its age.
 */
static void follow_clock(struct analyzer *analyzer)
{
	const struct yg_clocks now = yg_clocks_read();
	uint64_t before_ns = analyzer->offset_ns;
	bool is_back = yg_clock_follow(&now, &analyzer->offset_ns);

	if (!is_back && analyzer->offset_ns - before_ns > LEAP_NS &&
	    analyzer->offset_ns > before_ns)
		yg_log(YG_LOG_WARNING,
		       "the time of day was set forward by %llu s: connections are joined anew",
		       (unsigned long long)((analyzer->offset_ns - before_ns) / YG_NS_PER_S));
	if (!is_back)
		return;
	yg_log(YG_LOG_WARNING, "the time of day was set back: the analyzer starts anew");
	analyzer->stop = true;
}

static void do_due(struct analyzer *analyzer)
{
	uint64_t now_ns = yg_monotonic_ns();

	analyzer->now_ns = now_ns;
	if (now_ns - analyzer->stop_ns < STOP_NS)
		return;
	analyzer->stop_ns = now_ns;
	read_links(analyzer);
	analyzer->stop = yg_link_wait(analyzer->ctx->stop_fd, 0) == 0;
	if (now_ns - analyzer->flush_ns >= FLUSH_NS) {
		analyzer->flush_ns = now_ns;
		yg_feed_out_flush(&analyzer->out);
	}
	if (now_ns - analyzer->counters_ns < COUNTERS_NS)
		return;
	analyzer->counters_ns = now_ns;
	follow_clock(analyzer);
	yg_pipeline_tick(analyzer->pipeline,
			 yg_turns_read_until(&analyzer->turns, now_ns) + analyzer->offset_ns);
	tell_state(analyzer, now_ns);
	if (now_ns - analyzer->save_ns >= SAVE_NS) {
		analyzer->save_ns = now_ns;
		save(analyzer);
	}
}

static void loop(struct analyzer *analyzer)
{
	struct yg_pace pace = { 0 };

	analyzer->tell.out = &analyzer->out;
	analyzer->tell.knowledge = yg_pipeline_knowledge(analyzer->pipeline);
	say_hello(analyzer);
	analyzer->save_ns = yg_monotonic_ns();
	while (!analyzer->stop) {
		size_t records =
			yg_turns_read(&analyzer->turns, yg_monotonic_ns(), on_segment, analyzer);
		struct timespec sleep = { .tv_nsec = 1000L * yg_pace_next(&pace, records) };

		do_due(analyzer);
		if (records == 0 || !yg_turns_is_behind(&analyzer->turns, analyzer->now_ns))
			(void)nanosleep(&sleep, NULL);
	}
}

/* --- start */

static int map_memory(struct analyzer *analyzer)
{
	const struct yg_role_start *start = &analyzer->ctx->start;
	int r;

	analyzer->turns.count = start->ring_count;
	r = yg_counters_open(YG_FD_COUNTERS, start->cpu_max, &analyzer->counters);
	if (r)
		yg_log(YG_LOG_ERROR, "counters: cannot map: %s", strerror(-r));
	for (uint32_t i = 0; !r && i < start->ring_count; i++) {
		r = yg_ring_open(YG_FD_RINGS + (int)i, start->ring_bytes,
				 &analyzer->turns.rings[i]);
		if (r)
			yg_log(YG_LOG_ERROR, "ring %u: cannot map: %s", i, strerror(-r));
		if (!r && (start->flags & YG_START_SKIP) &&
		    yg_ring_skip(&analyzer->turns.rings[i]) > 0)
			yg_log(YG_LOG_WARNING, "ring %u: skipped what the former analyzer died on",
			       i);
	}
	return r;
}

static int make_pipeline(struct analyzer *analyzer)
{
	const struct yg_role_context *ctx = analyzer->ctx;
	YG_CLEANUP_FREE char *jwks = NULL;
	long jwks_len = yg_keyfile_read(ctx->options.jwks, &jwks);
	struct yg_pipeline_options options = {
		.table_key = ctx->start.table_key,
		.identity_key = ctx->start.identity_key,
		.mode = (enum yg_mode)ctx->options.mode,
		.fapi = (enum yg_fapi)ctx->options.fapi,
		.jwks = { jwks, jwks_len > 0 ? (size_t)jwks_len : 0 },
		.names = &analyzer->names.names,
		.trusted_proxies = ctx->options.trusted_proxies.items,
		.trusted_proxies_count = (uint32_t)ctx->options.trusted_proxies.count,
		.protected_prefixes = ctx->options.allow.items,
		.protected_count = (uint32_t)ctx->options.allow.count,
		.memory_bytes = ctx->options.memory,
		.block_ttl_ns = ctx->options.block_ttl_s * YG_NS_PER_S,
		.look_ns = YG_TUNNEL_TELL_NS,
	};
	const struct yg_pipeline_sink sink = {
		.ctx = analyzer,
		.on_exchange = on_exchange,
		.on_finding = on_finding,
		.on_request = on_request,
		.on_suspect = on_suspect,
		.on_cell = on_cell,
		.on_fold = on_fold,
		.on_forget = on_forget,
		.on_link = on_link,
	};

	YG_CLEANUP_FREE struct yg_classes *classes = calloc(1, sizeof(*classes));
	char error[YG_OPTIONS_ERROR_CAP] = "";
	int r = classes ? yg_classes_from_options(&ctx->options, classes, error, sizeof(error))
			: -ENOMEM;

	if (r == 0) {
		options.data = classes->options;
		options.error = error;
		options.error_cap = sizeof(error);
		r = yg_names_from_options(&ctx->options, &analyzer->names);
	}

	if (r == 0)
		r = yg_templates_from_options(&ctx->options, &analyzer->templates, error,
					      sizeof(error));
	options.templates = analyzer->templates;
	options.specs = analyzer->documents.specs;
	if (jwks_len < 0)
		yg_log(YG_LOG_ERROR, "%s: %s", ctx->options.jwks, strerror((int)-jwks_len));
	if (r == 0)
		r = yg_pipeline_new(&options, &sink, &analyzer->pipeline);
	if (error[0])
		yg_log(YG_LOG_ERROR, "analyzer: %s", error);
	return r;
}

/* Tables have their budgets; this is what holds should one of them not. */
static uint64_t room_to_grow(const struct analyzer *analyzer)
{
	uint64_t bytes = analyzer->ctx->options.memory + GROW_MAX;

	for (size_t i = 0; i < analyzer->documents.count; i++)
		bytes += analyzer->documents.texts[i].len * GROW_PER_BYTE;
	return bytes;
}

static int start(struct analyzer *analyzer)
{
	int r;

	yg_feed_out_init(&analyzer->out, YG_FD_LINK + YG_ROLE_DESK);
	analyzer->now_ns = yg_monotonic_ns();
	analyzer->offset_ns = yg_epoch_ns() - analyzer->now_ns;
	r = map_memory(analyzer);
	if (!r)
		r = yg_documents_open(&analyzer->documents, &analyzer->ctx->options);
	if (!r)
		r = make_pipeline(analyzer);
	analyzer->ctx->grow_max = room_to_grow(analyzer);
	/* Closes the fds of the rings and counters: the mappings are all that stays. */
	if (!r)
		r = yg_role_lock(analyzer->ctx, YG_CAGE_ANALYZER, NULL, 0, NULL);
	if (!r)
		r = yg_documents_learn(&analyzer->documents, &analyzer->ctx->options,
				       analyzer->templates);
	return r;
}

int yg_analyzer_run(struct yg_role_context *ctx)
{
	struct analyzer *analyzer = calloc(1, sizeof(*analyzer));
	int r;

	if (!analyzer)
		return EXIT_FAILURE;
	analyzer->ctx = ctx;
	r = start(analyzer);
	if (r)
		yg_log(YG_LOG_ERROR, "analyzer: cannot start: %s", strerror(-r));
	else
		loop(analyzer);
	/* Minutes still open are the desk's loss if they are not told now. */
	if (!r) {
		yg_pipeline_finish(analyzer->pipeline);
		save(analyzer);
		tell_state(analyzer, yg_monotonic_ns());
	}
	yg_pipeline_free(&analyzer->pipeline);
	yg_names_clean(&analyzer->names);
	yg_templates_free(&analyzer->templates);
	yg_documents_clean(&analyzer->documents);
	for (uint32_t i = 0; i < ctx->start.ring_count; i++)
		yg_ring_close(&analyzer->turns.rings[i]);
	yg_counters_close(&analyzer->counters);
	free(analyzer);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
