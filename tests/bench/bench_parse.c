/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_parse [EXCHANGES]: speed of stages 2 and 3 on synthetic keep-alive traffic of 256 flows,
 * beside the least that any reader must do with the same bytes: copy them once and look for line
 * ends (memcpy and memchr). Prints one line of JSON. Both run in turn, the best round counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "parse/streams.h"

#define FLOWS	  256u
#define ROUNDS	  5
#define MIXED	  4u /* kinds of exchange */
#define EXCHANGES 40000u
#define ROOM	  1024u /* bytes a piece of text may take */

struct packet {
	const char *data;
	uint32_t len;
	uint32_t sequence; /* in the first round */
	uint16_t flow;
	uint8_t dir;
};

struct traffic {
	struct packet *packets;
	char *bytes;
	size_t packet_count, byte_count;
	uint32_t flow_bytes[FLOWS][2];
};

static const char common[] =
	"Host: api.example.com\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/124.0.0.0\r\n"
	"Accept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, deflate, br\r\n"
	"Authorization: Bearer 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\r\n"
	"Cookie: session=2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\r\n"
	"X-Request-Id: 6ba7b810-9dad-11d1-80b4-00c04fd430c8\r\nConnection: keep-alive\r\n";

static const char answer[] =
	"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 21 Nov 2026 21:03:00 GMT\r\n"
	"Content-Type: application/json; charset=utf-8\r\nConnection: keep-alive\r\n"
	"Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
	"X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";

static size_t put_body(char *out, size_t len)
{
	memset(out, 'a', len);
	for (size_t i = 40; i < len; i += 41)
		out[i] = '\n';
	return len;
}

/* Two of four requests read a small object, one posts, one answer comes in chunks. */
static size_t put_request(char *out, unsigned i)
{
	int n = i % MIXED == 2
			? snprintf(out, ROOM,
				   "POST /v1/users HTTP/1.1\r\n%sContent-Type: "
				   "application/json\r\nContent-Length: 256\r\n\r\n",
				   common)
			: snprintf(out, ROOM, "GET /v1/users/%u?fields=all HTTP/1.1\r\n%s\r\n", i,
				   common);

	return (size_t)n + (i % MIXED == 2 ? put_body(out + n, 256) : 0);
}

static size_t put_response(char *out, unsigned i)
{
	size_t n;

	if (i % MIXED == 3) {
		n = (size_t)snprintf(out, ROOM, "%sTransfer-Encoding: chunked\r\n\r\n200\r\n",
				     answer);
		n += put_body(out + n, 512);
		n += (size_t)snprintf(out + n, ROOM, "\r\n200\r\n");
		n += put_body(out + n, 512);
		return n + (size_t)snprintf(out + n, ROOM, "\r\n0\r\n\r\n");
	}
	n = (size_t)snprintf(out, ROOM, "%sContent-Length: 900\r\n\r\n", answer);
	return n + put_body(out + n, 900);
}

static int make_traffic(struct traffic *t, unsigned exchanges)
{
	t->packets = calloc(exchanges * 2ul, sizeof(*t->packets));
	t->bytes = malloc(exchanges * 2600ul);
	if (!t->packets || !t->bytes)
		return -1;
	for (unsigned i = 0; i < exchanges; i++) {
		unsigned flow = i % FLOWS;

		for (unsigned dir = 0; dir < 2; dir++) {
			char *data = t->bytes + t->byte_count;
			size_t len = dir ? put_response(data, i) : put_request(data, i);
			uint32_t sequence = t->flow_bytes[flow][dir];

			t->packets[t->packet_count++] = (struct packet){
				data, (uint32_t)len, sequence, (uint16_t)flow, (uint8_t)dir,
			};
			t->flow_bytes[flow][dir] += (uint32_t)len;
			t->byte_count += len;
		}
	}
	return 0;
}

static double now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void count_exchange(void *ctx, const struct yg_exchange *exchange)
{
	*(uint64_t *)ctx += exchange->request.complete && exchange->response.complete;
}

static double run_streams(struct yg_streams *streams, const struct traffic *t, uint32_t round)
{
	static struct yg_segment meta;
	double start = now_s();

	for (size_t i = 0; i < t->packet_count; i++) {
		const struct packet *p = &t->packets[i];
		struct yg_segment_view view = { &meta, (const uint8_t *)p->data };

		memset(&meta, 0, YG_SEGMENT_HEAD);
		meta.time_ns = 1 + round * 1000000000ull + i * 1000;
		meta.source = YG_SOURCE_FILE;
		meta.bind = YG_BIND_SOCKET;
		meta.payload_len = meta.data_len = p->len;
		meta.offset = p->sequence + round * t->flow_bytes[p->flow][p->dir];
		meta.key.saddr[15] = p->dir;
		meta.key.daddr[15] = !p->dir;
		meta.key.sport = p->dir ? 80 : p->flow;
		meta.key.dport = p->dir ? p->flow : 80;
		yg_streams_view(streams, &view);
	}
	return now_s() - start;
}

static double run_baseline(const struct traffic *t, uint64_t *ret_lines)
{
	static char copy[4096];
	double start = now_s();

	for (size_t i = 0; i < t->packet_count; i++) {
		const char *end = copy + t->packets[i].len;

		memcpy(copy, t->packets[i].data, t->packets[i].len);
		for (const char *p = copy; (p = memchr(p, '\n', (size_t)(end - p))); p++)
			++*ret_lines;
	}
	return now_s() - start;
}

static void report(const struct traffic *t, double streams_s, double baseline_s)
{
	struct utsname host;

	(void)uname(&host);
	printf("{\"bench\":\"parse\",\"machine\":\"%s\",\"kernel\":\"%s\",\"exchanges\":%zu,"
	       "\"bytes\":%zu,\"ns_per_exchange\":%.0f,\"segments_per_s\":%.0f,\"gb_per_s\":%.2f,"
	       "\"peer\":\"memcpy+memchr\",\"peer_gb_per_s\":%.2f,\"ratio\":%.2f}\n",
	       host.machine, host.release, t->packet_count / 2, t->byte_count,
	       streams_s * 1e9 / ((double)t->packet_count / 2), (double)t->packet_count / streams_s,
	       (double)t->byte_count / streams_s / 1e9, (double)t->byte_count / baseline_s / 1e9,
	       baseline_s / streams_s);
}

int main(int argc, char **argv)
{
	unsigned exchanges = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : EXCHANGES;
	struct yg_streams_options options = { .pool_bytes = 0 };
	struct traffic traffic = { .packets = NULL };
	struct yg_streams *streams;
	double best = 1e9, baseline = 1e9;
	uint64_t seen = 0, lines = 0;

	if (make_traffic(&traffic, exchanges) ||
	    yg_streams_new(&options, count_exchange, &seen, &streams))
		return 1;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		double s = run_streams(streams, &traffic, round);
		double b = run_baseline(&traffic, &lines);

		best = s < best ? s : best;
		baseline = b < baseline ? b : baseline;
	}
	yg_streams_finish(streams);
	if (seen != (uint64_t)exchanges * ROUNDS) {
		(void)fprintf(stderr, "bench_parse: %lu exchanges of %lu\n", (unsigned long)seen,
			      (unsigned long)exchanges * ROUNDS);
		return 1;
	}
	report(&traffic, best, baseline);
	yg_streams_free(&streams);
	free(traffic.packets);
	free(traffic.bytes);
	return 0;
}
