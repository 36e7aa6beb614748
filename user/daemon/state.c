/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/state.h"

#include <string.h>

struct saving {
	struct yg_feed_out *out;
	struct yg_state_stats *stats;
};

static void put_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	struct saving *saving = ctx;
	size_t parts = (len + YG_FEED_BLOB_MAX - 1) / YG_FEED_BLOB_MAX;

	for (size_t part = 0; part < parts; part++) {
		size_t at = part * YG_FEED_BLOB_MAX;
		size_t left = len - at < YG_FEED_BLOB_MAX ? len - at : YG_FEED_BLOB_MAX;

		yg_feed_out_put(saving->out,
				&(struct yg_feed_message){
					.kind = YG_FEED_KIND_STATE,
					.state = { .kind = kind,
						   .id = id,
						   .part = part,
						   .parts = parts,
						   .data = { (const char *)data + at, left } } });
	}
	saving->stats->saved++;
}

int yg_state_save(struct yg_knowledge *knowledge, struct yg_feed_out *out,
		  struct yg_state_stats *stats)
{
	struct saving saving = { out, stats };

	return yg_knowledge_save(knowledge, true, put_blob, &saving);
}

int yg_state_save_young(struct yg_knowledge *knowledge, struct yg_feed_out *out,
			struct yg_state_stats *stats)
{
	struct saving saving = { out, stats };

	return yg_knowledge_save_young(knowledge, put_blob, &saving);
}

void yg_state_forget(struct yg_feed_out *out, enum yg_blob kind, uint64_t id)
{
	yg_feed_out_put(out, &(struct yg_feed_message){ .kind = YG_FEED_KIND_STATE,
							.state = { .kind = kind, .id = id } });
}

/* Is this the part that must come next? Part 0 always begins anew. */
static bool is_next(struct yg_state_in *in, const struct yg_feed_state *state)
{
	if (state->part == 0) {
		in->kind = state->kind;
		in->id = state->id;
		in->parts = state->parts;
		in->next = 0;
		in->len = 0;
	}
	return state->kind == in->kind && state->id == in->id && state->parts == in->parts &&
	       state->part == in->next && state->part < state->parts &&
	       state->data.len <= sizeof(in->blob) - in->len;
}

static void take_part(struct yg_state_in *in, struct yg_knowledge *knowledge,
		      const struct yg_feed_state *state)
{
	if (!is_next(in, state) || state->kind == 0 || state->kind >= YG_BLOB_MAX) {
		in->parts = 0; /* nothing fits until the next part 0 */
		in->stats.refused++;
		return;
	}
	if (state->data.len > 0)
		memcpy(in->blob + in->len, state->data.ptr, state->data.len);
	in->len += state->data.len;
	if (++in->next < in->parts)
		return;
	if (yg_knowledge_load(knowledge, (enum yg_blob)in->kind, in->blob, in->len))
		in->stats.refused++;
	else
		in->stats.restored++;
}

void yg_state_take(struct yg_state_in *in, struct yg_knowledge *knowledge, const uint8_t *packet,
		   size_t len)
{
	struct yg_feed_reader reader = { packet, packet + len, false };
	struct yg_feed_message message;

	for (;;) {
		switch (yg_feed_next(&reader, &message)) {
		case YG_FEED_MESSAGE:
			if (message.kind == YG_FEED_KIND_STATE)
				take_part(in, knowledge, &message.state);
			else if (message.kind == YG_FEED_KIND_RESTORED)
				in->complete = true;
			break;
		case YG_FEED_UNKNOWN:
			break;
		default:
			return;
		}
	}
}
