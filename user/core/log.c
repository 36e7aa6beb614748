/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_CAP 1024

static const char *const level_names[YG_LOG_MAX] = { "error", "warning", "info", "debug" };

static const char *log_role = "yagura";
static enum yg_log_level log_level = YG_LOG_INFO;

void yg_log_init(const char *role, enum yg_log_level level)
{
	log_role = role;
	log_level = level;
}

void yg_log(enum yg_log_level level, const char *format, ...)
{
	int saved = errno;
	char line[LINE_CAP];
	size_t len;
	va_list args;
	int n;

	if (level > log_level)
		return;

	n = snprintf(line, sizeof(line), "%s %s: ", level_names[level], log_role);
	len = n > 0 ? (size_t)n : 0;
	errno = saved; /* for %m */
	va_start(args, format);
	n = vsnprintf(line + len, sizeof(line) - len, format, args);
	va_end(args);
	if (n > 0)
		len += (size_t)n;
	if (len > sizeof(line) - 1)
		len = sizeof(line) - 1;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n';
	/* A log that cannot be written is not worth dying for. */
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;
	errno = saved;
}
