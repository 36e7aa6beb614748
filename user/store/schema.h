/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables and statements of the two kinds of files. Private to stage 8. */
#pragma once

#include "store/db.h"

#define YG_STORE_FILE "yagura.db"

/* Statements of yagura.db, in the order of schema.c. */
enum yg_main_statement {
	YG_SQL_ENDPOINT_PUT,
	YG_SQL_CALLER_PUT,
	YG_SQL_FINDING_PUT,
	YG_SQL_ENDPOINT_LIST,
	YG_SQL_CALLER_LIST,
	YG_SQL_FINDING_LIST,
	YG_SQL_ENDPOINT_COUNT,
	YG_SQL_CALLER_COUNT,
	YG_SQL_CALLER_RECENT,
	YG_SQL_FINDING_COUNT,
	YG_SQL_ENDPOINT_DROP,
	YG_SQL_FINDING_DECIDE,
	YG_SQL_FINDING_CASE,
	YG_SQL_STATE_PUT,
	YG_SQL_STATE_TRIM,
	YG_SQL_STATE_LIST,
	YG_SQL_MINUTE_PUT,
	YG_SQL_MINUTE_HOURS,
	YG_SQL_MINUTE_OF_HOUR,
	YG_SQL_MINUTE_TRIM,
	YG_SQL_MINUTE_MOVE,
	YG_SQL_MINUTE_SERIES,
	YG_SQL_HOUR_PUT,
	YG_SQL_HOUR_FIND,
	YG_SQL_HOUR_SERIES,
	YG_SQL_HOUR_OF_ENDPOINT,
	YG_SQL_HOUR_DROP_ENDPOINT,
	YG_SQL_BLOCK_PUT,
	YG_SQL_BLOCK_REMOVE,
	YG_SQL_BLOCK_FIND,
	YG_SQL_BLOCK_LIST,
	YG_SQL_AUDIT_PUT,
	YG_SQL_MAX
};

/* Statements of samples-YYYYMMDD.db. */
enum yg_day_statement {
	YG_SQL_SAMPLE_PUT,
	YG_SQL_SAMPLE_LIST,
	YG_SQL_SAMPLE_MOVE,
	YG_SQL_SAMPLE_COUNT,
	YG_SQL_DAY_MAX
};

extern const struct yg_db_kind yg_main_kind;
extern const struct yg_db_kind yg_day_kind;
