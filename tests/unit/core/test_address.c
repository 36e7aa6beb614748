/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/address.h"

#include <errno.h>

#include "test.h"

static const char *const prefixes[] = { "10.0.0.1",	 "10.0.0.0/8", "0.0.0.0/0",
					"2001:db8::/32", "::1",	       "fe80::/10" };

static const char *const refused[] = { "",	   "10.0.0.1/8",   "10.0.0.0/33", "10.0.0.0/08",
				       "10.0.0",   "fe80::1%eth0", "10.0.0.0/",	  "2001:db8::/129",
				       " 10.0.0.1" };

static void round_trips_prefixes(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(prefixes); i++) {
		char text[YG_ADDRESS_TEXT_CAP];
		struct yg_prefix prefix;

		assert_int_equal(yg_prefix_from_text(yg_slice_from_str(prefixes[i]), &prefix), 0);
		assert_string_equal(yg_prefix_format(&prefix, text), prefixes[i]);
		assert_true(yg_prefix_has(&prefix, &prefix.addr));
	}
}

static void refuses_what_is_not_a_prefix(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(refused); i++) {
		struct yg_prefix prefix;

		assert_int_equal(yg_prefix_from_text(yg_slice_from_str(refused[i]), &prefix),
				 -EINVAL);
	}
}

static void covers_by_bits(void **state)
{
	struct yg_prefix net;
	struct yg_address in, out;

	(void)state;

	assert_int_equal(yg_prefix_from_text(YG_SLICE("10.64.0.0/10"), &net), 0);
	assert_int_equal(yg_address_from_text(YG_SLICE("10.127.255.255"), &in), 0);
	assert_int_equal(yg_address_from_text(YG_SLICE("10.128.0.0"), &out), 0);
	assert_true(yg_prefix_has(&net, &in));
	assert_false(yg_prefix_has(&net, &out));
}

static const struct {
	const char *text, *want;
} normal[] = {
	{ "64:ff9b::192.0.2.1", "192.0.2.1" },
	{ "::ffff:0:192.0.2.1", "192.0.2.1" },
	{ "192.0.2.1", "192.0.2.1" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "64:ff9b:1::192.0.2.1", "64:ff9b:1::c000:201" },
	{ "::1", "::1" },
};

static void gives_a_host_behind_nat64_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(normal); i++) {
		char text[YG_ADDRESS_TEXT_CAP];
		struct yg_address addr;

		assert_int_equal(yg_address_from_text(yg_slice_from_str(normal[i].text), &addr), 0);
		addr = yg_address_normal(&addr);
		assert_string_equal(yg_address_format(&addr, text), normal[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips_prefixes),
		cmocka_unit_test(refuses_what_is_not_a_prefix),
		cmocka_unit_test(covers_by_bits),
		cmocka_unit_test(gives_a_host_behind_nat64_one_form),
	};

	return cmocka_run_group_tests_name("core/address", tests, NULL, NULL);
}
