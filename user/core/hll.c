/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/hll.h"

#include <math.h>

#define REGISTER_BITS 9 /* log2(YG_HLL_REGISTERS) */

_Static_assert(1u << REGISTER_BITS == YG_HLL_REGISTERS, "register index is the top bits");

/* The hash's top bits choose the register, the position of the next set bit its value. */
static bool raise_register(struct yg_hll *hll, uint64_t hash)
{
	uint8_t *reg = &hll->registers[hash >> (64 - REGISTER_BITS)];
	uint64_t rest = (hash << REGISTER_BITS) | (1u << (REGISTER_BITS - 1));
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

	if (rank <= *reg)
		return false;
	*reg = rank;
	return true;
}

static void become_sketchy(struct yg_hll *hll)
{
	struct yg_hll from = *hll;

	*hll = (struct yg_hll){ .sketchy = 1 };
	for (uint32_t i = 0; i < from.count; i++)
		(void)raise_register(hll, from.exact[i]);
}

bool yg_hll_add(struct yg_hll *hll, uint64_t hash)
{
	if (hll->sketchy)
		return raise_register(hll, hash);

	for (uint32_t i = 0; i < hll->count; i++) {
		if (hll->exact[i] == hash)
			return false;
	}
	if (hll->count < YG_HLL_EXACT) {
		hll->exact[hll->count++] = hash;
		return true;
	}
	become_sketchy(hll);
	(void)raise_register(hll, hash);
	return true;
}

uint64_t yg_hll_count(const struct yg_hll *hll)
{
	const double m = YG_HLL_REGISTERS;
	const double alpha = 0.7213 / (1.0 + 1.079 / m);
	uint32_t empty = 0;
	double sum = 0;
	double estimate;

	if (!hll->sketchy)
		return hll->count;

	for (uint32_t i = 0; i < YG_HLL_REGISTERS; i++) {
		sum += ldexp(1.0, -(int)hll->registers[i]);
		empty += hll->registers[i] == 0;
	}
	estimate = alpha * m * m / sum;
	if (estimate <= 2.5 * m && empty > 0)
		estimate = m * log(m / empty);
	return (uint64_t)llround(estimate);
}

void yg_hll_merge(struct yg_hll *into, const struct yg_hll *from)
{
	if (!from->sketchy) {
		for (uint32_t i = 0; i < from->count; i++)
			(void)yg_hll_add(into, from->exact[i]);
		return;
	}
	if (!into->sketchy)
		become_sketchy(into);
	for (uint32_t i = 0; i < YG_HLL_REGISTERS; i++) {
		if (from->registers[i] > into->registers[i])
			into->registers[i] = from->registers[i];
	}
}

void yg_hll_pack(const struct yg_hll *hll, struct yg_writer *writer)
{
	yg_put_varint(writer, hll->sketchy ? YG_HLL_EXACT + 1 : hll->count);
	if (hll->sketchy)
		yg_put_bytes(writer, hll->registers, YG_HLL_REGISTERS);
	for (uint32_t i = 0; !hll->sketchy && i < hll->count; i++)
		yg_put_u64(writer, hll->exact[i]);
}

void yg_hll_unpack(struct yg_hll *ret, struct yg_reader *reader)
{
	uint32_t count = yg_get_max(reader, YG_HLL_EXACT + 1);
	const uint8_t *registers;

	*ret = (struct yg_hll){ 0 };
	if (count <= YG_HLL_EXACT) {
		for (uint32_t i = 0; i < count; i++)
			(void)yg_hll_add(ret, yg_get_u64(reader));
		return;
	}
	registers = yg_get_bytes(reader, YG_HLL_REGISTERS);
	ret->sketchy = 1;
	for (uint32_t i = 0; registers && i < YG_HLL_REGISTERS; i++) {
		if (registers[i] > 64 - REGISTER_BITS + 1)
			reader->bad = true;
		ret->registers[i] = registers[i];
	}
}
