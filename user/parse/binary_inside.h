/* SPDX-License-Identifier: GPL-2.0-only */
/* What the walks of binary.h have in common. */
#pragma once

#include "parse/binary.h"

/* The walk of each family; the arguments as of yg_binary_next(). */
bool yg_protobuf_next(struct yg_binary_walk *walk, struct yg_json_node *ret);
bool yg_item_next(struct yg_binary_walk *walk, struct yg_json_node *ret);

/* Does the input hold the fields of a message, in full or up to its cut? O(fields, @len). */
bool yg_protobuf_is_sound(const uint8_t *data, size_t len, uint64_t missing);

/* UTF-8? @cut: its last character may be. */
bool yg_binary_is_utf8(const uint8_t *data, size_t len, bool cut);

/* UTF-8 without control characters but tab and line ends. */
bool yg_binary_is_text(const uint8_t *data, size_t len, bool cut);

/* Text without the half of a character that a cut has left. */
struct yg_slice yg_binary_trim(const uint8_t *data, size_t len);

/* In digits. Return: in @ret. */
struct yg_slice yg_binary_digits(uint64_t number, bool negative, char ret[YG_BINARY_NAME_CAP]);

/* The walk is over; the first who says so is right. Return: false. */
static inline bool yg_binary_stop(struct yg_binary_walk *walk, enum yg_parse result)
{
	if (!walk->stopped)
		walk->result = result;
	walk->stopped = true;
	return false;
}
