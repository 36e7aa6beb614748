/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store.h"
#include "store/private.h"

static void put_exposed(struct yg_store *store, uint64_t id, const char *service,
			const char *template_, const char *label, const char *outside)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };
	struct yg_feed_endpoint *endpoint = &message.endpoint;

	endpoint->id = id;
	endpoint->method = YG_SLICE("GET");
	endpoint->template = yg_slice_from_str(template_);
	endpoint->last_seen = NOW;
	endpoint->auth.rows[0] = YG_SLICE("bearer");
	endpoint->auth.count = 1;
	endpoint->service = yg_slice_from_str(service);
	endpoint->labels.rows[0] = yg_slice_from_str(label);
	endpoint->labels.count = 1;
	endpoint->outside.rows[0] = yg_slice_from_str(outside);
	endpoint->outside.count = outside != NULL;
	put(store, &message, NOW);
}

static void put_relation(struct yg_store *store, uint64_t from, uint64_t into)
{
	const struct yg_feed_message message = {
		.kind = YG_FEED_KIND_RELATION,
		.relation = { .from = from,
			      .into = into,
			      .kind = YG_SLICE("upstream"),
			      .requests = 1,
			      .last_seen = NOW },
	};

	put(store, &message, NOW);
}

/* Internet -> edge 1 -> service 2 -> service 3; and 4 and 5 beside them. */
static void knows_how_endpoints_are_reached(void **state)
{
	static const struct {
		const char *name;
		struct yg_store_filter filter;
		const char *ids; /* last digit of each, in order */
	} cases[] = {
		{ "all", { .limit = 10 }, "34152" },
		{ "an outside host, of what it leads to",
		  { .host = YG_SLICE("API.bank.example") },
		  "312" },
		{ "an inside host, and behind it", { .host = YG_SLICE("retail") }, "32" },
		{ "a host that a hop named", { .host = YG_SLICE("shop.example") }, "4" },
		{ "the beginning of a host is none", { .host = YG_SLICE("api.bank") }, "" },
		{ "asked from outside", { .exposure = YG_SLICE("external") }, "1" },
		{ "from outside through others", { .exposure = YG_SLICE("relayed") }, "32" },
		{ "from inside alone", { .exposure = YG_SLICE("internal") }, "4" },
		{ "of somebody else", { .exposure = YG_SLICE("outbound") }, "5" },
		{ "a text of an address", { .search = YG_SLICE("SHOP.ex") }, "4" },
		{ "a text over service and path", { .search = YG_SLICE("retail:9000/v1") }, "2" },
		{ "a credential",
		  { .auth = YG_SLICE("bearer"), .exposure = YG_SLICE("internal") },
		  "4" },
		{ "another credential", { .auth = YG_SLICE("bear") }, "" },
	};
	struct yg_store *store = open_store(NOW);
	struct yg_store_filter one = { .id = 2 };
	struct lines lines = { .stop_at = 0 };

	(void)state;
	put_exposed(store, 1, "api.bank.example", "/retail/v1/a", "external", NULL);
	put_exposed(store, 2, "retail:9000", "/v1/a", "upstream", NULL);
	put_exposed(store, 3, "accounts:9001", "/a", "upstream", NULL);
	put_exposed(store, 4, "accounts:9001", "/b", "internal", "https://shop.example:8443/x");
	put_exposed(store, 5, "api.psp.example", "/pay", "third-party", NULL);
	put_relation(store, 1, 2);
	put_relation(store, 2, 3);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char ids[16] = "";
		size_t used = 0;

		print_message("  %s\n", cases[i].name);
		lines = (struct lines){ .stop_at = 0 };
		assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &cases[i].filter,
					       keep_line, &lines),
				 strlen(cases[i].ids));
		for (const char *p = lines.text; (p = strstr(p, "{\"type\":\"endpoint\"")); p++)
			ids[used++] = strstr(p, "\"id\":\"")[6 + 15];
		assert_string_equal(ids, cases[i].ids);
	}
	lines = (struct lines){ .stop_at = 0 };
	assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &one, keep_line, &lines), 1);
	assert_non_null(strstr(lines.text,
			       "\"exposure\":\"relayed\",\"reached\":[{\"id\":"
			       "\"0000000000000001\",\"method\":\"GET\",\"service\":"
			       "\"api.bank.example\",\"template\":\"/retail/v1/a\",\"tls\":false,"
			       "\"external\":true,\"base_path\":\"/retail\",\"outside\":[]}]"));
	one = (struct yg_store_filter){ .exposure = YG_SLICE("secret") };
	assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &one, keep_line, &lines),
			 -EINVAL);
	yg_store_free(&store);
}

static void says_reasons_in_both_languages(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };
	struct yg_store_filter filter = { 0 };
	struct lines lines = { .stop_at = 0 };

	(void)state;
	message.endpoint.id = 1;
	message.endpoint.service = YG_SLICE("api.example.com");
	message.endpoint.last_seen = NOW;
	message.endpoint.label_reasons.count = 2;
	message.endpoint.label_reasons.rows[0].name = YG_SLICE("graphql");
	message.endpoint.label_reasons.rows[0].text = YG_SLICE("its bodies are GraphQL");
	message.endpoint.label_reasons.rows[1].name = YG_SLICE("own");
	message.endpoint.label_reasons.rows[1].text = YG_SLICE("of \"no\" table");
	message.endpoint.risk_reasons.count = 2;
	message.endpoint.risk_reasons.rows[0].name = YG_SLICE("public clients");
	message.endpoint.risk_reasons.rows[0].number = 15;
	message.endpoint.risk_reasons.rows[1].name = YG_SLICE("of no table");
	message.endpoint.risk_reasons.rows[1].number = 2;
	put(store, &message, NOW);
	assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &filter, keep_line, &lines), 1);
	assert_non_null(strstr(lines.text,
			       "\"label_reasons_ja\":{\"graphql\":\"本文がGraphQLです\","
			       "\"own\":\"of \\\"no\\\" table\"}"));
	assert_non_null(strstr(lines.text, "\"risk_reasons_ja\":{\"公開アドレスの接続元\":15,"
					   "\"of no table\":2}"));
	yg_store_free(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(knows_how_endpoints_are_reached),
		TEST(says_reasons_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
