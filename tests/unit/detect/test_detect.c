/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of rules; what detectors find is tested with each of them. */
#include "detect/detect.h"

#include <string.h>

#include "core/macros.h"
#include "test.h"

static bool is_known(const char *text, const char *const *known, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, known[i]) == 0)
			return true;
	}
	return false;
}

/* Numbers of PCI DSS 4.0.1 that a rule may name, each read against what it asks for. */
static void rules_name_classes_and_requirements_that_exist(void **state)
{
	static const char *const owasp[] = { "API1:2023", "API2:2023", "API3:2023", "API4:2023",
					     "API5:2023", "API6:2023", "API7:2023", "API8:2023",
					     "API9:2023", "API10:2023" };
	static const char *const pci[] = {
		"",	   /* none */
		"2.2.4",   /* only necessary services and functions */
		"3.3.1",   /* no sensitive authentication data after authorization */
		"3.4.1",   /* PAN masked when displayed */
		"3.5.1",   /* PAN unreadable where it is stored */
		"4.2.1",   /* strong cryptography over open networks */
		"4.2.1.1", /* inventory of trusted keys and certificates */
		"6.2.4",   /* common attacks prevented by engineering */
		"6.3.2",   /* inventory of software */
		"6.4.2",   /* public web applications: attacks detected and prevented */
		"6.5.3",   /* pre-production apart from production */
		"7.3.2",   /* permissions enforced by the access control system */
		"8.3.2",   /* authentication factors unreadable on the way and at rest */
		"8.3.3",   /* identity verified before a factor is changed */
		"8.3.4",   /* attempts limited */
		"8.6.3",   /* passwords of systems protected, changed when they are known */
		"12.8.1"   /* third parties that account data is shared with are known */
	};
	uint32_t count;
	const struct yg_rule *const *rules = yg_rules(&count);

	(void)state;

	for (uint32_t i = 0; i < count; i++) {
		assert_true(is_known(rules[i]->owasp, owasp, YG_ARRAY_SIZE(owasp)));
		assert_true(is_known(rules[i]->pci, pci, YG_ARRAY_SIZE(pci)));
	}
}

/* Attacks, posture, FAPI: in order within each. */
static void rules_are_sorted_and_complete(void **state)
{
	uint32_t count, groups = 1;
	const struct yg_rule *const *rules = yg_rules(&count);

	(void)state;

	assert_true(count >= 6);
	for (uint32_t i = 0; i < count; i++) {
		groups += i > 0 && strcmp(rules[i - 1]->id, rules[i]->id) >= 0;
		for (uint32_t other = 0; other < i; other++)
			assert_string_not_equal(rules[other]->id, rules[i]->id);
		assert_memory_equal(rules[i]->owasp, "API", 3);
		assert_true(rules[i]->pci && strlen(rules[i]->title) > 0);
		assert_true(strlen(rules[i]->effect) > 0 && strlen(rules[i]->remediation) > 0);
		assert_true(rules[i]->title_ja && rules[i]->effect_ja && rules[i]->remediation_ja);
	}
	assert_true(groups <= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_sorted_and_complete),
		cmocka_unit_test(rules_name_classes_and_requirements_that_exist),
	};

	return cmocka_run_group_tests_name("detect/detect", tests, NULL, NULL);
}
