/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line from outside: exit code, what is printed where. */
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "test.h"

static char out[262144], err[4096];

static int run(const char *const *argv)
{
	FILE *out_file = fmemopen(out, sizeof(out), "w"), *err_file;
	int argc = 0, code;

	out[0] = err[0] = '\0';
	err_file = fmemopen(err, sizeof(err), "w");
	while (argv[argc])
		argc++;
	code = yg_cli_main(argc, argv, out_file, err_file);
	assert_int_equal(fclose(out_file), 0);
	assert_int_equal(fclose(err_file), 0);
	return code;
}

static const struct {
	const char *name;
	const char *argv[6];
	int code;
	const char *out, *err; /* what must be in it */
} cases[] = {
	{ "nothing", { "yagura" }, 2, "", "usage: yagura COMMAND" },
	{ "--help", { "yagura", "--help" }, 0, "usage: yagura COMMAND", "" },
	{ "--version", { "yagura", "--version" }, 0, "yagura ", "" },
	{ "unknown command", { "yagura", "bake" }, 2, "", "no command 'bake'" },
	{ "unknown option", { "yagura", "blocks", "--all" }, 2, "", "no option '--all'" },
	{ "short option", { "yagura", "blocks", "-x" }, 2, "", "no option '-x'" },
	{ "operand too many", { "yagura", "blocks", "x" }, 2, "", "one operand too many: 'x'" },
	{ "operand missing", { "yagura", "block" }, 2, "", "missing operand: ADDR|CIDR" },
	{ "value missing", { "yagura", "block", "10.0.0.1", "--for" }, 2, "", "needs a value" },
	{ "value of a flag", { "yagura", "endpoints", "--busiest=1" }, 2, "", "takes no value" },
	{ "bad time", { "yagura", "block", "10.0.0.1", "--for=1y" }, 2, "", "not a time" },
	{ "bad number", { "yagura", "endpoints", "--limit", "0" }, 2, "", "not a number" },
	{ "help of a command", { "yagura", "block", "--help" }, 0, "--reason TEXT", "" },
	{ "help COMMAND", { "yagura", "help", "top" }, 0, "--every SECONDS", "" },
	{ "help of nothing", { "yagura", "help", "bake" }, 2, "", "no command 'bake'" },
	{ "manual", { "yagura", "help", "--man" }, 0, ".SS \"yagura block ADDR|CIDR", "" },
	{ "no daemon",
	  { "yagura", "status", "--socket", "/nonexistent/s" },
	  1,
	  "",
	  "yagura: cannot reach the daemon at /nonexistent/s: No such file or directory\n" },
	{ "no daemon, JSON",
	  { "yagura", "findings", "--json", "--socket=/nonexistent/s" },
	  1,
	  "",
	  "yagura: cannot reach the daemon at /nonexistent/s: No such file or directory\n" },
	{ "rules", { "yagura", "rules" }, 0, "bola-enumeration", "" },
	{ "rules as lines", { "yagura", "rules", "--json" }, 0, "{\"type\":\"rule\",\"id\":", "" },
	{ "limits", { "yagura", "limits", "--rings=8" }, 0, "64.0  lost_ring", "" },
	{ "top needs a terminal", { "yagura", "top" }, 2, "", "needs a terminal" },
};

static void says_what_it_takes(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_int_equal(run(cases[i].argv), cases[i].code);
		assert_non_null(strstr(out, cases[i].out));
		assert_non_null(strstr(err, cases[i].err));
		/* A command that fails says one line, and one where to read on for bad usage. */
		assert_int_equal(err[0] == '\0', cases[i].code == 0);
	}
}

static void reads_durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t want; /* 0: refused */
	} times[] = { { "90", 90 },	   { "90s", 90 },
		      { "15m", 900 },	   { "1h", 3600 },
		      { "7d", 604800 },	   { "0", 0 },
		      { "", 0 },	   { "h", 0 },
		      { "1hh", 0 },	   { "-1", 0 },
		      { "1.5h", 0 },	   { "99999d", 0 },
		      { "4294967296", 0 }, { "18446744073709551617", 0 } };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(times); i++) {
		uint64_t seconds = 0;
		int r = yg_cli_duration(times[i].text, &seconds);

		print_message("  '%s'\n", times[i].text);
		assert_int_equal(r, times[i].want ? 0 : -EINVAL);
		assert_int_equal(seconds, times[i].want);
	}
}

/* Every line of every help fits a terminal, and no command has two options of one name. */
static void fits_eighty_columns(void **state)
{
	size_t count;
	const struct yg_command *table = yg_command_table(&count);

	(void)state;

	for (size_t i = 0; i < count; i++) {
		const char *argv[] = { "yagura", "help", table[i].name, NULL };
		char *line, *save = NULL;

		assert_int_equal(run(argv), 0);
		for (line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			if (strlen(line) > 80)
				fail_msg("%s: too long: %s", table[i].name, line);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_it_takes),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(fits_eighty_columns),
	};

	return cmocka_run_group_tests_name("cli/args", tests, NULL, NULL);
}
