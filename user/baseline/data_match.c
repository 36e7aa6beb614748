/* SPDX-License-Identifier: GPL-2.0-only */
/* The multi-pattern matcher: which patterns there are, and who verifies what they find. */
#include <errno.h>
#include <hs/hs.h>
#include <stdio.h>
#include <string.h>

#include "baseline/checksum.h"
#include "baseline/data_engine_inside.h"
#include "baseline/data_key.h"
#include "baseline/data_text.h"
#include "baseline/literal.h"
#include "core/hash.h"
#include "parse/secret.h"

#define PATTERNS_MAX YG_DATA_USER_MAX
#define PATTERN_CAP  300u

#define PEM_TAIL	 "PRIVATE KEY"
#define PEM_WORDS_MAX	 20u /* bytes between "BEGIN " and that */
#define TRACK_DIGITS_MIN 13u /* of a card's number. Source: ISO/IEC 7812-1 */
#define TRACK_DIGITS_MAX 19u
#define TRACK_EXPIRY	 4u  /* digits: year and month */
#define TRACK_SHOWN	 11u /* bytes at its end that stand for it */

/* Identifiers of literals: verifiers first, then secrets. */
enum {
	ID_EMAIL,
	ID_JWT,
	ID_PEM,
	ID_PREFECTURE,
	ID_TRACK_1,
	ID_TRACK_2,
	ID_SECRET = 16, /* + index of the secret */
};

/* How what we look for begins or ends; code looks at the rest. */
static const struct yg_literal literals[] = {
	{ "@", ID_EMAIL, false },
	{ "eyJ", ID_JWT, false },
	{ PEM_TAIL, ID_PEM, false },
	{ "北海道", ID_PREFECTURE, false },
	{ "東京都", ID_PREFECTURE, false },
	{ "京都府", ID_PREFECTURE, false },
	{ "大阪府", ID_PREFECTURE, false },
	{ "県", ID_PREFECTURE, false },
	{ "%B", ID_TRACK_1, false },
	/* With a digit: a semicolon alone is in every text. */
	{ ";0", ID_TRACK_2, false },
	{ ";1", ID_TRACK_2, false },
	{ ";2", ID_TRACK_2, false },
	{ ";3", ID_TRACK_2, false },
	{ ";4", ID_TRACK_2, false },
	{ ";5", ID_TRACK_2, false },
	{ ";6", ID_TRACK_2, false },
	{ ";7", ID_TRACK_2, false },
	{ ";8", ID_TRACK_2, false },
	{ ";9", ID_TRACK_2, false },
};

/* The operator's patterns, being collected for one database. */
struct set {
	char text[PATTERNS_MAX][PATTERN_CAP];
	const char *texts[PATTERNS_MAX];
	unsigned int flags[PATTERNS_MAX];
	unsigned int ids[PATTERNS_MAX];
	unsigned int count;
};

static void add_pattern(struct set *set, uint32_t id, unsigned int flags, const char *text)
{
	if (set->count == PATTERNS_MAX)
		return;
	(void)snprintf(set->text[set->count], PATTERN_CAP, "%s", text);
	set->texts[set->count] = set->text[set->count];
	set->flags[set->count] = flags;
	set->ids[set->count++] = id;
}

/* @error: taken. Return: -EINVAL if a pattern is wrong, -ENOMEM. */
static int judge_failure(hs_compile_error_t *error, char *ret_error, size_t cap)
{
	bool nomem = !error || error->expression < 0;

	if (error)
		(void)snprintf(ret_error, cap, "%s", error->message);
	(void)hs_free_compile_error(error);
	return nomem ? -ENOMEM : -EINVAL;
}

static int compile(const struct set *set, hs_database_t **ret, char *ret_error, size_t cap)
{
	hs_compile_error_t *error = NULL;
	hs_error_t r = hs_compile_multi(set->texts, set->flags, set->ids, set->count, HS_MODE_BLOCK,
					NULL, ret, &error);

	return r == HS_SUCCESS ? 0 : judge_failure(error, ret_error, cap);
}

static int compile_literals(struct yg_literals **ret)
{
	struct yg_literal rows[YG_LITERALS_MAX];
	const struct yg_secret *secrets;
	uint32_t count = YG_ARRAY_SIZE(literals), more;

	secrets = yg_secrets(&more);
	if (count + more > YG_LITERALS_MAX)
		return -EINVAL;
	memcpy(rows, literals, sizeof(literals));
	for (uint32_t i = 0; i < more; i++)
		rows[count++] = (struct yg_literal){ secrets[i].prefix, ID_SECRET + i, false };
	return yg_literals_new(rows, count, ret);
}

static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && name[len] == '\0' && name[0] != '-';
}

/* "{7}", "{1,20000}": the compiler unrolls them. */
static bool has_long_repeat(const char *pattern)
{
	uint32_t number = 0;
	bool inside = false;

	for (; *pattern; pattern++) {
		bool digit = *pattern >= '0' && *pattern <= '9';

		if (*pattern == '\\' && pattern[1]) {
			pattern++;
			continue;
		}
		inside = *pattern == '{' || (inside && (digit || *pattern == ','));
		number = inside && digit ? number * 10 + (uint32_t)(*pattern - '0') : 0;
		if (number > YG_DATA_REPEAT_MAX)
			return true;
	}
	return false;
}

/* Refuse what cannot be: with its name, so that the operator finds it among others. */
int yg_data_engine_check(const struct yg_data_user_class *user, char *ret_error, size_t cap)
{
	YG_CLEANUP_FREE struct set *set = calloc(1, sizeof(*set));
	hs_database_t *database = NULL;
	char cause[160] = "";
	int r;

	if (!set)
		return -ENOMEM;
	if (!is_name(user->name)) {
		(void)snprintf(ret_error, cap, "'%s': a name is lower-case letters, digits and '-'",
			       user->name);
		return -EINVAL;
	}
	if (yg_data_class_from_name(yg_slice_from_str(user->name)) < YG_DATA_CLASS_MAX) {
		(void)snprintf(ret_error, cap, "'%s': there is one of this name", user->name);
		return -EINVAL;
	}
	if (!user->pattern[0] && !user->keys[0]) {
		(void)snprintf(ret_error, cap, "'%s': neither pattern nor keys", user->name);
		return -EINVAL;
	}
	if (has_long_repeat(user->pattern) || has_long_repeat(user->keys)) {
		(void)snprintf(ret_error, cap, "'%s': a repeat of more than %u", user->name,
			       YG_DATA_REPEAT_MAX);
		return -EINVAL;
	}
	if (user->pattern[0])
		add_pattern(set, 0, HS_FLAG_SOM_LEFTMOST | HS_FLAG_UTF8, user->pattern);
	if (user->keys[0])
		add_pattern(set, 1, HS_FLAG_CASELESS | HS_FLAG_UTF8, user->keys);
	r = compile(set, &database, cause, sizeof(cause));
	(void)hs_free_database(database);
	if (r == -EINVAL)
		(void)snprintf(ret_error, cap, "'%s': %s", user->name, cause);
	return r;
}

static int check_users(const struct yg_data_engine_options *options, char *ret_error, size_t cap)
{
	if (options->user_count > YG_DATA_USER_MAX) {
		(void)snprintf(ret_error, cap, "data classes: more than %u", YG_DATA_USER_MAX);
		return -EINVAL;
	}
	for (uint32_t i = 0; i < options->user_count; i++) {
		char cause[YG_DATA_CAUSE_CAP] = "";
		int r = yg_data_engine_check(&options->user[i], cause, sizeof(cause));

		if (cause[0])
			(void)snprintf(ret_error, cap, "data class %s", cause);
		for (uint32_t j = 0; j < i && r == 0; j++) {
			if (strcmp(options->user[i].name, options->user[j].name) != 0)
				continue;
			(void)snprintf(ret_error, cap, "data class '%s': defined twice",
				       options->user[i].name);
			r = -EINVAL;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int compile_users(struct yg_data_engine *engine, struct set *set, char *ret_error,
			 size_t cap)
{
	int r = 0;

	for (uint32_t i = 0; i < engine->user_count; i++) {
		if (engine->user[i].pattern[0])
			add_pattern(set, i, HS_FLAG_SOM_LEFTMOST | HS_FLAG_UTF8,
				    engine->user[i].pattern);
	}
	if (set->count)
		r = compile(set, &engine->patterns, ret_error, cap);
	if (r < 0)
		return r;
	set->count = 0;
	for (uint32_t i = 0; i < engine->user_count; i++) {
		if (engine->user[i].keys[0])
			add_pattern(set, i, HS_FLAG_CASELESS, engine->user[i].keys);
	}
	return set->count ? compile(set, &engine->keys, ret_error, cap) : 0;
}

/* One scratch for both, if they are there. */
static int alloc_scratch(struct yg_data_engine *engine)
{
	hs_database_t *const all[] = { engine->patterns, engine->keys };

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(all); i++) {
		if (all[i] && hs_alloc_scratch(all[i], &engine->scratch) != HS_SUCCESS)
			return -ENOMEM;
	}
	return 0;
}

int yg_data_engine_new(const struct yg_data_engine_options *options, char *ret_error,
		       size_t error_cap, struct yg_data_engine **ret)
{
	YG_CLEANUP(yg_data_engine_free) struct yg_data_engine *engine = NULL;
	YG_CLEANUP_FREE struct set *set = NULL;
	int r;

	if (error_cap)
		ret_error[0] = '\0';
	r = check_users(options, ret_error, error_cap);
	if (r < 0)
		return r;
	engine = calloc(1, sizeof(*engine));
	set = calloc(1, sizeof(*set));
	if (!engine || !set)
		return -ENOMEM;
	yg_data_lexicon_init(&engine->lexicon);
	engine->off = options->off;
	engine->user_count = options->user_count;
	if (options->user_count)
		memcpy(engine->user, options->user, options->user_count * sizeof(*engine->user));
	r = compile_literals(&engine->literals);
	if (r == 0)
		r = compile_users(engine, set, ret_error, error_cap);
	if (r == 0)
		r = alloc_scratch(engine);
	if (r < 0)
		return r;
	*ret = YG_TAKE_PTR(engine);
	return 0;
}

void yg_data_engine_free(struct yg_data_engine **engine)
{
	struct yg_data_engine *e = *engine;

	if (!e)
		return;
	(void)hs_free_scratch(e->scratch);
	yg_literals_free(&e->literals);
	(void)hs_free_database(e->patterns);
	(void)hs_free_database(e->keys);
	free(e);
	*engine = NULL;
}

const char *yg_data_engine_name(const struct yg_data_engine *engine, uint32_t class_)
{
	if (class_ < YG_DATA_CLASS_MAX)
		return yg_data_class_info(class_)->name;
	return engine->user[class_ - YG_DATA_CLASS_MAX].name;
}

uint32_t yg_data_engine_classes(const struct yg_data_engine *engine)
{
	return YG_DATA_CLASS_MAX + engine->user_count;
}

enum yg_data_mask yg_data_engine_mask(const struct yg_data_engine *engine, uint32_t class_)
{
	(void)engine;
	return class_ < YG_DATA_CLASS_MAX ? yg_data_class_info(class_)->mask : YG_DATA_MASK_NONE;
}

static int take_key(unsigned int id, unsigned long long from, unsigned long long to,
		    unsigned int flags, void *ctx)
{
	(void)from, (void)to, (void)flags;
	yg_data_set_add(ctx, YG_DATA_CLASS_MAX + id);
	return 0;
}

static struct yg_data_set read_names(struct yg_data_engine *engine, struct yg_slice parent,
				     struct yg_slice name)
{
	struct yg_data_set classes = yg_data_key_classes(&engine->lexicon, parent, name);

	if (engine->keys && name.ptr && name.len <= YG_DATA_TEXT_MAX)
		(void)hs_scan(engine->keys, name.ptr, (unsigned int)name.len, 0, engine->scratch,
			      take_key, &classes);
	return classes;
}

static bool is_named(const struct named *named, struct yg_slice parent, struct yg_slice name)
{
	return named->taken && named->name_len == name.len && named->parent_len == parent.len &&
	       (!parent.ptr || memcmp(named->text, parent.ptr, parent.len) == 0) &&
	       (!name.ptr || memcmp(named->text + parent.len, name.ptr, name.len) == 0);
}

struct yg_data_set yg_data_engine_names(struct yg_data_engine *engine, struct yg_slice parent,
					struct yg_slice name)
{
	struct named *named;
	uint64_t hash;

	if (!name.ptr && !parent.ptr)
		return (struct yg_data_set){ { 0 } };
	if (name.len + parent.len > NAMES_CAP)
		return read_names(engine, parent, name);
	hash = yg_hash_quick(name.ptr, name.len) + 3 * yg_hash_quick(parent.ptr, parent.len);
	named = &engine->named[hash % NAMES_CACHE];
	if (is_named(named, parent, name))
		return named->classes;
	named->taken = true;
	named->name_len = (uint8_t)name.len;
	named->parent_len = (uint8_t)parent.len;
	if (parent.ptr)
		memcpy(named->text, parent.ptr, parent.len);
	if (name.ptr)
		memcpy(named->text + parent.len, name.ptr, name.len);
	named->classes = read_names(engine, parent, name);
	return named->classes;
}

static bool passes_luhn(struct yg_slice text)
{
	char digits[YG_CHECKSUM_MAX];
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < sizeof(digits); i++) {
		if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
			digits[len++] = text.ptr[i];
	}
	return len > 1 && yg_checksum_luhn(digits, len);
}

static void take_user(struct view *view, uint32_t index, struct yg_slice text)
{
	const struct yg_data_user_class *user = &view->engine->user[index];
	uint32_t class_ = YG_DATA_CLASS_MAX + index;

	if ((user->direction == YG_DATA_REQUEST && view->response) ||
	    (user->direction == YG_DATA_RESPONSE && !view->response) ||
	    (user->luhn && !passes_luhn(text)) ||
	    (user->keys[0] && !yg_data_set_has(&view->names, class_)))
		return;
	yg_data_view_add(view, class_, YG_DATA_PROOF_CERTAIN, text);
}

static void take_prefecture(struct view *view, size_t end)
{
	/* The name of a prefecture ends here and has three or four characters. */
	for (size_t len = 9; len <= 12 && len <= end; len += 3) {
		struct yg_slice address = yg_data_address_at(view->text, end - len);

		if (!address.ptr)
			continue;
		yg_data_view_add(view, YG_DATA_ADDRESS, YG_DATA_PROOF_CERTAIN, address);
		return;
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "-----BEGIN RSA PRIVATE KEY": the text ends with the key word. Absent: something else. */
static struct yg_slice pem_at(struct yg_slice text, size_t end)
{
	static const char begin[] = "-----BEGIN ";
	size_t at = end - strlen(PEM_TAIL), begin_len = sizeof(begin) - 1;

	for (size_t words = 0; words <= PEM_WORDS_MAX && at - words >= begin_len; words++) {
		const char *p = text.ptr + at - words;

		if (memcmp(p - begin_len, begin, begin_len) == 0)
			return (struct yg_slice){ text.ptr + at, end - at };
		if (p[-1] != ' ' && (p[-1] < 'A' || p[-1] > 'Z'))
			break;
	}
	return (struct yg_slice){ NULL, 0 };
}

/*
 * What a card's magnetic strip says: "%B<number>^" or ";<number>=<four digits>", the number with
 * 13 to 19 digits from @at. @tail: digits behind @mark. Absent: something else.
 */
static struct yg_slice track_at(struct yg_slice text, size_t at, char mark, size_t tail)
{
	size_t end = at;

	while (end < text.len && is_digit(text.ptr[end]))
		end++;
	if (end - at < TRACK_DIGITS_MIN || end - at > TRACK_DIGITS_MAX || end == text.len ||
	    text.ptr[end] != mark || text.len - end - 1 < tail)
		return (struct yg_slice){ NULL, 0 };
	end++;
	for (size_t i = 0; i < tail; i++) {
		if (!is_digit(text.ptr[end + i]))
			return (struct yg_slice){ NULL, 0 };
	}
	end += tail;
	return (struct yg_slice){ text.ptr + end - TRACK_SHOWN, TRACK_SHOWN };
}

static void take_prefix(struct view *view, unsigned int id, size_t end)
{
	struct yg_slice text = { NULL, 0 };
	uint32_t class_ = YG_DATA_EMAIL, count;
	const struct yg_secret *secret;

	switch (id) {
	case ID_EMAIL:
		text = yg_data_email_at(view->text, end - 1);
		break;
	case ID_JWT:
		class_ = YG_DATA_JWT;
		text = yg_data_jwt_at(view->text, end - 3);
		break;
	case ID_PEM:
		class_ = YG_DATA_SECRET_PRIVATE_KEY;
		text = pem_at(view->text, end);
		break;
	case ID_TRACK_1:
		class_ = YG_DATA_CARD_TRACK;
		text = track_at(view->text, end, '^', 0);
		break;
	case ID_TRACK_2:
		class_ = YG_DATA_CARD_TRACK;
		text = track_at(view->text, end - 1, '=', TRACK_EXPIRY);
		break;
	default:
		secret = &yg_secrets(&count)[id - ID_SECRET];
		class_ = YG_DATA_SECRET_AWS + (uint32_t)secret->issuer;
		text = yg_secret_at(secret, view->text, end - strlen(secret->prefix));
	}
	if (text.ptr)
		yg_data_view_add(view, class_, YG_DATA_PROOF_CERTAIN, text);
}

static bool take_literal(void *ctx, uint32_t id, size_t end)
{
	struct view *view = ctx;

	view->engine->counters.hits++;
	if (id == ID_PREFECTURE)
		take_prefecture(view, end);
	else
		take_prefix(view, id, end);
	return true;
}

static int take_pattern(unsigned int id, unsigned long long from, unsigned long long to,
			unsigned int flags, void *ctx)
{
	struct view *view = ctx;

	(void)flags;
	view->engine->counters.hits++;
	take_user(view, id, (struct yg_slice){ view->text.ptr + from, (size_t)(to - from) });
	return 0;
}

void yg_data_engine_match(struct view *view)
{
	struct yg_data_engine *engine = view->engine;
	unsigned int len = (unsigned int)view->text.len;

	yg_literals_scan(engine->literals, view->text, take_literal, view);
	if (engine->patterns)
		(void)hs_scan(engine->patterns, view->text.ptr, len, 0, engine->scratch,
			      take_pattern, view);
	for (uint32_t i = 0; i < engine->user_count; i++) {
		if (!engine->user[i].pattern[0])
			take_user(view, i, view->text);
	}
}
