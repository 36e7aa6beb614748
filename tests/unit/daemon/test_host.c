/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/host.h"

#include <errno.h>

#include "test.h"

static void listens_on_loopback_only(void **state)
{
	static const struct {
		const char *text;
		int want;
		uint16_t port;
	} table[] = {
		{ "127.0.0.1:9100", 0, 9100 },	   { "[::1]:1", 0, 1 },
		{ "127.8.9.1:65535", 0, 65535 },   { "0.0.0.0:9100", -EPERM, 0 },
		{ "10.0.0.1:9100", -EPERM, 0 },	   { "[::]:9100", -EPERM, 0 },
		{ "[2001:db8::1]:1", -EPERM, 0 },  { "127.0.0.1", -EINVAL, 0 },
		{ "127.0.0.1:", -EINVAL, 0 },	   { "127.0.0.1:0", -EINVAL, 0 },
		{ "127.0.0.1:65536", -EINVAL, 0 }, { "127.0.0.1:99999999999", -EINVAL, 0 },
		{ "127.0.0.1:9a", -EINVAL, 0 },	   { ":9100", -EINVAL, 0 },
		{ "localhost:9100", -EINVAL, 0 },  { "::1:9100", -EINVAL, 0 },
		{ "[127.0.0.1:9100", -EINVAL, 0 }, { "", -EINVAL, 0 },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_address addr;
		uint16_t port = 0;
		int got = yg_listen_from_text(table[i].text, &addr, &port);

		if (got != table[i].want || port != table[i].port)
			fail_msg("'%s': got %d, port %u", table[i].text, got, port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listens_on_loopback_only),
	};

	return cmocka_run_group_tests_name("daemon/host", tests, NULL, NULL);
}
