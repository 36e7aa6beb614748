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
 * @file_fd: borrowed; may be deleted or in another mount namespace.
 *
 * Return probes are in place before entry probes: a call is never half seen.
 * Return: 0; -EOPNOTSUPP if the programs did not load; -errno of the kernel (nothing stays).
 */
YG_MUST_CHECK int yg_uprobe_attach(struct yg_loader *loader, int file_fd,
				   const struct yg_place *place, struct yg_uprobe **ret);
void yg_uprobe_detach(struct yg_uprobe **uprobe); /* accepts NULL inside */
