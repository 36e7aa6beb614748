/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/body.h"

#include <errno.h>

#include "parse/binary.h"
#include "parse/charset.h"
#include "parse/decoder.h"
#include "parse/rpc.h"

#define SNIFF_MAX 64u /* bytes that tell text from binary */

/* One side of the exchange in hand. */
struct side {
	const struct yg_message *message;
	struct yg_body_view view;
	bool asked;
	char text[YG_BODY_TEXT_MAX];
};

struct yg_bodies {
	struct yg_decoder *decoder;
	struct yg_charsets charsets;
	struct yg_body_counters counters;
	struct side request, response;
	char decoded[YG_BODY_DECODED_MAX]; /* between coding and charset */
};

int yg_bodies_new(struct yg_bodies **ret)
{
	struct yg_bodies *bodies = calloc(1, sizeof(*bodies));

	if (!bodies)
		return -ENOMEM;
	if (yg_decoder_new(&bodies->decoder)) {
		yg_bodies_free(&bodies);
		return -ENOMEM;
	}
	yg_charsets_open(&bodies->charsets);
	*ret = bodies;
	return 0;
}

void yg_bodies_free(struct yg_bodies **bodies)
{
	if (!*bodies)
		return;
	yg_decoder_free(&(*bodies)->decoder);
	yg_charsets_close(&(*bodies)->charsets);
	yg_freep(bodies);
}

const struct yg_body_counters *yg_bodies_counters(const struct yg_bodies *bodies)
{
	return &bodies->counters;
}

void yg_bodies_begin(struct yg_bodies *bodies, const struct yg_exchange *exchange)
{
	bodies->request.message = &exchange->request;
	bodies->response.message = &exchange->response;
	bodies->request.asked = bodies->response.asked = false;
}

/* --- kind ----------------------------------------------------------------------------------- */

const char *yg_body_kind_name(enum yg_body_kind kind)
{
	static const char *const names[YG_BODY_KIND_MAX] = {
		[YG_BODY_KIND_NONE] = "none",	      [YG_BODY_KIND_JSON] = "json",
		[YG_BODY_KIND_NDJSON] = "ndjson",     [YG_BODY_KIND_EVENTS] = "events",
		[YG_BODY_KIND_FORM] = "form",	      [YG_BODY_KIND_MULTIPART] = "multipart",
		[YG_BODY_KIND_XML] = "xml",	      [YG_BODY_KIND_GRAPHQL] = "graphql",
		[YG_BODY_KIND_TEXT] = "text",	      [YG_BODY_KIND_BINARY] = "binary",
		[YG_BODY_KIND_PROTOBUF] = "protobuf", [YG_BODY_KIND_CBOR] = "cbor",
		[YG_BODY_KIND_MSGPACK] = "msgpack",   [YG_BODY_KIND_RPC] = "rpc",
	};

	return names[kind];
}

static bool has_prefix(struct yg_slice text, struct yg_slice prefix)
{
	return text.len >= prefix.len &&
	       yg_slice_equal_nocase((struct yg_slice){ text.ptr, prefix.len }, prefix);
}

static bool has_suffix(struct yg_slice text, struct yg_slice suffix)
{
	return text.len >= suffix.len &&
	       yg_slice_equal_nocase(
		       (struct yg_slice){ text.ptr + text.len - suffix.len, suffix.len }, suffix);
}

static bool is_control(char c)
{
	unsigned char byte = (unsigned char)c;

	return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f') ||
	       byte == 0x7f;
}

static enum yg_body_kind sniff(struct yg_slice body)
{
	for (size_t i = 0; i < body.len && i < SNIFF_MAX; i++) {
		if (is_control(body.ptr[i]))
			return YG_BODY_KIND_BINARY;
	}
	for (size_t i = 0; i < body.len && i < SNIFF_MAX; i++) {
		char c = body.ptr[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '{' || c == '[')
			return YG_BODY_KIND_JSON;
		return c == '<' ? YG_BODY_KIND_XML : YG_BODY_KIND_TEXT;
	}
	return YG_BODY_KIND_TEXT;
}

/* Messages of RPC behind their lengths, whatever is in them. */
static bool is_framed(struct yg_slice media)
{
	return has_prefix(media, YG_SLICE("application/grpc")) ||
	       has_prefix(media, YG_SLICE("application/connect+"));
}

/* A binary format, or what RPC carries, by what stands behind "application/" or the '+'. */
static enum yg_body_kind kind_of_name(struct yg_slice name)
{
	static const struct {
		struct yg_slice name;
		enum yg_body_kind kind;
	} rows[] = {
		{ { "json", 4 }, YG_BODY_KIND_JSON },
		{ { "protobuf", 8 }, YG_BODY_KIND_PROTOBUF },
		{ { "x-protobuf", 10 }, YG_BODY_KIND_PROTOBUF },
		{ { "proto", 5 }, YG_BODY_KIND_PROTOBUF },
		{ { "vnd.google.protobuf", 19 }, YG_BODY_KIND_PROTOBUF },
		{ { "x-google-protobuf", 17 }, YG_BODY_KIND_PROTOBUF },
		{ { "cbor", 4 }, YG_BODY_KIND_CBOR },
		{ { "cbor-seq", 8 }, YG_BODY_KIND_CBOR },
		{ { "cose", 4 }, YG_BODY_KIND_CBOR },
		{ { "msgpack", 7 }, YG_BODY_KIND_MSGPACK },
		{ { "x-msgpack", 9 }, YG_BODY_KIND_MSGPACK },
		{ { "vnd.msgpack", 11 }, YG_BODY_KIND_MSGPACK },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (yg_slice_equal_nocase(name, rows[i].name))
			return rows[i].kind;
	}
	return YG_BODY_KIND_BINARY;
}

static enum yg_body_kind content_of_media(struct yg_slice media)
{
	const char *plus = memchr(media.ptr, '+', media.len);
	size_t at = plus ? (size_t)(plus + 1 - media.ptr) : 0;

	return plus ? kind_of_name((struct yg_slice){ plus + 1, media.len - at })
		    : YG_BODY_KIND_PROTOBUF;
}

/* Of the media types that are no text. */
static enum yg_body_kind kind_of_binary(struct yg_slice media)
{
	static const struct yg_slice application = YG_SLICE("application/");
	struct yg_slice name;

	if (!has_prefix(media, application))
		return YG_BODY_KIND_BINARY;
	if (is_framed(media))
		return content_of_media(media) == YG_BODY_KIND_BINARY ? YG_BODY_KIND_BINARY
								      : YG_BODY_KIND_RPC;
	name = (struct yg_slice){ media.ptr + application.len, media.len - application.len };
	return memchr(name.ptr, '+', name.len) ? content_of_media(name) : kind_of_name(name);
}

static enum yg_body_kind kind_of_media(struct yg_slice media)
{
	static const struct {
		struct yg_slice name;
		enum yg_body_kind kind;
	} whole[] = {
		{ { "application/json", 16 }, YG_BODY_KIND_JSON },
		{ { "text/json", 9 }, YG_BODY_KIND_JSON },
		{ { "application/x-www-form-urlencoded", 33 }, YG_BODY_KIND_FORM },
		{ { "application/x-ndjson", 20 }, YG_BODY_KIND_NDJSON },
		{ { "application/ndjson", 18 }, YG_BODY_KIND_NDJSON },
		{ { "application/jsonl", 17 }, YG_BODY_KIND_NDJSON },
		{ { "application/x-jsonlines", 23 }, YG_BODY_KIND_NDJSON },
		{ { "text/event-stream", 17 }, YG_BODY_KIND_EVENTS },
		{ { "application/xml", 15 }, YG_BODY_KIND_XML },
		{ { "text/xml", 8 }, YG_BODY_KIND_XML },
		{ { "application/graphql", 19 }, YG_BODY_KIND_GRAPHQL },
		{ { "application/javascript", 22 }, YG_BODY_KIND_TEXT },
		{ { "application/yaml", 16 }, YG_BODY_KIND_TEXT },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(whole); i++) {
		if (yg_slice_equal_nocase(media, whole[i].name))
			return whole[i].kind;
	}
	if (has_suffix(media, YG_SLICE("+json")))
		return is_framed(media) ? YG_BODY_KIND_RPC : YG_BODY_KIND_JSON;
	if (has_suffix(media, YG_SLICE("+xml")) && !has_prefix(media, YG_SLICE("image/")))
		return YG_BODY_KIND_XML;
	if (has_prefix(media, YG_SLICE("multipart/")))
		return YG_BODY_KIND_MULTIPART;
	return has_prefix(media, YG_SLICE("text/")) ? YG_BODY_KIND_TEXT : kind_of_binary(media);
}

static struct yg_slice without_parameters(struct yg_slice type)
{
	const char *semicolon = type.len ? memchr(type.ptr, ';', type.len) : NULL;

	if (semicolon)
		type.len = (size_t)(semicolon - type.ptr);
	return yg_slice_trim(type);
}

enum yg_body_kind yg_body_content_of(struct yg_slice type)
{
	type = without_parameters(type);
	return type.len ? content_of_media(type) : YG_BODY_KIND_BINARY;
}

enum yg_body_kind yg_body_kind_of(struct yg_slice type, struct yg_slice body)
{
	if (yg_slice_equal(type, YG_SLICE("application/json")))
		return YG_BODY_KIND_JSON; /* nearly every body of an API */
	type = yg_slice_trim(type);
	return type.len ? kind_of_media(without_parameters(type)) : sniff(body);
}

/* --- text ----------------------------------------------------------------------------------- */

static struct yg_slice without_mark(struct yg_slice text)
{
	if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
		return (struct yg_slice){ text.ptr + 3, text.len - 3 };
	return text;
}

/* Where it counts that of a coded body @len bytes were read. */
static uint64_t *row_of(struct yg_body_counters *rows, enum yg_decoded r, size_t len)
{
	switch (r) {
	case YG_DECODED_BOMB:
		return &rows->skip_ratio;
	case YG_DECODED_WINDOW:
		return &rows->skip_window;
	case YG_DECODED_CORRUPT:
		return len ? &rows->broken : &rows->skip_corrupt;
	case YG_DECODED_FULL:
		return &rows->capped;
	case YG_DECODED_CUT:
		return len ? &rows->decoded : &rows->skip_unsampled;
	default:
		return &rows->decoded;
	}
}

/* Undo @coding into @out. Return: the row that it counts in if it goes no further. */
static uint64_t *undo_coding(struct yg_bodies *bodies, enum yg_decoder_coding coding,
			     struct yg_slice *text, char *out, bool *cut)
{
	size_t len = 0;
	enum yg_decoded r;

	if (coding == YG_DECODER_UNKNOWN)
		return &bodies->counters.skip_coding;
	r = yg_decoder_run(bodies->decoder, coding, *text, out, YG_BODY_DECODED_MAX, &len);
	*text = (struct yg_slice){ out, len };
	*cut |= r != YG_DECODED_WHOLE;
	return row_of(&bodies->counters, r, len);
}

/* The skip_* rows stand last. */
static bool is_skip(const struct yg_body_counters *rows, const uint64_t *row)
{
	return row >= &rows->skip_binary;
}

static bool is_cut(const struct yg_message *message)
{
	return message->body_gap || !message->complete || message->body.len < message->body_bytes;
}

bool yg_body_view_plain(const struct yg_message *message, struct yg_body_view *ret)
{
	struct yg_slice type = yg_message_find(message, YG_HEADER_CONTENT_TYPE);
	enum yg_body_kind kind;

	if (message->body.len == 0 || yg_charset_of(type) != YG_CHARSET_UTF8 ||
	    yg_decoder_coding_of(yg_message_find(message, YG_HEADER_CONTENT_ENCODING)) !=
		    YG_DECODER_IDENTITY)
		return false;
	kind = yg_body_kind_of(type, message->body);
	if (yg_body_is_binary(kind) || yg_charset_is_wide(message->body))
		return false;
	*ret = (struct yg_body_view){ .kind = kind,
				      .text = without_mark(message->body),
				      .cut = is_cut(message) };
	return true;
}

/* --- binary --------------------------------------------------------------------------------- */

/* What the messages of RPC are compressed by. */
static enum yg_decoder_coding coding_of_messages(const struct yg_message *message)
{
	for (uint32_t i = 0; i < message->header_count; i++) {
		const struct yg_header *header = &message->headers[i];

		if (yg_slice_equal_nocase(header->name, YG_SLICE("grpc-encoding")) ||
		    yg_slice_equal_nocase(header->name, YG_SLICE("connect-content-encoding")))
			return yg_decoder_coding_of(header->value);
	}
	return YG_DECODER_UNKNOWN;
}

/* Base64 and compressed messages undone into side->text. Return: the row, NULL: as it was. */
static uint64_t *undo_frames(struct yg_bodies *bodies, struct side *side, struct yg_slice type,
			     struct yg_slice *frames)
{
	enum yg_decoder_coding coding;
	enum yg_decoded r;
	size_t len;

	if (has_prefix(type, YG_SLICE("application/grpc-web-text"))) {
		len = yg_rpc_undo_text(*frames, bodies->decoded, sizeof(bodies->decoded));
		*frames = (struct yg_slice){ memcpy(side->text, bodies->decoded, len), len };
	}
	if (!yg_rpc_is_packed(*frames))
		return frames->ptr == side->text ? &bodies->counters.decoded : NULL;
	coding = coding_of_messages(side->message);
	if (coding == YG_DECODER_IDENTITY || coding == YG_DECODER_UNKNOWN)
		return &bodies->counters.skip_coding;
	if (frames->ptr == side->text)
		frames->ptr = memcpy(bodies->decoded, frames->ptr, frames->len);
	r = yg_rpc_unpack(bodies->decoder, coding, *frames, side->text, sizeof(side->text), &len);
	*frames = (struct yg_slice){ side->text, len };
	side->view.cut |= r != YG_DECODED_WHOLE;
	return row_of(&bodies->counters, r, len);
}

/* Bytes of the body that @binary begins, as far as that is known. */
static uint64_t whole_of(const struct side *side, struct yg_slice binary)
{
	const struct yg_message *message = side->message;

	if (!side->view.cut)
		return binary.len;
	return binary.ptr == message->body.ptr && message->complete &&
			       message->body_bytes >= binary.len
		       ? message->body_bytes
		       : UINT64_MAX;
}

/* As read_text(), of one of PROTOBUF to RPC. */
static uint64_t *read_binary(struct yg_bodies *bodies, struct side *side, struct yg_slice type,
			     enum yg_decoder_coding coding)
{
	struct yg_body_counters *rows = &bodies->counters;
	struct yg_body_view *view = &side->view;
	struct yg_slice binary = side->message->body;
	uint64_t *row = &rows->plain, *undone = NULL;
	bool sound;

	if (coding != YG_DECODER_IDENTITY)
		row = undo_coding(bodies, coding, &binary, side->text, &view->cut);
	if (is_skip(rows, row))
		return row;
	if (view->kind == YG_BODY_KIND_RPC)
		undone = undo_frames(bodies, side, type, &binary);
	/* A coding that was full or broken stays so. */
	if (undone && (undone != &rows->decoded || row == &rows->plain))
		row = undone;
	if (is_skip(rows, row))
		return row;
	view->content = view->kind == YG_BODY_KIND_RPC ? yg_body_content_of(type) : view->kind;
	view->whole = whole_of(side, binary);
	sound = view->kind == YG_BODY_KIND_RPC
			? yg_rpc_is_sound(view->content, binary, view->cut)
			: yg_binary_is_sound(view->kind, binary, view->whole);
	if (!sound)
		return &rows->skip_format;
	view->binary = binary;
	return row;
}

/* --- of a message --------------------------------------------------------------------------- */

/* Fill in the text of one that is not plain. Return: the row that it counts in. */
static uint64_t *read_text(struct yg_bodies *bodies, struct side *side)
{
	const struct yg_message *message = side->message;
	struct yg_slice type = yg_message_find(message, YG_HEADER_CONTENT_TYPE),
			text = message->body;
	enum yg_decoder_coding coding =
		yg_decoder_coding_of(yg_message_find(message, YG_HEADER_CONTENT_ENCODING));
	struct yg_body_counters *rows = &bodies->counters;
	struct yg_body_view *view = &side->view;
	uint64_t *row = &rows->decoded;
	enum yg_charset charset;
	size_t len;

	view->kind = yg_body_kind_of(type, coding == YG_DECODER_IDENTITY ? text : YG_SLICE(""));
	view->cut = is_cut(message);
	if (view->kind == YG_BODY_KIND_BINARY)
		return &rows->skip_binary;
	if (yg_body_is_binary(view->kind))
		return read_binary(bodies, side, type, coding);
	charset = yg_charset_of(type);
	if (coding != YG_DECODER_IDENTITY)
		row = undo_coding(bodies, coding, &text,
				  charset == YG_CHARSET_UTF8 ? side->text : bodies->decoded,
				  &view->cut);
	if (is_skip(rows, row))
		return row;
	if (type.len == 0 && coding != YG_DECODER_IDENTITY)
		view->kind = sniff(text);
	if (yg_charset_is_wide(text)) {
		charset = YG_CHARSET_UTF16;
		if (text.ptr == side->text)
			text.ptr = memcpy(bodies->decoded, text.ptr, text.len);
	}
	if (charset != YG_CHARSET_UTF8) {
		if (!yg_charsets_convert(&bodies->charsets, charset, text, side->text,
					 sizeof(side->text), &len))
			return &rows->skip_charset;
		text = (struct yg_slice){ side->text, len };
	}
	view->text = without_mark(text);
	return row;
}

static const struct yg_body_view *ask(struct yg_bodies *bodies, struct side *side)
{
	const struct yg_message *message = side->message;
	uint64_t *row = &bodies->counters.skip_unsampled;

	if (side->asked)
		return &side->view;
	side->asked = true;
	side->view = (struct yg_body_view){ 0 };
	if (message->body.len == 0 && message->body_bytes == 0)
		return &side->view;
	if (yg_body_view_plain(message, &side->view))
		row = &bodies->counters.plain;
	else if (message->body.len > 0)
		row = read_text(bodies, side);
	bodies->counters.asked++;
	(*row)++;
	return &side->view;
}

const struct yg_body_view *yg_bodies_request(struct yg_bodies *bodies)
{
	return ask(bodies, &bodies->request);
}

const struct yg_body_view *yg_bodies_response(struct yg_bodies *bodies)
{
	return ask(bodies, &bodies->response);
}
