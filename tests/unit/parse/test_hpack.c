/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/hpack.h"

#include <stdio.h>

#include "guard.h"
#include "test.h"

struct bench {
	struct yg_pool *pool;
	struct yg_heap *heap;
	struct yg_hpack hpack;
	char text[512]; /* "name=value;" of the last block, "?;" for unknown */
};

static void begin(void *ctx)
{
	((struct bench *)ctx)->text[0] = '\0';
}

static void field(void *ctx, struct yg_slice name, struct yg_slice value)
{
	struct bench *b = ctx;
	size_t len = strlen(b->text);

	if (name.len == 0)
		(void)snprintf(b->text + len, sizeof(b->text) - len, "?;");
	else
		(void)snprintf(b->text + len, sizeof(b->text) - len, "%.*s=%.*s;", (int)name.len,
			       name.ptr, (int)value.len, value.ptr);
}

static enum yg_parse read_block(struct bench *b, const char *bytes, size_t len)
{
	const struct yg_hpack_sink sink = { b, begin, field };
	GUARD_CLEANUP struct guard g = guard_copy(bytes, len);

	return yg_hpack_read(&b->hpack, b->heap, (struct yg_slice){ g.ptr, len }, &sink);
}

#define READ(b, text) read_block((b), (text), sizeof(text) - 1)

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	assert_int_equal(yg_pool_new(1u << 21, &b->pool), 0);
	assert_int_equal(yg_heap_new(b->pool, 1u << 20, &b->heap), 0);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	yg_hpack_clean(&b->hpack);
	assert_int_equal(yg_heap_used(b->heap), 0);
	assert_int_equal(yg_pool_used(b->pool), 0);
	yg_heap_free(&b->heap);
	yg_pool_free(&b->pool);
	free(b);
	return 0;
}

static void reads_from_the_beginning_exactly(void **state)
{
	struct bench *b = *state;

	assert_int_equal(READ(b, "\x82\x40\x01x\x01y"), YG_PARSE_DONE);
	assert_string_equal(b->text, ":method=GET;x=y;");
	assert_int_equal(READ(b, "\xbe"), YG_PARSE_DONE);
	assert_string_equal(b->text, "x=y;");
}

static void an_entry_before_the_join_is_unknown(void **state)
{
	struct bench *b = *state;

	yg_hpack_relearn(&b->hpack);
	assert_int_equal(READ(b, "\x82\xbe\x7e\x01v"), YG_PARSE_DONE);
	assert_string_equal(b->text, ":method=GET;?;?;");
	assert_int_equal(READ(b, "\x40\x01x\x01y\xbe\xbf"), YG_PARSE_DONE);
	assert_string_equal(b->text, "x=y;x=y;?;");
}

/* Index 62 + 1000 = 0xff 0xa7 0x07: no table of 4096 bytes has it. */
static void a_high_index_tells_of_a_larger_table(void **state)
{
	struct bench *b = *state;

	yg_hpack_relearn(&b->hpack);
	assert_int_equal(READ(b, "\x40\x01x\x01y\xff\xa7\x07"), YG_PARSE_DONE);
	assert_string_equal(b->text, "x=y;?;");
	assert_int_equal(READ(b, "\xbe"), YG_PARSE_DONE);
	assert_string_equal(b->text, "x=y;");
}

/* 1 MiB: its newest entries are those of the largest table that is followed. */
static void a_table_beyond_the_limit_is_followed_up_to_it(void **state)
{
	struct bench *b = *state;

	assert_int_equal(READ(b, "\x3f\xe1\xff\x3f\x82\x40\x01x\x01y"), YG_PARSE_DONE);
	assert_string_equal(b->text, ":method=GET;x=y;");
	assert_int_equal(READ(b, "\xbe"), YG_PARSE_DONE);
	assert_string_equal(b->text, "x=y;");
	assert_int_equal(b->hpack.learned, 0);
	assert_int_equal(READ(b, "\x20\x3f\xe1\xff\x3f\x40\x01z\x01y\xbe"), YG_PARSE_DONE);
	assert_string_equal(b->text, "z=y;z=y;");
	assert_int_equal(READ(b, "\xbf"), YG_PARSE_DONE);
	assert_string_equal(b->text, "?;");
}

static void what_nobody_can_read_is_bad(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(READ(b, "\x80"), YG_PARSE_BAD);
	assert_int_equal(b->hpack.failures, 3);
	assert_int_equal(READ(b, "\x82"), YG_PARSE_DONE);
}

static void no_memory_is_said(void **state)
{
	struct bench *b = *state;
	struct yg_heap *full;

	assert_int_equal(yg_heap_new(b->pool, 1024, &full), 0);
	assert_int_equal(yg_hpack_read(&b->hpack, full, YG_SLICE("\x82"),
				       &(struct yg_hpack_sink){ b, begin, field }),
			 YG_PARSE_MORE);
	assert_int_equal(yg_heap_used(full), 0);
	yg_heap_free(&full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_from_the_beginning_exactly, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_entry_before_the_join_is_unknown, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_high_index_tells_of_a_larger_table, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_table_beyond_the_limit_is_followed_up_to_it,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_nobody_can_read_is_bad, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_memory_is_said, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("parse/hpack", tests, NULL, NULL);
}
