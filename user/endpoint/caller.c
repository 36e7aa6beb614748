/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/caller.h"

#include "endpoint/inventory.h"

/* What a value is; beyond the kinds of credentials. Names outlive a version: never renumber. */
enum domain { DOMAIN_ADDRESS = 7, DOMAIN_APP, DOMAIN_ISSUER, DOMAIN_CERTIFICATE };

/* Hash of (@domain, @value): equal values of two domains are two identities. */
static uint64_t hash_identity(const struct yg_hash_key *key, unsigned int domain,
			      struct yg_slice value)
{
	struct yg_hash_key derived = { .k0 = key->k0 ^ yg_hash_mix(domain + 1), .k1 = key->k1 };
	uint64_t hash = yg_hash(&derived, value.ptr, value.len);

	return hash ? hash : 1;
}

/* "kind:0123456789abcdef"; by hand, for it runs once per exchange. */
static uint8_t write_name(char *ret, const char *kind, uint64_t hash)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(kind);

	memcpy(ret, kind, len);
	ret[len++] = ':';
	for (unsigned int i = 0; i < 16; i++)
		ret[len++] = digits[(hash >> (60 - 4 * i)) & 15];
	ret[len] = '\0';
	return (uint8_t)len;
}

static uint32_t auth_of(const struct yg_credentials *credentials)
{
	static const uint32_t bits[YG_CREDENTIAL_MAX] = {
		[YG_CREDENTIAL_JWT] = YG_AUTH_JWT,
		[YG_CREDENTIAL_BEARER] = YG_AUTH_BEARER,
		[YG_CREDENTIAL_API_KEY] = YG_AUTH_API_KEY,
		[YG_CREDENTIAL_BASIC] = YG_AUTH_BASIC,
		[YG_CREDENTIAL_OTHER] = YG_AUTH_OTHER,
		[YG_CREDENTIAL_SESSION] = YG_AUTH_COOKIE,
		[YG_CREDENTIAL_CERTIFICATE] = YG_AUTH_CERTIFICATE,
	};
	uint32_t auth = bits[credentials->best];

	if (credentials->jwt.present)
		auth |= YG_AUTH_JWT;
	if (credentials->api_key.ptr)
		auth |= YG_AUTH_API_KEY;
	if (credentials->session.ptr)
		auth |= YG_AUTH_COOKIE;
	if (credentials->certificate.ptr)
		auth |= YG_AUTH_CERTIFICATE;
	return auth ? auth : YG_AUTH_NONE;
}

/* Two issuers may both have a subject "1". */
static uint64_t hash_subject(const struct yg_hash_key *key,
			     const struct yg_credentials *credentials)
{
	struct yg_hash_key derived = {
		.k0 = hash_identity(key, DOMAIN_ISSUER, credentials->jwt.issuer),
		.k1 = key->k1,
	};

	return hash_identity(&derived, YG_CREDENTIAL_JWT, credentials->value);
}

void yg_caller_from_credentials(const struct yg_hash_key *identity_key,
				const struct yg_credentials *credentials,
				const struct yg_address *client, struct yg_caller *ret)
{
	enum yg_credential_kind best = credentials->best;
	const char *kind = yg_credential_kind_name(best);

	ret->auth = auth_of(credentials);
	ret->by_address = best == YG_CREDENTIAL_NONE;
	ret->hash = ret->app = 0;
	ret->text_len = ret->app_len = 0;
	ret->text[0] = ret->app_text[0] = '\0';

	if (credentials->jwt.client_id.len > 0) {
		ret->app = hash_identity(identity_key, DOMAIN_APP, credentials->jwt.client_id);
		ret->app_len = write_name(ret->app_text, "app", ret->app);
	}
	if (best == YG_CREDENTIAL_NONE) {
		struct yg_slice bytes = { (const char *)client->bytes, sizeof(client->bytes) };

		if (yg_address_is_unknown(client))
			return;
		kind = "address";
		ret->hash = hash_identity(identity_key, DOMAIN_ADDRESS, bytes);
	} else if (best == YG_CREDENTIAL_JWT) {
		ret->hash = hash_subject(identity_key, credentials);
	} else if (best == YG_CREDENTIAL_CERTIFICATE) {
		ret->hash = hash_identity(identity_key, DOMAIN_CERTIFICATE, credentials->value);
	} else {
		ret->hash = hash_identity(identity_key, best, credentials->value);
	}
	ret->text_len = write_name(ret->text, kind, ret->hash);
}
