/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_key.h"

#include <string.h>

#include "core/macros.h"

#define KEY_CAP 96u /* bytes of a name that are looked at */

/* A name in lower case without separators, and where its words begin. */
struct key {
	char text[KEY_CAP + 1];
	bool begins[KEY_CAP + 1]; /* one behind the end counts as a beginning */
	size_t len;
	bool foreign;	   /* bytes beyond ASCII */
	uint32_t initials; /* first letters of its words, a bit each */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (uint8_t)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Does a word begin at @i of @name, given what stands before? */
static bool begins_word(struct yg_slice name, size_t i)
{
	char c = name.ptr[i], before = (char)(i ? name.ptr[i - 1] : ' ');

	if (!is_letter(before) && !is_digit(before))
		return true;
	if (is_digit(c) != is_digit(before))
		return true;
	if (is_upper(c) && !is_upper(before))
		return true;
	/* "IDNumber": the last capital begins the next word. */
	return is_upper(c) && i + 1 < name.len && name.ptr[i + 1] >= 'a' && name.ptr[i + 1] <= 'z';
}

/*
 * The letter of U+00C0 to U+017F at @p without its mark, as keyboards without it write it: 'e' for
 * U+00E9. Two letters are a capital: see put_pair(). '?' has none; NUL: it is no such letter.
 */
static char plain_letter(const char *p, size_t left)
{
	static const char plain[] =
		"aaaaaaEceeeeiiiidnooooo?ouuuuytSaaaaaaEceeeeiiiidnooooo?ouuuuyty"
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
		"llllllllllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
	uint32_t code;

	if (left < 2 || (uint8_t)p[0] < 0xc3 || (uint8_t)p[0] > 0xc5)
		return '\0';
	code = ((uint32_t)(uint8_t)p[0] & 0x1f) << 6 | ((uint32_t)(uint8_t)p[1] & 0x3f);
	return (char)(code < 0xc0 ? '?' : plain[code - 0xc0]);
}

/* A mark that stands behind its letter: U+0300 to U+036F. */
static bool is_mark(const char *p, size_t left)
{
	return left >= 2 &&
	       ((uint8_t)p[0] == 0xcc || ((uint8_t)p[0] == 0xcd && (uint8_t)p[1] < 0xb0));
}

static void put(struct key *key, char c, bool begins)
{
	if (key->len == KEY_CAP)
		return;
	key->foreign |= (uint8_t)c >= 0x80;
	key->begins[key->len] = begins;
	if (begins && c >= 'a' && c <= 'z')
		key->initials |= 1u << (c - 'a');
	key->text[key->len++] = c;
}

/* 'S' for "ss", 'E' for "ae", 'O' for "oe". */
static void put_pair(struct key *key, char pair, bool begins)
{
	const char *letters = pair == 'S' ? "ss" : pair == 'E' ? "ae" : "oe";

	put(key, letters[0], begins);
	put(key, letters[1], false);
}

static void append(struct key *key, struct yg_slice name)
{
	for (size_t i = 0; i < name.len && key->len < KEY_CAP; i++) {
		const char *p = name.ptr + i;
		char plain = plain_letter(p, name.len - i);
		bool begins;

		if (!is_letter(*p) && !is_digit(*p))
			continue;
		begins = begins_word(name, i);
		if (plain && plain != '?') {
			if (plain >= 'a')
				put(key, plain, begins);
			else
				put_pair(key, plain, begins);
			i++;
		} else if (is_mark(p, name.len - i)) {
			i++;
		} else {
			put(key, yg_ascii_lower(*p), begins);
		}
	}
	key->begins[key->len] = true;
}

/* @word, its spaces left out, at @at: bytes of the key that it takes; 0 if it is not there. */
static size_t match_at(const struct key *key, size_t at, const char *word)
{
	size_t from = at;

	for (; *word; word++) {
		if (*word == ' ')
			continue;
		if (at == key->len || key->text[at++] != *word)
			return 0;
	}
	return at - from;
}

/* By its first letter: most of the words are none of a name's. */
static bool may_have(const struct key *key, const char *word)
{
	return (uint8_t)*word >= 0x80 ? key->foreign : key->initials >> (*word - 'a') & 1;
}

/* Does the word of @len bytes at @at end there? A plural is the same word. */
static bool ends_word(const struct key *key, size_t at, size_t len)
{
	return key->begins[at + len] || (key->text[at + len] == 's' && key->begins[at + len + 1]);
}

static bool has_word(const struct key *key, const char *word)
{
	bool foreign = (uint8_t)*word >= 0x80;

	for (size_t i = 0; i < key->len; i++) {
		size_t len;

		if (key->text[i] != *word || (!foreign && !key->begins[i]))
			continue;
		len = match_at(key, i, word);
		if (len > 0 && (foreign || ends_word(key, i, len)))
			return true;
	}
	return false;
}

/*
 * "tax_id", "national_id": an identifier of some state, which one is not said. Where digits have
 * no check among them, every number would be one.
 */
static void add_any_state(struct yg_data_set *set)
{
	yg_data_set_add(set, YG_DATA_TAX_ID);
	for (uint32_t i = YG_DATA_ID_US; i < YG_DATA_CLASS_MAX; i++) {
		if (i != YG_DATA_ID_US && i != YG_DATA_ID_DK && i != YG_DATA_ID_PK)
			yg_data_set_add(set, i);
	}
}

static bool is_any_state(const struct key *key)
{
	static const char *const any[] = {
		"national id",	     "national identity",     "tax id",
		"tax number",	     "personal id",	      "identity number",
		"identification no", "identification number", "identity card",
		"citizen id"
	};

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(any); i++) {
		if (may_have(key, any[i]) && has_word(key, any[i]))
			return true;
	}
	return false;
}

/* Names of what is known about a secret, not of the secret. */
static bool is_about(const struct key *key)
{
	static const char *const about[] = { "created",	   "updated",  "at",	  "type",
					     "expires",	   "expiry",   "expired", "enabled",
					     "policy",	   "count",    "url",	  "uri",
					     "encryption", "format",   "length",  "required",
					     "changed",	   "rotation", "hint",	  "in" };

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(about); i++) {
		size_t len = strlen(about[i]);

		if (key->len > len && key->begins[key->len - len] &&
		    memcmp(key->text + key->len - len, about[i], len) == 0)
			return true;
	}
	return false;
}

/* Of which letter a word is: 0..25; 26: of another script. */
static uint32_t letter_of(char c)
{
	return c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a') : 26;
}

static void add_rows(struct yg_data_lexicon *lexicon, uint32_t letter,
		     const struct yg_data_word *words, uint32_t count)
{
	uint16_t *end = &lexicon->from[letter + 1];

	for (uint32_t i = 0; i < count; i++) {
		if (letter_of(*words[i].text) == letter && *end < YG_DATA_WORDS_MAX)
			lexicon->rows[(*end)++] = words[i];
	}
}

void yg_data_lexicon_init(struct yg_data_lexicon *ret)
{
	uint32_t count, count_world;
	const struct yg_data_word *words = yg_data_words(&count);
	const struct yg_data_word *world = yg_data_words_world(&count_world);

	ret->from[0] = 0;
	for (uint32_t letter = 0; letter <= 26; letter++) {
		ret->from[letter + 1] = ret->from[letter];
		add_rows(ret, letter, words, count);
		add_rows(ret, letter, world, count_world);
	}
}

static void add_word(struct yg_data_set *set, const struct yg_data_word *word)
{
	yg_data_set_add(set, word->class_);
	if (word->kind == YG_DATA_WORD_FORM)
		yg_data_set_add(set, YG_DATA_SAID_FORM);
}

/* The classes of the words that begin at @at. */
static void add_words_at(struct yg_data_set *set, const struct key *key, size_t at, bool whole,
			 const struct yg_data_lexicon *lexicon)
{
	uint32_t letter = letter_of(key->text[at]);

	for (uint32_t i = lexicon->from[letter]; i < lexicon->from[letter + 1]; i++) {
		const struct yg_data_word *word = &lexicon->rows[i];
		size_t len = match_at(key, at, word->text);

		if (len == 0)
			continue;
		if (word->kind == YG_DATA_WORD_WHOLE ? whole && len == key->len
						     : ends_word(key, at, len))
			add_word(set, word);
	}
}

/* Those of other scripts, whose words have no beginnings. */
static void add_foreign_words(struct yg_data_set *set, const struct key *key, bool whole,
			      const struct yg_data_lexicon *lexicon)
{
	for (uint32_t i = lexicon->from[26]; i < lexicon->from[27]; i++) {
		const struct yg_data_word *word = &lexicon->rows[i];

		if (word->kind == YG_DATA_WORD_WHOLE
			    ? whole && match_at(key, 0, word->text) == key->len
			    : has_word(key, word->text))
			add_word(set, word);
	}
}

static struct yg_data_set classes_of(const struct yg_data_lexicon *lexicon, const struct key *key,
				     bool whole)
{
	struct yg_data_set set = { { 0 } };

	for (size_t at = 0; at < key->len; at++) {
		if (key->begins[at] && letter_of(key->text[at]) < 26)
			add_words_at(&set, key, at, whole, lexicon);
	}
	if (key->foreign)
		add_foreign_words(&set, key, whole, lexicon);
	if (is_any_state(key))
		add_any_state(&set);
	if (whole && !yg_data_set_is_empty(&set) && is_about(key)) {
		for (uint32_t i = YG_DATA_SECRET_PASSWORD; i <= YG_DATA_SECRET_GENERIC; i++)
			set.bits[i / 64] &= ~(1ull << (i % 64));
	}
	return set;
}

/* Names that say nothing without what stands above them. */
static bool says_little(const struct key *key)
{
	static const char *const little[] = {
		"number", "no",	   "num",    "id",     "value",	 "code",   "name",   "text",
		"type",	  "date",  "line1",  "line2",  "amount", "key",	   "data",   "first",
		"last",	  "nom",   "nombre", "nome",   "naam",	 "numero", "nummer", "nr",
		"codigo", "valor", "wert",   "valeur", "fecha",	 "datum",
	};

	if (key->len == 0)
		return true;
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(little); i++) {
		if (match_at(key, 0, little[i]) == key->len)
			return true;
	}
	return false;
}

/* "users", "bank_customer", "customerInfo"; not "user_defined_fields". */
static bool ends_with(const struct key *key, const char *word)
{
	static const char *const more[] = { "",	    "s",       "info", "information",
					    "data", "details", "情報" };

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(more); i++) {
		size_t len = strlen(word) + strlen(more[i]), at = key->len - len;

		if (len > key->len || match_at(key, at, word) == 0 ||
		    ((uint8_t)*word < 0x80 && !key->begins[at]))
			continue;
		if (memcmp(key->text + at + strlen(word), more[i], strlen(more[i])) == 0)
			return true;
	}
	return false;
}

/* A plain "name" is a person's where what it stands in is a person. */
static bool is_person(const struct key *key)
{
	static const char *const people[] = {
		"user",		"customer",	"member",    "employee", "patient",	"person",
		"owner",	"holder",	"applicant", "payee",	 "contact",	"recipient",
		"guest",	"passenger",	"student",   "client",	 "cardholder",	"profile",
		"borrower",	"beneficiary",	"kunde",     "benutzer", "mitarbeiter", "inhaber",
		"empfanger",	"utilisateur",	"titulaire", "employe",	 "personne",	"cliente",
		"usuario",	"titular",	"persona",   "empleado", "utente",	"paciente",
		"beneficiario", "beneficiaire", "mitglied",  "顧客",	 "会員",	"利用者",
		"契約者",	"社員",		"患者",
	};

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(people); i++) {
		if (ends_with(key, people[i]))
			return true;
	}
	return false;
}

static bool is_plain_name(const struct key *key)
{
	static const char *const names[] = { "name", "nom", "nombre", "nome", "naam" };

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (match_at(key, 0, names[i]) == key->len)
			return true;
	}
	return false;
}

struct yg_data_set yg_data_key_classes(const struct yg_data_lexicon *lexicon,
				       struct yg_slice parent, struct yg_slice name)
{
	struct key key = { .len = 0 }, both = { .len = 0 };
	struct yg_data_set set;

	append(&key, name);
	set = classes_of(lexicon, &key, true);
	if (!parent.ptr || !says_little(&key) || !yg_data_set_is_empty(&set))
		return set;
	append(&both, parent);
	if (is_plain_name(&key) && is_person(&both))
		yg_data_set_add(&set, YG_DATA_PERSON_NAME);
	append(&both, name);
	return yg_data_set_union(set, classes_of(lexicon, &both, key.len == 0));
}

struct yg_data_set yg_data_text_classes(const struct yg_data_lexicon *lexicon, struct yg_slice text)
{
	struct key key = { .len = 0 };

	append(&key, text);
	if (!key.initials && !key.foreign)
		return (struct yg_data_set){ { 0 } };
	return classes_of(lexicon, &key, false);
}
