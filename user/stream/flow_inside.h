/* SPDX-License-Identifier: GPL-2.0-only */
/* The flow table from within: shared by the files that are it, included by nobody else. */
#pragma once

#include "stream/due.h"
#include "stream/flow.h"
#include "stream/flow_id.h"
#include "stream/use.h"
#include "stream/wait.h"

struct yg_flows {
	struct yg_order order;
	struct yg_hash_key key;
	struct yg_flow **buckets; /* [bucket_mask + 1] */
	uint32_t bucket_mask;
	uint32_t count, cap;
	size_t stride; /* bytes of a slot */
	size_t state_bytes;
	char *slots;	      /* [cap] */
	uint32_t fresh;	      /* slots never used start here */
	struct yg_flow *free; /* linked by bucket_next */
	struct yg_flow
		*recent[YG_FLOW_RECENT]; /* by yg_flow_id_row(); spares most segments the hash */
	struct yg_uses uses;
	struct yg_waits waits;
	struct yg_dues dues;
	uint64_t idle_ns;
	uint64_t now_ns, ticked_ns;
	uint64_t turn_ns; /* when the segment in hand came, if it waited; 0: now */
};
