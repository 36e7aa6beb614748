/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie.h"

#include <assert.h>
#include <errno.h>

#include "endpoint/reserved.h"
#include "endpoint/trie_evidence.h"
#include "endpoint/trie_node.h"

#define HITS_MAX      (UINT32_MAX / 2)
#define FRESH_SHARE   16u   /* the view is made anew when raw has grown by so much of itself */
#define FRONT_MAX     4u    /* segments before the one that names an API's version, and one more */
#define REFUSED_MAX   1024u /* segments refused by a full trie before it looks for room again */
#define SAMPLE_HEAD   4u    /* bytes of a sample that is masked; as many stars follow */
#define SAMPLE_DIGITS 9u    /* of a number; card and telephone numbers are longer */

int yg_trie_new(const struct yg_hash_key *key, uint32_t nodes_max, struct yg_trie **ret)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = calloc(1, sizeof(*trie));
	int r;

	assert(nodes_max >= 2 && nodes_max <= YG_TRIE_NODES_MAX);
	if (!trie)
		return -ENOMEM;
	trie->key = *key;
	trie->bare = yg_trie_hash_parameter(trie, (struct yg_slice){ 0 });
	trie->nodes_max = nodes_max;
	trie->used = ROOT;
	trie->vocabulary = calloc(VOCABULARY_CAP, sizeof(*trie->vocabulary));
	trie->values = calloc(TAGS_CAP, sizeof(*trie->values));
	trie->pooled = calloc(TAGS_CAP, sizeof(*trie->pooled));
	if (!trie->vocabulary || !trie->values || !trie->pooled)
		return -ENOMEM;
	r = yg_trie_reserve(trie, ROOT + 1);
	if (r < 0)
		return r;
	(void)yg_trie_take(trie, 0, 0); /* the root: room is reserved */
	yg_trie_rebuild(trie);
	*ret = YG_TAKE_PTR(trie);
	return 0;
}

void yg_trie_free(struct yg_trie **trie)
{
	if (!*trie)
		return;
	free((*trie)->raw.nodes);
	free((*trie)->raw.table);
	free((*trie)->view.nodes);
	free((*trie)->view.table);
	free((*trie)->names);
	free((*trie)->forward);
	free((*trie)->scratch);
	free((*trie)->vocabulary);
	free((*trie)->values);
	free((*trie)->pooled);
	free((*trie)->samples);
	free(*trie);
	*trie = NULL;
}

enum yg_trie_method yg_trie_method_from_slice(struct yg_slice method)
{
	static const struct {
		const char *name;
		enum yg_trie_method method;
	} names[] = {
		{ "GET", YG_TRIE_READ },      { "POST", YG_TRIE_POST },	  { "PUT", YG_TRIE_PUT },
		{ "DELETE", YG_TRIE_DELETE }, { "PATCH", YG_TRIE_PATCH }, { "HEAD", YG_TRIE_READ },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal(method, yg_slice_from_str(names[i].name)))
			return names[i].method;
	}
	return YG_TRIE_OTHER;
}

/* "api" and the like: what follows may be a bare version. */
static bool is_before_version(struct yg_slice name)
{
	return yg_slice_equal_nocase(name, YG_SLICE("api")) ||
	       yg_slice_equal_nocase(name, YG_SLICE("v")) ||
	       yg_slice_equal_nocase(name, YG_SLICE("version")) ||
	       yg_slice_equal_nocase(name, YG_SLICE("rest")) ||
	       yg_slice_equal_nocase(name, YG_SLICE("apis")) ||
	       yg_slice_equal_nocase(name, YG_SLICE("ws"));
}

/*
 * A date or a small number in front is the API's version: "/2010-04-01/Accounts", "/1/boards",
 * "/api/2/models", "/bank/accounts/v3.1.5/balances".
 */
static enum yg_token token_at(const struct yg_path *path, uint32_t i, size_t *ret_stem_len)
{
	enum yg_token token = yg_token_from_segment(path->segments[i], ret_stem_len);

	if (token == YG_TOKEN_SEMVER && i < FRONT_MAX && i + 1 < path->segment_count &&
	    (path->segments[i].ptr[0] == 'v' || path->segments[i].ptr[0] == 'V'))
		return YG_TOKEN_VERSION;
	if (i + 1 >= path->segment_count || i > 2 ||
	    (i > 0 && !is_before_version(path->segments[i - 1])))
		return token;
	if (token == YG_TOKEN_DATE || (token == YG_TOKEN_INT && path->segments[i].len <= 2))
		return YG_TOKEN_VERSION;
	return token;
}

/* What a segment is before any node is asked; node 0. */
static struct yg_route_segment type_segment(const struct yg_path *path, uint32_t i)
{
	struct yg_route_segment segment = { 0 };
	size_t stem;

	segment.token = token_at(path, i, &stem);
	if (i > 0 && !yg_token_is_strong(segment.token) && segment.token != YG_TOKEN_VERSION &&
	    yg_token_opens(path->segments[i - 1], path->segments[i])) {
		segment.token = YG_TOKEN_SECRET;
		stem = path->segments[i].len;
	}
	segment.parameter = yg_token_is_strong(segment.token);
	segment.stem_len = (uint32_t)(segment.parameter ? stem : path->segments[i].len);
	return segment;
}

static struct yg_slice extension_of(struct yg_slice text, const struct yg_route_segment *segment)
{
	return (struct yg_slice){ text.ptr + segment->stem_len, text.len - segment->stem_len };
}

/* The raw node of segment @i under @parent, 0 if it is not there: then @ret says what it is. */
static uint32_t read_raw(const struct yg_trie *trie, uint32_t parent, const struct yg_path *path,
			 uint32_t i, struct yg_route_segment *ret)
{
	struct yg_slice text = path->segments[i];
	const struct node *nodes = trie->raw.nodes;
	uint32_t index = yg_tree_find(trie, &trie->raw, parent, yg_trie_hash(trie, text));

	if (index) {
		*ret = (struct yg_route_segment){ .token = (enum yg_token)nodes[index].token,
						  .stem_len = (uint32_t)text.len };
		return index;
	}
	*ret = type_segment(path, i);
	if (!ret->parameter && nodes[parent].folded & (1u << ret->token) && !yg_is_reserved(text))
		ret->parameter = true;
	if (!ret->parameter)
		return 0;
	return yg_tree_find(trie, &trie->raw, parent,
			    yg_trie_hash_parameter(trie, extension_of(text, ret)));
}

/* How the segment that raw does not hold reads under view node @parent; 0: unknown ground. */
static void read_view(const struct yg_trie *trie, uint32_t parent, struct yg_slice text,
		      struct yg_route_segment *segment)
{
	const struct node *nodes = trie->view.nodes;

	segment->node = 0;
	if (!parent)
		return;
	if (!segment->parameter) {
		segment->node = yg_tree_find(trie, &trie->view, parent, yg_trie_hash(trie, text));
		if (segment->node || !(nodes[parent].folded & (1u << segment->token)) ||
		    yg_is_reserved(text))
			return;
		segment->parameter = true;
	}
	segment->node = yg_tree_find(trie, &trie->view, parent,
				     yg_trie_hash_parameter(trie, extension_of(text, segment)));
}

struct yg_route_segment yg_trie_read(const struct yg_trie *trie, uint32_t parent,
				     const struct yg_path *path, uint32_t i)
{
	struct yg_route_segment segment = type_segment(path, i);

	read_view(trie, parent, path->segments[i], &segment);
	return segment;
}

/* Raw node @index holds the segment: it reads as its view node. */
static void forward(const struct yg_trie *trie, uint32_t index, struct yg_route_segment *segment)
{
	segment->node = trie->forward[index];
	segment->parameter = trie->view.nodes[segment->node].flags & NODE_PARAMETER;
}

void yg_trie_route(const struct yg_trie *trie, const struct yg_path *path, struct yg_route *ret)
{
	uint32_t raw = ROOT, view = ROOT;

	ret->count = path->segment_count;
	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_route_segment *segment = &ret->segments[i];
		bool was_raw = raw != 0;

		if (raw)
			raw = read_raw(trie, raw, path, i, segment);
		else
			*segment = yg_trie_read(trie, view, path, i);
		if (raw)
			forward(trie, raw, segment);
		else if (was_raw)
			read_view(trie, view, path->segments[i], segment);
		view = segment->node;
	}
	ret->known = view && (trie->view.nodes[view].flags & NODE_TERMINAL) &&
		     !(path->flags & YG_PATH_CUT);
}

/*
 * What is a value by all that is known already is one before anybody has seen its name: it
 * becomes the parameter of @parent, or joins it. Return: true if it is in no table of its own.
 */
static bool fold_at_once(struct yg_trie *trie, uint32_t parent, uint32_t index)
{
	struct node *nodes = trie->view.nodes;
	uint32_t parameter;

	if (!yg_evidence_is_candidate(&nodes[index], WEAK_ALL) ||
	    !yg_evidence_is_clear(trie, parent, (enum yg_token)nodes[index].token))
		return false;
	nodes[parent].folded |= 1u << nodes[index].token;
	parameter = yg_tree_find(trie, &trie->view, parent, trie->bare);
	if (!parameter) {
		nodes[index].flags |= NODE_PARAMETER;
		nodes[index].hash = trie->bare;
		nodes[index].token =
			(uint8_t)yg_trie_name_of(&nodes[parent], (enum yg_token)nodes[index].token);
		nodes[parent].said = (uint8_t)(nodes[index].token + 1);
		return false;
	}
	nodes[parent].child = nodes[index].next; /* it was the newest */
	nodes[parent].children--;
	nodes[index].flags = 0;
	trie->forward[index] = parameter;
	return true;
}

/* The view's node for the new raw node @index: one that is there, or one of its own. */
static void add_view(struct yg_trie *trie, uint32_t index, uint32_t parent, struct yg_slice text,
		     struct yg_route_segment *segment)
{
	struct node *node = &trie->view.nodes[index];

	read_view(trie, parent, text, segment);
	if (!segment->node) {
		*node = trie->raw.nodes[index];
		node->children = 0;
		node->child = node->next = 0;
		if (segment->parameter) {
			node->flags |= NODE_PARAMETER;
			node->hash = yg_trie_hash_parameter(trie, extension_of(text, segment));
		}
		yg_tree_link(&trie->view, parent, index);
		if (segment->parameter || !fold_at_once(trie, parent, index))
			yg_tree_put(trie, &trie->view, index);
		segment->node = trie->forward[index] ? trie->forward[index] : index;
	}
	trie->forward[index] = segment->node;
}

/* No router knows that many names: they are values, whatever they look like. */
static bool make_room_below(struct yg_trie *trie, uint32_t parent)
{
	struct node *node = &trie->raw.nodes[parent];

	if (node->children < YG_TRIE_CHILDREN_MAX)
		return true;
	if (node->folded != WEAK_ALL) {
		node->folded = WEAK_ALL;
		yg_trie_rebuild(trie);
		yg_trie_commit(trie);
	}
	trie->overflow++;
	return false; /* @parent itself may be gone: the path is learned next time */
}

static bool make_room(struct yg_trie *trie)
{
	if (trie->live < trie->nodes_max)
		return true;
	if (trie->overflow++ % REFUSED_MAX == 0) {
		yg_trie_rebuild(trie);
		yg_trie_commit(trie);
	}
	return false;
}

/* The raw node for a segment that is not there; 0 when a cap refuses it. */
static uint32_t add_raw(struct yg_trie *trie, uint32_t parent, struct yg_slice text,
			const struct yg_route_segment *segment)
{
	struct yg_slice extension = extension_of(text, segment);
	struct name *name;
	uint32_t index;

	if ((!segment->parameter && !make_room_below(trie, parent)) || !make_room(trie))
		return 0;
	index = yg_trie_take(trie, parent,
			     segment->parameter ? yg_trie_hash_parameter(trie, extension)
						: yg_trie_hash(trie, text));
	if (!index) {
		trie->overflow++;
		return 0;
	}
	if (segment->parameter) {
		yg_trie_name_parameter(trie, index, segment->token, extension);
	} else {
		name = &trie->names[index];
		name->len = (uint8_t)text.len;
		memcpy(name->text, text.ptr, text.len);
		trie->raw.nodes[index].token = (uint8_t)segment->token;
		if (yg_is_reserved(text))
			trie->raw.nodes[index].flags |= NODE_RESERVED;
	}
	yg_tree_put(trie, &trie->raw, index);
	trie->fresh++;
	return index;
}

/* Values of several types under one node: the name is that of the first in the enum. */
static void note_type(struct yg_trie *trie, uint32_t index, const struct yg_route_segment *segment)
{
	struct node *raw = &trie->raw.nodes[index];
	struct node *view = &trie->view.nodes[trie->forward[index]];
	enum yg_token name;

	if (!(raw->flags & NODE_PARAMETER) || !yg_token_is_strong(segment->token) ||
	    raw->token <= (uint8_t)segment->token)
		return;
	yg_trie_name_parameter(trie, index, segment->token, node_extension(trie, index));
	name = raw->hash == trie->bare
		       ? yg_trie_name_of(&trie->view.nodes[view->parent], segment->token)
		       : segment->token;
	trie->generation += strcmp(yg_token_parameter((enum yg_token)view->token),
				   yg_token_parameter(name)) != 0;
	view->token = (uint8_t)name;
}

static void end_path(struct yg_trie *trie, uint32_t index, enum yg_trie_method method)
{
	struct node *raw = &trie->raw.nodes[index];
	struct node *view = &trie->view.nodes[trie->forward[index]];

	trie->fresh += !(raw->methods & method);
	raw->flags |= NODE_TERMINAL;
	raw->methods = (uint8_t)(raw->methods | method);
	view->flags |= NODE_TERMINAL;
	view->methods |= raw->methods;
}

/*
 * A literal stands in the tree as it is, and so does a sample of its kinds. Of values that types
 * tell, what may open something, or be somebody's number, is kept by its beginning alone.
 */
static void keep_sample(struct yg_trie *trie, uint32_t index, struct yg_slice text,
			enum yg_token token)
{
	char masked[] = "********";
	size_t len = text.len / 2 < SAMPLE_HEAD ? text.len / 2 : SAMPLE_HEAD;
	bool plain = token == YG_TOKEN_DECIMAL || token == YG_TOKEN_DATE ||
		     token == YG_TOKEN_SEMVER || token == YG_TOKEN_BOOL ||
		     (token == YG_TOKEN_INT && text.len <= SAMPLE_DIGITS);

	if (!yg_token_is_strong(token) || plain) {
		yg_trie_sample(trie, index, text);
		return;
	}
	memcpy(masked, text.ptr, len);
	yg_trie_sample(trie, index, (struct yg_slice){ masked, len + 4 });
}

/* One more path went through raw node @index. */
static void see(struct yg_trie *trie, uint32_t index, struct yg_slice text,
		struct yg_route_segment *segment)
{
	struct node *node = &trie->raw.nodes[index];

	note_type(trie, index, segment);
	forward(trie, index, segment);
	node->hits += node->hits < HITS_MAX;
	if (node->flags & NODE_PARAMETER)
		keep_sample(trie, index, text, segment->token);
}

/* Walk @path and add what is missing. False when a cap refused a node; what is before it stays. */
static bool grow(struct yg_trie *trie, const struct yg_path *path, enum yg_trie_method method,
		 struct yg_route *ret)
{
	uint32_t raw = ROOT;

	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_route_segment *segment = &ret->segments[i];
		uint32_t index = read_raw(trie, raw, path, i, segment);

		if (!index) {
			index = add_raw(trie, raw, path->segments[i], segment);
			if (!index)
				return false;
			add_view(trie, index, trie->forward[raw], path->segments[i], segment);
		}
		see(trie, index, path->segments[i], segment);
		raw = index;
	}
	trie->raw.nodes[ROOT].hits += trie->raw.nodes[ROOT].hits < HITS_MAX;
	end_path(trie, raw, method);
	return true;
}

void yg_trie_learn(struct yg_trie *trie, const struct yg_path *path, enum yg_trie_method method,
		   struct yg_route *ret)
{
	bool grown;

	ret->count = path->segment_count;
	ret->known = true;
	if (path->flags & YG_PATH_CUT) {
		yg_trie_route(trie, path, ret);
		return;
	}
	grown = grow(trie, path, method, ret);
	if (grown && (uint64_t)trie->fresh * FRESH_SHARE <= trie->live)
		return;
	if (grown)
		yg_trie_rebuild(trie);
	yg_trie_route(trie, path, ret);
}

bool yg_trie_know(struct yg_trie *trie, const struct yg_path *path, enum yg_trie_method method,
		  struct yg_route *ret)
{
	struct node *nodes = trie->raw.nodes;
	uint32_t raws[YG_PATH_SEGMENTS_MAX];
	uint32_t raw = ROOT;

	if (path->flags & YG_PATH_CUT)
		return false;
	for (uint32_t i = 0; i < path->segment_count; i++) {
		raw = read_raw(trie, raw, path, i, &ret->segments[i]);
		if (!raw)
			return false;
		raws[i] = raw;
	}
	if (!(nodes[raw].flags & NODE_TERMINAL) || !(nodes[raw].methods & method))
		return false;
	ret->count = path->segment_count;
	ret->known = true;
	nodes[ROOT].hits += nodes[ROOT].hits < HITS_MAX;
	for (uint32_t i = 0; i < path->segment_count; i++)
		see(trie, raws[i], path->segments[i], &ret->segments[i]);
	return true;
}

bool yg_trie_note_shape(struct yg_trie *trie, const struct yg_path *path, uint64_t fields)
{
	struct yg_route_segment segment;
	uint32_t raw = ROOT;
	struct node *node;
	bool news;

	for (uint32_t i = 0; i < path->segment_count && raw; i++)
		raw = read_raw(trie, raw, path, i, &segment);
	node = &trie->raw.nodes[raw];
	if (!raw || !(node->flags & NODE_TERMINAL) || node->shape == (node->shape | fields))
		return false;
	news = node->shape == 0;
	node->shape |= fields;
	trie->fresh += news;
	return news;
}

void yg_trie_settle(struct yg_trie *trie)
{
	yg_trie_rebuild(trie);
}

uint32_t yg_trie_generation(const struct yg_trie *trie)
{
	return trie->generation;
}

int yg_trie_keep(struct yg_trie *trie, const struct yg_path *path)
{
	struct yg_route_segment segment = { .token = YG_TOKEN_WORD };
	struct yg_route route;
	uint32_t last = path->segment_count - 1;
	uint32_t raw = ROOT, kept = 0;
	struct yg_slice text;
	uint32_t node;

	if (path->segment_count == 0 || path->segments[last].len > YG_TOKEN_LITERAL_MAX)
		return -EINVAL;
	for (uint32_t i = ROOT; i < trie->used; i++)
		kept += (trie->raw.nodes[i].flags & (NODE_LIVE | NODE_KEPT)) ==
			(NODE_LIVE | NODE_KEPT);
	if (kept >= YG_TRIE_KEEPS_MAX)
		return -ENOSPC;
	yg_trie_learn(trie, path, YG_TRIE_OTHER, &route);
	if (!route.known)
		return -ENOMEM;
	for (uint32_t i = 0; i < last && raw; i++)
		raw = read_raw(trie, raw, path, i, &route.segments[i]);
	text = path->segments[last];
	segment.stem_len = (uint32_t)text.len;
	node = raw ? yg_tree_find(trie, &trie->raw, raw, yg_trie_hash(trie, text)) : 0;
	if (!node && raw)
		node = add_raw(trie, raw, text, &segment);
	if (!node)
		return -ENOMEM;
	trie->raw.nodes[node].flags |= NODE_KEPT | NODE_TERMINAL;
	/* The word is about this name: without it, its siblings may be too few to fold again. */
	trie->raw.nodes[raw].folded |= trie->view.nodes[trie->forward[raw]].folded;
	yg_trie_rebuild(trie);
	trie->generation++;
	return 0;
}

static bool put_sample(struct yg_slice value, struct yg_slice ret[YG_TRIE_SAMPLES], uint32_t *count)
{
	if (*count == YG_TRIE_SAMPLES)
		return false;
	ret[(*count)++] = value;
	return true;
}

uint32_t yg_trie_samples(const struct yg_trie *trie, const struct yg_path *path,
			 struct yg_slice ret[YG_TRIE_SAMPLES])
{
	struct yg_route route;
	uint32_t node, count = 0;

	yg_trie_route(trie, path, &route);
	node = route.count > 0 ? route.segments[route.count - 1].node : 0;
	if (!node || !(trie->view.nodes[node].flags & NODE_PARAMETER))
		return 0;
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		const struct samples *samples;

		if (!(trie->raw.nodes[i].flags & NODE_LIVE) || trie->forward[i] != node)
			continue;
		if (node_is_literal(&trie->raw.nodes[i]))
			(void)put_sample(node_name(trie, i), ret, &count);
		if (!trie->names[i].samples)
			continue;
		samples = &trie->samples[trie->names[i].samples - 1];
		for (uint32_t j = 0; j < samples->count; j++) {
			struct yg_slice value = { samples->text[j], samples->len[j] };

			if (!put_sample(value, ret, &count))
				return count;
		}
	}
	return count;
}

struct yg_trie_counters yg_trie_counters(const struct yg_trie *trie)
{
	return (struct yg_trie_counters){
		.nodes = trie->live,
		.folds = trie->folds,
		.splits = trie->splits,
		.overflow = trie->overflow,
	};
}
