/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

static char error[YG_OPTIONS_ERROR_CAP];

static int from_text(struct yg_options *options, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text) + !*text, "r");
	int r;

	assert_non_null(file);
	r = yg_options_from_file(options, file, "test.yaml", error);
	(void)fclose(file);
	return r;
}

/* NULL-ended arguments after the program's name. */
static int from_argv(struct yg_options *options, char *const *argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return yg_options_from_argv(options, argc, argv, error);
}

static void has_the_documented_defaults(void **state)
{
	struct yg_options options;

	(void)state;

	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(options.interfaces.count, 0);
	assert_int_equal(options.mode, YG_MODE_OBSERVE);
	assert_int_equal(options.xdp, YG_XDP_AUTO);
	assert_int_equal(options.capture, YG_CAPTURE_TC);
	assert_int_equal(options.block_ttl_s, 3600);
	assert_int_equal(options.body_budget, YG_BODY_BUDGET_BYTES);
	assert_int_equal(options.ring_size, YG_RING_BYTES);
	assert_int_equal(options.heartbeat_limit_s, 10);
	assert_int_equal(options.fail_closed, 0);
	assert_int_equal(options.tls, 1);
	assert_string_equal(options.state_dir, "/var/lib/yagura");
	assert_string_equal(options.user, "");
	yg_options_clean(&options);
}

static void reads_a_command_line(void **state)
{
	char *argv[] = { "yagurad",
			 "--interface",
			 "eth1",
			 "--interface=veth0",
			 "--mode",
			 "enforce",
			 "--fail-closed",
			 "--tls=false",
			 "--allow",
			 "10.0.0.0/8",
			 "--block-ttl=30m",
			 "--ring-size",
			 "1M",
			 NULL };
	struct yg_options options;

	(void)state;

	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(from_argv(&options, argv), 0);
	assert_int_equal(options.interfaces.count, 2);
	assert_string_equal(options.interfaces.items[1], "veth0");
	assert_int_equal(options.mode, YG_MODE_ENFORCE);
	assert_int_equal(options.fail_closed, 1);
	assert_int_equal(options.tls, 0);
	assert_int_equal(options.allow.items[0].len, 104);
	assert_int_equal(options.block_ttl_s, 1800);
	assert_int_equal(options.ring_size, 1u << 20);
	yg_options_clean(&options);
}

static void refuses_bad_arguments(void **state)
{
	static const struct {
		char *argument, *value;
		const char *error;
	} table[] = {
		{ "--nonsense", NULL, "--nonsense: unknown option; see --help" },
		{ "--inter", "eth0", "--inter: unknown option; see --help" },
		{ "eth0", NULL, "eth0: not an option; see --help" },
		{ "--", NULL, "--: not an option; see --help" },
		{ "--mode", NULL, "--mode: needs a value" },
		{ "--mode", "attack", "--mode: not one of the choices; see --help" },
		{ "--fail-closed=maybe", NULL, "--fail-closed=maybe: neither true nor false" },
		{ "--block-ttl", "0", "--block-ttl: number out of range" },
		{ "--block-ttl", "31d", "--block-ttl: number out of range" },
		{ "--block-ttl", "1x", "--block-ttl: unknown unit" },
		{ "--block-ttl", "1hh", "--block-ttl: unknown unit" },
		{ "--block-ttl", "-1", "--block-ttl: not a number" },
		{ "--retention-days", "7d", "--retention-days: unknown unit" },
		{ "--ring-size", "18446744073709551616", "--ring-size: number out of range" },
		{ "--ring-size", "18446744073709551615G", "--ring-size: number out of range" },
		{ "--allow", "10.0.0.1/8",
		  "--allow: not an address or CIDR prefix (bits beyond the length must be zero)" },
		{ "--interface", "", "--interface: empty" },
		{ "--template", "no path",
		  "--template: 'no path': no path: '/path/{name}' or 'service /path/{name}'" },
		{ "--data-class-off", "nonsense",
		  "--data-class-off: there is no class 'nonsense'" },
		{ "--interface", "a\nb", "--interface: holds a control character" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		char *argv[] = { "yagurad", table[i].argument, table[i].value, NULL };
		struct yg_options options;

		assert_int_equal(yg_options_init(&options), 0);
		assert_int_equal(from_argv(&options, argv), -EINVAL);
		assert_string_equal(error, table[i].error);
		yg_options_clean(&options);
	}
}

static void bounds_lists_and_texts(void **state)
{
	static char longer[YG_OPTIONS_TEXT_MAX + 2];
	static char *argv[2 + YG_OPTIONS_LIST_MAX + 1];
	char *one[] = { "yagurad", "--user", longer, NULL };
	struct yg_options options;

	(void)state;

	memset(longer, 'x', sizeof(longer) - 1);
	argv[0] = "yagurad";
	for (size_t i = 1; i <= YG_OPTIONS_LIST_MAX + 1; i++)
		argv[i] = "--allow=10.0.0.1";
	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(from_argv(&options, one), -EINVAL);
	assert_string_equal(error, "--user: too long");
	assert_int_equal(from_argv(&options, argv), -EINVAL);
	assert_string_equal(error, "--allow=10.0.0.1: given too often");
	assert_int_equal(options.allow.count, YG_OPTIONS_LIST_MAX);
	yg_options_clean(&options);
}

static void reads_a_file(void **state)
{
	struct yg_options options;

	(void)state;

	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(from_text(&options, "# gateway\n"
					     "interface: [eth1, 'eth2']\n"
					     "scope-process: nginx\n"
					     "mode: approve\n"
					     "heartbeat-limit: 1m\n"
					     "allow:\n"
					     "  - 192.0.2.0/24\n"
					     "  - 2001:db8::/32\n"),
			 0);
	assert_int_equal(options.interfaces.count, 2);
	assert_string_equal(options.interfaces.items[1], "eth2");
	assert_int_equal(options.scope_processes.count, 1);
	assert_int_equal(options.mode, YG_MODE_APPROVE);
	assert_int_equal(options.heartbeat_limit_s, 60);
	assert_int_equal(options.allow.count, 2);
	yg_options_clean(&options);
}

static void reads_files_without_content(void **state)
{
	static const char *const texts[] = { "\n", "# nothing\n", "---\n", "{}\n" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		struct yg_options options;

		assert_int_equal(yg_options_init(&options), 0);
		assert_int_equal(from_text(&options, texts[i]), 0);
		yg_options_clean(&options);
	}
}

static void names_line_key_and_cause_of_what_it_refuses(void **state)
{
	static const struct {
		const char *text, *error;
	} table[] = {
		{ "mode: enforce\nmod: x\n", "test.yaml:2: mod: unknown key" },
		{ "mode: attack\n", "test.yaml:1: mode: not one of the choices; see --help" },
		{ "mode: enforce\nmode: observe\n", "test.yaml:2: mode: given twice" },
		{ "mode: [enforce]\n", "test.yaml:1: mode: takes one value, not a list" },
		{ "mode: {a: b}\n", "test.yaml:1: mode: needs a value or a list of values" },
		{ "allow: [[a]]\n", "test.yaml:1: allow: list of anything but plain values" },
		{ "\nallow:\n- 10.0.0.0/8\n- x\n",
		  "test.yaml:4: allow: not an address or CIDR prefix (bits beyond the length must "
		  "be zero)" },
		{ "check: true\n", "test.yaml:1: check: is for the command line only" },
		{ "role: analyzer\n", "test.yaml:1: role: is for the command line only" },
		{ "- a\n", "test.yaml:1: not a mapping of keys to values" },
		{ "text\n", "test.yaml:1: not a mapping of keys to values" },
		{ "? [a]\n: b\n", "test.yaml:1: a key must be plain text" },
		{ "user: &a x\n", "test.yaml:1: user: not plain text" },
		{ "user: *a\n", "test.yaml:1: user: needs a value or a list of values" },
		{ "user: \"a\\0b\"\n", "test.yaml:1: user: not plain text" },
		{ "mode: observe\n---\nmode: observe\n", "test.yaml:2: more than one document" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_options options;

		assert_int_equal(yg_options_init(&options), 0);
		assert_int_equal(from_text(&options, table[i].text), -EINVAL);
		assert_string_equal(error, table[i].error);
		yg_options_clean(&options);
	}
}

static void refuses_what_is_not_yaml(void **state)
{
	static const char *const texts[] = { "mode: 'x\n", "\tmode: x\n", "{", "mode: \xff\n" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		struct yg_options options;

		assert_int_equal(yg_options_init(&options), 0);
		assert_int_equal(from_text(&options, texts[i]), -EINVAL);
		assert_memory_equal(error, "test.yaml:", 10);
		yg_options_clean(&options);
	}
}

static void refuses_a_file_without_end(void **state)
{
	char *text = malloc(YG_OPTIONS_FILE_MAX + 16);
	struct yg_options options;

	(void)state;

	assert_non_null(text);
	memset(text, '#', YG_OPTIONS_FILE_MAX + 15);
	text[YG_OPTIONS_FILE_MAX + 15] = '\0';
	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(from_text(&options, text), -E2BIG);
	yg_options_clean(&options);
	free(text);
}

static void reports_a_file_that_cannot_be_read(void **state)
{
	struct yg_options options;
	FILE *file = fopen("/", "re"); /* a directory opens, and EISDIR comes from read */

	(void)state;

	assert_non_null(file);
	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(yg_options_from_file(&options, file, "/", error), -EIO);
	assert_string_equal(error, "/: cannot read");
	yg_options_clean(&options);
	(void)fclose(file);
}

static void lets_the_command_line_win(void **state)
{
	char *argv[] = { "yagurad", "--mode=enforce", "--allow=10.0.0.1", NULL };
	struct yg_options options;

	(void)state;

	assert_int_equal(yg_options_init(&options), 0);
	assert_int_equal(from_argv(&options, argv), 0);
	assert_int_equal(from_text(&options, "mode: observe\nallow: [10.0.0.2, 10.0.0.3]\n"
					     "xdp: off\n"),
			 0);
	assert_int_equal(options.mode, YG_MODE_ENFORCE);
	assert_int_equal(options.allow.count, 1);
	assert_int_equal(options.allow.items[0].addr.bytes[15], 1);
	assert_int_equal(options.xdp, YG_XDP_OFF);
	yg_options_clean(&options);
}

static void print_to(const struct yg_options *options, char *ret, size_t cap)
{
	FILE *file = fmemopen(ret, cap, "w");

	assert_non_null(file);
	yg_options_print(options, file);
	(void)fclose(file);
}

static void prints_what_it_reads_back(void **state)
{
	char *argv[] = { "yagurad",
			 "--interface=it's",
			 "--interface=a: b # c",
			 "--allow=10.0.0.0/8",
			 "--allow=2001:db8::1",
			 "--mode=enforce",
			 "--block-ttl=1d",
			 "--user=[x]",
			 "--fail-closed",
			 NULL };
	struct yg_options first, second;
	static char once[16384], twice[16384];

	(void)state;

	assert_int_equal(yg_options_init(&first), 0);
	assert_int_equal(yg_options_init(&second), 0);
	assert_int_equal(from_argv(&first, argv), 0);
	print_to(&first, once, sizeof(once));
	assert_int_equal(from_text(&second, once), 0);
	print_to(&second, twice, sizeof(twice));
	assert_string_equal(once, twice);
	assert_null(yg_options_differ(&first, &second));
	assert_string_equal(second.interfaces.items[0], "it's");
	assert_string_equal(second.interfaces.items[1], "a: b # c");
	yg_options_clean(&first);
	yg_options_clean(&second);
}

static void knows_what_a_running_daemon_can_change(void **state)
{
	static const struct {
		const char *text, *differs;
	} table[] = {
		{ "allow: 10.0.0.1\nlog-level: debug\nblock-share: 20\n", NULL },
		{ "heartbeat-limit: 20s\nfail-closed: true\n", NULL },
		{ "mode: enforce\n", "mode" },
		{ "interface: eth0\n", "interface" },
		{ "trusted-proxy: 10.0.0.1\n", "trusted-proxy" },
		{ "ring-size: 1M\n", "ring-size" },
		{ "state-dir: /tmp\n", "state-dir" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_options now, next;
		const char *differs;

		assert_int_equal(yg_options_init(&now), 0);
		assert_int_equal(yg_options_init(&next), 0);
		assert_int_equal(from_text(&next, table[i].text), 0);
		differs = yg_options_differ(&now, &next);
		if (table[i].differs)
			assert_string_equal(differs, table[i].differs);
		else
			assert_null(differs);
		yg_options_clean(&now);
		yg_options_clean(&next);
	}
}

static void explains_every_option_that_is_not_hidden(void **state)
{
	static char help[65536], man[65536];
	const struct yg_option *rows;
	FILE *file;
	size_t count;

	(void)state;

	file = fmemopen(help, sizeof(help), "w");
	assert_non_null(file);
	yg_options_help(file);
	(void)fclose(file);
	file = fmemopen(man, sizeof(man), "w");
	assert_non_null(file);
	yg_options_man(file);
	(void)fclose(file);

	rows = yg_options_table(&count);
	for (size_t i = 0; i < count; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "  --%s", rows[i].name);
		assert_int_equal(strstr(help, name) == NULL, rows[i].hidden);
		assert_non_null(rows[i].help);
		assert_true(rows[i].help[strlen(rows[i].help) - 1] != '.');
	}
	assert_non_null(strstr(man, ".BR \\-\\-heartbeat\\-limit"));
	assert_null(strstr(man, "\\-\\-role"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_documented_defaults),
		cmocka_unit_test(reads_a_command_line),
		cmocka_unit_test(refuses_bad_arguments),
		cmocka_unit_test(bounds_lists_and_texts),
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(reads_files_without_content),
		cmocka_unit_test(names_line_key_and_cause_of_what_it_refuses),
		cmocka_unit_test(refuses_what_is_not_yaml),
		cmocka_unit_test(refuses_a_file_without_end),
		cmocka_unit_test(reports_a_file_that_cannot_be_read),
		cmocka_unit_test(lets_the_command_line_win),
		cmocka_unit_test(prints_what_it_reads_back),
		cmocka_unit_test(knows_what_a_running_daemon_can_change),
		cmocka_unit_test(explains_every_option_that_is_not_hidden),
	};

	return cmocka_run_group_tests_name("daemon/options", tests, NULL, NULL);
}
