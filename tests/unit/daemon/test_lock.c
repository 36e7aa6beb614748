/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "child.h"

static int make_directory(char *path)
{
	int fd;

	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void remove_directory(const char *path, int fd)
{
	(void)unlinkat(fd, YG_LOCK_NAME, 0);
	(void)close(fd);
	assert_int_equal(rmdir(path), 0);
}

/* A process that holds the lock until SIGTERM; returns when it has it. */
static pid_t start_holder(int dir_fd, bool stubborn)
{
	int pipes[2];
	char ready;
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = child_fork();
	if (pid == 0) {
		pid_t holder;
		int fd;

		if (stubborn)
			(void)signal(SIGTERM, SIG_IGN);
		if (yg_lock_take(dir_fd, &fd, &holder) || write(pipes[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(pipes[1]);
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	(void)close(pipes[0]);
	return pid;
}

static void is_taken_once(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	pid_t holder = 0;
	int first = -1;
	int second = -1;

	(void)state;

	assert_int_equal(yg_lock_take(dir_fd, &first, &holder), 0);
	assert_int_equal(yg_lock_take(dir_fd, &second, &holder), -EBUSY);
	assert_int_equal(holder, getpid());
	assert_int_equal(second, -1);
	(void)close(first);
	assert_int_equal(yg_lock_take(dir_fd, &second, &holder), 0);
	(void)close(second);
	remove_directory(path, dir_fd);
}

/* Whoever can open it for reading can lock it, and no daemon starts any more. */
static void is_for_root_alone(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	int old = openat(dir_fd, YG_LOCK_NAME, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	pid_t holder = 0;
	struct stat status;
	int fd = -1;

	(void)state;

	assert_true(old >= 0);
	assert_int_equal(yg_lock_take(dir_fd, &fd, &holder), 0);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	(void)close(fd);
	(void)close(old);
	remove_directory(path, dir_fd);
}

static void pins_belong_to_one(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	int first = -1, second = -1;

	(void)state;

	assert_int_equal(yg_lock_pins(path, &first), 0);
	assert_int_equal(yg_lock_pins(path, &second), -EBUSY);
	assert_int_equal(second, -1);
	(void)close(first);
	assert_int_equal(yg_lock_pins(path, &second), 0);
	(void)close(second);
	remove_directory(path, dir_fd);
	assert_int_equal(yg_lock_pins(path, &first), -ENOENT);
}

static void passes_on_when_the_holder_is_killed(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	pid_t pid = start_holder(dir_fd, false);
	pid_t holder = 0;
	int fd = -1;

	(void)state;

	assert_int_equal(yg_lock_take(dir_fd, &fd, &holder), -EBUSY);
	assert_int_equal(holder, pid);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(yg_lock_take(dir_fd, &fd, &holder), 0);
	(void)close(fd);
	remove_directory(path, dir_fd);
}

static void is_handed_over_on_request(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	pid_t pid = start_holder(dir_fd, false);
	int status = 0;
	int fd = -1;

	(void)state;

	assert_int_equal(yg_lock_replace(dir_fd, 10000, &fd), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	(void)close(fd);
	remove_directory(path, dir_fd);
}

static void gives_up_on_a_holder_that_stays(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	pid_t pid = start_holder(dir_fd, true);
	int fd = -1;

	(void)state;

	assert_int_equal(yg_lock_replace(dir_fd, 50, &fd), -ETIMEDOUT);
	assert_int_equal(fd, -1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	remove_directory(path, dir_fd);
}

static void follows_no_link_and_signals_no_stranger(void **state)
{
	char path[] = "/tmp/yagura-test-XXXXXX";
	int dir_fd = make_directory(path);
	pid_t holder = 0;
	int fd = -1;
	int lock = -1;

	(void)state;

	assert_int_equal(symlinkat("/etc/passwd", dir_fd, YG_LOCK_NAME), 0);
	assert_int_equal(yg_lock_take(dir_fd, &fd, &holder), -ELOOP);
	assert_int_equal(unlinkat(dir_fd, YG_LOCK_NAME, 0), 0);

	/* A holder whose number is no process: not in this pid namespace, or damaged. */
	assert_int_equal(yg_lock_take(dir_fd, &lock, &holder), 0);
	assert_int_equal(pwrite(lock, "4194305\n", 8, 0), 8); /* above PID_MAX_LIMIT */
	assert_int_equal(yg_lock_replace(dir_fd, 50, &fd), -ESRCH);
	assert_int_equal(ftruncate(lock, 0), 0);
	assert_int_equal(yg_lock_replace(dir_fd, 50, &fd), -ETIMEDOUT);
	(void)close(lock);
	remove_directory(path, dir_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_taken_once),
		cmocka_unit_test(is_for_root_alone),
		cmocka_unit_test(pins_belong_to_one),
		cmocka_unit_test(passes_on_when_the_holder_is_killed),
		cmocka_unit_test(is_handed_over_on_request),
		cmocka_unit_test(gives_up_on_a_holder_that_stays),
		cmocka_unit_test(follows_no_link_and_signals_no_stranger),
	};

	return cmocka_run_group_tests_name("daemon/lock", tests, NULL, NULL);
}
