/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/testcase.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

static char *text;
static size_t text_len;

/* What is written for an endpoint lies in text[]. Return: how many checks. */
static uint32_t write_all(enum yg_testcase_format format, const struct yg_endpoint *endpoint)
{
	const struct yg_testcase_form form = { .format = format };
	FILE *out;
	uint32_t count;

	free(text);
	text = NULL;
	out = open_memstream(&text, &text_len);
	assert_non_null(out);
	count = yg_testcases_write(out, out, &form, endpoint, NULL);
	assert_int_equal(fclose(out), 0);
	return count;
}

static int tear_down(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	return 0;
}

static void checks_fit_the_endpoint(void **state)
{
	static const struct {
		struct yg_endpoint endpoint;
		uint32_t kinds;
	} cases[] = {
		{ { .method = "GET", .template_ = "/v1/users/{id}", .auth = YG_AUTH_BEARER },
		  1u << YG_TESTCASE_OBJECT | 1u << YG_TESTCASE_ANONYMOUS |
			  1u << YG_TESTCASE_FUNCTION | 1u << YG_TESTCASE_METHOD |
			  1u << YG_TESTCASE_RATE },
		{ { .method = "POST", .template_ = "/v1/users", .auth = YG_AUTH_NONE },
		  1u << YG_TESTCASE_ASSIGNMENT | 1u << YG_TESTCASE_RATE },
		{ { .method = "DELETE", .template_ = "/v1/users/{id}", .auth = YG_AUTH_NONE },
		  1u << YG_TESTCASE_RATE },
		{ { .method = "POST", .template_ = "/graphql query A", .auth = YG_AUTH_JWT },
		  1u << YG_TESTCASE_RATE },
		{ { .method = "GET", .template_ = "/me", .auth = YG_AUTH_JWT },
		  1u << YG_TESTCASE_ANONYMOUS | 1u << YG_TESTCASE_UNSIGNED |
			  1u << YG_TESTCASE_TAMPERED | 1u << YG_TESTCASE_FUNCTION |
			  1u << YG_TESTCASE_RATE },
		{ { .method = "GET", .template_ = "/oauth/authorize", .auth = YG_AUTH_NONE },
		  1u << YG_TESTCASE_RATE | 1u << YG_TESTCASE_REDIRECT },
		{ { .method = "POST", .template_ = "/token", .auth = YG_AUTH_NONE },
		  1u << YG_TESTCASE_ASSIGNMENT | 1u << YG_TESTCASE_RATE | 1u << YG_TESTCASE_CODE },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		for (unsigned int kind = 0; kind < YG_TESTCASE_MAX; kind++)
			assert_int_equal(
				yg_testcase_fits((enum yg_testcase)kind, &cases[i].endpoint),
				cases[i].kinds >> kind & 1);
	}
}

static void a_request_has_placeholders_alone(void **state)
{
	static const struct yg_endpoint endpoint = { .service = "api.example.com",
						     .method = "PUT",
						     .template_ = "/v1/users/{id}/cards/{card}",
						     .requests = 1,
						     .tls_requests = 1,
						     .auth = YG_AUTH_API_KEY };

	(void)state;

	assert_int_equal(write_all(YG_TESTCASE_CURL, &endpoint), 6);
	assert_non_null(
		strstr(text, "need ID_OF_USER_A CARD_OF_USER_A TOKEN_OF_USER_B && check FAULT '2*'"
			     " -X 'PUT' -H 'X-API-Key: '\"$TOKEN_OF_USER_B\" -H 'Content-Type: "
			     "application/json' --data '{\"FIELD\":\"VALUE\"}' 'https://"
			     "api.example.com/v1/users/'\"$ID_OF_USER_A\"'/cards/'"
			     "\"$CARD_OF_USER_A\"\n"));
	assert_non_null(strstr(text, "# Fault: 2xx with the object of user A\n"));
	assert_non_null(strstr(text, "\"FIELD\":\"VALUE\",\"role\":\"admin\""));
	assert_int_equal(write_all(YG_TESTCASE_HTTP, &endpoint), 6);
	assert_non_null(strstr(text,
			       "# Needs ID_OF_USER_A\n# Needs CARD_OF_USER_A\n"
			       "DELETE https://api.example.com/v1/users/{{ID_OF_USER_A}}/cards/"
			       "{{CARD_OF_USER_A}}\nX-API-Key: {{TOKEN_OF_USER_A}}\n\n"));
}

static void a_path_cannot_leave_its_quotes(void **state)
{
	static const struct yg_endpoint endpoint = { .service = "a",
						     .method = "GET",
						     .template_ = "/';reboot;'\n/$(x)" };

	(void)state;

	assert_int_equal(write_all(YG_TESTCASE_CURL, &endpoint), 1);
	assert_non_null(strstr(text, "'https://a/'\\'';reboot;'\\''?/$(x)'\n"));
	assert_null(strstr(text, "\n/$(x)"));
}

static void a_text_that_is_too_long_is_cut(void **state)
{
	static struct yg_endpoint endpoint = { .service = "a", .method = "GET" };

	(void)state;

	memset(endpoint.template_, '{', sizeof(endpoint.template_) - 1);
	endpoint.template_[0] = '/';
	assert_true(write_all(YG_TESTCASE_CURL, &endpoint) > 0);
	assert_string_equal(yg_testcase_name(YG_TESTCASE_OBJECT), "another-users-object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_fit_the_endpoint),
		cmocka_unit_test_teardown(a_request_has_placeholders_alone, tear_down),
		cmocka_unit_test_teardown(a_path_cannot_leave_its_quotes, tear_down),
		cmocka_unit_test_teardown(a_text_that_is_too_long_is_cut, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
