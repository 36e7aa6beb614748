/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Active content in a text, and what host a text names: samples are terminated, without control
 * characters, there for each kind that was seen, and for no other; the same text says the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/active.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sample(const char *sample)
{
	size_t len = strnlen(sample, YG_ACTIVE_SAMPLE_CAP);

	if (len == 0 || len == YG_ACTIVE_SAMPLE_CAP)
		abort();
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)sample[i] < 0x20 || sample[i] == 0x7f)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct yg_actives *actives;
	const struct yg_slice text = { (const char *)data, size };
	struct yg_active_sight sight, again;

	if (!actives && yg_actives_new(&actives) < 0)
		abort();
	yg_actives_examine(actives, text, &sight);
	yg_actives_examine(actives, text, &again);
	if (sight.kinds != again.kinds || sight.public_url != again.public_url)
		abort();
	for (uint32_t kind = 0; kind < YG_ACTIVE_MAX; kind++) {
		if (sight.kinds & YG_ACTIVE_BIT(kind))
			check_sample(sight.samples[kind]);
	}
	if (size > 0 && yg_active_host(text) > YG_ACTIVE_MAX)
		abort();
	(void)yg_active_is_prototype(text, text);
	return 0;
}
