/* SPDX-License-Identifier: GPL-2.0-only */
/* `yagurad --detach`: nothing of Yagura stays in the kernel. For uninstall and clean-up. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "daemon/lock.h"
#include "daemon/warden.h"

#define REPLACE_MS 15000u

static void say(void *ctx, const char *text)
{
	(void)ctx;
	yg_log(YG_LOG_INFO, "%s", text);
}

static int refuse_while_running(const struct yg_options *options, struct yg_host *host)
{
	pid_t holder = 0;
	int r;

	r = yg_lock_take(host->run_fd, &host->lock_fd, &holder);
	if (r == -EBUSY && options->replace)
		r = yg_lock_replace(host->run_fd, REPLACE_MS, &host->lock_fd);
	else if (r == -EBUSY)
		yg_log(YG_LOG_ERROR, "yagurad runs as process %d: stop it first, or add --replace",
		       (int)holder);
	if (r)
		return r;
	r = yg_lock_pins(options->bpffs, &host->pins_fd);
	if (r)
		yg_log(YG_LOG_ERROR, "bpffs '%s': %s", options->bpffs, strerror(-r));
	return r;
}

int yg_warden_detach(const struct yg_options *options)
{
	static const struct yg_note note = { .say = say };
	struct yg_host host = YG_HOST_INIT;
	struct stat status;
	int hooks = 0;
	int pins = 0;
	int r;

	if (stat(options->bpffs, &status)) {
		yg_log(YG_LOG_INFO, "nothing is pinned at '%s'", options->bpffs);
		return EXIT_SUCCESS;
	}
	r = yg_host_open(options, &host);
	if (!r)
		r = refuse_while_running(options, &host);
	if (!r) {
		hooks = yg_attach_detach_all(options->bpffs, &note);
		pins = hooks < 0 ? hooks : yg_loader_unpin(options->bpffs, &note);
		r = pins < 0 ? pins : 0;
		if (r)
			yg_log(YG_LOG_ERROR, "bpffs '%s': %s", options->bpffs, strerror(-r));
		else
			yg_log(YG_LOG_INFO, "detached %d hooks, removed %d pins", hooks, pins);
	}
	yg_host_close(&host);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
