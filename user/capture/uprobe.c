/* SPDX-License-Identifier: GPL-2.0-only */
/* One file's probes as links: returns first, then entries. */
#include "capture/uprobe.h"

#include <assert.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "capture/hook.h"
#include "yagura/map.h"

/* Multi: one link per program. Perf: one per probe, twice for calls whose return is probed. */
#define LINKS_MAX (2 * YG_PROBES_MAX)

struct yg_uprobe {
	struct bpf_link *perf[LINKS_MAX];
	int multi[LINKS_MAX];
	size_t perf_count, multi_count;
	int file_fd;
	struct yg_place place;
};

/* One program's places in a file, while they are attached. */
struct batch {
	enum yg_program program;
	bool at_return;
	uint64_t offsets[YG_PROBES_MAX];
	uint64_t cookies[YG_PROBES_MAX];
	size_t count;
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
	[YG_PROBE_FILE] = YG_PROGRAM_SSL_FILE,
};

/* What sits on returns, then what sits on entries: a call is never half seen. */
static const enum yg_probe_kind order[] = {
	YG_PROBE_GO_RET,  YG_PROBE_GO_SHAKEN, YG_PROBE_READ,	  YG_PROBE_READ_EX,
	YG_PROBE_WRITE,	  YG_PROBE_WRITE_EX,  YG_PROBE_WRITE_EX2, YG_PROBE_GO_SHAKE,
	YG_PROBE_GO_READ, YG_PROBE_GO_WRITE,  YG_PROBE_FREE,	  YG_PROBE_GO_CLOSE,
	YG_PROBE_PR_READ, YG_PROBE_PR_RECV,   YG_PROBE_PR_WRITE,  YG_PROBE_PR_WRITEV,
	YG_PROBE_FILE,
};

/* Entries of calls whose return tells what they moved; Go's have probes of their own. */
static bool is_call(uint32_t kind)
{
	return kind < YG_PROBE_FREE || kind >= YG_PROBE_PR_READ;
}

/* What its program is told of a probe. */
static uint64_t cookie_of(const struct yg_probe *probe)
{
	bool is_stepped =
		probe->placement == YG_PLACEMENT_SYMBOL || probe->placement == YG_PLACEMENT_STEPPED;

	return is_stepped ? YG_COOKIE_STEPPED : 0;
}

static int attach_multi(const struct yg_loader *loader, const struct batch *batch,
			struct yg_uprobe *uprobe)
{
	const struct yg_hook_places places = {
		.offsets = batch->offsets,
		.cookies = batch->cookies,
		.count = batch->count,
		.at_return = batch->at_return,
	};
	int fd = yg_hook_uprobes(yg_loader_program(loader, batch->program), uprobe->file_fd,
				 &places);

	if (fd < 0)
		return fd;
	uprobe->multi[uprobe->multi_count++] = fd;
	return 0;
}

static int attach_perf(const struct yg_loader *loader, const struct batch *batch,
		       struct yg_uprobe *uprobe)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = batch->at_return);
	const struct bpf_program *program = yg_loader_handle(loader, batch->program);
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", uprobe->file_fd);
	for (size_t i = 0; i < batch->count; i++) {
		struct bpf_link *link;

		opts.bpf_cookie = batch->cookies[i];
		link = bpf_program__attach_uprobe_opts(program, -1, path, (size_t)batch->offsets[i],
						       &opts);
		if (!link && opts.bpf_cookie) { /* there are none before Linux 5.15 */
			opts.bpf_cookie = 0;
			link = bpf_program__attach_uprobe_opts(program, -1, path,
							       (size_t)batch->offsets[i], &opts);
		}
		if (!link)
			return -errno;
		uprobe->perf[uprobe->perf_count++] = link;
	}
	return 0;
}

static int attach_batch(const struct yg_loader *loader, const struct batch *batch,
			struct yg_uprobe *uprobe)
{
	if (batch->count == 0)
		return 0;
	if (yg_loader_program(loader, batch->program) < 0)
		return -EOPNOTSUPP;
	if (yg_loader_capability(loader, YG_CAPABILITY_MULTI)->available)
		return attach_multi(loader, batch, uprobe);
	return attach_perf(loader, batch, uprobe);
}

/* Attach @program to every probe it serves: to the returns of its kinds, or to its kind. */
static int attach_program(const struct yg_loader *loader, enum yg_program program,
			  struct yg_uprobe *uprobe)
{
	const struct yg_place *place = &uprobe->place;
	struct batch batch = { .program = program, .at_return = program == YG_PROGRAM_SSL_RET };

	for (uint32_t i = 0; i < place->count; i++) {
		const struct yg_probe *probe = &place->probes[i];

		if (program == YG_PROGRAM_SSL_RET ? !is_call(probe->kind)
						  : programs[probe->kind] != program)
			continue;
		batch.cookies[batch.count] = cookie_of(probe);
		batch.offsets[batch.count++] = probe->offset;
	}
	return attach_batch(loader, &batch, uprobe);
}

int yg_uprobe_attach_idle(struct yg_loader *loader, int file_fd, uint64_t offset,
			  struct yg_uprobe **ret)
{
	YG_CLEANUP(yg_uprobe_detach) struct yg_uprobe *uprobe = NULL;
	struct batch batch = { .program = YG_PROGRAM_SSL_FREE, .offsets = { offset }, .count = 1 };
	int r = yg_uprobe_new(file_fd, &(const struct yg_place){ .count = 0 }, &uprobe);

	if (r)
		return r;
	assert(uprobe);
	r = attach_batch(loader, &batch, uprobe);
	batch.at_return = true;
	if (!r)
		r = attach_batch(loader, &batch, uprobe);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(uprobe);
	return 0;
}

size_t yg_uprobe_links(const struct yg_uprobe *uprobe)
{
	return uprobe->perf_count + uprobe->multi_count;
}

void yg_uprobe_rest(struct yg_uprobe *uprobe, size_t index)
{
	if (index < uprobe->perf_count) {
		(void)bpf_link__destroy(uprobe->perf[index]);
		uprobe->perf[index] = NULL;
	} else {
		yg_closep(&uprobe->multi[index - uprobe->perf_count]);
	}
}

/* Entries end before returns: attached last, taken off first. */
static void take_off(struct yg_uprobe *uprobe)
{
	for (size_t i = yg_uprobe_links(uprobe); i > 0; i--)
		yg_uprobe_rest(uprobe, i - 1);
	uprobe->perf_count = uprobe->multi_count = 0;
}

int yg_uprobe_wake(struct yg_loader *loader, struct yg_uprobe *uprobe)
{
	int r;

	take_off(uprobe);
	r = attach_program(loader, YG_PROGRAM_SSL_RET, uprobe);
	for (size_t i = 0; r == 0 && i < YG_ARRAY_SIZE(order); i++)
		r = attach_program(loader, programs[order[i]], uprobe);
	if (r)
		take_off(uprobe);
	return r;
}

int yg_uprobe_new(int file_fd, const struct yg_place *place, struct yg_uprobe **ret)
{
	struct yg_uprobe *uprobe = calloc(1, sizeof(*uprobe));

	if (!uprobe)
		return -ENOMEM;
	uprobe->place = *place;
	uprobe->file_fd = fcntl(file_fd, F_DUPFD_CLOEXEC, 0);
	if (uprobe->file_fd < 0) {
		int r = -errno;

		yg_freep(&uprobe);
		return r;
	}
	*ret = uprobe;
	return 0;
}

int yg_uprobe_attach(struct yg_loader *loader, int file_fd, const struct yg_place *place,
		     struct yg_uprobe **ret)
{
	YG_CLEANUP(yg_uprobe_detach) struct yg_uprobe *uprobe = NULL;
	int r = yg_uprobe_new(file_fd, place, &uprobe);

	if (r)
		return r;
	assert(uprobe);
	r = yg_uprobe_wake(loader, uprobe);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(uprobe);
	return 0;
}

void yg_uprobe_detach(struct yg_uprobe **uprobe)
{
	if (!*uprobe)
		return;
	take_off(*uprobe);
	yg_closep(&(*uprobe)->file_fd);
	yg_freep(uprobe);
}
