/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A segment whose bytes lie elsewhere: the head of struct yg_segment, and the payload where
 * the reader found it. Capture files are read without copying a payload into a record.
 */
#pragma once

#include <stdint.h>

#include "yagura/event.h"

struct yg_segment_view {
	const struct yg_segment *meta; /* only the first YG_SEGMENT_HEAD bytes need to exist */
	const uint8_t *data; /* [meta->data_len]; here data_len may exceed YG_SEGMENT_MAX */
};
