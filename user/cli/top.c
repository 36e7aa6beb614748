/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A live view of the daemon. Each frame is made whole in memory and written at once; plain ANSI,
 * so that it works in tmux and on a serial line. No signal is caught: keys are read by poll(2).
 *
 *	head		1	version, host, mode, age
 *	rates		2	requests, drops, losses; roles
 *	endpoints	n	busiest first
 *	findings	n/2	newest first
 *	blocks		n/2
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

#include "cli/client.h"
#include "cli/outcome.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"

#define RATES_MAX    64u /* endpoints whose rate is known; others show none */
#define ROWS_DEFAULT 24
#define ROWS_FIXED   9 /* head, rates, roles, titles and the blanks between */
#define KEY_CTRL_C   3
/* Own screen, no cursor, no wrapping: a window too narrow cuts lines, it does not break them. */
#define SCREEN_ON  "\033[?1049h\033[?25l\033[?7l"
#define SCREEN_OFF "\033[?7h\033[?25h\033[?1049l"
#define MS_PER_S   1000
#define NS_PER_S   1000000000u

const struct yg_cli_option yg_top_options[] = {
	{ "once", NULL, "Print one picture and end; needs no terminal", false },
	{ "every", "SECONDS", "Time between pictures, 1 if not given", false },
	{ 0 },
};

/* A total that grows, and how fast it grew between its last two changes. */
struct rate {
	char id[20];
	uint64_t total;
	uint64_t time_ns; /* 0: never seen */
	double per_s;
};

struct top {
	struct yg_cli_args args; /* with the columns of now */
	struct yg_client *client;
	FILE *out; /* the picture being made */
	int rows;
	uint64_t now_ns;
	struct rate requests, drops;
	struct rate endpoints[RATES_MAX];
	int error; /* of the last question */
};

static uint64_t monotonic_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static double update(struct rate *rate, uint64_t total, uint64_t now_ns)
{
	uint64_t age_ns = now_ns - rate->time_ns;

	if (rate->time_ns && total > rate->total && age_ns > 0)
		rate->per_s = (double)(total - rate->total) * NS_PER_S / (double)age_ns;
	else if (rate->time_ns && total == rate->total && age_ns < 5ull * NS_PER_S)
		return rate->per_s; /* the daemon tells totals once a second */
	else
		rate->per_s = 0;
	rate->total = total;
	rate->time_ns = now_ns;
	return rate->per_s;
}

static struct rate *rate_of(struct top *top, const char *id)
{
	struct rate *oldest = &top->endpoints[0];

	for (size_t i = 0; i < RATES_MAX; i++) {
		if (strcmp(top->endpoints[i].id, id) == 0)
			return &top->endpoints[i];
		if (top->endpoints[i].time_ns < oldest->time_ns)
			oldest = &top->endpoints[i];
	}
	*oldest = (struct rate){ .total = 0 };
	(void)snprintf(oldest->id, sizeof(oldest->id), "%s", id);
	return oldest;
}

/* The daemon is there and says why it cannot tell this. Return: -EPROTO. */
static int refuse(struct top *top, const char *text)
{
	char error[64], line[512];
	yajl_val tree = yajl_tree_parse(text, error, sizeof(error));
	yajl_val object = yg_value_find(tree, "error");

	(void)snprintf(line, sizeof(line), "%s: %s", yg_value_text(object, "object"),
		       yg_value_text(object, "cause"));
	yg_text_wrap(top->out, line, 0, top->args.columns);
	yajl_tree_free(tree);
	return -EPROTO;
}

/* Ask for @path and show each object to @fn. Return: 0; -errno, kept in top->error. */
static int ask(struct top *top, const char *path, yg_client_fn fn, void *ctx)
{
	YG_CLEANUP(yg_client_answer_clean) struct yg_client_answer answer = { .text = NULL };
	char *save = NULL;
	int r;

	r = yg_client_ask(top->client, "GET", path, NULL, &answer);

	if (r == 0 && answer.status != 200)
		r = refuse(top, answer.text);
	top->error = r ? r : top->error;
	if (r)
		return r;
	for (char *line = strtok_r(answer.text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char error[64];
		yajl_val value = yajl_tree_parse(line, error, sizeof(error));

		if (YAJL_IS_OBJECT(value))
			(void)fn(ctx, line, value);
		yajl_tree_free(value);
	}
	return 0;
}

static uint64_t sum_losses(yajl_val counters)
{
	uint64_t sum = 0;

	for (size_t i = 0; YAJL_IS_OBJECT(counters) && i < YAJL_GET_OBJECT(counters)->len; i++) {
		yajl_val table = YAJL_GET_OBJECT(counters)->values[i];

		for (size_t j = 0; YAJL_IS_OBJECT(table) && j < YAJL_GET_OBJECT(table)->len; j++) {
			const char *name = YAJL_GET_OBJECT(table)->keys[j];

			if (strncmp(name, "lost_", 5) == 0)
				sum += yg_value_uint(table, name);
		}
	}
	return sum;
}

static void print_roles(struct top *top, yajl_val status)
{
	yajl_val roles = yg_value_find(status, "roles");
	char line[256] = "";
	size_t used = 0;

	for (size_t i = 0; YAJL_IS_ARRAY(roles) && i < YAJL_GET_ARRAY(roles)->len; i++) {
		yajl_val role = YAJL_GET_ARRAY(roles)->values[i];
		int n = snprintf(line + used, sizeof(line) - used, "%s%s %s", used ? ", " : "",
				 yg_value_text(role, "role"),
				 yg_cli_word(&top->args, yg_value_text(role, "state")));

		if (n < 0 || (size_t)n >= sizeof(line) - used)
			break;
		used += (size_t)n;
	}
	yg_text_print(top->out, line, top->args.columns, YG_ALIGN_LEFT);
	(void)fputc('\n', top->out);
}

static int print_head(void *ctx, const char *text, yajl_val status)
{
	struct top *top = ctx;
	yajl_val sensors = yg_value_find(status, "sensor");
	yajl_val sensor = YAJL_IS_ARRAY(sensors) && YAJL_GET_ARRAY(sensors)->len > 0
				  ? YAJL_GET_ARRAY(sensors)->values[0]
				  : NULL;
	yajl_val counters = yg_value_find(status, "counters");
	yajl_val sample = yg_value_find(counters, "sample"), tls = yg_value_find(counters, "tls");
	yajl_val guard = yg_value_find(counters, "guard");
	char line[512], time[YG_FORMAT_CAP], losses[YG_FORMAT_CAP];
	double requests, drops;

	(void)text;
	requests = update(&top->requests,
			  yg_value_uint(sample, "request") + yg_value_uint(tls, "request"),
			  top->now_ns);
	drops = update(&top->drops,
		       yg_value_uint(guard, "drop_exact") + yg_value_uint(guard, "drop_net"),
		       top->now_ns);
	(void)snprintf(line, sizeof(line),
		       top->args.japanese ? "Yagura %s  %s  モード %s  %s UTC"
					  : "Yagura %s  %s  mode %s  %s UTC",
		       yg_value_text(sensor, "version"), yg_value_text(sensor, "host"),
		       yg_cli_word(&top->args, yg_value_text(sensor, "mode")),
		       yg_time_format(yg_value_text(status, "time"), time));
	yg_text_print(top->out, line, top->args.columns, YG_ALIGN_LEFT);
	(void)snprintf(line, sizeof(line),
		       top->args.japanese
			       ? "リクエスト%.0f/s  破棄%.0f/s  損失%s  エンドポイント%" PRIu64
				 "  未判断の検出%" PRIu64
			       : "%.0f requests/s  %.0f drops/s  %s losses  %" PRIu64
				 " endpoints  %" PRIu64 " open findings",
		       requests, drops, yg_count_format(sum_losses(counters), losses),
		       yg_value_uint(yg_value_find(status, "known"), "endpoints"),
		       yg_value_uint(yg_value_find(status, "known"), "findings_open"));
	(void)fputc('\n', top->out);
	yg_text_print(top->out, line, top->args.columns, YG_ALIGN_LEFT);
	(void)fputc('\n', top->out);
	print_roles(top, status);
	return 0;
}

/* A table of one part of the picture, and how it is filled. */
struct part {
	struct top *top;
	struct yg_table *table;
};

static int add_endpoint(void *ctx, const char *line, yajl_val value)
{
	struct part *part = ctx;
	struct rate *rate = rate_of(part->top, yg_value_text(value, "id"));
	char per_s[YG_FORMAT_CAP], requests[YG_FORMAT_CAP], refused[YG_FORMAT_CAP];
	char failed[YG_FORMAT_CAP], callers[YG_FORMAT_CAP], name[1024];
	char outcome[YG_OUTCOME_TEXT_CAP];
	const char *texts[] = {
		per_s,
		yg_count_format(yg_value_uint(value, "requests"), requests),
		yg_count_format(yg_endpoint_class(value, '4'), refused),
		yg_count_format(yg_endpoint_class(value, '5'), failed),
		yg_outcome_text_of(&part->top->args, yg_value_find(value, "outcomes"), outcome),
		yg_count_format(yg_value_uint(value, "callers"), callers),
		name,
	};

	(void)line;
	(void)snprintf(per_s, sizeof(per_s), "%.0f",
		       update(rate, yg_value_uint(value, "requests"), part->top->now_ns));
	yg_endpoint_name(value, name, sizeof(name));
	return yg_table_add(part->table, texts);
}

static int add_finding(void *ctx, const char *line, yajl_val value)
{
	struct part *part = ctx;
	char time[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_time_format(yg_value_text(value, "time"), time) + 11,
		yg_cli_word(&part->top->args, yg_value_text(value, "severity")),
		yg_value_text(value, "rule"),
		yg_value_text(value, "client"),
		yg_cli_word(&part->top->args, yg_value_text(value, "action")),
		yg_value_text(value, "endpoint"),
	};

	(void)line;
	return yg_table_add(part->table, texts);
}

static int add_block(void *ctx, const char *line, yajl_val value)
{
	struct part *part = ctx;
	char left[YG_FORMAT_CAP], drops[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_value_text(value, "prefix"),
		yg_seconds_format(yg_value_uint(value, "seconds_left"), left),
		yg_count_format(yg_value_uint(value, "drops"), drops),
		yg_value_text(value, "cause"),
		yg_value_text(value, "reason"),
	};

	(void)line;
	return yg_table_add(part->table, texts);
}

static const struct yg_column endpoint_columns[] = {
	{ "REQ/S", YG_ALIGN_RIGHT, 0 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },
	{ "4XX", YG_ALIGN_RIGHT, 0 },
	{ "5XX", YG_ALIGN_RIGHT, 0 },
	{ YG_OUTCOME_TITLE, YG_ALIGN_MAYBE, 0 },
	{ "CALLERS", YG_ALIGN_RIGHT, 0 },
	{ "ENDPOINT", YG_ALIGN_LEFT, 10 },
};

static const struct yg_column finding_columns[] = {
	{ "FINDING", YG_ALIGN_LEFT, 0 }, { "SEVERITY", YG_ALIGN_LEFT, 0 },
	{ "RULE", YG_ALIGN_LEFT, 10 },	 { "CLIENT", YG_ALIGN_LEFT, 12 },
	{ "ACTION", YG_ALIGN_LEFT, 0 },	 { "ENDPOINT", YG_ALIGN_LEFT, 8 },
};

static const struct yg_column block_columns[] = {
	{ "BLOCK", YG_ALIGN_LEFT, 16 }, { "LEFT", YG_ALIGN_RIGHT, 0 },
	{ "DROPS", YG_ALIGN_RIGHT, 0 }, { "CAUSE", YG_ALIGN_LEFT, 0 },
	{ "REASON", YG_ALIGN_LEFT, 8 },
};

static const struct {
	const char *path;
	const char *empty; /* said when the list is */
	const struct yg_column *columns;
	size_t column_count;
	yg_client_fn add;
	int share; /* of the rows that are left, in quarters */
} parts[] = {
	{ "/v1/endpoints?sort=requests", "No endpoints yet", endpoint_columns,
	  YG_ARRAY_SIZE(endpoint_columns), add_endpoint, 2 },
	{ "/v1/findings?", "No findings", finding_columns, YG_ARRAY_SIZE(finding_columns),
	  add_finding, 1 },
	{ "/v1/blocks?", "Nothing is blocked", block_columns, YG_ARRAY_SIZE(block_columns),
	  add_block, 1 },
};

static void print_part(struct top *top, size_t i)
{
	int rows = (top->rows - ROWS_FIXED) * parts[i].share / 4;
	struct part part = { .top = top };
	char path[128];

	(void)snprintf(path, sizeof(path), "%s&limit=%d", parts[i].path, rows > 1 ? rows : 1);
	if (yg_cli_table_new(&top->args, parts[i].columns, parts[i].column_count, &part.table))
		return;
	(void)fputc('\n', top->out);
	if (ask(top, path, parts[i].add, &part) == 0 && yg_table_count(part.table) == 0)
		(void)fprintf(top->out, "%s\n", yg_cli_word(&top->args, parts[i].empty));
	yg_table_print(part.table, top->out, top->args.columns);
	yg_table_free(&part.table);
}

static void print_picture(struct top *top)
{
	top->now_ns = monotonic_ns();
	top->error = 0;
	if (ask(top, "/v1/status", print_head, top) == 0) {
		for (size_t i = 0; i < YG_ARRAY_SIZE(parts); i++)
			print_part(top, i);
	}
	if (top->error && top->error != -EPROTO)
		(void)fprintf(top->out,
			      top->args.japanese
				      ? "%sのデーモンに接続できません: %s。再試行します\n"
				      : "cannot reach the daemon at %s: %s; trying again\n",
			      top->args.socket, strerror(-top->error));
}

/*
 * The picture over the old one: each line is cleared before it is written, the end clears what is
 * below. Behind a line that is as wide as the window the cursor stands on its last character.
 */
static void show_picture(const struct top *top, const char *picture)
{
	int rows = 0;

	(void)fputs("\033[H", top->args.out);
	for (const char *line = picture; *line && rows < top->rows - 1; rows++) {
		size_t len = strcspn(line, "\n");

		(void)fputs(rows == 0 && top->args.terminal ? "\033[K\033[1m" : "\033[K",
			    top->args.out);
		(void)fwrite(line, 1, len, top->args.out);
		(void)fputs(rows == 0 ? "\033[0m\r\n" : "\r\n", top->args.out);
		line += len + (line[len] == '\n');
	}
	(void)fputs("\033[J", top->args.out);
	(void)fflush(top->args.out);
}

static void draw(struct top *top)
{
	struct winsize size = { 0 };
	char *picture = NULL;
	size_t len = 0;

	if (ioctl(fileno(top->args.out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0) {
		top->rows = size.ws_row;
		top->args.columns = size.ws_col;
	}
	top->out = open_memstream(&picture, &len);
	if (!top->out)
		return;
	print_picture(top);
	if (fclose(top->out) == 0)
		show_picture(top, picture);
	free(picture);
}

/* Until the next picture is due or the window has changed. Return: false when 'q' was pressed. */
static bool wait_key(int timeout_ms)
{
	struct pollfd in = { STDIN_FILENO, POLLIN, 0 };
	char key = 0;

	if (poll(&in, 1, timeout_ms) <= 0)
		return true;
	if (read(STDIN_FILENO, &key, 1) != 1)
		return false;
	return key != 'q' && key != 'Q' && key != KEY_CTRL_C;
}

static enum yg_exit watch(struct top *top, int every_ms)
{
	struct termios before, raw;

	if (tcgetattr(STDIN_FILENO, &before) || !isatty(fileno(top->args.out)))
		return yg_cli_usage(&top->args, "needs a terminal; try --once");
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	(void)fputs(SCREEN_ON, top->args.out);
	do {
		draw(top);
	} while (wait_key(every_ms));
	(void)fputs(SCREEN_OFF, top->args.out);
	(void)fflush(top->args.out);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return YG_EXIT_DONE;
}

enum yg_exit yg_command_top(const struct yg_cli_args *args)
{
	struct top *top;
	uint64_t every_s = 1;
	enum yg_exit code;

	if (yg_cli_number(args, "every", &every_s) || every_s > 3600)
		return yg_cli_usage(args, "--every: not a number from 1 to 3600");
	top = calloc(1, sizeof(*top));
	if (!top || yg_client_new(args->socket, &top->client)) {
		free(top);
		return yg_cli_fail(args, "top: Out of memory");
	}
	top->args = *args;
	top->rows = ROWS_DEFAULT;
	top->out = args->out;
	if (yg_cli_value(args, "once")) {
		print_picture(top);
		code = top->error ? YG_EXIT_FAILED : YG_EXIT_DONE;
	} else {
		code = watch(top, (int)every_s * MS_PER_S);
	}
	yg_client_free(&top->client);
	free(top);
	return code;
}
