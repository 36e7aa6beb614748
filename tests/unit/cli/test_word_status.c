/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/capability.h"
#include "capture/coverage.h"
#include "capture/gap.h"
#include "capture/governor.h"
#include "cli/word.h"
#include "test.h"

static const struct yg_cli_args english = { .columns = 80 };
static const struct yg_cli_args japanese = { .columns = 80, .japanese = true };

/* Nothing of it is left in English: it holds a character of Japanese. */
static void check(const char *reason)
{
	char text[512];

	print_message("%s\n", reason);
	assert_ptr_equal(yg_cli_status_reason(&english, reason, text, sizeof(text)), reason);
	assert_string_not_equal(yg_cli_status_reason(&japanese, reason, text, sizeof(text)),
				reason);
	assert_non_null(strpbrk(text, "\xe3\xe4\xe5\xe6\xe7\xe8\xe9"));
}

static void says_why_tls_is_not_read(void **state)
{
	struct yg_coverage_row row = { .id = 1 };

	(void)state;
	for (int gap = YG_GAP_NONE + 1; gap < YG_GAP_MAX; gap++)
		check(yg_gap_reason((enum yg_gap)gap));
	check(yg_coverage_reason(&(struct yg_coverage_row){ .id = 0 }));
	check(yg_coverage_reason(&row));
	row.why.what = YG_EXPLAINED_ATTACHED;
	check(yg_coverage_reason(&row));
}

static void says_why_less_is_sampled(void **state)
{
	(void)state;
	for (int why = 0; why < YG_GOVERNOR_MAX; why++)
		check(yg_governor_why_name((enum yg_governor_why)why));
}

static void says_what_a_kernel_lacks(void **state)
{
	int errors[YG_PROGRAM_MAX];
	struct yg_capability_facts facts = { .program_err = errors, .diag_err = -ENOSYS };
	struct yg_capability capability;

	(void)state;
	for (size_t i = 0; i < YG_PROGRAM_MAX; i++)
		errors[i] = -EINVAL;
	for (enum yg_capability_kind kind = 0; kind < YG_CAPABILITY_MAX; kind++) {
		yg_capability_judge(kind, &facts, &capability);
		assert_false(capability.available);
		check(capability.text);
	}
	facts.diag_err = -ENOENT;
	yg_capability_judge(YG_CAPABILITY_KILL, &facts, &capability);
	check(capability.text);
}

static void processes_stand_before_the_reason(void **state)
{
	char text[512];

	(void)state;
	assert_string_equal(yg_cli_status_reason(&japanese,
						 "process 41, port 8443: s2n-tls is not supported",
						 text, sizeof(text)),
			    "プロセス41、ポート8443: s2n-tlsには対応していません");
	assert_string_equal(yg_cli_status_reason(&japanese, "process 41: Mbed TLS is not supported",
						 text, sizeof(text)),
			    "プロセス41: Mbed TLSには対応していません");
	assert_string_equal(yg_cli_status_reason(&japanese, "native: another XDP program is there",
						 text, sizeof(text)),
			    "native: 別のXDPプログラムがあります");
	/* What no table has stays as it is. */
	assert_string_equal(
		yg_cli_status_reason(&japanese, "process 41: the moon", text, sizeof(text)),
		"process 41: the moon");
	assert_string_equal(yg_cli_status_reason(&japanese, "", text, sizeof(text)), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_why_tls_is_not_read),
		cmocka_unit_test(says_why_less_is_sampled),
		cmocka_unit_test(says_what_a_kernel_lacks),
		cmocka_unit_test(processes_stand_before_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
