/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/pcapng.h"

#include <errno.h>
#include <string.h>

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_HEAD	 8u
#define BLOCK_TAIL	 4u
#define SECTION_MIN	 28u
#define INTERFACE_BODY	 8u
#define ENHANCED_BODY	 20u /* in front of the bytes; of old blocks, too */
#define SIMPLE_BODY	 4u
#define OPTION_HEAD	 4u
#define OPTION_END	 0u
#define OPTION_TSRESOL	 9u
#define OPTION_TSOFFSET	 14u
#define RESOLUTION_US	 6u    /* where none is said */
#define RESOLUTION_TWO	 0x80u /* a power of two, not of ten */
#define RESOLUTION_NS	 9u
#define TEN_MAX		 19u /* powers of ten that fit 64 bits */
#define TWO_MAX		 63u
#define NS_PER_S	 1000000000u

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_OLD = 2,
	BLOCK_SIMPLE = 3,
	BLOCK_ENHANCED = 6,
};

static int refuse(struct yg_pcapng *ng, const char *cause)
{
	ng->cause = cause;
	return -EBADMSG;
}

static uint16_t load_u16(const struct yg_pcapng *ng, const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return ng->swapped ? __builtin_bswap16(value) : value;
}

static uint32_t load_u32(const struct yg_pcapng *ng, const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return ng->swapped ? __builtin_bswap32(value) : value;
}

static uint64_t load_u64(const struct yg_pcapng *ng, const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return ng->swapped ? __builtin_bswap64(value) : value;
}

int yg_pcapng_head(struct yg_pcapng *ng, const uint8_t *head, uint32_t *ret_type, uint32_t *ret_len)
{
	uint32_t type = load_u32(ng, head), len;

	if (type == YG_PCAPNG_SECTION) {
		uint32_t magic = load_u32(ng, head + BLOCK_HEAD);

		if (magic == __builtin_bswap32(BYTE_ORDER_MAGIC))
			ng->swapped = !ng->swapped;
		else if (magic != BYTE_ORDER_MAGIC)
			return refuse(ng, "a section has no byte order");
	}
	len = load_u32(ng, head + 4);
	if (len < YG_PCAPNG_HEAD || len % 4)
		return refuse(ng, "a block has a length that cannot be");
	*ret_type = type;
	*ret_len = len;
	return 0;
}

bool yg_pcapng_is_heading(uint32_t type)
{
	return type == YG_PCAPNG_SECTION || type == BLOCK_INTERFACE;
}

bool yg_pcapng_is_wanted(uint32_t type)
{
	return yg_pcapng_is_heading(type) || type == BLOCK_OLD || type == BLOCK_SIMPLE ||
	       type == BLOCK_ENHANCED;
}

static int take_section(struct yg_pcapng *ng, const uint8_t *body, uint32_t len)
{
	if (len < SECTION_MIN - BLOCK_HEAD - BLOCK_TAIL || load_u16(ng, body + 4) != 1)
		return refuse(ng, "a section of another version");
	ng->count = 0;
	return 0;
}

/* Does the resolution fit what times are reckoned in? */
static bool is_resolution(uint8_t resolution)
{
	return resolution & RESOLUTION_TWO ? (resolution & ~RESOLUTION_TWO) <= TWO_MAX
					   : resolution <= TEN_MAX;
}

/* The options at @p that change how times are read. */
static int take_options(struct yg_pcapng *ng, struct yg_pcapng_interface *to, const uint8_t *p,
			uint32_t left)
{
	while (left >= OPTION_HEAD) {
		uint16_t code = load_u16(ng, p), len = load_u16(ng, p + 2);
		uint32_t step = OPTION_HEAD + ((len + 3u) & ~3u);

		if (code == OPTION_END)
			break;
		if (step > left)
			return refuse(ng, "an option is longer than its block");
		if (code == OPTION_TSRESOL && len == 1)
			to->resolution = p[OPTION_HEAD];
		else if (code == OPTION_TSOFFSET && len == 8)
			to->offset_s = (int64_t)load_u64(ng, p + OPTION_HEAD);
		p += step;
		left -= step;
	}
	return is_resolution(to->resolution) ? 0 : refuse(ng, "an interface with times too fine");
}

static int take_interface(struct yg_pcapng *ng, const uint8_t *body, uint32_t len)
{
	struct yg_pcapng_interface *to = &ng->interfaces[ng->count];

	if (len < INTERFACE_BODY)
		return refuse(ng, "an interface is cut");
	if (ng->count == YG_PCAPNG_INTERFACES_MAX)
		return refuse(ng, "more interfaces than are kept");
	*to = (struct yg_pcapng_interface){ .resolution = RESOLUTION_US, .link = YG_LINK_MAX };
	to->snaplen = load_u32(ng, body + 4);
	if (yg_link_from_dlt(load_u16(ng, body), &to->link))
		ng->dlt = load_u16(ng, body);
	else
		ng->has_link = true;
	ng->count++;
	return take_options(ng, to, body + INTERFACE_BODY, len - INTERFACE_BODY);
}

static uint64_t power_of_ten(uint32_t n)
{
	uint64_t value = 1;

	while (n--)
		value *= 10;
	return value;
}

/* Since the epoch; 0 for what no clock says. */
static uint64_t time_from_units(const struct yg_pcapng_interface *from, uint64_t units)
{
	uint32_t n = from->resolution & ~RESOLUTION_TWO;
	int64_t offset_ns;
	uint64_t ns;

	if (from->resolution & RESOLUTION_TWO) {
		unsigned __int128 wide = (unsigned __int128)units * NS_PER_S >> n;

		ns = wide > UINT64_MAX ? 0 : (uint64_t)wide;
	} else if (n > RESOLUTION_NS) {
		ns = units / power_of_ten(n - RESOLUTION_NS);
	} else if (__builtin_mul_overflow(units, power_of_ten(RESOLUTION_NS - n), &ns)) {
		ns = 0;
	}
	if (__builtin_mul_overflow(from->offset_s, (int64_t)NS_PER_S, &offset_ns) ||
	    __builtin_add_overflow(ns, offset_ns, &ns))
		return 0;
	return ns;
}

/* @captured bytes at @data, of @left that the block has there. */
static int give_frame(struct yg_pcapng *ng, uint32_t interface, uint32_t captured,
		      const uint8_t *data, uint32_t left, struct yg_frame *ret)
{
	if (interface >= ng->count)
		return refuse(ng, "a frame of an interface that is not described");
	if (captured > left)
		return refuse(ng, "a frame is longer than its block");
	ret->time_ns = ng->time_ns;
	ret->data = data;
	ret->data_len = captured;
	ret->link = ng->interfaces[interface].link;
	return 1;
}

/* Enhanced or old: @interface is all that differs. */
static int take_frame(struct yg_pcapng *ng, uint32_t interface, const uint8_t *body, uint32_t len,
		      struct yg_frame *ret)
{
	uint64_t units = (uint64_t)load_u32(ng, body + 4) << 32 | load_u32(ng, body + 8);

	if (interface < ng->count)
		ng->time_ns = time_from_units(&ng->interfaces[interface], units);
	ret->wire_len = load_u32(ng, body + 16);
	return give_frame(ng, interface, load_u32(ng, body + 12), body + ENHANCED_BODY,
			  len - ENHANCED_BODY, ret);
}

static int take_simple(struct yg_pcapng *ng, const uint8_t *body, uint32_t len,
		       struct yg_frame *ret)
{
	uint32_t left = len - SIMPLE_BODY, snaplen = ng->count ? ng->interfaces[0].snaplen : 0;

	ret->wire_len = load_u32(ng, body);
	if (left > ret->wire_len)
		left = ret->wire_len; /* the rest is padding */
	if (snaplen && left > snaplen)
		left = snaplen;
	return give_frame(ng, 0, left, body + SIMPLE_BODY, left, ret);
}

int yg_pcapng_block(struct yg_pcapng *ng, const uint8_t *block, uint32_t len, struct yg_frame *ret)
{
	uint32_t type = load_u32(ng, block), body_len = len - BLOCK_HEAD - BLOCK_TAIL;
	const uint8_t *body = block + BLOCK_HEAD;

	if (load_u32(ng, block + len - BLOCK_TAIL) != len)
		return refuse(ng, "a block has two lengths");
	if (type == YG_PCAPNG_SECTION)
		return take_section(ng, body, body_len);
	if (type == BLOCK_INTERFACE)
		return take_interface(ng, body, body_len);
	if (body_len < (type == BLOCK_SIMPLE ? SIMPLE_BODY : ENHANCED_BODY))
		return refuse(ng, "a block of a frame is cut");
	if (type == BLOCK_SIMPLE)
		return take_simple(ng, body, body_len, ret);
	return take_frame(ng, type == BLOCK_OLD ? load_u16(ng, body) : load_u32(ng, body), body,
			  body_len, ret);
}
