/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trait.h"

#include "core/slice.h"
#include "test.h"

static struct yg_address address(const char *text)
{
	struct yg_address addr;

	assert_int_equal(yg_address_from_text(yg_slice_from_str(text), &addr), 0);
	return addr;
}

static void tells_public_addresses(void **state)
{
	static const struct {
		const char *text;
		bool is_public;
	} cases[] = {
		{ "10.1.2.3", false },	 { "192.168.0.1", false }, { "127.0.0.1", false },
		{ "100.64.0.1", false }, { "203.0.113.9", true },  { "8.8.8.8", true },
		{ "fd00::1", false },	 { "::1", false },	   { "2001:db8::1", true },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_address addr = address(cases[i].text);

		assert_int_equal(yg_address_is_public(&addr), cases[i].is_public);
	}
}

static void counts_by_where_and_which_way(void **state)
{
	struct yg_address near = address("10.0.0.1"), far = address("203.0.113.9"), unknown = { 0 };
	const struct yg_trait_use uses[] = {
		{ .client = &far, .forwarded = true, .peer_is_proxy = true, .port = 443 },
		{ .client = &near, .weight = 8, .time_ns = 5 },
		{ .client = &near, .peer_is_proxy = true, .time_ns = 6 }, /* a health check */
		{ .client = &unknown, .app = 7, .time_ns = 4 },
		{ .client = &near, .outbound = true, .server_public = true, .app = 9 },
		{ .client = &near, .outbound = true, .kinds = YG_TRAIT_LLM },
	};
	struct yg_trait trait = { 0 };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(uses); i++)
		yg_trait_add(&trait, &uses[i]);
	assert_int_equal(trait.external, 1);
	assert_int_equal(trait.internal, 9);
	assert_int_equal(trait.proxied, 1);
	assert_int_equal(trait.direct, 9);
	assert_int_equal(trait.direct_ns, 5);
	assert_int_equal(trait.made, 2);
	assert_int_equal(trait.third, 1);
	assert_int_equal(yg_trait_apps(&trait), 1);
	assert_int_equal(trait.kinds, YG_TRAIT_LLM);
	assert_int_equal(trait.port, 443);
}

static void folds_into_the_sum(void **state)
{
	struct yg_trait into = { .external = 1, .direct_ns = 9, .apps = 1, .kinds = YG_TRAIT_MCP };
	const struct yg_trait from = {
		.external = 2, .made = 3, .third = 1, .direct_ns = 4, .apps = 2, .port = 80
	};

	(void)state;

	yg_trait_fold(&into, &from);
	assert_int_equal(into.external, 3);
	assert_int_equal(into.made, 3);
	assert_int_equal(into.third, 1);
	assert_int_equal(into.direct_ns, 9);
	assert_int_equal(yg_trait_apps(&into), 2);
	assert_int_equal(into.port, 80);
}

static void comes_back_from_bytes(void **state)
{
	const struct yg_trait trait = { 1, 2, 3, 2, 5, 6, 7, 8, YG_TRAIT_MCP, 443 };
	struct yg_trait back = { 0 };
	uint8_t bytes[128];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader;

	(void)state;

	yg_trait_pack(&trait, &writer);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
	yg_trait_unpack(&back, &reader);
	assert_false(reader.bad);
	assert_int_equal(back.third, 2);
	assert_int_equal(back.apps, trait.apps);
	assert_int_equal(back.port, 443);
	for (size_t len = 0; len < writer.len; len++) {
		reader = (struct yg_reader){ .ptr = bytes, .len = len };
		yg_trait_unpack(&back, &reader);
		assert_true(reader.bad);
	}
	bytes[0] = 99; /* of another version */
	reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
	yg_trait_unpack(&back, &reader);
	assert_true(reader.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_public_addresses),
		cmocka_unit_test(counts_by_where_and_which_way),
		cmocka_unit_test(folds_into_the_sum),
		cmocka_unit_test(comes_back_from_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
