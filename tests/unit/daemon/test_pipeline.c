/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

#define FIN	    0x01
#define SYN	    0x02
#define PSH	    0x08
#define ACK	    0x10
#define EPOCH_NS    1700000000000000000ull
#define CLIENT	    "10.2.0.1"
#define CLIENT_PORT 40000

/* What the sink was given, as text. */
struct log {
	unsigned int exchanges;
	char method[16], target[64], client[YG_ADDRESS_TEXT_CAP], service[64];
	unsigned int status;
	bool forwarded;
	uint64_t exchange_counter;
};

/* One connection; side 0 is the client. */
struct conversation {
	struct yg_pipeline *pipeline;
	uint64_t now_ns;
	uint32_t sequence[2];
};

static void take_exchange(void *ctx, const struct yg_subject *subject,
			  const struct yg_observation *observation)
{
	struct log *log = ctx;
	const struct yg_message *request = &subject->exchange->request;

	log->exchanges++;
	log->status = subject->exchange->response.status;
	log->forwarded = subject->client_forwarded;
	(void)snprintf(log->method, sizeof(log->method), "%.*s", (int)request->method.len,
		       request->method.ptr);
	(void)snprintf(log->target, sizeof(log->target), "%.*s", (int)request->target.len,
		       request->target.ptr);
	(void)snprintf(log->service, sizeof(log->service), "%.*s", (int)observation->service.len,
		       observation->service.ptr);
	(void)yg_address_format(&subject->client, log->client);
}

static void take_counter(void *ctx, const char *name, uint64_t value)
{
	struct log *log = ctx;

	if (strcmp(name, "stream.exchanges") == 0)
		log->exchange_counter = value;
}

static void send(struct conversation *c, unsigned int side, uint8_t flags, const char *text)
{
	static struct yg_segment meta;
	uint32_t len = (uint32_t)strlen(text);
	struct yg_address addr[2];
	GUARD_CLEANUP struct guard data = guard_copy(text, len);

	assert_int_equal(yg_address_from_text(YG_SLICE(CLIENT), &addr[0]), 0);
	assert_int_equal(yg_address_from_text(YG_SLICE("10.9.0.1"), &addr[1]), 0);
	meta = (struct yg_segment){
		.time_ns = c->now_ns,
		.offset = c->sequence[side],
		.ack = flags & ACK ? c->sequence[1 - side] : 0,
		.payload_len = len,
		.data_len = len,
		.source = YG_SOURCE_FILE,
		.bind = YG_BIND_SOCKET,
		.tcp_flags = flags,
	};
	memcpy(meta.key.saddr, addr[side].bytes, 16);
	memcpy(meta.key.daddr, addr[1 - side].bytes, 16);
	meta.key.sport = __builtin_bswap16(side ? 80 : CLIENT_PORT);
	meta.key.dport = __builtin_bswap16(side ? CLIENT_PORT : 80);
	yg_pipeline_segment(c->pipeline, &meta, (const uint8_t *)data.ptr);
	c->sequence[side] += len + (flags & (SYN | FIN) ? 1 : 0);
	c->now_ns += 1000000;
}

static void converse(struct conversation *c)
{
	send(c, 0, SYN, "");
	send(c, 1, SYN | ACK, "");
	send(c, 0, PSH | ACK,
	     "GET /v1/me HTTP/1.1\r\nHost: api.example.com\r\n"
	     "X-Forwarded-For: 192.0.2.66, 198.51.100.7\r\n\r\n");
	send(c, 1, PSH | ACK, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	send(c, 0, FIN | ACK, "");
	send(c, 1, FIN | ACK, "");
}

static void run(const struct yg_prefix *trusted, uint32_t trusted_count, struct log *log)
{
	const struct yg_pipeline_options options = { .trusted_proxies = trusted,
						     .trusted_proxies_count = trusted_count };
	const struct yg_pipeline_sink sink = { .ctx = log, .on_exchange = take_exchange };
	struct conversation c = { .now_ns = EPOCH_NS, .sequence = { 1000, 2000 } };

	assert_int_equal(yg_pipeline_new(&options, &sink, &c.pipeline), 0);
	assert_non_null(yg_pipeline_knowledge(c.pipeline));
	converse(&c);
	yg_pipeline_tick(c.pipeline, EPOCH_NS); /* going back is ignored */
	yg_pipeline_finish(c.pipeline);
	yg_pipeline_counters(c.pipeline, take_counter, log);
	yg_pipeline_free(&c.pipeline);
	assert_null(c.pipeline);
}

static void turns_segments_into_exchanges(void **state)
{
	struct log log = { 0 };

	(void)state;

	run(NULL, 0, &log);
	assert_int_equal(log.exchanges, 1);
	assert_int_equal(log.exchange_counter, 1);
	assert_string_equal(log.method, "GET");
	assert_string_equal(log.target, "/v1/me");
	assert_string_equal(log.service, "api.example.com");
	assert_int_equal(log.status, 200);
	assert_string_equal(log.client, CLIENT);
	assert_false(log.forwarded);
}

static void believes_trusted_proxies_alone(void **state)
{
	struct log log = { 0 };
	struct yg_prefix trusted;

	(void)state;

	assert_int_equal(yg_prefix_from_text(YG_SLICE("10.2.0.0/16"), &trusted), 0);
	run(&trusted, 1, &log);
	assert_string_equal(log.client, "198.51.100.7");
	assert_true(log.forwarded);
}

static void refuses_what_is_out_of_range(void **state)
{
	const struct yg_prefix bad = { .len = 129 };
	const struct yg_pipeline_sink sink = { 0 };
	struct yg_pipeline_options options = { .trusted_proxies = &bad,
					       .trusted_proxies_count = 1 };
	struct yg_pipeline *pipeline = NULL;

	(void)state;

	assert_int_equal(yg_pipeline_new(&options, &sink, &pipeline), -EINVAL);
	assert_null(pipeline);
	options = (struct yg_pipeline_options){ .mode = YG_MODE_MAX };
	assert_int_equal(yg_pipeline_new(&options, &sink, &pipeline), -EINVAL);
	assert_null(pipeline);
	yg_pipeline_free(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_segments_into_exchanges),
		cmocka_unit_test(believes_trusted_proxies_alone),
		cmocka_unit_test(refuses_what_is_out_of_range),
	};

	return cmocka_run_group_tests_name("daemon/pipeline", tests, NULL, NULL);
}
