/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said over the WebSockets of an endpoint: as a table, and as a member of its line. */
#pragma once

#include <yajl/yajl_tree.h>

#include "cli/command.h"

struct yg_json;
struct yg_talk;

/* Print member "websocket" of an endpoint's object; nothing if there is none. */
void yg_talk_print(const struct yg_cli_args *args, yajl_val endpoint);

/* The pair "websocket" inside an object that is open. @talk: NULL: no pair. */
void yg_talk_put(struct yg_json *json, const struct yg_talk *talk);
