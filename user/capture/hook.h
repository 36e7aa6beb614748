/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: the bpf(2) commands that libbpf 1.1 of Debian 12 does not know.
 *
 * Source: include/uapi/linux/bpf.h of Linux 6.6: BPF_TCX_INGRESS, BPF_TRACE_UPROBE_MULTI.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

#define YG_HOOK_TCX_INGRESS  46 /* enum bpf_attach_type */
#define YG_HOOK_TCX_EGRESS   47
#define YG_HOOK_UPROBE_MULTI 48

/**
 * yg_hook_tcx() - attach a TC program by link.
 * @hook: YG_HOOK_TCX_INGRESS or YG_HOOK_TCX_EGRESS.
 * @first: before everybody else's program there; else after them.
 * Return: fd of the link, the caller's; -EINVAL before Linux 6.6; -ENODEV; -errno.
 */
YG_MUST_CHECK int yg_hook_tcx(int prog_fd, uint32_t ifindex, int hook, bool first);

/* Where one program goes in one file. */
struct yg_hook_places {
	const uint64_t *offsets; /* [count] in the file */
	const uint64_t *cookies; /* [count] what the program is told of each; NULL: 0 */
	size_t count;
	bool at_return; /* when the function that begins there returns */
};

/**
 * yg_hook_uprobes() - attach one program to several places of one file, for all processes.
 * @prog_fd: loaded with expected_attach_type YG_HOOK_UPROBE_MULTI.
 * @file_fd: the file; borrowed.
 * Return: fd of the link, the caller's; -EINVAL before Linux 6.6; -errno.
 */
YG_MUST_CHECK int yg_hook_uprobes(int prog_fd, int file_fd, const struct yg_hook_places *places);

/* What kind of links this kernel makes; tried on nothing that exists. */
bool yg_hook_has_tcx(int tc_prog_fd);
bool yg_hook_has_uprobes(void);

/**
 * yg_hook_can_write() - does a held map stay writable without any capability?
 * @map_fd: a map whose lookup harms nobody.
 *
 * Linux 5.19 and later; before, only where kernel.unprivileged_bpf_disabled is 0. Tried with all
 * capabilities put aside for the moment. True if they cannot be put aside: there are none.
 */
bool yg_hook_can_write(int map_fd);

/* libbpf explains failures on stderr; ours are capabilities and return values. */
void yg_hook_quiet(void);
