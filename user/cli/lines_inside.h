/* SPDX-License-Identifier: GPL-2.0-only */
/* What lines of more than one type are made of: lines.c, lines_tls.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/json.h"
#include "core/slice.h"
#include "parse/exchange.h"

/* "10.0.0.1:443"; null when the address is not known. */
void yg_lines_put_peer(struct yg_json *json, const char *name, const struct yg_peer *peer);

/* null when @known is false. */
void yg_lines_put_known(struct yg_json *json, const char *name, uint64_t value, bool known);

/* "alpn": the names of @list, as the client offered them. See yg_hello_alpn_next(). */
void yg_lines_put_alpn(struct yg_json *json, struct yg_slice list);
