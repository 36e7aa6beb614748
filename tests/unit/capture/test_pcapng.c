/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/pcapng.h"

#include <errno.h>
#include <string.h>

#include "guard.h"
#include "test.h"

#define ETHERNET  1u
#define RAW	  101u
#define RADIOTAP  127u
#define NS_PER_S  1000000000ull
#define BLOCK_CAP 256u

/* One block in the making; all in the byte order of its section. */
struct block {
	uint8_t data[BLOCK_CAP];
	uint32_t len;
	bool swap;
};

static void put16(struct block *b, uint16_t value)
{
	value = b->swap ? __builtin_bswap16(value) : value;
	memcpy(b->data + b->len, &value, sizeof(value));
	b->len += sizeof(value);
}

static void put32(struct block *b, uint32_t value)
{
	value = b->swap ? __builtin_bswap32(value) : value;
	memcpy(b->data + b->len, &value, sizeof(value));
	b->len += sizeof(value);
}

static struct block begin(uint32_t type, bool swap)
{
	struct block b = { .swap = swap };

	put32(&b, type);
	put32(&b, 0);
	return b;
}

static void put_text(struct block *b, const char *text)
{
	memcpy(b->data + b->len, text, strlen(text));
	b->len += ((uint32_t)strlen(text) + 3) & ~3u;
}

static void finish(struct block *b)
{
	uint32_t len = b->len + 4;

	put32(b, len);
	b->len = 4;
	put32(b, len);
	b->len = len;
}

static struct block section(bool swap)
{
	struct block b = begin(YG_PCAPNG_SECTION, swap);

	put32(&b, 0x1a2b3c4d);
	put16(&b, 1);
	put16(&b, 0);
	put32(&b, 0xffffffff);
	put32(&b, 0xffffffff);
	finish(&b);
	return b;
}

/* @resolution 0: not said; @offset_s 0: the same. */
static struct block interface(uint16_t dlt, uint8_t resolution, uint32_t offset_s, bool swap)
{
	struct block b = begin(1, swap);

	put16(&b, dlt);
	put16(&b, 0);
	put32(&b, 4);
	put16(&b, 2); /* if_name: passed over */
	put16(&b, 5);
	put_text(&b, "eth00");
	if (resolution) {
		put16(&b, 9);
		put16(&b, 1);
		b.data[b.len] = resolution;
		b.len += 4;
	}
	if (offset_s) {
		put16(&b, 14);
		put16(&b, 8);
		put32(&b, swap ? 0 : offset_s);
		put32(&b, swap ? offset_s : 0);
	}
	put32(&b, 0);
	finish(&b);
	return b;
}

static struct block enhanced(uint32_t interface, uint64_t units, const char *text, bool swap)
{
	struct block b = begin(6, swap);

	put32(&b, interface);
	put32(&b, (uint32_t)(units >> 32));
	put32(&b, (uint32_t)units);
	put32(&b, (uint32_t)strlen(text));
	put32(&b, 1000);
	put_text(&b, text);
	finish(&b);
	return b;
}

static struct block old(uint16_t interface, uint32_t units, const char *text)
{
	struct block b = begin(2, false);

	put16(&b, interface);
	put16(&b, 7); /* dropped */
	put32(&b, 0);
	put32(&b, units);
	put32(&b, (uint32_t)strlen(text));
	put32(&b, 1000);
	put_text(&b, text);
	finish(&b);
	return b;
}

static struct block simple(uint32_t wire_len, const char *text)
{
	struct block b = begin(3, false);

	put32(&b, wire_len);
	put_text(&b, text);
	finish(&b);
	return b;
}

/* Takes a block as the reader would. @ret: its data stays readable until the next call. */
static int take(struct yg_pcapng *ng, struct block b, struct yg_frame *ret)
{
	static uint8_t kept[BLOCK_CAP];
	GUARD_CLEANUP struct guard in = guard_copy(b.data, b.len);
	const uint8_t *data = (const uint8_t *)in.ptr;
	uint32_t type, len;
	int r = yg_pcapng_head(ng, data, &type, &len);

	if (!r) {
		assert_int_equal(len, b.len);
		assert_true(yg_pcapng_is_wanted(type));
		r = yg_pcapng_block(ng, data, len, ret);
	}
	if (r == 1) {
		assert_true(ret->data >= data && ret->data + ret->data_len <= data + b.len);
		memcpy(kept, ret->data, ret->data_len);
		ret->data = kept;
	}
	assert_int_equal(r == -EBADMSG, ng->cause != NULL);
	return r;
}

static void check_frame(const struct yg_frame *frame, enum yg_link link, const char *text)
{
	assert_int_equal(frame->link, link);
	assert_int_equal(frame->data_len, strlen(text));
	assert_memory_equal(frame->data, text, strlen(text));
}

static void each_interface_has_its_own_link(void **state)
{
	struct yg_pcapng ng = { 0 };
	struct yg_frame frame;

	(void)state;
	for (int swap = 0; swap < 2;
	     swap++) { /* the second section: neither count nor order stays */
		assert_int_equal(take(&ng, section(swap), &frame), 0);
		assert_int_equal(take(&ng, interface(RADIOTAP, 0, 0, swap), &frame), 0);
		assert_int_equal(ng.has_link, swap);
		assert_int_equal(ng.dlt, RADIOTAP);
		assert_int_equal(take(&ng, interface(ETHERNET, 0, 0, swap), &frame), 0);
		assert_int_equal(take(&ng, interface(RAW, 0, 0, swap), &frame), 0);
		assert_int_equal(ng.count, 3);
		assert_int_equal(take(&ng, enhanced(2, 1, "raw", swap), &frame), 1);
		check_frame(&frame, YG_LINK_RAW, "raw");
		assert_int_equal(frame.wire_len, 1000);
		assert_int_equal(take(&ng, enhanced(1, 1, "ether", swap), &frame), 1);
		check_frame(&frame, YG_LINK_ETHERNET, "ether");
		assert_int_equal(take(&ng, enhanced(0, 1, "", swap), &frame), 1);
		check_frame(&frame, YG_LINK_MAX, "");
	}
}

static void times_are_of_their_interface(void **state)
{
	static const struct {
		uint8_t resolution;
		uint32_t offset_s;
		uint64_t units, time_ns;
	} cases[] = {
		{ 0, 0, 1500000, 1500000000 },
		{ 3, 0, 1500, 1500000000 },
		{ 9, 0, 1500000001, 1500000001 },
		{ 12, 0, 1500000001999, 1500000001 },
		{ 0x80, 0, 7, 7 * NS_PER_S },
		{ 0x80 | 10, 0, 1536, 1500000000 },
		{ 0x80 | 63, 0, 1ull << 62, NS_PER_S / 2 },
		{ 9, 1700000000, 5, 1700000000 * NS_PER_S + 5 },
		{ 0, 0, UINT64_MAX, 0 }, /* no clock says so */
		{ 0x80, 0, UINT64_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		for (int swap = 0; swap < 2; swap++) {
			struct yg_pcapng ng = { 0 };
			struct yg_frame frame;
			struct block b =
				interface(ETHERNET, cases[i].resolution, cases[i].offset_s, swap);

			assert_int_equal(take(&ng, section(swap), &frame), 0);
			assert_int_equal(take(&ng, b, &frame), 0);
			b = enhanced(0, cases[i].units, "x", swap);
			assert_int_equal(take(&ng, b, &frame), 1);
			assert_int_equal(frame.time_ns, cases[i].time_ns);
		}
	}
}

static void older_kinds_of_frames_are_read(void **state)
{
	struct yg_pcapng ng = { 0 };
	struct yg_frame frame;

	(void)state;
	assert_int_equal(take(&ng, section(false), &frame), 0);
	assert_int_equal(take(&ng, interface(ETHERNET, 0, 0, false), &frame), 0);
	assert_int_equal(take(&ng, old(0, 3, "old"), &frame), 1);
	check_frame(&frame, YG_LINK_ETHERNET, "old");
	assert_int_equal(frame.time_ns, 3000);
	assert_int_equal(take(&ng, simple(3, "one"), &frame), 1);
	check_frame(&frame, YG_LINK_ETHERNET, "one");
	assert_int_equal(frame.time_ns, 3000); /* it has none: that of the frame before */
	assert_int_equal(take(&ng, simple(100, "four"), &frame), 1);
	check_frame(&frame, YG_LINK_ETHERNET, "four"); /* what the interface keeps */
	assert_int_equal(frame.wire_len, 100);
}

static void other_blocks_are_not_wanted(void **state)
{
	static const uint32_t types[] = { 4, 5, 9, 10, 0xbad, 0x80000001 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(types); i++)
		assert_false(yg_pcapng_is_wanted(types[i]) || yg_pcapng_is_heading(types[i]));
	assert_true(yg_pcapng_is_wanted(6) && !yg_pcapng_is_heading(6));
	assert_true(yg_pcapng_is_heading(1) && yg_pcapng_is_heading(YG_PCAPNG_SECTION));
}

/* Word @word of @b becomes @value. */
static struct block with(struct block b, uint32_t word, uint32_t value)
{
	memcpy(b.data + (size_t)word * 4, &value, sizeof(value));
	return b;
}

/* Nothing but its order of bytes, which of other blocks is too little, too. */
static struct block hollow(uint32_t type)
{
	struct block b = begin(type, false);

	if (type == YG_PCAPNG_SECTION)
		put32(&b, 0x1a2b3c4d);
	finish(&b);
	return b;
}

static void what_contradicts_itself_is_refused(void **state)
{
	const struct {
		const char *name;
		struct block block;
	} cases[] = {
		{ "no byte order", with(section(false), 2, 0) },
		{ "another version", with(section(false), 3, 2) },
		{ "a length that is no multiple", with(section(false), 1, 29) },
		{ "a length of nothing", with(section(false), 1, 8) },
		{ "two lengths", with(section(false), 6, 32) },
		{ "a section cut", hollow(YG_PCAPNG_SECTION) },
		{ "an interface cut", hollow(1) },
		{ "an option beyond its block",
		  with(interface(ETHERNET, 0, 0, false), 4, 0x00ff0002) },
		{ "times too fine", interface(ETHERNET, 20, 0, false) },
		{ "times too fine, of two", interface(ETHERNET, 0x80 | 64, 0, false) },
		{ "a frame of no interface", enhanced(1, 0, "x", false) },
		{ "an old frame of no interface", old(1, 0, "x") },
		{ "a frame cut", hollow(6) },
		{ "a simple frame cut", hollow(3) },
		{ "a frame beyond its block", with(enhanced(0, 0, "x", false), 5, 5) },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_pcapng ng = { 0 };
		struct yg_frame frame;

		print_message("  %s\n", cases[i].name);
		assert_int_equal(take(&ng, section(false), &frame), 0);
		assert_int_equal(take(&ng, interface(ETHERNET, 0, 0, false), &frame), 0);
		assert_int_equal(take(&ng, cases[i].block, &frame), -EBADMSG);
	}
}

static void honours_capacity(void **state)
{
	struct yg_pcapng ng = { 0 };
	struct yg_frame frame;

	(void)state;
	assert_int_equal(take(&ng, section(false), &frame), 0);
	assert_int_equal(take(&ng, simple(1, "x"), &frame), -EBADMSG); /* of none */
	ng.cause = NULL;
	for (uint32_t i = 0; i < YG_PCAPNG_INTERFACES_MAX; i++)
		assert_int_equal(take(&ng, interface(RAW, 0, 0, false), &frame), 0);
	assert_int_equal(take(&ng, interface(RAW, 0, 0, false), &frame), -EBADMSG);
	ng.cause = NULL;
	assert_int_equal(take(&ng, enhanced(YG_PCAPNG_INTERFACES_MAX - 1, 0, "x", false), &frame),
			 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_interface_has_its_own_link),
		cmocka_unit_test(times_are_of_their_interface),
		cmocka_unit_test(older_kinds_of_frames_are_read),
		cmocka_unit_test(other_blocks_are_not_wanted),
		cmocka_unit_test(what_contradicts_itself_is_refused),
		cmocka_unit_test(honours_capacity),
	};

	return cmocka_run_group_tests_name("capture/pcapng", tests, NULL, NULL);
}
