/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"
#include "store/private.h"

#define MINUTE 60000000000ull
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static struct yg_feed_message endpoint_of(uint64_t id, const char *template, uint64_t requests)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_ENDPOINT };

	message.endpoint.id = id;
	message.endpoint.service = YG_SLICE("api.example.com");
	message.endpoint.method = YG_SLICE("GET");
	message.endpoint.template = yg_slice_from_str(template);
	message.endpoint.requests = requests;
	message.endpoint.last_seen = NOW;
	message.endpoint.status.count = 1;
	message.endpoint.status.rows[0].key = 200;
	message.endpoint.status.rows[0].value = requests;
	message.endpoint.auth.count = 1;
	message.endpoint.auth.rows[0] = YG_SLICE("bearer");
	return message;
}

static struct yg_feed_message finding_of(uint64_t id, const char *severity, uint64_t time)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_FINDING };

	message.finding.id = id;
	message.finding.rule = YG_SLICE("bola-enumeration");
	message.finding.severity = yg_slice_from_str(severity);
	message.finding.time = time;
	message.finding.caller = YG_SLICE("bearer:9f86d081884c7d65");
	assert_int_equal(yg_address_from_text(YG_SLICE("10.0.0.1"), &message.finding.client), 0);
	message.finding.evidence.count = 2;
	message.finding.evidence.rows[0].name = YG_SLICE("distinct_ids");
	message.finding.evidence.rows[0].number = 40;
	message.finding.evidence.rows[1].name = YG_SLICE("walk");
	message.finding.evidence.rows[1].text = YG_SLICE("sequential");
	return message;
}

/* A message that holds a cell of @requests in the minute of @start_ns; @scratch keeps its bytes. */
static struct yg_feed_message cell_of(uint64_t endpoint, uint64_t start_ns, uint64_t requests,
				      uint8_t *scratch)
{
	struct yg_cell cell = { .start_ns = start_ns / MINUTE * MINUTE, .span_ns = MINUTE };
	struct yg_feed_message message = { .kind = YG_FEED_KIND_CELL };
	ssize_t len;

	cell.requests = requests;
	for (uint64_t i = 0; i < requests; i++)
		yg_quantile_add(&cell.latency_us, 1000 + i);
	len = yg_cell_pack(&cell, scratch, YG_CELL_PACKED_MAX);
	assert_true(len > 0);
	message.cell.endpoint = endpoint;
	message.cell.cell = (struct yg_slice){ (char *)scratch, (size_t)len };
	return message;
}

static void keeps_rows_over_a_restart(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = endpoint_of(0xfedcba9876543210u, "/v1/users/{id}", 7);
	struct yg_store_filter filter = { 0 };
	struct lines lines = { .stop_at = 0 };

	(void)state;

	put(store, &message, NOW);
	message = endpoint_of(0xfedcba9876543210u, "/v1/users/{id}", 8);
	put(store, &message, NOW);
	yg_store_free(&store);
	assert_null(store);

	store = open_store(NOW);
	assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &filter, keep_line, &lines), 1);
	assert_string_equal(
		lines.text,
		"{\"type\":\"endpoint\",\"id\":\"fedcba9876543210\",\"service\":\"api.example.com\","
		"\"method\":\"GET\",\"template\":\"/v1/users/{id}\",\"protocols\":[],"
		"\"first_seen\":null,\"last_seen\":\"2026-11-18T11:06:40.000000Z\",\"requests\":8,"
		"\"callers\":0,\"request_bytes\":0,\"response_bytes\":0,\"tls_requests\":0,"
		"\"confirmed\":false,\"status\":{\"200\":8},\"auth\":[\"bearer\"],\"labels\":[],"
		"\"label_reasons\":{},\"risk\":0,\"risk_reasons\":{},\"outside\":[],"
		"\"servers\":[],\"outcomes\":{},\"tokens_in\":0,\"tokens_out\":0,\"data\":[],"
		"\"label_reasons_ja\":{},\"risk_reasons_ja\":{},"
		"\"exposure\":\"unknown\",\"reached\":[]}\n");
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 1);
	yg_store_free(&store);
}

static void filters_and_pages(void **state)
{
	static const struct {
		const char *name;
		struct yg_store_filter filter;
		int want;
	} cases[] = {
		{ "nothing asked", { .id = 0 }, 30 },
		{ "limit", { .limit = 7 }, 7 },
		{ "page behind the end", { .offset = 28 }, 2 },
		{ "text in the template", { .contains = { "/1", 2 } }, 11 },
		{ "id", { .id = 5 }, 1 },
		{ "method that is not there", { .method = { "PUT", 3 } }, 0 },
		{ "seen since", { .since_ns = NOW + 1 }, 0 },
		{ "first seen since", { .new_ns = NOW + 1 }, 0 },
	};
	struct yg_store *store = open_store(NOW);

	(void)state;

	for (uint64_t i = 1; i <= 30; i++) {
		struct yg_feed_message message;
		char template[32];

		(void)snprintf(template, sizeof(template), "/%d", (int)i);
		message = endpoint_of(i, template, i);
		put(store, &message, NOW);
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct lines lines = { .stop_at = 0 };

		print_message("  %s\n", cases[i].name);
		assert_int_equal(yg_store_each(store, YG_STORE_ENDPOINTS, &cases[i].filter,
					       keep_line, &lines),
				 cases[i].want);
	}
	yg_store_free(&store);
}

static void keeps_the_operators_word_on_a_finding(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = finding_of(1, "high", NOW);
	struct yg_store_decision decision = { 1, "dismissed", YG_SLICE("root"), NOW + 1 };
	struct yg_store_filter filter = { .severity = YG_SLICE("medium") };
	struct lines lines = { .stop_at = 0 };

	(void)state;

	put(store, &message, NOW);
	assert_int_equal(yg_store_decide(store, &decision), 0);
	decision.finding = 2;
	assert_int_equal(yg_store_decide(store, &decision), -ENOENT);
	message.finding.repeats = 9;
	put(store, &message, NOW);
	message = finding_of(3, "low", NOW);
	put(store, &message, NOW);

	assert_int_equal(yg_store_each(store, YG_STORE_FINDINGS, &filter, keep_line, &lines), 1);
	assert_non_null(strstr(lines.text, "\"repeats\":9"));
	assert_non_null(strstr(lines.text, "\"status\":\"dismissed\",\"decided_by\":\"root\""));
	assert_non_null(strstr(lines.text, "{\"distinct_ids\":40,\"walk\":\"sequential\"}"));
	filter.severity = YG_SLICE("urgent");
	assert_int_equal(yg_store_each(store, YG_STORE_FINDINGS, &filter, keep_line, &lines),
			 -EINVAL);
	yg_store_free(&store);
}

static void undoes_a_batch(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = endpoint_of(1, "/", 1);

	(void)state;

	assert_int_equal(yg_store_begin(store), 0);
	assert_int_equal(yg_store_put(store, &message, NOW), 0);
	yg_store_undo(store);
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 0);
	put(store, &message, NOW);
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 1);
	yg_store_free(&store);
}

static void add_up(void *ctx, const struct yg_cell *cell)
{
	struct yg_cell *sum = ctx;

	yg_cell_merge(sum, cell);
}

static uint64_t requests_of(struct yg_store *store, uint64_t endpoint, ssize_t *ret_cells)
{
	struct yg_cell sum = { 0 };

	*ret_cells = yg_store_series(store, endpoint, 0, NOW + DAY, add_up, &sum);
	return sum.requests;
}

/* Cells in the journal, in blocks, late, twice and folded: never a request more or less. */
static void conserves_requests_through_hours(void **state)
{
	struct yg_store *store = open_store(NOW);
	uint8_t scratch[YG_CELL_PACKED_MAX];
	struct yg_feed_message message;
	ssize_t cells;

	(void)state;

	for (uint64_t i = 0; i < 90; i++) {
		message = cell_of(1 + i % 2, NOW + i * MINUTE, i + 1, scratch);
		put(store, &message, NOW);
	}
	assert_int_equal(requests_of(store, 1, &cells), 2025);
	assert_int_equal(cells, 45);
	assert_int_equal(yg_store_counters_view(store)->hours, 0);

	assert_int_equal(yg_store_tick(store, NOW + 3 * HOUR), 0);
	assert_int_equal(yg_store_counters_view(store)->hours, 4); /* 2 hours of 2 endpoints */
	assert_int_equal(requests_of(store, 1, &cells), 2025);
	assert_int_equal(cells, 45);

	/* The same minute once more, late: merged into the block. */
	message = cell_of(1, NOW, 1000, scratch);
	put(store, &message, NOW + 3 * HOUR);
	assert_int_equal(yg_store_tick(store, NOW + 4 * HOUR), 0);
	assert_int_equal(requests_of(store, 1, &cells), 3025);
	assert_int_equal(cells, 45);

	message = (struct yg_feed_message){ .kind = YG_FEED_KIND_FOLD };
	message.fold.from = 2;
	message.fold.into = 1;
	put(store, &message, NOW + 4 * HOUR);
	assert_int_equal(requests_of(store, 2, &cells), 0);
	assert_int_equal(requests_of(store, 1, &cells), 3025 + 2070);
	assert_int_equal(yg_store_tick(store, NOW + 5 * HOUR), 0);
	assert_int_equal(requests_of(store, 1, &cells), 3025 + 2070);
	assert_int_equal(cells, 90);
	yg_store_free(&store);
}

static void refuses_what_is_not_a_cell(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = { .kind = YG_FEED_KIND_CELL };
	uint8_t scratch[YG_CELL_PACKED_MAX];

	(void)state;

	message.cell.cell = YG_SLICE("nonsense");
	put(store, &message, NOW);
	message = cell_of(1, NOW, 1, scratch);
	message.cell.cell.len--;
	put(store, &message, NOW);
	assert_int_equal(yg_store_counters_view(store)->lost_cell, 2);
	yg_store_free(&store);
}

static int count_files(const char *name)
{
	return faccessat(place.fd, name, F_OK, 0) == 0;
}

static void keeps_a_file_of_samples_per_day_and_drops_it(void **state)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_SAMPLE };
	struct yg_store *store = open_store(NOW);
	struct yg_store_filter filter = { .id = 4 };
	struct lines lines = { .stop_at = 0 };

	(void)state;

	message.sample.endpoint = 4;
	message.sample.method = YG_SLICE("GET");
	for (uint64_t day = 0; day < 3; day++) {
		message.sample.time = NOW + day * DAY;
		put(store, &message, NOW + day * DAY);
	}
	assert_true(count_files("samples-20261118.db"));
	assert_true(count_files("samples-20261120.db"));
	assert_int_equal(yg_store_each(store, YG_STORE_SAMPLES, &filter, keep_line, &lines), 3);
	assert_true(strstr(lines.text, "2026-11-20") < strstr(lines.text, "2026-11-18"));
	filter.offset = 1;
	filter.limit = 1;
	lines = (struct lines){ .stop_at = 0 };
	assert_int_equal(yg_store_each(store, YG_STORE_SAMPLES, &filter, keep_line, &lines), 1);
	assert_non_null(strstr(lines.text, "2026-11-19"));

	assert_int_equal(yg_store_tick(store, NOW + 8 * DAY), 0);
	assert_false(count_files("samples-20261118.db"));
	assert_false(count_files("samples-20261119.db"));
	assert_true(count_files("samples-20261120.db"));
	yg_store_free(&store);
}

static void expires_by_age(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = endpoint_of(1, "/", 1);
	uint8_t scratch[YG_CELL_PACKED_MAX];
	ssize_t cells;

	(void)state;

	put(store, &message, NOW);
	message = finding_of(1, "high", NOW);
	put(store, &message, NOW);
	message = cell_of(1, NOW, 1, scratch);
	put(store, &message, NOW);
	assert_int_equal(yg_store_tick(store, NOW + 29 * DAY), 0);
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 1);
	assert_int_equal(yg_store_count(store, YG_STORE_FINDINGS), 1);
	assert_int_equal(requests_of(store, 1, &cells), 1);
	assert_int_equal(yg_store_tick(store, NOW + 31 * DAY), 0);
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 0);
	assert_int_equal(yg_store_count(store, YG_STORE_FINDINGS), 0);
	assert_int_equal(requests_of(store, 1, &cells), 0);
	yg_store_free(&store);
}

static void write_file(const char *name, off_t at, const char *bytes, size_t len)
{
	int fd = openat(place.fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, at), len);
	yg_closep(&fd);
}

static void begins_anew_when_the_file_is_damaged(void **state)
{
	struct yg_store *store;
	struct yg_feed_message message = endpoint_of(1, "/", 1);

	(void)state;

	write_file("yagura.db", 0, "this is no database, it is a text that is long enough", 53);
	store = open_store(NOW);
	assert_int_equal(yg_store_counters_view(store)->damaged, 1);
	assert_true(count_files("yagura.db.damaged"));
	put(store, &message, NOW);
	yg_store_free(&store);

	/* Damage in the schema page, below a header that is whole. */
	write_file("yagura.db", 100, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	store = open_store(NOW);
	assert_int_equal(yg_store_counters_view(store)->damaged, 1);
	put(store, &message, NOW);
	yg_store_free(&store);
}

static void recovers_while_it_runs(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = endpoint_of(1, "/", 1);

	(void)state;

	put(store, &message, NOW);
	assert_int_equal(yg_store_recover(store, NOW), 0);
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 0);
	put(store, &message, NOW);
	assert_int_equal(yg_store_count(store, YG_STORE_ENDPOINTS), 1);
	yg_store_free(&store);
}

static void puts_a_newer_file_aside(void **state)
{
	struct yg_store *store = open_store(NOW);

	(void)state;

	assert_int_equal(yg_db_exec(store->main, "PRAGMA user_version=999"), 0);
	yg_store_free(&store);
	store = open_store(NOW);
	assert_true(count_files("yagura.db.newer"));
	yg_store_free(&store);
}

/* Every version a file can have becomes today's, and the columns are those of the feed. */
static void migrates_from_every_version(void **state)
{
	static const struct {
		const char *table;
		enum yg_feed_kind kind;
	} tables[] = {
		{ "endpoints", YG_FEED_KIND_ENDPOINT },
		{ "callers", YG_FEED_KIND_CALLER },
		{ "findings", YG_FEED_KIND_FINDING },
	};

	(void)state;

	for (int version = 0; version <= yg_main_kind.version_max; version++) {
		struct yg_db_kind old = yg_main_kind;
		enum yg_db_news news;
		struct yg_db *db = NULL;

		(void)unlinkat(place.fd, "yagura.db", 0);
		old.version_max = version;
		assert_int_equal(yg_db_open(&old, place.fd, "yagura.db", &db, &news), 0);
		yg_db_close(&db);
		assert_int_equal(yg_db_open(&yg_main_kind, place.fd, "yagura.db", &db, &news), 0);
		assert_int_equal(news, YG_DB_KEPT);
		for (size_t i = 0; i < YG_ARRAY_SIZE(tables); i++) {
			char columns[YG_ROW_SQL_CAP], text[2 * YG_ROW_SQL_CAP];

			yg_row_columns_sql(yg_schema_find(tables[i].kind), "t.", columns);
			(void)snprintf(text, sizeof(text), "SELECT %s FROM %s AS t", columns,
				       tables[i].table);
			assert_int_equal(yg_db_exec(db, text), 0);
		}
		for (int i = 0; i < yg_main_kind.statement_count; i++) {
			sqlite3_stmt *statement;

			if (yg_main_kind.texts[i] && yg_main_kind.texts[i][0] != ' ' &&
			    yg_main_kind.texts[i][0] != ',')
				assert_int_equal(yg_db_statement(db, i, &statement), 0);
		}
		yg_db_close(&db);
	}
}

static void remember_block(void *ctx, const struct yg_store_block *block)
{
	struct lines *lines = ctx;

	lines->used += (size_t)snprintf(
		lines->text + lines->used, sizeof(lines->text) - lines->used, "%.*s %.*s %.*s\n",
		(int)block->prefix.len, block->prefix.ptr, (int)block->reason.len,
		block->reason.ptr, (int)block->who.len, block->who.ptr);
}

static void remembers_blocks_until_they_end(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_store_block block = {
		YG_SLICE("10.0.0.1"), YG_SLICE("scraping"), YG_SLICE("root"), 7, NOW, NOW + HOUR
	};
	struct lines lines = { .stop_at = 0 };

	(void)state;

	assert_int_equal(yg_store_block_put(store, &block), 0);
	assert_int_equal(yg_store_block_find(store, YG_SLICE("10.0.0.1"), remember_block, &lines),
			 0);
	assert_int_equal(yg_store_block_find(store, YG_SLICE("10.0.0.2"), remember_block, &lines),
			 -ENOENT);
	assert_int_equal(yg_store_block_each(store, NOW, remember_block, &lines), 1);
	assert_int_equal(yg_store_block_each(store, NOW + HOUR, remember_block, &lines), 0);
	assert_string_equal(lines.text, "10.0.0.1 scraping root\n10.0.0.1 scraping root\n");
	assert_int_equal(yg_store_block_remove(store, YG_SLICE("10.0.0.1")), 0);
	assert_int_equal(yg_store_block_each(store, NOW, remember_block, &lines), 0);
	yg_store_free(&store);
}

static int add_state(void *ctx, const struct yg_feed_message *message)
{
	uint64_t *sum = ctx;

	*sum = *sum * 10 + message->state.kind * 2 + message->state.part;
	return *sum > 1000 ? -ECANCELED : 0;
}

static void gives_whole_blobs_of_state_back_in_order(void **state)
{
	struct yg_store *store = open_store(NOW);
	struct yg_feed_message message = { .kind = YG_FEED_KIND_STATE };
	uint64_t sum = 0;

	(void)state;

	message.state = (struct yg_feed_state){ 2, 9, 0, 1, YG_SLICE("endpoint") };
	put(store, &message, NOW);
	message.state = (struct yg_feed_state){ 1, 9, 0, 2, YG_SLICE("serv") };
	put(store, &message, NOW);
	assert_int_equal(yg_store_state_each(store, add_state, &sum), 1); /* half a blob waits */
	assert_int_equal(sum, 4);
	message.state = (struct yg_feed_state){ 1, 9, 1, 2, YG_SLICE("ice") };
	put(store, &message, NOW);
	sum = 0;
	assert_int_equal(yg_store_state_each(store, add_state, &sum), 3);
	assert_int_equal(sum, 234);
	/* Shorter now: one part, and the second is gone. */
	message.state = (struct yg_feed_state){ 1, 9, 0, 1, YG_SLICE("service") };
	put(store, &message, NOW);
	sum = 0;
	assert_int_equal(yg_store_state_each(store, add_state, &sum), 2);
	message.state = (struct yg_feed_state){ 1, 9, 0, 0, { NULL, 0 } };
	put(store, &message, NOW);
	sum = 100;
	assert_int_equal(yg_store_state_each(store, add_state, &sum), -ECANCELED);
	yg_store_free(&store);
}

static void refuses_options_out_of_range(void **state)
{
	struct yg_store_options options = { place.fd, 0, 7 };
	struct yg_store *store = NULL;

	(void)state;

	assert_int_equal(yg_store_new(&options, NOW, &store), -EINVAL);
	options = (struct yg_store_options){ place.fd, 1, YG_STORE_SAMPLE_DAYS_MAX + 1 };
	assert_int_equal(yg_store_new(&options, NOW, &store), -EINVAL);
	options = (struct yg_store_options){ -1, 1, 1 };
	assert_int_equal(yg_store_new(&options, NOW, &store), -EIO);
	assert_null(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_rows_over_a_restart),
		TEST(filters_and_pages),
		TEST(keeps_the_operators_word_on_a_finding),
		TEST(undoes_a_batch),
		TEST(conserves_requests_through_hours),
		TEST(refuses_what_is_not_a_cell),
		TEST(keeps_a_file_of_samples_per_day_and_drops_it),
		TEST(expires_by_age),
		TEST(begins_anew_when_the_file_is_damaged),
		TEST(recovers_while_it_runs),
		TEST(puts_a_newer_file_aside),
		TEST(migrates_from_every_version),
		TEST(remembers_blocks_until_they_end),
		TEST(gives_whole_blobs_of_state_back_in_order),
		TEST(refuses_options_out_of_range),
	};

	return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
