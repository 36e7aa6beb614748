/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks that somebody can replay, for what listening alone cannot prove: each a request made from
 * the template and the schema of an endpoint, with the answer that would prove a fault.
 *
 * CURL is a whole script: `sh FILE` asks each and prints a verdict. Who asks, and for what, is in
 * variables of the environment (TOKEN_OF_USER_A, ID_OF_USER_A ...); a check whose variables are not
 * set is skipped. HTTP is a file for an editor, with variables of its own. Values of fields are
 * examples of their type and format; nothing of the traffic but names is in them.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "baseline/schema.h"
#include "cli/command.h"
#include "endpoint/inventory.h"

enum yg_testcase {
	YG_TESTCASE_OBJECT,	/* another user's object: BOLA, API1 */
	YG_TESTCASE_ANONYMOUS,	/* without a credential: API2 */
	YG_TESTCASE_UNSIGNED,	/* a JWT whose signature was taken away: API2 */
	YG_TESTCASE_TAMPERED,	/* a JWT with another signature: API2 */
	YG_TESTCASE_FUNCTION,	/* with the credential of somebody without the role: API5 */
	YG_TESTCASE_METHOD,	/* another method on the same path: API5 */
	YG_TESTCASE_ASSIGNMENT, /* fields that nobody may set: API3 */
	YG_TESTCASE_RATE,	/* many requests at once: API4 */
	YG_TESTCASE_REDIRECT,	/* authorization endpoint: an address of somebody else: API2 */
	YG_TESTCASE_CODE,	/* token endpoint: a code for the second time: API2 */
	YG_TESTCASE_MAX
};

enum yg_testcase_format { YG_TESTCASE_CURL, YG_TESTCASE_HTTP, YG_TESTCASE_FORMAT_MAX };

/* How they are written. What a machine reads of them, verdicts and names, is English always. */
struct yg_testcase_form {
	enum yg_testcase_format format;
	bool japanese; /* words for people */
};

const char *yg_testcase_name(enum yg_testcase kind); /* "another-users-object"; literal */

/* Does the check make sense for this endpoint? */
bool yg_testcase_fits(enum yg_testcase kind, const struct yg_endpoint *endpoint);

/* What stands above all checks: how to run them, and for CURL the functions they call. */
void yg_testcases_begin(FILE *out, const struct yg_testcase_form *form);

/**
 * yg_testcase_write() - one check as text: what it asks, the request, what each answer proves.
 * @schema: NULL: bodies are a placeholder.
 *
 * Every text from traffic is quoted, for the shell or for the file.
 */
void yg_testcase_write(FILE *out, enum yg_testcase kind, const struct yg_testcase_form *form,
		       const struct yg_endpoint *endpoint, const struct yg_schema *schema);

/* The checks of all that @knowledge has learned, into the file of --testcases. */
struct yg_knowledge;
enum yg_exit yg_testcases_known(const struct yg_cli_args *args, struct yg_knowledge *knowledge);

/*
 * Every check that fits. @late: those that bring the server to refuse what comes after them, to
 * stand at the end of the file. Return: how many.
 */
uint32_t yg_testcases_write(FILE *out, FILE *late, const struct yg_testcase_form *form,
			    const struct yg_endpoint *endpoint, const struct yg_schema *schema);
