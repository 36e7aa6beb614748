/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each program costs the verifier, against tests/bpf/cost.csv: more than 10 % above the row of
 * the running kernel fails. A kernel without a row passes if its verifier takes every program.
 *
 *	test_cost		compare
 *	test_cost --print	the rows of this kernel, as CSV
 *
 * The instruction count is reported by 5.16 and later; before, loading is the test.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/gotls.skel.h"
#include "bpf/guard.skel.h"
#include "bpf/kill.skel.h"
#include "bpf/proc.skel.h"
#include "bpf/sample.skel.h"
#include "bpf/sock.skel.h"
#include "bpf/tls.skel.h"
#include "core/macros.h"
#include "rig.h"
#include "test.h"

#define COST_FILE "tests/bpf/cost.csv"

struct object {
	const char *name;
	const void *(*bytes)(size_t *ret_len);
};

static const struct object objects[] = {
	{ "guard", guard_bpf__elf_bytes }, { "sample", sample_bpf__elf_bytes },
	{ "tls", tls_bpf__elf_bytes },	   { "sock", sock_bpf__elf_bytes },
	{ "kill", kill_bpf__elf_bytes },   { "proc", proc_bpf__elf_bytes },
	{ "gotls", gotls_bpf__elf_bytes },
};

/* Programs that may be refused: what they need, and since when. */
static const struct {
	const char *program, *needs;
	unsigned int since; /* major * 1000 + minor */
} optional[] = {
	{ "yg_xdp_guard_mb", "xdp.frags", 5018 },
	{ "yg_sk_recv", "tracepoint sock_recv_length", 6003 },
	{ "yg_sk_send", "tracepoint sock_send_length", 6003 },
	{ "yg_go_recv", "helper task_pt_regs", 5015 },
	{ "yg_go_send", "tracepoint sock_send_length", 6003 },
	{ "yg_sk_kill", "kfunc bpf_sock_destroy", 6005 },
};

static unsigned int kernel_number(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%u.%u", &major, &minor), 2);
	return major * 1000 + minor;
}

static bool is_expected(const char *program)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(optional); i++) {
		if (strcmp(optional[i].program, program) == 0)
			return kernel_number() >= optional[i].since;
	}
	return true;
}

/* Everything that configuration can turn on is on: the verifier removes what is off. */
static void turn_everything_on(struct bpf_object *o)
{
	struct yg_config config;
	struct bpf_map *map;
	const void *initial;
	size_t len;

	bpf_object__for_each_map(map, o)
	{
		if (!strstr(bpf_map__name(map), ".rodata"))
			continue;
		initial = bpf_map__initial_value(map, &len);
		assert_non_null(initial);
		assert_int_equal(len, sizeof(config)); /* the only thing there */
		memcpy(&config, initial, sizeof(config));
		config.scope = YG_SCOPE_NETNS | YG_SCOPE_CGROUP | YG_SCOPE_COMM;
		config.xdp_sample = 1;
		config.young = 1;
		config.fresh = 1;
		assert_int_equal(bpf_map__set_initial_value(map, &config, sizeof(config)), 0);
	}
}

/* Load @program of @object alone. Return: instructions verified (0 if not told); -errno. */
static long cost_measure(const struct object *object, const char *program)
{
	struct bpf_prog_info info = { 0 };
	__u32 info_len = sizeof(info);
	struct bpf_program *p;
	struct bpf_object *o;
	const void *bytes;
	size_t len;
	int r;

	bytes = object->bytes(&len);
	o = bpf_object__open_mem(bytes, len, NULL);
	if (!o)
		return -errno;
	turn_everything_on(o);
	bpf_object__for_each_program(p, o)
		bpf_program__set_autoload(p, strcmp(bpf_program__name(p), program) == 0);
	r = bpf_object__load(o);
	if (r == 0) {
		p = bpf_object__find_program_by_name(o, program);
		r = bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &info_len);
	}
	bpf_object__close(o);
	return r ? r : (long)info.verified_insns;
}

/* The committed cost of @program on this kernel, 0 if there is none. */
static long cost_committed(const char *program)
{
	unsigned int major, minor;
	char line[128], name[64];
	long insns, found = 0;
	FILE *f;

	f = fopen(COST_FILE, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%u.%u,%*[^,],%63[^,],%ld", &major, &minor, name, &insns) == 4 &&
		    major * 1000 + minor == kernel_number() && strcmp(name, program) == 0)
			found = insns;
	}
	(void)fclose(f);
	return found;
}

typedef void visit_fn(const struct object *object, const char *program, long cost);

static void for_each_program(visit_fn *visit)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(objects); i++) {
		struct bpf_program *p;
		struct bpf_object *o;
		size_t len;
		const void *bytes = objects[i].bytes(&len);

		o = bpf_object__open_mem(bytes, len, NULL);
		assert_non_null(o);
		bpf_object__for_each_program(p, o)
			visit(&objects[i], bpf_program__name(p),
			      cost_measure(&objects[i], bpf_program__name(p)));
		bpf_object__close(o);
	}
}

static void print_row(const struct object *object, const char *program, long cost)
{
	unsigned int kernel = kernel_number();

	printf("%u.%u,%s,%s,%ld\n", kernel / 1000, kernel % 1000, object->name, program, cost);
}

static void check_row(const struct object *object, const char *program, long cost)
{
	long committed = cost_committed(program);

	print_message("  %s/%s: %ld, committed %ld\n", object->name, program, cost, committed);
	if (!is_expected(program))
		return;
	assert_true(cost >= 0);
	if (committed > 0)
		assert_true(cost * 10 <= committed * 11);
}

/* Every program loads where its kernel can, at no more than its committed cost. */
static void programs_cost_what_was_committed(void **state)
{
	(void)state;
	for_each_program(check_row);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_cost_what_was_committed),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		puts("kernel,object,program,verified_insns");
		for_each_program(print_row);
		return 0;
	}
	return cmocka_run_group_tests_name("bpf/cost", tests, NULL, NULL);
}
