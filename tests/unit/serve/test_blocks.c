/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks, from the operator to the enforcer and back. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk.h"
#include "priv/link.h"
#include "priv/request.h"
#include "test.h"

static enum yg_result next_result;
static struct yg_request last_request;
static bool silent;
static uint32_t blocked_count; /* rows of the list */

/* The enforcer: does as next_result says. */
static void play_enforcer(void)
{
	struct yg_reply reply;
	ssize_t len;

	while ((len = yg_link_receive(desk_rig.enforcer[1], &last_request, sizeof(last_request))) >
	       0) {
		assert_int_equal(len, sizeof(last_request));
		if (silent)
			continue;
		reply = (struct yg_reply){ .kind = last_request.kind,
					   .cookie = last_request.cookie,
					   .result = next_result,
					   .prefix = last_request.prefix };
		reply.block.placed_ns = desk_rig.now_ns;
		reply.block.expires_ns = desk_rig.now_ns + last_request.ttl_ns;
		reply.block.reason = last_request.reason;
		reply.block.finding = last_request.finding;
		for (uint32_t i = 0; last_request.kind == YG_REQUEST_LIST && i < blocked_count;
		     i++) {
			reply.result = YG_RESULT_OK;
			reply.block.expires_ns = desk_rig.now_ns + 60 * SECOND;
			reply.block.reason = YG_REASON_OPERATOR;
			reply.block.drops = 42;
			assert_int_equal(yg_prefix_from_text(YG_SLICE("10.1.2.3"), &reply.prefix),
					 0);
			assert_int_equal(yg_link_send(desk_rig.enforcer[1], &reply, sizeof(reply)),
					 0);
		}
		if (last_request.kind == YG_REQUEST_LIST)
			reply.result = YG_RESULT_END;
		assert_int_equal(yg_link_send(desk_rig.enforcer[1], &reply, sizeof(reply)), 0);
	}
}

static void blocks_and_unblocks_through_the_enforcer(void **state)
{
	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 1;
	assert_int_equal(desk_ask("POST", "/v1/blocks",
				  "{\"prefix\":\"10.1.2.3\",\"seconds\":60,\"reason\":\"scraper\"}",
				  play_enforcer),
			 200);
	assert_int_equal(last_request.kind, YG_REQUEST_BLOCK);
	assert_int_equal(last_request.reason, YG_REASON_OPERATOR);
	assert_int_equal(last_request.ttl_ns, 60 * SECOND);
	desk_assert_has("\"type\":\"block\",\"prefix\":\"10.1.2.3\"");
	desk_assert_has("\"reason\":\"scraper\",\"who\":\"root\"");

	assert_int_equal(desk_ask("GET", "/v1/blocks", "", play_enforcer), 200);
	desk_assert_has("\"drops\":42");
	desk_assert_has("\"reason\":\"scraper\"");

	assert_int_equal(desk_ask("DELETE", "/v1/blocks/10.1.2.3", "", play_enforcer), 200);
	assert_int_equal(last_request.kind, YG_REQUEST_UNBLOCK);
	assert_int_equal(desk_ask("DELETE", "/v1/blocks/10.0.0.0%2F16", "", play_enforcer), 200);
	assert_int_equal(last_request.prefix.len, 112);
	assert_int_equal(desk_ask("POST", "/v1/query",
				  "{\"sql\":\"SELECT action, object, result FROM"
				  " audit ORDER BY time LIMIT 1\"}",
				  NULL),
			 200);
	desk_assert_has(
		"{\"type\":\"row\",\"action\":\"block\",\"object\":\"10.1.2.3\",\"result\":\"ok\"}");
}

static void hands_refusals_on(void **state)
{
	static const struct {
		enum yg_result result;
		int want;
		const char *cause;
	} cases[] = {
		{ YG_RESULT_PROTECTED, 409, "protected" },
		{ YG_RESULT_OBSERVE, 409, "mode observe" },
		{ YG_RESULT_TOO_WIDE, 409, "too wide" },
		{ YG_RESULT_RATE, 429, "within a minute" },
		{ YG_RESULT_FULL, 507, "full" },
		{ YG_RESULT_UNREADY, 503, "try again" },
		{ YG_RESULT_FAILED, 502, "kernel" },
		{ YG_RESULT_MAX, 504, "not known" },
	};

	(void)state;

	silent = false;
	blocked_count = 0;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		next_result = cases[i].result;
		assert_int_equal(
			desk_ask("POST", "/v1/blocks", "{\"prefix\":\"10.1.2.3\"}", play_enforcer),
			cases[i].want);
		desk_assert_has(cases[i].cause);
	}
}

/* @count callers of the last minute, behind 10.1.2.0/24 or elsewhere. */
static void send_callers(uint32_t count, bool near)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_CALLER };
	char caller[32], client[32];

	for (uint32_t i = 0; i < count; i++) {
		(void)snprintf(caller, sizeof(caller), "bearer:%u-%016x", near, i);
		(void)snprintf(client, sizeof(client), "10.1.%u.%u", near ? 2 : 3, i + 1);
		message.caller.caller = yg_slice_from_str(caller);
		message.caller.last_seen = EPOCH + desk_rig.now_ns;
		assert_int_equal(
			yg_address_from_text(yg_slice_from_str(client), &message.caller.client), 0);
		desk_send_message(desk_rig.analyzer[1], &message);
	}
}

static void tells_the_enforcer_who_would_be_cut(void **state)
{
	static const char block[] = "{\"prefix\":\"10.1.2.0/24\",\"seconds\":60}";
	static const char forced[] = "{\"prefix\":\"10.1.2.0/24\",\"force\":1}";

	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	send_callers(7, true);
	send_callers(4, false);
	desk_settle();
	assert_int_equal(desk_ask("POST", "/v1/blocks", block, play_enforcer), 200);
	assert_int_equal(last_request.callers_cut, 7);
	assert_int_equal(last_request.callers_recent, 11);
	assert_int_equal(desk_ask("POST", "/v1/blocks", forced, play_enforcer), 200);
	assert_int_equal(last_request.callers_cut, 0);

	desk_rig.now_ns += 601 * SECOND;
	assert_int_equal(desk_ask("POST", "/v1/blocks", block, play_enforcer), 200);
	assert_int_equal(last_request.callers_recent, 0);

	desk_send_finding(1, true);
	desk_settle();
	assert_int_equal(desk_ask("POST", "/v1/findings/0000000000000001/approve", "nonsense",
				  play_enforcer),
			 400);
}

static void answers_though_the_enforcer_does_not(void **state)
{
	(void)state;

	silent = true;
	assert_int_equal(desk_ask("POST", "/v1/blocks", "{\"prefix\":\"10.1.2.3\"}", play_enforcer),
			 504);
	desk_assert_has("the enforcer does not answer");
	assert_int_equal(desk_ask("GET", "/v1/blocks", "", play_enforcer), 504);
	silent = false;
}

static void approves_what_can_be_blocked_and_dismisses_the_rest(void **state)
{
	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 0;
	desk_send_finding(1, true);
	desk_send_finding(2, false);
	desk_settle();
	assert_int_equal(
		desk_ask("POST", "/v1/findings/0000000000000001/approve", "", play_enforcer), 200);
	assert_int_equal(last_request.reason, YG_REASON_APPROVED);
	assert_int_equal(last_request.finding, 1);
	assert_int_equal(last_request.prefix.len, 128);
	assert_int_equal(desk_ask("GET", "/v1/findings/0000000000000001", "", NULL), 200);
	desk_assert_has("\"status\":\"approved\",\"decided_by\":\"root\"");
	assert_int_equal(
		desk_ask("POST", "/v1/findings/0000000000000002/approve", "", play_enforcer), 409);
	desk_assert_has("not certain");
	assert_int_equal(desk_ask("POST", "/v1/findings/0000000000000002/dismiss", "", NULL), 200);
	desk_assert_has("\"status\":\"dismissed\"");
}

/* Runs one request as @uid with the supplementary @group; the parent serves it. */
static int ask_as(uid_t uid, gid_t group, const char *method, const char *path)
{
	int results[2], status;
	pid_t child;

	assert_int_equal(pipe(results), 0);
	child = fork(); /* its request is answered or its connection closed: it ends */
	assert_true(child >= 0);
	if (child == 0) {
		int fd, got = 0;
		char text[64] = "";

		if (setgroups(group ? 1 : 0, &group) || setgid(65534) || setuid(uid))
			_exit(1);
		fd = desk_connect_unix();
		desk_send_text(fd, method, path, "{\"prefix\":\"10.1.2.3\"}");
		if (recv(fd, text, sizeof(text) - 1, 0) > 0)
			(void)sscanf(text, "HTTP/1.1 %d", &got);
		_exit(write(results[1], &got, sizeof(got)) != sizeof(got));
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		desk_wait();
		play_enforcer();
	}
	assert_int_equal(status, 0);
	assert_int_equal(read(results[0], &status, sizeof(status)), sizeof(status));
	yg_closep(&results[0]);
	yg_closep(&results[1]);
	return status;
}

static void lets_root_and_the_group_write_and_others_read(void **state)
{
	(void)state;

	if (getuid() != 0)
		SKIP("not root");
	silent = false;
	next_result = YG_RESULT_OK;
	assert_int_equal(ask_as(65534, 0, "GET", "/v1/status"), 200);
	assert_int_equal(ask_as(65534, 0, "POST", "/v1/blocks"), 403);
	assert_int_equal(ask_as(65534, 0, "DELETE", "/v1/blocks/10.1.2.3"), 403);
	assert_int_equal(ask_as(65534, 0, "POST", "/v1/findings/0000000000000001/dismiss"), 403);
	assert_int_equal(ask_as(65534, GROUP, "POST", "/v1/blocks"), 200);
	assert_int_equal(desk_ask("GET", "/v1/status", "", NULL), 200);
	desk_assert_has("\"denied\":3");
}

/* A block of ten minutes, a minute ago; the kernel lists nothing. */
static void place_and_lose(void)
{
	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 0;
	assert_int_equal(desk_ask("POST", "/v1/blocks",
				  "{\"prefix\":\"10.1.2.3\",\"seconds\":600,\"reason\":\"x\"}",
				  play_enforcer),
			 200);
	desk_rig.now_ns += 61 * SECOND;
}

static void play_until(uint32_t kind)
{
	last_request = (struct yg_request){ 0 };
	for (int i = 0; i < 200 && last_request.kind != kind; i++) {
		desk_step();
		play_enforcer();
	}
	assert_int_equal(last_request.kind, kind);
}

static void asks_again_for_blocks_that_the_kernel_lost(void **state)
{
	(void)state;

	place_and_lose();
	play_until(YG_REQUEST_BLOCK); /* for what is left of the time */
	assert_true(last_request.ttl_ns < 540 * SECOND && last_request.ttl_ns > 530 * SECOND);
}

/* After a reboot the enforcer may need longer than the desk: nobody waits a minute for a block. */
static void asks_again_soon_of_an_enforcer_that_only_begins(void **state)
{
	(void)state;

	place_and_lose();
	silent = true;
	play_until(YG_REQUEST_LIST);
	desk_rig.now_ns += 3 * SECOND; /* no answer */
	desk_settle();
	silent = false;
	next_result = YG_RESULT_UNREADY;
	desk_rig.now_ns += 6 * SECOND;
	play_until(YG_REQUEST_BLOCK);
	desk_settle();
	next_result = YG_RESULT_OK;
	desk_rig.now_ns += 6 * SECOND;
	play_until(YG_REQUEST_BLOCK);
}

#define LOST_COUNT 300u /* more than wait for the enforcer at once */

static bool is_back[LOST_COUNT];

/* A list is longer than what the link holds. */
static void send_row(const struct yg_reply *reply)
{
	while (yg_link_send(desk_rig.enforcer[1], reply, sizeof(*reply)) == -EAGAIN)
		desk_step();
}

/* The enforcer after a reboot: it has what was asked for since. */
static void play_rebooted(void)
{
	struct yg_request request;

	while (yg_link_receive(desk_rig.enforcer[1], &request, sizeof(request)) > 0) {
		struct yg_reply reply = { .kind = request.kind, .cookie = request.cookie };
		uint8_t *bytes = reply.prefix.addr.bytes;

		reply.prefix = request.prefix;
		if (request.kind == YG_REQUEST_BLOCK)
			is_back[bytes[14] * 256u + bytes[15]] = true;
		for (uint32_t i = 0; request.kind == YG_REQUEST_LIST && i < LOST_COUNT; i++) {
			reply.result = YG_RESULT_OK;
			assert_int_equal(yg_prefix_from_text(YG_SLICE("10.1.0.0"), &reply.prefix),
					 0);
			bytes[14] = (uint8_t)(i >> 8);
			bytes[15] = (uint8_t)i;
			if (is_back[i])
				send_row(&reply);
		}
		reply.result = request.kind == YG_REQUEST_LIST ? YG_RESULT_END : YG_RESULT_OK;
		send_row(&reply);
	}
}

static void brings_back_every_block_in_rounds(void **state)
{
	uint32_t count = 0;

	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 0;
	for (uint32_t i = 0; i < LOST_COUNT; i++) {
		char body[64];

		(void)snprintf(body, sizeof(body), "{\"prefix\":\"10.1.%u.%u\",\"seconds\":6000}",
			       i / 256, i % 256);
		assert_int_equal(desk_ask("POST", "/v1/blocks", body, play_enforcer), 200);
	}
	memset(is_back, 0, sizeof(is_back));
	desk_rig.now_ns += 61 * SECOND;
	for (int i = 0; i < 200; i++) {
		desk_rig.now_ns += SECOND / 10;
		desk_step();
		play_rebooted();
	}
	for (uint32_t i = 0; i < LOST_COUNT; i++)
		count += is_back[i];
	assert_int_equal(count, LOST_COUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocks_and_unblocks_through_the_enforcer),
		TEST(hands_refusals_on),
		TEST(tells_the_enforcer_who_would_be_cut),
		TEST(answers_though_the_enforcer_does_not),
		TEST(approves_what_can_be_blocked_and_dismisses_the_rest),
		TEST(lets_root_and_the_group_write_and_others_read),
		TEST(asks_again_for_blocks_that_the_kernel_lost),
		TEST(asks_again_soon_of_an_enforcer_that_only_begins),
		TEST(brings_back_every_block_in_rounds),
	};

	return cmocka_run_group_tests_name("serve/blocks", tests, NULL, NULL);
}
