/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/maps: file names are the process's choice; any line ends, and its name lies in it. */
#include <stdlib.h>

#include "capture/maps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct yg_mapping mapping;

	if (yg_mapping_from_line((struct yg_slice){ text, size }, &mapping))
		return 0;
	if (mapping.start >= mapping.end)
		abort();
	if (mapping.name.len > 0 &&
	    (mapping.name.ptr < text || mapping.name.ptr + mapping.name.len != text + size))
		abort();
	return 0;
}
