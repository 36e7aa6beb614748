/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "endpoint/trie_node.h"

#define NODES_MIN      16u /* first allocation; most services are small */
#define PARAMETERS_MAX YG_PATH_SEGMENTS_MAX
#define NAME_CAP       16u /* of a parameter: "version" */
#define HITS_MAX       (UINT32_MAX / 2)

static uint64_t hash_name(const struct yg_trie *trie, struct yg_slice name)
{
	return yg_hash(&trie->key, name.ptr, name.len);
}

uint64_t yg_trie_hash_parameter(const struct yg_trie *trie, struct yg_slice extension)
{
	char text[YG_TOKEN_LITERAL_MAX] = "{}"; /* braces never stand bare in a path */

	assert(extension.len + 2 <= sizeof(text));
	if (extension.len > 0)
		memcpy(text + 2, extension.ptr, extension.len);
	return yg_hash(&trie->key, text, extension.len + 2);
}

static uint32_t slot_of(const struct yg_trie *trie, uint32_t parent, uint64_t hash)
{
	return (uint32_t)yg_hash_mix(hash + parent) & (trie->table_cap - 1);
}

static uint32_t find(const struct yg_trie *trie, uint32_t parent, uint64_t hash)
{
	for (uint32_t slot = slot_of(trie, parent, hash); trie->table[slot];
	     slot = (slot + 1) & (trie->table_cap - 1)) {
		const struct node *node = &trie->nodes[trie->table[slot]];

		if (node->hash == hash && node->parent == parent)
			return trie->table[slot];
	}
	return 0;
}

static void put(struct yg_trie *trie, uint32_t index)
{
	const struct node *node = &trie->nodes[index];
	uint32_t slot = slot_of(trie, node->parent, node->hash);

	while (trie->table[slot])
		slot = (slot + 1) & (trie->table_cap - 1);
	trie->table[slot] = index;
	if (!(node->flags & NODE_PARAMETER)) {
		uint16_t *count = &trie->vocabulary[node->hash % VOCABULARY_CAP];

		*count = (uint16_t)(*count + (*count < UINT16_MAX));
	}
}

void yg_trie_rebuild(struct yg_trie *trie)
{
	memset(trie->table, 0, trie->table_cap * sizeof(*trie->table));
	memset(trie->vocabulary, 0, VOCABULARY_CAP * sizeof(*trie->vocabulary));
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		if (trie->nodes[i].flags & NODE_LIVE)
			put(trie, i);
	}
}

int yg_trie_reserve(struct yg_trie *trie, uint32_t nodes)
{
	uint32_t cap = trie->cap ? trie->cap : NODES_MIN;
	uint32_t table_cap;
	YG_CLEANUP_FREE uint32_t *table = NULL;
	uint32_t *scratch;
	struct node *grown;

	while (cap < nodes)
		cap *= 2;
	if (cap == trie->cap)
		return 0;

	table_cap = cap * 2;
	table = calloc(table_cap, sizeof(*table));
	if (!table)
		return -ENOMEM;
	scratch = realloc(trie->scratch, (size_t)cap * 2 * sizeof(*scratch));
	if (!scratch)
		return -ENOMEM;
	trie->scratch = scratch;
	grown = realloc(trie->nodes, cap * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	trie->nodes = grown;
	free(trie->table);
	trie->table = YG_TAKE_PTR(table);
	trie->table_cap = table_cap;
	trie->cap = cap;
	yg_trie_rebuild(trie);
	return 0;
}

/* A live node without a name, first in its parent's list; 0 when the trie is full. */
uint32_t yg_trie_take(struct yg_trie *trie, uint32_t parent, uint64_t hash)
{
	uint32_t index = trie->free;

	if (trie->live >= trie->nodes_max)
		return 0;
	if (index) {
		trie->free = trie->nodes[index].next;
	} else {
		if (yg_trie_reserve(trie, trie->used + 1) < 0)
			return 0;
		index = trie->used++;
	}
	trie->nodes[index] = (struct node){
		.hash = hash,
		.parent = parent,
		.flags = NODE_LIVE,
	};
	trie->live++;
	if (parent) {
		trie->nodes[index].next = trie->nodes[parent].child;
		trie->nodes[parent].child = index;
		trie->nodes[parent].children++;
	}
	return index;
}

int yg_trie_new(const struct yg_hash_key *key, uint32_t nodes_max, struct yg_trie **ret)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = calloc(1, sizeof(*trie));
	int r;

	assert(nodes_max >= 2 && nodes_max <= YG_TRIE_NODES_MAX);
	if (!trie)
		return -ENOMEM;
	trie->key = *key;
	trie->nodes_max = nodes_max;
	trie->used = ROOT;
	trie->vocabulary = calloc(VOCABULARY_CAP, sizeof(*trie->vocabulary));
	if (!trie->vocabulary)
		return -ENOMEM;
	r = yg_trie_reserve(trie, NODES_MIN);
	if (r < 0)
		return r;
	(void)yg_trie_take(trie, 0, 0); /* the root: room is reserved */
	*ret = YG_TAKE_PTR(trie);
	return 0;
}

void yg_trie_free(struct yg_trie **trie)
{
	if (!*trie)
		return;
	free((*trie)->nodes);
	free((*trie)->table);
	free((*trie)->scratch);
	free((*trie)->vocabulary);
	free((*trie)->samples);
	free(*trie);
	*trie = NULL;
}

/* A date or a small number in front is the API's version: "/2010-04-01/Accounts", "/1/boards". */
static enum yg_token token_at(const struct yg_path *path, uint32_t i, size_t *ret_stem_len)
{
	enum yg_token token = yg_token_from_segment(path->segments[i], ret_stem_len);

	if (i > 0 || path->segment_count == 1)
		return token;
	if (token == YG_TOKEN_DATE || (token == YG_TOKEN_INT && path->segments[i].len <= 2))
		return YG_TOKEN_VERSION;
	return token;
}

/* How segment @i reads under @parent (0: unknown ground). */
static struct yg_route_segment read_segment(const struct yg_trie *trie, uint32_t parent,
					    const struct yg_path *path, uint32_t i)
{
	struct yg_slice text = path->segments[i];
	struct yg_route_segment segment = { .stem_len = (uint32_t)text.len };
	enum yg_token token;
	size_t stem;
	bool folded;

	if (parent) {
		segment.node = find(trie, parent, hash_name(trie, text));
		segment.token = (enum yg_token)trie->nodes[segment.node].token;
		if (segment.node)
			return segment;
	}
	token = token_at(path, i, &stem);
	segment.token = token;
	folded = parent && !yg_token_is_strong(token) &&
		 (trie->nodes[parent].folded & (1u << token));
	if (!folded && !yg_token_is_strong(token))
		return segment;

	segment.parameter = true;
	segment.stem_len = (uint32_t)stem;
	if (parent) {
		struct yg_slice extension = { text.ptr + stem, text.len - stem };

		segment.node = find(trie, parent, yg_trie_hash_parameter(trie, extension));
	}
	return segment;
}

void yg_trie_route(const struct yg_trie *trie, const struct yg_path *path, struct yg_route *ret)
{
	uint32_t node = ROOT;

	ret->count = path->segment_count;
	for (uint32_t i = 0; i < path->segment_count; i++) {
		ret->segments[i] = read_segment(trie, node, path, i);
		node = ret->segments[i].node;
	}
	ret->known =
		node && (trie->nodes[node].flags & NODE_TERMINAL) && !(path->flags & YG_PATH_CUT);
}

void yg_trie_name_parameter(struct node *node, enum yg_token token, struct yg_slice extension)
{
	const char *name = yg_token_parameter(token);
	size_t len = strlen(name);

	assert(len + extension.len <= sizeof(node->name));
	node->flags |= NODE_PARAMETER;
	node->token = (uint8_t)token;
	node->name_len = (uint8_t)len;
	node->extension_len = (uint8_t)extension.len;
	memcpy(node->name, name, len);
	if (extension.len > 0)
		memcpy(node->name + len, extension.ptr, extension.len);
}

void yg_trie_sample(struct yg_trie *trie, uint32_t index, struct yg_slice value)
{
	struct node *node = &trie->nodes[index];
	size_t len = value.len < SAMPLE_CAP ? value.len : SAMPLE_CAP;
	struct samples *samples;

	if (!node->samples) {
		if (trie->samples_count == trie->samples_cap) {
			uint32_t cap = trie->samples_cap ? trie->samples_cap * 2 : NODES_MIN;

			samples = realloc(trie->samples, cap * sizeof(*samples));
			if (!samples)
				return; /* a sample less */
			trie->samples = samples;
			trie->samples_cap = cap;
		}
		trie->samples[trie->samples_count] = (struct samples){ 0 };
		node->samples = ++trie->samples_count;
	}
	samples = &trie->samples[node->samples - 1];
	if (samples->count == YG_TRIE_SAMPLES)
		return;
	for (uint32_t i = 0; i < samples->count; i++) {
		if (samples->len[i] == len && memcmp(samples->text[i], value.ptr, len) == 0)
			return;
	}
	memcpy(samples->text[samples->count], value.ptr, len);
	samples->len[samples->count++] = (uint8_t)len;
}

/* The node for a segment that the trie does not hold; 0 when it is full. */
static uint32_t add_segment(struct yg_trie *trie, uint32_t parent, const struct yg_path *path,
			    uint32_t i, const struct yg_route_segment *segment)
{
	struct yg_slice text = path->segments[i];
	struct yg_slice extension = { text.ptr + segment->stem_len, text.len - segment->stem_len };
	uint32_t index;

	if (!segment->parameter && trie->nodes[parent].children >= YG_TRIE_CHILDREN_MAX) {
		/* No router knows that many names: they are values, whatever they look like. */
		trie->nodes[parent].folded = (uint16_t)((1u << YG_TOKEN_INT) - 1);
		trie->overflow++;
		(void)yg_trie_settle(trie, parent);
		return 0; /* @parent itself may have folded: the path is learned next time */
	}
	index = yg_trie_take(trie, parent,
			     segment->parameter ? yg_trie_hash_parameter(trie, extension)
						: hash_name(trie, text));
	if (!index) {
		trie->overflow++;
		return 0;
	}
	if (segment->parameter) {
		yg_trie_name_parameter(&trie->nodes[index], segment->token, extension);
	} else {
		trie->nodes[index].token = (uint8_t)segment->token;
		trie->nodes[index].name_len = (uint8_t)text.len;
		memcpy(trie->nodes[index].name, text.ptr, text.len);
	}
	put(trie, index);
	return index;
}

/*
 * Walk @path and add what is missing. @ret_touched: parent of the first new node, 0 for none.
 * False when the trie refused a node; what was added before it stays.
 */
static bool grow(struct yg_trie *trie, const struct yg_path *path, struct yg_route *ret,
		 uint32_t *ret_touched)
{
	uint32_t node = ROOT;

	*ret_touched = 0;
	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_route_segment segment = read_segment(trie, node, path, i);

		if (!segment.node) {
			*ret_touched = *ret_touched ? *ret_touched : node;
			segment.node = add_segment(trie, node, path, i, &segment);
			if (!segment.node)
				return false;
		}
		node = segment.node;
		if (trie->nodes[node].hits < HITS_MAX)
			trie->nodes[node].hits++;
		if (segment.parameter)
			yg_trie_sample(trie, node, path->segments[i]);
		ret->segments[i] = segment;
	}
	trie->nodes[node].flags |= NODE_TERMINAL;
	return true;
}

void yg_trie_learn(struct yg_trie *trie, const struct yg_path *path, struct yg_route *ret)
{
	uint32_t touched;

	ret->count = path->segment_count;
	ret->known = true;
	if (path->flags & YG_PATH_CUT || !grow(trie, path, ret, &touched) ||
	    (touched && yg_trie_settle(trie, touched)))
		yg_trie_route(trie, path, ret);
}

uint32_t yg_trie_generation(const struct yg_trie *trie)
{
	return trie->generation;
}

/* Text under construction. */
struct text {
	char *ptr;
	size_t cap;
	size_t len;
	bool full;
	struct yg_slice names[PARAMETERS_MAX]; /* of the parameters so far */
	uint32_t name_count;
};

static void put_text(struct text *text, struct yg_slice part)
{
	if (text->full || part.len + 1 > text->cap - text->len) { /* NUL after it */
		text->full = true;
		return;
	}
	memcpy(text->ptr + text->len, part.ptr, part.len);
	text->len += part.len;
}

static void put_parameter(struct text *text, struct yg_slice name, struct yg_slice extension)
{
	uint32_t same = 1;
	char number[12];

	for (uint32_t i = 0; i < text->name_count; i++)
		same += yg_slice_equal(text->names[i], name);
	text->names[text->name_count++] = name;
	put_text(text, YG_SLICE("{"));
	put_text(text, name);
	if (same > 1) {
		int len = snprintf(number, sizeof(number), "%u", same);

		put_text(text, (struct yg_slice){ number, (size_t)len });
	}
	put_text(text, YG_SLICE("}"));
	put_text(text, extension);
}

static void put_segment(struct text *text, const struct yg_trie *trie, struct yg_slice value,
			const struct yg_route_segment *segment)
{
	const struct node *node = &trie->nodes[segment->node];

	put_text(text, YG_SLICE("/"));
	if (!segment->parameter)
		put_text(text, value);
	else if (segment->node)
		put_parameter(
			text, (struct yg_slice){ node->name, node->name_len },
			(struct yg_slice){ node->name + node->name_len, node->extension_len });
	else
		put_parameter(text, yg_slice_from_str(yg_token_parameter(segment->token)),
			      (struct yg_slice){ value.ptr + segment->stem_len,
						 value.len - segment->stem_len });
}

static ssize_t end_text(struct text *text)
{
	if (text->len == 0)
		put_text(text, YG_SLICE("/"));
	if (text->full)
		text->len = 0;
	text->ptr[text->len] = '\0';
	return text->full ? -ENOSPC : (ssize_t)text->len;
}

ssize_t yg_trie_text(const struct yg_trie *trie, const struct yg_path *path,
		     const struct yg_route *route, char *ret, size_t cap)
{
	struct text text = { .cap = cap };

	text.ptr = ret;
	for (uint32_t i = 0; i < route->count; i++)
		put_segment(&text, trie, path->segments[i], &route->segments[i]);
	return end_text(&text);
}

/* How a segment of a template reads under @parent. Placeholders have braces, values never. */
static struct yg_route_segment reread_segment(const struct yg_trie *trie, uint32_t parent,
					      const struct yg_path *path, uint32_t i)
{
	struct yg_slice text = path->segments[i];
	const char *close = memchr(text.ptr, '}', text.len);
	struct yg_route_segment segment = { .parameter = true, .token = YG_TOKEN_OPAQUE };
	struct yg_slice extension;

	if (text.ptr[0] != '{' || !close)
		return read_segment(trie, parent, path, i);
	extension.ptr = close + 1;
	extension.len = (size_t)(text.ptr + text.len - extension.ptr);
	segment.stem_len = (uint32_t)(text.len - extension.len);
	if (parent && extension.len <= YG_TOKEN_LITERAL_MAX - 2)
		segment.node = find(trie, parent, yg_trie_hash_parameter(trie, extension));
	return segment;
}

ssize_t yg_trie_retext(const struct yg_trie *trie, const char *template_, char *ret, size_t cap)
{
	struct yg_path path = { 0 };
	struct text text = { .cap = cap };
	uint32_t node = ROOT;

	text.ptr = ret;
	for (const char *p = template_; *p == '/' && p[1];) {
		size_t len = strcspn(p + 1, "/");

		if (path.segment_count == YG_PATH_SEGMENTS_MAX)
			break;
		path.segments[path.segment_count++] = (struct yg_slice){ p + 1, len };
		p += len + 1;
	}
	for (uint32_t i = 0; i < path.segment_count; i++) {
		struct yg_route_segment segment = reread_segment(trie, node, &path, i);

		node = segment.node;
		put_segment(&text, trie, path.segments[i], &segment);
	}
	return end_text(&text);
}

int yg_trie_keep(struct yg_trie *trie, const struct yg_path *path)
{
	struct yg_route route;
	uint32_t last = path->segment_count - 1;
	uint32_t kept = 0;
	uint32_t parent, node;

	if (path->segment_count == 0 || path->segments[last].len > YG_TOKEN_LITERAL_MAX)
		return -EINVAL;
	for (uint32_t i = ROOT; i < trie->used; i++)
		kept += (trie->nodes[i].flags & (NODE_LIVE | NODE_KEPT)) == (NODE_LIVE | NODE_KEPT);
	if (kept >= YG_TRIE_KEEPS_MAX)
		return -ENOSPC;
	yg_trie_learn(trie, path, &route);
	if (!route.known)
		return -ENOMEM;
	parent = last > 0 ? route.segments[last - 1].node : ROOT;
	node = find(trie, parent, hash_name(trie, path->segments[last]));
	if (!node) {
		struct yg_route_segment literal = {
			.token = YG_TOKEN_WORD,
			.stem_len = (uint32_t)path->segments[last].len,
		};

		node = add_segment(trie, parent, path, last, &literal);
	}
	if (!node)
		return -ENOMEM;
	trie->nodes[node].flags |= NODE_KEPT | NODE_TERMINAL;
	trie->generation++;
	return 0;
}

uint32_t yg_trie_samples(const struct yg_trie *trie, const struct yg_path *path,
			 struct yg_slice ret[YG_TRIE_SAMPLES])
{
	const struct samples *samples;
	struct yg_route route;
	const struct node *node;

	yg_trie_route(trie, path, &route);
	if (route.count == 0)
		return 0;
	node = &trie->nodes[route.segments[route.count - 1].node];
	if (!route.segments[route.count - 1].node || !node->samples)
		return 0;
	samples = &trie->samples[node->samples - 1];
	for (uint32_t i = 0; i < samples->count; i++)
		ret[i] = (struct yg_slice){ samples->text[i], samples->len[i] };
	return samples->count;
}

struct yg_trie_counters yg_trie_counters(const struct yg_trie *trie)
{
	return (struct yg_trie_counters){
		.nodes = trie->live,
		.folds = trie->folds,
		.overflow = trie->overflow,
	};
}
