/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gotls.bpf.c on a caller that is no Go program: labels of this program stand for the entries and
 * the RET sites of crypto/tls, and are called with Go's registers loaded. A goroutine is the two
 * words that begin its descriptor: the bounds of its stack. Scope: this program, by name.
 *
 *	go_at(site, a, b, g)	"call" a site: first and second argument or result, and g
 *	go_socket(g, ...)	a read or write of a socket by the goroutine @g
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <pthread.h>

#include "bpf/gotls.skel.h"
#include "core/macros.h"
#include "loopback.h"
#include "rig.h"
#include "test.h"

#define COMM	  "yg-test-gotls"
#define RING_LEN  (1u << 20)
#define BUDGET	  1000u
#define STACK_LEN 4096u
#define REQUEST	  "GET /v1/accounts HTTP/1.1\r\nHost: a\r\n\r\n"
#define RESPONSE  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* Sites of the library that this program stands for: nothing happens there but the probe. */
void go_site_read(void);
void go_site_write(void);
void go_site_ret(void);
void go_site_shake(void);
void go_site_shaken(void);
void go_site_close(void);

/* goroutine's descriptor, as far as it is read */
struct goroutine {
	uint64_t lo, hi; /* its stack */
};

void go_run(void (*site)(void), uint64_t a, uint64_t b, const struct goroutine *g, uint64_t c);
long go_socket(const struct goroutine *g, long call, int fd, void *buf, size_t len);

#define SITE(name) ".globl " #name "\n.type " #name ", %function\n" #name ":\n\tnop\n\tret\n"

__asm__(".text\n.balign 16\n" SITE(go_site_read) SITE(go_site_write) SITE(go_site_ret)
		SITE(go_site_shake) SITE(go_site_shaken) SITE(go_site_close)
#ifdef __aarch64__
			".globl go_run\ngo_run:\n"
			"	stp x28, x30, [sp, #-16]!\n"
			"	mov x9, x0\n"
			"	mov x0, x1\n"
			"	mov x1, x2\n"
			"	mov x28, x3\n"
			"	mov x2, x4\n"
			"	blr x9\n"
			"	ldp x28, x30, [sp], #16\n"
			"	ret\n"
			".globl go_socket\ngo_socket:\n"
			"	str x28, [sp, #-16]!\n"
			"	mov x28, x0\n"
			"	mov x8, x1\n"
			"	mov x0, x2\n"
			"	mov x1, x3\n"
			"	mov x2, x4\n"
			"	svc #0\n"
			"	ldr x28, [sp], #16\n"
			"	ret\n"
#else
			".globl go_run\ngo_run:\n"
			"	push %r14\n"
			"	push %rbx\n"
			"	mov %rsi, %rax\n"
			"	mov %rdx, %rbx\n"
			"	mov %rcx, %r14\n"
			"	mov %r8, %rcx\n"
			"	call *%rdi\n"
			"	pop %rbx\n"
			"	pop %r14\n"
			"	ret\n"
			".globl go_socket\ngo_socket:\n"
			"	push %r14\n"
			"	mov %rdi, %r14\n"
			"	mov %rsi, %rax\n"
			"	mov %rdx, %rdi\n"
			"	mov %rcx, %rsi\n"
			"	mov %r8, %rdx\n"
			"	syscall\n"
			"	pop %r14\n"
			"	ret\n"
#endif
);

/* Arguments or results @a and @b; a length that is none behind them. */
static void go_at(void (*site)(void), uint64_t a, uint64_t b, const struct goroutine *g)
{
	go_run(site, a, b, g, UINT64_MAX);
}

struct bench {
	struct gotls_bpf *skel;
	struct rig rig;
	struct bpf_link *links[8];
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

static void hook(struct bench *b, const struct bpf_program *program, void (*site)(void))
{
	keep(b, bpf_program__attach_uprobe(program, false, -1, "/proc/self/exe",
					   rig_offset_of((const void *)site)));
}

static int set_up(void **state)
{
	static struct bench bench;
	struct bench *b = &bench;

	loopback_enter();
	assert_int_equal(prctl(PR_SET_NAME, COMM), 0);
	b->skel = gotls_bpf__open();
	assert_non_null(b->skel);
	b->skel->rodata->yg_config.scope = YG_SCOPE_COMM;
	b->skel->rodata->yg_config.body_budget = BUDGET;
	b->has_send = libbpf_find_vmlinux_btf_id("sock_send_length", BPF_TRACE_RAW_TP) > 0;
	(void)bpf_program__set_autoload(b->skel->progs.yg_go_send, b->has_send);
	assert_int_equal(gotls_bpf__load(b->skel), 0);
	rig_scope(b->skel->obj, COMM);
	rig_init(&b->rig, b->skel->obj, RING_LEN);
	hook(b, b->skel->progs.yg_go_read, go_site_read);
	hook(b, b->skel->progs.yg_go_write, go_site_write);
	hook(b, b->skel->progs.yg_go_ret, go_site_ret);
	hook(b, b->skel->progs.yg_go_shake, go_site_shake);
	hook(b, b->skel->progs.yg_go_shaken, go_site_shaken);
	hook(b, b->skel->progs.yg_go_close, go_site_close);
	keep(b, bpf_program__attach(b->skel->progs.yg_go_recv));
	if (b->has_send)
		keep(b, bpf_program__attach(b->skel->progs.yg_go_send));
	for (size_t i = 0; i < YG_ARRAY_SIZE(b->client); i++)
		loopback_connect(AF_INET, &b->client[i], &b->server[i]);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < b->link_count; i++)
		(void)bpf_link__destroy(b->links[i]);
	rig_clean(&b->rig);
	gotls_bpf__destroy(b->skel);
	return 0;
}

static int begin(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	return 0;
}

/* A goroutine whose stack is @stack, STACK_LEN bytes. */
static struct goroutine *spawn(const char *stack)
{
	static struct goroutine pool[64];
	static size_t used;

	assert_true(used < YG_ARRAY_SIZE(pool));
	pool[used].lo = (uint64_t)(uintptr_t)stack;
	pool[used].hi = pool[used].lo + STACK_LEN;
	return &pool[used++];
}

/* A tls.Conn that no other test had. */
static uint64_t new_conn(void)
{
	static uint64_t next = 0xc000100000;

	return next += 0x500;
}

static void enter(void (*site)(void), uint64_t conn, const void *buf, const struct goroutine *g)
{
	go_at(site, conn, (uint64_t)(uintptr_t)buf, g);
}

static void leave(int64_t result, const struct goroutine *g)
{
	go_at(go_site_ret, (uint64_t)result, 0, g);
}

/* Ciphertext of connection @i arrives, and @g receives it. The peer is no goroutine of ours. */
static void receive(struct bench *b, const struct goroutine *g, int i)
{
	char byte = 'c';

	assert_int_equal(go_socket(NULL, SYS_write, b->client[i], &byte, 1), 1);
	assert_int_equal(go_socket(g, SYS_read, b->server[i], &byte, 1), 1);
}

/* One whole Read of @text by @g from connection @i; -1: out of what was received before. */
static void do_read(struct bench *b, uint64_t conn, const struct goroutine *g, int i,
		    const char *text)
{
	enter(go_site_read, conn, text, g);
	if (i >= 0)
		receive(b, g, i);
	leave((int64_t)strlen(text), g);
}

static const struct yg_segment *check_record(struct bench *b)
{
	rig_check_tls(&b->rig);
	assert_int_equal(rig_read(&b->rig), 1);
	return &b->rig.records[0];
}

static void check_bound(struct bench *b, const struct yg_segment *seg, int i)
{
	assert_int_equal(seg->bind, YG_BIND_SOCKET);
	assert_int_equal(ntohs(seg->key.sport), loopback_port(b->client[i]));
	assert_int_equal(ntohs(seg->key.dport), loopback_port(b->server[i]));
}

static void a_read_is_of_the_socket_that_its_goroutine_used(void **state)
{
	struct bench *b = *state;
	const struct yg_segment *seg;
	uint64_t conn = new_conn();

	do_read(b, conn, spawn(NULL), 0, REQUEST);
	seg = check_record(b);
	check_bound(b, seg, 0);
	assert_int_equal(seg->source, YG_SOURCE_TLS_READ);
	assert_int_equal(seg->object, conn);
	assert_int_equal(seg->tgid, rig_tgid());
	assert_int_equal(seg->offset, 0);
	assert_int_equal(seg->data_len, strlen(REQUEST));
	assert_memory_equal(seg->data, REQUEST, strlen(REQUEST));
	assert_int_equal(rig_counters(&b->rig).tls.request, 1);
}

static void a_write_is_of_the_socket_that_its_goroutine_used(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	const struct yg_segment *seg;
	char byte = 'c';

	if (!b->has_send)
		SKIP("no tp_btf/sock_send_length");
	enter(go_site_write, new_conn(), RESPONSE, g);
	assert_int_equal(go_socket(g, SYS_write, b->server[1], &byte, 1), 1);
	leave((int64_t)strlen(RESPONSE), g);
	seg = check_record(b);
	assert_int_equal(seg->source, YG_SOURCE_TLS_WRITE);
	assert_int_equal(seg->bind, YG_BIND_SOCKET);
	assert_int_equal(ntohs(seg->key.sport), loopback_port(b->server[1]));
	assert_memory_equal(seg->data, RESPONSE, strlen(RESPONSE));
}

/* While a write returns, another goroutine may have read the answer to it. */
static void a_write_to_a_known_socket_is_told_when_it_begins(void **state)
{
	const struct goroutine *reader = spawn(NULL), *writer = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();
	char byte = 'c';

	do_read(b, conn, reader, 1, RESPONSE);
	rig_reset(&b->rig);
	go_run(go_site_write, conn, (uint64_t)(uintptr_t)REQUEST, writer, strlen(REQUEST));
	assert_int_equal(go_socket(writer, SYS_write, b->server[1], &byte, 1), 1);
	do_read(b, conn, reader, 1, RESPONSE);
	leave((int64_t)strlen(REQUEST), writer);
	go_run(go_site_write, conn, (uint64_t)(uintptr_t)REQUEST, writer, strlen(REQUEST));
	leave((int64_t)strlen(REQUEST), writer);
	rig_check_tls(&b->rig);
	assert_int_equal(rig_read(&b->rig), 3);
	assert_int_equal(b->rig.records[0].source, YG_SOURCE_TLS_WRITE);
	assert_memory_equal(b->rig.records[0].data, REQUEST, strlen(REQUEST));
	assert_int_equal(b->rig.records[1].source, YG_SOURCE_TLS_READ);
	assert_int_equal(b->rig.records[2].offset, strlen(REQUEST)); /* once each */
	assert_int_equal(rig_counters(&b->rig).tls.request, 2);
}

/* One thread runs two goroutines in turn, both inside Read: each has its own call and socket. */
static void goroutines_of_one_thread_are_told_apart(void **state)
{
	const struct goroutine *first = spawn(NULL), *second = spawn(NULL);
	uint64_t conns[] = { new_conn(), new_conn() };
	struct bench *b = *state;

	enter(go_site_read, conns[0], REQUEST, first);
	enter(go_site_read, conns[1], REQUEST, second);
	receive(b, second, 1);
	receive(b, first, 0);
	leave((int64_t)strlen(REQUEST), second);
	leave((int64_t)strlen(REQUEST), first);
	rig_check_tls(&b->rig);
	assert_int_equal(rig_read(&b->rig), 2);
	assert_int_equal(b->rig.records[0].object, conns[1]);
	check_bound(b, &b->rig.records[0], 1);
	assert_int_equal(b->rig.records[1].object, conns[0]);
	check_bound(b, &b->rig.records[1], 0);
}

static void *leave_elsewhere(void *g)
{
	leave((int64_t)strlen(REQUEST), g);
	return NULL;
}

/* A goroutine that waited for its bytes goes on on whatever thread is free. */
static void a_call_returns_on_another_thread(void **state)
{
	struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	pthread_t thread;

	enter(go_site_read, new_conn(), REQUEST, g);
	receive(b, g, 0);
	assert_int_equal(pthread_create(&thread, NULL, leave_elsewhere, g), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	check_bound(b, check_record(b), 0);
}

/* Go copies a stack that is full to a larger one; what was at the old place is anything then. */
static void a_buffer_on_the_stack_moves_with_it(void **state)
{
	static char small[STACK_LEN], large[4 * STACK_LEN];
	struct goroutine *g = spawn(small);
	struct bench *b = *state;
	const size_t depth = 1024; /* below the top */

	memset(small, 'x', sizeof(small));
	enter(go_site_read, new_conn(), small + sizeof(small) - depth, g);
	g->lo = (uint64_t)(uintptr_t)large;
	g->hi = g->lo + sizeof(large);
	memcpy(large + sizeof(large) - depth, REQUEST, strlen(REQUEST));
	leave((int64_t)strlen(REQUEST), g);
	assert_memory_equal(check_record(b)->data, REQUEST, strlen(REQUEST));
}

static void a_buffer_on_the_heap_stays_where_it_is(void **state)
{
	static char small[STACK_LEN], large[4 * STACK_LEN];
	struct goroutine *g = spawn(small);
	struct bench *b = *state;

	enter(go_site_read, new_conn(), REQUEST, g);
	g->lo = (uint64_t)(uintptr_t)large;
	g->hi = g->lo + sizeof(large);
	leave((int64_t)strlen(REQUEST), g);
	assert_memory_equal(check_record(b)->data, REQUEST, strlen(REQUEST));
}

#define ROW(name) offsetof(struct yg_tls_counters, name)

/* The one call so far ended in this row, without a record. */
static void check_no_record(struct bench *b, size_t row)
{
	rig_check_no_record(&b->rig, row);
}

/* Closed, a deadline, an error of the peer: Read returns early, by a RET of its own. */
static void an_early_return_moves_nothing(void **state)
{
	const int64_t results[] = { 0, -1, INT64_MIN };
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();

	for (size_t i = 0; i < YG_ARRAY_SIZE(results); i++) {
		rig_reset(&b->rig);
		enter(go_site_read, conn, REQUEST, g);
		leave(results[i], g);
		check_no_record(b, ROW(skip_empty));
	}
	rig_reset(&b->rig);
	do_read(b, conn, g, 0, REQUEST);
	assert_int_equal(check_record(b)->offset, 0);
}

static void a_length_beyond_any_buffer_is_lost(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;

	enter(go_site_read, new_conn(), REQUEST, g);
	leave(1ll << 31, g);
	check_no_record(b, ROW(lost_copy));
}

/* A probe that was attached while the call was running. */
static void a_return_without_an_entry_is_lost(void **state)
{
	struct bench *b = *state;

	leave((int64_t)strlen(REQUEST), spawn(NULL));
	check_no_record(b, ROW(lost_call));
}

static void a_second_return_is_not_the_first_again(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;

	do_read(b, new_conn(), g, 0, REQUEST);
	rig_reset(&b->rig);
	leave((int64_t)strlen(REQUEST), g);
	check_no_record(b, ROW(lost_call));
}

/* It never returned; its goroutine recovered and reads from another connection. */
static void a_call_ended_by_a_panic_is_forgotten(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();

	enter(go_site_read, new_conn(), RESPONSE, g);
	receive(b, g, 1);
	do_read(b, conn, g, 0, REQUEST);
	check_bound(b, check_record(b), 0);
	assert_int_equal(b->rig.records[0].object, conn);
}

/* What a goroutine does with sockets outside of calls says nothing about its next one. */
static void a_socket_used_between_calls_is_not_taken(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();

	do_read(b, new_conn(), g, 1, REQUEST);
	receive(b, g, 1);
	rig_reset(&b->rig);
	do_read(b, conn, g, -1, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	assert_int_equal(rig_counters(&b->rig).tls.unbound, 1);
}

/* A handshake ends with bytes of the first request in hand: its Read uses no socket. */
static void a_handshake_tells_the_socket(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();

	enter(go_site_shake, conn, NULL, g);
	receive(b, g, 1);
	go_at(go_site_shaken, 0, 0, g);
	assert_int_equal(rig_counters(&b->rig).tls.rx, 0); /* moves no plaintext */
	do_read(b, conn, g, -1, REQUEST);
	check_bound(b, check_record(b), 1);
}

/* The first Read shakes hands itself: one call, and it stays open. */
static void a_handshake_inside_a_read_leaves_it_open(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();

	enter(go_site_read, conn, REQUEST, g);
	enter(go_site_shake, conn, NULL, g);
	receive(b, g, 0);
	go_at(go_site_shaken, 0, 0, g);
	leave((int64_t)strlen(REQUEST), g);
	check_bound(b, check_record(b), 0);
}

/* A handshake at the address of a connection that was garbage: nothing of that one is left. */
static void a_handshake_begins_another_connection(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();
	uint32_t generation;

	do_read(b, conn, g, 0, REQUEST);
	generation = check_record(b)->generation;
	rig_reset(&b->rig);
	enter(go_site_shake, conn, NULL, g);
	assert_int_equal(check_record(b)->source, YG_SOURCE_TLS_CLOSE);
	assert_int_equal(b->rig.records[0].generation, generation);
	go_at(go_site_shaken, 0, 0, g);
	rig_reset(&b->rig);
	do_read(b, conn, g, -1, REQUEST);
	assert_int_equal(check_record(b)->generation, generation + 1);
	assert_int_equal(b->rig.records[0].bind, YG_BIND_UNKNOWN);
	assert_int_equal(b->rig.records[0].offset, 0);
}

static void a_closed_connection_is_told_once(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	uint64_t conn = new_conn();

	do_read(b, conn, g, 0, REQUEST);
	rig_reset(&b->rig);
	enter(go_site_close, conn, NULL, g);
	assert_int_equal(check_record(b)->source, YG_SOURCE_TLS_CLOSE);
	assert_int_equal(b->rig.records[0].object, conn);
	assert_int_equal(b->rig.records[0].offset, strlen(REQUEST));
	enter(go_site_close, conn, NULL, g);
	assert_int_equal(rig_read(&b->rig), 0);
}

static void nothing_is_read_out_of_scope(void **state)
{
	const struct goroutine *g = spawn(NULL);
	struct bench *b = *state;
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "someone-else");
		enter(go_site_read, new_conn(), REQUEST, g);
		leave((int64_t)strlen(REQUEST), g);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check_no_record(b, ROW(skip_scope));
}

/* A descriptor that cannot be read: the call is still one, its buffer taken as it is. */
static void a_descriptor_that_is_no_memory_does_no_harm(void **state)
{
	const struct goroutine *g = (const void *)8;
	struct bench *b = *state;

	do_read(b, new_conn(), g, 0, REQUEST);
	check_bound(b, check_record(b), 0);
}

#define CASE(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_read_is_of_the_socket_that_its_goroutine_used),
		CASE(a_write_is_of_the_socket_that_its_goroutine_used),
		CASE(a_write_to_a_known_socket_is_told_when_it_begins),
		CASE(goroutines_of_one_thread_are_told_apart),
		CASE(a_call_returns_on_another_thread),
		CASE(a_buffer_on_the_stack_moves_with_it),
		CASE(a_buffer_on_the_heap_stays_where_it_is),
		CASE(an_early_return_moves_nothing),
		CASE(a_length_beyond_any_buffer_is_lost),
		CASE(a_return_without_an_entry_is_lost),
		CASE(a_second_return_is_not_the_first_again),
		CASE(a_call_ended_by_a_panic_is_forgotten),
		CASE(a_socket_used_between_calls_is_not_taken),
		CASE(a_handshake_tells_the_socket),
		CASE(a_handshake_inside_a_read_leaves_it_open),
		CASE(a_handshake_begins_another_connection),
		CASE(a_closed_connection_is_told_once),
		CASE(nothing_is_read_out_of_scope),
		CASE(a_descriptor_that_is_no_memory_does_no_harm),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/gotls", tests, set_up, tear_down);
}
