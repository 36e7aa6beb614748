/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API2: guessing who may come in.
 *
 *	credential-stuffing	one source, many users, few tries each
 *	password-spraying	one source, many users, few passwords
 *	brute-force		one user, many passwords, from one source or many
 *
 * A login is a request with a user name and a password in its form, JSON or Basic field, wherever
 * it is sent: no list of paths in one language. It failed if it was answered 400, 401, 403, 422,
 * 423 or 429. Many people behind one address mostly succeed; a device with an old password sends
 * the same one again and again: neither is an attack. Names and passwords are only ever held as
 * keyed hashes, here, in memory.
 */
#include <stdio.h>

#include "core/hll.h"
#include "detect/blame.h"
#include "detect/detector.h"
#include "parse/outcome.h"

#define SUSPECT_PART 3u /* of a threshold, by which a client becomes worth watching */
#define SOURCES_MAX  4096u
#define USERS_MAX    8192u
#define FAST_NS	     (600ull * 1000000000)	 /* a burst */
#define SLOW_NS	     (24ull * 3600 * 1000000000) /* low and slow */

#define USERS_FAST    10u /* failing users of one source in FAST_NS */
#define USERS_SLOW    25u
#define FAILED_RATIO  0.7
#define TRIES_MAX     4.0 /* per user; more is brute force of several users */
#define SPRAY_RATIO   5u  /* users per password */
#define GUESSES_FAST  10u /* distinct passwords for one user */
#define GUESSES_SLOW  40u
#define REPEAT_GROWTH 4u /* reported again after growing by a quarter */

const struct yg_rule yg_rule_stuffing = {
	.id = "credential-stuffing",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API2:2023",
	.pci = "8.3.4",
	.title = "One source tries the credentials of many users",
	.effect = "Accounts whose password was used elsewhere too are being taken over",
	.remediation = "Limit logins per source; ask for a second factor; reset the passwords of "
		       "the users whose login succeeded from this source",
	.title_ja = "一つの接続元が多数の利用者の認証情報を試しています",
	.effect_ja = "他所で漏えいしたパスワードのアカウントが乗っ取られています",
	.remediation_ja =
		"接続元ごとにログインを制限し、二要素認証を導入し、成功した利用者のパスワードを再設定してください",
};

const struct yg_rule yg_rule_spraying = {
	.id = "password-spraying",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API2:2023",
	.pci = "8.3.4",
	.title = "One source tries a few passwords on many users",
	.effect = "Accounts with a common password are being taken over, below each lock-out limit",
	.remediation = "Limit logins per source; refuse common passwords; ask for a second factor",
	.title_ja = "一つの接続元が少数のパスワードを多数の利用者に試しています",
	.effect_ja = "よくあるパスワードのアカウントがロックされずに乗っ取られています",
	.remediation_ja =
		"接続元ごとにログインを制限し、ありふれたパスワードを拒否し、二要素認証を導入してください",
};

const struct yg_rule yg_rule_brute = {
	.id = "brute-force",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API2:2023",
	.pci = "8.3.4",
	.title = "Many passwords are tried on one user",
	.effect = "The account is taken over once the password is guessed",
	.remediation = "Lock or slow the login after ten failures; ask for a second factor",
	.title_ja = "一人の利用者に多数のパスワードが試されています",
	.effect_ja = "パスワードが当たるとアカウントが乗っ取られます",
	.remediation_ja = "10回の失敗でログインを制限し、二要素認証を導入してください",
};

/* Attempts within one span of time; starts over when it has passed. */
struct window {
	uint64_t start_ns;
	uint32_t attempts;
	uint32_t failures;
	struct yg_hll others; /* of a source: users that failed; of a user: sources */
	struct yg_hll passwords;
	uint32_t reported;     /* size of the evidence then; 0 none */
	struct yg_blame blame; /* of the failures */
};

struct row {
	struct window fast, slow;
};

enum { SOURCES, USERS }; /* struct row by service and: client; user */

struct attempt {
	uint64_t user, password; /* hashes; 0 absent */
	uint64_t source;
	uint64_t time_ns;
	bool failed;
};

static int open_state(const struct yg_detect_options *options, void **ret)
{
	static const struct yg_memory_shape shapes[YG_DETECTOR_TABLES] = {
		[SOURCES] = { SOURCES_MAX, sizeof(struct row) },
		[USERS] = { USERS_MAX, sizeof(struct row) },
	};

	return yg_memory_open(options, shapes, ret);
}

static bool is_any(struct yg_slice name, const struct yg_slice *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (yg_slice_equal_nocase(name, list[i]))
			return true;
	}
	return false;
}

static bool is_user_name(struct yg_slice name)
{
	static const struct yg_slice list[] = {
		YG_SLICE("user"),     YG_SLICE("username"), YG_SLICE("user_name"),
		YG_SLICE("userid"),   YG_SLICE("user_id"),  YG_SLICE("login"),
		YG_SLICE("loginid"),  YG_SLICE("login_id"), YG_SLICE("email"),
		YG_SLICE("mail"),     YG_SLICE("account"),  YG_SLICE("account_id"),
		YG_SLICE("memberid"), YG_SLICE("phone"),    YG_SLICE("identifier")
	};

	return is_any(name, list, YG_ARRAY_SIZE(list));
}

static bool is_password_name(struct yg_slice name)
{
	static const struct yg_slice list[] = { YG_SLICE("password"),	YG_SLICE("passwd"),
						YG_SLICE("pass"),	YG_SLICE("pwd"),
						YG_SLICE("pin"),	YG_SLICE("passcode"),
						YG_SLICE("passphrase"), YG_SLICE("otp"),
						YG_SLICE("code") };

	return is_any(name, list, YG_ARRAY_SIZE(list));
}

static uint64_t hash_of(const struct yg_memory *s, struct yg_slice value)
{
	return value.len > 0 ? yg_hash(&s->key, value.ptr, value.len) | 1 : 0;
}

/* The value, where it stays as long as the message. @number: room for one that does not. */
static struct yg_slice hold(const struct yg_value *value, char number[YG_BINARY_NUMBER_CAP])
{
	if (!value->fleeting || value->type != YG_VALUE_NUMBER ||
	    value->raw.len > YG_BINARY_NUMBER_CAP)
		return value->raw;
	return (struct yg_slice){ memcpy(number, value->raw.ptr, value->raw.len), value->raw.len };
}

void yg_login_visit(void *ctx, const struct yg_value *value)
{
	struct yg_login *login = ctx;
	struct yg_slice name = yg_value_name(value);

	if (value->cut || !value->raw.ptr)
		return;
	if (!login->user.len && is_user_name(name))
		login->user = hold(value, login->numbers[0]);
	else if (!login->password.len && is_password_name(name))
		login->password = hold(value, login->numbers[1]);
}

/* The user and password of a login; false if the request is none. */
static bool read_attempt(const struct yg_memory *s, const struct yg_scene *scene,
			 struct attempt *attempt)
{
	const struct yg_message *request = &scene->exchange->request;

	if (scene->credentials->user.len > 0) {
		/* The whole token stands for the password: it holds nothing else but the user. */
		attempt->user = hash_of(s, scene->credentials->user);
		attempt->password = hash_of(s, scene->credentials->token);
		return true;
	}
	if (!yg_slice_equal(request->method, YG_SLICE("POST")) || !scene->login)
		return false;
	attempt->user = hash_of(s, scene->login->user);
	attempt->password = hash_of(s, scene->login->password);
	return attempt->user && attempt->password;
}

static bool has_failed(const struct yg_scene *scene)
{
	uint16_t status = scene->exchange->response.status;

	/* Who adds something harmless to a batch that logs in does not make that a success. */
	return scene->answer == YG_ANSWER_DENIED || scene->answer == YG_ANSWER_INVALID ||
	       scene->outcome == YG_OUTCOME_PARTIAL || scene->outcome == YG_OUTCOME_LIMITED ||
	       status == 423 || status == 429;
}

static void count(struct window *window, uint64_t span_ns, const struct yg_scene *scene,
		  const struct attempt *attempt, uint64_t other)
{
	if (attempt->time_ns > window->start_ns + span_ns || window->start_ns == 0)
		*window = (struct window){ .start_ns = attempt->time_ns };
	window->attempts++;
	if (!attempt->failed)
		return;
	window->failures++;
	yg_blame_add(&window->blame, scene);
	(void)yg_hll_add(&window->others, yg_hash_mix(other));
	if (attempt->password)
		(void)yg_hll_add(&window->passwords, yg_hash_mix(attempt->password));
}

/* Found before, and grown too little to say so again? */
static bool is_old_news(const struct window *window, uint64_t size)
{
	return window->reported && size < window->reported + window->reported / REPEAT_GROWTH + 1;
}

static void report(const struct yg_scene *scene, const struct yg_rule *rule,
		   const struct window *window, const struct attempt *attempt, yg_sighting_fn fn,
		   void *ctx)
{
	bool one_user = rule == &yg_rule_brute;
	uint64_t others = yg_hll_count(&window->others);
	uint64_t passwords = yg_hll_count(&window->passwords);
	uint64_t seconds = (attempt->time_ns - window->start_ns) / 1000000000u;
	struct yg_sighting sighting = {
		.rule = rule,
		.severity = rule->severity,
		.subject = one_user ? attempt->user : attempt->source,
		.first_ns = window->start_ns,
	};

	(void)snprintf(sighting.cause, sizeof(sighting.cause),
		       "%u of %u logins failed in %llu s: %llu %s, %llu passwords",
		       window->failures, window->attempts, (unsigned long long)seconds,
		       (unsigned long long)others, one_user ? "sources for one user" : "users",
		       (unsigned long long)passwords);
	yg_sighting_number(&sighting, "attempts", window->attempts);
	yg_sighting_number(&sighting, "failures", window->failures);
	yg_sighting_number(&sighting, one_user ? "distinct_sources" : "distinct_users",
			   (double)others);
	yg_sighting_number(&sighting, "distinct_passwords", (double)passwords);
	yg_sighting_number(&sighting, "seconds", (double)seconds);
	yg_blame_name(&window->blame, scene, &sighting);
	fn(ctx, scene, &sighting);
}

static bool judge_source(const struct yg_scene *scene, struct window *window, uint32_t users_min,
			 const struct attempt *attempt, yg_sighting_fn fn, void *ctx)
{
	uint64_t users = yg_hll_count(&window->others);
	uint64_t passwords = yg_hll_count(&window->passwords);

	if (users >= users_min / SUSPECT_PART &&
	    window->failures >= FAILED_RATIO * window->attempts)
		yg_scene_suspect(scene);
	if (users < users_min || is_old_news(window, users) ||
	    window->failures < FAILED_RATIO * window->attempts)
		return false;
	if (window->failures > TRIES_MAX * (double)users && passwords * SPRAY_RATIO > users)
		return false;
	report(scene,
	       passwords > 0 && passwords * SPRAY_RATIO <= users ? &yg_rule_spraying
								 : &yg_rule_stuffing,
	       window, attempt, fn, ctx);
	window->reported = (uint32_t)users;
	return true;
}

static bool judge_user(const struct yg_scene *scene, struct window *window, uint32_t guesses_min,
		       const struct attempt *attempt, yg_sighting_fn fn, void *ctx)
{
	uint64_t passwords = yg_hll_count(&window->passwords);

	if (passwords >= guesses_min / SUSPECT_PART &&
	    window->failures >= FAILED_RATIO * window->attempts)
		yg_scene_suspect(scene);
	if (passwords < guesses_min || is_old_news(window, passwords) ||
	    window->failures < FAILED_RATIO * window->attempts)
		return false;
	report(scene, &yg_rule_brute, window, attempt, fn, ctx);
	window->reported = (uint32_t)passwords;
	return true;
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	struct yg_memory *s = state;
	struct attempt attempt = { .time_ns = scene->time_ns, .failed = has_failed(scene) };
	uint64_t service;
	struct row *row;

	if (scene->answer == YG_ANSWER_UNKNOWN || !read_attempt(s, scene, &attempt))
		return;
	service = yg_hash(&s->key, scene->service.ptr, scene->service.len);
	attempt.source = yg_address_is_unknown(&scene->client)
				 ? scene->caller->hash
				 : yg_hash(&s->key, &scene->client, sizeof(scene->client));

	row = yg_lru_get(s->tables[USERS], yg_hash_mix(attempt.user ^ service), NULL);
	count(&row->fast, FAST_NS, scene, &attempt, attempt.source);
	count(&row->slow, SLOW_NS, scene, &attempt, attempt.source);
	if (attempt.failed && !judge_user(scene, &row->fast, GUESSES_FAST, &attempt, fn, ctx))
		(void)judge_user(scene, &row->slow, GUESSES_SLOW, &attempt, fn, ctx);
	if (!attempt.source)
		return;

	row = yg_lru_get(s->tables[SOURCES], yg_hash_mix(attempt.source ^ service), NULL);
	count(&row->fast, FAST_NS, scene, &attempt, attempt.user);
	count(&row->slow, SLOW_NS, scene, &attempt, attempt.user);
	if (attempt.failed && !judge_source(scene, &row->fast, USERS_FAST, &attempt, fn, ctx))
		(void)judge_source(scene, &row->slow, USERS_SLOW, &attempt, fn, ctx);
}

const struct yg_detector yg_detect_login = {
	.name = "login",
	.open = open_state,
	.close = yg_memory_close,
	.observe = observe,
	.evicted = yg_memory_evicted,
};
