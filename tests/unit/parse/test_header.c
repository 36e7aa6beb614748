/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/header.h"

#include <stdio.h>

#include "core/macros.h"
#include "parse/exchange.h"
#include "test.h"

/* As the table says, and as its index does: they agree on every name of this file. */
static enum yg_header_id find(struct yg_slice name)
{
	static struct yg_header_index index;
	enum yg_header_id id = yg_header_id_from_name(name);

	yg_header_index_init(&index);
	assert_int_equal(yg_header_id_from_code(yg_header_index_find(&index, name)), id);
	return id;
}

static void finds_every_row_in_any_case(void **state)
{
	(void)state;
	for (uint32_t id = YG_HEADER_OTHER + 1; id < YG_HEADER_MAX; id++) {
		struct yg_slice name = yg_header_name((enum yg_header_id)id);
		GUARD_CLEANUP struct guard low = guard_copy(name.ptr, name.len);
		GUARD_CLEANUP struct guard high = guard_copy(name.ptr, name.len);

		print_message("  %s\n", name.ptr);
		for (size_t i = 0; i < high.len; i++) {
			char *c = (char *)high.ptr + i;

			*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 0x20) : *c;
		}
		assert_int_equal(find((struct yg_slice){ low.ptr, low.len }), id);
		assert_int_equal(find((struct yg_slice){ high.ptr, high.len }), id);
	}
}

static void finds_no_other_name(void **state)
{
	static const char *const names[] = {
		"",	      "x",     "hosu",		"cookif",  "content-typf",
		"x-foo",      "Hosts", "\x68\x0fst",	"dat\xe5", "content\rtype",
		"b\x13",      "@ge",   "authorizati[n", "ETA\x27", "authorizationn",
		"set_cookie",
	};
	char text[40]; /* longer than any row */

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++)
		assert_int_equal(find(yg_slice_from_str(names[i])), YG_HEADER_OTHER);
	memset(text, 'a', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len++)
		assert_int_equal(find((struct yg_slice){ text, len }), YG_HEADER_OTHER);
}

/* The table may say more of a name than its text does, never less. */
static void says_of_a_row_what_its_text_says(void **state)
{
	(void)state;
	for (uint32_t id = YG_HEADER_OTHER + 1; id < YG_HEADER_MAX; id++) {
		struct yg_slice name = yg_header_name((enum yg_header_id)id);
		uint32_t text = yg_header_traits_of_name(name);

		print_message("  %s\n", name.ptr);
		assert_int_equal(yg_header_traits((enum yg_header_id)id, name) & text, text);
		assert_int_equal(yg_header_traits((enum yg_header_id)id, name) &
					 (YG_HEADER_SECRET | YG_HEADER_RATE),
				 text & (YG_HEADER_SECRET | YG_HEADER_RATE));
	}
}

static const struct {
	const char *name;
	uint32_t traits;
} others[] = {
	{ "Content-Digest", YG_HEADER_USUAL | YG_HEADER_STANDARD },
	{ "Accept", YG_HEADER_USUAL | YG_HEADER_STANDARD },
	{ "X-Amz-Trace", YG_HEADER_STANDARD },
	{ "X-Tenant-Id", YG_HEADER_SECRET },
	{ "X-Acme-Token", YG_HEADER_SECRET },
	{ "X-Idempotency-Key", 0 },
	{ "Acme-Rate-Limit-Left", YG_HEADER_RATE },
	{ "Retry-After-Ms", YG_HEADER_RATE },
	{ "X-AUTHOR", YG_HEADER_SECRET },
	{ "X-Acme-Session-Id", YG_HEADER_SECRET },
	{ "Acmesecret", YG_HEADER_SECRET },
	{ "x-signature", YG_HEADER_SECRET },
	{ "monkey", YG_HEADER_SECRET },
	{ "My-Cookies", YG_HEADER_SECRET },
	{ "My-Certificate", YG_HEADER_SECRET },
	{ "X-User-Id", YG_HEADER_SECRET },
	{ "Acme-Sid", YG_HEADER_SECRET },
	{ "X-Acme-Client-ID", YG_HEADER_SECRET },
	{ "RateLimit-Policy", YG_HEADER_RATE },
	{ "X-Key-RateLimit", YG_HEADER_SECRET | YG_HEADER_RATE },
	{ "RateLimit-Idempotency-Key", YG_HEADER_RATE },
	{ "Acme-Ke", 0 },
	{ ":authority", YG_HEADER_STANDARD | YG_HEADER_SECRET },
	{ "X-Foo", 0 },
	{ "", 0 },
};

static void judges_other_names_by_their_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(others); i++) {
		print_message("  %s\n", others[i].name);
		assert_int_equal(
			yg_header_traits(YG_HEADER_UNREAD, yg_slice_from_str(others[i].name)),
			others[i].traits);
	}
}

/* Of names that share a place with others, and of one too long to be kept. */
static void remembers_what_names_say(void **state)
{
	static struct yg_header_index index;
	static const char longest[] = "x-acme-token-of-a-name-that-has-more-bytes-than-are-kept";

	(void)state;
	yg_header_index_init(&index);
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 1000; i++) {
			char text[24];
			int len = snprintf(text, sizeof(text), "x-%u-%s", i % 500,
					   i % 3 ? "token" : "page");
			struct yg_slice name = { text, (size_t)len };

			assert_int_equal(yg_header_index_find(&index, name),
					 YG_HEADER_MAX + yg_header_traits_of_name(name));
		}
		assert_int_equal(yg_header_index_find(&index, yg_slice_from_str(longest)),
				 YG_HEADER_MAX + YG_HEADER_SECRET);
	}
}

static void finds_the_same_field_with_and_without_ids(void **state)
{
	static const struct yg_header headers[] = {
		{ { "X-Foo", 5 }, { "1", 1 } },
		{ { "ETag", 4 }, { "2", 1 } },
		{ { "etag", 4 }, { "3", 1 } },
	};
	static const uint8_t ids[] = { YG_HEADER_OTHER, YG_HEADER_ETAG, YG_HEADER_ETAG };
	struct yg_message message = { .headers = headers, .header_count = 3 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		assert_ptr_equal(yg_message_find(&message, YG_HEADER_ETAG).ptr,
				 headers[1].value.ptr);
		assert_null(yg_message_find(&message, YG_HEADER_HOST).ptr);
		assert_int_equal(yg_message_header_id(&message, 0), YG_HEADER_OTHER);
		assert_int_equal(yg_message_header_id(&message, 2), YG_HEADER_ETAG);
		message.header_ids = ids;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_row_in_any_case),
		cmocka_unit_test(finds_no_other_name),
		cmocka_unit_test(says_of_a_row_what_its_text_says),
		cmocka_unit_test(judges_other_names_by_their_text),
		cmocka_unit_test(remembers_what_names_say),
		cmocka_unit_test(finds_the_same_field_with_and_without_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
