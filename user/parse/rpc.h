/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of RPC behind their lengths: gRPC, gRPC-Web and the streams of Connect.
 *
 *	frame:	flags 8 | length 32 | content
 *	flags:	0x01 compressed | 0x02 the last one, of Connect | 0x80 fields, of gRPC-Web
 *
 * "application/grpc-web-text" is the same in base64, padded anywhere between frames.
 *
 * Source: grpc/doc/PROTOCOL-HTTP2.md and PROTOCOL-WEB.md; connectrpc.com/docs/protocol.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/body.h"
#include "parse/decoder.h"
#include "parse/result.h"

#define YG_RPC_PACKED_MAX 64u /* compressed messages of one body that are undone */

struct yg_rpc_frame {
	struct yg_slice content; /* as much of it as there is */
	uint64_t len;		 /* of the whole content */
	bool packed;
	bool last; /* no message: fields or an end */
};

/**
 * yg_rpc_next() - the next frame.
 * @rest: what is left; moved on.
 * Return: DONE; MORE: no head of a frame is left, or half of one is; BAD: no frame.
 */
enum yg_parse yg_rpc_next(struct yg_slice *rest, struct yg_rpc_frame *ret);

/* Undo the base64 of gRPC-Web up to where it ends or is none. Return: bytes of @ret, [@cap]. */
size_t yg_rpc_undo_text(struct yg_slice text, char *ret, size_t cap);

/* Is one of its messages compressed? */
bool yg_rpc_is_packed(struct yg_slice frames);

/**
 * yg_rpc_unpack() - frames with every message as it was before it was compressed.
 * @coding: GZIP to ZSTD, of those that are.
 * @ret: [@cap]; one that is not whole has a length that it does not reach, and is the last.
 * @ret_len: bytes of @ret that are good, whatever is returned.
 *
 * Return: WHOLE: all of it; CUT: up to the cut; FULL: as far as there is room, or up to
 * YG_RPC_PACKED_MAX; else what is wrong with the message behind those in @ret.
 */
enum yg_decoded yg_rpc_unpack(struct yg_decoder *decoder, enum yg_decoder_coding coding,
			      struct yg_slice frames, char *ret, size_t cap, size_t *ret_len);

/* Are these frames, and in them messages of this format? @cut: they may end anywhere. */
bool yg_rpc_is_sound(enum yg_body_kind content, struct yg_slice frames, bool cut);
