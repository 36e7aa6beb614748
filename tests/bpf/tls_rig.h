/* SPDX-License-Identifier: GPL-2.0-only */
/* The TLS programs on functions of this process that stand for a TLS library. */
#pragma once

/*
 * tls.bpf.c and sock.bpf.c together, on a TLS library that is part of this program: functions with
 * OpenSSL's signatures that do what each case says (use a socket, two sockets, none) while real
 * uprobes and real TCP connections are watched. Scope: this program, by name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>

#include "bpf/sock.skel.h"
#include "bpf/tls.skel.h"
#include "core/macros.h"
#include "loopback.h"
#include "rig.h"
#include "test.h"

#define COMM	  "yg-test-tls"
#define RING_LEN  (1u << 20)
#define SECOND_NS 1000000000ull
#define BUDGET	  1000u
#define REQUEST	  "GET /v1/accounts HTTP/1.1\r\nHost: a\r\n\r\n"
#define RESPONSE  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* What the next call does. An object's address is its identity. */
struct fake_ssl {
	int fds[2];		/* sockets used inside the call, -1 for none */
	const char *text;	/* plaintext read */
	int result;		/* of the call; bytes, for the plain forms */
	uint64_t random[4];	/* what a library keeps of a handshake, and ... */
	const uint64_t *linked; /* ... where, if not here */
	char pad[1024];		/* no other object is looked at in its place */
};

int fake_read(struct fake_ssl *ssl, void *buf, int num);
int fake_read_ex(struct fake_ssl *ssl, void *buf, size_t num, size_t *count);
int fake_read_early(struct fake_ssl *ssl, void *buf, size_t num, size_t *count);
int fake_write(struct fake_ssl *ssl, const void *buf, int num);
int fake_free(struct fake_ssl *ssl);

/* Called as strangers would: an optimiser that sees all calls drops arguments and makes clones. */
#if __has_attribute(noipa)
#define LIBRARY __attribute__((noipa, used))
#else
#define LIBRARY __attribute__((noinline, used))
#endif

static void use_sockets(const struct fake_ssl *ssl, int is_write)
{
	char byte = 'c';

	for (size_t i = 0; i < YG_ARRAY_SIZE(ssl->fds); i++) {
		if (ssl->fds[i] < 0)
			continue;
		if (is_write)
			assert_int_equal(send(ssl->fds[i], &byte, 1, 0), 1);
		else
			assert_int_equal(recv(ssl->fds[i], &byte, 1, 0), 1);
	}
}

LIBRARY int fake_read(struct fake_ssl *ssl, void *buf, int num)
{
	use_sockets(ssl, 0);
	if (ssl->result > 0)
		memcpy(buf, ssl->text, (size_t)(ssl->result < num ? ssl->result : num));
	return ssl->result;
}

LIBRARY int fake_read_ex(struct fake_ssl *ssl, void *buf, size_t num, size_t *count)
{
	use_sockets(ssl, 0);
	if (ssl->result > 0) {
		*count = strlen(ssl->text) < num ? strlen(ssl->text) : num;
		memcpy(buf, ssl->text, *count);
	}
	return ssl->result;
}

/* As OpenSSL's: a wrapper whose inner call has probes of its own. */
LIBRARY int fake_read_early(struct fake_ssl *ssl, void *buf, size_t num, size_t *count)
{
	int result = fake_read_ex(ssl, buf, num, count);

	__asm__ volatile("" ::: "memory"); /* no tail call */
	return result;
}

LIBRARY int fake_write(struct fake_ssl *ssl, const void *buf, int num)
{
	__asm__ volatile("" ::"r"(buf), "r"(num)); /* clang passes no arguments that are not used */
	use_sockets(ssl, 1);
	return ssl->result;
}

LIBRARY int fake_free(struct fake_ssl *ssl)
{
	__asm__ volatile("" ::: "memory"); /* or its calls are seen to do nothing, and dropped */
	return ssl->result;
}

struct bench {
	struct tls_bpf *tls;
	struct sock_bpf *sock;
	struct rig rig;
	struct bpf_link *links[24];
	size_t link_count;
	bool has_send;		  /* the kernel has sock_send_length */
	int client[2], server[2]; /* two connections, both ends here */
};

static void keep(struct bench *b, struct bpf_link *link)
{
	assert_non_null(link);
	assert_true(b->link_count < YG_ARRAY_SIZE(b->links));
	b->links[b->link_count++] = link;
}

static void hook_as(struct bench *b, const struct bpf_program *entry, const struct bpf_program *ret,
		    const void *function)
{
	size_t off = rig_offset_of(function);

	if (entry)
		keep(b, bpf_program__attach_uprobe(entry, false, -1, "/proc/self/exe", off));
	if (ret)
		keep(b, bpf_program__attach_uprobe(ret, true, -1, "/proc/self/exe", off));
}

static void hook(struct bench *b, const struct bpf_program *entry, const void *function)
{
	hook_as(b, entry, entry == b->tls->progs.yg_ssl_free ? NULL : b->tls->progs.yg_ssl_ret,
		function);
}

/* Load both objects with one table of threads, as the loader does. */
static void load(struct bench *b)
{
	b->tls = tls_bpf__open();
	b->sock = sock_bpf__open();
	assert_non_null(b->tls);
	assert_non_null(b->sock);
	b->tls->rodata->yg_config.scope = YG_SCOPE_COMM;
	b->tls->rodata->yg_config.body_budget = BUDGET;
	b->tls->rodata->yg_config.fresh = 1;
	b->sock->rodata->yg_config.scope = YG_SCOPE_COMM;
	assert_int_equal(tls_bpf__load(b->tls), 0);
	assert_int_equal(
		bpf_map__reuse_fd(b->sock->maps.yg_threads, bpf_map__fd(b->tls->maps.yg_threads)),
		0);
	assert_int_equal(
		bpf_map__reuse_fd(b->sock->maps.yg_ssls, bpf_map__fd(b->tls->maps.yg_ssls)), 0);
	b->has_send = libbpf_find_vmlinux_btf_id("sock_send_length", BPF_TRACE_RAW_TP) > 0;
	(void)bpf_program__set_autoload(b->sock->progs.yg_sk_send, b->has_send);
	assert_int_equal(sock_bpf__load(b->sock), 0);
	rig_scope(b->tls->obj, COMM);
	rig_scope(b->sock->obj, COMM);
}

static int set_up(void **state)
{
	static struct bench bench;
	struct bench *b = &bench;

	loopback_enter();
	assert_int_equal(prctl(PR_SET_NAME, COMM), 0);
	load(b);
	rig_init(&b->rig, b->tls->obj, RING_LEN);
	hook(b, b->tls->progs.yg_ssl_read, fake_read);
	hook(b, b->tls->progs.yg_ssl_read_ex, fake_read_ex);
	hook(b, b->tls->progs.yg_ssl_read_ex, fake_read_early);
	hook(b, b->tls->progs.yg_ssl_write, fake_write);
	hook(b, b->tls->progs.yg_ssl_free, fake_free);
	keep(b, bpf_program__attach(b->sock->progs.yg_sk_rcvspace));
	if (b->has_send)
		keep(b, bpf_program__attach(b->sock->progs.yg_sk_send));
	loopback_connect(AF_INET, &b->client[0], &b->server[0]);
	loopback_connect(AF_INET, &b->client[1], &b->server[1]);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < b->link_count; i++)
		(void)bpf_link__destroy(b->links[i]);
	rig_clean(&b->rig);
	tls_bpf__destroy(b->tls);
	sock_bpf__destroy(b->sock);
	return 0;
}

/* The peer of server[i] sends ciphertext: one byte, so that the next receive does not block. */
static void feed(struct bench *b, int i)
{
	assert_int_equal(send(b->client[i], "c", 1, 0), 1);
}

/* An object at an address that no other one has: nothing frees ours. */
static struct fake_ssl *fresh(int fd)
{
	static struct fake_ssl pool[64];
	static size_t used;

	assert_true(used < YG_ARRAY_SIZE(pool));
	pool[used] = (struct fake_ssl){ .fds = { fd, -1 } };
	return &pool[used++];
}

static int do_read(struct fake_ssl *ssl, const char *text)
{
	static char buf[32768];

	ssl->text = text;
	ssl->result = (int)strlen(text);
	return fake_read(ssl, buf, sizeof(buf));
}

static int do_write(struct fake_ssl *ssl, const char *text)
{
	ssl->result = (int)strlen(text);
	return fake_write(ssl, text, ssl->result);
}

/* The one record since the last reset. */
static const struct yg_segment *check_record(struct bench *b)
{
	rig_check_tls(&b->rig);
	assert_int_equal(rig_read(&b->rig), 1);
	return &b->rig.records[0];
}

/* Connection @i, as seen by a read at its server's end. */
static void check_socket(struct bench *b, const struct yg_segment *seg, int i)
{
	const uint8_t loopback[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 };

	assert_int_equal(seg->source, YG_SOURCE_TLS_READ);
	assert_memory_equal(seg->key.saddr, loopback, sizeof(loopback));
	assert_memory_equal(seg->key.daddr, loopback, sizeof(loopback));
	assert_int_equal(ntohs(seg->key.sport), loopback_port(b->client[i]));
	assert_int_equal(ntohs(seg->key.dport), loopback_port(b->server[i]));
}

#define ROW(name) offsetof(struct yg_tls_counters, name)

/* One case: a call, and the row it ends in. No record. */
static inline void check_no_record(struct bench *b, size_t row)
{
	rig_check_no_record(&b->rig, row);
}

/* Ciphertext of connection @i arrives and is received, outside of any TLS call. */
static inline void receive(struct bench *b, int i)
{
	char byte;

	feed(b, i);
	assert_int_equal(recv(b->server[i], &byte, 1, 0), 1);
}
