/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/listing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/word.h"
#include "detect/label.h"
#include "detect/risk.h"
#include "respond/knowledge.h"

#define WORDS_MAX 6u

static bool is_label(const char *text)
{
	enum yg_label label;

	return yg_label_from_text(yg_slice_from_str(text), &label) == 0;
}

static bool is_auth(const char *text)
{
	for (uint32_t bit = YG_AUTH_NONE; bit <= YG_AUTH_CERTIFICATE; bit <<= 1) {
		if (strcmp(text, yg_auth_name((enum yg_auth)bit)) == 0)
			return true;
	}
	return false;
}

static bool is_rule(const char *text)
{
	uint32_t count = 0;
	const struct yg_rule *const *rules = yg_rules(&count);

	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(rules[i]->id, text) == 0)
			return true;
	}
	return false;
}

/* Options whose values are of a list. */
static const struct {
	const char *name;
	const char *words[WORDS_MAX]; /* up to NULL */
	bool (*is_known)(const char *text);
	const char *where; /* the words are to be found */
} lists[] = {
	{ "severity",
	  { "info", "low", "medium", "high", "critical" },
	  NULL,
	  "info, low, medium, high or critical" },
	{ "state",
	  { "open", "resolved", "reopened", "unresolved" },
	  NULL,
	  "open, resolved or reopened" },
	{ "status", { "open", "dismissed", "approved" }, NULL, "open, dismissed or approved" },
	{ "kind", { "upstream", "third-party" }, NULL, "upstream or third-party" },
	{ "sort", { "name", "requests", "risk", "last" }, NULL, "name, requests, risk or last" },
	{ "exposure",
	  { "external", "relayed", "internal", "outbound", "unknown" },
	  NULL,
	  "external, relayed, internal, outbound or unknown" },
	{ "auth",
	  { NULL },
	  is_auth,
	  "none, bearer, jwt, basic, api-key, cookie, other or certificate" },
	{ "label", { NULL }, is_label, "a label; yagura(7) lists them" },
	{ "rule", { NULL }, is_rule, "a rule; 'yagura rules' lists them" },
};

static bool is_listed(size_t row, const char *value)
{
	if (lists[row].is_known)
		return lists[row].is_known(value);
	for (size_t i = 0; i < WORDS_MAX && lists[row].words[i]; i++) {
		if (strcmp(lists[row].words[i], value) == 0)
			return true;
	}
	return false;
}

static enum yg_exit check_value(const struct yg_cli_args *args, const char *name, const char *value)
{
	uint64_t risk = 0;

	if (strcmp(name, "risk") == 0 && (yg_cli_number(args, name, &risk) || risk > YG_RISK_MAX))
		return yg_cli_usage(args, "--risk: not a number from 1 to 100");
	for (size_t i = 0; i < YG_ARRAY_SIZE(lists); i++) {
		if (strcmp(lists[i].name, name) == 0 && !is_listed(i, value))
			return yg_cli_usage(args, "--%s: '%s' is not %s", name, value,
					    lists[i].where);
	}
	return YG_EXIT_DONE;
}

enum yg_exit yg_listing_filter(const struct yg_cli_args *args, const char *const *names, char *path)
{
	static const char *const times[] = { "since", "new" };

	for (; *names; names++) {
		const char *value = yg_cli_value(args, *names);
		enum yg_exit code = value ? check_value(args, *names, value) : YG_EXIT_DONE;

		if (code != YG_EXIT_DONE)
			return code;
		yg_client_add(path, YG_LISTING_PATH_CAP, *names, value);
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(times); i++) {
		if (yg_client_add_ago(args, times[i], path, YG_LISTING_PATH_CAP))
			return yg_cli_usage(args, "--%s: not a duration such as 90s, 15m, 1h or 7d",
					    times[i]);
	}
	return YG_EXIT_DONE;
}

enum yg_exit yg_listing_print(const struct yg_cli_args *args, const char *path,
			      const struct yg_listing_plan *plan)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	struct yg_listing listing = { .args = args };
	uint64_t limit = plan->limit;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (yg_cli_table_new(args, plan->columns, plan->column_count, &table))
		return yg_cli_fail(args, "%s: Out of memory", args->command->name);
	listing.table = table;
	code = yg_client_each(args, path, limit, plan->add, &listing);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		yg_cli_say(args, plan->nothing);
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}

/* Which ids begin with what was typed. */
struct search {
	const char *prefix;
	char id[YG_ID_DIGITS + 1]; /* of the last one */
	unsigned int count;
};

static int match(void *ctx, const char *line, yajl_val value)
{
	struct search *search = ctx;
	const char *id = yg_value_text(value, "id");

	(void)line;
	if (strncmp(id, search->prefix, strlen(search->prefix)) == 0) {
		(void)snprintf(search->id, sizeof(search->id), "%s", id);
		search->count++;
	}
	return 0;
}

enum yg_exit yg_listing_find(const struct yg_cli_args *args, const char *path, char *ret)
{
	struct search search = { .prefix = args->items[0] };
	struct yg_cli_args quiet = *args;
	size_t len = strlen(search.prefix);
	enum yg_exit code;

	if (len == 0 || len > YG_ID_DIGITS || strspn(search.prefix, "0123456789abcdef") != len)
		return yg_cli_usage(args, "'%s' is no id, nor the beginning of one", search.prefix);
	if (len == YG_ID_DIGITS) {
		memcpy(ret, search.prefix, len + 1);
		return YG_EXIT_DONE;
	}
	quiet.json = false;
	code = yg_client_each(&quiet, path, 0, match, &search);
	if (code != YG_EXIT_DONE)
		return code;
	if (search.count != 1)
		return yg_cli_fail(args, "%s: %s: begins the id of %s", args->command->name,
				   search.prefix, search.count ? "several" : "none");
	memcpy(ret, search.id, sizeof(search.id));
	return YG_EXIT_DONE;
}

int yg_listing_heading(struct yg_listing *listing, const char *text)
{
	if (listing->headed && strncmp(text, listing->heading, sizeof(listing->heading) - 1) == 0)
		return 0;
	listing->headed = true;
	(void)snprintf(listing->heading, sizeof(listing->heading), "%s", text);
	return yg_table_heading(listing->table, text);
}
