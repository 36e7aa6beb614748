/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration file: one YAML mapping, keys of the option table, a scalar or a list of
 * scalars behind each. Anchors, tags, nesting and a second document are refused: what a reader
 * of the file sees is what is in force.
 */
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "daemon/options_value.h"

struct reader {
	struct yg_options *options;
	yaml_parser_t parser;
	yaml_event_t event;
	const char *name;
	char *error; /* [YG_OPTIONS_ERROR_CAP] */
	bool seen[YG_OPTIONS_ROWS_MAX];
	size_t bytes;
	FILE *file;
	bool is_long;
};

static int read_bytes(void *ctx, unsigned char *buf, size_t cap, size_t *ret_len)
{
	struct reader *reader = ctx;

	*ret_len = fread(buf, 1, cap, reader->file);
	reader->bytes += *ret_len;
	if (reader->bytes > YG_OPTIONS_FILE_MAX) {
		reader->is_long = true;
		return 0;
	}
	return !ferror(reader->file);
}

static int fail_at(struct reader *reader, size_t line, const char *key, const char *cause)
{
	(void)snprintf(reader->error, YG_OPTIONS_ERROR_CAP, "%s:%zu: %.64s%s%s", reader->name,
		       line + 1, key ? key : "", key ? ": " : "", cause);
	return -EINVAL;
}

static int fail_here(struct reader *reader, const char *key, const char *cause)
{
	return fail_at(reader, reader->event.start_mark.line, key, cause);
}

static int next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	reader->event = (yaml_event_t){ 0 };
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return 0;
	if (reader->is_long) {
		(void)snprintf(reader->error, YG_OPTIONS_ERROR_CAP, "%s: longer than %u bytes",
			       reader->name, YG_OPTIONS_FILE_MAX);
		return -E2BIG;
	}
	if (ferror(reader->file)) {
		(void)snprintf(reader->error, YG_OPTIONS_ERROR_CAP, "%s: cannot read",
			       reader->name);
		return -EIO;
	}
	if (reader->parser.error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	return fail_at(reader, reader->parser.problem_mark.line, NULL,
		       reader->parser.problem ? reader->parser.problem : "not YAML");
}

static int expect(struct reader *reader, yaml_event_type_t type, const char *cause)
{
	int r = next(reader);

	if (r)
		return r;
	return reader->event.type == type ? 0 : fail_here(reader, NULL, cause);
}

/* The scalar of the current event as a C string, or NULL: an embedded NUL or an anchor. */
static const char *scalar(const struct reader *reader)
{
	const char *text = (const char *)reader->event.data.scalar.value;

	if (reader->event.data.scalar.anchor || strlen(text) != reader->event.data.scalar.length)
		return NULL;
	return text;
}

static int apply(struct reader *reader, const struct yg_option *option)
{
	const char *text = scalar(reader);
	const char *cause = "not plain text";
	char wrong[YG_OPTIONS_ERROR_CAP];
	int r = -EINVAL;

	if (text)
		r = yg_options_set(reader->options, option, YG_OPTIONS_FILE, text, &cause);
	if (r == 0 && option->check) {
		r = option->check(text, wrong, sizeof(wrong));
		cause = wrong;
	}
	return r == -EINVAL ? fail_here(reader, option->name, cause) : r;
}

static int read_list(struct reader *reader, const struct yg_option *option)
{
	int r;

	if (option->type != YG_OPTION_TEXTS && option->type != YG_OPTION_PREFIXES)
		return fail_here(reader, option->name, "takes one value, not a list");
	for (;;) {
		r = next(reader);
		if (r)
			return r;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (reader->event.type != YAML_SCALAR_EVENT)
			return fail_here(reader, option->name, "list of anything but plain values");
		r = apply(reader, option);
		if (r)
			return r;
	}
}

static int read_value(struct reader *reader, const struct yg_option *option)
{
	int r = next(reader);

	if (r)
		return r;
	if (reader->event.type == YAML_SEQUENCE_START_EVENT)
		return read_list(reader, option);
	if (reader->event.type != YAML_SCALAR_EVENT)
		return fail_here(reader, option->name, "needs a value or a list of values");
	return apply(reader, option);
}

static int read_key(struct reader *reader)
{
	const struct yg_option *option;
	const char *key = scalar(reader);
	const struct yg_option *table;
	size_t count;

	option = key ? yg_options_find(key) : NULL;
	if (!option)
		return fail_here(reader, key, "unknown key");
	if (option->command)
		return fail_here(reader, key, "is for the command line only");
	table = yg_options_table(&count);
	if (reader->seen[option - table])
		return fail_here(reader, key, "given twice");
	reader->seen[option - table] = true;
	return read_value(reader, option);
}

static int read_mapping(struct reader *reader)
{
	int r;

	for (;;) {
		r = next(reader);
		if (r)
			return r;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (reader->event.type != YAML_SCALAR_EVENT)
			return fail_here(reader, NULL, "a key must be plain text");
		r = read_key(reader);
		if (r)
			return r;
	}
}

static int read_document(struct reader *reader)
{
	int r;

	r = expect(reader, YAML_STREAM_START_EVENT, "not YAML");
	if (!r)
		r = next(reader);
	if (r || reader->event.type == YAML_STREAM_END_EVENT)
		return r; /* an empty file sets nothing */
	r = next(reader);
	if (r)
		return r;
	/* A file of comments only is one empty scalar. */
	if (reader->event.type == YAML_SCALAR_EVENT && reader->event.data.scalar.length == 0)
		r = 0;
	else if (reader->event.type != YAML_MAPPING_START_EVENT)
		return fail_here(reader, NULL, "not a mapping of keys to values");
	else
		r = read_mapping(reader);
	if (!r)
		r = expect(reader, YAML_DOCUMENT_END_EVENT, "more than one mapping");
	if (!r)
		r = expect(reader, YAML_STREAM_END_EVENT, "more than one document");
	return r;
}

int yg_options_from_file(struct yg_options *options, FILE *file, const char *name, char *ret_error)
{
	struct reader reader = {
		.options = options, .name = name, .error = ret_error, .file = file
	};
	int r;

	ret_error[0] = '\0';
	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	yaml_parser_set_input(&reader.parser, read_bytes, &reader);
	r = read_document(&reader);
	yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	if (r && ret_error[0] == '\0')
		(void)snprintf(ret_error, YG_OPTIONS_ERROR_CAP, "%s: %s", name, strerror(-r));
	return r;
}
