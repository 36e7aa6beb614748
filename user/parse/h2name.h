/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host that the requests of an HTTP/2 connection name, for those of which it is not known:
 * after a loss, or where the connection was joined late, :authority may be an index into a table
 * that was filled before.
 *
 *	known k, known k, (loss: the table is learned again) unknown, unknown	-> k
 *	(joined late) unknown, known k, (loss) unknown				-> nothing
 *
 * Why nothing: a client writes out a name that is not in its table. So k was none of the entries of
 * before, and the unknown name is another one: a connection may serve several hosts (RFC 9113
 * section 9.1.1). The same where two names were seen.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/h2head.h"

#define YG_H2_NAME_MAX 255u /* bytes of the name; one that is longer is not told of */

/* Of one connection. Zero when it begins. */
struct yg_h2_name {
	uint16_t table;	 /* yg_hpack.learned when a name was seen last */
	uint8_t len;	 /* 0: none was seen */
	bool is_several; /* as far as can be known: nothing is told any more */
	char text[YG_H2_NAME_MAX];
};

/**
 * yg_h2_name_read() - take in the head of a request.
 * @table: yg_hpack.learned of the client's direction.
 *
 * Linear in its fields. Return: true: it names a host that is not known.
 */
bool yg_h2_name_read(struct yg_h2_name *name, uint16_t table, const struct yg_h2_head *head);

/* The one that all other requests name, for one of which it is not known; absent: not certain. */
struct yg_slice yg_h2_name_of(const struct yg_h2_name *name, uint16_t table);
