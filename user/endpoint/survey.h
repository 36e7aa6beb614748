/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: what one endpoint tells about another: the newest version among siblings
 * ("/v1/users" beside "/v2/users"), the age and the callers of a service.
 *
 * Made anew from the whole inventory when somebody asks; never on the way of an exchange.
 */
#pragma once

#include <stdint.h>

#include "core/macros.h"
#include "endpoint/inventory.h"

/* Endpoints whose templates differ in their version alone. */
struct yg_family {
	uint64_t key;	  /* 0 free */
	uint32_t version; /* the newest */
	uint64_t last_ns; /* when the newest was used last */
};

/* All endpoints of one service. */
struct yg_kin {
	uint64_t key; /* 0 free */
	uint64_t first_ns, last_ns;
	uint64_t requests;
	uint64_t callers; /* of its busiest endpoint: the fewest that the service can have */
	uint32_t number;  /* 0..: of the services of this survey */
};

struct yg_survey;

/* @endpoints_max: rows of the inventory. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_survey_new(uint32_t endpoints_max, struct yg_survey **ret);
void yg_survey_free(struct yg_survey **survey); /* accepts NULL inside */

/* Forget all, then look at every endpoint. O(rows). */
void yg_survey_take(struct yg_survey *survey, const struct yg_inventory *inventory);

/* Services that were seen. */
uint32_t yg_survey_services(const struct yg_survey *survey);

/* NULL when the survey did not see its kind. */
const struct yg_family *yg_survey_family(const struct yg_survey *survey,
					 const struct yg_endpoint *endpoint);
const struct yg_kin *yg_survey_kin(const struct yg_survey *survey, const char *service);

/* The version that a template names in a segment of its own ("/v2/users": 2); 0 none. */
uint32_t yg_version_from_template(const char *template_);
