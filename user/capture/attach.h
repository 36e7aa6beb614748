/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: hook programs to interfaces and to the kernel's own events.
 *
 * TC by TCX links where the kernel has them, else clsact filters with a fixed handle and priority.
 * XDP: native, else generic, else the guard at TC; a program of somebody else is never replaced.
 * Native takes frames in several buffers (MTU above a page) wherever the kernel has that: a program
 * that does not would also keep the operator from raising the MTU later.
 * Links are pinned as links/if<ifindex>-<hook>; a pinned link found at start is adopted and its
 * program replaced in place, so there is no moment without one.
 *
 *	links/if3-xdp  if3-in  if3-out  if3-guard  if3-cut
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/iface.h"
#include "capture/loader.h"
#include "capture/note.h"
#include "core/macros.h"

enum yg_xdp { /* what was asked for, and what an interface has */
	      YG_XDP_AUTO,
	      YG_XDP_NATIVE,
	      YG_XDP_GENERIC,
	      YG_XDP_OFF,
	      YG_XDP_MAX
};

enum yg_tc { YG_TC_NONE, YG_TC_TCX, YG_TC_CLSACT, YG_TC_MAX };

struct yg_attach_config {
	bool may_drop;	 /* false: observe; yg_xdp_guard, yg_tc_guard, yg_tc_cut stay off */
	bool xdp_sample; /* --capture xdp: yg_xdp_guard samples ingress, the TC sampler does not */
	enum yg_xdp xdp; /* --xdp */
	struct yg_note note;
};

#define YG_HOOK_REASON_CAP 160

/* What one interface got. Copied into `yagura status`. */
struct yg_hooks {
	uint32_t ifindex;
	char name[YG_IFACE_NAME_CAP];
	enum yg_xdp xdp;		 /* NATIVE, GENERIC or OFF */
	bool frags;			 /* native, for frames in several buffers too */
	enum yg_tc tc;			 /* how the TC programs are held */
	bool ingress, egress;		 /* samplers attached */
	bool tc_guard, tc_cut;		 /* TC droppers attached */
	char reason[YG_HOOK_REASON_CAP]; /* why this XDP mode: "veth: native turns off TSO" */
};

struct yg_attach;

/**
 * yg_attach_new() - prepare to attach programs of @loader; removes stale pinned links.
 * @loader: borrowed; must outlive the result.
 * Return: 0; -ENOMEM; -errno of the links directory.
 */
YG_MUST_CHECK int yg_attach_new(struct yg_loader *loader, const struct yg_attach_config *config,
				struct yg_attach **ret);
/* Close all fds. Pinned links and clsact filters stay attached; the rest ends here. */
void yg_attach_free(struct yg_attach **attach);

/**
 * yg_attach_iface() - bring one interface to what the configuration wants; may be repeated.
 * @iface: in the network namespace of the caller.
 * @ret: what it has now, also for a partial failure.
 *
 * Adopts what is pinned, removes what is no longer wanted (mode changed to observe).
 * Return: 0; -ENODEV if it is gone; -EBUSY if somebody else holds our clsact slot; -errno of the
 * first hook that failed where every fallback failed too.
 */
YG_MUST_CHECK int yg_attach_iface(struct yg_attach *attach, const struct yg_iface *iface,
				  struct yg_hooks *ret);

/**
 * yg_attach_has() - is everything that yg_attach_iface() reported still there?
 *
 * The pins are what holds the links, so removing one by hand detaches its program in silence. A
 * clsact filter is held by its interface, and not looked at.
 */
bool yg_attach_has(const struct yg_attach *attach, const struct yg_hooks *hooks);

/**
 * yg_attach_keep_only() - drop what other interfaces than these still have from an earlier run.
 * @ifindexes: [count].
 * Return: links removed; -errno of the directory.
 */
YG_MUST_CHECK int yg_attach_keep_only(struct yg_attach *attach, const uint32_t *ifindexes,
				      size_t count);

/* Detach and unpin what @ifindex has. Harmless if it has nothing or is gone. */
void yg_attach_drop(struct yg_attach *attach, uint32_t ifindex);

/* Tracepoints by who needs them. Those of sockets cost each receive and send of the host. */
enum yg_tracing {
	YG_TRACING_PROCESSES, /* exec, exit, close of a connection */
	YG_TRACING_SOCKETS,   /* of threads inside a call of a C library */
	YG_TRACING_GO,	      /* of goroutines */
	YG_TRACING_MAX
};

/**
 * yg_attach_tracing() - attach the tracepoints of one kind that were loaded; may be repeated.
 *
 * Those of sockets come with the first file that needs them, before its probes: a host without TLS,
 * or without Go, does not pay for what nobody asks.
 * Return: 0, also when the kernel has none of them; -errno of an attachment that failed.
 */
YG_MUST_CHECK int yg_attach_tracing(struct yg_attach *attach, enum yg_tracing what);

/* Take the tracepoints of sockets off: the probes that need them rest. */
void yg_attach_tracing_rest(struct yg_attach *attach);

/* Put those on again. Return: 0; -errno of an attachment that failed. */
YG_MUST_CHECK int yg_attach_tracing_wake(struct yg_attach *attach);

/**
 * yg_attach_detach_all() - detach and unpin everything of ours in this network namespace.
 * @bpffs: the directory given to the loader.
 *
 * For `yagurad --detach` and uninstall: needs no loader. clsact filters are found by handle,
 * priority and the program's name.
 * Return: number of hooks removed; -errno of the directory.
 */
YG_MUST_CHECK int yg_attach_detach_all(const char *bpffs, const struct yg_note *note);

const char *yg_xdp_name(enum yg_xdp mode);		     /* "native" */
const char *yg_hooks_xdp_name(const struct yg_hooks *hooks); /* "native frags", "none" */
const char *yg_tc_name(enum yg_tc tc);			     /* "tcx" */
