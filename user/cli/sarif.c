/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/sarif.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "detect/cause.h"

#define RULES_MAX 256u /* rules of one file; results of more are left out, and said to be */
#define TEXT_CAP  1536u

/* A rule that a result has. */
struct rule {
	const char *id;
	const struct yg_rule *rule; /* NULL: of a difference */
};

struct yg_sarif {
	const struct yg_cli_args *args;
	struct yg_json *json; /* the file so far: up to a list of results that is open */
	struct rule rules[RULES_MAX];
	size_t rule_count;
	bool partial; /* something was left out */
};

static void begin_run(struct yg_json *json)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	yg_json_pair_str(json, "version", "2.1.0");
	yg_json_key(json, "runs");
	yg_json_open_array(json);
	yg_json_open_object(json);
	yg_json_key(json, "results");
	yg_json_open_array(json);
}

int yg_sarif_new(const struct yg_cli_args *args, struct yg_sarif **ret)
{
	YG_CLEANUP(yg_sarif_free) struct yg_sarif *sarif = NULL;
	int r;

	*ret = NULL;
	if (!yg_cli_value(args, "sarif"))
		return 0;
	sarif = calloc(1, sizeof(*sarif));
	if (!sarif)
		return -ENOMEM;
	sarif->args = args;
	r = yg_json_new(&sarif->json);
	if (r)
		return r;
	begin_run(sarif->json);
	*ret = YG_TAKE_PTR(sarif);
	return 0;
}

void yg_sarif_free(struct yg_sarif **sarif)
{
	if (!*sarif)
		return;
	yg_json_free(&(*sarif)->json);
	free(*sarif);
	*sarif = NULL;
}

static const char *level_of(enum yg_severity severity)
{
	if (severity >= YG_SEVERITY_HIGH)
		return "error";
	return severity == YG_SEVERITY_MEDIUM ? "warning" : "note";
}

/* A score as CVSS has them, by which code scanning sorts. */
static const char *score_of(enum yg_severity severity)
{
	static const char *const scores[YG_SEVERITY_MAX] = {
		[YG_SEVERITY_INFO] = "0.1",	[YG_SEVERITY_LOW] = "3.0",
		[YG_SEVERITY_MEDIUM] = "5.5",	[YG_SEVERITY_HIGH] = "8.0",
		[YG_SEVERITY_CRITICAL] = "9.5",
	};

	return scores[severity];
}

/* The number of a rule in the file. Return: false: there is no room. */
static bool number_rule(struct yg_sarif *sarif, const char *id, const struct yg_rule *rule,
			uint64_t *ret)
{
	for (size_t i = 0; i < sarif->rule_count; i++) {
		*ret = i;
		if (strcmp(sarif->rules[i].id, id) == 0)
			return true;
	}
	if (sarif->rule_count == RULES_MAX)
		return false;
	*ret = sarif->rule_count;
	sarif->rules[sarif->rule_count++] = (struct rule){ id, rule };
	return true;
}

static void put_text(struct yg_json *json, const char *name, const char *text)
{
	yg_json_key(json, name);
	yg_json_open_object(json);
	yg_json_pair_str(json, "text", text);
	yg_json_close_object(json);
}

/* The file that a reader is shown. */
static const char *artifact_of(const struct yg_cli_args *args)
{
	const char *document = yg_cli_value(args, "openapi");

	if (document)
		return document;
	return args->item_count && strcmp(args->items[0], "-") != 0 ? args->items[0] : "stdin";
}

/* A path as a reference that a reader of URIs takes: RFC 3986, section 4.2. */
static void put_uri(struct yg_json *json, const char *path)
{
	static const char hex[] = "0123456789ABCDEF";
	char text[TEXT_CAP];
	size_t used = 0;

	for (; *path && used + 4 < sizeof(text); path++) {
		unsigned char c = (unsigned char)*path;
		char low = yg_ascii_lower(*path);

		if ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || strchr("/-._~", c)) {
			text[used++] = *path;
			continue;
		}
		text[used++] = '%';
		text[used++] = hex[c >> 4];
		text[used++] = hex[c & 15];
	}
	yg_json_pair_slice(json, "uri", (struct yg_slice){ text, used });
}

static void put_location(struct yg_sarif *sarif, const char *place)
{
	struct yg_json *json = sarif->json;

	yg_json_key(json, "locations");
	yg_json_open_array(json);
	yg_json_open_object(json);
	yg_json_key(json, "physicalLocation");
	yg_json_open_object(json);
	yg_json_key(json, "artifactLocation");
	yg_json_open_object(json);
	put_uri(json, artifact_of(sarif->args));
	yg_json_close_object(json);
	yg_json_close_object(json);
	yg_json_key(json, "logicalLocations");
	yg_json_open_array(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "fullyQualifiedName", place);
	yg_json_pair_str(json, "kind", "resource");
	yg_json_close_object(json);
	yg_json_close_array(json);
	yg_json_close_object(json);
	yg_json_close_array(json);
}

/* What all results have; the object stays open. */
static bool open_result(struct yg_sarif *sarif, const char *id, const struct yg_rule *rule,
			enum yg_severity severity)
{
	struct yg_json *json = sarif->json;
	uint64_t number;

	if (!number_rule(sarif, id, rule, &number)) {
		sarif->partial = true;
		return false;
	}
	yg_json_open_object(json);
	yg_json_pair_str(json, "ruleId", id);
	yg_json_pair_uint(json, "ruleIndex", number);
	yg_json_pair_str(json, "level", level_of(severity));
	return true;
}

/* By which the same result of another run is known. */
static void close_result(struct yg_sarif *sarif, const char *print)
{
	struct yg_json *json = sarif->json;

	yg_json_key(json, "partialFingerprints");
	yg_json_open_object(json);
	yg_json_pair_str(json, "yagura/v1", print);
	yg_json_close_object(json);
	yg_json_close_object(json);
}

void yg_sarif_finding(struct yg_sarif *sarif, const struct yg_finding *finding)
{
	char text[TEXT_CAP], cause[YG_FINDING_TEXT_CAP], print[24];
	bool japanese = sarif && sarif->args->japanese;

	if (!sarif || finding->state == YG_STATE_RESOLVED ||
	    !open_result(sarif, finding->rule->id, finding->rule, finding->severity))
		return;
	if (!japanese || !yg_cause_japanese(finding->cause, cause, sizeof(cause)))
		(void)snprintf(cause, sizeof(cause), "%s", finding->cause);
	(void)snprintf(text, sizeof(text), "%s: %s",
		       yg_cli_text(sarif->args, finding->rule->title, finding->rule->title_ja),
		       cause);
	put_text(sarif->json, "message", text);
	(void)snprintf(text, sizeof(text), "%s%s%s", finding->service,
		       finding->endpoint[0] ? " " : "", finding->endpoint);
	put_location(sarif, text);
	(void)snprintf(print, sizeof(print), "%016" PRIx64, finding->id);
	close_result(sarif, print);
}

void yg_sarif_difference(struct yg_sarif *sarif, const struct yg_sarif_difference *difference)
{
	char text[TEXT_CAP], place[TEXT_CAP];

	if (!sarif || !open_result(sarif, difference->rule, NULL, difference->severity))
		return;
	(void)snprintf(text, sizeof(text), "%s: %s%s%s%s%s", difference->rule, difference->endpoint,
		       difference->place[0] ? " " : "", difference->place,
		       difference->detail[0] ? ": " : "", difference->detail);
	put_text(sarif->json, "message", text);
	(void)snprintf(place, sizeof(place), "%s%s%s", difference->service,
		       difference->service[0] ? " " : "", difference->endpoint);
	put_location(sarif, place);
	(void)snprintf(place, sizeof(place), "%s %s %s", difference->rule, difference->endpoint,
		       difference->place);
	close_result(sarif, place);
}

static void put_rule(struct yg_json *json, const struct yg_cli_args *args, const struct rule *row)
{
	const struct yg_rule *rule = row->rule;

	yg_json_open_object(json);
	yg_json_pair_str(json, "id", row->id);
	if (rule) {
		put_text(json, "shortDescription", yg_cli_text(args, rule->title, rule->title_ja));
		put_text(json, "fullDescription", yg_cli_text(args, rule->effect, rule->effect_ja));
		put_text(json, "help", yg_cli_text(args, rule->remediation, rule->remediation_ja));
		yg_json_key(json, "properties");
		yg_json_open_object(json);
		yg_json_pair_str(json, "security-severity", score_of(rule->severity));
		yg_json_key(json, "tags");
		yg_json_open_array(json);
		yg_json_str(json, "security");
		yg_json_str(json, rule->owasp);
		if (rule->pci[0])
			yg_json_str(json, rule->pci);
		yg_json_close_array(json);
		yg_json_close_object(json);
	} else {
		put_text(json, "shortDescription", row->id);
	}
	yg_json_close_object(json);
}

static void put_tool(struct yg_json *json, const struct yg_sarif *sarif)
{
	yg_json_key(json, "tool");
	yg_json_open_object(json);
	yg_json_key(json, "driver");
	yg_json_open_object(json);
	yg_json_pair_str(json, "name", "yagura");
	yg_json_pair_str(json, "version", YG_VERSION);
	yg_json_key(json, "rules");
	yg_json_open_array(json);
	for (size_t i = 0; i < sarif->rule_count; i++)
		put_rule(json, sarif->args, &sarif->rules[i]);
	yg_json_close_array(json);
	yg_json_close_object(json);
	yg_json_close_object(json);
}

/* What stands behind the results. */
static void end_run(struct yg_sarif *sarif)
{
	struct yg_json *json = sarif->json;

	yg_json_close_array(json);
	put_tool(json, sarif);
	yg_json_key(json, "invocations");
	yg_json_open_array(json);
	yg_json_open_object(json);
	yg_json_pair_bool(json, "executionSuccessful", !sarif->partial);
	yg_json_close_object(json);
	yg_json_close_array(json);
	yg_json_close_object(json);
	yg_json_close_array(json);
	yg_json_close_object(json);
}

enum yg_exit yg_sarif_write(struct yg_sarif *sarif, bool whole)
{
	const char *path = yg_cli_value(sarif->args, "sarif");
	FILE *out;
	int r;

	sarif->partial |= !whole;
	end_run(sarif);
	out = fopen(path, "we");
	if (!out)
		return yg_cli_fail(sarif->args, "%s: %s", path, strerror(errno));
	r = yg_json_flush_line(sarif->json, out);
	if (fclose(out))
		r = -errno;
	return r ? yg_cli_fail(sarif->args, "%s: %s", path, strerror(-r)) : YG_EXIT_DONE;
}
