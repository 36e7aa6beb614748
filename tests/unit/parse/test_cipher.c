/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/cipher.h"

#include "test.h"

static void grades_suites(void **state)
{
	static const struct {
		uint16_t cipher;
		const char *name, *grade;
	} cases[] = {
		{ 0x0001, "TLS_RSA_WITH_NULL_MD5", "broken" },
		{ 0x0005, "TLS_RSA_WITH_RC4_128_SHA", "broken" },
		{ 0x0009, "TLS_RSA_WITH_DES_CBC_SHA", "broken" },
		{ 0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "broken" },
		{ 0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", "broken" },
		{ 0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", "dated" },
		{ 0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "dated" },
		{ 0x1301, "TLS_AES_128_GCM_SHA256", "good" },
		{ 0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "good" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(yg_cipher_name(cases[i].cipher), cases[i].name);
		assert_string_equal(yg_cipher_grade_name(yg_cipher_grade_of(cases[i].cipher)),
				    cases[i].grade);
	}
}

static void knows_what_it_does_not_know(void **state)
{
	(void)state;
	assert_null(yg_cipher_name(0x0000));
	assert_null(yg_cipher_name(0x2a2a));
	assert_null(yg_cipher_name(0xffff));
	assert_int_equal(yg_cipher_grade_of(0x2a2a), YG_CIPHER_UNKNOWN);
}

/* The table is searched by halves: each row is found only if the rows are in order. */
static void finds_every_suite_once(void **state)
{
	unsigned found = 0;

	(void)state;
	for (unsigned id = 0; id <= UINT16_MAX; id++)
		found += yg_cipher_name((uint16_t)id) != NULL;
	assert_int_equal(found, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grades_suites),
		cmocka_unit_test(knows_what_it_does_not_know),
		cmocka_unit_test(finds_every_suite_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
