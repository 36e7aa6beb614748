/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/data.h"

#include <string.h>

#include "baseline/data_class.h"
#include "cli/client.h"
#include "cli/word.h"

const struct yg_column yg_data_columns[YG_DATA_COLUMNS] = {
	{ "CLASS", YG_ALIGN_LEFT, 8 },	 { "IN", YG_ALIGN_LEFT, 0 },
	{ "FIELD", YG_ALIGN_ENDS, 16 },	 { "CONFIDENCE", YG_ALIGN_LEFT, 0 },
	{ "VALUES", YG_ALIGN_RIGHT, 0 }, { "SAMPLE", YG_ALIGN_LEFT, 8 },
};

/* What a class is called; one of the operator's own goes by its name. */
static const char *data_title(const struct yg_cli_args *args, const char *name)
{
	uint32_t class_ = yg_data_class_from_name(yg_slice_from_str(name));

	return args->japanese && class_ < YG_DATA_CLASS_MAX ? yg_data_class_info(class_)->title_ja
							    : name;
}

int yg_data_add(const struct yg_cli_args *args, struct yg_table *table, yajl_val field)
{
	const char *at = yg_value_text(field, "at");
	char values[YG_FORMAT_CAP], name[YG_DATA_PATH_CAP + 16];
	const char *texts[YG_DATA_COLUMNS] = {
		data_title(args, yg_value_text(field, "class")),
		yg_cli_word(args, yg_value_text(field, "in")),
		name,
		yg_cli_word(args, yg_value_text(field, "confidence")),
		yg_count_format(yg_value_uint(field, "values"), values),
		yg_value_text(field, "sample"),
	};

	/* The path of a field of a body says where it stands; other names do not. */
	(void)snprintf(name, sizeof(name), "%s%s%s", strcmp(at, "body") ? at : "",
		       strcmp(at, "body") ? " " : "", yg_value_text(field, "field"));
	return yg_table_add(table, texts);
}

/* Append to "a,b?" unless it is there; what does not fit is left out. */
static void add_class(char *text, size_t cap, struct yg_slice name, bool possible)
{
	size_t len = name.len, used = strlen(text);

	for (const char *p = text; *p; p += strcspn(p, ","), p += *p == ',') {
		size_t word = strcspn(p, ",?");

		if (word == len && memcmp(p, name.ptr, len) == 0)
			return;
	}
	if (len == 0 || used + len + 3 > cap)
		return;
	(void)snprintf(text + used, cap - used, "%s%.*s%s", used ? "," : "", (int)len, name.ptr,
		       possible ? "?" : "");
}

/* Kinds of which the column names the kind alone, as --data takes it. The gravest come first. */
static struct yg_slice short_name(const char *name, bool *ret_grave)
{
	static const char *const kinds[] = { "secret-", "national-id-" };
	static const char *const grave[] = { "pan",	     "cvv",	     "card-pin",
					     "card-track",   "my-number",    "iban",
					     "passport",     "bank-account", "health",
					     "health-number" };

	*ret_grave = true;
	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return (struct yg_slice){ name, strlen(kinds[i]) - 1 };
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(grave); i++) {
		if (strcmp(name, grave[i]) == 0)
			return yg_slice_from_str(name);
	}
	*ret_grave = false;
	return yg_slice_from_str(name);
}

static void join_some(yajl_val list, bool want_grave, char *text, size_t cap)
{
	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
		yajl_val field = YAJL_GET_ARRAY(list)->values[i];
		bool possible = strcmp(yg_value_text(field, "confidence"), "possible") == 0;
		bool grave;
		struct yg_slice name = short_name(yg_value_text(field, "class"), &grave);

		if ((grave && !possible) == want_grave)
			add_class(text, cap, name, possible);
	}
}

const char *yg_data_join(yajl_val list, char *ret, size_t cap)
{
	ret[0] = '\0';
	join_some(list, true, ret, cap);
	join_some(list, false, ret, cap);
	return ret;
}

const char *yg_data_join_of(const struct yg_data *data, const struct yg_endpoint *endpoint,
			    char *ret, size_t cap)
{
	uint32_t count;
	const struct yg_data_field *fields = yg_data_fields(data, endpoint->index, &count);

	ret[0] = '\0';
	/* The surest first, so that a class has its best level. */
	for (uint32_t level = YG_DATA_CONFIRMED; level > YG_DATA_NONE; level--) {
		for (uint32_t i = 0; i < count; i++) {
			if (yg_data_level_of(data, endpoint->index, &fields[i]) == level)
				add_class(ret, cap,
					  yg_slice_from_str(
						  yg_data_class_name(data, fields[i].class_)),
					  level == YG_DATA_POSSIBLE);
		}
	}
	return ret;
}
