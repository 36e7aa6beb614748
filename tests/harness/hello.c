/* SPDX-License-Identifier: GPL-2.0-only */
#include "hello.h"

#include <string.h>

/* GREASE first; then what Chrome offers, in an order of its own. */
static const uint16_t ciphers[] = {
	0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
	0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035
};
static const uint16_t signatures[] = { 0x0403, 0x0804, 0x0401, 0x0503,
				       0x0805, 0x0501, 0x0806, 0x0601 };
static const uint16_t empty_ones[] = { 0x8a8a, 0x0017, 0xff01, 0x000a, 0x000b, 0x0023,
				       0x0005, 0x0012, 0x0033, 0x002d, 0x001b, 0x4469 };

struct out {
	uint8_t *p;
	size_t len;
};

static void put(struct out *out, uint32_t value, unsigned bytes)
{
	while (bytes--)
		out->p[out->len++] = (uint8_t)(value >> (bytes * 8));
}

static void put_text(struct out *out, const char *text, size_t len)
{
	memcpy(out->p + out->len, text, len);
	out->len += len;
}

static void put_list(struct out *out, const uint16_t *list, size_t count)
{
	put(out, (uint32_t)(count * 2), 2);
	for (size_t i = 0; i < count; i++)
		put(out, list[i], 2);
}

/* Write the length of what was put since @at into the @bytes bytes before it. */
static void close_length(struct out *out, size_t at, unsigned bytes)
{
	struct out length = { out->p, at - bytes };

	put(&length, (uint32_t)(out->len - at), bytes);
}

static void put_names(struct out *out, const struct hello_spec *spec)
{
	size_t len = spec->sni ? strlen(spec->sni) : 0;

	if (spec->sni) {
		put(out, 0x0000, 2);
		put(out, (uint32_t)len + 5, 2);
		put(out, (uint32_t)len + 3, 2);
		put(out, 0, 1);
		put(out, (uint32_t)len, 2);
		put_text(out, spec->sni, len);
	}
	if (spec->alpn) {
		len = strlen(spec->alpn);
		put(out, 0x0010, 2);
		put(out, (uint32_t)len + 2, 2);
		put(out, (uint32_t)len, 2);
		put_text(out, spec->alpn, len);
	}
}

static void put_extensions(struct out *out, const struct hello_spec *spec)
{
	for (size_t i = 0; i < sizeof(empty_ones) / sizeof(empty_ones[0]); i++)
		put(out, (uint32_t)empty_ones[i] << 16, 4);
	put_names(out, spec);
	if (!spec->no_signatures) {
		put(out, 0x000d, 2);
		put(out, sizeof(signatures) + 2, 2);
		put_list(out, signatures, sizeof(signatures) / 2);
	}
	if (!spec->no_versions) {
		put(out, 0x002b, 2);
		put(out, 7, 2);
		put(out, 6, 1);
		put(out, 0x7a7a0304, 4);
		put(out, 0x0303, 2);
	}
	put(out, 0x0015, 2);
	put(out, (uint32_t)spec->padding, 2);
	memset(out->p + out->len, 0, spec->padding);
	out->len += spec->padding;
}

size_t hello_message(const struct hello_spec *spec, uint8_t *ret)
{
	struct out out = { ret, 0 };
	size_t at;

	put(&out, 1u << 24, 4);
	put(&out, 0x0303, 2);
	memset(ret + out.len, 0x5a, 32);
	out.len += 32;
	put(&out, 0, 1);
	put_list(&out, ciphers, sizeof(ciphers) / 2);
	put(&out, 0x0100, 2);
	put(&out, 0, 2);
	at = out.len;
	put_extensions(&out, spec);
	close_length(&out, at, 2);
	close_length(&out, 4, 3);
	return out.len;
}

size_t hello_records(const uint8_t *message, size_t len, size_t record, uint8_t *ret)
{
	struct out out = { ret, 0 };

	for (size_t at = 0; at < len;) {
		size_t take = len - at < record ? len - at : record;

		put(&out, 0x160301, 3);
		put(&out, (uint32_t)take, 2);
		put_text(&out, (const char *)message + at, take);
		at += take;
	}
	return out.len;
}

static void put_server_hello(struct out *out, const struct answer_spec *spec)
{
	size_t message, extensions, len = spec->alpn ? strlen(spec->alpn) : 0;

	put(out, 2u << 24, 4);
	message = out->len;
	put(out, spec->version > 0x0303 ? 0x0303 : spec->version, 2);
	memset(out->p + out->len, 7, 32);
	out->len += 32;
	put(out, 0, 1);
	put(out, spec->cipher, 2);
	put(out, (uint32_t)spec->compression, 1);
	put(out, 0, 2); /* length of the extensions */
	extensions = out->len;
	if (spec->version > 0x0303) {
		put(out, 0x002b0002, 4);
		put(out, spec->version, 2);
	}
	if (spec->alpn) {
		put(out, 0x0010, 2);
		put(out, (uint32_t)len + 3, 2);
		put(out, (uint32_t)len + 1, 2);
		put(out, (uint32_t)len, 1);
		put_text(out, spec->alpn, len);
	}
	close_length(out, extensions, 2);
	close_length(out, message, 3);
}

static void put_certificate(struct out *out, const struct answer_spec *spec)
{
	size_t len = spec->certificate_len;

	put(out, 11, 1);
	put(out, (uint32_t)len + 6, 3);
	put(out, (uint32_t)len + 3, 3);
	put(out, (uint32_t)len, 3);
	if (spec->certificate)
		put_text(out, (const char *)spec->certificate, len);
	else
		memset(out->p + out->len, 0, len);
	out->len += spec->certificate ? 0 : len;
}

/* A prime of so many bits, the generator 2, a public value; a leading zero byte more is allowed. */
static void put_key_exchange(struct out *out, const struct answer_spec *spec)
{
	size_t bytes = (spec->dh_bits + 7) / 8, message;

	put(out, 12u << 24, 4);
	message = out->len;
	put(out, (uint32_t)bytes + 1, 2);
	put(out, 0, 1);
	memset(out->p + out->len, 0xff, bytes);
	out->p[out->len] = (uint8_t)(0xff >> (bytes * 8 - spec->dh_bits));
	out->len += bytes;
	put(out, 0x00010200, 4);
	close_length(out, message, 3);
}

size_t hello_answer(const struct answer_spec *spec, size_t record, uint8_t *ret)
{
	static uint8_t message[32768];
	struct out out = { message, 0 }, records = { ret, 0 };

	if (spec->version)
		put_server_hello(&out, spec);
	if (spec->certificate_len)
		put_certificate(&out, spec);
	if (spec->dh_bits)
		put_key_exchange(&out, spec);
	if (spec->asks)
		put(&out, 13u << 24, 4);
	if (spec->done)
		put(&out, 14u << 24, 4);
	records.len = hello_records(message, out.len, record, ret);
	if (spec->ciphers_change)
		put_text(&records, "\x14\x03\x03\x00\x01\x01", 6);
	if (spec->alert) {
		put_text(&records, "\x15\x03\x03\x00\x02\x02", 6);
		put(&records, spec->alert, 1);
	}
	return records.len;
}
