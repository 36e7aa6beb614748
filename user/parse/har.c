/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/har.h"

#include <errno.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "core/base64.h"
#include "parse/har_pairs.h"
#include "parse/iso_time.h"
#include "parse/url.h"

#define NS_PER_MS   1e6
#define TIME_MS_MAX 1e9

/* Where the reader is: what the objects and lists around it are. */
enum place {
	PLACE_OTHER, /* nothing in it is looked at */
	PLACE_TOP,
	PLACE_LOG,
	PLACE_ENTRIES,
	PLACE_ENTRY,
	PLACE_REQUEST,
	PLACE_RESPONSE,
	PLACE_REQUEST_HEADERS,
	PLACE_RESPONSE_HEADERS,
	PLACE_REQUEST_HEADER,
	PLACE_RESPONSE_HEADER,
	PLACE_POST,
	PLACE_QUERY,
	PLACE_PARAMS,
	PLACE_QUERY_PAIR,
	PLACE_PARAM,
	PLACE_CONTENT,
};

enum key {
	KEY_OTHER,
	KEY_LOG,
	KEY_ENTRIES,
	KEY_REQUEST,
	KEY_RESPONSE,
	KEY_HEADERS,
	KEY_POST,
	KEY_QUERY,
	KEY_PARAMS,
	KEY_CONTENT,
	KEY_STARTED,
	KEY_TIME,
	KEY_SERVER,
	KEY_METHOD,
	KEY_URL,
	KEY_VERSION,
	KEY_STATUS,
	KEY_NAME,
	KEY_VALUE,
	KEY_TEXT,
	KEY_ENCODING,
};

static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{ "log", KEY_LOG },
	{ "entries", KEY_ENTRIES },
	{ "request", KEY_REQUEST },
	{ "response", KEY_RESPONSE },
	{ "headers", KEY_HEADERS },
	{ "postData", KEY_POST },
	{ "queryString", KEY_QUERY },
	{ "params", KEY_PARAMS },
	{ "content", KEY_CONTENT },
	{ "startedDateTime", KEY_STARTED },
	{ "time", KEY_TIME },
	{ "serverIPAddress", KEY_SERVER },
	{ "method", KEY_METHOD },
	{ "url", KEY_URL },
	{ "httpVersion", KEY_VERSION },
	{ "status", KEY_STATUS },
	{ "name", KEY_NAME },
	{ "value", KEY_VALUE },
	{ "text", KEY_TEXT },
	{ "encoding", KEY_ENCODING },
};

/* One message of the entry in hand. */
struct side {
	struct yg_header headers[YG_HEADERS_MAX];
	uint32_t header_count, header_dropped;
	struct yg_slice body;
	bool cut; /* the body found no room */
};

struct yg_har {
	yg_exchange_fn fn;
	void *ctx;
	yajl_handle yajl;
	bool bad, has_log;
	size_t since; /* bytes fed since the last token ended */
	uint64_t entries, skipped;

	enum place places[YG_HAR_DEPTH_MAX];
	enum key key[YG_HAR_DEPTH_MAX]; /* the last one of the object at this depth */
	uint32_t depth;

	/* Of the entry in hand; texts lie in room[]. */
	struct side sides[2];
	struct yg_slice method, url, started, server, version, encoding;
	struct yg_header header;
	struct yg_har_pairs query, params;
	double time_ms;
	uint16_t status;
	size_t used;
	char room[YG_HAR_ENTRY_MAX];
};

/* --- one entry as an exchange */

/* @text in the room of the entry; absent if it does not fit. */
static struct yg_slice keep(struct yg_har *har, struct yg_slice text)
{
	struct yg_slice kept = { har->room + har->used, text.len };

	if (text.len > sizeof(har->room) - har->used)
		return (struct yg_slice){ NULL, 0 };
	memcpy(har->room + har->used, text.ptr, text.len);
	har->used += text.len;
	return kept;
}

static uint16_t port_of(const struct yg_url *url, bool tls)
{
	unsigned int port;

	if (url->port.len == 0 || url->port.len > 5 || !yg_digits_read(url->port, &port))
		return tls ? 443 : 80;
	return (uint16_t)port;
}

static struct yg_message message_of(const struct side *side)
{
	return (struct yg_message){
		.present = true,
		.complete = true,
		.body_gap = side->cut,
		.version_minor = 1,
		.headers = side->headers,
		.header_count = side->header_count,
		.header_dropped = side->header_dropped,
		.body = side->body,
		.body_bytes = side->body.len,
	};
}

/* Archives of HTTP/2 name the host in the URL alone. */
static void add_host(struct side *side, struct yg_slice authority)
{
	for (uint32_t i = 0; i < side->header_count; i++) {
		if (yg_slice_equal_nocase(side->headers[i].name, YG_SLICE("host")))
			return;
	}
	if (side->header_count < YG_HEADERS_MAX)
		side->headers[side->header_count++] =
			(struct yg_header){ YG_SLICE("host"), authority };
}

/* Path and query, which lie behind each other in the URL. */
static struct yg_slice target_of(const struct yg_url *url)
{
	size_t len = url->path.len;

	if (url->path.len == 0)
		return YG_SLICE("/");
	if (url->query.len)
		len = (size_t)(url->query.ptr + url->query.len - url->path.ptr);
	return (struct yg_slice){ url->path.ptr, len };
}

/* A pair of a form, or of a query, that stands in a list only. Return: absent if none does. */
static struct yg_slice join(struct yg_har *har, const struct yg_har_pairs *pairs)
{
	struct yg_slice text = { har->room + har->used, 0 };
	ssize_t len =
		yg_har_pairs_write(pairs, har->room + har->used, sizeof(har->room) - har->used);

	if (len <= 0)
		return (struct yg_slice){ NULL, 0 };
	text.len = (size_t)len;
	har->used += text.len;
	return text;
}

/* The URL with the query that its entry names beside it. */
static void complete_url(struct yg_har *har)
{
	size_t from = har->used;

	if (!har->query.count || !har->url.len || memchr(har->url.ptr, '?', har->url.len) ||
	    memchr(har->url.ptr, '#', har->url.len) || !keep(har, har->url).ptr ||
	    !keep(har, YG_SLICE("?")).ptr || !join(har, &har->query).ptr)
		return;
	har->url = (struct yg_slice){ har->room + from, har->used - from };
}

static void deliver(struct yg_har *har)
{
	struct yg_url url;
	bool tls = har->url.len > 5 &&
		   yg_slice_equal_nocase((struct yg_slice){ har->url.ptr, 6 }, YG_SLICE("https:"));
	uint64_t start_ns = yg_iso_time_read(har->started);
	uint64_t end_ns = start_ns + (uint64_t)(har->time_ms * NS_PER_MS);
	struct yg_exchange exchange = { .tls = tls, .grpc_status = YG_GRPC_STATUS_NONE };

	complete_url(har);
	url = yg_url_from_target(YG_SLICE("GET"), har->url);
	if (!har->sides[0].body.len && !har->sides[0].cut)
		har->sides[0].body = join(har, &har->params);
	if (!start_ns || !har->method.len || !url.host.len) {
		har->skipped++;
		return;
	}
	add_host(&har->sides[0], url.authority);
	exchange.request = message_of(&har->sides[0]);
	exchange.request.method = har->method;
	exchange.request.target = target_of(&url);
	exchange.request.start_ns = exchange.request.end_ns = start_ns;
	if (har->status >= 100) {
		exchange.response = message_of(&har->sides[1]);
		exchange.response.status = har->status;
		exchange.response.start_ns = exchange.response.end_ns = end_ns;
	}
	if (har->version.len >= 6 && har->version.ptr[5] == '2')
		exchange.protocol = YG_PROTOCOL_H2;
	if (har->status == 101)
		exchange.protocol = YG_PROTOCOL_WS;
	if (yg_address_from_text(har->server, &exchange.server.addr) == 0)
		exchange.server.port = port_of(&url, tls);
	har->entries++;
	har->fn(har->ctx, &exchange);
}

/* --- tokens */

static void begin_entry(struct yg_har *har)
{
	har->sides[0] = har->sides[1] = (struct side){ .cut = false };
	har->method = har->url = har->started = har->server = har->version = har->encoding =
		(struct yg_slice){ NULL, 0 };
	har->query.count = har->params.count = 0;
	har->time_ms = 0;
	har->status = 0;
	har->used = 0;
}

static enum place place_under(const struct yg_har *har)
{
	enum place around = har->depth ? har->places[har->depth - 1] : PLACE_OTHER;
	enum key key = har->depth ? har->key[har->depth - 1] : KEY_OTHER;

	if (!har->depth)
		return PLACE_TOP;
	switch (around) {
	case PLACE_TOP:
		return key == KEY_LOG ? PLACE_LOG : PLACE_OTHER;
	case PLACE_LOG:
		return key == KEY_ENTRIES ? PLACE_ENTRIES : PLACE_OTHER;
	case PLACE_ENTRIES:
		return PLACE_ENTRY;
	case PLACE_ENTRY:
		if (key == KEY_REQUEST)
			return PLACE_REQUEST;
		return key == KEY_RESPONSE ? PLACE_RESPONSE : PLACE_OTHER;
	case PLACE_REQUEST:
		if (key == KEY_HEADERS)
			return PLACE_REQUEST_HEADERS;
		if (key == KEY_QUERY)
			return PLACE_QUERY;
		return key == KEY_POST ? PLACE_POST : PLACE_OTHER;
	case PLACE_POST:
		return key == KEY_PARAMS ? PLACE_PARAMS : PLACE_OTHER;
	case PLACE_QUERY:
		return PLACE_QUERY_PAIR;
	case PLACE_PARAMS:
		return PLACE_PARAM;
	case PLACE_RESPONSE:
		if (key == KEY_HEADERS)
			return PLACE_RESPONSE_HEADERS;
		return key == KEY_CONTENT ? PLACE_CONTENT : PLACE_OTHER;
	case PLACE_REQUEST_HEADERS:
		return PLACE_REQUEST_HEADER;
	case PLACE_RESPONSE_HEADERS:
		return PLACE_RESPONSE_HEADER;
	default:
		return PLACE_OTHER;
	}
}

static int open_place(void *ctx)
{
	struct yg_har *har = ctx;
	enum place place = place_under(har);

	har->since = 0;
	if (har->depth == YG_HAR_DEPTH_MAX)
		return 0;
	if (place == PLACE_LOG)
		har->has_log = true;
	if (place == PLACE_ENTRY)
		begin_entry(har);
	har->header = (struct yg_header){ { NULL, 0 }, { NULL, 0 } };
	har->places[har->depth] = place;
	har->key[har->depth++] = KEY_OTHER;
	return 1;
}

/* Pseudo fields, and those that speak of a coding that the archive has taken off. */
static bool is_left_out(struct yg_slice name)
{
	static const char *const names[] = { "content-encoding", "transfer-encoding",
					     "content-length" };

	if (name.len == 0 || name.ptr[0] == ':')
		return true;
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal_nocase(name, yg_slice_from_str(names[i])))
			return true;
	}
	return false;
}

static void add_header(struct yg_har *har, struct side *side)
{
	if (is_left_out(har->header.name) || !har->header.value.ptr)
		return;
	if (side->header_count == YG_HEADERS_MAX)
		side->header_dropped++;
	else
		side->headers[side->header_count++] = har->header;
}

/* What is no base64 after all is taken as it is. */
static void decode_content(struct yg_har *har)
{
	struct yg_slice *body = &har->sides[1].body;
	uint8_t *to = (uint8_t *)har->room + har->used;
	ssize_t len;

	if (!yg_slice_equal_nocase(har->encoding, YG_SLICE("base64")) || !body->len)
		return;
	len = yg_base64_decode(*body, to, sizeof(har->room) - har->used);
	if (len == -ENOSPC) {
		*body = (struct yg_slice){ NULL, 0 };
		har->sides[1].cut = true;
	}
	if (len < 0)
		return;
	*body = (struct yg_slice){ (char *)to, (size_t)len };
	har->used += (size_t)len;
}

static int close_place(void *ctx)
{
	struct yg_har *har = ctx;
	enum place place = har->places[--har->depth];

	har->since = 0;
	if (place == PLACE_REQUEST_HEADER)
		add_header(har, &har->sides[0]);
	else if (place == PLACE_RESPONSE_HEADER)
		add_header(har, &har->sides[1]);
	else if (place == PLACE_QUERY_PAIR)
		yg_har_pairs_add(&har->query, &har->header);
	else if (place == PLACE_PARAM)
		yg_har_pairs_add(&har->params, &har->header);
	else if (place == PLACE_CONTENT)
		decode_content(har);
	else if (place == PLACE_ENTRY)
		deliver(har);
	return 1;
}

static int take_key(void *ctx, const unsigned char *text, size_t len)
{
	struct yg_har *har = ctx;
	const struct yg_slice name = { (const char *)text, len };

	har->since = 0;
	har->key[har->depth - 1] = KEY_OTHER;
	for (size_t i = 0; i < YG_ARRAY_SIZE(keys); i++) {
		if (yg_slice_equal(name, yg_slice_from_str(keys[i].name)))
			har->key[har->depth - 1] = keys[i].key;
	}
	return 1;
}

static void take_body(struct yg_har *har, struct side *side, struct yg_slice text)
{
	side->body = keep(har, text);
	side->cut = text.len > 0 && !side->body.ptr;
}

/* Where a text of this place goes; NULL: nowhere. */
static struct yg_slice *slot_of(struct yg_har *har, enum place place, enum key key)
{
	switch (place) {
	case PLACE_ENTRY:
		if (key == KEY_STARTED)
			return &har->started;
		return key == KEY_SERVER ? &har->server : NULL;
	case PLACE_REQUEST:
		if (key == KEY_METHOD)
			return &har->method;
		if (key == KEY_VERSION)
			return &har->version;
		return key == KEY_URL ? &har->url : NULL;
	case PLACE_REQUEST_HEADER:
	case PLACE_RESPONSE_HEADER:
	case PLACE_QUERY_PAIR:
	case PLACE_PARAM:
		if (key == KEY_NAME)
			return &har->header.name;
		return key == KEY_VALUE ? &har->header.value : NULL;
	case PLACE_CONTENT:
		return key == KEY_ENCODING ? &har->encoding : NULL;
	default:
		return NULL;
	}
}

static int take_text(void *ctx, const unsigned char *bytes, size_t len)
{
	struct yg_har *har = ctx;
	const struct yg_slice text = { (const char *)bytes, len };
	enum place place = har->depth ? har->places[har->depth - 1] : PLACE_OTHER;
	enum key key = har->depth ? har->key[har->depth - 1] : KEY_OTHER;
	struct yg_slice *slot = slot_of(har, place, key);

	har->since = 0;
	if (slot)
		*slot = keep(har, text);
	else if (place == PLACE_POST && key == KEY_TEXT)
		take_body(har, &har->sides[0], text);
	else if (place == PLACE_CONTENT && key == KEY_TEXT)
		take_body(har, &har->sides[1], text);
	return 1;
}

static void take_value(struct yg_har *har, double value)
{
	enum place place = har->depth ? har->places[har->depth - 1] : PLACE_OTHER;
	enum key key = har->depth ? har->key[har->depth - 1] : KEY_OTHER;

	har->since = 0;
	if (place == PLACE_ENTRY && key == KEY_TIME && value > 0 && value < TIME_MS_MAX)
		har->time_ms = value;
	if (place == PLACE_RESPONSE && key == KEY_STATUS && value >= 100 && value < 1000)
		har->status = (uint16_t)value;
}

static int take_integer(void *ctx, long long value)
{
	take_value(ctx, (double)value);
	return 1;
}

static int take_real(void *ctx, double value)
{
	take_value(ctx, value);
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_integer = take_integer,
	.yajl_double = take_real,
	.yajl_string = take_text,
	.yajl_start_map = open_place,
	.yajl_map_key = take_key,
	.yajl_end_map = close_place,
	.yajl_start_array = open_place,
	.yajl_end_array = close_place,
};

/* --- */

int yg_har_new(yg_exchange_fn fn, void *ctx, struct yg_har **ret)
{
	struct yg_har *har = calloc(1, sizeof(*har));

	if (!har)
		return -ENOMEM;
	har->fn = fn;
	har->ctx = ctx;
	har->yajl = yajl_alloc(&callbacks, NULL, har);
	if (!har->yajl) {
		free(har);
		return -ENOMEM;
	}
	/* Browsers write what servers sent: not always UTF-8. */
	(void)yajl_config(har->yajl, yajl_dont_validate_strings, 1);
	*ret = har;
	return 0;
}

void yg_har_free(struct yg_har **har)
{
	if (!*har)
		return;
	yajl_free((*har)->yajl);
	free(*har);
	*har = NULL;
}

int yg_har_feed(struct yg_har *har, const char *data, size_t len)
{
	if (har->bad)
		return -EINVAL;
	har->since += len;
	har->bad = har->since > YG_HAR_TOKEN_MAX + len ||
		   yajl_parse(har->yajl, (const unsigned char *)data, len) != yajl_status_ok;
	return har->bad ? -EINVAL : 0;
}

int yg_har_finish(struct yg_har *har)
{
	if (!har->bad && yajl_complete_parse(har->yajl) == yajl_status_ok && har->has_log)
		return 0;
	har->bad = true;
	return -EINVAL;
}

uint64_t yg_har_entries(const struct yg_har *har)
{
	return har->entries;
}

uint64_t yg_har_skipped(const struct yg_har *har)
{
	return har->skipped;
}
