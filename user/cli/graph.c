/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/graph.h"

#include <inttypes.h>
#include <string.h>

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"

void yg_graph_name(yajl_val end, char *ret, size_t cap)
{
	const char *service = yg_value_text(end, "service"), *id = yg_value_text(end, "id");

	/* An endpoint that was forgotten has an id alone. */
	if (yg_value_text(end, "method")[0])
		yg_endpoint_name(end, ret, cap);
	else
		(void)snprintf(ret, cap, "%s", service[0] ? service : id[0] ? id : "-");
}

/* A string of the DOT language: the quote and the backslash are escaped, control bytes left out. */
static void put_quoted(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			continue;
		if (*text == '"' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

void yg_graph_open(FILE *out)
{
	(void)fputs("digraph apis {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n"
		    "\tedge [fontname=\"sans-serif\", fontsize=10];\n",
		    out);
}

void yg_graph_add(FILE *out, yajl_val relation)
{
	char from[YG_GRAPH_NAME_CAP], into[YG_GRAPH_NAME_CAP], data[256], label[320];
	char requests[YG_FORMAT_CAP];
	yajl_val source = yg_value_find(relation, "from");
	bool third = strcmp(yg_value_text(relation, "kind"), "third-party") == 0;

	yg_graph_name(source, from, sizeof(from));
	yg_graph_name(yg_value_find(relation, "into"), into, sizeof(into));
	yg_join_texts(yg_value_find(relation, "data"), data, sizeof(data));
	(void)snprintf(label, sizeof(label), "%s%s%s",
		       yg_count_format(yg_value_uint(relation, "requests"), requests),
		       data[0] ? " " : "", data);
	if (third) {
		(void)fputc('\t', out);
		put_quoted(out, into);
		(void)fputs(" [style=dashed];\n", out);
	}
	(void)fputc('\t', out);
	put_quoted(out, YAJL_IS_OBJECT(source) ? from : "this host");
	(void)fputs(" -> ", out);
	put_quoted(out, into);
	(void)fputs(" [label=", out);
	put_quoted(out, label);
	(void)fputs(third ? ", style=dashed];\n" : "];\n", out);
}

void yg_graph_close(FILE *out)
{
	(void)fputs("}\n", out);
}
