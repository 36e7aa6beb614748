/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of every table: its cap times its row. What is beyond is said beside it. */
#include <inttypes.h>
#include <stdio.h>

#include "baseline/schema.h"
#include "capture/coverage.h"
#include "capture/discover.h"
#include "cli/command.h"
#include "cli/table.h"
#include "core/json.h"
#include "detect/party.h"
#include "detect/posture.h"
#include "detect/take.h"
#include "endpoint/exposure.h"
#include "endpoint/hop.h"
#include "endpoint/listener.h"
#include "endpoint/relation.h"
#include "endpoint/talk.h"
#include "endpoint/templates.h"
#include "endpoint/trait.h"
#include "endpoint/trie.h"
#include "endpoint/twin.h"
#include "parse/prelude.h"
#include "serve/http.h"
#include "serve/intake.h"
#include "serve/status.h"
#include "store/db.h"
#include "store/query.h"
#include "store/store.h"
#include "yagura/event.h"
#include "yagura/limits.h"
#include "yagura/map.h"

const struct yg_cli_option yg_limits_options[] = {
	{ "rings", "N", "Ring buffers, 4 if not given: the daemon takes twice the CPUs", false },
	{ 0 },
};

#define RINGS_DEFAULT 4u

struct limit {
	const char *where; /* kernel, or the role */
	const char *table;
	uint64_t entries;
	uint64_t entry_bytes;
	const char *beyond;
};

static const struct limit limits[] = {
	{ "kernel", "ring buffer", RINGS_DEFAULT, YG_RING_BYTES, "lost_ring counts" },
	{ "kernel", "process events", 1, YG_PROC_RING_BYTES, "a new scan" },
	{ "kernel", "blocked IPv4", YG_BLOCKS_MAX,
	  sizeof(struct yg_addr4) + sizeof(struct yg_block), "a request is refused" },
	{ "kernel", "blocked IPv6", YG_BLOCKS_MAX,
	  sizeof(struct yg_addr6) + sizeof(struct yg_block), "a request is refused" },
	{ "kernel", "blocked prefixes", YG_BLOCK_NETS_MAX,
	  sizeof(struct yg_net) + sizeof(struct yg_block), "a request is refused" },
	{ "kernel", "allowed prefixes", YG_ALLOW_NETS_MAX,
	  sizeof(struct yg_net) + sizeof(struct yg_allow), "the start is refused" },
	{ "kernel", "connections in clear", YG_STREAMS_MAX, sizeof(struct yg_flow_key) + 128,
	  "least recent go" },
	{ "kernel", "hellos and PROXY headers", YG_PRELUDES_MAX, sizeof(struct yg_flow_key) + 4,
	  "least recent go" },
	{ "kernel", "kinds of requests", YG_OUTLINES_MAX, 16, "another kind goes" },
	{ "kernel", "addresses always sampled", YG_ALWAYS_MAX,
	  sizeof(struct yg_addr6) + sizeof(struct yg_always), "the enforcer's to say" },
	{ "kernel", "services", YG_TALLIES_MAX,
	  sizeof(struct yg_tally_key) + sizeof(struct yg_tally), "counted together" },
	{ "kernel", "TLS objects", YG_SSLS_MAX, 264, "least recent go" },
	{ "kernel", "threads with TLS", YG_CALLS_MAX, 424, "least recent go" },
	{ "kernel", "goroutines with TLS", YG_GOCALLS_MAX, 432, "least recent go" },
	{ "kernel", "TLS connections", YG_TLS_CONNS_MAX,
	  sizeof(struct yg_tls_ends) + sizeof(struct yg_tls_conn), "least recent go" },
	{ "kernel", "TLS connections by randoms", YG_TLS_CONNS_MAX, 32 + sizeof(struct yg_tls_ends),
	  "least recent go" },
	{ "kernel", "QUIC connections", YG_QUIC_CONNS_MAX,
	  sizeof(struct yg_tls_ends) + sizeof(struct yg_tls_conn), "least recent go" },
	{ "kernel", "processes with proofs", YG_PROVERS_MAX, 8, "least recent go" },
	{ "warden", "TLS and QUIC connections", YG_TLS_CONNS_MAX + YG_QUIC_CONNS_MAX, 48,
	  "least recent go" },
	{ "warden", "TLS handshakes", YG_TLS_CONNS_MAX, 40, "least recent go" },
	{ "warden", "processes with gaps", YG_COVERAGE_ROWS_MAX, sizeof(struct yg_coverage_row),
	  "coverage.evicted counts" },
	{ "warden", "files with TLS probes", YG_DISCOVER_TLS_MAX,
	  sizeof(struct yg_place) + 2ull * YG_PROBES_MAX * 12, "attach_failed counts" },
	{ "analyzer", "schemas of endpoints", 1, YG_SCHEMA_BYTES_MAX,
	  "the one learned longest ago goes" },
	{ "analyzer", "hellos and PROXY headers", YG_PRELUDES_DEFAULT, 450,
	  "prelude_evicted counts" },
	{ "analyzer", "trees of paths", YG_SERVICES_MAX,
	  (uint64_t)YG_TRIE_NODES_MAX *YG_TRIE_NODE_BYTES, "what has folded is forgotten" },
	{ "analyzer", "written templates", YG_TEMPLATES_MAX, 128, "more are refused" },
	{ "analyzer", "hops that wait", YG_HOPS_MAX, 240, "hop.lost counts" },
	{ "analyzer", "ends of TLS here", YG_TWINS_MAX, 48, "hop.twins_evicted counts" },
	{ "analyzer", "posture findings", YG_POSTURES_MAX, sizeof(struct yg_finding) + 64,
	  "least recent go" },
	{ "analyzer", "access tokens", YG_POSTURE_TOKENS, 224, "decoded again" },
	{ "analyzer", "codes, proofs", YG_POSTURE_MEMOS, 64, "a second use is missed" },
	{ "analyzer", "objects of answers", YG_POSTURE_OBJECTS, 544, "compared anew" },
	{ "analyzer", "fields of third parties", YG_POSTURE_FIELDS, 64, "learned anew" },
	{ "analyzer", "endpoints and documents", YG_ENDPOINTS_MAX, 432, "goes with its endpoint" },
	{ "analyzer", "relations", YG_RELATIONS_MAX, sizeof(struct yg_relation) + 32,
	  "least used go" },
	{ "analyzer", "traits of endpoints", YG_ENDPOINTS_MAX, sizeof(struct yg_trait) + 80,
	  "goes with its endpoint" },
	{ "analyzer", "addresses of endpoints", YG_ENDPOINTS_MAX, sizeof(struct yg_exposure),
	  "exposure.evicted counts" },
	{ "analyzer", "WebSockets of endpoints", YG_TALKS_MAX, sizeof(struct yg_talk) + 32,
	  "least used go" },
	{ "analyzer", "third parties", YG_PARTIES_MAX, sizeof(struct yg_party) + 32,
	  "least used go" },
	{ "analyzer", "names by listener", YG_LISTENERS_MAX, sizeof(struct yg_listener) + 32,
	  "endpoint.listeners_evicted counts" },
	{ "analyzer", "records of callers", YG_TAKES_MAX, sizeof(struct yg_take) + 32,
	  "least recent go" },
	{ "desk", "feed waiting for disk", 1, YG_INTAKE_QUEUE_BYTES, "lost_queue counts" },
	{ "desk", "state to restore", 1, YG_INTAKE_BACK_BYTES, "it learns anew" },
	{ "desk", "page caches", 2, YG_DB_CACHE_KIB * 1024ull, "read again" },
	{ "desk", "connections", YG_HTTP_CONNECTIONS_MAX, YG_HTTP_BODY_MAX, "they wait" },
	{ "desk", "status rows", YG_STATUS_ROWS_ALL, 1024, "lost_row counts" },
	{ "disk", "endpoints", YG_STORE_ENDPOINTS_MAX, 1024, "longest unseen go" },
	{ "disk", "callers", YG_STORE_CALLERS_MAX, 256, "longest unseen go" },
	{ "disk", "findings", YG_STORE_FINDINGS_MAX, 2048, "the oldest go" },
	{ "disk", "fields of sensitive data", YG_STORE_DATA_MAX, 256,
	  "those unseen for longest go" },
	{ "disk", "records of callers", YG_STORE_TAKES_MAX, 256, "those unseen for longest go" },
	{ "disk", "operations in WebSockets", YG_STORE_CALLS_MAX, 256,
	  "those unseen for longest go" },
	{ "disk", "third parties", YG_STORE_PARTIES_MAX, 512, "those unseen for longest go" },
	{ "disk", "samples of a day", YG_STORE_SAMPLES_MAX, 160, "lost_sample counts" },
};

static const struct yg_column columns[] = {
	{ "WHERE", YG_ALIGN_LEFT, 0 },	  { "TABLE", YG_ALIGN_LEFT, 0 },
	{ "ENTRIES", YG_ALIGN_RIGHT, 0 }, { "BYTES EACH", YG_ALIGN_RIGHT, 0 },
	{ "MIB", YG_ALIGN_RIGHT, 0 },	  { "BEYOND", YG_ALIGN_LEFT, 12 },
};

static uint64_t entries_of(const struct limit *limit, uint64_t rings)
{
	return limit->entry_bytes == YG_RING_BYTES ? rings : limit->entries;
}

static enum yg_exit print_lines(const struct yg_cli_args *args, uint64_t rings)
{
	YG_CLEANUP(yg_json_free) struct yg_json *json = NULL;

	if (yg_json_new(&json))
		return yg_cli_fail(args, "limits: Out of memory");
	for (size_t i = 0; i < YG_ARRAY_SIZE(limits); i++) {
		uint64_t entries = entries_of(&limits[i], rings);

		yg_json_open_object(json);
		yg_json_pair_str(json, "type", "limit");
		yg_json_pair_str(json, "where", limits[i].where);
		yg_json_pair_str(json, "table", limits[i].table);
		yg_json_pair_uint(json, "entries", entries);
		yg_json_pair_uint(json, "entry_bytes", limits[i].entry_bytes);
		yg_json_pair_uint(json, "bytes", entries * limits[i].entry_bytes);
		yg_json_pair_str(json, "beyond", limits[i].beyond);
		yg_json_close_object(json);
		if (yg_json_flush_line(json, args->out))
			return yg_cli_fail(args, "limits: output failed");
	}
	return YG_EXIT_DONE;
}

enum yg_exit yg_command_limits(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	uint64_t rings = RINGS_DEFAULT;

	if (yg_cli_number(args, "rings", &rings))
		return yg_cli_usage(args, "--rings: not a number above 0");
	if (args->json)
		return print_lines(args, rings);
	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "limits: Out of memory");
	for (size_t i = 0; i < YG_ARRAY_SIZE(limits); i++) {
		uint64_t entries = entries_of(&limits[i], rings);
		char count[YG_FORMAT_CAP], each[YG_FORMAT_CAP], all[YG_FORMAT_CAP];
		const char *texts[] = { limits[i].where, limits[i].table, count, each, all,
					limits[i].beyond };

		(void)snprintf(count, sizeof(count), "%" PRIu64, entries);
		(void)snprintf(each, sizeof(each), "%" PRIu64, limits[i].entry_bytes);
		(void)snprintf(all, sizeof(all), "%.1f",
			       (double)(entries * limits[i].entry_bytes) / (1 << 20));
		if (yg_table_add(table, texts))
			return yg_cli_fail(args, "limits: Out of memory");
	}
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
