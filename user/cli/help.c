/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/command.h"

#define WIDTH	       80 /* columns of help texts */
#define SYNOPSIS_WIDTH 26 /* columns of the left side of a list */

const struct yg_cli_option yg_help_options[] = {
	{ "man", NULL, "Print all commands as a section of a manual page", false },
	{ 0 },
};

static const struct yg_cli_option common_json = { "json", NULL, "Print JSON, one object a line",
						  false };
static const struct yg_cli_option common_lang = {
	"lang", "LANG", "Titles, causes and reasons in this language: en or ja; without it by LANG",
	false
};
static const struct yg_cli_option common_socket = {
	"socket", "PATH", "Socket of the daemon, " YG_SOCKET_PATH " if not given", false
};
static const struct yg_cli_option common_help = { "help", NULL, "Print this text", false };

typedef void (*option_fn)(FILE *out, const struct yg_cli_option *option);

static void each_option(const struct yg_command *command, FILE *out, option_fn fn)
{
	for (const struct yg_cli_option *option = command->options; option->name; option++)
		fn(out, option);
	if (command->json)
		fn(out, &common_json);
	if (command->daemon)
		fn(out, &common_socket);
	if (command->texts)
		fn(out, &common_lang);
	fn(out, &common_help);
}

/* @text behind @indent columns that are filled already, wrapped at blanks. */
static void print_wrapped(FILE *out, const char *text, size_t indent)
{
	const size_t width = WIDTH - indent;

	for (;;) {
		size_t len = strlen(text), take = len;

		if (len > width) {
			for (take = width; take > 0 && text[take] != ' ';)
				take--;
			take = take ? take : width;
		}
		(void)fprintf(out, "%.*s\n", (int)take, text);
		text += take;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		(void)fprintf(out, "%*s", (int)indent, "");
	}
}

static void print_option(FILE *out, const struct yg_cli_option *option)
{
	char left[64], right[512];

	(void)snprintf(left, sizeof(left), "--%s%s%s", option->name, option->value ? " " : "",
		       option->value ? option->value : "");
	(void)snprintf(right, sizeof(right), "%s%s", option->help,
		       option->many ? "; may be given again" : "");
	(void)fprintf(out, "  %-*s", SYNOPSIS_WIDTH - 1, left);
	print_wrapped(out, right, SYNOPSIS_WIDTH + 1);
}

static void print_examples(FILE *out, const char *lines)
{
	(void)fputs("\nExamples:\n", out);
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		(void)fprintf(out, "  %.*s\n", (int)len, lines);
		lines += len + 1;
	}
}

static void print_one(const struct yg_command *command, FILE *out)
{
	(void)fprintf(out, "usage: yagura %s%s%s\n\n%s.\n", command->name,
		      command->synopsis[0] ? " " : "", command->synopsis, command->summary);
	if (command->text) {
		(void)fputc('\n', out);
		print_wrapped(out, command->text, 0);
	}
	(void)fprintf(out, "\n");
	each_option(command, out, print_option);
	if (command->examples)
		print_examples(out, command->examples);
}

void yg_cli_print_help(const struct yg_command *command, FILE *out)
{
	const struct yg_command *table;
	size_t count;

	if (command) {
		print_one(command, out);
		return;
	}
	table = yg_command_table(&count);
	(void)fprintf(out, "usage: yagura COMMAND [ARGUMENT]...\n\n");
	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "  %-12s %s\n", table[i].name, table[i].summary);
	(void)fprintf(out,
		      "\n'yagura help COMMAND' or 'yagura COMMAND --help' prints its options.\n"
		      "Exit: 0 done, 1 failed, 2 bad usage, 3 findings at or above --fail-on.\n");
}

/* man(7) takes '-' for a hyphen, '\\' for an escape, a leading '.' or '\'' for a request. */
static void print_man_text(FILE *out, const char *text)
{
	if (text[0] == '.' || text[0] == '\'')
		(void)fputs("\\&", out);
	for (const char *p = text; *p; p++) {
		if (*p == '-')
			(void)fputs("\\-", out);
		else if (*p == '\\')
			(void)fputs("\\e", out);
		else
			(void)fputc(*p, out);
	}
}

static void print_man_option(FILE *out, const struct yg_cli_option *option)
{
	(void)fputs(".TP\n\\fB\\-\\-", out);
	print_man_text(out, option->name);
	(void)fputs("\\fR", out);
	if (option->value) {
		(void)fputs(" \\fI", out);
		print_man_text(out, option->value);
		(void)fputs("\\fR", out);
	}
	(void)fputc('\n', out);
	print_man_text(out, option->help);
	(void)fputs(option->many ? "; may be given again.\n" : ".\n", out);
}

void yg_cli_print_man(FILE *out)
{
	size_t count;
	const struct yg_command *table = yg_command_table(&count);

	for (size_t i = 0; i < count; i++) {
		(void)fputs(".SS \"yagura ", out);
		print_man_text(out, table[i].name);
		(void)fputs(table[i].synopsis[0] ? " " : "", out);
		print_man_text(out, table[i].synopsis);
		(void)fputs("\"\n", out);
		print_man_text(out, table[i].summary);
		(void)fputs(".\n", out);
		if (table[i].text) {
			(void)fputs(".PP\n", out);
			print_man_text(out, table[i].text);
			(void)fputc('\n', out);
		}
		each_option(&table[i], out, print_man_option);
		if (!table[i].examples)
			continue;
		(void)fputs(".PP\nExamples:\n.PP\n.nf\n", out);
		print_man_text(out, table[i].examples);
		(void)fputs(".fi\n", out);
	}
}

enum yg_exit yg_command_help(const struct yg_cli_args *args)
{
	const struct yg_command *command = NULL;

	if (yg_cli_value(args, "man")) {
		yg_cli_print_man(args->out);
		return YG_EXIT_DONE;
	}
	if (args->item_count > 0) {
		command = yg_command_find(args->items[0]);
		if (!command)
			return yg_cli_usage(args, "no command '%s'", args->items[0]);
	}
	yg_cli_print_help(command, args->out);
	return YG_EXIT_DONE;
}
