/* SPDX-License-Identifier: GPL-2.0-only */
#include "oom.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_ulong count; /* allocations so far */
static unsigned long nth;  /* the one to refuse; 0: none */

static void write_count(void)
{
	FILE *out = fopen(getenv("OOM_COUNT"), "we");

	if (!out)
		abort();
	fprintf(out, "%lu\n", atomic_load(&count));
	fclose(out);
}

__attribute__((constructor)) static void read_environment(void)
{
	const char *text = getenv("OOM_NTH");

	if (text)
		nth = strtoul(text, NULL, 10);
	if (getenv("OOM_COUNT"))
		atexit(write_count);
}

static bool is_refused(void)
{
	return atomic_fetch_add(&count, 1) + 1 == nth;
}

void *oom_malloc(size_t size)
{
	return is_refused() ? NULL : malloc(size);
}

void *oom_calloc(size_t rows, size_t size)
{
	return is_refused() ? NULL : calloc(rows, size);
}

void *oom_realloc(void *old, size_t size)
{
	return is_refused() ? NULL : realloc(old, size);
}

char *oom_strdup(const char *text)
{
	return is_refused() ? NULL : strdup(text);
}

char *oom_strndup(const char *text, size_t len)
{
	return is_refused() ? NULL : strndup(text, len);
}
