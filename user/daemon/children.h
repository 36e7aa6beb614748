/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The roles as the warden sees them: started, linked to each other, started again.
 *
 * The warden keeps both ends of every link, so messages on their way outlive a role. A role that
 * dies is started at once; one that dies again and again waits longer each time; after
 * YG_DEATHS_MAX in a minute it is called failed and tried once a minute.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"
#include "daemon/role.h"

#define YG_DEATHS_MAX	 10u
#define YG_CHILD_OWN_MAX (1u + YG_RINGS_MAX) /* fds from YG_FD_OWN on */

enum yg_child_state { YG_CHILD_STARTING, YG_CHILD_RUNNING, YG_CHILD_FAILED, YG_CHILD_STATE_MAX };

struct yg_child {
	pid_t pid;	     /* 0: not running */
	uint64_t started_ns; /* epoch */
	uint64_t due_ns;     /* monotonic; when it may be started */
	uint32_t restarts;
	uint64_t deaths[YG_DEATHS_MAX]; /* monotonic; a ring of the last ones */
	uint32_t death_count;
	bool crashed; /* by a signal of its own making: what it read may be the cause */
	bool failed;
	bool asked;	/* told to end, to begin anew: not a death */
	char cause[64]; /* how it ended the last time; "" never */
};

struct yg_children {
	int exe_fd;			    /* our own program, as it was when we started */
	int null_fd;			    /* /dev/null */
	int ends[YG_ROLE_MAX][YG_ROLE_MAX]; /* [holder][peer], -1 for none */
	struct yg_child rows[YG_ROLE_MAX];  /* the warden's own is not used */
};

/**
 * yg_children_open() - make the links; starts nothing.
 * Return: 0; -errno. Release with yg_children_close() in both cases.
 */
YG_MUST_CHECK int yg_children_open(struct yg_children *children);
void yg_children_close(struct yg_children *children); /* links; kills nobody */

/**
 * yg_children_start() - start one role that is not running.
 * @start: warden_pid and abi are filled in.
 * @own: [count] its own fds, from YG_FD_OWN on; -1 leaves a place empty.
 *
 * Return: 0; -errno of memfd, fork or the options' text.
 */
YG_MUST_CHECK int yg_children_start(struct yg_children *children, enum yg_role role,
				    const struct yg_role_start *start,
				    const struct yg_options *options, const int *own, size_t count);

/**
 * yg_children_reap() - take note of roles that have ended.
 * @ret: the role, when one has died.
 * Return: true if one has died; call again until false.
 */
bool yg_children_reap(struct yg_children *children, uint64_t now_ns, enum yg_role *ret);

/* Running, waiting to be started, or given up for a minute. */
enum yg_child_state yg_child_state(const struct yg_child *child);
const char *yg_child_state_name(enum yg_child_state state); /* "running" */

/**
 * yg_child_note_death() - the pure part of reaping: when to try again.
 * @status: of waitpid(2).
 * Return: false if it ended well because it was asked to.
 */
bool yg_child_note_death(struct yg_child *child, int status, uint64_t now_ns);
