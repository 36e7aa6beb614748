/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings as SARIF 2.1.0, the format in which code scanning of build systems takes results.
 *
 * One run, one rule per rule that was broken, one result per finding that is not resolved, and per
 * difference from the OpenAPI document. A result is at the endpoint (a logical location) and in
 * the document of --openapi, else in the first capture file: there is no source to point at.
 *
 * Source: OASIS SARIF 2.1.0, sections 3.14, 3.27, 3.49.
 */
#pragma once

#include "cli/command.h"
#include "detect/finding.h"

struct yg_sarif;

/* What is known of a difference. Borrowed for the call. */
struct yg_sarif_difference {
	const char *rule;     /* "undocumented-parameter" */
	const char *service;  /* "": of the document */
	const char *endpoint; /* "GET /v1/users/{id}" */
	const char *place;    /* field or status; "" */
	const char *detail;   /* in words; "" */
	enum yg_severity severity;
};

/**
 * yg_sarif_new() - begin what --sarif asks for.
 * @ret: NULL without that option: then the other functions do nothing.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_sarif_new(const struct yg_cli_args *args, struct yg_sarif **ret);
void yg_sarif_free(struct yg_sarif **sarif); /* accepts NULL inside */

/* Take one in; without memory yg_sarif_write() fails. */
void yg_sarif_finding(struct yg_sarif *sarif, const struct yg_finding *finding);
void yg_sarif_difference(struct yg_sarif *sarif, const struct yg_sarif_difference *difference);

/*
 * The file of --sarif. @whole: all input was read.
 * Return: YG_EXIT_DONE; YG_EXIT_FAILED, printed.
 */
enum yg_exit yg_sarif_write(struct yg_sarif *sarif, bool whole);
