/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources: the issuing authorities' published rules. */
#include "baseline/data_national.h"

#include "baseline/data_national_inside.h"
#include "core/macros.h"

static bool check_us(const char *p) /* SSN, or ITIN: area 9xx, group 50-65, 70-88, 90-99 */
{
	uint32_t area = yg_data_number(p, 3), group = yg_data_number(p + 3, 2);

	if (yg_data_number(p + 5, 4) == 0 || group == 0)
		return false;
	if (area >= 900)
		return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
		       (group >= 90 && group != 93);
	return area != 0 && area != 666 && yg_data_number(p, 9) != 0;
}

static bool check_ca(const char *p)
{
	return p[0] != '0' && p[0] != '8' && memcmp(p, "111111111", 9) != 0 &&
	       yg_checksum_luhn(p, 9);
}

static bool check_tr(const char *p)
{
	uint32_t odd = 0, even = 0;

	for (uint32_t i = 0; i < 9; i++)
		*(i % 2 ? &even : &odd) += yg_data_digit(p[i]);
	return p[0] != '0' && (odd * 7 + 90 - even) % 10 == yg_data_digit(p[9]) &&
	       (odd + even + yg_data_digit(p[9])) % 10 == yg_data_digit(p[10]);
}

static bool check_il(const char *p)
{
	return yg_data_number(p, 9) != 0 && yg_checksum_luhn(p, 9);
}

static bool check_za(const char *p)
{
	return yg_data_is_day(p + 2) && p[10] <= '2' && yg_checksum_luhn(p, 13);
}

static bool check_in(const char *p)
{
	return p[0] >= '2' && yg_checksum_verhoeff(p, 12);
}

static bool check_in_pan(const char *p)
{
	return strchr("ABCFGHJLPT", p[3]) != NULL;
}

static bool check_cn(const char *p)
{
	static const uint8_t weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 17; i++)
		sum += weights[i] * yg_data_digit(p[i]);
	return (memcmp(p + 6, "19", 2) == 0 || memcmp(p + 6, "20", 2) == 0) &&
	       yg_data_is_day(p + 10) && "10X98765432"[sum % 11] == p[17];
}

static bool check_tw(const char *p)
{
	/* A..Z */
	static const uint8_t codes[26] = { 10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
					   22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33 };
	uint32_t code = codes[p[0] - 'A'];
	uint32_t sum = code / 10 + code % 10 * 9 + yg_checksum_weighted(p + 1, "87654321");

	return (p[1] == '1' || p[1] == '2' || p[1] == '8' || p[1] == '9') &&
	       (sum + yg_data_digit(p[9])) % 10 == 0;
}

static bool check_hk_from(uint32_t sum, const char *p)
{
	uint32_t check;

	sum += 8 * (uint32_t)(p[0] - 'A' + 10) + yg_checksum_weighted(p + 1, "765432");
	check = (11 - sum % 11) % 11;
	return p[7] == (check == 10 ? 'A' : (char)('0' + check));
}

static bool check_hk(const char *p)
{
	return check_hk_from(9u * 36, p);
}

static bool check_hk_long(const char *p)
{
	return check_hk_from(9u * (uint32_t)(p[0] - 'A' + 10), p + 1);
}

static bool check_sg(const char *p)
{
	uint32_t sum = yg_checksum_weighted(p + 1, "2765432");

	sum += p[0] == 'T' || p[0] == 'G' ? 4 : p[0] == 'M' ? 3 : 0;
	if (p[0] == 'S' || p[0] == 'T')
		return "JZIHGFEDCBA"[sum % 11] == p[8];
	if (p[0] == 'F' || p[0] == 'G')
		return "XWUTRQPNMLK"[sum % 11] == p[8];
	return p[0] == 'M' && "KLJNPQRTUWX"[10 - sum % 11] == p[8];
}

static bool check_th(const char *p)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 12; i++)
		sum += (13 - i) * yg_data_digit(p[i]);
	/* 1 to 8: why it was given; then the province. */
	return p[0] >= '1' && p[0] <= '8' && yg_data_number(p + 1, 2) >= 10 &&
	       yg_data_number(p + 1, 2) <= 96 && (11 - sum % 11) % 10 == yg_data_digit(p[12]);
}

static bool check_kr(const char *p)
{
	return yg_data_is_day(p + 2) && p[6] >= '1' && p[6] <= '8' &&
	       yg_data_number(p + 7, 2) <= 95; /* where it was given */
}

static bool check_br(const char *p)
{
	uint32_t first = 0, second = 0;

	for (uint32_t i = 0; i < 9; i++) {
		first += (10 - i) * yg_data_digit(p[i]);
		second += (11 - i) * yg_data_digit(p[i]);
	}
	first = first * 10 % 11 % 10;
	second = (second + 2 * first) * 10 % 11 % 10;
	return first == yg_data_digit(p[9]) && second == yg_data_digit(p[10]) &&
	       memcmp(p, p + 1, 10) != 0;
}

static bool check_cnpj(const char *p)
{
	return memcmp(p, p + 1, 13) != 0 && yg_data_ends_with_11(p, 13, "543298765432", 0) &&
	       yg_data_ends_with_11(p, 14, "6543298765432", 0);
}

static bool check_cl(const char *p)
{
	uint32_t check = 11 - yg_checksum_weighted(p, "32765432") % 11;

	return p[8] == (check == 11 ? '0' : check == 10 ? 'K' : (char)('0' + check));
}

static bool check_ar(const char *p)
{
	return strchr("23", p[0]) && strchr("034567", p[1]) &&
	       yg_data_ends_with_11(p, 11, "5432765432", 9);
}

static bool check_mx(const char *p)
{
	static const char values[] = "0123456789ABCDEFGHIJKLMN?OPQRSTUVWXYZ";
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 17; i++)
		sum += (18 - i) * (uint32_t)(strchr(values, p[i]) - values);
	return yg_data_is_day(p + 6) && strchr("HMX", p[10]) &&
	       (10 - sum % 10) % 10 == yg_data_digit(p[17]);
}

static bool check_au(const char *p)
{
	return yg_data_number(p, 9) != 0 && yg_checksum_weighted(p, "14375869A") % 11 == 0;
}

static bool check_abn(const char *p)
{
	static const uint8_t weights[11] = { 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 };
	uint32_t sum = 0;

	if (p[0] == '0')
		return false;
	for (uint32_t i = 0; i < 11; i++)
		sum += weights[i] * (yg_data_digit(p[i]) - (i == 0));
	return sum % 89 == 0;
}

static bool check_acn(const char *p)
{
	return yg_data_number(p, 9) != 0 &&
	       (10 - yg_checksum_weighted(p, "87654321") % 10) % 10 == yg_data_digit(p[8]);
}

static bool check_medicare(const char *p)
{
	return p[0] >= '2' && p[0] <= '6' &&
	       yg_checksum_weighted(p, "13791379") % 10 == yg_data_digit(p[8]);
}

static bool check_nz(const char *p)
{
	uint32_t check = (11 - yg_checksum_weighted(p, "32765432") % 11) % 11;

	if (check == 10)
		check = (11 - yg_checksum_weighted(p, "74325276") % 11) % 11;
	return yg_data_number(p, 9) != 0 && check == yg_data_digit(p[8]);
}

static bool check_npi(const char *p)
{
	char digits[15] = { '8', '0', '8', '4', '0' }; /* what stands before it on cards */

	memcpy(digits + 5, p, 10);
	return (p[0] == '1' || p[0] == '2') && yg_checksum_luhn(digits, 15);
}

static bool check_mbi(const char *p) /* letters that look like digits do not occur */
{
	for (uint32_t i = 0; i < 11; i++) {
		if (strchr("SLOIBZ", p[i]))
			return false;
	}
	return p[0] != '0';
}

static bool check_brn(const char *p) /* Korean business */
{
	uint32_t sum = yg_checksum_weighted(p, "137137135") + yg_data_digit(p[8]) * 5 / 10;

	return (10 - sum % 10) % 10 == yg_data_digit(p[9]);
}

static bool check_gstin(const char *p) /* it begins with the state */
{
	uint32_t state = yg_data_number(p, 2);

	return (state >= 1 && state <= 38) || state == 97 || state == 99;
}

static bool check_ir(const char *p)
{
	return memcmp(p, p + 1, 9) != 0 && yg_data_ends_with_11(p, 10, "A98765432", 1);
}

static bool check_pk(const char *p)
{
	return p[0] >= '1' && p[0] <= '8';
}

/* Day of the year, women plus 500. */
static bool is_day_lk(const char *p)
{
	uint32_t day = yg_data_number(p, 3) % 500;

	return yg_data_number(p, 3) < 867 && day >= 1 && day <= 366;
}

static bool check_lk(const char *p)
{
	return (p[9] == 'V' || p[9] == 'X') && is_day_lk(p + 2);
}

static bool check_lk_long(const char *p)
{
	return (memcmp(p, "19", 2) == 0 || memcmp(p, "20", 2) == 0) && is_day_lk(p + 4);
}

static const struct yg_data_form forms[] = {
	YG_DATA_FORM(ID_US, SHAPE, "999999999", check_us),
	YG_DATA_FORM(ID_CA, CHECK, "999999999", check_ca),
	YG_DATA_FORM(ID_TR, CHECK, "99999999999", check_tr),
	YG_DATA_FORM(ID_IL, CHECK, "999999999", check_il),
	YG_DATA_FORM(ID_ZA, CHECK, "9999999999999", check_za),
	YG_DATA_FORM(ID_IN, CHECK, "999999999999", check_in),
	YG_DATA_FORM(ID_IN, SHAPE, "AAAAA9999A", check_in_pan),
	YG_DATA_FORM(ID_CN, CERTAIN, "99999999999999999*", check_cn),
	YG_DATA_FORM(ID_TW, CHECK, "A999999999", check_tw),
	YG_DATA_FORM(ID_HK, CHECK, "A999999*", check_hk),
	YG_DATA_FORM(ID_HK, CHECK, "AA999999*", check_hk_long),
	YG_DATA_FORM(ID_SG, CHECK, "A9999999A", check_sg),
	YG_DATA_FORM(ID_TH, CHECK, "9999999999999", check_th),
	YG_DATA_FORM(ID_KR, SHAPE, "9999999999999", check_kr),
	YG_DATA_FORM(ID_BR, CHECK, "99999999999", check_br),
	YG_DATA_FORM(ID_CL, CHECK, "99999999*", check_cl),
	YG_DATA_FORM(ID_AR, CHECK, "99999999999", check_ar),
	YG_DATA_FORM(ID_MX, CERTAIN, "AAAA999999AAAAAA*9", check_mx),
	YG_DATA_FORM(ID_AU, CHECK, "999999999", check_au),
	YG_DATA_FORM(ID_NZ, CHECK, "999999999", check_nz),
	YG_DATA_FORM(TAX_ID, CHECK, "99999999999", check_abn),
	YG_DATA_FORM(TAX_ID, CHECK, "999999999", check_acn),
	YG_DATA_FORM(TAX_ID, CHECK, "99999999999999", check_cnpj),
	YG_DATA_FORM(TAX_ID, CHECK, "9999999999", check_brn),
	YG_DATA_FORM(TAX_ID, BRAND, "99AAAAA9999A*Z*", check_gstin),
	YG_DATA_FORM(ID_IR, CHECK, "9999999999", check_ir),
	YG_DATA_FORM(ID_PK, SHAPE, "9999999999999", check_pk),
	YG_DATA_FORM(ID_LK, SHAPE, "999999999A", check_lk),
	YG_DATA_FORM(ID_LK, SHAPE, "999999999999", check_lk_long),
	YG_DATA_FORM(HEALTH_NUMBER, CHECK, "9999999999", check_npi),
	YG_DATA_FORM(HEALTH_NUMBER, CHECK, "9999999999", check_medicare),
	YG_DATA_FORM(HEALTH_NUMBER, SHAPE, "9A*9A*9AA99", check_mbi),
};

/* How a state writes its numbers says more than the digits: a second, independent sign. */
struct written {
	const char *shape;
	uint8_t class_, proof;
	bool shared; /* other states write theirs so too */
};

/* The way that @sent is written in; NULL: none that says anything. */
static const struct written *find_written(struct yg_slice sent)
{
	static const struct written rows[] = {
		{ "999-99-9999", YG_DATA_ID_US, YG_DATA_PROOF_BRAND, false },
		{ "999 99 9999", YG_DATA_ID_US, YG_DATA_PROOF_BRAND, false },
		{ "999999-9999999", YG_DATA_ID_KR, YG_DATA_PROOF_BRAND, false },
		{ "999999-9999", YG_DATA_ID_SE, YG_DATA_PROOF_BRAND, true },
		{ "99999999-9999", YG_DATA_ID_SE, YG_DATA_PROOF_BRAND, true },
		{ "999999-999*", YG_DATA_ID_FI, YG_DATA_PROOF_BRAND, true },
		{ "AA 99 99 99 A", YG_DATA_ID_GB, YG_DATA_PROOF_BRAND, false },
		{ "999.9999.9999.99", YG_DATA_ID_CH, YG_DATA_PROOF_CERTAIN, false },
		{ "99.99.99-999.99", YG_DATA_ID_BE, YG_DATA_PROOF_CERTAIN, false },
		{ "A999999(*)", YG_DATA_ID_HK, YG_DATA_PROOF_BRAND, false },
		{ "99999-9999999-9", YG_DATA_ID_PK, YG_DATA_PROOF_BRAND, false },
		{ "999.999.999-99", YG_DATA_ID_BR, YG_DATA_PROOF_CERTAIN, false },
		{ "99.999.999/9999-99", YG_DATA_TAX_ID, YG_DATA_PROOF_CERTAIN, false },
		{ "99.999.999-*", YG_DATA_ID_CL, YG_DATA_PROOF_BRAND, false },
		{ "99-99999999-9", YG_DATA_ID_AR, YG_DATA_PROOF_BRAND, false },
		{ "9A*9-A*9-AA99", YG_DATA_HEALTH_NUMBER, YG_DATA_PROOF_BRAND, false },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (yg_data_has_shape(rows[i].shape, sent))
			return &rows[i];
	}
	return NULL;
}

static void tell_forms(const struct yg_data_form *table, uint32_t count, struct yg_slice text,
		       const struct written *written, yg_data_fit_fn fn, void *ctx)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct yg_data_form *form = &table[i];
		bool same = written && written->class_ == form->class_;

		/* The length tells most of them apart. */
		if (form->len != text.len || (written && !same && !written->shared) ||
		    !yg_data_fits_shape(form->shape, text))
			continue;
		fn(ctx, &(struct yg_data_fit){
				.class_ = form->class_,
				.proof = same ? written->proof : form->proof,
				.passed = !form->check || form->check(text.ptr),
			});
	}
}

void yg_data_national_forms(struct yg_slice text, struct yg_slice sent, yg_data_fit_fn fn,
			    void *ctx)
{
	const struct written *written = text.len == sent.len ? NULL : find_written(sent);
	uint32_t count;
	const struct yg_data_form *europe = yg_data_forms_europe(&count);

	tell_forms(europe, count, text, written, fn, ctx);
	tell_forms(forms, YG_ARRAY_SIZE(forms), text, written, fn, ctx);
}
