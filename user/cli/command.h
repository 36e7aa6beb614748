/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command of `yagura` is: one row in the table of command.c, one file beside it. --help,
 * the manual and the parser come from the same rows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/macros.h"

#define YG_SOCKET_PATH "/run/yagura/yagura.sock"

/* Exit codes of every command. */
enum yg_exit {
	YG_EXIT_DONE,	  /* 0 */
	YG_EXIT_FAILED,	  /* 1: one line on stderr: object and cause */
	YG_EXIT_USAGE,	  /* 2 */
	YG_EXIT_FINDINGS, /* 3: analyze --fail-on */
	YG_EXIT_MAX
};

/* One row of a command's option table; the table ends with a row without a name. */
struct yg_cli_option {
	const char *name;  /* "for": given as --for VALUE or --for=VALUE */
	const char *value; /* placeholder: "1h"; NULL: a flag without value */
	const char *help;  /* one sentence without full stop */
	bool many;	   /* may be given again: the values are joined by a comma */
};

/* A parsed command line: which options were given, then what is left. */
struct yg_cli_args {
	const struct yg_command *command;
	const char *const *given; /* [option rows] value; "" for a flag; NULL: not given; the last
				     value wins, or all joined by commas if many */
	const char *const *items; /* [item_count] what is not an option */
	size_t item_count;
	const char *socket; /* --socket or its default */
	bool json;	    /* --json: on every read command */
	FILE *out, *err;
	bool terminal; /* out is a terminal and NO_COLOR is not set */
	int columns;   /* of the terminal, or 80 */
	bool japanese; /* --lang ja, else LC_ALL, LC_MESSAGES or LANG: texts of rules */
};

struct yg_command {
	const char *name;
	const char *synopsis; /* after the name: "ADDR|CIDR [--for 1h]"; "" for none */
	const char *summary;  /* one line for the list of commands, without full stop */
	const char *text;     /* the manual's paragraph; may be NULL */
	const char *examples; /* command lines, one a line, each with its '\n'; may be NULL */
	const struct yg_cli_option *options;
	size_t items_min, items_max; /* operands it takes; SIZE_MAX: any number */
	bool json;		     /* takes --json */
	bool daemon;		     /* asks the daemon: takes --socket */
	bool texts;		     /* speaks two languages: takes --lang */
	enum yg_exit (*run)(const struct yg_cli_args *args);
};

/**
 * yg_cli_value() - value of option @name.
 * Return: "" for a flag that was given; NULL when it was not.
 */
const char *yg_cli_value(const struct yg_cli_args *args, const char *name);

/**
 * yg_cli_duration() - seconds of "90", "90s", "15m", "1h" or "7d".
 * Return: 0; -EINVAL not a duration, zero, or beyond 32 bits.
 */
YG_MUST_CHECK int yg_cli_duration(const char *text, uint64_t *ret);

/* Option @name as a number above 0; @ret is untouched without it. Return: 0; -EINVAL. */
YG_MUST_CHECK int yg_cli_number(const struct yg_cli_args *args, const char *name, uint64_t *ret);

/**
 * yg_cli_usage() - print "yagura COMMAND: cause" and where to read on.
 * Return: YG_EXIT_USAGE, to be returned by the command.
 */
__attribute__((format(printf, 2, 3))) enum yg_exit yg_cli_usage(const struct yg_cli_args *args,
								const char *format, ...);

/**
 * yg_cli_fail() - print "yagura: object: cause" to args->err.
 * Return: YG_EXIT_FAILED, to be returned by the command.
 */
__attribute__((format(printf, 2, 3))) enum yg_exit yg_cli_fail(const struct yg_cli_args *args,
							       const char *format, ...);

/* The text in the language of the reader, if there is one in Japanese. */
static inline const char *yg_cli_text(const struct yg_cli_args *args, const char *english,
				      const char *japanese)
{
	return args->japanese && japanese && japanese[0] ? japanese : english;
}

/* Options of the commands whose file holds the table. */
extern const struct yg_cli_option yg_analyze_options[];
extern const struct yg_cli_option yg_help_options[];
extern const struct yg_cli_option yg_endpoints_options[];
extern const struct yg_cli_option yg_callers_options[];
extern const struct yg_cli_option yg_parties_options[];
extern const struct yg_cli_option yg_risk_options[];
extern const struct yg_cli_option yg_relations_options[];
extern const struct yg_cli_option yg_testcases_options[];
extern const struct yg_cli_option yg_findings_options[];
extern const struct yg_cli_option yg_posture_options[];
extern const struct yg_cli_option yg_approve_options[];
extern const struct yg_cli_option yg_block_options[];
extern const struct yg_cli_option yg_limits_options[];
extern const struct yg_cli_option yg_top_options[];
extern const struct yg_cli_option yg_openapi_options[];

/* All commands, in the order of the manual; [*ret_count]. */
const struct yg_command *yg_command_table(size_t *ret_count);

/**
 * yg_cli_main() - parse and run one command line; main() of yagura without the process around it.
 * @argv: [argc], argv[0] is the program.
 *
 * Return: enum yg_exit.
 */
int yg_cli_main(int argc, const char *const *argv, FILE *out, FILE *err);

/* "yagura help", "yagura help NAME"; @command NULL: the list of all. */
void yg_cli_print_help(const struct yg_command *command, FILE *out);

/* The COMMANDS section of the manual in man(7), for the page generator and `help --man`. */
void yg_cli_print_man(FILE *out);

/* The command of that name, or NULL. */
const struct yg_command *yg_command_find(const char *name);

/* One function per command; each in the file of its name. */
enum yg_exit yg_command_analyze(const struct yg_cli_args *args);
enum yg_exit yg_command_status(const struct yg_cli_args *args);
enum yg_exit yg_command_endpoints(const struct yg_cli_args *args);
enum yg_exit yg_command_endpoint(const struct yg_cli_args *args);
enum yg_exit yg_command_risk(const struct yg_cli_args *args);
enum yg_exit yg_command_parties(const struct yg_cli_args *args);
enum yg_exit yg_command_relations(const struct yg_cli_args *args);
enum yg_exit yg_command_testcases(const struct yg_cli_args *args);
enum yg_exit yg_command_callers(const struct yg_cli_args *args);
enum yg_exit yg_command_findings(const struct yg_cli_args *args);
enum yg_exit yg_command_finding(const struct yg_cli_args *args);
enum yg_exit yg_command_posture(const struct yg_cli_args *args);
enum yg_exit yg_command_block(const struct yg_cli_args *args);
enum yg_exit yg_command_unblock(const struct yg_cli_args *args);
enum yg_exit yg_command_blocks(const struct yg_cli_args *args);
enum yg_exit yg_command_approve(const struct yg_cli_args *args);
enum yg_exit yg_command_dismiss(const struct yg_cli_args *args);
enum yg_exit yg_command_rules(const struct yg_cli_args *args);
enum yg_exit yg_command_query(const struct yg_cli_args *args);
enum yg_exit yg_command_top(const struct yg_cli_args *args);
enum yg_exit yg_command_limits(const struct yg_cli_args *args);
enum yg_exit yg_command_openapi(const struct yg_cli_args *args);
enum yg_exit yg_command_help(const struct yg_cli_args *args);
enum yg_exit yg_command_version(const struct yg_cli_args *args);
