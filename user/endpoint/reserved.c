/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/reserved.h"

#include <stdlib.h>

#include "core/macros.h"

#define WORD_MAX 14u /* bytes of the longest one */

/* In order of the alphabet: the asker, its session, sets, actions on sets, the server itself. */
static const char *const words[] = {
	"access",    "actions",	 "activate",	"admin",      "all",	     "archive",
	"audit",     "auth",	 "authorize",	"batch",      "bulk",	     "callback",
	"cancel",    "clear",	 "clone",	"config",     "confirm",     "copy",
	"count",     "create",	 "current",	"deactivate", "default",     "delete",
	"disable",   "download", "edit",	"enable",     "events",	     "execute",
	"export",    "exports",	 "features",	"feed",	      "filter",	     "find",
	"graphql",   "health",	 "healthz",	"history",    "import",	     "imports",
	"index",     "info",	 "internal",	"invite",     "latest",	     "list",
	"livez",     "lock",	 "login",	"logout",     "me",	     "merge",
	"metadata",  "metrics",	 "mine",	"move",	      "my",	     "myself",
	"new",	     "password", "permissions", "ping",	      "preview",     "profile",
	"query",     "readyz",	 "refresh",	"register",   "reject",	     "relationships",
	"remove",    "report",	 "reports",	"reset",      "restart",     "restore",
	"resume",    "revoke",	 "run",		"schema",     "search",	     "self",
	"send",	     "session",	 "settings",	"signin",     "signout",     "signup",
	"start",     "stats",	 "status",	"stop",	      "stream",	     "submit",
	"subscribe", "suggest",	 "summary",	"sync",	      "test",	     "token",
	"tokens",    "transfer", "types",	"unlock",     "unsubscribe", "update",
	"upload",    "uploads",	 "validate",	"verify",     "version",     "whoami",
};

static int by_text(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

bool yg_is_reserved(struct yg_slice segment)
{
	char text[WORD_MAX + 1];
	size_t len = 0;

	while (len < segment.len && segment.ptr[len] != '.') {
		if (len == WORD_MAX)
			return false;
		text[len] = yg_ascii_lower(segment.ptr[len]);
		len++;
	}
	text[len] = '\0';
	return bsearch(text, words, YG_ARRAY_SIZE(words), sizeof(*words), by_text) != NULL;
}
