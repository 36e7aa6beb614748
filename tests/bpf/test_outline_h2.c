/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hpack.bpf.h through sample.bpf.c: while hardly any flow is chosen, the first requests of each
 * kind are over HTTP/2 as well, however their paths are written; one kind is one, over HTTP/1 too.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <nghttp2/nghttp2.h>

#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "outline_bench.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define RING_LEN    (1u << 20)
#define SECOND_NS   1000000000ull
#define FRESH	    4u
#define ASKED	    60u /* requests of one kind */
#define FLOWS	    4u
#define PREFACE	    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define PREFACE_LEN 24u

enum writing { HUFFMAN, PLAIN, PADDED, WRITINGS };

/* One connection, and the table of its client. */
struct flow {
	nghttp2_hd_deflater *deflater;
	uint32_t sequence, stream;
	uint16_t port;
};

struct bench {
	struct sample_bpf *skel;
	struct rig rig;
	struct flow flows[FLOWS];
	uint16_t port;
};

static int set_up(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .skel = sample_bpf__open(), .port = 20000 };
	assert_non_null(bench.skel);
	bench.skel->rodata->yg_config.hash_seed = 0x0071;
	bench.skel->rodata->yg_config.fresh = FRESH;
	assert_int_equal(sample_bpf__load(bench.skel), 0);
	rig_init(&bench.rig, bench.skel->obj, RING_LEN);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < FLOWS; i++)
		if (b->flows[i].deflater)
			nghttp2_hd_deflate_del(b->flows[i].deflater);
	rig_clean(&b->rig);
	sample_bpf__destroy(b->skel);
	return 0;
}

/* Run a segment of the client. Return: was it sampled? */
static bool send_bytes(struct bench *b, uint16_t port, uint32_t sequence, const void *data,
		       size_t len)
{
	struct packet_spec spec = { .payload = data,
				    .payload_len = len,
				    .src = "10.7.0.1",
				    .dst = "192.0.2.1",
				    .sport = port,
				    .dport = 80,
				    .seq = sequence };
	uint8_t frame[PACKET_CAP];

	(void)rig_run(b->skel->progs.yg_tc_ingress, frame, packet_build(&spec, frame));
	return rig_read(&b->rig) > 0;
}

static size_t put_header(uint8_t *to, size_t len, uint8_t type, uint8_t flags, uint32_t stream)
{
	const uint8_t header[9] = {
		(uint8_t)(len >> 16),	 (uint8_t)(len >> 8),	 (uint8_t)len,	 type, flags, 0,
		(uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream
	};

	memcpy(to, header, sizeof(header));
	return sizeof(header);
}

/* Nothing is known, hardly a flow is chosen, and each flow has begun as HTTP/2. */
static void begin(struct bench *b)
{
	uint8_t opening[64];

	forget_all(b->skel, &b->rig);
	memcpy(opening, PREFACE, PREFACE_LEN);
	(void)put_header(opening + PREFACE_LEN, 0, 4, 0, 0);
	for (size_t i = 0; i < FLOWS; i++) {
		struct flow *flow = &b->flows[i];

		if (flow->deflater)
			nghttp2_hd_deflate_del(flow->deflater);
		*flow = (struct flow){ .stream = 1, .port = b->port++, .sequence = 1000 };
		assert_int_equal(nghttp2_hd_deflate_new(&flow->deflater, 4096), 0);
		(void)send_bytes(b, flow->port, flow->sequence, opening, PREFACE_LEN + 9);
		flow->sequence += PREFACE_LEN + 9;
	}
}

/* The fields of one request as a peer writes them. Return: bytes. */
static size_t write_block(struct flow *flow, const char *method, const char *path,
			  enum writing writing, uint8_t *to)
{
	nghttp2_nv fields[] = {
		{ (uint8_t *)":method", (uint8_t *)method, 7, strlen(method), 0 },
		{ (uint8_t *)":authority", (uint8_t *)"api.example.com", 10, 15, 0 },
		{ (uint8_t *)":scheme", (uint8_t *)"https", 7, 5, 0 },
		{ (uint8_t *)":path", (uint8_t *)path, 5, strlen(path), 0 },
		{ (uint8_t *)"user-agent", (uint8_t *)"a/1", 10, 3, 0 },
	};
	size_t at = 0, len = strlen(path);
	ssize_t r;

	if (writing != PLAIN) {
		r = nghttp2_hd_deflate_hd(flow->deflater, to, 512, fields, YG_ARRAY_SIZE(fields));
		assert_true(r > 0);
		return (size_t)r;
	}
	if (strcmp(method, "GET") == 0 || strcmp(method, "POST") == 0) {
		to[at++] = method[0] == 'G' ? 0x82 : 0x83;
	} else {
		to[at++] = 0x02;
		to[at++] = (uint8_t)strlen(method);
		memcpy(to + at, method, strlen(method));
		at += strlen(method);
	}
	memcpy(to + at, "\x00\x03x-a\x01z\x0f\x02\x02no", 12);
	at += 12;
	to[at++] = 0x04;
	to[at++] = (uint8_t)len;
	assert_true(len < 127);
	memcpy(to + at, path, len);
	return at + len;
}

static size_t write_request(struct flow *flow, const char *method, const char *path,
			    enum writing writing, uint8_t *to)
{
	uint8_t block[640] = { 3, 0, 0, 0, 0, 16 };
	size_t before = writing == PADDED ? 6 : 0;
	size_t len = before + write_block(flow, method, path, writing, block + before);
	size_t at;

	if (before) { /* pad length, priority; and the padding */
		memset(block + len, 0, 3);
		len += 3;
	}
	at = put_header(to, len, 1, before ? 0x2d : 0x05, flow->stream);
	flow->stream += 2;
	memcpy(to + at, block, len);
	return at + len;
}

static bool ask(struct bench *b, struct flow *flow, const char *method, const char *path,
		enum writing writing)
{
	uint8_t bytes[1024];
	size_t len = write_request(flow, method, path, writing, bytes);
	bool is_sampled = send_bytes(b, flow->port, flow->sequence, bytes, len);

	flow->sequence += (uint32_t)len;
	if (!is_sampled)
		return false;
	assert_int_equal(b->rig.records[0].chosen, YG_CHOSEN_ALWAYS);
	return true;
}

/* How many of ASKED requests are sampled; @format has one %u, which varies. */
static uint32_t count_sampled(struct bench *b, const char *method, const char *format,
			      enum writing writing)
{
	uint32_t sampled = 0;

	for (uint32_t i = 0; i < ASKED; i++) {
		char path[256];

		(void)snprintf(path, sizeof(path), format, i * 7919 + 3);
		sampled += ask(b, &b->flows[i % FLOWS], method, path, writing);
	}
	return sampled;
}

static const struct {
	const char *method, *format;
} kinds[] = {
	{ "GET", "/v1/users/%u" },
	{ "GET", "/v2/users/%u" },
	{ "POST", "/v1/users/%u" },
	{ "GET", "/v1/users/%u/cards" },
	{ "GET", "/v1/cards/%u/users" },
	{ "GET", "/login?next=/v1/users/%u" },
	{ "GET", "/v1/orders/b%ud5-77aa/items/%%41b" },
	{ "GET", "/v1/people/some+one%u@example.org/x" },
	{ "GET", "/A_b.c-d,e;f&g=h*X:Z/%u/jkqvwxyz" },
	{ "GET",
	  "/v1/a-path-that-goes-on/and-on-beyond-what-is-looked-at/of-a-line/without-end/%u" },
};

static void the_first_of_each_kind_are_sampled(void **state)
{
	struct bench *b = *state;

	for (int writing = 0; writing < WRITINGS; writing++) {
		begin(b);
		for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
			print_message("  %d: %s %s\n", writing, kinds[i].method, kinds[i].format);
			assert_int_equal(count_sampled(b, kinds[i].method, kinds[i].format,
						       (enum writing)writing),
					 FRESH);
		}
		for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++)
			assert_int_equal(count_sampled(b, kinds[i].method, kinds[i].format,
						       (enum writing)writing),
					 0);
	}
}

/* However it is written, and in whichever version; with marks of short codes, which paths have. */
static void a_kind_is_one_in_all_its_writings(void **state)
{
	struct bench *b = *state;

	begin(b);
	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
		char path[256], line[512];

		if (strchr(kinds[i].format, '+'))
			continue;
		for (uint32_t k = 0; k < FRESH; k++) {
			(void)snprintf(path, sizeof(path), kinds[i].format, k * 31 + 1);
			(void)snprintf(line, sizeof(line), "%s %s HTTP/1.1\r\nHost: a\r\n\r\n",
				       kinds[i].method, path);
			assert_true(send_bytes(b, b->port++, 1, line, strlen(line)));
		}
		print_message("  %s %s\n", kinds[i].method, kinds[i].format);
		for (int writing = 0; writing < WRITINGS; writing++)
			assert_int_equal(count_sampled(b, kinds[i].method, kinds[i].format,
						       (enum writing)writing),
					 0);
	}
}

/* A client writes many requests at once: the new one is looked for among the first four. */
static void the_new_one_is_found_behind_others(void **state)
{
	struct bench *b = *state;

	for (uint32_t place = 0; place < 4; place++) {
		struct flow *flow = &b->flows[0];
		uint8_t bytes[4096];
		size_t len = 0;

		begin(b);
		(void)count_sampled(b, "GET", "/known/%u", HUFFMAN);
		for (uint32_t i = 0; i < 4; i++)
			len += write_request(flow, "GET", i == place ? "/new/thing" : "/known/5",
					     HUFFMAN, bytes + len);
		assert_true(send_bytes(b, flow->port, flow->sequence, bytes, len));
		flow->sequence += (uint32_t)len;
		assert_false(ask(b, flow, "GET", "/known/6", HUFFMAN));
	}
}

/* A path that is an index was sent before on this connection, and was looked at then. */
static void what_was_asked_before_is_not_new(void **state)
{
	struct bench *b = *state;

	begin(b);
	for (uint32_t i = 0; i < 3; i++) { /* GET, and the path: remembered; then by its index */
		static const uint8_t first[] = { 0x82, 0x44, 6, '/', 'a', 'g', 'a', 'i', 'n' };
		static const uint8_t later[] = { 0x82, 0xbe };
		const uint8_t *block = i ? later : first;
		size_t len = i ? sizeof(later) : sizeof(first);
		struct flow *flow = &b->flows[0];
		uint8_t bytes[64];

		(void)put_header(bytes, len, 1, 0x05, flow->stream);
		memcpy(bytes + 9, block, len);
		assert_int_equal(send_bytes(b, flow->port, flow->sequence, bytes, 9 + len), i == 0);
		flow->sequence += (uint32_t)(9 + len);
		flow->stream += 2;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_each_kind_are_sampled),
		cmocka_unit_test(a_kind_is_one_in_all_its_writings),
		cmocka_unit_test(the_new_one_is_found_behind_others),
		cmocka_unit_test(what_was_asked_before_is_not_new),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/outline_h2", tests, set_up, tear_down);
}
