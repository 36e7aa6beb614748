/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/binary.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/macros.h"
#include "test.h"

#define TEXT_CAP  65536u
#define BYTES_CAP 4096u

#define PROTOBUF YG_BODY_KIND_PROTOBUF
#define CBOR	 YG_BODY_KIND_CBOR
#define MSGPACK	 YG_BODY_KIND_MSGPACK

/* The walk as "path=value " (containers "{}" and "[]", a cut string "~"), then how it ended. */
static const struct {
	const char *name;
	enum yg_body_kind kind;
	const char *hex, *want;
} cases[] = {
	{ "a varint", PROTOBUF, "089601", "$={} $.1=150 done" },
	{ "a negative number", PROTOBUF, "08ffffffffffffffffff01", "$={} $.1=-1 done" },
	{ "the least number", PROTOBUF, "0880808080808080808001",
	  "$={} $.1=-9223372036854775808 done" },
	{ "a text", PROTOBUF, "12074772c3bcc39f65",
	  "$={} $.2=Gr\xc3\xbc\xc3\x9f"
	  "e done" },
	{ "a text of nothing", PROTOBUF, "1200", "$={} $.2= done" },
	{ "nothing", PROTOBUF, "", "done" },
	{ "a message in a message", PROTOBUF, "12050a03416e6e1801",
	  "$={} $.2={} $.2.1=Ann $.3=1 done" },
	{ "the same field again", PROTOBUF, "0a01610a0162", "$={} $.1=a $.1=b done" },
	{ "a message that its head makes look like text", PROTOBUF, "120c0a0a30313233343536373839",
	  "$={} $.2={} $.2.1=0123456789 done" },
	{ "a text that begins with a line end", PROTOBUF, "12040a0a6162", "$={} $.2=\n\nab done" },
	{ "eight bytes and four are passed over", PROTOBUF, "09000000000000f03f1500000000200a",
	  "$={} $.4=10 done" },
	{ "bytes that are no message", PROTOBUF, "0a03ff00011002", "$={} $.2=2 done" },
	{ "a control character makes bytes", PROTOBUF, "0a0361001b1002", "$={} $.2=2 done" },
	{ "a group, whose field is one of the message", PROTOBUF, "1b0a01611c1002",
	  "$={} $.1=a $.2=2 done" },
	{ "the highest number of a field", PROTOBUF, "f8ffffff0f01", "$={} $.536870911=1 done" },
	{ "a varint with more bytes than it needs", PROTOBUF, "0881808000", "$={} $.1=1 done" },
	/* Not protobuf. */
	{ "field 0", PROTOBUF, "0001", "bad" },
	{ "wire type 6", PROTOBUF, "0e01", "bad" },
	{ "a field number of 30 bits", PROTOBUF, "8080808010", "bad" },
	{ "a varint of 11 bytes", PROTOBUF, "08ffffffffffffffffff8001", "bad" },
	{ "a varint of 65 bits", PROTOBUF, "08ffffffffffffffffff02", "bad" },
	{ "a length beyond the end", PROTOBUF, "0a0561", "bad" },
	{ "eight bytes beyond the end", PROTOBUF, "0900", "bad" },
	{ "a group without its end", PROTOBUF, "1b0a0161", "bad" },
	{ "another group's end", PROTOBUF, "1b24", "bad" },
	{ "an end of no group", PROTOBUF, "1c", "bad" },
	{ "JSON", PROTOBUF, "7b2261223a317d", "bad" },
	/* RFC 8949, appendix A, and beyond. */
	{ "a map", CBOR, "a26161016162820203", "$={} $.a=1 $.b=[] $.b[*]=2 $.b[*]=3 done" },
	{ "a map without an end", CBOR, "bf6346756ef563416d7421ff",
	  "$={} $.Fun=true $.Amt=-2 done" },
	{ "arrays without an end", CBOR, "9f018202039f0405ffff",
	  "$=[] $[*]=1 $[*]=[] $[*][*]=2 $[*][*]=3 $[*]=[] $[*][*]=4 $[*][*]=5 done" },
	{ "a text in pieces", CBOR, "7f657374726561646d696e67ff", "$=strea $=ming done" },
	{ "a text in pieces in a map", CBOR, "a261617f616161620aff", "$={} $.a=a $.a=b bad" },
	{ "pieces, and what follows", CBOR, "a261617f61616162ff616203",
	  "$={} $.a=a $.a=b $.b=3 done" },
	{ "a name in pieces", CBOR, "a17f6161ff01", "$={} $.a=1 done" },
	{ "a text with a control character", CBOR, "62610b", "$=a\x0b done" },
	{ "bytes that are text", CBOR, "a1616143414243", "$={} $.a=ABC done" },
	{ "bytes", CBOR, "a1616144ff000102", "$={} done" },
	{ "names that are numbers", CBOR, "a30102200341ff04", "$={} $.1=2 $.-1=3 $['']=4 done" },
	{ "an array for a name", CBOR, "a1810102", "$={} $['']=[] $[''][*]=1 $['']=2 done" },
	{ "a name with a control character", CBOR, "a162610b01", "$={} $['']=1 done" },
	{ "a date", CBOR, "c074323031332d30332d32315432303a30343a30305a",
	  "$=2013-03-21T20:04:00Z done" },
	{ "a bignum is no value", CBOR, "82c249010000000000000000181e", "$=[] $[*]=30 done" },
	{ "the highest number", CBOR, "1bffffffffffffffff", "$=18446744073709551615 done" },
	{ "the least number", CBOR, "3bffffffffffffffff", "$=-18446744073709551616 done" },
	{ "fractions", CBOR, "84fb3ff199999999999afa3fc00000f93e00f97e00",
	  "$=[] $[*]=1.1 $[*]=1.5 $[*]=1.5 $[*]=null done" },
	{ "the least fraction, and the ends", CBOR, "84f90001f97c00f9fc00f9c400",
	  "$=[] $[*]=5.960464e-08 $[*]=null $[*]=null $[*]=-4 done" },
	{ "simple values", CBOR, "85f4f6f7f0f8ff",
	  "$=[] $[*]=false $[*]=null $[*]=null $[*]=null $[*]=null done" },
	{ "a sequence", CBOR, "a161610181f5", "$={} $.a=1 $=[] $[*]=true done" },
	/* Not CBOR. */
	{ "an argument of 28", CBOR, "1c", "bad" },
	{ "a number without an end", CBOR, "1f", "bad" },
	{ "a break of nothing", CBOR, "ff", "bad" },
	{ "a break in a definite array", CBOR, "82ff", "bad" },
	{ "a break for a value", CBOR, "bf6161ff", "$={} bad" },
	{ "a break behind a tag", CBOR, "9fc1ff", "$=[] bad" },
	{ "a piece of another type", CBOR, "7f4161ff", "bad" },
	{ "pieces in pieces", CBOR, "7f7f6161ffff", "bad" },
	{ "a simple value below 32", CBOR, "f81f", "bad" },
	{ "something behind a number", CBOR, "0102", "$=1 bad" },
	{ "something behind a map", CBOR, "a002", "$={} bad" },
	{ "a text beyond the end", CBOR, "656161", "bad" },
	{ "more items than bytes", CBOR, "9bffffffffffffffff", "bad" },
	{ "an end too early", CBOR, "8201", "bad" },
	/* MessagePack. */
	{ "a map", MSGPACK, "82a7636f6d70616374c3a6736368656d6100",
	  "$={} $.compact=true $.schema=0 done" },
	{ "numbers", MSGPACK, "97ff7fccffcdfffed080d3ffffffffffffffffcf8000000000000000",
	  "$=[] $[*]=-1 $[*]=127 $[*]=255 $[*]=65534 $[*]=-128 $[*]=-1 "
	  "$[*]=9223372036854775808 done" },
	{ "more numbers", MSGPACK, "94d1fffed2fffffffece000000ffd07f",
	  "$=[] $[*]=-2 $[*]=-2 $[*]=255 $[*]=127 done" },
	{ "fractions", MSGPACK, "92ca3fc00000cb3ff199999999999a", "$=[] $[*]=1.5 $[*]=1.1 done" },
	{ "texts of each length", MSGPACK, "94a161d90162da000163db0000000164",
	  "$=[] $[*]=a $[*]=b $[*]=c $[*]=d done" },
	{ "bytes that are text, and bytes", MSGPACK, "93c40161c50002ff00c60000000162",
	  "$=[] $[*]=a $[*]=b done" },
	{ "a text that is none", MSGPACK, "92a2ff00c0", "$=[] $[*]=null done" },
	{ "extensions are no values", MSGPACK,
	  "95d6ff00000000c70101aac8000101aac900000001"
	  "01aac2",
	  "$=[] $[*]=false done" },
	{ "arrays and maps of other lengths", MSGPACK, "dc0001dd00000001de0001a161df00000001a16101",
	  "$=[] $[*]=[] $[*][*]={} $[*][*].a={} $[*][*].a.a=1 done" },
	{ "a sequence", MSGPACK, "81a161019101", "$={} $.a=1 $=[] $[*]=1 done" },
	{ "the byte that is nothing", MSGPACK, "c1", "bad" },
	{ "something behind a number", MSGPACK, "0001", "$=0 bad" },
	{ "a text beyond the end", MSGPACK, "d9ff61", "bad" },
	{ "a head beyond the end", MSGPACK, "cd00", "bad" },
};

static size_t unhex(const char *hex, char ret[BYTES_CAP])
{
	size_t len = strlen(hex) / 2;

	assert_true(len <= BYTES_CAP);
	for (size_t i = 0; i < len; i++) {
		const char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		ret[i] = (char)strtoul(digits, NULL, 16);
	}
	return len;
}

/* Return: containers that were open at the end. */
static uint32_t write_walk(enum yg_body_kind kind, struct yg_slice data, uint64_t whole,
			   char text[TEXT_CAP])
{
	static const char *const ends[] = {
		[YG_PARSE_DONE] = "done", [YG_PARSE_MORE] = "more", [YG_PARSE_BAD] = "bad"
	};
	struct yg_binary_walk walk;
	struct yg_json_node node;
	size_t len = 0;

	yg_binary_begin(&walk, kind, data, whole);
	while (yg_binary_next(&walk, &node)) {
		char path[512];

		(void)yg_json_path(walk.levels, node.depth, path, sizeof(path));
		if (node.depth > 0 && !walk.levels[node.depth - 1].array)
			assert_true(yg_slice_equal(node.name, walk.levels[node.depth - 1].name));
		if (node.type == YG_JSON_OBJECT || node.type == YG_JSON_ARRAY)
			node.value = node.type == YG_JSON_OBJECT ? YG_SLICE("{}") : YG_SLICE("[]");
		len += (size_t)snprintf(text + len, TEXT_CAP - len, "%s=%.*s%s ", path,
					(int)node.value.len, node.value.len ? node.value.ptr : "",
					node.cut ? "~" : "");
	}
	assert_false(yg_binary_next(&walk, &node));
	(void)snprintf(text + len, TEXT_CAP - len, "%s", ends[walk.result]);
	return walk.depth;
}

static void walks_every_case_of_the_table(void **state)
{
	char bytes[BYTES_CAP], text[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		size_t len = unhex(cases[i].hex, bytes);
		GUARD_CLEANUP struct guard in = guard_copy(bytes, len);
		struct yg_slice data = { in.ptr, in.len };
		bool bad = strcmp(cases[i].want + strlen(cases[i].want) - 3, "bad") == 0;

		print_message("  %s\n", cases[i].name);
		(void)write_walk(cases[i].kind, data, len, text);
		assert_string_equal(text, cases[i].want);
		assert_int_equal(yg_binary_is_sound(cases[i].kind, data, len), !bad);
	}
}

/* At every cut, what comes is a prefix of what comes of the whole, and the cut is believed. */
static void a_cut_takes_away_and_adds_nothing(void **state)
{
	char bytes[BYTES_CAP], whole[TEXT_CAP], text[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		size_t len = unhex(cases[i].hex, bytes);

		if (!strstr(cases[i].want, "done"))
			continue;
		(void)write_walk(cases[i].kind, (struct yg_slice){ bytes, len }, len, whole);
		for (size_t cut = 0; cut < len; cut++) {
			GUARD_CLEANUP struct guard in = guard_copy(bytes, cut);
			struct yg_slice data = { in.ptr, in.len };
			char *end;

			(void)write_walk(cases[i].kind, data, len, text);
			end = strrchr(text, ' ');
			assert_string_equal(end ? end + 1 : text, "more");
			*(end ? end : text) = '\0';
			if (end && end[-1] == '~')
				end[-1] = '\0';
			/* What is left of bytes in protobuf may be a text or a message. */
			if (end && cases[i].kind == PROTOBUF)
				*strrchr(text, '$') = '\0';
			assert_memory_equal(text, whole, strlen(text));
			assert_true(yg_binary_is_sound(cases[i].kind, data, UINT64_MAX));
		}
	}
}

/* Levels of {1: {1: ...}}, from the innermost. Return: bytes at the end of @bytes. */
static size_t nest_messages(uint32_t levels, char bytes[BYTES_CAP])
{
	size_t at = BYTES_CAP - 2;

	bytes[at] = 0x08;
	bytes[at + 1] = 0x01;
	for (uint32_t i = 0; i < levels; i++) {
		size_t len = BYTES_CAP - at;

		assert_true(len < 16384);
		bytes[--at] = (char)(len >> 7);
		bytes[--at] = (char)((len & 127) | 128);
		bytes[--at] = 0x0a;
	}
	return BYTES_CAP - at;
}

static void passes_over_messages_that_are_too_deep(void **state)
{
	char bytes[BYTES_CAP], text[TEXT_CAP];
	size_t len = nest_messages(YG_JSON_DEPTH_MAX - 1, bytes);

	(void)state;
	(void)write_walk(PROTOBUF, (struct yg_slice){ bytes + BYTES_CAP - len, len }, len, text);
	assert_non_null(strstr(text, ".1=1 done"));
	len = nest_messages(YG_JSON_DEPTH_MAX, bytes);
	(void)write_walk(PROTOBUF, (struct yg_slice){ bytes + BYTES_CAP - len, len }, len, text);
	assert_null(strstr(text, "=1 "));
	assert_non_null(strstr(text, "={} done"));
}

/* Behind @levels arrays of one in an array of two, the number 7. */
static size_t nest_arrays(uint32_t levels, char bytes[BYTES_CAP])
{
	bytes[0] = (char)0x92;
	memset(bytes + 1, (char)0x91, levels);
	bytes[levels + 1] = 0x01;
	bytes[levels + 2] = 0x07;
	return levels + 3;
}

static void passes_over_items_that_are_too_deep(void **state)
{
	char bytes[BYTES_CAP], text[TEXT_CAP];
	size_t len = nest_arrays(YG_BINARY_OPEN_MAX - 1, bytes);

	(void)state;
	(void)write_walk(MSGPACK, (struct yg_slice){ bytes, len }, len, text);
	assert_null(strstr(text, "=1 "));
	assert_non_null(strstr(text, " $[*]=7 done"));
	len = nest_arrays(YG_BINARY_OPEN_MAX, bytes);
	(void)write_walk(MSGPACK, (struct yg_slice){ bytes, len }, len, text);
	assert_null(strstr(text, "=7"));
	assert_non_null(strstr(text, "more"));
	assert_true(yg_binary_is_sound(MSGPACK, (struct yg_slice){ bytes, len }, len));
}

static void counts_what_is_open_at_a_cut(void **state)
{
	char text[TEXT_CAP];

	(void)state;
	assert_int_equal(write_walk(CBOR, YG_SLICE("\xa1\x61\x61\x82\x01"), UINT64_MAX, text), 2);
	assert_int_equal(write_walk(CBOR, YG_SLICE("\xa1\x61\x61\x81\x01"), UINT64_MAX, text), 0);
	assert_int_equal(write_walk(PROTOBUF, YG_SLICE("\x12\x05\x0a\x03\x41"), 7, text), 2);
	assert_string_equal(text, "$={} $.2={} $.2.1=A~ more");
}

/* A cut says what may still come: nothing that is longer. */
static void refuses_what_does_not_fit_the_whole(void **state)
{
	struct yg_slice message = YG_SLICE("\x0a\x7f\x61"), text = YG_SLICE("\xd9\x7f\x61");

	(void)state;
	assert_true(yg_binary_is_sound(PROTOBUF, message, 129));
	assert_false(yg_binary_is_sound(PROTOBUF, message, 128));
	assert_true(yg_binary_is_sound(MSGPACK, text, 129));
	assert_false(yg_binary_is_sound(MSGPACK, text, 128));
}

static void cuts_names_to_whole_characters(void **state)
{
	char bytes[2 * YG_JSON_NAME_MAX + 8] = "\xa1\x79\x01\x2d";
	struct yg_binary_walk walk;
	struct yg_json_node node;

	(void)state;
	bytes[4] = 'n';
	for (size_t i = 0; i < 150; i++) {
		bytes[5 + 2 * i] = (char)0xc3;
		bytes[6 + 2 * i] = (char)0xa9;
	}
	bytes[305] = 0x01;
	yg_binary_begin(&walk, CBOR, (struct yg_slice){ bytes, 306 }, 306);
	assert_true(yg_binary_next(&walk, &node));
	assert_true(yg_binary_next(&walk, &node));
	assert_int_equal(node.name.len, YG_JSON_NAME_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_every_case_of_the_table),
		cmocka_unit_test(a_cut_takes_away_and_adds_nothing),
		cmocka_unit_test(passes_over_messages_that_are_too_deep),
		cmocka_unit_test(passes_over_items_that_are_too_deep),
		cmocka_unit_test(counts_what_is_open_at_a_cut),
		cmocka_unit_test(refuses_what_does_not_fit_the_whole),
		cmocka_unit_test(cuts_names_to_whole_characters),
	};

	return cmocka_run_group_tests_name("parse/binary", tests, NULL, NULL);
}
