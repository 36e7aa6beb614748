/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/templates.h"

#include <errno.h>
#include <stdio.h>

#include "test.h"

static struct yg_templates *make_templates(void)
{
	struct yg_templates *templates = NULL;

	assert_int_equal(yg_templates_new(&templates), 0);
	return templates;
}

static int try_add(struct yg_templates *templates, const char *service, const char *text,
		   enum yg_template_rank rank)
{
	struct yg_template template_ = { .text = yg_slice_from_str(text), .rank = rank };

	if (service)
		template_.service = yg_slice_from_str(service);
	return yg_templates_add(templates, &template_);
}

static void add(struct yg_templates *templates, const char *service, const char *text,
		enum yg_template_rank rank)
{
	assert_int_equal(try_add(templates, service, text, rank), 0);
}

/* @want: NULL for no match. */
static void expect(const struct yg_templates *templates, const char *target, const char *want)
{
	struct yg_route route;
	struct yg_path path;
	struct yg_slice text;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	text = yg_templates_match(templates, YG_SLICE("api.example"), &path, true, &route);
	if (!want) {
		assert_null(text.ptr);
		return;
	}
	assert_non_null(text.ptr);
	assert_string_equal(text.ptr, want);
	assert_int_equal(route.count, path.segment_count);
	assert_true(route.known);
}

static void a_placeholder_is_a_part_of_one_segment(void **state)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = make_templates();

	(void)state;

	add(templates, NULL, "/v1/users/{userId}/", YG_TEMPLATE_SPEC);
	add(templates, NULL, "/files/{name}.json", YG_TEMPLATE_SPEC);
	add(templates, NULL, "/export/{from},{to}", YG_TEMPLATE_SPEC);
	add(templates, NULL, "/", YG_TEMPLATE_SPEC);
	expect(templates, "/v1/users/any-word", "/v1/users/{userId}");
	expect(templates, "/v1/users/a/b", NULL);
	expect(templates, "/v1/users", NULL);
	expect(templates, "/files/a.json.json", "/files/{name}.json");
	expect(templates, "/files/.json", NULL);
	expect(templates, "/files/a.xml", NULL);
	expect(templates, "/export/1,2,3", "/export/{from},{to}");
	expect(templates, "/export/1,", NULL);
	expect(templates, "/", "/");
}

static void literals_win_and_users_win_over_all(void **state)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = make_templates();

	(void)state;

	add(templates, NULL, "/users/{id}", YG_TEMPLATE_SPEC);
	add(templates, NULL, "/users/{id}.json", YG_TEMPLATE_SPEC);
	add(templates, NULL, "/users/me", YG_TEMPLATE_SPEC);
	expect(templates, "/users/me", "/users/me");
	expect(templates, "/users/you.json", "/users/{id}.json");
	expect(templates, "/users/you", "/users/{id}");
	add(templates, "api.example", "/{what}/{which}", YG_TEMPLATE_USER);
	add(templates, "www.example", "/users/{name}", YG_TEMPLATE_USER);
	expect(templates, "/users/me", "/{what}/{which}");
	add(templates, NULL, "/users/{id}", YG_TEMPLATE_USER);
	add(templates, NULL, "/users/{id}", YG_TEMPLATE_SPEC);
	expect(templates, "/users/7", "/{what}/{which}"); /* its service is named */
	assert_int_equal(yg_templates_count(templates), 5);
	assert_true(
		yg_templates_has(templates, YG_SLICE("www.example"), YG_SLICE("/users/{name}")));
	assert_false(
		yg_templates_has(templates, YG_SLICE("api.example"), YG_SLICE("/users/{name}")));
}

static void what_is_no_template_is_refused(void **state)
{
	static const char *const texts[] = { "",    "users",   "//",	  "/a//b", "/{}",    "/{a",
					     "/a}", "/{a{b}}", "/{a}{b}", "/a b",  "/a?b=1", "/#" };
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = make_templates();

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++)
		assert_int_equal(try_add(templates, NULL, texts[i], YG_TEMPLATE_USER), -EINVAL);
	assert_int_equal(yg_templates_count(templates), 0);
}

static void honours_its_cap(void **state)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = make_templates();
	char text[32];

	(void)state;

	/* The rule list of one length is sorted: spread them. */
	for (uint32_t i = 0; i < YG_TEMPLATES_MAX; i++) {
		size_t len = 0;

		for (uint32_t j = 0; j < 1 + i % 8; j++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "/a");
		(void)snprintf(text + len, sizeof(text) - len, "/%05u", YG_TEMPLATES_MAX - i);
		add(templates, NULL, text, YG_TEMPLATE_SPEC);
	}
	assert_int_equal(try_add(templates, NULL, "/more", YG_TEMPLATE_USER), -ENOSPC);
	/* One that is there needs no room. */
	assert_int_equal(try_add(templates, NULL, text, YG_TEMPLATE_USER), 0);
}

static void add_typed(struct yg_templates *templates, const char *text, enum yg_fit_kind kind,
		      struct yg_slice words)
{
	struct yg_fit fit = { 0 };
	struct yg_template template_ = { .text = yg_slice_from_str(text),
					 .rank = YG_TEMPLATE_SPEC,
					 .fits = &fit,
					 .fit_count = 1 };

	assert_int_equal(yg_fit_init(&fit, kind, words), 0);
	assert_int_equal(yg_templates_add(templates, &template_), 0);
	yg_fit_clean(&fit);
}

static void a_value_of_another_type_falls_under_no_template(void **state)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = make_templates();
	struct yg_route route;
	struct yg_path path;

	(void)state;
	add_typed(templates, "/users/{id}", YG_FIT_INTEGER, (struct yg_slice){ 0 });
	add_typed(templates, "/orders/{state}/list", YG_FIT_WORDS,
		  (struct yg_slice)YG_SLICE("open"));
	add_typed(templates, "/files/{id}.json", YG_FIT_INTEGER, (struct yg_slice){ 0 });
	expect(templates, "/users/42", "/users/{id}");
	expect(templates, "/users/me", NULL);
	expect(templates, "/orders/open/list", "/orders/{state}/list");
	expect(templates, "/orders/closed/list", NULL);
	expect(templates, "/files/42.json", "/files/{id}.json");
	expect(templates, "/files/index.json", NULL);
	/* What is refused because of its value was meant for it all the same. */
	assert_true(yg_path_from_target(YG_SLICE("/users/me"), &path));
	assert_string_equal(
		yg_templates_match(templates, YG_SLICE("api.example"), &path, false, &route).ptr,
		"/users/{id}");
}

static void what_two_say_otherwise_holds_for_none(void **state)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = make_templates();

	(void)state;
	add_typed(templates, "/users/{id}", YG_FIT_INTEGER, (struct yg_slice){ 0 });
	add_typed(templates, "/users/{id}", YG_FIT_ANY, (struct yg_slice){ 0 });
	add_typed(templates, "/shops/{id}", YG_FIT_INTEGER, (struct yg_slice){ 0 });
	add_typed(templates, "/shops/{id}", YG_FIT_INTEGER, (struct yg_slice){ 0 });
	expect(templates, "/users/me", "/users/{id}");
	expect(templates, "/shops/me", NULL);
}

static void says_who_wrote_a_text(void **state)
{
	struct yg_template template_ = { .text = YG_SLICE("/users/{id}"),
					 .rank = YG_TEMPLATE_SPEC };
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	const struct yg_slice host = YG_SLICE("api.example");

	(void)state;

	assert_int_equal(yg_templates_new(&templates), 0);
	assert_int_equal(yg_templates_rank(templates, host, template_.text), YG_TEMPLATE_RANK_MAX);
	assert_int_equal(yg_templates_add(templates, &template_), 0);
	assert_int_equal(yg_templates_rank(templates, host, template_.text), YG_TEMPLATE_SPEC);
	template_.service = host;
	template_.rank = YG_TEMPLATE_USER;
	assert_int_equal(yg_templates_add(templates, &template_), 0);
	assert_int_equal(yg_templates_rank(templates, host, template_.text), YG_TEMPLATE_USER);
	assert_int_equal(yg_templates_rank(templates, YG_SLICE("x"), template_.text),
			 YG_TEMPLATE_SPEC);
	assert_int_equal(yg_templates_rank(templates, host, YG_SLICE("/users/{name}")),
			 YG_TEMPLATE_RANK_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_placeholder_is_a_part_of_one_segment),
		cmocka_unit_test(literals_win_and_users_win_over_all),
		cmocka_unit_test(what_is_no_template_is_refused),
		cmocka_unit_test(honours_its_cap),
		cmocka_unit_test(a_value_of_another_type_falls_under_no_template),
		cmocka_unit_test(what_two_say_otherwise_holds_for_none),
		cmocka_unit_test(says_who_wrote_a_text),
	};

	return cmocka_run_group_tests_name("endpoint/templates", tests, NULL, NULL);
}
