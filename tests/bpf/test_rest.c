/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs of TLS when their probes come and go: nothing is glued over the time between. */
#include <poll.h>
#include <pthread.h>

#include "tls_rig.h"

#define CALL_WAIT_MS 10000

/* What the warden says of the probes. */
static void set_probes(struct bench *b, uint32_t epoch, uint32_t resting, uint32_t awake)
{
	struct yg_control knobs = { .heartbeat_ns = rig_now_ns(),
				    .heartbeat_limit_ns = 600 * SECOND_NS,
				    .epoch = epoch,
				    .resting = resting,
				    .awake = awake };
	uint32_t zero = 0;

	assert_int_equal(bpf_map_update_elem(b->rig.control_fd, &zero, &knobs, BPF_ANY), 0);
}

static void what_rests_takes_nothing(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);

	rig_reset(&b->rig);
	set_probes(b, 1, 1, 0);
	feed(b, 0);
	do_read(ssl, REQUEST);
	check_no_record(b, ROW(skip_rest));
	assert_int_equal(rig_counters(&b->rig).tls.request, 0);
}

/* What the object was before ends; what it is now begins in the middle, and is bound anew. */
static void after_a_rest_a_connection_is_joined_anew(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	const struct yg_segment *seg = b->rig.records;
	uint32_t generation;

	rig_reset(&b->rig);
	set_probes(b, 1, 0, 0);
	feed(b, 0);
	do_read(ssl, REQUEST);
	generation = check_record(b)->generation;
	assert_int_equal(seg[0].offset, 0);
	rig_reset(&b->rig);
	set_probes(b, 2, 0, 0);
	ssl->fds[0] = -1;
	do_write(ssl, RESPONSE);
	assert_int_equal(rig_read(&b->rig), 2);
	assert_int_equal(seg[0].source, YG_SOURCE_TLS_REST);
	assert_int_equal(seg[0].generation, generation);
	assert_int_equal(seg[1].source, YG_SOURCE_TLS_WRITE);
	assert_int_equal(seg[1].generation, generation + 1);
	assert_int_equal(seg[1].offset, 1);
	assert_int_equal(seg[1].bind, YG_BIND_UNKNOWN);
	/* Nothing rested since: it goes on. */
	rig_reset(&b->rig);
	set_probes(b, 2, 0, 0);
	ssl->fds[0] = b->server[1];
	feed(b, 1);
	do_read(ssl, REQUEST);
	assert_int_equal(check_record(b)->generation, generation + 1);
	check_socket(b, &seg[0], 1);
}

/* An object first seen after a rest may have begun in it; one that is made anew has not. */
static void after_a_rest_nobody_knows_where_an_object_began(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);

	rig_reset(&b->rig);
	set_probes(b, 5, 0, 0);
	feed(b, 0);
	do_read(ssl, REQUEST);
	assert_int_equal(check_record(b)->offset, 1);
	(void)fake_free(ssl);
	rig_reset(&b->rig);
	set_probes(b, 5, 0, 0);
	feed(b, 0);
	do_read(ssl, REQUEST);
	assert_int_equal(check_record(b)->offset, 0);
}

static void *read_blocked(void *arg)
{
	do_read(arg, REQUEST);
	return NULL;
}

/*
 * Is a thread in a call with this object? Its row begins with it, and has the kind of call behind
 * four more words. Ids are the kernel's, not those of our namespace.
 */
static bool is_in_call(const struct bench *b, const struct fake_ssl *ssl)
{
	int fd = bpf_map__fd(b->tls->maps.yg_threads);
	uint64_t *last = NULL, key, row[128];

	assert_true(bpf_map__value_size(b->tls->maps.yg_threads) <= sizeof(row));
	while (bpf_map_get_next_key(fd, last, &key) == 0) {
		if (bpf_map_lookup_elem(fd, &key, row) == 0 && row[0] == (uintptr_t)ssl &&
		    (uint32_t)row[5])
			return true;
		last = &key;
	}
	return false;
}

/* Entry before the rest, return after it: that it is the same call is not known in general. */
static void a_call_from_before_a_rest_is_not_taken(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	pthread_t thread;

	rig_reset(&b->rig);
	set_probes(b, 1, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, read_blocked, ssl), 0);
	for (int ms = 0; ms < CALL_WAIT_MS && !is_in_call(b, ssl); ms++)
		(void)poll(NULL, 0, 1);
	assert_true(is_in_call(b, ssl));
	set_probes(b, 2, 0, 0);
	feed(b, 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	check_no_record(b, ROW(skip_rest));
}

/* HEADERS with all of its fields, of @stream. */
static void move_headers(struct bench *b, struct fake_ssl *ssl, uint8_t stream, bool is_read)
{
	const char frame[] = { 0, 0, 1, 1, 5, 0, 0, 0, (char)stream, (char)0x82 };
	static char buf[64];

	rig_reset(&b->rig);
	set_probes(b, 7, 0, 0);
	ssl->text = frame;
	ssl->result = sizeof(frame);
	if (is_read)
		(void)fake_read(ssl, buf, sizeof(buf));
	else
		(void)fake_write(ssl, frame, sizeof(frame));
}

/*
 * HTTP/2 goes on for hours; it is counted though its preface is long gone. 11 comes twice: the
 * second are trailers; 13 is of a client: what it wrote is answered.
 */
static void requests_of_http2_are_counted_after_a_rest(void **state)
{
	static const struct {
		uint8_t stream;
		bool is_read, counts;
	} steps[] = { { 9, true, true },   { 9, false, false },	 { 11, true, true },
		      { 11, true, false }, { 13, false, false }, { 13, true, false },
		      { 15, true, true } };
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(-1);

	for (size_t i = 0; i < YG_ARRAY_SIZE(steps); i++) {
		move_headers(b, ssl, steps[i].stream, steps[i].is_read);
		assert_int_equal(rig_counters(&b->rig).tls.request, steps[i].counts);
	}
}

static void what_is_read_at_times_weighs_more(void **state)
{
	struct bench *b = *state;
	struct fake_ssl *ssl = fresh(b->server[0]);
	const struct yg_segment *seg;

	rig_reset(&b->rig);
	set_probes(b, 1, 0, 1u << 30);
	feed(b, 0);
	do_read(ssl, REQUEST);
	seg = check_record(b);
	assert_int_equal(seg->sampled, 1u << 30);
	assert_int_equal(seg->chosen, YG_CHOSEN_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_rests_takes_nothing),
		cmocka_unit_test(after_a_rest_a_connection_is_joined_anew),
		cmocka_unit_test(after_a_rest_nobody_knows_where_an_object_began),
		cmocka_unit_test(a_call_from_before_a_rest_is_not_taken),
		cmocka_unit_test(requests_of_http2_are_counted_after_a_rest),
		cmocka_unit_test(what_is_read_at_times_weighs_more),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/rest", tests, set_up, tear_down);
}
