/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/jose.h"

#include "test.h"

/* RFC 7515 appendix A.1: an HMAC over {"iss":"joe","exp":1300819380,...}. */
static const char rfc7515[] =
	"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
	"Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

static struct yg_jose jose;

static bool read_token(const char *text)
{
	GUARD_CLEANUP struct guard guard = guard_copy(text, strlen(text));

	return yg_jose_from_token((struct yg_slice){ guard.ptr, guard.len }, &jose);
}

static void reads_the_token_of_rfc_7515(void **state)
{
	(void)state;

	assert_true(read_token(rfc7515));
	assert_true(yg_slice_equal(jose.alg, YG_SLICE("HS256")));
	assert_true(yg_slice_equal(jose.typ, YG_SLICE("JWT")));
	assert_true(yg_slice_equal(jose.iss, YG_SLICE("joe")));
	assert_int_equal(jose.exp, 1300819380);
	assert_true(jose.nbf == YG_JOSE_ABSENT && !jose.encrypted && !jose.embedded);
	assert_int_equal(jose.signature.len, 43);
	assert_true(yg_jose_is_like(yg_slice_from_str(rfc7515)));
}

/* {"alg":"none","jku":"x"} . {"aud":["a","b"],"cnf":{"jkt":"k","x5t#S256":"c"},"email":"e"} . "" */
static void reads_bindings_and_lists(void **state)
{
	(void)state;

	assert_true(read_token("eyJhbGciOiJub25lIiwiamt1IjoieCJ9."
			       "eyJhdWQiOlsiYSIsImIiXSwiY25mIjp7ImprdCI6ImsiLCJ4NXQjUzI1NiI6ImMifS"
			       "wiZW1haWwiOiJlIn0."));
	assert_true(jose.embedded && jose.personal && jose.aud_list);
	assert_true(yg_jose_has_audience(&jose, YG_SLICE("b")));
	assert_false(yg_jose_has_audience(&jose, YG_SLICE("c")));
	assert_true(yg_slice_equal(jose.jkt, YG_SLICE("k")));
	assert_true(yg_slice_equal(jose.x5t, YG_SLICE("c")));
	assert_int_equal(jose.signature.len, 0);
}

static void refuses_what_is_no_token(void **state)
{
	static const char *const cases[] = {
		"",
		"a",
		"a.b",
		"a.b.c",
		"eyJhbGciOiJub25lIn0",
		"...",
		"eyJ9.e30.",
		"e30.e30.",
		"a.b.c.d",
		"eyJhbGciOiJub25lIn0.e30",
		"[].e.",
		"a b.c.d",
		"a.b.c.d.e.f",
		"eyJhbGciOjF9.e30.",
	};

	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("  '%s'\n", cases[i]);
		assert_false(read_token(cases[i]));
	}
	for (size_t len = 0; len < strlen(rfc7515) - 44; len++)
		assert_false(yg_jose_from_token((struct yg_slice){ rfc7515, len }, &jose));
}

static void an_encrypted_one_shows_its_header_alone(void **state)
{
	(void)state;

	assert_true(read_token("eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4R0NNIn0.a2V5.aXY.dGV4.dGFn"));
	assert_true(jose.encrypted && yg_slice_equal(jose.alg, YG_SLICE("RSA1_5")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_token_of_rfc_7515),
		cmocka_unit_test(reads_bindings_and_lists),
		cmocka_unit_test(refuses_what_is_no_token),
		cmocka_unit_test(an_encrypted_one_shows_its_header_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
