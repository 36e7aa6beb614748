/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose endpoints requests ask that name no service: see the head of respond/knowledge_name.c. */
#include <errno.h>

#include "endpoint/listener.h"
#include "endpoint/service.h"
#include "endpoint/templates.h"
#include "respond/knowledge.h"

#include "scene.h"

#define HOST	"api.example.com"
#define OTHER	"admin.example.com"
#define ADDRESS "192.0.2.10"

struct list {
	char text[8192];
};

static void add_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct list *list = ctx;
	size_t len = strlen(list->text);

	(void)snprintf(list->text + len, sizeof(list->text) - len, "%s%s %lu\n", endpoint->service,
		       endpoint->template_, endpoint->requests);
}

/* "host/template requests", one a line. */
static struct list list_endpoints(const struct scene *scene)
{
	struct list list = { "" };

	assert_true(yg_knowledge_endpoints(scene->knowledge, add_endpoint, &list) >= 0);
	return list;
}

static void open_quietly(struct scene *scene)
{
	scene_open(scene, (struct yg_knowledge_options){ 0 });
}

/* By name, under TLS; each answer another one, so that none is taken for what anything gets. */
static void ask_by_name(struct scene *scene, const char *host, const char *target, uint32_t times)
{
	char answer[128];

	for (uint32_t i = 0; i < times; i++) {
		(void)snprintf(answer, sizeof(answer), "{\"state\":\"%s %u\"}", target, i);
		scene_show(scene,
			   &(struct scene_call){
				   .host = host, .target = target, .answer = answer, .tls = true });
	}
}

/* @call: without a name. Return: whence its service came. */
static const char *ask_unnamed(struct scene *scene, struct scene_call call)
{
	call.tls = true;
	call.nameless = true;
	call.answer = "{\"state\":\"open\"}";
	scene_show(scene, &call);
	return yg_service_source_name((enum yg_service_source)scene->seen.source);
}

static void is_seen_as(const struct scene *scene, const char *service)
{
	assert_true(yg_slice_equal(scene->seen.service, yg_slice_from_str(service)));
}

static void a_request_that_names_a_host_is_of_that_host(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	ask_by_name(&scene, HOST, "/v1/orders", YG_LISTENER_SURE + 1);
	scene_show(&scene, &(struct scene_call){ .host = OTHER,
						 .target = "/v1/orders",
						 .sni = HOST,
						 .sni_denied = true,
						 .named = HOST,
						 .tls = true });
	is_seen_as(&scene, OTHER);
	assert_int_equal(scene.seen.source, YG_SERVICE_REQUEST);
	/* One that is not believed is still not somebody else's. */
	scene_show(&scene, &(struct scene_call){ .host = "a b",
						 .target = "/v1/orders",
						 .sni = HOST,
						 .named = HOST,
						 .tls = true });
	is_seen_as(&scene, ADDRESS);
	assert_int_equal(scene.seen.source, YG_SERVICE_ADDRESS);
}

static const struct {
	const char *name;
	uint32_t by_name, by_other; /* requests of the listener before */
	struct scene_call call;
	const char *service, *source;
} cases[] = {
	{ "nothing", 0, 0, { .target = "/v1/orders" }, ADDRESS, "address" },
	{ "the handshake", 1, 1, { .target = "/v1/orders", .sni = HOST }, HOST, "sni" },
	{ "the handshake, above all",
	  1,
	  1,
	  { .target = "/v1/orders", .sni = HOST, .named = OTHER },
	  HOST,
	  "sni" },
	{ "not the handshake if another host was asked on that connection",
	  1,
	  1,
	  { .target = "/v1/orders", .sni = OTHER, .sni_denied = true, .named = HOST },
	  HOST,
	  "connection" },
	{ "the connection", 1, 1, { .target = "/v1/orders", .named = HOST }, HOST, "connection" },
	{ "one host of the listener, often enough",
	  YG_LISTENER_SURE,
	  0,
	  { .target = "/v1/orders" },
	  HOST,
	  "listener" },
	{ "one host, not often enough",
	  YG_LISTENER_SURE - 1,
	  0,
	  { .target = "/v1/orders" },
	  ADDRESS,
	  "address" },
	{ "two hosts", 2 * YG_LISTENER_SURE, 1, { .target = "/v1/orders" }, ADDRESS, "address" },
	{ "another listener",
	  YG_LISTENER_SURE,
	  0,
	  { .target = "/v1/orders", .server = "192.0.2.11" },
	  "192.0.2.11",
	  "address" },
	{ "another port of it",
	  YG_LISTENER_SURE,
	  0,
	  { .target = "/v1/orders", .port = 8443 },
	  "192.0.2.10:8443",
	  "address" },
	{ "what is refused teaches nothing, so it may have the name",
	  YG_LISTENER_SURE,
	  0,
	  { .target = "/v1/nothing", .status = 404 },
	  HOST,
	  "listener" },
};

static void the_best_evidence_gives_the_name(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		SCENE_CLEANUP struct scene scene;

		print_message("%s\n", cases[i].name);
		open_quietly(&scene);
		ask_by_name(&scene, HOST, "/v1/orders", cases[i].by_name);
		ask_by_name(&scene, OTHER, "/v1/orders", cases[i].by_other);
		assert_string_equal(ask_unnamed(&scene, cases[i].call), cases[i].source);
		is_seen_as(&scene, cases[i].service);
	}
}

/* Who sends no Host reaches the default site: what that serves is not the service's. */
static void a_request_without_a_name_makes_no_row_in_a_service_that_is_asked_by_name(void **state)
{
	static const struct scene_call calls[] = {
		{ .target = "/internal/debug", .sni = HOST },
		{ .target = "/internal/debug", .named = HOST },
		{ .target = "/internal/debug" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(calls); i++) {
		SCENE_CLEANUP struct scene scene;

		open_quietly(&scene);
		ask_by_name(&scene, HOST, "/v1/orders", YG_LISTENER_SURE);
		assert_string_equal(ask_unnamed(&scene, calls[i]), "address");
		is_seen_as(&scene, ADDRESS);
		yg_knowledge_finish(scene.knowledge);
		assert_string_equal(list_endpoints(&scene).text,
				    "192.0.2.10/internal/debug 1\n" HOST "/v1/orders 100\n");
	}
}

/* HTTP/1.0 alone, under TLS: the server has nothing else to tell its sites by. */
static void a_service_that_is_asked_by_its_handshake_alone_is_learned(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	for (uint32_t i = 0; i < 3; i++)
		assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders",
									     .sni = HOST,
									     .port = 8443 }),
				    "sni");
	assert_string_equal(list_endpoints(&scene).text, HOST ":8443/v1/orders 3\n");
	/* Once it is asked by name, no more is made of it. */
	ask_by_name(&scene, HOST ":8443", "/v1/orders", 1);
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/carts",
								     .sni = HOST,
								     .port = 8443 }),
			    "address");
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders",
								     .sni = HOST,
								     .port = 8443 }),
			    "sni");
	assert_string_equal(list_endpoints(&scene).text,
			    "192.0.2.10:8443/v1/carts 1\n" HOST ":8443/v1/orders 5\n");
}

/* A gateway in front listens at the usual port: then that is what clients name. */
static void a_handshake_takes_the_port_that_clients_name(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	ask_by_name(&scene, HOST, "/v1/orders", 1);
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders",
								     .sni = HOST,
								     .port = 8443 }),
			    "sni");
	is_seen_as(&scene, HOST);
}

static void what_was_learned_under_the_address_goes_over_when_the_name_is_known(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char target[64];

	(void)state;
	open_quietly(&scene);

	for (uint32_t i = 0; i < 30; i++) {
		(void)snprintf(target, sizeof(target), "/v1/orders/%u", 1000 + 7 * i);
		(void)ask_unnamed(&scene, (struct scene_call){ .target = target });
	}
	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/secret" });
	ask_by_name(&scene, HOST, "/v1/carts", YG_LISTENER_SURE);
	/* The service is known, its orders are not. */
	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders/8" });
	is_seen_as(&scene, ADDRESS);
	for (uint32_t i = 0; i < 40; i++) {
		(void)snprintf(target, sizeof(target), "/v1/orders/%u", 5000 + 3 * i);
		ask_by_name(&scene, HOST, target, 1);
	}
	scene.time_ns += 10 * SECOND_NS;
	ask_by_name(&scene, HOST, "/v1/carts", 1);
	assert_string_equal(list_endpoints(&scene).text,
			    "192.0.2.10/v1/secret 1\n" HOST "/v1/carts 101\n" HOST
			    "/v1/orders/{id} 71\n");
	assert_true(scene.folds > 0);
	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders/9" });
	is_seen_as(&scene, HOST);
	assert_int_equal(scene.seen.endpoint->requests, 72);
}

/* The time that an exchange brings may move the very row that it was counted in. */
static void an_exchange_is_told_with_the_row_that_took_in_its_own(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	ask_by_name(&scene, HOST, "/v1/orders", YG_LISTENER_SURE);
	scene_show(&scene, &(struct scene_call){ .host = OTHER,
						 .target = "/v1/users",
						 .server = "192.0.2.11",
						 .tls = true });
	scene.time_ns += 10 * SECOND_NS;
	assert_string_equal(
		ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders", .sni = OTHER }),
		"listener");
	is_seen_as(&scene, HOST);
	assert_non_null(scene.seen.endpoint);
	assert_string_equal(scene.seen.endpoint->service, HOST);
	assert_int_equal(scene.seen.endpoint->requests, YG_LISTENER_SURE + 1);
	assert_int_equal(scene.folds, 1);
}

/* What somebody asks by the address, or by a host that is none, is the address's. */
static void what_is_asked_by_the_address_stays(void **state)
{
	static const char *const hosts[] = { ADDRESS, "a b" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(hosts); i++) {
		SCENE_CLEANUP struct scene scene;

		open_quietly(&scene);
		ask_by_name(&scene, hosts[i], "/v1/carts", 1);
		ask_by_name(&scene, HOST, "/v1/carts", YG_LISTENER_SURE);
		yg_knowledge_finish(scene.knowledge);
		assert_string_equal(list_endpoints(&scene).text,
				    "192.0.2.10/v1/carts 1\n" HOST "/v1/carts 100\n");
	}
}

/* An address that is asked by name is a sign that there are two. */
static void an_address_that_is_asked_is_another_host(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	ask_by_name(&scene, HOST, "/v1/carts", YG_LISTENER_SURE);
	ask_by_name(&scene, ADDRESS, "/v1/carts", 1);
	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/carts" });
	is_seen_as(&scene, ADDRESS);
}

/* Where no honest client names a host, one that invents a name is believed about itself alone. */
static void a_name_that_one_client_made_up_takes_nobody_elses_requests(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders" });
	for (uint32_t i = 0; i < 2 * YG_LISTENER_SURE; i++)
		scene_show(&scene, &(struct scene_call){ .host = OTHER,
							 .target = "/v1/orders",
							 .client = "203.0.113.66",
							 .tls = true });
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders" }),
			    "address");
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders",
								     .client = "203.0.113.66" }),
			    "listener");
	scene.time_ns += 10 * SECOND_NS;
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders" }),
			    "address");
	assert_string_equal(list_endpoints(&scene).text,
			    "192.0.2.10/v1/orders 3\n" OTHER "/v1/orders 201\n");
}

static void what_many_clients_name_is_what_the_others_ask(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char client[32];

	(void)state;
	open_quietly(&scene);

	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders" });
	for (uint32_t i = 0; i < YG_LISTENER_SURE; i++) {
		(void)snprintf(client, sizeof(client), "203.0.113.%u", i % YG_AUDIENCE_MANY);
		scene_show(&scene, &(struct scene_call){ .host = HOST,
							 .target = "/v1/orders",
							 .client = client,
							 .tls = true });
	}
	assert_string_equal(ask_unnamed(&scene, (struct scene_call){ .target = "/v1/orders" }),
			    "listener");
	yg_knowledge_finish(scene.knowledge);
	assert_string_equal(list_endpoints(&scene).text, HOST "/v1/orders 102\n");
}

/* The second reading of a capture gives what the whole of it teaches. */
static void an_exchange_is_told_under_the_name_that_its_row_has_in_the_end(void **state)
{
	static const struct {
		const char *path, *service, *template_;
		enum yg_service_source source;
	} rows[] = {
		{ "/v1/carts", HOST, "/v1/carts", YG_SERVICE_LISTENER },
		{ "/v1/secret", ADDRESS, "/v1/secret", YG_SERVICE_ADDRESS },
		{ "/v1/never/seen", ADDRESS, "/v1/never/seen", YG_SERVICE_ADDRESS },
	};
	SCENE_CLEANUP struct scene scene;
	struct yg_observation seen;

	(void)state;
	open_quietly(&scene);

	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/carts" });
	(void)ask_unnamed(&scene, (struct scene_call){ .target = "/v1/secret" });
	ask_by_name(&scene, HOST, "/v1/carts", YG_LISTENER_SURE);
	yg_knowledge_finish(scene.knowledge);
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		yg_knowledge_resolve(scene.knowledge,
				     &(struct yg_recall){
					     .start_ns = START_NS,
					     .method = YG_SLICE("GET"),
					     .service = YG_SLICE(ADDRESS),
					     .source = YG_SERVICE_ADDRESS,
					     .path = yg_slice_from_str(rows[i].path),
				     },
				     &seen);
		assert_int_equal(seen.source, rows[i].source);
		assert_true(yg_slice_equal(seen.service, yg_slice_from_str(rows[i].service)));
		assert_true(yg_slice_equal(seen.template_, yg_slice_from_str(rows[i].template_)));
	}
}

static void load(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	(void)id;
	assert_int_equal(yg_knowledge_load(ctx, kind, data, len), 0);
}

/* A sensor that starts again finds the connections that it had: all of them joined late. */
static void a_restart_forgets_no_name(void **state)
{
	SCENE_CLEANUP struct scene before, after;

	(void)state;
	open_quietly(&before);
	open_quietly(&after);

	ask_by_name(&before, HOST, "/v1/carts", YG_LISTENER_SURE);
	assert_int_equal(yg_knowledge_save(before.knowledge, false, load, after.knowledge), 0);
	(void)ask_unnamed(&after, (struct scene_call){ .target = "/v1/carts" });
	is_seen_as(&after, HOST);
	(void)ask_unnamed(&after, (struct scene_call){ .target = "/v1/new", .sni = HOST });
	is_seen_as(&after, ADDRESS);
}

/* Requests of what somebody wrote down teach no template: that they name the service is news. */
static void a_restart_knows_that_a_service_is_asked_by_name(void **state)
{
	const struct yg_template rule = { .text = YG_SLICE("/v1/orders"),
					  .rank = YG_TEMPLATE_USER };
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	SCENE_CLEANUP struct scene before, after;

	(void)state;
	assert_int_equal(yg_templates_new(&templates), 0);
	assert_int_equal(yg_templates_add(templates, &rule), 0);
	scene_open(&before, (struct yg_knowledge_options){ .templates = templates });
	open_quietly(&after);

	(void)ask_unnamed(&before, (struct scene_call){ .target = "/v1/carts", .sni = HOST });
	assert_int_equal(yg_knowledge_save(before.knowledge, true, load, after.knowledge), 0);
	ask_by_name(&before, HOST, "/v1/orders", 1);
	assert_int_equal(yg_knowledge_save(before.knowledge, true, load, after.knowledge), 0);
	assert_string_equal(
		ask_unnamed(&after, (struct scene_call){ .target = "/v1/new", .sni = HOST }),
		"address");
}

/* HTTP/1.0 in clear. */
static void a_usual_port_counts_for_both_schemes(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	open_quietly(&scene);

	ask_by_name(&scene, HOST, "/v1/carts", YG_LISTENER_SURE);
	scene_show(&scene,
		   &(struct scene_call){ .target = "/v1/carts", .nameless = true, .port = 80 });
	is_seen_as(&scene, HOST);
	scene_show(&scene,
		   &(struct scene_call){ .host = OTHER, .target = "/v1/carts", .port = 80 });
	scene_show(&scene,
		   &(struct scene_call){ .target = "/v1/carts", .nameless = true, .port = 80 });
	is_seen_as(&scene, ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_that_names_a_host_is_of_that_host),
		cmocka_unit_test(the_best_evidence_gives_the_name),
		cmocka_unit_test(
			a_request_without_a_name_makes_no_row_in_a_service_that_is_asked_by_name),
		cmocka_unit_test(a_service_that_is_asked_by_its_handshake_alone_is_learned),
		cmocka_unit_test(a_handshake_takes_the_port_that_clients_name),
		cmocka_unit_test(
			what_was_learned_under_the_address_goes_over_when_the_name_is_known),
		cmocka_unit_test(an_exchange_is_told_with_the_row_that_took_in_its_own),
		cmocka_unit_test(what_is_asked_by_the_address_stays),
		cmocka_unit_test(an_address_that_is_asked_is_another_host),
		cmocka_unit_test(a_name_that_one_client_made_up_takes_nobody_elses_requests),
		cmocka_unit_test(what_many_clients_name_is_what_the_others_ask),
		cmocka_unit_test(an_exchange_is_told_under_the_name_that_its_row_has_in_the_end),
		cmocka_unit_test(a_restart_forgets_no_name),
		cmocka_unit_test(a_restart_knows_that_a_service_is_asked_by_name),
		cmocka_unit_test(a_usual_port_counts_for_both_schemes),
	};

	return cmocka_run_group_tests_name("respond/knowledge_name", tests, NULL, NULL);
}
