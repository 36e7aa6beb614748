/* SPDX-License-Identifier: GPL-2.0-only */
/* Example values for the parameters and bodies of requests, made from what was learned. */
#pragma once

#include "baseline/schema.h"

/* A text that is put together; what does not fit is left out. */
struct yg_example {
	char *bytes; /* [cap], cap > 0; NUL-terminated once something was added */
	size_t cap;
	size_t used;
};

/* Add bytes, all of them or none. */
void yg_example_add(struct yg_example *text, const char *bytes, size_t len);
/* The same, up to its NUL. */
void yg_example_add_str(struct yg_example *text, const char *str);

#define YG_EXAMPLE_CAP 4096u /* bytes with the NUL; what does not fit is left out */

/*
 * "{"name":"TEXT","count":1}", or "name=TEXT&count=1" of a form, with the fields of the schema.
 * @extra: further members as JSON, "" none. @schema: NULL: a placeholder.
 * @ret: [YG_EXAMPLE_CAP]. @ret_form: is it a form?
 */
void yg_example_body(const struct yg_schema *schema, const char *extra, char *ret, bool *ret_form);

/* "?page=1&sort=TEXT" of the parameters that are always sent; "" none. @ret: [YG_EXAMPLE_CAP]. */
void yg_example_query(const struct yg_schema *schema, char *ret);
