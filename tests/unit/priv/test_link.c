/* SPDX-License-Identifier: GPL-2.0-only */
#include "priv/link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "test.h"

#define ROOM (1u << 16)

static void pair(int ret[2])
{
	assert_int_equal(yg_link_pair(ROOM, ret), 0);
}

static void drop(int fds[2])
{
	yg_closep(&fds[0]);
	yg_closep(&fds[1]);
}

static void keeps_the_bounds_of_messages(void **state)
{
	char buf[16];
	int fds[2];

	(void)state;

	pair(fds);
	assert_int_equal(yg_link_send(fds[0], "one", 3), 0);
	assert_int_equal(yg_link_send(fds[0], "three", 5), 0);
	assert_int_equal(yg_link_wait(fds[1], 0), 0);
	assert_int_equal(yg_link_receive(fds[1], buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "one", 3);
	assert_int_equal(yg_link_receive(fds[1], buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "three", 5);
	drop(fds);
}

static void says_when_a_message_was_cut(void **state)
{
	struct guard g GUARD_CLEANUP = guard_copy("....", 4);
	int fds[2];

	(void)state;

	pair(fds);
	assert_int_equal(yg_link_send(fds[0], "12345", 5), 0);
	assert_int_equal(yg_link_send(fds[0], "1234", 4), 0);
	assert_int_equal(yg_link_receive(fds[1], g.ptr, 4), -EMSGSIZE);
	assert_int_equal(yg_link_receive(fds[1], g.ptr, 4), 4);
	drop(fds);
}

static void never_waits(void **state)
{
	static const char block[4096];
	char buf[16];
	int sent = 0;
	int fds[2];
	int r;

	(void)state;

	pair(fds);
	assert_int_equal(yg_link_receive(fds[1], buf, sizeof(buf)), -EAGAIN);
	assert_int_equal(yg_link_wait(fds[1], 1), -ETIMEDOUT);
	do {
		r = yg_link_send(fds[0], block, sizeof(block));
		sent++;
	} while (r == 0 && sent < 100000);
	assert_int_equal(r, -EAGAIN);
	drop(fds);
}

static void refuses_messages_it_cannot_carry(void **state)
{
	static const char block[YG_LINK_MESSAGE_MAX + 1];
	int fds[2];

	(void)state;

	pair(fds);
	assert_int_equal(yg_link_send(fds[0], block, 0), -EMSGSIZE);
	assert_int_equal(yg_link_send(fds[0], block, sizeof(block)), -EMSGSIZE);
	assert_int_equal(yg_link_send(fds[0], block, YG_LINK_MESSAGE_MAX), 0);
	drop(fds);
}

static void reports_a_peer_that_is_gone(void **state)
{
	char buf[16];
	int fds[2];

	(void)state;

	pair(fds);
	yg_closep(&fds[1]);
	assert_int_equal(yg_link_wait(fds[0], 1000), 0);
	assert_int_equal(yg_link_receive(fds[0], buf, sizeof(buf)), -EPIPE);
	assert_int_equal(yg_link_send(fds[0], "x", 1), -EPIPE);
	drop(fds);
}

static void count_message(void *ctx, const void *data, size_t len)
{
	size_t *bytes = ctx;

	assert_memory_equal(data, "four", len);
	*bytes += len;
}

/* A peer that sends without end: what is left waits for the next turn. */
static void takes_no_more_than_a_turn(void **state)
{
	size_t bytes = 0;
	char buf[4];
	int fds[2];

	(void)state;

	pair(fds);
	for (int i = 0; i < 10; i++)
		assert_int_equal(yg_link_send(fds[0], "four", 4), 0);
	assert_int_equal(yg_link_each(fds[1], buf, sizeof(buf), 7, count_message, &bytes), 7);
	assert_int_equal(bytes, 28);
	assert_int_equal(yg_link_each(fds[1], buf, sizeof(buf), 7, count_message, &bytes), 3);
	assert_int_equal(bytes, 40);
	assert_int_equal(yg_link_each(fds[1], buf, sizeof(buf), 7, count_message, &bytes), 0);
	drop(fds);
}

static void a_turn_passes_over_what_is_too_long(void **state)
{
	size_t bytes = 0;
	char buf[4];
	int fds[2];

	(void)state;

	pair(fds);
	assert_int_equal(yg_link_send(fds[0], "longer", 6), 0);
	assert_int_equal(yg_link_send(fds[0], "four", 4), 0);
	yg_closep(&fds[0]);
	assert_int_equal(yg_link_each(fds[1], buf, sizeof(buf), 7, count_message, &bytes), 2);
	assert_int_equal(bytes, 4);
	drop(fds);
}

static void is_born_close_on_exec_and_non_blocking(void **state)
{
	int fds[2];

	(void)state;

	pair(fds);
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(fds[i], F_GETFL) & O_NONBLOCK);
	}
	drop(fds);
}

static void reports_that_there_are_no_fds_left(void **state)
{
	struct rlimit old, none;
	int fds[2] = { -1, -1 };
	int r;

	(void)state;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = yg_link_pair(0, fds);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(r, -EMFILE);
	assert_int_equal(fds[0], -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_bounds_of_messages),
		cmocka_unit_test(says_when_a_message_was_cut),
		cmocka_unit_test(never_waits),
		cmocka_unit_test(refuses_messages_it_cannot_carry),
		cmocka_unit_test(reports_a_peer_that_is_gone),
		cmocka_unit_test(takes_no_more_than_a_turn),
		cmocka_unit_test(a_turn_passes_over_what_is_too_long),
		cmocka_unit_test(is_born_close_on_exec_and_non_blocking),
		cmocka_unit_test(reports_that_there_are_no_fds_left),
	};

	return cmocka_run_group_tests_name("priv/link", tests, NULL, NULL);
}
