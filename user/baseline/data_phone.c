/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telephone numbers: as the world dials them (E.164), and as countries write their own.
 *
 *	+81 90-1234-5678	plan of the country behind '+' or 00
 *	(415) 555-0132		an area in brackets
 *	090-1234-5678		a zero, then groups
 *	415-555-0132		North America
 */
#include <string.h>

#include "baseline/data_text.h"
#include "core/macros.h"

#define DIGITS_MAX 15u /* of E.164 */
#define GROUPS_MAX 8u

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Country code; fewest and most digits behind it. Source: ITU-T E.164, national numbering plans. */
static const struct plan {
	uint16_t code;
	uint8_t fewest, most;
} plans[] = {
	{ 1, 10, 10 },	{ 7, 10, 10 },	{ 20, 8, 10 },	{ 27, 9, 9 },	{ 30, 10, 10 },
	{ 31, 9, 9 },	{ 32, 8, 9 },	{ 33, 9, 9 },	{ 34, 9, 9 },	{ 36, 8, 9 },
	{ 39, 6, 11 },	{ 40, 9, 9 },	{ 41, 9, 9 },	{ 43, 7, 13 },	{ 44, 9, 10 },
	{ 45, 8, 8 },	{ 46, 7, 10 },	{ 47, 8, 8 },	{ 48, 9, 9 },	{ 49, 6, 12 },
	{ 51, 8, 9 },	{ 52, 10, 11 }, { 53, 6, 8 },	{ 54, 10, 11 }, { 55, 10, 11 },
	{ 56, 9, 9 },	{ 57, 8, 10 },	{ 58, 10, 10 }, { 60, 8, 10 },	{ 61, 9, 9 },
	{ 62, 8, 12 },	{ 63, 8, 10 },	{ 64, 8, 10 },	{ 65, 8, 8 },	{ 66, 8, 9 },
	{ 81, 9, 10 },	{ 82, 8, 10 },	{ 84, 9, 10 },	{ 86, 10, 11 }, { 90, 10, 10 },
	{ 91, 10, 10 }, { 92, 9, 10 },	{ 93, 9, 9 },	{ 94, 9, 9 },	{ 95, 7, 10 },
	{ 98, 10, 10 }, { 211, 9, 9 },	{ 212, 9, 9 },	{ 213, 8, 9 },	{ 216, 8, 8 },
	{ 218, 8, 9 },	{ 220, 7, 7 },	{ 221, 9, 9 },	{ 222, 8, 8 },	{ 223, 8, 8 },
	{ 224, 8, 9 },	{ 225, 8, 10 }, { 226, 8, 8 },	{ 227, 8, 8 },	{ 228, 8, 8 },
	{ 229, 8, 10 }, { 230, 7, 8 },	{ 231, 7, 9 },	{ 232, 8, 8 },	{ 233, 9, 9 },
	{ 234, 8, 10 }, { 235, 8, 8 },	{ 236, 8, 8 },	{ 237, 8, 9 },	{ 238, 7, 7 },
	{ 239, 7, 7 },	{ 240, 9, 9 },	{ 241, 7, 8 },	{ 242, 9, 9 },	{ 243, 9, 9 },
	{ 244, 9, 9 },	{ 245, 7, 9 },	{ 246, 7, 7 },	{ 247, 4, 5 },	{ 248, 7, 7 },
	{ 249, 9, 9 },	{ 250, 9, 9 },	{ 251, 9, 9 },	{ 252, 7, 9 },	{ 253, 8, 8 },
	{ 254, 9, 9 },	{ 255, 9, 9 },	{ 256, 9, 9 },	{ 257, 8, 8 },	{ 258, 8, 9 },
	{ 260, 9, 9 },	{ 261, 9, 9 },	{ 262, 9, 9 },	{ 263, 8, 10 }, { 264, 8, 9 },
	{ 265, 7, 9 },	{ 266, 8, 8 },	{ 267, 7, 8 },	{ 268, 8, 8 },	{ 269, 7, 7 },
	{ 290, 4, 5 },	{ 291, 7, 7 },	{ 297, 7, 7 },	{ 298, 6, 6 },	{ 299, 6, 6 },
	{ 350, 8, 8 },	{ 351, 9, 9 },	{ 352, 6, 11 }, { 353, 7, 9 },	{ 354, 7, 9 },
	{ 355, 8, 9 },	{ 356, 8, 8 },	{ 357, 8, 8 },	{ 358, 6, 12 }, { 359, 7, 9 },
	{ 370, 8, 8 },	{ 371, 8, 8 },	{ 372, 7, 8 },	{ 373, 8, 8 },	{ 374, 8, 8 },
	{ 375, 9, 9 },	{ 376, 6, 9 },	{ 377, 8, 9 },	{ 378, 6, 10 }, { 380, 9, 9 },
	{ 381, 8, 9 },	{ 382, 8, 8 },	{ 383, 8, 9 },	{ 385, 8, 9 },	{ 386, 8, 8 },
	{ 387, 8, 9 },	{ 389, 8, 8 },	{ 420, 9, 9 },	{ 421, 9, 9 },	{ 423, 7, 9 },
	{ 500, 5, 5 },	{ 501, 7, 7 },	{ 502, 8, 8 },	{ 503, 8, 8 },	{ 504, 8, 8 },
	{ 505, 8, 8 },	{ 506, 8, 8 },	{ 507, 7, 8 },	{ 508, 6, 9 },	{ 509, 8, 8 },
	{ 590, 9, 9 },	{ 591, 8, 8 },	{ 592, 7, 7 },	{ 593, 8, 9 },	{ 594, 9, 9 },
	{ 595, 9, 9 },	{ 596, 9, 9 },	{ 597, 6, 7 },	{ 598, 8, 8 },	{ 599, 7, 8 },
	{ 670, 7, 8 },	{ 672, 6, 6 },	{ 673, 7, 7 },	{ 674, 7, 7 },	{ 675, 7, 8 },
	{ 676, 5, 7 },	{ 677, 5, 7 },	{ 678, 5, 7 },	{ 679, 7, 7 },	{ 680, 7, 7 },
	{ 681, 6, 6 },	{ 682, 5, 5 },	{ 683, 4, 7 },	{ 685, 5, 7 },	{ 686, 5, 8 },
	{ 687, 6, 6 },	{ 688, 5, 7 },	{ 689, 6, 8 },	{ 690, 4, 7 },	{ 691, 7, 7 },
	{ 692, 7, 7 },	{ 850, 8, 10 }, { 852, 8, 8 },	{ 853, 8, 8 },	{ 855, 8, 9 },
	{ 856, 8, 10 }, { 880, 8, 10 }, { 886, 8, 9 },	{ 960, 7, 7 },	{ 961, 7, 8 },
	{ 962, 8, 9 },	{ 963, 8, 9 },	{ 964, 8, 10 }, { 965, 8, 8 },	{ 966, 8, 9 },
	{ 967, 7, 9 },	{ 968, 8, 8 },	{ 970, 8, 9 },	{ 971, 8, 9 },	{ 972, 8, 9 },
	{ 973, 8, 8 },	{ 974, 8, 8 },	{ 975, 7, 8 },	{ 976, 8, 8 },	{ 977, 8, 10 },
	{ 992, 9, 9 },	{ 993, 8, 8 },	{ 994, 9, 9 },	{ 995, 9, 9 },	{ 996, 9, 9 },
	{ 998, 9, 9 },
};

/* A number, taken apart. */
struct written {
	char digits[DIGITS_MAX + 1];
	size_t count;
	size_t groups[GROUPS_MAX]; /* digits of each */
	size_t group_count;
	size_t area;	/* digits in brackets; 0 none */
	char separator; /* between groups; 0 none; '?' more than one kind */
	bool plus, zeros;
};

static bool is_separator(char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '/';
}

/* "(415)": digits in brackets at @at. The "(0)" of a call within the country is left out. */
static bool read_area(struct yg_slice text, size_t *at, struct written *number)
{
	const char *close = memchr(text.ptr + *at, ')', text.len - *at);
	size_t len = close ? (size_t)(close - text.ptr) - *at - 1 : 0;

	if (len == 0 || len > 5 || number->area || number->group_count == GROUPS_MAX ||
	    number->count + len > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text.ptr[*at + 1 + i]))
			return false;
	}
	if (!(len == 1 && number->plus && text.ptr[*at + 1] == '0')) {
		memcpy(number->digits + number->count, text.ptr + *at + 1, len);
		number->count += len;
		number->groups[number->group_count++] = len;
		number->area = len;
	}
	*at += len + 2;
	return true;
}

static bool read_group(struct yg_slice text, size_t *at, struct written *number)
{
	size_t from = number->count;

	if (number->group_count == GROUPS_MAX)
		return false;
	while (*at < text.len && is_digit(text.ptr[*at])) {
		if (number->count == DIGITS_MAX)
			return false;
		number->digits[number->count++] = text.ptr[(*at)++];
	}
	number->groups[number->group_count++] = number->count - from;
	return number->count > from;
}

static bool read_number(struct yg_slice text, struct written *number)
{
	size_t at = 0, marks = 0;

	*number = (struct written){ .plus = text.len > 0 && text.ptr[0] == '+' };
	at = number->plus;
	while (at < text.len) {
		char c = text.ptr[at];

		if (is_separator(c)) {
			/* One between two groups; beside a bracket there may be one more. */
			if (at + 1 == text.len || (marks > 0 && text.ptr[at - 1] != ')') ||
			    number->group_count == 0)
				return false;
			if (number->separator && number->separator != c)
				c = '?';
			number->separator = c;
			marks++;
			at++;
			continue;
		}
		marks = 0;
		if (c == '(' ? !read_area(text, &at, number) : !read_group(text, &at, number))
			return false;
	}
	number->zeros = !number->plus && number->count > 2 && memcmp(number->digits, "00", 2) == 0;
	return true;
}

/* North America: area and exchange begin with 2 to 9, and an area is no service code. */
static bool is_american(const char *digits, size_t count)
{
	return count == 10 && digits[0] >= '2' && digits[3] >= '2' &&
	       !(digits[1] == '1' && digits[2] == '1');
}

/* Does the number fit the plan of its country? Codes are of no two lengths at once. */
static bool fits_plan(const char *digits, size_t count, size_t *ret_code_len)
{
	uint32_t code = 0;

	for (size_t len = 1; len <= 3 && len < count && digits[0] != '0'; len++) {
		code = code * 10 + (uint32_t)(digits[len - 1] - '0');
		for (size_t i = 0; i < YG_ARRAY_SIZE(plans); i++) {
			if (plans[i].code != code)
				continue;
			*ret_code_len = len;
			/* The zero of a call within the country is not said from outside; some
			 * countries have none to leave out. */
			if (digits[len] == '0' && code != 39 && code != 225 && code != 241 &&
			    code != 242 && code != 378)
				return false;
			return code == 1 ? is_american(digits + 1, count - 1)
					 : count - len >= plans[i].fewest &&
						   count - len <= plans[i].most;
		}
	}
	return false;
}

/* As dialled from anywhere: '+' or 00, the code of a country not torn apart, its plan. */
static bool is_international(const struct written *number)
{
	size_t skip = number->zeros ? 2 : 0, code_len = 0;

	if (!fits_plan(number->digits + skip, number->count - skip, &code_len))
		return false;
	return number->zeros ? number->group_count > 1 || number->count >= 11
			     : number->groups[0] >= code_len;
}

/* 090-1234-5678, 03(1234)5678, 0120-123-456: the form makes it certain enough. */
static bool is_japanese(const struct written *number)
{
	const char *digits = number->digits;
	bool free_call = memcmp(digits, "0120", 4) == 0 || memcmp(digits, "0800", 4) == 0;

	if (digits[0] != '0' || digits[1] == '0' || number->group_count != 3 ||
	    (number->separator != '-' && !(number->area && !number->separator)) ||
	    (number->groups[2] != 4 && !free_call))
		return false;
	if (number->count == 11)
		return (digits[2] == '0' && digits[1] >= '5') || free_call;
	return number->count == 10;
}

/*
 * A zero, then three groups or more of two to five digits, ten or eleven in all; twelve where
 * mobile numbers begin with 08.
 */
static bool is_grouped(const struct written *number)
{
	size_t most = number->digits[1] == '8' ? 12 : 11;

	if (number->digits[0] != '0' || number->digits[1] == '0' || number->group_count < 3 ||
	    number->count < 10 || number->count > most || number->separator == '?')
		return false;
	for (size_t i = 0; i < number->group_count; i++) {
		if (number->groups[i] < 2 || number->groups[i] > 5)
			return false;
	}
	return true;
}

/* "(415) 555-0132", "0 (917) 123 4567", "1(567)362-8910" */
static bool has_area(const struct written *number)
{
	size_t before = number->area == number->groups[0] ? 0 : number->groups[0];

	return number->area >= 2 && before <= 1 && number->count - number->area - before >= 6 &&
	       number->count >= 9 && number->count <= 12;
}

/* 415-555-0132, 1-415-555-0132 */
static bool is_written_american(const struct written *number)
{
	size_t from = number->groups[0] == 1 && number->digits[0] == '1';

	return (number->separator == '-' || number->separator == '.') &&
	       number->group_count == 3 + from && number->groups[from] == 3 &&
	       number->groups[from + 1] == 3 &&
	       is_american(number->digits + from, number->count - from);
}

/* 2024-01-31, 31.01.2024 */
static bool is_date(const struct written *number)
{
	if (number->count != 8 || number->group_count != 3)
		return false;
	return number->groups[0] == 4 || (number->groups[0] == 2 && number->groups[1] == 2);
}

static bool is_one_digit(const struct written *number)
{
	for (size_t i = 1; i < number->count; i++) {
		if (number->digits[i] != number->digits[0])
			return false;
	}
	return true;
}

/* What a field with a telling name may hold: a number as it is dialled within some country. */
static bool may_be_dialled(const struct written *number)
{
	size_t code_len;

	if (number->zeros)
		return is_international(number);
	if (is_one_digit(number) || is_date(number))
		return false;
	if (number->digits[0] == '0')
		return number->count >= 8 && number->count <= 12;
	return number->count <= 11 || fits_plan(number->digits, number->count, &code_len);
}

bool yg_data_is_phone(struct yg_slice text, bool *ret_certain)
{
	struct written number;

	*ret_certain = false;
	if (!read_number(text, &number) || number.count < 7)
		return false;
	if (number.plus) {
		*ret_certain = is_international(&number);
		return *ret_certain;
	}
	*ret_certain = is_japanese(&number) || is_grouped(&number) || has_area(&number) ||
		       is_written_american(&number) ||
		       (number.zeros && number.group_count > 1 && number.separator != '?' &&
			is_international(&number));
	return *ret_certain || may_be_dialled(&number);
}
