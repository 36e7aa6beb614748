/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/iface.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "fake_netlink.h"
#include "test.h"

static void sees_loopback(void **state)
{
	YG_CLEANUP(yg_ifaces_clean) struct yg_ifaces ifaces = { 0 };
	const struct yg_iface *lo;

	(void)state;
	assert_int_equal(yg_ifaces_read(&ifaces), 0);
	lo = yg_ifaces_find(&ifaces, "lo");
	assert_non_null(lo);
	assert_true(lo->loopback && lo->ethernet);
	assert_true(lo->ifindex > 0 && lo->mtu > 0);
	assert_string_equal(lo->kind, "");
	assert_null(yg_ifaces_find(&ifaces, "no-such-name"));
}

/* What one dump of links says, of @count interfaces. */
static void put_links(struct fake_netlink *kernel, int count, unsigned int flags)
{
	for (int i = 1; i <= count; i++) {
		struct ifinfomsg link = { .ifi_index = i };

		fake_netlink_put(kernel, RTM_NEWLINK, 0, &link, sizeof(link));
	}
	fake_netlink_end(kernel, flags, 0);
}

/* An interface that was made meanwhile may hide another, which is no reason to drop that one. */
static void takes_a_picture_again_that_changed_meanwhile(void **state)
{
	YG_CLEANUP(yg_ifaces_clean) struct yg_ifaces ifaces = { 0 };
	FAKE_NETLINK(kernel);

	(void)state;
	put_links(&kernel, 2, NLM_F_DUMP_INTR);
	put_links(&kernel, 3, 0);
	fake_netlink_end(&kernel, NLM_F_DUMP_INTR, 0); /* addresses: all of it once more */
	put_links(&kernel, 4, 0);
	fake_netlink_end(&kernel, 0, 0);
	fake_netlink_end(&kernel, 0, 0);
	assert_int_equal(yg_ifaces_read_from(kernel.ours, &ifaces), 0);
	assert_int_equal(ifaces.iface_count, 4);
}

static void gives_up_on_a_picture_that_never_holds_still(void **state)
{
	struct yg_ifaces ifaces = { 0 };
	FAKE_NETLINK(kernel);

	(void)state;
	for (int i = 0; i < YG_IFACES_TRIES; i++)
		put_links(&kernel, 1, NLM_F_DUMP_INTR);
	assert_int_equal(yg_ifaces_read_from(kernel.ours, &ifaces), -EINTR);
	assert_null(ifaces.ifaces);
}

static void is_quiet_without_changes(void **state)
{
	struct yg_iface_monitor *monitor = NULL;

	(void)state;
	assert_int_equal(yg_iface_monitor_open(&monitor), 0);
	assert_true(yg_iface_monitor_fd(monitor) >= 0);
	assert_int_equal(yg_iface_monitor_drain(monitor), 0);
	yg_iface_monitor_close(&monitor);
	assert_null(monitor);
	yg_iface_monitor_close(&monitor);
}

struct resolver_case {
	const char *text;
	const char *expected; /* addresses, each with a blank behind it */
};

static const struct resolver_case resolver_cases[] = {
	{ "nameserver 10.0.0.1\nnameserver 2001:db8::1\n", "10.0.0.1 2001:db8::1 " },
	{ "  nameserver\t10.0.0.1   # comment", "10.0.0.1 " },
	{ "nameserver fe80::1%eth0\r\n", "fe80::1 " },
	{ "#nameserver 10.0.0.1\n;nameserver 10.0.0.2\n", "" },
	{ "nameserver\nnameserver \nnameserver x\nnameserver2 10.0.0.1\n", "" },
	{ "search nameserver 10.0.0.1\noptions edns0\n\n\n", "" },
	{ "", "" },
};

static void reads_resolvers(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(resolver_cases); i++) {
		const char *text = resolver_cases[i].text;
		GUARD_CLEANUP struct guard g = guard_copy(text, strlen(text));
		struct yg_address addrs[YG_RESOLVERS_MAX];
		char got[1024], one[YG_ADDRESS_TEXT_CAP];
		size_t count = yg_resolvers_from_text((struct yg_slice){ g.ptr, g.len }, addrs);
		int len = 0;

		got[0] = '\0';
		for (size_t k = 0; k < count; k++)
			len += snprintf(got + len, sizeof(got) - (size_t)len, "%s ",
					yg_address_format(&addrs[k], one));
		assert_string_equal(got, resolver_cases[i].expected);
	}
}

static void honours_the_cap_of_resolvers(void **state)
{
	struct yg_address addrs[YG_RESOLVERS_MAX];
	char text[2048];
	int len = 0;

	(void)state;
	for (int i = 0; i < 2 * YG_RESOLVERS_MAX; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "nameserver 10.0.0.1\n");
	assert_int_equal(yg_resolvers_from_text(yg_slice_from_str(text), addrs), YG_RESOLVERS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_loopback),
		cmocka_unit_test(takes_a_picture_again_that_changed_meanwhile),
		cmocka_unit_test(gives_up_on_a_picture_that_never_holds_still),
		cmocka_unit_test(is_quiet_without_changes),
		cmocka_unit_test(reads_resolvers),
		cmocka_unit_test(honours_the_cap_of_resolvers),
	};

	return cmocka_run_group_tests_name("capture/iface", tests, NULL, NULL);
}
