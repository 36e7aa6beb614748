/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks of interfaces. The state is in the kernel: pinned links and clsact filters. Each call
 * looks at what is there and brings it to what is wanted.
 */
#include "capture/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/hook.h"
#include "capture/pin.h"
#include "capture/tc.h"

#define MTU_ONE_PAGE 3498u /* above, an XDP frame may need several buffers */

enum slot { SLOT_XDP, SLOT_GUARD, SLOT_CUT, SLOT_IN, SLOT_OUT, SLOT_MAX };

struct slot_row {
	const char *suffix; /* of the pin */
	enum yg_program program;
	bool egress;
	bool first;	   /* before programs of others */
	uint32_t priority; /* as clsact filter */
};

static const struct slot_row slots[SLOT_MAX] = {
	[SLOT_XDP] = { "xdp", YG_PROGRAM_XDP_GUARD, false, false, 0 },
	[SLOT_GUARD] = { "guard", YG_PROGRAM_TC_GUARD, false, true, YG_TC_PRIORITY_GUARD },
	[SLOT_CUT] = { "cut", YG_PROGRAM_TC_CUT, true, true, YG_TC_PRIORITY_GUARD },
	[SLOT_IN] = { "in", YG_PROGRAM_TC_INGRESS, false, false, YG_TC_PRIORITY },
	[SLOT_OUT] = { "out", YG_PROGRAM_TC_EGRESS, true, false, YG_TC_PRIORITY },
};

static const struct {
	enum yg_program program;
	enum yg_tracing needed;
} tracing[] = {
	{ YG_PROGRAM_PROC_EXEC, YG_TRACING_PROCESSES },
	{ YG_PROGRAM_SK_STATE, YG_TRACING_PROCESSES },
	{ YG_PROGRAM_SK_RCVSPACE, YG_TRACING_SOCKETS },
	{ YG_PROGRAM_SK_RECV, YG_TRACING_SOCKETS },
	{ YG_PROGRAM_SK_SEND, YG_TRACING_SOCKETS },
	{ YG_PROGRAM_GO_RECV, YG_TRACING_GO },
	{ YG_PROGRAM_GO_SEND, YG_TRACING_GO },
};

struct yg_attach {
	struct yg_loader *loader; /* borrowed */
	struct yg_attach_config config;
	char links[YG_PIN_PATH_CAP]; /* directory */
	struct bpf_link *tracing[YG_ARRAY_SIZE(tracing)];
	bool is_resting[YG_ARRAY_SIZE(tracing)]; /* taken off, to come again */
};

const char *yg_xdp_name(enum yg_xdp mode)
{
	static const char *const names[YG_XDP_MAX] = { "auto", "native", "generic", "off" };

	return names[mode];
}

const char *yg_hooks_xdp_name(const struct yg_hooks *hooks)
{
	if (hooks->xdp == YG_XDP_OFF)
		return "none";
	return hooks->frags ? "native frags" : yg_xdp_name(hooks->xdp);
}

const char *yg_tc_name(enum yg_tc tc)
{
	static const char *const names[YG_TC_MAX] = { "none", "tcx", "clsact" };

	return names[tc];
}

static int slot_path(const struct yg_attach *attach, uint32_t ifindex, enum slot slot,
		     char ret[YG_PIN_PATH_CAP])
{
	char name[32];

	(void)snprintf(name, sizeof(name), "if%u-%s", ifindex, slots[slot].suffix);
	return yg_pin_path(attach->links, name, ret);
}

/* "if3-xdp" to its parts. Return: is it one of ours? */
static bool parse_name(const char *name, uint32_t *ret_ifindex, enum slot *ret_slot)
{
	char *suffix;
	unsigned long ifindex;

	if (strncmp(name, "if", 2) != 0 || name[2] < '0' || name[2] > '9')
		return false;
	ifindex = strtoul(name + 2, &suffix, 10);
	if (*suffix++ != '-' || ifindex == 0 || ifindex > INT32_MAX)
		return false;
	for (int slot = 0; slot < SLOT_MAX; slot++) {
		if (strcmp(slots[slot].suffix, suffix) == 0) {
			*ret_ifindex = (uint32_t)ifindex;
			*ret_slot = (enum slot)slot;
			return true;
		}
	}
	return false;
}

/* The interface of a link, 0 if it is gone. TCX links tell it in the same place as XDP links. */
static uint32_t link_ifindex(int fd)
{
	struct bpf_link_info info = { 0 };
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.xdp.ifindex;
}

static int remove_stale(void *ctx, const char *dir, const char *name)
{
	YG_CLEANUP_CLOSE int fd = -1;
	struct yg_attach *attach = ctx;
	char path[YG_PIN_PATH_CAP];
	uint32_t ifindex = 0;
	enum slot slot;

	if (yg_pin_path(dir, name, path))
		return 0;
	fd = bpf_obj_get(path);
	if (fd >= 0 && parse_name(name, &ifindex, &slot) && link_ifindex(fd) == ifindex) {
		yg_note(&attach->config.note, "found pinned link %s", name);
		return 0;
	}
	if (!yg_pin_unlink(path))
		return 0;
	yg_note(&attach->config.note, "removed stale link %s: interface gone", name);
	return 1;
}

int yg_attach_new(struct yg_loader *loader, const struct yg_attach_config *config,
		  struct yg_attach **ret)
{
	YG_CLEANUP(yg_attach_free) struct yg_attach *attach = calloc(1, sizeof(*attach));
	int r;

	if (!attach)
		return -ENOMEM;
	attach->loader = loader;
	attach->config = *config;
	r = yg_pin_path(yg_loader_bpffs(loader), "links", attach->links);
	if (r)
		return r;
	r = yg_pin_each(attach->links, "", remove_stale, attach);
	if (r < 0)
		return r;
	*ret = YG_TAKE_PTR(attach);
	return 0;
}

void yg_attach_free(struct yg_attach **attach)
{
	if (!*attach)
		return;
	for (size_t i = 0; i < YG_ARRAY_SIZE(tracing); i++)
		(void)bpf_link__destroy((*attach)->tracing[i]);
	yg_freep(attach);
}

/* Take a hook away, whichever way it is held. Return: was there one? */
static bool drop_slot(struct yg_attach *attach, uint32_t ifindex, enum slot slot)
{
	char path[YG_PIN_PATH_CAP];
	bool had;

	had = slot_path(attach, ifindex, slot, path) == 0 && yg_pin_unlink(path);
	if (slot != SLOT_XDP && !yg_loader_capability(attach->loader, YG_CAPABILITY_TCX)->available)
		had |= yg_tc_detach(ifindex, slots[slot].egress, slots[slot].priority) > 0;
	return had;
}

void yg_attach_drop(struct yg_attach *attach, uint32_t ifindex)
{
	for (int slot = 0; slot < SLOT_MAX; slot++)
		(void)drop_slot(attach, ifindex, (enum slot)slot);
}

/* Pin a fresh link; unpinned it would end with this process. */
static int pin_link(int fd, const char *path)
{
	int r = bpf_obj_pin(fd, path) ? -errno : 0;

	yg_closep(&fd);
	return r;
}

/*
 * adopt() - replace the program of a pinned link.
 * Return: 1 done; 0 there is no usable link at @path (any more).
 */
static int adopt(const struct yg_attach *attach, const char *path, uint32_t ifindex, int prog_fd)
{
	YG_CLEANUP_CLOSE int fd = bpf_obj_get(path);
	int err = 0;

	if (fd < 0)
		return 0;
	if (link_ifindex(fd) == ifindex) {
		if (bpf_link_update(fd, prog_fd, NULL) == 0)
			return 1;
		err = errno;
	}
	(void)yg_pin_unlink(path);
	yg_note(&attach->config.note, "replaced pinned link of interface %u: %s", ifindex,
		err ? strerrordesc_np(err) : "it belonged to another one");
	return 0;
}

static int attach_tc(struct yg_attach *attach, uint32_t ifindex, enum slot slot)
{
	const struct slot_row *row = &slots[slot];
	int fd, r, prog_fd = yg_loader_program(attach->loader, row->program);
	char path[YG_PIN_PATH_CAP];

	if (prog_fd < 0)
		return -EOPNOTSUPP;
	if (!yg_loader_capability(attach->loader, YG_CAPABILITY_TCX)->available)
		return yg_tc_attach(prog_fd, ifindex, row->egress, row->priority);
	r = slot_path(attach, ifindex, slot, path);
	if (r)
		return r;
	if (adopt(attach, path, ifindex, prog_fd))
		return 0;
	fd = yg_hook_tcx(prog_fd, ifindex, row->egress ? YG_HOOK_TCX_EGRESS : YG_HOOK_TCX_INGRESS,
			 row->first);
	return fd < 0 ? fd : pin_link(fd, path);
}

/* Bring one TC slot to @wanted. Return: 0; -errno. *ret_has: is it attached now? */
static int set_tc(struct yg_attach *attach, uint32_t ifindex, enum slot slot, bool wanted,
		  bool *ret_has)
{
	int r = 0;

	if (wanted)
		r = attach_tc(attach, ifindex, slot);
	else
		(void)drop_slot(attach, ifindex, slot);
	*ret_has = wanted && r == 0;
	return r;
}

static int query_xdp(uint32_t ifindex, enum yg_xdp *ret_mode)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	int r = bpf_xdp_query((int)ifindex, 0, &opts);

	if (r)
		return r;
	*ret_mode = opts.attach_mode == XDP_ATTACHED_SKB ? YG_XDP_GENERIC
		    : opts.prog_id			 ? YG_XDP_NATIVE
							 : YG_XDP_OFF;
	return 0;
}

/* Attach @program at XDP. Return: 0; -EOPNOTSUPP if it is not loaded; -errno. */
static int link_xdp(struct yg_attach *attach, uint32_t ifindex, enum yg_program program,
		    enum yg_xdp mode, const char *path)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	int fd, prog_fd = yg_loader_program(attach->loader, program);

	if (prog_fd < 0)
		return -EOPNOTSUPP;
	opts.flags = mode == YG_XDP_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	fd = bpf_link_create(prog_fd, (int)ifindex, BPF_XDP, &opts);
	return fd < 0 ? -errno : pin_link(fd, path);
}

/* Generic XDP makes frames linear; only drivers hand out several buffers. */
static int try_xdp(struct yg_attach *attach, const struct yg_iface *iface, enum yg_xdp mode,
		   const char *path, struct yg_hooks *hooks)
{
	int r = -EOPNOTSUPP;

	hooks->frags = false;
	if (mode == YG_XDP_NATIVE) {
		r = link_xdp(attach, iface->ifindex, YG_PROGRAM_XDP_GUARD_MB, mode, path);
		hooks->frags = r == 0;
		if (r == 0 || r == -EBUSY || iface->mtu > MTU_ONE_PAGE)
			return r;
	}
	return link_xdp(attach, iface->ifindex, YG_PROGRAM_XDP_GUARD, mode, path);
}

/* Which modes to try, in order; the reason for what is left out goes to @reason. */
static size_t choose_modes(const struct yg_iface *iface, enum yg_xdp asked, enum yg_xdp ret[2],
			   char reason[YG_HOOK_REASON_CAP])
{
	size_t count = 0;

	if (asked == YG_XDP_OFF) {
		(void)snprintf(reason, YG_HOOK_REASON_CAP, "off by configuration");
		return 0;
	}
	if (!iface->ethernet) {
		(void)snprintf(reason, YG_HOOK_REASON_CAP, "frames have no Ethernet header");
		return 0;
	}
	if (asked == YG_XDP_AUTO && strcmp(iface->kind, "veth") == 0)
		(void)snprintf(reason, YG_HOOK_REASON_CAP,
			       "veth: native turns off segmentation offload of its peer");
	else if (asked == YG_XDP_AUTO && iface->loopback)
		(void)snprintf(reason, YG_HOOK_REASON_CAP, "loopback has no native XDP");
	else if (asked != YG_XDP_GENERIC)
		ret[count++] = YG_XDP_NATIVE;
	if (asked != YG_XDP_NATIVE)
		ret[count++] = YG_XDP_GENERIC;
	return count;
}

/*
 * The pinned XDP link, with our program now, if its mode is one of those wanted. A driver may
 * refuse to swap in a program that cannot handle its frames; then the link is made anew.
 */
static bool adopt_xdp(struct yg_attach *attach, const struct yg_iface *iface,
		      const enum yg_xdp *modes, size_t count, struct yg_hooks *hooks)
{
	int plain = yg_loader_program(attach->loader, YG_PROGRAM_XDP_GUARD);
	int frags = yg_loader_program(attach->loader, YG_PROGRAM_XDP_GUARD_MB);
	enum yg_xdp mode = YG_XDP_OFF;
	char path[YG_PIN_PATH_CAP];

	if (slot_path(attach, iface->ifindex, SLOT_XDP, path) || access(path, F_OK) ||
	    query_xdp(iface->ifindex, &mode))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (modes[i] != mode)
			continue;
		hooks->xdp = mode;
		hooks->frags = mode == YG_XDP_NATIVE && frags >= 0;
		if (adopt(attach, path, iface->ifindex, hooks->frags ? frags : plain))
			return true;
	}
	hooks->xdp = YG_XDP_OFF;
	(void)yg_pin_unlink(path);
	return false;
}

/* XDP, as far down the ladder as needed. hooks->xdp and hooks->reason say where it ended. */
static void set_xdp(struct yg_attach *attach, const struct yg_iface *iface, struct yg_hooks *hooks)
{
	char path[YG_PIN_PATH_CAP];
	enum yg_xdp modes[2];
	size_t count;

	hooks->xdp = YG_XDP_OFF;
	hooks->frags = false;
	if (!attach->config.may_drop && !attach->config.xdp_sample) {
		(void)drop_slot(attach, iface->ifindex, SLOT_XDP);
		(void)snprintf(hooks->reason, sizeof(hooks->reason), "nothing to drop in observe");
		return;
	}
	count = choose_modes(iface, attach->config.xdp, modes, hooks->reason);
	if (adopt_xdp(attach, iface, modes, count, hooks) ||
	    slot_path(attach, iface->ifindex, SLOT_XDP, path))
		return;
	for (size_t i = 0; i < count; i++) {
		int r = try_xdp(attach, iface, modes[i], path, hooks);

		if (r == 0) {
			hooks->xdp = modes[i];
			return;
		}
		(void)snprintf(hooks->reason, sizeof(hooks->reason), "%s: %s",
			       yg_xdp_name(modes[i]),
			       r == -EBUSY ? "another XDP program is there" : strerrordesc_np(-r));
		if (r == -EBUSY) /* in whatever mode: never stacked on, never replaced */
			return;
	}
}

int yg_attach_iface(struct yg_attach *attach, const struct yg_iface *iface, struct yg_hooks *ret)
{
	const struct yg_attach_config *config = &attach->config;
	struct yg_hooks hooks = { .ifindex = iface->ifindex, .tc = YG_TC_CLSACT };
	bool has_xdp, has[SLOT_MAX] = { false }, wanted[SLOT_MAX] = { false };
	int first = 0;

	memcpy(hooks.name, iface->name, sizeof(hooks.name));
	(void)mkdir(attach->links, 0700); /* taken away by hand; what fails without it says so */
	set_xdp(attach, iface, &hooks);
	has_xdp = hooks.xdp != YG_XDP_OFF;
	if (yg_loader_capability(attach->loader, YG_CAPABILITY_TCX)->available)
		hooks.tc = YG_TC_TCX;

	wanted[SLOT_GUARD] = config->may_drop && !has_xdp;
	wanted[SLOT_CUT] = config->may_drop;
	/* On loopback each packet passes egress, then ingress: one look is enough. */
	wanted[SLOT_IN] = !iface->loopback && !(config->xdp_sample && has_xdp);
	wanted[SLOT_OUT] = true;
	for (int slot = SLOT_GUARD; slot < SLOT_MAX; slot++) {
		int r = set_tc(attach, iface->ifindex, (enum slot)slot, wanted[slot], &has[slot]);

		if (r && first == 0)
			first = r;
	}
	hooks.tc_guard = has[SLOT_GUARD];
	hooks.tc_cut = has[SLOT_CUT];
	hooks.ingress = has[SLOT_IN];
	hooks.egress = has[SLOT_OUT];
	if (!hooks.tc_guard && !hooks.tc_cut && !hooks.ingress && !hooks.egress)
		hooks.tc = YG_TC_NONE;
	*ret = hooks;
	return first;
}

static bool has_link(const struct yg_attach *attach, uint32_t ifindex, enum slot slot)
{
	YG_CLEANUP_CLOSE int fd = -1;
	char path[YG_PIN_PATH_CAP];

	if (slot_path(attach, ifindex, slot, path))
		return false;
	fd = bpf_obj_get(path);
	return fd >= 0 && link_ifindex(fd) == ifindex;
}

bool yg_attach_has(const struct yg_attach *attach, const struct yg_hooks *hooks)
{
	bool tcx = hooks->tc == YG_TC_TCX;
	const bool wanted[SLOT_MAX] = {
		[SLOT_XDP] = hooks->xdp != YG_XDP_OFF, [SLOT_GUARD] = tcx && hooks->tc_guard,
		[SLOT_CUT] = tcx && hooks->tc_cut,     [SLOT_IN] = tcx && hooks->ingress,
		[SLOT_OUT] = tcx && hooks->egress,
	};

	for (int slot = 0; slot < SLOT_MAX; slot++) {
		if (wanted[slot] && !has_link(attach, hooks->ifindex, (enum slot)slot))
			return false;
	}
	return true;
}

struct keep {
	struct yg_attach *attach;
	const uint32_t *ifindexes;
	size_t count;
};

static int drop_other(void *ctx, const char *dir, const char *name)
{
	const struct keep *keep = ctx;
	char path[YG_PIN_PATH_CAP];
	uint32_t ifindex;
	enum slot slot;

	if (!parse_name(name, &ifindex, &slot) || yg_pin_path(dir, name, path))
		return 0;
	for (size_t i = 0; i < keep->count; i++) {
		if (keep->ifindexes[i] == ifindex)
			return 0;
	}
	yg_note(&keep->attach->config.note, "removed link %s: interface not configured", name);
	return yg_pin_unlink(path);
}

int yg_attach_keep_only(struct yg_attach *attach, const uint32_t *ifindexes, size_t count)
{
	struct keep keep = { attach, ifindexes, count };

	return yg_pin_each(attach->links, "if", drop_other, &keep);
}

int yg_attach_tracing(struct yg_attach *attach, enum yg_tracing what)
{
	int first = 0;

	for (size_t i = 0; i < YG_ARRAY_SIZE(tracing); i++) {
		struct bpf_program *program = yg_loader_handle(attach->loader, tracing[i].program);

		if (!program || attach->tracing[i] || tracing[i].needed != what)
			continue;
		/* Two tracepoints tell of a receive; one is enough. */
		if (tracing[i].program == YG_PROGRAM_SK_RECV &&
		    yg_loader_handle(attach->loader, YG_PROGRAM_SK_RCVSPACE))
			continue;
		attach->tracing[i] = bpf_program__attach(program);
		if (!attach->tracing[i] && first == 0)
			first = -errno;
	}
	return first;
}

void yg_attach_tracing_rest(struct yg_attach *attach)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(tracing); i++) {
		if (!attach->tracing[i] || tracing[i].needed == YG_TRACING_PROCESSES)
			continue;
		(void)bpf_link__destroy(attach->tracing[i]);
		attach->tracing[i] = NULL;
		attach->is_resting[i] = true;
	}
}

int yg_attach_tracing_wake(struct yg_attach *attach)
{
	int first = 0;

	for (enum yg_tracing what = YG_TRACING_SOCKETS; what < YG_TRACING_MAX; what++) {
		bool is_wanted = false;

		for (size_t i = 0; i < YG_ARRAY_SIZE(tracing); i++) {
			if (tracing[i].needed != what)
				continue;
			is_wanted |= attach->is_resting[i];
			attach->is_resting[i] = false;
		}
		if (is_wanted && first == 0)
			first = yg_attach_tracing(attach, what);
	}
	return first;
}

static int detach_filters(const struct yg_iface *iface)
{
	int removed = 0;

	for (int slot = SLOT_GUARD; slot < SLOT_MAX; slot++)
		removed += yg_tc_detach(iface->ifindex, slots[slot].egress, slots[slot].priority);
	return removed;
}

int yg_attach_detach_all(const char *bpffs, const struct yg_note *note)
{
	YG_CLEANUP(yg_ifaces_clean) struct yg_ifaces ifaces = { 0 };
	char links[YG_PIN_PATH_CAP];
	int r, removed = 0;

	yg_hook_quiet();
	r = yg_ifaces_read(&ifaces);
	if (r)
		return r;
	for (size_t i = 0; i < ifaces.iface_count; i++)
		removed += detach_filters(&ifaces.ifaces[i]);
	r = yg_pin_path(bpffs, "links", links);
	if (r)
		return r;
	r = yg_pin_each(links, "if", yg_pin_remove, NULL);
	if (r < 0)
		return r;
	removed += r;
	yg_note(note, "detached %d hooks", removed);
	return removed;
}
