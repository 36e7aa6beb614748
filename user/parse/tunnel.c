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

/*
 * A compressed message, at most YG_WS_SAMPLE_MAX bytes of it, from an empty window: that of the
 * first one, and of each where the sides do not take over the one before (RFC 7692 section 7.1.1);
 * others are read as far as they do not refer to it. Without the four bytes that the sender leaves
 * out the last block may stay open. @ret_cut: set if there is more of it than is returned.
 */
static struct yg_slice undo(struct yg_pool *pool, struct yg_slice text, char *ret, bool *ret_cut)
{
	z_stream z = { .zalloc = take, .zfree = give, .opaque = pool };
	uint8_t in[YG_WS_SAMPLE_MAX];
	int r;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return (struct yg_slice){ NULL, 0 };
	memcpy(in, text.ptr, text.len);
	z.next_in = in;
	z.avail_in = (unsigned int)text.len;
	z.next_out = (Bytef *)ret;
	z.avail_out = YG_TUNNEL_TEXT_MAX;
	r = inflate(&z, Z_SYNC_FLUSH);
	(void)inflateEnd(&z);
	*ret_cut |= (r != Z_OK && r != Z_STREAM_END) || z.avail_in > 0 || z.avail_out == 0;
	return (struct yg_slice){ ret, YG_TUNNEL_TEXT_MAX - z.avail_out };
}

/* One message is over. */
static void hear(void *ctx, struct yg_ws_ear *ear)
{
	struct yg_hearing *hearing = ctx;
	bool server = ear == &hearing->ears[1];
	char plain[YG_TUNNEL_TEXT_MAX], room[YG_WS_UNPACK_MAX];
	struct yg_slice text = { ear->text, ear->len };
	struct yg_ws_call call;
	bool cut = ear->is_cut;

	if (ear->is_compressed && text.len > 0)
		text = undo(hearing->pool, text, plain, &cut);
	if (text.len == 0) {
		hearing->calls.unread[server] += ear->len > 0 || ear->is_cut;
		return;
	}
	yg_ws_call_read(text, cut, server, room, &call);
	yg_ws_calls_take(&hearing->calls, server, cut, &call);
}

/* Not while memory is scarce: what is counted is worth more than what is understood. */
static void listen(struct yg_pool *pool, struct yg_tunnel *tunnel)
{
	struct yg_hearing *hearing;
	size_t cap;

	if (yg_pool_is_scarce(pool))
		return;
	hearing = yg_pool_take(pool, sizeof(*hearing), &cap);
	if (!hearing)
		return;
	*hearing = (struct yg_hearing){ .pool = pool };
	for (unsigned side = 0; side < 2; side++) {
		hearing->ears[side].fn = hear;
		hearing->ears[side].ctx = hearing;
		tunnel->ws[side].ear = &hearing->ears[side];
	}
	tunnel->hearing = hearing;
}

static void stop_listening(struct yg_pool *pool, struct yg_tunnel *tunnel)
{
	tunnel->ws[0].ear = tunnel->ws[1].ear = NULL;
	tunnel->ws[0].is_hearing = tunnel->ws[1].is_hearing = false;
	yg_pool_give(pool, tunnel->hearing);
	tunnel->hearing = NULL;
}

/* The news are told. Nobody listens on where nothing was understood so far. */
static void told_calls(struct yg_pool *pool, struct yg_tunnel *tunnel)
{
	struct yg_ws_calls *calls = &tunnel->hearing->calls;

	tunnel->hearing->looked += calls->looked[0] + calls->looked[1];
	yg_ws_calls_told(calls);
	if (tunnel->hearing->looked >= YG_TUNNEL_HEAR_MAX && !calls->rows[0].hash)
		stop_listening(pool, tunnel);
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
	if (pairer->websocket_fn)
		listen(pairer->reading.pool, tunnel);
	if (!request)
		return tunnel;
	tunnel->start_ns = request->start_ns;
	tunnel->host_len = copy(tunnel->host, sizeof(tunnel->host), find_host(request));
	tunnel->target_len = copy(tunnel->target, sizeof(tunnel->target),
				  yg_draft_slice(request, request->head.target));
	return tunnel;
}

static struct yg_slice text_of(struct yg_pool *pool, const struct yg_ws_said *said, char *ret)
{
	bool cut = false; /* a sample may be */

	if (said->sample_len == 0)
		return (struct yg_slice){ NULL, 0 };
	if (!said->is_sample_compressed)
		return (struct yg_slice){ said->sample, said->sample_len };
	return undo(pool, (struct yg_slice){ said->sample, said->sample_len }, ret, &cut);
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
	if (tunnel->hearing && yg_ws_calls_has_news(&tunnel->hearing->calls))
		websocket.calls = &tunnel->hearing->calls;
	tunnel->told_ns = now_ns;
	tunnel->heard_ns = flow->last_ns;
	pairer->websocket_fn(pairer->ctx, &websocket);
	if (websocket.calls)
		told_calls(pairer->reading.pool, tunnel);
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
	if (*tunnel)
		stop_listening(pairer->reading.pool, *tunnel);
	yg_pool_give(pairer->reading.pool, *tunnel);
	*tunnel = NULL;
}
