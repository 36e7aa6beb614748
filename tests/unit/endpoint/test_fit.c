/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/fit.h"

#include <errno.h>

#include "test.h"

struct fit_case {
	enum yg_fit_kind kind;
	struct yg_slice text;
	const char *taken[6], *refused[6];
};

/* clang-format off */
static const struct fit_case cases[] = {
	{ YG_FIT_ANY, { 0 }, { "me", "1", "" }, { NULL } },
	{ YG_FIT_INTEGER, { 0 },
	  { "1", "-1", "00042", "6d7e93d6-9aac-4cf3-bfa8-934d316e5bc7", "2026-11-21" },
	  { "me", "users", "v1", "oauth2", "JPY", "true" } },
	{ YG_FIT_NUMBER, { 0 }, { "1", "35.6895" }, { "me", "old-red-chair" } },
	{ YG_FIT_BOOLEAN, { 0 }, { "true", "False", "1" }, { "me", "yes" } },
	{ YG_FIT_UUID, { 0 },
	  { "6d7e93d6-9aac-4cf3-bfa8-934d316e5bc7", "bce299ee4c1e3ecdfd11eed6", "7" },
	  { "search", "latest" } },
	{ YG_FIT_DATE, { 0 }, { "2026-11-21", "2026-11-21T20:36:59Z" }, { "today", "latest" } },
	{ YG_FIT_WORDS, YG_SLICE("open\0shut"), { "open", "shut" }, { "ope", "closed", "OPEN", "" } },
	{ YG_FIT_PATTERN, YG_SLICE("^[A-Z]{3}$"), { "JPY", "USD" }, { "jpy", "JPYX", "me" } },
	{ YG_FIT_PATTERN, YG_SLICE("^\\d+-\\w+$"), { "12-ab" }, { "12", "ab-12" } },
	{ YG_FIT_PATTERN, YG_SLICE("^口座"), { "口座1" }, { "1口座" } },
};
/* clang-format on */

static void values_are_what_the_document_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		YG_CLEANUP(yg_fit_clean) struct yg_fit fit = { 0 };

		assert_int_equal(yg_fit_init(&fit, cases[i].kind, cases[i].text), 0);
		for (size_t j = 0; j < YG_ARRAY_SIZE(cases[i].taken) && cases[i].taken[j]; j++)
			assert_true(yg_fit_takes(&fit, yg_slice_from_str(cases[i].taken[j])));
		for (size_t j = 0; j < YG_ARRAY_SIZE(cases[i].refused) && cases[i].refused[j]; j++)
			assert_false(yg_fit_takes(&fit, yg_slice_from_str(cases[i].refused[j])));
	}
}

static void what_is_not_understood_is_said(void **state)
{
	static char text[YG_FIT_TEXT_MAX + 1];
	struct yg_fit fit = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(yg_fit_init(&fit, YG_FIT_PATTERN, YG_SLICE("(")), -EINVAL);
	assert_int_equal(yg_fit_init(&fit, YG_FIT_PATTERN, YG_SLICE("^(?!x)")), -EINVAL);
	assert_int_equal(yg_fit_init(&fit, YG_FIT_WORDS, (struct yg_slice){ text, sizeof(text) }),
			 -EINVAL);
	assert_int_equal(fit.kind, YG_FIT_ANY);
}

static void a_copy_outlives_what_it_was_made_of(void **state)
{
	YG_CLEANUP(yg_fit_clean) struct yg_fit copy = { 0 };
	struct yg_fit fit = { 0 };

	(void)state;
	assert_int_equal(yg_fit_init(&fit, YG_FIT_PATTERN, YG_SLICE("^a+$")), 0);
	assert_int_equal(yg_fit_copy(&copy, &fit), 0);
	assert_true(yg_fit_equal(&copy, &fit));
	yg_fit_clean(&fit);
	assert_false(yg_fit_equal(&copy, &fit));
	assert_true(yg_fit_takes(&copy, YG_SLICE("aaa")));
	assert_false(yg_fit_takes(&copy, YG_SLICE("aba")));
}

struct segment_case {
	const char *pattern, *segment;
	bool taken;
};

static const struct segment_case segments[] = {
	{ "{id}", "42", true },
	{ "{id}", "me", false },
	{ "me", "me", true },
	{ "me", "42", false },
	{ "user-{id}.json", "user-7.json", true },
	{ "user-{id}.json", "user-x.json", false },
	{ "{from},{to}", "a,b", true },
	{ "{from},{to}", "ab", false },
	{ "{id}", "{id}", true },
	{ "{id}", "{name}", false },
	{ "{id", "{id", true },
	{ "}{", "}x", true },
	{ "{", "x", true },
	{ "}x{", "42", false },
};

static void segments_fit_as_they_are_written(void **state)
{
	YG_CLEANUP(yg_fit_clean) struct yg_fit fit = { 0 };

	(void)state;
	assert_int_equal(yg_fit_init(&fit, YG_FIT_INTEGER, (struct yg_slice){ 0 }), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(segments); i++) {
		const struct segment_case *c = &segments[i];
		GUARD_CLEANUP struct guard pattern = guard_copy(c->pattern, strlen(c->pattern));
		GUARD_CLEANUP struct guard segment = guard_copy(c->segment, strlen(c->segment));
		bool taken = yg_fit_takes_segment(
			(struct yg_slice){ pattern.ptr, strlen(c->pattern) }, &fit, 1,
			(struct yg_slice){ segment.ptr, strlen(c->segment) });

		if (taken != c->taken)
			print_error("'%s' '%s'\n", c->pattern, c->segment);
		assert_int_equal(taken, c->taken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_what_the_document_says),
		cmocka_unit_test(what_is_not_understood_is_said),
		cmocka_unit_test(a_copy_outlives_what_it_was_made_of),
		cmocka_unit_test(segments_fit_as_they_are_written),
	};

	return cmocka_run_group_tests_name("endpoint/fit", tests, NULL, NULL);
}
