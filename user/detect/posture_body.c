/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API8, API9 by what bodies say. A path alone is never a fault: the answer must be 2xx and read
 * like
 * the thing. Errors are read on any status from 400 on, and on 2xx of text/html.
 */
#include "detect/posture_inside.h"

#define TEXT_MAX   8192u /* bytes of a body that are searched */
#define ERRORS_MAX 32u	 /* bodies of errors of one endpoint that are read before sampling alone */

struct mark {
	const char *text; /* as it stands there, case and all */
	const char *also; /* must stand there too; NULL: nothing */
};

/* Lines of stack traces by language: a word of prose does not look like them. */
static const struct mark traces[] = {
	{ "Traceback (most recent call last)", "File \"" },
	{ "\tat ", ".java:" },
	{ "\\tat ", ".java:" },
	{ "   at ", ".cs:line " },
	{ "   at System.", " in " },
	{ "    at ", ".js:" },
	{ "goroutine ", ".go:" },
	{ "#0 ", ".php(" },
	{ "PHP Fatal error", "on line" },
	{ "Fatal error</b>:", "on line" },
	{ ".rb:", ":in `" },
	{ "thread 'main' panicked at", ".rs:" },
	{ "java.lang.", "Exception" },
};

static const struct mark sql_errors[] = {
	{ "You have an error in your SQL syntax", NULL },
	{ "ORA-0", ":" },
	{ "SQLSTATE[", NULL },
	{ "PG::", "Error" },
	{ "org.postgresql.util.PSQLException", NULL },
	{ "com.mysql.jdbc", NULL },
	{ "Unclosed quotation mark after the character string", NULL },
	{ "sqlite3.OperationalError", NULL },
	{ "SQLite3::SQLException", NULL },
	{ "psycopg2.errors", NULL },
	{ "System.Data.SqlClient.SqlException", NULL },
	{ "unterminated quoted string at or near", NULL },
	{ "syntax error at or near \"", NULL },
};

static const struct mark debug_pages[] = {
	{ "Werkzeug Debugger", NULL },
	{ "You're seeing this error because you have <code>DEBUG = True</code>", NULL },
	{ "<title>phpinfo()</title>", NULL },
	{ "Whoops, looks like something went wrong", "vendor/" },
	{ "Symfony Profiler", NULL },
	{ "Types of profiles available:", "/debug/pprof/" },
	{ "<h1>Debug Toolbar</h1>", NULL },
};

static bool has(struct yg_slice text, const char *part)
{
	return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static const char *find_mark(const struct mark *marks, size_t count, struct yg_slice text)
{
	for (size_t i = 0; i < count; i++) {
		if (has(text, marks[i].text) && (!marks[i].also || has(text, marks[i].also)))
			return marks[i].text;
	}
	return NULL;
}

static void judge_mark(struct yg_look *look, enum yg_posture_rule_id id, const char *mark)
{
	yg_judge(look, id, mark != NULL, "The answer %u holds \"%.60s\"", look->status,
		 mark ? mark : "");
}

static void check_errors(struct yg_look *look, struct yg_slice text)
{
	judge_mark(look, YG_POSTURE_STACK_TRACE, find_mark(traces, YG_ARRAY_SIZE(traces), text));
	judge_mark(look, YG_POSTURE_SQL_ERROR,
		   find_mark(sql_errors, YG_ARRAY_SIZE(sql_errors), text));
	judge_mark(look, YG_POSTURE_DEBUG_PAGE,
		   find_mark(debug_pages, YG_ARRAY_SIZE(debug_pages), text));
}

static bool is_listing(struct yg_slice text)
{
	return (has(text, "<title>Index of /") && has(text, "Parent Directory")) ||
	       (has(text, "<title>Index of /") && has(text, "<a href=\"../\">")) ||
	       has(text, "<title>Directory listing for /");
}

/* .git/HEAD, .git/config, .svn/entries, .env */
static bool is_repository(struct yg_slice path, struct yg_slice text)
{
	if (yg_text_has(path, "/.git/"))
		return yg_text_begins(text, "ref: refs/") || has(text, "[core]") ||
		       yg_text_begins(text, "DIRC");
	if (yg_text_has(path, "/.svn/"))
		return has(text, "svn:") || yg_text_begins(text, "SQLite format 3");
	if (path.len >= 5 && memcmp(path.ptr + path.len - 5, "/.env", 5) == 0)
		return has(text, "_KEY=") || has(text, "PASSWORD=") || has(text, "SECRET=");
	return false;
}

static bool is_actuator(struct yg_slice path, struct yg_slice text)
{
	if (yg_text_has(path, "/actuator"))
		return has(text, "\"propertySources\"") || has(text, "\"contexts\"") ||
		       has(text, "\"_links\"") || has(text, "\"threads\"") ||
		       has(text, "JAVA PROFILE");
	if (yg_text_has(path, "/server-status"))
		return has(text, "Apache Server Status");
	if (yg_text_has(path, "/jolokia"))
		return has(text, "\"agent\"") && has(text, "\"protocol\"");
	return false;
}

static bool is_description(const struct yg_shown *shown, struct yg_slice text)
{
	if (shown->any)
		return shown->paths && shown->version;
	return has(text, "\"paths\"") && (has(text, "\"openapi\"") || has(text, "\"swagger\""));
}

static bool is_schema(const struct yg_shown *shown, struct yg_slice text)
{
	if (shown->any)
		return shown->schema && shown->types;
	return has(text, "\"__schema\"") && has(text, "\"types\"");
}

/* JSON was walked, and says by its members what it is; other text is searched. */
static void check_contents(struct yg_look *look, struct yg_slice text)
{
	const struct yg_shown *shown = &look->posture->shown;
	const struct yg_path *at = look->scene->path;
	struct yg_slice path = { at->text, at->len };

	yg_judge(look, YG_POSTURE_DIRECTORY, !shown->any && is_listing(text),
		 "An index page was answered");
	yg_judge(look, YG_POSTURE_REPOSITORY, is_repository(path, text),
		 "A file of a repository, or of settings, was answered");
	if (look->credential)
		return;
	yg_judge(look, YG_POSTURE_ACTUATOR, is_actuator(path, text),
		 "A management page was answered without credentials");
	yg_judge(look, YG_POSTURE_API_DOCS, is_description(shown, text),
		 "An OpenAPI document was answered without credentials");
	yg_judge(look, YG_POSTURE_METRICS,
		 !shown->any && has(text, "# HELP ") && has(text, "# TYPE "),
		 "Metrics were answered without credentials");
	yg_judge(look, YG_POSTURE_GRAPHQL_INTROSPECTION, is_schema(shown, text),
		 "The schema was answered without credentials");
}

static const char *const size_names[] = { "limit",    "size",	   "per_page", "page_size",
					  "pageSize", "page-size", "perPage",  "count" };

/* The number a request asks for as a page. */
static unsigned long page_size(const struct yg_look *look)
{
	char text[16];

	for (size_t i = 0; i < YG_ARRAY_SIZE(size_names); i++) {
		struct yg_slice value = yg_posture_parameter(look->scene->path->query,
							     size_names[i], text, sizeof(text));
		unsigned long number = 0;

		for (size_t n = 0; n < value.len; n++) {
			if (value.ptr[n] < '0' || value.ptr[n] > '9' || number > 100000000)
				break;
			number = number * 10 + (unsigned long)(value.ptr[n] - '0');
		}
		if (number)
			return number;
	}
	return 0;
}

/* 5000 items asked for, and an answer that is longer than a page of a hundred would be. */
static void check_page(struct yg_look *look)
{
	unsigned long asked = page_size(look);

	if (asked == 0)
		return;
	yg_judge(look, YG_POSTURE_PAGE_SIZE,
		 asked >= 5000 && look->scene->exchange->response.body_bytes >= 100000,
		 "A page of %lu was asked for and %llu bytes were answered", asked,
		 (unsigned long long)look->scene->exchange->response.body_bytes);
}

void yg_posture_check_bodies(struct yg_look *look)
{
	const struct yg_body_view *body;
	struct yg_slice text;

	if (!look->endpoint)
		return;
	if (look->accepted)
		check_page(look);
	else if (look->status < 400 || look->endpoint->bodies++ >= ERRORS_MAX)
		return;
	body = yg_bodies_response(look->scene->bodies);
	text = body->text;
	if (!text.len)
		return;
	text.len = text.len < TEXT_MAX ? text.len : TEXT_MAX;
	if (!look->accepted || body->kind == YG_BODY_KIND_TEXT ||
	    yg_text_begins(look->heads.type, "text/html"))
		check_errors(look, text);
	if (!look->accepted)
		return;
	if (yg_slice_equal(look->method, YG_SLICE("GET")) ||
	    (look->scene->exchange->protocol != YG_PROTOCOL_WS &&
	     is_schema(&look->posture->shown, text)))
		check_contents(look, text);
}
