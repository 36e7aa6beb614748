/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interfaces carry our programs, and the log of every change. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/warden.h"

#define RETRY_NS (4u * YG_NS_PER_S) /* an interface that failed is tried again; less than a look */

/* Is it one that the configuration names, up or not? */
static bool is_named(const struct yg_warden *warden, const struct yg_iface *iface)
{
	const struct yg_text_list *names = &warden->options.interfaces;

	if (names->count == 0)
		return !iface->loopback && iface->ethernet;
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->items[i], "any") == 0
			    ? iface->ethernet
			    : fnmatch(names->items[i], iface->name, 0) == 0)
			return true;
	}
	return false;
}

static bool is_wanted(const struct yg_warden *warden, const struct yg_iface *iface)
{
	return iface->up && is_named(warden, iface);
}

/*
 * Before the first attachment: what an earlier run left on interfaces that are not configured any
 * more. Only links tell whose they are; clsact filters stay until `yagurad --detach`.
 */
static void drop_unnamed(struct yg_warden *warden)
{
	const struct yg_ifaces *all = &warden->ifaces;
	uint32_t *named YG_CLEANUP_FREE = calloc(all->iface_count + 1, sizeof(*named));
	size_t count = 0;
	int r;

	if (!named)
		return; /* they stay, as after a crash; the next start tries again */
	for (size_t i = 0; i < all->iface_count; i++) {
		if (is_named(warden, &all->ifaces[i]))
			named[count++] = all->ifaces[i].ifindex;
	}
	r = yg_attach_keep_only(warden->attach, named, count);
	if (r < 0)
		yg_log(YG_LOG_WARNING, "links: cannot read: %s", strerror(-r));
}

static struct yg_hook_row *find_row(struct yg_warden *warden, uint32_t ifindex)
{
	for (size_t i = 0; i < warden->hook_count; i++) {
		if (warden->hooks[i].hooks.ifindex == ifindex)
			return &warden->hooks[i];
	}
	return NULL;
}

static struct yg_hook_row *add_row(struct yg_warden *warden, const struct yg_iface *iface)
{
	struct yg_hook_row *rows;
	struct yg_hook_row *row;

	rows = reallocarray(warden->hooks, warden->hook_count + 1, sizeof(*rows));
	if (!rows)
		return NULL;
	warden->hooks = rows;
	row = &rows[warden->hook_count++];
	*row = (struct yg_hook_row){ .hooks = { .ifindex = iface->ifindex }, .err = -EAGAIN };
	return row;
}

static void log_row(const struct yg_hook_row *row)
{
	const struct yg_hooks *hooks = &row->hooks;

	if (row->err)
		yg_log(YG_LOG_WARNING, "interface '%s': cannot attach: %s", hooks->name,
		       strerror(-row->err));
	yg_log(YG_LOG_INFO, "interface '%s': xdp %s, tc %s, sampling%s%s%s, guard%s%s%s; %s",
	       hooks->name, yg_hooks_xdp_name(hooks), yg_tc_name(hooks->tc),
	       hooks->ingress ? " in" : "", hooks->egress ? " out" : "",
	       hooks->ingress || hooks->egress ? "" : " off",
	       hooks->xdp != YG_XDP_OFF ? " xdp" : "", hooks->tc_guard ? " tc" : "",
	       hooks->tc_cut ? " answers" : "",
	       hooks->reason[0] != '\0' ? hooks->reason : "as wanted");
}

/* Another hand may have taken our pins away, and the programs with them. */
static bool is_whole(const struct yg_warden *warden, struct yg_hook_row *row, uint64_t now_ns)
{
	row->tried_ns = now_ns;
	if (yg_attach_has(warden->attach, &row->hooks))
		return true;
	yg_log(YG_LOG_WARNING, "interface '%s': programs were taken away; attaching them again",
	       row->hooks.name);
	row->err = -EAGAIN;
	return false;
}

static void attach_one(struct yg_warden *warden, const struct yg_iface *iface, uint64_t now_ns)
{
	struct yg_hook_row *row = find_row(warden, iface->ifindex);
	int err;

	if (row && now_ns - row->tried_ns < RETRY_NS)
		return;
	if (row && row->err == 0 && is_whole(warden, row, now_ns))
		return;
	if (!row)
		row = add_row(warden, iface);
	if (!row)
		return; /* no memory: the next look tries again */
	err = row->err;
	row->tried_ns = now_ns;
	memcpy(row->hooks.name, iface->name, sizeof(row->hooks.name));
	row->err = yg_attach_iface(warden->attach, iface, &row->hooks);
	if (row->err != err)
		log_row(row);
}

static const struct yg_iface *find_iface(const struct yg_warden *warden, uint32_t ifindex)
{
	for (size_t i = 0; i < warden->ifaces.iface_count; i++) {
		if (warden->ifaces.ifaces[i].ifindex == ifindex)
			return &warden->ifaces.ifaces[i];
	}
	return NULL;
}

/* Down is not gone: hooks stay on an interface that comes back. */
static void drop_gone(struct yg_warden *warden)
{
	for (size_t i = warden->hook_count; i-- > 0;) {
		struct yg_hook_row *row = &warden->hooks[i];

		if (find_iface(warden, row->hooks.ifindex))
			continue;
		yg_log(YG_LOG_INFO, "interface '%s': gone", row->hooks.name);
		yg_attach_drop(warden->attach, row->hooks.ifindex);
		*row = warden->hooks[--warden->hook_count];
	}
}

static void warn_missing(const struct yg_warden *warden)
{
	const struct yg_text_list *names = &warden->options.interfaces;

	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->items[i], "any") != 0 && !strpbrk(names->items[i], "*?[") &&
		    !yg_ifaces_find(&warden->ifaces, names->items[i]))
			yg_log(YG_LOG_WARNING, "interface '%s': not there; waiting for it",
			       names->items[i]);
	}
	if (warden->hook_count == 0)
		yg_log(YG_LOG_WARNING, "no interface to attach to yet");
}

void yg_hooks_look(struct yg_warden *warden, uint64_t now_ns)
{
	bool first = warden->ifaces.ifaces == NULL;
	struct yg_ifaces now;
	int r;

	r = yg_ifaces_read(&now);
	if (r) {
		yg_log(YG_LOG_WARNING, "interfaces: cannot read: %s", strerror(-r));
		return;
	}
	yg_ifaces_clean(&warden->ifaces);
	warden->ifaces = now;
	if (first)
		drop_unnamed(warden);
	drop_gone(warden);
	for (size_t i = 0; i < now.iface_count; i++) {
		if (is_wanted(warden, &now.ifaces[i]))
			attach_one(warden, &now.ifaces[i], now_ns);
	}
	if (first)
		warn_missing(warden);
	warden->protect = true; /* own addresses and gateways may have changed too */
}

void yg_hooks_clean(struct yg_warden *warden)
{
	yg_freep(&warden->hooks);
	warden->hook_count = 0;
	yg_ifaces_clean(&warden->ifaces);
}
