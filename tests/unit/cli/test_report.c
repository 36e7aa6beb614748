/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/report.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/macros.h"
#include "terminal.h"

#define PLACES 13u

static const struct yg_rule rule = {
	.id = "bola-enumeration",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API1:2023",
	.pci = "6.2.4",
	.title =
		"A caller walks the identifiers of others and this title does not end where it should",
	.effect = "Whoever holds one account can read all of them.",
	.remediation =
		"Check on the server that the object belongs to the caller, in each handler, "
		"before it is read; deny by default.",
	.title_ja = "利用者が他人のIDを順に要求しています",
	.effect_ja = "一つのアカウントからすべてのアカウントが読めます",
	.remediation_ja = "サーバーで所有者を確認してください",
};

static const struct yg_rule other = { .id = "password-exposed",
				      .severity = YG_SEVERITY_LOW,
				      .owasp = "API3:2023",
				      .pci = "",
				      .title = "Answers carry passwords",
				      .effect = "Taken over",
				      .remediation = "Never answer with it" };

struct printed {
	struct yg_cli_args args;
	struct yg_report *report;
	struct yg_finding findings[PLACES + 1];
	char *text;
	size_t len;
};

static int take_endpoint(struct yg_report *report, const char *service, uint32_t risk)
{
	static struct yg_endpoint endpoint;
	struct yg_assessment assessment = {
		.risk = { .score = risk },
		.labels = { .count = 2,
			    .rows = { { .label = YG_LABEL_SHADOW },
				      { .label = YG_LABEL_EXTERNAL } } },
	};

	endpoint = (struct yg_endpoint){ .requests = 7, .status_count = 1 };
	endpoint.status[0].status = 404;
	endpoint.status[0].count = 3;
	(void)snprintf(endpoint.method, sizeof(endpoint.method), "GET");
	(void)snprintf(endpoint.service, sizeof(endpoint.service), "%s", service);
	(void)snprintf(endpoint.template_, sizeof(endpoint.template_),
		       "/\033[2J\r\n\x9b/a/path/that/is/long/%s/users/{id}/accounts/{id2}/rows",
		       service);
	return yg_report_endpoint(report, &endpoint, &assessment, NULL);
}

static int take_findings(struct printed *printed)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i <= PLACES; i++) {
		struct yg_finding *finding = &printed->findings[i];

		*finding = (struct yg_finding){ .rule = i < PLACES ? &rule : &other,
						.severity = i < PLACES ? YG_SEVERITY_HIGH
								       : YG_SEVERITY_LOW,
						.id = i };
		if (i == PLACES)
			finding->state = YG_STATE_RESOLVED;
		(void)snprintf(finding->service, sizeof(finding->service), "api.example.com");
		(void)snprintf(finding->endpoint, sizeof(finding->endpoint), "GET /v1/%02u", i);
		(void)snprintf(finding->cause, sizeof(finding->cause),
			       "One proof was accepted twice");
		r = yg_report_finding(printed->report, finding);
	}
	return r;
}

/* Return: 0; -ENOMEM, as when a test takes memory away. */
static void print(struct printed *printed, int columns, bool japanese)
{
	*printed = (struct printed){ .args = { .columns = columns, .japanese = japanese } };
	printed->args.out = open_memstream(&printed->text, &printed->len);
	assert_non_null(printed->args.out);
	assert_int_equal(yg_report_new(&printed->args, &printed->report), 0);
	assert_int_equal(take_endpoint(printed->report, "api.example.com", 40), 0);
	assert_int_equal(take_endpoint(printed->report, "api.example.com", 20), 0);
	assert_int_equal(take_endpoint(printed->report, "other.example.com", 10), 0);
	assert_int_equal(take_findings(printed), 0);
	yg_report_print(printed->report);
	assert_int_equal(fclose(printed->args.out), 0);
}

static void clean(struct printed *printed)
{
	yg_report_free(&printed->report);
	free(printed->text);
}

static void fits_the_terminal_in_both_languages(void **state)
{
	static const int widths[] = { 80, 100, 200 };
	struct printed printed;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < YG_ARRAY_SIZE(widths) * 2; i++) {
		print(&printed, widths[i / 2], i % 2);
		check_lines(printed.text, widths[i / 2]);
		clean(&printed);
	}
}

static void shows_risk_and_labels_of_endpoints(void **state)
{
	struct printed printed;

	(void)state;
	print(&printed, 160, false);
	assert_non_null(strstr(printed.text, "RISK  METHOD  PATH"));
	assert_non_null(strstr(printed.text, "shadow,external"));
	assert_non_null(strstr(printed.text, "  40  GET     /?[2J"));
	assert_non_null(strstr(printed.text, "  40          2   14  api.example.com"));
	clean(&printed);
}

static void says_each_rule_once_and_where_it_was_broken(void **state)
{
	struct printed printed;
	const char *effect;

	(void)state;
	print(&printed, 80, false);
	effect = strstr(printed.text, "Effect  Whoever");
	assert_non_null(effect);
	assert_null(strstr(effect + 1, "Effect  Whoever"));
	assert_non_null(strstr(printed.text, "Cause  One proof was accepted twice"));
	assert_non_null(strstr(printed.text, "GET /v1/09"));
	assert_null(strstr(printed.text, "GET /v1/10"));
	assert_non_null(strstr(printed.text, "and 3 more"));
	/* The graver rule first. */
	assert_true(strstr(printed.text, "bola-enumeration") <
		    strstr(printed.text, "password-exposed"));
	assert_non_null(strstr(printed.text, "Findings: 13 high, 1 resolved"));
	clean(&printed);
}

static void speaks_japanese(void **state)
{
	struct printed printed;

	(void)state;
	print(&printed, 80, true);
	assert_non_null(strstr(printed.text, "影響  一つのアカウント"));
	assert_non_null(strstr(printed.text, "根拠  一つのDPoP証明"));
	assert_non_null(strstr(printed.text, "13 高"));
	clean(&printed);
}

static void sums_up_services_and_severities(void **state)
{
	struct printed printed;
	const struct yg_report_service *services;
	size_t count = 0;

	(void)state;
	print(&printed, 80, false);
	services = yg_report_services(printed.report, &count);
	assert_int_equal(count, 2);
	assert_string_equal(services[1].name, "other.example.com");
	assert_int_equal(services[0].endpoints, 2);
	assert_int_equal(services[0].requests, 14);
	assert_int_equal(yg_report_count(printed.report, YG_SEVERITY_HIGH), PLACES);
	assert_int_equal(yg_report_count(printed.report, YG_SEVERITY_LOW), 0);
	assert_true(yg_report_risk(printed.report) > 30);
	clean(&printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_the_terminal_in_both_languages),
		cmocka_unit_test(shows_risk_and_labels_of_endpoints),
		cmocka_unit_test(says_each_rule_once_and_where_it_was_broken),
		cmocka_unit_test(speaks_japanese),
		cmocka_unit_test(sums_up_services_and_severities),
	};

	return cmocka_run_group_tests_name("cli/report", tests, NULL, NULL);
}
