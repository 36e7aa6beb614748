/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/listener.h"

#include <errno.h>

#include "test.h"

static const struct yg_hash_key key = { 5, 6 }, identity_key = { 9, 10 };

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

#define CLIENT 0x20001u

/* Of one client, see server_of(). */
static struct yg_exchange exchange_of(uint32_t client, uint32_t number, uint16_t port, bool tls)
{
	return (struct yg_exchange){ .client = server_of(client, 40000),
				     .server = server_of(number, port),
				     .tls = tls };
}

static void ask(struct yg_listeners *listeners, uint32_t number, uint16_t port, bool tls,
		const char *service, uint32_t times)
{
	struct yg_exchange exchange = exchange_of(CLIENT, number, port, tls);

	for (uint32_t i = 0; i < times; i++)
		(void)yg_listeners_note(listeners, &exchange, yg_slice_from_str(service));
}

static bool is_sole(const struct yg_listeners *listeners, uint32_t number, uint16_t port, bool tls,
		    const char *service)
{
	struct yg_exchange exchange = exchange_of(CLIENT, number, port, tls);
	struct yg_slice sole = yg_listeners_sole(listeners, &exchange);

	return sole.ptr && yg_slice_equal(sole, yg_slice_from_str(service));
}

/* Clients from @first on ask the listener at port 80 once each. */
static void ask_from(struct yg_listeners *listeners, uint32_t first, uint32_t count,
		     const char *service)
{
	for (uint32_t i = 0; i < count; i++) {
		struct yg_exchange exchange = exchange_of(first + i, 1, 80, false);

		(void)yg_listeners_note(listeners, &exchange, yg_slice_from_str(service));
	}
}

static bool is_known_of(const struct yg_listeners *listeners, uint32_t client)
{
	struct yg_exchange exchange = exchange_of(client, 1, 80, false);

	return yg_listeners_sole(listeners, &exchange).len != 0;
}

static bool is_known_of_all(const struct yg_listeners *listeners)
{
	return yg_listeners_sole_of(listeners, YG_SLICE("10.0.0.1")).len != 0;
}

static void stands_for_its_only_host_when_that_was_asked_often(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
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

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	ask(listeners, 1, 80, false, "api.example", 3 * YG_LISTENER_SURE);
	assert_true(is_sole(listeners, 1, 80, false, "api.example"));
	ask(listeners, 1, 80, false, "admin.example", 1);
	ask(listeners, 1, 80, false, "api.example", 3 * YG_LISTENER_SURE);
	assert_false(is_sole(listeners, 1, 80, false, "api.example"));
}

/* However often it says so: who else asks there is not known to ask that. */
static void one_client_is_believed_about_itself_alone(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	ask(listeners, 1, 80, false, "made-up.example", 10 * YG_LISTENER_SURE);
	assert_true(is_known_of(listeners, CLIENT));
	assert_false(is_known_of(listeners, CLIENT + 1));
	assert_true(is_known_of_all(listeners)); /* it is all of them */
	ask_from(listeners, CLIENT + 1, 1, "");
	assert_false(is_known_of(listeners, CLIENT + 1));
	assert_false(is_known_of_all(listeners));
	assert_true(is_known_of(listeners, CLIENT));
	ask_from(listeners, CLIENT + 1, 1, "made-up.example");
	assert_true(is_known_of(listeners, CLIENT + 1));
	assert_true(is_known_of_all(listeners));
}

static void many_clients_are_believed_about_few_others(void **state)
{
	static const struct {
		uint32_t named, unnamed;
		bool is_known;
	} rows[] = {
		{ 7, 0, false }, { 8, 0, true },    { 8, 2, true },   { 8, 3, false },
		{ 9, 3, true },	 { 40, 40, false }, { 400, 4, true }, { 4, 400, false },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

		print_message("%u name it, %u name none\n", rows[i].named, rows[i].unnamed);
		assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
		ask_from(listeners, CLIENT + 1000, rows[i].unnamed, "");
		for (uint32_t asked = 0; asked < YG_LISTENER_SURE; asked += rows[i].named)
			ask_from(listeners, CLIENT, rows[i].named, "api.example");
		assert_int_equal(is_known_of(listeners, CLIENT + 2000), rows[i].is_known);
		assert_int_equal(is_known_of_all(listeners),
				 rows[i].is_known || rows[i].unnamed == 0);
	}
}

static void who_is_behind_a_proxy_is_the_client(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;
	struct yg_exchange exchange = exchange_of(CLIENT, 1, 80, false);

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	exchange.proxied = server_of(CLIENT + 1, 50000);
	for (uint32_t i = 0; i < YG_LISTENER_SURE; i++)
		(void)yg_listeners_note(listeners, &exchange, YG_SLICE("api.example"));
	assert_true(is_known_of(listeners, CLIENT + 1));
	assert_false(is_known_of(listeners, CLIENT));
}

/* As the names of services by address: those of both are one name. */
static void the_usual_ports_of_an_address_are_one(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	ask(listeners, 1, 443, true, "api.example", YG_LISTENER_SURE);
	assert_true(is_sole(listeners, 1, 80, false, "api.example"));
	assert_false(is_sole(listeners, 1, 443, false, "api.example"));
	ask(listeners, 1, 80, false, "old.example", 1);
	assert_false(is_sole(listeners, 1, 443, true, "api.example"));
}

static void a_server_that_is_not_known_is_no_listener(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;
	const struct yg_exchange unknown = { .server = { .port = 443 }, .tls = true };

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	for (uint32_t i = 0; i < YG_LISTENER_SURE; i++)
		(void)yg_listeners_note(listeners, &unknown, YG_SLICE("api.example"));
	assert_int_equal(yg_listeners_count(listeners), 0);
	assert_null(yg_listeners_sole(listeners, &unknown).ptr);
}

/* Those asked now and then stay; who made room is named. */
static void a_full_table_gives_up_the_least_recently_used(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;
	uint64_t evicted = 0;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	ask(listeners, 1, 8443, true, "api.example", YG_LISTENER_SURE);
	for (uint32_t i = 2; i < 2 * YG_LISTENERS_MAX; i++) {
		struct yg_exchange exchange = exchange_of(CLIENT, i, 8443, true);
		uint64_t id = yg_listeners_note(listeners, &exchange, YG_SLICE("b.example"));

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

	assert_int_equal(yg_listeners_new(&key, &identity_key, &one), 0);
	assert_int_equal(yg_listeners_new(&(struct yg_hash_key){ 7, 8 }, &identity_key, &two), 0);
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
	ask(one, 4, 8443, true, "", 1); /* who names none is kept, too */
	assert_int_equal(copy(one, true, two), 1);
}

/* Rows that were saved before clients were told apart. */
static void who_asked_is_learned_anew_where_it_was_not_kept(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL;
	struct yg_peer server = server_of(1, 80);
	uint8_t bytes[1024];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	yg_put_varint(&writer, 1);
	yg_put_bytes(&writer, &server.addr, sizeof(server.addr));
	yg_put_varint(&writer, 0);
	yg_put_varint(&writer, YG_LISTENER_SURE);
	yg_put_varint(&writer, 0);
	yg_put_text(&writer, YG_SLICE("api.example"));
	assert_int_equal(yg_listeners_unpack(
				 listeners, &(struct yg_reader){ .ptr = bytes, .len = writer.len }),
			 0);
	assert_false(is_known_of(listeners, CLIENT));
	assert_false(is_known_of_all(listeners));
	ask_from(listeners, CLIENT, 1, "api.example");
	assert_true(is_known_of(listeners, CLIENT));
}

static void a_damaged_row_is_refused(void **state)
{
	LISTENERS_CLEANUP struct yg_listeners *listeners = NULL, *into = NULL;
	uint8_t bytes[1024];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	uint64_t id;

	(void)state;

	assert_int_equal(yg_listeners_new(&key, &identity_key, &listeners), 0);
	assert_int_equal(yg_listeners_new(&key, &identity_key, &into), 0);
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
		cmocka_unit_test(one_client_is_believed_about_itself_alone),
		cmocka_unit_test(many_clients_are_believed_about_few_others),
		cmocka_unit_test(who_is_behind_a_proxy_is_the_client),
		cmocka_unit_test(the_usual_ports_of_an_address_are_one),
		cmocka_unit_test(a_server_that_is_not_known_is_no_listener),
		cmocka_unit_test(a_full_table_gives_up_the_least_recently_used),
		cmocka_unit_test(survives_a_restart),
		cmocka_unit_test(who_asked_is_learned_anew_where_it_was_not_kept),
		cmocka_unit_test(a_damaged_row_is_refused),
	};

	return cmocka_run_group_tests_name("endpoint/listener", tests, NULL, NULL);
}
