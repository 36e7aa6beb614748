/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/lesson.h"

#include "core/macros.h"
#include "test.h"

static uint32_t due(uint64_t from, uint64_t to, bool sends)
{
	uint32_t count = 0;

	for (uint64_t i = from; i < to; i++)
		count += yg_lesson_of(i, sends).kind >=
			 (sends ? YG_LESSON_REQUEST : YG_LESSON_WHOLE);
	return count;
}

static void the_first_ones_are_all_read(void **state)
{
	(void)state;
	assert_int_equal(due(0, YG_LESSON_FULL, false), YG_LESSON_FULL);
	assert_int_equal(due(0, YG_LESSON_MORE, true), YG_LESSON_MORE);
}

static const struct {
	uint64_t from, to;
	uint32_t each;
} spans[] = {
	{ YG_LESSON_FULL, YG_LESSON_MORE, 8 },
	{ YG_LESSON_MORE, YG_LESSON_SOME, 16 },
	{ YG_LESSON_SOME, YG_LESSON_SOME + 64000, 64 },
};

/* Within a third of what chance would give. */
static void then_fewer_and_fewer(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(spans); i++) {
		uint64_t fair = (spans[i].to - spans[i].from) / spans[i].each;

		assert_in_range(due(spans[i].from, spans[i].to, false), fair * 2 / 3, fair * 4 / 3);
		assert_int_equal(yg_lesson_of(spans[i].from, false).weight, spans[i].each);
	}
	assert_int_equal(due(YG_LESSON_MORE, 5000, true), due(YG_LESSON_MORE, 5000, false));
}

/* Every n-th exchange is of another kind: each kind is read about as often. */
static void a_beat_in_the_traffic_hides_nothing(void **state)
{
	(void)state;
	for (uint64_t beat = 2; beat <= 16; beat *= 2) {
		uint32_t total = due(YG_LESSON_SOME, YG_LESSON_SOME + 64000, false);

		for (uint64_t kind = 0; kind < beat; kind++) {
			uint32_t count = 0;

			for (uint64_t i = 0; i < 64000; i++)
				count += i % beat == kind &&
					 yg_lesson_of(YG_LESSON_SOME + i, false).kind ==
						 YG_LESSON_WHOLE;
			assert_in_range(count * beat, total / 2, total * 2);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_ones_are_all_read),
		cmocka_unit_test(then_fewer_and_fewer),
		cmocka_unit_test(a_beat_in_the_traffic_hides_nothing),
	};

	return cmocka_run_group_tests_name("baseline/lesson", tests, NULL, NULL);
}
