/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A body with the coding, the charset and the kind that the input chooses, read as a request: its
 * text, its operation, and every value of its JSON.
 *
 *	byte 0		low 3 bits: Content-Encoding; next 2: charset; rest: Content-Type
 *	rest		body
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/macros.h"
#include "parse/grpc_web.h"
#include "parse/json.h"
#include "parse/operation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct yg_slice text)
{
	struct yg_json_walk walk = { .text = text, .lines = true };
	struct yg_json_node node;
	char path[64];
	size_t values = 0;

	while (yg_json_walk_next(&walk, &node)) {
		yg_json_walk_path(&walk, &node, path, sizeof(path));
		if (++values > text.len || node.depth > YG_JSON_DEPTH_MAX)
			abort();
	}
	if (yg_json_walk_next(&walk, &node))
		abort();
}

/* As an answer of gRPC-Web, in binary and in base64. */
static void read_grpc_web(struct yg_slice body)
{
	static const char *const types[] = { "application/grpc-web", "application/grpc-web-text" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(types); i++) {
		const struct yg_header type = { YG_SLICE("content-type"),
						yg_slice_from_str(types[i]) };
		const struct yg_message response = { .headers = &type,
						     .header_count = 1,
						     .body = body };

		if (yg_grpc_web_status(&response) < YG_GRPC_STATUS_NONE)
			abort();
	}
}

/* Every body that was asked for has one outcome. */
static void check_law(const struct yg_body_counters *counters)
{
	const uint64_t *rows = (const uint64_t *)counters;
	uint64_t sum = 0;

	for (size_t i = 1; i < sizeof(*counters) / sizeof(*rows); i++)
		sum += rows[i];
	if (sum != counters->asked)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const codings[] = { "", "gzip", "deflate", "br", "zstd", "gzip, br" };
	static const char *const charsets[] = { "utf-8", "shift_jis", "euc-jp", "iso-8859-1" };
	static const char *const types[] = { "application/json", "text/xml", "application/graphql",
					     "text/event-stream" };
	static struct yg_bodies *bodies;
	static struct yg_operation operation;
	struct yg_header headers[2] = { { YG_SLICE("Content-Type"), { NULL, 0 } },
					{ YG_SLICE("Content-Encoding"), { NULL, 0 } } };
	struct yg_exchange exchange = { 0 };
	char type[64];

	if (size < 1 || (!bodies && yg_bodies_new(&bodies)))
		return 0;
	(void)snprintf(type, sizeof(type), "%s; charset=%s", types[data[0] >> 5 & 3],
		       charsets[data[0] >> 3 & 3]);
	headers[0].value = yg_slice_from_str(type);
	headers[1].value = yg_slice_from_str(codings[(data[0] & 7) % YG_ARRAY_SIZE(codings)]);
	exchange.request = (struct yg_message){
		.present = true,
		.target = YG_SLICE("/v1/chat/completions"),
		.headers = headers,
		.header_count = YG_ARRAY_SIZE(headers),
		.body = { (const char *)data + 1, size - 1 },
		.body_bytes = size - 1,
	};
	yg_bodies_begin(bodies, &exchange);
	yg_operation_from_exchange(bodies, &exchange, &operation);
	walk(yg_bodies_request(bodies)->text);
	check_law(yg_bodies_counters(bodies));
	read_grpc_web(exchange.request.body);
	return 0;
}
