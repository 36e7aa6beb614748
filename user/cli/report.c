/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/data.h"
#include "cli/outcome.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"
#include "detect/cause.h"

#define GROW	 64u
#define TEXT_CAP 1024u
#define INDENT	 4
#define COLUMNS	 9u /* of the table of endpoints */

struct yg_report {
	const struct yg_cli_args *args;
	struct yg_table *endpoints;
	struct yg_report_service *services;
	const struct yg_finding **findings;
	size_t service_count, finding_count;
	struct yg_risk_top top;
	uint64_t counts[YG_SEVERITY_MAX], resolved;
};

static const struct yg_column columns[COLUMNS] = {
	{ "RISK", YG_ALIGN_RIGHT, 0 },
	{ "METHOD", YG_ALIGN_LEFT, 0 },
	{ "PATH", YG_ALIGN_ENDS, 28 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },
	{ "4XX", YG_ALIGN_RIGHT, 0 },
	{ "5XX", YG_ALIGN_RIGHT, 0 },
	{ YG_OUTCOME_TITLE, YG_ALIGN_MAYBE, 0 },
	{ "DATA", YG_ALIGN_LEFT, 8 },
	{ "LABELS", YG_ALIGN_LEFT, 8 },
};

static const struct yg_column service_columns[] = {
	{ "RISK", YG_ALIGN_RIGHT, 0 },
	{ "ENDPOINTS", YG_ALIGN_RIGHT, 0 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },
	{ "SERVICE", YG_ALIGN_ENDS, 20 },
};

int yg_report_new(const struct yg_cli_args *args, struct yg_report **ret)
{
	YG_CLEANUP(yg_report_free) struct yg_report *report = calloc(1, sizeof(*report));
	int r;

	if (!report)
		return -ENOMEM;
	report->args = args;
	r = yg_cli_table_new(args, columns, COLUMNS, &report->endpoints);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(report);
	return 0;
}

void yg_report_free(struct yg_report **report)
{
	if (!*report)
		return;
	yg_table_free(&(*report)->endpoints);
	free((*report)->services);
	free((void *)(*report)->findings);
	free(*report);
	*report = NULL;
}

/* Room for one more of @size bytes behind @count. Return: the array, grown; NULL without memory. */
static void *grow(void *array, size_t count, size_t size)
{
	return count % GROW ? array : reallocarray(array, count + GROW, size);
}

/* Of the endpoint; a new row and a heading when it is the first of its service. */
static int find_service(struct yg_report *report, const char *name, struct yg_report_service **ret)
{
	struct yg_report_service *grown, *last;

	last = report->service_count ? &report->services[report->service_count - 1] : NULL;
	if (!last || strcmp(last->name, name) != 0) {
		grown = grow(report->services, report->service_count, sizeof(*grown));
		if (!grown || yg_table_heading(report->endpoints, name))
			return -ENOMEM;
		report->services = grown;
		last = &grown[report->service_count++];
		*last = (struct yg_report_service){ .endpoints = 0 };
		(void)snprintf(last->name, sizeof(last->name), "%s", name);
	}
	*ret = last;
	return 0;
}

static uint64_t count_class(const struct yg_endpoint *endpoint, unsigned int class)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		if (endpoint->status[i].status / 100 == class)
			count += endpoint->status[i].count;
	}
	return count;
}

static void join_labels(const struct yg_labels *labels, char *ret, size_t cap)
{
	size_t used = 0;

	ret[0] = '\0';
	for (uint32_t i = 0; i < labels->count && used < cap; i++)
		used += (size_t)snprintf(ret + used, cap - used, "%s%s", i ? "," : "",
					 yg_label_name((enum yg_label)labels->rows[i].label));
}

int yg_report_endpoint(struct yg_report *report, const struct yg_endpoint *endpoint,
		       const struct yg_assessment *assessment, const struct yg_data *data)
{
	char risk[YG_FORMAT_CAP], requests[YG_FORMAT_CAP], refused[YG_FORMAT_CAP];
	char failed[YG_FORMAT_CAP], classes[256] = "", labels[256];
	char outcome[YG_OUTCOME_TEXT_CAP];
	struct yg_report_service *service;
	const char *texts[COLUMNS] = {
		yg_count_format(assessment->risk.score, risk),
		endpoint->method,
		endpoint->template_,
		yg_count_format(endpoint->requests, requests),
		yg_count_format(count_class(endpoint, 4), refused),
		yg_count_format(count_class(endpoint, 5), failed),
		yg_outcome_text(report->args, endpoint->inside, outcome),
		data ? yg_data_join_of(data, endpoint, classes, sizeof(classes)) : "",
		labels,
	};
	int r = find_service(report, endpoint->service, &service);

	if (r)
		return r;
	service->endpoints++;
	service->requests += endpoint->requests;
	yg_risk_top_add(&service->top, assessment->risk.score);
	yg_risk_top_add(&report->top, assessment->risk.score);
	if (report->args->json)
		return 0;
	join_labels(&assessment->labels, labels, sizeof(labels));
	return yg_table_add(report->endpoints, texts);
}

int yg_report_finding(struct yg_report *report, const struct yg_finding *finding)
{
	const struct yg_finding **grown = (const struct yg_finding **)grow(
		(void *)report->findings, report->finding_count, sizeof(const struct yg_finding *));

	if (!grown)
		return -ENOMEM;
	report->findings = grown;
	grown[report->finding_count++] = finding;
	if (finding->state == YG_STATE_RESOLVED)
		report->resolved++;
	else
		report->counts[finding->severity]++;
	return 0;
}

const struct yg_report_service *yg_report_services(const struct yg_report *report,
						   size_t *ret_count)
{
	*ret_count = report->service_count;
	return report->services;
}

uint32_t yg_report_risk(const struct yg_report *report)
{
	return yg_risk_top_score(&report->top);
}

uint64_t yg_report_count(const struct yg_report *report, enum yg_severity severity)
{
	return report->counts[severity];
}

/* --- findings */

/* The gravest rule first, by its gravest finding's rule; below it by place. */
static int by_gravity(const void *a, const void *b)
{
	const struct yg_finding *x = *(const struct yg_finding *const *)a;
	const struct yg_finding *y = *(const struct yg_finding *const *)b;
	int order;

	if (x->rule->severity != y->rule->severity)
		return x->rule->severity > y->rule->severity ? -1 : 1;
	order = strcmp(x->rule->id, y->rule->id);
	if (order)
		return order;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	order = strcmp(x->service, y->service);
	order = order ? order : strcmp(x->endpoint, y->endpoint);
	return order ? order : (x->id > y->id) - (x->id < y->id);
}

static void print_labelled(const struct yg_report *report, const char *label, const char *text,
			   int indent)
{
	yg_text_hang(report->args->out, yg_cli_word(report->args, label), text, indent,
		     report->args->columns);
}

/* Who did it; of posture, since when it is so. */
static void print_origin(const struct yg_report *report, const struct yg_finding *finding)
{
	char address[YG_ADDRESS_TEXT_CAP], line[TEXT_CAP];

	if (finding->state != YG_STATE_NONE)
		(void)snprintf(line, sizeof(line),
			       report->args->japanese ? "%s、%u回検出" : "%s, seen %u %s",
			       yg_cli_word(report->args, yg_state_name(finding->state)),
			       finding->repeats + 1, finding->repeats ? "times" : "time");
	else
		(void)snprintf(line, sizeof(line), "%s, %s",
			       finding->caller[0] ? finding->caller : "-",
			       yg_address_format(&finding->client, address));
	yg_text_wrap(report->args->out, line, INDENT, report->args->columns);
}

/* @worst: stands above already. */
static void print_place(const struct yg_report *report, const struct yg_finding *finding,
			enum yg_severity worst)
{
	char line[TEXT_CAP], japanese[YG_FINDING_TEXT_CAP] = "";
	bool lower = finding->severity != worst;

	(void)snprintf(line, sizeof(line), "%s%s%s%s%s", finding->service,
		       finding->endpoint[0] ? ": " : "", finding->endpoint, lower ? ", " : "",
		       lower ? yg_cli_word(report->args, yg_severity_name(finding->severity)) : "");
	yg_text_wrap(report->args->out, line, INDENT - 2, report->args->columns);
	print_origin(report, finding);
	if (report->args->japanese)
		(void)yg_cause_japanese(finding->cause, japanese, sizeof(japanese));
	print_labelled(report, "Cause", japanese[0] ? japanese : finding->cause, INDENT);
}

static void print_rule(const struct yg_report *report, const struct yg_finding *const *findings,
		       size_t count)
{
	const struct yg_cli_args *args = report->args;
	const struct yg_rule *rule = findings[0]->rule;
	size_t shown = count > YG_REPORT_PLACES ? YG_REPORT_PLACES : count;

	yg_print_severity(args, yg_severity_name(findings[0]->severity));
	(void)fprintf(args->out, "  %s  %s%s%s\n", rule->id, rule->owasp,
		      rule->pci[0] ? "  PCI DSS " : "", rule->pci);
	yg_text_wrap(args->out, yg_cli_text(args, rule->title, rule->title_ja), 2, args->columns);
	print_labelled(report, "Effect", yg_cli_text(args, rule->effect, rule->effect_ja), 2);
	print_labelled(report, "Cure", yg_cli_text(args, rule->remediation, rule->remediation_ja),
		       2);
	for (size_t i = 0; i < shown; i++)
		print_place(report, findings[i], findings[0]->severity);
	if (shown < count)
		(void)fprintf(args->out,
			      args->japanese ? "  ほか%zu件（--jsonですべて表示）\n"
					     : "  and %zu more, which --json prints\n",
			      count - shown);
	(void)fputc('\n', args->out);
}

static void print_findings(struct yg_report *report)
{
	size_t from = 0;

	if (!report->finding_count)
		return;
	qsort((void *)report->findings, report->finding_count, sizeof(const struct yg_finding *),
	      by_gravity);
	(void)fputc('\n', report->args->out);
	for (size_t i = 1; i <= report->finding_count; i++) {
		if (i < report->finding_count &&
		    report->findings[i]->rule == report->findings[from]->rule)
			continue;
		print_rule(report, report->findings + from, i - from);
		from = i;
	}
}

/* --- sums */

static void print_services(const struct yg_report *report)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	char risk[YG_FORMAT_CAP], endpoints[YG_FORMAT_CAP], requests[YG_FORMAT_CAP];

	if (report->service_count < 2 ||
	    yg_cli_table_new(report->args, service_columns, YG_ARRAY_SIZE(service_columns), &table))
		return;
	for (size_t i = 0; i < report->service_count; i++) {
		const struct yg_report_service *service = &report->services[i];
		const char *texts[] = {
			yg_count_format(yg_risk_top_score(&service->top), risk),
			yg_count_format(service->endpoints, endpoints),
			yg_count_format(service->requests, requests),
			service->name,
		};

		if (yg_table_add(table, texts))
			return;
	}
	(void)fputc('\n', report->args->out);
	yg_table_print(table, report->args->out, report->args->columns);
}

static void print_counts(const struct yg_report *report)
{
	const struct yg_cli_args *args = report->args;
	const char *comma = "";

	(void)fprintf(args->out,
		      args->japanese ? "リスク %u/100。検出: " : "Risk %u of 100. Findings: ",
		      yg_report_risk(report));
	for (int s = YG_SEVERITY_MAX - 1; s >= 0; s--) {
		if (!report->counts[s])
			continue;
		(void)fprintf(args->out, "%s%" PRIu64 " ", comma, report->counts[s]);
		yg_print_severity(args, yg_severity_name((enum yg_severity)s));
		comma = args->japanese ? "、" : ", ";
	}
	if (!*comma)
		(void)fputs(yg_cli_text(args, "none", "なし"), args->out);
	if (report->resolved)
		(void)fprintf(args->out, args->japanese ? "、%" PRIu64 " %s" : ", %" PRIu64 " %s",
			      report->resolved, yg_cli_word(args, "resolved"));
	(void)fputc('\n', args->out);
}

void yg_report_print(struct yg_report *report)
{
	yg_table_print(report->endpoints, report->args->out, report->args->columns);
	print_services(report);
	print_findings(report);
	if (!report->service_count && !report->finding_count)
		return;
	if (!report->finding_count)
		(void)fputc('\n', report->args->out);
	print_counts(report);
}
