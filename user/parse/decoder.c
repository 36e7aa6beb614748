/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/decoder.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

#include <brotli/decode.h>
#define ZLIB_CONST
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_initStaticDStream(): a context inside given memory */
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define ALIGNMENT  16u
#define WBITS_AUTO 47 /* zlib: 32 KiB window, gzip or zlib by its header */
#define WBITS_RAW  (-15)

struct yg_decoder {
	uint8_t *arena; /* [YG_DECODER_ARENA_BYTES] */
	size_t used;
	bool refused; /* somebody asked for more */
};

/* Where a decoding reads and writes. */
struct job {
	struct yg_slice data;
	char *out;
	size_t cap;
	size_t taken, made; /* bytes of data and out */
};

int yg_decoder_new(struct yg_decoder **ret)
{
	struct yg_decoder *decoder = calloc(1, sizeof(*decoder));

	if (decoder)
		decoder->arena = malloc(YG_DECODER_ARENA_BYTES);
	if (!decoder || !decoder->arena) {
		yg_decoder_free(&decoder);
		return -ENOMEM;
	}
	*ret = decoder;
	return 0;
}

void yg_decoder_free(struct yg_decoder **decoder)
{
	if (!*decoder)
		return;
	free((*decoder)->arena);
	yg_freep(decoder);
}

enum yg_decoder_coding yg_decoder_coding_of(struct yg_slice value)
{
	static const struct {
		struct yg_slice name;
		enum yg_decoder_coding coding;
	} names[] = {
		{ { "gzip", 4 }, YG_DECODER_GZIP },
		{ { "x-gzip", 6 }, YG_DECODER_GZIP },
		{ { "deflate", 7 }, YG_DECODER_DEFLATE },
		{ { "br", 2 }, YG_DECODER_BR },
		{ { "zstd", 4 }, YG_DECODER_ZSTD },
		{ { "identity", 8 }, YG_DECODER_IDENTITY },
		/* Not registered, and sent: servers of event streams, those who mean a charset. */
		{ { "none", 4 }, YG_DECODER_IDENTITY },
		{ { "utf-8", 5 }, YG_DECODER_IDENTITY },
	};

	if (value.len == 0)
		return YG_DECODER_IDENTITY;
	value = yg_slice_trim(value);
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal_nocase(value, names[i].name))
			return names[i].coding;
	}
	return YG_DECODER_UNKNOWN;
}

/* --- memory: given out upwards, taken back all at once ------------------------------------- */

static void *arena_take(void *opaque, size_t len)
{
	struct yg_decoder *decoder = opaque;
	size_t left = YG_DECODER_ARENA_BYTES - decoder->used;
	uint8_t *at = decoder->arena + decoder->used;

	if (len > left - ALIGNMENT) {
		decoder->refused = true;
		return NULL;
	}
	decoder->used += (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return at;
}

static void arena_leave(void *opaque, void *at)
{
	(void)opaque;
	(void)at;
}

static void *arena_take_items(void *opaque, unsigned int count, unsigned int size)
{
	return arena_take(opaque, (size_t)count * size);
}

/* --- one function per library --------------------------------------------------------------- */

/* Does another member of gzip follow the one that ended? RFC 1952 section 2.2. */
static bool has_member(const z_stream *stream)
{
	return stream->avail_in > 1 && stream->next_in[0] == 0x1f && stream->next_in[1] == 0x8b;
}

static enum yg_decoded run_zlib(struct yg_decoder *decoder, struct job *job, int window_bits)
{
	z_stream stream = { .zalloc = arena_take_items, .zfree = arena_leave, .opaque = decoder };
	int r = inflateInit2(&stream, window_bits);

	if (r != Z_OK)
		return YG_DECODED_WINDOW;
	stream.next_in = (const Bytef *)job->data.ptr;
	stream.avail_in = (uInt)job->data.len;
	stream.next_out = (Bytef *)job->out;
	stream.avail_out = (uInt)job->cap;
	do {
		r = inflate(&stream, Z_SYNC_FLUSH);
	} while (r == Z_STREAM_END && window_bits != WBITS_RAW && has_member(&stream) &&
		 inflateReset(&stream) == Z_OK);
	job->taken = job->data.len - stream.avail_in;
	job->made = job->cap - stream.avail_out;
	(void)inflateEnd(&stream);
	if (r == Z_STREAM_END)
		return YG_DECODED_WHOLE;
	if (r != Z_OK && r != Z_BUF_ERROR)
		return r == Z_MEM_ERROR ? YG_DECODED_WINDOW : YG_DECODED_CORRUPT;
	return stream.avail_out == 0 ? YG_DECODED_FULL : YG_DECODED_CUT;
}

/* "deflate" is zlib's format by the RFC, and raw deflate by some who send it. */
static enum yg_decoded run_deflate(struct yg_decoder *decoder, struct job *job)
{
	enum yg_decoded r = run_zlib(decoder, job, WBITS_AUTO);

	return r == YG_DECODED_CORRUPT && job->made == 0 ? run_zlib(decoder, job, WBITS_RAW) : r;
}

static enum yg_decoded run_brotli(struct yg_decoder *decoder, struct job *job)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(arena_take, arena_leave, decoder);
	const uint8_t *in = (const uint8_t *)job->data.ptr;
	uint8_t *out = (uint8_t *)job->out;
	size_t in_left = job->data.len, out_left = job->cap;
	BrotliDecoderResult r;

	if (!state)
		return YG_DECODED_WINDOW;
	r = BrotliDecoderDecompressStream(state, &in_left, &in, &out_left, &out, NULL);
	BrotliDecoderDestroyInstance(state);
	job->taken = job->data.len - in_left;
	job->made = job->cap - out_left;
	switch (r) {
	case BROTLI_DECODER_RESULT_SUCCESS:
		return YG_DECODED_WHOLE;
	case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
		return YG_DECODED_CUT;
	case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
		return YG_DECODED_FULL;
	default:
		return decoder->refused ? YG_DECODED_WINDOW : YG_DECODED_CORRUPT;
	}
}

static enum yg_decoded zstd_error(size_t r)
{
	switch (ZSTD_getErrorCode(r)) {
	case ZSTD_error_memory_allocation:
	case ZSTD_error_frameParameter_windowTooLarge:
		return YG_DECODED_WINDOW;
	default:
		return YG_DECODED_CORRUPT;
	}
}

/* Frames may follow each other; RFC 8878 section 3.1. */
static enum yg_decoded run_zstd(struct yg_decoder *decoder, struct job *job)
{
	ZSTD_DStream *stream = ZSTD_initStaticDStream(decoder->arena, YG_DECODER_ARENA_BYTES);
	ZSTD_inBuffer in = { job->data.ptr, job->data.len, 0 };
	ZSTD_outBuffer out = { job->out, job->cap, 0 };
	size_t left = 1;

	assert(stream); /* the arena is a constant that is large enough */
	while (in.pos < in.size && out.pos < out.size) {
		size_t in_before = in.pos, out_before = out.pos;

		left = ZSTD_decompressStream(stream, &out, &in);
		job->taken = in.pos;
		job->made = out.pos;
		if (ZSTD_isError(left))
			return zstd_error(left);
		if (in.pos == in_before && out.pos == out_before)
			break;
	}
	if (left == 0 && in.pos == in.size)
		return YG_DECODED_WHOLE;
	return out.pos == out.size ? YG_DECODED_FULL : YG_DECODED_CUT;
}

enum yg_decoded yg_decoder_run(struct yg_decoder *decoder, enum yg_decoder_coding coding,
			       struct yg_slice data, char *ret, size_t cap, size_t *ret_len)
{
	struct job job = { .data = data, .cap = cap };
	enum yg_decoded r;

	assert(cap > 0 && data.len <= INT32_MAX && cap <= INT32_MAX);

	job.out = ret;
	decoder->used = 0;
	decoder->refused = false;
	switch (coding) {
	case YG_DECODER_GZIP:
		r = run_zlib(decoder, &job, WBITS_AUTO);
		break;
	case YG_DECODER_DEFLATE:
		r = run_deflate(decoder, &job);
		break;
	case YG_DECODER_BR:
		r = run_brotli(decoder, &job);
		break;
	default:
		assert(coding == YG_DECODER_ZSTD);
		r = run_zstd(decoder, &job);
		break;
	}
	*ret_len = job.made;
	if (job.made >= YG_DECODER_RATIO_FROM && job.made / YG_DECODER_RATIO_MAX > job.taken)
		return YG_DECODED_BOMB;
	return r;
}
