/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/document.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "endpoint/specs.h"
#include "terminal.h"

static const char spec_text[] =
	"openapi: 3.1.0\n"
	"info: {title: t, version: '1'}\n"
	"servers: [{url: 'https://api.example.com'}]\n"
	"paths:\n"
	"  /v1/users/{id}:\n"
	"    get:\n"
	"      security: [{token: []}]\n"
	"      responses: {'200': {description: one}}\n"
	"  /v1/forgotten:\n"
	"    get: {responses: {'200': {description: one}}}\n"
	"components: {securitySchemes: {token: {type: http, scheme: bearer}}}\n";

static struct {
	struct yg_cli_args args;
	char path[64];
	char *out, *err;
	size_t out_len, err_len;
	struct yg_specs *specs;
} run;

static void write_file(const char *text, size_t len)
{
	FILE *file = fopen(run.path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	(void)snprintf(run.path, sizeof(run.path), "/tmp/yg_document_XXXXXX");
	fd = mkstemp(run.path);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	run.args = (struct yg_cli_args){ .columns = 80 };
	run.args.out = open_memstream(&run.out, &run.out_len);
	run.args.err = open_memstream(&run.err, &run.err_len);
	return yg_specs_new(&run.specs);
}

static int tear_down(void **state)
{
	(void)state;
	yg_specs_free(&run.specs);
	assert_int_equal(fclose(run.args.out), 0);
	assert_int_equal(fclose(run.args.err), 0);
	free(run.out);
	free(run.err);
	return unlink(run.path);
}

/* What traffic shows: one endpoint of the document, without a credential, and one that is not. */
static enum yg_exit each(void *ctx, yg_document_fn fn, void *fn_ctx)
{
	const struct yg_endpoint endpoints[] = {
		{ .service = "api.example.com",
		  .method = "GET",
		  .template_ = "/v1/users/{id}",
		  .requests = 9,
		  .auth = YG_AUTH_NONE,
		  .status = { { 200, 9 } },
		  .status_count = 1 },
		{ .service = "api.example.com",
		  .method = "GET",
		  .template_ = "/v1/\033[2J\xe2\x80\xae/a/path/that/is/longer/than/a/terminal/of/"
			       "eighty/columns/holds",
		  .requests = 3,
		  .auth = YG_AUTH_NONE,
		  .status = { { 200, 3 } },
		  .status_count = 1 },
	};

	(void)ctx;
	for (size_t i = 0; i < YG_ARRAY_SIZE(endpoints); i++)
		fn(fn_ctx, &endpoints[i], NULL);
	return YG_EXIT_DONE;
}

static void compare(struct yg_json *json, enum yg_severity *ret_worst)
{
	const struct yg_document_source source = { each, NULL };

	write_file(spec_text, sizeof(spec_text) - 1);
	assert_int_equal(yg_document_add(&run.args, run.path, run.specs), YG_EXIT_DONE);
	assert_int_equal(yg_document_compare(&run.args, &source, yg_specs_at(run.specs, 0), json,
					     NULL, ret_worst),
			 YG_EXIT_DONE);
	assert_int_equal(fflush(run.args.out), 0);
}

static void names_what_differs(void **state)
{
	enum yg_severity worst = YG_SEVERITY_MAX;

	(void)state;
	compare(NULL, &worst);
	check_lines(run.out, 80);
	assert_int_equal(worst, YG_SEVERITY_HIGH);
	assert_non_null(strstr(run.out, "shadow"));
	assert_non_null(strstr(run.out, "GET /v1/users/{id}\n"));
	assert_non_null(strstr(run.out, "GET /v1/forgotten\n"));
	assert_null(strchr(run.out, '\033'));
	assert_null(strstr(run.out, "\xe2\x80\xae"));
}

static void says_the_same_as_lines(void **state)
{
	enum yg_severity worst = YG_SEVERITY_MAX;
	struct yg_json *json = NULL;

	(void)state;
	assert_int_equal(yg_json_new(&json), 0);
	run.args.json = true;
	compare(json, &worst);
	yg_json_free(&json);
	assert_int_equal(worst, YG_SEVERITY_HIGH);
	assert_non_null(strstr(run.out, "\"service\":\"api.example.com\",\"endpoint\":"
					"\"GET /v1/users/{id}\""));
	assert_non_null(strstr(run.out, "{\"type\":\"difference\",\"kind\":\"orphan"));
}

static void refuses_what_is_no_document(void **state)
{
	static const struct {
		const char *name, *text, *cause;
	} cases[] = {
		{ "nothing", "", "not an OpenAPI document" },
		{ "words", "hello\n", "not an OpenAPI document" },
		{ "YAML that is cut", "openapi: 3.1.0\npaths: {", "not an OpenAPI document" },
		{ "another version", "openapi: 4.0.0\npaths: {}\n", "not an OpenAPI document" },
		{ "a list", "[1, 2]", "not an OpenAPI document" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("%s\n", cases[i].name);
		write_file(cases[i].text, strlen(cases[i].text));
		assert_int_equal(fseek(run.args.err, 0, SEEK_SET), 0);
		assert_int_equal(yg_document_add(&run.args, run.path, run.specs), YG_EXIT_FAILED);
		assert_int_equal(fflush(run.args.err), 0);
		assert_non_null(strstr(run.err, cases[i].cause));
		assert_non_null(strstr(run.err, run.path));
	}
	assert_int_equal(yg_document_add(&run.args, "/nowhere/spec.yaml", run.specs),
			 YG_EXIT_FAILED);
	assert_int_equal(fflush(run.args.err), 0);
	assert_non_null(strstr(run.err, "/nowhere/spec.yaml: No such file or directory"));
	assert_int_equal(yg_specs_count(run.specs), 0);
}

static void knows_the_words_of_severity(void **state)
{
	enum yg_severity severity = YG_SEVERITY_INFO;

	(void)state;
	assert_int_equal(yg_cli_severity("critical", &severity), 0);
	assert_int_equal(severity, YG_SEVERITY_CRITICAL);
	assert_int_equal(yg_cli_severity("High", &severity), -EINVAL);
	assert_int_equal(yg_cli_severity("", &severity), -EINVAL);
	assert_int_equal(severity, YG_SEVERITY_CRITICAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(names_what_differs),
		TEST(says_the_same_as_lines),
		TEST(refuses_what_is_no_document),
		TEST(knows_the_words_of_severity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
