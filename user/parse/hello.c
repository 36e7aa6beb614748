/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/hello.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "parse/tls_view.h"

#define RECORD_HANDSHAKE 0x16
#define RECORD_HEADER	 5u
#define MESSAGE_HEADER	 4u
#define CLIENT_HELLO	 1
#define GATHER_FIRST	 2048u /* bytes; fits a hello with a post-quantum key share */
#define IDS_MAX		 (YG_HELLO_MAX / 2)
#define HASH_TEXT	 12u /* hex digits kept of a hash */
#define COUNT_MAX	 99u

enum extension {
	EXT_SERVER_NAME = 0x0000,
	EXT_SIGNATURES = 0x000d,
	EXT_ALPN = 0x0010,
	EXT_VERSIONS = 0x002b,
};

/* What JA4 is made of. */
struct parts {
	struct yg_tls_view ciphers, extensions, signatures, versions, alpn;
	uint16_t legacy_version;
	bool has_sni;
	struct yg_slice sni;
};

/* --- gathering ---------------------------------------------------------------------------- */

/* Byte @at of the start can be @byte: type, major version, any minor and length, message type. */
static bool fits_start(size_t at, uint8_t byte)
{
	switch (at) {
	case 0:
		return byte == RECORD_HANDSHAKE;
	case 1:
		return byte == 3;
	case 2:
		return byte <= 4;
	case 5:
		return byte == CLIENT_HELLO;
	default:
		return true;
	}
}

enum yg_parse yg_hello_is_start(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len && i < YG_HELLO_PEEK; i++) {
		if (!fits_start(i, data[i]))
			return YG_PARSE_BAD;
	}
	return len < YG_HELLO_PEEK ? YG_PARSE_MORE : YG_PARSE_DONE;
}

void yg_hello_drop(struct yg_hello_gather *gather, struct yg_pool *pool)
{
	yg_pool_give(pool, gather->bytes);
	*gather = (struct yg_hello_gather){ 0 };
}

static bool reserve(struct yg_hello_gather *gather, struct yg_pool *pool, size_t len)
{
	size_t need = gather->len + len;

	return yg_tls_reserve(pool, &gather->bytes, &gather->cap, gather->len,
			      need < GATHER_FIRST ? GATHER_FIRST : need);
}

/* Bytes of the whole message; 0 while its header is not there. */
static uint32_t message_len(const struct yg_hello_gather *gather)
{
	const uint8_t *b = gather->bytes;

	if (gather->len < MESSAGE_HEADER)
		return 0;
	return MESSAGE_HEADER + ((uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]);
}

/* One byte of a record header. Return: false if this is no handshake record. */
static bool take_header(struct yg_hello_gather *gather, uint8_t byte)
{
	/* Later records hold the rest of the message: only the first five bytes are alike. */
	if (gather->header_len >= RECORD_HEADER || !fits_start(gather->header_len, byte))
		return false;
	gather->header[gather->header_len++] = byte;
	if (gather->header_len < RECORD_HEADER)
		return true;
	gather->header_len = 0;
	gather->record_left = (uint16_t)(gather->header[3] << 8 | gather->header[4]);
	return gather->record_left > 0; /* an empty handshake record: RFC 8446 section 5.1 */
}

static bool take_fragment(struct yg_hello_gather *gather, struct yg_pool *pool, const uint8_t *data,
			  size_t len)
{
	bool has_type = gather->len > 0;

	if (gather->len + len > YG_HELLO_MAX || !reserve(gather, pool, len))
		return false;
	memcpy(gather->bytes + gather->len, data, len);
	gather->len += (uint32_t)len;
	gather->record_left = (uint16_t)(gather->record_left - len);
	return has_type || gather->bytes[0] == CLIENT_HELLO;
}

enum yg_parse yg_hello_gather(struct yg_hello_gather *gather, struct yg_pool *pool,
			      const uint8_t *data, size_t len)
{
	const uint8_t *end = data + len;

	while (data < end) {
		size_t take = (size_t)(end - data);
		bool good;

		if (take > gather->record_left)
			take = gather->record_left;
		good = take ? take_fragment(gather, pool, data, take) : take_header(gather, *data);
		if (!good || message_len(gather) > YG_HELLO_MAX) {
			yg_hello_drop(gather, pool);
			return YG_PARSE_BAD;
		}
		data += take ? take : 1;
		if (message_len(gather) && gather->len >= message_len(gather)) {
			gather->len = message_len(gather);
			return YG_PARSE_DONE;
		}
	}
	return YG_PARSE_MORE;
}

/* --- reading ------------------------------------------------------------------------------ */

/* RFC 8701: both bytes alike, 0x?a. */
static bool is_grease(uint32_t id)
{
	return (id & 0x0f0f) == 0x0a0a && id >> 8 == (id & 0xff);
}

/* The first name of type host_name. */
static struct yg_slice host_name(struct yg_tls_view list)
{
	struct yg_tls_view names = yg_tls_block(&list, 2);

	while (yg_tls_left(&names)) {
		uint32_t type = yg_tls_get(&names, 1);
		struct yg_tls_view name = yg_tls_block(&names, 2);

		if (type == 0 && !name.bad && yg_tls_left(&name) &&
		    yg_tls_left(&name) <= YG_HELLO_SNI_MAX)
			return yg_tls_slice(&name);
	}
	return (struct yg_slice){ NULL, 0 };
}

/* An extension that cannot be read is as good as empty: it still counts. */
static void read_extension(struct parts *parts, uint32_t id, struct yg_tls_view body)
{
	switch (id) {
	case EXT_SERVER_NAME:
		parts->has_sni = true;
		parts->sni = host_name(body);
		break;
	case EXT_SIGNATURES:
		parts->signatures = yg_tls_block(&body, 2);
		break;
	case EXT_ALPN:
		parts->alpn = yg_tls_block(&body, 2);
		break;
	case EXT_VERSIONS:
		parts->versions = yg_tls_block(&body, 1);
		break;
	default:
		break;
	}
}

/* Return: false if a length leads out of what holds it. */
static bool read_parts(struct yg_tls_view message, struct parts *ret)
{
	struct yg_tls_view walk;

	(void)yg_tls_get(&message, 1);
	walk = yg_tls_block(&message, 3);
	message = walk;
	ret->legacy_version = (uint16_t)yg_tls_get(&message, 2);
	if (yg_tls_left(&message) < 32)
		return false;
	message.p += 32;
	(void)yg_tls_block(&message, 1); /* session */
	ret->ciphers = yg_tls_block(&message, 2);
	(void)yg_tls_block(&message, 1); /* compression methods */
	if (message.bad)
		return false;
	if (yg_tls_left(&message) == 0)
		return true; /* SSL 3.0 knew no extensions */
	ret->extensions = yg_tls_block(&message, 2);
	for (walk = ret->extensions; yg_tls_left(&walk);) {
		uint32_t id = yg_tls_get(&walk, 2);

		read_extension(ret, id, yg_tls_block(&walk, 2));
	}
	return !message.bad && !walk.bad;
}

/* --- JA4 ---------------------------------------------------------------------------------- */

struct ids {
	uint16_t id[IDS_MAX];
	size_t count;
};

static void put_id(struct ids *ids, uint32_t id)
{
	if (!is_grease(id))
		ids->id[ids->count++] = (uint16_t)id;
}

/* Shell sort: in place, and hostile orders cost no more than n^1.5. */
static void sort(struct ids *ids)
{
	size_t gap = 1;

	while (gap < ids->count / 3)
		gap = gap * 3 + 1;
	for (; gap; gap /= 3) {
		for (size_t i = gap; i < ids->count; i++) {
			uint16_t id = ids->id[i];
			size_t at = i;

			for (; at >= gap && ids->id[at - gap] > id; at -= gap)
				ids->id[at] = ids->id[at - gap];
			ids->id[at] = id;
		}
	}
}

static char hex_digit(unsigned value)
{
	return "0123456789abcdef"[value & 15];
}

static void hash_list(struct sha256_ctx *hash, const struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		uint16_t id = ids->id[i];
		const uint8_t text[5] = { ',', (uint8_t)hex_digit(id >> 12u),
					  (uint8_t)hex_digit(id >> 8u),
					  (uint8_t)hex_digit(id >> 4u), (uint8_t)hex_digit(id) };

		sha256_update(hash, sizeof(text) - !i, text + !i);
	}
}

/* Twelve digits of the hash, or of zeros: nothing was listed. */
static char *put_hash(char *to, struct sha256_ctx *hash, bool is_empty)
{
	uint8_t digest[HASH_TEXT / 2] = { 0 };

	if (!is_empty)
		sha256_digest(hash, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		*to++ = hex_digit(digest[i] >> 4u);
		*to++ = hex_digit(digest[i]);
	}
	return to;
}

static char *put_ciphers(char *to, struct yg_tls_view list, size_t *ret_count)
{
	struct ids ids = { .count = 0 };
	struct sha256_ctx hash;

	while (yg_tls_left(&list) >= 2)
		put_id(&ids, yg_tls_get(&list, 2));
	*ret_count = ids.count;
	sort(&ids);
	sha256_init(&hash);
	hash_list(&hash, &ids);
	return put_hash(to, &hash, ids.count == 0);
}

static char *put_extensions(char *to, const struct parts *parts, size_t *ret_count)
{
	struct yg_tls_view list = parts->extensions, signatures = parts->signatures;
	struct ids ids = { .count = 0 }, wanted = { .count = 0 };
	struct sha256_ctx hash;

	*ret_count = 0;
	while (yg_tls_left(&list)) {
		uint32_t id = yg_tls_get(&list, 2);

		(void)yg_tls_block(&list, 2);
		*ret_count += !is_grease(id);
		if (id != EXT_SERVER_NAME && id != EXT_ALPN)
			put_id(&ids, id);
	}
	sort(&ids);
	sha256_init(&hash);
	hash_list(&hash, &ids);
	while (yg_tls_left(&signatures) >= 2)
		put_id(&wanted, yg_tls_get(&signatures, 2));
	if (wanted.count)
		sha256_update(&hash, 1, (const uint8_t *)"_");
	hash_list(&hash, &wanted);
	return put_hash(to, &hash, ids.count == 0);
}

/* Versions that are no GREASE, and the highest; without the extension what the old field says. */
static void read_versions(const struct parts *parts, struct yg_hello *ret)
{
	struct yg_tls_view list = parts->versions;

	while (yg_tls_left(&list) >= 2) {
		uint16_t version = (uint16_t)yg_tls_get(&list, 2);

		if (is_grease(version))
			continue;
		if (version > ret->version)
			ret->version = version;
		if (ret->offered_count < YG_HELLO_VERSIONS_MAX)
			ret->offered[ret->offered_count++] = version;
	}
	if (ret->version)
		return;
	ret->version = ret->offered[0] = parts->legacy_version;
	ret->offered_count = 1;
}

static const char *version_code(uint16_t version)
{
	switch (version) {
	case 0x0304:
		return "13";
	case 0x0303:
		return "12";
	case 0x0302:
		return "11";
	case 0x0301:
		return "10";
	case 0x0300:
		return "s3";
	case 0x0002:
		return "s2";
	default:
		return "00"; /* DTLS has codes, too, but no TCP */
	}
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* First and last character of the first protocol; of its hex form if one cannot be printed. */
static char *put_alpn(char *to, struct yg_tls_view list)
{
	struct yg_tls_view name = yg_tls_block(&list, 1);
	uint8_t first = '0', last = '0';

	if (yg_tls_left(&name)) {
		first = name.p[0];
		last = name.end[-1];
	}
	if (!is_alphanumeric(first) || !is_alphanumeric(last)) {
		first = (uint8_t)hex_digit(first >> 4u);
		last = (uint8_t)hex_digit(last);
	}
	*to++ = (char)first;
	*to++ = (char)last;
	return to;
}

static char *put_count(char *to, size_t count)
{
	if (count > COUNT_MAX)
		count = COUNT_MAX;
	*to++ = (char)('0' + count / 10);
	*to++ = (char)('0' + count % 10);
	return to;
}

static void write_ja4(const struct parts *parts, uint16_t version, char *ret)
{
	char hashes[2][HASH_TEXT], *to = ret;
	size_t ciphers, extensions;

	(void)put_ciphers(hashes[0], parts->ciphers, &ciphers);
	(void)put_extensions(hashes[1], parts, &extensions);
	*to++ = 't';
	memcpy(to, version_code(version), 2);
	to[2] = parts->has_sni ? 'd' : 'i';
	to = put_count(to + 3, ciphers);
	to = put_count(to, extensions);
	to = put_alpn(to, parts->alpn);
	for (size_t i = 0; i < 2; i++) {
		*to++ = '_';
		memcpy(to, hashes[i], HASH_TEXT);
		to += HASH_TEXT;
	}
	*to = '\0';
}

enum yg_parse yg_hello_parse(const uint8_t *data, size_t len, struct yg_hello *ret)
{
	struct yg_tls_view message = { data, data + len, false };
	struct parts parts = { .has_sni = false };

	if (len > YG_HELLO_MAX || len == 0 || data[0] != CLIENT_HELLO ||
	    !read_parts(message, &parts))
		return YG_PARSE_BAD;
	*ret = (struct yg_hello){ .sni = parts.sni };
	read_versions(&parts, ret);
	if (yg_tls_left(&parts.alpn))
		ret->alpn =
			(struct yg_slice){ (const char *)parts.alpn.p, yg_tls_left(&parts.alpn) };
	write_ja4(&parts, ret->version, ret->ja4);
	return YG_PARSE_DONE;
}

struct yg_slice yg_hello_alpn_next(struct yg_slice *alpn)
{
	struct yg_tls_view list = { (const uint8_t *)alpn->ptr, (const uint8_t *)alpn->ptr, false };
	struct yg_tls_view name;

	if (alpn->len == 0)
		return (struct yg_slice){ NULL, 0 };
	list.end += alpn->len;
	name = yg_tls_block(&list, 1);
	*alpn = yg_tls_slice(&list);
	if (name.bad || !yg_tls_left(&name))
		return (struct yg_slice){ NULL, 0 };
	return yg_tls_slice(&name);
}

const char *yg_hello_version_name(uint16_t version)
{
	static const char *const names[] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

	if (version < 0x0300 || version > 0x0304)
		return "unknown";
	return names[version - 0x0300];
}
