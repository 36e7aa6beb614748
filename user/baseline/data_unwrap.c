/* SPDX-License-Identifier: GPL-2.0-only */
/* Values that are more than one: documents wrapped in base64; and values that are less than one. */
#include <string.h>

#include "baseline/data_text.h"
#include "core/base64.h"
#include "core/macros.h"

#define WRAPPED_MIN 24u /* characters: sixteen bytes or more */

struct yg_slice yg_data_trim_cut(struct yg_slice text)
{
	while (text.len > 0 && !strchr(" ,;\t\r\n\"<>", text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* As the base64 of {" [{ [" <?x begins, whatever follows. */
static bool is_wrapped(struct yg_slice text)
{
	static const char *const heads[] = { "eyJ", "eyAi", "ew", "W3si", "WyJ", "PD94" };

	if (text.len < WRAPPED_MIN || memchr(text.ptr, '.', text.len))
		return false;
	for (size_t i = 0; i < YG_ARRAY_SIZE(heads); i++) {
		if (memcmp(text.ptr, heads[i], strlen(heads[i])) == 0)
			return true;
	}
	return false;
}

struct yg_slice yg_data_unwrap(struct yg_slice text, char *buffer, size_t cap)
{
	struct yg_slice none = { NULL, 0 };
	bool cut = text.len / 4 * 3 > cap;
	ssize_t len;

	if (!is_wrapped(text))
		return none;
	if (cut)
		text.len = cap / 3 * 4;
	len = yg_base64_decode(text, (uint8_t *)buffer, cap);
	if (len <= 0)
		return none;
	for (ssize_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)buffer[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return none;
	}
	text = (struct yg_slice){ buffer, (size_t)len };
	return cut ? yg_data_trim_cut(text) : text;
}
