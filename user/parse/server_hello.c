/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/server_hello.h"

#include <string.h>

#include "parse/cipher.h"
#include "parse/tls_view.h"

#define RECORD_HEADER  5u
#define MESSAGE_HEADER 4u
#define FLIGHT_FIRST   4096u /* bytes; fits most flights with one or two certificates */
#define TLS_1_3	       0x0304u

enum record {
	RECORD_CIPHERS = 20, /* ChangeCipherSpec */
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23,
};

enum message {
	MESSAGE_SERVER_HELLO = 2,
	MESSAGE_CERTIFICATE = 11,
	MESSAGE_KEY_EXCHANGE = 12,
	MESSAGE_CERTIFICATE_REQUEST = 13,
	MESSAGE_DONE = 14,
};

enum extension { EXT_ALPN = 0x0010, EXT_VERSIONS = 0x002b };

/* --- records -------------------------------------------------------------------------------- */

void yg_flight_drop(struct yg_flight *flight, struct yg_pool *pool)
{
	yg_pool_give(pool, flight->bytes);
	*flight = (struct yg_flight){ .is_over = true };
}

static bool reserve(struct yg_flight *flight, struct yg_pool *pool, size_t len)
{
	size_t need = flight->len + len;

	return yg_tls_reserve(pool, &flight->bytes, &flight->cap, flight->len,
			      need < FLIGHT_FIRST ? FLIGHT_FIRST : need);
}

/* One byte of a record header. BAD: no record of TLS; DONE: one without a handshake. */
static enum yg_parse take_header(struct yg_flight *flight, uint8_t byte)
{
	uint8_t type;

	flight->header[flight->header_len++] = byte;
	type = flight->header[0];
	if (type < RECORD_CIPHERS || type > RECORD_DATA)
		return YG_PARSE_BAD;
	if (flight->header_len == 2 && byte != 3)
		return YG_PARSE_BAD;
	if (flight->header_len < RECORD_HEADER)
		return YG_PARSE_MORE;
	flight->header_len = 0;
	flight->record_left = (uint16_t)(flight->header[3] << 8 | flight->header[4]);
	return type == RECORD_CIPHERS || type == RECORD_DATA ? YG_PARSE_DONE : YG_PARSE_MORE;
}

static enum yg_parse take_content(struct yg_flight *flight, struct yg_pool *pool,
				  const uint8_t *data, size_t len)
{
	flight->record_left = (uint16_t)(flight->record_left - len);
	if (flight->header[0] == RECORD_ALERT) {
		for (size_t i = 0; i < len && flight->alert_len < sizeof(flight->alert); i++)
			flight->alert[flight->alert_len++] = data[i];
		return flight->alert_len == sizeof(flight->alert) ? YG_PARSE_DONE : YG_PARSE_MORE;
	}
	if (len > YG_FLIGHT_MAX - flight->len)
		len = YG_FLIGHT_MAX - flight->len;
	if (len == 0 || !reserve(flight, pool, len))
		return YG_PARSE_DONE; /* without the certificate */
	memcpy(flight->bytes + flight->len, data, len);
	flight->len += (uint32_t)len;
	return flight->bytes[0] == MESSAGE_SERVER_HELLO ? YG_PARSE_MORE : YG_PARSE_BAD;
}

/* --- messages ------------------------------------------------------------------------------- */

static void read_extensions(struct yg_tls_view list, struct yg_server_hello *ret)
{
	while (yg_tls_left(&list)) {
		uint32_t id = yg_tls_get(&list, 2);
		struct yg_tls_view body = yg_tls_split(&list, yg_tls_get(&list, 2)), name;

		if (body.bad)
			return;
		if (id == EXT_VERSIONS && yg_tls_left(&body) == 2) {
			ret->version = (uint16_t)yg_tls_get(&body, 2);
		} else if (id == EXT_ALPN) {
			(void)yg_tls_get(&body, 2);
			name = yg_tls_split(&body, yg_tls_get(&body, 1));
			if (!name.bad && yg_tls_left(&name))
				ret->alpn = yg_tls_slice(&name);
		}
	}
}

/* The body of a ServerHello; one of HelloRetryRequest chooses as well. */
static bool read_hello(struct yg_tls_view body, struct yg_server_hello *ret)
{
	struct yg_server_hello hello = { .version = (uint16_t)yg_tls_get(&body, 2) };
	struct yg_tls_view extensions;

	(void)yg_tls_split(&body, 32);
	(void)yg_tls_split(&body, yg_tls_get(&body, 1)); /* session */
	hello.cipher = (uint16_t)yg_tls_get(&body, 2);
	hello.is_compressed = yg_tls_get(&body, 1) != 0;
	if (body.bad)
		return false;
	extensions = yg_tls_split(&body, yg_tls_left(&body) ? yg_tls_get(&body, 2) : 0);
	if (extensions.bad)
		return false;
	read_extensions(extensions, &hello);
	*ret = hello;
	return true;
}

/* The first certificate of the list. False: it is not whole yet. */
static bool read_certificate(struct yg_tls_view body, struct yg_server_hello *ret)
{
	struct yg_tls_view first;

	if (yg_tls_left(&body) < 6) /* lengths of the list and of the first */
		return false;
	(void)yg_tls_get(&body, 3);
	first = yg_tls_split(&body, yg_tls_get(&body, 3));
	if (first.bad)
		return false;
	if (yg_tls_left(&first))
		ret->certificate = yg_tls_slice(&first);
	return true;
}

/* Of a ServerKeyExchange with a group of its own: the prime comes first. 0: of another kind. */
static uint16_t read_group(struct yg_tls_view body, uint16_t cipher)
{
	const char *name = yg_cipher_name(cipher);
	struct yg_tls_view prime;
	uint32_t bits;

	if (!name || (strncmp(name, "TLS_DHE_", 8) != 0 && strncmp(name, "TLS_DH_anon_", 12) != 0))
		return 0;
	prime = yg_tls_split(&body, yg_tls_get(&body, 2));
	while (!prime.bad && yg_tls_left(&prime) && *prime.p == 0)
		prime.p++;
	if (prime.bad || !yg_tls_left(&prime) || yg_tls_left(&prime) > UINT16_MAX / 8)
		return 0;
	bits = (uint32_t)yg_tls_left(&prime) * 8;
	for (uint8_t top = *prime.p; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	return (uint16_t)bits;
}

/*
 * Walk over the messages held from @at on, which ends behind the last whole one. @ret: what those
 * before said. DONE: nothing more is wanted.
 */
static enum yg_parse walk(const struct yg_flight *flight, uint32_t *at, struct yg_server_hello *ret)
{
	struct yg_tls_view all = { flight->bytes, flight->bytes, false };

	if (flight->len) {
		all.p += *at;
		all.end += flight->len;
	}
	while (yg_tls_left(&all) >= MESSAGE_HEADER) {
		uint32_t type = yg_tls_get(&all, 1), len = yg_tls_get(&all, 3);
		struct yg_tls_view body = yg_tls_split(&all, len);

		if (!ret->version && type != MESSAGE_SERVER_HELLO)
			return YG_PARSE_BAD;
		if (len > YG_FLIGHT_MAX)
			return YG_PARSE_DONE;
		if (type == MESSAGE_CERTIFICATE)
			(void)read_certificate(body, ret);
		if (body.bad)
			return YG_PARSE_MORE;
		if (type == MESSAGE_SERVER_HELLO && !read_hello(body, ret))
			return YG_PARSE_BAD;
		if (type == MESSAGE_KEY_EXCHANGE)
			ret->dh_bits = read_group(body, ret->cipher);
		ret->asks_certificate |= type == MESSAGE_CERTIFICATE_REQUEST;
		ret->is_whole = type == MESSAGE_DONE;
		if (ret->version >= TLS_1_3 || type == MESSAGE_DONE)
			return YG_PARSE_DONE;
		*at += MESSAGE_HEADER + len;
	}
	return YG_PARSE_MORE;
}

enum yg_parse yg_flight_take(struct yg_flight *flight, struct yg_pool *pool, const uint8_t *data,
			     size_t len)
{
	const uint8_t *end = data + len;
	struct yg_server_hello hello = { .version = flight->version };
	enum yg_parse r = flight->is_over ? YG_PARSE_DONE : YG_PARSE_MORE;

	while (data < end && r == YG_PARSE_MORE) {
		size_t take = (size_t)(end - data);

		if (take > flight->record_left)
			take = flight->record_left;
		r = take ? take_content(flight, pool, data, take) : take_header(flight, *data);
		data += take ? take : 1;
	}
	if (r == YG_PARSE_MORE)
		r = walk(flight, &flight->walked, &hello);
	flight->version = hello.version;
	flight->is_over = r != YG_PARSE_MORE;
	return r;
}

void yg_flight_read(const struct yg_flight *flight, struct yg_server_hello *ret)
{
	uint32_t at = 0;

	*ret = (struct yg_server_hello){ .version = 0 };
	(void)walk(flight, &at, ret);
	if (ret->version && !ret->certificate.ptr && ret->version < TLS_1_3)
		ret->is_resumed = flight->is_over && flight->header[0] == RECORD_CIPHERS;
	if (flight->alert_len < sizeof(flight->alert))
		return;
	ret->is_refused = flight->alert[0] == 2 || !ret->version;
	ret->alert = flight->alert[1];
}
