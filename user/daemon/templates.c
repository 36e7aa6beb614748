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

static const char *reason_of(int r)
{
	return r == -EINVAL   ? "not '/path/{name}' or 'service /path/{name}'"
	       : r == -ENOSPC ? "too many"
			      : strerror(-r);
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
			(void)snprintf(ret_error, cap, "template '%s': %s", item, reason_of(r));
	}
	if (r == 0)
		*ret = YG_TAKE_PTR(templates);
	return r;
}
