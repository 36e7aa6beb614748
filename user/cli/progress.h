/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of a capture file is read: a bar on stderr, where that is a terminal. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "capture/pcap.h"

struct yg_progress {
	FILE *out;    /* NULL: no bar */
	uint64_t due; /* bytes of the file at which it is drawn again */
};

/* A bar on @err, if that is a terminal. */
struct yg_progress yg_progress_on(FILE *err);

/* Draw it, if enough was read of @path since the last time; take it away. */
void yg_progress_draw(struct yg_progress *progress, const char *path, const struct yg_pcap *pcap);
void yg_progress_clear(struct yg_progress *progress);
