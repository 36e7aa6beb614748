/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/protected.h"

#include <errno.h>

#include "priv/link.h"
#include "test.h"

struct told {
	unsigned int rows, ends;
	uint32_t count; /* of the last end */
};

static void add(struct yg_protected_set *set, const char *text, enum yg_allow_why why)
{
	struct yg_prefix prefix;

	assert_int_equal(yg_prefix_from_text(yg_slice_from_str(text), &prefix), 0);
	yg_protected_add(set, &prefix, why);
}

/* A host with one address, behind a gateway; @proxy may be NULL. */
static bool take(struct yg_protected *guarded, const char *proxy)
{
	struct yg_protected_set *set = calloc(1, sizeof(*set));

	assert_non_null(set);
	if (proxy)
		add(set, proxy, YG_ALLOW_PROXY);
	add(set, "192.0.2.254", YG_ALLOW_ROUTE);
	add(set, "192.0.2.7", YG_ALLOW_OWN);
	return yg_protected_take(guarded, &set);
}

static void hear(void *ctx, const void *data, size_t len)
{
	struct told *told = ctx;
	struct yg_request request;

	assert_int_equal(yg_request_check(YG_ROLE_WARDEN, data, len, &request), YG_RESULT_OK);
	if (request.kind == YG_REQUEST_PROTECT) {
		assert_int_equal(request.cookie, told->rows++);
		return;
	}
	assert_int_equal(request.kind, YG_REQUEST_PROTECT_END);
	told->ends++;
	told->count = request.cookie;
}

/* What a role hears of @protected now. */
static struct told tell(struct yg_protected *guarded, enum yg_role role)
{
	char buf[sizeof(struct yg_request)];
	struct told told = { 0 };
	int fds[2];

	assert_int_equal(yg_link_pair(0, fds), 0);
	assert_int_equal(yg_protected_tell(guarded, role, fds[0]), 0);
	(void)yg_link_each(fds[1], buf, sizeof(buf), 100, hear, &told);
	yg_closep(&fds[0]);
	yg_closep(&fds[1]);
	return told;
}

static void a_set_that_is_as_before_is_told_to_nobody_who_knows_it(void **state)
{
	YG_CLEANUP(yg_protected_clean) struct yg_protected guarded = { 0 };

	(void)state;
	assert_int_equal(tell(&guarded, YG_ROLE_ENFORCER).ends, 0); /* there is none yet */
	assert_true(take(&guarded, "198.51.100.0/24"));
	assert_int_equal(tell(&guarded, YG_ROLE_ENFORCER).count, 3);
	assert_int_equal(tell(&guarded, YG_ROLE_ANALYZER).count, 1);
	assert_false(take(&guarded, "198.51.100.0/24"));
	assert_int_equal(tell(&guarded, YG_ROLE_ENFORCER).ends, 0);
	yg_protected_forget(&guarded, YG_ROLE_ENFORCER); /* it began anew */
	assert_int_equal(tell(&guarded, YG_ROLE_ENFORCER).rows, 3);
	assert_int_equal(tell(&guarded, YG_ROLE_ANALYZER).ends, 0);
	assert_true(take(&guarded, NULL));
	assert_int_equal(tell(&guarded, YG_ROLE_ENFORCER).rows, 2);
	assert_int_equal(tell(&guarded, YG_ROLE_ANALYZER).rows, 1);
}

static void who_had_no_room_is_told_all_of_it_later(void **state)
{
	YG_CLEANUP(yg_protected_clean) struct yg_protected guarded = { 0 };
	char buf[sizeof(struct yg_request)];
	struct told told = { 0 };
	int fds[2];

	(void)state;
	assert_true(take(&guarded, NULL));
	assert_int_equal(yg_link_pair(0, fds), 0);
	while (yg_link_send(fds[0], buf, sizeof(buf)) == 0)
		;
	assert_int_equal(yg_protected_tell(&guarded, YG_ROLE_ENFORCER, fds[0]), -EAGAIN);
	while (yg_link_receive(fds[1], buf, sizeof(buf)) > 0)
		;
	assert_int_equal(yg_protected_tell(&guarded, YG_ROLE_ENFORCER, fds[0]), 0);
	(void)yg_link_each(fds[1], buf, sizeof(buf), 100, hear, &told);
	assert_int_equal(told.rows, 2);
	assert_int_equal(told.ends, 1);
	yg_protected_forget(&guarded, YG_ROLE_ENFORCER);
	yg_closep(&fds[1]);
	assert_int_equal(yg_protected_tell(&guarded, YG_ROLE_ENFORCER, fds[0]), -EPIPE);
	yg_closep(&fds[0]);
}

static void finds_a_net_by_its_first_reason(void **state)
{
	YG_CLEANUP(yg_protected_clean) struct yg_protected guarded = { 0 };
	const struct yg_net own = { 128, { [10] = 0xff, 0xff, 192, 0, 2, 7 } };
	const struct yg_net other = { 128, { [10] = 0xff, 0xff, 192, 0, 2, 8 } };
	size_t at;

	(void)state;
	assert_int_equal(yg_protected_find(&guarded, &own), YG_ALLOW_NETS_MAX);
	assert_true(take(&guarded, "192.0.2.7"));
	at = yg_protected_find(&guarded, &own);
	assert_int_equal(guarded.set->rows[at].why, YG_ALLOW_OWN);
	assert_int_equal(guarded.set->rows[at + 1].why, YG_ALLOW_PROXY);
	assert_int_equal(yg_protected_find(&guarded, &other), YG_ALLOW_NETS_MAX);
}

static void what_is_beyond_the_limit_is_counted(void **state)
{
	struct yg_protected_set *set = calloc(1, sizeof(*set));

	(void)state;
	assert_non_null(set);
	for (unsigned int i = 0; i < YG_ALLOW_NETS_MAX + 3; i++)
		add(set, "192.0.2.7", YG_ALLOW_OWN);
	assert_int_equal(set->count, YG_ALLOW_NETS_MAX);
	assert_int_equal(set->lost, 3);
	free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_that_is_as_before_is_told_to_nobody_who_knows_it),
		cmocka_unit_test(who_had_no_room_is_told_all_of_it_later),
		cmocka_unit_test(finds_a_net_by_its_first_reason),
		cmocka_unit_test(what_is_beyond_the_limit_is_counted),
	};

	return cmocka_run_group_tests_name("daemon/protected", tests, NULL, NULL);
}
