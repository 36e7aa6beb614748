/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_engine.h"

#include <errno.h>
#include <stdio.h>

#include "guard.h"
#include "test.h"

static struct yg_data_engine *make_engine(const struct yg_data_engine_options *options)
{
	struct yg_data_engine *engine = NULL;
	char error[200];

	assert_int_equal(yg_data_engine_new(options, error, sizeof(error), &engine), 0);
	return engine;
}

static int set_up(void **state)
{
	*state = make_engine(&(struct yg_data_engine_options){ 0 });
	return 0;
}

static int tear_down(void **state)
{
	struct yg_data_engine *engine = *state;

	yg_data_engine_free(&engine);
	return 0;
}

/* "pan+c iban+": class, '+' passed or '-' failed, 'c' with context. CERTAIN and named alone. */
static void describe(struct yg_data_engine *engine, const char *text, const char *name, char *ret,
		     size_t cap)
{
	struct yg_data_sight sights[YG_DATA_SIGHTS_MAX];
	GUARD_CLEANUP struct guard guarded = guard_copy(text, strlen(text));
	struct yg_data_leaf leaf = {
		.text = { guarded.ptr, guarded.len },
		.name = yg_slice_from_str(name),
		.response = true,
	};
	uint32_t count = yg_data_engine_examine(engine, &leaf, sights);
	size_t len = 0;

	ret[0] = '\0';
	for (uint32_t i = 0; i < count; i++) {
		if (!sights[i].passed)
			continue;
		len += (size_t)snprintf(ret + len, cap - len, "%s%s%s", len ? " " : "",
					yg_data_engine_name(engine, sights[i].class_),
					sights[i].context ? "+" : "");
	}
}

static const struct {
	const char *text, *name, *want;
} values[] = {
	{ "4111111111111111", "card_number", "pan+" },
	{ "4111 1111 1111 1111", "cardNo", "pan+" },
	{ "4111111111111111", NULL, "pan" },
	{ "4111111111111112", "card_number", "" },
	{ "9111111111111117", "card_number", "" },
	{ "４１１１１１１１１１１１１１１１", "カード番号", "pan+" },
	{ "3530111333300000", "card", "pan+" },
	{ "my credit card number is 4012888888881881, ok", NULL, "pan+" },
	{ "order 4012888888881881 is shipped", NULL, "" },
	{ "123", "cvv", "cvv+" },
	{ "12", "cvv", "" },
	{ "621498320257", "myNumber", "my-number+" },
	{ "6214 9832 0257", "個人番号", "my-number+" },
	{ "621498320258", "myNumber", "" },
	{ "7000012050002", "法人番号", "corporate-number+" },
	{ "T7000012050002", "登録番号", "corporate-number+" },
	{ "GB82 WEST 1234 5698 7654 32", NULL, "iban" },
	{ "GB82 WEST 1234 5698 7654 33", NULL, "" },
	{ "GB25 1234 1234 5698 7654 32", NULL, "" }, /* its bank has letters in Great Britain */
	{ "DE583704004405320130AB", NULL, "" },
	{ "1234567", "口座番号", "bank-account+" },
	{ "090-1234-5678", NULL, "phone" },
	{ "+81 90 1234 5678", NULL, "phone" },
	{ "+81 90 1234 56789", NULL, "" },
	{ "+44 20 7946 0958", NULL, "phone" },
	{ "+44 020 7946 0958", NULL, "" }, /* the zero is left out from abroad */
	{ "+39 06 6982 1234", NULL, "phone" },
	{ "+999 1234 5678", NULL, "" },
	{ "0312345678", "tel", "phone+" },
	{ "2024-06-05", "phone", "" },
	{ "100-0001", "郵便番号", "postal-code+" },
	{ "東京都千代田区千代田1-1", NULL, "address" },
	{ "山田 太郎", "氏名", "person-name+" },
	{ "ﾔﾏﾀﾞ ﾀﾛｳ", "名義", "person-name+" },
	{ "Grace Hopper", "full_name", "person-name+" },
	{ "server-01", "full_name", "" },
	{ "Müller", "Nachname", "person-name+" },
	{ "Dubois", "pr\u00e9nom", "person-name+" },
	{ "Dubois", "pre\u0301nom", "person-name+" },
	{ "Hauptstraße 12", "Straße", "address+" },
	{ "Calle Mayor 12", "DIRECCI\u00d3N", "address+" },
	{ "1985-04-12", "fechaDeNacimiento", "birth-date+" },
	{ "3086942", "Kontonummer", "bank-account+" },
	{ "geheim1", "contrase\u00f1a", "secret-password+" },
	{ "クレジットカード番号は4012888888881881です。", "memo", "pan+" },
	{ "私のマイナンバーは621498320257です。", NULL, "my-number+" },
	{ "注文621498320257を受け付けました", NULL, "" },
	{ "เลขประจำตัวประชาชน 1234567890121", NULL, "national-id-th+" },
	{ "my PAN number is ABBPM4567S", NULL, "national-id-in+" },
	{ "my license is 13-22-123456-12", NULL, "driving-licence+" },
	{ "1681974536716", "法人番号", "corporate-number+" }, /* or milliseconds */
	{ "1681974536716", "created", "" },
	{ "93726201", "被保険者番号", "health-number+" },
	{ "93726201", "保険証番号", "health-number+" },
	{ "93726201", "npi", "" }, /* one that has a check digit */
	{ "10.9.17.17", "app_version", "" },
	{ "10.9.17.17", "host", "ip-address" },
	{ "684-635-8487", "part_number", "" },
	{ "684-635-8487", "contact", "phone" },
	{ "+1 684-635-8487", "part_number", "phone" },
	{ "078 05 1123", NULL, "national-id-us" },
	{ "871220-2384", NULL, "national-id-se" },
	{ "871220-2384", "cpr", "" }, /* Denmark begins with the day */
	{ "201287-2384", "cpr", "national-id-dk+" },
	{ "960121-1021413", NULL, "national-id-kr" },
	{ "0811 7785 9983", NULL, "phone" },
	{ "a.b@example.co.jp", NULL, "email" },
	{ "a.b@example", NULL, "" },
	{ "<a.b@example.org>", NULL, "email" },
	{ "mailto:a.b@example.org?subject=x", NULL, "email" },
	{ "write to a.b@example.org.", NULL, "email" },
	{ "a.b@example.org.", NULL, "" },
	{ "a.b@example.org!x", NULL, "" },
	{ "1985-04-12", "birthDate", "birth-date+" },
	{ "昭和60年4月12日", "生年月日", "birth-date+" },
	{ "2001:db8::1", NULL, "ip-address" },
	{ "10.0.0.256", NULL, "" },
	{ "00:1b:44:11:3a:b7", NULL, "mac-address" },
	{ "35.681236", "lat", "geo+" },
	{ "123456.78", "残高", "balance+" },
	{ "none", "balance", "" },
	{ "A+", "血液型", "health+" },
	{ "720", "credit_score", "credit-history+" },
	{ "AKIAIOSFODNN7EXAMPLE", NULL, "secret-aws" },
	{ "AKIAIOSFODNN7EXAMPL", NULL, "" },
	{ "ghp_0123456789abcdefghijABCDEFGHIJ012345", NULL, "secret-github" },
	{ "-----BEGIN RSA PRIVATE KEY-----", NULL, "secret-private-key" },
	{ "-----BEGIN PRIVATE KEY-----", NULL, "secret-private-key" },
	{ "-----BEGIN ABCDEFGHIJKLMNOPQRS PRIVATE KEY-----", NULL, "secret-private-key" },
	{ "-----BEGIN ABCDEFGHIJKLMNOPQRST PRIVATE KEY-----", NULL, "" },
	{ "-----BEGIN rsa PRIVATE KEY-----", NULL, "" },
	{ "the PRIVATE KEY", NULL, "" },
	{ "PRIVATE KEY", NULL, "" },
	{ "x%B1234567890123^DOE/JANE^2512", NULL, "card-track" },
	{ "x%B1234567890123456789^DOE", NULL, "card-track" },
	{ "x%B12345678901234567890^DOE", NULL, "" },
	{ "x%B123456789012^DOE/JANE", NULL, "" },
	{ "x%B1234567890123", NULL, "" },
	{ "x;1234567890123=2512101", NULL, "card-track" },
	{ "x;1234567890123=251", NULL, "" },
	{ "x;123456789012=2512101", NULL, "" },
	{ "x;1234567890123456789=2512", NULL, "card-track" },
	{ "x;12345678901234567890=2512", NULL, "" },
	{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", NULL, "jwt" },
	{ "eyJmb28iOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", NULL, "" },
	{ "hunter22", "password", "secret-password+" },
	{ "2018-01-01", "password_created", "" },
	{ "SlAV32hkKG3b8f9a0c1d", "access_token", "secret-oauth+" },
	{ "078-05-1123", "ssn", "national-id-us+" },
	{ "000-05-1123", "ssn", "" },
	{ "039337423", "tz", "national-id-il+" },
	{ "039337422", "tz", "" },
	{ "AA 12 34 56 B", "nino", "national-id-gb+" },
	{ "Z8078221M", "nie", "national-id-es+" },
	{ "RSSMRA85T10A562S", NULL, "national-id-it" },
	{ "11010519491231002X", NULL, "national-id-cn" },
	{ "A123456789", "身分證", "national-id-tw+" },
	{ "S1234567D", "nric", "national-id-sg+" },
	{ "76543210794", "tckn", "national-id-tr+" },
	{ "131052-308T", "hetu", "national-id-fi+" },
	{ "312345678909", "aadhaar", "national-id-in+" },
	{ "490154203237518", "imei", "imei+" },
	{ "1M8GDM9AXKP042788", "vin", "vin+" },
	{ "TK1234567", "passport_no", "passport+" },
	{ "A12345678", "passport", "passport+" },
	{ "12AB34567", "passport", "passport+" },
	{ "ABCD12345", "passport", "" },
	{ "KB00112233", "passport", "" }, /* more than nine characters */
	{ "L01X00T47", "passport", "passport+" },
	{ "SW1A 1AA", "postcode", "postal-code+" },
	{ "VA1 1AA", "postcode", "" },
	{ "M1 1CA", "postcode", "" },
	{ "12 34", "zip", "" },
	{ "1234 AB", "postal_code", "postal-code+" },
	{ "k1a 0b1", "postal_code", "postal-code+" },
	{ "123.456.789-09", NULL, "national-id-br" },
	{ "123.456.789-08", NULL, "" },
	{ "12345678909", "cpf", "national-id-br+" },
	{ "11.222.333/0001-81", NULL, "tax-id" },
	{ "12.345.678-5", NULL, "national-id-cl" },
	{ "85.07.30-033.28", NULL, "national-id-be" },
	{ "693-09.4444", "ssn", "" },
	{ "078-05-1123", NULL, "national-id-us" },
	{ "078051123", "tax_id", "" }, /* nine digits are of nobody yet */
	{ "12-3456789", "ein", "tax-id+" },
	{ "07-3456789", "ein", "" },
	{ "39915-6182971-9", NULL, "national-id-pk" },
	{ "0499370899", "code_melli", "national-id-ir+" },
	{ "722222222V", "nic", "national-id-lk+" },
	{ "729992222V", "nic", "" },
	{ "3006321856", "rnokpp", "national-id-ua+" },
	{ "310289-211C", "hetu", "" }, /* no 31st of February */
	{ "131052:308T", "hetu", "" },
	{ "1984567890124", "thai_id", "" },
	{ "00ABCDE1234F1Z5", "gstin", "" },
	{ "27ABCDE1234F1Z5", NULL, "tax-id" },
	{ "MORGA657054SM9IJ", NULL, "driving-licence" },
	{ "MORGA613054SM9IJ", NULL, "" },
	{ "9XX9-XX9-XX99", NULL, "health-number" },
	{ "9XX9XX9XX99", NULL, "" }, /* a code of eleven characters may be anything */
	{ "9XX9XX9XX99", "mbi", "health-number+" },
	{ "ABCPD1234Z", NULL, "" },
	{ "35-209900-176148-1", NULL, "imei" },
	{ "A494866(4)", "hkid", "national-id-hk+" },
	{ "National Insurance YZ 61 48 68 B is hers", NULL, "national-id-gb+" },
	{ "AA-BB-CC-DD-EE-FF", NULL, "mac-address" },
	{ "address: aa-bb-cc-dd-ee-ff, up", NULL, "mac-address" },
	{ "FF:FF:FF:FF:FF:FF", NULL, "" },
	{ "see (415) 555-0132 now", NULL, "phone" },
	{ "1500000000000", "created", "" },
	{ "hello world", "message", "" },
};

static void names_what_a_value_is(void **state)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(values); i++) {
		char have[512];

		describe(*state, values[i].text, values[i].name, have, sizeof(have));
		if (strcmp(have, values[i].want) != 0)
			fail_msg("'%s' as '%s': '%s' instead of '%s'", values[i].text,
				 values[i].name ? values[i].name : "", have, values[i].want);
	}
}

static void masks_show_no_more_than_their_rule(void **state)
{
	static const struct {
		enum yg_data_mask mask;
		const char *text, *want;
	} cases[] = {
		{ YG_DATA_MASK_CARD, "4111 1111 1111 1234", "411111****1234" },
		{ YG_DATA_MASK_TAIL, "621498320257", "****57" },
		{ YG_DATA_MASK_TAIL, "1234567", "****" },
		{ YG_DATA_MASK_HEAD, "AKIAIOSFODNN7EXAMPLE", "AKIA****" },
		{ YG_DATA_MASK_EMAIL, "grace@example.org", "g****@****.org" },
		{ YG_DATA_MASK_FIRST, "山田太郎", "山***" },
		{ YG_DATA_MASK_NONE, "123", "***" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		char have[YG_DATA_MASK_CAP];

		yg_data_mask(cases[i].mask, yg_slice_from_str(cases[i].text), have, sizeof(have));
		assert_string_equal(have, cases[i].want);
	}
}

static void addresses_of_clients_are_not_told(void **state)
{
	struct yg_data_sight sights[YG_DATA_SIGHTS_MAX];
	struct yg_data_leaf leaf = { .text = YG_SLICE("10.0.0.1") };

	assert_int_equal(yg_data_engine_examine(*state, &leaf, sights), 0);
	leaf.response = true;
	assert_int_equal(yg_data_engine_examine(*state, &leaf, sights), 1);
}

static void classes_of_the_operator_are_found_by_pattern_and_key(void **state)
{
	struct yg_data_user_class user[] = {
		{ .name = "loyalty", .pattern = "LY[0-9]{8}" },
		{ .name = "member", .pattern = "[0-9]{10}", .keys = "member.?no", .luhn = true },
		{ .name = "note", .keys = "internal_note" },
	};
	struct yg_data_engine *engine =
		make_engine(&(struct yg_data_engine_options){ .user = user, .user_count = 3 });
	char have[200];

	(void)state;
	describe(engine, "the card LY12345678 was used", NULL, have, sizeof(have));
	assert_string_equal(have, "loyalty");
	describe(engine, "1234567897", "memberNo", have, sizeof(have));
	assert_non_null(strstr(have, "member+"));
	describe(engine, "1234567890", "memberNo", have, sizeof(have));
	assert_null(strstr(have, "member"));
	describe(engine, "anything", "internal_note", have, sizeof(have));
	assert_string_equal(have, "note+");
	yg_data_engine_free(&engine);
}

static void what_the_operator_wrote_wrong_is_named(void **state)
{
	static const struct {
		struct yg_data_user_class user[2];
		const char *want;
	} cases[] = {
		{ { { .name = "a", .pattern = "[" } }, "data class 'a': " },
		{ { { .name = "a", .pattern = "(?<=x)y" } }, "data class 'a': Zero-width" },
		{ { { .name = "a", .pattern = "x*" } }, "data class 'a': Pattern matches empty" },
		{ { { .name = "a", .pattern = "(a*)*b{1,20000}" } },
		  "data class 'a': a repeat of more than 1000" },
		{ { { .name = "a", .keys = "b{1001}" } },
		  "data class 'a': a repeat of more than 1000" },
		{ { { .name = "a" } }, "data class 'a': neither pattern nor keys" },
		{ { { .name = "pan", .pattern = "1" } }, "data class 'pan': there is one" },
		{ { { .name = "A b", .pattern = "1" } }, "data class 'A b': a name is" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_data_engine_options options = { .user = cases[i].user, .user_count = 1 };
		struct yg_data_engine *engine = NULL;
		char error[200];

		assert_int_equal(yg_data_engine_new(&options, error, sizeof(error), &engine),
				 -EINVAL);
		assert_null(engine);
		assert_memory_equal(error, cases[i].want, strlen(cases[i].want));
	}
}

static void a_class_that_is_off_is_not_told(void **state)
{
	struct yg_data_engine_options options = { 0 };
	struct yg_data_engine *engine;
	char have[200];

	(void)state;
	yg_data_set_add(&options.off, YG_DATA_EMAIL);
	engine = make_engine(&options);
	describe(engine, "a@example.org", NULL, have, sizeof(have));
	assert_string_equal(have, "");
	yg_data_engine_free(&engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_what_a_value_is, set_up, tear_down),
		cmocka_unit_test(masks_show_no_more_than_their_rule),
		cmocka_unit_test_setup_teardown(addresses_of_clients_are_not_told, set_up,
						tear_down),
		cmocka_unit_test(classes_of_the_operator_are_found_by_pattern_and_key),
		cmocka_unit_test(what_the_operator_wrote_wrong_is_named),
		cmocka_unit_test(a_class_that_is_off_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
