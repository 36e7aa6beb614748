/* SPDX-License-Identifier: GPL-2.0-only */
/* The API's table of places, and the shape of answers. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "serve/private.h"

#define JSON_TYPE  "application/json"
#define LINES_TYPE "application/x-ndjson"

/* A path that ends in "/{}" takes what stands there; with @tail, up to that tail. */
struct route {
	const char *method;
	const char *path;
	const char *tail;
	yg_route_fn fn;
	bool writes; /* for root and the group alone */
};

static const struct route routes[] = {
	{ "GET", "/v1/status", NULL, yg_get_status, false },
	{ "GET", "/v1/endpoints", NULL, yg_get_endpoints, false },
	{ "GET", "/v1/endpoints/", "", yg_get_endpoint, false },
	{ "GET", "/v1/callers", NULL, yg_get_callers, false },
	{ "GET", "/v1/third-parties", NULL, yg_get_parties, false },
	{ "GET", "/v1/relations", NULL, yg_get_relations, false },
	{ "GET", "/v1/findings", NULL, yg_get_findings, false },
	{ "GET", "/v1/findings/", "", yg_get_finding, false },
	{ "GET", "/v1/samples", NULL, yg_get_samples, false },
	{ "GET", "/v1/blocks", NULL, yg_get_blocks, false },
	{ "POST", "/v1/blocks", NULL, yg_post_block, true },
	{ "DELETE", "/v1/blocks/", "", yg_delete_block, true },
	{ "POST", "/v1/findings/", "/approve", yg_post_approve, true },
	{ "POST", "/v1/findings/", "/dismiss", yg_post_dismiss, true },
	{ "GET", "/v1/rules", NULL, yg_get_rules, false },
	{ "POST", "/v1/query", NULL, yg_post_query, false },
	{ "GET", "/v1/openapi", NULL, yg_get_openapi, false },
	{ "GET", "/v1/schemas", NULL, yg_get_schemas, false },
	{ "GET", "/v1/risk", NULL, yg_get_risk, false },
	{ "GET", "/metrics", NULL, yg_get_metrics, false },
};

#define REST_CAP 128 /* the longest is a prefix as text */

/* Does @path fit @route? @ret: [REST_CAP] what stands for the parameter. */
static bool match(const struct route *route, const char *path, char *ret)
{
	size_t head = strlen(route->path), len = strlen(path);
	size_t tail = route->tail ? strlen(route->tail) : 0;

	ret[0] = '\0';
	if (!route->tail)
		return strcmp(path, route->path) == 0;
	if (len <= head + tail || strncmp(path, route->path, head) != 0 ||
	    strcmp(path + len - tail, route->tail) != 0 || len - head - tail >= REST_CAP)
		return false;
	memcpy(ret, path + head, len - head - tail);
	ret[len - head - tail] = '\0';
	return true;
}

void yg_reply_error(struct yg_desk *desk, struct yg_http_request *request, unsigned int status,
		    const char *object, const char *cause)
{
	yg_json_reset(desk->json);
	yg_json_open_object(desk->json);
	yg_json_key(desk->json, "error");
	yg_json_open_object(desk->json);
	yg_json_pair_str(desk->json, "object", object);
	yg_json_pair_str(desk->json, "cause", cause);
	yg_json_close_object(desk->json);
	yg_json_close_object(desk->json);
	yg_reply_json(desk, request, status);
}

void yg_reply_json(struct yg_desk *desk, struct yg_http_request *request, unsigned int status)
{
	yg_http_add(request, yg_json_view(desk->json));
	yg_http_add(request, YG_SLICE("\n"));
	yg_http_send(request, status, JSON_TYPE);
}

void yg_reply_list_open(struct yg_reply_list *list, struct yg_http_request *request)
{
	const char *accept = yg_http_header(request, "Accept");

	*list = (struct yg_reply_list){ .request = request };
	list->lines = accept && strstr(accept, LINES_TYPE);
	if (!list->lines)
		yg_http_add(request, YG_SLICE("{\"items\":["));
}

int yg_reply_list_add(void *ctx, struct yg_slice object)
{
	struct yg_reply_list *list = ctx;

	if (!list->lines && list->count > 0)
		yg_http_add(list->request, YG_SLICE(","));
	yg_http_add(list->request, object);
	if (list->lines)
		yg_http_add(list->request, YG_SLICE("\n"));
	list->count++;
	return 0;
}

void yg_reply_list_close(struct yg_reply_list *list, uint64_t next)
{
	if (next)
		yg_http_set_number(list->request, "Yagura-Next-Offset", next);
	if (!list->lines && next)
		yg_http_print(list->request, "],\"next_offset\":%" PRIu64 "}\n", next);
	else if (!list->lines)
		yg_http_add(list->request, YG_SLICE("],\"next_offset\":null}\n"));
	yg_http_send(list->request, 200, list->lines ? LINES_TYPE : JSON_TYPE);
}

int yg_id_from_text(const char *text, uint64_t *ret)
{
	uint64_t id = 0;

	if (strlen(text) != 16)
		return -EINVAL;
	for (const char *p = text; *p; p++) {
		char c = yg_ascii_lower(*p);

		if (c >= '0' && c <= '9')
			id = id << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			id = id << 4 | (uint64_t)(c - 'a' + 10);
		else
			return -EINVAL;
	}
	*ret = id;
	return 0;
}

static void dispatch(struct yg_desk *desk, struct yg_http_request *request,
		     const struct route *route, const char *rest)
{
	struct yg_http_peer peer = { .uid = (uid_t)-1 };

	if (route->writes && (yg_http_peer(request, desk->options.group, &peer) || !peer.member)) {
		desk->denied++;
		yg_reply_error(desk, request, 403, yg_http_path(request),
			       "only root and the yagura group may do this");
		return;
	}
	route->fn(desk, request, rest);
}

void yg_route(void *ctx, struct yg_http_request *request)
{
	struct yg_desk *desk = ctx;
	const char *path = yg_http_path(request);
	char rest[REST_CAP];
	bool known = false;

	for (size_t i = 0; i < YG_ARRAY_SIZE(routes); i++) {
		if (!match(&routes[i], path, rest))
			continue;
		known = true;
		if (strcmp(routes[i].method, yg_http_method(request)) != 0)
			continue;
		dispatch(desk, request, &routes[i], rest);
		return;
	}
	yg_reply_error(desk, request, known ? 405 : 404, path,
		       known ? "no such method here" : "no such place");
}

void yg_route_metrics(void *ctx, struct yg_http_request *request)
{
	struct yg_desk *desk = ctx;

	if (strcmp(yg_http_path(request), "/metrics") != 0)
		yg_reply_error(desk, request, 404, yg_http_path(request), "no such place");
	else if (strcmp(yg_http_method(request), "GET") != 0)
		yg_reply_error(desk, request, 405, yg_http_path(request), "no such method here");
	else
		yg_get_metrics(desk, request, "");
}
