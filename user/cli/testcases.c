/* SPDX-License-Identifier: GPL-2.0-only */
/* yagura testcases: the checks of cli/testcase.h for the endpoints that the daemon knows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/testcase.h"
#include "respond/knowledge.h"

const struct yg_cli_option yg_testcases_options[] = {
	{ "service", "HOST", "Only endpoints of this service", false },
	{ "method", "METHOD", "Only endpoints of this method", false },
	{ "label", "LABEL", "Only endpoints with this label", false },
	{ "risk", "MIN", "Only endpoints of at least this risk, 1 to 100", false },
	{ "format", "FORMAT", "curl, lines for a shell, or http, a file for an editor", false },
	{ "out", "FILE", "Write to FILE, which must not exist, instead of the terminal", false },
	{ 0 },
};

struct run {
	FILE *out;
	enum yg_testcase_format format;
	uint32_t count;
};

static void copy(char *to, size_t cap, const char *text)
{
	(void)snprintf(to, cap, "%s", text);
}

static uint32_t auth_of(yajl_val list)
{
	uint32_t auth = 0;

	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
		const char *text = YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[i]);

		for (uint32_t bit = 1; text && bit <= YG_AUTH_CERTIFICATE; bit <<= 1) {
			if (strcmp(text, yg_auth_name((enum yg_auth)bit)) == 0)
				auth |= bit;
		}
	}
	return auth;
}

/* What this host asks of others is theirs to test. */
static bool is_outbound(yajl_val value)
{
	yajl_val reasons = yg_value_find(value, "label_reasons");

	return yg_value_text(reasons, "third-party")[0] != '\0';
}

static int write_endpoint(void *ctx, const char *line, yajl_val value)
{
	struct run *run = ctx;
	struct yg_endpoint endpoint = {
		.requests = yg_value_uint(value, "requests"),
		.tls_requests = yg_value_uint(value, "tls_requests"),
		.auth = auth_of(yg_value_find(value, "auth")),
	};

	(void)line;
	if (is_outbound(value))
		return 0;
	copy(endpoint.service, sizeof(endpoint.service), yg_value_text(value, "service"));
	copy(endpoint.method, sizeof(endpoint.method), yg_value_text(value, "method"));
	copy(endpoint.template_, sizeof(endpoint.template_), yg_value_text(value, "template"));
	run->count += yg_testcases_write(run->out, run->format, &endpoint, NULL);
	return 0;
}

enum yg_exit yg_command_testcases(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "service", "method", "label", "risk" };
	const char *format = yg_cli_value(args, "format"), *file = yg_cli_value(args, "out");
	struct run run = { .out = args->out };
	struct yg_cli_args quiet = *args;
	char path[1024] = "/v1/endpoints?";
	enum yg_exit code;

	quiet.json = false;
	if (format && strcmp(format, "http") == 0)
		run.format = YG_TESTCASE_HTTP;
	else if (format && strcmp(format, "curl") != 0)
		return yg_cli_usage(args, "--format: not curl or http");
	for (size_t i = 0; i < YG_ARRAY_SIZE(filters); i++)
		yg_client_add(path, sizeof(path), filters[i], yg_cli_value(args, filters[i]));
	if (file) {
		run.out = fopen(file, "wxe");
		if (!run.out)
			return yg_cli_fail(args, "%s: %s", file, strerror(errno));
	}
	code = yg_client_each(&quiet, path, 0, write_endpoint, &run);
	if (file && fclose(run.out))
		return yg_cli_fail(args, "%s: %s", file, strerror(errno));
	if (code == YG_EXIT_DONE && file)
		(void)fprintf(args->out, "%u checks written to %s\n", run.count, file);
	return code;
}

/* What a capture teaches comes with its schema. */
struct known {
	struct run run;
	struct yg_knowledge *knowledge;
};

static void write_known(void *ctx, const struct yg_endpoint *endpoint)
{
	struct known *known = ctx;
	struct yg_assessment assessment;

	yg_knowledge_assessment(known->knowledge, endpoint, &assessment);
	if (!yg_labels_have(&assessment.labels, YG_LABEL_THIRD_PARTY))
		known->run.count +=
			yg_testcases_write(known->run.out, known->run.format, endpoint,
					   yg_knowledge_schema(known->knowledge, endpoint));
}

enum yg_exit yg_testcases_known(const struct yg_cli_args *args, struct yg_knowledge *knowledge)
{
	const char *path = yg_cli_value(args, "testcases");
	struct known known = { .knowledge = knowledge };
	size_t len = strlen(path);
	ssize_t r;

	if (len > 5 && strcmp(path + len - 5, ".http") == 0)
		known.run.format = YG_TESTCASE_HTTP;
	known.run.out = fopen(path, "we");
	if (!known.run.out)
		return yg_cli_fail(args, "%s: %s", path, strerror(errno));
	r = yg_knowledge_endpoints(knowledge, write_known, &known);
	if (fclose(known.run.out) || r < 0)
		return yg_cli_fail(args, "%s: %s", path, strerror(r < 0 ? (int)-r : errno));
	return YG_EXIT_DONE;
}
