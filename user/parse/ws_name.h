/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of operations in messages of WebSockets: what they have in common, not whom they are for.
 *
 *	/app/room.4711		/app/room.*
 *	room:42			room:*
 */
#pragma once

#include "core/slice.h"

#define YG_WS_NAME_CAP 48u /* bytes of a name; longer ones are "*" */

/**
 * yg_ws_name_write() - "@first @second" without what may be an id of somebody.
 * @first, @second: one of them may be absent; then the other stands alone.
 * @ret: [YG_WS_NAME_CAP]
 *
 * Parts end at "/", "." and ":". A number, a part with three digits or more, or with other than
 * letters, digits, "_", "-" and "$", is "*", and of an address all of it. Linear; hostile input.
 * Return: in @ret; never empty.
 */
struct yg_slice yg_ws_name_write(struct yg_slice first, struct yg_slice second, char *ret);
