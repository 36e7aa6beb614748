/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON lines of `analyze --json`. Fields may be added, never renamed: users parse them.
 *
 * Each function writes one object into an empty writer; the caller flushes the line.
 */
#pragma once

#include <stdint.h>

#include "capture/other.h"
#include "cli/links.h"
#include "cli/report.h"
#include "cli/spool.h"
#include "core/json.h"
#include "detect/finding.h"
#include "endpoint/inventory.h"
#include "parse/handshake.h"
#include "parse/tunnel.h"
#include "respond/knowledge.h"
#include "yagura/counter.h"

/* What a run over capture files did. */
struct yg_run_totals {
	struct yg_sample_counters frames; /* rows of frame.h */
	uint64_t others[YG_OTHER_MAX];	  /* of frames.skip_proto: what they are */
	uint64_t files, files_failed;	  /* a file that is cut counts as failed */
	uint64_t first_ns, last_ns;	  /* earliest and latest time stamp; 0 without a frame */
	uint64_t exchanges, endpoints, findings, handshakes;
};

/* @resolved: what the whole capture teaches about @item. @links: sorted. @data: names the
 * classes; NULL where there are none. */
void yg_lines_exchange(struct yg_json *json, const struct yg_spooled *item,
		       const struct yg_observation *resolved, const struct yg_links *links,
		       const struct yg_data *data);
/* @from: NULL: not known for whom. */
void yg_lines_relation(struct yg_json *json, const struct yg_relation *relation,
		       const struct yg_endpoint *from, const struct yg_endpoint *into);
/* @client: who asked, behind trusted proxies. */
void yg_lines_handshake(struct yg_json *json, const struct yg_handshake *handshake,
			const struct yg_peer *client);

/* A WebSocket that has ended; texts are not printed. */
void yg_lines_websocket(struct yg_json *json, const struct yg_websocket *websocket);
/* What is known of an endpoint beside its row in the inventory. Borrowed. */
struct yg_lines_known {
	const struct yg_assessment *assessment;
	const struct yg_data *data; /* this and the next ones: NULL: nothing */
	const struct yg_schema *schema;
	const struct yg_talk *talk;
	const struct yg_exposure *exposure;
	const struct yg_knowledge *knowledge; /* to find what leads to it */
};

struct yg_take;

/* An endpoint with all that is known of it. */
void yg_lines_endpoint(struct yg_json *json, const struct yg_endpoint *endpoint,
		       const struct yg_lines_known *known);
/* Sensitive records that a caller was given on one day. */
void yg_lines_take(struct yg_json *json, const struct yg_take *take,
		   struct yg_knowledge *knowledge);

/* A third party, with the endpoints that are asked of it and what is sent there. */
void yg_lines_party(struct yg_json *json, const struct yg_party *party,
		    struct yg_knowledge *knowledge);
/* A service with its risk, behind its endpoints. */
void yg_lines_service(struct yg_json *json, const struct yg_report_service *service);
void yg_lines_finding(struct yg_json *json, const struct yg_finding *finding);

/**
 * yg_lines_summary() - the last line.
 * @report: says the risk, and findings by severity.
 * @pipeline: its counters go under "stages".
 *
 * frames == segments + the sum of "skipped" + the sum of "lost". "seconds" is the span of the
 * capture's own time stamps, so that two runs print the same bytes.
 */
struct yg_pipeline;
void yg_lines_summary(struct yg_json *json, const struct yg_run_totals *totals,
		      const struct yg_report *report, const struct yg_pipeline *pipeline);

const char *yg_protocol_name(uint8_t protocol); /* "h1"; literal */
