/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/testcase.h"

#include <string.h>

#include "baseline/openapi.h"
#include "cli/testcase_body.h"

#define RATE_REQUESTS 100u
#define URL_CAP	      (YG_SERVICE_CAP + 2 * YG_TEMPLATE_CAP + YG_EXAMPLE_CAP)
#define VARIABLE_CAP  64u

/* A variable inside a text: between these two bytes, which nothing of the traffic holds. */
#define VARIABLE      "\x01"
#define VARIABLE_END  "\x02"
#define VARIABLE_CHAR '\x01'

/* A function of the script around a variable. */
#define UNSIGNED_OF "u:"
#define TAMPERED_OF "t:"

#define CALLBACK "https%3A%2F%2Fattacker.example%2Fcallback"

static const struct {
	const char *name, *title, *owasp, *proves, *clears;
	const char *token; /* whose credential, a variable; NULL none */
	const char *fault; /* statuses of a fault, a pattern of the shell; NULL: any but 429 */
	bool certain;	   /* such a status is a fault; false: a person has to look */
} kinds[YG_TESTCASE_MAX] = {
	[YG_TESTCASE_OBJECT] = { "another-users-object", "Object of user A, credential of user B",
				 "API1:2023", "2xx with the object of user A", "401, 403 or 404",
				 "TOKEN_OF_USER_B", "2*", true },
	[YG_TESTCASE_ANONYMOUS] = { "without-credential", "The same request without a credential",
				    "API2:2023", "2xx", "401 or 403", NULL, "2*", true },
	[YG_TESTCASE_UNSIGNED] = { "unsigned-token", "The token with alg none and no signature",
				   "API2:2023", "2xx", "401", UNSIGNED_OF "TOKEN_OF_USER_A", "2*",
				   true },
	[YG_TESTCASE_TAMPERED] = { "tampered-token", "The token with another signature",
				   "API2:2023", "2xx", "401", TAMPERED_OF "TOKEN_OF_USER_A", "2*",
				   true },
	[YG_TESTCASE_FUNCTION] = { "without-role", "Credential of a user without the role",
				   "API5:2023", "2xx", "401 or 403", "TOKEN_WITHOUT_THE_ROLE", "2*",
				   false },
	[YG_TESTCASE_METHOD] = { "another-method", "DELETE on a path that was never asked so",
				 "API5:2023", "2xx, and the object is gone", "401, 403, 404 or 405",
				 "TOKEN_OF_USER_A", "2*", true },
	[YG_TESTCASE_ASSIGNMENT] = { "privileged-fields", "Fields in the body that no user may set",
				     "API3:2023",
				     "2xx, and a later read shows the fields as they were sent",
				     "400 or 422, or 2xx and they are unchanged", "TOKEN_OF_USER_A",
				     "2*", false },
	[YG_TESTCASE_RATE] = { "many-requests", "100 requests, one behind the other", "API4:2023",
			       "no answer is 429 and none is slower", "429 before the last one",
			       "TOKEN_OF_USER_A", NULL, true },
	[YG_TESTCASE_REDIRECT] = { "another-redirect-uri",
				   "An authorization response to an address of somebody else",
				   "API2:2023",
				   "a redirect to attacker.example, now or after login",
				   "an error page, and no redirect", NULL, "30[1237]", false },
	[YG_TESTCASE_CODE] = { "code-again", "A code that was exchanged before", "API2:2023", "2xx",
			       "400 invalid_grant", NULL, "2*", true },
};

/* The same words in Japanese. */
static const struct {
	const char *title, *proves, *clears;
} japanese[YG_TESTCASE_MAX] = {
	[YG_TESTCASE_OBJECT] = { "利用者Aのオブジェクトを利用者Bの認証情報で要求",
				 "2xxで利用者Aのオブジェクトを返す", "401、403または404" },
	[YG_TESTCASE_ANONYMOUS] = { "同じリクエストを認証情報なしで送信", "2xx", "401または403" },
	[YG_TESTCASE_UNSIGNED] = { "algがnoneで署名のないトークン", "2xx", "401" },
	[YG_TESTCASE_TAMPERED] = { "署名を変えたトークン", "2xx", "401" },
	[YG_TESTCASE_FUNCTION] = { "権限のない利用者の認証情報", "2xx", "401または403" },
	[YG_TESTCASE_METHOD] = { "一度も要求されていないパスへのDELETE",
				 "2xxで、オブジェクトが消えている", "401、403、404または405" },
	[YG_TESTCASE_ASSIGNMENT] = { "利用者が設定できないはずの本文フィールド",
				     "2xxで、後の読み出しに送った値が現れる",
				     "400または422、あるいは2xxで値は元のまま" },
	[YG_TESTCASE_RATE] = { "連続した100件のリクエスト", "429が一度もなく、遅くもならない",
			       "最後までに429" },
	[YG_TESTCASE_REDIRECT] = { "認可応答を第三者のアドレスへ送らせる",
				   "attacker.exampleへの転送（直ちに、またはログイン後）",
				   "エラー画面、転送なし" },
	[YG_TESTCASE_CODE] = { "一度交換した認可コードの再使用", "2xx", "400 invalid_grant" },
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

static bool path_ends(const struct yg_endpoint *endpoint, const char *end)
{
	size_t len = strlen(endpoint->template_), tail = strlen(end);

	return len >= tail && strcmp(endpoint->template_ + len - tail, end) == 0;
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
	case YG_TESTCASE_UNSIGNED:
	case YG_TESTCASE_TAMPERED:
		return endpoint->auth & YG_AUTH_JWT;
	case YG_TESTCASE_METHOD:
		return has_object && strcmp(endpoint->method, "DELETE") != 0;
	case YG_TESTCASE_ASSIGNMENT:
		return is_writing(endpoint);
	case YG_TESTCASE_RATE:
		return true;
	case YG_TESTCASE_REDIRECT:
		return strcmp(endpoint->method, "GET") == 0 && path_ends(endpoint, "/authorize");
	case YG_TESTCASE_CODE:
		return strcmp(endpoint->method, "POST") == 0 && path_ends(endpoint, "/token");
	case YG_TESTCASE_MAX:
	default:
		return false;
	}
}

/* --- the request ---------------------------------------------------------------------------- */

struct request {
	const char *method;
	const char *kind; /* of the body: a Content-Type */
	struct yg_example credential, url;
	char credential_bytes[URL_CAP], url_bytes[URL_CAP];
	char body[YG_EXAMPLE_CAP];
};

/* Of the traffic: what could be taken for one of our own marks is not in it. */
static void add_safe(struct yg_example *text, char c)
{
	if ((unsigned char)c < 0x20 || c == 0x7f)
		c = '?';
	yg_example_add(text, &c, 1);
}

/* A name of the traffic as one of a variable: "user-id" is USER_ID. */
static void add_variable(struct yg_example *text, const char *name, size_t len, const char *end)
{
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	yg_example_add_str(text, VARIABLE);
	if (len && name[0] >= '0' && name[0] <= '9')
		yg_example_add_str(text, "P_"); /* no variable begins with a digit */
	for (size_t i = 0; i < len && i < VARIABLE_CAP / 2; i++) {
		char c = name[i];

		if (c >= 'a' && c <= 'z')
			c = upper[c - 'a'];
		else if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			c = '_';
		yg_example_add(text, &c, 1);
	}
	yg_example_add_str(text, end);
	yg_example_add_str(text, VARIABLE_END);
}

/* "{id}" becomes $ID_OF_USER_A. */
static void add_path(struct yg_example *url, const char *template_)
{
	size_t left = strcspn(template_, " ");

	while (left > 0) {
		const char *close = template_[0] == '{' ? memchr(template_, '}', left) : NULL;

		if (close) {
			add_variable(url, template_ + 1, (size_t)(close - template_) - 1,
				     "_OF_USER_A");
			left -= (size_t)(close - template_) + 1;
			template_ = close + 1;
			continue;
		}
		add_safe(url, *template_++);
		left--;
	}
}

static void add_service(struct yg_example *url, const struct yg_endpoint *endpoint)
{
	yg_example_add_str(url,
			   endpoint->tls_requests || !endpoint->requests ? "https://" : "http://");
	for (const char *p = endpoint->service; *p; p++)
		add_safe(url, *p);
}

static void add_name(struct yg_example *text, struct yg_slice name)
{
	for (size_t i = 0; i < name.len; i++)
		add_safe(text, name.ptr[i]);
}

static void add_token(struct yg_example *text, const char *token)
{
	yg_example_add_str(text, VARIABLE);
	yg_example_add_str(text, token);
	yg_example_add_str(text, VARIABLE_END);
}

/* The parameter of the URL that is the credential here; absent: a field of the head is. */
static struct yg_slice key_parameter(uint32_t auth, const struct yg_schema *schema)
{
	enum yg_schema_part part;
	struct yg_slice key = yg_openapi_key_name(schema, &part);

	if (!(auth & YG_AUTH_API_KEY) || part != YG_SCHEMA_QUERY ||
	    (auth & (YG_AUTH_BEARER | YG_AUTH_JWT | YG_AUTH_BASIC)))
		return (struct yg_slice){ NULL, 0 };
	return key;
}

/* "?page=1&sort=TEXT", with @key as @token says: a variable; NULL: left out. */
static void add_query(struct yg_example *url, const char *query, struct yg_slice key,
		      const char *token)
{
	const char *mark = "?";

	if (key.ptr && token) {
		yg_example_add_str(url, mark);
		add_name(url, key);
		yg_example_add_str(url, "=");
		add_token(url, token);
		mark = "&";
	}
	while (*query) {
		size_t len = strcspn(++query, "&");

		if (!key.ptr ||
		    !yg_slice_equal((struct yg_slice){ query, strcspn(query, "=&") }, key)) {
			yg_example_add_str(url, mark);
			yg_example_add(url, query, len);
			mark = "&";
		}
		query += len;
	}
}

/* The field that carries a credential here. */
static void add_credential(struct yg_example *field, uint32_t auth, const struct yg_schema *schema,
			   const char *token)
{
	enum yg_schema_part part;

	if (!(auth & ~(uint32_t)YG_AUTH_NONE))
		return;
	if (auth & (YG_AUTH_BEARER | YG_AUTH_JWT)) {
		yg_example_add_str(field, "Authorization: Bearer ");
	} else if (auth & YG_AUTH_BASIC) {
		yg_example_add_str(field, "Authorization: Basic ");
	} else if (auth & YG_AUTH_API_KEY) {
		add_name(field, yg_openapi_key_name(schema, &part));
		yg_example_add_str(field, ": ");
	} else if (auth & YG_AUTH_COOKIE) {
		yg_example_add_str(field, "Cookie: ");
	} else {
		yg_example_add_str(field, "Authorization: ");
	}
	add_token(field, token);
}

static void make_request(enum yg_testcase kind, const struct yg_endpoint *endpoint,
			 const struct yg_schema *schema, struct request *ret)
{
	static const char privileged[] = "\"role\":\"admin\",\"is_admin\":true,\"verified\":true";
	struct yg_slice key = key_parameter(endpoint->auth, schema);
	char query[YG_EXAMPLE_CAP];
	bool form;

	ret->method = kind == YG_TESTCASE_METHOD ? "DELETE" : endpoint->method;
	ret->kind = "application/json";
	add_service(&ret->url, endpoint);
	add_path(&ret->url, endpoint->template_);
	if (kinds[kind].token && !key.ptr)
		add_credential(&ret->credential, endpoint->auth, schema, kinds[kind].token);
	if (kind == YG_TESTCASE_REDIRECT) {
		yg_example_add_str(&ret->url,
				   "?response_type=code&scope=openid&state=1&client_id=" VARIABLE
				   "CLIENT_ID" VARIABLE_END "&redirect_uri=" CALLBACK);
		return;
	}
	if (kind == YG_TESTCASE_CODE) {
		ret->kind = "application/x-www-form-urlencoded";
		(void)snprintf(ret->body, sizeof(ret->body), "%s",
			       "grant_type=authorization_code&code=" VARIABLE
			       "USED_CODE" VARIABLE_END "&" VARIABLE
			       "CLIENT_AUTHENTICATION" VARIABLE_END);
		return;
	}
	yg_example_query(schema, query);
	add_query(&ret->url, query, key, kinds[kind].token);
	if (!is_writing(endpoint) || kind == YG_TESTCASE_METHOD)
		return;
	yg_example_body(schema, kind == YG_TESTCASE_ASSIGNMENT ? privileged : "", ret->body, &form);
	if (form)
		ret->kind = "application/x-www-form-urlencoded";
}

/* --- as text -------------------------------------------------------------------------------- */

static void put_safe(FILE *out, const char *text)
{
	for (; *text; text++)
		(void)fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, out);
}

/* From behind VARIABLE up to its end. Return: where that is. */
static const char *take_variable(const char *text, char *ret)
{
	size_t len = strcspn(text, VARIABLE_END);

	(void)snprintf(ret, VARIABLE_CAP, "%.*s", (int)len, text);
	return text + len;
}

static const char *bare_name(const char *variable)
{
	return variable[1] == ':' ? variable + 2 : variable;
}

static void put_variable(FILE *out, const char *name)
{
	if (name[1] != ':')
		(void)fprintf(out, "\"$%s\"", name);
	else
		(void)fprintf(out, "\"$(%s \"$%s\")\"", name[0] == 'u' ? "unsigned" : "tampered",
			      name + 2);
}

/* In single quotes of a shell, variables outside of them in double ones. */
static void quote(FILE *out, const char *text)
{
	char name[VARIABLE_CAP];
	bool open = false;

	if (!*text)
		(void)fputs("''", out);
	for (; *text; text++) {
		if (open != (*text != VARIABLE_CHAR)) {
			(void)fputc('\'', out);
			open = !open;
		}
		if (*text == VARIABLE_CHAR) {
			text = take_variable(text + 1, name);
			put_variable(out, name);
			if (!*text)
				break;
		} else if (*text == '\'') {
			(void)fputs("'\\''", out);
		} else {
			(void)fputc(*text, out);
		}
	}
	if (open)
		(void)fputc('\'', out);
}

/* "{{NAME}}": a variable of the editor. */
static void put_http(FILE *out, const char *text)
{
	char name[VARIABLE_CAP];

	for (; *text; text++) {
		if (*text != VARIABLE_CHAR) {
			(void)fputc(*text, out);
			continue;
		}
		text = take_variable(text + 1, name);
		(void)fprintf(out, "{{%s%s}}",
			      name[1] != ':'   ? ""
			      : name[0] == 'u' ? "UNSIGNED_"
					       : "TAMPERED_",
			      bare_name(name));
		if (!*text)
			return;
	}
}

/* Names of the variables of a text, each behind @before and followed by @after. */
static void put_variables(FILE *out, const char *text, const char *before, const char *after)
{
	char name[VARIABLE_CAP];

	while ((text = strchr(text, VARIABLE_CHAR)) != NULL) {
		text = take_variable(text + 1, name);
		(void)fprintf(out, "%s%s%s", before, bare_name(name), after);
	}
}

static void write_words(FILE *out, enum yg_testcase kind, bool is_japanese,
			const struct yg_endpoint *endpoint)
{
	(void)fprintf(out, "# %s: ", kinds[kind].name);
	put_safe(out, endpoint->method);
	(void)fputc(' ', out);
	put_safe(out, endpoint->service);
	put_safe(out, endpoint->template_);
	if (is_japanese)
		(void)fprintf(out, "\n# %s（%s）\n# 欠陥あり: %s\n# 欠陥なし: %s\n",
			      japanese[kind].title, kinds[kind].owasp, japanese[kind].proves,
			      japanese[kind].clears);
	else
		(void)fprintf(out, "\n# %s (%s)\n# Fault: %s\n# No fault: %s\n", kinds[kind].title,
			      kinds[kind].owasp, kinds[kind].proves, kinds[kind].clears);
}

static void write_name(FILE *out, enum yg_testcase kind, const struct yg_endpoint *endpoint)
{
	char name[YG_METHOD_CAP + YG_SERVICE_CAP + YG_TEMPLATE_CAP + 64];

	(void)snprintf(name, sizeof(name), "%s %s %s%s", kinds[kind].name, endpoint->method,
		       endpoint->service, endpoint->template_);
	for (char *p = name; *p; p++)
		*p = (char)((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
	(void)fputs("name=", out);
	quote(out, name);
	(void)fputc('\n', out);
}

static void write_curl(FILE *out, enum yg_testcase kind, const struct yg_endpoint *endpoint,
		       const struct request *request)
{
	write_name(out, kind, endpoint);
	(void)fputs("need", out);
	put_variables(out, request->url.bytes, " ", "");
	put_variables(out, request->credential.bytes, " ", "");
	put_variables(out, request->body, " ", "");
	if (kinds[kind].fault)
		(void)fprintf(out, " && check %s '%s' -X ", kinds[kind].certain ? "FAULT" : "LOOK",
			      kinds[kind].fault);
	else
		(void)fprintf(out, " && check_rate %u -X ", RATE_REQUESTS);
	quote(out, request->method);
	if (request->credential.used) {
		(void)fputs(" -H ", out);
		quote(out, request->credential.bytes);
	}
	if (request->body[0]) {
		(void)fprintf(out, " -H 'Content-Type: %s' --data ", request->kind);
		quote(out, request->body);
	}
	(void)fputc(' ', out);
	quote(out, request->url.bytes);
	(void)fputs("\n\n", out);
}

static void write_http(FILE *out, const struct request *request)
{
	put_variables(out, request->url.bytes, "# Needs ", "\n");
	put_safe(out, request->method);
	(void)fputc(' ', out);
	put_http(out, request->url.bytes);
	(void)fputc('\n', out);
	if (request->credential.used) {
		put_http(out, request->credential.bytes);
		(void)fputc('\n', out);
	}
	if (request->body[0]) {
		(void)fprintf(out, "Content-Type: %s\n\n", request->kind);
		put_http(out, request->body);
		(void)fputc('\n', out);
	}
	(void)fputs("\n", out);
}

/* --- what stands above all checks --- */

static const char words[] =
	"# Checks to replay, on a test system: some of them change what they touch.\n"
	"# Give them what they need, and run them:\n"
	"#	TOKEN_OF_USER_A=... TOKEN_OF_USER_B=... ID_OF_USER_A=... sh FILE\n"
	"# A check that lacks a variable is skipped. LOOK: a person has to look. The exit\n"
	"# status is 1 if there is a fault. CURL_OPTIONS: more options of curl, such as -k\n"
	"# or '--connect-to ::127.0.0.1:8443', which asks another host for the same names.\n";
static const char words_ja[] =
	"# 再実行する検査です。対象を変更するものもあるため、試験環境で実行してください。\n"
	"# 必要な値を渡して実行します:\n"
	"#	TOKEN_OF_USER_A=... TOKEN_OF_USER_B=... ID_OF_USER_A=... sh FILE\n"
	"# 変数が足りない検査は飛ばします（skipped）。FAULTは欠陥、LOOKは人による確認が必要、\n"
	"# no faultは欠陥なし。欠陥があれば終了コードは1です。CURL_OPTIONSはcurlの追加\n"
	"# オプションです。例: -k、'--connect-to ::127.0.0.1:8443'（同じ名前で別のホストへ）\n";
static const char script[] =
	"# shellcheck disable=SC2016,SC2086,SC2254 # names as they are; options; patterns\n"
	"faults=0\n"
	"need() {\n"
	"	for variable; do\n"
	"		eval \"value=\\${$variable-}\"\n"
	"		[ -n \"$value\" ] || { echo \"skipped   $name: no $variable\"; return 1; }\n"
	"	done\n"
	"}\n"
	"ask() { curl -sS -o /dev/null -w '%{http_code}' $CURL_OPTIONS \"$@\" || :; }\n"
	"say() { printf '%-9s %s: %s\\n' \"$1\" \"$name\" \"$2\"; [ \"$1\" != FAULT ] || faults=1; }\n"
	"check() {\n"
	"	verdict=$1 pattern=$2\n"
	"	shift 2\n"
	"	status=$(ask \"$@\")\n"
	"	case $status in\n"
	"	000) say 'no answer' \"$status\" ;;\n"
	"	429) say limited \"$status\" ;;\n"
	"	$pattern) say \"$verdict\" \"$status\" ;;\n"
	"	*) say 'no fault' \"$status\" ;;\n"
	"	esac\n"
	"}\n"
	"check_rate() {\n"
	"	left=$1\n"
	"	shift\n"
	"	while [ \"$left\" -gt 0 ]; do\n"
	"		status=$(ask \"$@\")\n"
	"		case $status in\n"
	"		000) say 'no answer' \"$status\"; return ;;\n"
	"		429) say 'no fault' \"$status\"; return ;;\n"
	"		esac\n"
	"		left=$((left - 1))\n"
	"	done\n"
	"	say FAULT \"$status\"\n"
	"}\n"
	"part() { printf %s \"$1\" | cut -d. -f\"$2\"; }\n"
	"unsigned() { printf %s. \"eyJhbGciOiJub25lIn0.$(part \"$1\" 2)\"; }\n"
	"tampered() { printf %s \"$(part \"$1\" 1).$(part \"$1\" 2).\"; part \"$1\" 3 | tr A-Za-z "
	"B-ZAb-za; }\n"
	"trap 'exit $faults' EXIT\n\n";

static const char editor[] =
	"# Checks to replay, on a test system: some of them change what they touch.\n"
	"# Give the variables values first; what a check needs beside them is said there, "
	"and is\n# to be added here: @ID_OF_USER_A = 41\n";
static const char editor_ja[] =
	"# 再実行する検査です。対象を変更するものもあるため、試験環境で実行してください。\n"
	"# まず変数に値を入れます。ほかに必要な値は各検査に書かれているので、ここに\n"
	"# 追加してください: @ID_OF_USER_A = 41\n";

void yg_testcases_begin(FILE *out, const struct yg_testcase_form *form)
{
	if (form->format == YG_TESTCASE_CURL)
		(void)fprintf(out, "#!/bin/sh\n%s%s", form->japanese ? words_ja : words, script);
	else
		(void)fprintf(out, "%s%s", form->japanese ? editor_ja : editor,
			      "@TOKEN_OF_USER_A = unset\n@TOKEN_OF_USER_B = unset\n"
			      "@TOKEN_WITHOUT_THE_ROLE = unset\n@UNSIGNED_TOKEN_OF_USER_A = unset\n"
			      "@TAMPERED_TOKEN_OF_USER_A = unset\n\n");
}

void yg_testcase_write(FILE *out, enum yg_testcase kind, const struct yg_testcase_form *form,
		       const struct yg_endpoint *endpoint, const struct yg_schema *schema)
{
	struct request request = { .method = NULL };

	request.credential = (struct yg_example){ request.credential_bytes, URL_CAP, 0 };
	request.url = (struct yg_example){ request.url_bytes, URL_CAP, 0 };
	make_request(kind, endpoint, schema, &request);
	if (form->format == YG_TESTCASE_HTTP)
		(void)fprintf(out, "### %s\n",
			      form->japanese ? japanese[kind].title : kinds[kind].title);
	write_words(out, kind, form->japanese, endpoint);
	if (form->format == YG_TESTCASE_HTTP)
		write_http(out, &request);
	else
		write_curl(out, kind, endpoint, &request);
}

uint32_t yg_testcases_write(FILE *out, FILE *late, const struct yg_testcase_form *form,
			    const struct yg_endpoint *endpoint, const struct yg_schema *schema)
{
	uint32_t count = 0;

	for (int kind = 0; kind < YG_TESTCASE_MAX; kind++) {
		if (!yg_testcase_fits((enum yg_testcase)kind, endpoint))
			continue;
		yg_testcase_write(kind == YG_TESTCASE_RATE ? late : out, (enum yg_testcase)kind,
				  form, endpoint, schema);
		count++;
	}
	return count;
}
