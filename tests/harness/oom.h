/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation failure on demand. `make test-oom` renames the allocation calls of libyagura.a to
 * the functions below, so that the nth allocation of the code under test, and no other one, is
 * refused. Calls of the test itself and of other libraries are never touched.
 *
 * Environment: OOM_NTH=n refuses the nth allocation (1 is the first; unset or 0: none);
 * OOM_COUNT=FILE writes the number of allocations to FILE when the program ends.
 */
#pragma once

#include <stddef.h>

void *oom_malloc(size_t size);
void *oom_calloc(size_t count, size_t size);
void *oom_realloc(void *old, size_t size);
char *oom_strdup(const char *text);
char *oom_strndup(const char *text, size_t len);
