/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/templates.h"

#include <errno.h>
#include <stdio.h>

static int add(struct yg_templates *templates, const char *item)
{
	size_t len = strcspn(item, " /");
	struct yg_template template_ = { .rank = YG_TEMPLATE_USER };

	if (item[len] == ' ') {
		template_.service = (struct yg_slice){ item, len };
		item += len + strspn(item + len, " ");
	}
	template_.text = yg_slice_from_str(item);
	return yg_templates_add(templates, &template_);
}

/* What is wrong with one, in the order in which it is read. */
static const char *reason_of(const char *item, int r)
{
	const char *path = strchr(item, '/'), *blank = strchr(item, ' ');

	if (r == -ENOSPC)
		return "too many";
	if (r != -EINVAL)
		return strerror(-r);
	if (!path)
		return "no path: '/path/{name}' or 'service /path/{name}'";
	if (path != item && (!blank || blank > path))
		return "a blank stands between service and path, and no scheme before them";
	if (strchr(path, ' ') || strchr(path, '?') || strchr(path, '#'))
		return "a path ends before '?', '#' and blanks";
	if (strstr(path, "//"))
		return "an empty segment";
	if (strstr(path, "{}"))
		return "braces hold a name";
	if (strstr(path, "}{"))
		return "something must stand between two names";
	return "not '/path/{name}' or 'service /path/{name}'";
}

int yg_templates_check(const char *text, char *ret_error, size_t cap)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	int r = yg_templates_new(&templates);

	if (r == 0)
		r = add(templates, text);
	if (r < 0)
		(void)snprintf(ret_error, cap, "'%s': %s", text, reason_of(text, r));
	return r;
}

int yg_templates_from_options(const struct yg_options *options, struct yg_templates **ret,
			      char *ret_error, size_t cap)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	int r = yg_templates_new(&templates);

	ret_error[0] = '\0';
	for (size_t i = 0; i < options->templates.count && r == 0; i++) {
		const char *item = options->templates.items[i];

		r = add(templates, item);
		if (r < 0)
			(void)snprintf(ret_error, cap, "template '%s': %s", item,
				       reason_of(item, r));
	}
	if (r == 0)
		*ret = YG_TAKE_PTR(templates);
	return r;
}
