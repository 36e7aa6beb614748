/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Golden conversations: tests/golden/http1/NAME, fed whole, byte by byte and at every split.
 *
 *	# comment
 *	C text		the client sends; \r \n \t \\ \xHH are escapes; lines of one side in a row
 *	S text		are one segment
 *	end C|S		FIN
 *	gap C|S N	N bytes were not sampled
 *	==		the expected log follows, as written by log_exchange() and log_counters()
 *
 * `test_streams update` writes the log that the whole feed gives: read it before you commit it.
 */
#include "parse/streams.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "laws.h"
#include "test.h"

#define GOLDEN	  "tests/golden/http1"
#define STEPS_MAX 128
#define LOG_CAP	  65536
#define TEXT_CAP  65536

enum step_kind { STEP_BYTES, STEP_GAP, STEP_END };

struct step {
	enum step_kind kind;
	bool server;
	const char *data; /* in script.bytes */
	size_t len;
};

struct script {
	struct step steps[STEPS_MAX];
	size_t step_count, byte_count;
	char bytes[TEXT_CAP];
	char want[LOG_CAP];
};

struct log {
	char text[LOG_CAP];
	size_t len;
};

struct feed {
	struct yg_streams *streams;
	uint32_t sequence[2];
	uint64_t time_ns;
};

/* --- script ------------------------------------------------------------------------------- */

static size_t unescape(const char *in, char *out)
{
	size_t len = 0;

	for (; *in && *in != '\n'; in++) {
		unsigned byte = (unsigned char)*in;

		if (*in == '\\') {
			in++;
			byte = *in == 'r' ? '\r' : *in == 'n' ? '\n' : *in == 't' ? '\t' : '\\';
			if (*in == 'x') {
				assert_int_equal(sscanf(in + 1, "%2x", &byte), 1);
				in += 2;
			}
		}
		out[len++] = (char)byte;
	}
	return len;
}

static void add_line(struct script *script, const char *line)
{
	struct step *last = script->step_count ? &script->steps[script->step_count - 1] : NULL;
	struct step *step = &script->steps[script->step_count];

	assert_true(script->step_count < STEPS_MAX);
	if (strncmp(line, "gap ", 4) == 0) {
		*step = (struct step){ .kind = STEP_GAP, .server = line[4] == 'S' };
		step->len = strtoul(line + 6, NULL, 10);
		script->step_count++;
	} else if (strncmp(line, "end ", 4) == 0) {
		*step = (struct step){ .kind = STEP_END, .server = line[4] == 'S' };
		script->step_count++;
	} else {
		size_t len = unescape(line + 2, script->bytes + script->byte_count);
		bool server = line[0] == 'S';

		assert_true((line[0] == 'C' || server) && line[1] == ' ');
		if (!last || last->kind != STEP_BYTES || last->server != server) {
			*step = (struct step){ .server = server };
			step->data = script->bytes + script->byte_count;
			script->step_count++;
			last = step;
		}
		last->len += len;
		script->byte_count += len;
	}
}

static void read_script(const char *path, struct script *script)
{
	FILE *file = fopen(path, "r");
	char line[4096];
	bool log = false;
	size_t want = 0;

	assert_non_null(file);
	*script = (struct script){ .step_count = 0 };
	while (fgets(line, sizeof(line), file)) {
		if (log) {
			want += (size_t)snprintf(script->want + want, LOG_CAP - want, "%s", line);
		} else if (strcmp(line, "==\n") == 0) {
			log = true;
		} else if (line[0] != '#' && line[0] != '\n') {
			add_line(script, line);
		}
	}
	(void)fclose(file);
}

/* --- log ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void put(struct log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log->len += (size_t)vsnprintf(log->text + log->len, LOG_CAP - log->len, format, args);
	va_end(args);
	assert_true(log->len < LOG_CAP);
}

static void put_slice(struct log *log, struct yg_slice slice)
{
	for (size_t i = 0; i < slice.len; i++) {
		unsigned char c = (unsigned char)slice.ptr[i];

		put(log, c < ' ' || c > '~' || c == '\\' ? "\\x%02x" : "%c", c);
	}
}

static void log_message(struct log *log, const char *side, const struct yg_message *m)
{
	if (!m->present) {
		put(log, "  no %s\n", side);
		return;
	}
	put(log, "  %s ", side);
	if (m->method.ptr) {
		put_slice(log, m->method);
		put(log, " ");
		put_slice(log, m->target);
	} else {
		put(log, "%u", m->status);
	}
	put(log, " 1.%u head=%lu body=%lu", m->version_minor, m->head_bytes, m->body_bytes);
	put(log, "%s%s%s", m->complete ? " complete" : "", m->refused ? " refused" : "",
	    m->body_gap ? " gap" : "");
	put(log, m->anomalies ? " anomalies=%#x\n" : "\n", m->anomalies);
	for (uint32_t i = 0; i < m->header_count + m->trailer_count; i++) {
		put(log, i < m->header_count ? "    " : "    trailer ");
		put_slice(log, m->headers[i].name);
		put(log, ": ");
		put_slice(log, m->headers[i].value);
		put(log, "\n");
	}
	if (m->body.len) {
		put(log, "    | ");
		put_slice(log, m->body);
		put(log, "\n");
	}
}

static void log_exchange(void *ctx, const struct yg_exchange *exchange)
{
	char text[YG_ADDRESS_TEXT_CAP];

	put(ctx, "exchange%s", exchange->upgraded ? " upgraded" : "");
	if (!yg_address_is_unknown(&exchange->proxied.addr))
		put(ctx, " proxied=%s",
		    yg_endpoint_format(&exchange->proxied.addr, exchange->proxied.port, text));
	if (exchange->informational)
		put(ctx, " informational=%u", exchange->informational);
	put(ctx, "\n");
	log_message(ctx, "request", &exchange->request);
	log_message(ctx, "response", &exchange->response);
}

/* The rows that count messages; bytes of a refused head count differently by split. */
static void log_counters(struct log *log, const struct yg_stream_counters *c)
{
#define ROW(name)    \
	if (c->name) \
		put(log, "%s %lu\n", #name, c->name);
	ROW(request_refused)
	ROW(response_refused)
	ROW(informational_parsed)
	ROW(head_cut)
	ROW(body_cut)
	ROW(exchange_no_request)
	ROW(exchange_no_response)
	ROW(pair_unsure)
	ROW(stream_http2)
	ROW(stream_other)
	ROW(read_tunnel)
	ROW(read_closed)
	ROW(read_proxy)
	ROW(proxy_parsed)
#undef ROW
}

/* --- feed --------------------------------------------------------------------------------- */

static void send(struct feed *feed, bool server, const char *data, size_t len, uint8_t flags)
{
	static struct yg_segment meta;
	GUARD_CLEANUP struct guard copy = guard_copy(data ? data : "", data ? len : 0);
	struct yg_segment_view view = { &meta, (const uint8_t *)copy.ptr };

	meta = (struct yg_segment){
		.time_ns = feed->time_ns,
		.offset = feed->sequence[server],
		.payload_len = (uint32_t)len,
		.data_len = data ? (uint32_t)len : 0,
		.source = YG_SOURCE_FILE,
		.tcp_flags = flags,
	};
	meta.key.saddr[15] = server ? 2 : 1;
	meta.key.daddr[15] = server ? 1 : 2;
	meta.key.sport = server ? 80 : 1000;
	meta.key.dport = server ? 1000 : 80;
	yg_streams_view(feed->streams, &view);
	feed->sequence[server] += (uint32_t)len + ((flags & 3) != 0);
	assert_null(broken_law(yg_streams_counters(feed->streams), false));
}

/* Segments of @step bytes, and a cut after @split bytes of the whole script. */
static void run(const struct script *script, size_t step, size_t split, struct log *log)
{
	struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1 << 20 };
	struct feed feed = { .sequence = { 0xffffff00u, 77 }, .time_ns = 1 };
	size_t done = 0;

	log->len = 0;
	log->text[0] = '\0';
	assert_int_equal(yg_streams_new(&options, log_exchange, log, &feed.streams), 0);
	send(&feed, false, "", 0, 2);
	send(&feed, true, "", 0, 2);
	for (size_t i = 0; i < script->step_count; i++) {
		const struct step *s = &script->steps[i];

		feed.time_ns += 1000000;
		if (s->kind == STEP_GAP)
			send(&feed, s->server, NULL, s->len, 0);
		if (s->kind == STEP_END)
			send(&feed, s->server, "", 0, 1);
		for (size_t at = 0; s->kind == STEP_BYTES && at < s->len;) {
			size_t len = s->len - at < step ? s->len - at : step;

			if (done < split && done + len > split)
				len = split - done;
			send(&feed, s->server, s->data + at, len, 0);
			at += len;
			done += len;
		}
	}
	yg_streams_finish(feed.streams);
	assert_null(broken_law(yg_streams_counters(feed.streams), true));
	log_counters(log, yg_streams_counters(feed.streams));
	yg_streams_free(&feed.streams);
}

static void check_script(const struct script *script)
{
	static struct log log;

	run(script, SIZE_MAX, 0, &log);
	assert_string_equal(log.text, script->want);
	run(script, 1, 0, &log);
	assert_string_equal(log.text, script->want);
	for (size_t split = 1; split < script->byte_count; split++) {
		run(script, SIZE_MAX, split, &log);
		assert_string_equal(log.text, script->want);
	}
}

typedef void (*script_fn)(const char *path, struct script *script);

static unsigned for_each_script(script_fn fn)
{
	static struct script script;
	struct dirent **names;
	int count = scandir(GOLDEN, &names, NULL, alphasort);
	unsigned done = 0;

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		char path[sizeof(GOLDEN) + 256];

		if (names[i]->d_name[0] != '.') {
			(void)snprintf(path, sizeof(path), GOLDEN "/%s", names[i]->d_name);
			read_script(path, &script);
			fn(path, &script);
			done++;
		}
		free(names[i]);
	}
	free(names);
	return done;
}

static void check_one(const char *path, struct script *script)
{
	print_message("  %s\n", path);
	check_script(script);
}

static void update_one(const char *path, struct script *script)
{
	static struct log log;
	char head[TEXT_CAP];
	FILE *file = fopen(path, "r");
	size_t len;
	char *mark;

	len = fread(head, 1, sizeof(head) - 1, file);
	(void)fclose(file);
	head[len] = '\0';
	mark = strstr(head, "\n==\n");
	if (mark)
		mark[1] = '\0';
	run(script, SIZE_MAX, 0, &log);
	file = fopen(path, "w");
	(void)fprintf(file, "%s==\n%s", head, log.text);
	(void)fclose(file);
}

static void reads_the_golden_conversations_however_they_are_split(void **state)
{
	(void)state;
	assert_true(for_each_script(check_one) > 0);
}

static void ignore(void *ctx, const struct yg_exchange *exchange)
{
	(void)ctx;
	(void)exchange;
}

static void refuses_budgets_it_cannot_work_with(void **state)
{
	const struct yg_streams_options bad[] = {
		{ .pool_bytes = 1 },
		{ .body_cap = 1 << 20 },
		{ .flows_max = UINT32_MAX },
	};
	struct yg_streams *streams = NULL;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(bad); i++)
		assert_int_equal(yg_streams_new(&bad[i], ignore, NULL, &streams), -EINVAL);
	assert_null(streams);
}

static void refuses_a_budget_beyond_memory(void **state)
{
	const struct yg_streams_options huge = { .pool_bytes = 1ul << 47 };
	struct yg_streams *streams = NULL;

	(void)state;
	assert_int_equal(yg_streams_new(&huge, ignore, NULL, &streams), -ENOMEM);
}

/* 10,000 flows that never end, through a table of 64: nothing grows. */
static void holds_its_budget(void **state)
{
	struct yg_streams_options options = { .flows_max = 64, .pool_bytes = 1 << 17 };
	static const char request[] =
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc";
	struct yg_streams *streams;
	size_t bytes;

	(void)state;
	assert_int_equal(yg_streams_new(&options, ignore, NULL, &streams), 0);
	bytes = yg_streams_bytes(streams);
	for (uint32_t i = 0; i < 10000; i++) {
		static struct yg_segment meta;
		struct yg_segment_view view = { &meta, (const uint8_t *)request };

		meta = (struct yg_segment){ .time_ns = i, .source = YG_SOURCE_INGRESS };
		meta.data_len = meta.payload_len = sizeof(request) - 1;
		memcpy(meta.key.saddr, &i, sizeof(i));
		yg_streams_view(streams, &view);
		assert_true(yg_streams_flows(streams) <= 64);
	}
	assert_int_equal(yg_streams_bytes(streams), bytes);
	assert_int_equal(yg_streams_counters(streams)->flow_evicted, 10000 - 64);
	yg_streams_finish(streams);
	assert_int_equal(yg_streams_counters(streams)->exchanges, 10000);
	assert_null(broken_law(yg_streams_counters(streams), true));
	yg_streams_free(&streams);
}

/* The sanitizer would end the program where malloc only says no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_golden_conversations_however_they_are_split),
		cmocka_unit_test(refuses_budgets_it_cannot_work_with),
		cmocka_unit_test(refuses_a_budget_beyond_memory),
		cmocka_unit_test(holds_its_budget),
	};

	if (argc > 1 && strcmp(argv[1], "update") == 0)
		return for_each_script(update_one) == 0;
	return cmocka_run_group_tests_name("parse/streams", tests, NULL, NULL);
}
