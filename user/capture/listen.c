/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two tables joined by the socket's inode:
 *
 *	sock_diag	those that listen, of the namespace: the kernel walks no other; all of UDP
 *	fd/7		-> "socket:[12345]"
 *
 * Where there is no sock_diag:
 *
 *	net/tcp   "  0: 0100007F:1F90 00000000:0000 0A ... uid timeout inode": state 0A listens
 *	net/udp   the same; no state means anything
 *
 * Source: sock_diag(7), proc_pid_net(5), proc_pid_fd(5); enum in include/net/tcp_states.h of the
 * kernel, and tcp_get_idx() in its net/ipv4/tcp_ipv4.c: listening sockets come first.
 */
#include "capture/listen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/netlink.h"
#include "capture/process.h"

struct listener {
	uint64_t inode;
	uint16_t port;
};

struct listeners {
	uint8_t protocol; /* IPPROTO_TCP: those that listen; IPPROTO_UDP */
	uint16_t only;	  /* port; 0: any */
	size_t count;
	struct listener rows[YG_LISTEN_SOCKETS_MAX];
};

enum { FIELD_LOCAL = 1, FIELD_STATE = 3, FIELD_INODE = 9 };

/* Field @number of a line, counted from 0. Return: its first byte; "" if there are fewer. */
static const char *find_field(const char *line, int number)
{
	line += strspn(line, " ");
	while (number-- > 0) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

static void add(struct listeners *listeners, uint64_t inode, uint16_t port)
{
	if (inode && (!listeners->only || port == listeners->only) &&
	    listeners->count < YG_LISTEN_SOCKETS_MAX)
		listeners->rows[listeners->count++] = (struct listener){ inode, port };
}

/* Return: false when @line is of a TCP socket that does not listen. */
static bool take_line(struct listeners *listeners, const char *line)
{
	const char *colon = strchr(find_field(line, FIELD_LOCAL), ':');

	if (listeners->protocol == IPPROTO_TCP &&
	    strtoul(find_field(line, FIELD_STATE), NULL, 16) != TCP_LISTEN)
		return false;
	if (colon)
		add(listeners, strtoull(find_field(line, FIELD_INODE), NULL, 10),
		    (uint16_t)strtoul(colon + 1, NULL, 16));
	return true;
}

/* A busy gateway has hundreds of thousands of lines behind those that listen: they are not read. */
static void take_file(struct listeners *listeners, int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "re");
	bool more = true;
	char line[512];

	if (!file) {
		yg_closep(&fd);
		return;
	}
	if (!fgets(line, sizeof(line), file)) /* the names of the columns */
		more = false;
	while (more && fgets(line, sizeof(line), file))
		more = take_line(listeners, line);
	(void)fclose(file);
}

static void take_socket(void *ctx, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(head);

	if (head->nlmsg_len >= NLMSG_LENGTH(sizeof(*msg)))
		add(ctx, msg->idiag_inode, ntohs(msg->id.idiag_sport));
}

static int ask_kernel(struct listeners *listeners, int dir_fd)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	YG_CLEANUP_CLOSE int netns = openat(dir_fd, "ns/net", O_RDONLY | O_CLOEXEC);
	YG_CLEANUP_CLOSE int fd = -1;
	int r = netns < 0 ? -errno : yg_netlink_open_in(netns, NETLINK_SOCK_DIAG, &fd);

	for (size_t i = 0; r == 0 && i < YG_ARRAY_SIZE(families); i++) {
		struct {
			struct nlmsghdr head;
			struct inet_diag_req_v2 body;
		} question = {
			.head = { .nlmsg_len = sizeof(question),
				  .nlmsg_type = SOCK_DIAG_BY_FAMILY },
			.body = { .sdiag_family = families[i],
				  .sdiag_protocol = listeners->protocol,
				  .idiag_states = listeners->protocol == IPPROTO_TCP
							  ? 1u << TCP_LISTEN
							  : ~0u,
				  .id.idiag_sport = htons(listeners->only) },
		};

		r = yg_netlink_dump(fd, &question.head, take_socket, listeners);
	}
	return r;
}

static uint16_t find_port(const struct listeners *listeners, uint64_t inode)
{
	for (size_t i = 0; i < listeners->count; i++) {
		if (listeners->rows[i].inode == inode)
			return listeners->rows[i].port;
	}
	return 0;
}

static uint16_t find_descriptor(const struct listeners *listeners, int dir_fd)
{
	int fd = openat(dir_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint16_t port = 0;

	if (!dir) {
		yg_closep(&fd);
		return 0;
	}
	for (uint32_t i = 0; port == 0 && i < YG_LISTEN_FDS_MAX && (entry = readdir(dir)); i++) {
		char target[64] = "";

		if (readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1) > 0 &&
		    strncmp(target, "socket:[", 8) == 0)
			port = find_port(listeners, strtoull(target + 8, NULL, 10));
	}
	(void)closedir(dir);
	return port;
}

/* Sockets of the network namespace of a process. */
static void take_namespace(struct listeners *listeners, int dir_fd)
{
	bool is_tcp = listeners->protocol == IPPROTO_TCP;

	listeners->count = 0;
	if (ask_kernel(listeners, dir_fd) == 0)
		return;
	listeners->count = 0;
	take_file(listeners, dir_fd, is_tcp ? "net/tcp" : "net/udp");
	take_file(listeners, dir_fd, is_tcp ? "net/tcp6" : "net/udp6");
}

uint16_t yg_listen_port(int dir_fd)
{
	struct listeners *listeners YG_CLEANUP_FREE = calloc(1, sizeof(*listeners));

	if (!listeners)
		return 0;
	listeners->protocol = IPPROTO_TCP;
	take_namespace(listeners, dir_fd);
	return listeners->count ? find_descriptor(listeners, dir_fd) : 0;
}

/* One process of a walk. @netns: inode of the namespace that @listeners is of. */
static bool has_datagrams(struct listeners *listeners, ino_t *netns, int dir_fd)
{
	struct stat st;

	if (fstatat(dir_fd, "ns/net", &st, 0))
		st.st_ino = 0;
	if (st.st_ino == 0 || st.st_ino != *netns)
		take_namespace(listeners, dir_fd);
	*netns = st.st_ino;
	return listeners->count && find_descriptor(listeners, dir_fd);
}

pid_t yg_listen_datagram(int proc_fd, int cgroup_fd, const struct yg_scope *scope, uint16_t port)
{
	struct listeners *listeners YG_CLEANUP_FREE = calloc(1, sizeof(*listeners));
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	ino_t netns = 0;
	pid_t pid = 0;

	if (!dir)
		yg_closep(&fd);
	if (listeners)
		*listeners = (struct listeners){ .protocol = IPPROTO_UDP, .only = port };
	while (dir && listeners && !pid && (entry = readdir(dir))) {
		YG_CLEANUP_CLOSE int dir_fd = -1;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		dir_fd = openat(proc_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir_fd >= 0 && yg_process_in_scope(dir_fd, cgroup_fd, scope) &&
		    has_datagrams(listeners, &netns, dir_fd))
			pid = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	if (dir)
		(void)closedir(dir);
	return pid;
}
