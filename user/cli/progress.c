/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/progress.h"

#include <unistd.h>

#define STEP (8u << 20) /* bytes of the file between two redraws */
#define BAR  40u	/* columns */

struct yg_progress yg_progress_on(FILE *err)
{
	return (struct yg_progress){ .out = isatty(fileno(err)) == 1 ? err : NULL };
}

void yg_progress_draw(struct yg_progress *progress, const char *path, const struct yg_pcap *pcap)
{
	uint64_t done, total;
	unsigned int filled;

	if (!progress->out)
		return;
	yg_pcap_progress(pcap, &done, &total);
	if (done < progress->due)
		return;
	progress->due = done + STEP;
	if (total == 0) {
		(void)fprintf(progress->out, "\r%.32s: %llu MB", path,
			      (unsigned long long)(done / 1000000));
		return;
	}
	filled = done >= total ? BAR : (unsigned int)(done * BAR / total);
	(void)fprintf(progress->out, "\r%.32s: [%.*s%*s] %3u %%", path, (int)filled,
		      "########################################", (int)(BAR - filled), "",
		      done >= total ? 100 : (unsigned int)(done * 100 / total));
}

void yg_progress_clear(struct yg_progress *progress)
{
	if (progress->out)
		(void)fputs("\r\033[K", progress->out);
	progress->due = 0;
}
