/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client of the daemon's API: HTTP over its Unix socket, by libcurl; answers read by yajl.
 * Errors are printed here, once, in the form of every command.
 */
#pragma once

#include <stdint.h>

#include <yajl/yajl_tree.h>

#include "cli/command.h"

#define YG_CLIENT_TIMEOUT_S 10L

struct yg_client;

struct yg_client_answer {
	char *text; /* owned; NUL behind it */
	size_t len;
	long status;
	uint64_t next_offset; /* 0: that was all */
};

/* Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_client_new(const char *socket, struct yg_client **ret);
void yg_client_free(struct yg_client **client); /* accepts NULL inside */
void yg_client_answer_clean(struct yg_client_answer *answer);

/**
 * yg_client_ask() - one request.
 * @path: "/v1/blocks?limit=5", escaped.
 * @body: JSON, NULL for none.
 * @ret: to be cleaned; also when the status is an error's.
 *
 * Return: 0; -errno no answer came: of connect(2), or -EIO.
 */
YG_MUST_CHECK int yg_client_ask(struct yg_client *client, const char *method, const char *path,
				const char *body, struct yg_client_answer *ret);

/* "cannot reach the daemon at PATH: cause", or the error object of the answer. */
enum yg_exit yg_client_fail(const struct yg_cli_args *args, int r,
			    const struct yg_client_answer *answer);

/* One line of an answer, a JSON object; @value is its tree. Not 0 ends the walk. */
typedef int (*yg_client_fn)(void *ctx, const char *line, yajl_val value);

/**
 * yg_client_each() - walk over the objects of a list, page after page.
 * @path: with a '?' and perhaps parameters, without limit and offset.
 * @limit: objects at most; 0: all.
 * @fn: NULL with args->json: the lines are printed as they came.
 *
 * Return: YG_EXIT_DONE; YG_EXIT_FAILED, printed.
 */
enum yg_exit yg_client_each(const struct yg_cli_args *args, const char *path, uint64_t limit,
			    yg_client_fn fn, void *ctx);

/**
 * yg_client_one() - ask for one object and show it to @fn, or print it with --json.
 * Return: YG_EXIT_DONE; YG_EXIT_FAILED, printed.
 */
enum yg_exit yg_client_one(const struct yg_cli_args *args, const char *method, const char *path,
			   const char *body, yg_client_fn fn, void *ctx);

/* Append "&name=value", the value escaped, to a path of @cap bytes; NULL or "": nothing. */
void yg_client_add(char *path, size_t cap, const char *name, const char *value);

/* "&name=" of the option, a duration, as the time it was before now. Return: 0, also without it; -EINVAL. */
YG_MUST_CHECK int yg_client_add_ago(const struct yg_cli_args *args, const char *name, char *path,
				    size_t cap);

/* Members of an object: "" and 0 when absent or of another type. */
const char *yg_value_text(yajl_val object, const char *name);
uint64_t yg_value_uint(yajl_val object, const char *name);
double yg_value_real(yajl_val object, const char *name);
bool yg_value_flag(yajl_val object, const char *name);
/* A member that is an object or a list, or NULL. */
yajl_val yg_value_find(yajl_val object, const char *name);
