/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a request says about its caller: credentials, forwarded addresses, target, query, token.
 *
 * The input is a list of lines; each is a field value, its first byte chooses the field.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/macros.h"
#include "parse/credential.h"
#include "parse/credential_name.h"
#include "parse/forwarded.h"
#include "parse/member.h"
#include "parse/url.h"

#define FIELDS 16u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t touch(struct yg_slice slice)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < slice.len; i++)
		sum += (unsigned char)slice.ptr[i];
	return sum;
}

static uint64_t try_url(struct yg_slice text)
{
	struct yg_url url = yg_url_from_target(YG_SLICE("GET"), text);
	uint64_t sum = touch(url.host) + touch(url.port) + touch(url.path) + touch(url.query);

	url = yg_url_from_target(YG_SLICE("CONNECT"), text);
	return sum + touch(url.host) + touch(yg_query_find(text, "key"));
}

static uint64_t try_text(struct yg_slice text)
{
	struct yg_members members = { .text = text };
	struct yg_member member;
	uint8_t bytes[64];
	char decoded[64];
	uint64_t sum = yg_credential_shape_of(text) + yg_header_traits_of_name(text) +
		       yg_credential_is_key(YG_SHAPE_BARE, text);
	ssize_t len;

	while (yg_members_next(&members, &member))
		sum += touch(member.name) + touch(member.value);
	len = yg_member_decode(text, decoded, sizeof(decoded));
	sum += touch((struct yg_slice){ decoded, len > 0 ? (size_t)len : 0 });
	len = yg_base64_decode(text, bytes, sizeof(bytes));
	return sum + touch((struct yg_slice){ (char *)bytes, len > 0 ? (size_t)len : 0 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct yg_slice names[] = {
		{ "Authorization", 13 },     { "Cookie", 6 },	 { "X-Forwarded-For", 15 },
		{ "Forwarded", 9 },	     { "X-Real-IP", 9 }, { "X-Api-Key", 9 },
		{ "X-Acme-Secret-Key", 17 },
	};
	static const struct yg_prefix ten = { { { [10] = 0xff, 0xff, 10 } }, 104 };
	const struct yg_address peer = { { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
	const struct yg_trust trust = { &ten, 1 };
	static struct yg_credentials credentials;
	struct yg_header headers[FIELDS];
	struct yg_message message = { .present = true, .headers = headers };
	const char *p = (const char *)data, *end = p + size;
	uint64_t sum = 0;

	while (p < end && message.header_count < FIELDS) {
		const char *line = memchr(p, '\n', (size_t)(end - p));
		struct yg_slice value = { p + 1, (size_t)((line ? line : end) - p) };

		value.len -= value.len > 0;
		headers[message.header_count].name =
			names[(unsigned char)*p % YG_ARRAY_SIZE(names)];
		headers[message.header_count++].value = yg_slice_trim(value);
		sum += try_url(value) + try_text(value);
		message.target = value;
		p = line ? line + 1 : end;
	}
	yg_credentials_from_request(&message, NULL, &credentials);
	sum += touch(credentials.value) + touch(credentials.session) + touch(credentials.user) +
	       touch(credentials.jwt.client_id) + touch(credentials.jwt.issuer);
	sum += yg_forwarded_client(&message, &peer, &trust).client.bytes[15];
	return (int)(sum & 0); /* the sum was needed to read the bytes */
}
