/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/secret.h"

#include <string.h>

#include "core/macros.h"

static const struct yg_secret secrets[] = {
	{ "AKIA", YG_SECRET_AWS, 16, 16, 'A' },
	{ "ASIA", YG_SECRET_AWS, 16, 16, 'A' },
	{ "ghp_", YG_SECRET_GITHUB, 36, 36, 'w' },
	{ "gho_", YG_SECRET_GITHUB, 36, 36, 'w' },
	{ "ghu_", YG_SECRET_GITHUB, 36, 36, 'w' },
	{ "ghs_", YG_SECRET_GITHUB, 36, 36, 'w' },
	{ "ghr_", YG_SECRET_GITHUB, 36, 76, 'w' },
	{ "github_pat_", YG_SECRET_GITHUB, 60, 90, 'w' },
	{ "glpat-", YG_SECRET_GITLAB, 20, 64, 'w' },
	{ "xoxb-", YG_SECRET_SLACK, 20, 120, 'w' },
	{ "xoxp-", YG_SECRET_SLACK, 20, 120, 'w' },
	{ "xoxa-", YG_SECRET_SLACK, 20, 120, 'w' },
	{ "xoxr-", YG_SECRET_SLACK, 20, 120, 'w' },
	{ "xoxs-", YG_SECRET_SLACK, 20, 120, 'w' },
	{ "AIza", YG_SECRET_GOOGLE, 35, 35, 'w' },
	{ "GOCSPX-", YG_SECRET_GOOGLE, 28, 28, 'w' },
	{ "ya29.", YG_SECRET_GOOGLE, 30, 255, 'w' },
	{ "sk_live_", YG_SECRET_STRIPE, 16, 128, 'w' },
	{ "sk_test_", YG_SECRET_STRIPE, 16, 128, 'w' },
	{ "rk_live_", YG_SECRET_STRIPE, 16, 128, 'w' },
	{ "whsec_", YG_SECRET_STRIPE, 24, 64, 'w' },
	{ "npm_", YG_SECRET_NPM, 36, 36, 'w' },
	{ "sk-proj-", YG_SECRET_OPENAI, 40, 200, 'w' },
	{ "sk-ant-", YG_SECRET_OPENAI, 40, 200, 'w' },
	{ "SG.", YG_SECRET_SENDGRID, 20, 24, 'w' },
};

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alpha(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || is_alpha(c) || c == '_' || c == '-';
}

const struct yg_secret *yg_secrets(uint32_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(secrets);
	return secrets;
}

struct yg_slice yg_secret_at(const struct yg_secret *secret, struct yg_slice text, size_t at)
{
	size_t from = at + strlen(secret->prefix), end = from;

	while (end < text.len &&
	       (secret->kind == 'A' ? is_digit(text.ptr[end]) || is_upper(text.ptr[end])
				    : is_word(text.ptr[end])))
		end++;
	if (end - from < secret->shortest || end - from > secret->longest ||
	    (at > 0 && is_word(text.ptr[at - 1])) || (end < text.len && is_alpha(text.ptr[end])))
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ text.ptr + at, end - at };
}

bool yg_secret_begins(struct yg_slice text)
{
	if (text.len < YG_SECRET_MIN)
		return false;
	for (size_t i = 0; i < YG_ARRAY_SIZE(secrets); i++) {
		size_t len = strlen(secrets[i].prefix);

		if (memcmp(text.ptr, secrets[i].prefix, len) == 0 &&
		    yg_secret_at(&secrets[i], text, 0).ptr)
			return true;
	}
	return false;
}
