/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: find every file that holds TLS functions and is mapped by a process in scope.
 *
 *	exec event ──► rescan of that PID after 50 ms, 1 s, 10 s ─┐
 *	every 15 s ──► sweep of all PIDs ────────────────────────┴► maps ► files ► inspect ► attach
 *
 * A probe sits on an inode and covers every process that maps it, now or later, so one attachment
 * per (st_dev, st_ino) is enough; it ends when two whole sweeps found nobody. Files are opened only
 * through /proc/PID/map_files and never by the name a process chose: deleted files and other mount
 * namespaces work, and a name can lead nowhere.
 *
 * Source: proc_pid_maps(5), proc_pid_map_files(5).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/explain.h"
#include "capture/gaps.h"
#include "capture/inspect.h"
#include "capture/note.h"
#include "capture/scope.h"
#include "core/macros.h"

#define YG_DISCOVER_SWEEP_MS	 15000u /* default pause between sweeps */
#define YG_DISCOVER_FILES_MAX	 4096u	/* files known not to be TLS; the least recent goes first */
#define YG_DISCOVER_TLS_MAX	 1024u	/* files attached at once; more are counted */
#define YG_DISCOVER_QUEUE_MAX	 256u	/* files waiting for inspection; a sweep finds the rest */
#define YG_DISCOVER_RESCAN_MAX	 4096u	/* rescans waiting; beyond: the sweep finds it */
#define YG_DISCOVER_RESCAN_PER_S 256u	/* rescans done; beyond: the sweep finds it */
#define YG_DISCOVER_PIDS_STEP	 32u  /* processes looked at per step: bounds the time of a step */
#define YG_DISCOVER_NAME_CAP	 256u /* bytes kept of a file's name, for people only */

/* Where attachments are made; the daemon passes yg_uprobe_attach() and friends, tests their own. */
struct yg_discover_ops {
	/* Return: 0; -errno. @file_fd is open for reading, and closed after the call. */
	int (*attach)(void *ctx, int file_fd, const struct yg_place *place, void **ret_handle);
	void (*detach)(void *ctx, void *handle);
	void *ctx;
};

struct yg_discover_config {
	const char *proc;	      /* "/proc" */
	const char *cgroup;	      /* "/sys/fs/cgroup"; NULL: cgroup scope matches nothing */
	const struct yg_scope *scope; /* borrowed; must outlive; NULL: everything */
	uint32_t sweep_ms;	      /* 0: YG_DISCOVER_SWEEP_MS */
	struct yg_discover_ops ops;
	struct yg_note note;
};

struct yg_discover_stats {
	uint64_t sweeps;	/* whole passes over all processes */
	uint64_t scans;		/* processes looked at */
	uint64_t skip_scope;	/* processes outside the scope */
	uint64_t inspected;	/* files read by a child */
	uint64_t other;		/* of these: no TLS functions */
	uint64_t crash;		/* of these: the child died */
	uint64_t timeout;	/* of these: the child took too long */
	uint64_t attached;	/* attachments made */
	uint64_t attach_failed; /* the kernel refused; tried again a minute later */
	uint64_t expired;	/* attachments ended: nobody maps the file */
	uint64_t evicted;	/* files forgotten at the cap */
	uint64_t lost_queue;	/* files not queued at the cap; the next sweep tries again */
	uint64_t lost_rescan;	/* rescans beyond the caps: left to the sweep */
	uint64_t lost_maps;	/* processes with more mappings than are read */
};

/* One attached file, for `yagura status`. */
struct yg_discover_file {
	uint64_t dev, ino;
	uint64_t attached_ns;
	pid_t pid; /* one process that maps it */
	uint32_t probes;
	uint32_t internal;		 /* of these placed on an internal function */
	uint32_t stack;			 /* enum yg_stack */
	char name[YG_DISCOVER_NAME_CAP]; /* as that process sees it; control bytes are '?' */
};

struct yg_discover;

/**
 * yg_discover_new() - prepare; the first step begins the first sweep.
 * Return: 0; -ENOMEM; -errno of opening /proc.
 */
YG_MUST_CHECK int yg_discover_new(const struct yg_discover_config *config,
				  struct yg_discover **ret);
void yg_discover_free(struct yg_discover **discover); /* detaches everything */

/* An exec event: look at this process soon. */
void yg_discover_exec(struct yg_discover *discover, pid_t pid, uint64_t now_ns);

/* Begin a sweep at the next step, whatever the timer says. */
void yg_discover_sweep(struct yg_discover *discover);

/**
 * yg_discover_step() - do a bounded piece of work; never blocks.
 * @now_ns: CLOCK_MONOTONIC.
 * Return: milliseconds until the next call is due (0: work is waiting), for poll(2).
 */
int yg_discover_step(struct yg_discover *discover, uint64_t now_ns);

/* Readable when an inspection is done: call yg_discover_step(). -1 while there is none. */
int yg_discover_fd(const struct yg_discover *discover);

/* Totals since yg_discover_new(). */
void yg_discover_stats(const struct yg_discover *discover, struct yg_discover_stats *ret);

/* Copy up to @max attached files. Return: how many are attached. */
size_t yg_discover_files(const struct yg_discover *discover, struct yg_discover_file *ret,
			 size_t max);

/* Processes that speak TLS and cannot be read. Borrowed; valid until the next step. */
const struct yg_gaps *yg_discover_gaps(const struct yg_discover *discover);

/* yg_explain() of what was discovered. Return: 0; -ESRCH. */
YG_MUST_CHECK int yg_discover_explain(const struct yg_discover *discover, pid_t pid,
				      struct yg_explanation *ret);
