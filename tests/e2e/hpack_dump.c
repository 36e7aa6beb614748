/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hpack_dump PCAP SEED: the messages of every HTTP/2 flow, one per line, for check_hpack of
 * tests/replay.
 *
 *	server port or client port, stream, c or s, unknown fields, then name and value by turns
 *
 * Separated by tabs, bytes below 0x20 as "?". SEED 0 reads each flow from its beginning; another one
 * joins each at a random segment. Reads what the public sets are: Ethernet, IPv4, TCP, no snaplen.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "parse/streams.h"

#define FLOWS_MAX  65536
#define FRAME_MAX  65536
#define IP_AT	   14u
#define RECORD_LEN 16u

static struct yg_segment segment;
static unsigned seen[FLOWS_MAX], join_at[FLOWS_MAX], total[FLOWS_MAX];

static void put(struct yg_slice slice)
{
	putchar('\t');
	for (size_t i = 0; i < slice.len; i++)
		putchar((unsigned char)slice.ptr[i] < ' ' ? '?' : slice.ptr[i]);
}

static void put_message(const struct yg_exchange *exchange, const struct yg_message *message,
			char dir)
{
	char status[8];

	if (!message->present || message->refused)
		return;
	printf("%u\t%u\t%c\t%u", exchange->client.port, exchange->stream, dir,
	       message->header_unknown);
	(void)snprintf(status, sizeof(status), "%u", message->status);
	if (message->method.ptr) {
		put(YG_SLICE(":method"));
		put(message->method);
	}
	if (message->target.ptr) {
		put(YG_SLICE(":path"));
		put(message->target);
	}
	if (message->status) {
		put(YG_SLICE(":status"));
		put(yg_slice_from_str(status));
	}
	for (uint32_t i = 0; i < message->header_count; i++) {
		put(message->headers[i].name);
		put(message->headers[i].value);
	}
	putchar('\n');
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	(void)ctx;
	put_message(exchange, &exchange->request, 'c');
	put_message(exchange, &exchange->response, 's');
}

static uint32_t read32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The client's port, by which flows differ; 0: not a segment with payload. */
static unsigned decode(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + IP_AT, *tcp;
	size_t ip_len, at;

	if (len < IP_AT + 40 || frame[12] != 8 || ip[9] != 6)
		return 0;
	tcp = ip + (size_t)(ip[0] & 15) * 4;
	ip_len = (size_t)ip[2] << 8 | ip[3];
	at = (size_t)(tcp - ip) + (size_t)(tcp[12] >> 4) * 4;
	if (ip_len > len - IP_AT || ip_len <= at)
		return 0;
	memset(&segment, 0, YG_SEGMENT_HEAD);
	segment.source = YG_SOURCE_FILE;
	segment.bind = YG_BIND_SOCKET;
	segment.offset = read32(tcp + 4);
	segment.payload_len = segment.data_len = (uint32_t)(ip_len - at);
	memcpy(segment.key.saddr + 12, ip + 12, 4);
	memcpy(segment.key.daddr + 12, ip + 16, 4);
	memcpy(&segment.key.sport, tcp, 2);
	memcpy(&segment.key.dport, tcp + 2, 2);
	memcpy(segment.data, ip + at, segment.data_len);
	return ntohs(segment.key.sport) > ntohs(segment.key.dport) ? ntohs(segment.key.sport)
								   : ntohs(segment.key.dport);
}

static void read_capture(FILE *file, struct yg_streams *streams)
{
	static uint8_t frame[FRAME_MAX];
	uint32_t record[4];
	uint64_t time_ns = 1;

	rewind(file);
	if (fseek(file, 24, SEEK_SET))
		exit(1);
	while (fread(record, RECORD_LEN, 1, file) == 1 && record[2] <= sizeof(frame) &&
	       fread(frame, record[2], 1, file) == 1) {
		unsigned port = decode(frame, record[2]);

		if (!port)
			continue;
		segment.time_ns = time_ns += 1000;
		if (!streams)
			total[port]++;
		else if (++seen[port] > join_at[port])
			yg_streams_segment(streams, &segment);
	}
}

int main(int argc, char **argv)
{
	const struct yg_streams_options options = { .flows_max = 4096 };
	struct yg_streams *streams = NULL;
	uint64_t seed;
	FILE *file;

	if (argc != 3 || !(file = fopen(argv[1], "re")))
		return 2;
	seed = strtoull(argv[2], NULL, 10);
	if (yg_streams_new(&options, on_exchange, NULL, &streams))
		return 1;
	read_capture(file, NULL);
	for (unsigned port = 0; seed && port < FLOWS_MAX; port++) {
		if (total[port])
			join_at[port] =
				(unsigned)(yg_hash_mix(seed * FLOWS_MAX + port) % total[port]);
	}
	read_capture(file, streams);
	yg_streams_finish(streams);
	yg_streams_free(&streams);
	(void)fclose(file);
	return 0;
}
