/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/counters.h"

#include <errno.h>
#include <sys/mman.h>

#include "test.h"
#include "yagura/limits.h"

static void sums_over_cpus(void **state)
{
	YG_CLEANUP_CLOSE int fd = memfd_create("counters", MFD_CLOEXEC);
	struct yg_counters rows[40] = { 0 }, sum;
	struct yg_counter_view view;

	(void)state;
	for (unsigned i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		rows[i].guard.rx = i;
		rows[i].tls.unbound = 1;
	}
	assert_int_equal(write(fd, rows, sizeof(rows)), sizeof(rows));
	assert_int_equal(yg_counters_open(fd, YG_ARRAY_SIZE(rows), &view), 0);
	yg_counters_sum(&view, &sum);
	assert_int_equal(sum.guard.rx, 39 * 40 / 2);
	assert_int_equal(sum.tls.unbound, 40);
	assert_int_equal(sum.sample.rx, 0);
	yg_counters_close(&view);
	assert_null(view.rows);
}

static void refuses_what_cannot_be(void **state)
{
	struct yg_counter_view view;

	(void)state;
	assert_int_equal(yg_counters_open(0, 0, &view), -EINVAL);
	assert_int_equal(yg_counters_open(0, YG_CPUS_MAX + 1, &view), -EINVAL);
	assert_int_equal(yg_counters_open(-1, 1, &view), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_over_cpus),
		cmocka_unit_test(refuses_what_cannot_be),
	};

	return cmocka_run_group_tests_name("capture/counters", tests, NULL, NULL);
}
