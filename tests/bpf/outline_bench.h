/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of outlines share: the state in which no kind of request is known. */
#pragma once

#include <bpf/bpf.h>

#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "rig.h"
#include "test.h"

static inline void forget_streams(const struct bpf_map *map)
{
	struct yg_flow_key key;

	while (bpf_map_get_next_key(bpf_map__fd(map), NULL, &key) == 0)
		assert_int_equal(bpf_map_delete_elem(bpf_map__fd(map), &key), 0);
}

/* No kind of request is known. */
static inline void forget_outlines(const struct bpf_map *map)
{
	const uint8_t none[512] = { 0 };

	assert_in_range(bpf_map__value_size(map), 1, sizeof(none));
	for (uint32_t i = 0; i < bpf_map__max_entries(map); i++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &i, none, BPF_ANY), 0);
}

/* Is a kind of request known? */
static inline bool knows_outlines(const struct bpf_map *map)
{
	uint64_t words[64] = { 0 };

	assert_in_range(bpf_map__value_size(map), 1, sizeof(words));
	for (uint32_t i = 0; i < bpf_map__max_entries(map); i++) {
		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &i, words), 0);
		for (size_t j = 0; j < YG_ARRAY_SIZE(words); j++) {
			if (words[j])
				return true;
		}
	}
	return false;
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
	forget_outlines(skel->maps.yg_outlines);
	forget_streams(skel->maps.yg_streams);
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(skel->maps.yg_fresh), &zero, none, BPF_ANY), 0);
	assert_int_equal(bpf_map_update_elem(rig->control_fd, &zero, &knobs, BPF_ANY), 0);
}
