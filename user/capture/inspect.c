/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fork, cage, map, parse, answer.
 *
 *	parent                         child
 *	pipe, fork ──────────────────► close all but file and pipe, cage, mmap, yg_place_find
 *	poll(pipe) ◄── struct answer ─ write, _exit(0)
 *	check again, kill, wait
 */
#include "capture/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "capture/gap.h"
#include "priv/sandbox.h"

#define HEAP_MAX     (256ull << 20) /* address space beyond what was there and the file */
#define CPU_MAX_S    3		    /* beyond the wall-clock limit: for a parent that died */
#define ANSWER_MAGIC 0x79676c66u
#define MS_NS	     1000000ull

struct answer {
	uint32_t magic;
	uint32_t pad;
	struct yg_place place;
};

/* Everything after the cage: bytes in, struct out. */
static int answer_for(int file_fd, size_t len, struct answer *ret)
{
	struct yg_elf elf;
	void *data;
	int r;

	*ret = (struct answer){ .magic = ANSWER_MAGIC };
	if (len == 0 || len > YG_INSPECT_BYTES)
		return 0;
	/* Shared: into a private mapping the kernel writes the breakpoints of others' uprobes. */
	data = mmap(NULL, len, PROT_READ, MAP_SHARED, file_fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	if (yg_elf_open(data, len, &elf))
		return 0; /* no ELF file: count 0 */
	r = yg_place_find(&elf, &ret->place);
	if (r == 0 && ret->place.count == 0)
		ret->place.gap = yg_gap_find(&elf);
	return r;
}

/* Bytes of address space in use; a child begins with all of its parent's. Return: 0: unknown. */
static uint64_t address_space(void)
{
	YG_CLEANUP_CLOSE int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[32] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	return strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

_Noreturn static void be_child(int file_fd, int pipe_fd, size_t len)
{
	const struct rlimit cpu = { CPU_MAX_S, CPU_MAX_S };
	const int keep[] = { file_fd, pipe_fd };
	struct yg_sandbox box = {
		.cage = YG_CAGE_ELF,
		.keep = keep,
		.keep_count = YG_ARRAY_SIZE(keep),
		.memory_max = address_space() + len + HEAP_MAX,
	};
	struct answer answer;
	int landlock;

	/* The parent's handlers and masks are not for this process. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	if (yg_identity_find(NULL, &box.identity) || yg_sandbox_enter(&box, &landlock))
		_exit(2);
	if (answer_for(file_fd, len, &answer))
		_exit(3);
	_exit(write(pipe_fd, &answer, sizeof(answer)) == sizeof(answer) ? 0 : 4);
}

int yg_inspect_start(int file_fd, uint64_t now_ns, struct yg_inspect *ret)
{
	YG_CLEANUP_CLOSE int reader = -1;
	YG_CLEANUP_CLOSE int writer = -1;
	struct stat st;
	int fds[2];
	pid_t pid;

	if (fstat(file_fd, &st))
		return -errno;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	reader = fds[0];
	writer = fds[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		be_child(file_fd, writer, (size_t)st.st_size);
	*ret = (struct yg_inspect){
		/* Not a number: whoever else waits for children cannot make us kill a stranger. */
		.pid_fd = pidfd_open(pid, 0),
		.pipe_fd = YG_TAKE_FD(reader),
		.deadline_ns = now_ns + YG_INSPECT_MS * MS_NS,
		.file_len = (uint64_t)st.st_size,
	};
	return 0;
}

void yg_inspect_cancel(struct yg_inspect *inspect)
{
	siginfo_t info;

	if (inspect->pid_fd >= 0) {
		(void)pidfd_send_signal(inspect->pid_fd, SIGKILL, NULL, 0);
		while (waitid(P_PIDFD, (id_t)inspect->pid_fd, &info, WEXITED) && errno == EINTR)
			;
	}
	yg_closep(&inspect->pid_fd);
	yg_closep(&inspect->pipe_fd);
}

static int judge(const struct yg_inspect *inspect, const struct answer *answer,
		 struct yg_place *ret_place)
{
	if (answer->magic != ANSWER_MAGIC)
		return YG_INSPECTION_CRASH;
	if (answer->place.gap >= YG_GAP_MAX)
		return YG_INSPECTION_CRASH;
	if (answer->place.count == 0) {
		*ret_place = answer->place;
		return answer->place.gap ? YG_INSPECTION_GAP : YG_INSPECTION_OTHER;
	}
	if (!yg_place_is_valid(&answer->place, inspect->file_len))
		return YG_INSPECTION_CRASH;
	*ret_place = answer->place;
	return YG_INSPECTION_TLS;
}

/* The answer is one small write, so it is there whole or not at all. */
int yg_inspect_finish(struct yg_inspect *inspect, uint64_t now_ns, struct yg_place *ret_place)
{
	int verdict = YG_INSPECTION_CRASH;
	struct answer answer;
	ssize_t len;

	do
		len = read(inspect->pipe_fd, &answer, sizeof(answer));
	while (len < 0 && errno == EINTR);
	if (len < 0 && errno == EAGAIN) {
		if (now_ns < inspect->deadline_ns)
			return -EAGAIN;
		verdict = YG_INSPECTION_TIMEOUT;
	} else if (len == (ssize_t)sizeof(answer)) {
		verdict = judge(inspect, &answer, ret_place);
	}
	yg_inspect_cancel(inspect);
	return verdict;
}
