/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The option openapi: files are read while paths can still be opened, and understood later, in
 * the cage: a document is as hostile as a packet.
 */
#pragma once

#include "core/macros.h"
#include "daemon/options.h"
#include "endpoint/specs.h"

struct yg_document_text {
	char *text; /* owned; NULL: it could not be read */
	size_t len;
};

struct yg_documents {
	struct yg_document_text texts[YG_SPECS_MAX];
	size_t count;
	struct yg_specs *specs; /* of yg_documents_open(), owned; else NULL */
};

/* @item: "[SERVICE ]FILE". @cause: strerror(3) or a word of ours. */
typedef void (*yg_documents_fn)(void *ctx, const char *item, const char *cause);

/* Read every file as it is. @fn: told of each that cannot be. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_documents_read(const struct yg_options *options, struct yg_documents *ret,
				    yg_documents_fn fn, void *ctx);

/**
 * yg_documents_parse() - what they say, into @specs, and their paths into @templates.
 * @documents: read with the same @options; their texts are freed.
 * @fn: told of each that is no document; the others count.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_documents_parse(struct yg_documents *documents,
				     const struct yg_options *options, struct yg_specs *specs,
				     struct yg_templates *templates, yg_documents_fn fn, void *ctx);
/* Both of the above for a role, with documents->specs; what is wrong is logged. */
YG_MUST_CHECK int yg_documents_open(struct yg_documents *documents,
				    const struct yg_options *options);
YG_MUST_CHECK int yg_documents_learn(struct yg_documents *documents,
				     const struct yg_options *options,
				     struct yg_templates *templates);
void yg_documents_clean(struct yg_documents *documents);

/**
 * yg_document_read() - a whole file.
 * @ret: owned.
 * Return: 0; -errno of open(2) and read(2); -EFBIG beyond YG_SPEC_BYTES_MAX; -ENOMEM.
 */
YG_MUST_CHECK int yg_document_read(const char *path, struct yg_document_text *ret);
