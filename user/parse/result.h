/* SPDX-License-Identifier: GPL-2.0-only */
/* What every parser of bytes answers. */
#pragma once

enum yg_parse {
	YG_PARSE_DONE, /* all of it was read */
	YG_PARSE_MORE, /* the bytes end before it does */
	YG_PARSE_BAD,  /* it is not what it should be; sticky */
	YG_PARSE_MAX
};
