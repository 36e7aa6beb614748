/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/draft.h"

#include "test.h"

#define TEXT "Digest: x\r\n\r\n"

/* A head that came in pieces, kept with no memory for more: there is no body to stand behind. */
static void trailers_without_room_are_left_out(void **state)
{
	uint8_t head[1] = { 0 };
	struct yg_draft draft = { .kept = true, .bytes = head };

	(void)state;
	yg_draft_add_trailers(&draft, YG_SLICE(TEXT));
	assert_true(draft.body_closed);
	assert_int_equal(draft.trailers_len, 0);
	assert_null(draft.trailers);
}

static void trailers_stand_behind_the_body_as_far_as_there_is_room(void **state)
{
	uint8_t bytes[2 + 3 + sizeof(TEXT)] = "hhbbb";
	struct yg_draft draft = { .kept = true,
				  .bytes = bytes,
				  .body = bytes + 2,
				  .body_len = 3,
				  .body_room = 3 + sizeof(TEXT) };

	(void)state;
	yg_draft_add_trailers(&draft, YG_SLICE(TEXT));
	assert_false(draft.body_gap);
	assert_int_equal(draft.trailers_len, sizeof(TEXT) - 1);
	assert_memory_equal(bytes, "hhbbb" TEXT, sizeof(TEXT) - 1 + 5);
	yg_draft_add_trailers(&draft, YG_SLICE("XY"));
	assert_true(draft.body_closed);
	assert_int_equal(draft.body_len, 2);
	assert_int_equal(draft.trailers_len, sizeof(TEXT) + 1);
	assert_int_equal(bytes[sizeof(bytes) - 1], 'Y');
	yg_draft_add_trailers(&draft, YG_SLICE("123"));
	assert_int_equal(draft.body_len, 0);
	assert_int_equal(draft.trailers_len, draft.body_room);
	assert_memory_equal(bytes, "hh" TEXT "XY12", sizeof(bytes));
}

/* Else a long body would hide what stands behind it. */
static void a_body_that_fills_the_room_makes_way(void **state)
{
	uint8_t bytes[2 + sizeof(TEXT) + 1] = "hhbbbbbbbbbbbb";
	struct yg_draft draft = { .kept = true,
				  .body_closed = true,
				  .bytes = bytes,
				  .body = bytes + 2,
				  .body_len = sizeof(bytes) - 2,
				  .body_room = sizeof(bytes) - 2 };

	(void)state;
	for (size_t piece = 1; piece < sizeof(TEXT); piece++) {
		struct yg_draft kept = draft;

		memset(bytes + 2, 'b', sizeof(bytes) - 2);
		for (size_t at = 0; at < sizeof(TEXT) - 1; at += piece) {
			size_t left = sizeof(TEXT) - 1 - at;

			yg_draft_add_trailers(
				&kept, (struct yg_slice){ &TEXT[at], left < piece ? left : piece });
		}
		assert_true(kept.body_gap);
		assert_int_equal(kept.body_len, 2);
		assert_int_equal(kept.trailers_len, sizeof(TEXT) - 1);
		assert_memory_equal(kept.trailers, TEXT, sizeof(TEXT) - 1);
		assert_memory_equal(bytes, "hhbb" TEXT, sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trailers_without_room_are_left_out),
		cmocka_unit_test(trailers_stand_behind_the_body_as_far_as_there_is_room),
		cmocka_unit_test(a_body_that_fills_the_room_makes_way),
	};

	return cmocka_run_group_tests_name("parse/draft", tests, NULL, NULL);
}
