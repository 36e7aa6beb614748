/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/audience.h"

#include "test.h"

static const struct yg_hash_key key = { 5, 6 };

static uint64_t client_of(const char *text)
{
	struct yg_address address;

	assert_int_equal(yg_address_from_text(yg_slice_from_str(text), &address), 0);
	return yg_audience_client(&key, &address);
}

static void a_site_of_ipv6_is_one_client(void **state)
{
	static const struct {
		const char *name, *a, *b;
		bool is_one;
	} rows[] = {
		{ "IPv4, the same", "192.0.2.1", "192.0.2.1", true },
		{ "IPv4, the next", "192.0.2.1", "192.0.2.2", false },
		{ "IPv6, one /64", "2001:db8:0:1::1", "2001:db8:0:1:ffff::7", true },
		{ "IPv6, the next /64", "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	};
	const struct yg_address unknown = { { 0 } };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		print_message("%s\n", rows[i].name);
		assert_int_equal(client_of(rows[i].a) == client_of(rows[i].b), rows[i].is_one);
		assert_true(client_of(rows[i].a) != 0);
	}
	assert_int_equal(yg_audience_client(&key, &unknown), 0);
}

static void a_client_that_is_not_known_is_nobody(void **state)
{
	struct yg_audience audience = { .count = 0 };

	(void)state;

	assert_false(yg_audience_note(&audience, 0, true));
	assert_int_equal(audience.count, 0);
	assert_false(yg_audience_has_named(&audience, 0));
	assert_false(yg_audience_is_agreed(&audience));
}

static void each_counts_once_and_stays_who_it_was(void **state)
{
	struct yg_audience audience = { .count = 0 };

	(void)state;

	assert_true(yg_audience_note(&audience, 10, false));
	assert_false(yg_audience_note(&audience, 10, false));
	assert_false(yg_audience_has_named(&audience, 10));
	assert_true(yg_audience_note(&audience, 10, true));
	assert_false(yg_audience_note(&audience, 10, false)); /* it has named one */
	assert_true(yg_audience_has_named(&audience, 10));
	assert_int_equal(audience.count, 1);
}

/* The lowest hashes, in whatever order they come: the key decides, not who asks most or first. */
static void many_are_a_sample_that_does_not_depend_on_their_order(void **state)
{
	struct yg_audience up = { .count = 0 }, down = { .count = 0 };

	(void)state;

	for (uint64_t i = 1; i <= 1000; i++) {
		(void)yg_audience_note(&up, 2 * i, i % 2);
		(void)yg_audience_note(&down, 2 * (1001 - i), (1001 - i) % 2);
	}
	assert_int_equal(up.count, YG_AUDIENCE_MAX);
	assert_int_equal(down.count, YG_AUDIENCE_MAX);
	for (uint64_t i = 1; i <= YG_AUDIENCE_MAX; i++) {
		assert_int_equal(yg_audience_has_named(&up, 2 * i), i % 2);
		assert_int_equal(yg_audience_has_named(&down, 2 * i), i % 2);
		assert_false(yg_audience_note(&up, 2 * i, false));
	}
	assert_false(yg_audience_note(&up, 2 * 17, true));
}

static void a_client_twice_is_damage(void **state)
{
	struct yg_audience audience = { .count = 0 };
	uint8_t bytes[32];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader = { .ptr = bytes, .len = 17 };

	(void)state;

	yg_put_varint(&writer, 2);
	yg_put_u64(&writer, 10);
	yg_put_u64(&writer, 11);
	yg_audience_unpack(&audience, &reader);
	assert_true(reader.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_of_ipv6_is_one_client),
		cmocka_unit_test(a_client_that_is_not_known_is_nobody),
		cmocka_unit_test(each_counts_once_and_stays_who_it_was),
		cmocka_unit_test(many_are_a_sample_that_does_not_depend_on_their_order),
		cmocka_unit_test(a_client_twice_is_damage),
	};

	return cmocka_run_group_tests_name("endpoint/audience", tests, NULL, NULL);
}
