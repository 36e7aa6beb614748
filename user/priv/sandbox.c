/* SPDX-License-Identifier: GPL-2.0-only */
#include "priv/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "priv/landlock.h"
#include "priv/syscalls.h"

#define FILES_MAX     1024u /* fds of a role: 128 rings, the links, databases, API clients */
#define FILES_MAX_ELF 16u
#define STATM_DATA    5 /* field of /proc/self/statm, counted from 0; in pages */
#define SECUREBITS                                                        \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED | \
	 SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* What root keeps as warden; see the header for why each. */
static const cap_value_t warden_caps[] = {
	CAP_BPF,
	CAP_NET_ADMIN,
	CAP_PERFMON,
	CAP_SYS_ADMIN,
	CAP_SYS_PTRACE,
	CAP_DAC_READ_SEARCH,
	CAP_SETUID,
	CAP_SETGID,
	CAP_SETPCAP,
	CAP_KILL,
	CAP_CHECKPOINT_RESTORE,
};

int yg_identity_find(const char *name, struct yg_identity *ret)
{
	const struct passwd *entry;

	entry = getpwnam(name ? name : "yagura");
	if (!entry && !name)
		entry = getpwnam("nobody");
	if (!entry)
		return -ENOENT;
	if (entry->pw_uid == 0 || entry->pw_gid == 0)
		return -EPERM;
	*ret = (struct yg_identity){ .uid = entry->pw_uid,
				     .gid = entry->pw_gid,
				     .shared = strcmp(entry->pw_name, "nobody") == 0 };
	return 0;
}

static bool is_kept(const struct yg_sandbox *box, int fd)
{
	for (size_t i = 0; i < box->keep_count; i++) {
		if (box->keep[i] == fd)
			return true;
	}
	return false;
}

/* Closes the runs between the kept ones, so that the cost does not depend on the limit. */
static int close_others(const struct yg_sandbox *box)
{
	unsigned first = 0;
	int highest = -1;

	if (box->keep_count == 0)
		return 0;
	for (size_t i = 0; i < box->keep_count; i++) {
		if (box->keep[i] > highest)
			highest = box->keep[i];
	}
	for (int fd = 0; fd <= highest; fd++) {
		if (!is_kept(box, fd))
			continue;
		if (first < (unsigned)fd && syscall(SYS_close_range, first, (unsigned)fd - 1, 0))
			return -errno;
		first = (unsigned)fd + 1;
	}
	return syscall(SYS_close_range, first, UINT_MAX, 0) ? -errno : 0;
}

static int set_limit(__rlimit_resource_t resource, uint64_t max)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit))
		return -errno;
	if (max < limit.rlim_max)
		limit.rlim_max = max;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit) ? -errno : 0;
}

/* Private memory that can be written: heap and what is mapped like it. Rings are not in it. */
static int read_own_memory(uint64_t *ret)
{
	int fd YG_CLEANUP_CLOSE = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128] = "", *at = text;
	uint64_t pages = 0;

	if (fd < 0)
		return -errno;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		return -EIO;
	for (int field = 0; field <= STATM_DATA; field++)
		pages = strtoull(at, &at, 10);
	*ret = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return 0;
}

static int limit_growth(uint64_t grow_max)
{
	uint64_t now = 0;
	int r = read_own_memory(&now);

	return r ? r : set_limit(RLIMIT_DATA, now + grow_max);
}

static int limit_resources(const struct yg_sandbox *box)
{
	int r;

	r = set_limit(RLIMIT_NOFILE, box->cage == YG_CAGE_ELF ? FILES_MAX_ELF : FILES_MAX);
	if (!r)
		r = set_limit(RLIMIT_CORE, 0); /* a core would hold what the role has read */
	if (!r && box->memory_max > 0)
		r = set_limit(RLIMIT_AS, box->memory_max);
	if (!r && box->grow_max > 0)
		r = limit_growth(box->grow_max);
	return r;
}

/* The bounding set first: dropping from it needs CAP_SETPCAP, which the identity change ends. */
static int drop_bounding(void)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
		if (prctl(PR_CAPBSET_READ, cap) == 1 && prctl(PR_CAPBSET_DROP, cap))
			return -errno;
	}
	return prctl(PR_SET_SECUREBITS, SECUREBITS) ? -errno : 0;
}

static int drop_identity(const struct yg_identity *identity)
{
	uid_t uid = identity->uid;
	gid_t gid = identity->gid;

	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	/* A kernel that says yes and means no is a reason to stop. */
	return setresuid(0, 0, 0) == 0 ? -EPERM : 0;
}

static int drop_capabilities(void)
{
	cap_t none = cap_init();
	int r = 0;

	if (!none)
		return -ENOMEM;
	if (cap_set_proc(none) || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		r = -errno;
	cap_free(none);
	return r;
}

static int drop_privilege(const struct yg_identity *identity)
{
	int r;

	if (geteuid() == 0) {
		if (identity->uid == 0 || identity->gid == 0)
			return -EINVAL;
		r = drop_bounding();
		if (!r)
			r = drop_identity(identity);
		if (r)
			return r;
	}
	r = drop_capabilities();
	if (r)
		return r;
	/* After the identity: a change of user clears the death signal. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	return 0;
}

int yg_sandbox_enter(const struct yg_sandbox *box, int *ret_landlock)
{
	int ruleset YG_CLEANUP_CLOSE = -1;
	int abi;
	int r;

	if ((unsigned)box->cage >= YG_CAGE_MAX)
		return -EINVAL;
	r = close_others(box);
	if (!r)
		r = limit_resources(box);
	if (r)
		return r;
	/* Paths are opened while the process may still read them all. */
	abi = yg_landlock_open(box->paths, &ruleset);
	if (abi < 0)
		return abi;
	r = drop_privilege(&box->identity);
	if (!r)
		r = yg_landlock_enter(ruleset);
	if (!r)
		r = yg_syscalls_limit(box->cage);
	if (r)
		return r;
	*ret_landlock = abi;
	return 0;
}

static bool is_warden_cap(cap_value_t cap)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(warden_caps); i++) {
		if (warden_caps[i] == cap)
			return true;
	}
	return false;
}

/* Clears what is not on the list from all sets; what was never held stays so. */
static int keep_listed(cap_t caps)
{
	for (cap_value_t cap = 0; cap <= cap_max_bits() - 1; cap++) {
		if (is_warden_cap(cap))
			continue;
		if (cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_CLEAR) ||
		    cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_CLEAR) ||
		    cap_set_flag(caps, CAP_INHERITABLE, 1, &cap, CAP_CLEAR))
			return -errno;
		if (prctl(PR_CAPBSET_READ, cap) == 1 && prctl(PR_CAPBSET_DROP, cap))
			return -errno;
	}
	return cap_set_proc(caps) ? -errno : 0;
}

int yg_sandbox_limit_warden(void)
{
	cap_t caps = cap_get_proc();
	int r;

	if (!caps)
		return -errno;
	r = keep_listed(caps);
	cap_free(caps);
	if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		r = -errno;
	return r;
}
