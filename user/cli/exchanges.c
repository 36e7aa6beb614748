/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/exchanges.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "cli/lines.h"
#include "core/belt.h"

#define BELT_BYTES (1u << 20)
#define TEXTS	   12u /* slices of a line: those of list_texts() */

/* On the belt: this, then the bytes that its slices point to. */
struct line {
	struct yg_spooled item;
	struct yg_observation resolved;
};

struct printer {
	const struct yg_exchange_lines *lines;
	struct yg_belt *belt;
	bool failed; /* a line could not be made; the second thread's until it has ended */
};

/* What the text of a line is made of: yg_lines_exchange() reads no other slice. */
static void list_texts(struct line *line, struct yg_slice *ret[TEXTS])
{
	struct yg_slice *const texts[TEXTS] = {
		&line->item.method,    &line->item.target,	&line->item.service,
		&line->item.caller,    &line->item.ja4,		&line->item.sni,
		&line->item.operation, &line->item.model,	&line->resolved.template_,
		&line->item.alpn,      &line->item.chosen_alpn, &line->item.code,
	};

	memcpy(ret, texts, sizeof(texts));
}

/* @item: its target is masked. What both point to is valid until the next call. */
static void resolve(struct yg_knowledge *knowledge, struct yg_spooled *item,
		    struct yg_observation *ret)
{
	struct yg_data_item items[YG_DATA_ITEMS_MAX];
	const struct yg_recall recall = {
		.data = items,
		.data_count = (uint32_t)(item->data.len / sizeof(items[0])),
		.start_ns = item->time_ns,
		.method = item->method,
		.service = item->service,
		.path = item->path,
		.caller = item->caller,
		.operation = item->operation,
		.source = item->source,
		.client = item->asked,
	};

	if (item->data.len)
		memcpy(items, item->data.ptr, item->data.len);
	yg_knowledge_resolve(knowledge, &recall, ret);
	item->service = ret->service;
	item->source = ret->source;
	item->target = yg_knowledge_mask_target(knowledge, &recall, &ret->classes, item->target);
}

static bool print(const struct yg_exchange_lines *lines, const struct yg_spooled *item,
		  const struct yg_observation *resolved)
{
	yg_lines_exchange(lines->json, item, resolved, lines->links,
			  yg_knowledge_data(lines->knowledge));
	return yg_json_flush_line(lines->json, lines->out) == 0;
}

static void *print_each(void *ctx)
{
	struct printer *printer = ctx;
	const struct line *line;

	while ((line = yg_belt_next(printer->belt))) {
		if (!print(printer->lines, &line->item, &line->resolved))
			printer->failed = true;
	}
	return NULL;
}

/* Return: false: it is too large for the belt. */
static bool hand_over(struct yg_belt *belt, const struct yg_spooled *item,
		      const struct yg_observation *resolved)
{
	struct line line = { *item, *resolved }, *parcel;
	struct yg_slice *texts[TEXTS];
	size_t len = sizeof(line);
	char *to;

	list_texts(&line, texts);
	for (size_t i = 0; i < TEXTS; i++)
		len += texts[i]->len;
	parcel = yg_belt_reserve(belt, len);
	if (!parcel)
		return false;
	to = (char *)(parcel + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		if (!texts[i]->ptr)
			continue;
		memcpy(to, texts[i]->ptr, texts[i]->len);
		texts[i]->ptr = to;
		to += texts[i]->len;
	}
	*parcel = line;
	yg_belt_commit(belt);
	return true;
}

/* @printer: without a belt all is done here. */
static int read_all(struct printer *printer)
{
	const struct yg_exchange_lines *lines = printer->lines;
	struct yg_observation resolved;
	struct yg_spooled item;
	int r;

	while ((r = yg_spool_next(lines->spool, &item)) == 1) {
		resolve(lines->knowledge, &item, &resolved);
		if (printer->belt && hand_over(printer->belt, &item, &resolved))
			continue;
		if (printer->belt)
			yg_belt_drain(printer->belt);
		if (!print(lines, &item, &resolved))
			printer->failed = true;
	}
	return r;
}

int yg_exchange_lines_print(const struct yg_exchange_lines *lines)
{
	struct printer printer = { .lines = lines };
	pthread_t thread = 0;
	bool second;
	int r;

	r = lines->threaded ? yg_belt_new(BELT_BYTES, &printer.belt) : 0;
	if (r)
		return r;
	second = printer.belt && pthread_create(&thread, NULL, print_each, &printer) == 0;
	/* Without it it is slower, and the same. A name, so that profiles tell the two apart. */
	if (second)
		(void)pthread_setname_np(thread, "yagura-print");
	else
		yg_belt_free(&printer.belt);
	r = read_all(&printer);
	if (second) {
		yg_belt_end(printer.belt);
		(void)pthread_join(thread, NULL);
		yg_belt_free(&printer.belt);
	}
	return r == 0 && printer.failed && !ferror(lines->out) ? -ENOMEM : r;
}
