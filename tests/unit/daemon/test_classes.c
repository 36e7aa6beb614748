/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/classes.h"

#include <errno.h>

#include "test.h"

static void a_class_that_cannot_be_is_refused_with_its_name(void **state)
{
	static const struct {
		const char *class_, *off, *error; /* "" fine */
	} cases[] = {
		{ "emp pattern=E[0-9]{5}", NULL, "" },
		{ NULL, "email", "" },
		{ NULL, NULL, "" },
		{ "emp pattern=E([", NULL, "--data-class: 'emp': " },
		{ "email pattern=E", NULL, "--data-class: 'email': there is one of this name" },
		{ "emp", NULL, "--data-class: 'emp': neither pattern nor keys" },
		{ "emp colour=red", NULL, "--data-class: 'emp': cannot read 'colour=red'" },
		{ "", NULL, "--data-class: " },
		{ NULL, "nonsense", "--data-class-off: there is no class 'nonsense'" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char *argv[6] = { "yagurad" };
		char error[YG_OPTIONS_ERROR_CAP] = "";
		struct yg_options options = { 0 };
		int argc = 1, r;

		if (cases[i].class_) {
			argv[argc++] = "--data-class";
			argv[argc++] = (char *)(uintptr_t)cases[i].class_;
		}
		if (cases[i].off) {
			argv[argc++] = "--data-class-off";
			argv[argc++] = (char *)(uintptr_t)cases[i].off;
		}
		assert_int_equal(yg_options_init(&options), 0);
		/* Most is refused as it is given, what only shows with all of it behind that. */
		r = yg_options_from_argv(&options, argc, argv, error);
		if (r == 0)
			r = yg_classes_check(&options, error, sizeof(error));
		assert_int_equal(r, cases[i].error[0] ? -EINVAL : 0);
		print_message("%s\n", error);
		assert_memory_equal(error, cases[i].error, strlen(cases[i].error));
		yg_options_clean(&options);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_that_cannot_be_is_refused_with_its_name),
	};

	return cmocka_run_group_tests_name("daemon/classes", tests, NULL, NULL);
}
