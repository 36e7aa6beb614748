/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/inventory.h"
#include "endpoint/listener.h"
#include "endpoint/service.h"
#include "scene.h"

#define EDGE_NS (START_NS + SECOND_NS)

/* An edge request, and the one that it led to meanwhile, which names @host. */
static const struct yg_endpoint *ask_through(struct scene *scene, const char *host)
{
	scene_show(scene, &(struct scene_call){ .target = "/orders",
						.host = host,
						.client = "192.0.2.10",
						.server = "10.0.0.9",
						.outbound = true,
						.time_ns = EDGE_NS + SECOND_NS / 1000 });
	scene_show(scene,
		   &(struct scene_call){ .target = "/orders", .millis = 3, .time_ns = EDGE_NS });
	yg_knowledge_finish(scene->knowledge);
	assert_non_null(scene->seen.endpoint);
	return scene->seen.endpoint;
}

static void add_requests(void *ctx, const struct yg_caller_info *caller)
{
	*(uint64_t *)ctx += caller->requests;
}

static uint64_t requests_of_callers(const struct scene *scene)
{
	uint64_t requests = 0;

	assert_true(yg_knowledge_callers(scene->knowledge, add_requests, &requests) > 0);
	return requests;
}

static void what_a_client_asked_once_is_counted_once(void **state)
{
	SCENE_CLEANUP struct scene scene;
	const struct yg_endpoint *endpoint;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	endpoint = ask_through(&scene, NULL);
	assert_int_equal(endpoint->requests, 1);
	assert_int_equal(endpoint->request_bytes, 200);
	assert_int_equal(endpoint->status_count, 1);
	assert_int_equal(endpoint->status[0].count, 1);
	/* Minutes say the same, and callers. */
	assert_int_equal(scene.cell_requests, 1);
	assert_int_equal(requests_of_callers(&scene), 1);
	assert_int_equal(scene.cells, 1);
}

static void count_requests(void *ctx, const struct yg_endpoint *endpoint)
{
	(void)ctx;
	assert_int_equal(endpoint->requests, 1);
}

static void an_upstream_of_another_name_keeps_its_own_count(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	assert_int_equal(ask_through(&scene, "orders.internal")->requests, 1);
	assert_int_equal(yg_knowledge_endpoints(scene.knowledge, count_requests, NULL), 2);
	assert_int_equal(scene.cell_requests, 2);
	assert_int_equal(requests_of_callers(&scene), 2);
}

static void is_of_orders(void *ctx, const struct yg_endpoint *endpoint)
{
	bool is_named = strcmp(endpoint->service, "api.example.com") == 0;

	(void)ctx;
	assert_string_equal(endpoint->template_, "/orders");
	assert_int_equal(endpoint->requests, is_named ? YG_LISTENER_SURE - 1 : 1);
}

/* A service of this host that a process of it asks: both tell of each request. */
static void what_both_ends_tell_teaches_once(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct scene_call call = { .target = "/orders", .tls = true };

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (uint32_t i = 0; i < 2 * (YG_LISTENER_SURE - 1); i++) {
		call.twin = call.outbound = i % 2;
		call.target = call.twin && i > 100 ? "/nobody/served/this" : "/orders";
		scene_show(&scene, &call);
	}
	scene_show(&scene,
		   &(struct scene_call){ .target = "/orders", .tls = true, .nameless = true });
	assert_int_equal(scene.seen.source, YG_SERVICE_ADDRESS);
	assert_int_equal(yg_knowledge_endpoints(scene.knowledge, is_of_orders, NULL), 2);
}

/* Gateway and upstream are on this host: of their hop both ends tell, and one was counted. */
static void a_hop_that_both_ends_tell_is_taken_back_once(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct scene_call hop = { .target = "/orders",
				  .client = "192.0.2.10",
				  .server = "10.0.0.9",
				  .time_ns = EDGE_NS + SECOND_NS / 1000 };

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	scene_show(&scene, &(struct scene_call){ .target = "/orders", .time_ns = START_NS });
	scene_show(&scene, &hop);
	hop.twin = hop.outbound = true;
	scene_show(&scene, &hop);
	scene_show(&scene,
		   &(struct scene_call){ .target = "/orders", .millis = 3, .time_ns = EDGE_NS });
	yg_knowledge_finish(scene.knowledge);
	assert_int_equal(scene.seen.endpoint->requests, 2);
	assert_int_equal(requests_of_callers(&scene), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_client_asked_once_is_counted_once),
		cmocka_unit_test(what_both_ends_tell_teaches_once),
		cmocka_unit_test(a_hop_that_both_ends_tell_is_taken_back_once),
		cmocka_unit_test(an_upstream_of_another_name_keeps_its_own_count),
	};

	return cmocka_run_group_tests_name("respond/knowledge_hops", tests, NULL, NULL);
}
