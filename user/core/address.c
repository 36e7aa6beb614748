/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define V4_MAPPED_BITS 96

static const uint8_t v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool yg_address_is_v4(const struct yg_address *addr)
{
	return memcmp(addr->bytes, v4_mapped, sizeof(v4_mapped)) == 0;
}

bool yg_address_is_unknown(const struct yg_address *addr)
{
	static const struct yg_address unknown;

	return memcmp(addr, &unknown, sizeof(unknown)) == 0;
}

static uint8_t mask_of(uint32_t len, size_t byte)
{
	size_t first = byte * 8;

	if (len >= first + 8)
		return 0xff;
	if (len <= first)
		return 0;
	return (uint8_t)(0xff00u >> (len - first));
}

bool yg_prefix_has(const struct yg_prefix *prefix, const struct yg_address *addr)
{
	for (size_t i = 0; i < sizeof(addr->bytes); i++) {
		if ((addr->bytes[i] & mask_of(prefix->len, i)) != prefix->addr.bytes[i])
			return false;
	}
	return true;
}

struct yg_address yg_address_normal(const struct yg_address *addr)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	static const uint8_t siit[12] = { [8] = 0xff, 0xff };
	struct yg_address v4 = { { [10] = 0xff, 0xff } };

	if (memcmp(addr->bytes, nat64, sizeof(nat64)) != 0 &&
	    memcmp(addr->bytes, siit, sizeof(siit)) != 0)
		return *addr;
	memcpy(v4.bytes + 12, addr->bytes + 12, 4);
	return v4;
}

int yg_address_from_text(struct yg_slice text, struct yg_address *ret)
{
	char str[INET6_ADDRSTRLEN];
	struct yg_address addr;

	if (text.len == 0 || text.len >= sizeof(str) || memchr(text.ptr, '\0', text.len))
		return -EINVAL;
	memcpy(str, text.ptr, text.len);
	str[text.len] = '\0';

	if (inet_pton(AF_INET, str, addr.bytes + sizeof(v4_mapped)) == 1)
		memcpy(addr.bytes, v4_mapped, sizeof(v4_mapped));
	else if (inet_pton(AF_INET6, str, addr.bytes) != 1)
		return -EINVAL;
	*ret = addr;
	return 0;
}

/* Decimal of at most three digits without sign, space or leading zero. */
static int parse_len(struct yg_slice text, uint32_t *ret)
{
	uint32_t value = 0;

	if (text.len == 0 || text.len > 3 || (text.len > 1 && text.ptr[0] == '0'))
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return -EINVAL;
		value = value * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	*ret = value;
	return 0;
}

int yg_prefix_from_text(struct yg_slice text, struct yg_prefix *ret)
{
	const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
	struct yg_slice addr = text;
	struct yg_prefix prefix = { .len = 128 };
	int r;

	if (slash)
		addr.len = (size_t)(slash - text.ptr);
	r = yg_address_from_text(addr, &prefix.addr);
	if (r)
		return r;
	if (slash) {
		struct yg_slice bits = { slash + 1, text.len - addr.len - 1 };
		uint32_t base = memchr(addr.ptr, ':', addr.len) ? 0 : V4_MAPPED_BITS;

		r = parse_len(bits, &prefix.len);
		if (r || prefix.len > 128 - base)
			return -EINVAL;
		prefix.len += base;
	}
	for (size_t i = 0; i < sizeof(prefix.addr.bytes); i++) {
		if (prefix.addr.bytes[i] & ~mask_of(prefix.len, i))
			return -EINVAL;
	}
	*ret = prefix;
	return 0;
}

/* Decimal digits of @value. Return: the byte after them. */
static char *put_number(char *to, uint32_t value)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (n > 0)
		*to++ = digits[--n];
	return to;
}

/* inet_ntop() is printf inside; this is on the path of every exchange line. */
static char *put_v4(char *to, const uint8_t *bytes)
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to = put_number(to, bytes[i]);
	}
	return to;
}

const char *yg_address_format(const struct yg_address *addr, char *ret)
{
	const char *text;

	if (yg_address_is_unknown(addr))
		return memcpy(ret, "unknown", sizeof("unknown"));
	if (yg_address_is_v4(addr)) {
		*put_v4(ret, addr->bytes + sizeof(v4_mapped)) = '\0';
		return ret;
	}
	text = inet_ntop(AF_INET6, addr->bytes, ret, YG_ADDRESS_TEXT_CAP);
	return text ? text : "unknown";
}

const char *yg_endpoint_format(const struct yg_address *addr, uint16_t port, char *ret)
{
	bool brackets = !yg_address_is_v4(addr) && !yg_address_is_unknown(addr);
	char *to = ret;

	if (brackets)
		*to++ = '[';
	(void)yg_address_format(addr, to);
	to += strlen(to);
	if (brackets)
		*to++ = ']';
	*to++ = ':';
	*put_number(to, port) = '\0';
	return ret;
}

const char *yg_prefix_format(const struct yg_prefix *prefix, char *ret)
{
	char text[YG_ADDRESS_TEXT_CAP];
	uint32_t len = prefix->len;

	if (len == 128)
		return yg_address_format(&prefix->addr, ret);
	if (yg_address_is_v4(&prefix->addr) && len >= V4_MAPPED_BITS)
		len -= V4_MAPPED_BITS;
	(void)snprintf(ret, YG_ADDRESS_TEXT_CAP, "%.46s/%u", yg_address_format(&prefix->addr, text),
		       len);
	return ret;
}
