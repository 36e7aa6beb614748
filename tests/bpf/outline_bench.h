/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of outlines share: the state in which no kind of request is known. */
#pragma once

#include <bpf/bpf.h>

#include "bpf/sample.skel.h"
#include "rig.h"
#include "test.h"

static inline void forget(const struct bpf_map *map)
{
	uint64_t key;

	while (bpf_map_get_next_key(bpf_map__fd(map), NULL, &key) == 0)
		assert_int_equal(bpf_map_delete_elem(bpf_map__fd(map), &key), 0);
}

/* Nothing is known, hardly a flow is chosen, and this second has room for all that is new. */
static inline void forget_all(struct sample_bpf *skel, struct rig *rig)
{
	const struct yg_control knobs = { .heartbeat_ns = rig_now_ns(),
					  .heartbeat_limit_ns = 600 * 1000000000ull,
					  .sampled = 1,
					  .round = 7 };
	static const uint64_t none[YG_CPUS_MAX][2];
	uint32_t zero = 0;

	rig_reset(rig);
	forget(skel->maps.yg_outlines);
	forget(skel->maps.yg_flows);
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(skel->maps.yg_fresh), &zero, none, BPF_ANY), 0);
	assert_int_equal(bpf_map_update_elem(rig->control_fd, &zero, &knobs, BPF_ANY), 0);
}
