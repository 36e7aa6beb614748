/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2.h"

#include <string.h>

#include "parse/h2evidence.h"
#include "parse/h2stream.h"
#include "parse/pairing.h"

#define CHAIN_MAX 3u /* likely frames in a row that are proof enough */

/* Bytes being read. */
struct input {
	const uint8_t *p, *end;
	bool start; /* p is the start of a segment */
};

static size_t input_len(const struct input *in)
{
	return (size_t)(in->end - in->p);
}

static struct yg_stream_counters *counters_of(const struct yg_h2_turn *turn)
{
	return turn->pairer->reading.counters;
}

static void take(struct input *in, size_t len, uint64_t *row)
{
	*row += len;
	in->p += len;
	in->start = in->start && len == 0;
}

static struct yg_h2_turn turn_of(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 *h2,
				 unsigned dir, uint64_t time_ns)
{
	return (struct yg_h2_turn){
		.pairer = pairer,
		.flow = flow,
		.h2 = h2,
		.side = &h2->sides[dir],
		.peer = &h2->sides[!dir],
		.time_ns = time_ns,
		.dir = dir,
	};
}

/* --- losing and finding the frames ---------------------------------------------------------- */

static void drop_block(const struct yg_h2_turn *turn)
{
	yg_pool_give(turn->pairer->reading.pool, YG_TAKE_PTR(turn->side->block));
	turn->side->block_len = turn->side->block_cap = turn->side->block_pieces = 0;
	turn->side->block_stream = 0;
	turn->side->block_lost = false;
}

/* Its rest will not come. */
static void cut_block(const struct yg_h2_turn *turn)
{
	const struct yg_h2_side *side = turn->side;

	if (!side->block_stream || side->block_lost)
		return;
	counters_of(turn)->h2_block_lost++;
	yg_h2_stream_unread(turn, side->block_stream, side->block_ends);
}

/* A header block may have been missed: its table is not what the peer has any more. */
static void lose_track(const struct yg_h2_turn *turn)
{
	cut_block(turn);
	drop_block(turn);
	yg_hpack_relearn(&turn->side->hpack);
	turn->side->lost = true;
	turn->h2->lost_ns = turn->time_ns;
	turn->side->header_len = 0;
	turn->side->state = YG_H2_STATE_RESYNC;
	yg_h2_stream_loss(turn);
}

/* A true peer does that once, and hangs up: RFC 9113 section 5.4.1. */
static void refuse(const struct yg_h2_turn *turn)
{
	counters_of(turn)->h2_invalid++;
	lose_track(turn);
	turn->side->refusals += YG_H2_REFUSAL_BLOCKS;
	if (turn->side->refusals > YG_H2_REFUSALS_MAX * YG_H2_REFUSAL_BLOCKS)
		turn->side->state = YG_H2_STATE_GIVEN_UP;
}

/* Could a frame begin here? At the start of a segment one likely header is enough. */
static bool is_frame_start(const struct input *in)
{
	bool ends;
	unsigned count = yg_h2_frame_chain(in->p, input_len(in), CHAIN_MAX, &ends);

	return count >= CHAIN_MAX || (count > 1 && ends) || (in->start && count > 0);
}

static void resync(const struct yg_h2_turn *turn, struct input *in)
{
	uint64_t *row = &counters_of(turn)->read_resync;

	while (in->p < in->end) {
		if (input_len(in) >= YG_H2_HEADER && is_frame_start(in)) {
			turn->side->state = YG_H2_STATE_HEADER;
			turn->side->found = true;
			return;
		}
		take(in, input_len(in) < YG_H2_HEADER ? input_len(in) : 1, row);
	}
}

/* --- header blocks -------------------------------------------------------------------------- */

static void on_begin(void *ctx)
{
	yg_h2_head_begin(ctx);
}

static void on_field(void *ctx, struct yg_slice name, struct yg_slice value)
{
	yg_h2_head_field(ctx, name, value);
}

static void decode(const struct yg_h2_turn *turn, struct yg_slice block)
{
	struct yg_h2_side *side = turn->side;
	struct yg_h2_head *head = &turn->pairer->h2_head;
	const struct yg_hpack_sink sink = { head, on_begin, on_field };
	struct yg_stream_counters *counters = counters_of(turn);
	enum yg_parse r = yg_hpack_read(&side->hpack, turn->pairer->heap, block, &sink);

	if (r == YG_PARSE_DONE) {
		counters->h2_block++;
		yg_h2_head_end(head);
		side->refusals -= side->refusals > 0;
		counters->h2_field += head->draft.head.field_count + head->draft.unknown;
		counters->h2_field_unknown += head->draft.unknown;
		yg_h2_stream_head(turn, side->block_stream, side->block_ends);
		return;
	}
	counters->h2_block_bad += r == YG_PARSE_BAD;
	counters->h2_block_lost += r == YG_PARSE_MORE;
	yg_h2_stream_unread(turn, side->block_stream, side->block_ends);
	if (side->hpack.failures == YG_HPACK_FAILURES_MAX)
		side->state = YG_H2_STATE_GIVEN_UP;
}

/* Keep a part of a block. False: too large, or no memory. */
static bool keep_block(const struct yg_h2_turn *turn, const uint8_t *data, size_t len)
{
	struct yg_h2_side *side = turn->side;
	struct yg_pool *pool = turn->pairer->reading.pool;
	size_t need = side->block_len + len, cap;
	uint8_t *block;

	if (need > YG_H2_BLOCK_MAX)
		return false;
	if (need > side->block_cap) {
		block = yg_pool_take(pool, need * 2 < YG_H2_BLOCK_MAX ? need * 2 : YG_H2_BLOCK_MAX,
				     &cap);
		if (!block)
			return false;
		if (side->block_len)
			memcpy(block, side->block, side->block_len);
		yg_pool_give(pool, side->block);
		side->block = block;
		side->block_cap = (uint32_t)cap;
	}
	if (len)
		memcpy(side->block + side->block_len, data, len);
	side->block_len = (uint32_t)need;
	return true;
}

/* The block cannot be kept: its entries are missed as if it was lost. */
static void lose_block(const struct yg_h2_turn *turn)
{
	struct yg_h2_side *side = turn->side;

	counters_of(turn)->h2_block_lost++;
	if (side->block_len > YG_H2_BLOCK_MAX / 2)
		yg_h2_evidence_add(turn, YG_ANOMALY_CONTINUATION_FLOOD);
	yg_h2_stream_unread(turn, side->block_stream, side->block_ends);
	side->block_lost = true;
	yg_hpack_relearn(&side->hpack);
}

static bool is_block(const struct yg_h2_frame *frame)
{
	return frame->type == YG_H2_HEADERS || frame->type == YG_H2_CONTINUATION ||
	       frame->type == YG_H2_PUSH_PROMISE;
}

static void end_block(const struct yg_h2_turn *turn)
{
	struct yg_h2_side *side = turn->side;

	if (!side->block_stream || !(side->frame.flags & YG_H2_END_HEADERS))
		return;
	if (!side->block_lost)
		decode(turn, (struct yg_slice){ side->block ? (const char *)side->block : "",
						side->block_len });
	drop_block(turn);
}

/* --- frames --------------------------------------------------------------------------------- */

/* Frames that make the server work. */
static void count_flood(const struct yg_h2_turn *turn, bool taken_back)
{
	struct yg_h2_flood *flood = &turn->h2->flood;
	const struct yg_h2_frame *frame = &turn->side->frame;

	if (turn->dir == turn->h2->client_dir)
		yg_h2_evidence_add(turn,
				   yg_h2_flood_client(flood, frame, taken_back, turn->time_ns));
	else
		yg_h2_flood_server(flood, frame, turn->side->code, turn->time_ns);
}

static void end_frame(const struct yg_h2_turn *turn)
{
	struct yg_h2_side *side = turn->side;
	const struct yg_h2_frame *frame = &side->frame;
	bool taken_back = false;

	side->state = YG_H2_STATE_HEADER;
	side->header_len = 0;
	switch (frame->type) {
	case YG_H2_DATA:
		if (frame->flags & YG_H2_END_STREAM)
			yg_h2_stream_ends(turn, frame->stream);
		break;
	case YG_H2_HEADERS:
	case YG_H2_PUSH_PROMISE:
	case YG_H2_CONTINUATION:
		end_block(turn);
		break;
	case YG_H2_RST_STREAM:
		counters_of(turn)->h2_reset++;
		taken_back = yg_h2_stream_reset(turn, frame->stream);
		break;
	default:
		break;
	}
	count_flood(turn, taken_back);
}

/*
 * Between HEADERS and END_HEADERS only CONTINUATION of the same stream: section 6.10. Where frames
 * were looked for, one may go on with a block that was not seen.
 */
static bool is_in_order(const struct yg_h2_side *side)
{
	const struct yg_h2_frame *frame = &side->frame;

	if (side->block_stream)
		return frame->type == YG_H2_CONTINUATION && frame->stream == side->block_stream;
	return frame->type != YG_H2_CONTINUATION || side->found;
}

static void begin_block(const struct yg_h2_turn *turn)
{
	struct yg_h2_side *side = turn->side;

	side->block_lost |= side->frame.type == YG_H2_CONTINUATION && !side->block_stream;
	if (!side->block_stream) {
		side->block_stream = side->frame.stream;
		side->block_ends =
			side->frame.type == YG_H2_HEADERS && (side->frame.flags & YG_H2_END_STREAM);
	}
	side->found = false;
	if (++side->block_pieces > YG_H2_PIECES_MAX)
		yg_h2_evidence_add(turn, YG_ANOMALY_CONTINUATION_FLOOD);
	counters_of(turn)->h2_push += side->frame.type == YG_H2_PUSH_PROMISE;
}

/* The frame header is whole. */
static void begin_frame(const struct yg_h2_turn *turn)
{
	struct yg_h2_side *side = turn->side;
	struct yg_h2_frame *frame = &side->frame;
	bool is_padded;

	*frame = yg_h2_frame_read(side->header);
	counters_of(turn)->h2_frame++;
	is_padded = (frame->flags & YG_H2_PADDED) &&
		    (frame->type == YG_H2_DATA || frame->type == YG_H2_HEADERS ||
		     frame->type == YG_H2_PUSH_PROMISE);
	side->front = is_padded;
	if (frame->type == YG_H2_HEADERS && (frame->flags & YG_H2_PRIORITISED))
		side->front += 5;
	if (frame->type == YG_H2_PUSH_PROMISE)
		side->front += 4;
	if (!yg_h2_frame_is_valid(frame) || !is_in_order(side) || side->front > frame->length) {
		refuse(turn);
		return;
	}
	side->has_pad = is_padded;
	side->content = frame->length - side->front;
	side->tail = 0;
	side->state = YG_H2_STATE_FRONT;
	if (is_block(frame))
		begin_block(turn);
}

static void read_preface(const struct yg_h2_turn *turn, struct input *in)
{
	struct yg_h2_side *side = turn->side;
	size_t len = YG_H2_PREFACE - side->header_len;

	if (len > input_len(in))
		len = input_len(in);
	if (memcmp(in->p, yg_h2_preface + side->header_len, len) != 0) {
		refuse(turn);
		return;
	}
	side->header_len = (uint8_t)(side->header_len + len);
	take(in, len, &counters_of(turn)->read_framing);
	if (side->header_len < YG_H2_PREFACE)
		return;
	side->header_len = 0;
	side->state = YG_H2_STATE_HEADER;
}

static void read_header(const struct yg_h2_turn *turn, struct input *in)
{
	struct yg_h2_side *side = turn->side;
	size_t left = YG_H2_HEADER - side->header_len;
	size_t len = left < input_len(in) ? left : input_len(in);

	memcpy(side->header + side->header_len, in->p, len);
	side->header_len = (uint8_t)(side->header_len + len);
	take(in, len, &counters_of(turn)->read_framing);
	if (side->header_len == YG_H2_HEADER)
		begin_frame(turn);
}

static void read_front(const struct yg_h2_turn *turn, struct input *in)
{
	struct yg_h2_side *side = turn->side;
	size_t len = side->front < input_len(in) ? side->front : input_len(in);

	if (len && side->has_pad) {
		side->has_pad = false;
		if (*in->p > side->content) {
			refuse(turn);
			return;
		}
		side->tail = *in->p;
		side->content -= side->tail;
	}
	side->front -= (uint32_t)len;
	take(in, len, &counters_of(turn)->read_framing);
	if (side->front == 0)
		side->state = YG_H2_STATE_CONTENT;
}

static void read_block(const struct yg_h2_turn *turn, struct input *in, size_t len)
{
	struct yg_h2_side *side = turn->side;
	const uint8_t *data = in->p;
	bool is_whole = len == side->content && side->block_len == 0 && len <= YG_H2_BLOCK_MAX &&
			(side->frame.flags & YG_H2_END_HEADERS) && !side->block_lost;

	take(in, len, &counters_of(turn)->read_head);
	if (is_whole) {
		decode(turn, (struct yg_slice){ (const char *)data, len });
		drop_block(turn);
	} else if (side->block_stream && !side->block_lost && !keep_block(turn, data, len)) {
		lose_block(turn);
	}
}

static void read_content(const struct yg_h2_turn *turn, struct input *in)
{
	struct yg_h2_side *side = turn->side;
	size_t len = side->content < input_len(in) ? side->content : input_len(in);

	if (is_block(&side->frame)) {
		read_block(turn, in, len);
	} else if (side->frame.type == YG_H2_DATA) {
		yg_h2_stream_data(turn, side->frame.stream,
				  (struct yg_slice){ (const char *)in->p, len });
		take(in, len, &counters_of(turn)->read_body);
	} else {
		for (size_t i = 0; side->frame.type == YG_H2_RST_STREAM && i < len; i++)
			side->code = side->code << 8 | in->p[i];
		take(in, len, &counters_of(turn)->read_framing);
	}
	side->content -= (uint32_t)len;
	if (side->content == 0 && is_block(&side->frame))
		end_block(turn); /* padding tells nothing: the block is whole without it */
	if (side->content == 0 && side->state == YG_H2_STATE_CONTENT)
		side->state = YG_H2_STATE_TAIL;
}

static void read_tail(const struct yg_h2_turn *turn, struct input *in)
{
	struct yg_h2_side *side = turn->side;
	size_t len = side->tail < input_len(in) ? side->tail : input_len(in);

	side->tail -= (uint32_t)len;
	take(in, len, &counters_of(turn)->read_framing);
	if (side->tail == 0)
		end_frame(turn);
}

static void read_some(const struct yg_h2_turn *turn, struct input *in)
{
	switch ((enum yg_h2_state)turn->side->state) {
	case YG_H2_STATE_PREFACE:
		read_preface(turn, in);
		break;
	case YG_H2_STATE_HEADER:
		read_header(turn, in);
		break;
	case YG_H2_STATE_FRONT:
		read_front(turn, in);
		break;
	case YG_H2_STATE_CONTENT:
		read_content(turn, in);
		break;
	case YG_H2_STATE_TAIL:
		read_tail(turn, in);
		break;
	case YG_H2_STATE_RESYNC:
		resync(turn, in);
		break;
	case YG_H2_STATE_GIVEN_UP:
		take(in, input_len(in), &counters_of(turn)->read_refused);
		break;
	}
}

/* A frame whose parts that are left are empty is over without another byte. */
static bool is_frame_over(const struct yg_h2_side *side)
{
	switch ((enum yg_h2_state)side->state) {
	case YG_H2_STATE_FRONT:
		return side->front == 0 && side->content == 0 && side->tail == 0;
	case YG_H2_STATE_CONTENT:
		return side->content == 0 && side->tail == 0;
	case YG_H2_STATE_TAIL:
		return side->tail == 0;
	default:
		return false;
	}
}

/* --- holes ---------------------------------------------------------------------------------- */

/* Bytes of the current frame that may be missed without missing a header block. */
static uint64_t can_miss(const struct yg_h2_side *side)
{
	if (side->state < YG_H2_STATE_FRONT || side->state > YG_H2_STATE_TAIL)
		return 0;
	if (side->state != YG_H2_STATE_TAIL && (is_block(&side->frame) || side->has_pad))
		return 0;
	return (uint64_t)side->front + side->content + side->tail;
}

static void take_gap(const struct yg_h2_turn *turn, uint64_t len)
{
	struct yg_h2_side *side = turn->side;
	uint64_t content;

	if (side->state == YG_H2_STATE_GIVEN_UP)
		return;
	if (len > can_miss(side)) {
		counters_of(turn)->h2_gap += side->state != YG_H2_STATE_RESYNC;
		lose_track(turn);
		return;
	}
	content = len < side->content ? len : side->content;
	if (side->frame.type == YG_H2_DATA && content)
		yg_h2_stream_hole(turn, side->frame.stream, (uint32_t)content);
	side->content -= (uint32_t)content;
	side->tail -= (uint32_t)(len - content);
	side->state = side->content ? YG_H2_STATE_CONTENT : YG_H2_STATE_TAIL;
	if (is_frame_over(side))
		end_frame(turn);
}

/* Bytes from here that nobody will look at: a hole in them costs nothing. */
static uint64_t unwanted(const struct yg_h2 *h2, unsigned dir)
{
	const struct yg_h2_side *side = &h2->sides[dir];

	if (side->state == YG_H2_STATE_RESYNC || side->state == YG_H2_STATE_GIVEN_UP)
		return YG_UNWANTED_ALL;
	if (side->state == YG_H2_STATE_TAIL)
		return side->tail;
	if (side->state == YG_H2_STATE_CONTENT && side->frame.type == YG_H2_DATA &&
	    !yg_h2_stream_wants(h2, dir, side->frame.stream))
		return (uint64_t)side->content + side->tail;
	return 0;
}

/* --- the connection ------------------------------------------------------------------------- */

struct yg_h2 *yg_h2_new(struct yg_pairer *pairer)
{
	size_t cap;
	struct yg_h2 *h2 = yg_pool_take(pairer->reading.pool, sizeof(*h2), &cap);

	if (!h2) {
		pairer->reading.counters->h2_refused++;
		return NULL;
	}
	*h2 = (struct yg_h2){ .client_dir = YG_FLOW_DIR_NONE, .first_stream = UINT32_MAX };
	return h2;
}

void yg_h2_begin_side(struct yg_h2 *h2, unsigned dir, struct yg_slice taken)
{
	struct yg_h2_side *side = &h2->sides[dir];
	bool is_client = h2->client_dir == dir;

	if (is_client)
		h2->first_stream = 1;
	side->hpack.placeholders = 0;
	side->state = is_client ? YG_H2_STATE_PREFACE : YG_H2_STATE_HEADER;
	side->header_len = (uint8_t)taken.len;
	if (!is_client && taken.len)
		memcpy(side->header, taken.ptr, taken.len);
}

void yg_h2_join_side(struct yg_h2 *h2, unsigned dir)
{
	yg_hpack_relearn(&h2->sides[dir].hpack);
	h2->sides[dir].state = YG_H2_STATE_RESYNC;
}

void yg_h2_run(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 *h2,
	       const struct yg_run *run)
{
	struct yg_h2_turn turn = turn_of(pairer, flow, h2, run->dir, run->time_ns);
	struct input in = {
		.p = run->data,
		.end = run->data ? run->data + run->len : NULL,
		.start = run->start,
	};

	turn.source = run->source;
	yg_h2_count_record(&h2->count, counters_of(&turn), run->dir, run->lost, run->begun);
	yg_h2_evidence_tell(&turn, false);
	if (!run->data) {
		take_gap(&turn, run->len);
	} else {
		while (in.p < in.end || is_frame_over(turn.side)) {
			if (is_frame_over(turn.side) && turn.side->state != YG_H2_STATE_TAIL)
				turn.side->state = YG_H2_STATE_TAIL;
			read_some(&turn, &in);
		}
	}
	yg_h2_stream_settle(&turn);
	flow->streams[0].unwanted = unwanted(h2, 0);
	flow->streams[1].unwanted = unwanted(h2, 1);
	flow->asks = h2->stream_count > 0;
}

void yg_h2_end(struct yg_h2 *h2, unsigned dir)
{
	h2->sides[dir].ended = true;
}

void yg_h2_due(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 *h2, uint64_t now_ns)
{
	struct yg_h2_turn turn = turn_of(pairer, flow, h2, 0, now_ns);

	yg_h2_stream_look(&turn);
	yg_h2_stream_settle(&turn);
	flow->asks = h2->stream_count > 0;
}

void yg_h2_close(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 **h2)
{
	struct yg_h2_turn turn;

	for (unsigned dir = 0; dir < 2; dir++) {
		turn = turn_of(pairer, flow, *h2, dir, flow->last_ns);
		cut_block(&turn);
	}
	yg_h2_stream_close(&turn);
	for (unsigned dir = 0; dir < 2; dir++) {
		yg_pool_give(pairer->reading.pool, (*h2)->sides[dir].block);
		yg_hpack_clean(&(*h2)->sides[dir].hpack);
	}
	yg_pool_give(pairer->reading.pool, *h2);
	*h2 = NULL;
}
