/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * message_dump < CASES: the messages of HTTP/1 streams, for check_http1 of tests/replay.
 *
 *	in, a line each:	request|response|head, tab, the bytes of one direction in hex;
 *				"head": responses to HEAD, which have no body
 *	out, for each:		"case"; then for each message "message", complete, refused,
 *				gap, anomalies, status, 1xx before it, method, target, body,
 *				then name and value by turns, trailers behind headers
 *
 * Separated by tabs, texts in hex, "-" where empty. The stream ends behind its last byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/streams.h"

#define LINE_MAX_BYTES (1u << 20)
#define HEADS	       16 /* questions before answers to HEAD */

static void put(struct yg_slice slice)
{
	putchar('\t');
	if (slice.len == 0)
		putchar('-');
	for (size_t i = 0; i < slice.len; i++)
		printf("%02x", (unsigned char)slice.ptr[i]);
}

static void put_message(const struct yg_message *message, unsigned informational)
{
	if (!message->present)
		return;
	printf("message\t%d\t%d\t%d\t%u\t%u\t%u", message->complete, message->refused,
	       message->body_gap, message->anomalies, message->status, informational);
	put(message->method);
	put(message->target);
	put(message->body);
	for (uint32_t i = 0; i < message->header_count + message->trailer_count; i++) {
		put(message->headers[i].name);
		put(message->headers[i].value);
	}
	putchar('\n');
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	const bool *is_request = ctx;

	if (*is_request)
		put_message(&exchange->request, 0);
	else
		put_message(&exchange->response, exchange->informational);
}

static int nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

#define SYN 2
#define FIN 1

/* A segment of one direction in clear, as a capture holds it. @offset: of the direction. */
static void send(struct yg_streams *streams, bool is_request, struct yg_slice data,
		 uint32_t *offset, uint8_t flags)
{
	static struct yg_segment segment;
	struct yg_segment_view view = { &segment, (const uint8_t *)data.ptr };

	segment = (struct yg_segment){ .time_ns = 1, .source = YG_SOURCE_FILE, .offset = *offset };
	segment.payload_len = segment.data_len = (uint32_t)data.len;
	segment.tcp_flags = flags;
	segment.key.saddr[15] = is_request ? 1 : 2;
	segment.key.daddr[15] = is_request ? 2 : 1;
	segment.key.sport = is_request ? 1000 : 80;
	segment.key.dport = is_request ? 80 : 1000;
	yg_streams_view(streams, &view);
	*offset += (uint32_t)data.len + (flags != 0);
}

/* As many questions by HEAD as the answers can be to. */
static void ask_by_head(struct yg_streams *streams, uint32_t *offset)
{
	for (int i = 0; i < HEADS; i++)
		send(streams, true, YG_SLICE("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"), offset, 0);
}

static void feed(struct yg_streams *streams, const char *line, bool is_request)
{
	static char data[LINE_MAX_BYTES / 2];
	const struct yg_slice nothing = { "", 0 };
	const char *hex = strchr(line, '\t') + 1;
	size_t len = strcspn(hex, "\n") / 2;
	uint32_t offset[2] = { 0, 0 };

	for (size_t i = 0; i < len; i++)
		data[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	puts("case");
	send(streams, true, nothing, &offset[true], SYN);
	send(streams, false, nothing, &offset[false], SYN);
	if (*line == 'h')
		ask_by_head(streams, &offset[true]);
	send(streams, is_request, (struct yg_slice){ data, len }, &offset[is_request], 0);
	send(streams, is_request, nothing, &offset[is_request], FIN);
	yg_streams_finish(streams);
}

int main(void)
{
	static char line[LINE_MAX_BYTES];
	const struct yg_streams_options options = { .flows_max = 16 };
	struct yg_streams *streams = NULL;
	bool is_request;

	if (yg_streams_new(&options, on_exchange, &is_request, &streams))
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		if (!strchr(line, '\t'))
			return 2;
		is_request = line[0] == 'r' && line[2] == 'q';
		feed(streams, line, is_request);
	}
	yg_streams_free(&streams);
	return 0;
}
