/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * message_dump < CASES: the messages of HTTP/1 streams, for check_http1 of tests/replay.
 *
 *	in, a line each:	request|response, tab, the bytes of one direction in hex
 *	out, for each:		"case"; then for each message "message", complete, refused,
 *				gap, anomalies, status, method, target, body, then name and
 *				value by turns
 *
 * Separated by tabs, texts in hex, "-" where empty. The stream ends behind its last byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/streams.h"

#define LINE_MAX_BYTES (1u << 20)

static void put(struct yg_slice slice)
{
	putchar('\t');
	if (slice.len == 0)
		putchar('-');
	for (size_t i = 0; i < slice.len; i++)
		printf("%02x", (unsigned char)slice.ptr[i]);
}

static void put_message(const struct yg_message *message)
{
	if (!message->present)
		return;
	printf("message\t%d\t%d\t%d\t%u\t%u", message->complete, message->refused,
	       message->body_gap, message->anomalies, message->status);
	put(message->method);
	put(message->target);
	put(message->body);
	for (uint32_t i = 0; i < message->header_count; i++) {
		put(message->headers[i].name);
		put(message->headers[i].value);
	}
	putchar('\n');
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	(void)ctx;
	put_message(&exchange->request);
	put_message(&exchange->response);
}

static int nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void feed(struct yg_streams *streams, bool is_request, const char *hex, size_t len)
{
	static uint8_t data[LINE_MAX_BYTES / 2];
	static struct yg_segment segment;
	struct yg_segment_view view = { &segment, data };

	for (size_t i = 0; i < len / 2; i++)
		data[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	segment = (struct yg_segment){ .tgid = 1, .time_ns = 1 };
	segment.source = is_request ? YG_SOURCE_TLS_READ : YG_SOURCE_TLS_WRITE;
	segment.payload_len = segment.data_len = (uint32_t)(len / 2);
	puts("case");
	yg_streams_view(streams, &view);
	segment.offset = len / 2;
	segment.payload_len = segment.data_len = 0;
	segment.source = YG_SOURCE_TLS_CLOSE;
	yg_streams_view(streams, &view);
	yg_streams_finish(streams);
}

int main(void)
{
	static char line[LINE_MAX_BYTES];
	const struct yg_streams_options options = { .flows_max = 16 };
	struct yg_streams *streams = NULL;

	if (yg_streams_new(&options, on_exchange, NULL, &streams))
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		char *tab = strchr(line, '\t');

		if (!tab)
			return 2;
		feed(streams, line[2] == 'q', tab + 1, strcspn(tab + 1, "\n"));
	}
	yg_streams_free(&streams);
	return 0;
}
