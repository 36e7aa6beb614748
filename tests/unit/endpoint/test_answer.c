/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/answer.h"

#include "core/macros.h"
#include "guard.h"
#include "test.h"

struct answer {
	const char *target, *type, *body;
	uint16_t status;
	bool cut; /* of 9999 bytes */
};

static struct yg_answer_mark mark_of(const struct answer *answer)
{
	GUARD_CLEANUP struct guard g = guard_copy(answer->body, strlen(answer->body));
	const struct yg_header headers[] = { { YG_SLICE("Content-Type"),
					       yg_slice_from_str(answer->type) } };
	const struct yg_exchange exchange = {
		.request = { .present = true, .target = yg_slice_from_str(answer->target) },
		.response = {
			.present = true,
			.status = answer->status ? answer->status : 200,
			.headers = headers,
			.header_count = 1,
			.body_bytes = answer->cut ? 9999 : strlen(answer->body),
			.body = { g.ptr, strlen(answer->body) },
		},
	};
	const struct yg_body_view view = { .kind = YG_BODY_KIND_TEXT,
					   .text = exchange.response.body,
					   .cut = answer->cut };
	const struct yg_body_view none = { 0 };
	struct yg_answer_mark mark = yg_answer_mark_from_exchange(&exchange, &view);

	assert_true(mark.hash != 0);
	/* What is not decoded counts as it was sent. */
	assert_true(mark.hash == yg_answer_mark_from_exchange(&exchange, &none).hash);
	return mark;
}

static const struct {
	const char *name;
	struct answer a, b;
	bool same;
} pairs[] = {
	{ "parameters of the type",
	  { "/a", "application/json", "{\"a\":1}", 0, false },
	  { "/a", "application/json; charset=utf-8", "{\"a\":1}", 0, false },
	  true },
	{ "statuses",
	  { "/a", "text/plain", "x", 200, false },
	  { "/a", "text/plain", "x", 201, false },
	  false },
	{ "types",
	  { "/a", "text/plain", "x", 0, false },
	  { "/a", "text/css", "x", 0, false },
	  false },
	{ "lengths",
	  { "/a", "text/plain", "x", 0, false },
	  { "/a", "text/plain", "xy", 0, false },
	  false },
	{ "beginnings",
	  { "/a", "text/plain", "x", 0, false },
	  { "/a", "text/plain", "y", 0, false },
	  false },
	{ "the path that was asked",
	  { "/shop/one?x=1", "text/html", "<p>no /shop/one here, try <a href=/shop/one/>", 0,
	    false },
	  { "/somewhere", "text/html", "<p>no /somewhere here, try <a href=/somewhere/>", 0,
	    false },
	  true },
	{ "the path that was asked, and the time",
	  { "/one", "application/json", "{\"at\":\"10:05\",\"path\":\"/one\"}", 0, false },
	  { "/other", "application/json", "{\"at\":\"23:59\",\"path\":\"/other\"}", 0, false },
	  true },
	{ "the time alone",
	  { "/one", "application/json", "{\"at\":\"10:05\"}", 0, false },
	  { "/other", "application/json", "{\"at\":\"23:59\"}", 0, false },
	  false },
	{ "other paths than those that were asked",
	  { "/one", "text/html", "<p>no /aaa here", 0, false },
	  { "/two", "text/html", "<p>no /bbb here", 0, false },
	  false },
	{ "the root, which is in every page",
	  { "/", "text/html", "<a href=/a>", 0, false },
	  { "/", "text/html", "<a href=/b>", 0, false },
	  false },
};

static void marks_differ_by_all_but_the_path(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(pairs); i++) {
		print_message("%s\n", pairs[i].name);
		assert_int_equal(mark_of(&pairs[i].a).hash == mark_of(&pairs[i].b).hash,
				 pairs[i].same);
	}
	assert_true(mark_of(&(struct answer){ "/ab", "Text/HTML; x", "to /ab", 0, true }).page);
	assert_true(mark_of(&(struct answer){ "/ab", "text/plain", "to /ab", 0, true }).echo);
	assert_false(mark_of(&(struct answer){ "/ab", "text/plain", "to /a", 0, false }).echo);
}

static const struct {
	enum yg_body_kind kind;
	const char *text;
	bool denies, cut;
} texts[] = {
	{ YG_BODY_KIND_JSON, "{\"error\":\"Not Found\",\"path\":\"/a\"}", true, false },
	{ YG_BODY_KIND_JSON, "{\"message\":\"指定されたページは見つかりません\"}", true, false },
	{ YG_BODY_KIND_JSON, "{\"statusCode\": 404}", true, false },
	{ YG_BODY_KIND_JSON, "{\"code\":\"404\"}", true, false },
	{ YG_BODY_KIND_JSON, "{\"code\":4041}", false, false },
	{ YG_BODY_KIND_JSON, "{\"id\":404}", false, false },
	{ YG_BODY_KIND_JSON, "404", false, false },
	{ YG_BODY_KIND_JSON, "{\"error\":null,\"items\":[]}", false, false },
	{ YG_BODY_KIND_JSON, "{\"error\":\"Not Found\"", false, true },
	{ YG_BODY_KIND_TEXT, "<html><head><title>404 Error</title>", true, false },
	{ YG_BODY_KIND_TEXT, "<TITLE>Page not found | Shop</TITLE>", true, true },
	{ YG_BODY_KIND_XML, "<?xml?><html><title>404</title>", true, false },
	{ YG_BODY_KIND_TEXT, "<title>Shop</title><p>not found", false, false },
	{ YG_BODY_KIND_TEXT, "<title>Model 404.5</title>", false, false },
	{ YG_BODY_KIND_TEXT, "not found", false, false },
	{ YG_BODY_KIND_TEXT, "<title", false, false },
	{ YG_BODY_KIND_BINARY, "", false, false },
};

static void says_whether_there_is_such_a_thing(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		GUARD_CLEANUP struct guard g = guard_copy(texts[i].text, strlen(texts[i].text));
		const struct yg_body_view view = { .kind = texts[i].kind,
						   .text = { g.ptr, strlen(texts[i].text) },
						   .cut = texts[i].cut };

		print_message("%s\n", texts[i].text);
		assert_int_equal(yg_answer_denies(&view), texts[i].denies);
	}
}

/* What was asked for may say "not found" somewhere. */
static void a_long_answer_is_what_was_asked_for(void **state)
{
	static char text[YG_ANSWER_DENIAL + 64] = "{\"note\":\"not found\",\"x\":\"";
	struct yg_body_view view = { .kind = YG_BODY_KIND_JSON, .text = { text, 0 } };

	(void)state;

	memset(text + strlen(text), 'x', sizeof(text) - strlen(text) - 1);
	view.text.len = YG_ANSWER_DENIAL;
	assert_true(yg_answer_denies(&view));
	view.text.len++;
	assert_false(yg_answer_denies(&view));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_differ_by_all_but_the_path),
		cmocka_unit_test(says_whether_there_is_such_a_thing),
		cmocka_unit_test(a_long_answer_is_what_was_asked_for),
	};

	return cmocka_run_group_tests_name("endpoint/answer", tests, NULL, NULL);
}
