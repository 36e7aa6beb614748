/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/credential_name.h"

#include "core/macros.h"
#include "guard.h"
#include "parse/header.h"
#include "test.h"

static void names_are_told_by_their_last_words(void **state)
{
	static const struct {
		const char *name;
		enum yg_credential_shape shape;
	} cases[] = {
		{ "X-Acme-Api-Key", YG_SHAPE_KEY },
		{ "acmeApiKey", YG_SHAPE_KEY },
		{ "ACME_API_KEY", YG_SHAPE_KEY },
		{ "x-acmeapikey", YG_SHAPE_KEY },
		{ "X-Shopify-Access-Token", YG_SHAPE_KEY },
		{ "x-ibm-subscription-key", YG_SHAPE_KEY },
		{ "authToken", YG_SHAPE_KEY },
		{ "api.secret", YG_SHAPE_KEY },
		{ "X-Partner-Token", YG_SHAPE_LIKELY },
		{ "x-consumer-key", YG_SHAPE_LIKELY },
		{ "X-Client-Secret", YG_SHAPE_LIKELY },
		{ "X-Vault-Token", YG_SHAPE_LIKELY },
		{ "x-user-token", YG_SHAPE_LIKELY },
		{ "X-Session-Token", YG_SHAPE_LIKELY },
		{ "key", YG_SHAPE_BARE },
		{ "Key", YG_SHAPE_BARE },
		/* Of requests, pages, forms and machines. */
		{ "", YG_SHAPE_NONE },
		{ "token", YG_SHAPE_NONE },
		{ "X-Idempotency-Key", YG_SHAPE_NONE },
		{ "x-idempotent-api-key", YG_SHAPE_NONE },
		{ "X-CSRF-Auth-Token", YG_SHAPE_NONE },
		{ "clientToken", YG_SHAPE_NONE },
		{ "X-Client-Request-Token", YG_SHAPE_NONE },
		{ "nextPageToken", YG_SHAPE_NONE },
		{ "continuation-token", YG_SHAPE_NONE },
		{ "x-device-token", YG_SHAPE_NONE },
		{ "push_token", YG_SHAPE_NONE },
		{ "sort_key", YG_SHAPE_NONE },
		{ "partitionKey", YG_SHAPE_NONE },
		{ "surrogate-key", YG_SHAPE_NONE },
		{ "x-cache-api-key", YG_SHAPE_NONE },
		{ "Sec-WebSocket-Key", YG_SHAPE_NONE },
		{ "g-recaptcha-auth-token", YG_SHAPE_NONE },
		{ "X-Trace-Id", YG_SHAPE_NONE },
		{ "X-Api-Version", YG_SHAPE_NONE },
		{ "monkey", YG_SHAPE_NONE },
		{ "oauth", YG_SHAPE_NONE },
		{ "snapkey", YG_SHAPE_NONE }, /* no word "app" or "api" begins in it */
		{ "x-a-name-that-is-longer-than-any-of-these-api-key", YG_SHAPE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard guard = guard_copy(cases[i].name, strlen(cases[i].name));
		struct yg_slice name = { guard.ptr, guard.len };

		print_message("%s\n", cases[i].name);
		assert_int_equal(yg_credential_shape_of(name), cases[i].shape);
	}
}

static void values_bear_evidence(void **state)
{
	static const struct {
		const char *value;
		bool key, likely, bare; /* under a name of this shape */
	} cases[] = {
		{ "7f3c9a4e1b2d8c6f7f3c9a4e1b2d8c6f", true, true, true },
		{ "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", true, true, true },
		{ "acme_live_51HqT2eKvBz9", true, true, false },
		{ "0b9a4ed8-6c1f-4f6e-9c1e-6b1d54c3a2f7", true, true, true },
		{ "partner-one", true, false, false },
		{ "demo1234", true, false, false },
		{ "1700000000000", false, false, false }, /* a time */
		{ "4", false, false, false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false, false },
		{ "what a person types, with 12 words", false, false, false },
		{ "photos/2024/12/summer-holiday-01.jpg", true, true, false },
		{ "settings.theme.dark.mode.v2.12", true, true, false },
		{ "\xe9\x8d\xb5\xe9\x8d\xb5\xe9\x8d\xb5 12ab", false, false, false },
		{ "", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard guard =
			guard_copy(cases[i].value, strlen(cases[i].value));
		struct yg_slice value = { guard.ptr, guard.len };

		print_message("'%s'\n", cases[i].value);
		assert_int_equal(yg_credential_is_key(YG_SHAPE_KEY, value), cases[i].key);
		assert_int_equal(yg_credential_is_key(YG_SHAPE_LIKELY, value), cases[i].likely);
		assert_int_equal(yg_credential_is_key(YG_SHAPE_BARE, value), cases[i].bare);
		assert_false(yg_credential_is_key(YG_SHAPE_NONE, value));
	}
}

static void a_value_has_a_longest_length(void **state)
{
	char text[YG_CREDENTIAL_VALUE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "0a1B2c3D4e5F6g7H"[i % 16];
	assert_true(
		yg_credential_is_key(YG_SHAPE_KEY, (struct yg_slice){ text, sizeof(text) - 1 }));
	assert_false(yg_credential_is_key(YG_SHAPE_KEY, (struct yg_slice){ text, sizeof(text) }));
}

static void headers_of_hops_are_no_keys(void **state)
{
	static const struct {
		const char *name;
		bool key;
	} cases[] = {
		{ "x-acme-api-key", true },
		{ "x-client-secret", true },
		{ "x-amz-security-access-token", false },
		{ "x-forwarded-access-token", false },
		{ "cf-access-token", false },
		{ "x-idempotency-key", false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		uint32_t traits = yg_header_traits_of_name(yg_slice_from_str(cases[i].name));

		print_message("%s\n", cases[i].name);
		assert_int_equal((traits & YG_HEADER_KEY) != 0, cases[i].key);
		/* What is a parameter of the API is learned as one. */
		if (cases[i].key)
			assert_false(traits & YG_HEADER_STANDARD);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_told_by_their_last_words),
		cmocka_unit_test(values_bear_evidence),
		cmocka_unit_test(a_value_has_a_longest_length),
		cmocka_unit_test(headers_of_hops_are_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
