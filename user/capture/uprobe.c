/* SPDX-License-Identifier: GPL-2.0-only */
/* One file's probes as links: returns first, then entries. */
#include "capture/uprobe.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>

#include "capture/hook.h"

/* Multi: one link per program. Perf: one per probe, twice for calls whose return is probed. */
#define LINKS_MAX (2 * YG_PROBES_MAX)

struct yg_uprobe {
	struct bpf_link *perf[LINKS_MAX];
	int multi[LINKS_MAX];
	size_t perf_count, multi_count;
};

static const enum yg_program programs[YG_PROBE_MAX] = {
	[YG_PROBE_READ] = YG_PROGRAM_SSL_READ,
	[YG_PROBE_READ_EX] = YG_PROGRAM_SSL_READ_EX,
	[YG_PROBE_WRITE] = YG_PROGRAM_SSL_WRITE,
	[YG_PROBE_WRITE_EX] = YG_PROGRAM_SSL_WRITE_EX,
	[YG_PROBE_WRITE_EX2] = YG_PROGRAM_SSL_WRITE_EX2,
	[YG_PROBE_FREE] = YG_PROGRAM_SSL_FREE,
	[YG_PROBE_GO_RET] = YG_PROGRAM_GO_RET,
	[YG_PROBE_GO_SHAKEN] = YG_PROGRAM_GO_SHAKEN,
	[YG_PROBE_GO_READ] = YG_PROGRAM_GO_READ,
	[YG_PROBE_GO_WRITE] = YG_PROGRAM_GO_WRITE,
	[YG_PROBE_GO_SHAKE] = YG_PROGRAM_GO_SHAKE,
	[YG_PROBE_GO_CLOSE] = YG_PROGRAM_GO_CLOSE,
	[YG_PROBE_PR_READ] = YG_PROGRAM_PR_READ,
	[YG_PROBE_PR_RECV] = YG_PROGRAM_PR_RECV,
	[YG_PROBE_PR_WRITE] = YG_PROGRAM_PR_WRITE,
	[YG_PROBE_PR_WRITEV] = YG_PROGRAM_PR_WRITEV,
};

/* What sits on returns, then what sits on entries: a call is never half seen. */
static const enum yg_probe_kind order[] = {
	YG_PROBE_GO_RET,  YG_PROBE_GO_SHAKEN, YG_PROBE_READ,	  YG_PROBE_READ_EX,
	YG_PROBE_WRITE,	  YG_PROBE_WRITE_EX,  YG_PROBE_WRITE_EX2, YG_PROBE_GO_SHAKE,
	YG_PROBE_GO_READ, YG_PROBE_GO_WRITE,  YG_PROBE_FREE,	  YG_PROBE_GO_CLOSE,
	YG_PROBE_PR_READ, YG_PROBE_PR_RECV,   YG_PROBE_PR_WRITE,  YG_PROBE_PR_WRITEV,
};

/* Entries of calls whose return tells what they moved; Go's have probes of their own. */
static bool is_call(uint32_t kind)
{
	return kind < YG_PROBE_FREE || kind >= YG_PROBE_PR_READ;
}

static int attach_multi(const struct yg_loader *loader, int file_fd, enum yg_program program,
			const uint64_t *offsets, size_t count, struct yg_uprobe *uprobe)
{
	int fd = yg_hook_uprobes(yg_loader_program(loader, program), file_fd, offsets, count,
				 program == YG_PROGRAM_SSL_RET);

	if (fd < 0)
		return fd;
	uprobe->multi[uprobe->multi_count++] = fd;
	return 0;
}

static int attach_perf(const struct yg_loader *loader, int file_fd, enum yg_program program,
		       const uint64_t *offsets, size_t count, struct yg_uprobe *uprobe)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file_fd);
	for (size_t i = 0; i < count; i++) {
		struct bpf_link *link = bpf_program__attach_uprobe(
			yg_loader_handle(loader, program), program == YG_PROGRAM_SSL_RET, -1, path,
			(size_t)offsets[i]);

		if (!link)
			return -errno;
		uprobe->perf[uprobe->perf_count++] = link;
	}
	return 0;
}

/* Attach @program to every probe it serves: to the returns of its kinds, or to its kind. */
static int attach_program(const struct yg_loader *loader, int file_fd, const struct yg_place *place,
			  enum yg_program program, struct yg_uprobe *uprobe)
{
	uint64_t offsets[YG_PROBES_MAX];
	size_t count = 0;

	for (uint32_t i = 0; i < place->count; i++) {
		const struct yg_probe *probe = &place->probes[i];

		if (program == YG_PROGRAM_SSL_RET ? is_call(probe->kind)
						  : programs[probe->kind] == program)
			offsets[count++] = probe->offset;
	}
	if (count == 0)
		return 0;
	if (yg_loader_program(loader, program) < 0)
		return -EOPNOTSUPP;
	if (yg_loader_capability(loader, YG_CAPABILITY_MULTI)->available)
		return attach_multi(loader, file_fd, program, offsets, count, uprobe);
	return attach_perf(loader, file_fd, program, offsets, count, uprobe);
}

int yg_uprobe_attach(struct yg_loader *loader, int file_fd, const struct yg_place *place,
		     struct yg_uprobe **ret)
{
	YG_CLEANUP(yg_uprobe_detach) struct yg_uprobe *uprobe = calloc(1, sizeof(*uprobe));
	int r;

	if (!uprobe)
		return -ENOMEM;
	r = attach_program(loader, file_fd, place, YG_PROGRAM_SSL_RET, uprobe);
	for (size_t i = 0; r == 0 && i < YG_ARRAY_SIZE(order); i++)
		r = attach_program(loader, file_fd, place, programs[order[i]], uprobe);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(uprobe);
	return 0;
}

void yg_uprobe_detach(struct yg_uprobe **uprobe)
{
	if (!*uprobe)
		return;
	/* Entries end before returns: attached last, taken off first. */
	while ((*uprobe)->perf_count > 0)
		(void)bpf_link__destroy((*uprobe)->perf[--(*uprobe)->perf_count]);
	while ((*uprobe)->multi_count > 0)
		yg_closep(&(*uprobe)->multi[--(*uprobe)->multi_count]);
	yg_freep(uprobe);
}
