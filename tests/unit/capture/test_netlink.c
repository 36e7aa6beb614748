/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "fake_netlink.h"
#include "test.h"

static void count(void *ctx, const struct nlmsghdr *head)
{
	unsigned int *types = ctx;

	*types = *types * 10 + head->nlmsg_type;
}

/* The types of what a dump hands on, as digits. */
static int dump(int fd, unsigned int *ret)
{
	struct nlmsghdr request = { .nlmsg_len = sizeof(request), .nlmsg_type = 7 };

	*ret = 0;
	return yg_netlink_dump(fd, &request, count, ret);
}

static void hands_on_every_message_until_the_end(void **state)
{
	FAKE_NETLINK(kernel);
	struct nlmsghdr asked;
	unsigned int types;

	(void)state;
	fake_netlink_put(&kernel, 5, 0, "", 0);
	fake_netlink_put(&kernel, 6, 0, "body", 4);
	fake_netlink_send(&kernel);
	fake_netlink_put(&kernel, 7, 0, "", 0);
	fake_netlink_end(&kernel, 0, 0);
	assert_int_equal(dump(kernel.ours, &types), 0);
	assert_int_equal(types, 567);
	assert_int_equal(recv(kernel.theirs, &asked, sizeof(asked), 0), sizeof(asked));
	assert_int_equal(asked.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
}

/* Rows are missing or there twice: the kernel marks a message, whichever. */
static void says_that_a_dump_was_interrupted(void **state)
{
	(void)state;
	for (int marked = 0; marked < 3; marked++) {
		FAKE_NETLINK(kernel);
		unsigned int types;

		fake_netlink_put(&kernel, 5, marked == 0 ? NLM_F_DUMP_INTR : 0, "", 0);
		fake_netlink_send(&kernel);
		fake_netlink_put(&kernel, 6, marked == 1 ? NLM_F_DUMP_INTR : 0, "", 0);
		fake_netlink_end(&kernel, marked == 2 ? NLM_F_DUMP_INTR : 0, 0);
		fake_netlink_put(&kernel, 7, 0, "", 0);
		fake_netlink_end(&kernel, 0, 0);
		assert_int_equal(dump(kernel.ours, &types), -EINTR);
		assert_int_equal(dump(kernel.ours, &types), 0); /* it was read to its end */
		assert_int_equal(types, 7);
	}
}

static void says_what_the_kernel_refuses(void **state)
{
	static const int errors[] = { -EPERM, -ENOENT };
	unsigned int types;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(errors); i++) {
		struct nlmsghdr request = { .nlmsg_len = sizeof(request) };
		FAKE_NETLINK(kernel);

		fake_netlink_error(&kernel, errors[i]);
		assert_int_equal(dump(kernel.ours, &types), errors[i]);
		fake_netlink_end(&kernel, 0, errors[i]);
		assert_int_equal(dump(kernel.ours, &types), errors[i]);
		fake_netlink_error(&kernel, errors[i]);
		assert_int_equal(yg_netlink_order(kernel.ours, &request), errors[i]);
		fake_netlink_error(&kernel, 0);
		assert_int_equal(yg_netlink_order(kernel.ours, &request), 0);
	}
}

static void an_answer_that_is_none_is_refused(void **state)
{
	struct nlmsghdr request = { .nlmsg_len = sizeof(request) };
	FAKE_NETLINK(kernel);
	unsigned int types;

	(void)state;
	fake_netlink_put(&kernel, NLMSG_ERROR, 0, "", 0); /* without its number */
	fake_netlink_send(&kernel);
	assert_int_equal(dump(kernel.ours, &types), -EPROTO);
	fake_netlink_put(&kernel, 5, 0, "", 0);
	fake_netlink_send(&kernel);
	assert_int_equal(yg_netlink_order(kernel.ours, &request), -EPROTO);
	assert_int_equal(dump(kernel.ours, &types), -ETIMEDOUT);
	yg_closep(&kernel.theirs);
	assert_int_equal(dump(kernel.ours, &types), -ECONNRESET);
}

static void asks_the_kernel_itself(void **state)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg gen;
	} request = { .head = { .nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETLINK } };
	YG_CLEANUP_CLOSE int fd = -1;
	unsigned int types = 0;

	(void)state;
	assert_int_equal(yg_netlink_open(NETLINK_ROUTE, 0, &fd), 0);
	assert_int_equal(yg_netlink_dump(fd, &request.head, count, &types), 0);
	assert_int_not_equal(types, 0);
	assert_int_equal(yg_netlink_open(-1, 0, &fd), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_on_every_message_until_the_end),
		cmocka_unit_test(says_that_a_dump_was_interrupted),
		cmocka_unit_test(says_what_the_kernel_refuses),
		cmocka_unit_test(an_answer_that_is_none_is_refused),
		cmocka_unit_test(asks_the_kernel_itself),
	};

	return cmocka_run_group_tests_name("capture/netlink", tests, NULL, NULL);
}
