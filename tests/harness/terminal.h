/* SPDX-License-Identifier: GPL-2.0-only */
/* What commands print for people, as a terminal takes it. */
#pragma once

#include <string.h>

#include "cli/table.h"
#include "test.h"

/* No line is wider than the terminal, and nothing in it moves the cursor. */
static inline void check_lines(const char *text, int columns)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char line[1024];

		assert_true(len < sizeof(line));
		memcpy(line, text, len);
		line[len] = '\0';
		if (yg_text_width(line) > columns)
			fail_msg("wider than %d: '%s'", columns, line);
		for (size_t i = 0; i < len; i++)
			assert_true((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
		text += len + (text[len] == '\n');
	}
}
