/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/active_inside.h"

#include "core/macros.h"

#define TAG_MAX	   200u /* bytes of a tag, or of an expression, that are looked at */
#define BEFORE_MAX 64u	/* bytes before a call that may hold the quote it stands behind */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '+';
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* The byte at @at; NUL behind the end. */
static char at_of(struct yg_slice text, size_t at)
{
	if (at < text.len)
		return text.ptr[at];
	return 0;
}

static size_t skip_space(struct yg_slice text, size_t at)
{
	while (at < text.len && is_space(text.ptr[at]))
		at++;
	return at;
}

/* The byte before @at; NUL before the first. */
static char before_of(struct yg_slice text, size_t at)
{
	return at_of(text, at - 1); /* wraps: behind the end */
}

/* The last byte before @at that is no space; NUL: none. */
static char before(struct yg_slice text, size_t at)
{
	while (at > 0 && is_space(text.ptr[at - 1]))
		at--;
	return before_of(text, at);
}

static bool begins(struct yg_slice text, size_t at, const char *word)
{
	size_t len = strlen(word);

	return at <= text.len && text.len - at >= len &&
	       yg_slice_equal_nocase((struct yg_slice){ text.ptr + at, len },
				     (struct yg_slice){ word, len });
}

/* Does @word, lower case, stand within [@from, @to)? */
static bool holds(struct yg_slice text, size_t from, size_t to, const char *word)
{
	to = to < text.len ? to : text.len;
	for (size_t at = from; at < to; at++) {
		if (yg_ascii_lower(text.ptr[at]) == word[0] && begins(text, at, word))
			return true;
	}
	return false;
}

static bool holds_any(struct yg_slice text, size_t from, size_t to, const char *const *words,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (holds(text, from, to, words[i]))
			return true;
	}
	return false;
}

static size_t find_byte(struct yg_slice text, size_t from, char c)
{
	size_t len = from < text.len ? text.len - from : 0;
	const char *found = len ? memchr(text.ptr + from, c, len < TAG_MAX ? len : TAG_MAX) : NULL;

	return found ? (size_t)(found - text.ptr) : text.len;
}

bool yg_active_is_begin(struct yg_slice text, size_t from, size_t end)
{
	(void)text, (void)end;
	return from == 0;
}

/* --- HTML ----------------------------------------------------------------------------------- */

/* "</name>", "<br>", "<br/>", "<img ...": not "a </ b". */
bool yg_active_is_tag(struct yg_slice text, size_t from, size_t end)
{
	char next = at_of(text, end);

	if (at_of(text, from + 1) != '/')
		return at_of(text, end - 1) == ' ' || next == '>' || next == ' ' || next == '/';
	while (yg_active_is_alnum(at_of(text, end)) && end - from < 20)
		end++;
	return end > from + 2 && at_of(text, end) == '>';
}

bool yg_active_is_script(struct yg_slice text, size_t from, size_t end)
{
	char next = at_of(text, end);

	(void)from;
	return next == '>' || next == '/' || is_space(next);
}

/* With an attribute: List<Object> has none. */
bool yg_active_is_frame(struct yg_slice text, size_t from, size_t end)
{
	char next = at_of(text, end);

	return (is_space(next) || next == '/') && find_byte(text, end, '=') < text.len &&
	       !(from > 0 && yg_active_is_alnum(text.ptr[from - 1]));
}

/* Within a tag that is open, or behind the quote that ends an attribute, and with a value. */
bool yg_active_is_event(struct yg_slice text, size_t from, size_t end)
{
	char first = before_of(text, from);

	if (at_of(text, skip_space(text, end)) != '=' ||
	    !(is_space(first) || is_quote(first) || first == '/'))
		return false;
	for (size_t at = from; at > 0 && from - at < TAG_MAX; at--) {
		if (text.ptr[at - 1] == '>')
			return false;
		if (text.ptr[at - 1] == '<')
			return yg_active_is_alnum(at_of(text, at));
	}
	return is_quote(text.ptr[0]);
}

/* All of the text, or an attribute; "JavaScript: the good parts" is a title. */
bool yg_active_is_script_url(struct yg_slice text, size_t from, size_t end)
{
	char next = at_of(text, end);

	if (from > 0 && !is_quote(text.ptr[from - 1]) && text.ptr[from - 1] != '=' &&
	    text.ptr[from - 1] != '(')
		return false;
	return begins(text, from, "data:") ||
	       (next && !is_space(next) && next != ';' && !begins(text, end, "void("));
}

/* --- SQL ------------------------------------------------------------------------------------ */

static size_t skip_comment(struct yg_slice text, size_t at)
{
	size_t end;

	at = skip_space(text, at);
	if (begins(text, at, "/*")) {
		end = at + TAG_MAX;
		while (at < text.len && at < end && !begins(text, at, "*/"))
			at++;
		at += 2;
	}
	return skip_space(text, at);
}

/* ' UNION ALL SELECT 1,2: behind what ends a value, and before a list. */
bool yg_active_is_union(struct yg_slice text, size_t from, size_t end)
{
	static const char *const columns[] = { "null",	   "@@",    "char(", "concat(",
					       "version(", "user(", "from " };
	char last = before(text, from);
	size_t at = skip_comment(text, end);

	if (!is_quote(last) && last != ')' && last != '/' && !yg_active_is_digit(last))
		return false;
	if (at == end)
		return false;
	if (begins(text, at, "all"))
		at = skip_comment(text, at + 3);
	if (!begins(text, at, "select"))
		return false;
	at = skip_comment(text, at + 6);
	if (yg_active_is_digit(at_of(text, at)) || at_of(text, at) == '*' ||
	    is_quote(at_of(text, at)) || at_of(text, at) == '(')
		return true;
	return at < text.len && (holds_any(text, at, at + 60, columns, YG_ARRAY_SIZE(columns)) ||
				 find_byte(text, at, ',') < text.len);
}

/* A value of an expression: its letters and digits. Quotes and brackets around it are counted. */
static size_t read_operand(struct yg_slice text, size_t at, uint32_t *quotes, struct yg_slice *ret)
{
	while (at < text.len &&
	       (is_space(text.ptr[at]) || is_quote(text.ptr[at]) || text.ptr[at] == '('))
		*quotes += is_quote(text.ptr[at++]);
	*ret = (struct yg_slice){ text.ptr + at, 0 };
	while (yg_active_is_alnum(at_of(text, at + ret->len)))
		ret->len++;
	return at + ret->len;
}

/* ' OR '1'='1, ") or 1=1, ' or ''=' */
bool yg_active_is_always_true(struct yg_slice text, size_t from, size_t end)
{
	struct yg_slice left, right;
	uint32_t quotes = 0;
	char next = at_of(text, end);
	size_t at;

	(void)from;
	if (yg_active_is_alnum(next))
		return false;
	at = read_operand(text, end, &quotes, &left);
	while (at < text.len && (is_space(text.ptr[at]) || is_quote(text.ptr[at])))
		quotes += is_quote(text.ptr[at++]);
	if (at_of(text, at) != '=')
		return false;
	(void)read_operand(text, at + 1, &quotes, &right);
	return left.len > 0 ? yg_slice_equal_nocase(left, right) : right.len == 0 && quotes > 2;
}

/* "a'; DROP TABLE users;--" */
bool yg_active_is_stacked(struct yg_slice text, size_t from, size_t end)
{
	size_t at = from;
	char last;

	(void)end;
	while (at > 0 && is_space(text.ptr[at - 1]))
		at--;
	if (at == 0 || text.ptr[at - 1] != ';')
		return false;
	last = before(text, at - 1);
	return is_quote(last) || last == ')' || yg_active_is_digit(last) ||
	       holds(text, from, from + TAG_MAX, "--");
}

/* Behind a quote, a bracket or a semicolon; sleep() with a number. */
bool yg_active_is_sql_call(struct yg_slice text, size_t from, size_t end)
{
	static const char *const words[] = { " and ", " or ", "select", "||" };
	size_t first = from > BEFORE_MAX ? from - BEFORE_MAX : 0;

	if (begins(text, from, "sleep(") && !yg_active_is_digit(at_of(text, end)))
		return false;
	if (from > 0 && yg_active_is_alnum(text.ptr[from - 1]) && !begins(text, from - 3, "pg_"))
		return false;
	for (size_t at = first; at < from; at++) {
		if (is_quote(text.ptr[at]) || text.ptr[at] == ';')
			return true;
	}
	return holds_any(text, first, from, words, YG_ARRAY_SIZE(words));
}

/* A quote that was never opened, and behind it a comment to the end: admin'-- */
bool yg_active_is_sql_comment(struct yg_slice text, size_t from, size_t end)
{
	uint32_t quotes = 0;

	while (end < text.len && (text.ptr[end] == '-' || is_space(text.ptr[end])))
		end++;
	if (end < text.len)
		return false;
	for (size_t at = 0; at < from + 1; at++)
		quotes += text.ptr[at] == '\'';
	return quotes % 2 == 1;
}

/* --- shells, paths, templates --------------------------------------------------------------- */

/* Does a command need an argument to be told from a word? */
struct command {
	const char *name;
	bool alone;
};

static bool is_argument(struct yg_slice text, size_t at)
{
	char c = at_of(text, at);

	return c == '/' || c == '-' || c == '$' || c == '~' || c == '.' || yg_active_is_digit(c) ||
	       begins(text, at, "http");
}

/* What ends a command: the text, or what joins it to another. */
static bool is_ended(struct yg_slice text, size_t at)
{
	char c = at_of(text, skip_space(text, at));

	return c == '\0' || c == ')' || c == ';' || c == '|' || c == '&' || c == '#' || c == '`';
}

/* "; cat /etc/passwd", "| nc 192.0.2.1 4444", "$(id)": not "Dog | Cat food". */
bool yg_active_is_command(struct yg_slice text, size_t from, size_t end)
{
	static const struct command commands[] = {
		{ "cat", false },   { "curl", false },	   { "wget", false },
		{ "nc", false },    { "ncat", false },	   { "bash", false },
		{ "sh", false },    { "ping", false },	   { "nslookup", false },
		{ "sleep", false }, { "id", false },	   { "whoami", true },
		{ "uname", true },  { "ls", false },	   { "rm", false },
		{ "chmod", false }, { "python", false },   { "python3", false },
		{ "perl", false },  { "php", false },	   { "powershell", false },
		{ "tftp", false },  { "certutil", false }, { "ifconfig", true },
		{ "reboot", true }, { "telnet", false },
	};
	bool inserted = at_of(text, from) == '$';
	size_t at = skip_space(text, end), len = 0;

	while (yg_active_is_alnum(at_of(text, at + len)))
		len++;
	for (size_t i = 0; len > 0 && i < YG_ARRAY_SIZE(commands); i++) {
		const char *name = commands[i].name;

		/* In lower case, as shells want it: titles are not. */
		if (strlen(name) != len || memcmp(text.ptr + at, name, len) != 0)
			continue;
		if ((inserted || commands[i].alone) && is_ended(text, at + len))
			return true;
		return is_space(at_of(text, at + len)) &&
		       is_argument(text, skip_space(text, at + len));
	}
	return false;
}

/* To a place that is worth it: others are how pages name their files. */
bool yg_active_is_traversal(struct yg_slice text, size_t from, size_t end)
{
	static const char *const places[] = { "etc/",	  "etc\\", "etc%2f", "windows", "win.ini",
					      "boot.ini", "proc/", ".ssh",   "root/" };

	(void)from;
	return holds_any(text, end, end + TAG_MAX, places, YG_ARRAY_SIZE(places));
}

/* {{7*7}}, ${3 * 3}: nobody writes it but to see whether it is reckoned. */
static bool is_product(struct yg_slice text, size_t at, size_t close)
{
	size_t digits = 0;

	for (at = skip_space(text, at);
	     at < close && (text.ptr[at] == '=' || is_space(text.ptr[at]));)
		at++;
	while (at + digits < close && yg_active_is_digit(text.ptr[at + digits]))
		digits++;
	at = skip_space(text, at + digits);
	if (digits == 0 || at_of(text, at) != '*')
		return false;
	at = skip_space(text, at + 1);
	if (is_quote(at_of(text, at)))
		at++;
	return at < close && yg_active_is_digit(text.ptr[at]);
}

bool yg_active_is_template(struct yg_slice text, size_t from, size_t end)
{
	static const char *const words[] = {
		"__class__",	       "__globals__",  "__mro__",
		"__subclasses__",      "__import__",   "__init__",
		"getruntime",	       "java.lang",    "processbuilder",
		"freemarker.template", "constructor(", "mainmodule",
		"child_process",       "popen(",       "system(",
		"os.environ",	       "lipsum",       "cycler.",
		"config.items",	       "_self.env",    "forname(",
		"|filter('",
	};
	size_t close = find_byte(text, end, at_of(text, from) == '<' ? '%' : '}');

	if (close == text.len)
		return false;
	return is_product(text, end, close) ||
	       holds_any(text, end, close, words, YG_ARRAY_SIZE(words));
}

/* --- the rest ------------------------------------------------------------------------------- */

/* As a member: __proto__[x], a.__proto__.b, "__proto__" in quotes; the others are whole. */
bool yg_active_is_pollution(struct yg_slice text, size_t from, size_t end)
{
	char first = before_of(text, from), next = at_of(text, end);

	return first == '[' || first == '.' || is_quote(first) || next == '[' || next == '.';
}

/* <!ENTITY x SYSTEM "...">, <!ENTITY % x ...>; or one that is made of others. */
bool yg_active_is_entity(struct yg_slice text, size_t from, size_t end)
{
	size_t close = find_byte(text, end, '>');

	(void)from;
	if (holds(text, end, close, "system") || holds(text, end, close, "public") ||
	    at_of(text, skip_space(text, end)) == '%')
		return true;
	for (size_t at = end; at < close; at++) {
		if (text.ptr[at] == '&' && yg_active_is_alnum(at_of(text, at + 1)))
			return true;
	}
	return false;
}

bool yg_active_is_include(struct yg_slice text, size_t from, size_t end)
{
	(void)from;
	return holds(text, end, find_byte(text, end, '>'), "href=");
}

/* The flags of England, Scotland and Wales are written with tags too: behind a black flag. */
bool yg_active_is_invisible(struct yg_slice text, size_t from, size_t end)
{
	static const char flag[] = "\xf0\x9f\x8f\xb4";
	size_t first = from > 32 ? from - 32 : 0;

	(void)end;
	return !memmem(text.ptr + first, from - first, flag, 4);
}
