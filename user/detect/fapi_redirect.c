/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * R17: is redirect_uri compared exactly? What a client has registered is not seen; but of requests
 * that were accepted
 *	- one with a fragment, with a user before the host, or with a step up in its path
 *	- two of one client that differ in their query alone
 *	- more of one client than anybody registers
 * show that the comparison is no exact one; and so does a response that goes somewhere else than
 * its request named.
 */
#include "detect/fapi_inside.h"

#define URIS_MAX 8u
#define TEXT_CAP 640u

static struct yg_slice authority_of(struct yg_slice uri)
{
	const char *start = memmem(uri.ptr, uri.len, "://", 3);
	size_t len = 0;

	if (!start)
		return (struct yg_slice){ 0 };
	start += 3;
	while (start + len < uri.ptr + uri.len && !strchr("/?#", start[len]))
		len++;
	return (struct yg_slice){ start, len };
}

/* No exact comparison with a URI that somebody would register lets this one pass. */
static bool is_crafted(struct yg_slice uri)
{
	struct yg_slice authority = authority_of(uri);

	return memchr(uri.ptr, '#', uri.len) || yg_text_has(uri, "/../") ||
	       yg_text_has(uri, "%2e%2e") || yg_text_has(uri, "/..;") ||
	       (authority.len && (memchr(authority.ptr, '@', authority.len) ||
				  memchr(authority.ptr, '\\', authority.len) ||
				  memchr(authority.ptr, '*', authority.len)));
}

/* "client uri", to be known again; absent: too long. */
static struct yg_slice join(struct yg_slice client, struct yg_slice uri, char *ret)
{
	if (client.len + uri.len + 1 > TEXT_CAP)
		return (struct yg_slice){ 0 };
	memcpy(ret, client.ptr, client.len);
	ret[client.len] = ' ';
	memcpy(ret + client.len + 1, uri.ptr, uri.len);
	return (struct yg_slice){ ret, client.len + uri.len + 1 };
}

void yg_fapi_check_redirect(struct yg_look *look, const struct yg_params *params)
{
	struct yg_slice uri = params->redirect_uri, base = uri, key;
	const char *query;
	bool again, base_again;
	struct yg_memo *memo;
	char text[TEXT_CAP];

	if (!uri.len || !params->client_id.len)
		return;
	key = join(params->client_id, uri, text);
	if (!key.len)
		return;
	again = yg_fapi_seen(look, YG_MEMO_REDIRECT_URI, key);
	query = memchr(uri.ptr, '?', uri.len);
	base.len = query ? (size_t)(query - uri.ptr) : uri.len;
	key.len -= uri.len - base.len;
	base_again = yg_fapi_seen(look, YG_MEMO_REDIRECT_BASE, key);
	memo = yg_posture_memo(look, YG_MEMO_REDIRECT, params->client_id, NULL);
	memo->uses += !again;
	if (is_crafted(uri))
		yg_judge(look, YG_POSTURE_F_REDIRECT_VARIES, true,
			 "A redirect_uri with a fragment, a user or a step up was accepted");
	else if (!again && base_again)
		yg_judge(look, YG_POSTURE_F_REDIRECT_VARIES, true,
			 "Two redirect_uri of one client that differ in their query were accepted");
	else
		yg_judge(look, YG_POSTURE_F_REDIRECT_VARIES, !again && memo->uses > URIS_MAX,
			 "%u different redirect_uri of one client were accepted", memo->uses);
}

void yg_fapi_check_target(struct yg_look *look, struct yg_slice asked, struct yg_slice location)
{
	bool begins;

	/* What JSON has escaped is not compared. */
	if (!asked.len || memchr(asked.ptr, '\\', asked.len))
		return;
	begins = location.len >= asked.len && memcmp(location.ptr, asked.ptr, asked.len) == 0 &&
		 (location.len == asked.len || strchr("?#&", location.ptr[asked.len]));
	if (begins)
		return;
	yg_judge(look, YG_POSTURE_F_REDIRECT_VARIES, true,
		 "The response went to another address than the redirect_uri of its request");
}
