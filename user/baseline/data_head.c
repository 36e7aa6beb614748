/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_head.h"

#include <string.h>

#include "baseline/data_class.h"
#include "core/macros.h"

static const char *const header_kinds[] = { "content-", "accept-", "sec-",	     "x-forwarded-",
					    "if-",	"strict-", "access-control-" };

bool yg_data_is_usual_header(struct yg_slice name)
{
	static const char *const names[] = {
		"authorization", "proxy-authorization",
		"host",		 "user-agent",
		"accept",	 "date",
		"etag",		 "server",
		"connection",	 "last-modified",
		"if-none-match", "cache-control",
		"expires",	 "vary",
		"via",		 "forwarded",
		"x-real-ip",	 "dpop",
		"origin",	 "referer",
		"cookie",	 "set-cookie",
		"upgrade",	 "age",
		"cf-ray",
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal_nocase(name, yg_slice_from_str(names[i])))
			return true;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(header_kinds); i++) {
		size_t len = strlen(header_kinds[i]);

		if (name.len >= len && yg_slice_equal_nocase((struct yg_slice){ name.ptr, len },
							     yg_slice_from_str(header_kinds[i])))
			return true;
	}
	return false;
}

bool yg_data_is_of_heads(uint32_t class_)
{
	return class_ == YG_DATA_IP_ADDRESS || class_ == YG_DATA_MAC_ADDRESS ||
	       class_ == YG_DATA_JWT || class_ == YG_DATA_SECRET_OAUTH ||
	       class_ == YG_DATA_SECRET_GENERIC || class_ == YG_DATA_SECRET_PASSWORD;
}
