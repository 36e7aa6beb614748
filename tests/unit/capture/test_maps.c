/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/maps.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "test.h"

struct line_case {
	const char *line;
	int result;
	struct yg_mapping expected;
	const char *name;
};

static const struct line_case line_cases[] = {
	{ "7f0c1000-7f0c5000 r-xp 00021000 08:01 1835   /usr/lib/libssl.so.3",
	  0,
	  { 0x7f0c1000, 0x7f0c5000, 1835, true, { 0 } },
	  "/usr/lib/libssl.so.3" },
	{ "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
	  0,
	  { 0xffffffffff600000, 0xffffffffff601000, 0, true, { 0 } },
	  "[vsyscall]" },
	{ "00400000-00401000 rw-p 00000000 00:00 0 ",
	  0,
	  { 0x400000, 0x401000, 0, false, { 0 } },
	  "" },
	{ "00400000-00401000 rw-p 00000000 00:00 0",
	  0,
	  { 0x400000, 0x401000, 0, false, { 0 } },
	  "" },
	{ "1000-2000 r-xp 0 fd:00 9 /a b (deleted) 1-2 r-xp",
	  0,
	  { 0x1000, 0x2000, 9, true, { 0 } },
	  "/a b (deleted) 1-2 r-xp" },
	{ "1000-2000 r-xp 0 fd:00 9 /x\\0121000-2000",
	  0,
	  { 0x1000, 0x2000, 9, true, { 0 } },
	  "/x\\0121000-2000" },
	{ "2000-1000 r-xp 0 fd:00 9 /backwards", -EINVAL, { 0 }, NULL },
	{ "1000 2000 r-xp 0 fd:00 9 /x", -EINVAL, { 0 }, NULL },
	{ "1000-2000 r-xp", -EINVAL, { 0 }, NULL },
	{ "1000-2000 r-xp 0 fd00 9 /x", -EINVAL, { 0 }, NULL },
	{ "1000-2000 r-xp 0 fd:00 x /x", -EINVAL, { 0 }, NULL },
	{ "10000000000000000000000-2 r-xp 0 fd:00 9 /x", -EINVAL, { 0 }, NULL },
	{ "-2000 r-xp 0 fd:00 9 /x", -EINVAL, { 0 }, NULL },
	{ "", -EINVAL, { 0 }, NULL },
};

static void parses_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(line_cases); i++) {
		const struct line_case *c = &line_cases[i];
		GUARD_CLEANUP struct guard g = guard_copy(c->line, strlen(c->line));
		struct yg_mapping m;

		if (yg_mapping_from_line((struct yg_slice){ g.ptr, g.len }, &m) != c->result)
			fail_msg("%s", c->line);
		if (c->result)
			continue;
		assert_true(m.start == c->expected.start && m.end == c->expected.end);
		assert_true(m.inode == c->expected.inode);
		assert_true(m.executable == c->expected.executable);
		assert_true(yg_slice_equal(m.name, yg_slice_from_str(c->name)));
	}
}

struct seen {
	size_t count;
	uint64_t inodes;
};

static void see(void *ctx, const struct yg_mapping *mapping)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->inodes += mapping->inode;
}

static int file_of(const char *text, size_t len)
{
	int fd = memfd_create("maps", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void reads_lines_across_its_buffer(void **state)
{
	YG_CLEANUP_CLOSE int fd = -1;
	static char text[200000];
	struct seen seen = { 0 };
	size_t len = 0;

	(void)state;
	for (unsigned i = 1; i <= 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"1000-2000 r-xp 0 fd:00 %u /%0*d\n", i, 1 + (int)(i % 150),
					0);
	fd = file_of(text, len);
	assert_int_equal(yg_mappings_each(fd, see, &seen), 0);
	assert_int_equal(seen.count, 1000);
	assert_int_equal(seen.inodes, 1000 * 1001 / 2);
}

static void skips_a_line_that_does_not_fit(void **state)
{
	static char text[40000];
	YG_CLEANUP_CLOSE int fd = -1;
	struct seen seen = { 0 };
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text),
			       "1000-2000 r-xp 0 fd:00 1 /a\n1000-2000 r-xp 0 fd:00 2 /");
	memset(text + len, 'b', 30000);
	len += 30000;
	len += (size_t)snprintf(text + len, sizeof(text) - len, "\n1000-2000 r-xp 0 fd:00 4 /c\n");
	fd = file_of(text, len);
	assert_int_equal(yg_mappings_each(fd, see, &seen), 0);
	assert_int_equal(seen.inodes, 5);
}

static void stops_at_the_cap(void **state)
{
	static const char line[] = "1-2 r-xp 0 0:0 1 \n";
	const size_t lines = YG_MAPPINGS_MAX + 1000;
	YG_CLEANUP_FREE char *text = malloc(lines * (sizeof(line) - 1));
	YG_CLEANUP_CLOSE int fd = -1;
	struct seen seen = { 0 };

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < lines; i++)
		memcpy(text + i * (sizeof(line) - 1), line, sizeof(line) - 1);
	fd = file_of(text, lines * (sizeof(line) - 1));
	assert_int_equal(yg_mappings_each(fd, see, &seen), 1);
	assert_in_range(seen.count, YG_MAPPINGS_MAX, YG_MAPPINGS_MAX + 999);
}

static void reports_what_cannot_be_read(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(yg_mappings_each(-1, see, &seen), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_lines),
		cmocka_unit_test(reads_lines_across_its_buffer),
		cmocka_unit_test(skips_a_line_that_does_not_fit),
		cmocka_unit_test(stops_at_the_cap),
		cmocka_unit_test(reports_what_cannot_be_read),
	};

	return cmocka_run_group_tests_name("capture/maps", tests, NULL, NULL);
}
