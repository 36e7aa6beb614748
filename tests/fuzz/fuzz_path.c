/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile targets through the normaliser into a small trie, a set of templates and the
 * catch-all.
 *
 * Input: lines, each a method byte and a target. What must hold: a normalised path normalises to
 * itself, read as Japanese or not; a learned path is known or was refused by a cap; a trie that was
 * packed and read again reads every path as the one that it came from; no cap is exceeded.
 */
#include <assert.h>
#include <string.h>

#include "endpoint/catchall.h"
#include "endpoint/japanese.h"
#include "endpoint/templates.h"
#include "endpoint/trie.h"

#define NODES_MAX 128u
#define TEXT_CAP  512u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct yg_hash_key key = { 1, 2 };

static void check_idempotent(const struct yg_path *path)
{
	static struct yg_path again;

	assert(yg_path_from_target((struct yg_slice){ path->text, path->len }, &again));
	assert(again.len == path->len || path->flags & YG_PATH_CUT);
	assert(path->flags & YG_PATH_CUT || memcmp(again.text, path->text, path->len) == 0);
}

/* Read in an older character set or not, it is a path as any other. */
static void check_japanese(const struct yg_path *path)
{
	static struct yg_charsets charsets;
	static struct yg_path copy;

	if (!charsets.converters[YG_CHARSET_SJIS])
		yg_charsets_open(&charsets);
	assert(yg_path_from_target((struct yg_slice){ path->text, path->len }, &copy));
	copy.flags |= path->flags;
	if (!yg_path_read_japanese(&charsets, &copy))
		return;
	assert(copy.segment_count == path->segment_count && copy.len <= YG_PATH_CAP);
	for (uint32_t i = 0; i < copy.segment_count; i++) {
		assert(copy.segments[i].ptr > copy.text && copy.segments[i].ptr[-1] == '/');
		assert(copy.segments[i].ptr + copy.segments[i].len <= copy.text + copy.len);
	}
	check_idempotent(&copy);
}

/* @text: [TEXT_CAP]. Length, 0 if it does not fit. */
static size_t read_path(const struct yg_trie *trie, const struct yg_path *path, char *text)
{
	static struct yg_route route;
	ssize_t n;

	yg_trie_route(trie, path, &route);
	assert(route.count == path->segment_count);
	n = yg_trie_text(trie, path, &route, text, TEXT_CAP);
	return n < 0 ? 0 : (size_t)n;
}

/* The kind of its values, and the words that they are, from the line as well. */
static void add_template(struct yg_templates *templates, struct yg_slice text, uint8_t first)
{
	struct yg_fit fit = { 0 };
	struct yg_template template_ = {
		.text = text,
		.rank = (enum yg_template_rank)(first & 1),
		.fits = &fit,
		.fit_count = 1,
	};
	int r = yg_fit_init(&fit, (enum yg_fit_kind)(first % YG_FIT_MAX), text);

	if (r == 0)
		r = yg_templates_add(templates, &template_);
	assert(r <= 0); /* what is no template is refused */
	yg_fit_clean(&fit);
}

static void take_line(struct yg_trie *trie, struct yg_templates *templates,
		      struct yg_catchall *catchall, struct yg_slice line)
{
	static struct yg_path path;
	static struct yg_route route;
	const struct yg_answer_mark mark = { (uint8_t)line.ptr[0] % 16 + 1, line.ptr[0] & 0x20,
					     line.ptr[0] & 0x40 };
	enum yg_trie_method method = (enum yg_trie_method)(1u << (line.ptr[0] & 7) % 6);
	struct yg_slice target = { line.ptr + 1, line.len - 1 };
	char text[TEXT_CAP], other[TEXT_CAP];
	size_t len;
	ssize_t n;

	if (line.ptr[0] & 0x40) {
		add_template(templates, target, (uint8_t)line.ptr[0]);
		return;
	}
	if (!yg_path_from_target(target, &path))
		return;
	check_idempotent(&path);
	check_japanese(&path);
	yg_trie_learn(trie, &path, method, &route);
	assert(yg_trie_counters(trie).nodes <= NODES_MAX);
	assert(route.known || yg_trie_counters(trie).overflow > 0 || path.flags & YG_PATH_CUT);
	len = read_path(trie, &path, text);
	/* The short way over a path that is known reads it as the long one does. */
	if (yg_trie_know(trie, &path, method, &route)) {
		n = yg_trie_text(trie, &path, &route, other, sizeof(other));
		assert(n < 0 ? len == 0 : (size_t)n == len && memcmp(text, other, len) == 0);
	}
	(void)yg_catchall_weigh(catchall, &mark, &path);
	(void)yg_templates_match(templates, (struct yg_slice){ 0 }, &path, line.ptr[0] & 1, &route);
}

static void check_restart(const struct yg_trie *trie, const uint8_t *data, size_t len)
{
	static uint8_t buf[1u << 16];
	static struct yg_path path;
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;
	YG_CLEANUP(yg_trie_free) struct yg_trie *back = NULL;
	char text[TEXT_CAP], other[TEXT_CAP];

	yg_trie_pack(trie, &writer);
	if (writer.overflow || yg_trie_new(&key, NODES_MAX, &back) < 0)
		return;
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_trie_unpack(back, &reader);
	assert(!reader.bad);
	if (!yg_path_from_target((struct yg_slice){ (const char *)data, len }, &path))
		return;
	assert(read_path(trie, &path, text) == read_path(back, &path, other));
	assert(strcmp(text, other) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	const char *p = (const char *)data, *end = p + len;
	struct yg_catchall catchall = { 0 };

	if (len == 0 || yg_trie_new(&key, NODES_MAX, &trie) < 0 || yg_templates_new(&templates) < 0)
		return 0;
	while (p < end) {
		const char *line_end = memchr(p, '\n', (size_t)(end - p));

		line_end = line_end ? line_end : end;
		if (line_end > p)
			take_line(trie, templates, &catchall,
				  (struct yg_slice){ p, (size_t)(line_end - p) });
		p = line_end + (line_end < end);
	}
	yg_trie_settle(trie);
	check_restart(trie, data + 1, len - 1);
	return 0;
}
