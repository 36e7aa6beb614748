/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/rails.h"

#include <errno.h>

#include "test.h"

#define SECOND 1000000000ull
#define START  (1000 * SECOND)

static struct yg_prefix prefix(const char *text)
{
	struct yg_prefix ret;

	assert_int_equal(yg_prefix_from_text(yg_slice_from_str(text), &ret), 0);
	return ret;
}

static struct yg_request block(const char *text, enum yg_reason reason)
{
	return (struct yg_request){ .kind = YG_REQUEST_BLOCK,
				    .prefix = prefix(text),
				    .reason = reason,
				    .ttl_ns = SECOND,
				    .finding = 1 };
}

/* Rails of a host that protects @list, NULL-ended. */
static struct yg_rails rails_with(const char *const *list)
{
	struct yg_rails rails = { .may_drop = true, .on_finding = true, .share = 10, .per_min = 3 };

	uint32_t count = 0;

	for (; list && list[count]; count++) {
		struct yg_prefix row = prefix(list[count]);

		yg_rails_protect(&rails, count, &row);
	}
	assert_int_equal(yg_rails_protect_end(&rails, count), 0);
	return rails;
}

static void never_blocks_what_is_protected(void **state)
{
	static const char *const list[] = { "192.0.2.0/24", "198.51.100.7", "2001:db8:1::/48",
					    NULL };
	static const struct {
		const char *text;
		enum yg_result want;
	} table[] = {
		{ "192.0.2.9", YG_RESULT_PROTECTED },
		{ "192.0.3.9", YG_RESULT_OK },
		{ "198.51.100.7", YG_RESULT_PROTECTED },
		{ "198.51.100.8", YG_RESULT_OK },
		{ "198.51.100.0/24", YG_RESULT_PROTECTED }, /* holds a protected one */
		{ "192.0.0.0/16", YG_RESULT_PROTECTED },
		{ "2001:db8:1::1", YG_RESULT_PROTECTED },
		{ "2001:db8:2::1", YG_RESULT_OK },
		{ "2001:db8::/32", YG_RESULT_PROTECTED },
		{ "127.0.0.1", YG_RESULT_PROTECTED },
		{ "127.1.2.3", YG_RESULT_PROTECTED },
		{ "0.1.2.3", YG_RESULT_PROTECTED },
		{ "224.0.0.1", YG_RESULT_PROTECTED },
		{ "255.255.255.255", YG_RESULT_PROTECTED },
		{ "::1", YG_RESULT_PROTECTED },
		{ "ff02::1", YG_RESULT_PROTECTED },
		{ "1.0.0.1", YG_RESULT_OK },
		{ "223.255.255.255", YG_RESULT_OK },
	};
	struct yg_rails rails = rails_with(list);

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_request request = block(table[i].text, YG_REASON_OPERATOR);
		enum yg_result got = yg_rails_judge(&rails, &request, START);

		if (got != table[i].want)
			fail_msg("%s: got %s", table[i].text, yg_result_name(got));
	}
	yg_rails_clean(&rails);
}

static void blocks_nothing_before_it_knows_whom_to_protect(void **state)
{
	struct yg_rails rails = { .may_drop = true, .share = 10, .per_min = 3 };
	struct yg_request request = block("203.0.113.9", YG_REASON_OPERATOR);

	(void)state;

	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_UNREADY);
	yg_rails_protect(&rails, 0, &request.prefix);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_UNREADY);
	assert_int_equal(yg_rails_protect_end(&rails, 1), 0);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_PROTECTED);
	yg_rails_clean(&rails);
}

static void blocks_nothing_in_mode_observe(void **state)
{
	struct yg_rails rails = rails_with(NULL);
	struct yg_request request = block("203.0.113.9", YG_REASON_OPERATOR);

	(void)state;

	rails.may_drop = false;
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_OBSERVE);
	yg_rails_clean(&rails);
}

static void where_an_operator_decides_a_finding_blocks_nobody(void **state)
{
	struct yg_rails rails = rails_with(NULL);
	struct yg_request automatic = block("203.0.113.9", YG_REASON_FINDING);
	struct yg_request approved = block("203.0.113.9", YG_REASON_APPROVED);

	(void)state;

	rails.on_finding = false;
	assert_int_equal(yg_rails_judge(&rails, &automatic, START), YG_RESULT_BAD);
	assert_int_equal(yg_rails_judge(&rails, &approved, START), YG_RESULT_OK);
	yg_rails_clean(&rails);
}

static void replaces_the_protected_set_as_a_whole(void **state)
{
	static const char *const list[] = { "203.0.113.9", NULL };
	struct yg_rails rails = rails_with(list);
	struct yg_request request = block("203.0.113.9", YG_REASON_OPERATOR);
	struct yg_prefix other = prefix("203.0.113.10");

	(void)state;

	yg_rails_protect(&rails, 0, &other);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_PROTECTED);
	assert_int_equal(yg_rails_protect_end(&rails, 1), 0);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_OK);
	yg_rails_clean(&rails);
}

/* A link outlives its reader: the next one finds the rest of a set, and then a whole one. */
static void takes_no_part_of_a_set_for_the_whole(void **state)
{
	static const char *const list[] = { "203.0.113.9", NULL };
	struct yg_rails rails = rails_with(list);
	struct yg_request request = block("203.0.113.9", YG_REASON_OPERATOR);
	struct yg_prefix other = prefix("198.51.100.1");

	(void)state;

	yg_rails_protect(&rails, 1, &other);
	yg_rails_protect(&rails, 2, &other);
	assert_int_equal(yg_rails_protect_end(&rails, 3), -EPROTO);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_PROTECTED);
	yg_rails_protect(&rails, 0, &request.prefix); /* and the sender was cut off: again */
	yg_rails_protect(&rails, 0, &other);
	assert_int_equal(yg_rails_protect_end(&rails, 1), 0);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_OK);
	yg_rails_protect(&rails, 0, &request.prefix);
	assert_int_equal(yg_rails_protect_end(&rails, 0), 0); /* nobody at all */
	assert_int_equal(rails.current.count, 0);
	yg_rails_clean(&rails);
}

static void keeps_the_former_set_when_the_new_one_is_too_large(void **state)
{
	static const char *const list[] = { "203.0.113.9", NULL };
	struct yg_rails rails = rails_with(list);
	struct yg_request request = block("203.0.113.9", YG_REASON_OPERATOR);
	struct yg_prefix other = prefix("198.51.100.1");

	(void)state;

	for (uint32_t i = 0; i <= YG_PROTECTED_MAX; i++)
		yg_rails_protect(&rails, i, &other);
	assert_int_equal(yg_rails_protect_end(&rails, YG_PROTECTED_MAX + 1), -ENOSPC);
	assert_int_equal(yg_rails_judge(&rails, &request, START), YG_RESULT_PROTECTED);
	yg_rails_clean(&rails);
}

static void limits_the_share_of_callers_one_decision_cuts(void **state)
{
	static const struct {
		uint32_t cut, recent;
		enum yg_result want;
	} table[] = {
		{ 0, 0, YG_RESULT_OK },
		{ 5, 5, YG_RESULT_OK },
		{ 6, 6, YG_RESULT_TOO_MANY },
		{ 6, 59, YG_RESULT_TOO_MANY },
		{ 6, 60, YG_RESULT_OK },
		{ 100, 1000, YG_RESULT_OK },
		{ 101, 1000, YG_RESULT_TOO_MANY },
		{ UINT32_MAX, UINT32_MAX, YG_RESULT_TOO_MANY },
	};
	struct yg_rails rails = rails_with(NULL);

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_request request = block("203.0.113.9", YG_REASON_APPROVED);

		request.callers_cut = table[i].cut;
		request.callers_recent = table[i].recent;
		assert_int_equal(yg_rails_judge(&rails, &request, START), table[i].want);
	}
	yg_rails_clean(&rails);
}

static void limits_automatic_blocks_per_minute_and_no_others(void **state)
{
	struct yg_request automatic = block("203.0.113.9", YG_REASON_FINDING);
	struct yg_request operator_ = block("203.0.113.9", YG_REASON_OPERATOR);
	struct yg_rails rails = rails_with(NULL);
	uint64_t now = START;

	(void)state;

	for (int i = 0; i < 3; i++)
		assert_int_equal(yg_rails_judge(&rails, &automatic, now), YG_RESULT_OK);
	assert_int_equal(yg_rails_judge(&rails, &automatic, now), YG_RESULT_RATE);
	assert_int_equal(yg_rails_judge(&rails, &operator_, now), YG_RESULT_OK);
	now += 20 * SECOND - 1; /* one third of a minute is one of three */
	assert_int_equal(yg_rails_judge(&rails, &automatic, now), YG_RESULT_RATE);
	now += 1;
	assert_int_equal(yg_rails_judge(&rails, &automatic, now), YG_RESULT_OK);
	now += 3600 * SECOND;
	for (int i = 0; i < 3; i++)
		assert_int_equal(yg_rails_judge(&rails, &automatic, now), YG_RESULT_OK);
	assert_int_equal(yg_rails_judge(&rails, &automatic, now), YG_RESULT_RATE);
	yg_rails_clean(&rails);
}

static void does_not_spend_the_rate_on_what_it_refuses(void **state)
{
	static const char *const list[] = { "192.0.2.0/24", NULL };
	struct yg_request refused = block("192.0.2.1", YG_REASON_FINDING);
	struct yg_request automatic = block("203.0.113.9", YG_REASON_FINDING);
	struct yg_rails rails = rails_with(list);

	(void)state;

	for (int i = 0; i < 100; i++)
		assert_int_equal(yg_rails_judge(&rails, &refused, START), YG_RESULT_PROTECTED);
	assert_int_equal(yg_rails_judge(&rails, &automatic, START), YG_RESULT_OK);
	yg_rails_clean(&rails);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_blocks_what_is_protected),
		cmocka_unit_test(blocks_nothing_before_it_knows_whom_to_protect),
		cmocka_unit_test(blocks_nothing_in_mode_observe),
		cmocka_unit_test(where_an_operator_decides_a_finding_blocks_nobody),
		cmocka_unit_test(replaces_the_protected_set_as_a_whole),
		cmocka_unit_test(takes_no_part_of_a_set_for_the_whole),
		cmocka_unit_test(keeps_the_former_set_when_the_new_one_is_too_large),
		cmocka_unit_test(limits_the_share_of_callers_one_decision_cuts),
		cmocka_unit_test(limits_automatic_blocks_per_minute_and_no_others),
		cmocka_unit_test(does_not_spend_the_rate_on_what_it_refuses),
	};

	return cmocka_run_group_tests_name("daemon/rails", tests, NULL, NULL);
}
