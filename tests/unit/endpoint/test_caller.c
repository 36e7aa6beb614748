/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/caller.h"

#include "endpoint/inventory.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };
static const struct yg_address client = { { [10] = 0xff, 0xff, 192, 0, 2, 1 } };

static struct yg_caller name(const struct yg_credentials *credentials,
			     const struct yg_address *address)
{
	struct yg_caller caller;

	yg_caller_from_credentials(&key, credentials, address, &caller);
	return caller;
}

static void names_the_kind_and_hides_the_value(void **state)
{
	struct yg_credentials credentials = { .best = YG_CREDENTIAL_BEARER,
					      .value = YG_SLICE("secret-token") };
	struct yg_caller caller = name(&credentials, &client);

	(void)state;

	assert_memory_equal(caller.text, "bearer:", 7);
	assert_int_equal(caller.text_len, 7 + 16);
	assert_int_equal(strlen(caller.text), caller.text_len);
	assert_null(strstr(caller.text, "secret"));
	assert_int_equal(caller.auth, YG_AUTH_BEARER);
	assert_false(caller.by_address);
}

static void falls_back_to_the_address(void **state)
{
	const struct yg_credentials none = { .best = YG_CREDENTIAL_NONE };
	const struct yg_address unknown = { 0 };
	struct yg_caller caller = name(&none, &client);

	(void)state;

	assert_memory_equal(caller.text, "address:", 8);
	assert_true(caller.by_address);
	assert_int_equal(caller.auth, YG_AUTH_NONE);
	caller = name(&none, &unknown);
	assert_true(caller.hash == 0);
	assert_string_equal(caller.text, "");
}

static void equal_values_of_two_kinds_are_two_callers(void **state)
{
	struct yg_credentials a = { .best = YG_CREDENTIAL_BEARER, .value = YG_SLICE("x") };
	struct yg_credentials b = { .best = YG_CREDENTIAL_API_KEY, .value = YG_SLICE("x") };

	(void)state;

	assert_true(name(&a, &client).hash != name(&b, &client).hash);
	assert_true(name(&a, &client).hash == name(&a, &client).hash);
}

static void a_subject_belongs_to_its_issuer(void **state)
{
	struct yg_credentials a = { .best = YG_CREDENTIAL_JWT,
				    .value = YG_SLICE("1"),
				    .jwt = { .present = true,
					     .issuer = YG_SLICE("https://a.example"),
					     .client_id = YG_SLICE("app-1") } };
	struct yg_credentials b = a;

	(void)state;

	b.jwt.issuer = YG_SLICE("https://b.example");
	assert_true(name(&a, &client).hash != name(&b, &client).hash);
	assert_true(name(&a, &client).app == name(&b, &client).app);
	assert_memory_equal(name(&a, &client).app_text, "app:", 4);
	assert_int_equal(name(&a, &client).auth, YG_AUTH_JWT);
}

static void nobody_without_the_key_can_test_a_guess(void **state)
{
	const struct yg_hash_key other = { 3, 4 };
	struct yg_credentials a = { .best = YG_CREDENTIAL_BASIC, .value = YG_SLICE("taro") };
	struct yg_caller caller;

	(void)state;

	yg_caller_from_credentials(&other, &a, &client, &caller);
	assert_true(caller.hash != name(&a, &client).hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_kind_and_hides_the_value),
		cmocka_unit_test(falls_back_to_the_address),
		cmocka_unit_test(equal_values_of_two_kinds_are_two_callers),
		cmocka_unit_test(a_subject_belongs_to_its_issuer),
		cmocka_unit_test(nobody_without_the_key_can_test_a_guess),
	};

	return cmocka_run_group_tests_name("endpoint/caller", tests, NULL, NULL);
}
