/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/soap.h"

#include "test.h"

static const struct {
	const char *xml, *want; /* NULL: absent */
} cases[] = {
	{ "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"x>y\"><s:Header><a>1</a></s:Header>"
	  "<s:Body><m:GetUser xmlns:m=\"u\"/></s:Body></s:Envelope>",
	  "GetUser" },
	{ "<Envelope><!-- <Body><No/> --><Body>\n <GetUser>", "GetUser" },
	{ "<Envelope><Header><![CDATA[<Body><No/>]]></Header><Body><A b='>'/>", "A" },
	{ "<Envelope><Body><GetU", NULL },
	{ "<Envelope><Body/></Envelope>", NULL },
	{ "<html><body><p>", NULL },
	{ "<Envelope><!-- cut", NULL },
	{ "<Envelope a=\"cut", NULL },
	{ "no markup", NULL },
	{ "", NULL },
};

static void finds_the_first_element_of_the_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].xml, strlen(cases[i].xml));
		struct yg_slice got = yg_soap_operation((struct yg_slice){ in.ptr, in.len });

		print_message("  %s\n", cases[i].xml);
		assert_int_equal(got.ptr != NULL, cases[i].want != NULL);
		assert_true(yg_slice_equal(got, yg_slice_from_str(cases[i].want)));
	}
}

static void takes_the_last_part_of_an_action(void **state)
{
	static const struct {
		const char *action, *want;
	} actions[] = {
		{ "\"http://example.com/users#GetUser\"", "GetUser" },
		{ "http://example.com/users/GetUser/", "GetUser" },
		{ "urn:GetUser", "GetUser" },
		{ " GetUser ", "GetUser" },
		{ "\"\"", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		assert_true(
			yg_slice_equal(yg_soap_action_name(yg_slice_from_str(actions[i].action)),
				       yg_slice_from_str(actions[i].want)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_first_element_of_the_body),
		cmocka_unit_test(takes_the_last_part_of_an_action),
	};

	return cmocka_run_group_tests_name("parse/soap", tests, NULL, NULL);
}
