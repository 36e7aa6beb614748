/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/own.h"

#include <stdio.h>

#include "core/slice.h"
#include "test.h"

static struct yg_address address(const char *text)
{
	struct yg_address ret;

	assert_int_equal(yg_address_from_text(yg_slice_from_str(text), &ret), 0);
	return ret;
}

static void add(struct yg_own *own, const char *text)
{
	struct yg_prefix prefix;

	assert_int_equal(yg_prefix_from_text(yg_slice_from_str(text), &prefix), 0);
	yg_own_add(own, own->next.told, &prefix);
}

static bool has(const struct yg_own *own, const char *text)
{
	struct yg_address addr = address(text);

	return yg_own_has(own, &addr);
}

static void a_set_replaces_the_former_one_as_a_whole(void **state)
{
	struct yg_own own = { 0 };
	char text[32];

	(void)state;
	assert_false(has(&own, "10.0.0.1"));
	for (unsigned i = 200; i > 0; i--) {
		(void)snprintf(text, sizeof(text), "10.0.1.%u", i);
		add(&own, text);
	}
	add(&own, "fd00::1");
	add(&own, "192.0.2.0/24");
	assert_false(has(&own, "10.0.1.7")); /* not yet */
	yg_own_end(&own, own.next.told);
	for (unsigned i = 1; i <= 200; i++) {
		(void)snprintf(text, sizeof(text), "10.0.1.%u", i);
		assert_true(has(&own, text));
	}
	assert_true(has(&own, "fd00::1"));
	assert_true(has(&own, "192.0.2.77"));
	assert_false(has(&own, "10.0.1.201"));
	assert_false(has(&own, "fd00::2"));
	add(&own, "10.0.1.9");
	yg_own_end(&own, own.next.told);
	assert_true(has(&own, "10.0.1.9"));
	assert_false(has(&own, "10.0.1.8"));
	yg_own_clean(&own);
	yg_own_clean(&own);
}

static void what_is_beyond_the_limit_is_counted(void **state)
{
	struct yg_own own = { 0 };

	(void)state;
	for (unsigned i = 0; i < YG_OWN_PREFIXES_MAX + 5; i++) {
		struct yg_prefix prefix = {
			.addr = { { [10] = 0xff,
				    [11] = 0xff,
				    [12] = 10,
				    [14] = (uint8_t)(i >> 8),
				    [15] = (uint8_t)i } },
			.len = 128,
		};

		yg_own_add(&own, own.next.told, &prefix);
	}
	yg_own_end(&own, own.next.told);
	assert_int_equal(own.current.count, YG_OWN_PREFIXES_MAX);
	assert_int_equal(own.left_out, 5);
	yg_own_clean(&own);
}

static void a_part_of_a_set_is_not_the_set(void **state)
{
	struct yg_own own = { 0 };

	(void)state;
	add(&own, "10.0.0.1");
	yg_own_end(&own, 1);
	add(&own, "10.0.0.2");
	yg_own_end(&own, 2); /* what a reader before this one had left */
	assert_true(has(&own, "10.0.0.1"));
	assert_false(has(&own, "10.0.0.2"));
	add(&own, "10.0.0.2");
	yg_own_add(&own, 0, &(struct yg_prefix){ address("10.0.0.3"), 128 }); /* anew */
	yg_own_end(&own, 1);
	assert_true(has(&own, "10.0.0.3"));
	assert_false(has(&own, "10.0.0.2"));
	add(&own, "10.0.0.4");
	yg_own_end(&own, 0);
	assert_false(has(&own, "10.0.0.3") || has(&own, "10.0.0.4"));
	yg_own_clean(&own);
}

static const struct {
	const char *name, *client, *server;
	bool tls, said; /* outbound, as capture says */
	bool outbound, local;
} cases[] = {
	{ "a client asks", "203.0.113.5", "10.0.0.1", false, false, false, false },
	{ "this host asks", "10.0.0.1", "203.0.113.5", false, true, true, false },
	{ "this host asks, seen as it comes in", "10.0.0.1", "203.0.113.5", false, false, true,
	  false },
	{ "this host asks itself", "10.0.0.1", "10.0.0.1", false, true, false, true },
	{ "at another address", "10.0.0.1", "10.0.0.2", false, true, false, true },
	{ "something passes through", "172.17.0.2", "203.0.113.5", false, true, false, false },
	{ "a container asks under TLS", "172.17.0.2", "203.0.113.5", true, true, true, false },
	{ "a process asks another under TLS", "10.0.0.2", "10.0.0.1", true, true, true, true },
	{ "a process is asked by another", "10.0.0.2", "10.0.0.1", true, false, false, true },
};

static struct yg_exchange exchange_of(size_t i)
{
	return (struct yg_exchange){
		.client.addr = address(cases[i].client),
		.server.addr = address(cases[i].server),
		.tls = cases[i].tls,
		.outbound = cases[i].said,
	};
}

static void addresses_tell_the_side(void **state)
{
	struct yg_own own = { 0 };

	(void)state;
	add(&own, "10.0.0.1");
	add(&own, "10.0.0.2");
	yg_own_end(&own, own.next.told);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_exchange exchange = exchange_of(i);

		print_message("  %s\n", cases[i].name);
		yg_own_place(&own, &exchange);
		assert_int_equal(exchange.outbound, cases[i].outbound);
		assert_int_equal(exchange.local, cases[i].local);
	}
	yg_own_clean(&own);
}

static void without_a_set_nothing_changes(void **state)
{
	struct yg_own own = { 0 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_exchange exchange = exchange_of(i);

		yg_own_place(&own, &exchange);
		assert_int_equal(exchange.outbound, cases[i].said);
		assert_false(exchange.local);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_replaces_the_former_one_as_a_whole),
		cmocka_unit_test(what_is_beyond_the_limit_is_counted),
		cmocka_unit_test(a_part_of_a_set_is_not_the_set),
		cmocka_unit_test(addresses_tell_the_side),
		cmocka_unit_test(without_a_set_nothing_changes),
	};

	return cmocka_run_group_tests_name("daemon/own", tests, NULL, NULL);
}
