/* SPDX-License-Identifier: GPL-2.0-only */
/* kill.bpf.c: connections of blocked addresses end at once, others do not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <bpf/bpf.h>

#include "bpf/kill.skel.h"
#include "loopback.h"
#include "rig.h"
#include "test.h"

#define HOUR_NS 3600000000000ull

struct bench {
	struct kill_bpf *skel;
	struct rig rig;
	struct bpf_link *sweep;
	int client, server; /* both ends of one connection over loopback */
};

static int set_up(void **state)
{
	static struct bench bench;
	struct bench *b = &bench;

	loopback_enter();
	b->skel = kill_bpf__open();
	assert_non_null(b->skel);
	assert_int_equal(kill_bpf__load(b->skel), 0);
	rig_init(&b->rig, b->skel->obj, 0);
	b->sweep = bpf_program__attach_iter(b->skel->progs.yg_sk_kill, NULL);
	assert_non_null(b->sweep);
	loopback_connect(AF_INET, &b->client, &b->server);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	(void)close(b->client);
	(void)close(b->server);
	(void)bpf_link__destroy(b->sweep);
	rig_clean(&b->rig);
	kill_bpf__destroy(b->skel);
	return 0;
}

/* One pass over the sockets of this namespace. */
static void sweep(struct bench *b)
{
	int fd = bpf_iter_create(bpf_link__fd(b->sweep));
	char byte;

	assert_true(fd >= 0);
	assert_int_equal(read(fd, &byte, 1), 0);
	(void)close(fd);
}

static void block_loopback(struct bench *b)
{
	struct yg_block block = { .expires_ns = rig_now_ns() + HOUR_NS,
				  .verdict = YG_VERDICT_BLOCK };
	struct yg_addr4 key = { { 127, 0, 0, 1 } };

	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(b->skel->maps.yg_block4), &key, &block, BPF_ANY),
		0);
}

static void check_alive(struct bench *b)
{
	char byte = 'x';

	assert_int_equal(send(b->client, &byte, 1, 0), 1);
	assert_int_equal(recv(b->server, &byte, 1, 0), 1);
}

static void connections_of_others_live(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	sweep(b);
	check_alive(b);
}

static void an_allowed_address_lives(void **state)
{
	struct yg_net key = { .prefix_len = 128,
			      .addr = { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 } };
	struct yg_allow value = { .why = YG_ALLOW_OWN };
	struct bench *b = *state;
	int fd = bpf_map__fd(b->skel->maps.yg_allow_nets);

	rig_reset(&b->rig);
	block_loopback(b);
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	sweep(b);
	check_alive(b);
	assert_int_equal(bpf_map_delete_elem(fd, &key), 0);
}

static void a_silent_daemon_kills_nothing(void **state)
{
	struct bench *b = *state;

	block_loopback(b);
	rig_control(&b->rig, rig_now_ns(), 0, 0, 0);
	sweep(b);
	check_alive(b);
}

static void a_blocked_address_is_cut_off(void **state)
{
	struct bench *b = *state;
	char byte;

	rig_reset(&b->rig);
	block_loopback(b);
	sweep(b);
	assert_int_equal(recv(b->server, &byte, 1, 0), -1);
	/* Both ends are of this host: the other may have been first, and reset this one. */
	assert_true(errno == ECONNABORTED || errno == ECONNRESET);
}

static bool is_supported(void)
{
	struct kill_bpf *skel = kill_bpf__open();
	bool is_loaded = skel && kill_bpf__load(skel) == 0;

	kill_bpf__destroy(skel);
	return is_loaded;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_of_others_live),
		cmocka_unit_test(an_allowed_address_lives),
		cmocka_unit_test(a_silent_daemon_kills_nothing),
		cmocka_unit_test(a_blocked_address_is_cut_off),
	};

	rig_quiet();
	if (geteuid() != 0 || !is_supported()) {
		(void)fputs("skip: needs root and bpf_sock_destroy (6.5)\n", stderr);
		return 77;
	}
	return cmocka_run_group_tests_name("bpf/kill", tests, set_up, tear_down);
}
