/* SPDX-License-Identifier: GPL-2.0-only */
/* A process beside the test that does not outlive it, whichever way the test ends. */
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "test.h"

/* As fork(2), which must work. The kernel forgets the promise when the child changes its user. */
static inline pid_t child_fork(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent))
		_exit(EXIT_FAILURE);
	return pid;
}
