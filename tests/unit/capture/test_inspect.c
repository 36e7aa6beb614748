/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/inspect.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>

#include "elf_image.h"
#include "test.h"

#define MS_NS 1000000ull

static int file_of(const void *data, size_t len)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	return fd;
}

static int inspect(int fd, struct yg_place *place)
{
	struct yg_inspect inspect;
	struct pollfd poller = { .events = POLLIN };

	assert_int_equal(yg_inspect_start(fd, 0, &inspect), 0);
	poller.fd = inspect.pipe_fd;
	assert_int_equal(poll(&poller, 1, 10000), 1);
	return yg_inspect_finish(&inspect, 1, place);
}

static void answers_for_a_library(void **state)
{
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_place place;
	int fd;

	(void)state;
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_DYNSYM);
	fd = file_of(image, sizeof(image));
	assert_int_equal(inspect(fd, &place), YG_INSPECTION_TLS);
	assert_int_equal(place.count, 3);
	assert_int_equal(place.probes[0].offset, elf_image_offset(ELF_READ_INTERNAL) + 4);
	(void)close(fd);
}

/* A uprobe of somebody else at @offset of the file. Return: fd; -1: not allowed. */
static int probe(int fd, uint64_t offset)
{
	char path[32];
	struct perf_event_attr attr = { .size = sizeof(attr), .config2 = offset };
	FILE *type = fopen("/sys/bus/event_source/devices/uprobe/type", "re");

	if (!type)
		return -1;
	assert_int_equal(fscanf(type, "%u", &attr.type), 1);
	(void)fclose(type);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	attr.config1 = (uint64_t)(uintptr_t)path;
	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

/* The kernel writes breakpoints into private mappings: two sensors read one file. */
static void breakpoints_of_others_are_not_in_the_file(void **state)
{
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_place place;
	int fd, other;

	(void)state;
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_DYNSYM);
	fd = file_of(image, sizeof(image));
	other = probe(fd, elf_image_offset(ELF_READ_INTERNAL) + 4);
	if (other < 0) {
		(void)close(fd);
		SKIP("no uprobe by perf_event_open: not root");
	}
	assert_int_equal(inspect(fd, &place), YG_INSPECTION_TLS);
	assert_int_equal(place.probes[0].offset, elf_image_offset(ELF_READ_INTERNAL) + 4);
	(void)close(other);
	(void)close(fd);
}

static void answers_for_other_files(void **state)
{
	static const char *const files[] = { "", "#!/bin/sh\n", "\177ELF" };
	struct yg_place place;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(files); i++) {
		int fd = file_of(files[i], strlen(files[i]));

		assert_int_equal(inspect(fd, &place), YG_INSPECTION_OTHER);
		(void)close(fd);
	}
}

#define DEATHS_MAX 200 /* tries; on a busy machine the child may answer before it is killed */

/* Kill a child as soon as it is there. Return: what came of it. */
static enum yg_inspection kill_child(int fd)
{
	struct pollfd poller = { .events = POLLIN };
	struct yg_inspect inspect;
	struct yg_place place;
	int r;

	assert_int_equal(yg_inspect_start(fd, 0, &inspect), 0);
	assert_int_equal(pidfd_send_signal(inspect.pid_fd, SIGKILL, NULL, 0), 0);
	poller.fd = inspect.pipe_fd;
	assert_int_equal(poll(&poller, 1, 10000), 1);
	r = yg_inspect_finish(&inspect, 1, &place);
	assert_true(r == YG_INSPECTION_CRASH || r == YG_INSPECTION_TLS);
	assert_int_equal(inspect.pipe_fd, -1);
	return (enum yg_inspection)r;
}

/* The file shrinks under the child: SIGBUS there, a counted outcome here. */
static void survives_the_death_of_its_child(void **state)
{
	uint8_t image[ELF_IMAGE_LEN];
	int fd, tries = 1;

	(void)state;
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_DYNSYM);
	fd = file_of(image, sizeof(image));
	while (kill_child(fd) != YG_INSPECTION_CRASH)
		assert_true(tries++ < DEATHS_MAX);
	(void)close(fd);
}

static void gives_up_on_time(void **state)
{
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_inspect inspect;
	struct yg_place place;
	int fd;

	(void)state;
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_DYNSYM);
	fd = file_of(image, sizeof(image));
	assert_int_equal(yg_inspect_start(fd, 5 * MS_NS, &inspect), 0);
	assert_int_equal(pidfd_send_signal(inspect.pid_fd, SIGSTOP, NULL, 0), 0);
	assert_int_equal(yg_inspect_finish(&inspect, 5 * MS_NS, &place), -EAGAIN);
	assert_int_equal(yg_inspect_finish(&inspect, (5 + YG_INSPECT_MS) * MS_NS, &place),
			 YG_INSPECTION_TIMEOUT);
	(void)close(fd);
}

static void refuses_what_is_no_file(void **state)
{
	struct yg_inspect inspect;

	(void)state;
	assert_int_equal(yg_inspect_start(-1, 0, &inspect), -EBADF);
}

static void cancels(void **state)
{
	struct yg_inspect inspect;
	int fd = file_of("", 0);

	(void)state;
	assert_int_equal(yg_inspect_start(fd, 0, &inspect), 0);
	yg_inspect_cancel(&inspect);
	assert_int_equal(inspect.pipe_fd, -1);
	yg_inspect_cancel(&inspect);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_for_a_library),
		cmocka_unit_test(breakpoints_of_others_are_not_in_the_file),
		cmocka_unit_test(answers_for_other_files),
		cmocka_unit_test(survives_the_death_of_its_child),
		cmocka_unit_test(gives_up_on_time),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(cancels),
	};

	return cmocka_run_group_tests_name("capture/inspect", tests, NULL, NULL);
}
