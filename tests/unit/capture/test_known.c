/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/known.h"

#include "test.h"

static struct stat file_of(uint64_t dev, uint64_t ino)
{
	return (struct stat){ .st_dev = dev, .st_ino = ino, .st_size = 100 };
}

static struct yg_file *add(struct yg_known *known, uint64_t ino, uint8_t state, uint64_t seen)
{
	struct stat st = file_of(1, ino);
	bool evicted;
	struct yg_file *file = yg_known_add(known, &st, &evicted);

	if (file) {
		file->state = state;
		file->seen = seen;
	}
	return file;
}

static void finds_by_device_and_inode(void **state)
{
	YG_CLEANUP(yg_known_free) struct yg_known *known = NULL;
	struct stat a = file_of(1, 7), b = file_of(2, 7);
	bool evicted;

	(void)state;
	assert_int_equal(yg_known_new(8, &known), 0);
	assert_null(yg_known_find(known, &a));
	assert_non_null(yg_known_add(known, &a, &evicted));
	assert_non_null(yg_known_find(known, &a));
	assert_null(yg_known_find(known, &b));
	yg_known_remove(known, yg_known_find(known, &a));
	assert_null(yg_known_find(known, &a));
}

static void tells_changed_content(void **state)
{
	YG_CLEANUP(yg_known_free) struct yg_known *known = NULL;
	struct stat st = file_of(1, 7);
	const struct yg_file *file;
	bool evicted;

	(void)state;
	assert_int_equal(yg_known_new(8, &known), 0);
	file = yg_known_add(known, &st, &evicted);
	assert_true(yg_file_is_same(file, &st));
	st.st_ctim.tv_sec++; /* unlink of another name: the content is the same */
	assert_true(yg_file_is_same(file, &st));
	st.st_mtim.tv_nsec++;
	assert_false(yg_file_is_same(file, &st));
	st.st_mtim.tv_nsec--;
	st.st_size++;
	assert_false(yg_file_is_same(file, &st));
}

static void forgets_the_least_recently_seen(void **state)
{
	YG_CLEANUP(yg_known_free) struct yg_known *known = NULL;
	struct stat st = file_of(1, 100), oldest = file_of(1, 2), attached = file_of(1, 0);
	bool evicted;

	(void)state;
	assert_int_equal(yg_known_new(4, &known), 0);
	add(known, 0, YG_FILE_TLS, 1);
	add(known, 1, YG_FILE_OTHER, 9);
	add(known, 2, YG_FILE_OTHER, 3);
	add(known, 3, YG_FILE_QUEUED, 1);
	assert_non_null(yg_known_add(known, &st, &evicted));
	assert_true(evicted);
	assert_null(yg_known_find(known, &oldest));
	assert_non_null(yg_known_find(known, &attached));
}

static void refuses_when_nothing_may_go(void **state)
{
	YG_CLEANUP(yg_known_free) struct yg_known *known = NULL;

	(void)state;
	assert_int_equal(yg_known_new(2, &known), 0);
	assert_non_null(add(known, 0, YG_FILE_TLS, 1));
	assert_non_null(add(known, 1, YG_FILE_QUEUED, 1));
	assert_null(add(known, 2, YG_FILE_OTHER, 1));
}

/* Rows keep their index, lists stay whole whatever the order of adding and removing. */
static void equals_a_simple_table(void **state)
{
	enum { INODES = 64, CAP = 64 };
	YG_CLEANUP(yg_known_free) struct yg_known *known = NULL;
	bool present[INODES] = { false };
	uint32_t random = 12345;

	(void)state;
	assert_int_equal(yg_known_new(CAP, &known), 0);
	for (int step = 0; step < 20000; step++) {
		struct stat st;
		struct yg_file *file;
		uint32_t ino;

		random = random * 1664525u + 1013904223u;
		ino = (random >> 16) % INODES;
		st = file_of(1, ino);
		file = yg_known_find(known, &st);
		assert_int_equal(file != NULL, present[ino]);
		if (file) {
			assert_ptr_equal(yg_known_at(known, yg_known_index(known, file)), file);
			yg_known_remove(known, file);
		} else {
			assert_non_null(add(known, ino, YG_FILE_OTHER, 0));
		}
		present[ino] = !present[ino];
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_device_and_inode),
		cmocka_unit_test(tells_changed_content),
		cmocka_unit_test(forgets_the_least_recently_seen),
		cmocka_unit_test(refuses_when_nothing_may_go),
		cmocka_unit_test(equals_a_simple_table),
	};

	return cmocka_run_group_tests_name("capture/known", tests, NULL, NULL);
}
