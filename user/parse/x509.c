/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/x509.h"

#include <nettle/sha2.h>

#include "core/macros.h"

enum tag {
	TAG_INTEGER = 0x02,
	TAG_BITS = 0x03,
	TAG_OID = 0x06,
	TAG_UTC_TIME = 0x17,
	TAG_TIME = 0x18,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_VERSION = 0xa0,
};

/* Bytes not read yet. */
struct der {
	const uint8_t *p, *end;
};

static size_t der_left(const struct der *der)
{
	return (size_t)(der->end - der->p);
}

/* The next element whatever its tag. False: it leads out of what holds it, or is not DER. */
static bool next(struct der *der, uint8_t *ret_tag, struct der *ret)
{
	size_t len, bytes;

	if (der_left(der) < 2)
		return false;
	*ret_tag = *der->p++;
	len = *der->p++;
	if (len & 0x80) {
		bytes = len & 0x7f;
		if (bytes == 0 || bytes > 3 || bytes > der_left(der))
			return false;
		for (len = 0; bytes; bytes--)
			len = len << 8 | *der->p++;
	}
	if (len > der_left(der))
		return false;
	*ret = (struct der){ der->p, der->p + len };
	der->p += len;
	return true;
}

static bool take(struct der *der, enum tag tag, struct der *ret)
{
	uint8_t found;

	return next(der, &found, ret) && found == tag;
}

static bool is_bytes(const struct der *der, const char *bytes, size_t len)
{
	return der_left(der) == len && memcmp(der->p, bytes, len) == 0;
}

#define IS(der, literal) is_bytes(der, literal, sizeof(literal) - 1)

/* --- names ---------------------------------------------------------------------------------- */

/* Common name, else organisation. */
static struct yg_slice name_of(struct der name)
{
	struct yg_slice common = { NULL, 0 }, organisation = { NULL, 0 };
	struct der set, pair, type, text;
	uint8_t tag;

	while (take(&name, TAG_SET, &set)) {
		if (!take(&set, TAG_SEQUENCE, &pair) || !take(&pair, TAG_OID, &type) ||
		    !next(&pair, &tag, &text))
			continue;
		if (IS(&type, "\x55\x04\x03"))
			common = (struct yg_slice){ (const char *)text.p, der_left(&text) };
		else if (IS(&type, "\x55\x04\x0a"))
			organisation = (struct yg_slice){ (const char *)text.p, der_left(&text) };
	}
	return common.ptr ? common : organisation;
}

/* --- times ---------------------------------------------------------------------------------- */

static int digits(const uint8_t *p, unsigned count)
{
	int value = 0;

	for (unsigned i = 0; i < count; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

/* YYMMDDhhmmssZ or YYYYMMDDhhmmssZ: RFC 5280 section 4.1.2.5. */
static bool read_time(struct der *validity, int64_t *ret)
{
	struct der text;
	uint8_t tag;
	int year, part[5];

	if (!next(validity, &tag, &text) || (tag != TAG_UTC_TIME && tag != TAG_TIME) ||
	    der_left(&text) != (tag == TAG_TIME ? 15u : 13u) || text.end[-1] != 'Z')
		return false;
	year = digits(text.p, tag == TAG_TIME ? 4 : 2);
	if (tag == TAG_UTC_TIME && year >= 0)
		year += year < 50 ? 2000 : 1900;
	text.p += tag == TAG_TIME ? 4 : 2;
	for (unsigned i = 0; i < YG_ARRAY_SIZE(part); i++) {
		part[i] = digits(text.p + (size_t)i * 2, 2);
		if (part[i] < 0)
			return false;
	}
	if (year < 0 || part[0] < 1 || part[0] > 12 || part[1] < 1 || part[1] > 31)
		return false;
	*ret = days_of(year, part[0], part[1]) * 86400 + part[2] * 3600LL + part[3] * 60LL +
	       part[4];
	return true;
}

/* --- keys and signatures -------------------------------------------------------------------- */

/* Bits of the modulus: of the first INTEGER in the BIT STRING. */
static uint16_t rsa_bits(struct der bits)
{
	struct der key, modulus;
	size_t count;

	if (der_left(&bits) < 1)
		return 0;
	bits.p++; /* unused bits: none */
	if (!take(&bits, TAG_SEQUENCE, &key) || !take(&key, TAG_INTEGER, &modulus))
		return 0;
	while (modulus.p < modulus.end && *modulus.p == 0)
		modulus.p++;
	count = der_left(&modulus) * 8;
	for (uint8_t top = modulus.p < modulus.end ? *modulus.p : 0x80; !(top & 0x80);
	     top = (uint8_t)(top << 1))
		count--;
	return count > UINT16_MAX ? UINT16_MAX : (uint16_t)count;
}

static uint16_t curve_bits(struct der *algorithm)
{
	struct der curve;

	if (!take(algorithm, TAG_OID, &curve))
		return 0;
	if (IS(&curve, "\x2a\x86\x48\xce\x3d\x03\x01\x07"))
		return 256;
	if (IS(&curve, "\x2b\x81\x04\x00\x22"))
		return 384;
	if (IS(&curve, "\x2b\x81\x04\x00\x23"))
		return 521;
	if (IS(&curve, "\x2b\x81\x04\x00\x0a"))
		return 256;
	return IS(&curve, "\x2b\x81\x04\x00\x21") ? 224 : 0;
}

static bool read_key(struct der key, struct yg_x509 *ret)
{
	struct der algorithm, type, bits;

	if (!take(&key, TAG_SEQUENCE, &algorithm) || !take(&algorithm, TAG_OID, &type) ||
	    !take(&key, TAG_BITS, &bits))
		return false;
	if (IS(&type, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")) {
		ret->key = YG_X509_KEY_RSA;
		ret->key_bits = rsa_bits(bits);
	} else if (IS(&type, "\x2a\x86\x48\xce\x3d\x02\x01")) {
		ret->key = YG_X509_KEY_EC;
		ret->key_bits = curve_bits(&algorithm);
	} else if (IS(&type, "\x2b\x65\x70")) {
		ret->key = YG_X509_KEY_ED25519;
		ret->key_bits = 256;
	} else if (IS(&type, "\x2b\x65\x71")) {
		ret->key = YG_X509_KEY_ED448;
		ret->key_bits = 456;
	}
	return true;
}

#define PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define ECDSA "\x2a\x86\x48\xce\x3d\x04"

static enum yg_x509_digest digest_of(struct der algorithm)
{
	struct der type;

	if (!take(&algorithm, TAG_OID, &type))
		return YG_X509_DIGEST_OTHER;
	if (IS(&type, PKCS1 "\x04"))
		return YG_X509_DIGEST_MD5;
	if (IS(&type, PKCS1 "\x05") || IS(&type, ECDSA "\x01"))
		return YG_X509_DIGEST_SHA1;
	if (IS(&type, PKCS1 "\x0b") || IS(&type, PKCS1 "\x0c") || IS(&type, PKCS1 "\x0d") ||
	    (der_left(&type) == 8 && memcmp(type.p, ECDSA "\x03", 7) == 0))
		return YG_X509_DIGEST_SHA2;
	if (IS(&type, PKCS1 "\x0a"))
		return YG_X509_DIGEST_PSS;
	if (IS(&type, "\x2b\x65\x70") || IS(&type, "\x2b\x65\x71"))
		return YG_X509_DIGEST_NONE;
	return YG_X509_DIGEST_OTHER;
}

/* --- the certificate ------------------------------------------------------------------------ */

static bool read_tbs(struct der tbs, struct yg_x509 *ret)
{
	struct der part, issuer, validity, subject, key;

	if (tbs.p < tbs.end && *tbs.p == TAG_VERSION && !take(&tbs, TAG_VERSION, &part))
		return false;
	if (!take(&tbs, TAG_INTEGER, &part) || !take(&tbs, TAG_SEQUENCE, &part))
		return false;
	ret->digest = (uint8_t)digest_of(part);
	if (!take(&tbs, TAG_SEQUENCE, &issuer) || !take(&tbs, TAG_SEQUENCE, &validity) ||
	    !take(&tbs, TAG_SEQUENCE, &subject) || !take(&tbs, TAG_SEQUENCE, &key))
		return false;
	ret->issuer = name_of(issuer);
	ret->subject = name_of(subject);
	ret->is_self_signed = der_left(&issuer) == der_left(&subject) &&
			      memcmp(issuer.p, subject.p, der_left(&issuer)) == 0;
	return read_time(&validity, &ret->not_before_s) &&
	       read_time(&validity, &ret->not_after_s) && read_key(key, ret);
}

enum yg_parse yg_x509_read(const uint8_t *data, size_t len, struct yg_x509 *ret)
{
	struct der all = { data, data + len }, certificate, tbs;
	struct yg_x509 found = { .key = YG_X509_KEY_OTHER };
	struct sha256_ctx hash;

	if (len == 0 || !take(&all, TAG_SEQUENCE, &certificate))
		return YG_PARSE_BAD;
	len = (size_t)(certificate.end - data);
	if (!take(&certificate, TAG_SEQUENCE, &tbs) || !read_tbs(tbs, &found))
		return YG_PARSE_BAD;
	sha256_init(&hash);
	sha256_update(&hash, len, data);
	sha256_digest(&hash, sizeof(found.hash), found.hash);
	*ret = found;
	return YG_PARSE_DONE;
}

const char *yg_x509_key_name(enum yg_x509_key key)
{
	static const char *const names[YG_X509_KEY_MAX] = {
		[YG_X509_KEY_OTHER] = "other", [YG_X509_KEY_RSA] = "rsa",
		[YG_X509_KEY_EC] = "ec",       [YG_X509_KEY_ED25519] = "ed25519",
		[YG_X509_KEY_ED448] = "ed448",
	};

	return names[key];
}

const char *yg_x509_digest_name(enum yg_x509_digest digest)
{
	static const char *const names[YG_X509_DIGEST_MAX] = {
		[YG_X509_DIGEST_OTHER] = "other", [YG_X509_DIGEST_NONE] = "none",
		[YG_X509_DIGEST_MD5] = "md5",	  [YG_X509_DIGEST_SHA1] = "sha1",
		[YG_X509_DIGEST_SHA2] = "sha2",	  [YG_X509_DIGEST_PSS] = "pss",
	};

	return names[digest];
}
