/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

static char error[YG_OPTIONS_ERROR_CAP];

/* Options as of "--config PATH" and @argument, with @text in the file. */
static char path[64];

static void write_config(const char *text)
{
	FILE *file;
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/yagura-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void begin(struct yg_options *options, char *argument)
{
	char *argv[] = { "yagurad", "--config", path, argument, NULL };

	assert_int_equal(yg_options_init(options), 0);
	assert_int_equal(yg_options_from_argv(options, argument ? 4 : 3, argv, error), 0);
}

static void reads_the_file_that_was_asked_for(void **state)
{
	struct yg_options options;

	(void)state;

	write_config("mode: approve\n");
	begin(&options, NULL);
	assert_int_equal(yg_options_load(&options, error), 0);
	assert_int_equal(options.mode, YG_MODE_APPROVE);
	yg_options_clean(&options);
	assert_int_equal(unlink(path), 0);

	begin(&options, NULL);
	assert_int_equal(yg_options_load(&options, error), -ENOENT);
	assert_non_null(strstr(error, "No such file or directory"));
	yg_options_clean(&options);
}

static void checks_what_rows_say_together(void **state)
{
	static const struct {
		const char *text, *error;
	} table[] = {
		{ "ring-size: 3M\n", "ring-size: not a power of two" },
		{ "capture: xdp\nxdp: 'off'\n", "capture: xdp needs an XDP mode other than off" },
		{ "bpffs: relative\n", "state-dir, run-dir, bpffs: need absolute paths" },
		{ "metrics-listen: 0.0.0.0:9100\n", "metrics-listen: not a loopback address" },
		{ "metrics-listen: nine\n", "metrics-listen: not ADDR:PORT" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_options options;

		write_config(table[i].text);
		begin(&options, NULL);
		assert_int_equal(yg_options_load(&options, error), -EINVAL);
		assert_string_equal(error, table[i].error);
		yg_options_clean(&options);
		assert_int_equal(unlink(path), 0);
	}
}

static void rereads_the_file_and_keeps_the_command_line(void **state)
{
	struct yg_options now, next;

	(void)state;

	write_config("mode: approve\nallow: 10.0.0.1\nlog-level: debug\n");
	begin(&now, "--allow=10.0.0.0/8");
	assert_int_equal(yg_options_load(&now, error), 0);
	assert_int_equal(yg_options_reread(&now, &next, error), 0);
	assert_null(yg_options_differ(&now, &next));
	assert_int_equal(next.allow.count, 1);
	assert_int_equal(next.allow.items[0].len, 104);
	assert_int_equal(next.log_level, YG_LOG_DEBUG);
	assert_string_equal(next.config, path);
	yg_options_clean(&next);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(yg_options_reread(&now, &next, error), -ENOENT);
	yg_options_clean(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_file_that_was_asked_for),
		cmocka_unit_test(checks_what_rows_say_together),
		cmocka_unit_test(rereads_the_file_and_keeps_the_command_line),
	};

	return cmocka_run_group_tests_name("daemon/options_load", tests, NULL, NULL);
}
