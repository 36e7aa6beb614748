/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The start of a connection, PROXY header and ClientHello: what is read must not depend on how the
 * bytes are cut into segments.
 *
 *	byte 0		number of pieces n
 *	n bytes		their lengths, used in turn
 *	rest		content
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/hash.h"
#include "laws.h"
#include "parse/hello.h"
#include "parse/streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(uint64_t *log, struct yg_slice slice)
{
	const struct yg_hash_key key = { *log, slice.len };

	*log = yg_hash(&key, slice.ptr ? slice.ptr : "", slice.len);
}

static void on_handshake(void *ctx, const struct yg_handshake *handshake)
{
	struct yg_slice alpn = handshake->alpn, protocol;

	add(ctx, handshake->sni);
	add(ctx, handshake->ja4);
	add(ctx, (struct yg_slice){ (const char *)handshake->proxied.addr.bytes, 16 });
	while ((protocol = yg_hello_alpn_next(&alpn)).ptr)
		add(ctx, protocol);
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	if (exchange->protocol != YG_PROTOCOL_H1)
		return; /* frames of HTTP/2 are looked for where segments begin */
	add(ctx, exchange->request.target);
	add(ctx, (struct yg_slice){ (const char *)exchange->proxied.addr.bytes, 16 });
}

static uint64_t run(const uint8_t *data, size_t size, const uint8_t *cuts, size_t cut_count)
{
	const struct yg_streams_options options = {
		.flows_max = 1,
		.pool_bytes = 1u << 20,
		.preludes_max = 2,
		.on_handshake = on_handshake,
	};
	static struct yg_segment meta;
	struct yg_segment_view view = { &meta, NULL };
	struct yg_streams *streams;
	uint64_t log = 0;
	size_t turn = 0;

	if (yg_streams_new(&options, on_exchange, &log, &streams))
		abort();
	meta = (struct yg_segment){ .source = YG_SOURCE_FILE, .tcp_flags = 2 };
	meta.key.saddr[15] = 1;
	yg_streams_view(streams, &view); /* SYN */
	meta.tcp_flags = 0;
	for (size_t at = 0; at < size;) {
		size_t len = cut_count ? cuts[turn++ % cut_count] : size - at;

		if (len == 0 || len > size - at)
			len = len ? size - at : 1;
		meta.offset = at + 1;
		meta.payload_len = meta.data_len = (uint32_t)len;
		view.data = data + at;
		yg_streams_view(streams, &view);
		at += len;
	}
	yg_streams_finish(streams);
	if (broken_law(yg_streams_counters(streams), true))
		abort();
	yg_streams_free(&streams);
	return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t one = 1;
	const uint8_t *content = data + 1 + (size ? data[0] : 0);
	uint64_t whole;
	struct yg_hello hello;

	if (size < 1 || size - 1 < data[0])
		return 0;
	size -= (size_t)(content - data);
	if (yg_hello_parse(content, size, &hello) == YG_PARSE_DONE && hello.ja4[YG_JA4_CAP - 1])
		abort();
	whole = run(content, size, NULL, 0);
	if (run(content, size, data + 1, data[0]) != whole || run(content, size, &one, 1) != whole)
		abort();
	return 0;
}
