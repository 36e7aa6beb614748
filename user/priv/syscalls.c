/* SPDX-License-Identifier: GPL-2.0-only */
#include "priv/syscalls.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define E (1u << YG_CAGE_ELF)
#define A (1u << YG_CAGE_ANALYZER)
#define N (1u << YG_CAGE_ENFORCER)
#define D (1u << YG_CAGE_DESK)

struct row {
	int number;
	unsigned cages;
};

static const struct row allowed[] = {
	/* memory, without PROT_EXEC: see allow_memory() */
	{ SCMP_SYS(munmap), E | A | N | D },
	{ SCMP_SYS(mremap), E | A | N | D },
	{ SCMP_SYS(madvise), E | A | N | D },
	{ SCMP_SYS(brk), E | A | N | D },
	/* what it was born with */
	{ SCMP_SYS(read), E | A | N | D },
	{ SCMP_SYS(write), E | A | N | D },
	{ SCMP_SYS(close), E | A | N | D },
	{ SCMP_SYS(pread64), E | D },
	{ SCMP_SYS(lseek), E | D },
	{ SCMP_SYS(fstat), E | A | N | D },
	{ SCMP_SYS(sendto), A | N | D },
	{ SCMP_SYS(recvfrom), A | N | D },
	{ SCMP_SYS(poll), A | N | D },
	{ SCMP_SYS(ppoll), A | N | D },
	/* time, signals, end */
	{ SCMP_SYS(clock_gettime), E | A | N | D },
	{ SCMP_SYS(clock_nanosleep), A | N | D },
	{ SCMP_SYS(nanosleep), A | N | D },
	{ SCMP_SYS(gettimeofday), E | A | N | D },
	{ SCMP_SYS(restart_syscall), A | N | D },
	{ SCMP_SYS(futex), E | A | N | D },
	{ SCMP_SYS(getrandom), E | A | N | D },
	{ SCMP_SYS(getpid), E | A | N | D },
	{ SCMP_SYS(gettid), E | A | N | D },
	{ SCMP_SYS(getppid), E | A | N | D },
	{ SCMP_SYS(getrusage), A | N | D },
	{ SCMP_SYS(sched_yield), A | D },
	{ SCMP_SYS(sched_getaffinity), A | D },
	{ SCMP_SYS(rt_sigreturn), E | A | N | D },
	{ SCMP_SYS(rt_sigprocmask), E | A | N | D },
	{ SCMP_SYS(rt_sigaction), E | A | N | D },
	{ SCMP_SYS(sigaltstack), E | A | N | D },
	{ SCMP_SYS(exit), E | A | N | D },
	{ SCMP_SYS(exit_group), E | A | N | D },
	/* files, below the directories that Landlock and the file modes leave */
	{ SCMP_SYS(open), D },
	{ SCMP_SYS(openat), D },
	{ SCMP_SYS(openat2), D },
	{ SCMP_SYS(stat), D },
	{ SCMP_SYS(lstat), D },
	{ SCMP_SYS(newfstatat), D },
	{ SCMP_SYS(statx), D },
	{ SCMP_SYS(statfs), D },
	{ SCMP_SYS(fstatfs), D },
	{ SCMP_SYS(access), D },
	{ SCMP_SYS(faccessat), D },
	{ SCMP_SYS(faccessat2), D },
	{ SCMP_SYS(readlink), D },
	{ SCMP_SYS(readlinkat), D },
	{ SCMP_SYS(getcwd), D },
	{ SCMP_SYS(getdents64), D },
	{ SCMP_SYS(mkdir), D },
	{ SCMP_SYS(mkdirat), D },
	{ SCMP_SYS(rmdir), D },
	{ SCMP_SYS(unlink), D },
	{ SCMP_SYS(unlinkat), D },
	{ SCMP_SYS(rename), D },
	{ SCMP_SYS(renameat), D },
	{ SCMP_SYS(renameat2), D },
	{ SCMP_SYS(ftruncate), D },
	{ SCMP_SYS(fallocate), D },
	{ SCMP_SYS(fsync), D },
	{ SCMP_SYS(fdatasync), D },
	{ SCMP_SYS(msync), D },
	{ SCMP_SYS(fchmod), D },
	{ SCMP_SYS(fchown), D },
	{ SCMP_SYS(umask), D },
	{ SCMP_SYS(utimensat), D },
	{ SCMP_SYS(fcntl), D },
	{ SCMP_SYS(flock), D },
	{ SCMP_SYS(readv), D },
	{ SCMP_SYS(writev), D },
	{ SCMP_SYS(pwrite64), D },
	{ SCMP_SYS(sendfile), D },
	/* API clients and sinks; listeners are made by the warden: no bind, no listen */
	{ SCMP_SYS(connect), D },
	{ SCMP_SYS(accept), D },
	{ SCMP_SYS(accept4), D },
	{ SCMP_SYS(shutdown), D },
	{ SCMP_SYS(getsockname), D },
	{ SCMP_SYS(getpeername), D },
	{ SCMP_SYS(getsockopt), D },
	{ SCMP_SYS(setsockopt), D },
	{ SCMP_SYS(sendmsg), D },
	{ SCMP_SYS(recvmsg), D },
	{ SCMP_SYS(select), D },
	{ SCMP_SYS(pselect6), D },
	{ SCMP_SYS(epoll_create1), D },
	{ SCMP_SYS(epoll_ctl), D },
	{ SCMP_SYS(epoll_wait), D },
	{ SCMP_SYS(epoll_pwait), D },
	{ SCMP_SYS(eventfd2), D },
	{ SCMP_SYS(pipe2), D },
	{ SCMP_SYS(dup), D },
	{ SCMP_SYS(getuid), D },
	{ SCMP_SYS(geteuid), D },
	{ SCMP_SYS(getgid), D },
	{ SCMP_SYS(getegid), D },
	{ SCMP_SYS(getgroups), D },
	{ SCMP_SYS(uname), D },
	{ SCMP_SYS(sysinfo), D },
};

/* No honest use in any cage: an attempt is an attacker, and ends the process. */
static const int deadly[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(kcmp),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(setuid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setresgid),
	SCMP_SYS(capset),
	SCMP_SYS(reboot),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
	SCMP_SYS(pidfd_send_signal),
};

/* The enforcer's whole vocabulary: elements of the maps it holds. */
static const unsigned bpf_commands[] = {
	BPF_MAP_LOOKUP_ELEM,  BPF_MAP_UPDATE_ELEM,  BPF_MAP_DELETE_ELEM,
	BPF_MAP_GET_NEXT_KEY, BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
	BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH,
};

static const int desk_families[] = { AF_UNIX, AF_INET, AF_INET6 };

/* What libraries ask of sockets and files. Not TIOCSTI: the log may be root's terminal. */
static const unsigned desk_ioctls[] = { FIONBIO, FIONREAD, TCGETS };

static int allow_memory(scmp_filter_ctx filter)
{
	static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int r = 0;

	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(calls); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return r;
}

/* The first argument equals @value. SCMP_A0() leaves a field out, which clang refuses. */
static struct scmp_arg_cmp first_is(scmp_datum_t value)
{
	return (struct scmp_arg_cmp){ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = value };
}

static int allow_bpf(scmp_filter_ctx filter, enum yg_cage cage)
{
	int r = 0;

	if (cage != YG_CAGE_ENFORCER)
		return seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(bpf), 0);
	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(bpf_commands); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 1,
				     first_is(bpf_commands[i]));
	return r;
}

static int allow_desk(scmp_filter_ctx filter)
{
	int r = 0;

	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(desk_families); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				     first_is((scmp_datum_t)desk_families[i]));
	/* The kernel looks at the lower half of the request alone. */
	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(desk_ioctls); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				     SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, desk_ioctls[i]));
	/* Threads, no processes. glibc falls back from clone3, whose flags no filter can see. */
	if (!r)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!r)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (!r)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(set_robust_list), 0);
	if (!r)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rseq), 0);
	return r;
}

static int add_rules(scmp_filter_ctx filter, enum yg_cage cage)
{
	int r = 0;

	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(allowed); i++) {
		if (allowed[i].cages & 1u << cage)
			r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i].number, 0);
	}
	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(deadly); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	if (!r)
		r = allow_memory(filter);
	if (!r)
		r = allow_bpf(filter, cage);
	if (!r && cage == YG_CAGE_DESK)
		r = allow_desk(filter);
	/* abort() of a failed assert, and nobody else's signal. */
	if (!r)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				     first_is((scmp_datum_t)getpid()));
	return r;
}

int yg_syscalls_limit(enum yg_cage cage)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return -ENOMEM;
	r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!r)
		r = add_rules(filter, cage);
	if (!r)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}
