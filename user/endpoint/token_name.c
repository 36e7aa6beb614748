/* SPDX-License-Identifier: GPL-2.0-only */
/* What a token is called in templates and schemas. */
#include "endpoint/token.h"

const char *yg_token_parameter(enum yg_token token)
{
	static const char *const names[YG_TOKEN_MAX] = {
		[YG_TOKEN_WORD] = "name",      [YG_TOKEN_VERSION] = "version",
		[YG_TOKEN_UPPER] = "code",     [YG_TOKEN_LOCALE] = "locale",
		[YG_TOKEN_REGION] = "region",  [YG_TOKEN_SLUG] = "slug",
		[YG_TOKEN_DOTTED] = "name",    [YG_TOKEN_NUMBERED] = "name",
		[YG_TOKEN_FILE] = "file",      [YG_TOKEN_TEXT] = "name",
		[YG_TOKEN_NAME] = "name",      [YG_TOKEN_HOST] = "host",
		[YG_TOKEN_DECIMAL] = "value",  [YG_TOKEN_DATE] = "date",
		[YG_TOKEN_EMAIL] = "email",    [YG_TOKEN_JWT] = "token",
		[YG_TOKEN_IP] = "ip",	       [YG_TOKEN_PHONE] = "phone",
		[YG_TOKEN_SEMVER] = "version", [YG_TOKEN_BOOL] = "flag",
		[YG_TOKEN_SECRET] = "token",
	};

	return token < YG_TOKEN_MAX && names[token] ? names[token] : "id";
}

const char *yg_token_type(enum yg_token token)
{
	static const char *const types[YG_TOKEN_MAX] = {
		[YG_TOKEN_INT] = "integer",  [YG_TOKEN_DECIMAL] = "number",
		[YG_TOKEN_UUID] = "uuid",    [YG_TOKEN_DATE] = "date",
		[YG_TOKEN_EMAIL] = "email",  [YG_TOKEN_IP] = "ip",
		[YG_TOKEN_BOOL] = "boolean",
	};

	return token < YG_TOKEN_MAX && types[token] ? types[token] : "string";
}
