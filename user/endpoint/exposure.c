/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/exposure.h"

#include <stdio.h>
#include <string.h>

#include "endpoint/service.h"
#include "endpoint/token.h"
#include "parse/forwarded.h"
#include "parse/url.h"

#define VERSION	     1u
#define DIGITS_MAX   4u /* of one segment of a base path: more, and it may be somebody's number */
#define SCHEME_HTTPS YG_SLICE("https")

/* --- what a hop says ------------------------------------------------------------------------ */

/* What the hop in front says of the request that it was asked. */
struct said {
	struct yg_slice scheme; /* absent: not said */
	struct yg_slice host;	/* with a port; absent: nothing is known */
	struct yg_slice port;	/* absent: that of @host, or the usual one */
	struct yg_slice base;	/* "/retail"; absent: none */
};

/* What stands before the path of the request in the path that the hop was asked for. */
static struct yg_slice base_of(struct yg_slice original, struct yg_slice target)
{
	struct yg_slice outer, inner;

	if (!original.ptr || original.len == 0 || original.ptr[0] != '/')
		return (struct yg_slice){ NULL, 0 };
	outer = yg_url_from_target(YG_SLICE("GET"), original).path;
	inner = yg_url_from_target(YG_SLICE("GET"), target).path;
	if (!inner.ptr || outer.len <= inner.len || inner.len < 2 ||
	    memcmp(outer.ptr + outer.len - inner.len, inner.ptr, inner.len) != 0)
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ outer.ptr, outer.len - inner.len };
}

static struct yg_slice read_base(const struct yg_message *request)
{
	static const enum yg_header_id originals[] = {
		YG_HEADER_X_ENVOY_ORIGINAL_PATH,
		YG_HEADER_X_ORIGINAL_URI,
		YG_HEADER_X_ORIGINAL_URL,
		YG_HEADER_X_FORWARDED_URI,
	};
	struct yg_slice base = yg_forwarded_last(request, YG_HEADER_X_FORWARDED_PREFIX);

	for (size_t i = 0; i < YG_ARRAY_SIZE(originals) && !base.ptr; i++)
		base = base_of(yg_message_find(request, originals[i]), request->target);
	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	return base;
}

/* Does the text name a host by name, and not only by an address or one word? */
static bool has_name(struct yg_slice service)
{
	struct yg_slice host = { NULL, 0 }, port = { NULL, 0 };
	struct yg_address address;

	yg_url_split_authority(service, &host, &port);
	return host.len > 0 && memchr(host.ptr, '.', host.len) &&
	       yg_address_from_text(host, &address) != 0;
}

static void read_said(const struct yg_exchange *exchange, struct yg_slice service, struct said *ret)
{
	const struct yg_message *request = &exchange->request;
	struct yg_slice forwarded = yg_forwarded_last(request, YG_HEADER_FORWARDED);

	*ret = (struct said){ .host = yg_forwarded_last(request, YG_HEADER_X_FORWARDED_HOST) };
	if (ret->host.ptr) {
		ret->scheme = yg_forwarded_last(request, YG_HEADER_X_FORWARDED_PROTO);
		ret->port = yg_forwarded_last(request, YG_HEADER_X_FORWARDED_PORT);
	} else if (forwarded.ptr) {
		ret->host = yg_forwarded_parameter(forwarded, YG_SLICE("host"));
		ret->scheme = yg_forwarded_parameter(forwarded, YG_SLICE("proto"));
	}
	if (ret->host.ptr) {
		ret->base = read_base(request);
	} else if (exchange->sni.ptr && !exchange->outbound && !has_name(service)) {
		ret->host = exchange->sni;
		ret->scheme = SCHEME_HTTPS;
	}
}

/* --- as an address -------------------------------------------------------------------------- */

/* Is a segment of @base a value by its type? A small number may be a version: see DIGITS_MAX. */
static bool has_value(struct yg_slice base)
{
	while (base.len > 0) {
		const char *slash = memchr(base.ptr + 1, '/', base.len - 1);
		size_t len = slash ? (size_t)(slash - base.ptr) : base.len, stem_len;
		enum yg_token token = yg_token_from_segment(
			(struct yg_slice){ base.ptr + 1, len - 1 }, &stem_len);

		if (yg_token_is_strong(token) && token != YG_TOKEN_INT)
			return true;
		base.ptr += len;
		base.len -= len;
	}
	return false;
}

/* Of segments that are words: what could be an id or a secret is not kept. */
static bool is_base(struct yg_slice base)
{
	unsigned int digits = 0;

	if (base.len < 2 || base.len > YG_EXPOSURE_BASE_MAX || base.ptr[0] != '/')
		return false;
	for (size_t i = 0; i < base.len; i++) {
		char c = base.ptr[i], low = yg_ascii_lower(c);

		digits = c == '/' ? 0 : digits + (c >= '0' && c <= '9');
		if (digits > DIGITS_MAX)
			return false;
		if (!((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
		      (c && strchr("/-._~", c))))
			return false;
	}
	return !has_value(base);
}

/* "https://api.bank.example:8443/retail". Return: false: it is no address, or too long. */
static bool write_address(const struct said *said, char *ret)
{
	bool https = yg_slice_equal_nocase(said->scheme, SCHEME_HTTPS);
	bool http = yg_slice_equal_nocase(said->scheme, YG_SLICE("http"));
	bool usual = said->port.len == 0 ||
		     yg_slice_equal(said->port, https ? YG_SLICE("443") : YG_SLICE("80"));
	char host[YG_SERVICE_CAP], authority[YG_SERVICE_CAP];
	bool has_base = is_base(said->base);
	struct yg_slice name;
	int n;

	if (said->host.len == 0 || said->host.len > YG_EXPOSURE_TEXT_CAP ||
	    (!usual && said->port.len > 5))
		return false;
	/* A port of its own is that of a host without one. */
	n = snprintf(authority, sizeof(authority), "%.*s%s%.*s", (int)said->host.len,
		     said->host.ptr,
		     usual || memchr(said->host.ptr, ':', said->host.len) ? "" : ":",
		     usual || memchr(said->host.ptr, ':', said->host.len) ? 0 : (int)said->port.len,
		     usual ? "" : said->port.ptr);
	if (n < 0 || (size_t)n >= sizeof(authority))
		return false;
	name = yg_service_from_authority((struct yg_slice){ authority, (size_t)n }, https, host);
	if (name.len == 0)
		return false;
	n = snprintf(ret, YG_EXPOSURE_TEXT_CAP, "%s%s%.*s",
		     https  ? "https://"
		     : http ? "http://"
			    : "",
		     host, has_base ? (int)said->base.len : 0, has_base ? said->base.ptr : "");
	return n > 0 && (size_t)n < YG_EXPOSURE_TEXT_CAP;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Return: rows that made room. */
static uint32_t put_name(struct yg_exposure *exposure, const char *text, uint64_t time_ns)
{
	struct yg_exposure_name *row = &exposure->names[0];
	uint32_t evicted = 0;

	for (size_t i = 0; i < YG_EXPOSURE_NAMES; i++) {
		if (strcmp(exposure->names[i].text, text) == 0) {
			row = &exposure->names[i];
			break;
		}
		if (exposure->names[i].last_ns < row->last_ns)
			row = &exposure->names[i];
	}
	if (strcmp(row->text, text) != 0) {
		evicted = row->text[0] != '\0';
		*row = (struct yg_exposure_name){ .last_ns = 0 };
		(void)snprintf(row->text, sizeof(row->text), "%s", text);
	}
	if (time_ns > row->last_ns)
		row->last_ns = time_ns;
	return evicted;
}

static bool is_same(const struct yg_peer *a, const struct yg_peer *b)
{
	return a->port == b->port && memcmp(&a->addr, &b->addr, sizeof(a->addr)) == 0;
}

static uint32_t put_server(struct yg_exposure *exposure, const struct yg_peer *peer,
			   uint64_t time_ns)
{
	struct yg_exposure_server *row = &exposure->servers[0];
	uint32_t evicted = 0;

	for (size_t i = 0; i < YG_EXPOSURE_SERVERS; i++) {
		if (is_same(&exposure->servers[i].peer, peer)) {
			row = &exposure->servers[i];
			break;
		}
		if (exposure->servers[i].last_ns < row->last_ns)
			row = &exposure->servers[i];
	}
	if (!is_same(&row->peer, peer)) {
		evicted = !yg_address_is_unknown(&row->peer.addr);
		*row = (struct yg_exposure_server){ .peer = *peer };
	}
	if (time_ns > row->last_ns)
		row->last_ns = time_ns;
	return evicted;
}

uint32_t yg_exposure_add(struct yg_exposure *exposure, const struct yg_exchange *exchange,
			 struct yg_slice service, bool trusted)
{
	const struct yg_message *response = &exchange->response;
	uint64_t time_ns = exchange->request.start_ns;
	char text[YG_EXPOSURE_TEXT_CAP];
	struct said said;
	uint32_t evicted = 0;

	if (!response->present || response->status < 200 || response->status > 399)
		return 0;
	if (!yg_address_is_unknown(&exchange->server.addr))
		evicted += put_server(exposure, &exchange->server, time_ns);
	if (!trusted)
		return evicted;
	read_said(exchange, service, &said);
	if (said.host.ptr && !yg_slice_equal_nocase(said.host, service) &&
	    write_address(&said, text))
		evicted += put_name(exposure, text, time_ns);
	return evicted;
}

uint32_t yg_exposure_fold(struct yg_exposure *into, const struct yg_exposure *from)
{
	uint32_t evicted = 0;

	for (size_t i = 0; i < YG_EXPOSURE_NAMES; i++) {
		if (from->names[i].text[0])
			evicted += put_name(into, from->names[i].text, from->names[i].last_ns);
	}
	for (size_t i = 0; i < YG_EXPOSURE_SERVERS; i++) {
		if (!yg_address_is_unknown(&from->servers[i].peer.addr))
			evicted +=
				put_server(into, &from->servers[i].peer, from->servers[i].last_ns);
	}
	return evicted;
}

void yg_exposure_pack(const struct yg_exposure *exposure, struct yg_writer *writer)
{
	yg_put_varint(writer, VERSION);
	for (size_t i = 0; i < YG_EXPOSURE_NAMES; i++) {
		yg_put_text(writer, yg_slice_from_str(exposure->names[i].text));
		yg_put_u64(writer, exposure->names[i].last_ns);
	}
	for (size_t i = 0; i < YG_EXPOSURE_SERVERS; i++) {
		yg_put_bytes(writer, &exposure->servers[i].peer.addr, sizeof(struct yg_address));
		yg_put_varint(writer, exposure->servers[i].peer.port);
		yg_put_u64(writer, exposure->servers[i].last_ns);
	}
}

void yg_exposure_unpack(struct yg_exposure *ret, struct yg_reader *reader)
{
	if (yg_get_varint(reader) != VERSION)
		reader->bad = true;
	for (size_t i = 0; i < YG_EXPOSURE_NAMES; i++) {
		yg_get_string(reader, ret->names[i].text, sizeof(ret->names[i].text));
		ret->names[i].last_ns = yg_get_u64(reader);
	}
	for (size_t i = 0; i < YG_EXPOSURE_SERVERS; i++) {
		const uint8_t *bytes = yg_get_bytes(reader, sizeof(struct yg_address));

		if (bytes)
			memcpy(&ret->servers[i].peer.addr, bytes, sizeof(struct yg_address));
		ret->servers[i].peer.port = (uint16_t)yg_get_max(reader, UINT16_MAX);
		ret->servers[i].last_ns = yg_get_u64(reader);
	}
}
