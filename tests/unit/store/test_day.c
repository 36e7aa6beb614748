/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of samples: what happens to one of them happens to no other. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "store.h"
#include "store/private.h"

/* Its table of samples: behind the schema and the pointer map. */
static void damage_today(void)
{
	static const uint8_t bytes[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	int fd YG_CLEANUP_CLOSE = -1;
	char name[YG_DB_NAME_CAP];

	yg_store_day_name(NOW / YG_NS_PER_DAY, name);
	fd = openat(place.fd, name, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, sizeof(bytes), (off_t)2 * YG_DB_PAGE_BYTES),
			 sizeof(bytes));
}

static void a_damaged_day_costs_that_day_alone(void **state)
{
	struct yg_feed_message finding = { .kind = YG_FEED_KIND_FINDING };
	struct yg_feed_message sample = { .kind = YG_FEED_KIND_SAMPLE };
	struct yg_store *store = open_store(NOW);
	int r = 0;

	(void)state;

	finding.finding.id = 7;
	sample.sample.time = NOW;
	put(store, &finding, NOW);
	put(store, &sample, NOW);
	yg_store_free(&store);
	damage_today();

	store = open_store(NOW);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(yg_store_begin(store), 0);
		r = yg_store_put(store, &sample, NOW);
		if (r == 0) {
			assert_int_equal(yg_store_commit(store), 0);
			break;
		}
		assert_int_equal(r, -EUCLEAN);
		yg_store_undo(store);
		assert_int_equal(yg_store_recover(store, NOW), 0);
	}
	assert_int_equal(r, 0);
	assert_int_equal(yg_store_counters_view(store)->damaged, 1);
	assert_int_equal(yg_store_count(store, YG_STORE_FINDINGS), 1);
	assert_int_equal(faccessat(place.fd, "yagura.db.damaged", F_OK, 0), -1);
	yg_store_free(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_damaged_day_costs_that_day_alone),
	};

	return cmocka_run_group_tests_name("store/day", tests, NULL, NULL);
}
