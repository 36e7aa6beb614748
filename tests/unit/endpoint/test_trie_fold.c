/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Templates are stable over time: what a path reads like changes while an API is being learned,
 * hardly ever back, and not at all once its parts have been seen.
 */
#include "endpoint/trie.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/hash.h"
#include "tries.h"

#define REQUESTS  60000u
#define PATHS_MAX 4096u
#define WORDS	  24u /* values of one kind that are in use at first; more come with time */

/* The bounds: changes per path in all, back to what it was once, and in the second half. */
#define FLIPS_PER_PATH	0.015
#define BACKS_PER_PATH	0.002
#define LATERS_PER_PATH 0.001

struct reading {
	char target[96];
	char now[TEXT_CAP], first[TEXT_CAP];
	bool moved;
};

struct churn {
	struct reading *paths; /* [PATHS_MAX] */
	uint32_t count, flips, backs, laters;
};

/* Kinds of values that no type tells, in places of all sorts. "%s": a value of the kind. */
static const struct {
	const char *format;
	enum kind { KIND_ID, KIND_SLUG, KIND_WORD, KIND_CODE, KIND_NAME, KIND_NONE } kind;
} shapes[] = {
	{ "/v1/accounts/%s", KIND_ID },
	{ "/v1/accounts/%s/balances", KIND_ID },
	{ "/v1/accounts/%s/transfers", KIND_ID },
	{ "/v1/shops/%s", KIND_SLUG },
	{ "/v1/shops/%s/menu", KIND_SLUG },
	{ "/v1/shops/%s/hours", KIND_SLUG },
	{ "/v1/tags/%s", KIND_WORD },
	{ "/v1/tags/%s/posts", KIND_WORD },
	{ "/v1/tags/%s/followers", KIND_WORD },
	{ "/v1/rates/%s", KIND_CODE },
	{ "/v1/people/%s", KIND_NAME },
	{ "/v1/people/%s/cards", KIND_NAME },
	{ "/v1/health", KIND_NONE },
	{ "/v1/users/me", KIND_NONE },
	{ "/v1/users/me/cards", KIND_NONE },
	{ "/v1/reports/daily/totals", KIND_NONE },
	{ "/v1/reports/weekly/totals", KIND_NONE },
	{ "/v1/domestic-payment-consents", KIND_NONE },
	{ "/v1/domestic-standing-orders", KIND_NONE },
};

static const char *word_of(uint64_t n, char *ret, size_t cap)
{
	static const char *const parts[] = { "ba", "ke", "li", "mo", "nu", "ra", "so", "ti" };

	(void)snprintf(ret, cap, "%s%s%s", parts[n % 8], parts[n / 8 % 8], parts[n / 64 % 8]);
	return ret;
}

static void write_value(enum kind kind, uint64_t n, char *ret, size_t cap)
{
	char a[16], b[16], c[16];

	(void)word_of(n * 7, a, sizeof(a));
	(void)word_of(n * 11 + 3, b, sizeof(b));
	(void)word_of(n * 13 + 5, c, sizeof(c));
	switch (kind) {
	case KIND_ID:
		(void)snprintf(ret, cap, "%llu", 1000 + (unsigned long long)n);
		break;
	case KIND_SLUG:
		(void)snprintf(ret, cap, "%s-%s-%s", a, b, c);
		break;
	case KIND_CODE:
		(void)snprintf(ret, cap, "%c%c%c", (char)('A' + n % 26), (char)('A' + n * 7 % 26),
			       (char)('A' + n * 3 % 26));
		break;
	case KIND_NAME:
		(void)snprintf(ret, cap, "%c%s_%c%s", (char)('A' + n % 26), a + 1,
			       (char)('A' + n * 5 % 26), b + 1);
		break;
	case KIND_WORD:
	case KIND_NONE:
	default:
		(void)snprintf(ret, cap, "%s", a);
		break;
	}
}

static void write_request(uint64_t seed, uint32_t i, char *ret, size_t cap)
{
	uint64_t r = yg_hash_mix(seed + i);
	size_t shape = r % YG_ARRAY_SIZE(shapes);
	char value[64];

	write_value(shapes[shape].kind, (r >> 16) % (WORDS + i / 1000), value, sizeof(value));
	(void)snprintf(ret, cap, shapes[shape].format, value);
}

static void read_path(const struct yg_trie *trie, const char *target, char *ret)
{
	struct yg_route route;
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_route(trie, &path, &route);
	assert_true(yg_trie_text(trie, &path, &route, ret, TEXT_CAP) > 0);
}

static void note(struct churn *churn, const struct yg_trie *trie, const char *target)
{
	struct reading *at = &churn->paths[churn->count];

	for (uint32_t i = 0; i < churn->count; i++) {
		if (strcmp(churn->paths[i].target, target) == 0)
			return;
	}
	assert_true(churn->count < PATHS_MAX);
	*at = (struct reading){ 0 };
	(void)snprintf(at->target, sizeof(at->target), "%s", target);
	read_path(trie, target, at->now);
	memcpy(at->first, at->now, sizeof(at->first));
	churn->count++;
}

static void compare(struct churn *churn, const struct yg_trie *trie, bool later)
{
	char text[TEXT_CAP];

	for (uint32_t i = 0; i < churn->count; i++) {
		struct reading *at = &churn->paths[i];

		read_path(trie, at->target, text);
		if (strcmp(text, at->now) == 0)
			continue;
		churn->flips++;
		churn->laters += later;
		churn->backs += at->moved && strcmp(text, at->first) == 0;
		at->moved = true;
		memcpy(at->now, text, sizeof(text));
	}
}

static void templates_hardly_change_once_they_are_learned(void **state)
{
	(void)state;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(YG_TRIE_NODES_MAX);
		struct churn churn = { .paths = calloc(PATHS_MAX, sizeof(*churn.paths)) };
		uint32_t generation = yg_trie_generation(trie);
		char target[96];

		assert_non_null(churn.paths);
		for (uint32_t i = 0; i < REQUESTS; i++) {
			write_request(seed << 32, i, target, sizeof(target));
			learn(trie, target);
			if (i % 3000 == 2999)
				yg_trie_settle(trie); /* as the daemon does each minute */
			note(&churn, trie, target);
			if (yg_trie_generation(trie) == generation)
				continue;
			generation = yg_trie_generation(trie);
			compare(&churn, trie, i > REQUESTS / 2);
		}
		print_message("%u paths: %u changes, %u back, %u late\n", churn.count, churn.flips,
			      churn.backs, churn.laters);
		assert_true(churn.flips <= churn.count * FLIPS_PER_PATH);
		assert_true(churn.backs <= churn.count * BACKS_PER_PATH);
		assert_true(churn.laters <= churn.count * LATERS_PER_PATH);
		expect(trie, "/v1/domestic-payment-consents", "/v1/domestic-payment-consents");
		expect(trie, "/v1/users/me/cards", "/v1/users/me/cards");
		expect(trie, "/v1/shops/any-other-one/menu", "/v1/shops/{slug}/menu");
		free(churn.paths);
	}
}

/* Who has written down what it is called finds it again, whatever else turns out to be a value. */
static void a_parameter_keeps_the_name_that_was_published(void **state)
{
	static const char *const values[] = { "/tags/a-b-c", "/tags/JPY", "/tags/x.png",
					      "/tags/Ann_Lee", "/tags/example.com" };
	static const char *const names[] = { "/tags/{slug}", "/tags/{code}", "/tags/{file}",
					     "/tags/{name}", "/tags/{host}" };
	enum { N = YG_ARRAY_SIZE(values) };

	(void)state;

	for (size_t first = 0; first < N; first++) {
		YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);

		/* Two of a kind are enough for each. */
		learn(trie, values[first]);
		learn(trie, first == 3 ? "/tags/Ben_Ito" : values[first]);
		if (first == 2)
			learn(trie, "/tags/y.png");
		yg_trie_settle(trie);
		expect(trie, values[first], names[first]);
		for (size_t i = 0; i < N; i++) {
			learn(trie, values[(first + i) % N]);
			yg_trie_settle(trie);
		}
		expect(trie, "/tags/d-e-f", names[first]);
	}
}

/* A date is a date: ids beside it are none. */
static void a_name_that_promised_too_much_is_given_up(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);

	(void)state;
	learn(trie, "/logs/2026-11-21");
	expect(trie, "/logs/2026-11-22", "/logs/{date}");
	learn(trie, "/logs/7");
	yg_trie_settle(trie);
	expect(trie, "/logs/2026-11-22", "/logs/{id}");
}

/* Nine words are values, seven and two names among them not yet: but they have been, for long. */
static void what_was_published_for_long_stays(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;
	for (int i = 0; i < 9; i++) {
		(void)snprintf(path, sizeof(path), "/tags/%c%co%ca", 'b' + i, 'a' + i, 'c' + i);
		learn(trie, path);
	}
	for (int i = 0; i < 8; i++)
		yg_trie_settle(trie);
	expect(trie, "/tags/any", "/tags/{name}");
	/* Ids below two of them: too few are left, had it been so at first. */
	learn(trie, "/tags/bao/7");
	learn(trie, "/tags/cbo/7");
	yg_trie_settle(trie);
	expect(trie, "/tags/any", "/tags/{name}");
}

/* Before the next look at everything, too. */
static void a_word_that_routers_know_is_no_value_at_its_first_request(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;
	for (int i = 0; i < 120; i++) {
		(void)snprintf(path, sizeof(path), "/tags/%c%co%ca", 'b' + i % 20, 'a' + i / 4,
			       'c' + i % 7);
		learn(trie, path);
	}
	yg_trie_settle(trie);
	learn(trie, "/tags/any");
	expect(trie, "/tags/any", "/tags/{name}");
	learn(trie, "/tags/search");
	expect(trie, "/tags/search", "/tags/search");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_hardly_change_once_they_are_learned),
		cmocka_unit_test(a_parameter_keeps_the_name_that_was_published),
		cmocka_unit_test(a_name_that_promised_too_much_is_given_up),
		cmocka_unit_test(what_was_published_for_long_stays),
		cmocka_unit_test(a_word_that_routers_know_is_no_value_at_its_first_request),
	};

	return cmocka_run_group_tests_name("endpoint/trie_fold", tests, NULL, NULL);
}
