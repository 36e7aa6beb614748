/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rows there are in the end: servers that accept everything, scanners, a restart. */
#include "endpoint/templates.h"
#include "respond/knowledge.h"

#include "scene.h"

struct list {
	uint32_t count;
	uint64_t requests;
	char text[8192];
};

static void add_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct list *list = ctx;
	size_t len = strlen(list->text);

	list->count++;
	list->requests += endpoint->requests;
	(void)snprintf(list->text + len, sizeof(list->text) - len, "%s %s\n", endpoint->method,
		       endpoint->template_);
}

static struct list list_endpoints(const struct scene *scene)
{
	struct list list = { 0 };

	assert_true(yg_knowledge_endpoints(scene->knowledge, add_endpoint, &list) >= 0);
	return list;
}

static void get(struct scene *scene, const char *target, const char *type, const char *answer)
{
	scene_show(scene, &(struct scene_call){ .target = target, .type = type, .answer = answer });
}

static void an_application_of_one_page_leaves_its_api(void **state)
{
	static const char *const words[] = { "home",   "about", "cart",	 "help", "team", "news",
					     "jobs",   "press", "legal", "blog", "shop", "offers",
					     "stores", "login", "faq",	 "map",	 "tour", "deals" };
	SCENE_CLEANUP struct scene scene;
	struct list list;
	char target[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (size_t i = 0; i < 200; i++) {
		const char *word = words[i % YG_ARRAY_SIZE(words)];

		(void)snprintf(target, sizeof(target), i % 2 ? "/%s/%s" : "/%s%s", word,
			       words[i / 7 % YG_ARRAY_SIZE(words)]);
		get(&scene, target, "text/html; charset=utf-8", "<!doctype html><title>Shop");
		(void)snprintf(target, sizeof(target), "/api/orders/%zu", i);
		get(&scene, target, NULL, i % 3 ? "{\"id\":10,\"state\":\"sent\"}" : "{\"id\":7}");
		get(&scene, "/api/orders", NULL, i % 5 ? "[]" : "[1]");
	}
	yg_knowledge_finish(scene.knowledge);
	list = list_endpoints(&scene);
	assert_string_equal(list.text, "GET /api/orders\nGET /api/orders/{id}\n");
	assert_true(scene.drops > 0);
}

/* What a list of words asks of a server that answers all of it. */
static void a_scanner_of_a_server_that_accepts_everything_leaves_nothing(void **state)
{
	static const char *const ends[] = { "", ".php", ".asp", ".bak", "/", ".jsp", ".git/HEAD" };
	SCENE_CLEANUP struct scene scene;
	struct list list;
	char target[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 5000; i++) {
		uint64_t word = yg_hash_mix(i);

		(void)snprintf(target, sizeof(target), "/%c%ca%c%ci%c/%c%s",
			       (char)('a' + word % 26), (char)('a' + word / 26 % 26),
			       (char)('a' + word / 676 % 26), (char)('a' + word / 17576 % 26),
			       (char)('a' + word / 456976 % 26), (char)('a' + i % 26),
			       ends[i % YG_ARRAY_SIZE(ends)]);
		get(&scene, target, "text/plain", "ok");
		if (i % 50 == 0)
			get(&scene, "/health", "text/plain", i % 100 ? "up 10" : "up 11");
	}
	yg_knowledge_finish(scene.knowledge);
	list = list_endpoints(&scene);
	assert_string_equal(list.text, "GET /health\n");
}

/* Words that a scanner asks for; each once, in the same order. */
static void scan(struct scene *scene, const char *type, const char *format)
{
	static const char *const ends[] = { "", ".php", "/", "/login", ".bak", "s/list" };
	char target[64], answer[256];

	for (uint32_t i = 0; i < 600; i++) {
		uint64_t word = yg_hash_mix(i);

		(void)snprintf(target, sizeof(target), "/%c%co%c%ci%c%s", (char)('a' + word % 26),
			       (char)('a' + word / 26 % 26), (char)('a' + word / 676 % 26),
			       (char)('a' + word / 17576 % 26), (char)('a' + word / 456976 % 26),
			       ends[i % YG_ARRAY_SIZE(ends)]);
		(void)snprintf(answer, sizeof(answer), format, target, target);
		get(scene, target, type, answer);
		if (i % 10)
			continue;
		(void)snprintf(target, sizeof(target), "/v1/orders/%u/items", i);
		(void)snprintf(answer, sizeof(answer), "{\"order\":%u,\"self\":\"%s\"}", i, target);
		get(scene, target, NULL, answer);
		get(scene, "/v1/shops/ginza", NULL, i % 20 ? "{\"open\":true}" : "{\"open\":0}");
	}
}

/* Servers that say with 200 that there is no such thing, each in its way. */
static void what_a_server_says_there_is_not_is_no_endpoint(void **state)
{
	static const struct {
		const char *name, *type, *format;
	} servers[] = {
		{ "a page that repeats the path", "text/html",
		  "<!doctype html><h1>Sorry</h1><p>We have no %s for you. <a href=\"%s?again\">" },
		{ "a page whose title says so", "text/html; charset=utf-8",
		  "<html><title>404 Not Found</title><p>%s%s" },
		{ "a page whose title says so in Japanese", "text/html",
		  "<html><title>ページが見つかりません</title><p>%s%s" },
		{ "JSON with an error", NULL,
		  "{\"error\":\"not_found\",\"a\":\"%s\",\"b\":\"%s\"}" },
		{ "JSON with a code", NULL, "{\"code\":404,\"data\":null,\"x\":\"%s%s\"}" },
		{ "JSON that repeats the path", NULL,
		  "{\"success\":false,\"resource\":\"%s\",\"asked\":\"%s\"}" },
		{ "text that repeats the path", "text/plain", "Cannot GET %s (%s)" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(servers); i++) {
		SCENE_CLEANUP struct scene scene;
		struct list list;

		print_message("%s\n", servers[i].name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		scan(&scene, servers[i].type, servers[i].format);
		yg_knowledge_finish(scene.knowledge);
		list = list_endpoints(&scene);
		assert_string_equal(list.text, "GET /v1/orders/{id}/items\n"
					       "GET /v1/shops/ginza\n");
	}
}

static void one_small_answer_for_all_of_an_api_is_no_noise(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct list list;
	char target[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (int i = 0; i < 20; i++) {
		(void)snprintf(target, sizeof(target), "/v1/%cates/list", 'a' + i);
		get(&scene, target, NULL, "{\"ok\":true}");
	}
	list = list_endpoints(&scene);
	assert_int_equal(list.count, 20);
	assert_int_equal(scene.drops, 0);
}

static void payloads_in_paths_teach_nothing(void **state)
{
	static const char *const targets[] = {
		"/%3Cscript%3Ealert(1)%3C/script%3E",
		"/a/../../../etc/passwd",
		"/%3Csvg%20onload=x%3E",
		"/x%60id%60",
		"/%2e%2e/%2e%2e/windows/win.ini",
		"/..%2f..%2fetc/..%2f..",
	};
	SCENE_CLEANUP struct scene scene;
	struct list list;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "/v1/notes/1", NULL, "{}");
	for (size_t i = 0; i + 1 < YG_ARRAY_SIZE(targets); i++)
		get(&scene, targets[i], NULL, "{\"a\":1}");
	/* Where an endpoint is known, what is sent to it is its traffic. */
	get(&scene, "/v1/notes/1%3Cb%3E", NULL, "{}");
	list = list_endpoints(&scene);
	assert_string_equal(list.text, "GET /v1/notes/{id}\n");
}

/* Its server answers, and yet others see another request there, or none. */
static void evidence_teaches_no_endpoint_and_is_placed_in_known_ones(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct list list;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "/v1/notes/1", NULL, "{}");
	scene_show(&scene, &(struct scene_call){ .target = "/admin/users", .refused = true });
	assert_null(scene.seen.endpoint);
	scene_show(&scene, &(struct scene_call){ .target = "/v1/notes/1", .refused = true });
	assert_non_null(scene.seen.endpoint);
	list = list_endpoints(&scene);
	assert_int_equal(list.count, 1);
}

static void keep(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	(void)id;
	assert_int_equal(yg_knowledge_load(ctx, kind, data, len), 0);
}

/* Templates, what is a value, and ids of rows are the same on the other side of a restart. */
static void a_restart_changes_no_row(void **state)
{
	SCENE_CLEANUP struct scene before;
	SCENE_CLEANUP struct scene after;
	struct list old, new;
	char target[64];

	(void)state;
	scene_open(&before, (struct yg_knowledge_options){ 0 });
	scene_open(&after, (struct yg_knowledge_options){ 0 });

	for (int i = 0; i < 40; i++) {
		(void)snprintf(target, sizeof(target), "/shops/sh%cop%c/items", 'a' + i % 26,
			       'a' + i / 26);
		get(&before, target, NULL, "[]");
	}
	get(&before, "/buckets/us-east/a/acl", NULL, "1");
	get(&before, "/buckets/gb-lon/b/acl", NULL, "2");
	get(&before, "/buckets/ap-south-1/c/acl", NULL, "3");
	yg_knowledge_finish(before.knowledge);
	assert_int_equal(yg_knowledge_save(before.knowledge, false, keep, after.knowledge), 0);
	old = list_endpoints(&before);
	get(&after, "/shops/shopping/items", NULL, "[]");
	get(&after, "/buckets/se-sto/a/acl", NULL, "4");
	yg_knowledge_finish(after.knowledge);
	new = list_endpoints(&after);
	assert_string_equal(old.text, new.text);
	assert_string_equal(new.text, "GET /buckets/{region}/a/acl\n"
				      "GET /buckets/{region}/b/acl\n"
				      "GET /buckets/{region}/c/acl\n"
				      "GET /shops/{name}/items\n");
}

/* Endpoints as the store keeps them: the last blob of each id. */
struct store {
	struct {
		uint64_t id;
		size_t len;
		uint8_t bytes[32768];
	} rows[8];
	uint32_t count;
};

static void keep_endpoint(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data,
			  size_t len)
{
	struct store *store = ctx;
	uint32_t i = 0;

	if (kind != YG_BLOB_ENDPOINT)
		return;
	while (i < store->count && store->rows[i].id != id)
		i++;
	assert_true(i < YG_ARRAY_SIZE(store->rows) && len <= sizeof(store->rows[i].bytes));
	store->count += i == store->count;
	store->rows[i].id = id;
	store->rows[i].len = len;
	memcpy(store->rows[i].bytes, data, len);
}

static bool is_forgotten(const struct scene *scene, uint64_t id)
{
	for (uint32_t i = 0; i < scene->forgotten_count; i++) {
		if (scene->forgotten[i] == id)
			return true;
	}
	return false;
}

static void what_became_another_does_not_come_back(void **state)
{
	SCENE_CLEANUP struct scene old;
	SCENE_CLEANUP struct scene new;
	struct list before, after;
	static struct store store;

	(void)state;
	scene_open(&old, (struct yg_knowledge_options){ 0 });
	scene_open(&new, (struct yg_knowledge_options){ 0 });

	get(&old, "/stock/old-red-chair/issues", NULL, NULL);
	assert_int_equal(yg_knowledge_save(old.knowledge, true, keep_endpoint, &store), 0);
	assert_int_equal(old.forgotten_count, 0);
	get(&old, "/stock/big-blue-table/issues", NULL, NULL);
	get(&old, "/stock/one-more-thing/issues", NULL, NULL);
	assert_true(old.folds >= 1);
	assert_int_equal(yg_knowledge_save(old.knowledge, true, keep_endpoint, &store), 0);

	for (uint32_t i = 0; i < store.count; i++) {
		if (!is_forgotten(&old, store.rows[i].id))
			assert_int_equal(yg_knowledge_load(new.knowledge, YG_BLOB_ENDPOINT,
							   store.rows[i].bytes, store.rows[i].len),
					 0);
	}
	before = list_endpoints(&old);
	after = list_endpoints(&new);
	assert_string_equal(before.text, "GET /stock/{slug}/issues\n");
	assert_string_equal(after.text, before.text);
	assert_int_equal(before.requests, 3);
	assert_int_equal(after.requests, 3);
}

static void drop(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	(void)ctx;
	(void)kind;
	(void)id;
	(void)data;
	(void)len;
}

/* Neither rows nor services that made room are kept for a restart. */
static void what_made_room_is_forgotten(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char host[32];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .endpoints_max = 2 });

	get(&scene, "/v1/me", NULL, NULL);
	get(&scene, "/v1/cart", NULL, NULL);
	get(&scene, "/v1/never-saved", NULL, NULL);
	assert_int_equal(scene.forgotten_count, 0);
	assert_int_equal(yg_knowledge_save(scene.knowledge, true, drop, NULL), 0);
	get(&scene, "/v1/orders", NULL, NULL);
	assert_int_equal(scene.forgotten_count, 5);
	for (int i = 0; i < (int)YG_SERVICES_MAX; i++) {
		(void)snprintf(host, sizeof(host), "h%d.example.com", i);
		scene_show(&scene, &(struct scene_call){ .target = "/a", .host = host });
	}
	assert_int_equal(yg_knowledge_save(scene.knowledge, true, drop, NULL), 0);
	scene.forgotten_count = 0;
	for (int i = 0; i < 10; i++) {
		(void)snprintf(host, sizeof(host), "g%d.example.com", i);
		scene_show(&scene, &(struct scene_call){ .target = "/a", .host = host });
	}
	assert_true(scene.forgotten_count >= 10);
}

/* Rows of a document's path fall under the rule of an operator that came since, at once. */
static void a_rule_takes_over_what_a_document_had(void **state)
{
	const struct yg_template spec = { .text = YG_SLICE("/users/{userId}"),
					  .rank = YG_TEMPLATE_SPEC };
	const struct yg_template rule = { .text = YG_SLICE("/users/{who}"),
					  .rank = YG_TEMPLATE_USER };
	YG_CLEANUP(yg_templates_free) struct yg_templates *first = NULL;
	YG_CLEANUP(yg_templates_free) struct yg_templates *second = NULL;
	SCENE_CLEANUP struct scene before;
	SCENE_CLEANUP struct scene after;
	struct list list;

	(void)state;
	assert_int_equal(yg_templates_new(&first), 0);
	assert_int_equal(yg_templates_add(first, &spec), 0);
	assert_int_equal(yg_templates_new(&second), 0);
	assert_int_equal(yg_templates_add(second, &spec), 0);
	assert_int_equal(yg_templates_add(second, &rule), 0);
	scene_open(&before, (struct yg_knowledge_options){ .templates = first });
	scene_open(&after, (struct yg_knowledge_options){ .templates = second });

	get(&before, "/users/ann", NULL, "1");
	get(&before, "/health", NULL, "2");
	get(&after, "/health", NULL, "2");
	assert_int_equal(yg_knowledge_save(before.knowledge, false, keep, after.knowledge), 0);
	yg_knowledge_tick(after.knowledge, after.time_ns + 2000000000);
	list = list_endpoints(&after);
	assert_string_equal(list.text, "GET /health\nGET /users/{who}\n");
	assert_int_equal(after.folds, 1);
}

/* A rule that is written after its paths were learned takes their rows in. */
static void what_was_learned_before_a_rule_falls_under_it(void **state)
{
	const struct yg_template rule = { .text = YG_SLICE("/t/{tenant}/users/{userId}"),
					  .rank = YG_TEMPLATE_USER };
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	SCENE_CLEANUP struct scene before;
	SCENE_CLEANUP struct scene after;
	struct list list;

	(void)state;
	assert_int_equal(yg_templates_new(&templates), 0);
	assert_int_equal(yg_templates_add(templates, &rule), 0);
	scene_open(&before, (struct yg_knowledge_options){ 0 });
	scene_open(&after, (struct yg_knowledge_options){ .templates = templates });

	get(&before, "/t/red/users/1", NULL, "1");
	get(&before, "/t/blue/users/2", NULL, "2");
	get(&before, "/t/blue", NULL, "3");
	assert_int_equal(yg_knowledge_save(before.knowledge, false, keep, after.knowledge), 0);
	yg_knowledge_finish(after.knowledge);
	list = list_endpoints(&after);
	assert_string_equal(list.text, "GET /t/blue\nGET /t/{tenant}/users/{userId}\n");
	assert_int_equal(after.folds, 2);
}

/* As 404 does for a path: who guesses names of methods fills no inventory. */
static void a_method_that_a_server_does_not_have_is_no_endpoint(void **state)
{
	static const char *const methods[] = { "pay", "admin", "debug" };
	SCENE_CLEANUP struct scene scene;
	struct list list;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		char body[128];

		(void)snprintf(body, sizeof(body),
			       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", methods[i]);
		scene_show(&scene,
			   &(struct scene_call){ .method = "POST",
						 .target = "/rpc",
						 .body = body,
						 .answer = i ? "{\"error\":{\"code\":-32601}}"
							     : "{\"result\":1}" });
	}
	list = list_endpoints(&scene);
	assert_string_equal(list.text, "POST /rpc pay\n");
	assert_int_equal(list.requests, 1);
}

/* Hashes of documents and names of tools are the client's to choose. */
static void what_a_server_was_only_asked_for_by_name_is_no_endpoint(void **state)
{
#define BY_HASH(hash) \
	"{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"" hash "\"}}}"
#define BY_TOOL(name)                                                                          \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" name \
	"\"}}"
	static const struct {
		const char *target, *body, *answer;
	} calls[] = {
		{ "/graphql", BY_HASH("aa"), "{\"data\":{\"a\":null}}" },
		{ "/graphql", BY_HASH("bb"),
		  "{\"errors\":[{\"extensions\":{\"code\":\"PERSISTED_QUERY_NOT_FOUND\"}}]}" },
		{ "/graphql", BY_HASH("cc"), "{\"data\":null}" },
		{ "/graphql", BY_HASH("dd"), "{\"status\":\"fine\"}" },
		{ "/graphql", BY_HASH("aa"), "{\"errors\":[{\"message\":\"x\"}]}" },
		{ "/graphql", "[" BY_HASH("ee") "," BY_HASH("aa") "]",
		  "[{\"errors\":[{\"message\":\"x\"}]},{\"data\":{\"a\":1}}]" },
		{ "/mcp", BY_TOOL("get"), "{\"result\":{\"content\":[]}}" },
		{ "/rpc",
		  "[{\"jsonrpc\":\"2.0\",\"method\":\"c\"},{\"jsonrpc\":\"2.0\",\"method\":\"d\"}]",
		  "[{\"error\":{\"code\":-32601}},{\"result\":1}]" },
		{ "/mcp", BY_TOOL("a"), "{\"error\":{\"code\":-32602}}" },
		{ "/mcp", BY_TOOL("b"), "{\"result\":{\"isError\":true}}" },
		{ "/mcp", BY_TOOL("get"), "{\"result\":{\"isError\":true}}" },
	};
	SCENE_CLEANUP struct scene scene;
	struct list list;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		scene_show(&scene, &(struct scene_call){ .method = "POST",
							 .target = calls[i].target,
							 .body = calls[i].body,
							 .answer = calls[i].answer });
	list = list_endpoints(&scene);
	assert_string_equal(list.text, "POST /graphql persisted aa\nPOST /mcp tools/call get\n");
	assert_int_equal(list.requests, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_application_of_one_page_leaves_its_api),
		cmocka_unit_test(a_scanner_of_a_server_that_accepts_everything_leaves_nothing),
		cmocka_unit_test(what_a_server_says_there_is_not_is_no_endpoint),
		cmocka_unit_test(a_method_that_a_server_does_not_have_is_no_endpoint),
		cmocka_unit_test(what_a_server_was_only_asked_for_by_name_is_no_endpoint),
		cmocka_unit_test(one_small_answer_for_all_of_an_api_is_no_noise),
		cmocka_unit_test(payloads_in_paths_teach_nothing),
		cmocka_unit_test(evidence_teaches_no_endpoint_and_is_placed_in_known_ones),
		cmocka_unit_test(a_restart_changes_no_row),
		cmocka_unit_test(what_became_another_does_not_come_back),
		cmocka_unit_test(what_made_room_is_forgotten),
		cmocka_unit_test(a_rule_takes_over_what_a_document_had),
		cmocka_unit_test(what_was_learned_before_a_rule_falls_under_it),
	};

	return cmocka_run_group_tests_name("respond/knowledge_place", tests, NULL, NULL);
}
