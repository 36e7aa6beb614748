/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/discover.h"

#include <errno.h>
#include <poll.h>

#include "elf_image.h"
#include "fake_proc.h"

#define MS_NS 1000000ull
#define SWEEP 1000u /* ms */

struct world {
	struct fake_proc proc;
	struct yg_scope scope;
	struct yg_discover *discover;
	uint64_t now_ns;
	int refuse; /* what attaching returns */
	int attached, detached;
	char library[128], other[128];
};

static struct world world;

static int attach(void *ctx, int file_fd, const struct yg_place *place, void **ret_handle)
{
	struct world *w = ctx;
	struct stat st;

	assert_int_equal(fstat(file_fd, &st), 0);
	assert_true(yg_place_is_valid(place, (uint64_t)st.st_size));
	if (w->refuse)
		return w->refuse;
	w->attached++;
	*ret_handle = w;
	return 0;
}

static void detach(void *ctx, void *handle)
{
	struct world *w = ctx;

	assert_ptr_equal(handle, w);
	w->detached++;
}

static int make(void **state)
{
	uint8_t image[ELF_IMAGE_LEN];

	(void)state;
	world = (struct world){ .now_ns = 1000 * MS_NS };
	fake_proc_make(&world.proc);
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_DYNSYM);
	fake_proc_write(&world.proc, "library", image, sizeof(image));
	fake_proc_write(&world.proc, "other", "#!", 2);
	(void)snprintf(world.library, sizeof(world.library), "%s/library", world.proc.root);
	(void)snprintf(world.other, sizeof(world.other), "%s/other", world.proc.root);
	return 0;
}

static void begin(void)
{
	const struct yg_discover_config config = {
		.proc = world.proc.root,
		.scope = &world.scope,
		.sweep_ms = SWEEP,
		.ops = { attach, detach, &world },
	};

	assert_int_equal(yg_discover_new(&config, &world.discover), 0);
}

static int unmake(void **state)
{
	(void)state;
	yg_discover_free(&world.discover);
	fake_proc_clean(&world.proc);
	return 0;
}

/* Step until nothing is due, waiting for inspections; then let @ms pass. */
static void settle(uint32_t ms)
{
	for (int i = 0; i < 100000; i++) {
		struct pollfd poller = { .events = POLLIN };
		int timeout = yg_discover_step(world.discover, world.now_ns);

		poller.fd = yg_discover_fd(world.discover);
		if (poller.fd >= 0)
			assert_int_equal(poll(&poller, 1, 10000), 1);
		else if (timeout > 0)
			break;
	}
	world.now_ns += ms * MS_NS;
}

static struct yg_discover_stats stats(void)
{
	struct yg_discover_stats ret;

	yg_discover_stats(world.discover, &ret);
	return ret;
}

static void attaches_once_for_all_processes(void **state)
{
	struct yg_discover_file file;

	(void)state;
	fake_proc_add(&world.proc, 7, "a");
	fake_proc_add(&world.proc, 8, "b");
	fake_proc_map(&world.proc, 7, world.library, "/usr/lib/libssl\x01.so");
	fake_proc_map(&world.proc, 8, world.library, "/usr/lib/libssl\x01.so");
	begin();
	settle(SWEEP);
	settle(SWEEP);
	assert_int_equal(world.attached, 1);
	assert_int_equal(stats().inspected, 1);
	assert_int_equal(yg_discover_files(world.discover, &file, 1), 1);
	assert_string_equal(file.name, "/usr/lib/libssl?.so");
	assert_int_equal(file.probes, 3);
	assert_int_equal(file.internal, 2);
	yg_discover_free(&world.discover);
	assert_int_equal(world.detached, 1);
}

static void looks_at_other_files_once(void **state)
{
	(void)state;
	fake_proc_add(&world.proc, 7, "a");
	fake_proc_map(&world.proc, 7, world.other, "/usr/lib/libssl.so");
	begin();
	for (int i = 0; i < 5; i++)
		settle(SWEEP);
	assert_int_equal(stats().inspected, 1);
	assert_int_equal(stats().other, 1);
	assert_int_equal(stats().sweeps, 5);
	assert_int_equal(world.attached, 0);
}

static void finds_what_is_loaded_later(void **state)
{
	(void)state;
	fake_proc_add(&world.proc, 7, "a");
	begin();
	settle(SWEEP);
	assert_int_equal(world.attached, 0);
	fake_proc_map(&world.proc, 7, world.library, "/x");
	settle(SWEEP);
	assert_int_equal(world.attached, 1);
}

static void an_exec_brings_the_sweep_forward(void **state)
{
	(void)state;
	begin();
	settle(1);
	fake_proc_add(&world.proc, 7, "a");
	fake_proc_map(&world.proc, 7, world.library, "/x");
	world.now_ns += SWEEP * MS_NS; /* at most one such sweep a second */
	yg_discover_exec(world.discover, 7, world.now_ns);
	world.now_ns += 60 * MS_NS;
	settle(0);
	assert_int_equal(world.attached, 1);
}

/* With the kernel's numbers (a /proc of the initial pid namespace) the process itself is read. */
static void an_exec_is_looked_at_three_times(void **state)
{
	static const uint32_t after_ms[] = { 51, 950, 9000 };
	struct yg_discover_config config = { .sweep_ms = 1000000,
					     .ops = { attach, detach, &world } };
	char path[128];

	(void)state;
	fake_proc_mkdir(&world.proc, "self");
	fake_proc_mkdir(&world.proc, "self/ns");
	(void)snprintf(path, sizeof(path), "%s/self/ns/pid", world.proc.root);
	assert_int_equal(symlink("/proc/self/ns/pid", path), 0);
	config.proc = world.proc.root;
	assert_int_equal(yg_discover_new(&config, &world.discover), 0);
	settle(1);
	fake_proc_add(&world.proc, 7, "a");
	yg_discover_exec(world.discover, 7, world.now_ns);
	for (size_t i = 0; i < YG_ARRAY_SIZE(after_ms); i++) {
		world.now_ns += after_ms[i] * MS_NS;
		if (i + 1 == YG_ARRAY_SIZE(after_ms))
			fake_proc_map(&world.proc, 7, world.library, "/x");
		settle(0);
		if (stats().scans == 0)
			SKIP("not in the initial PID namespace");
		assert_int_equal(stats().scans, i + 1);
	}
	assert_int_equal(world.attached, 1);
	world.now_ns += 60000 * MS_NS;
	settle(0);
	assert_int_equal(stats().scans, 3);
}

static void lets_go_when_nobody_maps_it(void **state)
{
	(void)state;
	fake_proc_add(&world.proc, 7, "a");
	fake_proc_map(&world.proc, 7, world.library, "/x");
	begin();
	settle(SWEEP);
	assert_int_equal(world.attached, 1);
	fake_proc_unmap(&world.proc, 7);
	settle(SWEEP);
	assert_int_equal(world.detached, 0); /* one sweep may have missed it */
	settle(SWEEP);
	assert_int_equal(world.detached, 1);
	assert_int_equal(stats().expired, 1);
	fake_proc_map(&world.proc, 7, world.library, "/x");
	settle(SWEEP);
	assert_int_equal(world.attached, 2);
}

static void looks_again_at_changed_files(void **state)
{
	uint8_t image[ELF_IMAGE_LEN + 1] = { 0 };

	(void)state;
	fake_proc_add(&world.proc, 7, "a");
	fake_proc_map(&world.proc, 7, world.library, "/x");
	begin();
	settle(SWEEP);
	assert_int_equal(world.attached, 1);
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_SYMTAB);
	fake_proc_write(&world.proc, "library", image, sizeof(image));
	settle(SWEEP);
	assert_int_equal(world.detached, 1);
	assert_int_equal(world.attached, 2);
}

static void retries_a_refusal_later(void **state)
{
	(void)state;
	fake_proc_add(&world.proc, 7, "a");
	fake_proc_map(&world.proc, 7, world.library, "/x");
	world.refuse = -ENOMEM;
	begin();
	settle(SWEEP);
	settle(SWEEP);
	assert_int_equal(stats().attach_failed, 1);
	world.refuse = 0;
	for (int i = 0; i < 4; i++)
		settle(SWEEP);
	assert_int_equal(world.attached, 1);
	assert_int_equal(stats().inspected, 2);
}

static void leaves_alone_what_is_out_of_scope(void **state)
{
	(void)state;
	fake_proc_add(&world.proc, 7, "inside");
	fake_proc_add(&world.proc, 8, "outside");
	fake_proc_map(&world.proc, 8, world.library, "/x");
	assert_int_equal(yg_scope_add_comm(&world.scope, "inside"), 0);
	begin();
	settle(SWEEP);
	assert_int_equal(stats().inspected, 0);
	assert_int_equal(stats().skip_scope, 1);
	fake_proc_map(&world.proc, 7, world.library, "/x");
	settle(SWEEP);
	assert_int_equal(world.attached, 1);
}

static void sweeps_when_asked(void **state)
{
	(void)state;
	begin();
	settle(1);
	assert_int_equal(stats().sweeps, 1);
	yg_discover_sweep(world.discover);
	settle(1);
	assert_int_equal(stats().sweeps, 2);
}

/* More new files than the queue holds: the sweep is repeated until all are known. */
static void reaches_every_file(void **state)
{
	enum { FILES = 2 * YG_DISCOVER_QUEUE_MAX };
	char name[64], path[256];

	(void)state;
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(name, sizeof(name), "file%d", i);
		fake_proc_write(&world.proc, name, name, strlen(name));
		(void)snprintf(path, sizeof(path), "%s/%s", world.proc.root, name);
		fake_proc_add(&world.proc, 100 + i, "a");
		fake_proc_map(&world.proc, 100 + i, path, path);
	}
	begin();
	settle(0);
	assert_int_equal(stats().other, FILES);
	assert_true(stats().lost_queue > 0);
}

static void reports_a_missing_proc(void **state)
{
	const struct yg_discover_config config = { .proc = "/proc/none" };
	struct yg_discover *discover = NULL;

	(void)state;
	assert_int_equal(yg_discover_new(&config, &discover), -ENOENT);
	assert_null(discover);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(attaches_once_for_all_processes),
		IN_WORLD(looks_at_other_files_once),
		IN_WORLD(finds_what_is_loaded_later),
		IN_WORLD(an_exec_brings_the_sweep_forward),
		IN_WORLD(an_exec_is_looked_at_three_times),
		IN_WORLD(lets_go_when_nobody_maps_it),
		IN_WORLD(looks_again_at_changed_files),
		IN_WORLD(retries_a_refusal_later),
		IN_WORLD(leaves_alone_what_is_out_of_scope),
		IN_WORLD(sweeps_when_asked),
		IN_WORLD(reaches_every_file),
		cmocka_unit_test(reports_a_missing_proc),
	};

	return cmocka_run_group_tests_name("capture/discover", tests, NULL, NULL);
}
