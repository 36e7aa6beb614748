/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/cell.h"

#include <errno.h>

#include "core/hash.h"
#include "test.h"

static struct yg_cell make_cell(uint64_t start, uint64_t requests)
{
	struct yg_cell cell = { .start_ns = start, .span_ns = YG_CELL_SPAN_NS };

	for (uint64_t i = 0; i < requests; i++) {
		cell.requests++;
		cell.request_bytes += 300;
		cell.response_bytes += i;
		yg_cell_add_status(&cell, i % 5 ? 200 : 404, 1);
		yg_quantile_add(&cell.latency_us, i * 17);
		yg_quantile_add(&cell.response_size, i);
		(void)yg_hll_add(&cell.callers, yg_hash_mix(start + i));
	}
	return cell;
}

static void minutes_add_up_to_the_hour(void **state)
{
	struct yg_cell hour = { 0 };

	(void)state;

	for (uint64_t m = 60; m > 0; m--) {
		struct yg_cell minute = make_cell((m - 1) * YG_CELL_SPAN_NS, 10);

		yg_cell_merge(&hour, &minute);
	}
	assert_int_equal(hour.start_ns, 0);
	assert_true(hour.span_ns == 60 * YG_CELL_SPAN_NS);
	assert_int_equal(hour.requests, 600);
	assert_int_equal(yg_cell_status_class(&hour, 2), 480);
	assert_int_equal(yg_cell_status_class(&hour, 4), 120);
	assert_int_equal(hour.latency_us.count, 600);
}

static void survives_packing(void **state)
{
	const uint64_t sizes[] = { 0, 1, 50, 5000 };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(sizes); i++) {
		struct yg_cell cell = make_cell(7 * YG_CELL_SPAN_NS, sizes[i]), back;
		uint8_t buf[YG_CELL_PACKED_MAX];
		ssize_t len = yg_cell_pack(&cell, buf, sizeof(buf));

		assert_true(len > 0);
		assert_int_equal(yg_cell_unpack(buf, (size_t)len, &back), 0);
		assert_memory_equal(&cell, &back, sizeof(cell));
	}
}

static void refuses_every_truncation(void **state)
{
	struct yg_cell cell = make_cell(0, 3), back;
	uint8_t buf[YG_CELL_PACKED_MAX];
	ssize_t len = yg_cell_pack(&cell, buf, sizeof(buf));

	(void)state;

	for (size_t cut = 0; cut < (size_t)len; cut++) {
		GUARD_CLEANUP struct guard g = guard_copy(buf, cut);

		assert_int_equal(yg_cell_unpack((const uint8_t *)g.ptr, cut, &back), -EINVAL);
		assert_int_equal(yg_cell_pack(&cell, buf, cut), -ENOSPC);
	}
}

static void the_fullest_cell_fits_its_bound(void **state)
{
	struct yg_cell cell = { .requests = UINT64_MAX, .status_other = UINT64_MAX };
	uint8_t buf[YG_CELL_PACKED_MAX];

	(void)state;

	for (uint32_t i = 0; i < YG_QUANTILE_BUCKETS; i++) {
		cell.latency_us.buckets[i] = UINT32_MAX;
		cell.response_size.buckets[i] = UINT32_MAX;
	}
	for (uint64_t i = 0; i < 1000; i++) {
		(void)yg_hll_add(&cell.callers, yg_hash_mix(i));
		yg_cell_add_status(&cell, (uint16_t)(100 + i % 900), UINT64_MAX / 2);
	}
	assert_true(yg_cell_pack(&cell, buf, sizeof(buf)) > 0);
}

static void statuses_beyond_the_cap_are_still_counted(void **state)
{
	struct yg_cell cell = { 0 };

	(void)state;

	for (uint16_t s = 200; s < 200 + YG_CELL_STATUS_MAX + 3; s++)
		yg_cell_add_status(&cell, s, 2);
	assert_int_equal(cell.status_count, YG_CELL_STATUS_MAX);
	assert_int_equal(cell.status_other, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minutes_add_up_to_the_hour),
		cmocka_unit_test(survives_packing),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(the_fullest_cell_fits_its_bound),
		cmocka_unit_test(statuses_beyond_the_cap_are_still_counted),
	};

	return cmocka_run_group_tests_name("baseline/cell", tests, NULL, NULL);
}
