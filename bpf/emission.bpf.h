/* SPDX-License-Identifier: GPL-2.0-only */
/* A record in the making: what decides over it, and what goes into it. */
#pragma once

#include "control.bpf.h"

#define HEAD_LEN 16 /* bytes looked at: longer than any registered method */

/* The first bytes of a payload. */
struct yg_head {
	__u8 bytes[HEAD_LEN]; /* zero beyond len */
	__u32 len;
};

/*
 * Everything of a record but its bytes. Kept in a map and not on the stack: the verifier forgets
 * what it knew of the values, and walks the rest of the program once and not once per way there.
 */
struct yg_emission {
	struct yg_flow_key key;
	__u64 offset;
	__u64 object;
	__u32 tgid;
	__u32 generation;
	__u32 payload_len;
	__u32 data_len;
	__u32 sampled;
	__u32 ring;
	__u32 ack;
	__u8 source;
	__u8 bind;
	__u8 tcp_flags;
};
