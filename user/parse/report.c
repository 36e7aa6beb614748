/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/report.h"

#include <string.h>

#include "parse/grpc_web.h"
#include "parse/pairing.h"
#include "parse/upgrade.h"

#define MINUTE_NS 60000000000ull

static struct yg_peer peer_of(const struct yg_end *end)
{
	struct yg_peer peer = { .port = end->port };

	memcpy(peer.addr.bytes, end->addr, sizeof(peer.addr.bytes));
	return peer;
}

static bool is_loopback(const struct yg_end *end)
{
	static const uint8_t v6[16] = { [15] = 1 };
	static const uint8_t v4[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };

	return memcmp(end->addr, v6, sizeof(v6)) == 0 || memcmp(end->addr, v4, sizeof(v4)) == 0;
}

/* This host asked: the process wrote the request, or the frame left for somebody else. */
static bool is_outbound(const struct yg_flow *flow, const struct yg_draft *request)
{
	if (!request)
		return false;
	if (flow->tls)
		return request->source == YG_SOURCE_TLS_WRITE;
	return request->source == YG_SOURCE_EGRESS && !is_loopback(&flow->ends[0]) &&
	       memcmp(flow->ends[0].addr, flow->ends[1].addr, sizeof(flow->ends[0].addr)) != 0;
}

/*
 * Who asked is certain when the one who is said to ask must have received the answer. On the wire
 * a frame may name any sender; so the answer has to be one that left this host, if there is one,
 * and this host's stack has to have acknowledged the request: it does that only on a connection
 * whose handshake was completed, and only for bytes in their order.
 */
static bool are_addresses_certain(const struct yg_flow *flow, const struct yg_draft *request,
				  const struct yg_draft *response)
{
	uint64_t acked;

	if (flow->tls || !request || request->source == YG_SOURCE_FILE)
		return flow->bind == YG_BIND_SOCKET;
	if (flow->server_dir == YG_FLOW_DIR_NONE ||
	    (response && response->source != YG_SOURCE_EGRESS))
		return false;
	acked = flow->streams[!flow->server_dir].acked;
	return request->seen_to <= acked && acked - request->seen_to <= YG_FLOW_PROOF_BYTES;
}

/* How many exchanges of its flow came in the same minute: flows are sampled whole. */
static uint32_t count_in_minute(struct yg_flow *flow)
{
	uint32_t minute = (uint32_t)(flow->last_ns / MINUTE_NS);

	if (minute != flow->ordinal_minute)
		flow->ordinal = 0;
	flow->ordinal_minute = minute;
	return ++flow->ordinal;
}

/* Only a POST is a call; looked at before any field is. */
static void add_grpc_web(struct yg_exchange *exchange)
{
	bool is_call = exchange->request.present &&
		       yg_slice_equal(exchange->request.method, YG_SLICE("POST"));

	if (!is_call ||
	    !yg_grpc_web_is(yg_message_find(&exchange->request, YG_HEADER_CONTENT_TYPE)))
		return;
	exchange->protocol = YG_PROTOCOL_GRPC;
	if (exchange->grpc_status == YG_GRPC_STATUS_NONE && exchange->response.present)
		exchange->grpc_status = yg_grpc_web_status(&exchange->response);
}

/* What was told already is left out. */
static void keep_news(struct yg_message *message, const struct yg_draft *draft)
{
	if (!draft || !draft->told)
		return;
	message->head_bytes = 0;
	message->body_bytes -= draft->told_bytes;
}

static void count(struct yg_stream_counters *counters, const struct yg_report *report, bool rest)
{
	counters->exchange_open += report->open;
	counters->exchange_rest += rest;
	if (rest)
		return;
	counters->exchanges++;
	counters->exchange_no_request += !report->request;
	counters->exchange_no_response += !report->response;
}

void yg_report_exchange(struct yg_pairer *pairer, struct yg_flow *flow,
			const struct yg_report *report)
{
	struct yg_header_index *index = &pairer->header_index;
	struct yg_exchange exchange = {
		.request = yg_draft_view(report->request, &pairer->rooms[0], index),
		.response = yg_draft_view(report->response, &pairer->rooms[1], index),
		.tls = flow->tls,
		.addresses_certain = are_addresses_certain(flow, report->request, report->response),
		.outbound = is_outbound(flow, report->request),
		.protocol = report->protocol,
		.sampled = flow->sampled,
		.clients = flow->clients,
		.chosen = flow->chosen,
		.open = report->open,
		.rest = report->request && report->request->told,
		.tgid = flow->tgid,
		.informational = report->informational,
		.broken = report->broken,
		.upgraded = report->upgraded,
		.stream = report->stream,
		.grpc_status = report->grpc_status,
		.named = report->named,
	};
	unsigned server = flow->server_dir;

	if (server != YG_FLOW_DIR_NONE && flow->streams[!server].contested) {
		exchange.request.anomalies |= YG_ANOMALY_CONTESTED;
		flow->streams[!server].contested = false;
	}
	if (server != YG_FLOW_DIR_NONE) {
		exchange.client = peer_of(&flow->ends[!server]);
		exchange.server = peer_of(&flow->ends[server]);
	}
	add_grpc_web(&exchange);
	if (exchange.rest) {
		keep_news(&exchange.request, report->request);
		keep_news(&exchange.response, report->response);
	} else {
		exchange.ordinal = count_in_minute(flow);
	}
	count(pairer->reading.counters, report, exchange.rest);
	pairer->fn(pairer->ctx, &exchange);
}

static bool is_upgraded(const struct yg_draft *request, const struct yg_draft *response)
{
	if (response->head.status == 101)
		return true;
	return request && response->head.status / 100 == 2 &&
	       yg_slice_equal(yg_draft_slice(request, request->head.method), YG_SLICE("CONNECT"));
}

bool yg_report_is_cut(const struct yg_draft *request, const struct yg_draft *response)
{
	if (!request || request->after_loss || request->refused)
		return false;
	return !response || !(response->complete || response->body_gap || response->refused);
}

bool yg_report_is_over(const struct yg_flow *flow)
{
	unsigned server = flow->server_dir;

	if (server == YG_FLOW_DIR_NONE)
		return false;
	/* Where the server is not heard at all, neither is its answer. */
	if (!flow->streams[server].started || flow->streams[server].guessed)
		return flow->tls && flow->dropped;
	return flow->dropped || flow->streams[server].has_fin;
}

static bool is_broken(const struct yg_flow *flow, const struct yg_pairing *pairing,
		      const struct yg_draft *request, const struct yg_draft *response)
{
	return yg_report_is_over(flow) && !pairing->readers[flow->server_dir].lost &&
	       yg_report_is_cut(request, response);
}

void yg_report_http1(struct yg_pairer *pairer, struct yg_flow *flow, const struct yg_draft *request,
		     const struct yg_draft *response, bool open)
{
	struct yg_pairing *pairing = (struct yg_pairing *)(void *)flow->state;
	struct yg_report report = {
		.request = request,
		.response = response,
		.protocol = YG_PROTOCOL_H1,
		.grpc_status = YG_GRPC_STATUS_NONE,
		.open = open,
	};

	report.broken = !open && is_broken(flow, pairing, request, response);
	if (response) {
		report.informational = pairing->informational;
		pairing->informational = 0;
		report.upgraded = is_upgraded(request, response);
	}
	if (report.upgraded && request && yg_upgrade_is(request, YG_SLICE("websocket")))
		report.protocol = YG_PROTOCOL_WS;
	yg_report_exchange(pairer, flow, &report);
}
