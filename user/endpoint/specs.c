/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/specs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct document {
	struct yg_spec *spec;
	char *service; /* NULL: those that it names */
	bool *seen;    /* [operations] */
};

struct yg_specs {
	struct document documents[YG_SPECS_MAX];
	uint32_t count;
};

int yg_specs_new(struct yg_specs **ret)
{
	struct yg_specs *specs = calloc(1, sizeof(*specs));

	if (!specs)
		return -ENOMEM;
	*ret = specs;
	return 0;
}

static void clean(struct document *document)
{
	yg_spec_free(&document->spec);
	yg_freep(&document->service);
	yg_freep(&document->seen);
}

void yg_specs_free(struct yg_specs **specs)
{
	if (!*specs)
		return;
	for (uint32_t i = 0; i < (*specs)->count; i++)
		clean(&(*specs)->documents[i]);
	yg_freep(specs);
}

uint32_t yg_specs_count(const struct yg_specs *specs)
{
	return specs->count;
}

const struct yg_spec *yg_specs_at(const struct yg_specs *specs, uint32_t index)
{
	return specs->documents[index].spec;
}

int yg_specs_add(struct yg_specs *specs, struct yg_slice service, struct yg_slice text,
		 char *ret_error)
{
	struct document document = { 0 };
	int r;

	ret_error[0] = '\0';
	if (specs->count == YG_SPECS_MAX)
		return -ENOSPC;
	r = yg_spec_read(text, ret_error, &document.spec);
	if (r)
		return r;
	document.seen = calloc(yg_spec_count(document.spec) + 1, sizeof(bool));
	if (service.len)
		document.service = strndup(service.ptr, service.len);
	if (!document.seen || (service.len && !document.service)) {
		clean(&document);
		return -ENOMEM;
	}
	specs->documents[specs->count++] = document;
	return 0;
}

/* --- templates ------------------------------------------------------------------------------ */

struct adding {
	const struct document *document;
	struct yg_templates *templates;
	uint32_t left;
	int r;
};

static void add_template(void *ctx, struct yg_slice host, struct yg_slice template_,
			 const struct yg_spec_operation *operation)
{
	struct adding *adding = ctx;
	const char *service = adding->document->service;
	struct yg_template added = { .service = host,
				     .text = template_,
				     .rank = YG_TEMPLATE_SPEC,
				     .fits = operation->fits,
				     .fit_count = operation->fit_count };
	int r;

	if (adding->r)
		return;
	if (service)
		added.service = yg_slice_from_str(service);
	r = yg_templates_add(adding->templates, &added);
	if (r == -ENOMEM)
		adding->r = r;
	else if (r)
		adding->left++;
}

int yg_specs_templates(const struct yg_specs *specs, struct yg_templates *templates,
		       uint32_t *ret_left)
{
	struct adding adding = { .templates = templates };

	for (uint32_t i = 0; i < specs->count; i++) {
		adding.document = &specs->documents[i];
		yg_spec_each_template(adding.document->spec, add_template, &adding);
	}
	*ret_left = adding.left;
	return adding.r;
}

/* --- finding -------------------------------------------------------------------------------- */

static bool speaks_by_name(const struct document *document, struct yg_slice service)
{
	if (document->service)
		return yg_slice_equal_nocase(yg_slice_from_str(document->service), service);
	return yg_spec_names_host(document->spec) && yg_spec_serves(document->spec, service);
}

static bool speaks(const struct document *document, struct yg_slice service)
{
	return speaks_by_name(document, service) ||
	       (!document->service && !yg_spec_names_host(document->spec));
}

void yg_specs_find(const struct yg_specs *specs, struct yg_slice service, struct yg_slice method,
		   struct yg_slice template_, struct yg_specs_hit *ret)
{
	*ret = (struct yg_specs_hit){ .place = YG_SPECS_SILENT };
	for (uint32_t i = 0; i < specs->count; i++) {
		const struct document *document = &specs->documents[i];
		struct yg_specs_hit hit = { .document = i, .spec = document->spec };
		bool path;
		int found;

		if (!speaks(document, service))
			continue;
		hit.named = speaks_by_name(document, service);
		found = yg_spec_match(document->spec, method, template_, &path);
		hit.place = found >= 0 ? YG_SPECS_FOUND : path ? YG_SPECS_METHOD : YG_SPECS_SHADOW;
		hit.operation = found >= 0 ? (uint32_t)found : 0;
		hit.named |= ret->named;
		if (hit.place > ret->place)
			*ret = hit;
		else
			ret->named = hit.named;
	}
}

void yg_specs_mark(struct yg_specs *specs, const struct yg_specs_hit *hit)
{
	if (hit->place == YG_SPECS_FOUND)
		specs->documents[hit->document].seen[hit->operation] = true;
}

static void add_example(struct yg_specs_seen *seen, const struct yg_spec_operation *operation)
{
	size_t used = strlen(seen->examples), room = sizeof(seen->examples) - used;
	size_t len = strlen(operation->method) + operation->path.len + 3;

	if (len >= room)
		return;
	(void)snprintf(seen->examples + used, room, "%s%s %.*s", used ? ", " : "",
		       operation->method, (int)operation->path.len, operation->path.ptr);
}

void yg_specs_seen(const struct yg_specs *specs, struct yg_slice service, struct yg_specs_seen *ret)
{
	*ret = (struct yg_specs_seen){ 0 };
	for (uint32_t i = 0; i < specs->count; i++) {
		const struct document *document = &specs->documents[i];

		if (!speaks_by_name(document, service))
			continue;
		for (uint32_t k = 0; k < yg_spec_count(document->spec); k++) {
			ret->operations++;
			if (document->seen[k])
				continue;
			ret->unseen++;
			add_example(ret, yg_spec_operation(document->spec, k));
		}
	}
}
