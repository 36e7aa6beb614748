/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs, told to the desk once a second: sensor, roles, interfaces, libraries, capabilities. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include "capture/coverage.h"
#include "core/log.h"
#include "daemon/warden.h"
#include "priv/link.h"
#include "respond/knowledge.h"
#include "store/feed.h"

#define LIBRARIES_MAX 256u /* rows told; more are attached all the same */
#define SCOPE_CAP     256

struct round {
	struct yg_warden *warden;
	struct yg_feed_writer writer;
	uint8_t packet[YG_FEED_PACKET_MAX];
	bool full; /* the desk is too slow: this round ends here */
};

static void flush(struct round *round)
{
	int fd = round->warden->children.ends[YG_ROLE_WARDEN][YG_ROLE_DESK];

	if (round->writer.len > 0 && yg_link_send(fd, round->packet, round->writer.len))
		round->full = true;
	round->writer.len = 0;
}

static void put(struct round *round, const struct yg_feed_message *message)
{
	if (yg_feed_put(&round->writer, message) == 0)
		return;
	flush(round);
	if (yg_feed_put(&round->writer, message))
		yg_log(YG_LOG_WARNING, "status: a message of kind '%s' does not fit",
		       yg_feed_kind_name(message->kind));
}

static struct yg_slice text(const char *str)
{
	return yg_slice_from_str(str);
}

static void describe_scope(const struct yg_options *options, char *ret, size_t cap)
{
	const struct {
		const char *name;
		const struct yg_text_list *list;
	} kinds[] = { { "netns", &options->scope_netns },
		      { "cgroup", &options->scope_cgroups },
		      { "process", &options->scope_processes } };
	size_t len = 0;

	(void)snprintf(ret, cap, "all");
	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
		for (size_t j = 0; j < kinds[i].list->count && len < cap; j++)
			len += (size_t)snprintf(ret + len, cap - len, "%s%s %s",
						len > 0 ? ", " : "", kinds[i].name,
						kinds[i].list->items[j]);
	}
}

static void put_sensor(struct round *round)
{
	const struct yg_warden *warden = round->warden;
	const struct yg_usage *usage = &warden->sampling.governor.usage;
	struct yg_rest_report rested;
	char scope[SCOPE_CAP];
	struct utsname host;

	if (uname(&host))
		return;
	describe_scope(&warden->options, scope, sizeof(scope));
	yg_resting_report(warden, &rested);
	put(round,
	    &(struct yg_feed_message){
		    .kind = YG_FEED_KIND_SENSOR,
		    .sensor = {
			    .version = text(YG_VERSION),
			    .mode = text(yg_mode_name((enum yg_mode)warden->options.mode)),
			    .started = warden->started_ns,
			    .host = text(host.nodename),
			    .kernel = text(host.release),
			    .rings = warden->start.ring_count,
			    .ring_bytes = warden->start.ring_bytes,
			    .heartbeat_limit_s = (double)warden->options.heartbeat_limit_s,
			    .fail_closed = warden->options.fail_closed != 0,
			    .scope = text(scope),
			    .config = text(warden->options.config),
			    .sampled = yg_sampling_ratio(warden),
			    .sampled_why = text(yg_governor_why_name(warden->sampling.share.why)),
			    .analyzer_cpu = usage->analyzer,
			    .cpu_budget = warden->sampling.options.budget,
			    .kernel_cpu = usage->frames + usage->calls,
			    .tls_rest = text(rested.state),
			    .tls_awake = rested.awake,
			    .tls_rested_s = rested.rested_s,
			    .tls_requests = rested.requests,
			    .tls_missed = rested.missed,
			    .tls_missed_error = rested.missed_error,
			    .tls_missed_records = rested.missed_records,
			    .tls_missed_bytes = rested.missed_bytes,
			    .tls_cpu = rested.cores,
			    .total_cpu = warden->sampling.governor.total,
			    .over_budget = warden->sampling.governor.is_over,
		    } });
}

static void put_roles(struct round *round)
{
	const struct yg_warden *warden = round->warden;

	put(round, &(struct yg_feed_message){ .kind = YG_FEED_KIND_ROLE,
					      .role = { .role = text("warden"),
							.pid = (uint64_t)getpid(),
							.started = warden->started_ns,
							.state = text("running") } });
	for (enum yg_role role = YG_ROLE_ANALYZER; role < YG_ROLE_MAX; role++) {
		const struct yg_child *child = &warden->children.rows[role];
		const char *state = yg_child_state_name(yg_child_state(child));

		put(round, &(struct yg_feed_message){ .kind = YG_FEED_KIND_ROLE,
						      .role = { .role = text(yg_role_name(role)),
								.pid = (uint64_t)child->pid,
								.started = child->started_ns,
								.restarts = child->restarts,
								.state = text(state),
								.cause = text(child->cause) } });
	}
}

static const char *sample_name(const struct yg_warden *warden, const struct yg_hooks *hooks)
{
	if (warden->options.capture == YG_CAPTURE_XDP && hooks->xdp != YG_XDP_OFF)
		return "xdp";
	return hooks->ingress || hooks->egress ? yg_tc_name(hooks->tc) : "none";
}

static void put_interfaces(struct round *round)
{
	const struct yg_warden *warden = round->warden;
	struct yg_requests *requests YG_CLEANUP_FREE =
		calloc(warden->hook_count + 1, sizeof(*requests));

	if (!requests)
		return;
	yg_sampling_requests(warden, requests);
	for (size_t i = 0; i < warden->hook_count; i++) {
		const struct yg_hook_row *row = &warden->hooks[i];
		const struct yg_hooks *hooks = &row->hooks;
		const char *guard = "none";
		const char *reason = hooks->reason;

		if (hooks->tc_guard)
			guard = "tc";
		else if (hooks->xdp != YG_XDP_OFF && warden->options.mode != YG_MODE_OBSERVE)
			guard = "xdp";
		if (row->err && reason[0] == '\0')
			reason = strerror(-row->err);
		put(round, &(struct yg_feed_message){
				   .kind = YG_FEED_KIND_INTERFACE,
				   .interface = { .index = hooks->ifindex,
						  .name = text(hooks->name),
						  .xdp = text(yg_hooks_xdp_name(hooks)),
						  .guard = text(guard),
						  .sample = text(sample_name(warden, hooks)),
						  .reason = text(reason),
						  .state = text(row->err ? "failed" : "attached"),
						  .sampled = yg_sampling_ratio(warden),
						  .requests = requests[i].seen,
						  .requests_sampled = requests[i].sampled } });
	}
}

static void put_libraries(struct round *round)
{
	struct yg_discover_file *files YG_CLEANUP_FREE = calloc(LIBRARIES_MAX, sizeof(*files));
	size_t count;

	if (!files || !round->warden->discover)
		return;
	count = yg_discover_files(round->warden->discover, files, LIBRARIES_MAX);
	for (size_t i = 0; i < count && i < LIBRARIES_MAX; i++)
		put(round, &(struct yg_feed_message){
				   .kind = YG_FEED_KIND_LIBRARY,
				   .library = { .path = text(files[i].name),
						.device = files[i].dev,
						.inode = files[i].ino,
						.kind = text(yg_stack_name(files[i].stack)),
						.processes = files[i].pid > 0,
						.probes = files[i].probes,
						.sampled = yg_sampling_ratio(round->warden),
						.state = text("attached") } });
}

/* What was counted of a process that is listed as a gap; NULL: nothing. */
static const struct yg_coverage_row *covered(const struct round *round, pid_t pid)
{
	const struct yg_coverage *coverage = yg_coverage_of(round->warden);
	const struct yg_coverage_row *rows;
	size_t count = coverage ? yg_coverage_rows(coverage, &rows) : 0;

	for (size_t i = 1; i < count; i++) {
		if (rows[i].pid == pid && !rows[i].is_quic && rows[i].why.what == YG_EXPLAINED_GAP)
			return &rows[i];
	}
	return NULL;
}

/* One row per process, not per file: two services may share a binary. */
static void put_gaps(struct round *round)
{
	const struct yg_gaps *gaps;

	if (!round->warden->discover)
		return;
	gaps = yg_discover_gaps(round->warden->discover);
	for (size_t i = 0; i < gaps->count; i++) {
		const struct yg_gap_row *row = &gaps->rows[i];
		const struct yg_coverage_row *seen = covered(round, row->pid);
		char reason[160];

		(void)snprintf(reason, sizeof(reason), "process %d, port %u: %s", row->pid,
			       row->port, yg_gap_reason((enum yg_gap)row->gap));
		put(round, &(struct yg_feed_message){
				   .kind = YG_FEED_KIND_LIBRARY,
				   .library = { .path = text(row->name),
						.device = row->dev,
						.inode = row->ino,
						.kind = text(yg_gap_name((enum yg_gap)row->gap)),
						.processes = 1,
						.state = text("gap"),
						.reason = text(reason),
						.comm = text(row->comm),
						.pid = (uint64_t)row->pid,
						.port = row->port,
						.connections = seen ? seen->gap.connections : 0,
						.bytes = seen ? seen->gap.bytes : 0 } });
	}
}

static bool is_listed(const struct round *round, const struct yg_coverage_row *row)
{
	const struct yg_gaps *gaps;

	if (!round->warden->discover || row->is_quic || row->why.what != YG_EXPLAINED_GAP)
		return false;
	gaps = yg_discover_gaps(round->warden->discover);
	for (size_t i = 0; i < gaps->count; i++) {
		if (gaps->rows[i].pid == row->pid)
			return true;
	}
	return false;
}

static void put_gap_seen(struct round *round, const struct yg_coverage_row *row)
{
	const char *kind = row->is_quic ? "quic" : "unknown";
	char reason[160], name[32] = "(unknown process)";

	if (!row->is_quic && row->why.what == YG_EXPLAINED_GAP)
		kind = yg_gap_name(row->why.gap);
	(void)snprintf(reason, sizeof(reason), "%s", yg_coverage_reason(row));
	if (row->pid)
		(void)snprintf(reason, sizeof(reason), "process %d: %s", row->pid,
			       yg_coverage_reason(row));
	else if (row->why.comm[0])
		(void)snprintf(name, sizeof(name), "(%s)", row->why.comm);
	put(round, &(struct yg_feed_message){
			   .kind = YG_FEED_KIND_LIBRARY,
			   .library = { .path = text(row->why.name[0] ? row->why.name : name),
					.device = row->why.dev,
					.inode = row->why.ino,
					.kind = text(kind),
					.processes = row->pid != 0,
					.state = text("gap"),
					.reason = text(reason),
					.comm = text(row->why.comm),
					.pid = (uint64_t)row->pid,
					.connections = row->gap.connections,
					.bytes = row->gap.bytes } });
}

/* Processes that the wire shows, and that do not listen, or have ended, or nobody knows. */
static void put_gaps_seen(struct round *round)
{
	const struct yg_coverage *coverage = yg_coverage_of(round->warden);
	const struct yg_coverage_row *rows;
	size_t count = coverage ? yg_coverage_rows(coverage, &rows) : 0;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].gap.connections > 0 && !is_listed(round, &rows[i]))
			put_gap_seen(round, &rows[i]);
	}
}

static void put_capabilities(struct round *round)
{
	static const char *const names[YG_CAPABILITY_MAX] = {
		[YG_CAPABILITY_GUARD] = "xdp-guard",
		[YG_CAPABILITY_TC] = "tc",
		[YG_CAPABILITY_TCX] = "tcx",
		[YG_CAPABILITY_TLS] = "tls-uprobe",
		[YG_CAPABILITY_MULTI] = "uprobe-multi",
		[YG_CAPABILITY_BIND] = "bind-receive",
		[YG_CAPABILITY_BIND_SEND] = "bind-send",
		[YG_CAPABILITY_GO] = "go-uprobe",
		[YG_CAPABILITY_GO_BIND] = "go-bind",
		[YG_CAPABILITY_KILL] = "sock-destroy",
		[YG_CAPABILITY_BLOCK] = "block-maps",
		[YG_CAPABILITY_EXEC] = "exec-events",
	};

	for (enum yg_capability_kind kind = 0; kind < YG_CAPABILITY_MAX; kind++) {
		const struct yg_capability *row = yg_loader_capability(round->warden->loader, kind);

		put(round,
		    &(struct yg_feed_message){ .kind = YG_FEED_KIND_CAPABILITY,
					       .capability = { .name = text(names[kind]),
							       .present = row->available,
							       .detail = text(row->text) } });
	}
}

static void put_counter(struct round *round, const char *table, const char *name, uint64_t value)
{
	put(round, &(struct yg_feed_message){
			   .kind = YG_FEED_KIND_COUNTER,
			   .counter = { .table = text(table), .name = text(name), .value = value },
		   });
}

static void put_coverage(struct round *round)
{
	const struct yg_coverage *coverage = yg_coverage_of(round->warden);
	char name[32];

	if (!coverage)
		return;
	for (enum yg_cover cover = YG_COVER_READ; cover < YG_COVER_MAX; cover++) {
		const struct yg_coverage_sum *sum = yg_coverage_sum(coverage, cover);

		put_counter(round, "coverage", yg_cover_name(cover), sum->connections);
		(void)snprintf(name, sizeof(name), "%s_bytes", yg_cover_name(cover));
		put_counter(round, "coverage", name, sum->bytes);
	}
	put_counter(round, "coverage", "evicted", yg_coverage_evicted(coverage));
}

static void put_counters(struct round *round)
{
	struct yg_discover_stats stats;

	if (round->warden->discover) {
		yg_discover_stats(round->warden->discover, &stats);
#define PUT(member) put_counter(round, "discover", #member, stats.member)
		PUT(sweeps);
		PUT(scans);
		PUT(skip_scope);
		PUT(inspected);
		PUT(crash);
		PUT(timeout);
		PUT(attached);
		PUT(attach_failed);
		PUT(expired);
		PUT(lost_queue);
		PUT(lost_rescan);
		PUT(lost_maps);
#undef PUT
	}
	put_counter(round, "connections", "sweeps", round->warden->sweeps);
	put_coverage(round);
}

void yg_status_send(struct yg_warden *warden)
{
	struct round *round YG_CLEANUP_FREE = calloc(1, sizeof(*round));

	if (!round)
		return;
	round->warden = warden;
	round->writer =
		(struct yg_feed_writer){ .buf = round->packet, .cap = sizeof(round->packet) };
	put_sensor(round);
	put_roles(round);
	put_interfaces(round);
	put_libraries(round);
	put_gaps(round);
	put_gaps_seen(round);
	put_capabilities(round);
	put_counters(round);
	/* Only a round that arrived whole may say that what it did not repeat is gone. */
	if (!round->full)
		put(round, &(struct yg_feed_message){ .kind = YG_FEED_KIND_ROUND,
						      .round = { .round = ++warden->round } });
	flush(round);
}
