/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/har_pairs.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static struct yg_header pair(const char *name, const char *value)
{
	return (struct yg_header){ yg_slice_from_str(name), yg_slice_from_str(value) };
}

static void writes_at_every_room(void **state)
{
	static const char want[] = "a%20b=%E6%97%A5&c=%25&d=";
	struct yg_har_pairs pairs = { .count = 0 };

	(void)state;
	yg_har_pairs_add(&pairs, &(struct yg_header){ YG_SLICE("a b"), YG_SLICE("日") });
	yg_har_pairs_add(&pairs, &(struct yg_header){ YG_SLICE("c"), YG_SLICE("%") });
	yg_har_pairs_add(&pairs, &(struct yg_header){ YG_SLICE("d"), { NULL, 0 } });
	for (size_t cap = 0; cap <= strlen(want); cap++) {
		char got[sizeof(want)] = "";
		ssize_t len = yg_har_pairs_write(&pairs, got, cap);

		assert_int_equal(len, cap == strlen(want) ? (ssize_t)cap : -ENOSPC);
		if (len > 0)
			assert_memory_equal(got, want, (size_t)len);
	}
}

static void honours_capacity(void **state)
{
	struct yg_har_pairs pairs = { .count = 0 };
	const struct yg_header row = pair("a", "b"), nameless = pair("", "b");

	(void)state;
	yg_har_pairs_add(&pairs, &nameless);
	assert_int_equal(pairs.count, 0);
	for (uint32_t i = 0; i < YG_HAR_PAIRS_MAX + 5; i++)
		yg_har_pairs_add(&pairs, &row);
	assert_int_equal(pairs.count, YG_HAR_PAIRS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_at_every_room),
		cmocka_unit_test(honours_capacity),
	};

	return cmocka_run_group_tests_name("parse/har_pairs", tests, NULL, NULL);
}
