/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/rpc.h"

#include <stdio.h>
#define ZLIB_CONST
#include <zlib.h>

#include "core/macros.h"
#include "test.h"

#define PROTOBUF YG_BODY_KIND_PROTOBUF
#define ROOM	 4096u
#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* The frames as "content of len" ("packed", "last"), then how they ended. */
static const struct {
	const char *name;
	struct yg_slice frames;
	const char *want;
	bool sound, sound_cut; /* as protobuf */
} cases[] = {
	{ "nothing", { "", 0 }, "more", true, true },
	{ "a message", BYTES("\0\0\0\0\2\x08\1"), "2 of 2, more", true, true },
	{ "an empty message", BYTES("\0\0\0\0\0"), "0 of 0, more", true, true },
	{ "two messages and fields of gRPC-Web", BYTES("\0\0\0\0\0\0\0\0\0\1\x08\x80\0\0\0\1x"),
	  "0 of 0, 1 of 1, last 1 of 1, more", false, false },
	{ "fields", BYTES("\x80\0\0\0\1x"), "last 1 of 1, more", true, true },
	{ "an end of Connect", BYTES("\2\0\0\0\2{}"), "last 2 of 2, more", true, true },
	{ "a compressed message", BYTES("\1\0\0\0\1\xff"), "packed 1 of 1, more", true, true },
	{ "a message that is cut", BYTES("\0\0\0\1\0\x0a\x10"), "2 of 256, more", false, true },
	{ "half a head", BYTES("\0\0\0"), "more", false, true },
	{ "a flag of nobody", BYTES("\4\0\0\0\0"), "bad", false, false },
	{ "text", BYTES("{\"a\":1}"), "bad", false, false },
	{ "a message of another format", BYTES("\0\0\0\0\2{}"), "2 of 2, more", false, false },
};

static void reads_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(cases[i].frames.ptr, cases[i].frames.len);
		struct yg_slice frames = { in.ptr, in.len }, rest = frames;
		struct yg_rpc_frame frame;
		char text[256] = "";
		enum yg_parse r;
		size_t len = 0;

		print_message("  %s\n", cases[i].name);
		while ((r = yg_rpc_next(&rest, &frame)) == YG_PARSE_DONE)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%zu of %zu, ",
						frame.last ? "last " : "",
						frame.packed ? "packed " : "", frame.content.len,
						(size_t)frame.len);
		(void)snprintf(text + len, sizeof(text) - len, "%s",
			       r == YG_PARSE_BAD ? "bad" : "more");
		assert_string_equal(text, cases[i].want);
		assert_int_equal(yg_rpc_is_sound(PROTOBUF, frames, false), cases[i].sound);
		assert_int_equal(yg_rpc_is_sound(PROTOBUF, frames, true), cases[i].sound_cut);
	}
	assert_true(yg_rpc_is_sound(YG_BODY_KIND_JSON, YG_SLICE("\0\0\0\0\2{}"), false));
}

static void undoes_base64_in_groups(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(yg_rpc_undo_text(YG_SLICE("QQ==QkM=REVG"), text, sizeof(text)), 6);
	assert_memory_equal(text, "ABCDEF", 6);
	assert_int_equal(yg_rpc_undo_text(YG_SLICE("QUJD"), text, 2), 2);
	assert_int_equal(yg_rpc_undo_text(YG_SLICE("QU!JD"), text, sizeof(text)), 1);
}

/* A frame of @len times 'a' in field 1, by gzip. Return: its length. */
static size_t pack(size_t len, char *ret, size_t cap)
{
	z_stream stream = { .next_out = (unsigned char *)ret + 5, .avail_out = (uInt)(cap - 5) };
	char message[ROOM] = { 0x0a, (char)((len & 127) | 128), (char)(len >> 7) };

	memset(message + 3, 'a', len);
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	stream.next_in = (const unsigned char *)message;
	stream.avail_in = (uInt)len + 3;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	memset(ret, 0, 4);
	ret[0] = 1;
	ret[4] = (char)stream.total_out;
	assert_int_equal(deflateEnd(&stream), Z_OK);
	return 5 + stream.total_out;
}

static const struct {
	const char *name;
	size_t cut; /* bytes that are left out at the end of the second message */
	size_t at;  /* of a byte that is spoilt; 0: none */
	size_t cap;
	enum yg_decoded want;
	size_t len; /* of what comes */
} unpacked[] = {
	{ "all", 0, 0, ROOM, YG_DECODED_WHOLE, 616 },
	{ "a cut", 9, 0, ROOM, YG_DECODED_CUT, 616 },
	{ "room for one", 0, 0, 320, YG_DECODED_FULL, 320 },
	{ "no room for a head", 0, 0, 310, YG_DECODED_FULL, 308 },
	{ "no gzip", 0, 6, ROOM, YG_DECODED_CORRUPT, 0 },
};

static void unpacks_messages(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(unpacked); i++) {
		char frames[ROOM], out[ROOM];
		size_t first = pack(300, frames, sizeof(frames)), len;
		size_t all = first + pack(300, frames + first, sizeof(frames) - first);
		struct yg_slice text = { frames, all - unpacked[i].cut };

		print_message("  %s\n", unpacked[i].name);
		if (unpacked[i].at)
			frames[unpacked[i].at] ^= 0x55;
		assert_true(yg_rpc_is_packed(text));
		assert_int_equal(
			yg_rpc_unpack(decoder, YG_DECODER_GZIP, text, out, unpacked[i].cap, &len),
			unpacked[i].want);
		assert_int_equal(len, unpacked[i].len);
		assert_true(yg_rpc_is_sound(PROTOBUF, (struct yg_slice){ out, len },
					    unpacked[i].want != YG_DECODED_WHOLE));
		assert_false(yg_rpc_is_packed((struct yg_slice){ out, len }));
	}
}

static void unpacks_so_many_and_no_more(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	static char frames[ROOM], out[ROOM];
	size_t one, len, all = 0;

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	one = pack(1, frames, sizeof(frames));
	for (uint32_t i = 0; i <= YG_RPC_PACKED_MAX; i++, all += one)
		memmove(frames + all, frames, one);
	assert_int_equal(yg_rpc_unpack(decoder, YG_DECODER_GZIP, (struct yg_slice){ frames, all },
				       out, sizeof(out), &len),
			 YG_DECODED_FULL);
	assert_int_equal(len, YG_RPC_PACKED_MAX * 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_case_of_the_table),
		cmocka_unit_test(undoes_base64_in_groups),
		cmocka_unit_test(unpacks_messages),
		cmocka_unit_test(unpacks_so_many_and_no_more),
	};

	return cmocka_run_group_tests_name("parse/rpc", tests, NULL, NULL);
}
