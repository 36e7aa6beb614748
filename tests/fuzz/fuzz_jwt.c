/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A token, and its header as a key and as a key set: what is found lies within what was given, and
 * nothing is verified that was not signed.
 */
#include <stdint.h>
#include <stdlib.h>

#include "detect/keys.h"
#include "parse/jose.h"
#include "parse/thumbprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct yg_jose jose;

static void check_within(struct yg_slice part)
{
	const char *end = jose.text + sizeof(jose.text);

	if (part.ptr &&
	    (part.ptr < jose.text || part.ptr > end || part.len > (size_t)(end - part.ptr)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yg_slice text = { (const char *)data, size };
	char print[YG_DIGEST_TEXT_CAP];
	struct yg_keys *keys = NULL;
	struct yg_key_set set;

	if (yg_jose_from_token(text, &jose)) {
		check_within(jose.alg);
		check_within(jose.kid);
		check_within(jose.jwk);
		check_within(jose.jkt);
		check_within(jose.aud);
		check_within(jose.htu);
		(void)yg_jose_has_audience(&jose, YG_SLICE("a"));
	} else {
		jose.alg = YG_SLICE("ES256");
		jose.jwk = text;
	}
	(void)yg_jose_is_like(text);
	(void)yg_jwk_thumbprint(text, print);
	if (yg_keys_new(&keys))
		return 0;
	(void)yg_keys_learn(keys, text, 1, &set);
	jose.signed_ = text;
	jose.signature = YG_SLICE("AAAA");
	if (yg_keys_verify_embedded(keys, &jose, 1) == YG_VERIFIED_GOOD)
		abort();
	yg_keys_free(&keys);
	return 0;
}
