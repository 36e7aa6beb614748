/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Check digits of numbers that identify cards, accounts, people and companies.
 *
 * Every function takes ASCII digits (or upper-case letters where said) without separators and
 * says whether the check holds; lengths and ranges are the caller's business (baseline/sort.h).
 * O(length), no state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest length any of them is asked for. */
#define YG_CHECKSUM_MAX 96u

/* Source: ISO/IEC 7812-1 annex B; cards, IMEI, Canadian SIN, Israeli and South African ids. */
bool yg_checksum_luhn(const char *digits, size_t len);

/* Digits and upper-case letters, the first four moved to the end. Source: ISO 13616-1 (IBAN). */
bool yg_checksum_iban(const char *text, size_t len);

/* Source: J. Verhoeff, "Error Detecting Decimal Codes" (1969); Aadhaar. */
bool yg_checksum_verhoeff(const char *digits, size_t len);

/* Source: ISO/IEC 7064 MOD 11,10; German tax id, Croatian OIB. */
bool yg_checksum_mod11_10(const char *digits, size_t len);

/* My Number: 12 digits. Source: ordinance No. 85 of 2014 of the MIC, article 5. */
bool yg_checksum_my_number(const char *digits);

/* Corporate Number: 13 digits. Source: ordinance No. 70 of 2014 of the MOF, article 2. */
bool yg_checksum_corporate_number(const char *digits);

/**
 * yg_checksum_weighted() - sum of digit times weight.
 * @weights: one decimal digit per digit, 'A' for ten.
 *
 * Return: the sum over strlen(@weights) digits.
 */
uint32_t yg_checksum_weighted(const char *digits, const char *weights);

/* The remainder of @len digits read as one number. @modulus: 1..100000. */
uint32_t yg_checksum_modulo(const char *digits, size_t len, uint32_t modulus);

/* Vehicle identification: 17 upper-case letters and digits. Source: ISO 3779, 49 CFR 565. */
bool yg_checksum_vin(const char *text);

/* An address of Bitcoin in Base58Check (25 bytes); text as sent. */
bool yg_checksum_base58(const char *text, size_t len);

/* An address of Bitcoin in Bech32 or Bech32m; lower or upper case. Source: BIP 173, BIP 350. */
bool yg_checksum_bech32(const char *text, size_t len);
