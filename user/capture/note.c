/* SPDX-License-Identifier: GPL-2.0-only */
/* One formatted line without control bytes. */
#include "capture/note.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define LINE_CAP 512

void yg_note(const struct yg_note *note, const char *format, ...)
{
	char line[LINE_CAP];
	int saved = errno;
	va_list args;

	if (!note || !note->say)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *p = line; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
	note->say(note->ctx, line);
	errno = saved;
}
