/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/parameters.h"

#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"

#define VALUES_CAP 256u

static const struct yg_column columns[] = {
	{ "IN", YG_ALIGN_LEFT, 0 },	{ "NAME", YG_ALIGN_ENDS, 16 },
	{ "TYPE", YG_ALIGN_LEFT, 0 },	{ "FORMAT", YG_ALIGN_LEFT, 0 },
	{ "NEEDED", YG_ALIGN_LEFT, 0 }, { "VALUES", YG_ALIGN_LEFT, 8 },
};

/* "integer", or "integer|null" of a list. */
static const char *join_types(yajl_val field, char *ret, size_t cap)
{
	yajl_val list = yg_value_find(field, "type");

	if (!YAJL_IS_ARRAY(list))
		return yg_value_text(field, "type");
	ret[0] = '\0';
	for (size_t i = 0; i < YAJL_GET_ARRAY(list)->len; i++) {
		const char *name = YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[i]);
		size_t used = strlen(ret);

		if (name)
			(void)snprintf(ret + used, cap - used, "%s%s", used ? "|" : "", name);
	}
	return ret;
}

static const char *number_of(yajl_val field, const char *name)
{
	const char *path[] = { name, NULL };
	yajl_val value = yajl_tree_get(field, path, yajl_t_number);

	return value ? YAJL_GET_NUMBER(value) : NULL;
}

/* "a, b", "1..100" or "2..36 long". */
static const char *describe_values(yajl_val field, char *ret, size_t cap)
{
	yajl_val list = yg_value_find(field, "enum");
	const char *min = number_of(field, "minimum"), *max = number_of(field, "maximum");
	const char *shortest = number_of(field, "min_length");
	const char *longest = number_of(field, "max_length");

	ret[0] = '\0';
	if (YAJL_IS_ARRAY(list))
		yg_join_texts(list, ret, cap);
	else if (min && max)
		(void)snprintf(ret, cap, "%s..%s", min, max);
	else if (shortest && longest && strcmp(shortest, longest) == 0)
		(void)snprintf(ret, cap, "%s long", shortest);
	else if (shortest && longest)
		(void)snprintf(ret, cap, "%s..%s long", shortest, longest);
	return ret;
}

static int add_field(const struct yg_cli_args *args, struct yg_table *table, yajl_val field)
{
	char types[64], values[VALUES_CAP], place[32];
	const char *status = yg_value_text(field, "status");
	const char *texts[] = {
		place,
		yg_value_text(field, "name"),
		join_types(field, types, sizeof(types)),
		yg_value_text(field, "format"),
		yg_cli_word(args, yg_value_flag(field, "required") ? "required" : "optional"),
		describe_values(field, values, sizeof(values)),
	};

	(void)snprintf(place, sizeof(place), "%s", status[0] ? status : yg_value_text(field, "in"));
	return yg_table_add(table, texts);
}

void yg_parameters_print(const struct yg_cli_args *args, yajl_val endpoint)
{
	yg_print_list(args, "Parameters", yg_value_find(endpoint, "parameters"), columns,
		      YG_ARRAY_SIZE(columns), add_field);
	yg_print_list(args, "Fields of responses", yg_value_find(endpoint, "response_fields"),
		      columns, YG_ARRAY_SIZE(columns), add_field);
}
