/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/feed.h"

#include <errno.h>
#include <string.h>

#include <msgpack.h>

#include "core/json.h"
#include "store/field.h"
#include "test.h"

/* Texts of every test message live here: "xxxx", cut to the length a field wants. */
static char filler[YG_FEED_BLOB_MAX];

static struct yg_slice filler_view(size_t len)
{
	memset(filler, 'x', sizeof(filler));
	return (struct yg_slice){ filler, len };
}

/* Fill a field to its limit: the largest message of its kind. */
static void fill_field(const struct yg_field *field, struct yg_feed_message *message)
{
	void *value = (char *)message + field->offset;
	size_t max = field->max ? field->max : YG_FEED_TEXT_MAX;
	struct yg_feed_texts *texts = value;
	struct yg_feed_counts *counts = value;
	struct yg_feed_facts *facts = value;

	switch (field->type) {
	case YG_FIELD_text:
	case YG_FIELD_blob:
		*(struct yg_slice *)value = filler_view(max);
		break;
	case YG_FIELD_uint:
	case YG_FIELD_time:
	case YG_FIELD_id:
		*(uint64_t *)value = UINT64_MAX - field->offset;
		break;
	case YG_FIELD_real:
		*(double *)value = 1.5;
		break;
	case YG_FIELD_flag:
		*(bool *)value = true;
		break;
	case YG_FIELD_address:
		memset(value, 0xfe, sizeof(struct yg_address));
		break;
	case YG_FIELD_texts:
		for (texts->count = 0; texts->count < YG_FEED_TEXTS_MAX; texts->count++)
			texts->rows[texts->count] = filler_view(texts->count);
		break;
	case YG_FIELD_counts:
		for (counts->count = 0; counts->count < YG_FEED_COUNTS_MAX; counts->count++) {
			counts->rows[counts->count].key = counts->count * 100u;
			counts->rows[counts->count].value = UINT64_MAX;
		}
		break;
	case YG_FIELD_facts:
		for (facts->count = 0; facts->count < YG_FEED_FACTS_MAX; facts->count++) {
			facts->rows[facts->count].name = filler_view(facts->count + 1);
			facts->rows[facts->count].number = facts->count;
			if (facts->count % 2)
				facts->rows[facts->count] = (__typeof__(facts->rows[0])){
					filler_view(3), filler_view(YG_FEED_TEXT_MAX), 0
				};
		}
		break;
	case YG_FIELD_MAX:
		fail();
	}
}

static struct yg_feed_message message_of(enum yg_feed_kind kind, bool full)
{
	const struct yg_schema *schema = yg_schema_find(kind);
	struct yg_feed_message message = { .kind = kind };

	for (uint32_t i = 0; full && i < schema->count; i++)
		fill_field(&schema->fields[i], &message);
	return message;
}

/* Two messages are the same if their JSON and their blobs are. */
static void assert_same(const struct yg_feed_message *a, const struct yg_feed_message *b)
{
	const struct yg_schema *schema = yg_schema_find(a->kind);
	struct yg_json *json_a = NULL, *json_b = NULL;

	assert_int_equal(a->kind, b->kind);
	assert_int_equal(yg_json_new(&json_a), 0);
	assert_int_equal(yg_json_new(&json_b), 0);
	yg_json_open_object(json_a);
	yg_json_open_object(json_b);
	yg_feed_write_fields(json_a, a);
	yg_feed_write_fields(json_b, b);
	assert_int_equal(yg_json_view(json_a).len, yg_json_view(json_b).len);
	assert_memory_equal(yg_json_view(json_a).ptr, yg_json_view(json_b).ptr,
			    yg_json_view(json_a).len);
	yg_json_free(&json_a);
	yg_json_free(&json_b);
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct yg_slice *blob_a = yg_field_view(&schema->fields[i], a);
		const struct yg_slice *blob_b = yg_field_view(&schema->fields[i], b);

		if (schema->fields[i].type == YG_FIELD_blob)
			assert_true(yg_slice_equal(*blob_a, *blob_b));
	}
}

/* An empty text is written "" and read "", so a message read is compared after one trip. */
static void reads_back_what_it_wrote(void **state)
{
	static uint8_t buf[YG_FEED_PACKET_MAX], again[YG_FEED_PACKET_MAX];

	(void)state;

	for (int kind = 1; kind < YG_FEED_KIND_MAX; kind++) {
		for (int full = 0; full < 2; full++) {
			struct yg_feed_message in = message_of((enum yg_feed_kind)kind, full), out;
			struct yg_feed_writer writer = { buf, sizeof(buf), 0 };
			struct yg_feed_writer second = { again, sizeof(again), 0 };

			assert_int_equal(yg_feed_put(&writer, &in), 0);
			GUARD_CLEANUP struct guard packet = guard_copy(buf, writer.len);
			struct yg_feed_reader reader = { (uint8_t *)packet.ptr,
							 (uint8_t *)packet.ptr + packet.len,
							 false };

			assert_int_equal(yg_feed_next(&reader, &out), YG_FEED_MESSAGE);
			if (full)
				assert_same(&in, &out);
			assert_int_equal(yg_feed_put(&second, &out), 0);
			assert_int_equal(second.len, writer.len);
			assert_memory_equal(again, buf, writer.len);
			assert_int_equal(yg_feed_next(&reader, &out), YG_FEED_END);
		}
	}
}

/* Cut anywhere, a message is BAD, and BAD it stays. */
static void refuses_every_cut(void **state)
{
	static uint8_t buf[YG_FEED_PACKET_MAX];

	(void)state;

	for (int kind = 1; kind < YG_FEED_KIND_MAX; kind++) {
		struct yg_feed_message message = message_of((enum yg_feed_kind)kind, true);
		struct yg_feed_writer writer = { buf, sizeof(buf), 0 };

		assert_int_equal(yg_feed_put(&writer, &message), 0);
		for (size_t len = 1; len < writer.len; len += len < 400 ? 1 : 977) {
			GUARD_CLEANUP struct guard cut = guard_copy(buf, len);
			struct yg_feed_reader reader = { (uint8_t *)cut.ptr,
							 (uint8_t *)cut.ptr + len, false };

			assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_BAD);
			assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_BAD);
		}
	}
}

static const struct {
	const char *name;
	const char *bytes;
	size_t len;
	enum yg_feed_outcome want;
} strange[] = {
	{ "no kind 0", "\x93\x00\x01\x90", 4, YG_FEED_UNKNOWN },
	{ "a kind of the future", "\x93\xcd\x03\xe8\x01\x81\xa1k\x92\xc0\xcb\0\0\0\0\0\0\0\0", 19,
	  YG_FEED_UNKNOWN },
	{ "a version of the future", "\x93\x07\x02\x91\x05", 5, YG_FEED_UNKNOWN },
	{ "missing fields are zero", "\x93\x07\x01\x90", 4, YG_FEED_MESSAGE },
	{ "fields of the future are passed over", "\x93\x07\x01\x93\x05\xa2hi\xc3", 9,
	  YG_FEED_MESSAGE },
	{ "four elements", "\x94\x07\x01\x90\x00", 5, YG_FEED_BAD },
	{ "not an array", "\xa1x", 2, YG_FEED_BAD },
	{ "negative kind", "\x93\xff\x01\x90", 4, YG_FEED_BAD },
	{ "text where a number is due", "\x93\x07\x01\x91\xa1x", 6, YG_FEED_BAD },
	{ "signed number", "\x93\x07\x01\x91\xd0\x05", 6, YG_FEED_BAD },
	{ "array that claims 4 G elements", "\x93\x07\x01\xdd\xff\xff\xff\xff", 8, YG_FEED_BAD },
	{ "unknown kind that claims 4 G elements", "\x93\x7f\x01\xdd\xff\xff\xff\xff", 8,
	  YG_FEED_BAD },
	{ "unknown kind that claims a map of 4 G", "\x93\x7f\x01\xdf\xff\xff\xff\xff", 8,
	  YG_FEED_BAD },
	{ "text that claims 4 G bytes", "\x93\x0e\x01\x91\xdb\xff\xff\xff\xff", 9, YG_FEED_BAD },
	{ "the byte that is never used", "\x93\x7f\x01\xc1", 4, YG_FEED_BAD },
	{ "text beyond its limit", "\x93\x01\x01\x91\xb1xxxxxxxxxxxxxxxxx", 22, YG_FEED_BAD },
	{ "odd list of counts", "\x93\x09\x01\xde\x00\x10", 6, YG_FEED_BAD },
};

static void judges_strange_packets(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(strange); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(strange[i].bytes, strange[i].len);
		struct yg_feed_reader reader = { (uint8_t *)in.ptr, (uint8_t *)in.ptr + in.len,
						 false };
		struct yg_feed_message message;

		print_message("  %s\n", strange[i].name);
		assert_int_equal(yg_feed_next(&reader, &message), strange[i].want);
		if (strange[i].want != YG_FEED_BAD)
			assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_END);
	}
}

/* A nest as deep as a packet allows costs no stack. */
static void passes_over_deep_nests(void **state)
{
	static uint8_t buf[YG_FEED_PACKET_MAX];
	struct yg_feed_reader reader = { buf, buf + sizeof(buf), false };
	struct yg_feed_message message;

	(void)state;

	memcpy(buf, "\x93\x7f\x01", 3);
	memset(buf + 3, 0x91, sizeof(buf) - 4);
	buf[sizeof(buf) - 1] = 0;
	assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_UNKNOWN);
	assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_END);
}

/* Whatever msgpack-c writes is passed over exactly: the message behind it is found. */
static void passes_over_all_that_msgpack_has(void **state)
{
	msgpack_sbuffer out;
	msgpack_packer packer;
	struct yg_feed_reader reader;
	struct yg_feed_message message;

	(void)state;

	msgpack_sbuffer_init(&out);
	msgpack_packer_init(&packer, &out, msgpack_sbuffer_write);
	msgpack_pack_array(&packer, 3);
	msgpack_pack_int(&packer, 99);
	msgpack_pack_int(&packer, 1);
	msgpack_pack_array(&packer, 14);
	msgpack_pack_nil(&packer);
	msgpack_pack_int64(&packer, INT64_MIN);
	msgpack_pack_int(&packer, -1);
	msgpack_pack_int(&packer, -200);
	msgpack_pack_uint64(&packer, UINT64_MAX);
	msgpack_pack_float(&packer, 1.0f);
	msgpack_pack_double(&packer, 1.0);
	msgpack_pack_str_with_body(&packer, filler, 300);
	msgpack_pack_bin_with_body(&packer, filler, 40000);
	msgpack_pack_ext_with_body(&packer, filler, 16, 5);
	msgpack_pack_ext_with_body(&packer, filler, 17, 5);
	msgpack_pack_map(&packer, 1);
	msgpack_pack_true(&packer);
	msgpack_pack_false(&packer);
	msgpack_pack_ext_with_body(&packer, filler, 1, 5);
	msgpack_pack_str_with_body(&packer, "short", 5);
	msgpack_pack_array(&packer, 3);
	msgpack_pack_int(&packer, YG_FEED_KIND_ROUND);
	msgpack_pack_int(&packer, 1);
	msgpack_pack_array(&packer, 1);
	msgpack_pack_int(&packer, 7);

	reader = (struct yg_feed_reader){ (uint8_t *)out.data, (uint8_t *)out.data + out.size,
					  false };
	assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_UNKNOWN);
	assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_MESSAGE);
	assert_int_equal(message.round.round, 7);
	assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_END);
	msgpack_sbuffer_destroy(&out);
}

/* The exact capacity succeeds; every smaller one fails and leaves the packet as it was. */
static void honours_capacity(void **state)
{
	uint8_t buf[512];
	struct yg_feed_writer writer = { buf, sizeof(buf), 0 };
	struct yg_feed_message message = message_of(YG_FEED_KIND_HELLO, true);
	size_t need;

	(void)state;

	assert_int_equal(yg_feed_put(&writer, &message), 0);
	need = writer.len;
	for (size_t cap = 3; cap <= need + 3; cap++) {
		writer = (struct yg_feed_writer){ buf, cap, 3 };
		assert_int_equal(yg_feed_put(&writer, &message), cap == need + 3 ? 0 : -ENOSPC);
		assert_int_equal(writer.len, cap == need + 3 ? cap : 3);
	}
	message.kind = YG_FEED_KIND_MAX;
	assert_int_equal(yg_feed_put(&writer, &message), -EINVAL);
}

static void cuts_texts_at_a_character_and_refuses_long_blobs(void **state)
{
	static uint8_t buf[YG_FEED_PACKET_MAX];
	struct yg_feed_writer writer = { buf, sizeof(buf), 0 };
	struct yg_feed_reader reader;
	struct yg_feed_message message = { .kind = YG_FEED_KIND_HELLO };

	(void)state;

	message.hello.role = YG_SLICE("\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93\xe6\xab\x93"
				      "\xe6\xab\x93");
	assert_int_equal(yg_feed_put(&writer, &message), 0);
	reader = (struct yg_feed_reader){ buf, buf + writer.len, false };
	assert_int_equal(yg_feed_next(&reader, &message), YG_FEED_MESSAGE);
	assert_int_equal(message.hello.role.len, 15); /* five characters of the 16 bytes */

	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_CELL };
	message.cell.cell = filler_view(8193);
	assert_int_equal(yg_feed_put(&writer, &message), -EMSGSIZE);
	message.cell.cell.len--;
	assert_int_equal(yg_feed_put(&writer, &message), 0);
}

static void names_every_kind(void **state)
{
	(void)state;

	assert_string_equal(yg_feed_kind_name(YG_FEED_KIND_FINDING), "finding");
	assert_string_equal(yg_feed_kind_name(YG_FEED_KIND_FOLD), "fold");
	assert_string_equal(yg_feed_kind_name(YG_FEED_KIND_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back_what_it_wrote),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(judges_strange_packets),
		cmocka_unit_test(passes_over_deep_nests),
		cmocka_unit_test(passes_over_all_that_msgpack_has),
		cmocka_unit_test(honours_capacity),
		cmocka_unit_test(cuts_texts_at_a_character_and_refuses_long_blobs),
		cmocka_unit_test(names_every_kind),
	};

	return cmocka_run_group_tests_name("store/feed", tests, NULL, NULL);
}
