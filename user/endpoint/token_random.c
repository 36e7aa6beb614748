/* SPDX-License-Identifier: GPL-2.0-only */
/* Values that a machine made up: no word explains them. */
#include "endpoint/token_inside.h"

#define CODE_MIN   10u /* bytes of letters and digits in turns; "er8j1m" may be anything */
#define OPAQUE_MIN 16u /* bytes; shorter random strings are MIXED and need evidence */

/*
 * Letters and digits (and '-', '_') that no naming habit explains: digits inside, capitals that
 * do not start words, or no vowels to speak of.
 */
bool yg_token_is_random(const struct census *n, size_t len)
{
	size_t letters = n->lower + n->upper;

	if (n->turns >= 3)
		return true;
	if (n->turns == 2 && n->digit > 0 && letters <= len / 2 + 2)
		return true;
	return n->turns >= 1 && n->upper > 0 && n->lower > 0 && n->humps >= 2 &&
	       n->vowels * 4 < letters;
}

/* Could somebody say it? Acronyms and what begins or ends a word need no vowel. */
static bool is_sayable(struct yg_slice run)
{
	struct census n = yg_token_census(run);

	return n.strange * 8 <= run.len && (n.vowels > 0 || run.len <= 3) && n.consonant_row <= 5;
}

/*
 * Letters in runs of two or more of lower case (with the capital before them) or in two acronyms:
 * nearly all of "getItemsByURL", half of chance.
 */
static size_t count_worded(struct yg_slice s)
{
	size_t count = 0, acronyms = 0;

	for (size_t i = 0; i < s.len;) {
		size_t start = i;
		int class = class_of(s.ptr[i]);

		while (i < s.len && class_of(s.ptr[i]) == class)
			i++;
		if (class == 1 && i - start >= 2 &&
		    is_sayable((struct yg_slice){ s.ptr + start, i - start }))
			count += i - start +
				 (start > 0 && class_of(s.ptr[start - 1]) == 2 &&
				  !(start > 2 && class_of(s.ptr[start - 2]) == 2 &&
				    class_of(s.ptr[start - 3]) == 2));
		else if (class == 2 && i - start >= 3 && i - start <= 4 && acronyms++ < 2)
			count += i - start;
	}
	return count;
}

/* Words, numbers and acronyms of two and a half letters on average, or less: "tfYba65PDmceHng". */
static bool is_chopped(struct yg_slice s, const struct census *n)
{
	size_t pieces = 0;

	for (size_t i = 0; i < s.len; i++) {
		int class = class_of(s.ptr[i]), last = i > 0 ? class_of(s.ptr[i - 1]) : 0;

		pieces += class && class != last && !(class == 1 && last == 2);
	}
	return n->lower > 0 && n->upper > 0 && pieces * 5 >= (n->lower + n->upper + n->digit) * 2;
}

/* Capitals where no word begins. */
static bool is_shuffled(struct yg_slice s, const struct census *n)
{
	return n->lower > 0 && n->upper > 1 && count_worded(s) * 3 < (n->lower + n->upper) * 2;
}

/* A tail that could not be read aloud: "opmff2YT9kL4RFxrg". */
static bool is_opaque_tail(struct yg_slice s)
{
	struct census n = yg_token_census(s);

	if (s.len < 6 || n.lower + n.upper + n.digit != s.len)
		return false;
	if (n.digit == s.len || (n.hex == s.len && n.digit > 0))
		return true;
	if (n.turns >= 2)
		return true;
	return s.len >= 10 && n.lower > 0 && n.upper > 0 &&
	       (n.digit > 0 || is_shuffled(s, &n) || (s.len >= 12 && is_chopped(s, &n)));
}

/* "acct_…", "ord-…": a short lower-case word, one mark, an opaque tail. */
bool yg_token_is_prefixed(struct yg_slice s, const struct census *n)
{
	size_t i = 0;

	if (n->hyphen + n->underscore + n->dot == 0 || s.len < 9)
		return false;
	while (i < s.len && is_letter(s.ptr[i]))
		i++;
	if (i == 0 || i > 8 || i + 1 >= s.len || !strchr("_-.", s.ptr[i]))
		return false;
	/* Methods have dots and digits, too: "files.get2FA". */
	if (s.ptr[i] == '.' && (n->digit < 3 || s.len - i < 9))
		return false;
	return is_opaque_tail((struct yg_slice){ s.ptr + i + 1, s.len - i - 1 });
}

/* "213-2096", "5481-905-1806888", "INV566481", "JP8682290094": no name has as many digits. */
static bool is_number_code(struct yg_slice s, const struct census *n, size_t row)
{
	if (n->digit >= 6 && n->hyphen > 0 && n->digit + n->hyphen == s.len)
		return is_digit(s.ptr[0]) && row > 0;
	return row >= 6 && row == n->digit && n->lower + n->upper == s.len - row &&
	       s.len - row <= 6 && !(s.len - row == 1 && yg_ascii_lower(s.ptr[0]) == 'v');
}

/*
 * Words with a number of four digits or more behind a mark, or with year and month inside:
 * "order-10023", "report_2024-01", "backup-1778670288". "tier-2" is a name until there are more.
 */
bool yg_token_is_counted(struct yg_slice s, const struct census *n)
{
	size_t row = 0;

	while (row < s.len && is_digit(s.ptr[s.len - 1 - row]))
		row++;
	if (is_number_code(s, n, row))
		return true;
	if (n->lower + n->upper < 2 || n->digit < 4 || n->hyphen + n->underscore == 0 ||
	    n->lower + n->upper + n->digit + n->hyphen + n->underscore != s.len)
		return false;
	for (size_t i = 0; i + 6 < s.len; i++) {
		if (i > 0 && yg_token_matches((struct yg_slice){ s.ptr + i, 7 }, "9999-99"))
			return true;
	}
	return row >= 4 && row < s.len && !is_letter(s.ptr[s.len - 1 - row]);
}

bool yg_token_is_opaque(struct yg_slice s, const struct census *n)
{
	size_t letters = n->lower + n->upper;
	size_t marks = n->hyphen + n->underscore;

	/* No name changes that often: of 27,000 in published documents none does. */
	if (s.len >= CODE_MIN && n->digit >= 3 && n->turns >= 4 && letters + n->digit == s.len)
		return true;
	if (s.len < OPAQUE_MIN || letters + n->digit + marks != s.len || marks > 4)
		return false;
	if (n->digit >= 2 && n->turns >= 4)
		return true;
	if (n->lower == 0 || n->upper == 0)
		return false;
	return is_shuffled(s, n) || is_chopped(s, n) ||
	       (n->digit > 0 && (n->humps * 5 >= s.len || n->vowels * 5 < letters));
}

/* "YXpZOGOlEm": too short to be OPAQUE for sure, but nobody writes like that. */
bool yg_token_is_shuffled(struct yg_slice s, const struct census *n)
{
	return s.len >= 8 && n->lower + n->upper + n->digit == s.len &&
	       n->uppers_in_row < s.len / 2 && is_shuffled(s, n);
}

/* Letters that nobody could say: "rmkkbmq", "hvps1hesbq". Compounds reach six ("httpstatus"). */
bool yg_token_is_gibberish(const struct census *n)
{
	size_t letters = n->lower + n->upper;

	return letters >= 6 &&
	       ((n->strange >= 2 && n->strange * 5 >= letters) || n->consonant_row >= 7 ||
		n->vowels == 0 || (n->consonant_row >= 4 && n->vowels * 6 <= letters));
}
