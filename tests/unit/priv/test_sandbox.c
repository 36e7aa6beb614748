/* SPDX-License-Identifier: GPL-2.0-only */
#include "priv/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "test.h"

#define NOBODY 65534
#define BROKEN 200 /* exit status: the cage itself failed */

/* How an attempt ended: 0, an errno, or KILLED + signal. */
#define KILLED	    1000
#define KILLED_SYS  (KILLED + SIGSYS)
#define WARDEN_CAPS 0x1c0002811e4ull /* the list of the header, as bits */

static char directory[] = "/tmp/yagura-test-XXXXXX";

static int outcome(long result)
{
	return result < 0 ? errno : 0;
}

static int try_bpf_load(void)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP };

	return outcome(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

static int try_bpf_lookup(void)
{
	union bpf_attr attr = { .map_fd = 4096 };

	return outcome(syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)));
}

static int try_bpf_update(void)
{
	union bpf_attr attr = { .map_fd = 4096 };

	return outcome(syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)));
}

static int try_bpf_link(void)
{
	union bpf_attr attr = { .link_create = { .prog_fd = 4096 } };

	return outcome(syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)));
}

static int try_bpf_get_by_id(void)
{
	union bpf_attr attr = { .map_id = 1 };

	return outcome(syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr)));
}

static int try_bpf_obj_get(void)
{
	union bpf_attr attr = { 0 };

	return outcome(syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr)));
}

static int try_open(void)
{
	return outcome(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int try_open_own(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/file", directory);
	return outcome(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static int try_open_write_elsewhere(void)
{
	return outcome(open("/tmp/yagura-test-elsewhere", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

static int try_socket(void)
{
	return outcome(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int try_netlink(void)
{
	return outcome(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int try_packet(void)
{
	return outcome(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int try_bind(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	return outcome(bind(0, (struct sockaddr *)&addr, sizeof(addr)));
}

/* As if root had typed it, where the daemon was started at a terminal. */
static int try_type(void)
{
	return outcome(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static int try_exec(void)
{
	char *argv[] = { "true", NULL };

	return outcome(execve("/bin/true", argv, NULL));
}

static int try_fork(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		syscall(SYS_exit, 0);
	return outcome(pid);
}

static void *idle(void *arg)
{
	return arg;
}

static int try_thread(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, idle, NULL);

	return r ? r : pthread_join(thread, NULL);
}

static int try_ptrace(void)
{
	return outcome(ptrace(PTRACE_ATTACH, getppid(), 0, 0));
}

static int try_kill_sibling(void)
{
	return outcome(kill(getppid(), 0));
}

static int try_tgkill_sibling(void)
{
	return outcome(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int try_mount(void)
{
	return outcome(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
}

static int try_setns(void)
{
	return outcome(setns(0, CLONE_NEWNET));
}

static int try_become_root(void)
{
	return outcome(setresuid(0, 0, 0));
}

static int try_exec_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int try_memory(void)
{
	char *p = malloc(1u << 22);

	if (!p)
		return ENOMEM;
	memset(p, 1, 1u << 22);
	free(p);
	return 0;
}

static int try_inherited_fd(void)
{
	return outcome(fcntl(100, F_GETFD));
}

static int try_write(void)
{
	return outcome(write(STDERR_FILENO, "", 0));
}

static int try_abort(void)
{
	abort();
}

static int try_uring(void)
{
	return outcome(syscall(SYS_io_uring_setup, 1, NULL));
}

static int try_perf(void)
{
	return outcome(syscall(SYS_perf_event_open, NULL, -1, 0, -1, 0));
}

static int try_userfaultfd(void)
{
	return outcome(syscall(SYS_userfaultfd, 0));
}

struct attempt {
	const char *what;
	int (*run)(void);
	int want[YG_CAGE_MAX]; /* ELF, analyzer, enforcer, desk */
};

#define EACH(x)            \
	{                  \
		x, x, x, x \
	}
#define DESK_ONLY(x)                   \
	{                              \
		EPERM, EPERM, EPERM, x \
	}

static const struct attempt attempts[] = {
	{ "load a program", try_bpf_load, { KILLED_SYS, KILLED_SYS, EPERM, KILLED_SYS } },
	{ "create a link", try_bpf_link, { KILLED_SYS, KILLED_SYS, EPERM, KILLED_SYS } },
	{ "open a map by id", try_bpf_get_by_id, { KILLED_SYS, KILLED_SYS, EPERM, KILLED_SYS } },
	{ "open a pin", try_bpf_obj_get, { KILLED_SYS, KILLED_SYS, EPERM, KILLED_SYS } },
	/* EBADF: bpf() itself is reached, the fd is not there. */
	{ "look up an element", try_bpf_lookup, { KILLED_SYS, KILLED_SYS, EBADF, KILLED_SYS } },
	{ "update an element", try_bpf_update, { KILLED_SYS, KILLED_SYS, EBADF, KILLED_SYS } },
	{ "execute", try_exec, EACH(KILLED_SYS) },
	{ "fork", try_fork, EACH(EPERM) },
	{ "start a thread", try_thread, DESK_ONLY(0) },
	{ "trace its parent", try_ptrace, EACH(KILLED_SYS) },
	{ "signal a sibling", try_kill_sibling, EACH(KILLED_SYS) },
	{ "signal a sibling's thread", try_tgkill_sibling, EACH(EPERM) },
	{ "mount", try_mount, EACH(KILLED_SYS) },
	{ "change its namespace", try_setns, EACH(KILLED_SYS) },
	{ "become root again", try_become_root, EACH(KILLED_SYS) },
	{ "use io_uring", try_uring, EACH(KILLED_SYS) },
	{ "use perf events", try_perf, EACH(KILLED_SYS) },
	{ "use userfaultfd", try_userfaultfd, EACH(KILLED_SYS) },
	{ "make executable memory", try_exec_memory, EACH(EPERM) },
	{ "open a TCP socket", try_socket, DESK_ONLY(0) },
	{ "open a netlink socket", try_netlink, EACH(EPERM) },
	{ "open a packet socket", try_packet, EACH(EPERM) },
	{ "listen", try_bind, EACH(EPERM) },
	{ "type into the terminal", try_type, EACH(EPERM) },
	{ "reach an fd it was not given", try_inherited_fd, DESK_ONLY(EBADF) },
	{ "use memory", try_memory, EACH(0) },
	{ "write to its log", try_write, EACH(0) },
	{ "end by a failed assert", try_abort, EACH(KILLED + SIGABRT) },
};

/* Run @run in a cage of its own; the test process stays as it is. */
static int in_cage(enum yg_cage cage, const struct yg_sandbox_path *paths, int (*run)(void))
{
	static const int keep[] = { 0, 1, 2 };
	struct yg_sandbox box = { .cage = cage,
				  .identity = { .uid = NOBODY, .gid = NOBODY },
				  .keep = keep,
				  .keep_count = YG_ARRAY_SIZE(keep),
				  .paths = paths };
	pid_t pid = fork();
	int status = 0;
	int abi;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (dup2(0, 100) < 0 || yg_sandbox_enter(&box, &abi))
			_exit(BROKEN);
		_exit(run());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

static void try_everywhere(const struct attempt *attempt)
{
	static const struct yg_sandbox_path none[] = { { NULL, false } };

	for (enum yg_cage cage = 0; cage < YG_CAGE_MAX; cage++) {
		int got = in_cage(cage, cage == YG_CAGE_DESK ? none : NULL, attempt->run);

		if (got != attempt->want[cage])
			fail_msg("cage %d, %s: got %d, want %d", (int)cage, attempt->what, got,
				 attempt->want[cage]);
	}
}

static void allows_each_role_what_its_table_says(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(attempts); i++)
		try_everywhere(&attempts[i]);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1u) > 0;
}

static void leaves_the_desk_its_own_directory_only(void **state)
{
	const struct yg_sandbox_path own[] = { { directory, true },
					       { "/nonexistent/yagura", true },
					       { NULL, false } };
	const struct yg_sandbox_path read_only[] = { { directory, false }, { NULL, false } };
	char path[64];

	(void)state;

	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0777), 0);
	assert_int_equal(in_cage(YG_CAGE_DESK, own, try_open_own), 0);
	for (enum yg_cage cage = 0; cage < YG_CAGE_DESK; cage++) {
		assert_int_equal(in_cage(cage, NULL, try_open), EPERM);
		assert_int_equal(in_cage(cage, own, try_open_own), EPERM);
	}
	if (has_landlock()) {
		assert_int_equal(in_cage(YG_CAGE_DESK, own, try_open), EACCES);
		assert_int_equal(in_cage(YG_CAGE_DESK, own, try_open_write_elsewhere), EACCES);
		assert_int_equal(in_cage(YG_CAGE_DESK, read_only, try_open_own), EACCES);
	}
	(void)snprintf(path, sizeof(path), "%s/file", directory);
	(void)unlink(path);
	assert_int_equal(rmdir(directory), 0);
}

/* Lines of /proc/self/status, read by the parent: the child may not open files any more. */
static void read_status(pid_t pid, const char *name, char *ret, size_t cap)
{
	char path[64], line[256];
	FILE *file;

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			(void)snprintf(ret, cap, "%s", line + strlen(name) + 2);
	}
	(void)fclose(file);
	ret[strcspn(ret, "\n")] = '\0';
}

#define ROOM (64u << 20)

static bool has_room(size_t bytes)
{
	void *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory != MAP_FAILED && munmap(memory, bytes) == 0;
}

/* A bit for each that is as it should be. */
static int try_to_grow(void)
{
	return has_room(ROOM / 2) | !has_room(ROOM * 2) << 1;
}

static void holds_a_role_to_its_memory(void **state)
{
	static const int keep[] = { 0, 1, 2 };
	struct yg_sandbox box = { .identity = { .uid = NOBODY, .gid = NOBODY },
				  .keep = keep,
				  .keep_count = YG_ARRAY_SIZE(keep),
				  .grow_max = ROOM };

	(void)state;

	for (box.cage = YG_CAGE_ANALYZER; box.cage < YG_CAGE_MAX; box.cage++) {
		pid_t pid = fork();
		int status = 0, abi;

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(yg_sandbox_enter(&box, &abi) ? BROKEN : try_to_grow());
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 3);
	}
}

static void drops_everything_for_ever(void **state)
{
	static const struct {
		const char *name, *value;
	} table[] = {
		{ "CapInh", "0000000000000000" },
		{ "CapPrm", "0000000000000000" },
		{ "CapEff", "0000000000000000" },
		{ "CapAmb", "0000000000000000" },
		{ "NoNewPrivs", "1" },
		{ "Seccomp", "2" },
	};
	static const struct {
		const char *name, *value;
	} as_root[] = { { "CapBnd", "0000000000000000" },
			{ "Uid", "65534\t65534\t65534\t65534" },
			{ "Gid", "65534\t65534\t65534\t65534" },
			{ "Groups", "" } };
	struct yg_sandbox box = { .cage = YG_CAGE_ANALYZER,
				  .identity = { .uid = NOBODY, .gid = NOBODY } };
	char value[256];
	int pair[2]; /* the child stays until the test closes its end, or ends */
	pid_t pid;
	char ready;
	int abi;

	(void)state;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		yg_closep(&pair[0]);
		if (yg_sandbox_enter(&box, &abi) || write(pair[1], "r", 1) != 1)
			_exit(BROKEN);
		_exit(read(pair[1], &ready, 1) != 0);
	}
	yg_closep(&pair[1]);
	assert_int_equal(read(pair[0], &ready, 1), 1);
	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		read_status(pid, table[i].name, value, sizeof(value));
		assert_string_equal(value, table[i].value);
	}
	for (size_t i = 0; geteuid() == 0 && i < YG_ARRAY_SIZE(as_root); i++) {
		read_status(pid, as_root[i].name, value, sizeof(value));
		value[strcspn(value, " ")] = '\0';
		assert_string_equal(value, as_root[i].value);
	}
	yg_closep(&pair[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int enter_as(uid_t uid, enum yg_cage cage)
{
	struct yg_sandbox box = { .cage = cage, .identity = { .uid = uid, .gid = uid } };
	pid_t pid = fork();
	int status = 0;
	int abi;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(-yg_sandbox_enter(&box, &abi));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void refuses_to_stay_root(void **state)
{
	(void)state;

	assert_int_equal(enter_as(NOBODY, YG_CAGE_MAX), EINVAL);
	if (geteuid() == 0)
		assert_int_equal(enter_as(0, YG_CAGE_ANALYZER), EINVAL);
}

static void finds_the_user_of_the_roles(void **state)
{
	struct yg_identity identity = { 0 };

	(void)state;

	assert_int_equal(yg_identity_find(NULL, &identity), 0);
	assert_int_not_equal(identity.uid, 0);
	assert_int_equal(yg_identity_find("nobody", &identity), 0);
	assert_int_equal(identity.uid, NOBODY);
	assert_true(identity.shared);
	assert_int_equal(yg_identity_find("root", &identity), -EPERM);
	assert_int_equal(yg_identity_find("no-such-user", &identity), -ENOENT);
}

static int warden_caps(void)
{
	char eff[64] = "", bnd[64] = "";

	if (yg_sandbox_limit_warden())
		return BROKEN;
	read_status(getpid(), "CapEff", eff, sizeof(eff));
	read_status(getpid(), "CapBnd", bnd, sizeof(bnd));
	if (strtoull(eff, NULL, 16) & ~WARDEN_CAPS)
		return 1;
	if (strtoull(bnd, NULL, 16) & ~WARDEN_CAPS)
		return 2;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 3;
}

static void leaves_the_warden_a_short_list(void **state)
{
	pid_t pid;
	int status = 0;

	(void)state;

	if (geteuid() != 0)
		SKIP("not root");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(warden_caps());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allows_each_role_what_its_table_says),
		cmocka_unit_test(leaves_the_desk_its_own_directory_only),
		cmocka_unit_test(holds_a_role_to_its_memory),
		cmocka_unit_test(drops_everything_for_ever),
		cmocka_unit_test(refuses_to_stay_root),
		cmocka_unit_test(finds_the_user_of_the_roles),
		cmocka_unit_test(leaves_the_warden_a_short_list),
	};

	return cmocka_run_group_tests_name("priv/sandbox", tests, NULL, NULL);
}
