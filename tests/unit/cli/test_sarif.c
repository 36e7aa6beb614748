/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/sarif.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#define OPTIONS 32

static const struct yg_rule rule = {
	.id = "bola-enumeration",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API1:2023",
	.pci = "6.2.4",
	.title = "Ids are walked",
	.effect = "e",
	.remediation = "r",
};

static struct {
	struct yg_cli_args args;
	const char *given[OPTIONS], *items[1];
	char path[64], text[8192], err[256];
} run;

/* "yagura analyze --sarif FILE 'a b.pcap' [--openapi SPEC]" */
static void type(const char *openapi)
{
	run.args = (struct yg_cli_args){ .command = yg_command_find("analyze"),
					 .given = run.given,
					 .items = run.items,
					 .item_count = 1,
					 .err = stderr };
	run.items[0] = "captures/a b.pcap";
	for (size_t i = 0; run.args.command->options[i].name; i++) {
		const char *name = run.args.command->options[i].name;

		run.given[i] = strcmp(name, "sarif") == 0     ? run.path
			       : strcmp(name, "openapi") == 0 ? openapi
							      : NULL;
	}
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(run.path, sizeof(run.path), "/tmp/yg_sarif_XXXXXX");
	fd = mkstemp(run.path);
	return fd < 0 || close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(run.path);
}

static void write_out(struct yg_sarif *sarif, bool whole)
{
	FILE *file;
	size_t len;

	assert_int_equal(yg_sarif_write(sarif, whole), YG_EXIT_DONE);
	file = fopen(run.path, "re");
	assert_non_null(file);
	len = fread(run.text, 1, sizeof(run.text) - 1, file);
	run.text[len] = '\0';
	assert_int_equal(fclose(file), 0);
}

static void has(const char *text)
{
	if (!strstr(run.text, text))
		fail_msg("'%s' is not in '%s'", text, run.text);
}

static void tells_each_finding_once_and_its_rule_once(void **state)
{
	struct yg_finding finding = { .id = 0xabc,
				      .rule = &rule,
				      .severity = YG_SEVERITY_HIGH,
				      .service = "api.example.com",
				      .endpoint = "GET /v1/users/{id}",
				      .cause = "41 ids \"in\" a row" };
	struct yg_sarif *sarif = NULL;

	(void)state;
	type(NULL);
	assert_int_equal(yg_sarif_new(&run.args, &sarif), 0);
	yg_sarif_finding(sarif, &finding);
	finding.severity = YG_SEVERITY_MEDIUM;
	finding.id = 0xdef;
	yg_sarif_finding(sarif, &finding);
	finding.state = YG_STATE_RESOLVED;
	finding.id = 0x123;
	yg_sarif_finding(sarif, &finding);
	write_out(sarif, true);
	yg_sarif_free(&sarif);
	assert_null(sarif);
	has("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\"");
	has("\"rules\":[{\"id\":\"bola-enumeration\",\"shortDescription\":{\"text\":"
	    "\"Ids are walked\"},\"fullDescription\":{\"text\":\"e\"},\"help\":{\"text\":\"r\"},"
	    "\"properties\":{\"security-severity\":\"8.0\","
	    "\"tags\":[\"security\",\"API1:2023\",\"6.2.4\"]}}]");
	has("\"executionSuccessful\":true");
	has("{\"ruleId\":\"bola-enumeration\",\"ruleIndex\":0,\"level\":\"error\",\"message\":"
	    "{\"text\":\"Ids are walked: 41 ids \\\"in\\\" a row\"},\"locations\":"
	    "[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"captures/a%20b.pcap\"}},"
	    "\"logicalLocations\":[{\"fullyQualifiedName\":\"api.example.com GET "
	    "/v1/users/{id}\",\"kind\":\"resource\"}]}],"
	    "\"partialFingerprints\":{\"yagura/v1\":\"0000000000000abc\"}}");
	has("\"level\":\"warning\"");
	assert_null(strstr(run.text, "0000000000000123"));
}

static void tells_differences_in_their_document(void **state)
{
	struct yg_sarif *sarif = NULL;

	(void)state;
	type("spec.yaml");
	assert_int_equal(yg_sarif_new(&run.args, &sarif), 0);
	yg_sarif_difference(sarif, &(struct yg_sarif_difference){
					   .rule = "undocumented-parameter",
					   .service = "api.example.com",
					   .endpoint = "GET /v1/users/{id}",
					   .place = "query view",
					   .detail = "string",
					   .severity = YG_SEVERITY_LOW,
				   });
	write_out(sarif, false);
	yg_sarif_free(&sarif);
	has("\"rules\":[{\"id\":\"undocumented-parameter\"");
	has("\"executionSuccessful\":false");
	has("\"level\":\"note\",\"message\":{\"text\":\"undocumented-parameter: GET "
	    "/v1/users/{id} query view: string\"}");
	has("\"uri\":\"spec.yaml\"");
}

static void does_nothing_unless_it_is_asked_for(void **state)
{
	struct yg_sarif *sarif = (struct yg_sarif *)&run;
	struct yg_finding finding = { .rule = &rule };

	(void)state;
	type(NULL);
	for (size_t i = 0; i < OPTIONS; i++)
		run.given[i] = NULL;
	assert_int_equal(yg_sarif_new(&run.args, &sarif), 0);
	assert_null(sarif);
	yg_sarif_finding(sarif, &finding);
	yg_sarif_difference(sarif, &(struct yg_sarif_difference){ .rule = "shadow" });
	yg_sarif_free(&sarif);
}

static void a_file_that_cannot_be_written_is_a_failure(void **state)
{
	static const char *const paths[][2] = {
		{ "/nowhere/found.sarif", "yagura: /nowhere/found.sarif: No such file" },
		{ "/dev/full", "yagura: /dev/full: No space left on device" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(paths); i++) {
		struct yg_sarif *sarif = NULL;

		type(NULL);
		for (size_t k = 0; k < OPTIONS; k++)
			run.given[k] = run.given[k] ? paths[i][0] : NULL;
		assert_int_equal(yg_sarif_new(&run.args, &sarif), 0);
		run.args.err = fmemopen(run.err, sizeof(run.err), "w");
		assert_int_equal(yg_sarif_write(sarif, true), YG_EXIT_FAILED);
		assert_int_equal(fclose(run.args.err), 0);
		assert_non_null(strstr(run.err, paths[i][1]));
		yg_sarif_free(&sarif);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(tells_each_finding_once_and_its_rule_once),
		TEST(tells_differences_in_their_document),
		TEST(does_nothing_unless_it_is_asked_for),
		TEST(a_file_that_cannot_be_written_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
