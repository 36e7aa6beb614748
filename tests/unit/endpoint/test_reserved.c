/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/reserved.h"

#include "core/macros.h"
#include "test.h"

static void routers_know_these_everywhere(void **state)
{
	static const char *const known[] = { "me",     "Search", "export",	"login.json",
					     "whoami", "access", "unsubscribe", "self" };
	static const char *const values[] = { "",	  "mercury", "m",
					      "search-7", "alice",   "unsubscribed",
					      "0",	  "zz",	     "permissionsofall" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(known); i++)
		assert_true(yg_is_reserved(yg_slice_from_str(known[i])));
	for (size_t i = 0; i < YG_ARRAY_SIZE(values); i++)
		assert_false(yg_is_reserved(yg_slice_from_str(values[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routers_know_these_everywhere),
	};

	return cmocka_run_group_tests_name("endpoint/reserved", tests, NULL, NULL);
}
