/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure COMMAND...: run it and print one line to stderr: wall seconds, CPU seconds, peak KB.
 *
 * A small process has to do the fork: the kernel counts the parent's pages towards the peak of
 * the child until it calls exec, so a script's own memory would show.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage usage;
	int status = 0;
	pid_t child;

	if (argc < 2)
		return 2;
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	child = fork();
	if (child == 0) {
		(void)execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return 1;
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	(void)fprintf(stderr, "\nmeasure %.6f %.6f %ld\n",
		      (double)(end.tv_sec - start.tv_sec) +
			      (double)(end.tv_nsec - start.tv_nsec) / 1e9,
		      seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
