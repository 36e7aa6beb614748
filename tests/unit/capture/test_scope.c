/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/scope.h"

#include <errno.h>
#include <sys/stat.h>

#include "test.h"

static struct yg_scope scope;

static int empty(void **state)
{
	(void)state;
	scope = (struct yg_scope){ 0 };
	return 0;
}

static void without_rows_limits_nothing(void **state)
{
	(void)state;
	assert_int_equal(yg_scope_bits(&scope), 0);
	assert_true(yg_scope_has_netns(&scope, 1));
	assert_true(yg_scope_has_cgroup(&scope, 1));
	assert_true(yg_scope_has_comm(&scope, "any"));
}

static void allows_only_its_network_namespaces(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(yg_scope_add_netns(&scope, "self"), 0);
	assert_int_equal(yg_scope_add_netns(&scope, "pid:1x"), -EINVAL);
	assert_int_equal(yg_scope_add_netns(&scope, "pid:"), -EINVAL);
	assert_int_equal(yg_scope_add_netns(&scope, "relative"), -EINVAL);
	assert_int_equal(yg_scope_add_netns(&scope, "/proc/none"), -ENOENT);
	assert_int_equal(yg_scope_add_netns(&scope, "pid:4194305"), -ENOENT);
	assert_int_equal(yg_scope_bits(&scope), YG_SCOPE_NETNS);
	assert_int_equal(yg_scope_net(&scope), (uint32_t)st.st_ino);
	assert_true(yg_scope_has_netns(&scope, (uint32_t)st.st_ino));
	assert_false(yg_scope_has_netns(&scope, (uint32_t)st.st_ino + 1));
}

static void allows_only_its_names(void **state)
{
	(void)state;
	assert_int_equal(yg_scope_add_comm(&scope, ""), -EINVAL);
	assert_int_equal(yg_scope_add_comm(&scope, "nginx"), 0);
	assert_int_equal(yg_scope_add_comm(&scope, "a-name-longer-than-the-kernel-keeps"), 0);
	assert_int_equal(yg_scope_bits(&scope), YG_SCOPE_COMM);
	assert_true(yg_scope_has_comm(&scope, "nginx"));
	assert_false(yg_scope_has_comm(&scope, "nginx2"));
	assert_false(yg_scope_has_comm(&scope, "ngin"));
	assert_true(yg_scope_has_comm(&scope, "a-name-longer-t"));
}

static void allows_only_its_cgroups(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc", &st), 0);
	assert_int_equal(yg_scope_add_cgroup(&scope, "/proc"), 0);
	assert_int_equal(yg_scope_add_cgroup(&scope, "/proc/version"), -ENOTDIR);
	assert_int_equal(yg_scope_add_cgroup(&scope, "/proc/none"), -ENOENT);
	assert_true(yg_scope_has_cgroup(&scope, st.st_ino));
	assert_false(yg_scope_has_cgroup(&scope, st.st_ino + 1));
}

static void honours_capacity(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_SCOPE_MAX; i++) {
		assert_int_equal(yg_scope_add_netns(&scope, "self"), 0);
		assert_int_equal(yg_scope_add_cgroup(&scope, "/proc"), 0);
		assert_int_equal(yg_scope_add_comm(&scope, "x"), 0);
	}
	assert_int_equal(yg_scope_add_netns(&scope, "self"), -ENOSPC);
	assert_int_equal(yg_scope_add_cgroup(&scope, "/proc"), -ENOSPC);
	assert_int_equal(yg_scope_add_comm(&scope, "x"), -ENOSPC);
}

static void reports_maps_that_cannot_be_written(void **state)
{
	(void)state;
	assert_int_equal(yg_scope_add_comm(&scope, "x"), 0);
	assert_true(yg_scope_write(&scope, -1, -1, -1) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_rows_limits_nothing, empty),
		cmocka_unit_test_setup(allows_only_its_network_namespaces, empty),
		cmocka_unit_test_setup(allows_only_its_names, empty),
		cmocka_unit_test_setup(allows_only_its_cgroups, empty),
		cmocka_unit_test_setup(honours_capacity, empty),
		cmocka_unit_test_setup(reports_maps_that_cannot_be_written, empty),
	};

	return cmocka_run_group_tests_name("capture/scope", tests, NULL, NULL);
}
