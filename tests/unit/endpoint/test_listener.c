/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/listener.h"

#include <errno.h>

#include "test.h"

static const struct yg_hash_key key = { 5, 6 };

static void free_listeners(struct yg_listeners **listeners)
{
	yg_listeners_free(listeners);
}

#define LISTENERS_CLEANUP __attribute__((cleanup(free_listeners)))

static struct yg_peer server_of(uint32_t number, uint16_t port)
{
	struct yg_peer server = { .port = port };

	server.addr = (struct yg_address){ { [10] = 0xff,
					     0xff,
					     10,
					     (uint8_t)(number >> 16),
					     (uint8_t)(number >> 8),
					     (uint8_t)number } };
	return server;
}

static void ask(struct yg_listeners *listeners, uint32_t number, uint16_t port, bool tls,
		const char *service, uint32_t times)
{
	struct yg_peer server = server_of(number, port);

	for (uint32_t i = 0; i < times; i++)
		(void)yg_listeners_note(listeners, &server, tls, yg_slice_from_str(service));
}

static bool is_sole(const struct yg_listeners *listeners, uint32_t number, uint16_t port, bool tls,
		    const char *service)
{
	struct yg_peer server = server_of(number, port);
	struct yg_slice sole = yg_listeners_sole(listeners, &server, tls);

	return sole.ptr && yg_slice_equal(sole, yg_slice_from_str(service));
}

static void stands_for_its_only_host_when_that_was_asked_often(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &listeners), 0);
	ask(listeners, 1, 8443, true, "api.example", YG_LISTENER_SURE - 1);
	assert_false(is_sole(listeners, 1, 8443, true, "api.example"));
	ask(listeners, 1, 8443, true, "api.example", 1);
	assert_true(is_sole(listeners, 1, 8443, true, "api.example"));
	assert_false(is_sole(listeners, 1, 8444, true, "api.example"));
	assert_false(is_sole(listeners, 2, 8443, true, "api.example"));
	assert_true(yg_slice_equal(yg_listeners_sole_of(listeners, YG_SLICE("10.0.0.1:8443")),
				   YG_SLICE("api.example")));
	assert_null(yg_listeners_sole_of(listeners, YG_SLICE("10.0.0.1")).ptr);
	assert_null(yg_listeners_sole_of(listeners, YG_SLICE("api.example")).ptr);
}

static void one_request_for_another_host_ends_it_for_good(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &listeners), 0);
	ask(listeners, 1, 80, false, "api.example", 3 * YG_LISTENER_SURE);
	assert_true(is_sole(listeners, 1, 80, false, "api.example"));
	ask(listeners, 1, 80, false, "admin.example", 1);
	ask(listeners, 1, 80, false, "api.example", 3 * YG_LISTENER_SURE);
	assert_false(is_sole(listeners, 1, 80, false, "api.example"));
}

/* As the names of services by address: those of both are one name. */
static void the_usual_ports_of_an_address_are_one(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &listeners), 0);
	ask(listeners, 1, 443, true, "api.example", YG_LISTENER_SURE);
	assert_true(is_sole(listeners, 1, 80, false, "api.example"));
	assert_false(is_sole(listeners, 1, 443, false, "api.example"));
	ask(listeners, 1, 80, false, "old.example", 1);
	assert_false(is_sole(listeners, 1, 443, true, "api.example"));
}

static void a_server_that_is_not_known_is_no_listener(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;
	const struct yg_peer unknown = { .port = 443 };

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &listeners), 0);
	for (uint32_t i = 0; i < YG_LISTENER_SURE; i++)
		(void)yg_listeners_note(listeners, &unknown, true, YG_SLICE("api.example"));
	assert_int_equal(yg_listeners_count(listeners), 0);
	assert_null(yg_listeners_sole(listeners, &unknown, true).ptr);
}

/* Those asked now and then stay; who made room is named. */
static void a_full_table_gives_up_the_least_recently_used(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;
	uint64_t evicted = 0;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &listeners), 0);
	ask(listeners, 1, 8443, true, "api.example", YG_LISTENER_SURE);
	for (uint32_t i = 2; i < 2 * YG_LISTENERS_MAX; i++) {
		struct yg_peer server = server_of(i, 8443);
		uint64_t id = yg_listeners_note(listeners, &server, true, YG_SLICE("b.example"));

		assert_int_equal(id != 0, i > YG_LISTENERS_MAX);
		assert_true(!id || id != evicted);
		evicted = id;
		if (i % 100 == 0)
			ask(listeners, 1, 8443, true, "api.example", 1);
	}
	assert_int_equal(yg_listeners_count(listeners), YG_LISTENERS_MAX);
	assert_true(yg_listeners_evicted(listeners) > 0);
	assert_true(is_sole(listeners, 1, 8443, true, "api.example"));
}

static uint32_t copy(struct yg_listeners *from, bool changed_only, struct yg_listeners *into)
{
	uint32_t count = 0;

	for (uint32_t i = yg_listeners_first(from); i; i = yg_listeners_next(from, i)) {
		uint8_t bytes[1024];
		struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
		uint64_t id = 0;

		if (!yg_listeners_pack(from, i, changed_only, &writer, &id))
			continue;
		assert_false(writer.overflow);
		assert_true(id != 0);
		assert_int_equal(
			yg_listeners_unpack(into,
					    &(struct yg_reader){ .ptr = bytes, .len = writer.len }),
			0);
		count++;
	}
	return count;
}

static void survives_a_restart(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *one = NULL, *two = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &one), 0);
	assert_int_equal(yg_listeners_new(&(struct yg_hash_key){ 7, 8 }, &two), 0);
	ask(one, 1, 8443, true, "api.example", YG_LISTENER_SURE);
	ask(one, 2, 8443, true, "api.example", 2 * YG_LISTENER_SURE);
	ask(one, 2, 8443, true, "b.example", 1);
	ask(one, 3, 8443, true, "api.example", 7);
	assert_int_equal(copy(one, false, two), 3);
	assert_int_equal(copy(one, true, two), 0);
	assert_true(is_sole(two, 1, 8443, true, "api.example"));
	ask(two, 2, 8443, true, "api.example", YG_LISTENER_SURE);
	assert_false(is_sole(two, 2, 8443, true, "api.example"));
	ask(two, 3, 8443, true, "api.example", YG_LISTENER_SURE - 8);
	assert_false(is_sole(two, 3, 8443, true, "api.example"));
	ask(two, 3, 8443, true, "api.example", 1);
	assert_true(is_sole(two, 3, 8443, true, "api.example"));
	ask(one, 1, 8443, true, "api.example", 50); /* nothing that matters */
	assert_int_equal(copy(one, true, two), 0);
	ask(one, 3, 8443, true, "b.example", 1);
	assert_int_equal(copy(one, true, two), 1);
}

static void a_damaged_row_is_refused(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL, *into = NULL;
	uint8_t bytes[1024];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	uint64_t id;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &listeners), 0);
	assert_int_equal(yg_listeners_new(&key, &into), 0);
	ask(listeners, 1, 8443, true, "api.example", YG_LISTENER_SURE);
	assert_true(
		yg_listeners_pack(listeners, yg_listeners_first(listeners), false, &writer, &id));
	for (size_t len = 0; len < writer.len; len++)
		assert_int_equal(
			yg_listeners_unpack(into, &(struct yg_reader){ .ptr = bytes, .len = len }),
			-EINVAL);
	bytes[0]++;
	assert_int_equal(
		yg_listeners_unpack(into, &(struct yg_reader){ .ptr = bytes, .len = writer.len }),
		-EINVAL);
	assert_int_equal(yg_listeners_count(into), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stands_for_its_only_host_when_that_was_asked_often),
		cmocka_unit_test(one_request_for_another_host_ends_it_for_good),
		cmocka_unit_test(the_usual_ports_of_an_address_are_one),
		cmocka_unit_test(a_server_that_is_not_known_is_no_listener),
		cmocka_unit_test(a_full_table_gives_up_the_least_recently_used),
		cmocka_unit_test(survives_a_restart),
		cmocka_unit_test(a_damaged_row_is_refused),
	};

	return cmocka_run_group_tests_name("endpoint/listener", tests, NULL, NULL);
}
