/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_form.h"

#include <string.h>

#include "baseline/checksum.h"
#include "baseline/data_national.h"
#include "core/macros.h"

#define EPOCH_MS_LOW  "0946684800000" /* 2000-01-01 */
#define EPOCH_MS_HIGH "2524608000000" /* 2050-01-01 */

/* First and last prefix, digits of both; lengths of the whole number. */
struct issuer {
	uint32_t low, high;
	uint8_t digits, shortest, longest;
};

/* Source: ISO/IEC 7812 ranges as the schemes publish them. */
static const struct issuer issuers[] = {
	{ 4, 4, 1, 13, 19 },	       /* Visa: 13, 16, 19 */
	{ 51, 55, 2, 16, 16 },	       /* Mastercard */
	{ 2221, 2720, 4, 16, 16 },     /* Mastercard */
	{ 34, 34, 2, 15, 15 },	       /* American Express */
	{ 37, 37, 2, 15, 15 },	       /* American Express */
	{ 3528, 3589, 4, 16, 19 },     /* JCB */
	{ 1800, 1800, 4, 15, 15 },     /* JCB, old */
	{ 2131, 2131, 4, 15, 15 },     /* JCB, old */
	{ 300, 305, 3, 14, 19 },       /* Diners Club */
	{ 3095, 3095, 4, 14, 19 },     /* Diners Club */
	{ 36, 36, 2, 14, 19 },	       /* Diners Club */
	{ 38, 39, 2, 14, 19 },	       /* Diners Club */
	{ 6011, 6011, 4, 16, 19 },     /* Discover */
	{ 644, 649, 3, 16, 19 },       /* Discover */
	{ 65, 65, 2, 16, 19 },	       /* Discover, RuPay */
	{ 622126, 622925, 6, 16, 19 }, /* Discover, UnionPay */
	{ 62, 62, 2, 16, 19 },	       /* UnionPay */
	{ 81, 81, 2, 16, 19 },	       /* UnionPay, RuPay */
	{ 2200, 2204, 4, 16, 19 },     /* Mir */
	{ 9792, 9792, 4, 16, 16 },     /* Troy */
	{ 5018, 5018, 4, 12, 19 },     /* Maestro */
	{ 5020, 5020, 4, 12, 19 },     /* Maestro */
	{ 5038, 5038, 4, 12, 19 },     /* Maestro */
	{ 5893, 5893, 4, 12, 19 },     /* Maestro */
	{ 6304, 6304, 4, 12, 19 },     /* Maestro */
	{ 67, 67, 2, 12, 19 },	       /* Maestro */
	{ 5019, 5019, 4, 16, 16 },     /* Dankort */
	{ 636, 636, 3, 16, 19 },       /* InterPayment */
	{ 508500, 508999, 6, 16, 16 }, /* RuPay */
	{ 606985, 607984, 6, 16, 16 }, /* RuPay */
	{ 608001, 608500, 6, 16, 16 }, /* RuPay */
	{ 506099, 506198, 6, 16, 19 }, /* Verve */
	{ 606282, 606282, 6, 16, 16 }, /* Hipercard */
	{ 122000, 122000, 6, 15, 15 }, /* UATP test range */
};

static const char countries[] =
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCH"
	"CICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGN"
	"GPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLI"
	"LKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOM"
	"PAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTD"
	"TFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/* Country and length of its IBAN, two letters and two digits each. Source: SWIFT IBAN registry. */
static const char ibans[] =
	"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20"
	"EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30"
	"KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23"
	"PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26"
	"UA29VA22VG24XK20YE30DZ26AO25BJ28BF28CV25CM27CF27TD27KM27CG27CI28GQ27GA27GW25IR26MG27"
	"ML28MA28MZ25NE28SN28TG28";

/*
 * What follows the first four characters, by country: n digits, a letters, c both, each with how
 * many. Countries that are not here have a length alone. Source: SWIFT IBAN registry.
 */
static const char bbans[] =
	"ADn08c12 AEn19 ALn08c16 ATn16 AZa04c20 BAn16 BEn12 BGa04n06c08 BHa04c14 BRn23a01c01 "
	"BYc04n04c16 CHn05c12 CRn18 CYn08c16 CZn20 DEn18 DJn23 DKn14 DOc04n20 EEn16 EGn25 "
	"ESn20 FIn14 FKa02n12 FOn14 FRn10c11n02 GBa04n14 GEa02n16 GIa04c15 GLn14 GRn07c16 "
	"GTc24 HNa04n20 HRn17 HUn24 IEa04n14 ILn19 IQa04n15 ISn22 ITa01n10c12 JOa04n04c18 "
	"KWa04c22 KZn03c13 LBn04c20 LCa04c24 LIn05c12 LTn16 LUn03c13 LVa04c13 LYn21 "
	"MCn10c11n02 MDc20 MEn18 MKn03c10n02 MNn16 MRn23 MTa04n05c18 MUa04n19a03 NIa04n20 "
	"NLa04n10 NOn11 OMn03c16 PKa04c16 PLn24 PSa04c21 PTn21 QAa04c21 ROa04c16 RSn18 "
	"RUn14c15 SAn02c18 SCa04n20a03 SDn14 SEn20 SIn15 SKn20 SMa01n10c12 SOn19 STn21 "
	"SVa04n20 TLn19 TNn20 TRn06c16 UAn06c19 VAn18 VGa04n16 XKn16 YEa04n04c18 ";

bool yg_data_has_shape(const char *shape, struct yg_slice text)
{
	return strlen(shape) == text.len && yg_data_fits_shape(shape, text);
}

static bool is_digits(struct yg_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len > 0;
}

static bool is_one_digit(struct yg_slice digits)
{
	for (size_t i = 1; i < digits.len; i++) {
		if (digits.ptr[i] != digits.ptr[0])
			return false;
	}
	return true;
}

bool yg_data_is_country(const char *code)
{
	for (size_t i = 0; i + 2 < sizeof(countries); i += 2) {
		if (memcmp(countries + i, code, 2) == 0)
			return true;
	}
	return false;
}

size_t yg_data_iban_len(const char *country)
{
	for (size_t i = 0; i + 4 < sizeof(ibans); i += 4) {
		if (memcmp(ibans + i, country, 2) == 0)
			return (size_t)(ibans[i + 2] - '0') * 10 + (size_t)(ibans[i + 3] - '0');
	}
	return 0;
}

static bool is_of_kind(char c, char kind)
{
	bool digit = c >= '0' && c <= '9';

	return kind == 'c' || digit == (kind == 'n');
}

/* The account number of an IBAN in capitals, as its country writes it. */
static bool has_form_of_country(struct yg_slice iban)
{
	const char *row = bbans;
	size_t at = 4;

	while (*row && memcmp(row, iban.ptr, 2) != 0)
		row += strcspn(row, " ") + 1;
	if (!*row)
		return true;
	for (row += 2; *row != ' '; row += 3) {
		size_t end = at + (size_t)(row[1] - '0') * 10 + (size_t)(row[2] - '0');

		for (; at < end && at < iban.len; at++) {
			if (!is_of_kind(iban.ptr[at], row[0]))
				return false;
		}
	}
	return true;
}

static bool has_issuer(struct yg_slice digits)
{
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(issuers); i++) {
		const struct issuer *issuer = &issuers[i];
		uint32_t prefix = 0;

		for (uint32_t j = 0; j < issuer->digits; j++)
			prefix = prefix * 10 + (uint32_t)(digits.ptr[j] - '0');
		if (prefix < issuer->low || prefix > issuer->high ||
		    digits.len < issuer->shortest || digits.len > issuer->longest)
			continue;
		return issuer->low != 4 || digits.len == 13 || digits.len == 16 || digits.len == 19;
	}
	return false;
}

static bool is_epoch_ms(struct yg_slice digits)
{
	return digits.len == 13 && memcmp(digits.ptr, EPOCH_MS_LOW, 13) >= 0 &&
	       memcmp(digits.ptr, EPOCH_MS_HIGH, 13) < 0;
}

bool yg_data_is_pan(struct yg_slice digits, bool *ret_shape)
{
	*ret_shape =
		digits.len >= 13 && digits.len <= 19 && is_digits(digits) && !is_epoch_ms(digits);
	return *ret_shape && !is_one_digit(digits) && has_issuer(digits) &&
	       yg_checksum_luhn(digits.ptr, digits.len);
}

static void tell(uint8_t class_, uint8_t proof, bool passed, yg_data_fit_fn fn, void *ctx)
{
	struct yg_data_fit fit = { .class_ = class_, .proof = proof, .passed = passed };

	fn(ctx, &fit);
}

/* Groups of a card: 4-4-4-4, 4-6-5, 4-6-4; three alike in a row are no accident. */
static bool is_grouped_like_card(struct yg_slice sent)
{
	uint32_t groups[6] = { 0 }, count = 0;

	for (size_t i = 0; i < sent.len; i++) {
		if (sent.ptr[i] >= '0' && sent.ptr[i] <= '9')
			groups[count]++;
		else if (++count == YG_ARRAY_SIZE(groups))
			return false;
	}
	return count == 0 || (groups[0] == 4 && (groups[1] == 4 || groups[1] == 6));
}

/* 35-209900-176148-1: the type, the serial number, the check digit. */
static bool is_written_like_imei(struct yg_slice sent)
{
	return sent.len == 18 && sent.ptr[2] == '-' && sent.ptr[9] == '-' && sent.ptr[16] == '-';
}

/* Source: IRS, "How EINs are assigned and valid EIN prefixes". */
static bool is_employer(const char *digits)
{
	static const char never[] = "070809171819282949697078798996";

	for (size_t i = 0; i + 2 < sizeof(never); i += 2) {
		if (memcmp(never + i, digits, 2) == 0)
			return false;
	}
	return memcmp(digits, "00", 2) != 0 && memcmp(digits + 2, "0000000", 7) != 0;
}

static void tell_numbers(struct yg_slice text, struct yg_slice sent, yg_data_fit_fn fn, void *ctx)
{
	bool shape;
	bool pan = yg_data_is_pan(text, &shape);

	if (shape && is_grouped_like_card(sent))
		tell(YG_DATA_PAN, YG_DATA_PROOF_BRAND, pan, fn, ctx);
	if (text.len == 12 && !is_one_digit(text))
		tell(YG_DATA_MY_NUMBER, YG_DATA_PROOF_CHECK, yg_checksum_my_number(text.ptr), fn,
		     ctx);
	/* An employer of the United States: where its number is given, then a serial number. */
	if (text.len == 9 && sent.len == 10 && sent.ptr[2] == '-')
		tell(YG_DATA_TAX_ID, YG_DATA_PROOF_SHAPE, is_employer(text.ptr), fn, ctx);
	/* What may be a time is one by its name alone. */
	if (text.len == 13)
		tell(YG_DATA_CORPORATE_NUMBER,
		     is_epoch_ms(text) ? YG_DATA_PROOF_SHAPE : YG_DATA_PROOF_CHECK,
		     !is_one_digit(text) && yg_checksum_corporate_number(text.ptr), fn, ctx);
	if (text.len == 15 && !pan)
		tell(YG_DATA_IMEI,
		     is_written_like_imei(sent) ? YG_DATA_PROOF_BRAND : YG_DATA_PROOF_CHECK,
		     !is_one_digit(text) && yg_checksum_luhn(text.ptr, text.len), fn, ctx);
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* In groups of four or none, in one case. */
static bool is_written_like_iban(struct yg_slice sent)
{
	bool spaced = sent.len > 4 && sent.ptr[4] == ' ', lower = false, upper = false;

	for (size_t i = 0; i < sent.len; i++) {
		lower |= sent.ptr[i] >= 'a' && sent.ptr[i] <= 'z';
		upper |= is_upper(sent.ptr[i]);
		if ((sent.ptr[i] == ' ') != (spaced && i % 5 == 4) || sent.ptr[i] == ':')
			return false;
	}
	return !(lower && upper);
}

static void tell_codes(struct yg_slice text, struct yg_slice sent, yg_data_fit_fn fn, void *ctx)
{
	const char *p = text.ptr;
	size_t iban;

	if (text.len >= 15 && is_upper(p[0]) && is_upper(p[1])) {
		iban = yg_data_iban_len(p);
		if (iban == text.len && is_written_like_iban(sent) && p[2] >= '0' && p[2] <= '9' &&
		    p[3] >= '0' && p[3] <= '9')
			tell(YG_DATA_IBAN, YG_DATA_PROOF_CERTAIN,
			     has_form_of_country(text) && yg_checksum_iban(p, text.len), fn, ctx);
	}
	if ((text.len == 8 || text.len == 11) && is_upper(p[0]) && is_upper(p[1]) &&
	    is_upper(p[2]) && is_upper(p[3]) && yg_data_is_country(p + 4))
		tell(YG_DATA_BIC, YG_DATA_PROOF_SHAPE, true, fn, ctx);
	if (text.len == 14 && p[0] == 'T' && is_digits((struct yg_slice){ p + 1, 13 }))
		tell(YG_DATA_CORPORATE_NUMBER, YG_DATA_PROOF_CHECK,
		     yg_checksum_corporate_number(p + 1), fn, ctx);
	if (text.len == 17)
		tell(YG_DATA_VIN, YG_DATA_PROOF_CHECK, yg_checksum_vin(p), fn, ctx);
	if (text.len == 12 && is_upper(p[0]) && is_upper(p[1]) && is_upper(p[10]) &&
	    is_upper(p[11]) && is_digits((struct yg_slice){ p + 2, 8 }))
		tell(YG_DATA_RESIDENCE_CARD, YG_DATA_PROOF_SHAPE, true, fn, ctx);
}

void yg_data_forms(struct yg_slice text, struct yg_slice sent, yg_data_fit_fn fn, void *ctx)
{
	if (text.len < 6 || text.len > YG_DATA_FORM_MAX)
		return;
	if (is_digits(text))
		tell_numbers(text, sent, fn, ctx);
	else
		tell_codes(text, sent, fn, ctx);
	yg_data_national_forms(text, sent, fn, ctx);
}
