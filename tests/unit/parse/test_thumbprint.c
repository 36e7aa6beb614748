/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/thumbprint.h"

#include "test.h"

/* RFC 7638 section 3.1. */
static void gives_the_thumbprint_of_rfc_7638(void **state)
{
	static const char jwk[] =
		"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAA"
		"tVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXAr"
		"wl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
		"vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqb"
		"w0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":"
		"\"2011-04-29\"}";
	char print[YG_DIGEST_TEXT_CAP];

	(void)state;

	assert_true(yg_jwk_thumbprint(YG_SLICE(jwk), print));
	assert_string_equal(print, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

/* RFC 7636 appendix B: the challenge of a verifier. */
static void gives_the_challenge_of_rfc_7636(void **state)
{
	char text[YG_DIGEST_TEXT_CAP];

	(void)state;

	yg_sha256_text(YG_SLICE("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), 32, text);
	assert_string_equal(text, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void refuses_what_is_no_public_key(void **state)
{
	static const char *const cases[] = { "", "{}", "{\"kty\":\"oct\",\"k\":\"a\"}",
					     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"a\"}",
					     "{\"kty\":\"RSA\",\"n\":\"a\"" };
	char print[YG_DIGEST_TEXT_CAP];

	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_false(yg_jwk_thumbprint(yg_slice_from_str(cases[i]), print));
}

static void writes_every_length(void **state)
{
	char text[16];

	(void)state;

	yg_base64url_text("", 0, text);
	assert_string_equal(text, "");
	yg_base64url_text("f", 1, text);
	assert_string_equal(text, "Zg");
	yg_base64url_text("fo", 2, text);
	assert_string_equal(text, "Zm8");
	yg_base64url_text("\xff\xef\xbe", 3, text);
	assert_string_equal(text, "_---");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_thumbprint_of_rfc_7638),
		cmocka_unit_test(gives_the_challenge_of_rfc_7636),
		cmocka_unit_test(refuses_what_is_no_public_key),
		cmocka_unit_test(writes_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
