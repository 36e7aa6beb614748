/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/x509.h"

#include <stdio.h>

#include "certificates.h"
#include "test.h"

#define ROOM	 1024u
#define YEAR_DAY 86400ll

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static size_t unhex(const char *hex, uint8_t *ret)
{
	size_t len = strlen(hex) / 2;

	assert_true(len <= ROOM);
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	return len;
}

static const struct {
	const char *what, *hex, *subject, *issuer;
	enum yg_x509_key key;
	uint16_t bits;
	enum yg_x509_digest digest;
	bool is_self_signed;
} cases[] = {
	{ "P-256 of itself", certificate_ec, "api.example.com", "api.example.com", YG_X509_KEY_EC,
	  256, YG_X509_DIGEST_SHA2, true },
	{ "RSA by an authority without a common name", certificate_rsa, "old.example.com", "Old CA",
	  YG_X509_KEY_RSA, 1024, YG_X509_DIGEST_SHA1, false },
	{ "Ed25519", certificate_ed, "ed", "ed", YG_X509_KEY_ED25519, 256, YG_X509_DIGEST_NONE,
	  true },
};

static void reads_key_names_and_signature(void **state)
{
	uint8_t bytes[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = unhex(cases[i].hex, bytes);
		GUARD_CLEANUP struct guard in = guard_copy(bytes, len);
		struct yg_x509 got;

		print_message("  %s\n", cases[i].what);
		assert_int_equal(yg_x509_read((const uint8_t *)in.ptr, len, &got), YG_PARSE_DONE);
		assert_true(yg_slice_equal(got.subject, yg_slice_from_str(cases[i].subject)));
		assert_true(yg_slice_equal(got.issuer, yg_slice_from_str(cases[i].issuer)));
		assert_int_equal(got.key, cases[i].key);
		assert_int_equal(got.key_bits, cases[i].bits);
		assert_int_equal(got.digest, cases[i].digest);
		assert_int_equal(got.is_self_signed, cases[i].is_self_signed);
	}
}

static void reads_validity_and_fingerprint(void **state)
{
	static const uint8_t hash[] = { 0xda, 0xf6, 0x4e, 0xda, 0xab, 0xf7, 0x38, 0xdc };
	uint8_t bytes[ROOM];
	size_t len = unhex(certificate_ec, bytes);
	struct yg_x509 got;

	(void)state;
	assert_int_equal(yg_x509_read(bytes, len, &got), YG_PARSE_DONE);
	assert_int_equal(got.not_before_s, 1795308817); /* date -d 2026-11-22T00:53:37Z +%s */
	assert_int_equal(got.not_after_s, got.not_before_s + 3650 * YEAR_DAY);
	assert_memory_equal(got.hash, hash, sizeof(hash));
}

/* The date is written in two ways: years from 2050 on have four digits. */
static void reads_both_forms_of_a_date(void **state)
{
	static const struct {
		const char *time;
		enum yg_parse want;
		int64_t not_after_s;
	} times[] = {
		{ "\x17\x0d"
		  "491231235959Z",
		  YG_PARSE_DONE, 2524607999 },
		{ "\x17\x0d"
		  "500101000000Z",
		  YG_PARSE_DONE, -631152000 },
		{ "\x18\x0f"
		  "20500101000000Z",
		  YG_PARSE_DONE, 2524608000 },
		{ "\x18\x0f"
		  "20500101000000 ",
		  YG_PARSE_BAD, 0 },
		{ "\x17\x0d"
		  "4913010000x0Z",
		  YG_PARSE_BAD, 0 },
		{ "\x17\x0d"
		  "491301000000Z",
		  YG_PARSE_BAD, 0 },
		{ "\x04\x0d"
		  "491231235959Z",
		  YG_PARSE_BAD, 0 },
	};
	static const char head[] = "\x02\x01\x01\x30\x00\x30\x00";
	static const char tail[] = "\x30\x00\x30\x0a\x30\x05\x06\x03\x2b\x65\x70\x03\x01\x00";

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		size_t time_len = strlen(times[i].time);
		uint8_t bytes[128] = { 0x30, 0, 0x30, 0 };
		struct yg_x509 got;
		size_t at = 4;

		print_message("  %s\n", times[i].time + 2);
		memcpy(bytes + at, head, sizeof(head) - 1);
		at += sizeof(head) - 1;
		bytes[at++] = 0x30;
		bytes[at++] = (uint8_t)(2 * time_len);
		memcpy(bytes + at, times[i].time, time_len);
		memcpy(bytes + at + time_len, times[i].time, time_len);
		at += 2 * time_len;
		memcpy(bytes + at, tail, sizeof(tail) - 1);
		at += sizeof(tail) - 1;
		bytes[1] = (uint8_t)(at - 2);
		bytes[3] = (uint8_t)(at - 4);
		assert_int_equal(yg_x509_read(bytes, at, &got), times[i].want);
		if (times[i].want == YG_PARSE_DONE)
			assert_int_equal(got.not_after_s, times[i].not_after_s);
	}
}

static void refuses_what_is_cut(void **state)
{
	uint8_t bytes[ROOM];
	size_t whole = unhex(certificate_ec, bytes);
	struct yg_x509 got = { .key_bits = 7 };

	(void)state;
	for (size_t len = 0; len < whole; len++) {
		GUARD_CLEANUP struct guard in = guard_copy(bytes, len);

		assert_int_equal(yg_x509_read((const uint8_t *)in.ptr, len, &got), YG_PARSE_BAD);
	}
	assert_int_equal(got.key_bits, 7);
}

static void names_keys_and_digests(void **state)
{
	(void)state;
	assert_string_equal(yg_x509_key_name(YG_X509_KEY_EC), "ec");
	assert_string_equal(yg_x509_digest_name(YG_X509_DIGEST_SHA1), "sha1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_key_names_and_signature),
		cmocka_unit_test(reads_validity_and_fingerprint),
		cmocka_unit_test(reads_both_forms_of_a_date),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(names_keys_and_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
