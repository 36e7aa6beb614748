/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation failure on demand. `make test-oom` renames the allocation calls of libyagura.a to
 * the functions below, so that the nth allocation of the code under test, and no other one, is
 * refused. Calls of the test itself and of other libraries are never touched.
 *
 * Environment: OOM_NTH=n refuses the nth allocation (1 is the first; unset or 0: none);
 * OOM_COUNT=FILE writes to FILE when the program ends, a number a line: how many allocations there
 * were, then those worth a refusal: the first and the last of each call in the source.
 */
#pragma once

#include <stddef.h>

void *oom_malloc(size_t size);
void *oom_calloc(size_t count, size_t size);
void *oom_realloc(void *old, size_t size);
char *oom_strdup(const char *text);
char *oom_strndup(const char *text, size_t len);
