/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the analyzer has learned, carried by the feed: out in parts every minute, back in after a
 * restart. The desk gives back what it has stored when the analyzer says hello; the analyzer does
 * not wait for it, it only takes it in when it comes.
 */
#pragma once

#include "core/macros.h"
#include "daemon/feed.h"
#include "respond/knowledge.h"

struct yg_state_stats {
	uint64_t saved;	   /* blobs sent */
	uint64_t restored; /* blobs taken in */
	uint64_t refused;  /* parts out of order, or blobs of another version or damaged */
};

/* A blob whose parts arrive one by one. */
struct yg_state_in {
	uint64_t kind, id;
	uint64_t parts, next; /* expected */
	size_t len;
	struct yg_state_stats stats;
	bool complete; /* the desk has said that this was all */
	uint8_t blob[YG_BLOB_BYTES_MAX];
};

/**
 * yg_state_save() - put every blob that changed on the feed.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_state_save(struct yg_knowledge *knowledge, struct yg_feed_out *out,
				struct yg_state_stats *stats);

/* Likewise yg_knowledge_save_young(). Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_state_save_young(struct yg_knowledge *knowledge, struct yg_feed_out *out,
				      struct yg_state_stats *stats);

/* What was saved under this name is of no use any more. */
void yg_state_forget(struct yg_feed_out *out, enum yg_blob kind, uint64_t id);

/* One packet of the desk's: state and restored messages; others are passed over. */
void yg_state_take(struct yg_state_in *in, struct yg_knowledge *knowledge, const uint8_t *packet,
		   size_t len);
