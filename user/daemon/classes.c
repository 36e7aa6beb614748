/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/classes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next word of @text, which goes on behind it; absent at the end. */
static struct yg_slice take_word(struct yg_slice *text)
{
	struct yg_slice word;

	*text = yg_slice_trim(*text);
	word = *text;
	for (size_t i = 0; i < text->len; i++) {
		if (text->ptr[i] != ' ')
			continue;
		word.len = i;
		break;
	}
	text->ptr += word.len;
	text->len -= word.len;
	return word;
}

static bool copy(struct yg_slice from, char *ret, size_t cap)
{
	if (from.len == 0 || from.len >= cap)
		return false;
	memcpy(ret, from.ptr, from.len);
	ret[from.len] = '\0';
	return true;
}

/* What follows @name ("pattern=") in @word. */
static bool has_name(struct yg_slice word, const char *name, struct yg_slice *ret)
{
	size_t len = strlen(name);

	if (word.len < len || memcmp(word.ptr, name, len) != 0)
		return false;
	*ret = (struct yg_slice){ word.ptr + len, word.len - len };
	return true;
}

static bool read_word(struct yg_slice word, struct yg_data_user_class *ret)
{
	struct yg_slice value;

	if (has_name(word, "pattern=", &value))
		return copy(value, ret->pattern, sizeof(ret->pattern));
	if (has_name(word, "keys=", &value))
		return copy(value, ret->keys, sizeof(ret->keys));
	if (has_name(word, "check=", &value))
		return ret->luhn = yg_slice_equal(value, YG_SLICE("luhn"));
	if (!has_name(word, "in=", &value))
		return false;
	if (yg_slice_equal(value, YG_SLICE("request")))
		ret->direction = YG_DATA_REQUEST;
	else if (yg_slice_equal(value, YG_SLICE("response")))
		ret->direction = YG_DATA_RESPONSE;
	return ret->direction != YG_DATA_BOTH;
}

static int read_class(const char *text, struct yg_data_user_class *ret, char *ret_error, size_t cap)
{
	struct yg_slice rest = yg_slice_from_str(text);
	struct yg_slice word = take_word(&rest);

	*ret = (struct yg_data_user_class){ .direction = YG_DATA_BOTH };
	if (!copy(word, ret->name, sizeof(ret->name))) {
		(void)snprintf(ret_error, cap, "'%.80s': no name, or a long one", text);
		return -EINVAL;
	}
	for (word = take_word(&rest); word.len > 0; word = take_word(&rest)) {
		if (read_word(word, ret))
			continue;
		(void)snprintf(ret_error, cap, "'%s': cannot read '%.*s'", ret->name,
			       (int)(word.len < 80 ? word.len : 80), word.ptr);
		return -EINVAL;
	}
	return 0;
}

/* The built-in class that is switched off. Return: 0; -EINVAL. */
static int read_off(const char *text, uint32_t *ret, char *ret_error, size_t cap)
{
	*ret = yg_data_class_from_name(yg_slice_from_str(text));
	if (*ret < YG_DATA_CLASS_MAX)
		return 0;
	(void)snprintf(ret_error, cap, "there is no class '%.80s'", text);
	return -EINVAL;
}

int yg_classes_check_class(const char *text, char *ret_error, size_t cap)
{
	YG_CLEANUP_FREE struct yg_data_user_class *user = calloc(1, sizeof(*user));
	int r;

	if (!user)
		return -ENOMEM;
	r = read_class(text, user, ret_error, cap);
	return r ? r : yg_data_engine_check(user, ret_error, cap);
}

int yg_classes_check_off(const char *text, char *ret_error, size_t cap)
{
	uint32_t class_;

	return read_off(text, &class_, ret_error, cap);
}

int yg_classes_from_options(const struct yg_options *options, struct yg_classes *ret,
			    char *ret_error, size_t cap)
{
	const struct yg_text_list *classes = &options->data_classes;
	const struct yg_text_list *off = &options->data_classes_off;
	int r;

	*ret = (struct yg_classes){ 0 };
	if (classes->count > YG_DATA_USER_MAX) {
		(void)snprintf(ret_error, cap, "data-class: more than %u", YG_DATA_USER_MAX);
		return -EINVAL;
	}
	for (size_t i = 0; i < classes->count; i++) {
		r = read_class(classes->items[i], &ret->user[i], ret_error, cap);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < off->count; i++) {
		uint32_t class_;

		r = read_off(off->items[i], &class_, ret_error, cap);
		if (r < 0)
			return r;
		yg_data_set_add(&ret->options.off, class_);
	}
	ret->options.user = ret->user;
	ret->options.user_count = (uint32_t)classes->count;
	return 0;
}

int yg_classes_check(const struct yg_options *options, char *ret_error, size_t cap)
{
	YG_CLEANUP(yg_data_engine_free) struct yg_data_engine *engine = NULL;
	YG_CLEANUP_FREE struct yg_classes *classes = NULL;
	int r;

	if (options->data_classes.count == 0 && options->data_classes_off.count == 0)
		return 0;
	classes = calloc(1, sizeof(*classes));
	if (!classes) {
		(void)snprintf(ret_error, cap, "data-class: Out of memory");
		return -ENOMEM;
	}
	r = yg_classes_from_options(options, classes, ret_error, cap);
	return r ? r : yg_data_engine_new(&classes->options, ret_error, cap, &engine);
}
