/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/inventory.h"

#include <stdio.h>

#include "endpoint/token.h"
#include "test.h"

#define SERVICE YG_SLICE("api.example.com")
#define GET	YG_SLICE("GET")

static const struct yg_hash_key key = { 1, 2 };

static void count_eviction(void *ctx, const struct yg_endpoint *endpoint)
{
	assert_true(endpoint->id != 0);
	++*(uint32_t *)ctx;
}

static struct yg_inventory *make_inventory(uint32_t cap, uint32_t *evictions)
{
	struct yg_inventory *inventory = NULL;

	assert_int_equal(yg_inventory_new(&key, cap, evictions ? count_eviction : NULL, evictions,
					  &inventory),
			 0);
	return inventory;
}

static struct yg_endpoint *add(struct yg_inventory *inventory, const char *template_)
{
	struct yg_endpoint *endpoint = NULL;

	assert_int_equal(
		yg_inventory_add(inventory, SERVICE, GET, yg_slice_from_str(template_), &endpoint),
		0);
	return endpoint;
}

static void use(struct yg_inventory *inventory, struct yg_endpoint *endpoint, uint64_t time_ns,
		uint16_t status)
{
	yg_inventory_use(inventory, endpoint,
			 &(struct yg_use){ .time_ns = time_ns,
					   .status = status,
					   .auth = YG_AUTH_BEARER,
					   .request_bytes = 10,
					   .response_bytes = 20,
					   .caller = time_ns + 1 });
}

static void tells_endpoints_apart_by_each_part(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(8, NULL);
	struct yg_endpoint *a = add(inventory, "/a"), *b = add(inventory, "/b"), *post = NULL;

	(void)state;

	assert_int_equal(
		yg_inventory_add(inventory, SERVICE, YG_SLICE("POST"), YG_SLICE("/a"), &post), 0);
	assert_true(a != b && a != post && a->id != b->id && a->id != post->id);
	assert_ptr_equal(add(inventory, "/a"), a);
	assert_ptr_equal(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/a")), a);
	assert_null(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/c")));
	assert_true(a->id == yg_endpoint_id(SERVICE, GET, YG_SLICE("/a")));
}

static void evicts_the_least_recently_used(void **state)
{
	uint32_t evictions = 0;
	YG_CLEANUP(yg_inventory_free)
	struct yg_inventory *inventory = make_inventory(2, &evictions);

	(void)state;

	(void)add(inventory, "/a");
	(void)add(inventory, "/b");
	use(inventory, add(inventory, "/a"), 1, 200);
	(void)add(inventory, "/c");
	assert_non_null(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/a")));
	assert_null(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/b")));
	assert_int_equal(evictions, 1);
	assert_int_equal(yg_inventory_evicted(inventory), 1);
	assert_int_equal(yg_inventory_count(inventory), yg_inventory_cap(inventory));
}

static void add_made_up(struct yg_inventory *inventory, int count, bool used)
{
	for (int i = 0; i < count; i++) {
		struct yg_endpoint *endpoint;
		char path[32];

		(void)snprintf(path, sizeof(path), used ? "/made/up/%d" : "/unused/%d", i);
		endpoint = add(inventory, path);
		if (used)
			use(inventory, endpoint, 1, 200);
	}
}

static void what_is_used_again_and_again_outlives_what_is_used_once(void **state)
{
	YG_CLEANUP(yg_inventory_free)
	struct yg_inventory *inventory = make_inventory(8, NULL);

	(void)state;
	for (int i = 0; i < 8; i++)
		use(inventory, add(inventory, "/real"), 1, 200);
	add_made_up(inventory, 20, true);
	assert_non_null(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/real")));
	/* Not for ever: its credit is used up. */
	add_made_up(inventory, 40, false);
	assert_null(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/real")));
}

static void stays_whole_over_many_evictions(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(13, NULL);
	char template_[32];

	(void)state;

	for (int i = 0; i < 5000; i++) {
		uint32_t rows = 0;

		(void)snprintf(template_, sizeof(template_), "/t%d", i * 7 % 29);
		use(inventory, add(inventory, template_), (uint64_t)i, 200);
		assert_non_null(
			yg_inventory_find(inventory, SERVICE, GET, yg_slice_from_str(template_)));
		for (uint32_t r = 0; r < yg_inventory_cap(inventory); r++)
			rows += yg_inventory_at(inventory, r) != NULL;
		assert_int_equal(rows, yg_inventory_count(inventory));
	}
}

static void counts_what_it_is_told(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *endpoint = add(inventory, "/a");

	(void)state;

	for (uint64_t i = 0; i < YG_ENDPOINT_CONFIRM; i++)
		use(inventory, endpoint, i, i ? 200 : 404);
	assert_false(endpoint->confirmed); /* all within one minute */
	use(inventory, endpoint, 61000000000ull, 200);
	assert_true(endpoint->confirmed);
	assert_int_equal(endpoint->status_count, 2);
	assert_int_equal(endpoint->status[0].status, 200);
	assert_int_equal(endpoint->status[0].count, YG_ENDPOINT_CONFIRM);
	assert_int_equal(endpoint->response_bytes, 20 * (YG_ENDPOINT_CONFIRM + 1));
	assert_true(endpoint->first_ns == 0 && endpoint->last_ns == 61000000000ull);
	assert_int_equal(yg_hll_count(&endpoint->callers), YG_ENDPOINT_CONFIRM + 1);
}

static void takes_back_what_was_no_request_of_its_own(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *endpoint = add(inventory, "/a");
	const struct yg_use twice = { .response_bytes = 20, .weight = 2, .status = 404 };

	(void)state;
	use(inventory, endpoint, 1, 200);
	use(inventory, endpoint, 2, 404);
	use(inventory, endpoint, 3, 404);
	yg_inventory_unuse(endpoint, &twice);
	assert_int_equal(endpoint->requests, 1);
	assert_int_equal(endpoint->response_bytes, 20);
	assert_int_equal(endpoint->status[0].count, 1);
	assert_int_equal(endpoint->status_count, 1);
	yg_inventory_unuse(endpoint, &twice); /* more than there is */
	assert_int_equal(endpoint->requests, 0);
	assert_int_equal(endpoint->response_bytes, 0);
}

static void folding_adds_up(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *a = add(inventory, "/a"), *b = add(inventory, "/b");

	(void)state;

	use(inventory, a, 5, 200);
	use(inventory, b, 3, 200);
	use(inventory, b, 9, 404);
	yg_inventory_fold(inventory, a, b);
	assert_int_equal(yg_inventory_count(inventory), 1);
	assert_int_equal(a->requests, 3);
	assert_true(a->first_ns == 3 && a->last_ns == 9);
	assert_int_equal(a->status_count, 2);
	assert_int_equal(yg_hll_count(&a->callers), 3);
	assert_null(yg_inventory_find(inventory, SERVICE, GET, YG_SLICE("/b")));
	yg_inventory_drop(inventory, a);
	assert_int_equal(yg_inventory_count(inventory), 0);
}

static void long_names_are_cut_on_a_character(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *endpoint;
	char text[YG_TEMPLATE_CAP * 2];

	(void)state;

	text[0] = '/';
	for (size_t i = 1; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "商", 3);
	text[sizeof(text) - 2] = '\0';
	endpoint = add(inventory, text);
	assert_true(strlen(endpoint->template_) < YG_TEMPLATE_CAP);
	assert_int_equal((strlen(endpoint->template_) - 1) % 3, 0);
	assert_ptr_equal(add(inventory, text), endpoint);
}

/* Counts by outcome and tokens add, go over and come apart as all counts do. */
static void counts_what_answers_tell(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *endpoint = add(inventory, "/a"), *other = add(inventory, "/b");
	const struct yg_use use = { .time_ns = 1,
				    .weight = 4,
				    .status = 200,
				    .outcome = YG_OUTCOME_FORBIDDEN,
				    .tokens_in = 10,
				    .tokens_out = 1 };

	(void)state;
	yg_inventory_use(inventory, endpoint, &use);
	yg_inventory_use(inventory, endpoint, &use);
	yg_inventory_unuse(endpoint, &use);
	assert_int_equal(endpoint->inside[YG_OUTCOME_FORBIDDEN], 4);
	assert_int_equal(endpoint->inside[YG_INSIDE_TOKENS_IN], 40);
	assert_int_equal(endpoint->inside[YG_INSIDE_TOKENS_OUT], 4);
	yg_inventory_divide(other, endpoint, 2);
	assert_int_equal(endpoint->inside[YG_OUTCOME_FORBIDDEN], 2);
	assert_int_equal(other->inside[YG_OUTCOME_FORBIDDEN], 2);
	yg_inventory_go_on(other, &(struct yg_use){ .outcome = YG_OUTCOME_OK });
	yg_inventory_fold(inventory, endpoint, other);
	assert_int_equal(endpoint->inside[YG_OUTCOME_FORBIDDEN], 4);
	assert_int_equal(endpoint->inside[YG_OUTCOME_OK], 1);
	assert_int_equal(endpoint->inside[YG_OUTCOME_NONE], 0);
}

static void survives_packing(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *endpoint = add(inventory, "/a/{id}");
	struct yg_endpoint back;
	uint8_t buf[8192];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;

	(void)state;

	use(inventory, endpoint, 7, 200);
	endpoint->inside[YG_OUTCOME_OK] = 7;
	yg_endpoint_pack(endpoint, &writer);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_endpoint_unpack(&back, &reader);
	assert_false(reader.bad);
	back.index = endpoint->index;
	assert_memory_equal(&back, endpoint, sizeof(back));

	for (size_t len = 0; len < writer.len; len++) {
		GUARD_CLEANUP struct guard g = guard_copy(buf, len);

		reader = (struct yg_reader){ .ptr = (const uint8_t *)g.ptr, .len = len };
		yg_endpoint_unpack(&back, &reader);
		assert_true(reader.bad);
	}
}

static void every_kind_of_proof_has_a_name(void **state)
{
	(void)state;

	for (uint32_t bit = 1; bit <= YG_AUTH_OTHER; bit <<= 1)
		assert_true(strlen(yg_auth_name((enum yg_auth)bit)) > 0);
}

static void dividing_loses_nothing(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = make_inventory(4, NULL);
	struct yg_endpoint *from = add(inventory, "/{name}"), *into = add(inventory, "/a");

	(void)state;
	for (uint64_t i = 0; i < 7; i++)
		use(inventory, from, 100 + i, i < 6 ? 200 : 404);
	yg_inventory_divide(into, from, 3);
	assert_int_equal(into->requests, 2);
	assert_int_equal(from->requests, 5);
	assert_int_equal(into->response_bytes + from->response_bytes, 7 * 20);
	assert_int_equal(into->status_count, 1);
	assert_int_equal(into->status[0].count, 2);
	assert_int_equal(from->status[0].count + from->status[1].count, 5);
	assert_int_equal(into->first_ns, from->first_ns);
	assert_int_equal(into->last_ns, from->last_ns);
	assert_int_equal(into->auth, YG_AUTH_BEARER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_endpoints_apart_by_each_part),
		cmocka_unit_test(evicts_the_least_recently_used),
		cmocka_unit_test(what_is_used_again_and_again_outlives_what_is_used_once),
		cmocka_unit_test(stays_whole_over_many_evictions),
		cmocka_unit_test(counts_what_it_is_told),
		cmocka_unit_test(takes_back_what_was_no_request_of_its_own),
		cmocka_unit_test(folding_adds_up),
		cmocka_unit_test(dividing_loses_nothing),
		cmocka_unit_test(long_names_are_cut_on_a_character),
		cmocka_unit_test(counts_what_answers_tell),
		cmocka_unit_test(survives_packing),
		cmocka_unit_test(every_kind_of_proof_has_a_name),
	};

	return cmocka_run_group_tests_name("endpoint/inventory", tests, NULL, NULL);
}
