/* SPDX-License-Identifier: GPL-2.0-only */
/* Risk of the whole, of services and of endpoints, now and over time. */
#include "serve/private.h"

#define SERIES_HOURS	24u
#define SERIES_DAYS	30u
#define SERVICES_SHOWN	20u /* the riskiest */
#define ENDPOINTS_SHOWN 10u
#define NS_PER_HOUR	(3600 * YG_NS_PER_SECOND)

static void write_risk(void *ctx, uint64_t time_ns, uint32_t risk)
{
	struct yg_json *json = ctx;

	yg_json_open_object(json);
	yg_json_pair_time(json, "time", time_ns);
	yg_json_pair_uint(json, "risk", risk);
	yg_json_close_object(json);
}

void yg_risk_series(struct yg_desk *desk, struct yg_http_request *request, uint64_t endpoint,
		    struct yg_slice service)
{
	uint64_t now_ns = desk->options.epoch_ns(desk->options.ctx);

	for (int by_day = 0; by_day < 2; by_day++) {
		uint64_t span_ns = (by_day ? SERIES_DAYS * 24u : SERIES_HOURS) * NS_PER_HOUR;
		uint64_t since_ns = now_ns > span_ns ? now_ns - span_ns : 0;

		yg_json_reset(desk->json);
		yg_json_open_array(desk->json);
		if (service.len)
			(void)!yg_store_service_risks(desk->store, service, since_ns, by_day,
						      write_risk, desk->json);
		else
			(void)!yg_store_risks(desk->store, endpoint, since_ns, by_day, write_risk,
					      desk->json);
		yg_json_close_array(desk->json);
		yg_http_add(request,
			    by_day ? YG_SLICE(",\"risk_days\":") : YG_SLICE(",\"risk_hours\":"));
		yg_http_add(request, yg_json_view(desk->json));
	}
}

static void write_service(void *ctx, struct yg_slice service, uint32_t risk, uint64_t endpoints)
{
	struct yg_json *json = ctx;

	yg_json_open_object(json);
	yg_json_pair_slice(json, "service", service);
	yg_json_pair_uint(json, "risk", risk);
	yg_json_pair_uint(json, "endpoints", endpoints);
	yg_json_close_object(json);
}

void yg_risk_services(struct yg_desk *desk, struct yg_slice service)
{
	yg_json_key(desk->json, "services");
	yg_json_open_array(desk->json);
	(void)!yg_store_services(desk->store, service, SERVICES_SHOWN, write_service, desk->json);
	yg_json_close_array(desk->json);
}

static void keep_risk(void *ctx, struct yg_slice service, uint32_t risk, uint64_t endpoints)
{
	(void)service;
	(void)endpoints;
	*(uint32_t *)ctx = risk;
}

void yg_get_risk(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	struct yg_slice service = yg_slice_from_str(yg_http_argument(request, "service"));
	struct yg_store_filter filter = { .service = service,
					  .order = YG_STORE_BY_RISK,
					  .limit = ENDPOINTS_SHOWN };
	struct yg_reply_list endpoints = { .request = request };
	uint32_t risk = service.len ? 0 : yg_store_risk(desk->store);

	(void)rest;
	if (service.len && yg_store_services(desk->store, service, 1, keep_risk, &risk) != 1) {
		yg_reply_error(desk, request, 404, "service", "not found");
		return;
	}
	yg_json_reset(desk->json);
	yg_json_open_object(desk->json);
	yg_json_pair_str(desk->json, "type", "risk");
	yg_json_pair_slice(desk->json, "service", service);
	yg_json_pair_uint(desk->json, "risk", risk);
	yg_risk_services(desk, service);
	yg_json_close_object(desk->json);
	yg_http_add(request, yg_json_view(desk->json));
	yg_http_trim(request, 1);
	yg_risk_series(desk, request, 0, service);
	yg_http_add(request, YG_SLICE(",\"endpoints\":["));
	(void)!yg_store_each(desk->store, YG_STORE_ENDPOINTS, &filter, yg_reply_list_add,
			     &endpoints);
	yg_http_add(request, YG_SLICE("]}\n"));
	yg_http_send(request, 200, "application/json");
}
