/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/process.h"

#include "fake_proc.h"

static struct fake_proc proc;
static struct yg_scope scope;
static int dir_fd, cgroup_fd;

static int make(void **state)
{
	char path[128];

	(void)state;
	scope = (struct yg_scope){ 0 };
	fake_proc_make(&proc);
	fake_proc_add(&proc, 7, "nginx");
	fake_proc_mkdir(&proc, "cg");
	fake_proc_mkdir(&proc, "cg/a");
	fake_proc_mkdir(&proc, "cg/a/b");
	fake_proc_mkdir(&proc, "cg/other");
	(void)snprintf(path, sizeof(path), "%s/7", proc.root);
	dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(path, sizeof(path), "%s/cg", proc.root);
	cgroup_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0 || cgroup_fd < 0;
}

static int unmake(void **state)
{
	(void)state;
	yg_closep(&dir_fd);
	yg_closep(&cgroup_fd);
	fake_proc_clean(&proc);
	return 0;
}

static void everything_is_in_no_scope(void **state)
{
	(void)state;
	assert_true(yg_process_in_scope(dir_fd, -1, NULL));
	assert_true(yg_process_in_scope(dir_fd, -1, &scope));
}

static void all_kinds_must_match(void **state)
{
	(void)state;
	assert_int_equal(yg_scope_add_comm(&scope, "nginx"), 0);
	assert_true(yg_process_in_scope(dir_fd, -1, &scope));
	assert_int_equal(yg_scope_add_netns(&scope, "self"), 0);
	assert_true(yg_process_in_scope(dir_fd, -1, &scope));
	scope.netns[0]++;
	assert_false(yg_process_in_scope(dir_fd, -1, &scope));
}

static void a_name_is_compared_whole(void **state)
{
	(void)state;
	assert_int_equal(yg_scope_add_comm(&scope, "ngin"), 0);
	assert_false(yg_process_in_scope(dir_fd, -1, &scope));
	/* A newline in a name is not its end. */
	fake_proc_write(&proc, "7/comm", "ngin\nx\n", 7);
	assert_false(yg_process_in_scope(dir_fd, -1, &scope));
}

static void add_cgroup(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/cg/%s", proc.root, name);
	assert_int_equal(yg_scope_add_cgroup(&scope, path), 0);
}

static void a_cgroup_covers_what_is_below_it(void **state)
{
	static const char *const above[] = { "a/b", "a", "." };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(above); i++) {
		scope.cgroup_count = 0;
		add_cgroup(above[i]);
		assert_true(yg_process_in_scope(dir_fd, cgroup_fd, &scope));
	}
	scope.cgroup_count = 0;
	add_cgroup("other");
	assert_false(yg_process_in_scope(dir_fd, cgroup_fd, &scope));
	assert_false(yg_process_in_scope(dir_fd, -1, &scope));
}

static void a_path_that_climbs_is_outside(void **state)
{
	(void)state;
	add_cgroup("other");
	fake_proc_write(&proc, "7/cgroup", "0::/a/../other\n", 15);
	assert_false(yg_process_in_scope(dir_fd, cgroup_fd, &scope));
	fake_proc_write(&proc, "7/cgroup", "1:cpu:/other\n", 13);
	assert_false(yg_process_in_scope(dir_fd, cgroup_fd, &scope));
	fake_proc_write(&proc, "7/cgroup", "0::/other\n", 10);
	assert_true(yg_process_in_scope(dir_fd, cgroup_fd, &scope));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_is_in_no_scope, make, unmake),
		cmocka_unit_test_setup_teardown(all_kinds_must_match, make, unmake),
		cmocka_unit_test_setup_teardown(a_name_is_compared_whole, make, unmake),
		cmocka_unit_test_setup_teardown(a_cgroup_covers_what_is_below_it, make, unmake),
		cmocka_unit_test_setup_teardown(a_path_that_climbs_is_outside, make, unmake),
	};

	return cmocka_run_group_tests_name("capture/process", tests, NULL, NULL);
}
