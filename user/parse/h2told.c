/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2told.h"

#include <string.h>

static uint64_t bit_of(uint32_t id)
{
	return 1ull << (id >> 1 & 63);
}

static uint32_t word_of(uint32_t id)
{
	return (id >> 1) % YG_H2_TOLD_MAX / 64;
}

static bool is_old(const struct yg_h2_told *told, uint32_t id)
{
	return id <= told->top && (told->top >> 1) - (id >> 1) >= YG_H2_TOLD_MAX;
}

/* The window goes on to @id: nothing is known of what is new in it. */
static void advance(struct yg_h2_told *told, uint32_t id)
{
	if ((id >> 1) - (told->top >> 1) >= YG_H2_TOLD_MAX)
		memset(told->bits, 0, sizeof(told->bits));
	else
		for (uint32_t i = (told->top >> 1) + 1; i <= id >> 1; i++)
			told->bits[word_of(i << 1)] &= ~bit_of(i << 1);
	told->top = id;
}

void yg_h2_told_set(struct yg_h2_told *told, uint32_t id)
{
	if (id > told->top)
		advance(told, id);
	if (!is_old(told, id))
		told->bits[word_of(id)] |= bit_of(id);
}

bool yg_h2_told_has(const struct yg_h2_told *told, uint32_t id)
{
	if (id > told->top)
		return false;
	return is_old(told, id) || (told->bits[word_of(id)] & bit_of(id));
}

uint32_t yg_h2_told_count(const struct yg_h2_told *told, uint32_t after, uint32_t before)
{
	uint32_t count = 0, i = (after + 1) >> 1;

	if (is_old(told, after))
		i = (told->top >> 1) - YG_H2_TOLD_MAX + 1;
	for (; i < before >> 1 && i <= told->top >> 1; i++)
		count += yg_h2_told_has(told, i << 1 | 1);
	return count;
}
