/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API7: URLs that a request hands to the server, which may fetch them.
 *
 * internal-url-accepted: 2xx for a value of the query or the body that is a URL of an internal
 *	host, at an endpoint that got URLS_MIN URLs of the Internet before and hardly ever such a
 *	one; of a metadata service at any endpoint. Where browsers are sent back to (redirect_uri,
 *	returnUrl) a developer's own machine is usual, and is none.
 */
#include "detect/posture_inside.h"
#include "parse/url.h"

#define URLS_MIN   4u
#define INNER_RARE 16u /* URLs of the Internet to each internal one before */
#define SCHEME_MAX 8u  /* bytes that a scheme and its colon are looked for in */

/* "http://", "https://", "ftp://" */
static bool is_like_url(struct yg_slice text)
{
	const char *colon = text.len > SCHEME_MAX ? memchr(text.ptr, ':', SCHEME_MAX) : NULL;

	return colon && colon + 2 < text.ptr + text.len && colon[1] == '/' && colon[2] == '/';
}

/* As sent, or with escapes where the scheme would be: "http:\/\/", "http%3A%2F%2F". */
static bool may_be_url(const struct yg_value *value)
{
	static const char escapes[YG_VALUE_CODING_MAX] = {
		[YG_VALUE_JSON] = '\\', [YG_VALUE_PERCENT] = '%', [YG_VALUE_ENTITY] = '&'
	};
	char escape = escapes[value->coding];

	return value->raw.len > SCHEME_MAX &&
	       (is_like_url(value->raw) || (escape && memchr(value->raw.ptr, escape, SCHEME_MAX)));
}

static bool is_loopback(struct yg_slice host)
{
	return yg_slice_equal_nocase(host, YG_SLICE("localhost")) || yg_text_begins(host, "127.") ||
	       yg_slice_equal(host, YG_SLICE("::1"));
}

/* Where the browser goes next: it, not the server, asks there. */
static bool is_way_back(struct yg_slice name)
{
	static const char *const words[] = { "redirect", "return", "continue", "origin", "next" };

	return yg_text_has_any(name, words, YG_ARRAY_SIZE(words));
}

void yg_posture_take_url(struct yg_posture *posture, const struct yg_value *value)
{
	struct yg_shown *shown = &posture->shown;
	struct yg_slice plain, host, name;
	enum yg_active kind;
	char text[256];

	if (!may_be_url(value))
		return;
	plain = yg_value_decode(value, text, sizeof(text));
	if (!is_like_url(plain))
		return;
	host = yg_url_from_target(YG_SLICE("GET"), plain).host;
	if (host.len == 0 || host.len >= sizeof(shown->inner_text))
		return;
	kind = yg_active_host(host);
	if (kind == YG_ACTIVE_MAX) {
		shown->outer_url = true;
		return;
	}
	name = yg_value_name(value);
	/* The first one stands for all, but for one that is graver. */
	if ((is_loopback(host) && is_way_back(name)) ||
	    (shown->inner.ptr && kind != YG_ACTIVE_METADATA))
		return;
	/* Longer ones are as sent. */
	if (value->fleeting && name.ptr && name.len <= sizeof(shown->inner_number))
		name.ptr = memcpy(shown->inner_number, name.ptr, name.len);
	memcpy(shown->inner_text, host.ptr, host.len);
	shown->inner = (struct yg_slice){ shown->inner_text, host.len };
	shown->inner_name =
		yg_schema_is_personal(name, value->in == YG_VALUE_IN_BODY) ? YG_SLICE("*") : name;
}

static uint32_t add(uint32_t count, uint32_t more)
{
	return more > UINT32_MAX - count ? UINT32_MAX : count + more;
}

void yg_posture_check_urls(struct yg_look *look)
{
	const struct yg_shown *shown = &look->posture->shown;
	struct yg_place *place = look->endpoint;
	bool fault;

	if (!place || !look->accepted || (!shown->inner.ptr && !shown->outer_url))
		return;
	fault = shown->inner.ptr &&
		(yg_active_host(shown->inner) == YG_ACTIVE_METADATA ||
		 (place->urls >= URLS_MIN && place->urls / INNER_RARE >= place->inner_urls));
	yg_judge(look, YG_POSTURE_INTERNAL_URL, fault, "'%.*s' was %.*s, and was answered %u",
		 (int)(shown->inner_name.len < 64 ? shown->inner_name.len : 64),
		 shown->inner_name.len ? shown->inner_name.ptr : "", (int)shown->inner.len,
		 shown->inner.len ? shown->inner.ptr : "", look->status);
	place->urls = add(place->urls, shown->outer_url);
	place->inner_urls = add(place->inner_urls, shown->inner.ptr && !fault);
}

void yg_posture_pack_urls(const struct yg_posture *posture, const struct yg_endpoint *endpoint,
			  struct yg_writer *writer)
{
	const struct yg_place *place = yg_posture_known_place(posture, endpoint);

	yg_put_varint(writer, place ? place->urls : 0);
	yg_put_varint(writer, place ? place->inner_urls : 0);
}

void yg_posture_unpack_urls(struct yg_posture *posture, const struct yg_endpoint *endpoint,
			    struct yg_reader *reader)
{
	uint32_t urls = yg_get_max(reader, UINT32_MAX), inner = yg_get_max(reader, UINT32_MAX);
	struct yg_place *place;

	if (reader->bad || endpoint->index >= posture->options.endpoints_max)
		return;
	place = yg_posture_place_of(posture, endpoint);
	place->urls = add(place->urls, urls);
	place->inner_urls = add(place->inner_urls, inner);
}
