/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/active.h"

#include <arpa/inet.h>
#include <errno.h>

#include "baseline/active_inside.h"
#include "baseline/literal.h"
#include "core/address.h"
#include "endpoint/trait.h"
#include "parse/url.h"

#define SAMPLE_BEHIND 16u /* bytes behind a hit that are shown masked */

/* Who judges a hit. */
enum {
	ID_MARKUP,
	ID_SCRIPT,
	ID_FRAME,
	ID_EVENT,
	ID_SCRIPT_URL,
	ID_UNION,
	ID_ALWAYS_TRUE,
	ID_STACKED,
	ID_SQL_CALL,
	ID_SQL_COMMENT,
	ID_SEPARATOR,
	ID_SHELL,
	ID_TRAVERSAL,
	ID_BRACES,
	ID_LOOKUP,
	ID_PROTOTYPE,
	ID_ENTITY,
	ID_INCLUDE,
	ID_SCHEME,
	ID_FILE,
	ID_PROMPT,
	ID_INVISIBLE,
};

static const struct yg_literal literals[] = {
	{ "</", ID_MARKUP, false },
	{ "<br", ID_MARKUP, true },
	{ "<hr", ID_MARKUP, true },
	{ "<img ", ID_MARKUP, true },
	{ "<script", ID_SCRIPT, true },
	{ "<iframe", ID_FRAME, true },
	{ "<object", ID_FRAME, true },
	{ "<embed", ID_FRAME, true },
	{ "<applet", ID_FRAME, true },
	{ "<base", ID_FRAME, true },
	{ "<meta", ID_FRAME, true },
	{ "<form", ID_FRAME, true },
	{ "onerror", ID_EVENT, true },
	{ "onload", ID_EVENT, true },
	{ "onclick", ID_EVENT, true },
	{ "onfocus", ID_EVENT, true },
	{ "ontoggle", ID_EVENT, true },
	{ "onbegin", ID_EVENT, true },
	{ "onmouseover", ID_EVENT, true },
	{ "onmouseenter", ID_EVENT, true },
	{ "onpointerenter", ID_EVENT, true },
	{ "onanimationstart", ID_EVENT, true },
	{ "onpageshow", ID_EVENT, true },
	{ "javascript:", ID_SCRIPT_URL, true },
	{ "vbscript:", ID_SCRIPT_URL, true },
	{ "data:text/html", ID_SCRIPT_URL, true },
	{ "union", ID_UNION, true },
	{ "' or", ID_ALWAYS_TRUE, true },
	{ "'or", ID_ALWAYS_TRUE, true },
	{ "\" or", ID_ALWAYS_TRUE, true },
	{ "\"or", ID_ALWAYS_TRUE, true },
	{ ") or", ID_ALWAYS_TRUE, true },
	{ "' and", ID_ALWAYS_TRUE, true },
	{ "\" and", ID_ALWAYS_TRUE, true },
	{ "1 or", ID_ALWAYS_TRUE, true },
	{ "1 and", ID_ALWAYS_TRUE, true },
	{ "'||", ID_ALWAYS_TRUE, false },
	{ "' ||", ID_ALWAYS_TRUE, false },
	{ "drop ", ID_STACKED, true },
	{ "truncate ", ID_STACKED, true },
	{ "delete from ", ID_STACKED, true },
	{ "insert into ", ID_STACKED, true },
	{ "update ", ID_STACKED, true },
	{ "alter ", ID_STACKED, true },
	{ "exec ", ID_STACKED, true },
	{ "shutdown", ID_STACKED, true },
	{ "waitfor delay", ID_SQL_CALL, true },
	{ "sleep(", ID_SQL_CALL, true },
	{ "benchmark(", ID_SQL_CALL, true },
	{ "xp_cmdshell", ID_SQL_CALL, true },
	{ "extractvalue(", ID_SQL_CALL, true },
	{ "updatexml(", ID_SQL_CALL, true },
	{ "load_file(", ID_SQL_CALL, true },
	{ "into outfile", ID_SQL_CALL, true },
	{ "into dumpfile", ID_SQL_CALL, true },
	{ "'--", ID_SQL_COMMENT, false },
	{ "' --", ID_SQL_COMMENT, false },
	{ ";--", ID_SQL_COMMENT, false },
	{ "; --", ID_SQL_COMMENT, false },
	{ "'#", ID_SQL_COMMENT, false },
	{ ";", ID_SEPARATOR, false },
	{ "|", ID_SEPARATOR, false },
	{ "&&", ID_SEPARATOR, false },
	{ "$(", ID_SEPARATOR, false },
	{ "/bin/sh -", ID_SHELL, false },
	{ "/bin/bash -", ID_SHELL, false },
	{ "cmd.exe /", ID_SHELL, true },
	{ "cmd /c ", ID_SHELL, true },
	{ "powershell -", ID_SHELL, true },
	{ "../../", ID_TRAVERSAL, false },
	{ "..\\..\\", ID_TRAVERSAL, false },
	{ "%2e%2e%2f", ID_TRAVERSAL, true },
	{ "..%2f..%2f", ID_TRAVERSAL, true },
	{ "{{", ID_BRACES, false },
	{ "{%", ID_BRACES, false },
	{ "${", ID_BRACES, false },
	{ "#{", ID_BRACES, false },
	{ "*{", ID_BRACES, false },
	{ "<%", ID_BRACES, false },
	{ "${jndi:", ID_LOOKUP, true },
	{ "jndi:ldap:", ID_LOOKUP, true },
	{ "jndi:rmi:", ID_LOOKUP, true },
	{ "jndi:dns:", ID_LOOKUP, true },
	{ "${lower:", ID_LOOKUP, true },
	{ "${upper:", ID_LOOKUP, true },
	{ "${::-", ID_LOOKUP, false },
	{ "__proto__", ID_PROTOTYPE, false },
	{ "constructor.prototype", ID_PROTOTYPE, false },
	{ "constructor[prototype]", ID_PROTOTYPE, false },
	{ "<!entity", ID_ENTITY, true },
	{ "xi:include", ID_INCLUDE, true },
	{ "gopher://", ID_SCHEME, true },
	{ "dict://", ID_SCHEME, true },
	{ "php://", ID_SCHEME, true },
	{ "phar://", ID_SCHEME, true },
	{ "expect://", ID_SCHEME, true },
	{ "jar:http", ID_SCHEME, true },
	{ "jar:file", ID_SCHEME, true },
	{ "netdoc:", ID_SCHEME, true },
	{ "file://", ID_FILE, true },
	{ "ignore all previous instructions", ID_PROMPT, true },
	{ "ignore previous instructions", ID_PROMPT, true },
	{ "ignore the previous instructions", ID_PROMPT, true },
	{ "ignore your previous instructions", ID_PROMPT, true },
	{ "ignore all prior instructions", ID_PROMPT, true },
	{ "ignore the above instructions", ID_PROMPT, true },
	{ "disregard all previous instructions", ID_PROMPT, true },
	{ "disregard previous instructions", ID_PROMPT, true },
	{ "forget all previous instructions", ID_PROMPT, true },
	{ "これまでの指示を無視", ID_PROMPT, false },
	{ "以前の指示を無視", ID_PROMPT, false },
	{ "前の指示をすべて無視", ID_PROMPT, false },
	{ "上記の指示を無視", ID_PROMPT, false },
	{ "<|im_start|>", ID_PROMPT, false },
	{ "<|system|>", ID_PROMPT, false },
	{ "<<SYS>>", ID_PROMPT, false },
	/* U+E0040 to U+E007F, the letters among the tags: models read them, nobody sees them. */
	{ "\xf3\xa0\x81", ID_INVISIBLE, false },
};

struct yg_actives {
	struct yg_literals *literals;
};

/* One text under examination. */
struct scan {
	struct yg_slice text;
	struct yg_active_sight *ret;
};

const char *yg_active_name(enum yg_active kind)
{
	static const char *const names[YG_ACTIVE_MAX] = {
		[YG_ACTIVE_MARKUP] = "HTML",
		[YG_ACTIVE_SCRIPT] = "a script",
		[YG_ACTIVE_SQL] = "SQL that breaks out of a string",
		[YG_ACTIVE_SHELL] = "a shell command",
		[YG_ACTIVE_TRAVERSAL] = "a path out of its directory",
		[YG_ACTIVE_TEMPLATE] = "an expression of a template",
		[YG_ACTIVE_LOOKUP] = "a lookup of JNDI",
		[YG_ACTIVE_PROTOTYPE] = "the prototype of all objects",
		[YG_ACTIVE_ENTITY] = "an external entity of XML",
		[YG_ACTIVE_SCHEME] = "a URL of an unusual scheme",
		[YG_ACTIVE_FILE] = "a URL of a file",
		[YG_ACTIVE_INTERNAL] = "a URL of an internal host",
		[YG_ACTIVE_METADATA] = "a URL of a metadata service",
		[YG_ACTIVE_PROMPT] = "orders to a language model",
	};

	return kind < YG_ACTIVE_MAX ? names[kind] : "";
}

int yg_actives_new(struct yg_actives **ret)
{
	YG_CLEANUP(yg_actives_free) struct yg_actives *actives = calloc(1, sizeof(*actives));
	struct yg_literal rows[YG_ARRAY_SIZE(literals)];
	int r;

	if (!actives)
		return -ENOMEM;
	/* Which row it was says how long it is. */
	memcpy(rows, literals, sizeof(rows));
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(rows); i++)
		rows[i].id = i;
	r = yg_literals_new(rows, YG_ARRAY_SIZE(rows), &actives->literals);
	if (r == 0)
		*ret = YG_TAKE_PTR(actives);
	return r;
}

void yg_actives_free(struct yg_actives **actives)
{
	if (!*actives)
		return;
	yg_literals_free(&(*actives)->literals);
	free(*actives);
	*actives = NULL;
}

/* The hit as it stands there, and a little of what follows without its letters and digits. */
static void put_sample(struct yg_slice text, size_t from, size_t to, char *ret)
{
	size_t len = 0, end = text.len - to < SAMPLE_BEHIND ? text.len : to + SAMPLE_BEHIND;

	for (size_t i = from; i < end && len + 1 < YG_ACTIVE_SAMPLE_CAP; i++) {
		uint8_t c = (uint8_t)text.ptr[i];

		if (c < 0x20 || c == 0x7f)
			c = ' ';
		else if (i >= to && (c >= 0x80 || yg_active_is_alnum((char)c)))
			c = '*';
		ret[len++] = (char)c;
	}
	/* A hit that is not ASCII is shown whole, or not at all. */
	while (len > 0 && len + 1 == YG_ACTIVE_SAMPLE_CAP && (uint8_t)ret[len - 1] >= 0x80)
		len--;
	ret[len] = '\0';
}

static void add(struct scan *scan, enum yg_active kind, size_t from, size_t to)
{
	scan->ret->kinds |= YG_ACTIVE_BIT(kind);
	put_sample(scan->text, from, to, scan->ret->samples[kind]);
}

/* Which kind a hit is, judged by what is around it; MAX: none, or one that is known. */
static enum yg_active judge(const struct scan *scan, uint32_t id, size_t from, size_t end)
{
	static bool (*const checks[])(struct yg_slice text, size_t from, size_t end) = {
		[ID_MARKUP] = yg_active_is_tag,
		[ID_SCRIPT] = yg_active_is_script,
		[ID_FRAME] = yg_active_is_frame,
		[ID_EVENT] = yg_active_is_event,
		[ID_SCRIPT_URL] = yg_active_is_script_url,
		[ID_UNION] = yg_active_is_union,
		[ID_ALWAYS_TRUE] = yg_active_is_always_true,
		[ID_STACKED] = yg_active_is_stacked,
		[ID_SQL_CALL] = yg_active_is_sql_call,
		[ID_SQL_COMMENT] = yg_active_is_sql_comment,
		[ID_SEPARATOR] = yg_active_is_command,
		[ID_SHELL] = NULL,
		[ID_TRAVERSAL] = yg_active_is_traversal,
		[ID_BRACES] = yg_active_is_template,
		[ID_LOOKUP] = NULL,
		[ID_PROTOTYPE] = yg_active_is_pollution,
		[ID_ENTITY] = yg_active_is_entity,
		[ID_INCLUDE] = yg_active_is_include,
		[ID_SCHEME] = yg_active_is_begin,
		[ID_FILE] = yg_active_is_begin,
		[ID_PROMPT] = NULL,
		[ID_INVISIBLE] = yg_active_is_invisible,
	};
	static const uint8_t kinds[] = {
		[ID_MARKUP] = YG_ACTIVE_MARKUP,	      [ID_SCRIPT] = YG_ACTIVE_SCRIPT,
		[ID_FRAME] = YG_ACTIVE_SCRIPT,	      [ID_EVENT] = YG_ACTIVE_SCRIPT,
		[ID_SCRIPT_URL] = YG_ACTIVE_SCRIPT,   [ID_UNION] = YG_ACTIVE_SQL,
		[ID_ALWAYS_TRUE] = YG_ACTIVE_SQL,     [ID_STACKED] = YG_ACTIVE_SQL,
		[ID_SQL_CALL] = YG_ACTIVE_SQL,	      [ID_SQL_COMMENT] = YG_ACTIVE_SQL,
		[ID_SEPARATOR] = YG_ACTIVE_SHELL,     [ID_SHELL] = YG_ACTIVE_SHELL,
		[ID_TRAVERSAL] = YG_ACTIVE_TRAVERSAL, [ID_BRACES] = YG_ACTIVE_TEMPLATE,
		[ID_LOOKUP] = YG_ACTIVE_LOOKUP,	      [ID_PROTOTYPE] = YG_ACTIVE_PROTOTYPE,
		[ID_ENTITY] = YG_ACTIVE_ENTITY,	      [ID_INCLUDE] = YG_ACTIVE_ENTITY,
		[ID_SCHEME] = YG_ACTIVE_SCHEME,	      [ID_FILE] = YG_ACTIVE_FILE,
		[ID_PROMPT] = YG_ACTIVE_PROMPT,	      [ID_INVISIBLE] = YG_ACTIVE_PROMPT,
	};

	if ((scan->ret->kinds & YG_ACTIVE_BIT(kinds[id])) ||
	    (checks[id] && !checks[id](scan->text, from, end)))
		return YG_ACTIVE_MAX;
	return (enum yg_active)kinds[id];
}

static bool take_hit(void *ctx, uint32_t row, size_t end)
{
	struct scan *scan = ctx;
	size_t from = end - strlen(literals[row].text);
	enum yg_active kind = judge(scan, literals[row].id, from, end);

	if (kind < YG_ACTIVE_MAX)
		add(scan, kind, from, end);
	return true;
}

/* --- URLs ----------------------------------------------------------------------------------- */

/* "2130706433", "0x7f.1", "0177.0.0.1": what resolvers take for an address of IPv4. */
static bool read_number(struct yg_slice host, struct yg_address *ret)
{
	struct yg_address v4 = { { [10] = 0xff, 0xff } };
	struct in_addr addr;
	char text[64];

	if (host.len == 0 || host.len >= sizeof(text) || host.ptr[0] < '0' || host.ptr[0] > '9')
		return false;
	memcpy(text, host.ptr, host.len);
	text[host.len] = '\0';
	if (strspn(text, "0123456789abcdefABCDEFxX.") != host.len || !inet_aton(text, &addr))
		return false;
	memcpy(v4.bytes + 12, &addr, sizeof(addr));
	*ret = v4;
	return true;
}

static bool ends_in(struct yg_slice host, const char *end)
{
	size_t len = strlen(end);

	return host.len >= len &&
	       yg_slice_equal_nocase((struct yg_slice){ host.ptr + host.len - len, len },
				     (struct yg_slice){ end, len });
}

static bool is_internal_name(struct yg_slice host)
{
	static const char *const ends[] = { ".internal",      ".local",	 ".localhost", ".svc",
					    ".cluster.local", ".lan",	 ".corp",      ".intranet",
					    ".home.arpa",     ".private" };

	/* Without a dot: a name of this network alone. */
	if (!memchr(host.ptr, '.', host.len) && !memchr(host.ptr, ':', host.len))
		return true;
	for (size_t i = 0; i < YG_ARRAY_SIZE(ends); i++) {
		if (ends_in(host, ends[i]))
			return true;
	}
	return false;
}

/* Where clouds hand out credentials to who asks from within. */
static bool is_metadata(const struct yg_address *address)
{
	static const struct yg_address addresses[] = {
		{ { [10] = 0xff, 0xff, 169, 254, 169, 254 } },
		{ { [10] = 0xff, 0xff, 169, 254, 170, 2 } },
		{ { [10] = 0xff, 0xff, 100, 100, 100, 200 } },
		{ { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54 } },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(addresses); i++) {
		if (memcmp(address, &addresses[i], sizeof(*address)) == 0)
			return true;
	}
	return false;
}

/* 0.0.0.0/8: this host itself. */
static bool is_this_network(const struct yg_address *address)
{
	return yg_address_is_v4(address) && address->bytes[12] == 0;
}

enum yg_active yg_active_host(struct yg_slice host)
{
	struct yg_address address;

	if (host.len > 1 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len == 0)
		return YG_ACTIVE_MAX;
	if (yg_address_from_text(host, &address) != 0 && !read_number(host, &address)) {
		if (yg_slice_equal_nocase(host, YG_SLICE("metadata.google.internal")))
			return YG_ACTIVE_METADATA;
		return is_internal_name(host) ? YG_ACTIVE_INTERNAL : YG_ACTIVE_MAX;
	}
	address = yg_address_normal(&address);
	if (is_metadata(&address))
		return YG_ACTIVE_METADATA;
	return yg_address_is_public(&address) && !is_this_network(&address) ? YG_ACTIVE_MAX
									    : YG_ACTIVE_INTERNAL;
}

/* A text that is a URL as a whole. */
static void take_url(struct scan *scan)
{
	static const char *const schemes[] = { "http", "https", "ws", "wss" };
	struct yg_slice text = scan->text;
	struct yg_url url;
	enum yg_active kind;

	if (text.len < 8 || !memchr(text.ptr, ':', text.len < 6 ? text.len : 6) ||
	    memchr(text.ptr, ' ', text.len))
		return;
	url = yg_url_from_target(YG_SLICE("GET"), text);
	for (size_t i = 0; i < YG_ARRAY_SIZE(schemes) && url.host.len > 0; i++) {
		if (!yg_slice_equal_nocase(url.scheme, yg_slice_from_str(schemes[i])))
			continue;
		kind = yg_active_host(url.host);
		if (kind < YG_ACTIVE_MAX)
			add(scan, kind, 0, (size_t)(url.host.ptr - text.ptr) + url.host.len);
		else
			scan->ret->public_url = true;
		return;
	}
}

static struct yg_slice trim(struct yg_slice text)
{
	while (text.len > 0 && (uint8_t)text.ptr[0] <= ' ') {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && (uint8_t)text.ptr[text.len - 1] <= ' ')
		text.len--;
	return text;
}

void yg_actives_examine(const struct yg_actives *actives, struct yg_slice text,
			struct yg_active_sight *ret)
{
	struct scan scan = { .ret = ret };

	ret->kinds = 0;
	ret->public_url = false;
	if (text.len > YG_ACTIVE_TEXT_MAX)
		text.len = YG_ACTIVE_TEXT_MAX;
	scan.text = trim(text);
	if (scan.text.len == 0)
		return;
	yg_literals_scan(actives->literals, scan.text, take_hit, &scan);
	take_url(&scan);
}

bool yg_active_is_prototype(struct yg_slice parent, struct yg_slice name)
{
	if (name.len != 9)
		return false;
	return yg_slice_equal(name, YG_SLICE("__proto__")) ||
	       (yg_slice_equal(name, YG_SLICE("prototype")) &&
		yg_slice_equal(parent, YG_SLICE("constructor")));
}
