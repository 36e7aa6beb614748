/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/testcase.h"

#include <string.h>

#define RATE_REQUESTS 100u
#define FIELDS_MAX    16u /* of a body; further ones are left out */
#define BODY_CAP      2048u
#define URL_CAP	      (YG_SERVICE_CAP + 2 * YG_TEMPLATE_CAP)

static const struct {
	const char *name, *title, *owasp, *proves, *clears;
	const char *token; /* whose credential; NULL none */
} kinds[YG_TESTCASE_MAX] = {
	[YG_TESTCASE_OBJECT] = { "another-users-object", "Object of user A, credential of user B",
				 "API1:2023", "2xx with the object of user A", "401, 403 or 404",
				 "TOKEN_OF_USER_B" },
	[YG_TESTCASE_ANONYMOUS] = { "without-credential", "The same request without a credential",
				    "API2:2023", "2xx", "401 or 403", NULL },
	[YG_TESTCASE_FUNCTION] = { "without-role", "Credential of a user without the role",
				   "API5:2023", "2xx", "401 or 403", "TOKEN_WITHOUT_THE_ROLE" },
	[YG_TESTCASE_METHOD] = { "another-method", "DELETE on a path that was never asked so",
				 "API5:2023", "2xx, and the object is gone", "401, 403, 404 or 405",
				 "TOKEN_OF_USER_A" },
	[YG_TESTCASE_ASSIGNMENT] = { "privileged-fields", "Fields in the body that no user may set",
				     "API3:2023",
				     "2xx, and a later read shows the fields as they were sent",
				     "400 or 422, or 2xx and they are unchanged",
				     "TOKEN_OF_USER_A" },
	[YG_TESTCASE_RATE] = { "many-requests", "100 requests, one behind the other", "API4:2023",
			       "no answer is 429 and none is slower", "429 before the last one",
			       "TOKEN_OF_USER_A" },
};

const char *yg_testcase_name(enum yg_testcase kind)
{
	return kinds[kind].name;
}

static bool is_writing(const struct yg_endpoint *endpoint)
{
	return strcmp(endpoint->method, "POST") == 0 || strcmp(endpoint->method, "PUT") == 0 ||
	       strcmp(endpoint->method, "PATCH") == 0;
}

bool yg_testcase_fits(enum yg_testcase kind, const struct yg_endpoint *endpoint)
{
	bool known = endpoint->auth & ~(uint32_t)YG_AUTH_NONE;
	bool has_object = strchr(endpoint->template_, '{') != NULL;

	/* An operation lies in the body: a path alone does not ask for it. */
	if (strchr(endpoint->template_, ' '))
		return kind == YG_TESTCASE_RATE;
	switch (kind) {
	case YG_TESTCASE_OBJECT:
		return known && has_object;
	case YG_TESTCASE_ANONYMOUS:
	case YG_TESTCASE_FUNCTION:
		return known;
	case YG_TESTCASE_METHOD:
		return has_object && strcmp(endpoint->method, "DELETE") != 0;
	case YG_TESTCASE_ASSIGNMENT:
		return is_writing(endpoint);
	case YG_TESTCASE_RATE:
		return true;
	case YG_TESTCASE_MAX:
	default:
		return false;
	}
}

/* --- the request */

struct text {
	char bytes[BODY_CAP];
	size_t used;
};

/* What does not fit is left out. */
static void add(struct text *text, const char *bytes, size_t len)
{
	if (len >= sizeof(text->bytes) - text->used)
		return;
	memcpy(text->bytes + text->used, bytes, len);
	text->used += len;
	text->bytes[text->used] = '\0';
}

static void add_str(struct text *text, const char *str)
{
	add(text, str, strlen(str));
}

static void add_upper(struct text *text, const char *bytes, size_t len)
{
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; i < len; i++) {
		bool lower = bytes[i] >= 'a' && bytes[i] <= 'z';

		add(text, lower ? &upper[bytes[i] - 'a'] : &bytes[i], 1);
	}
}

/* "{id}" becomes "ID_OF_USER_A", and other parameters their names in capitals. */
static void add_path(struct text *url, const char *template_)
{
	size_t left = strcspn(template_, " ");

	while (left > 0) {
		const char *close = template_[0] == '{' ? memchr(template_, '}', left) : NULL;

		if (close) {
			add_upper(url, template_ + 1, (size_t)(close - template_) - 1);
			add_str(url, "_OF_USER_A");
			left -= (size_t)(close - template_) + 1;
			template_ = close + 1;
			continue;
		}
		add(url, template_++, 1);
		left--;
	}
}

static const char *placeholder(const struct yg_schema_field *field)
{
	if (field->types & YG_TYPE_INTEGER || field->types & YG_TYPE_NUMBER)
		return "1";
	if (field->types & YG_TYPE_BOOLEAN)
		return "true";
	if (field->types & YG_TYPE_ARRAY)
		return "[]";
	return field->types & YG_TYPE_OBJECT ? "{}" : "\"TEXT\"";
}

static bool is_plain_name(struct yg_slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.",
			    name.ptr[i]))
			return false;
	}
	return name.len > 0;
}

/* The fields of the first level, then those that nobody may set. */
static void add_body(struct text *body, enum yg_testcase kind, const struct yg_schema *schema)
{
	static const char extra[] = "\"role\":\"admin\",\"is_admin\":true,\"verified\":true";
	uint32_t root = schema ? yg_schema_root(schema, YG_SCHEMA_REQUEST) : 0, count = 0;
	struct yg_schema_field field;

	add_str(body, "{");
	for (uint32_t at = root ? yg_schema_first(schema, root) : 0; at && count < FIELDS_MAX;
	     at = yg_schema_next(schema, at)) {
		yg_schema_field(schema, at, &field);
		if (!is_plain_name(field.name))
			continue;
		add_str(body, count++ ? ",\"" : "\"");
		add(body, field.name.ptr, field.name.len);
		add_str(body, "\":");
		add_str(body, placeholder(&field));
	}
	if (!schema)
		add_str(body, "\"FIELD\":\"VALUE\"");
	if (kind == YG_TESTCASE_ASSIGNMENT) {
		add_str(body, count || !schema ? "," : "");
		add_str(body, extra);
	}
	add_str(body, "}");
}

/* In single quotes of a shell: what comes from traffic can end neither the text nor the line. */
static void quote(FILE *out, const char *text)
{
	(void)fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text,
				    out);
	}
	(void)fputc('\'', out);
}

static void put_safe(FILE *out, const char *text)
{
	for (; *text; text++)
		(void)fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, out);
}

static void write_words(FILE *out, enum yg_testcase kind, const struct yg_endpoint *endpoint)
{
	(void)fprintf(out, "# %s: ", kinds[kind].name);
	put_safe(out, endpoint->method);
	(void)fputc(' ', out);
	put_safe(out, endpoint->service);
	put_safe(out, endpoint->template_);
	(void)fprintf(out, "\n# %s (%s)\n# Fault: %s\n# No fault: %s\n", kinds[kind].title,
		      kinds[kind].owasp, kinds[kind].proves, kinds[kind].clears);
}

/* The field that carries a credential here; the value is a placeholder. */
static void credential_of(const struct yg_endpoint *endpoint, const char *token, char *ret,
			  size_t cap)
{
	if (endpoint->auth & (YG_AUTH_BEARER | YG_AUTH_JWT))
		(void)snprintf(ret, cap, "Authorization: Bearer %s", token);
	else if (endpoint->auth & YG_AUTH_BASIC)
		(void)snprintf(ret, cap, "Authorization: Basic %s", token);
	else if (endpoint->auth & YG_AUTH_API_KEY)
		(void)snprintf(ret, cap, "X-API-Key: %s", token);
	else if (endpoint->auth & YG_AUTH_COOKIE)
		(void)snprintf(ret, cap, "Cookie: SESSION=%s", token);
	else if (endpoint->auth & ~(uint32_t)YG_AUTH_NONE)
		(void)snprintf(ret, cap, "Authorization: %s", token);
	else
		ret[0] = '\0';
}

struct request {
	const char *method;
	char credential[128];  /* a header field; "" none */
	struct text url, body; /* body: empty: none */
};

static void write_curl(FILE *out, enum yg_testcase kind, const struct request *request)
{
	if (kind == YG_TESTCASE_RATE)
		(void)fprintf(out, "for i in $(seq %u); do ", RATE_REQUESTS);
	(void)fputs("curl -sS -o /dev/null -w '%{http_code} %{time_total}\\n' -X ", out);
	quote(out, request->method);
	if (request->credential[0]) {
		(void)fputs(" -H ", out);
		quote(out, request->credential);
	}
	if (request->body.used) {
		(void)fputs(" -H 'Content-Type: application/json' --data ", out);
		quote(out, request->body.bytes);
	}
	(void)fputc(' ', out);
	quote(out, request->url.bytes);
	(void)fputs(kind == YG_TESTCASE_RATE ? "; done\n\n" : "\n\n", out);
}

static void write_http(FILE *out, const struct request *request)
{
	put_safe(out, request->method);
	(void)fputc(' ', out);
	put_safe(out, request->url.bytes);
	(void)fputc('\n', out);
	if (request->credential[0])
		(void)fprintf(out, "%s\n", request->credential);
	if (request->body.used) {
		(void)fputs("Content-Type: application/json\n\n", out);
		put_safe(out, request->body.bytes);
		(void)fputc('\n', out);
	}
	(void)fputs("\n", out);
}

void yg_testcase_write(FILE *out, enum yg_testcase kind, enum yg_testcase_format format,
		       const struct yg_endpoint *endpoint, const struct yg_schema *schema)
{
	struct request request = { .method = kind == YG_TESTCASE_METHOD ? "DELETE"
									: endpoint->method };

	add_str(&request.url,
		endpoint->tls_requests || !endpoint->requests ? "https://" : "http://");
	add_str(&request.url, endpoint->service);
	add_path(&request.url, endpoint->template_);
	if (kinds[kind].token)
		credential_of(endpoint, kinds[kind].token, request.credential,
			      sizeof(request.credential));
	if (is_writing(endpoint) && kind != YG_TESTCASE_METHOD)
		add_body(&request.body, kind, schema);
	if (format == YG_TESTCASE_HTTP)
		(void)fprintf(out, "### %s\n", kinds[kind].title);
	write_words(out, kind, endpoint);
	if (format == YG_TESTCASE_HTTP)
		write_http(out, &request);
	else
		write_curl(out, kind, &request);
}

uint32_t yg_testcases_write(FILE *out, enum yg_testcase_format format,
			    const struct yg_endpoint *endpoint, const struct yg_schema *schema)
{
	uint32_t count = 0;

	for (int kind = 0; kind < YG_TESTCASE_MAX; kind++) {
		if (!yg_testcase_fits((enum yg_testcase)kind, endpoint))
			continue;
		yg_testcase_write(out, (enum yg_testcase)kind, format, endpoint, schema);
		count++;
	}
	return count;
}
