/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/client.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "cli/table.h"
#include "core/slice.h"

#define ANSWER_MAX (64u << 20) /* bytes; the daemon's own limit is half of it */
#define PAGE	   500u	       /* objects asked for at once */
#define PATH_CAP   2048
#define NEXT_NAME  "Yagura-Next-Offset:"

struct yg_client {
	CURL *curl;
	const char *socket;
};

int yg_client_new(const char *socket, struct yg_client **ret)
{
	struct yg_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->socket = socket;
	client->curl = curl_easy_init();
	if (!client->curl) {
		free(client);
		return -ENOMEM;
	}
	*ret = client;
	return 0;
}

void yg_client_free(struct yg_client **client)
{
	if (!*client)
		return;
	curl_easy_cleanup((*client)->curl);
	free(*client);
	*client = NULL;
}

void yg_client_answer_clean(struct yg_client_answer *answer)
{
	free(answer->text);
	*answer = (struct yg_client_answer){ .text = NULL };
}

static size_t on_data(char *data, size_t size, size_t count, void *ctx)
{
	struct yg_client_answer *answer = ctx;
	size_t len = size * count;
	char *grown;

	if (len > ANSWER_MAX - answer->len)
		return 0;
	grown = realloc(answer->text, answer->len + len + 1);
	if (!grown)
		return 0;
	memcpy(grown + answer->len, data, len);
	answer->text = grown;
	answer->len += len;
	answer->text[answer->len] = '\0';
	return len;
}

static size_t on_header(char *data, size_t size, size_t count, void *ctx)
{
	const size_t name_len = sizeof(NEXT_NAME) - 1;
	struct yg_client_answer *answer = ctx;
	char number[24] = "";

	if (size * count <= name_len || strncasecmp(data, NEXT_NAME, name_len) != 0)
		return size * count;
	(void)snprintf(number, sizeof(number), "%.*s", (int)(size * count - name_len),
		       data + name_len);
	answer->next_offset = strtoull(number, NULL, 10);
	return size * count;
}

static int perform(struct yg_client *client, struct yg_client_answer *ret)
{
	CURLcode code = curl_easy_perform(client->curl);
	long cause = 0;

	if (code == CURLE_OK) {
		(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &ret->status);
		if (!ret->text)
			(void)on_data("", 1, 0, ret); /* an answer without a body is "" */
		return ret->text ? 0 : -ENOMEM;
	}
	(void)curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &cause);
	if (code == CURLE_OPERATION_TIMEDOUT)
		cause = ETIMEDOUT;
	return cause > 0 && cause < 4096 ? -(int)cause : -EIO;
}

int yg_client_ask(struct yg_client *client, const char *method, const char *path, const char *body,
		  struct yg_client_answer *ret)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/x-ndjson");
	char url[PATH_CAP + 32];
	int r;

	*ret = (struct yg_client_answer){ .text = NULL };
	(void)snprintf(url, sizeof(url), "http://yagura%s", path);
	curl_easy_reset(client->curl);
	(void)curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	(void)curl_easy_setopt(client->curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, YG_CLIENT_TIMEOUT_S);
	(void)curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_data);
	(void)curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, ret);
	(void)curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, ret);
	if (body)
		(void)curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
	r = perform(client, ret);
	curl_slist_free_all(headers);
	return r;
}

static enum yg_exit print_error(const struct yg_cli_args *args,
				const struct yg_client_answer *answer)
{
	char error[64];
	yajl_val tree = yajl_tree_parse(answer->text, error, sizeof(error));
	yajl_val object = yg_value_find(tree, "error");
	enum yg_exit code;

	if (object)
		code = yg_cli_fail(args, "%s: %s", yg_value_text(object, "object"),
				   yg_value_text(object, "cause"));
	else
		code = yg_cli_fail(args, "daemon: answered with status %ld", answer->status);
	yajl_tree_free(tree);
	return code;
}

enum yg_exit yg_client_fail(const struct yg_cli_args *args, int r,
			    const struct yg_client_answer *answer)
{
	if (r)
		return yg_cli_fail(args, "cannot reach the daemon at %s: %s", args->socket,
				   strerror(-r));
	return print_error(args, answer);
}

/* Shows every line of an answer. Return: lines shown; -EINVAL one is no JSON object. */
static ssize_t show_lines(struct yg_client_answer *answer, yg_client_fn fn, void *ctx,
			  bool *ret_stop)
{
	ssize_t count = 0;
	char *save = NULL;

	for (char *line = strtok_r(answer->text, "\n", &save); line && !*ret_stop;
	     line = strtok_r(NULL, "\n", &save)) {
		char error[64];
		yajl_val value = yajl_tree_parse(line, error, sizeof(error));

		if (!YAJL_IS_OBJECT(value)) {
			yajl_tree_free(value);
			return -EINVAL;
		}
		*ret_stop = fn(ctx, line, value) != 0;
		yajl_tree_free(value);
		count++;
	}
	return count;
}

static int print_line(void *ctx, const char *line, yajl_val value)
{
	(void)value;
	return fprintf(ctx, "%s\n", line) < 0;
}

static enum yg_exit each_page(const struct yg_cli_args *args, struct yg_client *client,
			      const char *path, uint64_t limit, yg_client_fn fn, void *ctx)
{
	uint64_t offset = 0, seen = 0;
	bool stop = false;

	do {
		YG_CLEANUP(yg_client_answer_clean)
		struct yg_client_answer answer = { .text = NULL };
		uint64_t want = limit && limit - seen < PAGE ? limit - seen : PAGE;
		char page[PATH_CAP];
		ssize_t shown;
		int r;

		(void)snprintf(page, sizeof(page), "%s&limit=%" PRIu64 "&offset=%" PRIu64, path,
			       want, offset);
		r = yg_client_ask(client, "GET", page, NULL, &answer);
		if (r || answer.status != 200)
			return yg_client_fail(args, r, &answer);
		shown = show_lines(&answer, fn, ctx, &stop);
		if (shown < 0)
			return yg_cli_fail(args, "daemon: the answer is not JSON lines");
		seen += (uint64_t)shown;
		offset = answer.next_offset;
	} while (offset && !stop && (limit == 0 || seen < limit));
	return YG_EXIT_DONE;
}

enum yg_exit yg_client_each(const struct yg_cli_args *args, const char *path, uint64_t limit,
			    yg_client_fn fn, void *ctx)
{
	YG_CLEANUP(yg_client_free) struct yg_client *client = NULL;

	if (yg_client_new(args->socket, &client))
		return yg_cli_fail(args, "client: Out of memory");
	if (args->json)
		return each_page(args, client, path, limit, print_line, args->out);
	return each_page(args, client, path, limit, fn, ctx);
}

enum yg_exit yg_client_one(const struct yg_cli_args *args, const char *method, const char *path,
			   const char *body, yg_client_fn fn, void *ctx)
{
	YG_CLEANUP(yg_client_free) struct yg_client *client = NULL;
	YG_CLEANUP(yg_client_answer_clean) struct yg_client_answer answer = { .text = NULL };
	bool stop = false;
	ssize_t shown;
	int r;

	if (yg_client_new(args->socket, &client))
		return yg_cli_fail(args, "client: Out of memory");
	r = yg_client_ask(client, method, path, body, &answer);
	if (r || answer.status != 200)
		return yg_client_fail(args, r, &answer);
	if (args->json)
		shown = show_lines(&answer, print_line, args->out, &stop);
	else
		shown = show_lines(&answer, fn, ctx, &stop);
	return shown < 0 ? yg_cli_fail(args, "daemon: the answer is not JSON") : YG_EXIT_DONE;
}

void yg_client_add(char *path, size_t cap, const char *name, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t used = strlen(path);

	if (!value || !value[0])
		return;
	if (name)
		used += (size_t)snprintf(path + used, cap - used, "&%s=", name);
	for (; *value && used + 4 < cap; value++) {
		unsigned char c = (unsigned char)*value;
		char lower = yg_ascii_lower(*value);

		if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		    c == '.' || c == '_' || c == '~') {
			path[used++] = *value;
			continue;
		}
		path[used++] = '%';
		path[used++] = hex[c >> 4];
		path[used++] = hex[c & 15];
	}
	if (used < cap)
		path[used] = '\0';
}

yajl_val yg_value_find(yajl_val object, const char *name)
{
	const char *path[] = { name, NULL };

	return YAJL_IS_OBJECT(object) ? yajl_tree_get(object, path, yajl_t_any) : NULL;
}

const char *yg_value_text(yajl_val object, const char *name)
{
	const char *text = YAJL_GET_STRING(yg_value_find(object, name));

	return text ? text : "";
}

uint64_t yg_value_uint(yajl_val object, const char *name)
{
	yajl_val value = yg_value_find(object, name);

	return YAJL_IS_NUMBER(value) ? strtoull(YAJL_GET_NUMBER(value), NULL, 10) : 0;
}

double yg_value_real(yajl_val object, const char *name)
{
	yajl_val value = yg_value_find(object, name);

	return YAJL_IS_NUMBER(value) ? strtod(YAJL_GET_NUMBER(value), NULL) : 0;
}

bool yg_value_flag(yajl_val object, const char *name)
{
	return YAJL_IS_TRUE(yg_value_find(object, name));
}

int yg_client_add_ago(const struct yg_cli_args *args, const char *name, char *path, size_t cap)
{
	const char *text = yg_cli_value(args, name);
	char number[YG_FORMAT_CAP];
	uint64_t seconds;
	time_t now = time(NULL);

	if (!text)
		return 0;
	if (yg_cli_duration(text, &seconds))
		return -EINVAL;
	(void)snprintf(number, sizeof(number), "%" PRIu64,
		       (uint64_t)now > seconds ? (uint64_t)now - seconds : 0);
	yg_client_add(path, cap, name, number);
	return 0;
}
