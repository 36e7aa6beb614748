/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/credential.h"

#include <string.h>

#include "core/macros.h"
#include "test.h"

#define FIELDS 3

/* {"iss":"https://issuer.example","sub":"user-42","azp":"portal","exp":1780000000.5,"x":{...}} */
#define JWT                                                                                \
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiw" \
	"ic3ViIjoidXNlci00MiIsImF6cCI6InBvcnRhbCIsImV4cCI6MTc4MDAwMDAwMC41LCJ4Ijp7InN1YiI" \
	"6Im5vIn19.c2ln"
/* {"alg":"NoNe"} {"client_id":"partner","azp":"other","sub":7}, no signature */
#define JWT_NONE                                                                           \
	"eyJhbGciOiJOb05lIn0.eyJjbGllbnRfaWQiOiJwYXJ0bmVyIiwiYXpwIjoib3RoZXIiLCJzdWIiOjd9" \
	"."
/* {"sub":"a","sub":"b"} */
#define JWT_TWICE "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIiwic3ViIjoiYiJ9.c2ln"
/* {"sub":"\u00e9"} */
#define JWT_ESCAPE "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJcdTAwZTkifQ.c2ln"
/* a payload that is not JSON */
#define JWT_BROKEN "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.bm90IGpzb24.c2ln"

static const struct {
	const char *name, *target;
	const char *fields[FIELDS][2];
	enum yg_credential_kind best;
	const char *value;
	bool in_query;
} cases[] = {
	{ "nothing", "/", { { "Accept", "*/*" } }, YG_CREDENTIAL_NONE, NULL, false },
	{ "an API key by its name",
	  "/",
	  { { "X-Acme-Api-Key", "acme_live_51HqT2eK" } },
	  YG_CREDENTIAL_API_KEY,
	  "acme_live_51HqT2eK",
	  false },
	{ "one by its name and its value",
	  "/?page=2&partnerToken=7f3c9a4e1b2d8c6f7f3c",
	  { { "X-Idempotency-Key", "7f3c9a4e1b2d8c6f7f3c9a4e" } },
	  YG_CREDENTIAL_API_KEY,
	  "7f3c9a4e1b2d8c6f7f3c",
	  true },
	{ "one by its value",
	  "/maps?key=AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
	  { { "X-Consumer-Key", "browser" } },
	  YG_CREDENTIAL_API_KEY,
	  "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
	  true },
	{ "keys of requests, pages and things",
	  "/?key=photos/2024/summer-holiday-number-12.jpg&pageToken=7f3c9a4e1b2d8c6f7f3c9a4e",
	  { { "X-Csrf-Token", "7f3c9a4e1b2d8c6f7f3c" },
	    { "X-Amz-Security-Access-Token", "7f3c9a4e1b2d8c6f7f3c" },
	    { "X-Partner-Token", "partner-one" } },
	  YG_CREDENTIAL_NONE,
	  NULL,
	  false },
	{ "a bearer token in the field and in the URL",
	  "/?access_token=7f3c9a4e1b2d8c6f7f3c",
	  { { "Authorization", "Bearer s3cret" } },
	  YG_CREDENTIAL_BEARER,
	  "s3cret",
	  false },
	{ "JWT", "/", { { "authorization", "Bearer " JWT } }, YG_CREDENTIAL_JWT, "user-42", false },
	{ "JWT whose subject is a number",
	  "/",
	  { { "Authorization", "bearer " JWT_NONE } },
	  YG_CREDENTIAL_JWT,
	  "7",
	  false },
	{ "JWT with the subject twice: the last one",
	  "/",
	  { { "Authorization", "Bearer " JWT_TWICE } },
	  YG_CREDENTIAL_JWT,
	  "b",
	  false },
	{ "JWT with an escape",
	  "/",
	  { { "Authorization", "Bearer " JWT_ESCAPE } },
	  YG_CREDENTIAL_JWT,
	  "\xc3\xa9",
	  false },
	{ "JWT that is none",
	  "/",
	  { { "Authorization", "Bearer " JWT_BROKEN } },
	  YG_CREDENTIAL_BEARER,
	  JWT_BROKEN,
	  false },
	{ "five parts",
	  "/",
	  { { "Authorization", "Bearer a.b.c.d.e" } },
	  YG_CREDENTIAL_BEARER,
	  "a.b.c.d.e",
	  false },
	{ "opaque bearer",
	  "/",
	  { { "Authorization", "BEARER   s3cret" } },
	  YG_CREDENTIAL_BEARER,
	  "s3cret",
	  false },
	{ "Basic",
	  "/",
	  { { "Authorization", "Basic dXNlcjpwYTpzcw==" } },
	  YG_CREDENTIAL_BASIC,
	  "user",
	  false },
	{ "Basic without a colon",
	  "/",
	  { { "Authorization", "Basic dXNlcg==" } },
	  YG_CREDENTIAL_OTHER,
	  "dXNlcg==",
	  false },
	{ "another scheme",
	  "/",
	  { { "Authorization", "Digest username=\"a\"" } },
	  YG_CREDENTIAL_OTHER,
	  "username=\"a\"",
	  false },
	{ "API key", "/", { { "X-API-Key", "k1" } }, YG_CREDENTIAL_API_KEY, "k1", false },
	{ "API key of a given name",
	  "/",
	  { { "X-Acme-Key", "k2" } },
	  YG_CREDENTIAL_API_KEY,
	  "k2",
	  false },
	{ "API key in the query",
	  "/a?x=1&api_key=k3",
	  { { 0 } },
	  YG_CREDENTIAL_API_KEY,
	  "k3",
	  true },
	{ "given name in the query",
	  "http://h/a?acme=k4#f",
	  { { 0 } },
	  YG_CREDENTIAL_API_KEY,
	  "k4",
	  true },
	{ "token in the query", "/?access_token=t", { { 0 } }, YG_CREDENTIAL_BEARER, "t", true },
	{ "session cookie",
	  "/",
	  { { "Cookie", "a=b; JSESSIONID=s1; c=d" } },
	  YG_CREDENTIAL_SESSION,
	  "s1",
	  false },
	{ "prefixed cookie",
	  "/",
	  { { "Cookie", "__Host-session=s2" } },
	  YG_CREDENTIAL_SESSION,
	  "s2",
	  false },
	{ "an application's own session",
	  "/",
	  { { "Cookie", "_shop_session=s3" } },
	  YG_CREDENTIAL_SESSION,
	  "s3",
	  false },
	{ "given cookie in the second field",
	  "/",
	  { { "Cookie", "a=b" }, { "Cookie", "acme_sid=s4" } },
	  YG_CREDENTIAL_SESSION,
	  "s4",
	  false },
	{ "an empty session is none",
	  "/",
	  { { "Cookie", "session=; sid=" } },
	  YG_CREDENTIAL_NONE,
	  NULL,
	  false },
	{ "a cookie without a name",
	  "/",
	  { { "Cookie", "=x; ;;" } },
	  YG_CREDENTIAL_NONE,
	  NULL,
	  false },
	{ "the token says more than the cookie",
	  "/",
	  { { "Cookie", "sid=s" }, { "X-Api-Key", "k" }, { "Authorization", "Bearer t" } },
	  YG_CREDENTIAL_BEARER,
	  "t",
	  false },
};

static void find(const char *target, const char *const (*fields)[2], struct yg_credentials *ret)
{
	static const struct yg_slice header = { "x-acme-key", 10 }, query = { "acme", 4 },
				     cookie = { "acme_sid", 8 };
	const struct yg_credential_names names = { &header, 1, &query, 1, &cookie, 1 };
	struct yg_header headers[FIELDS];
	struct yg_message request = { .present = true, .headers = headers };

	request.method = YG_SLICE("GET");
	request.target = yg_slice_from_str(target);
	for (; request.header_count < FIELDS && fields[request.header_count][0];
	     request.header_count++) {
		headers[request.header_count].name =
			yg_slice_from_str(fields[request.header_count][0]);
		headers[request.header_count].value =
			yg_slice_from_str(fields[request.header_count][1]);
	}
	yg_credentials_from_request(&request, &names, ret);
}

static void names_the_caller(void **state)
{
	static struct yg_credentials got;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		find(cases[i].target, cases[i].fields, &got);
		assert_int_equal(got.best, cases[i].best);
		assert_true(yg_slice_equal(got.value, yg_slice_from_str(cases[i].value)));
		assert_int_equal(got.in_query, cases[i].in_query);
	}
}

static void reads_the_claims(void **state)
{
	static const char *const fields[][2] = { { "Authorization", "Bearer " JWT }, { NULL } };
	static const char *const none[][2] = { { "Authorization", "Bearer " JWT_NONE }, { NULL } };
	static struct yg_credentials got;

	(void)state;
	find("/", fields, &got);
	assert_true(got.jwt.present && !got.jwt.unsecured);
	assert_true(yg_slice_equal(got.jwt.client_id, YG_SLICE("portal")));
	assert_true(yg_slice_equal(got.jwt.issuer, YG_SLICE("https://issuer.example")));
	assert_int_equal(got.jwt.expires_s, 1780000000);
	find("/", none, &got);
	assert_true(got.jwt.present && got.jwt.unsecured);
	assert_true(yg_slice_equal(got.jwt.client_id, YG_SLICE("partner")));
	assert_null(got.jwt.issuer.ptr);
	assert_int_equal(got.jwt.expires_s, 0);
}

static void names_each_kind(void **state)
{
	(void)state;
	assert_string_equal(yg_credential_kind_name(YG_CREDENTIAL_JWT), "jwt");
	assert_string_equal(yg_credential_kind_name(YG_CREDENTIAL_MAX), "none");
}

static void knows_the_usual_names(void **state)
{
	static const struct {
		enum yg_value_in in;
		const char *name;
		bool want;
	} names[] = {
		{ YG_VALUE_IN_QUERY, "api_key", true },
		{ YG_VALUE_IN_QUERY, "page", false },
		{ YG_VALUE_IN_HEADER, "X-API-Key", true },
		{ YG_VALUE_IN_HEADER, "x-request-id", false },
		{ YG_VALUE_IN_COOKIE, "__Host-shop_session", true },
		{ YG_VALUE_IN_COOKIE, "theme", false },
		{ YG_VALUE_IN_BODY, "api_key", false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++)
		assert_int_equal(
			yg_credential_is_name(names[i].in, yg_slice_from_str(names[i].name)),
			names[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_caller),
		cmocka_unit_test(reads_the_claims),
		cmocka_unit_test(names_each_kind),
		cmocka_unit_test(knows_the_usual_names),
	};

	return cmocka_run_group_tests_name("parse/credential", tests, NULL, NULL);
}
