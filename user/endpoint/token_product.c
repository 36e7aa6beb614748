/* SPDX-License-Identifier: GPL-2.0-only */
/* What providers sell: places and sizes. */
#include "core/macros.h"
#include "endpoint/token_inside.h"

/*
 * "us-east", "gb-lon", "ap-northeast-1", "us-east-1a", "europe-west4-b": two letters or a
 * continent, a place, a number, the letter of a zone. Words can look like that ("by-date"), so it
 * takes siblings with other first letters; see trie_evidence.c.
 */
bool yg_token_is_region(struct yg_slice s)
{
	static const char *const continents[] = { "europe",	  "asia",	  "africa",
						  "northamerica", "southamerica", "australia" };
	const char *mark = s.len > 0 ? memchr(s.ptr, '-', s.len) : NULL;
	size_t i = mark ? (size_t)(mark - s.ptr) : 0, start;
	bool known = i == 2 && class_of(s.ptr[0]) == 1 && class_of(s.ptr[1]) == 1;

	for (size_t c = 0; c < YG_ARRAY_SIZE(continents) && i > 2; c++)
		known |= yg_slice_equal((struct yg_slice){ s.ptr, i },
					yg_slice_from_str(continents[c]));
	if (!known)
		return false;
	start = ++i;
	while (i < s.len && class_of(s.ptr[i]) == 1)
		i++;
	if (i - start < 3 || i - start > 12)
		return false;
	i += i + 1 < s.len && s.ptr[i] == '-' && is_digit(s.ptr[i + 1]);
	for (start = i; i < s.len && is_digit(s.ptr[i]);)
		i++;
	if (i == s.len)
		return i - start <= 2;
	i += s.ptr[i] == '-';
	return i > start && i + 1 == s.len && class_of(s.ptr[i]) == 1;
}

/* "g6-standard-1", "db-4x-large2": words and two groups that hold a digit, as products have. */
bool yg_token_is_coded(struct yg_slice s)
{
	size_t groups = 0, coded = 0, letters = 0;

	for (size_t i = 0; i < s.len; groups++) {
		bool digit = false;

		for (; i < s.len && !strchr("-_", s.ptr[i]); i++) {
			digit |= is_digit(s.ptr[i]);
			letters += is_letter(s.ptr[i]);
		}
		coded += digit;
		i++;
	}
	return groups >= 3 && coded >= 2 && letters >= 2;
}
