/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a role is born with, and its first steps: the other side of children.h.
 *
 *	fd 0..2		/dev/null, the log
 *	fd 3		memory file: struct yg_role_start, then the options as YAML
 *	fd 4..7		link to the warden, analyzer, enforcer, desk (none to itself)
 *	fd 8..		its own: see enum yg_role_fd
 *
 * The warden starts a role by executing its own file anew, so that no memory and no fd of the
 * warden is left in it, and the role puts itself into its cage before it reads any message.
 */
#pragma once

#include <stdint.h>

#include "core/hash.h"
#include "core/macros.h"
#include "daemon/options.h"
#include "priv/request.h"
#include "priv/sandbox.h"

#define YG_VERSION "0.1"

/*
 * The kernel maps no fd that was opened read-only (6.18: VM_SHARED is taken off, EINVAL), so the
 * analyzer is born with the real one. A mapping made without PROT_WRITE cannot become writable
 * later, and the fd is gone before the first record is read.
 */
enum yg_role_fd {
	YG_FD_START = 3,
	YG_FD_LINK = 4, /* + enum yg_role of the peer */
	YG_FD_OWN = YG_FD_LINK + YG_ROLE_MAX,

	YG_FD_COUNTERS = YG_FD_OWN, /* analyzer: mapped read-only, then closed */
	YG_FD_RINGS,		    /* analyzer: [ring_count] */

	YG_FD_BLOCK4 = YG_FD_OWN, /* enforcer */
	YG_FD_BLOCK6,
	YG_FD_BLOCK_NETS,
	YG_FD_ALWAYS,

	YG_FD_STATE = YG_FD_OWN, /* desk: directory */
	YG_FD_LISTEN,		 /* desk: the API */
	YG_FD_METRICS,		 /* desk: /metrics over TCP, if configured */

	YG_FD_MAX = YG_FD_RINGS + YG_RINGS_MAX
};

#define YG_ROLE_START_ABI 1u

/* Bits of yg_role_start.flags. */
#define YG_START_MAY_DROP 1u /* guards are attached */
#define YG_START_SKIP	  2u /* analyzer: its predecessor crashed on what waits in the rings */
#define YG_START_METRICS  4u /* desk: YG_FD_METRICS is there */

/* What the options do not say. Written by the warden, binary, same program on both sides. */
struct yg_role_start {
	uint32_t abi;
	uint32_t flags;
	int32_t warden_pid;
	uint32_t uid;
	uint32_t gid;
	uint32_t ring_count;
	uint32_t ring_bytes;
	uint32_t cpu_max;
	uint32_t blocks_max;		 /* exact addresses per family */
	uint32_t group;			 /* members may use the API; UINT32_MAX: root alone */
	struct yg_hash_key table_key;	 /* per boot of the daemon */
	struct yg_hash_key identity_key; /* per installation */
};

struct yg_role_context {
	enum yg_role role;
	struct yg_role_start start;
	struct yg_options options;
	int stop_fd;	   /* readable: end in order */
	uint64_t grow_max; /* bytes of memory that it may take after yg_role_lock() */
};

/**
 * yg_role_main() - be the role called @name until it is told to stop.
 *
 * Context: a process made by yg_children_start(); anything else is refused.
 * Return: exit status.
 */
int yg_role_main(const char *name);

/**
 * yg_role_lock() - enter the cage, keeping the log, the links, stop_fd and @keep.
 * @keep: [count] fds of the role, -1 among them are passed over; at most YG_ROLE_KEEP_MAX.
 * @paths: as in struct yg_sandbox.
 *
 * From here on it takes no more than ctx->grow_max bytes of memory beyond what it has.
 *
 * Return: 0; -errno, logged.
 */
#define YG_ROLE_KEEP_MAX 8
YG_MUST_CHECK int yg_role_lock(const struct yg_role_context *ctx, enum yg_cage cage,
			       const int *keep, size_t count, const struct yg_sandbox_path *paths);

/* Each returns an exit status when stop_fd becomes readable or it cannot go on. */
int yg_analyzer_run(struct yg_role_context *ctx);
int yg_enforcer_run(struct yg_role_context *ctx);
int yg_desk_role_run(struct yg_role_context *ctx);
