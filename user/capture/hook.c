/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF_LINK_CREATE by hand. */
#include "capture/hook.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/syscall.h>

#define FLAG_BEFORE	  (1u << 3) /* BPF_F_BEFORE: without a relative: first of all */
#define FLAG_RETURN	  (1u << 0) /* BPF_F_UPROBE_MULTI_RETURN */
#define NO_SUCH_INTERFACE 0x7fffffff

/* union bpf_attr of BPF_LINK_CREATE with its uprobe_multi member, as of Linux 6.6. */
struct link_attr {
	uint32_t prog_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t ref_ctr_offsets;
	uint64_t cookies;
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t pad;
};

static int create_uprobes(int prog_fd, const char *path, const struct yg_hook_places *places)
{
	struct link_attr attr = {
		.prog_fd = (uint32_t)prog_fd,
		.attach_type = YG_HOOK_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t)path,
		.offsets = (uint64_t)(uintptr_t)places->offsets,
		.cookies = (uint64_t)(uintptr_t)places->cookies,
		.count = (uint32_t)places->count,
		.multi_flags = places->at_return ? FLAG_RETURN : 0,
	};
	long r = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return r < 0 ? -errno : (int)r;
}

int yg_hook_tcx(int prog_fd, uint32_t ifindex, int hook, bool first)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = first ? FLAG_BEFORE : 0);
	int r = bpf_link_create(prog_fd, (int)ifindex, (enum bpf_attach_type)hook, &opts);

	return r < 0 ? -errno : r;
}

int yg_hook_uprobes(int prog_fd, int file_fd, const struct yg_hook_places *places)
{
	char path[32];

	/* The kernel wants a path; this one leads to the inode we hold, whatever its name now. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file_fd);
	return create_uprobes(prog_fd, path, places);
}

bool yg_hook_has_tcx(int tc_prog_fd)
{
	return yg_hook_tcx(tc_prog_fd, NO_SUCH_INTERFACE, YG_HOOK_TCX_INGRESS, false) == -ENODEV;
}

/* A directory is refused with EBADF, but only by a kernel that got as far as looking at it. */
bool yg_hook_has_uprobes(void)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const uint64_t offset = 0;
	const struct yg_hook_places places = { .offsets = &offset, .count = 1 };
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = (enum bpf_attach_type)YG_HOOK_UPROBE_MULTI);
	YG_CLEANUP_CLOSE int prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "yg_probe", "GPL", code,
						  YG_ARRAY_SIZE(code), &opts);

	if (prog < 0)
		return false;
	return create_uprobes(prog, "/", &places) == -EBADF;
}

static void free_caps(cap_t *caps)
{
	if (*caps)
		(void)cap_free(*caps);
}

/* bpf(2) asks for the privilege before it looks at the command, so a lookup tells of an update. */
bool yg_hook_can_write(int map_fd)
{
	YG_CLEANUP(free_caps) cap_t all = cap_get_proc();
	YG_CLEANUP(free_caps) cap_t none = all ? cap_dup(all) : NULL;
	const uint8_t key[16] = { 0 };
	uint64_t value[16];
	bool refused;
	int r;

	if (!none || cap_clear_flag(none, CAP_EFFECTIVE) || cap_set_proc(none))
		return true;
	refused = bpf_map_lookup_elem(map_fd, key, value) && errno == EPERM;
	r = cap_set_proc(all);
	assert(r == 0); /* the permitted set was never touched */
	(void)r;
	return !refused;
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void yg_hook_quiet(void)
{
	(void)libbpf_set_print(say_nothing);
}
