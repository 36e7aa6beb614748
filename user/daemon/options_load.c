/* SPDX-License-Identifier: GPL-2.0-only */
/* Where options come from at run time: the file, at start and on SIGHUP. */
#include <errno.h>
#include <string.h>

#include "capture/governor.h"
#include "daemon/host.h"
#include "daemon/options_value.h"

static int fail(char *ret_error, const char *name, const char *cause)
{
	(void)snprintf(ret_error, YG_OPTIONS_ERROR_CAP, "%s: %s", name, cause);
	return -EINVAL;
}

/* What no row can say alone. */
static int check(const struct yg_options *options, char *ret_error)
{
	struct yg_governor_options share = { 0 };
	struct yg_address addr;
	uint16_t port;

	if (options->ring_size & (options->ring_size - 1))
		return fail(ret_error, "ring-size", "not a power of two");
	if (yg_share_from_text(options->sample, &share))
		return fail(ret_error, "sample", "not auto, 1/N or a number above 0 and at most 1");
	if (options->capture == YG_CAPTURE_XDP && options->xdp == YG_XDP_OFF)
		return fail(ret_error, "capture", "xdp needs an XDP mode other than off");
	if (options->bpffs[0] != '/' || options->run_dir[0] != '/' || options->state_dir[0] != '/')
		return fail(ret_error, "state-dir, run-dir, bpffs", "need absolute paths");
	if (options->metrics_listen[0] == '\0')
		return 0;
	switch (yg_listen_from_text(options->metrics_listen, &addr, &port)) {
	case 0:
		return 0;
	case -EPERM:
		return fail(ret_error, "metrics-listen", "not a loopback address");
	default:
		return fail(ret_error, "metrics-listen", "not ADDR:PORT");
	}
}

int yg_options_load(struct yg_options *options, char *ret_error)
{
	bool asked = options->config[0] != '\0';
	const char *path = asked ? options->config : YG_CONFIG_PATH;
	FILE *file = fopen(path, "re");
	int r = 0;

	if (file) {
		r = yg_options_from_file(options, file, path, ret_error);
		(void)fclose(file);
	} else if (asked || errno != ENOENT) {
		r = -errno;
		(void)snprintf(ret_error, YG_OPTIONS_ERROR_CAP, "%s: %s", path, strerror(-r));
	}
	return r ? r : check(options, ret_error);
}

int yg_options_reread(const struct yg_options *options, struct yg_options *ret, char *ret_error)
{
	struct yg_options next;
	int r;

	r = yg_options_init(&next);
	if (!r)
		r = yg_options_keep_command(options, &next);
	if (r)
		(void)snprintf(ret_error, YG_OPTIONS_ERROR_CAP, "%s", strerror(-r));
	else
		r = yg_options_load(&next, ret_error);
	if (r)
		yg_options_clean(&next);
	else
		*ret = next;
	return r;
}
