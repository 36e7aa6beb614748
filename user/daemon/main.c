/* SPDX-License-Identifier: GPL-2.0-only */
/* yagurad: reads its options and becomes the warden, one of the roles, or one of the errands. */
#include <limits.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "core/log.h"
#include "daemon/classes.h"
#include "daemon/options.h"
#include "daemon/role.h"
#include "daemon/warden.h"

#define USAGE 2 /* exit status of a bad command line or file */

static int read_options(struct yg_options *options, int argc, char *const *argv)
{
	char error[YG_OPTIONS_ERROR_CAP];
	int r;

	r = yg_options_from_argv(options, argc, argv, error);
	if (r) {
		(void)fprintf(stderr, "yagurad: %s\n", error);
		return r;
	}
	if (options->help || options->version || options->man || options->role[0] != '\0')
		return 0;
	r = yg_options_load(options, error);
	if (r == 0)
		r = yg_classes_check(options, error, sizeof(error));
	if (r)
		(void)fprintf(stderr, "yagurad: %s\n", error);
	return r;
}

static int run(struct yg_options *options)
{
	if (options->help)
		yg_options_help(stdout);
	else if (options->version)
		(void)printf("yagurad %s\n", YG_VERSION);
	else if (options->man)
		yg_options_man(stdout);
	else if (options->check)
		yg_options_print(options, stdout);
	else if (options->role[0] != '\0')
		return yg_role_main(options->role);
	else if (geteuid() != 0)
		yg_log(YG_LOG_ERROR,
		       "yagurad must be started by root; it drops what it does not need");
	else if (options->detach)
		return yg_warden_detach(options);
	else if (syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0) == 0) /* the parent's */
		return yg_warden_run(options, getenv("NOTIFY_SOCKET"));
	return options->help || options->version || options->man || options->check ? EXIT_SUCCESS
										   : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct yg_options options = { 0 };
	int status = USAGE;

	yg_log_init("warden", YG_LOG_INFO);
	if (yg_options_init(&options) == 0 && read_options(&options, argc, argv) == 0) {
		yg_log_init("warden", (enum yg_log_level)options.log_level);
		status = run(&options);
	}
	yg_options_clean(&options);
	if (fflush(stdout) || ferror(stdout))
		status = EXIT_FAILURE;
	return status;
}
