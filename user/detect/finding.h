/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A detector's statement: what was seen, why it matters, what to do. Says cause, effect, evidence
 * and cure; holds no secret (identities are keyed hashes, values are masked or absent).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"

#define YG_FINDING_TEXT_CAP	512 /* bytes of a text with its NUL; longer is cut at a character */
#define YG_FINDING_EVIDENCE_MAX 12  /* evidence rows */

enum yg_severity {
	YG_SEVERITY_INFO,
	YG_SEVERITY_LOW,
	YG_SEVERITY_MEDIUM,
	YG_SEVERITY_HIGH,
	YG_SEVERITY_CRITICAL,
	YG_SEVERITY_MAX
};

enum yg_action {
	YG_ACTION_NONE,	    /* mode observe, or nothing to do */
	YG_ACTION_PROPOSED, /* waits for an operator: mode approve, or a guard rail refused */
	YG_ACTION_BLOCKED,
	YG_ACTION_LIMITED,
	YG_ACTION_MAX
};

/* One row of evidence: a number or a text. */
struct yg_evidence {
	const char *name; /* snake_case literal: "distinct_ids" */
	double number;	  /* when text is empty */
	char text[96];	  /* masked */
};

/* The fixed part of a rule, one row of the table that `yagura rules` prints. */
struct yg_rule {
	const char *id; /* kebab-case, stable: "bola-enumeration" */
	enum yg_severity severity;
	const char *owasp;	 /* "API1:2023" */
	const char *pci;	 /* PCI DSS 4.0.1 requirement, "" for none */
	const char *title;	 /* one line, present tense */
	const char *effect;	 /* what it means for the business */
	const char *remediation; /* the cure */
	/* The same in Japanese; NULL: not translated. */
	const char *title_ja, *effect_ja, *remediation_ja;
	const char *source; /* the specification that asks for it; NULL or "" for none */
};

/*
 * A finding about an attack is news; one about posture is a state that lasts until the fault is no
 * longer seen while the endpoint is in use.
 */
enum yg_state {
	YG_STATE_NONE, /* about an attack */
	YG_STATE_OPEN,
	YG_STATE_RESOLVED,
	YG_STATE_REOPENED,
	YG_STATE_MAX
};

struct yg_finding {
	uint64_t id; /* stable: hash of rule, endpoint, caller and the window it began in */
	const struct yg_rule *rule;
	enum yg_severity severity;
	uint64_t first_ns; /* of the evidence; ns since the epoch */
	uint64_t time_ns;  /* when the evidence was complete */
	uint32_t repeats;  /* how often it was seen again since; 0 at first */
	char service[256];
	char endpoint
		[YG_FINDING_TEXT_CAP];	 /* "GET /v1/users/{id}"; "" when it is about a service */
	char caller[64];		 /* "bearer:9f86d081884c7d65"; "" unknown */
	struct yg_address client;	 /* all zero: unknown */
	bool client_blockable;		 /* certain, and not behind a proxy */
	char cause[YG_FINDING_TEXT_CAP]; /* what happened, with the numbers */
	struct yg_evidence evidence[YG_FINDING_EVIDENCE_MAX];
	uint32_t evidence_count;
	enum yg_action action;
	uint32_t result;     /* enum yg_result of the block request, when one was made */
	enum yg_state state; /* of posture; else NONE */
	uint64_t state_ns;   /* when it last changed; 0 never */
};

const char *yg_severity_name(enum yg_severity severity); /* "high" */
const char *yg_action_name(enum yg_action action);	 /* "blocked" */
const char *yg_state_name(enum yg_state state);		 /* "reopened"; NONE: "" */
