/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/options_value.h"

#include <errno.h>
#include <string.h>

#define KIB	1024ull
#define MINUTE	60ull
#define HOUR	3600ull
#define DAY	86400ull
#define DECIMAL 10u

struct unit {
	char letter;
	uint64_t factor;
};

static const struct unit byte_units[] = { { 'K', KIB }, { 'M', KIB *KIB }, { 'G', KIB *KIB *KIB } };
static const struct unit time_units[] = {
	{ 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY }
};

static void *member(struct yg_options *options, const struct yg_option *option)
{
	return (char *)options + option->offset;
}

static const void *member_view(const struct yg_options *options, const struct yg_option *option)
{
	return (const char *)options + option->offset;
}

static int fail(const char **ret_cause, const char *cause)
{
	*ret_cause = cause;
	return -EINVAL;
}

static uint64_t factor_from_letter(const struct yg_option *option, char letter)
{
	const struct unit *units = option->type == YG_OPTION_BYTES ? byte_units : time_units;
	size_t count = option->type == YG_OPTION_BYTES ? YG_ARRAY_SIZE(byte_units)
						       : YG_ARRAY_SIZE(time_units);

	if (option->type == YG_OPTION_COUNT)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (units[i].letter == letter)
			return units[i].factor;
	}
	return 0;
}

static int parse_number(uint64_t *ret, const struct yg_option *option, const char *text,
			const char **ret_cause)
{
	const char *p = text;
	uint64_t factor = 1;
	uint64_t value = 0;

	if (*p < '0' || *p > '9')
		return fail(ret_cause, "not a number");
	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(value, DECIMAL, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return fail(ret_cause, "number out of range");
	}
	if (*p != '\0') {
		factor = factor_from_letter(option, *p);
		if (factor == 0 || p[1] != '\0')
			return fail(ret_cause, "unknown unit");
	}
	if (__builtin_mul_overflow(value, factor, &value) || value < option->min ||
	    value > option->max)
		return fail(ret_cause, "number out of range");
	*ret = value;
	return 0;
}

static int parse_flag(uint64_t *ret, const char *text, const char **ret_cause)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "on") == 0)
		*ret = 1;
	else if (strcmp(text, "false") == 0 || strcmp(text, "no") == 0 || strcmp(text, "off") == 0)
		*ret = 0;
	else
		return fail(ret_cause, "neither true nor false");
	return 0;
}

static int parse_choice(uint64_t *ret, const struct yg_option *option, const char *text,
			const char **ret_cause)
{
	for (uint64_t i = 0; option->choices[i]; i++) {
		if (strcmp(option->choices[i], text) == 0) {
			*ret = i;
			return 0;
		}
	}
	return fail(ret_cause, "not one of the choices; see --help");
}

/* Texts go to the roles as YAML lines and into logs: one line, printable. */
static int check_text(const char *text, const char **ret_cause)
{
	if (strlen(text) > YG_OPTIONS_TEXT_MAX)
		return fail(ret_cause, "too long");
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return fail(ret_cause, "holds a control character");
	}
	return 0;
}

static int parse_text(char **ret, const char *text, const char **ret_cause)
{
	char *copy;
	int r;

	r = check_text(text, ret_cause);
	if (r)
		return r;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*ret);
	*ret = copy;
	return 0;
}

static int add_text(struct yg_text_list *list, const char *text, const char **ret_cause)
{
	char *copy = NULL;
	char **items;
	int r;

	if (list->count >= YG_OPTIONS_LIST_MAX)
		return fail(ret_cause, "given too often");
	if (*text == '\0')
		return fail(ret_cause, "empty");
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	r = parse_text(&copy, text, ret_cause);
	if (r)
		return r;
	list->items[list->count++] = copy;
	return 0;
}

static int add_prefix(struct yg_prefix_list *list, const char *text, const char **ret_cause)
{
	struct yg_prefix *items;
	struct yg_prefix prefix;

	if (list->count >= YG_OPTIONS_LIST_MAX)
		return fail(ret_cause, "given too often");
	if (yg_prefix_from_text(yg_slice_from_str(text), &prefix))
		return fail(ret_cause, "not an address or CIDR prefix (bits beyond the length "
				       "must be zero)");
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	list->items[list->count++] = prefix;
	return 0;
}

int yg_options_parse(struct yg_options *options, const struct yg_option *option, const char *text,
		     const char **ret_cause)
{
	switch (option->type) {
	case YG_OPTION_FLAG:
		return parse_flag(member(options, option), text, ret_cause);
	case YG_OPTION_CHOICE:
		return parse_choice(member(options, option), option, text, ret_cause);
	case YG_OPTION_COUNT:
	case YG_OPTION_BYTES:
	case YG_OPTION_DURATION:
		return parse_number(member(options, option), option, text, ret_cause);
	case YG_OPTION_TEXT:
		return parse_text(member(options, option), text, ret_cause);
	case YG_OPTION_TEXTS:
		return add_text(member(options, option), text, ret_cause);
	case YG_OPTION_PREFIXES:
		return add_prefix(member(options, option), text, ret_cause);
	case YG_OPTION_TYPE_MAX:
		break;
	}
	return fail(ret_cause, "has no type");
}

static void reset_texts(struct yg_text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct yg_text_list){ 0 };
}

static void reset_prefixes(struct yg_prefix_list *list)
{
	free(list->items);
	*list = (struct yg_prefix_list){ 0 };
}

void yg_options_reset(struct yg_options *options, const struct yg_option *option)
{
	switch (option->type) {
	case YG_OPTION_TEXT:
		yg_freep(member(options, option));
		break;
	case YG_OPTION_TEXTS:
		reset_texts(member(options, option));
		break;
	case YG_OPTION_PREFIXES:
		reset_prefixes(member(options, option));
		break;
	default:
		*(uint64_t *)member(options, option) = 0;
		break;
	}
}

static bool is_texts_equal(const struct yg_text_list *a, const struct yg_text_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

static bool is_prefixes_equal(const struct yg_prefix_list *a, const struct yg_prefix_list *b)
{
	return a->count == b->count &&
	       (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof(*a->items)) == 0);
}

bool yg_options_is_equal(const struct yg_options *a, const struct yg_options *b,
			 const struct yg_option *option)
{
	const void *x = member_view(a, option);
	const void *y = member_view(b, option);

	switch (option->type) {
	case YG_OPTION_TEXT:
		return strcmp(*(char *const *)x, *(char *const *)y) == 0;
	case YG_OPTION_TEXTS:
		return is_texts_equal(x, y);
	case YG_OPTION_PREFIXES:
		return is_prefixes_equal(x, y);
	default:
		return *(const uint64_t *)x == *(const uint64_t *)y;
	}
}
