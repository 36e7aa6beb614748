/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/tunnel.h"

#include <string.h>
#include <zlib.h>

#include "parse/pairing.h"

/* Every block of inflate() comes from the pool: nothing is allocated elsewhere. */
static void *take(void *pool, unsigned count, unsigned size)
{
	size_t cap;

	return yg_pool_take(pool, (size_t)count * size, &cap);
}

static void give(void *pool, void *block)
{
	yg_pool_give(pool, block);
}

static uint16_t copy(char *to, size_t room, struct yg_slice text)
{
	if (text.len == 0 || text.len > room)
		return 0;
	memcpy(to, text.ptr, text.len);
	return (uint16_t)text.len;
}

static struct yg_slice find_host(const struct yg_draft *request)
{
	for (uint32_t i = 0; i < request->head.field_count; i++) {
		if (yg_slice_equal_nocase(yg_draft_slice(request, request->head.fields[i].name),
					  YG_SLICE("host")))
			return yg_draft_slice(request, request->head.fields[i].value);
	}
	return (struct yg_slice){ NULL, 0 };
}

struct yg_tunnel *yg_tunnel_open(struct yg_pairer *pairer, const struct yg_draft *request,
				 uint32_t stream)
{
	size_t cap;
	struct yg_tunnel *tunnel = yg_pool_take(pairer->reading.pool, sizeof(*tunnel), &cap);

	if (!tunnel) {
		pairer->reading.counters->ws_lost += 2;
		return NULL;
	}
	*tunnel = (struct yg_tunnel){ .stream = stream };
	if (!request)
		return tunnel;
	tunnel->start_ns = request->start_ns;
	tunnel->host_len = copy(tunnel->host, sizeof(tunnel->host), find_host(request));
	tunnel->target_len = copy(tunnel->target, sizeof(tunnel->target),
				  yg_draft_slice(request, request->head.target));
	return tunnel;
}

/*
 * The sample of a compressed message. It was the first, so its window is empty: RFC 7692 section
 * 7.2.2. Without the four bytes that the sender leaves out the last block may stay open.
 */
static struct yg_slice undo(struct yg_pool *pool, const struct yg_ws_said *said, char *ret)
{
	z_stream z = { .zalloc = take, .zfree = give, .opaque = pool };
	uint8_t in[YG_WS_SAMPLE_MAX];

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return (struct yg_slice){ NULL, 0 };
	memcpy(in, said->sample, said->sample_len);
	z.next_in = in;
	z.avail_in = said->sample_len;
	z.next_out = (Bytef *)ret;
	z.avail_out = YG_TUNNEL_TEXT_MAX;
	(void)inflate(&z, Z_SYNC_FLUSH);
	(void)inflateEnd(&z);
	return (struct yg_slice){ ret, YG_TUNNEL_TEXT_MAX - z.avail_out };
}

static struct yg_slice text_of(struct yg_pool *pool, const struct yg_ws_said *said, char *ret)
{
	if (said->sample_len == 0)
		return (struct yg_slice){ NULL, 0 };
	if (!said->is_sample_compressed)
		return (struct yg_slice){ said->sample, said->sample_len };
	return undo(pool, said, ret);
}

static struct yg_peer peer_of(const struct yg_end *end)
{
	struct yg_peer peer = { .port = end->port };

	memcpy(peer.addr.bytes, end->addr, sizeof(peer.addr.bytes));
	return peer;
}

static void tell(struct yg_pairer *pairer, const struct yg_flow *flow, struct yg_tunnel *tunnel,
		 bool is_ended, uint64_t now_ns)
{
	static const struct yg_ws_tally nothing;
	char texts[2][YG_TUNNEL_TEXT_MAX];
	struct yg_websocket websocket = {
		.start_ns = tunnel->start_ns ? tunnel->start_ns : flow->last_ns,
		.end_ns = flow->last_ns,
		.stream = tunnel->stream,
		.tls = flow->tls,
		.is_first = tunnel->told_ns == 0,
		.is_ended = is_ended,
		.sampled = flow->sampled,
	};

	if (flow->server_dir != YG_FLOW_DIR_NONE) {
		websocket.client = peer_of(&flow->ends[!flow->server_dir]);
		websocket.server = peer_of(&flow->ends[flow->server_dir]);
	}
	if (tunnel->host_len)
		websocket.host = (struct yg_slice){ tunnel->host, tunnel->host_len };
	if (tunnel->target_len)
		websocket.target = (struct yg_slice){ tunnel->target, tunnel->target_len };
	for (unsigned side = 0; side < 2; side++) {
		websocket.said[side] = &tunnel->ws[side].said;
		websocket.text[side] =
			text_of(pairer->reading.pool, &tunnel->ws[side].said, texts[side]);
		websocket.news[side] =
			yg_ws_tally_since(&tunnel->ws[side].said, &tunnel->told[side]);
		tunnel->told[side] = yg_ws_tally_since(&tunnel->ws[side].said, &nothing);
	}
	tunnel->told_ns = now_ns;
	tunnel->heard_ns = flow->last_ns;
	pairer->websocket_fn(pairer->ctx, &websocket);
}

void yg_tunnel_goes_on(struct yg_pairer *pairer, const struct yg_flow *flow,
		       struct yg_tunnel *tunnel, uint64_t now_ns)
{
	uint64_t before_ns = tunnel->told_ns ? tunnel->told_ns : tunnel->start_ns;

	if (pairer->websocket_fn && now_ns >= before_ns + YG_TUNNEL_TELL_NS &&
	    flow->last_ns > tunnel->heard_ns)
		tell(pairer, flow, tunnel, false, now_ns);
}

void yg_tunnel_close(struct yg_pairer *pairer, const struct yg_flow *flow,
		     struct yg_tunnel **tunnel)
{
	if (*tunnel && pairer->websocket_fn)
		tell(pairer, flow, *tunnel, true, flow->last_ns);
	yg_pool_give(pairer->reading.pool, *tunnel);
	*tunnel = NULL;
}
