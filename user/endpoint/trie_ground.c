/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_ground.h"

#include "core/macros.h"
#include "endpoint/token_inside.h"

#define FRONT_SHARE 20u /* one in so many hits may take another way than the one all take */

/* The last letter is a weak hint, and only English, so it never decides alone. */
bool yg_ground_is_plural(const struct yg_trie *trie, uint32_t index)
{
	struct yg_slice name = node_name(trie, index);

	return node_is_literal(&trie->view.nodes[index]) && name.len > 3 &&
	       name.ptr[name.len - 1] == 's' && name.ptr[name.len - 2] != 's';
}

bool yg_ground_is_collection(const struct yg_trie *trie, uint32_t index)
{
	return yg_ground_is_plural(trie, index) && !(trie->view.nodes[index].flags & NODE_RESERVED);
}

/* "api", "rest", "my-api": says what follows, not which. */
static bool is_api_word(struct yg_slice name)
{
	static const char *const words[] = { "api", "apis",	"rest",	  "ws",
					     "rpc", "services", "public", "private" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (yg_slice_equal_nocase(name, yg_slice_from_str(words[i])))
			return true;
	}
	return name.len > 4 && memcmp(name.ptr + name.len - 4, "-api", 4) == 0;
}

/* Nearly all that goes through its parent goes here, and on to collections. */
static bool is_only_way(const struct node *nodes, uint32_t index)
{
	uint64_t others = 0;
	uint32_t names = 0;

	for (uint32_t c = nodes[nodes[index].parent].child; c; c = nodes[c].next)
		others += c != index ? nodes[c].hits : 0;
	if (others * FRONT_SHARE > nodes[index].hits)
		return false;
	for (uint32_t c = nodes[index].child; c; c = nodes[c].next)
		names += node_is_literal(&nodes[c]) && nodes[c].flags & (NODE_NAMES | NODE_GROUP);
	return names >= 2;
}

bool yg_ground_is_front(const struct yg_trie *trie, uint32_t index)
{
	const struct node *nodes = trie->view.nodes;

	for (; index != ROOT; index = nodes[index].parent) {
		if (!node_is_literal(&nodes[index]))
			return false;
		if (nodes[index].token != YG_TOKEN_VERSION && !(nodes[index].flags & NODE_GROUP) &&
		    !is_api_word(node_name(trie, index)) && !is_only_way(nodes, index))
			return false;
	}
	return true;
}

bool yg_ground_is_coined(struct yg_slice name)
{
	if (name.len < 5 || class_of(name.ptr[0]) != 1)
		return false;
	for (size_t i = 2; i + 1 < name.len; i++) {
		if (class_of(name.ptr[i]) == 2 && class_of(name.ptr[i - 1]) % 2 == 1 &&
		    class_of(name.ptr[i + 1]) == 1)
			return true;
	}
	return false;
}

bool yg_ground_is_native_word(struct yg_slice name)
{
	size_t high = 0;

	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == ' ')
			return false;
		high += (unsigned char)name.ptr[i] > 0x7f;
	}
	return high * 2 > name.len && !memmem(name.ptr, name.len, "\xe3\x80\x80", 3);
}

bool yg_ground_is_native(const struct yg_trie *trie, uint32_t index)
{
	const struct node *nodes = trie->view.nodes;

	while (index != ROOT && nodes[index].flags & NODE_PARAMETER)
		index = nodes[index].parent;
	return index != ROOT && nodes[index].token == YG_TOKEN_TEXT &&
	       yg_ground_is_native_word(node_name(trie, index));
}

bool yg_ground_is_plural_name(struct yg_slice name)
{
	return name.len > 3 && name.ptr[name.len - 1] == 's' &&
	       !strchr("sui", name.ptr[name.len - 2]);
}

/* The words of "templateId", "template_id", "template-id": where the last begins. */
static size_t last_word(struct yg_slice name)
{
	size_t i = name.len;

	while (i > 0 && !strchr("-_", name.ptr[i - 1]) &&
	       !(class_of(name.ptr[i - 1]) == 2 && i >= 2 && class_of(name.ptr[i - 2]) == 1))
		i--;
	if (i > 0 && class_of(name.ptr[i - 1]) == 2)
		i--;
	return i;
}

static bool is_one_of(struct yg_slice name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (yg_slice_equal_nocase(name, yg_slice_from_str(words[i])))
			return true;
	}
	return false;
}

uint32_t yg_ground_is_property(struct yg_slice name)
{
	static const char *const whole[] = { "category", "currency", "for",	"id",	"ids",
					     "name",	 "number",   "ref",	"slug", "status",
					     "symbol",	 "type",     "username" };
	static const char *const last[] = { "category", "code", "date", "id",	"ids",
					    "name",	"slug", "type", "uuid", "username" };
	size_t at = last_word(name);
	struct yg_slice word = { name.ptr + at, name.len - at };

	if (name.len > 3 && yg_ascii_lower(name.ptr[0]) == 'b' &&
	    yg_ascii_lower(name.ptr[1]) == 'y' &&
	    (strchr("-_", name.ptr[2]) || class_of(name.ptr[2]) == 2))
		return 2;
	if (at > 0 && is_one_of(word, last, YG_ARRAY_SIZE(last)))
		return yg_slice_equal_nocase(word, YG_SLICE("code")) ? 2 : 1;
	return at == 0 && is_one_of(name, whole, YG_ARRAY_SIZE(whole)) ? 2 : 0;
}
