/* SPDX-License-Identifier: GPL-2.0-only */
/* Cipher suites of TLS by name and by what is wrong with them. Source: IANA, RFC 9325. */
#pragma once

#include <stdint.h>

enum yg_cipher_grade {
	YG_CIPHER_UNKNOWN, /* not in the table */
	YG_CIPHER_GOOD,	   /* forward secrecy and an AEAD: RFC 9325 section 4.2 */
	YG_CIPHER_DATED,   /* CBC, or no forward secrecy */
	YG_CIPHER_BROKEN,  /* NULL, export, anonymous, RC4, DES, 3DES */
	YG_CIPHER_GRADE_MAX
};

/* "TLS_AES_128_GCM_SHA256"; NULL if it is not in the table. Literal. */
const char *yg_cipher_name(uint16_t cipher);
enum yg_cipher_grade yg_cipher_grade_of(uint16_t cipher);
const char *yg_cipher_grade_name(enum yg_cipher_grade grade); /* "good"; literal */
