/* SPDX-License-Identifier: GPL-2.0-only */
/* The marks that TLS stacks leave in files. */
#include "capture/gap.h"

#include <string.h>

static const struct {
	const char *name, *reason;
} rows[YG_GAP_MAX] = {
	[YG_GAP_NONE] = { "none", "" },
	[YG_GAP_OPENSSL] = { "openssl", "OpenSSL is linked in and its symbols are stripped" },
	[YG_GAP_BORINGSSL] = { "boringssl", "BoringSSL is linked in and its symbols are stripped" },
	[YG_GAP_RUSTLS] = { "rustls", "rustls has no functions with a stable signature" },
	[YG_GAP_GO] = { "go", "crypto/tls of Go before 1.17, or of another machine" },
	[YG_GAP_JAVA] = { "java", "JSSE, the TLS of Java, is compiled as it runs" },
	[YG_GAP_MBEDTLS] = { "mbedtls", "Mbed TLS is not supported" },
	[YG_GAP_WOLFSSL] = { "wolfssl", "wolfSSL is not supported" },
	[YG_GAP_S2N] = { "s2n", "s2n-tls is not supported" },
};

struct mark {
	const char *text;
	enum yg_gap gap;
};

static const struct mark symbols[] = {
	{ "JNI_CreateJavaVM", YG_GAP_JAVA },
	{ "mbedtls_ssl_read", YG_GAP_MBEDTLS },
	{ "wolfSSL_read", YG_GAP_WOLFSSL },
	{ "s2n_recv", YG_GAP_S2N },
};

/* Source paths in panics and error records, the most particular first. */
static const struct mark strings[] = {
	{ "rustls::", YG_GAP_RUSTLS },
	{ "/rustls-0.", YG_GAP_RUSTLS },
	{ "/ssl/ssl_lib.cc", YG_GAP_BORINGSSL },
	{ "ssl/ssl_lib.c", YG_GAP_OPENSSL },
	{ "crypto/tls.(*Conn).Read", YG_GAP_GO },
};

static enum yg_gap find_symbol(const struct yg_elf *elf)
{
	struct yg_elf_symbol found[YG_ARRAY_SIZE(symbols)] = { 0 };

	for (size_t i = 0; i < YG_ARRAY_SIZE(symbols); i++)
		found[i].name = symbols[i].text;
	(void)yg_elf_resolve(elf, found, YG_ARRAY_SIZE(symbols));
	for (size_t i = 0; i < YG_ARRAY_SIZE(symbols); i++) {
		if (found[i].offset)
			return symbols[i].gap;
	}
	return YG_GAP_NONE;
}

static enum yg_gap find_string(const struct yg_elf *elf)
{
	size_t len = elf->len < YG_GAP_BYTES ? elf->len : YG_GAP_BYTES;

	for (size_t i = 0; i < YG_ARRAY_SIZE(strings); i++) {
		if (memmem(elf->data, len, strings[i].text, strlen(strings[i].text)))
			return strings[i].gap;
	}
	return YG_GAP_NONE;
}

enum yg_gap yg_gap_find(const struct yg_elf *elf)
{
	enum yg_gap gap = find_symbol(elf);

	/* Libraries have no entry point; their strings say little of who calls them. */
	return gap || !elf->entry ? gap : find_string(elf);
}

const char *yg_gap_name(enum yg_gap gap)
{
	return rows[gap].name;
}

const char *yg_gap_reason(enum yg_gap gap)
{
	return rows[gap].reason;
}
