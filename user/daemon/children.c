/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "core/log.h"
#include "daemon/clock.h"
#include "priv/link.h"

#define SCRATCH_FD    (YG_FD_MAX + 64) /* above every place of the table */
#define FEED_ROOM     (8u << 20)       /* bytes in flight to the desk */
#define PROTECT_ROOM  (4u << 20)       /* a whole protected set */
#define MINUTE_NS     (60u * YG_NS_PER_S)
#define BACKOFF_NS    (100u * YG_NS_PER_MS)
#define BACKOFF_SHIFT 6u /* 6.4 s between the ninth and the tenth death */

static const struct {
	enum yg_role a, b;
	size_t room;
} links[] = {
	{ YG_ROLE_ANALYZER, YG_ROLE_DESK, FEED_ROOM },
	{ YG_ROLE_ANALYZER, YG_ROLE_ENFORCER, 0 },
	{ YG_ROLE_DESK, YG_ROLE_ENFORCER, FEED_ROOM },
	{ YG_ROLE_WARDEN, YG_ROLE_DESK, FEED_ROOM },
	{ YG_ROLE_WARDEN, YG_ROLE_ENFORCER, PROTECT_ROOM },
	{ YG_ROLE_WARDEN, YG_ROLE_ANALYZER, PROTECT_ROOM },
};

int yg_children_open(struct yg_children *children)
{
	*children = (struct yg_children){ .exe_fd = -1, .null_fd = -1 };
	memset(children->ends, 0xff, sizeof(children->ends)); /* -1 */
	children->exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	children->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (children->exe_fd < 0 || children->null_fd < 0)
		return -errno;
	for (size_t i = 0; i < YG_ARRAY_SIZE(links); i++) {
		int fds[2];
		int r = yg_link_pair(links[i].room, fds);

		if (r)
			return r;
		children->ends[links[i].a][links[i].b] = fds[0];
		children->ends[links[i].b][links[i].a] = fds[1];
	}
	return 0;
}

void yg_children_close(struct yg_children *children)
{
	yg_closep(&children->exe_fd);
	yg_closep(&children->null_fd);
	for (int a = 0; a < YG_ROLE_MAX; a++) {
		for (int b = 0; b < YG_ROLE_MAX; b++)
			yg_closep(&children->ends[a][b]);
	}
}

static int write_start(const struct yg_role_start *start, const struct yg_options *options,
		       int *ret)
{
	int fd YG_CLEANUP_CLOSE = memfd_create("yagura-start", MFD_CLOEXEC);
	FILE *file;
	int copy;
	int r;

	if (fd < 0)
		return -errno;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	file = copy < 0 ? NULL : fdopen(copy, "w");
	if (!file) {
		r = -errno;
		yg_closep(&copy);
		return r;
	}
	(void)fwrite(start, sizeof(*start), 1, file);
	yg_options_print(options, file);
	r = ferror(file) ? -EIO : 0;
	if (fclose(file) && !r)
		r = -errno;
	if (!r && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (!r)
		*ret = YG_TAKE_FD(fd);
	return r;
}

/*
 * Puts @fds[i] on place i. All sources are first moved above the table, so that no place is
 * overwritten before it was copied.
 */
static int place_fds(int *fds, int count)
{
	for (int i = 0; i < count; i++) {
		if (fds[i] < 0)
			continue;
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, SCRATCH_FD);
		if (fds[i] < 0)
			return -errno;
	}
	for (int i = 0; i < count; i++) {
		if (fds[i] < 0)
			(void)close(i);
		else if (dup2(fds[i], i) < 0)
			return -errno;
	}
	return 0;
}

_Noreturn static void be_role(int exe_fd, enum yg_role role, int *fds, int count)
{
	char *const argv[] = { "yagurad", "--role", (char *)yg_role_name(role), NULL };
	char *const envp[] = { "LC_ALL=C", NULL };
	sigset_t none;

	exe_fd = fcntl(exe_fd, F_DUPFD_CLOEXEC, SCRATCH_FD);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (exe_fd < 0 || place_fds(fds, count))
		_exit(EXIT_FAILURE);
	(void)fexecve(exe_fd, argv, envp);
	_exit(EXIT_FAILURE);
}

/* The table of places for a role: see enum yg_role_fd. Returns how many. */
static int list_fds(const struct yg_children *children, enum yg_role role, int start_fd,
		    const int *own, size_t own_count, int *ret)
{
	int count = 0;

	ret[count++] = children->null_fd;
	ret[count++] = children->null_fd;
	ret[count++] = STDERR_FILENO;
	ret[count++] = start_fd;
	for (int peer = 0; peer < YG_ROLE_MAX; peer++)
		ret[count++] = children->ends[role][peer];
	for (size_t i = 0; i < own_count && i < YG_CHILD_OWN_MAX; i++)
		ret[count++] = own[i];
	return count;
}

int yg_children_start(struct yg_children *children, enum yg_role role,
		      const struct yg_role_start *start, const struct yg_options *options,
		      const int *own, size_t own_count)
{
	struct yg_child *child = &children->rows[role];
	struct yg_role_start mine = *start;
	int fds[YG_FD_OWN + YG_CHILD_OWN_MAX];
	int start_fd YG_CLEANUP_CLOSE = -1;
	int count;
	pid_t pid;
	int r;

	mine.abi = YG_ROLE_START_ABI;
	mine.warden_pid = getpid();
	r = write_start(&mine, options, &start_fd);
	if (r)
		return r;
	count = list_fds(children, role, start_fd, own, own_count, fds);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		be_role(children->exe_fd, role, fds, count);
	child->pid = pid;
	child->started_ns = yg_epoch_ns();
	if (child->death_count > 0)
		child->restarts++;
	return 0;
}

static unsigned count_recent(const struct yg_child *child, uint64_t now_ns)
{
	unsigned recent = 0;

	for (uint32_t i = 0; i < child->death_count && i < YG_DEATHS_MAX; i++)
		recent += now_ns - child->deaths[i] < MINUTE_NS;
	return recent;
}

static bool is_crash(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
	       signal == SIGABRT || signal == SIGSYS;
}

bool yg_child_note_death(struct yg_child *child, int status, uint64_t now_ns)
{
	unsigned recent;

	child->pid = 0;
	child->due_ns = now_ns;
	/* By the signal itself ends one that has not yet come so far as to listen for it. */
	if (child->asked && ((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
			     (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM))) {
		child->asked = false;
		child->crashed = false;
		return false;
	}
	child->asked = false;
	child->crashed = WIFSIGNALED(status) && is_crash(WTERMSIG(status));
	if (WIFSIGNALED(status))
		(void)snprintf(child->cause, sizeof(child->cause), "killed by signal %d (%s)",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		(void)snprintf(child->cause, sizeof(child->cause), "ended with status %d",
			       WEXITSTATUS(status));
	child->deaths[child->death_count % YG_DEATHS_MAX] = now_ns;
	child->death_count++;
	recent = count_recent(child, now_ns);
	child->failed = recent >= YG_DEATHS_MAX;
	if (child->failed)
		child->due_ns = now_ns + MINUTE_NS;
	else if (recent > 1)
		child->due_ns =
			now_ns +
			(BACKOFF_NS << (recent - 2 < BACKOFF_SHIFT ? recent - 2 : BACKOFF_SHIFT));
	return true;
}

bool yg_children_reap(struct yg_children *children, uint64_t now_ns, enum yg_role *ret)
{
	for (enum yg_role role = YG_ROLE_ANALYZER; role < YG_ROLE_MAX; role++) {
		struct yg_child *child = &children->rows[role];
		int status = 0;

		/* By pid: the ELF readers of discovery are reaped by those who started them. */
		if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
			continue;
		if (!yg_child_note_death(child, status, now_ns))
			continue;
		*ret = role;
		return true;
	}
	return false;
}

enum yg_child_state yg_child_state(const struct yg_child *child)
{
	if (child->failed)
		return YG_CHILD_FAILED;
	return child->pid != 0 ? YG_CHILD_RUNNING : YG_CHILD_STARTING;
}

const char *yg_child_state_name(enum yg_child_state state)
{
	static const char *const names[YG_CHILD_STATE_MAX] = { "starting", "running", "failed" };

	return (unsigned)state < YG_CHILD_STATE_MAX ? names[state] : "unknown";
}
