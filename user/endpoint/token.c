/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/token.h"

#include "core/macros.h"
#include "endpoint/token_inside.h"

#define ULID_LEN      26u /* bytes */
#define HEX_MIN	      8u  /* bytes, with a digit among them */
#define HEX_WORDLESS  12u /* bytes; no word of a-f is as long */
#define UPPER_MAX     24u /* bytes; states and codes are shorter */
#define EXTENSION_MAX 5u  /* bytes of "json", "jsonl" */

static bool is_vowel(char c)
{
	static const bool table[256] = {
		['a'] = true, ['e'] = true, ['i'] = true, ['o'] = true, ['u'] = true, ['y'] = true,
		['A'] = true, ['E'] = true, ['I'] = true, ['O'] = true, ['U'] = true, ['Y'] = true,
	};

	return table[(unsigned char)c];
}

static void count_mark(struct census *n, char c)
{
	switch (c) {
	case '-':
		n->hyphen++;
		break;
	case '_':
		n->underscore++;
		break;
	case '.':
		n->dot++;
		break;
	case ' ':
		n->space++;
		break;
	case ':':
		n->colon++;
		break;
	case '@':
		n->at++;
		break;
	case ',':
		n->comma++;
		break;
	default:
		n->other++;
		break;
	}
}

/*
 * Two letters of one word that next to none has beside each other, in English, French, German,
 * Italian, Spanish, Portuguese, Dutch, romaji, nor in names that APIs use.
 */
static bool is_strange(char a, char b)
{
	static const char *const after[26] = {
		['b' - 'a'] = "qx",
		['c' - 'a'] = "bdfgjmpvwxz",
		['d' - 'a'] = "qx",
		['f' - 'a'] = "cqx",
		['g' - 'a'] = "qx",
		['h' - 'a'] = "cjqx",
		['i' - 'a'] = "wy",
		['j' - 'a'] = "chjqrxy",
		['k' - 'a'] = "qx",
		['l' - 'a'] = "x",
		['m' - 'a'] = "jqx",
		['p' - 'a'] = "qx",
		['q' - 'a'] = "abcdefghijklmnopqrstvwxyz",
		['r' - 'a'] = "x",
		['s' - 'a'] = "x",
		['t' - 'a'] = "qx",
		['v' - 'a'] = "bcdfghjkmnqtwxyz",
		['w' - 'a'] = "cfgjmpqvwxyz",
		['x' - 'a'] = "bdfgjklmnqrsvwxz",
		['y' - 'a'] = "fhjkqvxyz",
		['z' - 'a'] = "dfhjkpqrsvxy",
	};
	const char *rest;

	if (!is_letter(a) || !is_letter(b) || class_of(b) > class_of(a))
		return false; /* a capital begins a word */
	rest = after[yg_ascii_lower(a) - 'a'];
	return rest && strchr(rest, yg_ascii_lower(b));
}

struct census yg_token_census(struct yg_slice s)
{
	struct census n = { 0 };
	size_t row = 0, consonants = 0;
	char last = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool upper = c >= 'A' && c <= 'Z';

		n.hex += is_hex(c);
		row = upper ? row + 1 : 0;
		n.uppers_in_row = row > n.uppers_in_row ? row : n.uppers_in_row;
		if (upper)
			n.upper++;
		else if (c >= 'a' && c <= 'z')
			n.lower++;
		else if (is_digit(c))
			n.digit++;
		else if ((unsigned char)c > 127)
			n.high++;
		else
			count_mark(&n, c);
		n.vowels += is_vowel(c);
		/* "ght", "ths": two letters of one sound. */
		if (c != 'h' || consonants == 0)
			consonants = is_letter(c) && !is_vowel(c) ? consonants + 1 : 0;
		if (consonants > n.consonant_row)
			n.consonant_row = consonants;
		n.turns += (is_letter(last) && is_digit(c)) || (is_digit(last) && is_letter(c));
		n.humps += upper && last >= 'a' && last <= 'z';
		n.shifts += class_of(c) && class_of(last) && class_of(c) != class_of(last);
		n.strange += is_strange(last, c);
		last = c;
	}
	return n;
}

bool yg_token_matches(struct yg_slice s, const char *shape)
{
	size_t len = strlen(shape);

	if (s.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool ok = shape[i] == '9'   ? is_digit(s.ptr[i])
			  : shape[i] == 'x' ? is_hex(s.ptr[i])
			  : shape[i] == 'a' ? is_letter(s.ptr[i])
					    : shape[i] == s.ptr[i];

		if (!ok)
			return false;
	}
	return true;
}

/* Crockford's base 32 has no I, L, O, U; the first of 26 is at most 7. */
static bool is_ulid(struct yg_slice s, const struct census *n)
{
	if (s.len != ULID_LEN || n->upper + n->digit != ULID_LEN || n->digit == 0 || s.ptr[0] > '7')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (strchr("ILOU", s.ptr[i]))
			return false;
	}
	return true;
}

/* "2026-11", "2026-W47", "2026-Q4": months, weeks, quarters. */
static bool is_span(struct yg_slice s)
{
	int month;

	if (yg_token_matches(s, "9999-W99"))
		return s.ptr[6] <= '5';
	if (yg_token_matches(s, "9999-Q9"))
		return s.ptr[6] >= '1' && s.ptr[6] <= '4';
	if (!yg_token_matches(s, "9999-99"))
		return false;
	month = (s.ptr[5] - '0') * 10 + s.ptr[6] - '0';
	return month >= 1 && month <= 12 && (s.ptr[0] == '1' || s.ptr[0] == '2');
}

/* A day, with or without its time; "20261121T203659Z"; a time of day. */
static bool is_date(struct yg_slice s)
{
	if (yg_token_matches(s, "99:99") || yg_token_matches(s, "99:99:99") ||
	    yg_token_matches(s, "99999999T999999Z") || is_span(s))
		return true;
	if (s.len < 10 || !yg_token_matches((struct yg_slice){ s.ptr, 10 }, "9999-99-99"))
		return false;
	return s.len == 10 || s.ptr[10] == 'T' || s.ptr[10] == ' ';
}

/* "1.2.3" with anything after '-' or '+'; a leading v is fine. */
static bool is_semver(struct yg_slice s)
{
	size_t i = s.len > 0 && (s.ptr[0] == 'v' || s.ptr[0] == 'V');
	uint32_t parts = 0;

	for (;;) {
		size_t start = i;

		while (i < s.len && is_digit(s.ptr[i]))
			i++;
		if (i == start)
			return false;
		parts++;
		if (i == s.len || s.ptr[i] != '.')
			break;
		i++;
	}
	return parts == 3 && (i == s.len || s.ptr[i] == '-' || s.ptr[i] == '+');
}

static bool is_ip(struct yg_slice s, const struct census *n)
{
	uint32_t value = 0, digits = 0;

	if (n->colon >= 2 && n->hex + n->colon + n->dot == s.len)
		return true;
	if (n->dot != 3 || n->digit + n->dot != s.len)
		return false;
	for (size_t i = 0; i <= s.len; i++) {
		if (i < s.len && is_digit(s.ptr[i])) {
			value = value * 10 + (uint32_t)(s.ptr[i] - '0');
			digits++;
		} else if (digits == 0 || digits > 3 || value > 255) {
			return false;
		} else {
			value = digits = 0;
		}
	}
	return true;
}

/* "35.6895:139.6917": a place as some write it. */
static bool is_place(struct yg_slice s, const struct census *n)
{
	return n->colon == 1 && n->dot == 2 && n->digit >= 4 && n->hyphen <= 2 &&
	       n->digit + n->dot + n->hyphen + n->colon == s.len;
}

/* Signs, digits, dots and commas; at least as exact as no version number is. */
static bool is_decimal(struct yg_slice s, const struct census *n)
{
	if (is_place(s, n))
		return true;
	if (n->digit < 1 || n->digit + n->dot + n->comma + n->hyphen != s.len)
		return false;
	if (n->hyphen > 0 && s.ptr[0] != '-')
		return false;
	return n->comma > 0 || (n->hyphen == 1 && n->dot <= 1) || (n->dot == 1 && n->digit >= 4);
}

static bool is_phone(struct yg_slice s, const struct census *n)
{
	return s.len >= 9 && s.len <= 16 && s.ptr[0] == '+' && n->digit == s.len - 1;
}

static bool is_email(struct yg_slice s, const struct census *n)
{
	const char *at = n->at == 1 ? memchr(s.ptr, '@', s.len) : NULL;

	return at && at > s.ptr && memchr(at, '.', (size_t)(s.ptr + s.len - at)) && n->space == 0;
}

static bool is_jwt(struct yg_slice s, const struct census *n)
{
	return n->dot == 2 && s.len >= 20 && memcmp(s.ptr, "eyJ", 3) == 0;
}

/* "v1", "v1.1", "v4beta", "v1alpha2", "2.0", "v20180820". */
static bool is_version(struct yg_slice s, const struct census *n)
{
	bool v = s.len > 1 && (s.ptr[0] == 'v' || s.ptr[0] == 'V') && is_digit(s.ptr[1]);

	if (!v)
		return n->dot == 1 && n->digit >= 2 && n->digit <= 3 && n->digit + 1 == s.len &&
		       is_digit(s.ptr[0]) && is_digit(s.ptr[s.len - 1]);
	if (n->lower + n->upper == 1 && n->digit == 8 && s.len == 9)
		return s.ptr[1] == '2' && s.ptr[2] == '0'; /* "v20180820" */
	if (n->lower + n->upper == 1)
		return n->digit <= 3 && n->dot <= 1 && n->digit + n->dot + 1 == s.len;
	for (size_t i = 1; i < s.len; i++) {
		struct yg_slice rest = { s.ptr + i, s.len - i };

		if (rest.len >= 4 && memcmp(rest.ptr, "beta", 4) == 0)
			return true;
		if (rest.len >= 5 && memcmp(rest.ptr, "alpha", 5) == 0)
			return true;
	}
	return false;
}

static bool is_urn(struct yg_slice s, const struct census *n)
{
	return n->colon >= 2 && s.len > 4 &&
	       (memcmp(s.ptr, "arn:", 4) == 0 || memcmp(s.ptr, "urn:", 4) == 0);
}

static bool is_bool(struct yg_slice s)
{
	return yg_slice_equal_nocase(s, YG_SLICE("true")) ||
	       yg_slice_equal_nocase(s, YG_SLICE("false"));
}

static enum yg_token strong_type(struct yg_slice s, const struct census *n)
{
	if (s.len == 0)
		return YG_TOKEN_WORD;
	if (n->digit == s.len)
		return YG_TOKEN_INT;
	if (yg_token_matches(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
		return YG_TOKEN_UUID;
	if (is_ulid(s, n))
		return YG_TOKEN_ULID;
	if (n->hex == s.len && s.len >= HEX_MIN && (n->digit > 0 || s.len >= HEX_WORDLESS))
		return YG_TOKEN_HEX;
	if (is_date(s))
		return YG_TOKEN_DATE;
	if (is_phone(s, n))
		return YG_TOKEN_PHONE;
	if (is_ip(s, n))
		return YG_TOKEN_IP;
	if (is_semver(s))
		return YG_TOKEN_SEMVER;
	if (is_decimal(s, n))
		return YG_TOKEN_DECIMAL;
	if (is_email(s, n))
		return YG_TOKEN_EMAIL;
	if (is_jwt(s, n))
		return YG_TOKEN_JWT;
	if (is_urn(s, n))
		return YG_TOKEN_URN;
	if (is_bool(s))
		return YG_TOKEN_BOOL;
	/* What stays encoded would change the structure if it did not: "group%2Fproject". */
	if (n->other > 0 && memchr(s.ptr, '%', s.len))
		return YG_TOKEN_OPAQUE;
	if (yg_token_is_secret(s, n))
		return YG_TOKEN_SECRET;
	if (yg_token_is_prefixed(s, n) || yg_token_is_counted(s, n))
		return YG_TOKEN_PREFIXED;
	if (yg_token_is_opaque(s, n))
		return YG_TOKEN_OPAQUE;
	return YG_TOKEN_WORD;
}

static bool is_locale(struct yg_slice s)
{
	if (s.len == 2)
		return class_of(s.ptr[0]) == 1 && class_of(s.ptr[1]) == 1;
	if (s.len < 5 || !is_letter(s.ptr[0]) || !is_letter(s.ptr[1]))
		return false;
	if (s.len == 5)
		return (s.ptr[2] == '-' || s.ptr[2] == '_') && class_of(s.ptr[3]) == 2 &&
		       class_of(s.ptr[4]) == 2;
	return yg_token_matches(s, "aa-aaaa-aa");
}

/* "Jessy_Mohr", "Jett.Roberts", "Nasir-McRice61": two words or more that begin with a capital. */
static bool is_name(struct yg_slice s)
{
	size_t words = 0, i = 0;

	while (i < s.len) {
		size_t start = ++i;

		if (class_of(s.ptr[start - 1]) != 2)
			return false;
		while (i < s.len && is_letter(s.ptr[i]))
			i++;
		if (i == start || class_of(s.ptr[i - 1]) != 1)
			return false;
		words++;
		while (i < s.len && is_digit(s.ptr[i]))
			i++;
		if (i == s.len)
			break;
		if (!strchr("_.-'", s.ptr[i]))
			return false;
		i++;
	}
	return words >= 2;
}

/*
 * "example.com", "shop.example.co.jp": labels in lower case and a top-level domain. Methods of an
 * RPC have dots, too ("chat.list"), so it takes one of the domains that most hosts have.
 */
static bool is_host(struct yg_slice s, const struct census *n)
{
	static const char *const names[] = {
		"app",	"at",	 "au",	 "biz", "br",  "ca",  "ch",  "cloud", "cn",
		"co",	"com",	 "de",	 "dev", "edu", "es",  "eu",  "fr",    "gov",
		"in",	"info",	 "int",	 "io",	"it",  "jp",  "kr",  "lan",   "local",
		"mil",	"name",	 "net",	 "nl",	"nz",  "org", "pl",  "se",    "shop",
		"site", "store", "tech", "tw",	"uk",  "us",  "xyz",
	};
	const char *dot = memrchr(s.ptr, '.', s.len);
	struct yg_slice last = { dot + 1, (size_t)(s.ptr + s.len - dot - 1) };

	if (n->lower + n->digit + n->hyphen + n->dot != s.len || dot == s.ptr || s.ptr[0] == '-')
		return false;
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal(last, yg_slice_from_str(names[i])))
			return !memmem(s.ptr, s.len, "..", 2);
	}
	return false;
}

/* An extension that says which kind of file it is. */
static bool is_file(struct yg_slice s)
{
	static const char *const names[] = {
		"7z",	"ai",	"apk",	 "avi", "bin",	"bmp",	"bz2",	"cer",	"cfg",
		"conf", "crt",	"css",	 "deb", "dmg",	"doc",	"docx", "dot",	"eml",
		"eps",	"exe",	"flac",	 "gif", "gz",	"heic", "ico",	"ics",	"iso",
		"jar",	"jpeg", "jpg",	 "js",	"log",	"m4a",	"map",	"md",	"mkv",
		"mov",	"mp3",	"mp4",	 "odp", "ods",	"odt",	"ogg",	"otf",	"p12",
		"pdf",	"pem",	"png",	 "pot", "ppt",	"pptx", "ps",	"psd",	"py",
		"rar",	"rpm",	"rtf",	 "sh",	"sql",	"svg",	"tar",	"tgz",	"tif",
		"tiff", "ttf",	"txt",	 "vcf", "war",	"wav",	"webm", "webp", "whl",
		"wmv",	"woff", "woff2", "xls", "xlsx", "xz",	"yaml", "yml",	"zip",
	};
	const char *dot = memrchr(s.ptr, '.', s.len);
	struct yg_slice extension = { dot + 1, (size_t)(s.ptr + s.len - dot - 1) };

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal_nocase(extension, yg_slice_from_str(names[i])))
			return dot > s.ptr;
	}
	return false;
}

/* "search-v1", "users_v2": the name of a part of an API. */
static bool ends_with_version(struct yg_slice s)
{
	size_t i = s.len;

	while (i > 0 && is_digit(s.ptr[i - 1]))
		i--;
	return i < s.len && i >= 3 && s.len - i <= 2 &&
	       (s.ptr[i - 1] == 'v' || s.ptr[i - 1] == 'V') && strchr("-_.", s.ptr[i - 2]);
}

static enum yg_token weak_type(struct yg_slice s, const struct census *n)
{
	size_t marks = n->hyphen + n->underscore;

	if (n->high + n->space > 0)
		return YG_TOKEN_TEXT;
	if (is_version(s, n))
		return YG_TOKEN_VERSION;
	if (is_locale(s))
		return YG_TOKEN_LOCALE;
	if (n->hyphen > 0 && yg_token_is_region(s))
		return YG_TOKEN_REGION;
	if (s.len > 0 && s.len <= 2 && class_of(s.ptr[0]) == 2 && n->lower + n->upper == s.len)
		return YG_TOKEN_UPPER; /* "X", "Fe" */
	if (n->upper == s.len && s.len >= 2 && s.len <= UPPER_MAX && !yg_token_is_gibberish(n))
		return YG_TOKEN_UPPER;
	if (is_name(s))
		return YG_TOKEN_NAME;
	if (n->dot > 0 && is_host(s, n))
		return YG_TOKEN_HOST;
	if (n->dot > 0)
		return is_file(s) ? YG_TOKEN_FILE : YG_TOKEN_DOTTED;
	if (marks >= 2)
		return n->digit >= 2 && yg_token_is_coded(s) ? YG_TOKEN_MIXED : YG_TOKEN_SLUG;
	if (yg_token_is_gibberish(n) || yg_token_is_shuffled(s, n))
		return YG_TOKEN_MIXED;
	if (n->digit == 0 || ends_with_version(s))
		return YG_TOKEN_WORD;
	return yg_token_is_random(n, s.len) ? YG_TOKEN_MIXED : YG_TOKEN_NUMBERED;
}

/* Bytes before a short extension of letters: 2 for "42.json"; the whole length if none. */
static size_t stem_of(struct yg_slice s, const struct census *n)
{
	const char *dot = n->dot > 0 ? memrchr(s.ptr, '.', s.len) : NULL;
	size_t stem = dot ? (size_t)(dot - s.ptr) : 0;

	if (!dot || stem == 0 || s.len - stem - 1 > EXTENSION_MAX || s.len - stem < 3)
		return s.len;
	for (size_t i = stem + 1; i < s.len; i++) {
		if (!is_letter(s.ptr[i]))
			return s.len;
	}
	return stem;
}

/* An extension that says how the answer is written, not which file it is. */
static bool is_format(struct yg_slice extension)
{
	static const char *const names[] = { ".json", ".xml", ".csv", ".html", ".php", ".do" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal(extension, yg_slice_from_str(names[i])))
			return true;
	}
	return false;
}

/* Most values are numbers, digests or UUIDs: one look at each byte instead of a census. */
static enum yg_token quick_type(struct yg_slice s)
{
	static const uint8_t table[256] = {
		['0' ... '9'] = 1, ['a' ... 'f'] = 2, ['A' ... 'F'] = 2, ['-'] = 4
	};
	uint8_t seen = 0;
	size_t i = 0;

	while (i < s.len && table[(unsigned char)s.ptr[i]])
		seen |= table[(unsigned char)s.ptr[i++]];
	if (i < s.len || s.len == 0)
		return YG_TOKEN_WORD;
	if (seen == 1)
		return YG_TOKEN_INT;
	if (seen == 3 && s.len >= HEX_MIN && s.len != ULID_LEN)
		return YG_TOKEN_HEX;
	if (s.len == 36 && yg_token_matches(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
		return YG_TOKEN_UUID;
	return YG_TOKEN_WORD;
}

enum yg_token yg_token_from_segment(struct yg_slice segment, size_t *ret_stem_len)
{
	enum yg_token token = quick_type(segment);
	struct census n;
	size_t stem;

	*ret_stem_len = segment.len;
	if (token != YG_TOKEN_WORD)
		return token;
	n = yg_token_census(segment);
	token = strong_type(segment, &n);
	if (token != YG_TOKEN_WORD)
		return token;

	stem = stem_of(segment, &n);
	if (stem < segment.len) {
		struct yg_slice before = { segment.ptr, stem };
		struct census m = yg_token_census(before);

		token = strong_type(before, &m);
		if (token != YG_TOKEN_WORD && token != YG_TOKEN_EMAIL) {
			/* Files of all kinds are values of one parameter. */
			*ret_stem_len = is_file(segment) ? segment.len : stem;
			return token;
		}
	}
	if (segment.len > YG_TOKEN_LITERAL_MAX)
		return YG_TOKEN_LONG;
	if (is_format((struct yg_slice){ segment.ptr + stem, segment.len - stem })) {
		struct yg_slice before = { segment.ptr, stem };
		struct census m = yg_token_census(before);

		return weak_type(before, &m);
	}
	return weak_type(segment, &n);
}
