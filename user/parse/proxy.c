/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/proxy.h"

#include <string.h>

#define V1_PREFIX  "PROXY "
#define V1_MAX	   107u
#define V2_SIGN	   "\r\n\r\n\0\r\nQUIT\n"
#define V2_FIXED   16u
#define V2_LOCAL   0x20
#define V2_PROXY   0x21
#define FAMILY_IN  0x11 /* TCP over IPv4 */
#define FAMILY_IN6 0x21 /* TCP over IPv6 */
#define PORT_MAX   65535u

_Static_assert(YG_PROXY_MAX > V1_MAX && YG_PROXY_MAX > V2_FIXED + 36, "decided within the limit");

/* --- version 1 ---------------------------------------------------------------------------- */

/* The next word; exactly one SP stands behind it. Absent: none. */
static struct yg_slice take_word(struct yg_slice *line)
{
	const char *space = line->len ? memchr(line->ptr, ' ', line->len) : NULL;
	struct yg_slice word = *line;

	if (space) {
		word.len = (size_t)(space - line->ptr);
		line->len -= word.len + 1;
		line->ptr = space + 1;
	} else {
		line->len = 0;
	}
	return word;
}

/* Decimal without leading zeros. Return: false if it is no port. */
static bool parse_port(struct yg_slice word, uint16_t *ret)
{
	uint32_t port = 0;

	if (word.len == 0 || word.len > 5 || (word.len > 1 && word.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		port = port * 10 + (uint32_t)(word.ptr[i] - '0');
	}
	*ret = (uint16_t)port;
	return port <= PORT_MAX;
}

static bool parse_line(struct yg_slice line, struct yg_proxy *ret)
{
	struct yg_slice family = take_word(&line), words[4];
	bool is_v4 = yg_slice_equal(family, YG_SLICE("TCP4"));

	if (yg_slice_equal(family, YG_SLICE("UNKNOWN")))
		return true; /* whatever follows is to be ignored */
	if (!is_v4 && !yg_slice_equal(family, YG_SLICE("TCP6")))
		return false;
	for (size_t i = 0; i < 4; i++)
		words[i] = take_word(&line);
	return line.len == 0 && yg_address_from_text(words[0], &ret->client.addr) == 0 &&
	       yg_address_from_text(words[1], &ret->server.addr) == 0 &&
	       yg_address_is_v4(&ret->server.addr) >= is_v4 &&
	       yg_address_is_v4(&ret->client.addr) >= is_v4 &&
	       parse_port(words[2], &ret->client.port) && parse_port(words[3], &ret->server.port);
}

static enum yg_parse parse_v1(const uint8_t *data, size_t len, struct yg_proxy *ret)
{
	size_t seen = len < V1_MAX ? len : V1_MAX, prefix = sizeof(V1_PREFIX) - 1;
	struct yg_proxy proxy = { .len = 0 };
	const uint8_t *lf = memchr(data, '\n', seen);
	struct yg_slice line;

	if (!lf)
		return len < V1_MAX ? YG_PARSE_MORE : YG_PARSE_BAD;
	if (lf < data + prefix + 1 || lf[-1] != '\r')
		return YG_PARSE_BAD;
	line = (struct yg_slice){ (const char *)data + prefix, (size_t)(lf - 1 - (data + prefix)) };
	if (!parse_line(line, &proxy))
		return YG_PARSE_BAD;
	proxy.len = (uint32_t)(lf + 1 - data);
	*ret = proxy;
	return YG_PARSE_DONE;
}

/* --- version 2 ---------------------------------------------------------------------------- */

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void map_v4(const uint8_t *from, struct yg_peer *ret)
{
	ret->addr = (struct yg_address){ { [10] = 0xff, 0xff } };
	memcpy(ret->addr.bytes + 12, from, 4);
}

/* Addresses behind the fixed part, @size bytes each; the ports follow both. */
static void read_ends(const uint8_t *from, size_t size, struct yg_proxy *ret)
{
	if (size == 4) {
		map_v4(from, &ret->client);
		map_v4(from + 4, &ret->server);
	} else {
		memcpy(ret->client.addr.bytes, from, 16);
		memcpy(ret->server.addr.bytes, from + 16, 16);
	}
	ret->client.port = get_u16(from + 2 * size);
	ret->server.port = get_u16(from + 2 * size + 2);
}

static enum yg_parse parse_v2(const uint8_t *data, size_t len, struct yg_proxy *ret)
{
	struct yg_proxy proxy = { .len = 0 };
	size_t size = 0;

	if (len < V2_FIXED)
		return YG_PARSE_MORE;
	proxy.len = V2_FIXED + get_u16(data + 14);
	if (data[12] != V2_LOCAL && data[12] != V2_PROXY)
		return YG_PARSE_BAD;
	if (data[12] == V2_PROXY && data[13] == FAMILY_IN)
		size = 4;
	if (data[12] == V2_PROXY && data[13] == FAMILY_IN6)
		size = 16;
	if (size && proxy.len < V2_FIXED + 2 * size + 4)
		return YG_PARSE_BAD;
	if (size && len < V2_FIXED + 2 * size + 4)
		return YG_PARSE_MORE;
	if (size)
		read_ends(data + V2_FIXED, size, &proxy);
	*ret = proxy;
	return YG_PARSE_DONE;
}

/* The bytes present are those of @want, as far as they go. */
static bool begins(const uint8_t *data, size_t len, const char *want, size_t want_len)
{
	return memcmp(data, want, len < want_len ? len : want_len) == 0;
}

enum yg_parse yg_proxy_parse(const uint8_t *data, size_t len, struct yg_proxy *ret)
{
	if (len == 0)
		return YG_PARSE_MORE;
	if (begins(data, len, V1_PREFIX, sizeof(V1_PREFIX) - 1))
		return len < sizeof(V1_PREFIX) - 1 ? YG_PARSE_MORE : parse_v1(data, len, ret);
	if (begins(data, len, V2_SIGN, sizeof(V2_SIGN) - 1))
		return parse_v2(data, len, ret);
	return YG_PARSE_BAD;
}
