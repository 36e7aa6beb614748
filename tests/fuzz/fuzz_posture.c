/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exchanges of an authorization flow through all checks of posture, with every profile of FAPI.
 *
 * The first byte chooses the profile; exchanges are separated by a NUL. An exchange is a list of
 * lines; the first byte of each chooses what the rest is: status, target, a field or a body. What
 * comes out must be printable as it stands: no control bytes that were not sent, no text uncut.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/macros.h"
#include "detect/posture.h"
#include "endpoint/normalize.h"

#define FIELDS 24u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct yg_slice names[] = {
	{ "Authorization", 13 },
	{ "DPoP", 4 },
	{ "Origin", 6 },
	{ "X-Forwarded-Client-Cert", 23 },
	{ "X-Forwarded-Proto", 17 },
	{ "x-fapi-interaction-id", 21 },
	{ "x-fapi-customer-ip-address", 26 },
	{ "x-fapi-auth-date", 16 },
	{ "Location", 8 },
	{ "Cache-Control", 13 },
	{ "Access-Control-Allow-Origin", 27 },
	{ "Set-Cookie", 10 },
	{ "WWW-Authenticate", 16 },
};

static struct yg_bodies *bodies;
static uint64_t told;

static void on_finding(void *ctx, struct yg_finding *finding, enum yg_posture_news news)
{
	(void)ctx;
	(void)news;
	if (!finding->rule || finding->state == YG_STATE_NONE ||
	    !memchr(finding->cause, '\0', sizeof(finding->cause)) ||
	    !memchr(finding->endpoint, '\0', sizeof(finding->endpoint)))
		abort();
	told++;
}

struct call {
	struct yg_exchange exchange;
	struct yg_header request[FIELDS + 2], response[FIELDS + 1];
};

static void take_line(struct call *call, struct yg_slice line)
{
	struct yg_message *request = &call->exchange.request, *response = &call->exchange.response;
	unsigned char kind = (unsigned char)line.ptr[0];
	struct yg_slice text = { line.ptr + 1, line.len - 1 };

	switch (kind % 8) {
	case 0:
		request->target = text;
		break;
	case 1:
		request->method = kind & 8 ? YG_SLICE("POST") : YG_SLICE("GET");
		response->status = (uint16_t)(200 + (text.len ? (unsigned char)text.ptr[0] : 0));
		break;
	case 2:
		request->body = text;
		request->body_bytes = text.len;
		break;
	case 3:
		response->body = text;
		response->body_bytes = text.len;
		break;
	default:
		if (request->header_count == FIELDS || response->header_count == FIELDS)
			break;
		if (kind % 8 < 6)
			call->request[request->header_count++] =
				(struct yg_header){ names[kind / 8 % YG_ARRAY_SIZE(names)], text };
		else
			call->response[response->header_count++] =
				(struct yg_header){ names[kind / 8 % YG_ARRAY_SIZE(names)], text };
	}
}

static void read_call(struct yg_slice text, uint64_t time_ns, struct call *ret)
{
	struct yg_message *request = &ret->exchange.request, *response = &ret->exchange.response;

	*ret = (struct call){ 0 };
	*request = (struct yg_message){ .present = true,
					.complete = true,
					.method = YG_SLICE("GET"),
					.target = YG_SLICE("/authorize"),
					.start_ns = time_ns,
					.headers = ret->request };
	*response = (struct yg_message){
		.present = true, .complete = true, .status = 200, .headers = ret->response
	};
	while (text.len > 0) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;

		if (len > 0)
			take_line(ret, (struct yg_slice){ text.ptr, len });
		len += end ? 1 : 0;
		text = (struct yg_slice){ text.ptr + len, text.len - len };
	}
	ret->request[request->header_count++] =
		(struct yg_header){ YG_SLICE("Content-Type"),
				    request->body.len && request->body.ptr[0] == '{'
					    ? YG_SLICE("application/json")
					    : YG_SLICE("application/x-www-form-urlencoded") };
	ret->response[response->header_count++] =
		(struct yg_header){ YG_SLICE("Content-Type"), YG_SLICE("application/json") };
	ret->exchange.client.addr.bytes[15] = 9;
	ret->exchange.tls = request->target.len % 2;
	/* What a third party answers. */
	ret->exchange.outbound = request->target.len % 4 >= 2;
	ret->exchange.server.addr = (struct yg_address){ { [10] = 0xff, 0xff, 203, 0, 113, 9 } };
}

static void show_values(struct yg_posture *posture, const struct yg_exchange *exchange,
			const struct yg_endpoint *endpoint)
{
	struct yg_values_walked walked;
	struct yg_visitor visitor = {
		.fn = yg_posture_visit_request,
		.ctx = posture,
		.where = yg_posture_wants(posture, exchange, bodies, YG_SIDE_REQUEST,
					  endpoint != NULL, NULL),
	};

	(void)yg_values_walk(exchange, bodies, YG_SIDE_REQUEST, &visitor, 1);
	visitor.fn = yg_posture_visit_response;
	visitor.where = yg_posture_wants(posture, exchange, bodies, YG_SIDE_RESPONSE,
					 endpoint != NULL, endpoint);
	walked = yg_values_walk(exchange, bodies, YG_SIDE_RESPONSE, &visitor, 1);
	yg_posture_walked(posture, &walked);
}

static void show(struct yg_posture *posture, struct yg_slice text, uint64_t time_ns)
{
	static struct yg_endpoint endpoint = { .id = 7, .method = "GET", .template_ = "/x" };
	static struct yg_credentials credentials;
	static struct yg_caller caller;
	static struct yg_path path;
	struct call call;
	struct yg_scene scene = {
		.exchange = &call.exchange,
		.bodies = bodies,
		.credentials = &credentials,
		.caller = &caller,
		.path = &path,
		.service = YG_SLICE("bank.example.com"),
		.time_ns = time_ns,
	};

	read_call(text, time_ns, &call);
	if (!yg_path_from_target(call.exchange.request.target, &path))
		return;
	scene.endpoint = call.exchange.response.status < 300 ? &endpoint : NULL;
	scene.client = call.exchange.client.addr;
	yg_bodies_begin(bodies, &call.exchange);
	yg_credentials_from_request(&call.exchange.request, NULL, &credentials);
	scene.lesson = scene.endpoint != NULL;
	show_values(posture, &call.exchange, scene.endpoint);
	yg_posture_observe(posture, &scene);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yg_posture_options options = { .key = { 1, 2 },
					      .endpoints_max = 4,
					      .findings_max = 64 };
	struct yg_slice text = { (const char *)data + 1, size - 1 };
	struct yg_posture *posture = NULL;
	uint64_t time_ns = 1700000000000000000ull;

	if (size == 0 || (!bodies && yg_bodies_new(&bodies)))
		return 0;
	options.fapi = (enum yg_fapi)(data[0] % YG_FAPI_MAX);
	if (yg_posture_new(&options, on_finding, NULL, &posture))
		return 0;
	while (text.len > 0) {
		const char *end = memchr(text.ptr, '\0', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;

		show(posture, (struct yg_slice){ text.ptr, len }, time_ns += 1000000000);
		len += end ? 1 : 0;
		text = (struct yg_slice){ text.ptr + len, text.len - len };
	}
	yg_posture_free(&posture);
	return 0;
}
