/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/finding.h"
#include "cli/listing.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"

static void print_evidence(const struct yg_cli_args *args, yajl_val evidence)
{
	for (size_t i = 0; YAJL_IS_OBJECT(evidence) && i < YAJL_GET_OBJECT(evidence)->len; i++) {
		yajl_val value = YAJL_GET_OBJECT(evidence)->values[i];
		const char *text =
			YAJL_IS_STRING(value) ? YAJL_GET_STRING(value) : YAJL_GET_NUMBER(value);
		char line[768];

		(void)snprintf(line, sizeof(line), "%s = %s",
			       yg_cli_evidence(args, YAJL_GET_OBJECT(evidence)->keys[i]),
			       text ? text : "-");
		yg_print_field(args, i ? "" : "evidence", line);
	}
}

static void print_wrapped(const struct yg_cli_args *args, const char *title, const char *text)
{
	if (!text[0])
		return;
	(void)fprintf(args->out, "\n%s\n", yg_cli_word(args, title));
	yg_text_wrap(args->out, text, 2, args->columns);
}

static const char *text_of(const struct yg_cli_args *args, yajl_val value, const char *english,
			   const char *japanese)
{
	return yg_cli_text(args, yg_value_text(value, english), yg_value_text(value, japanese));
}

/* Of posture: since when, and what became of it. */
static void print_state(const struct yg_cli_args *args, yajl_val value)
{
	char time[YG_FORMAT_CAP];

	if (!yg_value_text(value, "state")[0])
		return;
	yg_print_field(args, "first seen",
		       yg_time_format(yg_value_text(value, "first_seen"), time));
	yg_print_field(args, "state", yg_cli_word(args, yg_value_text(value, "state")));
	yg_print_field(args, "  since",
		       yg_time_format(yg_value_text(value, "state_changed"), time));
}

/* Of an attack: who did it, and what was done. */
static void print_who(const struct yg_cli_args *args, yajl_val value)
{
	char text[256];

	if (yg_value_text(value, "state")[0])
		return;
	yg_print_field(args, "caller", yg_value_text(value, "caller"));
	(void)snprintf(text, sizeof(text), "%s%s", yg_value_text(value, "client"),
		       yg_value_flag(value, "client_blockable")
			       ? ""
			       : yg_cli_text(args, " (not certain)", "（不確実）"));
	yg_print_field(args, "client", text);
	yg_print_field(args, "action", yg_cli_word(args, yg_value_text(value, "action")));
}

int yg_print_finding(void *ctx, const char *line, yajl_val value)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;
	char text[256], time[YG_FORMAT_CAP];

	(void)line;
	yg_print_severity(args, yg_value_text(value, "severity"));
	(void)fputs(": ", args->out);
	yg_print_styled(args, "1", yg_value_text(value, "rule"));
	(void)fputc('\n', args->out);
	yg_text_wrap(args->out, text_of(args, value, "title", "title_ja"), 0, args->columns);
	(void)fputc('\n', args->out);
	yg_print_field(args, "id", yg_value_text(value, "id"));
	yg_print_field(args, "time", yg_time_format(yg_value_text(value, "time"), time));
	(void)snprintf(text, sizeof(text), "%" PRIu64, yg_value_uint(value, "repeats"));
	yg_print_field(args, "seen again", text);
	print_state(args, value);
	yg_print_field(args, "service", yg_value_text(value, "service"));
	yg_print_field(args, "endpoint", yg_value_text(value, "endpoint"));
	yg_print_field(args, "class", yg_value_text(value, "owasp"));
	if (yg_value_text(value, "source")[0])
		yg_print_field(args, "source", yg_value_text(value, "source"));
	print_who(args, value);
	yg_print_field(args, "status", yg_cli_decision(args, yg_value_text(value, "status")));
	print_evidence(args, yg_value_find(value, "evidence"));
	print_wrapped(args, "Cause", text_of(args, value, "cause", "cause_ja"));
	print_wrapped(args, "Effect", text_of(args, value, "effect", "effect_ja"));
	print_wrapped(args, "Cure", text_of(args, value, "remediation", "remediation_ja"));
	return 0;
}

enum yg_exit yg_command_finding(const struct yg_cli_args *args)
{
	char path[256] = "/v1/findings/", id[YG_ID_DIGITS + 1];
	enum yg_exit code = yg_listing_find(args, "/v1/findings?", id);

	if (code != YG_EXIT_DONE)
		return code;
	yg_client_add(path, sizeof(path), NULL, id);
	return yg_client_one(args, "GET", path, NULL, yg_print_finding, &args);
}
