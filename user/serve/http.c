/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#define GROUPS_MAX 256u /* supplementary groups of a peer; a process with more is no member */
#define GROW_MIN   4096u

struct yg_http {
	struct MHD_Daemon *daemon;
	uint32_t guests; /* connections of anybody but root */
	yg_http_fn fn;
	void *ctx;
	uint64_t count;
};

enum state { STATE_READING, STATE_HANDLING, STATE_WAITING, STATE_ANSWERED };

struct yg_http_request {
	struct yg_http *http;
	struct MHD_Connection *connection;
	enum state state;
	char *method;
	char *path;
	char body[YG_HTTP_BODY_MAX + 1];
	size_t body_len;
	bool too_long;
	char *reply;
	size_t reply_len, reply_cap;
	bool failed; /* the answer grew beyond its limit or memory */
	unsigned int status;
	const char *type;
	const char *number_name;
	uint64_t number;
};

static void free_request(struct yg_http_request *request)
{
	free(request->method);
	free(request->path);
	free(request->reply);
	free(request);
}

static struct yg_http_request *new_request(struct yg_http *http, struct MHD_Connection *connection,
					   const char *method, const char *path)
{
	struct yg_http_request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->http = http;
	request->connection = connection;
	request->method = strdup(method);
	request->path = strdup(path);
	if (!request->method || !request->path) {
		free_request(request);
		return NULL;
	}
	return request;
}

static void add_body(struct yg_http_request *request, const char *data, size_t len)
{
	if (len > YG_HTTP_BODY_MAX - request->body_len) {
		request->too_long = true;
		return;
	}
	memcpy(request->body + request->body_len, data, len);
	request->body_len += len;
}

static bool reserve(struct yg_http_request *request, size_t more)
{
	size_t need = request->reply_len + more;
	size_t cap = request->reply_cap ? request->reply_cap : GROW_MIN;
	char *grown;

	if (request->failed || more > YG_HTTP_REPLY_MAX || need > YG_HTTP_REPLY_MAX) {
		request->failed = true;
		return false;
	}
	if (need <= request->reply_cap)
		return true;
	while (cap < need)
		cap *= 2;
	grown = realloc(request->reply, cap);
	if (!grown) {
		request->failed = true;
		return false;
	}
	request->reply = grown;
	request->reply_cap = cap;
	return true;
}

void yg_http_add(struct yg_http_request *request, struct yg_slice text)
{
	if (text.len == 0 || !reserve(request, text.len))
		return;
	memcpy(request->reply + request->reply_len, text.ptr, text.len);
	request->reply_len += text.len;
}

void yg_http_print(struct yg_http_request *request, const char *format, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > 0)
		yg_http_add(request,
			    (struct yg_slice){ text, (size_t)n < sizeof(text) ? (size_t)n
									      : sizeof(text) - 1 });
}

void yg_http_trim(struct yg_http_request *request, size_t len)
{
	request->reply_len -= len < request->reply_len ? len : request->reply_len;
}

void yg_http_clear(struct yg_http_request *request)
{
	request->reply_len = 0;
	request->failed = false;
}

void yg_http_set_number(struct yg_http_request *request, const char *name, uint64_t value)
{
	request->number_name = name;
	request->number = value;
}

static enum MHD_Result queue_answer(struct yg_http_request *request)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	char number[24];

	if (request->failed) {
		request->reply_len = 0;
		request->failed = false;
		request->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
		yg_http_add(
			request,
			YG_SLICE("{\"error\":{\"object\":\"answer\",\"cause\":\"too large\"}}\n"));
	}
	response = MHD_create_response_from_buffer(request->reply_len, request->reply,
						   MHD_RESPMEM_MUST_FREE);
	if (!response)
		return MHD_NO;
	request->reply = NULL;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, request->type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (request->number_name) {
		(void)snprintf(number, sizeof(number), "%" PRIu64, request->number);
		(void)MHD_add_response_header(response, request->number_name, number);
	}
	result = MHD_queue_response(request->connection, request->status, response);
	MHD_destroy_response(response);
	return result;
}

void yg_http_send(struct yg_http_request *request, unsigned int status, const char *type)
{
	bool waited = request->state == STATE_WAITING;

	request->status = status;
	request->type = type;
	request->state = STATE_ANSWERED;
	if (waited)
		MHD_resume_connection(request->connection);
}

void yg_http_wait(struct yg_http_request *request)
{
	request->state = STATE_WAITING;
	MHD_suspend_connection(request->connection);
}

static void handle(struct yg_http_request *request)
{
	request->http->count++;
	request->state = STATE_HANDLING;
	if (request->too_long) {
		yg_http_add(request,
			    YG_SLICE("{\"error\":{\"object\":\"body\",\"cause\":\"too long\"}}\n"));
		yg_http_send(request, MHD_HTTP_CONTENT_TOO_LARGE, "application/json");
		return;
	}
	request->http->fn(request->http->ctx, request);
}

/* Called with the head, then with each part of the body, then without one; again after a wait. */
/* NOLINTNEXTLINE(readability-function-size): the library's type has eight parameters */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *data_len, void **state)
{
	struct yg_http_request *request = *state;

	(void)version;
	if (!request) {
		*state = new_request(ctx, connection, method, path);
		return *state ? MHD_YES : MHD_NO;
	}
	if (*data_len > 0) {
		add_body(request, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	if (request->state == STATE_READING)
		handle(request);
	if (request->state == STATE_ANSWERED)
		return queue_answer(request);
	return request->state == STATE_WAITING ? MHD_YES : MHD_NO;
}

static void on_end(void *ctx, struct MHD_Connection *connection, void **state,
		   enum MHD_RequestTerminationCode code)
{
	(void)ctx;
	(void)connection;
	(void)code;
	if (*state)
		free_request(*state);
	*state = NULL;
}

static bool is_guest(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred cred = { .pid = 0 };
	socklen_t len = sizeof(cred);

	return !info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) ||
	       cred.uid != 0;
}

/*
 * A few are kept for root: whoever may read could else hold every connection, one byte at a time,
 * and nobody could take a block away. What the library is told to close, it closes at once.
 */
static void on_connection(void *ctx, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode code)
{
	static char guest;
	struct yg_http *http = ctx;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		http->guests -= *state == &guest;
		return;
	}
	if (!is_guest(connection))
		return;
	*state = &guest;
	if (++http->guests > YG_HTTP_GUESTS_MAX)
		(void)shutdown(
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				->connect_fd,
			SHUT_RDWR);
}

int yg_http_new(int listen_fd, yg_http_fn fn, void *ctx, struct yg_http **ret)
{
	struct yg_http *http = calloc(1, sizeof(*http));

	if (!http)
		return -ENOMEM;
	http->fn = fn;
	http->ctx = ctx;
	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, http,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_CONNECTION_LIMIT,
		YG_HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, YG_HTTP_IDLE_S,
		MHD_OPTION_END);
	if (!http->daemon) {
		free(http);
		return -EINVAL;
	}
	*ret = http;
	return 0;
}

void yg_http_free(struct yg_http **http)
{
	if (!*http)
		return;
	/* The listener is the caller's: it is taken out, else the library closes it. */
	(void)MHD_quiesce_daemon((*http)->daemon);
	MHD_stop_daemon((*http)->daemon);
	free(*http);
	*http = NULL;
}

int yg_http_fd(const struct yg_http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int yg_http_timeout_ms(const struct yg_http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES)
		return -1;
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

void yg_http_step(struct yg_http *http)
{
	(void)MHD_run(http->daemon);
}

uint64_t yg_http_count(const struct yg_http *http)
{
	return http->count;
}

const char *yg_http_method(const struct yg_http_request *request)
{
	return request->method;
}

const char *yg_http_path(const struct yg_http_request *request)
{
	return request->path;
}

struct yg_slice yg_http_body(const struct yg_http_request *request)
{
	return (struct yg_slice){ request->body, request->body_len };
}

const char *yg_http_argument(const struct yg_http_request *request, const char *name)
{
	const char *value = NULL;
	size_t len = 0;

	if (MHD_lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, name,
					  strlen(name), &value, &len) != MHD_YES)
		return NULL;
	return value ? value : "";
}

const char *yg_http_header(const struct yg_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static bool has_group(int fd, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (size_t i = 0; i < len / sizeof(gid_t); i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

int yg_http_peer(const struct yg_http_request *request, gid_t group, struct yg_http_peer *ret)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred cred = { .pid = 0 };
	socklen_t len = sizeof(cred), domain_len = sizeof(int);
	int domain = 0;

	/* A TCP socket answers SO_PEERCRED too, with nobody's. */
	if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_len) ||
	    domain != AF_UNIX || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -ENOTSUP;
	ret->uid = cred.uid;
	ret->member = cred.uid == 0 || (group != (gid_t)-1 &&
					(cred.gid == group || has_group(info->connect_fd, group)));
	return 0;
}
