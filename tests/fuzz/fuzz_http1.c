/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of HTTP/1, read at once and in the pieces that the input chooses: the exchanges
 * must be the same, byte for byte. Content may turn out to be HTTP/2; where its frames are lost
 * they are looked for at the start of segments, and what is found depends on these.
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

/* Return: the log of all exchanges. @lost: set if frames of HTTP/2 were lost. */
static uint64_t run(const uint8_t *data, size_t size, struct yg_slice cuts, bool *lost)
{
	struct yg_streams_options options = { .flows_max = 1, .pool_bytes = 1u << 20 };
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
		size_t len = cuts.len ? (uint8_t)cuts.ptr[turn++ % cuts.len] : size - at;

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
	*lost |= yg_streams_counters(streams)->stream_http2 &&
		 yg_streams_counters(streams)->read_resync;
	yg_streams_free(&streams);
	return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yg_slice chosen = { (const char *)data + 2, 0 };
	uint64_t whole, cut, bytes;
	bool lost = false;

	if (size < 2 || size - 2 < data[1])
		return 0;
	chosen.len = data[1];
	whole = run(data, size, (struct yg_slice){ NULL, 0 }, &lost);
	cut = run(data, size, chosen, &lost);
	bytes = run(data, size, YG_SLICE("\1"), &lost);
	if (!lost && (cut != whole || bytes != whole))
		abort();
	return 0;
}
