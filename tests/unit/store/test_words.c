/* SPDX-License-Identifier: GPL-2.0-only */
/* What the analyzer keeps in the store for itself. */
#include "respond/knowledge.h"
#include "store.h"
#include "store/private.h"

static int count_state(void *ctx, const struct yg_feed_message *message)
{
	(void)message;
	++*(int *)ctx;
	return 0;
}

static void drops_what_was_learned_of_endpoints_that_are_no_more(void **state)
{
	struct yg_feed_message endpoint = { .kind = YG_FEED_KIND_ENDPOINT };
	struct yg_feed_message learned = { .kind = YG_FEED_KIND_STATE };
	struct yg_store *store = open_store(NOW);
	int count = 0;

	(void)state;

	endpoint.endpoint.id = 1;
	endpoint.endpoint.last_seen = NOW;
	put(store, &endpoint, NOW);
	learned.state.parts = 1;
	learned.state.data = YG_SLICE("blob");
	for (uint64_t kind = YG_BLOB_SERVICE; kind < YG_BLOB_MAX; kind++) {
		for (uint64_t id = 1; id <= 2; id++) {
			learned.state.kind = kind;
			learned.state.id = id;
			put(store, &learned, NOW);
		}
	}
	assert_int_equal(yg_store_tick(store, NOW + YG_NS_PER_HOUR), 0);
	assert_int_equal(yg_store_state_each(store, count_state, &count),
			 2 * (YG_BLOB_MAX - 1) - 5);

	/* And what the analyzer itself takes back. */
	count = 0;
	learned.state = (struct yg_feed_state){ .kind = YG_BLOB_SERVICE, .id = 1 };
	put(store, &learned, NOW);
	assert_int_equal(yg_store_state_each(store, count_state, &count),
			 2 * (YG_BLOB_MAX - 1) - 6);
	yg_store_free(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(drops_what_was_learned_of_endpoints_that_are_no_more),
	};

	return cmocka_run_group_tests_name("store/words", tests, NULL, NULL);
}
