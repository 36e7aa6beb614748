/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/multipart.h"

#include <stdio.h>

#include "test.h"

#define ROOM 512u
#define TYPE "multipart/form-data; boundary=b1"

static size_t print_slice(char *ret, size_t at, const char *mark, struct yg_slice text)
{
	if (!text.ptr)
		return at;
	return at + (size_t)snprintf(ret + at, ROOM - at, "%s%.*s", mark, (int)text.len, text.ptr);
}

/* "name@filename#type=content" of each part, "..." where it is cut, ended by DONE, MORE or BAD. */
static void print_parts(const char *type, const char *body, size_t len, char *ret)
{
	static const char *const ends[] = {
		[YG_PARSE_DONE] = "DONE", [YG_PARSE_MORE] = "MORE", [YG_PARSE_BAD] = "BAD"
	};
	GUARD_CLEANUP struct guard in = guard_copy(body, len);
	struct yg_multipart walk;
	struct yg_multipart_part part;
	size_t at = 0;

	ret[0] = '\0';
	if (yg_multipart_begin(yg_slice_from_str(type), (struct yg_slice){ in.ptr, len }, &walk)) {
		while (yg_multipart_next(&walk, &part)) {
			at = print_slice(ret, at, "", part.name);
			at = print_slice(ret, at, part.is_filename_encoded ? "@*" : "@",
					 part.filename);
			at = print_slice(ret, at, "#", part.type);
			at = print_slice(ret, at, "=", part.content);
			at += (size_t)snprintf(ret + at, ROOM - at, part.cut ? "...|" : "|");
		}
		assert_false(yg_multipart_next(&walk, &part));
	}
	(void)snprintf(ret + at, ROOM - at, "%s", ends[walk.result]);
}

#define FIELD(name)   "Content-Disposition: form-data; name=\"" name "\"\r\n"
#define PART(name, v) "--b1\r\n" FIELD(name) "\r\n" v "\r\n"

static const struct {
	const char *what, *type, *body, *want;
} cases[] = {
	{ "two fields", TYPE, PART("a", "1") PART("b", "2\r\n3") "--b1--\r\n",
	  "a=1|b=2\r\n3|DONE" },
	{ "preamble, padding, epilogue", TYPE,
	  "for old\r\nreaders\r\n--b1 \t\r\n" FIELD("a") "\r\n1\r\n--b1--  \r\nepilogue",
	  "a=1|DONE" },
	{ "file with type", TYPE,
	  "--b1\r\ncontent-disposition:form-data;name=f;filename=\"x;y.csv\"\r\n"
	  "CONTENT-TYPE:  text/csv; charset=utf-8\r\n\r\na,b\r\n--b1--",
	  "f@x;y.csv#text/csv; charset=utf-8=a,b|DONE" },
	{ "encoded file name", TYPE,
	  "--b1\r\nContent-Disposition: form-data; name=f; filename=a;"
	  " filename*=utf-8''%e5\r\n\r\n\r\n--b1--",
	  "f@*utf-8''%e5=|DONE" },
	{ "folded field", TYPE,
	  "--b1\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n--b1--", "a=1|DONE" },
	{ "no content at all", TYPE, "--b1\r\n" FIELD("a") "\r\n--b1\r\n\r\n--b1--", "a=|=|DONE" },
	{ "no fields", TYPE, "--b1\r\n\r\nx\r\n--b1--", "=x|DONE" },
	{ "no parts", TYPE, "--b1--\r\n", "DONE" },
	{ "longer boundary is content", TYPE, PART("a", "\r\n--b12\r\n--b") "--b1--",
	  "a=\r\n--b12\r\n--b|DONE" },
	{ "bare LF before the boundary is content", TYPE, PART("a", "1\n--b1\nx") "--b1--",
	  "a=1\n--b1\nx|DONE" },
	{ "lines of LF alone", TYPE, "--b1\nContent-Disposition: form-data; name=a\n\n1\n--b1--\n",
	  "a=1|DONE" },
	{ "quoted boundary", "multipart/mixed; boundary=\"b 1\"", "--b 1\r\n\r\nx\r\n--b 1--",
	  "=x|DONE" },
	{ "cut in content", TYPE, "--b1\r\n" FIELD("a") "\r\nvalue", "a=value...|MORE" },
	{ "cut in the delimiter", TYPE, "--b1\r\n" FIELD("a") "\r\nvalue\r\n--b",
	  "a=value...|MORE" },
	{ "cut behind the delimiter", TYPE, "--b1\r\n" FIELD("a") "\r\nvalue\r\n--b1",
	  "a=value|MORE" },
	{ "cut in the close", TYPE, "--b1\r\n" FIELD("a") "\r\nvalue\r\n--b1-", "a=value|MORE" },
	{ "cut in a field", TYPE, "--b1\r\nContent-Disposition: form-data; name=a", "MORE" },
	{ "cut after a part", TYPE, PART("a", "1") "--b1\r\n", "a=1|MORE" },
	{ "no delimiter", TYPE, "{\"a\":1}", "MORE" },
	{ "empty", TYPE, "", "MORE" },
	{ "no boundary", "multipart/form-data", PART("a", "1") "--b1--", "BAD" },
	{ "empty boundary", "multipart/form-data; boundary=\"\"", "--\r\n\r\nx\r\n----", "BAD" },
	{ "two boundaries", TYPE "; boundary=b2", PART("a", "1") "--b1--", "BAD" },
	{ "odd boundary", "multipart/form-data; boundary=\"b{1\"", "--b{1\r\n\r\n\r\n--b{1--",
	  "BAD" },
	{ "boundary that ends in a space", "multipart/mixed; boundary=\"b \"", "--b \r\n", "BAD" },
	{ "boundary beyond the limit",
	  "multipart/mixed; boundary="
	  "01234567890123456789012345678901234567890123456789012345678901234567890",
	  "", "BAD" },
};

static void splits_a_body_into_its_parts(void **state)
{
	char got[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("  %s\n", cases[i].what);
		print_parts(cases[i].type, cases[i].body, strlen(cases[i].body), got);
		assert_string_equal(got, cases[i].want);
	}
}

/* What a prefix tells is what the whole tells, up to the part that is cut. */
static void is_sure_of_what_a_prefix_tells(void **state)
{
	static const char body[] = PART("a", "1\r\n-") PART("b", "") PART("c", "xyz") "--b1--\r\n";
	char whole[ROOM], got[ROOM];

	(void)state;
	print_parts(TYPE, body, sizeof(body) - 1, whole);
	for (size_t len = 0; len < sizeof(body) - 1; len++) {
		char *tail;

		print_parts(TYPE, body, len, got);
		tail = strstr(got, "...|");
		if (!tail)
			tail = strstr(got, "MORE");
		if (tail)
			*tail = '\0';
		if (memcmp(got, whole, strlen(got)) != 0)
			fail_msg("%zu bytes: %s", len, got);
	}
}

static void reads_a_part_that_is_multipart(void **state)
{
	static const char body[] =
		"--b1\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n"
		"--in\r\nContent-Disposition: attachment; filename=a\r\n\r\nA\r\n--in--\r\n--b1--";
	struct yg_multipart outer, inner;
	struct yg_multipart_part part;

	(void)state;
	assert_true(yg_multipart_begin(YG_SLICE(TYPE), YG_SLICE(body), &outer));
	assert_true(yg_multipart_next(&outer, &part));
	assert_true(yg_multipart_begin(part.type, part.content, &inner));
	assert_true(yg_multipart_next(&inner, &part));
	assert_true(yg_slice_equal(part.disposition, YG_SLICE("attachment")));
	assert_true(yg_slice_equal(part.filename, YG_SLICE("a")));
	assert_true(yg_slice_equal(part.content, YG_SLICE("A")));
	assert_false(yg_multipart_next(&inner, &part));
	assert_int_equal(inner.result, YG_PARSE_DONE);
}

static void bounds_parts_and_fields(void **state)
{
	static char body[YG_MULTIPART_PARTS_MAX * 16 + YG_MULTIPART_HEAD_MAX];
	struct yg_multipart walk;
	struct yg_multipart_part part;
	uint32_t count = 0;

	(void)state;
	for (size_t at = 0; at + 8 <= sizeof(body); at += 8)
		memcpy(body + at, "--b1\r\n\r\n", 8);
	assert_true(yg_multipart_begin(YG_SLICE(TYPE), YG_SLICE(body), &walk));
	while (yg_multipart_next(&walk, &part))
		count++;
	assert_int_equal(count, YG_MULTIPART_PARTS_MAX);
	assert_int_equal(walk.result, YG_PARSE_BAD);

	memset(body + 6, 'x', sizeof(body) - 6);
	assert_true(yg_multipart_begin(YG_SLICE(TYPE), YG_SLICE(body), &walk));
	assert_false(yg_multipart_next(&walk, &part));
	assert_int_equal(walk.result, YG_PARSE_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_a_body_into_its_parts),
		cmocka_unit_test(is_sure_of_what_a_prefix_tells),
		cmocka_unit_test(reads_a_part_that_is_multipart),
		cmocka_unit_test(bounds_parts_and_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
