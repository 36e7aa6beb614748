/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables VERSION <PAGE.in >PAGE: fill the tables of the program into a manual page.
 *
 * A line "@NAME@" of the page is replaced by that table: OPTIONS (yagurad), KEYS (yagura.yaml),
 * COMMANDS (yagura), and one per kind of counter. "@VERSION@" is replaced inside lines. So a page
 * cannot tell another story than the program; an unknown name is an error.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/macros.h"
#include "daemon/options.h"
#include "stream/counter.h"
#include "yagura/counter.h"

#define LINE_CAP 4096

/* man(7): '-' is a hyphen and '\\' an escape; a leading '.' or '\'' is a request. */
static void print_roff(const char *text, FILE *out)
{
	if (text[0] == '.' || text[0] == '\'')
		(void)fputs("\\&", out);
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
}

static void print_row(const char *name, const char *help, FILE *out)
{
	(void)fprintf(out, ".TP\n.B %s\n", name);
	print_roff(help, out);
	(void)fputc('\n', out);
}

#define PRINT_ROW(name, help) print_row(#name, help, out);

static void print_guard(FILE *out)
{
	YG_GUARD_COUNTERS(PRINT_ROW)
}

static void print_sample(FILE *out)
{
	YG_SAMPLE_COUNTERS(PRINT_ROW)
}

static void print_tls(FILE *out)
{
	YG_TLS_COUNTERS(PRINT_ROW)
}

static void print_proc(FILE *out)
{
	YG_PROC_COUNTERS(PRINT_ROW)
}

static void print_stream(FILE *out)
{
	YG_STREAM_COUNTERS(PRINT_ROW)
}

/* The same rows as the command line, without those that only a command line has. */
static void print_keys(FILE *out)
{
	const struct yg_option *table;
	size_t count;

	table = yg_options_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (table[i].command || table[i].hidden)
			continue;
		(void)fprintf(out, ".TP\n.B %s:", table[i].name);
		(void)fprintf(out, " \\fI%s\\fR\n", table[i].value ? table[i].value : "true|false");
		print_roff(table[i].help, out);
		(void)fputs(".\n", out);
		if (table[i].initial && table[i].initial[0])
			(void)fprintf(out, "Default: %s.\n", table[i].initial);
		if (table[i].type == YG_OPTION_TEXTS || table[i].type == YG_OPTION_PREFIXES)
			(void)fputs("One value or a list.\n", out);
		if (table[i].reloadable)
			(void)fputs("Applied anew on SIGHUP.\n", out);
	}
}

static const struct {
	const char *name; /* the whole line */
	void (*print)(FILE *out);
} tables[] = {
	{ "@OPTIONS@\n", yg_options_man },    { "@KEYS@\n", print_keys },
	{ "@COMMANDS@\n", yg_cli_print_man }, { "@GUARD@\n", print_guard },
	{ "@SAMPLE@\n", print_sample },	      { "@TLS@\n", print_tls },
	{ "@PROC@\n", print_proc },	      { "@STREAM@\n", print_stream },
};

static bool print_table(const char *line)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(tables); i++) {
		if (strcmp(line, tables[i].name) == 0) {
			tables[i].print(stdout);
			return true;
		}
	}
	return false;
}

static void print_text(const char *line, const char *version)
{
	const char *mark = strstr(line, "@VERSION@");

	if (!mark) {
		(void)fputs(line, stdout);
		return;
	}
	(void)fwrite(line, 1, (size_t)(mark - line), stdout);
	(void)fputs(version, stdout);
	(void)fputs(mark + strlen("@VERSION@"), stdout);
}

int main(int argc, char **argv)
{
	char line[LINE_CAP];

	if (argc != 2)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		if (print_table(line))
			continue;
		if (line[0] == '@') {
			(void)fprintf(stderr, "tables: no table %s", line);
			return 1;
		}
		print_text(line, argv[1]);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
