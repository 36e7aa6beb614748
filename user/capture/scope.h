/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: what the sensor may read at all.
 *
 * Kinds that are given must all match (a process of this name in that namespace); rows of one
 * kind are alternatives; a kind without rows does not limit. The BPF programs enforce it from
 * maps, discovery uses the same object so that it does not even open other processes' files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "yagura/config.h"
#include "yagura/map.h"

struct yg_scope {
	uint32_t netns[YG_SCOPE_MAX]; /* inode of the namespace */
	uint64_t cgroups[YG_SCOPE_MAX];
	struct yg_comm comms[YG_SCOPE_MAX];
	size_t netns_count, cgroup_count, comm_count;
};

/**
 * yg_scope_add_netns() - allow one network namespace.
 * @text: "self", "pid:NUMBER", or a path to a namespace file (/run/netns/NAME).
 * Return: 0; -EINVAL for bad text; -ENOSPC beyond YG_SCOPE_MAX; -errno of the file.
 */
YG_MUST_CHECK int yg_scope_add_netns(struct yg_scope *scope, const char *text);

/**
 * yg_scope_add_cgroup() - allow the processes in one cgroup (v2) or below it.
 * @path: directory, e.g. /sys/fs/cgroup/system.slice/nginx.service.
 * Return: 0; -ENOTDIR; -ENOSPC; -errno of the path.
 */
YG_MUST_CHECK int yg_scope_add_cgroup(struct yg_scope *scope, const char *path);

/**
 * yg_scope_add_comm() - allow processes of one name, as in /proc/PID/comm; cut to 15 bytes.
 * Return: 0; -EINVAL if empty; -ENOSPC.
 */
YG_MUST_CHECK int yg_scope_add_comm(struct yg_scope *scope, const char *comm);

uint32_t yg_scope_bits(const struct yg_scope *scope); /* for yg_config.scope */
uint32_t yg_scope_net(const struct yg_scope *scope);  /* for yg_config.scope_net */

/* Is it in scope? True for all when that kind sets no limit. */
bool yg_scope_has_netns(const struct yg_scope *scope, uint32_t inode);
bool yg_scope_has_cgroup(const struct yg_scope *scope, uint64_t id);
bool yg_scope_has_comm(const struct yg_scope *scope, const char *comm);

/**
 * yg_scope_write() - make the three maps hold exactly this scope.
 * @nets_fd, @cgroups_fd, @comms_fd: yg_scope_nets, yg_scope_cgroups, yg_scope_comms.
 *
 * Adds before it deletes: what stays allowed is allowed throughout.
 * Return: 0; -errno of the first map command that failed.
 */
YG_MUST_CHECK int yg_scope_write(const struct yg_scope *scope, int nets_fd, int cgroups_fd,
				 int comms_fd);
