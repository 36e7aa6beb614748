/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the desk share. Private to stage 10. */
#pragma once

#include "core/json.h"
#include "serve/desk.h"
#include "serve/enforcer.h"
#include "serve/http.h"
#include "serve/intake.h"
#include "serve/status.h"
#include "store/store.h"

#define YG_NS_PER_SECOND 1000000000ull

struct yg_desk {
	struct yg_desk_options options;
	struct yg_store *store;
	struct yg_status *status;
	struct yg_intake *intake;
	struct yg_enforcer *enforcer;
	struct yg_http *api;
	struct yg_http *metrics; /* NULL: none */
	struct yg_json *json;	 /* objects that are no rows of the store */
	uint64_t offset_ns;	 /* epoch minus monotonic, at the last tick */
	uint64_t tick_ns;	 /* monotonic: next tick of the store */
	uint64_t reconcile_ns;	 /* monotonic: next look at what should be blocked */
	size_t reconcile_at;	 /* the first one that was not looked at in this round */
	uint64_t damaged_noted;	 /* files moved aside that were told of */
	int tick_error;		 /* of the last tick: told once */
	uint64_t denied;	 /* requests of those who may not */
};

/* A place of the API. @rest: what stands for "{}" in the path; "" without. */
typedef void (*yg_route_fn)(struct yg_desk *desk, struct yg_http_request *request,
			    const char *rest);

/* route.c */
void yg_route(void *ctx, struct yg_http_request *request);	   /* ctx: desk; the API */
void yg_route_metrics(void *ctx, struct yg_http_request *request); /* ctx: desk; /metrics alone */

/* {"error":{"object":...,"cause":...}} and send it. */
void yg_reply_error(struct yg_desk *desk, struct yg_http_request *request, unsigned int status,
		    const char *object, const char *cause);
/* The object in desk->json as the whole answer. */
void yg_reply_json(struct yg_desk *desk, struct yg_http_request *request, unsigned int status);

/* A list being answered: {"items":[...],"next_offset":N}, or an object a line. */
struct yg_reply_list {
	struct yg_http_request *request;
	bool lines;
	uint64_t count;
};

/* Begin the answer to @request, in the form its Accept header asks for. */
void yg_reply_list_open(struct yg_reply_list *list, struct yg_http_request *request);
/* Add one object; @ctx: the list. Always 0. */
int yg_reply_list_add(void *ctx, struct yg_slice object);
/* End and send it. @next: offset of the rows that did not fit; 0: there are none. */
void yg_reply_list_close(struct yg_reply_list *list, uint64_t next);

/* Id of 16 hex digits. Return: 0; -EINVAL. */
YG_MUST_CHECK int yg_id_from_text(const char *text, uint64_t *ret);

/* reads.c */
void yg_get_status(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_endpoints(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_endpoint(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_callers(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_parties(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_relations(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_findings(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_finding(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_samples(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_rules(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_post_query(struct yg_desk *desk, struct yg_http_request *request, const char *rest);

/* blocks.c */
void yg_get_blocks(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_post_block(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_delete_block(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_post_approve(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_post_dismiss(struct yg_desk *desk, struct yg_http_request *request, const char *rest);

/* reconcile.c: blocks that have not ended, but the kernel lost (a reboot): ask again. */
void yg_blocks_reconcile(struct yg_desk *desk);

/* openapi.c */
void yg_get_openapi(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
void yg_get_schemas(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
/* Append the parameters and fields of one endpoint to its open object. */
void yg_openapi_fields(struct yg_desk *desk, struct yg_http_request *request, uint64_t id);

/* risk.c */
void yg_get_risk(struct yg_desk *desk, struct yg_http_request *request, const char *rest);
/* ,"risk_hours":[...],"risk_days":[...] of one endpoint; of a service; of the whole: 0, absent. */
void yg_risk_series(struct yg_desk *desk, struct yg_http_request *request, uint64_t endpoint,
		    struct yg_slice service);
/* "services":[...] inside the object that is open: the riskiest, or that one. */
void yg_risk_services(struct yg_desk *desk, struct yg_slice service);

/* metrics.c */
void yg_get_metrics(struct yg_desk *desk, struct yg_http_request *request, const char *rest);

/* Every counter of the desk itself: table, name, value, help. */
typedef void (*yg_desk_counter_fn)(void *ctx, const char *table, const char *name, uint64_t value,
				   const char *help);
void yg_desk_counters(const struct yg_desk *desk, yg_desk_counter_fn fn, void *ctx);
