/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/yaml.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "parse/json.h"

/* A name that needs no quotes: no YAML reader takes it for anything else. */
static bool is_plain(struct yg_slice text)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on",
					     "off",  "y",    "n",     "nan", "inf" };

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], low = yg_ascii_lower(c);

		if ((low < 'a' || low > 'z') && c != '_' && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (yg_slice_equal_nocase(text, yg_slice_from_str(words[i])))
			return false;
	}
	return text.len > 0;
}

static void put_text(struct yg_slice text, bool plain, FILE *out)
{
	const char *quote = plain && is_plain(text) ? "" : "\"";

	/* The escapes of JSON are escapes of YAML. */
	(void)fprintf(out, "%s%.*s%s", quote, (int)text.len, text.ptr, quote);
}

/* Does the text in hand end the container that was just opened? */
static bool is_empty(struct yg_slice left)
{
	return left.len > 0 && (left.ptr[0] == '}' || left.ptr[0] == ']');
}

static void put_node(const struct yg_json_walk *walk, const struct yg_json_node *node, FILE *out)
{
	switch (node->type) {
	case YG_JSON_OBJECT:
		(void)fputs(is_empty(walk->text) ? " {}" : "", out);
		break;
	case YG_JSON_ARRAY:
		(void)fputs(is_empty(walk->text) ? " []" : "", out);
		break;
	case YG_JSON_STRING:
		(void)fputc(' ', out);
		put_text(node->value, false, out);
		break;
	default:
		(void)fprintf(out, " %.*s", (int)node->value.len, node->value.ptr);
		break;
	}
	(void)fputc('\n', out);
}

int yg_yaml_from_json(struct yg_slice json, FILE *out)
{
	struct yg_json_walk walk = { .text = json };
	struct yg_json_node node;

	while (yg_json_walk_next(&walk, &node)) {
		bool item = node.depth > 0 && walk.levels[node.depth - 1].array;

		if (node.depth > 0)
			(void)fprintf(out, "%*s", (int)(node.depth - 1) * 2, "");
		if (node.depth > 0 && item) {
			(void)fputc('-', out);
		} else if (node.depth > 0) {
			put_text(node.name, true, out);
			(void)fputc(':', out);
		}
		if (node.depth > 0)
			put_node(&walk, &node, out);
	}
	if (walk.result != YG_PARSE_DONE || walk.passed)
		return -EINVAL;
	return ferror(out) ? -EIO : 0;
}
