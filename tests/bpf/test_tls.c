/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tls.bpf.c and sock.bpf.c together, on a TLS library that is part of this program: functions with
 * OpenSSL's signatures that do what each case says (use a socket, two sockets, none) while real
 * uprobes and real TCP connections are watched. Scope: this program, by name.
 */
#include "tls_rig.h"

static void a_socket_used_inside_the_call_is_its_socket(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	const struct yg_segment *seg;

	rig_reset(&b->rig);
	feed(b, 0);
	do_read(ssl, REQUEST);
	seg = check_record(b);
	check_socket(b, seg, 0);
	assert_int_equal(seg->bind, YG_BIND_SOCKET);
	assert_int_equal(seg->tgid, rig_tgid());
	assert_int_equal(seg->object, (uint64_t)(uintptr_t)ssl);
	assert_int_equal(seg->offset, 0);
	assert_int_equal(seg->data_len, strlen(REQUEST));
	assert_memory_equal(seg->data, REQUEST, strlen(REQUEST));
	assert_int_equal(rig_counters(&b->rig).tls.request, 1);
	assert_int_equal(rig_counters(&b->rig).tls.unbound, 0);
}

/* The write goes through a buffer: no socket inside, but the object is known. */
static void a_write_uses_what_is_known(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	const struct yg_segment *seg;

	feed(b, 0);
	do_read(ssl, REQUEST);
	rig_reset(&b->rig);
	ssl->fds[0] = -1;
	do_write(ssl, RESPONSE);
	seg = check_record(b);
	assert_int_equal(seg->source, YG_SOURCE_TLS_WRITE);
	assert_int_equal(seg->bind, YG_BIND_SOCKET);
	assert_int_equal(ntohs(seg->key.sport), loopback_port(b->server[0]));
	assert_int_equal(ntohs(seg->key.dport), loopback_port(b->client[0]));
	assert_memory_equal(seg->data, RESPONSE, strlen(RESPONSE));
	assert_int_equal(rig_counters(&b->rig).tls.response, 1);
}

/* A client's first call is a write; its thread may serve others. */
static void a_write_is_never_guessed(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);
	const uint8_t zero[16] = { 0 };
	const struct yg_segment *seg;

	receive(b, 0);
	rig_reset(&b->rig);
	do_write(ssl, REQUEST);
	seg = check_record(b);
	assert_int_equal(seg->bind, YG_BIND_UNKNOWN);
	assert_memory_equal(seg->key.saddr, zero, sizeof(zero));
	assert_int_equal(seg->key.sport, 0);
	assert_int_equal(rig_counters(&b->rig).tls.unbound, 1);
}

/* A guess gives way to what is seen inside a call. */
static void a_guess_is_corrected(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	receive(b, 1);
	do_read(ssl, REQUEST);
	rig_reset(&b->rig);
	ssl->fds[0] = b->server[0];
	feed(b, 0);
	do_read(ssl, REQUEST);
	check_socket(b, check_record(b), 0);
	assert_int_equal(b->rig.records[0].bind, YG_BIND_SOCKET);
}

/* A proxy's callback uses its upstream inside the call: the client's socket stays. */
static void two_sockets_inside_a_call_change_nothing(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]), *unseen = fresh(b->server[0]);

	feed(b, 0);
	do_read(ssl, REQUEST);
	rig_reset(&b->rig);
	ssl->fds[0] = b->server[1];
	ssl->fds[1] = b->server[0];
	feed(b, 0);
	feed(b, 1);
	do_read(ssl, REQUEST);
	check_socket(b, check_record(b), 0);
	assert_int_equal(b->rig.records[0].bind, YG_BIND_SOCKET);

	/* And are no answer for an object of which nothing is known. */
	rig_reset(&b->rig);
	unseen->fds[1] = b->server[1];
	feed(b, 0);
	feed(b, 1);
	do_read(unseen, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
}

/* The object serves another connection without SSL_free: unknown once, then the new one. */
static void another_socket_is_believed_the_second_time(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	uint32_t generation;

	rig_reset(&b->rig);
	feed(b, 0);
	do_read(ssl, REQUEST);
	generation = check_record(b)->generation;
	ssl->fds[0] = b->server[1];
	rig_reset(&b->rig);
	feed(b, 1);
	do_read(ssl, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	assert_int_equal(b->rig.records[0].generation, generation + 1);
	assert_int_equal(b->rig.records[0].offset, 0);
	rig_reset(&b->rig);
	feed(b, 1);
	do_read(ssl, REQUEST);
	check_socket(b, check_record(b), 1);
	assert_int_equal(b->rig.records[0].generation, generation + 1);
	assert_int_equal(b->rig.records[0].offset, strlen(REQUEST));
}

static void a_freed_object_is_told_and_forgotten(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]), *unseen = fresh(-1);
	const struct yg_segment *seg;
	uint32_t generation;

	rig_reset(&b->rig);
	feed(b, 0);
	do_read(ssl, REQUEST);
	generation = check_record(b)->generation;
	rig_reset(&b->rig);
	(void)fake_free(ssl);
	seg = check_record(b);
	assert_int_equal(seg->source, YG_SOURCE_TLS_CLOSE);
	assert_int_equal(seg->generation, generation);
	assert_int_equal(seg->offset, strlen(REQUEST));
	assert_int_equal(seg->data_len, 0);

	rig_reset(&b->rig);
	ssl->fds[0] = -1;
	do_write(ssl, REQUEST);
	assert_int_equal(check_record(b)->bind, YG_BIND_UNKNOWN);
	assert_int_equal(b->rig.records[0].generation, generation + 1);

	rig_reset(&b->rig);
	(void)fake_free(unseen);
	assert_int_equal(rig_read(&b->rig), 0);
}

static void offsets_count_what_is_not_copied(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	char body[1500] = "POST / HTTP/1.1\r\nContent-Length: 1474\r\n\r\n";

	memset(body + 41, 'b', sizeof(body) - 42);
	rig_reset(&b->rig);
	feed(b, 0);
	do_read(ssl, body);
	assert_int_equal(check_record(b)->data_len, BUDGET);
	assert_int_equal(b->rig.records[0].payload_len, strlen(body));
	ssl->fds[0] = -1;
	do_read(ssl, "more of the body");
	assert_int_equal(rig_counters(&b->rig).tls.skip_budget, 1);
	rig_reset(&b->rig);
	do_read(ssl, REQUEST);
	assert_int_equal(check_record(b)->offset, strlen(body) + 16);
}

/* SSL_read_early_data calls SSL_read_ex: one call, one record. */
static void the_outermost_call_counts(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	char buf[1000];
	size_t count;

	rig_reset(&b->rig);
	feed(b, 0);
	ssl->text = REQUEST;
	ssl->result = 1;
	(void)fake_read_early(ssl, buf, sizeof(buf), &count);
	assert_int_equal(check_record(b)->data_len, strlen(REQUEST));
	assert_int_equal(rig_counters(&b->rig).tls.rx, 1);
	check_socket(b, &b->rig.records[0], 0);
}

static void a_call_without_data_is_empty(void **state)
{
	const int results[] = { 0, -1 };
	struct bench *b = *state;
	char buf[100];

	for (size_t i = 0; i < YG_ARRAY_SIZE(results); i++) {
		struct fake_ssl *ssl = fresh(-1);

		ssl->result = results[i];
		rig_reset(&b->rig);
		(void)fake_read(ssl, buf, sizeof(buf));
		check_no_record(b, ROW(skip_empty));
	}
}

static void plaintext_that_is_not_http_is_left_alone(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	rig_reset(&b->rig);
	do_read(ssl, "220 mail.example ESMTP\r\n");
	check_no_record(b, ROW(skip_other));
}

static void bytes_that_cannot_be_read_are_lost(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	ssl->result = 100;
	rig_reset(&b->rig);
	(void)fake_write(ssl, (const void *)8, 100);
	check_no_record(b, ROW(lost_copy));
}

static void nothing_is_read_out_of_scope(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);
	int status;
	pid_t pid;

	rig_reset(&b->rig);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "someone-else");
		do_read(ssl, REQUEST);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check_no_record(b, ROW(skip_scope));
}

/* A worker that inherited the object is another process: it has state of its own. */
static void a_forked_worker_has_its_own_objects(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	uint32_t tgid = 0;
	int status;
	pid_t pid;

	feed(b, 0);
	do_read(ssl, REQUEST);
	rig_reset(&b->rig);
	feed(b, 0);
	pid = rig_fork(&tgid);
	if (pid == 0) {
		do_read(ssl, REQUEST);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check_socket(b, check_record(b), 0);
	assert_int_equal(b->rig.records[0].tgid, tgid);
	assert_int_equal(b->rig.records[0].offset, 0);
}

static void nothing_is_read_while_the_daemon_is_silent(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	rig_reset(&b->rig);
	rig_control(&b->rig, 11 * SECOND_NS, 10 * SECOND_NS, 0, 0);
	do_read(ssl, REQUEST);
	check_no_record(b, ROW(skip_idle));
}

static void flows_not_chosen_are_counted(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	rig_reset(&b->rig);
	rig_control(&b->rig, 0, 10 * SECOND_NS, 0, 1); /* one of 2^32 */
	do_read(ssl, REQUEST); /* the first of its kind is chosen, whatever the flow is */
	assert_int_equal(rig_read(&b->rig), 1);
	assert_int_equal(b->rig.records[0].chosen, YG_CHOSEN_ALWAYS);
	assert_int_equal(b->rig.records[0].sampled, 0);
	rig_reset(&b->rig);
	rig_control(&b->rig, 0, 10 * SECOND_NS, 0, 1);
	do_read(ssl, REQUEST);
	check_no_record(b, ROW(skip_sampled));
	assert_int_equal(rig_counters(&b->rig).tls.skip_request, 1);
}

/* Requests that are sent one behind the other, cut where the reader's buffer ends. */
static void requests_of_one_read_count_one_by_one(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	rig_reset(&b->rig);
	do_read(ssl, "POST /a HTTP/1.1\r\nContent-Length: 18\r\n\r\n"
		     "GET / HTTP/1.1\r\n\r\n" REQUEST "GE");
	assert_int_equal(rig_counters(&b->rig).tls.request, 3);
	do_read(ssl, "T /b HTTP/1.1\r\n\r\n" REQUEST);
	assert_int_equal(rig_counters(&b->rig).tls.request, 4);
	rig_control(&b->rig, 0, 60 * SECOND_NS, 0, 1); /* none is, for its kind was seen */
	do_read(ssl, REQUEST REQUEST);
	assert_int_equal(rig_counters(&b->rig).tls.request, 6);
	assert_int_equal(rig_counters(&b->rig).tls.skip_request, 2);
	rig_check_tls(&b->rig);
}

/* A probe that was attached while the call was running. */
static void a_return_without_an_entry_is_lost(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);
	int status;
	pid_t pid;

	hook(b, NULL, fake_free); /* has no entry program that opens a call */
	rig_reset(&b->rig);
	pid = fork();
	if (pid == 0) {
		(void)fake_free(ssl);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check_no_record(b, ROW(lost_call));
}

/* NSPR's descriptor and vector, as far as they are looked at. */
struct fake_pr {
	const int32_t *methods; /* begins with the kind of file: 4 is a layer */
	const void *secret, *lower;
};

struct fake_vector {
	const char *at;
	int len;
};

int fake_pr_recv(struct fake_pr *fd, const void *buf, int num, int flags);
int fake_pr_writev(struct fake_pr *fd, const struct fake_vector *vectors, int count);

LIBRARY int fake_pr_recv(struct fake_pr *fd, const void *buf, int num, int flags)
{
	__asm__ volatile("" ::"r"(fd), "r"(buf), "r"(flags));
	return num;
}

LIBRARY int fake_pr_writev(struct fake_pr *fd, const struct fake_vector *vectors, int count)
{
	int len = 0;

	__asm__ volatile("" ::"r"(fd));
	for (int i = 0; i < count; i++)
		len += vectors[i].len;
	return len;
}

/* It is of another library, too: what it sends is in no buffer of the process. */
ssize_t fake_sendfile(struct fake_ssl *ssl, int fd, off_t offset, size_t len, int flags);

LIBRARY ssize_t fake_sendfile(struct fake_ssl *ssl, int fd, off_t offset, size_t len, int flags)
{
	__asm__ volatile("" ::"r"(fd), "r"(offset), "r"(flags));
	use_sockets(ssl, 1);
	return ssl->result < 0 ? -1 : (ssize_t)len;
}

static void a_file_that_the_kernel_sends_is_a_gap(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);

	hook_as(b, b->tls->progs.yg_ssl_file, b->tls->progs.yg_ssl_ret, fake_sendfile);
	do_write(ssl, RESPONSE);
	rig_reset(&b->rig);
	assert_int_equal(fake_sendfile(ssl, 0, 0, 5000, 0), 5000);
	check_no_record(b, ROW(skip_file));
	rig_reset(&b->rig);
	ssl->result = -1;
	(void)fake_sendfile(ssl, 0, 0, 700, 0);
	check_no_record(b, ROW(skip_empty));
	rig_reset(&b->rig);
	do_write(ssl, RESPONSE);
	assert_int_equal(check_record(b)->offset, strlen(RESPONSE) + 5000);
	assert_memory_equal(b->rig.records[0].data, RESPONSE, strlen(RESPONSE));
}

/* Last but one: it hooks more. */
static void of_nspr_only_layers_are_read(void **state)
{
	static const int32_t kinds[] = { 4, 2 };
	struct bench *b = *state;
	const size_t len = strlen(REQUEST);
	struct fake_pr fd = { .methods = &kinds[0], .lower = &fd };
	const struct fake_vector vectors[] = { { RESPONSE, (int)strlen(RESPONSE) }, { "{}", 2 } };

	hook_as(b, b->tls->progs.yg_pr_recv, b->tls->progs.yg_ssl_ret, fake_pr_recv);
	hook_as(b, b->tls->progs.yg_pr_writev, b->tls->progs.yg_ssl_ret, fake_pr_writev);
	rig_reset(&b->rig);
	(void)fake_pr_recv(&fd, REQUEST, (int)len, 2); /* a peek: it is read again */
	fd.lower = NULL;
	(void)fake_pr_recv(&fd, REQUEST, (int)len, 0);
	fd = (struct fake_pr){ .methods = &kinds[1], .lower = &fd };
	(void)fake_pr_recv(&fd, REQUEST, (int)len, 0);
	assert_int_equal(rig_counters(&b->rig).tls.rx, 0);
	fd.methods = &kinds[0];
	(void)fake_pr_recv(&fd, REQUEST, (int)len, 0);
	assert_memory_equal(check_record(b)->data, REQUEST, len);
	/* The first vector is read, the second is a gap before what comes next. */
	for (uint64_t i = 0; i < 2; i++) {
		rig_reset(&b->rig);
		(void)fake_pr_writev(&fd, vectors, 2);
		assert_int_equal(check_record(b)->payload_len, strlen(RESPONSE));
		assert_int_equal(b->rig.records[0].offset, i * (strlen(RESPONSE) + 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_used_inside_the_call_is_its_socket),
		cmocka_unit_test(a_write_uses_what_is_known),
		cmocka_unit_test(a_write_is_never_guessed),
		cmocka_unit_test(a_guess_is_corrected),
		cmocka_unit_test(two_sockets_inside_a_call_change_nothing),
		cmocka_unit_test(another_socket_is_believed_the_second_time),
		cmocka_unit_test(a_freed_object_is_told_and_forgotten),
		cmocka_unit_test(offsets_count_what_is_not_copied),
		cmocka_unit_test(the_outermost_call_counts),
		cmocka_unit_test(a_call_without_data_is_empty),
		cmocka_unit_test(plaintext_that_is_not_http_is_left_alone),
		cmocka_unit_test(bytes_that_cannot_be_read_are_lost),
		cmocka_unit_test(nothing_is_read_out_of_scope),
		cmocka_unit_test(a_forked_worker_has_its_own_objects),
		cmocka_unit_test(nothing_is_read_while_the_daemon_is_silent),
		cmocka_unit_test(flows_not_chosen_are_counted),
		cmocka_unit_test(requests_of_one_read_count_one_by_one),
		cmocka_unit_test(a_file_that_the_kernel_sends_is_a_gap),
		cmocka_unit_test(of_nspr_only_layers_are_read),
		cmocka_unit_test(a_return_without_an_entry_is_lost), /* last: it hooks more */
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/tls", tests, set_up, tear_down);
}
