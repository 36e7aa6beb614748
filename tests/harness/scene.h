/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exchanges made by hand and shown to a struct yg_knowledge, for tests of stages 4 to 7.
 */
#pragma once

#include <stdio.h>

#include "core/macros.h"
#include "respond/knowledge.h"

#include "test.h"

#define SECOND_NS 1000000000ull
#define MILLI_NS  1000000ull
#define START_NS  1700000000000000000ull /* some day in 2023 */

/* One exchange in words; what is NULL or 0 gets a usual value. */
struct scene_call {
	const char *method; /* GET */
	const char *target;
	const char *host; /* api.example.com */
	const char *bearer;
	const char *basic;	/* base64 */
	const char *client;	/* 198.51.100.7 */
	const char *body;	/* JSON of the request */
	const char *answer;	/* of the response */
	const char *type;	/* of the answer: application/json */
	struct yg_header field; /* one more of the answer; absent: none */
	const char *accept;	/* of the request */
	const char *server;	/* 192.0.2.10 */
	const char *ja4;	/* of the connection */
	const char *sni;	/* of the same */
	const char *named;	/* by other requests of the same */
	uint16_t port;		/* of the server: 443 */
	uint16_t status;	/* 200 */
	uint32_t anomalies;
	uint32_t unknown; /* fields of the request */
	uint32_t silence; /* milliseconds until the answer begins: 1 */
	uint32_t millis;  /* until the answer has ended: when it begins */
	uint64_t time_ns; /* one second after the last call */
	bool uncertain;	  /* addresses_certain is false */
	bool forwarded;
	bool unanswered;
	bool broken;  /* ... or not to the end: the connection was over before */
	bool refused; /* the request */
	bool tls, outbound;
	bool twin;	 /* the other end told it already */
	bool nameless;	 /* no Host */
	bool sni_denied; /* as in the exchange */
};

struct scene {
	struct yg_knowledge *knowledge;
	uint64_t time_ns; /* of the last call */
	uint32_t found, repeated, acted, requests, cells, folds, drops;
	struct yg_finding last;	    /* of any rule about attacks */
	struct yg_finding posture;  /* of any rule about posture */
	uint32_t postures;	    /* times it was told */
	uint64_t cell_requests;	    /* of all minutes that have ended */
	struct yg_request request;  /* the last one */
	struct yg_observation seen; /* by the last call */
	uint64_t forgotten[64];	    /* [forgotten_count] ids of blobs, the last ones */
	uint32_t forgotten_count;
};

static inline void scene_on_finding(void *ctx, const struct yg_finding *finding, enum yg_news news)
{
	struct scene *scene = ctx;

	/* Apart: most cases send credentials in clear text, which is a fault of its own. */
	if (finding->state != YG_STATE_NONE) {
		scene->postures++;
		scene->posture = *finding;
		return;
	}
	scene->found += news == YG_NEWS_FOUND;
	scene->repeated += news == YG_NEWS_REPEAT;
	scene->acted += news == YG_NEWS_ACTION;
	scene->last = *finding;
}

static inline void scene_on_request(void *ctx, const struct yg_request *request)
{
	struct scene *scene = ctx;

	scene->requests++;
	scene->request = *request;
}

static inline void scene_on_cell(void *ctx, const struct yg_endpoint *endpoint,
				 const struct yg_cell *cell)
{
	struct scene *scene = ctx;

	(void)endpoint;
	assert_true(cell->requests > 0);
	scene->cells++;
	scene->cell_requests += cell->requests;
}

static inline void scene_on_fold(void *ctx, uint64_t from, const struct yg_endpoint *into)
{
	struct scene *scene = ctx;

	assert_true(!into || from != into->id);
	scene->folds += into != NULL;
	scene->drops += !into;
}

static inline void scene_on_forget(void *ctx, enum yg_blob kind, uint64_t id)
{
	struct scene *scene = ctx;

	assert_true(kind > 0 && kind < YG_BLOB_MAX);
	scene->forgotten[scene->forgotten_count++ % YG_ARRAY_SIZE(scene->forgotten)] = id;
}

/* @options: keys are set here. */
static inline void scene_open(struct scene *scene, struct yg_knowledge_options options)
{
	const struct yg_knowledge_sink sink = {
		.ctx = scene,
		.on_finding = scene_on_finding,
		.on_request = scene_on_request,
		.on_cell = scene_on_cell,
		.on_fold = scene_on_fold,
		.on_forget = scene_on_forget,
	};

	options.identity_key = (struct yg_hash_key){ 1, 2 };
	options.table_key = (struct yg_hash_key){ 3, 4 };
	*scene = (struct scene){ .time_ns = START_NS };
	assert_int_equal(yg_knowledge_new(&options, &sink, &scene->knowledge), 0);
}

static inline void scene_load_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data,
				   size_t len)
{
	struct scene *scene = ctx;

	assert_true(id != 0);
	assert_int_equal(yg_knowledge_load(scene->knowledge, kind, data, len), 0);
}

/* The analyzer begins anew with what it has saved; so does the scene. */
static inline void scene_restart(struct scene *scene)
{
	struct scene former = *scene;

	scene_open(scene, (struct yg_knowledge_options){ 0 });
	scene->time_ns = former.time_ns;
	assert_int_equal(yg_knowledge_save(former.knowledge, false, scene_load_blob, scene), 0);
	yg_knowledge_free(&former.knowledge);
}

static inline void scene_close(struct scene *scene)
{
	yg_knowledge_free(&scene->knowledge);
}

#define SCENE_CLEANUP __attribute__((cleanup(scene_close)))

static inline const char *scene_or(const char *text, const char *usual)
{
	return text ? text : usual;
}

/* Room for the fields of one call's request. */
struct scene_fields {
	struct yg_header rows[4];
	uint32_t count;
	char authorization[256];
};

static inline void scene_add_field(struct scene_fields *fields, const char *name, const char *value)
{
	fields->rows[fields->count++] =
		(struct yg_header){ yg_slice_from_str(name), yg_slice_from_str(value) };
}

static inline void scene_fill_fields(const struct scene_call *call, struct scene_fields *ret)
{
	ret->count = 0;
	if (!call->nameless)
		scene_add_field(ret, "Host", scene_or(call->host, "api.example.com"));
	if (call->bearer || call->basic) {
		(void)snprintf(ret->authorization, sizeof(ret->authorization), "%s %s",
			       call->bearer ? "Bearer" : "Basic",
			       scene_or(call->bearer, call->basic));
		scene_add_field(ret, "Authorization", ret->authorization);
	}
	if (call->body)
		scene_add_field(ret, "Content-Type", "application/json");
	if (call->accept)
		scene_add_field(ret, "Accept", call->accept);
}

static inline struct yg_message scene_request(const struct scene_call *call, uint64_t time_ns,
					      const struct scene_fields *fields)
{
	return (struct yg_message){
		.present = true,
		.complete = true,
		.refused = call->refused,
		.version_minor = 1,
		.anomalies = call->anomalies,
		.start_ns = time_ns,
		.end_ns = time_ns,
		.head_bytes = 200,
		.body_bytes = call->body ? strlen(call->body) : 0,
		.method = yg_slice_from_str(scene_or(call->method, "GET")),
		.target = yg_slice_from_str(call->target),
		.headers = fields->rows,
		.header_count = fields->count,
		.header_unknown = call->unknown,
		.body = yg_slice_from_str(call->body),
	};
}

static inline struct yg_message scene_response(const struct scene_call *call, uint64_t time_ns,
					       const struct yg_header *fields)
{
	uint64_t begun_ns = time_ns + (call->silence ? call->silence : 1) * MILLI_NS;

	return (struct yg_message){
		.present = true,
		.complete = true,
		.version_minor = 1,
		.start_ns = begun_ns,
		.end_ns = call->millis ? time_ns + call->millis * MILLI_NS : begun_ns,
		.head_bytes = 150,
		.body_bytes = call->answer ? strlen(call->answer) : 0,
		.status = call->status ? call->status : 200,
		.headers = fields,
		.header_count = call->field.name.ptr ? 2 : 1,
		.body = yg_slice_from_str(call->answer),
	};
}

static inline struct yg_peer scene_peer(const char *address, uint16_t port)
{
	struct yg_peer peer = { .port = port };

	assert_int_equal(yg_address_from_text(yg_slice_from_str(address), &peer.addr), 0);
	return peer;
}

static inline void scene_show(struct scene *scene, const struct scene_call *call)
{
	struct yg_header answer_fields[2] = {
		{ YG_SLICE("Content-Type"),
		  yg_slice_from_str(scene_or(call->type, "application/json")) },
		call->field,
	};
	struct yg_exchange exchange = {
		.addresses_certain = !call->uncertain,
		.tls = call->tls,
		.ja4 = yg_slice_from_str(call->ja4),
		.sni = yg_slice_from_str(call->sni),
		.sni_denied = call->sni_denied,
		.named = yg_slice_from_str(call->named),
		.outbound = call->outbound,
		.twin = call->twin,
		.broken = call->broken,
		.client = scene_peer(scene_or(call->client, "198.51.100.7"), 40000),
		.server = scene_peer(scene_or(call->server, "192.0.2.10"),
				     call->port ? call->port : 443),
	};
	const struct yg_subject subject = { .exchange = &exchange,
					    .client = exchange.client.addr,
					    .client_forwarded = call->forwarded };
	struct scene_fields fields;

	scene->time_ns = call->time_ns ? call->time_ns : scene->time_ns + SECOND_NS;
	scene_fill_fields(call, &fields);
	exchange.request = scene_request(call, scene->time_ns, &fields);
	if (!call->unanswered)
		exchange.response = scene_response(call, scene->time_ns, answer_fields);
	if (call->twin)
		yg_knowledge_twin(scene->knowledge, &subject);
	else
		yg_knowledge_observe(scene->knowledge, &subject, scene->time_ns, &scene->seen);
}

/* The findings of one rule. */
struct scene_found {
	const char *rule;
	struct yg_finding finding; /* the last of them */
	uint32_t count;
};

static inline void scene_look(void *ctx, const struct yg_finding *finding)
{
	struct scene_found *ret = ctx;

	if (strcmp(finding->rule->id, ret->rule) != 0)
		return;
	ret->finding = *finding;
	ret->count++;
}

static inline struct scene_found scene_find(struct scene *scene, const char *rule)
{
	struct scene_found ret = { .rule = rule };

	assert_true(yg_knowledge_findings(scene->knowledge, scene_look, &ret) >= 0);
	return ret;
}

/* The same request under TLS, @times. */
static inline void scene_post(struct scene *scene, const char *target, const char *body,
			      uint16_t status, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++)
		scene_show(scene, &(struct scene_call){ .method = "POST",
							.target = target,
							.tls = true,
							.body = body,
							.status = status,
							.answer = "{\"ok\":true}" });
}
