/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/explain.h"

#include <errno.h>
#include <fcntl.h>

#include "fake_proc.h"

static struct {
	struct fake_proc proc;
	int proc_fd;
	struct yg_known *known;
	char file[128];
} world;

static int set_up(void **state)
{
	(void)state;
	fake_proc_make(&world.proc);
	fake_proc_write(&world.proc, "file", "x", 1);
	(void)snprintf(world.file, sizeof(world.file), "%s/file", world.proc.root);
	fake_proc_add(&world.proc, 7, "server");
	fake_proc_map(&world.proc, 7, world.file, "/opt/\x1bserver");
	world.proc_fd = open(world.proc.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return yg_known_new(16, &world.known);
}

static int tear_down(void **state)
{
	(void)state;
	yg_known_free(&world.known);
	(void)close(world.proc_fd);
	fake_proc_clean(&world.proc);
	return 0;
}

static void know(enum yg_file_state file_state, enum yg_gap gap)
{
	struct yg_file *file;
	struct stat st;
	bool evicted;

	assert_int_equal(stat(world.file, &st), 0);
	file = yg_known_add(world.known, &st, &evicted);
	assert_non_null(file);
	file->state = (uint8_t)file_state;
	file->gap = (uint8_t)gap;
}

static void expect(enum yg_explained what, enum yg_gap gap)
{
	struct yg_explanation why;

	assert_int_equal(yg_explain(world.proc_fd, world.known, 7, &why), 0);
	assert_int_equal(why.what, what);
	assert_int_equal(why.gap, gap);
	assert_string_equal(why.comm, "server");
	if (what != YG_EXPLAINED_UNKNOWN)
		assert_string_equal(why.name, "/opt/?server");
}

static void tells_a_gap(void **state)
{
	(void)state;
	know(YG_FILE_OTHER, YG_GAP_RUSTLS);
	expect(YG_EXPLAINED_GAP, YG_GAP_RUSTLS);
}

static void tells_what_is_attached(void **state)
{
	(void)state;
	know(YG_FILE_TLS, YG_GAP_NONE);
	expect(YG_EXPLAINED_ATTACHED, YG_GAP_NONE);
}

static void does_not_know_other_files(void **state)
{
	(void)state;
	expect(YG_EXPLAINED_UNKNOWN, YG_GAP_NONE);
	know(YG_FILE_OTHER, YG_GAP_NONE);
	expect(YG_EXPLAINED_UNKNOWN, YG_GAP_NONE);
}

static void says_that_there_is_no_process(void **state)
{
	struct yg_explanation why;

	(void)state;
	assert_int_equal(yg_explain(world.proc_fd, world.known, 8, &why), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_a_gap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_what_is_attached, set_up, tear_down),
		cmocka_unit_test_setup_teardown(does_not_know_other_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_that_there_is_no_process, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("capture/explain", tests, NULL, NULL);
}
