/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/query.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include "store/store.h"
#include "test.h"

#define NOW 1795000000000000000ull /* 2026-11-18T11:06:40Z */
#define DAY (24 * 3600000000000ull)

static char path[64];
static int dir_fd = -1;
static struct yg_store *store;
static uint64_t ticks;

static void put_sample(uint64_t time_ns, uint64_t status)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_SAMPLE };

	message.sample.time = time_ns;
	message.sample.endpoint = 0xfedcba9876543210u;
	message.sample.method = YG_SLICE("GET");
	message.sample.status = status;
	assert_int_equal(yg_store_begin(store), 0);
	assert_int_equal(yg_store_put(store, &message, time_ns), 0);
	assert_int_equal(yg_store_commit(store), 0);
}

static int set_up(void **state)
{
	struct yg_store_options options = { -1, 30, 7 };

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/yg_query_XXXXXX");
	assert_non_null(mkdtemp(path));
	dir_fd = open(path, O_DIRECTORY | O_CLOEXEC);
	options.dir_fd = dir_fd;
	assert_int_equal(yg_store_new(&options, NOW, &store), 0);
	put_sample(NOW, 200);
	put_sample(NOW + 1, 404);
	put_sample(NOW + DAY, 200);
	return 0;
}

static int remove_one(const char *name, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(name);
}

static int tear_down(void **state)
{
	(void)state;
	yg_store_free(&store);
	yg_closep(&dir_fd);
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct answer {
	char text[4096];
	size_t used;
	uint64_t rows;
};

static int keep(void *ctx, struct yg_slice object)
{
	struct answer *answer = ctx;

	if (answer->used + object.len + 2 < sizeof(answer->text))
		answer->used += (size_t)snprintf(answer->text + answer->used,
						 sizeof(answer->text) - answer->used, "%.*s\n",
						 (int)object.len, object.ptr);
	answer->rows++;
	return 0;
}

/* Each look at it is a millisecond. */
static uint64_t tick(void *ctx)
{
	(void)ctx;
	return ticks += 1000000;
}

static int ask(const char *text, struct answer *ret, bool *ret_cut, char *ret_cause)
{
	struct yg_query query = {
		.dir_fd = dir_fd,
		.text = yg_slice_from_str(text),
		.deadline_ns = 1000000000,
		.clock = tick,
		.ctx = ret,
		.fn = keep,
	};

	ticks = 0;
	*ret = (struct answer){ .used = 0 };
	return yg_query_run(&query, ret_cut, ret_cause);
}

static const struct {
	const char *name, *text, *want;
} good[] = {
	{ "samples of all days", "SELECT count(*) AS n FROM samples",
	  "{\"type\":\"row\",\"n\":3}\n" },
	{ "times as text", "SELECT iso(min(time)) AS first FROM samples",
	  "{\"type\":\"row\",\"first\":\"2026-11-18T11:06:40.000Z\"}\n" },
	{ "ids as the API prints them", "SELECT DISTINCT hex(endpoint) AS id FROM samples",
	  "{\"type\":\"row\",\"id\":\"fedcba9876543210\"}\n" },
	{ "and back", "SELECT count(*) n FROM samples WHERE endpoint=unhex('fedcba9876543210')",
	  "{\"type\":\"row\",\"n\":3}\n" },
	{ "groups", "SELECT status, count(*) n FROM samples GROUP BY 1 ORDER BY 1",
	  "{\"type\":\"row\",\"status\":200,\"n\":2}\n{\"type\":\"row\",\"status\":404,\"n\":1}\n" },
	{ "no rows", "SELECT id FROM findings", "" },
	{ "trim and pattern", "SELECT trim(' a ') AS a, 'api' LIKE '%p%' AS b",
	  "{\"type\":\"row\",\"a\":\"a\",\"b\":1}\n" },
	{ "null and real", "SELECT NULL AS a, 0.5 AS b",
	  "{\"type\":\"row\",\"a\":null,\"b\":0.500000}\n" },
};

static const struct {
	const char *name, *text;
	int want;
} bad[] = {
	{ "insert", "INSERT INTO blocks VALUES('10.0.0.1','x','x',0,0,0)", -EINVAL },
	{ "delete", "DELETE FROM endpoints", -EINVAL },
	{ "drop", "DROP TABLE endpoints", -EINVAL },
	{ "create", "CREATE TEMP TABLE t(a)", -EINVAL },
	{ "pragma", "PRAGMA user_version", -EINVAL },
	{ "pragma as a table", "SELECT * FROM pragma_database_list", -EINVAL },
	{ "attach", "ATTACH '/etc/passwd' AS x", -EINVAL },
	{ "vacuum into a file", "VACUUM INTO '/tmp/yg_stolen'", -EINVAL },
	{ "extension", "SELECT load_extension('x')", -EINVAL },
	{ "begin", "BEGIN IMMEDIATE", -EINVAL },
	{ "two statements", "SELECT 1; SELECT 2", -EINVAL },
	{ "a second one that writes", "SELECT 1; DELETE FROM endpoints", -EINVAL },
	{ "nothing", "", -EINVAL },
	{ "a comment", "-- nothing", -EINVAL },
	{ "not SQL", "find me", -EINVAL },
	{ "no such table", "SELECT * FROM secrets", -EINVAL },
	{ "without end",
	  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c",
	  -ETIME },
	{ "a value without bounds", "SELECT zeroblob(100000000)", -E2BIG },
	/* One step each, within which nobody looks at the clock. */
	{ "trim of a set", "SELECT trim(printf('%.9000c', 'a'), printf('%.9000c', 'b'))", -EINVAL },
	{ "a long pattern", "SELECT printf('%.9000c', 'a') LIKE printf('%.513c', 'a')", -EINVAL },
	{ "patches of JSON", "SELECT json_patch('{}', '{}')", -EINVAL },
};

static void answers_what_reads(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(good); i++) {
		char cause[YG_QUERY_CAUSE_CAP];
		struct answer answer;
		bool cut;

		print_message("  %s\n", good[i].name);
		assert_int_equal(ask(good[i].text, &answer, &cut, cause), 0);
		assert_string_equal(answer.text, good[i].want);
		assert_false(cut);
	}
}

static void refuses_all_else(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(bad); i++) {
		char cause[YG_QUERY_CAUSE_CAP];
		struct answer answer;
		bool cut;

		print_message("  %s\n", bad[i].name);
		assert_int_equal(ask(bad[i].text, &answer, &cut, cause), bad[i].want);
		assert_int_equal(answer.rows, 0);
		assert_int_not_equal(cause[0], '\0');
	}
	assert_int_equal(access("/tmp/yg_stolen", F_OK), -1);
}

static void cuts_long_answers_and_says_so(void **state)
{
	char cause[YG_QUERY_CAUSE_CAP];
	struct answer answer;
	bool cut;

	(void)state;

	assert_int_equal(ask("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c"
			     " LIMIT 20000) SELECT x FROM c",
			     &answer, &cut, cause),
			 0);
	assert_int_equal(answer.rows, YG_QUERY_ROWS_MAX);
	assert_true(cut);
}

static void refuses_a_text_that_is_too_long(void **state)
{
	static char text[YG_QUERY_TEXT_MAX + 2];
	char cause[YG_QUERY_CAUSE_CAP];
	struct answer answer;
	bool cut;

	(void)state;

	memset(text, ' ', YG_QUERY_TEXT_MAX + 1);
	assert_int_equal(ask(text, &answer, &cut, cause), -E2BIG);
	yg_closep(&dir_fd);
	assert_int_equal(ask("SELECT 1", &answer, &cut, cause), -EIO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_what_reads),
		TEST(refuses_all_else),
		TEST(cuts_long_answers_and_says_so),
		TEST(refuses_a_text_that_is_too_long),
	};

	return cmocka_run_group_tests_name("store/query", tests, NULL, NULL);
}
