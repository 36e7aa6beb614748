/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/talk.h"
#include "scene.h"

static const struct yg_ws_said said[2] = { { .largest = 9 }, { .largest = 4 } };

static struct yg_websocket websocket(const char *host, const char *target)
{
	return (struct yg_websocket){
		.start_ns = START_NS,
		.end_ns = START_NS + 3 * SECOND_NS,
		.host = yg_slice_from_str(host),
		.target = yg_slice_from_str(target),
		.is_first = true,
		.is_ended = true,
		.said = { &said[0], &said[1] },
		.news[0] = { .messages = 3, .text = 3, .bytes = 21 },
		.text[0] = YG_SLICE("{\"say\":\"hello\"}"),
	};
}

static uint64_t counter_value;

static void find_counter(void *ctx, const char *name, uint64_t value)
{
	if (strcmp(ctx, name) == 0)
		counter_value = value;
}

static uint64_t counter(const struct scene *scene, const char *name)
{
	char copy[64];

	(void)snprintf(copy, sizeof(copy), "%s", name);
	counter_value = UINT64_MAX;
	yg_knowledge_counters(scene->knowledge, find_counter, copy);
	return counter_value;
}

/* What was said over the WebSockets of the endpoint that @opened saw last. */
static const struct yg_talk *talk_of(const struct scene *scene, const struct scene *opened)
{
	const struct yg_talk *talk;

	assert_non_null(opened->seen.endpoint);
	talk = yg_knowledge_talk(scene->knowledge, opened->seen.endpoint->id);
	assert_non_null(talk);
	return talk;
}

static void what_is_said_counts_for_the_endpoint_that_opened_it(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct yg_websocket ws = websocket("API.example.com:80", "/rooms/17/chat?token=x");
	const struct yg_talk *talk;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	scene_show(&scene, &(struct scene_call){ .target = "/rooms/42/chat", .status = 101 });
	yg_knowledge_websocket(scene.knowledge, &ws);
	talk = talk_of(&scene, &scene);
	assert_int_equal(talk->sides[0].said.messages, 3);
	assert_string_equal(talk->sides[0].sample, "{\"say\":\"aaaaa\"}");
	assert_int_equal(scene.seen.endpoint->requests, 1); /* nothing else was counted */
	assert_int_equal(counter(&scene, "websocket.endpoints"), 1);
	assert_int_equal(counter(&scene, "websocket.unplaced"), 0);
}

static void one_in_four_stands_for_four(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct yg_websocket ws = websocket("api.example.com", "/chat");

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	scene_show(&scene, &(struct scene_call){ .target = "/chat", .status = 101 });
	ws.sampled = 1u << 30;
	yg_knowledge_websocket(scene.knowledge, &ws);
	assert_int_equal(talk_of(&scene, &scene)->sides[0].said.bytes, 84);
}

static void what_nobody_opened_is_counted_apart(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct yg_websocket ws = websocket("api.example.com", "/chat"), joined = ws;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	yg_knowledge_websocket(scene.knowledge, &ws);
	joined.target = (struct yg_slice){ NULL, 0 };
	yg_knowledge_websocket(scene.knowledge, &joined);
	assert_int_equal(counter(&scene, "websocket.unplaced"), 2);
	assert_int_equal(counter(&scene, "websocket.endpoints"), 0);
}

static void add_call(struct yg_ws_calls *calls, bool server, const char *text)
{
	char room[YG_WS_UNPACK_MAX];
	struct yg_ws_call call;

	yg_ws_call_read(yg_slice_from_str(text), false, server, room, &call);
	yg_ws_calls_take(calls, server, false, &call);
}

static bool has_data(const struct scene *scene, const char *path, bool response)
{
	const struct yg_endpoint *endpoint = scene->seen.endpoint;
	uint32_t count;
	const struct yg_data_field *fields =
		yg_data_fields(yg_knowledge_data(scene->knowledge), endpoint->index, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(fields[i].path, path) == 0 && fields[i].response == response)
			return true;
	}
	return false;
}

/* Operations by name, their outcomes at the endpoint, and classes of data in their fields. */
static void what_is_done_inside_shows_at_its_endpoint(void **state)
{
	struct yg_ws_calls calls = { .others = 0 };
	SCENE_CLEANUP struct scene scene;
	struct yg_websocket ws = websocket("api.example.com", "/rpc");
	const struct yg_talk *talk;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	scene_show(&scene, &(struct scene_call){ .target = "/rpc", .status = 101 });
	add_call(&calls, false,
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pay\",\"params\":"
		 "{\"card\":\"4111111111111111\"}}");
	add_call(&calls, true,
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":401,\"message\":\"no\"}}");
	add_call(
		&calls, true,
		"{\"jsonrpc\":\"2.0\",\"method\":\"told\",\"params\":{\"email\":\"ann@example.jp\"}}");
	ws.calls = &calls;
	ws.sampled = 1u << 31;
	yg_knowledge_websocket(scene.knowledge, &ws);
	talk = talk_of(&scene, &scene);
	assert_string_equal(talk->calls.rows[0].name, "pay");
	assert_int_equal(talk->calls.rows[0].asked, 2); /* one of two is sampled */
	assert_int_equal(talk->calls.rows[0].outcomes[YG_OUTCOME_UNAUTHENTICATED], 2);
	assert_string_equal(talk->calls.rows[1].name, "told");
	assert_true(talk->calls.rows[1].server);
	assert_int_equal(scene.seen.endpoint->inside[YG_OUTCOME_UNAUTHENTICATED], 2);
	assert_int_equal(scene.seen.endpoint->requests, 1);
	assert_true(has_data(&scene, "$.params.card", false));
	assert_true(has_data(&scene, "$.params.email", true));
	assert_false(has_data(&scene, "$.params.email", false));
}

static void load_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	(void)id;
	assert_int_equal(yg_knowledge_load(ctx, kind, data, len), 0);
}

static void it_outlives_a_restart(void **state)
{
	SCENE_CLEANUP struct scene old;
	SCENE_CLEANUP struct scene new;
	struct yg_websocket ws = websocket("api.example.com", "/chat");

	(void)state;
	scene_open(&old, (struct yg_knowledge_options){ 0 });
	scene_open(&new, (struct yg_knowledge_options){ 0 });
	scene_show(&old, &(struct scene_call){ .target = "/chat", .status = 101 });
	yg_knowledge_websocket(old.knowledge, &ws);
	assert_int_equal(yg_knowledge_save(old.knowledge, false, load_blob, new.knowledge), 0);
	yg_knowledge_websocket(new.knowledge, &ws);
	assert_int_equal(talk_of(&new, &old)->sockets, 2);
}

/* A stream of a language model that lasts: how it went, and what it took, is known in the end. */
static void a_long_answer_counts_once_when_it_is_over(void **state)
{
	static const char body[] = "{\"model\":\"m-1\",\"messages\":[]}";
	static const char answer[] = "data: {\"usage\":{\"prompt_tokens\":12}}\n\n"
				     "data: {\"usage\":{\"completion_tokens\":7}}\n\n"
				     "data: {\"error\":{\"type\":\"overloaded_error\"}}\n\n";
	struct yg_header fields[] = { { YG_SLICE("Host"), YG_SLICE("api.example.com") },
				      { YG_SLICE("Content-Type"), YG_SLICE("application/json") } };
	struct yg_header answer_field = { YG_SLICE("Content-Type"), YG_SLICE("text/event-stream") };
	struct yg_exchange exchange = {
		.open = true,
		.request = { .present = true,
			     .complete = true,
			     .start_ns = START_NS,
			     .method = YG_SLICE("POST"),
			     .target = YG_SLICE("/v1/chat/completions"),
			     .headers = fields,
			     .header_count = 2,
			     .body = { body, sizeof(body) - 1 },
			     .body_bytes = sizeof(body) - 1 },
		.response = { .present = true,
			      .status = 200,
			      .headers = &answer_field,
			      .header_count = 1,
			      .body = { answer, sizeof(answer) - 1 },
			      .body_bytes = sizeof(answer) - 1 },
	};
	const struct yg_subject subject = { .exchange = &exchange };
	const struct yg_endpoint *endpoint;
	struct yg_observation seen;
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	yg_knowledge_observe(scene.knowledge, &subject, START_NS, &seen);
	endpoint = seen.endpoint;
	assert_non_null(endpoint);
	assert_int_equal(endpoint->inside[YG_INSIDE_TOKENS_IN], 0);
	exchange.open = false;
	exchange.rest = exchange.response.complete = true;
	yg_knowledge_rest(scene.knowledge, &exchange);
	assert_int_equal(endpoint->requests, 1);
	assert_int_equal(endpoint->inside[YG_INSIDE_TOKENS_IN], 12);
	assert_int_equal(endpoint->inside[YG_INSIDE_TOKENS_OUT], 7);
	assert_int_equal(endpoint->inside[YG_OUTCOME_FAILED], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_counts_for_the_endpoint_that_opened_it),
		cmocka_unit_test(one_in_four_stands_for_four),
		cmocka_unit_test(what_nobody_opened_is_counted_apart),
		cmocka_unit_test(what_is_done_inside_shows_at_its_endpoint),
		cmocka_unit_test(it_outlives_a_restart),
		cmocka_unit_test(a_long_answer_counts_once_when_it_is_over),
	};

	return cmocka_run_group_tests_name("respond/knowledge_talk", tests, NULL, NULL);
}
