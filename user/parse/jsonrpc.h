/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON-RPC requests, one or a batch; and MCP, which is JSON-RPC whose "tools/call" and
 * "prompts/get" name what they call in their parameters. Version 1 says no version: it is a method
 * beside its parameters and an id.
 *
 *	{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_weather",...}}
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* Slices are borrowed from the text, escapes as sent. */
struct yg_jsonrpc {
	struct yg_slice method; /* of the first request */
	struct yg_slice tool;	/* MCP: the tool or prompt that it names; absent: none */
	uint32_t calls;		/* in the batch; 1 without one */
};

/**
 * yg_jsonrpc_read() - is this JSON-RPC, and what does it call?
 * @text: JSON, may be cut.
 *
 * O(@text). Source: JSON-RPC 1.0, 2.0; Model Context Protocol 2025-06-18.
 * Return: false if there is no "method" beside a version, or beside "params" and "id".
 */
bool yg_jsonrpc_read(struct yg_slice text, struct yg_jsonrpc *ret);
