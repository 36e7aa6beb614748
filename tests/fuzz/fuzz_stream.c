/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments in any order: the input chooses content, cuts, order, duplicates, gaps, flags and time.
 *
 *	byte 0		options: small tables; wire, TLS or a file
 *	byte 1		number of segments n
 *	n * 6 bytes	flags and direction, offset (2), length, sampled length, time
 *	rest		content; both directions read from it
 *
 * Besides memory errors it checks the conservation laws, and that every slice of an exchange can
 * be read.
 */
#include <stdint.h>
#include <stdlib.h>

#include "laws.h"
#include "parse/streams.h"

#define OP_BYTES 6u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reading every byte makes the sanitizer look at it. */
static void touch(struct yg_slice slice, uint64_t *sum)
{
	for (size_t i = 0; i < slice.len; i++)
		*sum += (unsigned char)slice.ptr[i];
}

static void touch_message(const struct yg_message *message, uint64_t *sum)
{
	touch(message->method, sum);
	touch(message->target, sum);
	touch(message->body, sum);
	for (uint32_t i = 0; i < message->header_count; i++) {
		touch(message->headers[i].name, sum);
		touch(message->headers[i].value, sum);
	}
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	if (!exchange->request.present && !exchange->response.present)
		abort();
	touch_message(&exchange->request, ctx);
	touch_message(&exchange->response, ctx);
}

static void check(const struct yg_streams *streams, bool finished)
{
	if (broken_law(yg_streams_counters(streams), finished))
		abort();
}

static void add(struct yg_streams *streams, const uint8_t *op, const uint8_t *content, size_t size,
		bool tls, bool file)
{
	static struct yg_segment meta;
	static uint64_t now;
	unsigned dir = op[0] & 1;
	uint32_t offset = (uint32_t)op[1] | (uint32_t)op[2] << 8;
	uint32_t len = op[3], have;
	struct yg_segment_view view = { &meta, content };

	if (offset > size)
		offset = (uint32_t)size;
	if (op[0] & 0x80)
		len *= 16;
	if (len > size - offset)
		len = (uint32_t)(size - offset);
	have = op[4] & 0x80 ? len * (op[4] & 0x7f) / 128 : len;
	now = op[5] == 0xff ? 0 : now + ((uint64_t)op[5] << (op[5] & 0x1f));
	meta = (struct yg_segment){
		.time_ns = now,
		.offset = tls ? offset : (uint32_t)(offset - 100), /* wraps */
		.payload_len = len,
		.data_len = have,
		.ack = op[0] & 0x10 ? (uint32_t)op[4] << 4 : 0,
		.source = (uint8_t)(YG_SOURCE_INGRESS + dir),
		.bind = YG_BIND_SOCKET,
	};
	meta.key.saddr[15] = (uint8_t)(1 + dir);
	meta.key.daddr[15] = (uint8_t)(2 - dir);
	meta.key.sport = (op[0] >> 1) & 1; /* two flows */
	meta.key.dport = meta.key.sport;
	if (tls) {
		meta.tgid = 1 + meta.key.sport;
		meta.source = (uint8_t)(YG_SOURCE_TLS_READ + dir);
	} else {
		meta.tcp_flags = (op[0] >> 2) & 7; /* FIN, SYN, RST */
	}
	if (file) {
		meta.source = YG_SOURCE_FILE;
		meta.ack -= meta.ack ? 100 : 0; /* of the numbers above */
	}
	view.data = content + offset;
	yg_streams_view(streams, &view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1u << 17 };
	struct yg_streams *streams;
	uint64_t sum = 0;
	size_t count;

	if (size < 2)
		return 0;
	options.flows_max = data[0] & 2 ? 1 : 4;
	options.body_cap = data[0] & 4 ? 16 : 0;
	count = data[1];
	if (size - 2 < count * OP_BYTES)
		return 0;
	if (yg_streams_new(&options, on_exchange, &sum, &streams))
		abort();
	for (size_t i = 0; i < count; i++) {
		add(streams, data + 2 + i * OP_BYTES, data + 2 + count * OP_BYTES,
		    size - 2 - count * OP_BYTES, data[0] & 1, (data[0] & 9) == 8);
		check(streams, false);
	}
	yg_streams_finish(streams);
	check(streams, true);
	if (yg_streams_flows(streams) || yg_streams_held(streams))
		abort();
	yg_streams_free(&streams);
	return (int)(sum & 0); /* the sum was needed to read the bytes */
}
