/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/certificate.h"

#include "core/macros.h"
#include "test.h"

#define A32 "0123456789abcdef0123456789abcdef"
#define B32 "fedcba9876543210FEDCBA9876543210"
#define A   A32 A32
#define B   B32 B32

static const struct {
	const char *name, *first, *second; /* fields; NULL: none */
	const char *want;		   /* NULL: absent */
} cases[] = {
	{ "one element", "By=spiffe://a/gw;Hash=" A ";URI=spiffe://a/x", NULL, A },
	{ "the last of two", "Hash=" A ",By=x;Hash=" B, NULL, B },
	{ "the last of two fields", "Hash=" A, "Hash=" B, B },
	{ "separators in quotes", "Subject=\"CN=a,O=\\\"x;Hash=y\\\";z\";Hash=" A, NULL, A },
	{ "any case of the name", "hash=" A, NULL, A },
	{ "the last without one", "Hash=" A ",By=x", NULL, NULL },
	{ "two in one element", "Hash=" A ";Hash=" B, NULL, NULL },
	{ "too short", "Hash=" A32, NULL, NULL },
	{ "not hexadecimal", "Hash=" A32 "0123456789abcdef0123456789abcdeg", NULL, NULL },
	{ "a quote that does not end", "Subject=\"CN=a;Hash=" A, NULL, NULL },
	{ "empty", "", NULL, NULL },
	{ "no field", NULL, NULL, NULL },
};

static void believes_the_nearest_proxy(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard first =
			guard_copy(cases[i].first ? cases[i].first : "",
				   cases[i].first ? strlen(cases[i].first) : 0);
		const struct yg_header headers[] = {
			{ YG_SLICE("X-Forwarded-Client-Cert"), { first.ptr, first.len } },
			{ YG_SLICE("x-forwarded-client-cert"), yg_slice_from_str(cases[i].second) },
		};
		const struct yg_message message = {
			.headers = headers,
			.header_count = cases[i].second	 ? 2
					: cases[i].first ? 1
							 : 0,
		};
		struct yg_slice got = yg_certificate_from_request(&message);

		print_message("  %s\n", cases[i].name);
		assert_int_equal(got.ptr != NULL, cases[i].want != NULL);
		assert_true(yg_slice_equal(got, yg_slice_from_str(cases[i].want)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_the_nearest_proxy),
	};

	return cmocka_run_group_tests_name("parse/certificate", tests, NULL, NULL);
}
