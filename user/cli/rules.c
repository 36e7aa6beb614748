/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of this program; the daemon is not asked. */
#include "cli/command.h"
#include "cli/table.h"
#include "cli/word.h"
#include "core/json.h"
#include "detect/finding.h"
#include "respond/knowledge.h"
#include "serve/rule.h"

static const struct yg_column columns[] = {
	{ "RULE", YG_ALIGN_LEFT, 0 },	{ "SEVERITY", YG_ALIGN_LEFT, 0 },
	{ "OWASP", YG_ALIGN_LEFT, 0 },	{ "PCI DSS", YG_ALIGN_LEFT, 0 },
	{ "TITLE", YG_ALIGN_LEFT, 16 },
};

static enum yg_exit print_lines(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_json_free) struct yg_json *json = NULL;
	uint32_t count = 0;
	const struct yg_rule *const *rules = yg_rules(&count);

	if (yg_json_new(&json))
		return yg_cli_fail(args, "rules: Out of memory");
	for (uint32_t i = 0; i < count; i++) {
		yg_rule_write(json, rules[i]);
		if (yg_json_flush_line(json, args->out))
			return yg_cli_fail(args, "rules: output failed");
	}
	return YG_EXIT_DONE;
}

enum yg_exit yg_command_rules(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	uint32_t count = 0;
	const struct yg_rule *const *rules = yg_rules(&count);

	if (args->json)
		return print_lines(args);
	if (yg_cli_table_new(args, columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "rules: Out of memory");
	for (uint32_t i = 0; i < count; i++) {
		const char *texts[] = { rules[i]->id, yg_severity_name(rules[i]->severity),
					rules[i]->owasp, rules[i]->pci,
					yg_cli_text(args, rules[i]->title, rules[i]->title_ja) };

		if (yg_table_add(table, texts))
			return yg_cli_fail(args, "rules: Out of memory");
	}
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
