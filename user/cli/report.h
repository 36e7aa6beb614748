/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `analyze` says to a person at the end: the endpoints with risk, data and labels; the
 * services; the findings by severity, each rule once with effect and cure, and below it where it
 * was broken and why. All within the columns of the terminal.
 */
#pragma once

#include <stdint.h>

#include "cli/command.h"
#include "detect/finding.h"
#include "detect/risk.h"
#include "respond/knowledge.h"

#define YG_REPORT_PLACES 10u /* places shown of one rule; how many more there are is said */

/* What is known of one service as a whole. */
struct yg_report_service {
	char name[YG_SERVICE_CAP];
	uint64_t endpoints, requests;
	struct yg_risk_top top;
};

struct yg_report;

/* @args: borrowed for the life of the report. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_report_new(const struct yg_cli_args *args, struct yg_report **ret);
void yg_report_free(struct yg_report **report); /* accepts NULL inside */

/**
 * yg_report_endpoint() - take one endpoint in; those of a service come one behind the other.
 * @data: what its fields hold; NULL: not looked for.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_report_endpoint(struct yg_report *report, const struct yg_endpoint *endpoint,
				     const struct yg_assessment *assessment,
				     const struct yg_data *data);

/* Take one finding in; borrowed until the report is printed. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_report_finding(struct yg_report *report, const struct yg_finding *finding);

/* The services, in the order in which their endpoints came; [*ret_count]. */
const struct yg_report_service *yg_report_services(const struct yg_report *report,
						   size_t *ret_count);

/* Risk of everything: see detect/risk.h. */
uint32_t yg_report_risk(const struct yg_report *report);

/* Findings of a severity that are not resolved. */
uint64_t yg_report_count(const struct yg_report *report, enum yg_severity severity);

/* Print all that was taken in. */
void yg_report_print(struct yg_report *report);
