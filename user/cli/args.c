/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: which command, its options by its table, the rest. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cli/command.h"
#include "core/slice.h"

#define OPTIONS_MAX	32 /* rows of one command's table; checked by its test */
#define COLUMNS_DEFAULT 80

/* What parsing fills; the values that were joined are owned. */
struct line {
	struct yg_cli_args args;
	const char *given[OPTIONS_MAX];
	char *joined[OPTIONS_MAX];
	const char **items;
	bool help;
};

static void clean_line(struct line *line)
{
	for (size_t i = 0; i < OPTIONS_MAX; i++)
		free(line->joined[i]);
	free(line->items);
}

static void print_error(FILE *err, const char *name, const char *format, va_list args)
{
	(void)fprintf(err, "yagura%s%s: ", name ? " " : "", name ? name : "");
	(void)vfprintf(err, format, args);
	(void)fputc('\n', err);
}

enum yg_exit yg_cli_fail(const struct yg_cli_args *args, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	print_error(args->err, NULL, format, list);
	va_end(list);
	return YG_EXIT_FAILED;
}

enum yg_exit yg_cli_usage(const struct yg_cli_args *args, const char *format, ...)
{
	const char *name = args->command ? args->command->name : NULL;
	va_list list;

	va_start(list, format);
	print_error(args->err, name, format, list);
	va_end(list);
	(void)fprintf(args->err, "Try 'yagura help%s%s'\n", name ? " " : "", name ? name : "");
	return YG_EXIT_USAGE;
}

const char *yg_cli_value(const struct yg_cli_args *args, const char *name)
{
	for (size_t i = 0; args->command->options[i].name; i++) {
		if (strcmp(args->command->options[i].name, name) == 0)
			return args->given[i];
	}
	return NULL;
}

int yg_cli_number(const struct yg_cli_args *args, const char *name, uint64_t *ret)
{
	const char *text = yg_cli_value(args, name);
	uint64_t value = 0;

	if (!text)
		return 0;
	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9' || value > UINT32_MAX)
			return -EINVAL;
		value = value * 10 + (uint64_t)(*p - '0');
	}
	if (value == 0)
		return -EINVAL;
	*ret = value;
	return 0;
}

int yg_cli_duration(const char *text, uint64_t *ret)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t value = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(units); i++) {
		if (*p != units[i].unit || (*p && p[1]))
			continue;
		value *= units[i].seconds;
		if (p == text || value == 0 || value > UINT32_MAX)
			return -EINVAL;
		*ret = value;
		return 0;
	}
	return -EINVAL;
}

/* A value of an option that may be given again goes behind the former one. */
static int add_value(struct line *line, size_t row, const char *value)
{
	char *joined = NULL;

	if (line->args.command->options[row].many && line->given[row]) {
		if (asprintf(&joined, "%s,%s", line->given[row], value) < 0)
			return -ENOMEM;
		free(line->joined[row]);
		line->joined[row] = joined;
		value = joined;
	}
	line->given[row] = value;
	return 0;
}

/* Options that every command of a sort has. Returns false if @name is none of them. */
static bool take_common(struct line *line, struct yg_slice name, const char *value, bool *ret_used)
{
	const struct yg_command *command = line->args.command;

	*ret_used = false;
	if (yg_slice_equal(name, YG_SLICE("help"))) {
		line->help = true;
	} else if (command->json && yg_slice_equal(name, YG_SLICE("json"))) {
		line->args.json = true;
	} else if (command->daemon && value && yg_slice_equal(name, YG_SLICE("socket"))) {
		line->args.socket = value;
		*ret_used = true;
	} else if (command->texts && value && yg_slice_equal(name, YG_SLICE("lang"))) {
		line->args.japanese = strncmp(value, "ja", 2) == 0;
		*ret_used = true;
	} else {
		return false;
	}
	return true;
}

/* "--name", "--name=value" or "--name value"; @next is the word behind, NULL at the end. */
static enum yg_exit take_option(struct line *line, const char *word, const char *next,
				bool *ret_used)
{
	const struct yg_cli_option *options = line->args.command->options;
	const char *equals = strchr(word, '=');
	struct yg_slice name = { word + 2,
				 equals ? (size_t)(equals - word - 2) : strlen(word + 2) };
	const char *value = equals ? equals + 1 : next;

	if (take_common(line, name, value, ret_used)) {
		*ret_used = *ret_used && !equals;
		return YG_EXIT_DONE;
	}
	for (size_t i = 0; options[i].name; i++) {
		if (!yg_slice_equal(name, yg_slice_from_str(options[i].name)))
			continue;
		if (!options[i].value && equals)
			return yg_cli_usage(&line->args, "--%s takes no value", options[i].name);
		if (options[i].value && !value)
			return yg_cli_usage(&line->args, "--%s needs a value: %s", options[i].name,
					    options[i].value);
		*ret_used = options[i].value && !equals;
		if (add_value(line, i, options[i].value ? value : ""))
			return yg_cli_fail(&line->args, "arguments: Out of memory");
		return YG_EXIT_DONE;
	}
	return yg_cli_usage(&line->args, "no option '%.*s'", (int)name.len + 2, word);
}

/* Words behind the command's name. "-" is an operand, "--" ends the options. */
static enum yg_exit take_words(struct line *line, const char *const *words, size_t count)
{
	bool options = true;

	for (size_t i = 0; i < count; i++) {
		enum yg_exit code;
		bool used = false;

		if (options && strcmp(words[i], "--") == 0) {
			options = false;
			continue;
		}
		if (!options || strncmp(words[i], "--", 2) != 0) {
			if (options && words[i][0] == '-' && words[i][1])
				return yg_cli_usage(&line->args, "no option '%s'", words[i]);
			line->items[line->args.item_count++] = words[i];
			continue;
		}
		code = take_option(line, words[i], i + 1 < count ? words[i + 1] : NULL, &used);
		if (code != YG_EXIT_DONE)
			return code;
		i += used ? 1 : 0;
	}
	return YG_EXIT_DONE;
}

/* As setlocale(3) chooses the language of messages. */
static bool is_japanese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0])
			return strncmp(value, "ja", 2) == 0;
	}
	return false;
}

static void look_at_terminal(struct yg_cli_args *args)
{
	const char *no_color = getenv("NO_COLOR");
	int fd = fileno(args->out);
	struct winsize size;

	args->columns = COLUMNS_DEFAULT;
	if (fd < 0 || !isatty(fd))
		return;
	args->terminal = !no_color || !no_color[0];
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		args->columns = size.ws_col;
}

static enum yg_exit run_line(struct line *line, const char *const *words, size_t count)
{
	const struct yg_command *command = line->args.command;
	enum yg_exit code = take_words(line, words, count);

	if (code != YG_EXIT_DONE)
		return code;
	if (line->help) {
		yg_cli_print_help(command, line->args.out);
		return YG_EXIT_DONE;
	}
	if (line->args.item_count < command->items_min)
		return yg_cli_usage(&line->args, "missing operand: %s", command->synopsis);
	if (line->args.item_count > command->items_max)
		return yg_cli_usage(&line->args, "one operand too many: '%s'",
				    line->items[command->items_max]);
	look_at_terminal(&line->args);
	code = command->run(&line->args);
	if (fflush(line->args.out) || ferror(line->args.out))
		return yg_cli_fail(&line->args, "output: %s", strerror(errno));
	return code;
}

int yg_cli_main(int argc, const char *const *argv, FILE *out, FILE *err)
{
	struct line line = { .args = { .out = out, .err = err, .socket = YG_SOCKET_PATH } };
	enum yg_exit code;

	line.args.given = line.given;
	line.args.japanese = is_japanese();
	if (argc < 2) {
		yg_cli_print_help(NULL, err);
		return YG_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		yg_cli_print_help(NULL, out);
		return YG_EXIT_DONE;
	}
	line.args.command =
		yg_command_find(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
	if (!line.args.command)
		return (int)yg_cli_usage(&line.args, "no command '%s'", argv[1]);
	line.items = calloc((size_t)argc, sizeof(*line.items));
	if (!line.items)
		return (int)yg_cli_fail(&line.args, "arguments: Out of memory");
	line.args.items = line.items;
	code = run_line(&line, argv + 2, (size_t)argc - 2);
	clean_line(&line);
	return (int)code;
}
