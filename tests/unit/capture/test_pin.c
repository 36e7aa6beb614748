/* SPDX-License-Identifier: GPL-2.0-only */
/* Needs root: runs in a mount namespace of its own, on a bpffs of its own. */
#include "capture/pin.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/macros.h"
#include "test.h"

#define MOUNT	 "/tmp"
#define DIR	 MOUNT "/yagura"
#define LOOPBACK 1 /* its index in every network namespace */

static char said[1024];

static void keep(void *ctx, const char *text)
{
	(void)ctx;
	(void)strncpy(said, text, sizeof(said) - 1);
}

static const struct yg_note note = { keep, NULL };

static bool has_bpffs;

static int make(void **state)
{
	(void)state;
	said[0] = '\0';
	has_bpffs = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		    mount("bpf", MOUNT, "bpf", 0, NULL) == 0;
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	return has_bpffs ? umount(MOUNT) : 0;
}

static void keeps_the_seed_of_the_first_start(void **state)
{
	uint64_t seed = 0;

	(void)state;
	if (!has_bpffs)
		SKIP("no bpffs of its own: not root, or a root that is no mount");
	assert_int_equal(yg_pin_prepare(DIR, 42, &note, &seed), 0);
	assert_int_equal(seed, 42);
	assert_int_equal(yg_pin_prepare(DIR, 43, &note, &seed), 0);
	assert_int_equal(seed, 42);
	assert_string_equal(said, "");
}

static void removes_pins_of_another_version(void **state)
{
	const uint32_t zero = 0;
	uint32_t stamp[4] = { 0 };
	uint64_t seed;
	int fd;

	(void)state;
	if (!has_bpffs)
		SKIP("no bpffs of its own: not root, or a root that is no mount");
	assert_int_equal(yg_pin_prepare(DIR, 42, &note, &seed), 0);
	fd = bpf_obj_get(DIR "/yg_stamp");
	assert_int_equal(bpf_map_update_elem(fd, &zero, stamp, BPF_ANY), 0);
	assert_int_equal(bpf_obj_pin(fd, DIR "/yg_block4"), 0);
	assert_int_equal(yg_pin_prepare(DIR, 43, &note, &seed), 0);
	assert_int_equal(seed, 43);
	assert_non_null(strstr(said, "removed 2 pinned maps of another version"));
	assert_int_equal(access(DIR "/yg_block4", F_OK), -1);
	(void)close(fd);
}

static void adopts_only_the_same_shape(void **state)
{
	struct yg_map_shape shape = { BPF_MAP_TYPE_HASH, 4, 8, 16, 0 };
	uint64_t seed;
	int fd, map;

	(void)state;
	if (!has_bpffs)
		SKIP("no bpffs of its own: not root, or a root that is no mount");
	map = bpf_map_create(BPF_MAP_TYPE_HASH, "x", 4, 8, 16, NULL);
	assert_int_equal(yg_pin_prepare(DIR, 42, &note, &seed), 0);
	assert_int_equal(yg_pin_adopt(DIR, "yg_x", &shape, &note, &fd), 0);
	assert_int_equal(fd, -1);
	assert_int_equal(bpf_obj_pin(map, DIR "/yg_x"), 0);
	assert_int_equal(yg_pin_adopt(DIR, "yg_x", &shape, &note, &fd), 0);
	assert_true(fd >= 0);
	(void)close(fd);
	shape.max_entries = 17;
	assert_int_equal(yg_pin_adopt(DIR, "yg_x", &shape, &note, &fd), 0);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(said, "yg_x"));
	assert_int_equal(access(DIR "/yg_x", F_OK), -1);
	(void)close(map);
}

static void refuses_other_file_systems(void **state)
{
	uint64_t seed;

	(void)state;
	if (!has_bpffs)
		SKIP("no bpffs of its own: not root, or a root that is no mount");
	assert_int_equal(yg_pin_prepare("/dev", 42, &note, &seed), -ENOTSUP);
	assert_int_equal(yg_pin_prepare(MOUNT "/a/b", 42, &note, &seed), -ENOENT);
}

static void refuses_long_names(void **state)
{
	char path[YG_PIN_PATH_CAP], dir[YG_PIN_PATH_CAP];

	(void)state;
	memset(dir, 'd', sizeof(dir) - 1);
	dir[sizeof(dir) - 1] = '\0';
	assert_int_equal(yg_pin_path(dir, "x", path), -ENAMETOOLONG);
	assert_int_equal(yg_pin_path("/a", "b", path), 0);
	assert_string_equal(path, "/a/b");
}

static void lists_by_prefix(void **state)
{
	(void)state;
	if (!has_bpffs)
		SKIP("no bpffs of its own: not root, or a root that is no mount");
	assert_int_equal(mkdir(MOUNT "/one", 0700), 0);
	assert_int_equal(mkdir(MOUNT "/two", 0700), 0);
	assert_int_equal(yg_pin_each(MOUNT, "on", yg_pin_remove, NULL), 0); /* a directory stays */
	assert_int_equal(yg_pin_each(MOUNT "/none", "", yg_pin_remove, NULL), -ENOENT);
}

/* A link on XDP of loopback, in a network namespace of our own. */
static int make_link(void)
{
	static const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog, link;

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, YG_ARRAY_SIZE(pass), NULL);
	assert_true(prog >= 0);
	link = bpf_link_create(prog, LOOPBACK, BPF_XDP, NULL);
	assert_true(link >= 0);
	(void)close(prog);
	return link;
}

static uint32_t program_on_loopback(void)
{
	uint32_t id = 0;

	assert_int_equal(bpf_xdp_query_id(LOOPBACK, 0, &id), 0);
	return id;
}

/* A descriptor that is still open keeps a link alive; so does the kernel's worker for a while. */
static void what_is_unpinned_is_off_its_hook(void **state)
{
	int link;

	(void)state;
	if (!has_bpffs)
		SKIP("no bpffs of its own: not root, or a root that is no mount");
	link = make_link();
	assert_int_equal(bpf_obj_pin(link, MOUNT "/link"), 0);
	assert_int_not_equal(program_on_loopback(), 0);
	assert_true(yg_pin_unlink(MOUNT "/link"));
	assert_int_equal(program_on_loopback(), 0);
	assert_false(yg_pin_unlink(MOUNT "/link"));
	(void)close(link);
}

#define IN_BPFFS(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BPFFS(keeps_the_seed_of_the_first_start),
		IN_BPFFS(removes_pins_of_another_version),
		IN_BPFFS(adopts_only_the_same_shape),
		IN_BPFFS(refuses_other_file_systems),
		cmocka_unit_test(refuses_long_names),
		IN_BPFFS(lists_by_prefix),
		IN_BPFFS(what_is_unpinned_is_off_its_hook),
	};

	return cmocka_run_group_tests_name("capture/pin", tests, NULL, NULL);
}
