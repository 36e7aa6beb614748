/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: attach the TLS programs to one file, for every process that maps it.
 *
 * By uprobe_multi links (Linux 6.6) with one link per program, else by perf events, one per
 * probe. Not pinned: they end with the warden and its successor attaches anew.
 */
#pragma once

#include <stdint.h>

#include "capture/loader.h"
#include "capture/place.h"
#include "core/macros.h"

struct yg_uprobe;

/**
 * yg_uprobe_attach() - put the TLS programs of @loader on @place in the file @file_fd.
 * @file_fd: borrowed; may be deleted or in another mount namespace. A copy of it is kept.
 *
 * Return probes are in place before entry probes: a call is never half seen.
 * Return: 0; -EOPNOTSUPP if the programs did not load; -errno of the kernel (nothing stays).
 */
YG_MUST_CHECK int yg_uprobe_attach(struct yg_loader *loader, int file_fd,
				   const struct yg_place *place, struct yg_uprobe **ret);

/**
 * yg_uprobe_attach_idle() - one probe on entry and return of a function that is no library's.
 * @offset: in the file, of its first instruction.
 *
 * Its program finds no object of TLS, and is done: what is left is what a probe costs.
 * Return: as yg_uprobe_attach().
 */
YG_MUST_CHECK int yg_uprobe_attach_idle(struct yg_loader *loader, int file_fd, uint64_t offset,
					struct yg_uprobe **ret);

/* The same without probes, until yg_uprobe_wake(). Return: 0; -ENOMEM; -errno of dup(2). */
YG_MUST_CHECK int yg_uprobe_new(int file_fd, const struct yg_place *place, struct yg_uprobe **ret);
void yg_uprobe_detach(struct yg_uprobe **uprobe); /* accepts NULL inside */

/*
 * Rest and wake: the same probes off and on again. Off is detached: a perf event that is merely
 * disabled traps all the same. Taking a link off waits for the kernel some 40 ms, with every link
 * of a kind at once no longer: one call per link, from any thread, none twice at the same time.
 */

/* Links that it has now. */
size_t yg_uprobe_links(const struct yg_uprobe *uprobe);

/* Take off the link @index < yg_uprobe_links(); its place in the list stays, empty. */
void yg_uprobe_rest(struct yg_uprobe *uprobe, size_t index);

/**
 * yg_uprobe_wake() - attach again what yg_uprobe_rest() took off.
 * @loader: that of yg_uprobe_attach().
 * Return: 0; -errno of the kernel: nothing is attached, try again.
 */
YG_MUST_CHECK int yg_uprobe_wake(struct yg_loader *loader, struct yg_uprobe *uprobe);
