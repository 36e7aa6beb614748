/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The warden: root's part of the daemon. It loads and attaches, finds processes, beats the heart,
 * starts roles, and reads no byte that came from a network.
 *
 *	setup.c		from options to attached	warden.c	loop, roles, end
 *	hooks.c		interfaces, their programs	protect.c	who is never blocked
 *	status.c	what the desk shows		connections.c	those of blocked clients
 *	sampling.c	how much is sampled		resting.c	when TLS is read
 *	coverage.c	TLS that is not read
 *	host.c		directories, sockets, key	children.c	processes and links
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/attach.h"
#include "capture/discover.h"
#include "capture/iface.h"
#include "capture/kill.h"
#include "capture/loader.h"
#include "capture/ring.h"
#include "capture/scope.h"
#include "core/log_rate.h"
#include "core/macros.h"
#include "daemon/children.h"
#include "daemon/host.h"
#include "daemon/options.h"
#include "daemon/protected.h"
#include "daemon/resting.h"
#include "daemon/sampling.h"
#include "yagura/map.h"

#define YG_CGROUP_ROOT "/sys/fs/cgroup"

/* One interface that the sensor was put on. */
struct yg_hook_row {
	struct yg_hooks hooks;
	int err;	   /* of the last attempt */
	uint64_t tried_ns; /* monotonic */
};

struct yg_coverage;
struct yg_coverage_watch;

struct yg_warden {
	struct yg_options options;
	struct yg_host host;
	struct yg_children children;
	struct yg_role_start start; /* of every role, without its flags */
	uint64_t started_ns;	    /* epoch */

	struct yg_loader *loader;
	struct yg_attach *attach;
	struct yg_discover *discover;
	struct yg_kill *killer; /* NULL: this kernel has no way */
	struct yg_scope *scope;
	struct yg_control *control; /* the kernel's page */
	struct yg_ring procs;
	struct yg_sampling sampling;
	struct yg_resting resting;
	struct yg_coverage_watch *coverage;

	struct yg_iface_monitor *monitor;
	struct yg_ifaces ifaces;   /* the last picture */
	struct yg_hook_row *hooks; /* [hook_count] */
	size_t hook_count;
	bool look; /* something changed: look again when look_ns has come */
	uint64_t look_ns;
	uint64_t looked_ns; /* monotonic; not before this: the last look was long */

	bool protect; /* look again at who is protected, and tell who does not know */
	struct yg_protected guarded;
	uint64_t status_ns;	/* monotonic, last round */
	uint64_t round;		/* number of the status round */
	uint64_t kill_ns;	/* monotonic; when sockets may be swept again */
	bool kill;		/* one is due */
	uint64_t sweeps;	/* of sockets, so far */
	struct yg_log_rate log; /* lines about what the enforcer asks */
	int signal_fd;
	const char *notify_path; /* systemd's socket, or NULL */
};

/**
 * yg_warden_run() - be the daemon until SIGTERM.
 * @options: taken.
 * @notify_path: of the environment, or NULL.
 *
 * Return: exit status.
 */
int yg_warden_run(struct yg_options *options, const char *notify_path);

/* Take everything of Yagura out of this kernel. Return: exit status. */
int yg_warden_detach(const struct yg_options *options);

/**
 * yg_warden_set_up() - setup.c: everything up to the roles; logs what fails.
 *
 * Loading comes before the lock when a daemon is replaced: the old one works on while the
 * verifier does, and the time between the two is that of a few system calls.
 *
 * Return: 0; -errno. The caller cleans up in both cases.
 */
YG_MUST_CHECK int yg_warden_set_up(struct yg_warden *warden);
void yg_warden_beat(struct yg_warden *warden);		 /* setup.c: the heart */
bool yg_warden_may_drop(const struct yg_warden *warden); /* any mode but observe */

/* hooks.c: bring the wanted interfaces to what they should have; logs changes. */
void yg_hooks_look(struct yg_warden *warden, uint64_t now_ns);
void yg_hooks_clean(struct yg_warden *warden); /* memory only: everything stays attached */

/* protect.c: mend the allow map, tell the roles. Return: 0; -EAGAIN: later again; -errno. */
YG_MUST_CHECK int yg_protect_apply(struct yg_warden *warden);

/* status.c: one round of messages to the desk; what does not fit is left to the next round. */
void yg_status_send(struct yg_warden *warden);

/* connections.c: close those of blocked clients, here and in the namespaces of the scope. */
void yg_connections_close(struct yg_warden *warden, uint64_t now_ns);

/* coverage.c: add up the TLS connections of the wire. Return: 0; -ENOMEM; -errno. */
YG_MUST_CHECK int yg_coverage_open(struct yg_warden *warden);
void yg_coverage_close(struct yg_warden *warden);
void yg_coverage_tick(struct yg_warden *warden, uint64_t now_ns);
const struct yg_coverage *yg_coverage_of(const struct yg_warden *warden); /* NULL: none */
