/* SPDX-License-Identifier: GPL-2.0-only */
/* baseline/data_phone.c behind its contract in baseline/data_text.h. */
#include <string.h>

#include "baseline/data_text.h"
#include "core/macros.h"
#include "guard.h"
#include "test.h"

enum { NONE, NAMED, CERTAIN };

static const struct {
	const char *text;
	int want;
} cases[] = {
	/* as the world dials */
	{ "+81 90-1234-5678", CERTAIN },
	{ "+81-(0)90-1234-5678", CERTAIN },
	{ "+819012345678", CERTAIN },
	{ "+1 415 555 0132", CERTAIN },
	{ "+1 (415) 555-0132", CERTAIN },
	{ "+1 115 555 0132", NONE },  /* no area begins with 1 */
	{ "+1 911 555 0132", NONE },  /* a service, no area */
	{ "+08613811211114", NONE },  /* no code begins with 0 */
	{ "+3-585-0555-7171", NONE }, /* 358, torn apart */
	{ "+44 20  7946 0958", NONE },
	{ "0044 20 7946 0958", CERTAIN },
	{ "00442079460958", NAMED }, /* it may be a number with leading zeros */
	{ "0041234567", NONE },
	/* as countries write */
	{ "090-1234-5678", CERTAIN },
	{ "03(1234)5678", CERTAIN },
	{ "0120-123-456", CERTAIN },
	{ "(415) 555-0132", CERTAIN },
	{ "0 (917) 123 4567", CERTAIN },
	{ "1(567)362-8910", CERTAIN },
	{ "(1) 5551234", NAMED },
	{ "0917 123 4567", CERTAIN },
	{ "01 23 45 67 89", CERTAIN },
	{ "415-555-0132", CERTAIN },
	{ "415.555.0132", CERTAIN },
	{ "401-023-2137", NAMED }, /* no exchange begins with 0 */
	{ "415 555 0132", NAMED },
	{ "0-306-40615-2", NAMED }, /* a book */
	{ "0123456789", NAMED },
	{ "81-3-1234-5678", NAMED },
	{ "5551234", NAMED },
	{ "551234", NONE },
	{ "00000000", NONE },
	{ "2024-06-05", NONE },
	{ "05.06.2024", NONE },
	{ "999123456789", NONE }, /* longer than any national one, and of no country */
	{ "1234567890123456", NONE },
	{ "-50512345678", NONE },
	{ "50512345678-", NONE },
	{ "(41(5) 555-0132", NONE },
	{ "(415 555-0132", NONE },
	{ "()5550132", NONE },
	{ "555)0132", NONE },
	{ "1-2-3-4-5-6-7-8-9", NONE },
	{ "+", NONE },
	{ "", NONE },
};

static void a_form_says_how_sure_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard guarded =
			guard_copy(cases[i].text, strlen(cases[i].text));
		bool certain = true;
		bool is = yg_data_is_phone((struct yg_slice){ guarded.ptr, guarded.len }, &certain);
		int have = is ? certain ? CERTAIN : NAMED : NONE;

		if (have != cases[i].want || (!is && certain))
			fail_msg("'%s': %d instead of %d", cases[i].text, have, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_says_how_sure_it_is),
	};

	return cmocka_run_group_tests_name("baseline/data_phone", tests, NULL, NULL);
}
