/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of HTTP/1, read at once and in the pieces that the input chooses: the exchanges
 * must be the same, byte for byte.
 *
 *	byte 0		bit 0: responses; bits 3 and up: leniency
 *	byte 1		number of pieces n
 *	n bytes		their lengths, used in turn
 *	rest		content
 */
#include <stdint.h>
#include <stdlib.h>

#include "exchange_log.h"
#include "laws.h"
#include "parse/streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	log_exchange(ctx, exchange);
}

static uint64_t run(const uint8_t *data, size_t size, const uint8_t *cuts, size_t cut_count)
{
	struct yg_streams_options options = { .flows_max = 1,
					      .pool_bytes = 1u << 20,
					      .lenient = data[0] >> 3 };
	static struct yg_segment meta;
	struct yg_segment_view view = { &meta, NULL };
	struct yg_streams *streams;
	uint64_t log = 0;
	size_t turn = 0;

	if (yg_streams_new(&options, on_exchange, &log, &streams))
		abort();
	meta = (struct yg_segment){ .tgid = 1 };
	meta.source = data[0] & 1 ? YG_SOURCE_TLS_WRITE : YG_SOURCE_TLS_READ;
	for (size_t at = 2 + data[1]; at < size;) {
		size_t len = cut_count ? cuts[turn++ % cut_count] : size - at;

		if (len == 0 || len > size - at)
			len = len ? size - at : 1;
		meta.offset = at - 2 - data[1];
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
	uint64_t whole;

	if (size < 2 || size - 2 < data[1])
		return 0;
	whole = run(data, size, NULL, 0);
	if (run(data, size, data + 2, data[1]) != whole || run(data, size, &one, 1) != whole)
		abort();
	return 0;
}
