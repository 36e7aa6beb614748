/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of pcapng behind a section and an interface: frames lie in their block, and what is
 * refused says why. The lengths around a block are right, or nothing would be read of most.
 *
 *	byte 0		lowest bit: the section has the other byte order
 *	blocks		type 1, words of the body 1, body
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "capture/pcapng.h"

#define BLOCK_HEAD 8u
#define BLOCK_TAIL 4u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_u32(uint8_t *p, uint32_t value, bool swap)
{
	value = swap ? __builtin_bswap32(value) : value;
	memcpy(p, &value, sizeof(value));
}

/* The block lies alone in memory, so that a byte beyond it is found. Return: that of the reader. */
static int take(struct yg_pcapng *ng, uint32_t type, const void *body, size_t body_len, bool swap)
{
	const uint32_t len = (uint32_t)body_len + BLOCK_HEAD + BLOCK_TAIL;
	uint8_t *block = malloc(len);
	struct yg_frame frame = { .data = NULL };
	uint32_t got_type, got_len;
	int r;

	if (!block)
		return 0;
	put_u32(block, type, swap);
	put_u32(block + 4, len, swap);
	memcpy(block + BLOCK_HEAD, body, body_len);
	put_u32(block + len - BLOCK_TAIL, len, swap);
	r = yg_pcapng_head(ng, block, &got_type, &got_len);
	if (r == 0 && (got_type != type || got_len != len))
		abort();
	if (r == 0 && yg_pcapng_is_wanted(type))
		r = yg_pcapng_block(ng, block, len, &frame);
	if (r == 1 && (frame.data < block || frame.data + frame.data_len > block + len))
		abort();
	if ((r < 0) != (ng->cause != NULL) || ng->count > YG_PCAPNG_INTERFACES_MAX)
		abort();
	free(block);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct yg_pcapng ng;
	uint8_t section[16] = { 0 }, interface[8] = { 0 };
	bool swap;
	size_t at = 1;

	if (size == 0)
		return 0;
	ng = (struct yg_pcapng){ 0 };
	swap = data[0] & 1;
	put_u32(section, 0x1a2b3c4d, swap);
	section[swap ? 5 : 4] = 1;
	interface[swap ? 1 : 0] = 1;
	if (take(&ng, YG_PCAPNG_SECTION, section, sizeof(section), swap) ||
	    take(&ng, 1, interface, sizeof(interface), swap))
		abort();
	while (size - at > 1) {
		uint32_t type = data[at] & 7;
		size_t len = (size_t)data[at + 1] * 4;

		at += 2;
		if (len > size - at || take(&ng, type, data + at, len, swap) < 0)
			break;
		at += len;
	}
	return 0;
}
