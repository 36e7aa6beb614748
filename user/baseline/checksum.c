/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/checksum.h"

#include <nettle/sha2.h>
#include <string.h>

#define BASE58_BYTES  25u /* version, hash of 20 bytes, check of 4 */
#define VIN_LEN	      17u
#define BECH32_CONST  1u
#define BECH32M_CONST 0x2bc830a3u

static uint32_t digit(char c)
{
	return (uint32_t)(c - '0');
}

bool yg_checksum_luhn(const char *digits, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++) {
		uint32_t value = digit(digits[len - 1 - i]);

		if (i % 2 == 1) {
			value *= 2;
			value -= value > 9 ? 9 : 0;
		}
		sum += value;
	}
	return sum % 10 == 0;
}

bool yg_checksum_iban(const char *text, size_t len)
{
	uint32_t rest = 0;

	if (len < 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[(i + 4) % len];

		if (c >= 'A' && c <= 'Z')
			rest = (rest * 100 + (uint32_t)(c - 'A') + 10) % 97;
		else
			rest = (rest * 10 + digit(c)) % 97;
	}
	return rest == 1;
}

bool yg_checksum_verhoeff(const char *digits, size_t len)
{
	/* Products of the dihedral group of order ten, and its permutation. */
	static const uint8_t product[10][10] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 },
		{ 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
		{ 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
		{ 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
		{ 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 }, { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
	};
	static const uint8_t permutation[8][10] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 },
		{ 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 }, { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
		{ 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
		{ 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
	};
	uint8_t check = 0;

	for (size_t i = 0; i < len; i++)
		check = product[check][permutation[i % 8][digit(digits[len - 1 - i])]];
	return check == 0;
}

bool yg_checksum_mod11_10(const char *digits, size_t len)
{
	uint32_t product = 10;

	for (size_t i = 0; i + 1 < len; i++) {
		uint32_t sum = (digit(digits[i]) + product) % 10;

		product = (sum ? sum : 10) * 2 % 11;
	}
	return len > 0 && (product + digit(digits[len - 1])) % 10 == 1;
}

uint32_t yg_checksum_weighted(const char *digits, const char *weights)
{
	uint32_t sum = 0;

	for (size_t i = 0; weights[i]; i++)
		sum += digit(digits[i]) * (weights[i] == 'A' ? 10 : digit(weights[i]));
	return sum;
}

uint32_t yg_checksum_modulo(const char *digits, size_t len, uint32_t modulus)
{
	uint32_t rest = 0;

	for (size_t i = 0; i < len; i++)
		rest = (rest * 10 + digit(digits[i])) % modulus;
	return rest;
}

bool yg_checksum_my_number(const char *digits)
{
	uint32_t rest = yg_checksum_weighted(digits, "65432765432") % 11;

	return digit(digits[11]) == (rest <= 1 ? 0 : 11 - rest);
}

bool yg_checksum_corporate_number(const char *digits)
{
	/* Weights 1 and 2 from the right, so the leftmost of the twelve has 2. */
	uint32_t sum = yg_checksum_weighted(digits + 1, "212121212121");

	return digit(digits[0]) == 9 - sum % 9;
}

bool yg_checksum_vin(const char *text)
{
	static const uint8_t weights[VIN_LEN] = {
		8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2
	};
	/* A..Z; I, O and Q do not occur. */
	static const char values[] = "12345678012345070923456789";
	uint32_t sum = 0;

	for (size_t i = 0; i < VIN_LEN; i++) {
		char c = text[i];

		if (c == 'I' || c == 'O' || c == 'Q')
			return false;
		sum += weights[i] * digit((char)(c >= 'A' ? values[c - 'A'] : c));
	}
	sum %= 11;
	return text[8] == (sum == 10 ? 'X' : (char)('0' + sum));
}

/* Base 58 to 25 bytes, big-endian. */
static bool decode_base58(const char *text, size_t len, uint8_t *ret)
{
	static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

	memset(ret, 0, BASE58_BYTES);
	for (size_t i = 0; i < len; i++) {
		const char *at = text[i] ? strchr(alphabet, text[i]) : NULL;
		uint32_t carry;

		if (!at)
			return false;
		carry = (uint32_t)(at - alphabet);
		for (size_t j = BASE58_BYTES; j-- > 0;) {
			carry += 58u * ret[j];
			ret[j] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry)
			return false;
	}
	return true;
}

bool yg_checksum_base58(const char *text, size_t len)
{
	uint8_t bytes[BASE58_BYTES], hash[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	if (len < 26 || len > 35 || !decode_base58(text, len, bytes))
		return false;
	sha256_init(&sha);
	sha256_update(&sha, BASE58_BYTES - 4, bytes);
	sha256_digest(&sha, sizeof(hash), hash);
	sha256_update(&sha, sizeof(hash), hash);
	sha256_digest(&sha, sizeof(hash), hash);
	return memcmp(hash, bytes + BASE58_BYTES - 4, 4) == 0;
}

static uint32_t step_bech32(uint32_t check, uint32_t value)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
					       0x2a1462b3 };
	uint32_t top = check >> 25;

	check = (check & 0x1ffffff) << 5 ^ value;
	for (uint32_t i = 0; i < 5; i++)
		check ^= top >> i & 1 ? generator[i] : 0;
	return check;
}

bool yg_checksum_bech32(const char *text, size_t len)
{
	static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	uint32_t check = 1;

	if (len < 14 || len > 90 || (text[0] | 0x20) != 'b' || (text[1] | 0x20) != 'c' ||
	    text[2] != '1')
		return false;
	check = step_bech32(step_bech32(check, 'b' >> 5), 'c' >> 5);
	check = step_bech32(check, 0);
	check = step_bech32(step_bech32(check, 'b' & 31), 'c' & 31);
	for (size_t i = 3; i < len; i++) {
		/* One case throughout: mixed ones are not addresses. */
		bool upper = text[0] == 'B';
		bool fold = upper && text[i] >= 'A' && text[i] <= 'Z';
		char c = (char)(fold ? text[i] | 0x20 : text[i]);
		const char *at = c ? strchr(alphabet, c) : NULL;

		if (!at || (upper && text[i] >= 'a'))
			return false;
		check = step_bech32(check, (uint32_t)(at - alphabet));
	}
	return check == BECH32_CONST || check == BECH32M_CONST;
}
