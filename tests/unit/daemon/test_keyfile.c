/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#define NAME "build/test_keyfile.XXXXXX"

/* A file of @len bytes '{'. @ret_path: [sizeof(NAME)] */
static void write_file(size_t len, char *ret_path)
{
	YG_CLEANUP_CLOSE int fd = -1;

	memcpy(ret_path, NAME, sizeof(NAME));
	fd = mkstemp(ret_path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)len), 0);
	assert_int_equal(pwrite(fd, "{}", len < 2 ? len : 2, 0), len < 2 ? len : 2);
}

static void reads_the_whole_file(void **state)
{
	YG_CLEANUP_FREE char *text = NULL;
	char path[sizeof(NAME)];

	(void)state;

	write_file(YG_KEYFILE_BYTES_MAX - 1, path);
	assert_int_equal(yg_keyfile_read(path, &text), YG_KEYFILE_BYTES_MAX - 1);
	assert_memory_equal(text, "{}", 2);
	(void)unlink(path);
}

static void no_path_is_no_file(void **state)
{
	char *text = NULL;

	(void)state;

	assert_int_equal(yg_keyfile_read("", &text), 0);
	assert_null(text);
	assert_int_equal(yg_keyfile_read(NULL, &text), 0);
	assert_null(text);
}

static void says_why_there_is_none(void **state)
{
	char *text = NULL;
	char path[sizeof(NAME)];

	(void)state;

	assert_int_equal(yg_keyfile_read("build/no/such/file", &text), -ENOENT);
	assert_int_equal(yg_keyfile_read("build", &text), -EISDIR);
	write_file(YG_KEYFILE_BYTES_MAX, path);
	assert_int_equal(yg_keyfile_read(path, &text), -EFBIG);
	assert_null(text);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_whole_file),
		cmocka_unit_test(no_path_is_no_file),
		cmocka_unit_test(says_why_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
