/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gRPC-Web: gRPC for browsers, over any version of HTTP. The status is no trailer, which a browser
 * cannot read, but the last frame of the body:
 *
 *	frame:	flags 8 | length 32 | content		flags: 0x80 fields, 0x01 compressed
 *	fields:	grpc-status: 5 CRLF grpc-message: not found CRLF
 *
 * "application/grpc-web-text" is the same in base64, padded anywhere between frames.
 *
 * Source: grpc/doc/PROTOCOL-WEB.md.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/exchange.h"

/* Is @media_type, with or without parameters, one of gRPC-Web? */
bool yg_grpc_web_is(struct yg_slice media_type);

/**
 * yg_grpc_web_status() - the status that a response carries.
 * @response: its head decides before its body: an answer without messages has the status there.
 *
 * O(bytes of the body). Return: 0 and up; YG_GRPC_STATUS_NONE: not there, cut off, or compressed.
 */
int32_t yg_grpc_web_status(const struct yg_message *response);
