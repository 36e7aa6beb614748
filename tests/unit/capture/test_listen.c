/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/listen.h"

#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "child.h"
#include "fake_proc.h"

#define HEAD \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid timeout inode\n"
#define TAIL " 00000000:00000000 00:00000000 00000000     0        0 "

static struct fake_proc proc;

/* Without a namespace, so that the files are read. */
static int make(void **state)
{
	char path[128];

	(void)state;
	fake_proc_make(&proc);
	fake_proc_add(&proc, 7, "server");
	(void)snprintf(path, sizeof(path), "%s/7/ns/net", proc.root);
	if (unlink(path))
		return -1;
	fake_proc_mkdir(&proc, "7/net");
	fake_proc_mkdir(&proc, "7/fd");
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	fake_proc_clean(&proc);
	return 0;
}

static uint16_t port(void)
{
	char path[128];
	uint16_t ret;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/7", proc.root);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	ret = yg_listen_port(fd);
	(void)close(fd);
	return ret;
}

static void descriptor(const char *number, const char *target)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/7/fd/%s", proc.root, number);
	(void)unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static void file(const char *name, const char *text)
{
	fake_proc_write(&proc, name, text, strlen(text));
}

static void without_files_nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(port(), 0);
}

static void joins_sockets_to_descriptors(void **state)
{
	(void)state;
	file("7/net/tcp", HEAD "   0: 0100007F:1F90 00000000:0000 0A" TAIL "501 1 0\n"
			       "   1: 0100007F:0016 0100007F:9999 01" TAIL "502 1 0\n");
	descriptor("0", "/dev/null");
	descriptor("3", "socket:[502]");
	assert_int_equal(port(), 0); /* connected, not listening */
	descriptor("4", "socket:[501]");
	assert_int_equal(port(), 0x1f90);
}

/* IPv6 is a file of its own, whatever the first one held. */
static void reads_ipv6(void **state)
{
	(void)state;
	file("7/net/tcp", HEAD "   0: 0100007F:1F90 00000000:0000 0A" TAIL "501 1 0\n");
	file("7/net/tcp6", HEAD "   0: 00000000000000000000000000000000:01BB "
				"00000000000000000000000000000000:0000 0A" TAIL "601 1 0\n");
	descriptor("5", "socket:[601]");
	assert_int_equal(port(), 443);
}

/*
 * Those that listen come first: what is behind the first that does not is not read. No kernel
 * writes a file like these; they show where reading ends.
 */
static void reads_no_further_than_those_that_listen(void **state)
{
	(void)state;
	file("7/net/tcp", HEAD "   0: 0100007F:0016 0100007F:9999 01" TAIL "502 1 0\n"
			       "   1: 0100007F:1F90 00000000:0000 0A" TAIL "501 1 0\n");
	descriptor("3", "socket:[501]");
	assert_int_equal(port(), 0);
	file("7/net/tcp", HEAD "   0: 0100007F:1F90 00000000:0000 0A" TAIL "501 1 0\n"
			       "   1: 0100007F:0016 0100007F:9999 06" TAIL "0 1 0\n"
			       "   2: 0100007F:1F91 00000000:0000 0A" TAIL "503 1 0\n");
	assert_int_equal(port(), 0x1f90);
	descriptor("3", "socket:[503]");
	assert_int_equal(port(), 0);
}

/* A server of its own network namespace, where the user may make one. */
_Noreturn static void serve(int ready)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(4711) };
	int fd;

	(void)unshare(CLONE_NEWNET);
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1) ||
	    write(ready, "", 1) != 1)
		_exit(EXIT_FAILURE);
	for (;;)
		(void)pause();
}

static uint16_t port_of(pid_t pid)
{
	char path[32];
	uint16_t ret;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	ret = yg_listen_port(fd);
	(void)close(fd);
	return ret;
}

static void asks_the_kernel_in_the_namespace_of_the_process(void **state)
{
	struct stat before, after;
	int fds[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &before), 0);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = child_fork();
	if (pid == 0)
		serve(fds[1]);
	(void)close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	(void)close(fds[0]);
	assert_int_equal(port_of(pid), 4711);
	assert_int_equal(port_of(getpid()), 0);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(stat("/proc/self/ns/net", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

/* The holder of UDP port @number among the processes of the made-up /proc. */
static pid_t holder(uint16_t number)
{
	int fd = open(proc.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t pid;

	assert_true(fd >= 0);
	pid = yg_listen_datagram(fd, -1, NULL, number);
	(void)close(fd);
	return pid;
}

static void finds_who_has_a_udp_port(void **state)
{
	(void)state;
	file("7/net/udp", HEAD "   9: 0100007F:0035 00000000:0000 07" TAIL "701 1 0\n"
			       "  11: 0100007F:1F90 0200007F:9999 01" TAIL "702 1 0\n");
	file("7/net/udp6", HEAD "   7: 00000000000000000000000000000000:01BB "
				"00000000000000000000000000000000:0000 07" TAIL "703 1 0\n");
	descriptor("3", "socket:[702]");
	assert_int_equal(holder(53), 0); /* not of this process */
	assert_int_equal(holder(0x1f90), 7);
	assert_int_equal(holder(443), 0);
	descriptor("4", "socket:[703]");
	assert_int_equal(holder(443), 7);
	assert_int_equal(port(), 0); /* of TCP there is none */
}

static void survives_nonsense(void **state)
{
	(void)state;
	file("7/net/tcp", HEAD "::::\n\n0: zz:zz 0A\nsocket 0A 0A 0A 0A 0A\n");
	file("7/net/tcp6", "");
	descriptor("6", "socket:[");
	descriptor("7", "socket:[99999999999999999999999]");
	assert_int_equal(port(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_files_nobody_listens, make, unmake),
		cmocka_unit_test_setup_teardown(joins_sockets_to_descriptors, make, unmake),
		cmocka_unit_test_setup_teardown(reads_ipv6, make, unmake),
		cmocka_unit_test_setup_teardown(reads_no_further_than_those_that_listen, make,
						unmake),
		cmocka_unit_test_setup_teardown(finds_who_has_a_udp_port, make, unmake),
		cmocka_unit_test(asks_the_kernel_in_the_namespace_of_the_process),
		cmocka_unit_test_setup_teardown(survives_nonsense, make, unmake),
	};

	return cmocka_run_group_tests_name("capture/listen", tests, NULL, NULL);
}
