/* SPDX-License-Identifier: GPL-2.0-only */
/* ClientHellos, and answers to them, as bytes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HELLO_BYTES_CAP 4096u
#define HELLO_CHROME	"t13d1516h2_8daaf6152771_e5627efa2ab1" /* example of the JA4 document */

struct hello_spec {
	const char *sni;  /* NULL: no extension */
	const char *alpn; /* wire form: "\x02h2\x08http/1.1"; NULL: no extension */
	size_t padding;	  /* bytes of an extension that JA4 knows by number only; 0: none */
	int no_versions;  /* without supported_versions */
	int no_signatures;
};

/* The message without record header. @ret: HELLO_BYTES_CAP bytes. Return: its length. */
size_t hello_message(const struct hello_spec *spec, uint8_t *ret);

/* In TLS records of at most @record bytes each. @ret: HELLO_BYTES_CAP bytes. */
size_t hello_records(const uint8_t *message, size_t len, size_t record, uint8_t *ret);

struct answer_spec {
	uint16_t version; /* chosen; 0: no ServerHello */
	uint16_t cipher;
	const char *alpn;	    /* "h2"; NULL: none */
	size_t certificate_len;	    /* bytes of one certificate; 0: no Certificate message */
	const uint8_t *certificate; /* NULL: zeros */
	uint32_t dh_bits;	    /* ServerKeyExchange with a prime of so many; 0: none */
	int asks;		    /* CertificateRequest */
	int compression;	    /* method */
	uint8_t alert;		    /* 0: none */
	int done;		    /* ServerHelloDone follows */
	int ciphers_change;	    /* ChangeCipherSpec follows */
};

/* What a server sends, in records of at most @record bytes. @ret: room enough. Return: length. */
size_t hello_answer(const struct answer_spec *spec, size_t record, uint8_t *ret);
