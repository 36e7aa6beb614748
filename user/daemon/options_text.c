/* SPDX-License-Identifier: GPL-2.0-only */
/* The option table as people read it: YAML, --help, man(7). */
#include <inttypes.h>
#include <string.h>

#include "daemon/options_value.h"

#define HELP_COLUMN 28
#define HELP_WIDTH  96

/* Single quotes: the only escape inside is a doubled quote. */
static void print_quoted(const char *text, FILE *out)
{
	(void)fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputc('\'', out);
		(void)fputc(*text, out);
	}
	(void)fputc('\'', out);
}

static void print_texts(const struct yg_text_list *list, FILE *out)
{
	(void)fputs("[", out);
	for (size_t i = 0; i < list->count; i++) {
		(void)fputs(i > 0 ? ", " : "", out);
		print_quoted(list->items[i], out);
	}
	(void)fputs("]", out);
}

static void print_prefixes(const struct yg_prefix_list *list, FILE *out)
{
	char text[YG_ADDRESS_TEXT_CAP];

	(void)fputs("[", out);
	for (size_t i = 0; i < list->count; i++)
		(void)fprintf(out, "%s'%s'", i > 0 ? ", " : "",
			      yg_prefix_format(&list->items[i], text));
	(void)fputs("]", out);
}

static void print_value(const struct yg_options *options, const struct yg_option *option, FILE *out)
{
	const void *value = (const char *)options + option->offset;

	switch (option->type) {
	case YG_OPTION_FLAG:
		(void)fputs(*(const uint64_t *)value ? "true" : "false", out);
		break;
	case YG_OPTION_CHOICE:
		print_quoted(option->choices[*(const uint64_t *)value], out);
		break;
	case YG_OPTION_TEXT:
		print_quoted(*(char *const *)value, out);
		break;
	case YG_OPTION_TEXTS:
		print_texts(value, out);
		break;
	case YG_OPTION_PREFIXES:
		print_prefixes(value, out);
		break;
	default:
		(void)fprintf(out, "%" PRIu64, *(const uint64_t *)value);
		break;
	}
}

void yg_options_print(const struct yg_options *options, FILE *out)
{
	const struct yg_option *table;
	size_t count;

	table = yg_options_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (table[i].command)
			continue;
		(void)fprintf(out, "%s: ", table[i].name);
		print_value(options, &table[i], out);
		(void)fputc('\n', out);
	}
}

/* Words of @text from @column on, broken at HELP_WIDTH. */
static void print_wrapped(const char *text, FILE *out)
{
	int column = HELP_COLUMN;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH) {
			(void)fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			(void)fputc(' ', out);
			column++;
		}
		(void)fprintf(out, "%.*s", len, text);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
}

static void print_choices(const struct yg_option *option, FILE *out)
{
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		(void)fprintf(out, "%s%s", i > 0 ? "|" : "", option->choices[i]);
}

static bool has_default(const struct yg_option *option)
{
	return !option->command && option->initial && option->initial[0] != '\0';
}

void yg_options_help(FILE *out)
{
	const struct yg_option *table;
	size_t count;

	(void)fputs("yagurad - API-security sensor: reads, learns, finds, blocks\n\n"
		    "usage: yagurad [OPTION]...\n\n",
		    out);
	table = yg_options_table(&count);
	for (size_t i = 0; i < count; i++) {
		int len;

		if (table[i].hidden)
			continue;
		len = fprintf(out, "  --%s%s%s", table[i].name, table[i].value ? " " : "",
			      table[i].value ? table[i].value : "");
		if (len >= HELP_COLUMN)
			(void)fprintf(out, "\n%*s", HELP_COLUMN, "");
		else
			(void)fprintf(out, "%*s", HELP_COLUMN - len, "");
		print_wrapped(table[i].help, out);
		if (table[i].choices || has_default(&table[i])) {
			(void)fprintf(out, "\n%*s(", HELP_COLUMN, "");
			print_choices(&table[i], out);
			(void)fprintf(out, "%s%s%s)",
				      table[i].choices && has_default(&table[i]) ? "; " : "",
				      has_default(&table[i]) ? "default " : "",
				      has_default(&table[i]) ? table[i].initial : "");
		}
		(void)fputc('\n', out);
	}
	(void)fputs("\nA flag is turned off as in --tls=false. Numbers take K, M, G (bytes) and "
		    "s, m, h, d (times).\n",
		    out);
}

/* In man(7) a leading dot or quote is a request and '-' is a hyphen. */
static void print_roff(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
}

void yg_options_man(FILE *out)
{
	const struct yg_option *table;
	size_t count;

	(void)fputs(".SH OPTIONS\n", out);
	table = yg_options_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (table[i].hidden)
			continue;
		(void)fputs(".TP\n.BR \\-\\-", out);
		print_roff(table[i].name, out);
		if (table[i].value)
			(void)fprintf(out, " \" \" \\fI%s\\fR", table[i].value);
		(void)fputc('\n', out);
		print_roff(table[i].help, out);
		(void)fputs(".\n", out);
		if (table[i].choices) {
			(void)fputs("One of ", out);
			for (size_t j = 0; table[i].choices[j]; j++)
				(void)fprintf(out, "%s%s", j > 0 ? ", " : "", table[i].choices[j]);
			(void)fputs(".\n", out);
		}
		if (has_default(&table[i]))
			(void)fprintf(out, "Default: %s.\n", table[i].initial);
		if (table[i].type == YG_OPTION_TEXTS || table[i].type == YG_OPTION_PREFIXES)
			(void)fputs("May be given more than once.\n", out);
		if (table[i].reloadable)
			(void)fputs("Applied anew on SIGHUP.\n", out);
	}
}
