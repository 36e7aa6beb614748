/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/token.h"

#include "core/macros.h"
#include "test.h"

struct token_case {
	const char *segment;
	enum yg_token want;
	size_t stem_len; /* 0: the whole segment */
};

/* clang-format off */
static const struct token_case cases[] = {
	{ "", YG_TOKEN_WORD, 0 },
	{ "users", YG_TOKEN_WORD, 0 },
	{ "terminalLogos", YG_TOKEN_WORD, 0 },
	{ "GetCurrentMemberDetailsById", YG_TOKEN_WORD, 0 },
	{ "internationalization", YG_TOKEN_WORD, 0 },
	{ "order-items", YG_TOKEN_WORD, 0 },
	{ "furikomi", YG_TOKEN_WORD, 0 },
	{ "v1", YG_TOKEN_VERSION, 0 },
	{ "v4beta", YG_TOKEN_VERSION, 0 },
	{ "v1alpha2", YG_TOKEN_VERSION, 0 },
	{ "2.0", YG_TOKEN_VERSION, 0 },
	{ "JPY", YG_TOKEN_UPPER, 0 },
	{ "ja-JP", YG_TOKEN_LOCALE, 0 },
	{ "ja", YG_TOKEN_LOCALE, 0 },
	{ "accounts.json", YG_TOKEN_WORD, 0 },
	{ "KSwyv_xd3L-jHgpupi_H7", YG_TOKEN_OPAQUE, 0 },
	{ "GetBungieNetUserById", YG_TOKEN_WORD, 0 },
	{ "zh-Hant-TW", YG_TOKEN_LOCALE, 0 },
	{ "old-red-chair", YG_TOKEN_SLUG, 0 },
	{ "chat.postMessage", YG_TOKEN_DOTTED, 0 },
	{ "example.com", YG_TOKEN_HOST, 0 },
	{ "shop-1.example.co.jp", YG_TOKEN_HOST, 0 },
	{ "Example.com", YG_TOKEN_DOTTED, 0 },
	{ "files.info..com", YG_TOKEN_DOTTED, 0 },
	{ ".com", YG_TOKEN_DOTTED, 0 },
	{ "X", YG_TOKEN_UPPER, 0 },
	{ "Fe", YG_TOKEN_UPPER, 0 },
	{ "search-v1", YG_TOKEN_WORD, 0 },
	{ "users_v12", YG_TOKEN_WORD, 0 },
	{ "dev1", YG_TOKEN_NUMBERED, 0 },
	{ "flights", YG_TOKEN_WORD, 0 },
	{ "months", YG_TOKEN_WORD, 0 },
	{ "YXpZOGOlEm", YG_TOKEN_MIXED, 0 },
	{ "getItemByURL", YG_TOKEN_WORD, 0 },
	{ "SslSubjectNames", YG_TOKEN_WORD, 0 },
	{ "oauth2", YG_TOKEN_NUMBERED, 0 },
	{ "2fa", YG_TOKEN_NUMBERED, 0 },
	{ "商品", YG_TOKEN_TEXT, 0 },
	{ "red chair", YG_TOKEN_TEXT, 0 },
	{ "er8j1m", YG_TOKEN_MIXED, 0 },
	{ "AKIAIOSFODNNQEXAMPLE", YG_TOKEN_SECRET, 0 },
	{ "xoxb-abcdefghijklmnopqrstuvwxyz", YG_TOKEN_SECRET, 0 },
	{ "k3v9tqAbCdEf!", YG_TOKEN_SECRET, 0 },
	{ "Customers('Ab1')", YG_TOKEN_NUMBERED, 0 },
	{ "$metadata", YG_TOKEN_WORD, 0 },
	{ "42", YG_TOKEN_INT, 0 },
	{ "42.json", YG_TOKEN_INT, 2 },
	{ "42.", YG_TOKEN_DOTTED, 0 },
	{ "35.6895", YG_TOKEN_DECIMAL, 0 },
	{ "35.6,139.7", YG_TOKEN_DECIMAL, 0 },
	{ "6d7e93d6-9aac-4cf3-bfa8-934d316e5bc7", YG_TOKEN_UUID, 0 },
	{ "6d7e93d6-9aac-4cf3-bfa8-934d316e5bcg", YG_TOKEN_OPAQUE, 0 },
	{ "01M7ZSPCN7MTTFTSAP4JNBJ3TR", YG_TOKEN_ULID, 0 },
	{ "bce299ee4c1e3ecdfd11eed6", YG_TOKEN_HEX, 0 },
	{ "deadbeef", YG_TOKEN_WORD, 0 },
	{ "deadbee1", YG_TOKEN_HEX, 0 },
	{ "2026-11-21", YG_TOKEN_DATE, 0 },
	{ "2026-11-21T20:36:59.126Z", YG_TOKEN_DATE, 0 },
	{ "taro@example.co.jp", YG_TOKEN_EMAIL, 0 },
	{ "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", YG_TOKEN_JWT, 0 },
	{ "192.0.2.1", YG_TOKEN_IP, 0 },
	{ "2001:db8::1", YG_TOKEN_IP, 0 },
	{ "+81312345678", YG_TOKEN_PHONE, 0 },
	{ "1.2.3", YG_TOKEN_SEMVER, 0 },
	{ "v1.2.3-rc.1", YG_TOKEN_SEMVER, 0 },
	{ "acct_opmff2YT9kL4RFxrg", YG_TOKEN_PREFIXED, 0 },
	{ "ord-WmOfYJ6cI5lalrVIw", YG_TOKEN_PREFIXED, 0 },
	{ "order-10023", YG_TOKEN_PREFIXED, 0 },
	{ "report_2024-01.pdf", YG_TOKEN_PREFIXED, 0 },
	{ "report_2024-01.json", YG_TOKEN_PREFIXED, 14 },
	{ "tier-2", YG_TOKEN_NUMBERED, 0 },
	{ "true", YG_TOKEN_BOOL, 0 },
	{ "Jessy_McMohr", YG_TOKEN_NAME, 0 },
	{ "GetPostAndParent", YG_TOKEN_WORD, 0 },
	{ "tOyUxpJEtzFIjdddae7MA", YG_TOKEN_OPAQUE, 0 },
	{ "09alm5L7xiI5BwakX3EdA", YG_TOKEN_OPAQUE, 0 },
	{ "arn:aws:s3:::bucket", YG_TOKEN_URN, 0 },
	{ "us-east", YG_TOKEN_REGION, 0 },
	{ "us-east-1", YG_TOKEN_REGION, 0 },
	{ "us-east-1a", YG_TOKEN_REGION, 0 },
	{ "europe-west4-b", YG_TOKEN_REGION, 0 },
	{ "gb-lon", YG_TOKEN_REGION, 0 },
	{ "us-east-", YG_TOKEN_SLUG, 0 },
	{ "us-east-1234", YG_TOKEN_PREFIXED, 0 },
	{ "asian-food", YG_TOKEN_WORD, 0 },
	{ "ab-c", YG_TOKEN_WORD, 0 },
	{ "g6-standard-1", YG_TOKEN_MIXED, 0 },
	{ "old-red-chair2", YG_TOKEN_SLUG, 0 },
	{ "group%2Fproject", YG_TOKEN_OPAQUE, 0 },
	{ "ja_JP", YG_TOKEN_LOCALE, 0 },
	{ "en-US", YG_TOKEN_LOCALE, 0 },
	{ "USD", YG_TOKEN_UPPER, 0 },
	{ "GB", YG_TOKEN_UPPER, 0 },
	{ "1srOrx2ZWZBpBUvZwXKQmoEYga2", YG_TOKEN_OPAQUE, 0 },
	{ "507f1f77bcf86cd799439011", YG_TOKEN_HEX, 0 },
	{ "d41d8cd98f00b204e9800998ecf8427e", YG_TOKEN_HEX, 0 },
	{ "+819012345678", YG_TOKEN_PHONE, 0 },
	{ "35.6895,139.6917", YG_TOKEN_DECIMAL, 0 },
	{ "35.6895:139.6917", YG_TOKEN_DECIMAL, 0 },
	{ "-33.86:151.2", YG_TOKEN_DECIMAL, 0 },
	{ "12:30", YG_TOKEN_DATE, 0 },
	{ "12:30:59", YG_TOKEN_DATE, 0 },
	{ "20261121T203659Z", YG_TOKEN_DATE, 0 },
	{ "10.0.0.256", YG_TOKEN_DOTTED, 0 },
	{ "furikomi-rireki", YG_TOKEN_WORD, 0 },
	{ "kouza", YG_TOKEN_WORD, 0 },
	{ "torihiki", YG_TOKEN_WORD, 0 },
	{ "口座", YG_TOKEN_TEXT, 0 },
	{ "dGhpcyBpcyBhIHNlY3JldA", YG_TOKEN_OPAQUE, 0 },
	{ "tfYba65PDmceHngQ-Z-ZA", YG_TOKEN_OPAQUE, 0 },
	{ "lsEauYDhtpAlCtBIqoVoxr", YG_TOKEN_OPAQUE, 0 },
	{ "subclassificationIndianBatch", YG_TOKEN_WORD, 0 },
	{ "price_MIwHbcvAyzCQQs", YG_TOKEN_PREFIXED, 0 },
	{ "agents.5ej2d9Vbnx4Fc3Tyn0Log", YG_TOKEN_PREFIXED, 0 },
	{ "app.b210f149.js", YG_TOKEN_PREFIXED, 0 },
	{ "files.get2FAKeys", YG_TOKEN_DOTTED, 0 },
	{ "213-2096", YG_TOKEN_PREFIXED, 0 },
	{ "5481-905-1806888", YG_TOKEN_PREFIXED, 0 },
	{ "JP8682290094", YG_TOKEN_PREFIXED, 0 },
	{ "INV566481", YG_TOKEN_PREFIXED, 0 },
	{ "iso20022", YG_TOKEN_NUMBERED, 0 },
	{ "v20180820", YG_TOKEN_VERSION, 0 },
	{ "2026-11", YG_TOKEN_DATE, 0 },
	{ "2026-13", YG_TOKEN_PREFIXED, 0 },
	{ "2026-W47", YG_TOKEN_DATE, 0 },
	{ "2026-Q4", YG_TOKEN_DATE, 0 },
	{ "report.pdf", YG_TOKEN_FILE, 0 },
	{ "年報.PDF", YG_TOKEN_TEXT, 0 },
	{ ".js", YG_TOKEN_DOTTED, 0 },
	{ "PENDING", YG_TOKEN_UPPER, 0 },
	{ "vuyxvk", YG_TOKEN_MIXED, 0 },
	{ "nsxv-managers", YG_TOKEN_WORD, 0 },
	{ "fqdn_connections", YG_TOKEN_WORD, 0 },
	{ "Wirtschaftsprüfung", YG_TOKEN_TEXT, 0 },
	{ "verzeichnisdienst", YG_TOKEN_WORD, 0 },
};
/* clang-format on */

static void types_every_segment_of_the_table(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].segment), stem;
		GUARD_CLEANUP struct guard g = guard_copy(cases[i].segment, len);
		enum yg_token got = yg_token_from_segment((struct yg_slice){ g.ptr, len }, &stem);

		if (got != cases[i].want)
			print_error("'%s' is %d\n", cases[i].segment, got);
		assert_int_equal(got, cases[i].want);
		assert_int_equal(stem, cases[i].stem_len ? cases[i].stem_len : len);
	}
}

static void is_long_beyond_the_literal_limit(void **state)
{
	char text[YG_TOKEN_LITERAL_MAX + 1];
	size_t stem;

	(void)state;

	memset(text, 'a', sizeof(text));
	assert_int_equal(yg_token_from_segment((struct yg_slice){ text, sizeof(text) - 1 }, &stem),
			 YG_TOKEN_HEX);
	memset(text, 'u', sizeof(text));
	assert_int_equal(yg_token_from_segment((struct yg_slice){ text, sizeof(text) - 1 }, &stem),
			 YG_TOKEN_WORD);
	assert_int_equal(yg_token_from_segment((struct yg_slice){ text, sizeof(text) }, &stem),
			 YG_TOKEN_LONG);
}

static void every_token_has_names(void **state)
{
	(void)state;

	for (int t = 0; t < YG_TOKEN_MAX; t++) {
		assert_true(strlen(yg_token_parameter((enum yg_token)t)) > 0);
		assert_true(strlen(yg_token_type((enum yg_token)t)) > 0);
	}
}

struct door_case {
	const char *before, *segment;
	bool opens;
};

static const struct door_case door_cases[] = {
	{ "reset", "k3v9tq2x", true },
	{ "reset-password", "YXpZOGOlEm", true },
	{ "apiKey", "a1b2c3d4", true },
	{ "access_token", "rmkkbmqt", true },
	{ "password", "sesame!open", true },
	{ "password", "reset", false },
	{ "token", "refresh", false },
	{ "token", "oauth2", false },
	{ "verify", "step12", true },
	{ "customer-account-password-recovery-token", "k3v9tq2x", true },
	{ "those-operators-of-each-computers-keyboards", "k3v9tq2x", false },
	{ "users", "k3v9tq2x", false },
	{ "keys", "k3v9tq2x", false },
	{ "", "k3v9tq2x", false },
	{ "reset", "", false },
};

static void what_stands_behind_a_door_opens_it(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(door_cases); i++) {
		const struct door_case *c = &door_cases[i];

		print_message("%s/%s\n", c->before, c->segment);
		assert_int_equal(
			yg_token_opens(yg_slice_from_str(c->before), yg_slice_from_str(c->segment)),
			c->opens);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_behind_a_door_opens_it),
		cmocka_unit_test(types_every_segment_of_the_table),
		cmocka_unit_test(is_long_beyond_the_literal_limit),
		cmocka_unit_test(every_token_has_names),
	};

	return cmocka_run_group_tests_name("endpoint/token", tests, NULL, NULL);
}
