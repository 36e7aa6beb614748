/* SPDX-License-Identifier: GPL-2.0-only */
#include "desk.h"

#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "priv/link.h"
#include "test.h"

struct desk_rig desk_rig;

static uint64_t epoch_ns(void *ctx)
{
	(void)ctx;
	return EPOCH + desk_rig.now_ns + (uint64_t)desk_rig.set_ns;
}

static uint64_t monotonic_ns(void *ctx)
{
	(void)ctx;
	return desk_rig.now_ns;
}

static void note(void *ctx, enum yg_log_level level, const char *object, const char *cause)
{
	size_t len = strlen(desk_rig.notes);

	(void)ctx;
	(void)level;
	(void)snprintf(desk_rig.notes + len, sizeof(desk_rig.notes) - len, "%s: %s\n", object,
		       cause);
}

static int listen_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(desk_rig.socket, sizeof(desk_rig.socket), "%s/sock", desk_rig.dir);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%.100s", desk_rig.socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(chmod(desk_rig.socket, 0666), 0);
	return fd;
}

static int listen_tcp(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

void desk_start_desk(void)
{
	struct yg_desk_options options = {
		.state_fd = desk_rig.dir_fd,
		.listen_fd = desk_rig.listen_fd,
		.metrics_fd = desk_rig.metrics_fd,
		.warden_fd = desk_rig.warden[0],
		.analyzer_fd = desk_rig.analyzer[0],
		.enforcer_fd = desk_rig.enforcer[0],
		.group = GROUP,
		.version = "test",
		.epoch_ns = epoch_ns,
		.monotonic_ns = monotonic_ns,
		.note = note,
	};

	assert_int_equal(yg_desk_new(&options, &desk_rig.desk), 0);
}

int desk_set_up(void **state)
{
	(void)state;
	(void)snprintf(desk_rig.dir, sizeof(desk_rig.dir), "/tmp/yg_desk_XXXXXX");
	assert_non_null(mkdtemp(desk_rig.dir));
	assert_int_equal(chmod(desk_rig.dir, 0755), 0);
	desk_rig.dir_fd = open(desk_rig.dir, O_DIRECTORY | O_CLOEXEC);
	desk_rig.listen_fd = listen_unix();
	desk_rig.metrics_fd = listen_tcp();
	assert_int_equal(yg_link_pair(0, desk_rig.warden), 0);
	assert_int_equal(yg_link_pair(0, desk_rig.analyzer), 0);
	assert_int_equal(yg_link_pair(0, desk_rig.enforcer), 0);
	desk_rig.now_ns = 1000 * SECOND;
	desk_rig.set_ns = 0;
	desk_rig.notes[0] = '\0';
	desk_start_desk();
	return 0;
}

static int remove_one(const char *name, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(name);
}

int desk_tear_down(void **state)
{
	(void)state;
	yg_desk_free(&desk_rig.desk);
	assert_null(desk_rig.desk);
	for (int i = 0; i < 2; i++) {
		yg_closep(&desk_rig.warden[i]);
		yg_closep(&desk_rig.analyzer[i]);
		yg_closep(&desk_rig.enforcer[i]);
	}
	yg_closep(&desk_rig.listen_fd);
	yg_closep(&desk_rig.metrics_fd);
	yg_closep(&desk_rig.dir_fd);
	return nftw(desk_rig.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void desk_step(void)
{
	desk_rig.now_ns += 1000000;
	assert_int_equal(yg_desk_step(desk_rig.desk, 0), 0);
}

void desk_wait(void)
{
	desk_rig.now_ns += 1000000;
	assert_int_equal(yg_desk_step(desk_rig.desk, 1), 0);
}

void desk_settle(void)
{
	for (int i = 0; i < 100; i++)
		desk_step();
}

void desk_send_message(int fd, const struct yg_feed_message *message)
{
	static uint8_t buf[YG_FEED_PACKET_MAX];
	struct yg_feed_writer writer = { buf, sizeof(buf), 0 };

	assert_int_equal(yg_feed_put(&writer, message), 0);
	assert_int_equal(yg_link_send(fd, buf, writer.len), 0);
}

int desk_connect_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%.100s", desk_rig.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

void desk_send_text(int fd, const char *method, const char *path, const char *body)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
			 "%s %s HTTP/1.1\r\nHost: yagura\r\nConnection: close\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 method, path, strlen(body), body);

	assert_int_equal(send(fd, text, (size_t)n, 0), n);
}

/* Status of the answer, whose body is in desk_rig.answer; the enforcer is played by @play. */
int desk_receive(int fd, void (*play)(void))
{
	size_t used = 0;
	char *body;
	int status = 0;

	for (int i = 0; i < 4000; i++) {
		ssize_t n = recv(fd, desk_rig.answer + used, sizeof(desk_rig.answer) - 1 - used,
				 MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0)
			used += (size_t)n;
		desk_step();
		if (play)
			play();
	}
	desk_rig.answer[used] = '\0';
	body = strstr(desk_rig.answer, "\r\n\r\n");
	assert_non_null(body);
	assert_int_equal(sscanf(desk_rig.answer, "HTTP/1.1 %d", &status), 1);
	memmove(desk_rig.answer, body + 4, strlen(body + 4) + 1);
	return status;
}

int desk_ask(const char *method, const char *path, const char *body, void (*play)(void))
{
	YG_CLEANUP_CLOSE int fd = desk_connect_unix();

	desk_send_text(fd, method, path, body);
	return desk_receive(fd, play);
}

void desk_assert_has(const char *text)
{
	if (!strstr(desk_rig.answer, text))
		fail_msg("'%s' is not in '%s'", text, desk_rig.answer);
}

void desk_send_finding(uint64_t id, bool blockable)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_FINDING };

	message.finding.id = id;
	message.finding.rule = YG_SLICE("credential-stuffing");
	message.finding.severity = YG_SLICE("high");
	message.finding.title = YG_SLICE("Many accounts tried from one place");
	message.finding.time = EPOCH;
	message.finding.client_blockable = blockable;
	assert_int_equal(yg_address_from_text(YG_SLICE("10.9.8.7"), &message.finding.client), 0);
	desk_send_message(desk_rig.analyzer[1], &message);
}
