/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/names.h"

#include "test.h"

static void a_configured_name_is_found_in_any_case(void **state)
{
	static char *const argv[] = { "yagurad", "--api-key-header=X-Acme-Key", "--api-key-query",
				      "acme", "--session-cookie=ACMESID" };
	static const struct {
		struct yg_header header;
		const char *target;
		enum yg_credential_kind best;
		const char *value;
	} cases[] = {
		{ { YG_SLICE("x-acme-key"), YG_SLICE("k1") }, "/", YG_CREDENTIAL_API_KEY, "k1" },
		{ { YG_SLICE("X-Other"), YG_SLICE("k1") }, "/", YG_CREDENTIAL_NONE, "" },
		{ { YG_SLICE("X-Other"), YG_SLICE("k1") },
		  "/?acme=k2",
		  YG_CREDENTIAL_API_KEY,
		  "k2" },
		{ { YG_SLICE("Cookie"), YG_SLICE("lang=ja; acmesid=s3") },
		  "/",
		  YG_CREDENTIAL_SESSION,
		  "s3" },
	};
	char error[YG_OPTIONS_ERROR_CAP];
	struct yg_credentials found;
	struct yg_options options;
	struct yg_names names;

	(void)state;
	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(yg_options_from_argv(&options, (int)YG_ARRAY_SIZE(argv), argv, error), 0);
	assert_int_equal(yg_names_from_options(&options, &names), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct yg_message request = {
			.present = true,
			.method = YG_SLICE("GET"),
			.target = yg_slice_from_str(cases[i].target),
			.headers = &cases[i].header,
			.header_count = 1,
		};

		yg_credentials_from_request(&request, &names.names, &found);
		assert_int_equal(found.best, cases[i].best);
		assert_true(yg_slice_equal(found.value, yg_slice_from_str(cases[i].value)));
	}
	yg_names_clean(&names);
	yg_options_clean(&options);
}

static void without_configuration_there_are_none(void **state)
{
	struct yg_options options = { 0 };
	struct yg_names names = { 0 };

	(void)state;
	assert_int_equal(yg_names_from_options(&options, &names), 0);
	assert_int_equal(names.names.header_count, 0);
	yg_names_clean(&names);
	yg_names_clean(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configured_name_is_found_in_any_case),
		cmocka_unit_test(without_configuration_there_are_none),
	};

	return cmocka_run_group_tests_name("daemon/names", tests, NULL, NULL);
}
