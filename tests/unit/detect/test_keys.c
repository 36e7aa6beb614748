/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vectors: RFC 7515 appendix A.3 (ES256), RFC 8037 appendix A.4 (EdDSA); the others were made with
 * pyca/cryptography over TEXT.
 */
#include "detect/keys.h"

#include <stdio.h>

#include "core/macros.h"

#include "test.h"

#define NOW_NS 1700000000000000000ull
#define TEXT   "eyJhbGciOiJ4In0.eyJzdWIiOiJ1In0"

/* clang-format off */
#define RSA_N \
	"wxDZmGi-CQvdpC1OeTH2dQNM1AOIna8LGXVICH2Gmo_RzxzfiVX0RzNyBYGRNSQ3" \
	"XPkXGPFAlaX6YXI2kEXrsFq0IAd2gpP6uYfMnbGaS_jLMy4e9uh9Z2ckwRC2DPOn" \
	"4LdFpURiJwlqERs-XGd_KiLtlR-_L4ngVesbVWeMrmOOCvA8pRFRHu6GzDueeRlH" \
	"FiiEhVNxeVgNE6TblQ9wXpwqPARBBzH8NXluW1-8IuBj_eda2Eyq8eMplU3gAHOS" \
	"fWx6s8O3s1Ecmzs-zXjEdDu9Pg4OprNzGzvhHYoFu_j0THBNSAoOUKAtbdyxZrga" \
	"NC0bsWz0de3zuzyWcz8HzQ"
#define RS256_SIGNATURE \
	"E70Ha3kN5OwSEoUcDKpTuotnbFYFmJPpLwrW84Zz032bnptTQaysnSanMoGA1R10" \
	"ihVupRb0Cuf_FoMss6GPr-nXjgg0DXzANtVqpug78qC-J2k1QTf1JF5O6189HDX5" \
	"tbnx9E8z34h2aP7rWT-fdLR8g6baJ1voVGUHWI5nFEKee-Sh4BEHT89YFjcpxy2Y" \
	"8o2X5TeaZcnA61ZtyCmEJBlVY80wXMR5fX8Hq3Rskpk1Y0fmV22ksoqDIx8bAWM6" \
	"uwK-KprO4MDtffHsvqyVTuPP5PHmLGH5EChnSSyJxTmorOAcpq5JqC9pMcZCC0xg" \
	"BKDBd531QlTnhj7HBLBJbQ"
#define PS256_SIGNATURE \
	"ENDd0wAu97cBVmHHEo2QTxmTue5HxLHSLO30i9oTdjtqe_GGbJUnLvnL5EainpO4" \
	"ec1EwPwXZHIOjX5nYmoYaSBYR95l0rgXM72qGqfhP2hzDphLa_GxkLoeVraz27eR" \
	"kFQ_s1hqahThq-jPmnEc9VlEhn66XGBz0j0Pb9ZKnTYrJehAPCuU_UrqPUfxF6KQ" \
	"xWgEME1DQuXxu8SeijFAZYx3zix9biHa8BF3Te4AYLpKA_97AC2XWdDhEBsNPKFB" \
	"eBqWZ-ib2dd6tL8RbDrK09741WPPWjHbmJcH7Yu4eJn6wr369KBA21WvmrOTVlZk" \
	"OtklRrQry2IoMbmNuqxiQw"
#define PS256_SHORT_SALT \
	"jVbJGlCLYf_aism_lffmWzjxttVNTJ_znFZ1UUon4PALh3HsYq3xXu3881ULl2Cm" \
	"w34JsDJsrG9OYIkZJ6JvkFcW35MlZf8NWQbrvZRoN8AfianZZXbx-FXofrHPa8tc" \
	"AsV1GtwRRHH-tn2tLl5DqLo4ip9iCLVWvlSTYFZGzTb44rgindkvBBTZW204XViU" \
	"VdOXujx6dASLCGeUD45HpCQkdGm91VtlACBNPkcueYEwwtsgAUIu2ndF22nagCk-" \
	"72QApcWA-Do2Wc7h5WNXPujyCQgEInR_2iS2oiDq5jQ5Q0yamM8fXICn56im_2fL" \
	"EZmx7nRFNYZVt59hSJUHvA"
#define P384_X "-BbsTF2vkRCyN5FBS0imkKzTTQIYuUaWhHwxd7HN9METJ2KJiKgKmou-WF75gYO7"
#define P384_Y "7mtlePB_rCN_IrPfKrnJqNBtJkSJzLarBTqsP1kw4XVj2MbHDJFo7TR-50eTEClL"
#define ES384_SIGNATURE \
	"FlAOQvwKFdERmlJH6qvQ97GXMx2xf1hwtH3TEX6uLhwyJhFbZi5ksxh6N-Xc3kST" \
	"bc_tGX4l0yq77f5G9PD63TSFKwJZwLfV-2ZeG0wntGay46f1LO7uwygC2yJiTwlL"
#define WEAK_N \
	"zsK1ZFtnAWzk50E9j0wqj90PRU5uMZ2A9PlkQ76k-5qSVi7zVl2IwrUZ0w68oSYX" \
	"LHlJvis5H780gqJ63iSGjaqRmGfHQdC5EhDjXuy3782XrwIdNenrVP7o1T6uLSEq" \
	"hTGPd9Hj54u-AwlB3IKseQDqTq0RXshCrU2Y_89dOvs"
#define ES256_TEXT \
	"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" \
	"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define ES256_SIGNATURE \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define EDDSA_TEXT "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define EDDSA_SIGNATURE \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
#define RSA_KEY "{\"kty\":\"RSA\",\"kid\":\"r\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\"}"
#define P256_KEY \
	"{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\"," \
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define P384_KEY \
	"{\"kty\":\"EC\",\"kid\":\"f\",\"crv\":\"P-384\",\"x\":\"" P384_X "\",\"y\":\"" P384_Y "\"}"
#define ED_KEY \
	"{\"kty\":\"OKP\",\"kid\":\"o\",\"crv\":\"Ed25519\"," \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define WEAK_KEY "{\"kty\":\"RSA\",\"kid\":\"w\",\"e\":\"AQAB\",\"n\":\"" WEAK_N "\"}"
/* clang-format on */

#define ALL "{\"keys\":[" RSA_KEY "," P256_KEY "," P384_KEY "," ED_KEY "]}"

static void free_keys(struct yg_keys **keys)
{
	yg_keys_free(keys);
}

static struct yg_keys *keys_with(const char *set)
{
	struct yg_keys *keys = NULL;
	struct yg_key_set seen;

	assert_int_equal(yg_keys_new(&keys), 0);
	if (set)
		assert_true(yg_keys_learn(keys, yg_slice_from_str(set), 1, &seen));
	return keys;
}

static const struct vector {
	const char *name, *alg, *kid, *key, *text, *signature;
} vectors[] = {
	{ "RS256", "RS256", "r", RSA_KEY, TEXT, RS256_SIGNATURE },
	{ "PS256", "PS256", "r", RSA_KEY, TEXT, PS256_SIGNATURE },
	{ "ES256", "ES256", "e", P256_KEY, ES256_TEXT, ES256_SIGNATURE },
	{ "ES384", "ES384", "f", P384_KEY, TEXT, ES384_SIGNATURE },
	{ "EdDSA", "EdDSA", "o", ED_KEY, EDDSA_TEXT, EDDSA_SIGNATURE },
	{ "Ed25519, its new name", "Ed25519", "o", ED_KEY, EDDSA_TEXT, EDDSA_SIGNATURE },
};

static struct yg_jose jose; /* 8 KB, of text that is not used here */

static const struct yg_jose *token(const struct vector *vector, const char *signature)
{
	jose.alg = yg_slice_from_str(vector->alg);
	jose.kid = yg_slice_from_str(vector->kid);
	jose.jwk = yg_slice_from_str(vector->key);
	jose.signed_ = yg_slice_from_str(vector->text);
	jose.signature = yg_slice_from_str(signature);
	return &jose;
}

static void verifies_the_vectors_of_each_algorithm(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(vectors); i++) {
		YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(ALL);
		const struct vector *v = &vectors[i];
		char broken[512];

		/* Until a key has proved itself, another set may hold the right one. */
		(void)snprintf(broken, sizeof(broken), "%s", v->signature);
		broken[20] = broken[20] == 'A' ? 'B' : 'A';
		assert_int_equal(yg_keys_verify(keys, token(v, broken), NOW_NS),
				 YG_VERIFIED_UNKNOWN);
		assert_int_equal(yg_keys_verify(keys, token(v, v->signature), NOW_NS),
				 YG_VERIFIED_GOOD);
		assert_int_equal(yg_keys_verify(keys, token(v, broken), NOW_NS), YG_VERIFIED_BAD);
		assert_int_equal(yg_keys_verify_embedded(keys, token(v, v->signature), NOW_NS),
				 YG_VERIFIED_GOOD);
		assert_int_equal(yg_keys_verify_embedded(keys, token(v, broken), NOW_NS),
				 YG_VERIFIED_BAD);
	}
}

static void refuses_what_is_signed_in_another_way(void **state)
{
	static const struct vector cases[] = {
		{ "PKCS 1 as PSS", "PS256", "r", RSA_KEY, TEXT, RS256_SIGNATURE },
		{ "PSS as PKCS 1", "RS256", "r", RSA_KEY, TEXT, PS256_SIGNATURE },
		{ "a salt of 20 bytes", "PS256", "r", RSA_KEY, TEXT, PS256_SHORT_SALT },
		{ "another text", "ES256", "e", P256_KEY, TEXT, ES256_SIGNATURE },
		{ "half a signature", "ES384", "f", P384_KEY, TEXT, "AAAA" },
		{ "no signature", "ES384", "f", P384_KEY, TEXT, "" },
		{ "not base64", "ES384", "f", P384_KEY, TEXT, "***" },
		{ "a key of another type", "ES256", "r", RSA_KEY, TEXT, ES256_SIGNATURE },
	};
	YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(ALL);

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct yg_jose *one = token(&cases[i], cases[i].signature);

		assert_int_not_equal(yg_keys_verify(keys, one, NOW_NS), YG_VERIFIED_GOOD);
		assert_int_equal(yg_keys_verify_embedded(keys, one, NOW_NS), YG_VERIFIED_BAD);
	}
}

static void says_nothing_without_key_or_algorithm(void **state)
{
	YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(ALL);
	struct vector v = vectors[0];

	(void)state;

	v.kid = "another";
	assert_int_equal(yg_keys_verify(keys, token(&v, v.signature), NOW_NS), YG_VERIFIED_UNKNOWN);
	v.kid = NULL;
	assert_int_equal(yg_keys_verify(keys, token(&v, v.signature), NOW_NS), YG_VERIFIED_UNKNOWN);
	v = vectors[0];
	v.alg = "HS256";
	assert_int_equal(yg_keys_verify(keys, token(&v, v.signature), NOW_NS), YG_VERIFIED_UNKNOWN);
	v.alg = "none";
	assert_int_equal(yg_keys_verify_embedded(keys, token(&v, ""), NOW_NS), YG_VERIFIED_UNKNOWN);
	v = vectors[0];
	v.key = NULL;
	assert_int_equal(yg_keys_verify_embedded(keys, token(&v, v.signature), NOW_NS),
			 YG_VERIFIED_UNKNOWN);
	v.key = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}";
	assert_int_equal(yg_keys_verify_embedded(keys, token(&v, v.signature), NOW_NS),
			 YG_VERIFIED_UNKNOWN);
}

static void a_set_tells_what_is_wrong_with_it(void **state)
{
	static const struct {
		const char *set;
		bool is_set;
		uint32_t keys;
		bool weak, duplicated;
	} cases[] = {
		{ ALL, true, 4, false, false },
		{ "{\"keys\":[" WEAK_KEY "]}", true, 1, true, false },
		{ "{\"keys\":[" RSA_KEY "," RSA_KEY "]}", true, 2, false, true },
		{ "{\"keys\":[" P256_KEY "," WEAK_KEY, true, 2, true, false },
		{ "{\"keys\":[]}", true, 0, false, false },
		{ "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", true, 0, false, false },
		{ "{\"keys\":{}}", false, 0, false, false },
		{ "[]", false, 0, false, false },
		{ "", false, 0, false, false },
	};
	struct yg_key_set seen;

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(NULL);

		assert_int_equal(yg_keys_learn(keys, yg_slice_from_str(cases[i].set), 1, &seen),
				 cases[i].is_set);
		assert_int_equal(seen.keys, cases[i].keys);
		assert_int_equal(seen.weak, cases[i].weak);
		assert_int_equal(seen.duplicated, cases[i].duplicated);
	}
}

/* One key set is read again and again; another owner's key of the same kid is another key. */
static void keys_are_kept_by_owner_and_kid(void **state)
{
	YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(ALL);
	const struct vector *v = &vectors[2];
	struct yg_key_set seen;

	(void)state;

	assert_true(yg_keys_learn(keys, YG_SLICE(ALL), 1, &seen));
	assert_true(yg_keys_learn(keys, YG_SLICE("{\"keys\":[" P256_KEY "]}"), 2, &seen));
	assert_int_equal(yg_keys_counters(keys).evicted, 0);
	assert_int_equal(yg_keys_verify(keys, token(v, v->signature), NOW_NS), YG_VERIFIED_GOOD);
}

static void the_key_unused_for_longest_goes(void **state)
{
	YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(ALL);
	const struct vector *used = &vectors[2], *unused = &vectors[0];
	struct yg_key_set seen;

	(void)state;

	for (uint64_t owner = 2; owner < YG_KEYS_MAX; owner++) {
		assert_int_equal(
			yg_keys_verify(keys, token(used, used->signature), NOW_NS + (owner << 32)),
			YG_VERIFIED_GOOD);
		assert_true(yg_keys_learn(keys, YG_SLICE("{\"keys\":[" ED_KEY "]}"), owner, &seen));
	}
	assert_int_equal(yg_keys_counters(keys).evicted, 2);
	assert_int_equal(yg_keys_verify(keys, token(used, used->signature), 2 * NOW_NS),
			 YG_VERIFIED_GOOD);
	assert_int_equal(yg_keys_verify(keys, token(unused, unused->signature), 2 * NOW_NS),
			 YG_VERIFIED_UNKNOWN);
}

static void the_allowance_bounds_the_work(void **state)
{
	YG_CLEANUP(free_keys) struct yg_keys *keys = keys_with(ALL);
	const struct vector *v = &vectors[2];
	uint32_t good = 0;

	(void)state;

	for (uint32_t i = 0; i < 1000; i++)
		good += yg_keys_verify(keys, token(v, v->signature), NOW_NS) == YG_VERIFIED_GOOD;
	assert_in_range(good, YG_SIGNATURES_PER_S, 999);
	assert_int_equal(yg_keys_counters(keys).verified, good);
	assert_int_equal(yg_keys_counters(keys).skipped, 1000 - good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_the_vectors_of_each_algorithm),
		cmocka_unit_test(refuses_what_is_signed_in_another_way),
		cmocka_unit_test(says_nothing_without_key_or_algorithm),
		cmocka_unit_test(a_set_tells_what_is_wrong_with_it),
		cmocka_unit_test(keys_are_kept_by_owner_and_kid),
		cmocka_unit_test(the_key_unused_for_longest_goes),
		cmocka_unit_test(the_allowance_bounds_the_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
