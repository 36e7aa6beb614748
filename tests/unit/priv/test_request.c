/* SPDX-License-Identifier: GPL-2.0-only */
#include "priv/request.h"

#include <string.h>

#include "test.h"

#define SECOND 1000000000ull

static struct yg_prefix prefix(const char *text)
{
	struct yg_prefix ret;

	assert_int_equal(yg_prefix_from_text(yg_slice_from_str(text), &ret), 0);
	return ret;
}

/* What the analyzer sends on a finding; each case changes one thing. */
static struct yg_request automatic(void)
{
	return (struct yg_request){ .kind = YG_REQUEST_BLOCK,
				    .cookie = 7,
				    .prefix = prefix("203.0.113.9"),
				    .reason = YG_REASON_FINDING,
				    .ttl_ns = 3600 * SECOND,
				    .finding = 0x1234,
				    .callers_cut = 1,
				    .callers_recent = 100 };
}

static struct yg_request by_operator(const char *text)
{
	struct yg_request request = automatic();

	request.prefix = prefix(text);
	request.reason = YG_REASON_OPERATOR;
	request.finding = 0;
	return request;
}

static enum yg_result check(enum yg_role from, const void *data, size_t len)
{
	struct yg_request ret = { .cookie = 0xdead };
	struct guard g GUARD_CLEANUP = guard_copy(data, len);
	enum yg_result result = yg_request_check(from, g.ptr, len, &ret);

	if (result == YG_RESULT_OK)
		assert_memory_equal(&ret, data, sizeof(ret));
	else
		assert_int_equal(ret.cookie, 0xdead);
	return result;
}

static void knows_who_may_ask_what(void **state)
{
	static const struct {
		enum yg_request_kind kind;
		unsigned roles;
	} table[] = {
		{ YG_REQUEST_UNBLOCK, 1u << YG_ROLE_DESK },
		{ YG_REQUEST_LIST, 1u << YG_ROLE_DESK },
		{ YG_REQUEST_PROTECT, 1u << YG_ROLE_WARDEN },
		{ YG_REQUEST_PROTECT_END, 1u << YG_ROLE_WARDEN },
		{ YG_REQUEST_KILL, 1u << YG_ROLE_ENFORCER },
		{ YG_REQUEST_WATCH, 1u << YG_ROLE_ANALYZER },
		{ 0, 0 },
		{ YG_REQUEST_MAX, 0 },
		{ (enum yg_request_kind)0x7fffffff, 0 },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_request request = automatic();

		request.kind = table[i].kind;
		request.reason = YG_ALLOW_OWN;
		for (enum yg_role from = 0; from < YG_ROLE_MAX; from++) {
			enum yg_result want =
				table[i].roles & 1u << from ? YG_RESULT_OK : YG_RESULT_BAD;

			assert_int_equal(check(from, &request, sizeof(request)), want);
		}
	}
}

/* One client, for an hour at most, and never as a crowd: that is the operator's word. */
static void lets_the_analyzer_watch_one_client(void **state)
{
	struct yg_request good = automatic(), request;

	(void)state;

	good.kind = YG_REQUEST_WATCH;
	good.reason = YG_WATCH_STATE;
	good.ttl_ns = YG_WATCH_TTL_MAX_S * 1000000000ull;
	good.prefix.len = 128;
	assert_int_equal(check(YG_ROLE_ANALYZER, &good, sizeof(good)), YG_RESULT_OK);
	request = good;
	request.reason = YG_WATCH_CROWD;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request.reason = 0;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request = good;
	request.ttl_ns++;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request.ttl_ns = 999999999;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request = good;
	request.prefix.len = 120;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request = good;
	memset(&request.prefix.addr, 0, sizeof(request.prefix.addr));
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
}

static void lets_the_analyzer_block_on_a_finding_only(void **state)
{
	struct yg_request request = automatic();

	(void)state;

	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_OK);
	assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), YG_RESULT_BAD);
	assert_int_equal(check(YG_ROLE_WARDEN, &request, sizeof(request)), YG_RESULT_BAD);
	assert_int_equal(check(YG_ROLE_ENFORCER, &request, sizeof(request)), YG_RESULT_BAD);
	for (uint32_t reason = 0; reason <= YG_REASON_MAX; reason++) {
		request.reason = reason;
		assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)),
				 reason == YG_REASON_FINDING ? YG_RESULT_OK : YG_RESULT_BAD);
		assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)),
				 reason == YG_REASON_OPERATOR || reason == YG_REASON_APPROVED
					 ? YG_RESULT_OK
					 : YG_RESULT_BAD);
	}
}

static void wants_a_finding_behind_what_is_not_the_operators(void **state)
{
	struct yg_request request = automatic();

	(void)state;

	request.finding = 0;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request.reason = YG_REASON_APPROVED;
	assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), YG_RESULT_BAD);
	request.reason = YG_REASON_OPERATOR;
	assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), YG_RESULT_OK);
}

static void refuses_wide_prefixes(void **state)
{
	static const struct {
		const char *text;
		enum yg_result desk, analyzer;
	} table[] = {
		{ "203.0.113.9", YG_RESULT_OK, YG_RESULT_OK },
		{ "203.0.113.0/24", YG_RESULT_OK, YG_RESULT_TOO_WIDE },
		{ "203.0.0.0/16", YG_RESULT_OK, YG_RESULT_TOO_WIDE },
		{ "203.0.0.0/15", YG_RESULT_TOO_WIDE, YG_RESULT_TOO_WIDE },
		{ "128.0.0.0/1", YG_RESULT_TOO_WIDE, YG_RESULT_TOO_WIDE },
		{ "2001:db8::1", YG_RESULT_OK, YG_RESULT_OK },
		{ "2001:db8::/64", YG_RESULT_OK, YG_RESULT_OK },
		{ "2001:db8::/63", YG_RESULT_OK, YG_RESULT_TOO_WIDE },
		{ "2001:db8::/32", YG_RESULT_OK, YG_RESULT_TOO_WIDE },
		{ "2001:c00::/31", YG_RESULT_TOO_WIDE, YG_RESULT_TOO_WIDE },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_request request = by_operator(table[i].text);

		assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), table[i].desk);
		request.reason = YG_REASON_FINDING;
		request.finding = 1;
		assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)),
				 table[i].analyzer);
	}
}

/* ::ffff:0:0/96 is all of IPv4, and ::/80 holds it: an IPv6 length must not smuggle that in. */
static void refuses_ipv6_prefixes_that_hold_all_of_ipv4(void **state)
{
	struct yg_request request = by_operator("203.0.113.9");

	(void)state;

	request.prefix = (struct yg_prefix){ .addr = { { [10] = 0xff, [11] = 0xff } }, .len = 96 };
	assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), YG_RESULT_TOO_WIDE);
	request.prefix = (struct yg_prefix){ .addr = { { [10] = 0xff } }, .len = 88 };
	assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), YG_RESULT_TOO_WIDE);
	request.prefix = (struct yg_prefix){ .addr = { { 0 } }, .len = 80 };
	assert_int_equal(check(YG_ROLE_DESK, &request, sizeof(request)), YG_RESULT_BAD);
}

static void refuses_fields_out_of_range(void **state)
{
	struct yg_request request = automatic();

	(void)state;

	request.ttl_ns = SECOND - 1;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request.ttl_ns = (uint64_t)YG_BLOCK_TTL_MAX_S * SECOND;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_OK);
	request.ttl_ns++;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);

	request = automatic();
	request.callers_cut = request.callers_recent + 1;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);

	request = automatic();
	request.prefix.len = 129;
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
	request.prefix.len = 120; /* 203.0.113.9 has bits beyond /24 */
	assert_int_equal(check(YG_ROLE_ANALYZER, &request, sizeof(request)), YG_RESULT_BAD);
}

static void refuses_other_sizes(void **state)
{
	struct yg_request request[2] = { automatic(), automatic() };

	(void)state;

	for (size_t len = 0; len <= sizeof(request); len++)
		assert_int_equal(check(YG_ROLE_ANALYZER, request, len),
				 len == sizeof(*request) ? YG_RESULT_OK : YG_RESULT_BAD);
}

static void names_every_result_and_reason(void **state)
{
	(void)state;

	for (enum yg_result result = 0; result < YG_RESULT_MAX; result++)
		assert_string_not_equal(yg_result_name(result), "unknown");
	assert_string_equal(yg_result_name(YG_RESULT_MAX), "unknown");
	for (enum yg_reason reason = 1; reason < YG_REASON_MAX; reason++)
		assert_string_not_equal(yg_reason_name(reason), "unknown");
	assert_string_equal(yg_reason_name(0), "unknown");
	assert_string_equal(yg_reason_name(YG_REASON_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_who_may_ask_what),
		cmocka_unit_test(lets_the_analyzer_watch_one_client),
		cmocka_unit_test(lets_the_analyzer_block_on_a_finding_only),
		cmocka_unit_test(wants_a_finding_behind_what_is_not_the_operators),
		cmocka_unit_test(refuses_wide_prefixes),
		cmocka_unit_test(refuses_ipv6_prefixes_that_hold_all_of_ipv4),
		cmocka_unit_test(refuses_fields_out_of_range),
		cmocka_unit_test(refuses_other_sizes),
		cmocka_unit_test(names_every_result_and_reason),
	};

	return cmocka_run_group_tests_name("priv/request", tests, NULL, NULL);
}
