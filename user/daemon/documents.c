/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/documents.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "endpoint/spec_tree.h"

#define FIRST_CAP 65536u

/* More room in @text, at least for one byte beyond @cap. Return: 0; -ENOMEM. */
static int grow(char **text, size_t *cap)
{
	size_t more = *cap ? *cap * 2 : FIRST_CAP;
	char *grown = realloc(*text, more);

	if (!grown)
		return -ENOMEM;
	*text = grown;
	*cap = more;
	return 0;
}

static int read_all(FILE *in, struct yg_document_text *ret)
{
	YG_CLEANUP_FREE char *text = NULL;
	size_t len = 0, cap = 0;

	do {
		if (len == cap && grow(&text, &cap))
			return -ENOMEM;
		len += fread(text + len, 1, cap - len, in);
		if (len > YG_SPEC_BYTES_MAX)
			return -EFBIG;
	} while (!feof(in) && !ferror(in));
	if (ferror(in))
		return -EIO;
	*ret = (struct yg_document_text){ YG_TAKE_PTR(text), len };
	return 0;
}

int yg_document_read(const char *path, struct yg_document_text *ret)
{
	FILE *in = fopen(path, "re");
	int r;

	if (!in)
		return -errno;
	r = read_all(in, ret);
	(void)fclose(in);
	return r;
}

/* The file of "[SERVICE ]FILE"; a service has no slash. */
static const char *file_of(const char *item, struct yg_slice *ret_service)
{
	size_t len = strcspn(item, " /");

	*ret_service = (struct yg_slice){ 0 };
	if (item[len] != ' ')
		return item;
	*ret_service = (struct yg_slice){ item, len };
	return item + len + strspn(item + len, " ");
}

int yg_documents_read(const struct yg_options *options, struct yg_documents *ret,
		      yg_documents_fn fn, void *ctx)
{
	*ret = (struct yg_documents){ 0 };
	for (size_t i = 0; i < options->openapi.count; i++) {
		const char *item = options->openapi.items[i];
		struct yg_slice service;
		int r;

		if (i == YG_SPECS_MAX) {
			fn(ctx, item, "too many documents");
			break;
		}
		r = yg_document_read(file_of(item, &service), &ret->texts[i]);
		if (r == -ENOMEM)
			return r;
		if (r)
			fn(ctx, item, strerror(-r));
		ret->count = i + 1;
	}
	return 0;
}

static int parse(const char *item, const struct yg_document_text *text, struct yg_specs *specs,
		 yg_documents_fn fn, void *ctx)
{
	char error[YG_SPEC_ERROR_CAP], cause[YG_SPEC_ERROR_CAP + 32];
	struct yg_slice service;
	int r;

	(void)file_of(item, &service);
	r = yg_specs_add(specs, service, (struct yg_slice){ text->text, text->len }, error);
	if (r == 0 || r == -ENOMEM)
		return r;
	if (r == -EINVAL)
		(void)snprintf(cause, sizeof(cause), "not an OpenAPI document: %s", error);
	fn(ctx, item, r == -EINVAL ? cause : strerror(-r));
	return 0;
}

static void free_texts(struct yg_documents *documents)
{
	for (size_t i = 0; i < documents->count; i++)
		yg_freep(&documents->texts[i].text);
	documents->count = 0;
}

int yg_documents_parse(struct yg_documents *documents, const struct yg_options *options,
		       struct yg_specs *specs, struct yg_templates *templates, yg_documents_fn fn,
		       void *ctx)
{
	uint32_t left = 0;
	int r = 0;

	for (size_t i = 0; i < documents->count && r == 0; i++) {
		if (documents->texts[i].text)
			r = parse(options->openapi.items[i], &documents->texts[i], specs, fn, ctx);
	}
	if (r == 0)
		r = yg_specs_templates(specs, templates, &left);
	if (left)
		fn(ctx, "openapi", "paths beyond the most templates are only compared");
	free_texts(documents);
	return r;
}

void yg_documents_clean(struct yg_documents *documents)
{
	free_texts(documents);
	yg_specs_free(&documents->specs);
}

static void log_document(void *ctx, const char *item, const char *cause)
{
	(void)ctx;
	yg_log(YG_LOG_ERROR, "openapi: '%s': %s", item, cause);
}

int yg_documents_open(struct yg_documents *documents, const struct yg_options *options)
{
	int r = yg_documents_read(options, documents, log_document, NULL);

	return r ? r : yg_specs_new(&documents->specs);
}

int yg_documents_learn(struct yg_documents *documents, const struct yg_options *options,
		       struct yg_templates *templates)
{
	return yg_documents_parse(documents, options, documents->specs, templates, log_document,
				  NULL);
}
