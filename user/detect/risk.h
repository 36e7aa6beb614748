/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Risk of an endpoint: a sum of points with the reason of each, 0 to 100.
 *
 *	exposure	15 public clients, 5 third party, 0 private clients
 *	authentication	20 none, 10 not always, 5 Basic		of endpoints that hold sensitive
 *			 8 none					data or that write; of others
 *	in clear	10 not always under TLS, with public clients
 *	data		25 secrets, cards, national numbers, health; 12 other personal or financial
 *			data; of third parties and public clients; 5 less if private alone
 *	posture		25 critical, 18 high, 10 medium, 4 low, by the worst finding that is not
 *			resolved; 2 for each other one above info, up to 8
 *	abuse		the same, by findings of attacks
 *	labels		see label.h
 *
 * A service, and the whole, is as risky as its riskiest endpoint R, and more by the nine behind it:
 * R + (100 - R) x their sum / 3000. What makes one endpoint riskier, or adds one, never makes less
 * of the whole.
 */
#pragma once

#include <stdint.h>

#include "core/json.h"
#include "detect/label.h"

#define YG_RISK_MAX	    100u
#define YG_RISK_REASONS_MAX 12u /* reasons of one score; the smallest go */
#define YG_RISK_REASON_CAP  64u /* bytes with its NUL */
#define YG_RISK_TOP	    10u /* endpoints that a service is judged by */

struct yg_risk_reason {
	uint32_t points;
	char text[YG_RISK_REASON_CAP];
};

struct yg_risk {
	uint32_t score; /* 0 .. YG_RISK_MAX */
	uint32_t count;
	struct yg_risk_reason reasons[YG_RISK_REASONS_MAX]; /* the heaviest first */
};

/* What it is made from. Borrowed for the call. */
struct yg_risk_scene {
	const struct yg_endpoint *endpoint;
	const struct yg_trait *trait;
	const struct yg_labels *labels;
	const struct yg_faults *tally;
	const struct yg_faults *service; /* findings about the service as a whole */
	const struct yg_data *data;	 /* NULL: not looked for */
};

/* The score of one endpoint with its reasons. @ret: overwritten. */
void yg_risk_from_scene(const struct yg_risk_scene *scene, struct yg_risk *ret);

/*
 * "risk":42,"risk_reasons":{"public clients":15} and the reasons in Japanese as "risk_reasons_ja",
 * inside an object already open.
 */
void yg_risk_write(struct yg_json *json, const struct yg_risk *risk);

/* The highest scores of a service, or of all. */
struct yg_risk_top {
	uint32_t count;
	uint32_t scores[YG_RISK_TOP]; /* descending */
};

/* Take one score in, if it is among the highest. */
void yg_risk_top_add(struct yg_risk_top *top, uint32_t score);
uint32_t yg_risk_top_score(const struct yg_risk_top *top); /* 0 .. YG_RISK_MAX */
