/* SPDX-License-Identifier: GPL-2.0-only */
/* What a field with a telling name must look like; and normal forms of text. */
#include <math.h>
#include <string.h>

#include "baseline/data_form.h"
#include "baseline/data_text.h"
#include "core/macros.h"

#define VALUE_MAX 200u /* bytes of a value that a name is believed for */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (uint8_t)c >= 0x80;
}

static size_t count_digits(struct yg_slice text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += is_digit(text.ptr[i]);
	return count;
}

static bool is_all(struct yg_slice text, const char *others)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!is_digit(c) && (c == '\0' || !strchr(others, c)))
			return false;
	}
	return true;
}

static bool is_digits(struct yg_slice text, size_t shortest, size_t longest, const char *others)
{
	size_t count = count_digits(text);

	return count >= shortest && count <= longest && is_all(text, others);
}

/* 1234, -12.50, "1,234.00", "¥1,000", "12.5 USD" */
static bool is_amount(struct yg_slice text)
{
	size_t digits = count_digits(text), letters = 0;

	for (size_t i = 0; i < text.len; i++) {
		letters += is_letter(text.ptr[i]);
		if (!is_digit(text.ptr[i]) && !is_letter(text.ptr[i]) &&
		    (text.ptr[i] == '\0' || !strchr("+-., $", text.ptr[i])))
			return false;
	}
	return digits > 0 && digits <= 18 && letters <= 6;
}

/* Letters and what stands between names; no digits, no marks of code. */
static bool is_name(struct yg_slice text)
{
	bool upper = false;

	if (text.len < 2 || text.len > 80)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!is_letter(c) && (c == '\0' || !strchr(" .'-", c)))
			return false;
		upper |= (c >= 'A' && c <= 'Z') || (uint8_t)c >= 0x80;
	}
	return upper;
}

static bool is_street(struct yg_slice text)
{
	bool space = false, foreign = false, letter = false;

	if (text.len < 6 || memchr(text.ptr, '@', text.len) || memmem(text.ptr, text.len, "://", 3))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		space |= text.ptr[i] == ' ';
		foreign |= (uint8_t)text.ptr[i] >= 0x80;
		letter |= is_letter(text.ptr[i]);
	}
	return letter && (space || foreign) && (count_digits(text) > 0 || foreign);
}

static uint32_t number_at(struct yg_slice text, size_t at, size_t len)
{
	uint32_t value = 0;

	for (size_t i = at; i < at + len; i++)
		value = value * 10 + (uint32_t)(text.ptr[i] - '0');
	return value;
}

/* Year first or last, any of the usual separators or none; years of people now alive. */
static bool is_birth_date(struct yg_slice text)
{
	static const char *const eras[] = { "明治", "大正", "昭和", "平成", "令和" };
	size_t count = count_digits(text);
	uint32_t year;

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(eras); i++) {
		if (text.len > 6 && memcmp(text.ptr, eras[i], 6) == 0)
			return count >= 3;
	}
	if ((text.len >= 10 && is_digits((struct yg_slice){ text.ptr, 4 }, 4, 4, "")) ||
	    (text.len == 8 && count == 8))
		year = number_at(text, 0, 4);
	else if (text.len == 10 && is_digits((struct yg_slice){ text.ptr + 6, 4 }, 4, 4, ""))
		year = number_at(text, 6, 4);
	else
		return text.len >= 8 && text.len <= 12 && count >= 4 && is_letter(text.ptr[3]);
	return year >= 1890 && year <= 2030 && count >= 6 && text.len <= 30;
}

/* A fraction of degrees: -90.0 to 180.0, three decimals or more. */
static bool is_degrees(struct yg_slice text)
{
	const char *dot = memchr(text.ptr, '.', text.len);
	size_t whole = dot ? (size_t)(dot - text.ptr) : 0;

	return dot && whole >= 1 && whole <= 4 && text.len - whole >= 4 && is_all(text, "-.,+ ");
}

static bool is_code(struct yg_slice text, size_t shortest, size_t longest, size_t digits)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == ' ' || text.ptr[i] == '-')
			continue;
		if (!is_letter(text.ptr[i]) && !is_digit(text.ptr[i]))
			return false;
		count++;
	}
	return count >= shortest && count <= longest && count_digits(text) >= digits;
}

double yg_data_entropy(struct yg_slice text)
{
	uint32_t counts[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < text.len; i++)
		counts[(uint8_t)text.ptr[i]]++;
	for (uint32_t i = 0; i < 256; i++) {
		double share = (double)counts[i] / (double)text.len;

		if (counts[i])
			bits -= share * log2(share);
	}
	return bits;
}

static bool is_masked(struct yg_slice text)
{
	size_t stars = 0;

	for (size_t i = 0; i < text.len; i++)
		stars += text.ptr[i] == '*' || text.ptr[i] == 'x' || text.ptr[i] == 'X';
	return text.len > 0 && stars * 2 >= text.len;
}

static bool is_token(struct yg_slice text, size_t shortest, double entropy)
{
	return text.len >= shortest && !memchr(text.ptr, ' ', text.len) && !is_masked(text) &&
	       yg_data_entropy(text) >= entropy;
}

/* Runs of letters and of digits, separators left out. */
struct runs {
	size_t count, lens[4]; /* beyond four they are only counted */
	bool letters_first;
	size_t len, digits, separators;
};

static struct runs count_runs(struct yg_slice text)
{
	struct runs runs = { .count = 0 };
	bool digit = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == ' ' || c == '-') {
			runs.separators++;
			continue;
		}
		if (runs.count == 0 || is_digit(c) != digit)
			runs.count++;
		if (runs.count == 1)
			runs.letters_first = !is_digit(c);
		digit = is_digit(c);
		runs.digits += digit;
		runs.len++;
		if (runs.count <= YG_ARRAY_SIZE(runs.lens))
			runs.lens[runs.count - 1]++;
	}
	return runs;
}

/*
 * At most nine characters (ICAO 9303): digits; up to three letters, then digits; after one or two
 * letters, one or two may end it; 12AB34567; letters at fixed places, as in Germany and Korea.
 */
static bool is_passport(struct yg_slice text)
{
	struct runs runs = count_runs(text);

	if (!is_code(text, 6, 9, 3) || runs.separators > 2)
		return false;
	/* Germany: any place may hold a letter, the first is one of six. */
	if (runs.len == 9 && strchr("CFGHJK", text.ptr[0]))
		return true;
	if (!runs.letters_first)
		return (runs.count == 1 && runs.len >= 7) ||
		       (runs.count == 3 && runs.lens[0] == 2 && runs.lens[1] == 2 && runs.len == 9);
	if (runs.count == 2)
		return runs.lens[0] <= 3 && runs.lens[1] >= 5;
	if (runs.count == 3)
		return runs.lens[0] <= 2 && runs.lens[1] >= 6 && runs.lens[2] <= 2;
	return runs.count >= 4 && runs.lens[0] == 1 && runs.len >= 8;
}

/* Of Great Britain: areas do not begin with Q, V, X; its last letters are none of CIKMOV. */
static bool is_british(const char *text, size_t len)
{
	return len >= 5 && !strchr("QVX", text[0]) && !strchr("CIKMOV", text[len - 1]) &&
	       !strchr("CIKMOV", text[len - 2]);
}

/* As the postal services of the world write their codes. Source: UPU, addressing systems. */
static bool is_postal_code(struct yg_slice text)
{
	static const char *const british[] = {
		"A9 9AA", "A99 9AA", "A9A 9AA", "AA9 9AA", "AA99 9AA", "AA9A 9AA",
		"A99AA",  "A999AA",  "A9A9AA",	"AA99AA",  "AA999AA",  "AA9A9AA",
	};
	static const char *const others[] = {
		"999",	      "9999",	   "99999",	 "999999",     "9999999",   "99999999",
		"9999999999", "99-999",	   "999 99",	 "999 999",    "999-999",   "9999-999",
		"999-9999",   "99999-999", "99.999-999", "99999-9999", "9999 AA",   "9999AA",
		"A9A 9A9",    "A9A9A9",	   "A9A-9A9",	 "A99 A***",   "A99A***",   "AAA9999",
		"AAA 9999",   "A9999AAA",  "AD999",	 "AA-9999",    "A-9999",    "AA-99999",
		"A-99999",    "AZ9999",	   "AZ 9999",	 "HT9999",     "BB99999",   "MD9999",
		"AA9-9999",   "A999",	   "AA99",	 "〒999-9999", "〒9999999", "AAAA 9AA",
	};
	char upper[16];

	if (text.len == 0 || text.len >= sizeof(upper))
		return false;
	for (size_t i = 0; i < text.len; i++)
		upper[i] = (char)(text.ptr[i] >= 'a' && text.ptr[i] <= 'z' ? text.ptr[i] - 0x20
									   : text.ptr[i]);
	for (size_t i = 0; i < YG_ARRAY_SIZE(others); i++) {
		if (yg_data_has_shape(others[i], (struct yg_slice){ upper, text.len }))
			return true;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(british); i++) {
		if (yg_data_has_shape(british[i], (struct yg_slice){ upper, text.len }))
			return is_british(upper, text.len);
	}
	return false;
}

static bool fits_person(uint32_t class_, struct yg_slice text)
{
	bool certain;

	switch (class_) {
	case YG_DATA_PERSON_NAME:
		return is_name(text);
	case YG_DATA_ADDRESS:
		return is_street(text);
	case YG_DATA_BIRTH_DATE:
		return is_birth_date(text);
	case YG_DATA_PHONE:
		return yg_data_is_phone(text, &certain);
	case YG_DATA_POSTAL_CODE:
		return is_postal_code(text);
	case YG_DATA_GEO:
		return is_degrees(text);
	case YG_DATA_PASSPORT:
		return is_passport(text);
	case YG_DATA_DRIVING_LICENCE:
		return is_code(text, 6, 20, 4);
	case YG_DATA_PENSION_NUMBER:
		return is_digits(text, 10, 10, "-");
	case YG_DATA_HEALTH:
		return text.len >= 1 && text.len <= VALUE_MAX;
	case YG_DATA_HEALTH_NUMBER:
		return is_code(text, 6, 16, 5);
	default:
		return false;
	}
}

bool yg_data_fits_name(uint32_t class_, struct yg_slice text)
{
	if (text.len == 0 || text.len > (size_t)VALUE_MAX * 4)
		return false;
	switch (class_) {
	case YG_DATA_CVV:
		return is_digits(text, 3, 4, "");
	case YG_DATA_CARD_PIN:
		return is_digits(text, 4, 6, "") || is_token(text, 16, 2.5);
	case YG_DATA_BANK_ACCOUNT:
		return is_digits(text, 3, 17, "- ");
	case YG_DATA_BALANCE:
	case YG_DATA_TRANSACTION:
	case YG_DATA_INCOME:
		return is_amount(text);
	case YG_DATA_CREDIT_HISTORY:
		return text.len <= VALUE_MAX;
	case YG_DATA_SECRET_PASSWORD:
		return text.len >= 4 && !is_masked(text);
	case YG_DATA_SECRET_OAUTH:
		return is_token(text, 16, 3.0);
	case YG_DATA_SECRET_GENERIC:
		return is_token(text, 16, 3.5);
	default:
		return fits_person(class_, text);
	}
}
