/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands against a desk that runs beside them: what they print, and with which exit code. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "cli/command.h"
#include "desk.h"
#include "test.h"

#define RUN_WORDS_MAX 16u

/* Output and errors of the last command. */
struct terminal_run {
	char *out, *err;
	size_t out_len, err_len;
	atomic_bool ended;
};

static struct terminal_run terminal_run;

static inline void *run_desk(void *ctx)
{
	(void)ctx;
	while (!atomic_load(&terminal_run.ended)) {
		desk_rig.now_ns += 10000000; /* what nobody answers is given up soon */
		(void)!yg_desk_step(desk_rig.desk, 1);
	}
	return NULL;
}

static inline void run_clean(void)
{
	free(terminal_run.out);
	free(terminal_run.err);
	terminal_run.out = terminal_run.err = NULL;
}

/* "endpoints --limit 3" as typed; its words have no blanks. Return: enum yg_exit. */
static inline int run_command(const char *line)
{
	const char *words[RUN_WORDS_MAX] = { "yagura" };
	char text[512], *save = NULL;
	int count = 1, code;
	FILE *out, *err;
	pthread_t thread;

	run_clean();
	(void)snprintf(text, sizeof(text), "%s --socket %s", line, desk_rig.socket);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	out = open_memstream(&terminal_run.out, &terminal_run.out_len);
	err = open_memstream(&terminal_run.err, &terminal_run.err_len);
	assert_true(out && err);
	atomic_store(&terminal_run.ended, false);
	assert_int_equal(pthread_create(&thread, NULL, run_desk, NULL), 0);
	code = yg_cli_main(count, words, out, err);
	atomic_store(&terminal_run.ended, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(fclose(err), 0);
	return code;
}

/* The same, which must end well, without a word of error. */
static inline const char *run_well(const char *line)
{
	int code = run_command(line);

	if (code != YG_EXIT_DONE || terminal_run.err_len)
		fail_msg("'%s': exit %d: %s", line, code, terminal_run.err);
	return terminal_run.out;
}

/* What a command prints, to the letter. */
struct printed {
	const char *line, *text;
};

static inline void check_printed(const struct printed *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(run_well(rows[i].line), rows[i].text);
}

static inline size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}
