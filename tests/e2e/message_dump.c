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

/* One segment of the direction that @source is. */
static void send(struct yg_streams *streams, const uint8_t *data, size_t len, uint8_t source)
{
	static struct yg_segment segment;
	struct yg_segment_view view = { &segment, data };

	segment = (struct yg_segment){ .tgid = 1, .time_ns = 1, .source = source };
	segment.payload_len = segment.data_len = (uint32_t)len;
	yg_streams_view(streams, &view);
}

/* As many questions by HEAD as the answers can be to. */
static void ask_by_head(struct yg_streams *streams)
{
	static const char asked[] = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n";
	static char data[HEADS * sizeof(asked)];
	size_t len = 0;

	for (int i = 0; i < HEADS; i++, len += sizeof(asked) - 1)
		memcpy(data + len, asked, sizeof(asked) - 1);
	send(streams, (const uint8_t *)data, len, YG_SOURCE_TLS_READ);
}

static void feed(struct yg_streams *streams, const char *line, bool is_request)
{
	static uint8_t data[LINE_MAX_BYTES / 2];
	static struct yg_segment segment;
	struct yg_segment_view view = { &segment, data };
	const char *hex = strchr(line, '\t') + 1;
	size_t len = strcspn(hex, "\n") / 2;

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	puts("case");
	if (*line == 'h')
		ask_by_head(streams);
	send(streams, data, len, is_request ? YG_SOURCE_TLS_READ : YG_SOURCE_TLS_WRITE);
	segment = (struct yg_segment){ .tgid = 1, .time_ns = 1, .source = YG_SOURCE_TLS_CLOSE };
	segment.offset = len;
	yg_streams_view(streams, &view);
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
