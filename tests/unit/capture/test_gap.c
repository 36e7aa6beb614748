/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/gap.h"

#include "elf_image.h"
#include "test.h"

static const struct {
	const char *name;
	const char *symbol, *string;
	bool is_library;
	enum yg_gap expected;
} cases[] = {
	{ "nothing of TLS", NULL, "hello", false, YG_GAP_NONE },
	{ "a Java machine", "JNI_CreateJavaVM", "", true, YG_GAP_JAVA },
	{ "Mbed TLS", "mbedtls_ssl_read", "", true, YG_GAP_MBEDTLS },
	{ "wolfSSL", "wolfSSL_read", "", true, YG_GAP_WOLFSSL },
	{ "s2n", "s2n_recv", "", true, YG_GAP_S2N },
	{ "rustls by its paths", NULL, "registry/src/x/rustls-0.21.7/src/conn.rs", false,
	  YG_GAP_RUSTLS },
	{ "rustls by its log targets", NULL, "rustls::client::hs", false, YG_GAP_RUSTLS },
	{ "OpenSSL, static", NULL, "../ssl/ssl_lib.c", false, YG_GAP_OPENSSL },
	{ "BoringSSL, static", NULL, "external/boringssl/src/ssl/ssl_lib.cc", false,
	  YG_GAP_BORINGSSL },
	{ "old Go", NULL, "crypto/tls.(*Conn).Read", false, YG_GAP_GO },
	{ "strings of a library are not asked", NULL, "rustls::client", true, YG_GAP_NONE },
};

static void recognises_stacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct elf_function function = { cases[i].symbol, { 0x90 }, -1 };
		GUARD_CLEANUP struct guard g = { 0 };
		uint64_t entry = cases[i].is_library ? 0 : ELF_IMAGE_BASE;
		uint8_t image[ELF_IMAGE_LEN];
		struct yg_elf elf;

		elf_image_make(image, &function, 1, SHT_DYNSYM);
		memcpy(image + offsetof(Elf64_Ehdr, e_entry), &entry, sizeof(entry));
		/* The last bytes of the file: one more would fault. */
		if (cases[i].string)
			memcpy(image + sizeof(image) - strlen(cases[i].string), cases[i].string,
			       strlen(cases[i].string));
		g = guard_copy(image, sizeof(image));
		assert_int_equal(yg_elf_open((uint8_t *)g.ptr, g.len, &elf), 0);
		if (yg_gap_find(&elf) != cases[i].expected)
			fail_msg("%s: %s", cases[i].name, yg_gap_name(yg_gap_find(&elf)));
	}
}

static void every_gap_has_words(void **state)
{
	(void)state;
	for (int gap = YG_GAP_NONE + 1; gap < YG_GAP_MAX; gap++) {
		assert_true(strlen(yg_gap_name((enum yg_gap)gap)) > 1);
		assert_true(strlen(yg_gap_reason((enum yg_gap)gap)) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises_stacks),
		cmocka_unit_test(every_gap_has_words),
	};

	return cmocka_run_group_tests_name("capture/gap", tests, NULL, NULL);
}
