/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "test.h"

#include "baseline/checksum.h"

static void luhn_holds_for_cards_and_fails_one_off(void **state)
{
	(void)state;
	assert_true(yg_checksum_luhn("4111111111111111", 16));
	assert_true(yg_checksum_luhn("378282246310005", 15));
	assert_true(yg_checksum_luhn("039337423", 9));
	assert_false(yg_checksum_luhn("039337422", 9));
	assert_false(yg_checksum_luhn("4111111111111112", 16));
}

static void one_in_ten_random_numbers_passes_luhn(void **state)
{
	uint64_t seed = 0x2026;
	uint32_t passed = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		char text[17];

		for (uint32_t j = 0; j < 16; j++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[j] = (char)('0' + (seed >> 33) % 10);
		}
		text[16] = '\0';
		passed += yg_checksum_luhn(text, 16);
	}
	assert_in_range(passed, 900, 1100);
}

static void iban_holds_and_fails_one_off(void **state)
{
	(void)state;
	assert_true(yg_checksum_iban("GB82WEST12345698765432", 22));
	assert_true(yg_checksum_iban("DE89370400440532013000", 22));
	assert_false(yg_checksum_iban("DE89370400440532013001", 22));
	assert_false(yg_checksum_iban("DE", 2));
}

static void japanese_numbers_hold_and_fail_one_off(void **state)
{
	(void)state;
	assert_true(yg_checksum_my_number("621498320257"));
	assert_false(yg_checksum_my_number("621498320258"));
	assert_true(yg_checksum_corporate_number("5835678256246"));
	assert_true(yg_checksum_corporate_number("7000012050002"));
	assert_false(yg_checksum_corporate_number("7000012050003"));
}

static void verhoeff_and_mod_11_10_hold(void **state)
{
	(void)state;
	assert_true(yg_checksum_verhoeff("2363", 4));
	assert_false(yg_checksum_verhoeff("2364", 4));
	assert_true(yg_checksum_mod11_10("12345678903", 11));
	assert_false(yg_checksum_mod11_10("12345678901", 11));
	assert_false(yg_checksum_mod11_10("", 0));
}

static void weights_and_remainders_are_computed(void **state)
{
	(void)state;
	assert_int_equal(yg_checksum_weighted("123", "A21"), 10 + 4 + 3);
	assert_int_equal(yg_checksum_modulo("12345678", 8, 97), 12345678 % 97);
}

static void vin_holds_and_refuses_letters_that_look_like_digits(void **state)
{
	(void)state;
	assert_true(yg_checksum_vin("1M8GDM9AXKP042788"));
	assert_false(yg_checksum_vin("1M8GDM9A1KP042788"));
	assert_false(yg_checksum_vin("IM8GDM9AXKP042788"));
}

static void wallets_hold_and_fail_one_off(void **state)
{
	static const char base58[] = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";
	static const char bech32[] = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4";

	(void)state;
	assert_true(yg_checksum_base58(base58, strlen(base58)));
	assert_false(yg_checksum_base58("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", 34));
	assert_false(yg_checksum_base58("0BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", 34));
	assert_true(yg_checksum_bech32(bech32, strlen(bech32)));
	assert_false(yg_checksum_bech32("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T5", 42));
	assert_false(yg_checksum_bech32("bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", 42));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(luhn_holds_for_cards_and_fails_one_off),
		cmocka_unit_test(one_in_ten_random_numbers_passes_luhn),
		cmocka_unit_test(iban_holds_and_fails_one_off),
		cmocka_unit_test(japanese_numbers_hold_and_fail_one_off),
		cmocka_unit_test(verhoeff_and_mod_11_10_hold),
		cmocka_unit_test(weights_and_remainders_are_computed),
		cmocka_unit_test(vin_holds_and_refuses_letters_that_look_like_digits),
		cmocka_unit_test(wallets_hold_and_fail_one_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
