/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTTP over one listening socket, by libmicrohttpd, for a single-threaded loop: requests come to
 * one handler whole, and are answered at once or later.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_HTTP_BODY_MAX	32768u	    /* bytes of a request's body; more is answered 413 */
#define YG_HTTP_CONNECTIONS_MAX 64u	    /* more wait in the listen queue */
#define YG_HTTP_GUESTS_MAX	48u	    /* of these, of anybody but root; more are closed */
#define YG_HTTP_IDLE_S		30u	    /* a connection that says nothing is closed */
#define YG_HTTP_REPLY_MAX	(32u << 20) /* bytes of an answer; more is answered 500 */

struct yg_http;
struct yg_http_request;

/* Gives an answer, or calls yg_http_wait() and gives it later. */
typedef void (*yg_http_fn)(void *ctx, struct yg_http_request *request);

/**
 * yg_http_new() - serve @listen_fd.
 * @listen_fd: listening and non-blocking or not; borrowed.
 *
 * Return: 0; -EINVAL the socket cannot be served.
 */
YG_MUST_CHECK int yg_http_new(int listen_fd, yg_http_fn fn, void *ctx, struct yg_http **ret);

/* Every waiting request must have been finished. Accepts NULL inside. */
void yg_http_free(struct yg_http **http);

/* Becomes readable when yg_http_step() has something to do. */
int yg_http_fd(const struct yg_http *http);
/* At the latest then yg_http_step() is due; -1: no hurry. */
int yg_http_timeout_ms(const struct yg_http *http);
/* Serve what is ready, without waiting. */
void yg_http_step(struct yg_http *http);
/* Requests that came whole. */
uint64_t yg_http_count(const struct yg_http *http);

/* The request. All texts live until it is answered. */
const char *yg_http_method(const struct yg_http_request *request);
const char *yg_http_path(const struct yg_http_request *request);     /* decoded, without query */
struct yg_slice yg_http_body(const struct yg_http_request *request); /* NUL behind it */
/* First value of a query parameter, "" for one without; NULL: not there. */
const char *yg_http_argument(const struct yg_http_request *request, const char *name);
const char *yg_http_header(const struct yg_http_request *request, const char *name);

/* Who is at the other end of a Unix socket. */
struct yg_http_peer {
	uid_t uid;
	bool member; /* root, or in the group that was asked for */
};

/* Return: 0; -ENOTSUP the connection is not local. */
YG_MUST_CHECK int yg_http_peer(const struct yg_http_request *request, gid_t group,
			       struct yg_http_peer *ret);

/* The answer: text is appended, then it is sent. */
void yg_http_add(struct yg_http_request *request, struct yg_slice text);
__attribute__((format(printf, 2, 3))) void yg_http_print(struct yg_http_request *request,
							 const char *format, ...);
void yg_http_trim(struct yg_http_request *request, size_t len); /* take the last bytes back */
void yg_http_clear(struct yg_http_request *request);		/* take everything back */
/* A header of the answer; at most one, @name a literal. */
void yg_http_set_number(struct yg_http_request *request, const char *name, uint64_t value);

/* Answer with what was added. @type: literal: "application/json". */
void yg_http_send(struct yg_http_request *request, unsigned int status, const char *type);

/* Answer later: by yg_http_send() outside the handler, which wakes the connection. */
void yg_http_wait(struct yg_http_request *request);
