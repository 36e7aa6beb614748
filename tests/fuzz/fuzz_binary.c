/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A body of a binary format, read as a request: it counts once; what was believed of it is walked,
 * each value lies in the body, in what was undone of it, or is a number; paths fit.
 *
 *	byte 0		low 4 bits: Content-Type; next 3: of gRPC's messages; the high bit: cut
 *	rest		body
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/macros.h"
#include "parse/binary.h"
#include "parse/rpc.h"
#include "parse/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct context {
	const struct yg_body_view *view;
	uint32_t count;
};

static void check_value(void *ctx, const struct yg_value *value)
{
	struct context *c = ctx;
	const char *start = c->view->binary.ptr, *end = start + c->view->binary.len;
	char path[128];

	c->count++;
	if (yg_value_path(value, path, sizeof(path)) >= sizeof(path) ||
	    value->depth > YG_JSON_DEPTH_MAX || value->name.len > YG_JSON_NAME_MAX)
		abort();
	if (value->type == YG_VALUE_STRING &&
	    (value->raw.ptr < start || value->raw.ptr + value->raw.len > end))
		abort();
	if (value->fleeting && value->type == YG_VALUE_NUMBER &&
	    (value->raw.len == 0 || value->raw.len > YG_BINARY_NUMBER_CAP))
		abort();
	for (size_t i = 0; i < value->raw.len; i++)
		path[i % sizeof(path)] = value->raw.ptr[i];
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
	static const char *const types[] = {
		"application/x-protobuf",
		"application/cbor",
		"application/msgpack",
		"application/grpc",
		"application/grpc-web-text",
		"application/connect+json",
		"application/grpc+cbor",
		"application/vnd.a+msgpack",
		"application/connect+proto; v=1",
	};
	static const char *const codings[] = { "identity", "gzip", "deflate", "br",
					       "zstd",	   "lz4",  "gzip",    "gzip" };
	static struct yg_bodies *bodies;
	struct yg_header headers[2] = { { YG_SLICE("Content-Type"), { NULL, 0 } },
					{ YG_SLICE("grpc-encoding"), { NULL, 0 } } };
	struct yg_exchange exchange = { 0 };
	struct yg_visitor visitor = { .fn = check_value, .where = YG_VALUES_BODY };
	struct yg_values_walked walked;
	struct context c = { .count = 0 };

	if (size < 1 || (!bodies && yg_bodies_new(&bodies)))
		return 0;
	headers[0].value = yg_slice_from_str(types[(data[0] & 15) % YG_ARRAY_SIZE(types)]);
	headers[1].value = yg_slice_from_str(codings[data[0] >> 4 & 7]);
	exchange.request = (struct yg_message){
		.present = true,
		.complete = !(data[0] >> 7),
		.headers = headers,
		.header_count = YG_ARRAY_SIZE(headers),
		.body = { (const char *)data + 1, size - 1 },
		.body_bytes = size - 1,
	};
	yg_bodies_begin(bodies, &exchange);
	c.view = yg_bodies_request(bodies);
	visitor.ctx = &c;
	walked = yg_values_walk(&exchange, bodies, YG_SIDE_REQUEST, &visitor, 1);
	if (walked.count != c.count || walked.count > YG_VALUES_MAX ||
	    walked.open > YG_JSON_DEPTH_MAX)
		abort();
	check_law(yg_bodies_counters(bodies));
	return 0;
}
