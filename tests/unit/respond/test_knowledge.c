/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/knowledge.h"

#include <errno.h>

#include "baseline/profile.h"
#include "baseline/schema.h"
#include "scene.h"

static void get(struct scene *scene, const char *bearer, const char *format, uint64_t id)
{
	char target[128];

	(void)snprintf(target, sizeof(target), format, (unsigned long long)id);
	scene_show(scene, &(struct scene_call){ .target = target, .bearer = bearer });
}

static void says_service_template_and_caller(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene, &(struct scene_call){ .target = "/v1//users/42?x=1&from=2026-01-01",
						 .host = "API.Example.com:80",
						 .bearer = "opaque" });
	assert_true(yg_slice_equal(scene.seen.service, YG_SLICE("api.example.com")));
	assert_true(yg_slice_equal(scene.seen.template_, YG_SLICE("/v1/users/{id}")));
	assert_int_equal(scene.seen.caller.len, strlen("bearer:0123456789abcdef"));
	assert_memory_equal(scene.seen.caller.ptr, "bearer:", 7);
	assert_non_null(scene.seen.endpoint);
	assert_int_equal(scene.seen.endpoint->auth, YG_AUTH_BEARER);

	scene_show(&scene, &(struct scene_call){ .target = "/v1/users/43" });
	assert_memory_equal(scene.seen.caller.ptr, "address:", 8);
	assert_int_equal(scene.seen.endpoint->auth, YG_AUTH_BEARER | YG_AUTH_NONE);
	assert_int_equal(yg_hll_count(&scene.seen.endpoint->callers), 2);
}

/* "in:name:types[!]" of every field. */
static void write_field(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
			const struct yg_schema_field *field)
{
	char types[64], *text = ctx;
	size_t len = strlen(text);

	(void)id;
	yg_types_text(field->types, types, sizeof(types));
	(void)snprintf(text + len, 1024 - len, "%s:%s:%s%s ", yg_schema_part_name(part), path,
		       types, field->required ? "!" : "");
}

static void write_schema(const struct scene *scene, char *ret)
{
	const struct yg_schema *schema =
		yg_knowledge_schema(scene->knowledge, scene->seen.endpoint);

	ret[0] = '\0';
	assert_non_null(schema);
	yg_schema_each(schema, write_field, ret);
}

static void learns_parameters_and_fields_of_what_was_accepted(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char text[1024];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (uint32_t i = 0; i < 4; i++)
		scene_show(&scene, &(struct scene_call){ .method = "PUT",
							 .target = i ? "/v1/users/42?x=1"
								     : "/v1/users/42?x=1&y=z",
							 .body = "{\"name\":\"Ann\"}",
							 .answer = "{\"ok\":true}" });
	scene_show(&scene, &(struct scene_call){ .method = "PUT",
						 .target = "/v1/users/42?evil=1",
						 .body = "{\"admin\":true}",
						 .answer = "{\"error\":\"no\"}",
						 .status = 400 });
	write_schema(&scene, text);
	assert_string_equal(text, "path:id:integer! query:x:integer! query:y:string "
				  "body:$.name:string! response:$.ok:boolean! "
				  "response:$.error:string ");
}

static void a_host_that_is_no_name_is_not_believed(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene, &(struct scene_call){ .target = "/a", .host = "ev<il>" });
	assert_true(yg_slice_equal(scene.seen.service, YG_SLICE("192.0.2.10:443")));
	scene_show(&scene, &(struct scene_call){ .target = "/a", .host = "[2001:DB8::1]:8080" });
	assert_true(yg_slice_equal(scene.seen.service, YG_SLICE("[2001:db8::1]:8080")));
}

static void requests_without_a_path_have_no_template(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene, &(struct scene_call){ .method = "CONNECT", .target = "h.example:443" });
	assert_null(scene.seen.template_.ptr);
	assert_null(scene.seen.endpoint);
	scene_show(&scene, &(struct scene_call){ .target = "/lost", .unanswered = true });
	assert_null(scene.seen.endpoint);
	assert_true(yg_slice_equal(scene.seen.template_, YG_SLICE("/lost")));
}

struct list {
	char text[8192];
};

static void add_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct list *list = ctx;
	size_t len = strlen(list->text);

	(void)snprintf(list->text + len, sizeof(list->text) - len, "%s %s%s %llu\n",
		       endpoint->method, endpoint->service, endpoint->template_,
		       (unsigned long long)endpoint->requests);
}

static void add_caller(void *ctx, const struct yg_caller_info *caller)
{
	struct list *list = ctx;
	size_t len = strlen(list->text);

	(void)snprintf(list->text + len, sizeof(list->text) - len, "%s %llu %u\n", caller->caller,
		       (unsigned long long)caller->requests, caller->findings);
}

static void add_finding(void *ctx, const struct yg_finding *finding)
{
	struct list *list = ctx;
	size_t len = strlen(list->text);

	(void)snprintf(list->text + len, sizeof(list->text) - len, "%s %016llx %u\n",
		       finding->rule->id, (unsigned long long)finding->id, finding->repeats);
}

static void list_all(struct scene *scene, struct list *ret)
{
	ret->text[0] = '\0';
	assert_true(yg_knowledge_endpoints(scene->knowledge, add_endpoint, ret) >= 0);
	assert_true(yg_knowledge_callers(scene->knowledge, add_caller, ret) >= 0);
	assert_true(yg_knowledge_findings(scene->knowledge, add_finding, ret) >= 0);
}

static void act(struct scene *scene)
{
	for (uint64_t i = 0; i < 50; i++) {
		get(scene, "stolen", "/v1/accounts/%llu", 5000 + i);
		get(scene, "other", "/v1/me", 0);
		get(scene, NULL, "/b/a", 0);
	}
}

static void the_same_calls_give_the_same_answers(void **state)
{
	SCENE_CLEANUP struct scene a;
	SCENE_CLEANUP struct scene b;
	static struct list first, second;

	(void)state;
	scene_open(&a, (struct yg_knowledge_options){ 0 });
	scene_open(&b, (struct yg_knowledge_options){ 0 });

	act(&a);
	act(&b);
	list_all(&a, &first);
	list_all(&b, &second);
	assert_string_equal(first.text, second.text);
	assert_non_null(strstr(first.text, "GET api.example.com/b/a 50\n"
					   "GET api.example.com/v1/accounts/{id} 50\n"
					   "GET api.example.com/v1/me 50\n"));
	assert_non_null(strstr(first.text, "bola-enumeration "));
}

static void literals_that_turn_out_values_fold_into_one_endpoint(void **state)
{
	static const char *const repos[] = { "old-red-chair", "big-blue-table", "one-more-thing" };
	SCENE_CLEANUP struct scene scene;
	const struct yg_profile *profile;
	static struct list list;
	char target[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (size_t i = 0; i < YG_ARRAY_SIZE(repos); i++) {
		(void)snprintf(target, sizeof(target), "/stock/%s/issues", repos[i]);
		get(&scene, "t", target, 0);
	}
	list_all(&scene, &list);
	assert_memory_equal(list.text, "GET api.example.com/stock/{slug}/issues 3\n", 42);
	assert_true(scene.folds >= 1);
	profile = yg_knowledge_profile(scene.knowledge, scene.seen.endpoint);
	assert_int_equal(profile->now.requests + profile->total.requests, 3);
}

static void resolving_knows_what_came_later_and_learns_nothing(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct yg_observation early;
	struct yg_recall recall;
	static struct list before, after;
	char path[] = "/stock/old-red-chair/issues";

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "t", path, 0);
	assert_true(yg_slice_equal(scene.seen.template_, yg_slice_from_str(path)));
	recall = (struct yg_recall){
		.start_ns = scene.time_ns,
		.method = YG_SLICE("GET"),
		.service = YG_SLICE("api.example.com"),
		.path = yg_slice_from_str(path),
		.caller = YG_SLICE("bearer:0000000000000000"),
	};
	get(&scene, "t", "/stock/big-blue-table/issues", 0);
	list_all(&scene, &before);
	yg_knowledge_resolve(scene.knowledge, &recall, &early);
	assert_true(yg_slice_equal(early.template_, YG_SLICE("/stock/{slug}/issues")));
	assert_non_null(early.endpoint);
	list_all(&scene, &after);
	assert_string_equal(before.text, after.text);
}

static void enforce_requests_a_block_and_takes_the_reply(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	for (uint64_t i = 0; i < 20; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i);
	assert_int_equal(scene.requests, 1);
	assert_int_equal(scene.last.action, YG_ACTION_PROPOSED);
	assert_int_equal(scene.request.callers_cut, 1);
	assert_memory_equal(&scene.request.prefix.addr, &scene.last.client, 16);
	yg_knowledge_reply(scene.knowledge, &(struct yg_reply){ .cookie = scene.request.cookie });
	assert_int_equal(scene.acted, 1);
	assert_int_equal(scene.last.action, YG_ACTION_BLOCKED);
}

static void never_requests_a_block_on_what_is_not_certain(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char target[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	for (int i = 0; i < 60; i++) {
		(void)snprintf(target, sizeof(target), "/v1/accounts/%d", 5000 + i);
		scene_show(&scene, &(struct scene_call){
					   .target = target, .bearer = "a", .uncertain = true });
		scene_show(&scene, &(struct scene_call){
					   .target = target, .bearer = "b", .forwarded = true });
	}
	assert_int_equal(scene.found, 2);
	assert_int_equal(scene.requests, 0);
}

static void asks_with_the_share_of_the_callers_that_it_would_cut(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char token[16];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	for (int i = 0; i < 10; i++) {
		(void)snprintf(token, sizeof(token), "user%d", i);
		get(&scene, token, "/v1/me", 0);
	}
	for (uint64_t i = 0; i < 20; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i);
	assert_int_equal(scene.found, 1);
	assert_int_equal(scene.requests, 1);
	assert_int_equal(scene.request.callers_cut, 11);
	assert_int_equal(scene.request.callers_recent, 11);
	assert_int_equal(scene.last.action, YG_ACTION_PROPOSED);
}

static void minutes_are_handed_out_as_they_end(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "t", "/v1/me", 0);
	assert_int_equal(scene.cells, 0);
	yg_knowledge_tick(scene.knowledge, scene.time_ns + 61 * SECOND_NS);
	assert_int_equal(scene.cells, 1);
	scene.time_ns += 120 * SECOND_NS;
	get(&scene, "t", "/v1/me", 0);
	yg_knowledge_finish(scene.knowledge);
	assert_int_equal(scene.cells, 2);
}

struct shelf {
	struct yg_knowledge *into;
	uint32_t blobs;
	uint32_t by_kind[YG_BLOB_MAX];
	int want;   /* of each load */
	size_t cut; /* bytes kept of each blob; 0 all */
};

static void load_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	struct shelf *shelf = ctx;

	assert_true(id != 0);
	shelf->blobs++;
	shelf->by_kind[kind]++;
	if (shelf->into)
		assert_int_equal(yg_knowledge_load(shelf->into, kind, data,
						   shelf->cut ? len - shelf->cut : len),
				 shelf->want);
}

static void what_was_learned_survives_a_restart(void **state)
{
	SCENE_CLEANUP struct scene old;
	SCENE_CLEANUP struct scene new;
	struct shelf shelf = { 0 };
	static struct list before, after;

	(void)state;
	scene_open(&old, (struct yg_knowledge_options){ 0 });
	scene_open(&new, (struct yg_knowledge_options){ 0 });

	act(&old);
	get(&old, "t", "/repos/old-red-chair/issues", 0);
	get(&old, "t", "/repos/big-blue-table/issues", 0);
	shelf.into = new.knowledge;
	shelf.cut = 1;
	shelf.want = -EINVAL;
	assert_int_equal(yg_knowledge_save(old.knowledge, false, load_blob, &shelf), 0);
	shelf = (struct shelf){ .into = new.knowledge };
	assert_int_equal(yg_knowledge_save(old.knowledge, false, load_blob, &shelf), 0);
	assert_int_equal(shelf.by_kind[YG_BLOB_SERVICE], 1);
	assert_int_equal(shelf.by_kind[YG_BLOB_ENDPOINT], 4);
	assert_int_equal(shelf.by_kind[YG_BLOB_SCHEMA], 4);

	before.text[0] = after.text[0] = '\0';
	assert_true(yg_knowledge_endpoints(old.knowledge, add_endpoint, &before) > 0);
	assert_true(yg_knowledge_endpoints(new.knowledge, add_endpoint, &after) > 0);
	assert_string_equal(before.text, after.text);
	get(&new, "t", "/repos/any-third-one/issues", 0);
	assert_true(yg_slice_equal(new.seen.template_, YG_SLICE("/repos/{slug}/issues")));
	assert_int_equal(new.seen.endpoint->requests, 3);
}

static void only_what_changed_is_saved_again(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct shelf shelf = { 0 };

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	act(&scene);
	assert_int_equal(yg_knowledge_save(scene.knowledge, true, load_blob, &shelf), 0);
	assert_int_equal(shelf.by_kind[YG_BLOB_SERVICE] + shelf.by_kind[YG_BLOB_ENDPOINT], 4);
	assert_int_equal(shelf.by_kind[YG_BLOB_SCHEMA], 3);
	assert_true(shelf.by_kind[YG_BLOB_POSTURE] > 0);
	shelf.blobs = 0;
	assert_int_equal(yg_knowledge_save(scene.knowledge, true, load_blob, &shelf), 0);
	assert_int_equal(shelf.blobs, 0);
	get(&scene, "other", "/v1/me", 0);
	assert_int_equal(yg_knowledge_save(scene.knowledge, true, load_blob, &shelf), 0);
	assert_int_equal(shelf.by_kind[YG_BLOB_SERVICE] + shelf.by_kind[YG_BLOB_ENDPOINT], 4 + 2);
	assert_int_equal(shelf.by_kind[YG_BLOB_SCHEMA], 3 + 1);
}

static void load_endpoints(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data,
			   size_t len)
{
	if (kind == YG_BLOB_ENDPOINT)
		load_blob(ctx, kind, id, data, len);
}

static void loading_beyond_the_cap_is_refused(void **state)
{
	SCENE_CLEANUP struct scene old;
	SCENE_CLEANUP struct scene new;
	struct shelf shelf = { .want = -ENOSPC };

	(void)state;
	scene_open(&old, (struct yg_knowledge_options){ 0 });
	scene_open(&new, (struct yg_knowledge_options){ .endpoints_max = 1 });

	get(&old, "t", "/a", 0);
	get(&new, "t", "/full", 0);
	shelf.into = new.knowledge;
	assert_int_equal(yg_knowledge_save(old.knowledge, false, load_endpoints, &shelf), 0);
	assert_int_equal(shelf.blobs, 1);
	assert_int_equal(yg_knowledge_load(new.knowledge, YG_BLOB_MAX, NULL, 0), -EINVAL);
}

static void add_counter(void *ctx, const char *name, uint64_t value)
{
	uint64_t *evicted = ctx;

	if (strcmp(name, "endpoint.endpoints_evicted") == 0)
		evicted[0] = value;
	if (strcmp(name, "endpoint.services_evicted") == 0)
		evicted[1] = value;
	if (strcmp(name, "endpoint.callers_evicted") == 0)
		evicted[2] = value;
}

static void every_table_honours_its_cap(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint64_t evicted[3] = { 0 };
	char host[64], token[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .endpoints_max = 8,
							  .callers_max = 8,
							  .pairs_max = 8,
							  .findings_max = 2 });

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(host, sizeof(host), "h%d.example.com", i);
		(void)snprintf(token, sizeof(token), "t%d", i);
		scene_show(&scene,
			   &(struct scene_call){ .target = "/a", .host = host, .bearer = token });
	}
	yg_knowledge_counters(scene.knowledge, add_counter, evicted);
	assert_int_equal(evicted[0] + 8, 1000);
	assert_int_equal(evicted[1] + YG_SERVICES_MAX, 1000);
	assert_int_equal(evicted[2] + 8, 1000);
}

/* A server that answers any Host and any path, and a client that makes them up. */
static void what_is_real_outlives_what_is_made_up(void **state)
{
	SCENE_CLEANUP struct scene scene;
	static struct list list;
	char text[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .endpoints_max = 300 });

	for (int i = 0; i < 20; i++)
		get(&scene, "real", "/v1/me", 0);
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(text, sizeof(text), "h%d.example.com", i);
		scene_show(&scene, &(struct scene_call){ .target = "/a", .host = text });
	}
	list_all(&scene, &list);
	assert_non_null(strstr(list.text, "GET api.example.com/v1/me 20\n"));
}

static void refuses_options_out_of_range(void **state)
{
	const struct yg_knowledge_options options = { .mode = YG_MODE_MAX };
	const struct yg_knowledge_sink sink = { 0 };
	struct yg_knowledge *knowledge = NULL;

	(void)state;

	assert_int_equal(yg_knowledge_new(&options, &sink, &knowledge), -EINVAL);
	assert_null(knowledge);
}

static void count_kinds(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	uint32_t *kinds = ctx;

	(void)id;
	(void)data;
	assert_true(len > 0);
	kinds[kind]++;
}

static void what_is_young_is_saved_early_and_once(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint32_t kinds[YG_BLOB_MAX] = { 0 };

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (uint32_t i = 0; i < 3; i++)
		scene_show(&scene, &(struct scene_call){ .target = "/young", .answer = "{}" });
	assert_int_equal(yg_knowledge_save_young(scene.knowledge, count_kinds, kinds), 0);
	assert_int_equal(kinds[YG_BLOB_ENDPOINT], 1);
	assert_int_equal(kinds[YG_BLOB_SCHEMA], 1);
	assert_int_equal(yg_knowledge_save_young(scene.knowledge, count_kinds, kinds), 0);
	assert_int_equal(kinds[YG_BLOB_ENDPOINT], 1);
	/* It is saved in its turn all the same, with what else is kept of it. */
	assert_int_equal(yg_knowledge_save(scene.knowledge, true, count_kinds, kinds), 0);
	assert_int_equal(kinds[YG_BLOB_ENDPOINT], 2);
	for (uint32_t i = 0; i < 200; i++)
		scene_show(&scene, &(struct scene_call){ .target = "/young", .answer = "{}" });
	assert_int_equal(yg_knowledge_save_young(scene.knowledge, count_kinds, kinds), 0);
	assert_int_equal(kinds[YG_BLOB_ENDPOINT], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_young_is_saved_early_and_once),
		cmocka_unit_test(says_service_template_and_caller),
		cmocka_unit_test(learns_parameters_and_fields_of_what_was_accepted),
		cmocka_unit_test(a_host_that_is_no_name_is_not_believed),
		cmocka_unit_test(requests_without_a_path_have_no_template),
		cmocka_unit_test(the_same_calls_give_the_same_answers),
		cmocka_unit_test(literals_that_turn_out_values_fold_into_one_endpoint),
		cmocka_unit_test(resolving_knows_what_came_later_and_learns_nothing),
		cmocka_unit_test(enforce_requests_a_block_and_takes_the_reply),
		cmocka_unit_test(never_requests_a_block_on_what_is_not_certain),
		cmocka_unit_test(asks_with_the_share_of_the_callers_that_it_would_cut),
		cmocka_unit_test(minutes_are_handed_out_as_they_end),
		cmocka_unit_test(what_was_learned_survives_a_restart),
		cmocka_unit_test(only_what_changed_is_saved_again),
		cmocka_unit_test(loading_beyond_the_cap_is_refused),
		cmocka_unit_test(every_table_honours_its_cap),
		cmocka_unit_test(what_is_real_outlives_what_is_made_up),
		cmocka_unit_test(refuses_options_out_of_range),
	};

	return cmocka_run_group_tests_name("respond/knowledge", tests, NULL, NULL);
}
