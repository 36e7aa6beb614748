/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a request does, and what its answer says inside: whatever the two bodies and their types
 * are, the words that come out are plain, short and the operation's own bytes.
 *
 *	byte 0		types of the request (low half) and of the answer
 *	byte 1		target
 *	byte 2		where the request ends and the answer begins, in 256ths
 *	rest		request, answer
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/outcome.h"

static const char *const types[] = {
	"application/json",
	"application/graphql",
	"text/xml",
	"application/x-www-form-urlencoded",
	"multipart/form-data; boundary=b",
	"multipart/related; boundary=b",
	"text/event-stream",
	"application/x-ndjson",
	"application/connect+proto",
	"application/soap+xml; action=\"urn:x#Get\"",
};

static const char *const targets[] = {
	"/graphql",
	"/rpc",
	"/v1/chat/completions",
	"/openai/deployments/m/chat/completions",
	"/v1beta/models/m:generateContent",
	"/model/m%3A0/converse",
	"/graphql?query=%7Ba%7D",
	"/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%22ab%22%7D%7D",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_plain(struct yg_slice text, const char *bytes, size_t cap)
{
	if (!text.ptr)
		return;
	if (text.ptr != bytes || text.len > cap)
		abort();
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < ' ' || text.ptr[i] > '~')
			abort();
	}
}

static struct yg_message message(struct yg_header *header, uint8_t type, struct yg_slice body)
{
	*header = (struct yg_header){ { "Content-Type", 12 },
				      yg_slice_from_str(
					      types[type % (sizeof(types) / sizeof(types[0]))]) };
	return (struct yg_message){ .present = true,
				    .complete = true,
				    .headers = header,
				    .header_count = 1,
				    .status = 200,
				    .body = body,
				    .body_bytes = body.len };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct yg_operation operation;
	static struct yg_bodies *bodies;
	struct yg_header headers[2];
	struct yg_exchange exchange = { .grpc_status = YG_GRPC_STATUS_NONE };
	struct yg_outcome outcome;
	struct yg_slice text;
	size_t cut;

	if (size < 3 || (!bodies && yg_bodies_new(&bodies)))
		return 0;
	text = (struct yg_slice){ (const char *)data + 3, size - 3 };
	cut = text.len * data[2] / 256;
	exchange.request = message(&headers[0], data[0] & 15, (struct yg_slice){ text.ptr, cut });
	exchange.response = message(&headers[1], data[0] >> 4,
				    (struct yg_slice){ text.ptr + cut, text.len - cut });
	exchange.request.target =
		yg_slice_from_str(targets[data[1] % (sizeof(targets) / sizeof(targets[0]))]);
	yg_bodies_begin(bodies, &exchange);
	yg_operation_from_exchange(bodies, &exchange, &operation);
	yg_outcome_read(bodies, &exchange, &operation, &outcome);
	expect_plain(operation.text, operation.bytes, sizeof(operation.bytes));
	expect_plain(operation.model, operation.model_bytes, sizeof(operation.model_bytes));
	expect_plain(outcome.code, outcome.bytes, sizeof(outcome.bytes));
	if (outcome.kind >= YG_OUTCOME_MAX || (outcome.metered && !operation.model.ptr))
		abort();
	return 0;
}
