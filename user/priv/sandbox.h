/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cage of each process that reads hostile bytes: user, capabilities, system calls, files.
 *
 * Layers, each of which alone keeps the line of house.md section 2:
 *	identity	user `yagura` (else `nobody`), no groups, no capability in any set, for ever
 *	no_new_privs	no exec regains anything; not dumpable, so no sibling may ptrace it
 *	limits		files, memory, core; nothing the role does can starve the host. Beyond its
 *			memory an allocation fails; the role counts what it cannot hold, or ends
 *	fds		everything but the listed ones is closed
 *	seccomp		a list of what the role calls; dangerous calls kill it, others get EPERM
 *	Landlock	no file, no TCP port, no abstract socket or signal outside (if present)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"

/* Which list of system calls. The warden has no cage but yg_sandbox_limit_warden(). */
enum yg_cage {
	YG_CAGE_ELF,	  /* parses one ELF file it holds, writes to one pipe, ends */
	YG_CAGE_ANALYZER, /* memory, clock, and the sockets it was born with */
	YG_CAGE_ENFORCER, /* as analyzer, and bpf() for elements of the maps it holds */
	YG_CAGE_DESK,	  /* files below the given directories, sockets; no bpf(), no exec */
	YG_CAGE_MAX
};

struct yg_identity {
	uid_t uid;
	gid_t gid;
	bool shared; /* nobody: other services may be the same user, its group means nothing */
};

/* A file or directory that Landlock leaves in reach. */
struct yg_sandbox_path {
	const char *path; /* NULL ends a list; one that does not exist is left out */
	bool writable;	  /* false: read only */
};

struct yg_sandbox {
	enum yg_cage cage;
	struct yg_identity identity;	     /* never root, unless already not root */
	const int *keep;		     /* [keep_count] fds that stay open, any order */
	size_t keep_count;		     /* 0: the table of fds is left alone */
	const struct yg_sandbox_path *paths; /* NULL: nothing of the file system */
	uint64_t memory_max;		     /* bytes of address space; 0: no limit */
	uint64_t grow_max; /* bytes of its own memory beyond what it has now; 0: no limit */
};

/**
 * yg_identity_find() - the user that roles become.
 * @name: of the passwd file; NULL: "yagura", or "nobody" where there is none.
 *
 * Return: 0; -ENOENT no such user; -EPERM it is root.
 */
YG_MUST_CHECK int yg_identity_find(const char *name, struct yg_identity *ret);

/**
 * yg_sandbox_enter() - lock this process up. There is no way back.
 * @ret_landlock: Landlock ABI in force, 0 if the kernel has none: the caller logs that once.
 *
 * The process dies with its parent from here on: a role never outlives its warden.
 *
 * Works as root and, for tests, as a user that has nothing to drop. On failure the process may
 * be half locked and must end. Everything it needs (maps, files, threads) is open before.
 *
 * Context: single-threaded process, after exec or fork.
 * Return: 0; -EINVAL bad @box; -errno of the step that failed.
 */
YG_MUST_CHECK int yg_sandbox_enter(const struct yg_sandbox *box, int *ret_landlock);

/**
 * yg_sandbox_limit_warden() - keep root's short list of capabilities, drop the rest for ever.
 *
 * Kept: BPF NET_ADMIN PERFMON SYS_ADMIN (uprobes, namespaces) SYS_PTRACE DAC_READ_SEARCH
 * CHECKPOINT_RESTORE (the files that processes map) SETUID SETGID SETPCAP KILL (for its children).
 * Nothing that it executes regains more.
 * Capabilities that the process does not have are no error.
 *
 * Return: 0; -errno.
 */
YG_MUST_CHECK int yg_sandbox_limit_warden(void);
