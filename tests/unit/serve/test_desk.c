/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The desk on real sockets: this test is the warden, the analyzer, the enforcer and the operator.
 */
#include "serve/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "baseline/cell.h"
#include "priv/link.h"
#include "priv/request.h"
#include "store/feed.h"
#include "test.h"

#define EPOCH	   1795000000000000000ull /* 2026-11-18T11:06:40Z */
#define SECOND	   1000000000ull
#define GROUP	   54321 /* of nobody but whom the test makes a member */
#define ANSWER_CAP 65536

static struct {
	char dir[64];
	char socket[128];
	int dir_fd, listen_fd, metrics_fd;
	int warden[2], analyzer[2], enforcer[2]; /* [0] the desk's end */
	uint64_t now_ns;			 /* monotonic; epoch is EPOCH + now */
	char notes[1024];
	struct yg_desk *desk;
	char answer[ANSWER_CAP];
} t;

static uint64_t epoch_ns(void *ctx)
{
	(void)ctx;
	return EPOCH + t.now_ns;
}

static uint64_t monotonic_ns(void *ctx)
{
	(void)ctx;
	return t.now_ns;
}

static void note(void *ctx, enum yg_log_level level, const char *object, const char *cause)
{
	size_t len = strlen(t.notes);

	(void)ctx;
	(void)level;
	(void)snprintf(t.notes + len, sizeof(t.notes) - len, "%s: %s\n", object, cause);
}

static int listen_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(t.socket, sizeof(t.socket), "%s/sock", t.dir);
	strcpy(addr.sun_path, t.socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(chmod(t.socket, 0666), 0);
	return fd;
}

static int listen_tcp(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static void start_desk(void)
{
	struct yg_desk_options options = {
		.state_fd = t.dir_fd,
		.listen_fd = t.listen_fd,
		.metrics_fd = t.metrics_fd,
		.warden_fd = t.warden[0],
		.analyzer_fd = t.analyzer[0],
		.enforcer_fd = t.enforcer[0],
		.group = GROUP,
		.version = "test",
		.epoch_ns = epoch_ns,
		.monotonic_ns = monotonic_ns,
		.note = note,
	};

	assert_int_equal(yg_desk_new(&options, &t.desk), 0);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(t.dir, "/tmp/yg_desk_XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	assert_int_equal(chmod(t.dir, 0755), 0);
	t.dir_fd = open(t.dir, O_DIRECTORY | O_CLOEXEC);
	t.listen_fd = listen_unix();
	t.metrics_fd = listen_tcp();
	assert_int_equal(yg_link_pair(0, t.warden), 0);
	assert_int_equal(yg_link_pair(0, t.analyzer), 0);
	assert_int_equal(yg_link_pair(0, t.enforcer), 0);
	t.now_ns = 1000 * SECOND;
	t.notes[0] = '\0';
	start_desk();
	return 0;
}

static int remove_one(const char *name, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(name);
}

static int tear_down(void **state)
{
	(void)state;
	yg_desk_free(&t.desk);
	assert_null(t.desk);
	for (int i = 0; i < 2; i++) {
		yg_closep(&t.warden[i]);
		yg_closep(&t.analyzer[i]);
		yg_closep(&t.enforcer[i]);
	}
	yg_closep(&t.listen_fd);
	yg_closep(&t.metrics_fd);
	yg_closep(&t.dir_fd);
	return nftw(t.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void step(void)
{
	t.now_ns += 1000000;
	assert_int_equal(yg_desk_step(t.desk, 1), 0);
}

static void settle(void)
{
	for (int i = 0; i < 100; i++)
		step();
}

static void send_message(int fd, const struct yg_feed_message *message)
{
	static uint8_t buf[YG_FEED_PACKET_MAX];
	struct yg_feed_writer writer = { buf, sizeof(buf), 0 };

	assert_int_equal(yg_feed_put(&writer, message), 0);
	assert_int_equal(yg_link_send(fd, buf, writer.len), 0);
}

static int connect_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, t.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static void send_text(int fd, const char *method, const char *path, const char *body)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
			 "%s %s HTTP/1.1\r\nHost: yagura\r\nConnection: close\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 method, path, strlen(body), body);

	assert_int_equal(send(fd, text, (size_t)n, 0), n);
}

/* Status of the answer, whose body is in t.answer; the enforcer is played by @play. */
static int receive(int fd, void (*play)(void))
{
	size_t used = 0;
	char *body;
	int status = 0;

	for (int i = 0; i < 4000; i++) {
		ssize_t n = recv(fd, t.answer + used, sizeof(t.answer) - 1 - used, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0)
			used += (size_t)n;
		step();
		if (play)
			play();
	}
	t.answer[used] = '\0';
	body = strstr(t.answer, "\r\n\r\n");
	assert_non_null(body);
	assert_int_equal(sscanf(t.answer, "HTTP/1.1 %d", &status), 1);
	memmove(t.answer, body + 4, strlen(body + 4) + 1);
	return status;
}

static int ask(const char *method, const char *path, const char *body, void (*play)(void))
{
	YG_CLEANUP_CLOSE int fd = connect_unix();

	send_text(fd, method, path, body);
	return receive(fd, play);
}

static void assert_has(const char *text)
{
	if (!strstr(t.answer, text))
		fail_msg("'%s' is not in '%s'", text, t.answer);
}

static void send_finding(uint64_t id, bool blockable)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_FINDING };

	message.finding.id = id;
	message.finding.rule = YG_SLICE("credential-stuffing");
	message.finding.severity = YG_SLICE("high");
	message.finding.title = YG_SLICE("Many accounts tried from one place");
	message.finding.time = EPOCH;
	message.finding.client_blockable = blockable;
	assert_int_equal(yg_address_from_text(YG_SLICE("10.9.8.7"), &message.finding.client), 0);
	send_message(t.analyzer[1], &message);
}

static void shows_what_the_feed_says(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ROLE };

	(void)state;

	message.role.role = YG_SLICE("analyzer");
	message.role.pid = 17;
	message.role.state = YG_SLICE("running");
	send_message(t.warden[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_COUNTER };
	message.counter.table = YG_SLICE("sample");
	message.counter.name = YG_SLICE("lost_ring");
	message.counter.value = 12345;
	send_message(t.warden[1], &message);
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_ENDPOINT };
	message.endpoint.id = 0xab;
	message.endpoint.template = YG_SLICE("/v1/users/{id}");
	message.endpoint.last_seen = EPOCH;
	send_message(t.analyzer[1], &message);
	send_finding(7, true);

	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
	assert_has("\"role\":\"analyzer\",\"pid\":17");
	assert_has("\"sample\":{\"lost_ring\":12345}");
	assert_has("\"endpoints\":1,\"callers\":0,\"findings\":1,\"findings_open\":1");
	assert_int_equal(ask("GET", "/v1/endpoints", "", NULL), 200);
	assert_has("{\"items\":[{\"type\":\"endpoint\",\"id\":\"00000000000000ab\"");
	assert_int_equal(ask("GET", "/v1/findings?severity=critical", "", NULL), 200);
	assert_string_equal(t.answer, "{\"items\":[],\"next_offset\":null}\n");
	assert_int_equal(ask("GET", "/v1/findings/0000000000000007", "", NULL), 200);
	assert_has("\"client\":\"10.9.8.7\"");
	assert_int_equal(ask("GET", "/metrics", "", NULL), 200);
	assert_has("# HELP yagura_sample_lost_ring_total ring buffer full\n");
	assert_has("yagura_sample_lost_ring_total 12345\n");
	assert_has("yagura_role_up{role=\"analyzer\"} 1\n");
}

static void forgets_rows_that_a_round_does_not_repeat(void **state)
{
	struct yg_feed_message eth = { .kind = YG_FEED_KIND_INTERFACE };
	struct yg_feed_message veth = eth, round = { .kind = YG_FEED_KIND_ROUND };

	(void)state;

	eth.interface.name = YG_SLICE("eth7");
	veth.interface.name = YG_SLICE("veth8");
	send_message(t.warden[1], &eth);
	send_message(t.warden[1], &veth);
	send_message(t.warden[1], &round);
	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
	assert_has("eth7");
	assert_has("veth8");
	send_message(t.warden[1], &eth);
	send_message(t.warden[1], &round);
	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
	assert_has("eth7");
	assert_null(strstr(t.answer, "veth8"));
}

/* An analyzer that was taken over cannot speak for the warden, nor break the reader. */
static void believes_each_sender_its_own_kinds_alone(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ROLE };

	(void)state;

	message.role.role = YG_SLICE("forged");
	send_message(t.analyzer[1], &message);
	assert_int_equal(yg_link_send(t.analyzer[1], "\xff\xff\xff", 3), 0);
	send_finding(9, true);
	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
	assert_null(strstr(t.answer, "forged"));
	assert_has("\"lost_sender\":1");
	assert_has("\"lost_bad\":1");
	assert_has("\"findings\":1");
}

static const struct {
	const char *method, *path, *body;
	int want;
	const char *cause;
} wrong[] = {
	{ "GET", "/", "", 404, "no such place" },
	{ "GET", "/v1/endpoints/zz", "", 400, "not an id" },
	{ "GET", "/v1/endpoints/0123456789abcdef", "", 404, "not found" },
	{ "PUT", "/v1/status", "", 405, "no such method here" },
	{ "GET", "/v1/endpoints?limit=0", "", 400, "\"object\":\"limit\"" },
	{ "GET", "/v1/endpoints?limit=1001", "", 400, "\"object\":\"limit\"" },
	{ "GET", "/v1/endpoints?offset=-1", "", 400, "\"object\":\"offset\"" },
	{ "GET", "/v1/findings?severity=urgent", "", 400, "severity" },
	{ "GET", "/v1/findings?since=99999999999999999999", "", 400, "since" },
	{ "GET", "/v1/callers?sort=name", "", 400, "sort" },
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
		assert_int_equal(ask(wrong[i].method, wrong[i].path, wrong[i].body, NULL),
				 wrong[i].want);
		assert_has("{\"error\":{\"object\":");
		assert_has(wrong[i].cause);
	}
}

static enum yg_result next_result;
static struct yg_request last_request;
static bool silent;
static uint32_t blocked_count; /* rows of the list */

/* The enforcer: does as next_result says. */
static void play_enforcer(void)
{
	struct yg_reply reply;
	ssize_t len;

	while ((len = yg_link_receive(t.enforcer[1], &last_request, sizeof(last_request))) > 0) {
		assert_int_equal(len, sizeof(last_request));
		if (silent)
			continue;
		reply = (struct yg_reply){ .kind = last_request.kind,
					   .cookie = last_request.cookie,
					   .result = next_result,
					   .prefix = last_request.prefix };
		reply.block.placed_ns = t.now_ns;
		reply.block.expires_ns = t.now_ns + last_request.ttl_ns;
		reply.block.reason = last_request.reason;
		reply.block.finding = last_request.finding;
		for (uint32_t i = 0; last_request.kind == YG_REQUEST_LIST && i < blocked_count;
		     i++) {
			reply.result = YG_RESULT_OK;
			reply.block.expires_ns = t.now_ns + 60 * SECOND;
			reply.block.reason = YG_REASON_OPERATOR;
			reply.block.drops = 42;
			assert_int_equal(yg_prefix_from_text(YG_SLICE("10.1.2.3"), &reply.prefix),
					 0);
			assert_int_equal(yg_link_send(t.enforcer[1], &reply, sizeof(reply)), 0);
		}
		if (last_request.kind == YG_REQUEST_LIST)
			reply.result = YG_RESULT_END;
		assert_int_equal(yg_link_send(t.enforcer[1], &reply, sizeof(reply)), 0);
	}
}

static void blocks_and_unblocks_through_the_enforcer(void **state)
{
	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 1;
	assert_int_equal(ask("POST", "/v1/blocks",
			     "{\"prefix\":\"10.1.2.3\",\"seconds\":60,\"reason\":\"scraper\"}",
			     play_enforcer),
			 200);
	assert_int_equal(last_request.kind, YG_REQUEST_BLOCK);
	assert_int_equal(last_request.reason, YG_REASON_OPERATOR);
	assert_int_equal(last_request.ttl_ns, 60 * SECOND);
	assert_has("\"type\":\"block\",\"prefix\":\"10.1.2.3\"");
	assert_has("\"reason\":\"scraper\",\"who\":\"root\"");

	assert_int_equal(ask("GET", "/v1/blocks", "", play_enforcer), 200);
	assert_has("\"drops\":42");
	assert_has("\"reason\":\"scraper\"");

	assert_int_equal(ask("DELETE", "/v1/blocks/10.1.2.3", "", play_enforcer), 200);
	assert_int_equal(last_request.kind, YG_REQUEST_UNBLOCK);
	assert_int_equal(ask("DELETE", "/v1/blocks/10.0.0.0%2F16", "", play_enforcer), 200);
	assert_int_equal(last_request.prefix.len, 112);
	assert_int_equal(ask("POST", "/v1/query",
			     "{\"sql\":\"SELECT action, object, result FROM"
			     " audit ORDER BY time LIMIT 1\"}",
			     NULL),
			 200);
	assert_has(
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
		{ YG_RESULT_FAILED, 502, "kernel" },
		{ YG_RESULT_MAX, 504, "not known" },
	};

	(void)state;

	silent = false;
	blocked_count = 0;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		next_result = cases[i].result;
		assert_int_equal(
			ask("POST", "/v1/blocks", "{\"prefix\":\"10.1.2.3\"}", play_enforcer),
			cases[i].want);
		assert_has(cases[i].cause);
	}
}

static void answers_though_the_enforcer_does_not(void **state)
{
	(void)state;

	silent = true;
	assert_int_equal(ask("POST", "/v1/blocks", "{\"prefix\":\"10.1.2.3\"}", play_enforcer),
			 504);
	assert_has("the enforcer does not answer");
	assert_int_equal(ask("GET", "/v1/blocks", "", play_enforcer), 504);
	silent = false;
}

static void approves_what_can_be_blocked_and_dismisses_the_rest(void **state)
{
	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 0;
	send_finding(1, true);
	send_finding(2, false);
	settle();
	assert_int_equal(ask("POST", "/v1/findings/0000000000000001/approve", "", play_enforcer),
			 200);
	assert_int_equal(last_request.reason, YG_REASON_APPROVED);
	assert_int_equal(last_request.finding, 1);
	assert_int_equal(last_request.prefix.len, 128);
	assert_int_equal(ask("GET", "/v1/findings/0000000000000001", "", NULL), 200);
	assert_has("\"status\":\"approved\",\"decided_by\":\"root\"");
	assert_int_equal(ask("POST", "/v1/findings/0000000000000002/approve", "", play_enforcer),
			 409);
	assert_has("not certain");
	assert_int_equal(ask("POST", "/v1/findings/0000000000000002/dismiss", "", NULL), 200);
	assert_has("\"status\":\"dismissed\"");
}

/* Runs one request as @uid with the supplementary @group; the parent serves it. */
static int ask_as(uid_t uid, gid_t group, const char *method, const char *path)
{
	int results[2], status;
	pid_t child;

	assert_int_equal(pipe(results), 0);
	child = fork();
	if (child == 0) {
		int fd, got = 0;
		char text[64] = "";

		if (setgroups(group ? 1 : 0, &group) || setgid(65534) || setuid(uid))
			_exit(1);
		fd = connect_unix();
		send_text(fd, method, path, "{\"prefix\":\"10.1.2.3\"}");
		if (recv(fd, text, sizeof(text) - 1, 0) > 0)
			(void)sscanf(text, "HTTP/1.1 %d", &got);
		_exit(write(results[1], &got, sizeof(got)) != sizeof(got));
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		step();
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
		skip();
	silent = false;
	next_result = YG_RESULT_OK;
	assert_int_equal(ask_as(65534, 0, "GET", "/v1/status"), 200);
	assert_int_equal(ask_as(65534, 0, "POST", "/v1/blocks"), 403);
	assert_int_equal(ask_as(65534, 0, "DELETE", "/v1/blocks/10.1.2.3"), 403);
	assert_int_equal(ask_as(65534, 0, "POST", "/v1/findings/0000000000000001/dismiss"), 403);
	assert_int_equal(ask_as(65534, GROUP, "POST", "/v1/blocks"), 200);
	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
	assert_has("\"denied\":3");
}

static void serves_metrics_alone_on_tcp(void **state)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	(void)state;

	assert_int_equal(getsockname(t.metrics_fd, (struct sockaddr *)&addr, &len), 0);
	for (int i = 0; i < 2; i++) {
		YG_CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		assert_int_equal(connect(fd, (struct sockaddr *)&addr, len), 0);
		send_text(fd, "GET", i ? "/v1/status" : "/metrics", "");
		assert_int_equal(receive(fd, NULL), i ? 404 : 200);
	}
}

static void asks_again_for_blocks_that_the_kernel_lost(void **state)
{
	(void)state;

	silent = false;
	next_result = YG_RESULT_OK;
	blocked_count = 0;
	assert_int_equal(ask("POST", "/v1/blocks",
			     "{\"prefix\":\"10.1.2.3\",\"seconds\":600,\"reason\":\"x\"}",
			     play_enforcer),
			 200);
	/* The kernel lists nothing: a minute later the desk asks for what is left of the time. */
	last_request = (struct yg_request){ 0 };
	t.now_ns += 61 * SECOND;
	for (int i = 0; i < 200 && last_request.kind != YG_REQUEST_BLOCK; i++) {
		step();
		play_enforcer();
	}
	assert_int_equal(last_request.kind, YG_REQUEST_BLOCK);
	assert_true(last_request.ttl_ns < 540 * SECOND && last_request.ttl_ns > 530 * SECOND);
}

static void gives_an_analyzer_its_state_back(void **state)
{
	static uint8_t packet[YG_FEED_PACKET_MAX];
	struct yg_feed_message message = { .kind = YG_FEED_KIND_STATE };
	enum yg_feed_kind kinds[8];
	int count = 0;

	(void)state;

	message.state = (struct yg_feed_state){ 2, 5, 0, 1, YG_SLICE("learned") };
	send_message(t.analyzer[1], &message);
	settle();
	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_HELLO };
	message.hello.role = YG_SLICE("analyzer");
	send_message(t.analyzer[1], &message);
	settle();
	for (ssize_t len;
	     count < 8 && (len = yg_link_receive(t.analyzer[1], packet, sizeof(packet))) > 0;) {
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
	assert_int_equal(yg_desk_run(t.desk, stop[0]), 0);
	yg_closep(&stop[0]);
	yg_closep(&stop[1]);
}

static void outlives_its_peers(void **state)
{
	(void)state;

	yg_closep(&t.warden[1]);
	yg_closep(&t.analyzer[1]);
	yg_closep(&t.enforcer[1]);
	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
	assert_int_equal(ask("GET", "/v1/blocks", "", NULL), 503);
}

static void says_when_a_database_was_damaged(void **state)
{
	int fd;

	(void)state;

	yg_desk_free(&t.desk);
	fd = openat(t.dir_fd, "yagura.db", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(write(fd, "this is no database", 19), 19);
	yg_closep(&fd);
	(void)unlinkat(t.dir_fd, "yagura.db-wal", 0);
	start_desk();
	assert_non_null(strstr(t.notes, "store: a database was damaged"));
	assert_int_equal(ask("GET", "/v1/status", "", NULL), 200);
}

static void refuses_options_that_cannot_work(void **state)
{
	struct yg_desk_options options = { .listen_fd = -1, .metrics_fd = -1 };
	struct yg_desk *desk = NULL;

	(void)state;

	assert_int_equal(yg_desk_new(&options, &desk), -EINVAL);
	assert_null(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_what_the_feed_says),
		TEST(forgets_rows_that_a_round_does_not_repeat),
		TEST(believes_each_sender_its_own_kinds_alone),
		TEST(says_what_is_wrong),
		TEST(blocks_and_unblocks_through_the_enforcer),
		TEST(hands_refusals_on),
		TEST(answers_though_the_enforcer_does_not),
		TEST(approves_what_can_be_blocked_and_dismisses_the_rest),
		TEST(lets_root_and_the_group_write_and_others_read),
		TEST(serves_metrics_alone_on_tcp),
		TEST(asks_again_for_blocks_that_the_kernel_lost),
		TEST(gives_an_analyzer_its_state_back),
		TEST(runs_until_it_is_told_to_stop),
		TEST(outlives_its_peers),
		TEST(says_when_a_database_was_damaged),
		TEST(refuses_options_that_cannot_work),
	};

	return cmocka_run_group_tests_name("serve/desk", tests, NULL, NULL);
}
