/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/certificate.h"

static const struct yg_slice absent = { NULL, 0 };

/* Bytes up to the next @mark outside of quotes, which are taken off @rest with it. */
static struct yg_slice take_until(struct yg_slice *rest, char mark)
{
	struct yg_slice part = { rest->ptr, 0 };
	bool quoted = false;

	while (part.len < rest->len && (quoted || rest->ptr[part.len] != mark)) {
		if (rest->ptr[part.len] == '\\' && quoted && part.len + 1 < rest->len)
			part.len++;
		else if (rest->ptr[part.len] == '"')
			quoted = !quoted;
		part.len++;
	}
	rest->ptr += part.len;
	rest->len -= part.len;
	if (rest->len) {
		rest->ptr++;
		rest->len--;
	}
	return yg_slice_trim(part);
}

static bool is_hash(struct yg_slice text)
{
	if (text.len != YG_CERTIFICATE_HASH_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = yg_ascii_lower(text.ptr[i]);

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}

/* The value of Hash in one element. */
static struct yg_slice hash_of(struct yg_slice element)
{
	struct yg_slice found = absent;

	while (element.len) {
		struct yg_slice value = take_until(&element, ';'), name = take_until(&value, '=');

		if (!yg_slice_equal_nocase(name, YG_SLICE("hash")))
			continue;
		if (found.ptr || !is_hash(value))
			return absent;
		found = value;
	}
	return found;
}

struct yg_slice yg_certificate_from_request(const struct yg_message *request)
{
	struct yg_slice last = absent;

	for (uint32_t i = 0; i < request->header_count; i++) {
		struct yg_slice value = request->headers[i].value;

		if (yg_message_header_id(request, i) != YG_HEADER_X_FORWARDED_CLIENT_CERT)
			continue;
		while (value.len)
			last = take_until(&value, ',');
	}
	return hash_of(last);
}
