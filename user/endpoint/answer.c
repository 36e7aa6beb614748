/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/answer.h"

#include "core/hash.h"
#include "core/macros.h"

#define PREFIX_MAX 64u	 /* bytes; pages differ in their titles, and in their lengths */
#define TITLE_LOOK 1024u /* bytes of a page before its title ends */
#define ECHO_MIN   3u	 /* bytes: "/a" is in every page */

/* Not secret: whoever finds two answers with one mark has only his own traffic left out. */
static const struct yg_hash_key mark_key = { 0x616e737765726564, 0x2026 };

/* Path of a request as it was sent. */
static struct yg_slice asked_path(const struct yg_message *request)
{
	struct yg_slice target = request->target;
	const char *query = target.len > 0 ? memchr(target.ptr, '?', target.len) : NULL;

	if (query)
		target.len = (size_t)(query - target.ptr);
	if (target.len < ECHO_MIN || target.ptr[0] != '/')
		target.len = 0;
	return target;
}

/* Hash of the beginning, without @path; @digits: all the same. */
static uint64_t hash_prefix(struct yg_slice text, struct yg_slice path, bool digits)
{
	char prefix[PREFIX_MAX];
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < sizeof(prefix);) {
		if (path.len > 0 && text.len - i >= path.len &&
		    memcmp(text.ptr + i, path.ptr, path.len) == 0) {
			i += path.len;
			continue;
		}
		prefix[len] = text.ptr[i++];
		if (digits && prefix[len] >= '0' && prefix[len] <= '9')
			prefix[len] = '0';
		len++;
	}
	return len > 0 ? yg_hash(&mark_key, prefix, len) : 0;
}

static size_t count_echoes(struct yg_slice text, struct yg_slice path)
{
	const char *at = text.ptr;
	size_t left = text.len, count = 0;

	while (path.len > 0 && left > 0 && (at = memmem(at, left, path.ptr, path.len)) != NULL) {
		at += path.len;
		left = text.len - (size_t)(at - text.ptr);
		count++;
	}
	return count;
}

struct yg_answer_mark yg_answer_mark_from_exchange(const struct yg_exchange *exchange,
						   const struct yg_body_view *view)
{
	const struct yg_message *response = &exchange->response;
	struct yg_slice type = yg_message_find(response, YG_HEADER_CONTENT_TYPE);
	struct yg_slice text = view->text.ptr ? view->text : response->body;
	struct yg_slice path = asked_path(&exchange->request);
	uint64_t len = view->text.ptr && !view->cut ? text.len : response->body_bytes;
	const char *end = type.len > 0 ? memchr(type.ptr, ';', type.len) : NULL;
	struct yg_answer_mark mark;
	uint64_t hash;
	size_t echoes;

	if (end)
		type.len = (size_t)(end - type.ptr);
	text.len = text.len < YG_ANSWER_LOOK ? text.len : YG_ANSWER_LOOK;
	echoes = count_echoes(text, path);
	len = len > echoes * path.len ? len - echoes * path.len : 0;
	hash = yg_hash_mix(response->status) + yg_hash_mix(len + 1);
	if (type.len > 0)
		hash = yg_hash_mix(hash + yg_hash(&mark_key, type.ptr, type.len));
	if (text.len > 0)
		hash = yg_hash_mix(hash + hash_prefix(text, path, echoes > 0));
	mark.hash = hash | 1;
	mark.page = yg_slice_equal_nocase(type, YG_SLICE("text/html"));
	mark.echo = echoes > 0;
	return mark;
}

/* Lower case of ASCII: phrases are found whatever their case. Return: bytes. */
static size_t lower(struct yg_slice text, char *ret, size_t cap)
{
	size_t len = text.len < cap ? text.len : cap;

	for (size_t i = 0; i < len; i++)
		ret[i] = yg_ascii_lower(text.ptr[i]);
	return len;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.';
}

static bool says_no(const char *text, size_t len)
{
	static const char *const phrases[] = {
		"not found",	  "not_found",	    "notfound",	     "no such",
		"no route",	  "does not exist", "doesn't exist", "unknown_method",
		"見つかりません", "存在しません",
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(phrases); i++) {
		if (memmem(text, len, phrases[i], strlen(phrases[i])))
			return true;
	}
	return false;
}

/* Does a JSON text name a status of 404: {"status":404}, {"errorCode": "404"}? Not {"id":404}. */
static bool has_status_404(const char *text, size_t len)
{
	static const char *const keys[] = { "code", "status", "error" };

	for (size_t i = 1; i + 3 <= len; i++) {
		size_t end = i;

		if (memcmp(text + i, "404", 3) != 0 || (i + 3 < len && is_word(text[i + 3])))
			continue;
		while (end > 0 && strchr(": \"", text[end - 1]))
			end--;
		for (size_t k = 0; k < YG_ARRAY_SIZE(keys) && end < i; k++) {
			size_t key_len = strlen(keys[k]);

			if (end >= key_len && memcmp(text + end - key_len, keys[k], key_len) == 0)
				return true;
		}
	}
	return false;
}

/* "404" as a word of a title. */
static bool has_word_404(const char *title, size_t len)
{
	for (size_t i = 1; i + 3 <= len; i++) {
		if (memcmp(title + i, "404", 3) == 0 && !is_word(title[i - 1]) &&
		    (i + 3 == len || !is_word(title[i + 3])))
			return true;
	}
	return false;
}

static bool title_denies(struct yg_slice page)
{
	char text[TITLE_LOOK];
	size_t len = lower(page, text, sizeof(text));
	const char *title = memmem(text, len, "<title", 6);
	const char *end;

	if (!title)
		return false;
	len -= (size_t)(title - text);
	end = memmem(title, len, "</title", 7);
	len = end ? (size_t)(end - title) : len;
	return says_no(title, len) || has_word_404(title, len);
}

bool yg_answer_denies(const struct yg_body_view *view)
{
	char text[YG_ANSWER_DENIAL];
	size_t len;

	if (view->text.len == 0)
		return false;
	if (view->kind == YG_BODY_KIND_JSON) {
		if (view->cut || view->text.len > sizeof(text))
			return false;
		len = lower(view->text, text, sizeof(text));
		return says_no(text, len) || has_status_404(text, len);
	}
	return (view->kind == YG_BODY_KIND_TEXT || view->kind == YG_BODY_KIND_XML) &&
	       title_denies(view->text);
}
