/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two tables joined by the socket's inode:
 *
 *	net/tcp   "  0: 0100007F:1F90 00000000:0000 0A ... uid timeout inode": state 0A listens
 *	fd/7      -> "socket:[12345]"
 *
 * Source: proc_pid_net(5), proc_pid_fd(5); enum in include/net/tcp_states.h of the kernel.
 */
#include "capture/listen.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_LISTEN 0x0a

struct listener {
	uint64_t inode;
	uint16_t port;
};

struct listeners {
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

static void take_line(struct listeners *listeners, const char *line)
{
	const char *colon = strchr(find_field(line, FIELD_LOCAL), ':');
	uint64_t inode = strtoull(find_field(line, FIELD_INODE), NULL, 10);

	if (!colon || strtoul(find_field(line, FIELD_STATE), NULL, 16) != STATE_LISTEN)
		return;
	if (inode && listeners->count < YG_LISTEN_SOCKETS_MAX)
		listeners->rows[listeners->count++] =
			(struct listener){ inode, (uint16_t)strtoul(colon + 1, NULL, 16) };
}

/* Listening sockets come first in these files. */
static void take_file(struct listeners *listeners, int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "re");
	size_t first = listeners->count;
	bool is_past = false;
	char line[512];

	if (!file) {
		yg_closep(&fd);
		return;
	}
	while (!is_past && fgets(line, sizeof(line), file)) {
		size_t before = listeners->count;

		take_line(listeners, line);
		is_past = listeners->count == before && before > first;
	}
	(void)fclose(file);
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

uint16_t yg_listen_port(int dir_fd)
{
	struct listeners *listeners YG_CLEANUP_FREE = calloc(1, sizeof(*listeners));

	if (!listeners)
		return 0;
	take_file(listeners, dir_fd, "net/tcp");
	take_file(listeners, dir_fd, "net/tcp6");
	return listeners->count ? find_descriptor(listeners, dir_fd) : 0;
}
