/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/notify.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "test.h"

static void tells_the_service_manager(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char path[64];
	char buf[64] = "";
	socklen_t len;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;

	(void)snprintf(path, sizeof(path), "@yagura-test-%d", (int)getpid());
	memcpy(addr.sun_path + 1, path + 1, strlen(path) - 1);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, len), 0);
	yg_notify(path, "READY=1");
	assert_int_equal(recv(fd, buf, sizeof(buf), 0), 7);
	assert_string_equal(buf, "READY=1");
	(void)close(fd);
}

static void is_quiet_where_there_is_none(void **state)
{
	static char longer[512];

	(void)state;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[0] = '/';
	yg_notify(NULL, "READY=1");
	yg_notify("", "READY=1");
	yg_notify("@", "READY=1");
	yg_notify("relative", "READY=1");
	yg_notify("/nonexistent/socket", "READY=1");
	yg_notify(longer, "READY=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_service_manager),
		cmocka_unit_test(is_quiet_where_there_is_none),
	};

	return cmocka_run_group_tests_name("daemon/notify", tests, NULL, NULL);
}
