/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: load the BPF objects and own their maps and programs.
 *
 * Each bpf/<name>.bpf.c is one object. Maps shared between objects are created once, pinned by
 * name under the bpffs directory and adopted by every other object and by the next daemon; so are
 * the rings. What the kernel at hand cannot load is found by loading it, recorded with its errno,
 * and left out: a missing capability is a status line, not a failed start.
 *
 * Attaches nothing (attach.h, uprobe.h) and reads no record (ring.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/note.h"
#include "core/macros.h"
#include "yagura/config.h"

struct bpf_program;

/* X(NAME, BPF name). Any of them may be missing on the kernel at hand. */
#define YG_PROGRAMS(X)                    \
	X(XDP_GUARD, yg_xdp_guard)        \
	X(XDP_GUARD_MB, yg_xdp_guard_mb)  \
	X(TC_GUARD, yg_tc_guard)          \
	X(TC_CUT, yg_tc_cut)              \
	X(TC_INGRESS, yg_tc_ingress)      \
	X(TC_EGRESS, yg_tc_egress)        \
	X(SSL_READ, yg_ssl_read)          \
	X(SSL_READ_EX, yg_ssl_read_ex)    \
	X(SSL_WRITE, yg_ssl_write)        \
	X(SSL_WRITE_EX, yg_ssl_write_ex)  \
	X(SSL_WRITE_EX2, yg_ssl_writeex2) \
	X(SSL_RET, yg_ssl_ret)            \
	X(SSL_FREE, yg_ssl_free)          \
	X(PR_READ, yg_pr_read)            \
	X(PR_RECV, yg_pr_recv)            \
	X(PR_WRITE, yg_pr_write)          \
	X(PR_WRITEV, yg_pr_writev)        \
	X(SSL_FILE, yg_ssl_file)          \
	X(GO_READ, yg_go_read)            \
	X(GO_WRITE, yg_go_write)          \
	X(GO_RET, yg_go_ret)              \
	X(GO_SHAKE, yg_go_shake)          \
	X(GO_SHAKEN, yg_go_shaken)        \
	X(GO_CLOSE, yg_go_close)          \
	X(GO_RECV, yg_go_recv)            \
	X(GO_SEND, yg_go_send)            \
	X(SK_RCVSPACE, yg_sk_rcvspace)    \
	X(SK_RECV, yg_sk_recv)            \
	X(SK_SEND, yg_sk_send)            \
	X(SK_STATE, yg_sk_state)          \
	X(SK_KILL, yg_sk_kill)            \
	X(PROC_EXEC, yg_proc_exec)

/* Maps that are pinned by name; see include/yagura/map.h. */
#define YG_SHARED_MAPS(X)                  \
	X(BLOCK4, yg_block4)               \
	X(BLOCK6, yg_block6)               \
	X(BLOCK_NETS, yg_block_nets)       \
	X(ALLOW_NETS, yg_allow_nets)       \
	X(CONTROL, yg_control)             \
	X(COUNTERS, yg_counters)           \
	X(RINGS, yg_rings)                 \
	X(PROCS, yg_procs)                 \
	X(SCOPE_NETS, yg_scope_nets)       \
	X(SCOPE_CGROUPS, yg_scope_cgroups) \
	X(SCOPE_COMMS, yg_scope_comms)     \
	X(ALWAYS, yg_always)               \
	X(TALLIES, yg_tallies)             \
	X(TLS_CONNS, yg_tls_conns)         \
	X(QUIC_CONNS, yg_quic_conns)       \
	X(TLS_DRAWS, yg_tls_draws)

#define YG_PROGRAM_ENUM(NAME, name) YG_PROGRAM_##NAME,
#define YG_MAP_ENUM(NAME, name)	    YG_MAP_##NAME,

enum yg_program { YG_PROGRAMS(YG_PROGRAM_ENUM) YG_PROGRAM_MAX };
enum yg_map { YG_SHARED_MAPS(YG_MAP_ENUM) YG_MAP_MAX };

/* What an operator asks "can this host do it?" about. One line each in `yagura status`. */
enum yg_capability_kind {
	YG_CAPABILITY_GUARD,	 /* drop at XDP */
	YG_CAPABILITY_TC,	 /* sample, and drop, at TC */
	YG_CAPABILITY_TCX,	 /* TC by link: survives restarts without a gap */
	YG_CAPABILITY_TLS,	 /* read TLS plaintext by uprobes */
	YG_CAPABILITY_MULTI,	 /* uprobes by one link */
	YG_CAPABILITY_BIND,	 /* tie a TLS object to its socket on reads */
	YG_CAPABILITY_BIND_SEND, /* the same on the first write */
	YG_CAPABILITY_GO,	 /* read Go's crypto/tls */
	YG_CAPABILITY_GO_BIND,	 /* tie it to its client */
	YG_CAPABILITY_KILL,	 /* close established connections of a blocked client */
	YG_CAPABILITY_BLOCK,	 /* the enforcer, without privilege, may write the block maps */
	YG_CAPABILITY_EXEC,	 /* see new processes at once; else by sweeps */
	YG_CAPABILITY_MAX
};

#define YG_CAPABILITY_TEXT_CAP 160

struct yg_capability {
	bool available;
	int err; /* 0 or -errno of the attempt that failed */
	char text
		[YG_CAPABILITY_TEXT_CAP]; /* "kill: not available: kernel lacks bpf_sock_destroy" */
};

struct yg_loader_config {
	const char *bpffs;	 /* existing directory on a bpffs; made below it: links/ */
	struct yg_config config; /* to .rodata; abi, ring_mask and cpu_max are filled in, and
				  * hash_seed is taken from the pins while there are any */
	uint32_t ring_count;	 /* 0: twice the CPUs, rounded up; else a power of two */
	uint32_t ring_bytes;	 /* 0: YG_RING_BYTES; a power of two of pages */
	uint32_t blocks_max;	 /* 0: YG_BLOCKS_MAX; exact addresses per family */
	struct yg_note note;	 /* what was adopted, removed, left out */
};

struct yg_loader;

/**
 * yg_loader_open() - create or adopt the maps and load every program this kernel takes.
 * @config: borrowed for the call.
 * @ret: the loader; untouched on failure.
 *
 * A pinned map of another type, size or ABI is removed and made anew, with a note.
 *
 * Context: CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON; CAP_SYS_ADMIN before Linux 5.8.
 * Return: 0; -EINVAL for a ring count or size out of range; -ENOMEM; -errno of the bpffs or of a
 * program every kernel must take.
 */
YG_MUST_CHECK int yg_loader_open(const struct yg_loader_config *config, struct yg_loader **ret);

/* Close every fd. Pins stay: closing is not detaching. */
void yg_loader_close(struct yg_loader **loader);

/* Borrowed fds; -1: not loaded on this kernel. */
int yg_loader_map(const struct yg_loader *loader, enum yg_map map);
int yg_loader_program(const struct yg_loader *loader, enum yg_program program);
int yg_loader_ring(const struct yg_loader *loader, uint32_t index); /* index < ring_count */
uint32_t yg_loader_ring_count(const struct yg_loader *loader);
uint32_t yg_loader_ring_bytes(const struct yg_loader *loader);

/**
 * yg_loader_reopen_map() - a read-only fd of a pinned map, for a role that may only look.
 * @ret: caller closes it.
 *
 * For lookups; it cannot be mapped. YG_MAP_COUNTERS needs none: the map is frozen, so that its
 * ordinary fd can be mapped and not be written.
 * Return: 0; -errno of BPF_OBJ_GET.
 */
YG_MUST_CHECK int yg_loader_reopen_map(const struct yg_loader *loader, enum yg_map map, int *ret);

/* libbpf's handle, for the attachments that need it; NULL: not loaded. */
struct bpf_program *yg_loader_handle(const struct yg_loader *loader, enum yg_program program);

/* What went to .rodata: rings, CPUs and seed as they are in the kernel. */
const struct yg_config *yg_loader_config(const struct yg_loader *loader);

/* What the kernel can do, tried and not guessed. */
const char *yg_loader_bpffs(const struct yg_loader *loader);
const struct yg_capability *yg_loader_capability(const struct yg_loader *loader,
						 enum yg_capability_kind kind);

/**
 * yg_loader_unpin() - remove everything this program family pinned below @bpffs: maps, rings,
 * links. Links go first, so that nothing is left attached.
 * Return: number of pins removed; -errno of the directory.
 */
YG_MUST_CHECK int yg_loader_unpin(const char *bpffs, const struct yg_note *note);
