/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifiers of European states. Sources: the issuing authorities' published rules. */
#include "baseline/data_national_inside.h"
#include "core/macros.h"

static bool check_gb(const char *p)
{
	static const char *const never[] = { "BG", "GB", "NK", "KN", "TN", "NT", "ZZ" };

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(never); i++) {
		if (memcmp(p, never[i], 2) == 0)
			return false;
	}
	return !strchr("DFIQUV", p[0]) && !strchr("DFIQUVO", p[1]) && p[8] <= 'D';
}

static bool check_ie(const char *p)
{
	uint32_t sum = yg_checksum_weighted(p, "8765432");

	if (p[8] >= 'A' && p[8] <= 'I')
		sum += 9 * (uint32_t)(p[8] - 'A' + 1);
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] == p[7];
}

static bool check_ie_short(const char *p)
{
	return "WABCDEFGHIJKLMNOPQRSTUV"[yg_checksum_weighted(p, "8765432") % 23] == p[7];
}

static bool check_fr(const char *p) /* sex, year, month of birth or 20 for unknown, place */
{
	uint32_t month = yg_data_number(p + 3, 2);

	return (p[0] == '1' || p[0] == '2') && month >= 1 && (month <= 12 || month == 20) &&
	       memcmp(p + 5, "00", 2) != 0 && memcmp(p + 10, "000", 3) != 0 &&
	       97 - yg_checksum_modulo(p, 13, 97) == yg_data_number(p + 13, 2);
}

static bool check_de(const char *p) /* one digit of the first ten comes twice or three times */
{
	uint32_t counts[10] = { 0 }, twice = 0;

	for (uint32_t i = 0; i < 10; i++)
		counts[yg_data_digit(p[i])]++;
	for (uint32_t i = 0; i < 10; i++) {
		if (counts[i] > 3)
			return false;
		twice += counts[i] > 1;
	}
	return p[0] != '0' && twice <= 1 && yg_checksum_mod11_10(p, 11);
}

static bool check_at(const char *p)
{
	uint32_t sum = yg_checksum_weighted(p, "3790584216");

	return p[0] != '0' && sum % 11 == yg_data_digit(p[3]) && yg_data_number(p + 6, 2) >= 1 &&
	       yg_data_number(p + 6, 2) <= 13;
}

static bool check_ch(const char *p) /* EAN-13 */
{
	uint32_t sum = yg_checksum_weighted(p, "131313131313");

	return memcmp(p, "756", 3) == 0 && (10 - sum % 10) % 10 == yg_data_digit(p[12]);
}

static bool check_it(const char *p)
{
	static const uint8_t odd[26] = { 1,  0,	 5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
					 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 15; i++) {
		uint32_t value = (uint32_t)(p[i] >= 'A' ? p[i] - 'A' : p[i] - '0');

		sum += i % 2 == 0 ? odd[value] : value;
	}
	return p[15] == (char)('A' + sum % 26);
}

static bool check_es(const char *p)
{
	return "TRWAGMYFPDXBNJZSQVHLCKE"[yg_checksum_modulo(p, 8, 23)] == p[8];
}

static bool check_es_short(const char *p)
{
	return "TRWAGMYFPDXBNJZSQVHLCKE"[yg_checksum_modulo(p, 7, 23)] == p[7];
}

static bool check_nie(const char *p)
{
	char digits[8];

	if (p[0] < 'X' || p[0] > 'Z')
		return false;
	memcpy(digits, p, 8);
	digits[0] = (char)(p[0] - 'X' + '0');
	return "TRWAGMYFPDXBNJZSQVHLCKE"[yg_checksum_modulo(digits, 8, 23)] == p[8];
}

static bool check_pt(const char *p)
{
	return strchr("1235689", p[0]) && yg_data_ends_with_11(p, 9, "98765432", 0);
}

static bool check_nl(const char *p)
{
	return yg_data_number(p, 9) != 0 &&
	       yg_checksum_weighted(p, "98765432") % 11 == yg_data_digit(p[8]);
}

static bool check_be(const char *p)
{
	uint32_t check = yg_data_number(p + 9, 2);
	char later[11];

	if (97 - yg_checksum_modulo(p, 9, 97) == check)
		return yg_data_number(p + 2, 2) <= 12;
	later[0] = '2'; /* born since 2000 */
	memcpy(later + 1, p, 9);
	return 97 - yg_checksum_modulo(later, 10, 97) == check && yg_data_number(p + 2, 2) <= 12;
}

static bool check_pl(const char *p)
{
	uint32_t sum = yg_checksum_weighted(p, "1379137913"), month = yg_data_number(p + 2, 2) % 20;

	return yg_data_is_day_of(month, yg_data_number(p + 4, 2)) &&
	       (10 - sum % 10) % 10 == yg_data_digit(p[10]);
}

static bool check_cz(const char *p)
{
	uint32_t month = yg_data_number(p + 2, 2) % 50 % 20;

	return yg_data_is_day_of(month, yg_data_number(p + 4, 2)) &&
	       yg_checksum_modulo(p, 9, 11) % 10 == yg_data_digit(p[9]);
}

static bool check_hu(const char *p)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 9; i++)
		sum += (i + 1) * yg_data_digit(p[i]);
	return p[0] == '8' && sum % 11 == yg_data_digit(p[9]);
}

static bool check_ro(const char *p)
{
	uint32_t check = yg_checksum_weighted(p, "279146358279") % 11;

	return p[0] != '0' && yg_data_is_day(p + 3) &&
	       (check == 10 ? 1 : check) == yg_data_digit(p[12]);
}

static bool check_bg(const char *p)
{
	uint32_t check = yg_checksum_weighted(p, "2485A9736");

	return yg_data_is_day_of(yg_data_number(p + 2, 2) % 20, yg_data_number(p + 4, 2)) &&
	       check % 11 % 10 == yg_data_digit(p[9]);
}

static bool check_hr(const char *p)
{
	return yg_checksum_mod11_10(p, 11);
}

static bool check_ee(const char *p)
{
	uint32_t check = yg_checksum_weighted(p, "1234567891") % 11;

	if (check == 10)
		check = yg_checksum_weighted(p, "3456789123") % 11;
	return p[0] >= '1' && p[0] <= '6' && yg_data_is_day(p + 3) &&
	       check % 10 == yg_data_digit(p[10]);
}

static bool check_se(const char *p)
{
	uint32_t day = yg_data_number(p + 4, 2) % 60;

	return yg_data_is_day_of(yg_data_number(p + 2, 2), day) && yg_checksum_luhn(p, 10);
}

static bool check_se_long(const char *p)
{
	return (memcmp(p, "18", 2) == 0 || memcmp(p, "19", 2) == 0 || memcmp(p, "20", 2) == 0) &&
	       check_se(p + 2);
}

static bool check_no(const char *p)
{
	return yg_data_is_day_of(yg_data_number(p + 2, 2) % 40, yg_data_number(p, 2) % 40) &&
	       yg_checksum_weighted(p, "3761894521") % 11 == 0 &&
	       yg_checksum_weighted(p, "54327654321") % 11 == 0;
}

static bool check_dk(const char *p)
{
	return yg_data_is_day_first(p);
}

/* Its '-' of the century is taken for a separator. */
static bool check_fi_plain(const char *p)
{
	return yg_data_is_day_first(p) && yg_data_number(p + 6, 3) >= 2 &&
	       "0123456789ABCDEFHJKLMNPRSTUVWXY"[yg_checksum_modulo(p, 9, 31)] == p[9];
}

static bool check_fi(const char *p)
{
	char digits[9];

	memcpy(digits, p, 6);
	memcpy(digits + 6, p + 7, 3);
	return yg_data_is_day_first(p) && strchr("YXWVUABCDEF", p[6]) &&
	       yg_data_number(p + 7, 3) >= 2 &&
	       "0123456789ABCDEFHJKLMNPRSTUVWXY"[yg_checksum_modulo(digits, 9, 31)] == p[10];
}

static bool check_ua(const char *p) /* days since 1900, a serial number, a check digit */
{
	static const int8_t weights[9] = { -1, 5, 7, 9, 4, 6, 10, 5, 7 };
	int32_t sum = 0;

	for (uint32_t i = 0; i < 9; i++)
		sum += weights[i] * (int32_t)yg_data_digit(p[i]);
	return yg_data_number(p, 5) >= 3652 && yg_data_number(p, 5) <= 47482 &&
	       (uint32_t)(sum % 11) % 10 == yg_data_digit(p[9]);
}

/* Five letters of the name, birth with the month and the year apart, initials. */
static bool check_licence_gb(const char *p)
{
	uint32_t month = yg_data_number(p + 6, 2) % 50;

	/* Short names are filled up with nines. */
	for (uint32_t i = 0; i < 13; i++) {
		if ((i < 5 || i > 10) && p[i] <= '9' && (p[i] != '9' || i == 0))
			return false;
	}
	return yg_data_is_day_of(month, yg_data_number(p + 8, 2));
}

static bool check_nhs(const char *p)
{
	return memcmp(p, p + 1, 9) != 0 && yg_data_ends_with_11(p, 10, "A98765432", 99);
}

static bool check_vat_it(const char *p)
{
	return yg_data_number(p, 11) != 0 && memcmp(p, p + 1, 10) != 0 && yg_checksum_luhn(p, 11);
}

static bool check_vat_de(const char *p)
{
	return yg_checksum_mod11_10(p + 2, 9);
}

static bool check_kvnr(const char *p)
{
	uint32_t value = (uint32_t)(p[0] - 'A' + 1), sum = 0;
	char digits[11];

	digits[0] = (char)('0' + value / 10);
	digits[1] = (char)('0' + value % 10);
	memcpy(digits + 2, p + 1, 8);
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t part = yg_data_digit(digits[i]) * (i % 2 + 1);

		sum += part / 10 + part % 10;
	}
	return sum % 10 == yg_data_digit(p[9]);
}

static const struct yg_data_form forms[] = {
	YG_DATA_FORM(ID_GB, SHAPE, "AA999999A", check_gb),
	YG_DATA_FORM(ID_IE, CHECK, "9999999A", check_ie_short),
	YG_DATA_FORM(ID_IE, CHECK, "9999999AA", check_ie),
	YG_DATA_FORM(ID_FR, BRAND, "999999999999999", check_fr),
	YG_DATA_FORM(ID_DE, CHECK, "99999999999", check_de),
	YG_DATA_FORM(ID_AT, CHECK, "9999999999", check_at),
	YG_DATA_FORM(ID_CH, BRAND, "9999999999999", check_ch),
	YG_DATA_FORM(ID_IT, CERTAIN, "AAAAAA99A99A999A", check_it),
	YG_DATA_FORM(ID_ES, CHECK, "99999999A", check_es),
	YG_DATA_FORM(ID_ES, CHECK, "9999999A", check_es_short),
	YG_DATA_FORM(ID_ES, CHECK, "A9999999A", check_nie),
	YG_DATA_FORM(ID_PT, CHECK, "999999999", check_pt),
	YG_DATA_FORM(ID_NL, CHECK, "999999999", check_nl),
	YG_DATA_FORM(ID_BE, CHECK, "99999999999", check_be),
	YG_DATA_FORM(ID_PL, CHECK, "99999999999", check_pl),
	YG_DATA_FORM(ID_CZ, CHECK, "9999999999", check_cz),
	YG_DATA_FORM(ID_HU, CHECK, "9999999999", check_hu),
	YG_DATA_FORM(ID_RO, CHECK, "9999999999999", check_ro),
	YG_DATA_FORM(ID_BG, CHECK, "9999999999", check_bg),
	YG_DATA_FORM(ID_HR, CHECK, "99999999999", check_hr),
	YG_DATA_FORM(ID_EE, CHECK, "99999999999", check_ee),
	YG_DATA_FORM(ID_SE, CHECK, "9999999999", check_se),
	YG_DATA_FORM(ID_SE, CHECK, "999999999999", check_se_long),
	YG_DATA_FORM(ID_NO, CHECK, "99999999999", check_no),
	YG_DATA_FORM(ID_DK, SHAPE, "9999999999", check_dk),
	YG_DATA_FORM(ID_FI, CHECK, "999999999*", check_fi_plain),
	YG_DATA_FORM(ID_FI, CERTAIN, "999999A999*", check_fi),
	YG_DATA_FORM(TAX_ID, CHECK, "99999999999", check_vat_it),
	YG_DATA_FORM(ID_UA, CHECK, "9999999999", check_ua),
	YG_DATA_FORM(DRIVING_LICENCE, CERTAIN, "*****999999**9AA", check_licence_gb),
	YG_DATA_FORM(DRIVING_LICENCE, CERTAIN, "*****999999**AAA", check_licence_gb),
	YG_DATA_FORM(TAX_ID, CHECK, "DE999999999", check_vat_de),
	YG_DATA_FORM(TAX_ID, SHAPE, "ATU99999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "BE9999999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "ES*9999999*", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "FI99999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "FR**999999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "GB999999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "IT99999999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "NL999999999B99", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "PL9999999999", NULL),
	YG_DATA_FORM(TAX_ID, SHAPE, "SE999999999901", NULL),
	YG_DATA_FORM(HEALTH_NUMBER, CHECK, "9999999999", check_nhs),
	YG_DATA_FORM(HEALTH_NUMBER, CHECK, "A999999999", check_kvnr),
};

const struct yg_data_form *yg_data_forms_europe(uint32_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(forms);
	return forms;
}
