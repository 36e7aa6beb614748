/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk.h"
#include "priv/link.h"
#include "serve/status.h"
#include "store/db.h"
#include "test.h"

static void shows_what_the_feed_says(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ROLE };

	(void)state;

	message.role.role = YG_SLICE("analyzer");
	message.role.pid = 17;
	message.role.state = YG_SLICE("running");
	desk_send_message(desk_rig.warden[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_COUNTER };
	message.counter.table = YG_SLICE("sample");
	message.counter.name = YG_SLICE("lost_ring");
	message.counter.value = 12345;
	desk_send_message(desk_rig.analyzer[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_ENDPOINT };
	message.endpoint.id = 0xab;
	message.endpoint.template = YG_SLICE("/v1/users/{id}");
	message.endpoint.last_seen = EPOCH;
	desk_send_message(desk_rig.analyzer[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_TALK };
	message.talk.id = 0xab;
	message.talk.sockets = 3;
	message.talk.client_bytes = 77;
	message.talk.last_seen = EPOCH;
	desk_send_message(desk_rig.analyzer[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_PARTY };
	message.party.host = YG_SLICE("partner.example");
	message.party.last_seen = EPOCH;
	desk_send_message(desk_rig.analyzer[1], &message);
	desk_send_finding(7, true);

	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	desk_assert_has("\"role\":\"analyzer\",\"pid\":17");
	desk_assert_has("\"sample\":{\"lost_ring\":12345}");
	desk_assert_has("\"endpoints\":1,\"callers\":0,\"findings\":1,\"findings_open\":1");
	assert_int_equal(desk_ask("GET", "/v1/endpoints", "", NULL), 200);
	desk_assert_has("{\"items\":[{\"type\":\"endpoint\",\"id\":\"00000000000000ab\"");
	desk_assert_has("\"websocket\":{\"sockets\":3,\"open\":3,");
	desk_assert_has("\"bytes\":77,");
	assert_int_equal(desk_ask("GET", "/v1/third-parties", "", NULL), 200);
	desk_assert_has("\"host\":\"partner.example\"");
	assert_int_equal(desk_ask("GET", "/v1/findings?severity=critical", "", NULL), 200);
	assert_string_equal(desk_rig.answer, "{\"items\":[],\"next_offset\":null}\n");
	assert_int_equal(desk_ask("GET", "/v1/findings/0000000000000007", "", NULL), 200);
	desk_assert_has("\"client\":\"10.9.8.7\"");
	assert_int_equal(desk_ask("GET", "/metrics", "", NULL), 200);
	desk_assert_has("# HELP yagura_sample_lost_ring_total ring buffer full\n");
	desk_assert_has("yagura_sample_lost_ring_total 12345\n");
	desk_assert_has("yagura_role_up{role=\"analyzer\"} 1\n");
}

static void shows_what_callers_were_given_and_what_leads_where(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_CALLER };

	(void)state;

	message.caller.caller = YG_SLICE("bearer:0123456789abcdef");
	message.caller.last_seen = EPOCH;
	desk_send_message(desk_rig.analyzer[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_TAKE };
	message.take.id = 5;
	message.take.caller = YG_SLICE("bearer:0123456789abcdef");
	message.take.class = YG_SLICE("email");
	message.take.distinct = 321;
	message.take.last_seen = EPOCH;
	desk_send_message(desk_rig.analyzer[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_RELATION };
	message.relation.into = 0xab;
	message.relation.kind = YG_SLICE("upstream");
	message.relation.requests = 9;
	message.relation.last_seen = EPOCH;
	desk_send_message(desk_rig.analyzer[1], &message);

	assert_int_equal(desk_ask("GET", "/v1/callers?sort=records", "", NULL), 200);
	desk_assert_has("\"data\":[{\"class\":\"email\"");
	desk_assert_has("\"distinct\":321");
	assert_int_equal(desk_ask("GET", "/v1/relations", "", NULL), 200);
	desk_assert_has("\"from\":null,\"into\":{\"id\":\"00000000000000ab\"");
	assert_int_equal(desk_ask("GET", "/v1/relations?kind=third-party", "", NULL), 200);
	assert_string_equal(desk_rig.answer, "{\"items\":[],\"next_offset\":null}\n");
	assert_int_equal(desk_ask("GET", "/v1/relations?by=nothing", "", NULL), 400);
}

static void forgets_rows_that_a_round_does_not_repeat(void **state)
{
	struct yg_feed_message eth = { .kind = YG_FEED_KIND_INTERFACE };
	struct yg_feed_message veth = eth, round = { .kind = YG_FEED_KIND_ROUND };

	(void)state;

	eth.interface.name = YG_SLICE("eth7");
	veth.interface.name = YG_SLICE("veth8");
	desk_send_message(desk_rig.warden[1], &eth);
	desk_send_message(desk_rig.warden[1], &veth);
	desk_send_message(desk_rig.warden[1], &round);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	desk_assert_has("eth7");
	desk_assert_has("veth8");
	desk_send_message(desk_rig.warden[1], &eth);
	desk_send_message(desk_rig.warden[1], &round);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	desk_assert_has("eth7");
	assert_null(strstr(desk_rig.answer, "veth8"));
}

/* An analyzer that was taken over cannot speak for the warden, nor break the reader. */
static void believes_each_sender_its_own_kinds_alone(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ROLE };

	(void)state;

	message.role.role = YG_SLICE("forged");
	desk_send_message(desk_rig.analyzer[1], &message);
	assert_int_equal(yg_link_send(desk_rig.analyzer[1], "\xff\xff\xff", 3), 0);
	desk_send_finding(9, true);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	assert_null(strstr(desk_rig.answer, "forged"));
	desk_assert_has("\"lost_sender\":1");
	desk_assert_has("\"lost_bad\":1");
	desk_assert_has("\"findings\":1");
}

static void send_counter(int fd, const char *table, const char *name, uint64_t value)
{
	struct yg_feed_message message = {
		.kind = YG_FEED_KIND_COUNTER,
		.counter = { yg_slice_from_str(table), yg_slice_from_str(name), value },
	};

	desk_send_message(fd, &message);
}

static void keeps_room_for_the_rows_of_the_warden(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_INTERFACE };
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < YG_STATUS_ROWS_MAX + 10; i++) {
		(void)snprintf(name, sizeof(name), "n%u", i);
		send_counter(desk_rig.analyzer[1], "junk", name, i);
		if (i % 50 == 0)
			desk_step();
	}
	message.interface.name = YG_SLICE("eth7");
	desk_send_message(desk_rig.warden[1], &message);
	send_counter(desk_rig.warden[1], "coverage", "evicted", 5);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	desk_assert_has("eth7");
	desk_assert_has("\"coverage\":{\"evicted\":5}");
	desk_assert_has("\"lost_row\":10");
}

/* Whose a counter is, its table says; and no name may be another's in /metrics. */
static void believes_each_sender_its_own_counters_alone(void **state)
{
	static const struct {
		const char *table, *name;
	} forged[] = {
		{ "coverage", "evicted" },
		{ "discover", "files" },
		{ "connections", "sweeps" },
		{ "desk", "packets" },
		{ "store", "damaged" },
		{ "role", "restarts" },
		{ "sample", "" },
		{ "sample", "lost_ring\n" },
		{ "sample", "lost-ring" },
		{ "Sample", "lost_ring" },
		{ "sample_lost", "ring" },
		{ "", "lost_ring" },
		{ "sample", "a_name_that_is_longer_than_any_of_ours" },
	};

	(void)state;
	send_counter(desk_rig.warden[1], "coverage", "evicted", 5);
	for (size_t i = 0; i < YG_ARRAY_SIZE(forged); i++)
		send_counter(desk_rig.analyzer[1], forged[i].table, forged[i].name, 666);
	send_counter(desk_rig.analyzer[1], "sample", "lost_ring", 7);
	send_counter(desk_rig.warden[1], "sample", "lost_ring", 666);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	assert_null(strstr(desk_rig.answer, "666"));
	desk_assert_has("\"coverage\":{\"evicted\":5}");
	desk_assert_has("\"sample\":{\"lost_ring\":7}");
	desk_assert_has("\"lost_sender\":14");
}

static const struct {
	const char *method, *path, *body;
	int want;
	const char *cause;
} wrong[] = {
	{ "GET", "/", "", 404, "no such place" },
	{ "GET", "/v1/endpoints/zz", "", 400, "not an id" },
	{ "GET", "/v1/risk?service=none", "", 404, "not found" },
	{ "GET", "/v1/endpoints/0123456789abcdef", "", 404, "not found" },
	{ "PUT", "/v1/status", "", 405, "no such method here" },
	{ "GET", "/v1/endpoints?limit=0", "", 400, "\"object\":\"limit\"" },
	{ "GET", "/v1/endpoints?limit=1001", "", 400, "\"object\":\"limit\"" },
	{ "GET", "/v1/endpoints?offset=-1", "", 400, "\"object\":\"offset\"" },
	{ "GET", "/v1/findings?severity=urgent", "", 400, "severity" },
	{ "GET", "/v1/findings?since=99999999999999999999", "", 400, "since" },
	{ "GET", "/v1/callers?sort=age", "", 400, "sort" },
	{ "GET", "/v1/endpoints?risk=101", "", 400, "risk" },
	{ "POST", "/v1/blocks", "{", 400, "not a JSON object" },
	{ "POST", "/v1/blocks", "[1]", 400, "not a JSON object" },
	{ "POST", "/v1/blocks", "{}", 400, "not an address" },
	{ "POST", "/v1/blocks", "{\"prefix\":\"10.0.0.1/8\"}", 400, "without host bits" },
	{ "POST", "/v1/blocks", "{\"prefix\":\"10.0.0.1\",\"seconds\":-5}", 400, "seconds" },
	{ "POST", "/v1/blocks", "{\"prefix\":\"10.0.0.1\",\"seconds\":2592001}", 400, "seconds" },
	{ "DELETE", "/v1/blocks/nonsense", "", 400, "not an address" },
	{ "POST", "/v1/findings/0000000000000001/approve", "", 404, "no such finding" },
	{ "POST", "/v1/findings/1/dismiss", "", 400, "not an id" },
	{ "POST", "/v1/query", "{}", 400, "sql" },
	{ "POST", "/v1/query", "{\"sql\":\"DROP TABLE endpoints\"}", 400, "not authorized" },
};

static void says_what_is_wrong(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(wrong); i++) {
		print_message("  %s %s %s\n", wrong[i].method, wrong[i].path, wrong[i].body);
		assert_int_equal(desk_ask(wrong[i].method, wrong[i].path, wrong[i].body, NULL),
				 wrong[i].want);
		desk_assert_has("{\"error\":{\"object\":");
		desk_assert_has(wrong[i].cause);
	}
}

static void serves_metrics_alone_on_tcp(void **state)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	(void)state;

	assert_int_equal(getsockname(desk_rig.metrics_fd, (struct sockaddr *)&addr, &len), 0);
	for (int i = 0; i < 2; i++) {
		YG_CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		assert_int_equal(connect(fd, (struct sockaddr *)&addr, len), 0);
		desk_send_text(fd, "GET", i ? "/v1/status" : "/metrics", "");
		assert_int_equal(desk_receive(fd, NULL), i ? 404 : 200);
	}
}

static void gives_an_analyzer_its_state_back(void **state)
{
	static uint8_t packet[YG_FEED_PACKET_MAX];
	struct yg_feed_message message = { .kind = YG_FEED_KIND_STATE };
	enum yg_feed_kind kinds[8];
	int count = 0;

	(void)state;

	message.state = (struct yg_feed_state){ 2, 5, 0, 1, YG_SLICE("learned") };
	desk_send_message(desk_rig.analyzer[1], &message);
	desk_settle();
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_HELLO };
	message.hello.role = YG_SLICE("analyzer");
	desk_send_message(desk_rig.analyzer[1], &message);
	desk_settle();
	for (ssize_t len; count < 8 && (len = yg_link_receive(desk_rig.analyzer[1], packet,
							      sizeof(packet))) > 0;) {
		struct yg_feed_reader reader = { packet, packet + len, false };

		assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_MESSAGE);
		kinds[count++] = message.kind;
		if (message.kind == YG_FEED_KIND_STATE)
			assert_true(yg_slice_equal(message.state.data, YG_SLICE("learned")));
	}
	assert_int_equal(count, 2);
	assert_int_equal(kinds[0], YG_FEED_KIND_STATE);
	assert_int_equal(kinds[1], YG_FEED_KIND_RESTORED);
	assert_int_equal(message.restored.messages, 1);
}

static void runs_until_it_is_told_to_stop(void **state)
{
	int stop[2];

	(void)state;

	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "x", 1), 1);
	assert_int_equal(yg_desk_run(desk_rig.desk, stop[0]), 0);
	yg_closep(&stop[0]);
	yg_closep(&stop[1]);
}

static void outlives_its_peers(void **state)
{
	(void)state;

	yg_closep(&desk_rig.warden[1]);
	yg_closep(&desk_rig.analyzer[1]);
	yg_closep(&desk_rig.enforcer[1]);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	assert_int_equal(desk_ask("GET", "/v1/blocks", "", NULL), 503);
}

static void says_when_a_database_was_damaged(void **state)
{
	int fd;

	(void)state;

	yg_desk_free(&desk_rig.desk);
	fd = openat(desk_rig.dir_fd, "yagura.db", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(write(fd, "this is no database", 19), 19);
	yg_closep(&fd);
	(void)unlinkat(desk_rig.dir_fd, "yagura.db-wal", 0);
	desk_start_desk();
	assert_non_null(strstr(desk_rig.notes, "store: a database was damaged"));
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
}

/* Every page but the first, which holds the schema and is read as the file is opened. */
static void damage_pages(const char *name)
{
	char junk[YG_DB_PAGE_BYTES];
	int fd = openat(desk_rig.dir_fd, name, O_RDWR | O_CLOEXEC);
	off_t len = lseek(fd, 0, SEEK_END);

	memset(junk, 0xa5, sizeof(junk));
	assert_true(len > (off_t)sizeof(junk));
	for (off_t at = sizeof(junk); at < len; at += (off_t)sizeof(junk))
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
	yg_closep(&fd);
}

/* Nothing comes from the feed, so nothing else would find out. */
static void recovers_from_damage_that_expiry_finds(void **state)
{
	(void)state;

	desk_send_finding(7, true);
	desk_settle();
	yg_desk_free(&desk_rig.desk);
	damage_pages("yagura.db");
	desk_start_desk();
	desk_rig.notes[0] = '\0';
	desk_rig.now_ns += 3600 * SECOND;
	desk_step();
	desk_rig.now_ns += SECOND;
	desk_step();
	assert_non_null(strstr(desk_rig.notes, "store: a database was damaged"));
	assert_int_equal(faccessat(desk_rig.dir_fd, "yagura.db.damaged", F_OK, 0), 0);
	desk_rig.notes[0] = '\0';
	for (int i = 0; i < 3; i++) {
		desk_rig.now_ns += 3600 * SECOND;
		desk_step();
	}
	assert_string_equal(desk_rig.notes, "");
	desk_send_finding(8, true);
	assert_int_equal(desk_ask("GET", "/v1/findings", "", NULL), 200);
	desk_assert_has("\"id\":\"0000000000000008\"");
	assert_null(strstr(desk_rig.answer, "\"id\":\"0000000000000007\""));
}

static void set_clock(int64_t step_ns)
{
	desk_rig.notes[0] = '\0';
	desk_rig.set_ns += step_ns;
	desk_rig.now_ns += SECOND;
	desk_step();
}

/* What is deleted for its age does not come back when the clock does. */
static void a_clock_that_is_set_forward_expires_nothing(void **state)
{
	(void)state;

	desk_send_finding(7, true);
	desk_settle();
	set_clock((int64_t)(30 * SECOND)); /* put right */
	assert_string_equal(desk_rig.notes, "");
	set_clock((int64_t)(400 * 86400 * SECOND));
	assert_non_null(strstr(desk_rig.notes, "clock: the time of day was set forward by "
					       "34560000 s"));
	desk_rig.now_ns += 3600 * SECOND;
	desk_step();
	assert_int_equal(desk_ask("GET", "/v1/findings/0000000000000007", "", NULL), 200);
	set_clock(-(int64_t)(400 * 86400 * SECOND));
	assert_non_null(strstr(desk_rig.notes, "set back by"));
	assert_int_equal(desk_ask("GET", "/v1/findings/0000000000000007", "", NULL), 200);
}

static void refuses_options_that_cannot_work(void **state)
{
	struct yg_desk_options options = { .listen_fd = -1, .metrics_fd = -1 };
	struct yg_desk *desk = NULL;

	(void)state;

	assert_int_equal(yg_desk_new(&options, &desk), -EINVAL);
	assert_null(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_what_the_feed_says),
		TEST(shows_what_callers_were_given_and_what_leads_where),
		TEST(forgets_rows_that_a_round_does_not_repeat),
		TEST(believes_each_sender_its_own_kinds_alone),
		TEST(keeps_room_for_the_rows_of_the_warden),
		TEST(believes_each_sender_its_own_counters_alone),
		TEST(says_what_is_wrong),
		TEST(serves_metrics_alone_on_tcp),
		TEST(gives_an_analyzer_its_state_back),
		TEST(runs_until_it_is_told_to_stop),
		TEST(outlives_its_peers),
		TEST(says_when_a_database_was_damaged),
		TEST(recovers_from_damage_that_expiry_finds),
		TEST(a_clock_that_is_set_forward_expires_nothing),
		TEST(refuses_options_that_cannot_work),
	};

	return cmocka_run_group_tests_name("serve/desk", tests, NULL, NULL);
}
