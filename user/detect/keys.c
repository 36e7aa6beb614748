/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/keys.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "core/allowance.h"
#include "core/base64.h"
#include "core/hash.h"
#include "parse/json.h"
#include "parse/member.h"

#define SIGNATURE_MAX 1024u /* bytes: RSA of 8192 bits */
#define NUMBER_MAX    1024u /* bytes of a modulus or a coordinate */
#define RSA_BITS_MIN  2048
#define RSA_BITS_MAX  8192 /* more costs too long to verify */
#define EC_BITS_MIN   224
#define BURST	      400u

enum key_type { KEY_RSA, KEY_EC, KEY_ED25519, KEY_MAX };

struct key {
	uint64_t owner, kid; /* hashes; kid 0: a key without one */
	uint64_t print;	     /* of the members: the same key again costs nothing */
	uint64_t used;	     /* for eviction */
	EVP_PKEY *pkey;	     /* NULL: free row */
	enum key_type type;
	bool proven; /* it has verified a token */
};

struct yg_keys {
	struct key rows[YG_KEYS_MAX];
	uint64_t uses;
	struct yg_allowance allowance;
	struct yg_keys_counters counters;
};

struct algorithm {
	const char *name;
	const char *digest; /* NULL: the signature scheme has its own */
	enum key_type type;
	bool pss;
	size_t part; /* bytes of r and of s */
};

static const struct algorithm algorithms[] = {
	{ "RS256", "SHA256", KEY_RSA, false, 0 },   { "RS384", "SHA384", KEY_RSA, false, 0 },
	{ "RS512", "SHA512", KEY_RSA, false, 0 },   { "PS256", "SHA256", KEY_RSA, true, 0 },
	{ "PS384", "SHA384", KEY_RSA, true, 0 },    { "PS512", "SHA512", KEY_RSA, true, 0 },
	{ "ES256", "SHA256", KEY_EC, false, 32 },   { "ES384", "SHA384", KEY_EC, false, 48 },
	{ "ES512", "SHA512", KEY_EC, false, 66 },   { "EdDSA", NULL, KEY_ED25519, false, 0 },
	{ "Ed25519", NULL, KEY_ED25519, false, 0 },
};

/* Keys are public and their names no secret: a fixed key finds them again after a restart. */
static const struct yg_hash_key name_key = { 0x6a776b732d6b6579u, 0x2026 };

static void free_pkey(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
	*pkey = NULL;
}

static void free_context(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
	*context = NULL;
}

static void free_pkey_context(EVP_PKEY_CTX **context)
{
	EVP_PKEY_CTX_free(*context);
	*context = NULL;
}

int yg_keys_new(struct yg_keys **ret)
{
	struct yg_keys *keys = calloc(1, sizeof(*keys));
	EVP_MD *digest;

	if (!keys)
		return -ENOMEM;
	/* No file of the system decides what is verified; and none can be read in the sandbox. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	digest = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!digest) {
		free(keys);
		return -ENOMEM;
	}
	EVP_MD_free(digest);
	*ret = keys;
	return 0;
}

void yg_keys_free(struct yg_keys **keys)
{
	for (uint32_t i = 0; *keys && i < YG_KEYS_MAX; i++)
		free_pkey(&(*keys)->rows[i].pkey);
	yg_freep(keys);
}

struct yg_keys_counters yg_keys_counters(const struct yg_keys *keys)
{
	return keys->counters;
}

/* Members of a JWK that matter. */
struct jwk {
	struct yg_slice kty, kid, crv, n, e, x, y;
};

static bool read_jwk(struct yg_slice text, struct jwk *ret)
{
	const struct {
		const char *name;
		struct yg_slice *to;
	} rows[] = {
		{ "kty", &ret->kty }, { "kid", &ret->kid }, { "crv", &ret->crv }, { "n", &ret->n },
		{ "e", &ret->e },     { "x", &ret->x },	    { "y", &ret->y },
	};
	struct yg_members members = { .text = text };
	struct yg_member member;

	*ret = (struct jwk){ 0 };
	while (yg_members_next(&members, &member)) {
		for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
			if (member.type == YG_MEMBER_STRING &&
			    yg_slice_equal(member.name, yg_slice_from_str(rows[i].name)))
				*rows[i].to = member.value;
		}
	}
	return !members.bad && ret->kty.ptr;
}

/* Build a key from parameters. NULL: it is none. */
static EVP_PKEY *make_pkey(const char *type, OSSL_PARAM *params)
{
	YG_CLEANUP(free_pkey_context)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		return NULL;
	return pkey;
}

/* OSSL_PARAM takes numbers in the order of the machine: turned round from the text's. */
static size_t read_number(struct yg_slice text, uint8_t *ret)
{
	ssize_t len = yg_base64_decode(text, ret, NUMBER_MAX);

	for (ssize_t i = 0; i < len / 2; i++) {
		uint8_t byte = ret[i];

		ret[i] = ret[len - 1 - i];
		ret[len - 1 - i] = byte;
	}
	return len < 0 ? 0 : (size_t)len;
}

static EVP_PKEY *make_rsa(const struct jwk *jwk)
{
	uint8_t n[NUMBER_MAX], e[NUMBER_MAX];
	size_t n_len = read_number(jwk->n, n), e_len = read_number(jwk->e, e);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, n_len),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, e_len),
		OSSL_PARAM_construct_end(),
	};

	/* A long exponent makes one verification cost as much as a signature. */
	if (n_len == 0 || e_len == 0 || e_len > 8 || n_len * 8 > RSA_BITS_MAX)
		return NULL;
	return make_pkey("RSA", params);
}

static EVP_PKEY *make_ec(const struct jwk *jwk)
{
	static const struct {
		const char *crv, *group;
		size_t len;
	} curves[] = { { "P-256", "prime256v1", 32 },
		       { "P-384", "secp384r1", 48 },
		       { "P-521", "secp521r1", 66 },
		       { "P-224", "secp224r1", 28 },
		       { "P-192", "prime192v1", 24 } };
	uint8_t point[1 + 2 * 66];
	char group[16];

	for (size_t i = 0; i < YG_ARRAY_SIZE(curves); i++) {
		size_t len = curves[i].len;
		OSSL_PARAM params[3];

		if (!yg_slice_equal(jwk->crv, yg_slice_from_str(curves[i].crv)))
			continue;
		point[0] = 4; /* uncompressed */
		if (yg_base64_decode(jwk->x, point + 1, len) != (ssize_t)len ||
		    yg_base64_decode(jwk->y, point + 1 + len, len) != (ssize_t)len)
			return NULL;
		memcpy(group, curves[i].group, strlen(curves[i].group) + 1);
		params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
		params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
							      1 + 2 * len);
		params[2] = OSSL_PARAM_construct_end();
		return make_pkey("EC", params);
	}
	return NULL;
}

static EVP_PKEY *make_key(const struct jwk *jwk, enum key_type *ret_type)
{
	uint8_t raw[32];

	if (yg_slice_equal(jwk->kty, YG_SLICE("RSA"))) {
		*ret_type = KEY_RSA;
		return make_rsa(jwk);
	}
	if (yg_slice_equal(jwk->kty, YG_SLICE("EC"))) {
		*ret_type = KEY_EC;
		return make_ec(jwk);
	}
	*ret_type = KEY_ED25519;
	if (!yg_slice_equal(jwk->kty, YG_SLICE("OKP")) ||
	    !yg_slice_equal(jwk->crv, YG_SLICE("Ed25519")) ||
	    yg_base64_decode(jwk->x, raw, sizeof(raw)) != (ssize_t)sizeof(raw))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, sizeof(raw));
}

static uint64_t hash_name(struct yg_slice name)
{
	return name.ptr ? yg_hash(&name_key, name.ptr, name.len) | 1 : 0;
}

/* The row of this owner and kid, else a free one, else the one unused for longest. */
static struct key *find_row(struct yg_keys *keys, uint64_t owner, uint64_t kid, uint64_t print)
{
	struct key *oldest = &keys->rows[0];

	for (uint32_t i = 0; i < YG_KEYS_MAX; i++) {
		struct key *row = &keys->rows[i];

		if (row->pkey && row->owner == owner && row->kid == kid &&
		    (kid || row->print == print))
			return row;
		if (row->used < oldest->used)
			oldest = row;
	}
	return oldest;
}

/* Take in one key. Return: its bits; 0: not one we can use. */
static int learn_key(struct yg_keys *keys, struct yg_slice text, uint64_t owner, uint64_t *ret_kid)
{
	uint64_t print = yg_hash(&name_key, text.ptr, text.len);
	YG_CLEANUP(free_pkey) EVP_PKEY *pkey = NULL;
	enum key_type type;
	struct key *row;
	struct jwk jwk;

	if (!read_jwk(text, &jwk))
		return 0;
	*ret_kid = hash_name(jwk.kid);
	row = find_row(keys, owner, *ret_kid, print);
	if (row->pkey && row->owner == owner && row->print == print) {
		row->used = ++keys->uses;
		return EVP_PKEY_get_bits(row->pkey);
	}
	pkey = make_key(&jwk, &type);
	if (!pkey)
		return 0;
	keys->counters.evicted += row->pkey && (row->owner != owner || row->kid != *ret_kid);
	free_pkey(&row->pkey);
	*row = (struct key){
		.owner = owner, .kid = *ret_kid, .print = print, .type = type, .used = ++keys->uses
	};
	row->pkey = YG_TAKE_PTR(pkey);
	return EVP_PKEY_get_bits(row->pkey);
}

/* The object that begins at @node, as text: from its brace to the matching one. */
static struct yg_slice take_object(struct yg_json_walk *walk)
{
	const char *begin = walk->text.ptr;

	yg_json_walk_leave(walk);
	return (struct yg_slice){ begin, (size_t)(walk->text.ptr - begin) };
}

bool yg_keys_learn(struct yg_keys *keys, struct yg_slice set, uint64_t owner,
		   struct yg_key_set *ret)
{
	struct yg_json_walk walk = { .text = set };
	uint64_t kids[32];
	struct yg_json_node node;
	bool found = false;

	*ret = (struct yg_key_set){ 0 };
	while (ret->keys < YG_ARRAY_SIZE(kids) && yg_json_walk_next(&walk, &node)) {
		char text[4096];
		struct yg_slice object;
		uint64_t kid = 0;
		int bits;

		found |= node.depth == 1 && node.type == YG_JSON_ARRAY &&
			 yg_slice_equal(node.name, YG_SLICE("keys"));
		if (!found || node.depth != 2 || node.type != YG_JSON_OBJECT)
			continue;
		object = take_object(&walk);
		if (object.len == 0 || object.len + 1 > sizeof(text))
			continue;
		text[0] = '{'; /* the walk stands behind it */
		memcpy(text + 1, object.ptr, object.len);
		bits = learn_key(keys, (struct yg_slice){ text, object.len + 1 }, owner, &kid);
		if (bits == 0)
			continue;
		for (uint32_t i = 0; i < ret->keys; i++)
			ret->duplicated |= kid && kids[i] == kid;
		kids[ret->keys++] = kid;
		ret->weak |= bits < EC_BITS_MIN || (bits > 521 && bits < RSA_BITS_MIN);
	}
	keys->counters.keys += ret->keys;
	return found;
}

static const struct algorithm *find_algorithm(struct yg_slice name)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(algorithms); i++) {
		if (yg_slice_equal(name, yg_slice_from_str(algorithms[i].name)))
			return &algorithms[i];
	}
	return NULL;
}

/* r and s side by side (RFC 7518 section 3.4) to the DER that libcrypto takes. 0: not a pair. */
static int to_der(const uint8_t *pair, size_t len, size_t part, uint8_t *ret)
{
	ECDSA_SIG *sig = NULL;
	BIGNUM *r, *s;
	int der;

	if (len != 2 * part)
		return 0;
	sig = ECDSA_SIG_new();
	r = BN_bin2bn(pair, (int)part, NULL);
	s = BN_bin2bn(pair + part, (int)part, NULL);
	if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return 0;
	}
	der = i2d_ECDSA_SIG(sig, &ret);
	ECDSA_SIG_free(sig);
	return der < 0 ? 0 : der;
}

static bool check(EVP_PKEY *pkey, const struct algorithm *algorithm, const struct yg_jose *jose)
{
	YG_CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t raw[SIGNATURE_MAX], der[SIGNATURE_MAX];
	ssize_t len = yg_base64_decode(jose->signature, raw, sizeof(raw));
	const uint8_t *signature = raw;
	EVP_PKEY_CTX *inner = NULL;

	if (!context || len <= 0)
		return false;
	if (algorithm->part) {
		len = to_der(raw, (size_t)len, algorithm->part, der);
		signature = der;
		if (len == 0)
			return false;
	}
	if (EVP_DigestVerifyInit_ex(context, &inner, algorithm->digest, NULL, NULL, pkey, NULL) !=
	    1)
		return false;
	if (algorithm->pss &&
	    (EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) <= 0 ||
	     EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST) <= 0))
		return false;
	return EVP_DigestVerify(context, signature, (size_t)len, (const uint8_t *)jose->signed_.ptr,
				jose->signed_.len) == 1;
}

static bool may_verify(struct yg_keys *keys, uint64_t now_ns)
{
	if (!yg_allowance_take(&keys->allowance, YG_SIGNATURES_PER_S, BURST, now_ns)) {
		keys->counters.skipped++;
		return false;
	}
	keys->counters.verified++;
	return true;
}

enum yg_verified yg_keys_verify(struct yg_keys *keys, const struct yg_jose *jose, uint64_t now_ns)
{
	const struct algorithm *algorithm = find_algorithm(jose->alg);
	uint64_t kid = hash_name(jose->kid);
	bool proven = false;

	if (!algorithm || !jose->kid.ptr || jose->encrypted)
		return YG_VERIFIED_UNKNOWN;
	for (uint32_t i = 0; i < YG_KEYS_MAX; i++) {
		struct key *row = &keys->rows[i];

		if (!row->pkey || row->kid != kid || row->type != algorithm->type)
			continue;
		if (!may_verify(keys, now_ns))
			return YG_VERIFIED_UNKNOWN;
		row->used = ++keys->uses;
		if (check(row->pkey, algorithm, jose)) {
			row->proven = true;
			return YG_VERIFIED_GOOD;
		}
		proven |= row->proven;
	}
	return proven ? YG_VERIFIED_BAD : YG_VERIFIED_UNKNOWN;
}

enum yg_verified yg_keys_verify_embedded(struct yg_keys *keys, const struct yg_jose *jose,
					 uint64_t now_ns)
{
	const struct algorithm *algorithm = find_algorithm(jose->alg);
	YG_CLEANUP(free_pkey) EVP_PKEY *pkey = NULL;
	enum key_type type;
	struct jwk jwk;

	if (!algorithm || !jose->jwk.ptr || !read_jwk(jose->jwk, &jwk) || !may_verify(keys, now_ns))
		return YG_VERIFIED_UNKNOWN;
	pkey = make_key(&jwk, &type);
	if (!pkey)
		return YG_VERIFIED_UNKNOWN;
	return type == algorithm->type && check(pkey, algorithm, jose) ? YG_VERIFIED_GOOD
								       : YG_VERIFIED_BAD;
}
