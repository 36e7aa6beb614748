/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_engine.h"

#include <errno.h>
#include <string.h>

#include "baseline/checksum.h"
#include "baseline/data_engine_inside.h"
#include "baseline/data_form.h"
#include "baseline/data_key.h"
#include "baseline/data_text.h"

#define BESIDE_BEFORE 48u /* characters before a value in running text that may say what it is */
#define BESIDE_BYTES  96u /* of them: what names are looked at of */
#define BESIDE_BEHIND 24u
#define TOKEN_MAX     64u /* bytes of an identifier with its separators */
#define TOKEN_DIGITS  4u  /* fewest digits of one in running text */
#define WHOLE_MAX     80u /* a value this short may be one identifier */
#define MATCH_MIN     12u /* bytes of the shortest secret or token */
#define WALLET_MIN    26u
#define DOCUMENT_TEXT 200u /* bytes of a text that may speak of one document */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_bracket(char c)
{
	return c == '(' || c == ')' || c == '[' || c == ']';
}

static bool is_separator(char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '/' || c == ':' || is_bracket(c);
}

static void add(struct view *view, const struct yg_data_sight *sight)
{
	struct yg_data_engine *engine = view->engine;

	if (yg_data_set_has(&engine->off, sight->class_))
		return;
	for (uint32_t i = 0; i < view->count; i++) {
		if (view->sights[i].class_ == sight->class_ &&
		    view->sights[i].text.ptr == sight->text.ptr) {
			if (sight->passed && !view->sights[i].passed)
				view->sights[i] = *sight;
			return;
		}
	}
	if (view->count == YG_DATA_SIGHTS_MAX) {
		engine->counters.sights_lost++;
		return;
	}
	engine->counters.sights++;
	view->sights[view->count++] = *sight;
}

void yg_data_view_add(struct view *view, uint32_t class_, uint32_t proof, struct yg_slice text)
{
	struct yg_data_sight sight = {
		.class_ = (uint8_t)class_,
		.proof = (uint8_t)proof,
		.passed = true,
		.context = yg_data_set_has(&view->names, class_),
		.text = text,
	};

	add(view, &sight);
}

/* Without separators, letters in upper case. Return: bytes; 0 if there are too many. */
static size_t compact(struct yg_slice text, char *ret, uint32_t *ret_digits)
{
	size_t len = 0;

	*ret_digits = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (is_separator(c))
			continue;
		if (!is_alnum(c) || len == YG_DATA_FORM_MAX)
			return 0;
		*ret_digits += is_digit(c);
		ret[len++] = (char)(c >= 'a' ? c - 0x20 : c);
	}
	return len;
}

/* Where the words before @at begin: characters of other scripts are more than one byte. */
static const char *words_before(const char *begin, const char *at)
{
	const char *from = at;

	for (uint32_t count = 0; from > begin && at - from < BESIDE_BYTES; from--) {
		count += ((uint8_t)from[-1] & 0xc0) != 0x80;
		if (count > BESIDE_BEFORE)
			break;
	}
	return from;
}

/* What stands beside @token says what it may be: asked by each who reads the same one. */
static struct yg_data_set beside(struct view *view, struct yg_slice token)
{
	const char *begin = view->text.ptr, *end = begin + view->text.len;
	const char *from = words_before(begin, token.ptr);
	const char *behind = token.ptr + token.len;
	size_t rest = (size_t)(end - behind);
	const struct yg_data_lexicon *lexicon = &view->engine->lexicon;

	if (view->beside_of == token.ptr)
		return view->beside;
	if (rest > BESIDE_BEHIND)
		rest = BESIDE_BEHIND;
	view->beside_of = token.ptr;
	view->beside = yg_data_set_union(
		yg_data_text_classes(lexicon,
				     (struct yg_slice){ from, (size_t)(token.ptr - from) }),
		yg_data_text_classes(lexicon, (struct yg_slice){ behind, rest }));
	return view->beside;
}

/* Forms of one identifier go to the view. */
struct fit_context {
	struct view *view;
	struct yg_slice sent;
	struct yg_data_set beside; /* what the words beside it say, once known */
	bool whole;		   /* it is all of the value */
	bool known;
};

static void take_fit(void *ctx, const struct yg_data_fit *fit)
{
	struct fit_context *at = ctx;
	struct yg_data_sight sight = {
		.class_ = fit->class_,
		.proof = fit->proof,
		.passed = fit->passed,
		.context = yg_data_set_has(&at->view->names, fit->class_),
		.text = at->sent,
	};

	if (!at->whole && fit->passed && !sight.context) {
		if (!at->known)
			at->beside = beside(at->view, at->sent);
		at->known = true;
		sight.context = yg_data_set_has(&at->beside, fit->class_);
	}

	/* In running text a number is what the words say it is. */
	if (!at->whole && (!fit->passed || (!sight.context && fit->proof != YG_DATA_PROOF_CERTAIN)))
		return;
	if (fit->proof == YG_DATA_PROOF_SHAPE && !sight.context)
		return;
	/* A form that may be believed alone is not where the name says that it is another's. */
	if (fit->proof == YG_DATA_PROOF_BRAND && !sight.context &&
	    yg_data_set_has(&at->view->names, YG_DATA_SAID_OTHER))
		sight.proof = YG_DATA_PROOF_CHECK;
	add(at->view, &sight);
}

/*
 * Separators of one kind, as people write numbers; or points with one hyphen and one slash:
 * 12.345.678/0001-90, 85.07.30-033.28. Colons stand between digits alone.
 */
static bool is_evenly_separated(struct yg_slice sent, bool number)
{
	uint32_t points = 0, hyphens = 0, slashes = 0, others = 0;
	char first = '\0';
	bool one = true;

	for (size_t i = 0; i < sent.len; i++) {
		char c = sent.ptr[i];

		if (!is_separator(c) || is_bracket(c))
			continue;
		one &= !first || c == first;
		first = c;
		points += c == '.';
		hyphens += c == '-';
		slashes += c == '/';
		others += c == ' ' || c == ':';
	}
	if (first == ':' && !number)
		return false;
	return one || (points > 1 && hyphens <= 1 && slashes <= 1 && others == 0);
}

static void examine_identifier(struct view *view, struct yg_slice sent, bool whole)
{
	struct fit_context context = { .view = view, .sent = sent, .whole = whole };
	char text[YG_DATA_FORM_MAX];
	uint32_t digits;
	size_t len = compact(sent, text, &digits);

	if (len < 6 || (digits == 0 && len != 8 && len != 11) ||
	    !is_evenly_separated(sent, digits == len))
		return;
	yg_data_forms((struct yg_slice){ text, len }, sent, take_fit, &context);
}

static void examine_phone(struct view *view, struct yg_slice sent, bool whole)
{
	struct yg_data_sight sight = { .class_ = YG_DATA_PHONE, .passed = true, .text = sent };
	struct yg_data_set words = { { 0 } };
	bool certain;

	if (!yg_data_is_phone(sent, &certain))
		return;
	if (!whole)
		words = beside(view, sent);
	sight.context = yg_data_set_has(&view->names, YG_DATA_PHONE) ||
			yg_data_set_has(&words, YG_DATA_PHONE);
	/* Order and part numbers are written in the same groups. */
	certain &= sent.ptr[0] == '+' || !yg_data_set_has(&view->names, YG_DATA_SAID_OTHER);
	sight.proof = certain ? YG_DATA_PROOF_CERTAIN : YG_DATA_PROOF_SHAPE;
	if (certain || sight.context)
		add(view, &sight);
}

/* In running text: the bracket of "(415) 555-0132" stands before its first digit. */
static void examine_dialled(struct view *view, struct yg_slice token)
{
	if (token.ptr > view->text.ptr && token.ptr[-1] == '(') {
		token.ptr--;
		token.len++;
	}
	if (token.ptr == view->text.ptr || !strchr("-._:#=", token.ptr[-1]))
		examine_phone(view, token, false);
}

/* In running text, the words beside a code say that it is a document's number. */
static void examine_document(struct view *view, struct yg_slice sent)
{
	static const uint8_t documents[] = { YG_DATA_PASSPORT, YG_DATA_DRIVING_LICENCE };
	struct yg_data_set words;

	if (view->text.len > DOCUMENT_TEXT || sent.len > TOKEN_MAX / 2)
		return;
	words = beside(view, sent);
	for (uint32_t i = 0; i < sizeof(documents); i++) {
		struct yg_data_sight sight = {
			.class_ = documents[i],
			.proof = YG_DATA_PROOF_SHAPE,
			.passed = true,
			.context = true,
			.text = sent,
		};

		if ((yg_data_set_has(&words, documents[i]) ||
		     yg_data_set_has(&view->names, documents[i])) &&
		    yg_data_fits_name(documents[i], sent))
			add(view, &sight);
	}
}

/* Words with digits, joined by single separators. */
struct token {
	struct yg_slice whole; /* with a leading plus */
	struct yg_slice first; /* its first word */
	uint32_t digits;
};

/* The token at @p, a plus or a letter or digit. Return: where it ends. */
static const char *read_token(const char *p, const char *end, struct token *ret)
{
	const char *from = p, *word = p + (*p == '+'), *first_end = NULL;

	*ret = (struct token){ .digits = 0 };
	for (p = word; p < end && (size_t)(p - from) < TOKEN_MAX; p++) {
		if (is_alnum(*p)) {
			ret->digits += is_digit(*p);
			continue;
		}
		first_end = first_end ? first_end : p;
		if (*p == ')' && end - p > 2 && p[1] == ' ') /* (415) 555-0132 */
			p++;
		/* Only digits and groups of capitals go on behind a separator. */
		if (!is_separator(*p) || p + 1 == end || ret->digits == 0 ||
		    !(is_digit(p[1]) || (p[1] >= 'A' && p[1] <= 'Z')))
			break;
	}
	first_end = first_end ? first_end : p;
	ret->whole = (struct yg_slice){ from, (size_t)(p - from) };
	ret->first = (struct yg_slice){ word, (size_t)(first_end - word) };
	return p == word && p < end ? p + 1 : p;
}

/* "AB 12 34 56 C", "DE 123 456 789": one or two capitals before the number belong to it. */
static void examine_lettered(struct view *view, struct yg_slice token)
{
	const char *from = token.ptr;
	size_t capitals = 0;

	if (from - view->text.ptr < 2 || from[-1] != ' ')
		return;
	from--;
	while (from > view->text.ptr && from[-1] >= 'A' && from[-1] <= 'Z') {
		from--;
		capitals++;
	}
	if (capitals == 0 || capitals > 2 || (from > view->text.ptr && is_alnum(from[-1])))
		return;
	token.len += (size_t)(token.ptr - from);
	token.ptr = from;
	examine_identifier(view, token, false);
}

/* Numbers and codes in running text. */
static void examine_tokens(struct view *view)
{
	const char *p = view->text.ptr, *end = p + view->text.len;

	while (p < end) {
		struct token token;

		if (!is_alnum(*p) && *p != '+') {
			p++;
			continue;
		}
		p = read_token(p, end, &token);
		if (token.digits < TOKEN_DIGITS)
			continue;
		examine_identifier(view, token.whole, false);
		examine_lettered(view, token.whole);
		examine_dialled(view, token.whole);
		examine_document(view, token.whole);
		if (token.first.len == token.whole.len)
			continue;
		examine_identifier(view, token.first, false);
		examine_document(view, token.first);
	}
}

/* What the name of the field says, as far as the value can be it. */
static void examine_named(struct view *view, struct yg_slice value)
{
	bool form = yg_data_set_has(&view->names, YG_DATA_SAID_FORM);

	for (uint32_t i = 0; i < YG_DATA_CLASS_MAX; i++) {
		struct yg_data_sight sight = {
			.class_ = (uint8_t)i,
			.proof = (uint8_t)yg_data_class_info(i)->proof,
			.passed = true,
			.context = true,
			.text = value,
		};

		if (!yg_data_set_has(&view->names, i))
			continue;
		if (sight.proof < YG_DATA_PROOF_SHAPE && form)
			sight.proof = YG_DATA_PROOF_SHAPE;
		if (sight.proof < YG_DATA_PROOF_SHAPE || !yg_data_fits_name(i, value))
			continue;
		add(view, &sight);
	}
}

static bool is_address_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
	       c == '.';
}

/* 10.9.17.17 of a field called "version". */
static bool is_version(const struct view *view, struct yg_slice word)
{
	return yg_data_set_has(&view->names, YG_DATA_SAID_OTHER) &&
	       !yg_data_set_has(&view->names, YG_DATA_IP_ADDRESS) &&
	       !memchr(word.ptr, ':', word.len);
}

/* Words of hexadecimal digits, dots and colons: addresses of IP and of hardware. */
static void examine_addresses(struct view *view)
{
	const char *p = view->text.ptr, *end = p + view->text.len;

	while (p < end) {
		struct yg_slice word = { p, 0 };
		uint32_t marks = 0;

		while (p < end && is_address_byte(*p)) {
			marks += *p == ':' || *p == '.';
			p++;
		}
		word.len = (size_t)(p - word.ptr);
		while (word.len > 0 && (word.ptr[word.len - 1] == '.'))
			word.len--;
		if (marks >= 2 && word.len >= 2 && (p == end || !is_alnum(*p)) &&
		    (word.ptr == view->text.ptr || !is_alnum(word.ptr[-1]))) {
			if (yg_data_is_mac(word))
				yg_data_view_add(view, YG_DATA_MAC_ADDRESS, YG_DATA_PROOF_CERTAIN,
						 word);
			else if (view->response && yg_data_is_ip(word) && !is_version(view, word))
				yg_data_view_add(view, YG_DATA_IP_ADDRESS, YG_DATA_PROOF_CERTAIN,
						 word);
		}
		p++;
	}
}

/* Hardware addresses with hyphens; the others are among examine_addresses(). */
static void examine_hyphened(struct view *view)
{
	const char *p = view->text.ptr, *end = p + view->text.len;

	while (p < end) {
		struct yg_slice word = { p, 0 };

		while (p < end && (is_alnum(*p) || *p == '-'))
			p++;
		word.len = (size_t)(p - word.ptr);
		if (yg_data_is_mac(word))
			yg_data_view_add(view, YG_DATA_MAC_ADDRESS, YG_DATA_PROOF_CERTAIN, word);
		p += p < end;
	}
}

static void examine_wallet(struct view *view, struct yg_slice value)
{
	bool hex = value.len == 42 && value.ptr[0] == '0' && value.ptr[1] == 'x';

	for (size_t i = 2; i < value.len && hex; i++)
		hex = is_digit(value.ptr[i]) ||
		      ((value.ptr[i] | 0x20) >= 'a' && (value.ptr[i] | 0x20) <= 'f');
	if (hex || yg_checksum_base58(value.ptr, value.len) ||
	    yg_checksum_bech32(value.ptr, value.len))
		yg_data_view_add(view, YG_DATA_CRYPTO_ADDRESS, YG_DATA_PROOF_CERTAIN, value);
}

/* The last word of a text that ends in an identifier: a wallet, a code. */
static struct yg_slice last_word(struct yg_slice text)
{
	const char *space = memrchr(text.ptr, ' ', text.len);

	if (!space)
		return text;
	return (struct yg_slice){ space + 1, text.len - (size_t)(space + 1 - text.ptr) };
}

static struct yg_slice trim(struct yg_slice text)
{
	text = yg_slice_trim(text);
	while (text.len > 0 && (text.ptr[0] == '\n' || text.ptr[0] == '\r')) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
		text.len--;
	return text;
}

/* Is all of it one identifier, with its separators? */
static bool is_one(struct yg_slice text)
{
	size_t spaces = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!is_alnum(c) && !is_separator(c) && c != '+' && c != '_')
			return false;
		spaces += c == ' ';
	}
	return spaces <= 8;
}

/* A value that is what its name says is nothing else by the luck of a check digit. */
static void prefer_named(struct view *view)
{
	bool named = false;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < view->count; i++)
		named |= view->sights[i].context;
	for (uint32_t i = 0; i < view->count && named; i++) {
		const struct yg_data_sight *sight = &view->sights[i];

		if (sight->context || sight->proof == YG_DATA_PROOF_CERTAIN)
			view->sights[kept++] = *sight;
	}
	view->count = named ? kept : view->count;
}

/* What kinds of bytes a value has: most values can be passed over by these alone. */
struct kinds {
	uint32_t digits, marks, hyphens, at, high;
};

static struct kinds count_kinds(struct yg_slice text)
{
	struct kinds kinds = { 0 };

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.ptr[i];

		kinds.digits += c >= '0' && c <= '9';
		kinds.marks += c == ':' || c == '.';
		kinds.hyphens += c == '-';
		kinds.at += c == '@';
		kinds.high += c >= 0x80;
	}
	return kinds;
}

static void examine_text(struct view *view, struct kinds kinds)
{
	struct yg_slice text = view->text;

	/*
	 * One word is one identifier, or none: dates, UUIDs, versions; but for a document in it,
	 * and for scripts that write no spaces.
	 */
	if (kinds.digits >= TOKEN_DIGITS && text.len > 10 &&
	    (text.ptr[0] == '{' || text.ptr[0] == '[' || kinds.high ||
	     memchr(text.ptr, ' ', text.len)))
		examine_tokens(view);
	if (kinds.marks >= 2)
		examine_addresses(view);
	if ((text.len == 17 || text.len == 23) && yg_data_is_mac(text))
		yg_data_view_add(view, YG_DATA_MAC_ADDRESS, YG_DATA_PROOF_CERTAIN, text);
	else if (kinds.hyphens >= 5)
		examine_hyphened(view);
	if (text.len >= WALLET_MIN && kinds.digits > 0)
		examine_wallet(view, last_word(text));
}

uint32_t yg_data_engine_examine(struct yg_data_engine *engine, const struct yg_data_leaf *leaf,
				struct yg_data_sight *ret)
{
	struct yg_slice text = leaf->text;
	struct view view = { .engine = engine, .sights = ret, .response = leaf->response };
	bool named;
	struct kinds kinds;

	if (text.len > YG_DATA_TEXT_MAX)
		text.len = YG_DATA_TEXT_MAX;
	engine->counters.texts++;
	engine->counters.bytes += text.len;
	kinds = count_kinds(text);
	if (kinds.high) {
		text = yg_data_normalise(text, engine->normal, sizeof(engine->normal));
		kinds = count_kinds(text);
	}
	text = trim(text);
	if (text.len == 0)
		return 0;
	view.text = text;
	view.names = yg_data_engine_names(engine, leaf->parent, leaf->name);
	named = !yg_data_set_is_empty(&view.names);
	if (kinds.at || kinds.high || text.len >= MATCH_MIN || engine->user_count)
		yg_data_engine_match(&view);
	if ((kinds.digits >= 5 || named) && text.len <= WHOLE_MAX && is_one(text)) {
		examine_identifier(&view, text, true);
		examine_phone(&view, text, true);
	}
	if (!leaf->number)
		examine_text(&view, kinds);
	if (named)
		examine_named(&view, text);
	prefer_named(&view);
	return view.count;
}

struct yg_data_engine_counters yg_data_engine_counters(const struct yg_data_engine *engine)
{
	return engine->counters;
}
