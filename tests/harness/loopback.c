/* SPDX-License-Identifier: GPL-2.0-only */
#include "loopback.h"

#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "test.h"

union any_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

void loopback_enter(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	(void)close(fd);
}

void loopback_connect(int family, int *ret_client, int *ret_server)
{
	union any_address addr = { 0 };
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len;

	if (family == AF_INET) {
		addr.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		len = sizeof(addr.v4);
	} else {
		addr.v6.sin6_addr = in6addr_loopback;
		len = sizeof(addr.v6);
	}
	addr.any.sa_family = (sa_family_t)family;
	assert_int_equal(bind(listener, &addr.any, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, &addr.any, &len), 0);
	*ret_client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(*ret_client, &addr.any, len), 0);
	*ret_server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(*ret_server >= 0);
	(void)close(listener);
}

uint16_t loopback_port(int fd)
{
	union any_address addr;
	socklen_t len = sizeof(addr);

	assert_int_equal(getsockname(fd, &addr.any, &len), 0);
	return ntohs(addr.any.sa_family == AF_INET ? addr.v4.sin_port : addr.v6.sin6_port);
}
