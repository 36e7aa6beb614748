/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/documents.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

struct told {
	uint32_t count;
	char last[256];
};

static void tell(void *ctx, const char *item, const char *cause)
{
	struct told *told = ctx;

	told->count++;
	(void)snprintf(told->last, sizeof(told->last), "%.100s: %.100s", item, cause);
}

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void parse_options(struct yg_options *options, const char *a, const char *b, const char *c)
{
	const char *argv[] = { "yagurad", "--openapi", a, "--openapi", b, "--openapi", c };
	char error[YG_OPTIONS_ERROR_CAP];

	assert_int_equal(yg_options_init(options), 0);
	assert_int_equal(yg_options_from_argv(options, 7, (char *const *)(uintptr_t)argv, error),
			 0);
}

static void reads_first_and_understands_later(void **state)
{
	char dir[] = "/tmp/yg_documents_XXXXXX", good[64], bad[64], named[96];
	struct yg_documents documents = { 0 };
	struct yg_templates *templates = NULL;
	struct yg_specs *specs = NULL;
	struct yg_specs_hit hit;
	struct yg_options options;
	struct told told = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(good, sizeof(good), "%s/good.yaml", dir);
	(void)snprintf(bad, sizeof(bad), "%s/bad", dir);
	(void)snprintf(named, sizeof(named), "api.example.com %s", good);
	write_file(good, "openapi: 3.1.0\npaths: {/a: {get: {}}}\n");
	write_file(bad, "neither: {\n");
	parse_options(&options, named, bad, "/nowhere/api.yaml");
	assert_int_equal(yg_templates_new(&templates), 0);
	assert_int_equal(yg_specs_new(&specs), 0);

	assert_int_equal(yg_documents_read(&options, &documents, tell, &told), 0);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.last, "/nowhere/api.yaml: No such file or directory");
	(void)unlink(good);
	(void)unlink(bad);
	(void)rmdir(dir);
	assert_int_equal(yg_documents_parse(&documents, &options, specs, templates, tell, &told),
			 0);
	assert_int_equal(told.count, 2);
	assert_non_null(strstr(told.last, "bad: not an OpenAPI document"));
	assert_int_equal(yg_specs_count(specs), 1);
	yg_specs_find(specs, YG_SLICE("api.example.com"), YG_SLICE("GET"), YG_SLICE("/a"), &hit);
	assert_int_equal(hit.place, YG_SPECS_FOUND);
	yg_specs_find(specs, YG_SLICE("b.example.com"), YG_SLICE("GET"), YG_SLICE("/a"), &hit);
	assert_int_equal(hit.place, YG_SPECS_SILENT);
	assert_true(yg_templates_has(templates, YG_SLICE("api.example.com"), YG_SLICE("/a")));

	yg_documents_clean(&documents);
	yg_specs_free(&specs);
	yg_templates_free(&templates);
	yg_options_clean(&options);
}

static void a_file_that_cannot_be_read(void **state)
{
	struct yg_document_text text = { 0 };

	(void)state;
	assert_int_equal(yg_document_read("/nowhere/x", &text), -ENOENT);
	assert_int_equal(yg_document_read("/tmp", &text), -EIO);
	assert_int_equal(yg_document_read("/dev/zero", &text), -EFBIG);
	assert_null(text.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_first_and_understands_later),
		cmocka_unit_test(a_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
