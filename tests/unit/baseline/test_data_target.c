/* SPDX-License-Identifier: GPL-2.0-only */
/* baseline/data_target.c behind its contract in baseline/data.h. */
#include <string.h>

#include "baseline/data.h"
#include "guard.h"
#include "test.h"

static int set_up(void **state)
{
	struct yg_data_options options = { .key = { 1, 2 }, .endpoints_max = 1 };
	struct yg_data *data;
	char error[200];

	assert_int_equal(yg_data_new(&options, error, sizeof(error), &data), 0);
	*state = data;
	return 0;
}

static int tear_down(void **state)
{
	struct yg_data *data = *state;

	yg_data_free(&data);
	return 0;
}

static void a_target_is_shown_without_what_is_sensitive(void **state)
{
	static const struct {
		const char *target;
		bool path;
		const char *want;
	} cases[] = {
		{ "/v1/users/42?page=2&sort=name", true, "/v1/users/42?page=2&sort=name" },
		{ "/v1/cards?card_number=4111111111111111&page=2", false,
		  "/v1/cards?card_number=411111****1111&page=2" },
		{ "/v1/x?api_key=abcd&access_token=short&q=", false,
		  "/v1/x?api_key=****&access_token=****&q=" },
		{ "/v1/x?e=ann.miller%40bank.test&f", false, "/v1/x?e=a****&f" },
		{ "/v1/x?ann%40bank.test=1&b", false, "/v1/x?****=1&b" },
		{ "/v1/x?%E3%83%9E%E3%82%A4%E3%83%8A%E3%83%B3%E3%83%90%E3%83%BC=621498320257",
		  false, "/v1/x?%E3%83%9E%E3%82%A4%E3%83%8A%E3%83%B3%E3%83%90%E3%83%BC=****57" },
		{ "/v1/iban/GB82WEST12345698765432/limits", true,
		  "/v1/iban/GB82WEST12345698765432/limits" },
		{ "/v1/users/ann%40bank.test", true, "/v1/users/ann%40bank.test" },
		{ "/v1/keys/AKIAIOSFODNN7EXAMPL2", true, "/v1/keys/AKIA****" },
		{ "/v1/iban/GB82WEST12345698765432", false, "/v1/iban/GB82WEST12345698765432" },
		{ "/v1/orders/4012888888881881", true, "/v1/orders/4012888888881881" },
		{ "/v1/diseases/100/genes", true, "/v1/diseases/100/genes" },
		{ "/v1/balanceAccounts/10000127", true, "/v1/balanceAccounts/10000127" },
		{ "/v1/password/reset", true, "/v1/password/reset" },
		{ "/v1/password/Zq8vT2mXw93LpRb7Kd", true, "/v1/password/****" },
		{ "/reset/k3v9tq2x", false, "/reset/****" },
		{ "/a/b/Zq8vT2mX%21w", false, "/a/b/****" },
		{ "/reset/now", false, "/reset/now" },
		{ "", true, "" },
		{ "?", true, "?" },
	};
	struct yg_data_set none = { { 0 } }, cards = { { 0 } };
	struct yg_data *data = *state;

	yg_data_set_add(&cards, YG_DATA_PAN);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(cases[i].target, strlen(cases[i].target));
		struct yg_slice got = yg_data_mask_target(data, &none, cases[i].path,
							  (struct yg_slice){ in.ptr, in.len });

		print_message("%s\n", cases[i].target);
		assert_int_equal(got.len, strlen(cases[i].want));
		assert_memory_equal(got.ptr, cases[i].want, got.len);
	}
	assert_true(yg_slice_equal(
		yg_data_mask_target(data, &cards, true, YG_SLICE("/v1/orders/4012888888881881")),
		YG_SLICE("/v1/orders/401288****1881")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_is_shown_without_what_is_sensitive),
	};

	return cmocka_run_group_tests_name("baseline/data_target", tests, set_up, tear_down);
}
