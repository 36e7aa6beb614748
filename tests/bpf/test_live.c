/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample.bpf.c on real traffic: what a test run cannot make. A POST of 200 KB over loopback is a
 * few skbs of up to 64 KB whose payload is outside the linear part; the sampler must read their
 * heads, keep to the budget, and count each of them once. And a tun device, which has no Ethernet.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <bpf/bpf.h>

#include "bpf/sample.skel.h"
#include "loopback.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define RING_LEN (4u << 20)
#define BUDGET	 8192u
#define BODY_LEN 200000u
#define RESPONSE "HTTP/1.1 204 No Content\r\n\r\n"

struct bench {
	struct sample_bpf *skel;
	struct rig rig;
	int client, server; /* both ends of one connection over loopback */
};

static void hook_up(const char *name, enum bpf_tc_attach_point point,
		    const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex(name), .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(program));

	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
}

static int set_up(void **state)
{
	static struct bench bench;
	struct bench *b = &bench;

	loopback_enter();
	b->skel = sample_bpf__open();
	assert_non_null(b->skel);
	b->skel->rodata->yg_config.body_budget = BUDGET;
	assert_int_equal(sample_bpf__load(b->skel), 0);
	rig_init(&b->rig, b->skel->obj, RING_LEN);
	hook_up("lo", BPF_TC_EGRESS, b->skel->progs.yg_tc_egress);
	loopback_connect(AF_INET6, &b->client, &b->server);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	(void)close(b->client);
	(void)close(b->server);
	rig_clean(&b->rig);
	sample_bpf__destroy(b->skel);
	return 0; /* the namespace, and the filter in it, go with the process */
}

static void *drain(void *arg)
{
	static char buf[BODY_LEN];
	size_t got = 0;

	while (got < BODY_LEN) {
		ssize_t n = recv(*(int *)arg, buf, sizeof(buf), 0);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return NULL;
}

/* Send a request of BODY_LEN bytes and a response; wait until both arrived. */
static void exchange(struct bench *b)
{
	char *request = calloc(1, BODY_LEN), reply[64];
	pthread_t thread;

	assert_non_null(request);
	memset(request, 'b', BODY_LEN);
	memcpy(request, "POST /upload HTTP/1.1\r\n", 23);
	assert_int_equal(pthread_create(&thread, NULL, drain, &b->server), 0);
	assert_int_equal(send(b->client, request, BODY_LEN, 0), BODY_LEN);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(send(b->server, RESPONSE, strlen(RESPONSE), 0), strlen(RESPONSE));
	assert_int_equal(recv(b->client, reply, sizeof(reply), 0), strlen(RESPONSE));
	free(request);
}

static void super_packets_are_sampled_within_the_budget(void **state)
{
	struct bench *b = *state;
	struct yg_counters c;
	uint32_t copied = 0, largest = 0;

	rig_reset(&b->rig);
	exchange(b);
	c = rig_counters(&b->rig);
	(void)rig_read(&b->rig);
	for (size_t i = 0; i < b->rig.record_count; i++) {
		const struct yg_segment *seg = &b->rig.records[i];

		if (memcmp(seg->data, "HTTP", 4) == 0)
			continue; /* the response */
		copied += seg->data_len;
		largest = seg->payload_len > largest ? seg->payload_len : largest;
	}
	print_message("  largest skb %u bytes, %u copied\n", largest, copied);
	assert_true(largest > 30000);
	assert_int_equal(copied, BUDGET);
	assert_int_equal(c.sample.request, 1);
	assert_int_equal(c.sample.response, 1);
	assert_true(c.sample.skip_budget > 0);
	assert_int_equal(c.sample.lost_header + c.sample.lost_copy + c.sample.lost_ring, 0);
	assert_int_equal(c.sample.rx,
			 c.sample.segment + c.sample.skip_empty + c.sample.skip_budget);
}

#define SMALL "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

/* As many requests as fit, in as few super-packets: all are counted, and copied or lost. */
static void requests_of_a_super_packet_are_counted_one_by_one(void **state)
{
	const size_t one = strlen(SMALL), count = BODY_LEN / one;
	char *requests = calloc(1, BODY_LEN + 1);
	struct bench *b = *state;
	uint32_t copied = 0, told = 0;
	struct yg_counters c;
	pthread_t thread;
	int client, server;

	assert_non_null(requests);
	for (size_t i = 0; i < count; i++)
		memcpy(requests + i * one, SMALL, one);
	memset(requests + count * one, '\n', BODY_LEN - count * one);
	loopback_connect(AF_INET6, &client, &server);
	rig_reset(&b->rig);
	assert_int_equal(pthread_create(&thread, NULL, drain, &server), 0);
	assert_int_equal(send(client, requests, BODY_LEN, 0), BODY_LEN);
	assert_int_equal(pthread_join(thread, NULL), 0);
	c = rig_counters(&b->rig);
	(void)rig_read(&b->rig);
	for (size_t i = 0; i < b->rig.record_count; i++) {
		copied += b->rig.records[i].data_len;
		told += b->rig.records[i].payload_len;
	}
	print_message("  %zu requests in %ju segments\n", count, (uintmax_t)c.sample.segment);
	assert_int_equal(c.sample.request, count);
	assert_int_equal(told, BODY_LEN);
	/* A segment beyond 64 KiB is more than its records take. */
	assert_in_range(c.sample.lost_request * one, told - copied < one ? 0 : told - copied - one,
			told - copied + one);
	(void)close(client);
	(void)close(server);
	free(requests);
}

/* A tun device, up. Return: its fd; what is written to it comes in at the device. */
static int tun_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fd;
	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, TUNSETIFF, &ifr), 0);
	ifr.ifr_flags = IFF_UP;
	assert_int_equal(ioctl(control, SIOCSIFFLAGS, &ifr), 0);
	(void)close(control);
	return fd;
}

static void a_device_without_ethernet_is_read_too(void **state)
{
	const struct packet_spec specs[] = { { .payload = "GET /4 HTTP/1.1\r\n\r\n" },
					     { .payload = "GET /6 HTTP/1.1\r\n\r\n", .is_v6 = 1 } };
	struct bench *b = *state;
	int fd = tun_open("yg-tun");

	if (fd < 0) {
		SKIP("no /dev/net/tun");
	}
	hook_up("yg-tun", BPF_TC_INGRESS, b->skel->progs.yg_tc_ingress);
	for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
		uint8_t frame[PACKET_CAP];
		size_t len = packet_build(&specs[i], frame) - ETH_HLEN;

		rig_reset(&b->rig);
		assert_int_equal(write(fd, frame + ETH_HLEN, len), len);
		assert_int_equal(rig_read(&b->rig), 1);
		assert_memory_equal(b->rig.records[0].data, specs[i].payload, 6);
		assert_int_equal(ntohs(b->rig.records[0].key.dport), 80);
	}
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_without_ethernet_is_read_too),
		cmocka_unit_test(super_packets_are_sampled_within_the_budget),
		cmocka_unit_test(requests_of_a_super_packet_are_counted_one_by_one),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/live", tests, set_up, tear_down);
}
