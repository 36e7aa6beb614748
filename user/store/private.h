/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the store share: journal.c, day.c, list.c, words.c. Private to stage 8. */
#pragma once

#include "core/json.h"
#include "store/hour.h"
#include "store/row.h"
#include "store/schema.h"
#include "store/store.h"

#define YG_NS_PER_S	 1000000000ull
#define YG_NS_PER_MINUTE (60 * YG_NS_PER_S)
#define YG_NS_PER_HOUR	 (60 * YG_NS_PER_MINUTE)
#define YG_NS_PER_DAY	 (24 * YG_NS_PER_HOUR)

struct yg_store {
	struct yg_store_options options;
	struct yg_store_counters counters;
	struct yg_db *main;		 /* NULL: recovery failed, tried again later */
	struct yg_db *day;		 /* samples of day_number; NULL: not open */
	uint64_t day_number;		 /* days since the epoch */
	uint64_t today;			 /* day of the last call that knew the time */
	uint64_t day_samples;		 /* rows in it */
	uint64_t tick_minute, tick_hour; /* last minute and hour that were tidied */
	uint64_t expire_from_ns;	 /* epoch: before it nothing goes for its age */
	struct yg_hour *hour;
	struct yg_json *json; /* lists of a row being bound, objects of a list */
	bool batch;
	bool day_damaged; /* the file of day_number turned out to be: see yg_store_recover() */
};

/* Write @message into @table by the statement @index of @db, made from the schema at first use. */
YG_MUST_CHECK int yg_store_put_row(struct yg_store *store, struct yg_db *db, int index,
				   const char *table, const char *key,
				   const struct yg_feed_message *message);

/* "SELECT the columns of @kind" and the text of statement @index. */
YG_MUST_CHECK int yg_store_list_statement(struct yg_db *db, int index, enum yg_feed_kind kind,
					  sqlite3_stmt **ret);

/* words.c: what was learned of endpoints that are no more goes, in case nobody said so. */
YG_MUST_CHECK int yg_store_drop_orphans(struct yg_store *store);

/* clock.c: is the time that a store is opened at far behind what it holds? */
void yg_store_doubt(struct yg_store *store, uint64_t now_ns);

/* journal.c: minutes and hours. */
YG_MUST_CHECK int yg_store_put_cell(struct yg_store *store, const struct yg_feed_cell *cell);
YG_MUST_CHECK int yg_store_put_fold(struct yg_store *store, const struct yg_feed_fold *fold);
YG_MUST_CHECK int yg_store_put_relation(struct yg_store *store,
					const struct yg_feed_relation *relation);
YG_MUST_CHECK int yg_store_put_data(struct yg_store *store, const struct yg_feed_message *message);
YG_MUST_CHECK int yg_store_put_link(struct yg_store *store, const struct yg_feed_link *link);
YG_MUST_CHECK int yg_store_fold_relations(struct yg_store *store, const struct yg_feed_fold *fold);
/* risk.c: what the risk is now counts for its hour. */
YG_MUST_CHECK int yg_store_keep_risk(struct yg_store *store, uint64_t now_ns);
YG_MUST_CHECK int yg_store_close_hours(struct yg_store *store, uint64_t now_ns);

/* Make the file of the day of @now_ns the one that samples go to. Return: 0; -errno. */
YG_MUST_CHECK int yg_store_open_today(struct yg_store *store, uint64_t now_ns);
/* Close it. Return: was it damaged? That is remembered until yg_store_recover(). */
bool yg_store_close_day(struct yg_store *store);
/* Move a damaged file aside, and count it. Return: 0; -EIO. */
YG_MUST_CHECK int yg_store_drop_damaged(struct yg_store *store, const char *name);
/* day.c: files of samples. A sample goes to the file of the day it arrives on. */
YG_MUST_CHECK int yg_store_move_samples(struct yg_store *store, const struct yg_feed_fold *fold);
YG_MUST_CHECK int yg_store_put_sample(struct yg_store *store, const struct yg_feed_message *message,
				      uint64_t now_ns);
/* Open the file of a former day to read. Return: 0; -ENOENT there is none; -errno. */
YG_MUST_CHECK int yg_store_open_former(struct yg_store *store, uint64_t day, struct yg_db **ret);
/* File name of a day. @ret: [YG_DB_NAME_CAP] */
void yg_store_day_name(uint64_t day, char *ret);
/* Day of a file name. Return: 0; -EINVAL it is not the name of a day's file. */
YG_MUST_CHECK int yg_store_day_from_name(const char *name, uint64_t *ret);
/* Remove files of days before the last @days. */
void yg_store_drop_days(struct yg_store *store, uint64_t now_ns);
