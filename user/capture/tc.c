/* SPDX-License-Identifier: GPL-2.0-only */
/* clsact through libbpf's netlink. */
#include "capture/tc.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

enum owner { OWNER_NOBODY, OWNER_US, OWNER_OTHER };

static enum owner find_owner(const struct bpf_tc_hook *hook, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = YG_TC_HANDLE, .priority = priority);
	YG_CLEANUP_CLOSE int fd = -1;
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_tc_query(hook, &opts))
		return OWNER_NOBODY;
	fd = bpf_prog_get_fd_by_id(opts.prog_id);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || strncmp(info.name, "yg_", 3) != 0)
		return OWNER_OTHER;
	return OWNER_US;
}

int yg_tc_attach(int prog_fd, uint32_t ifindex, bool is_egress, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = YG_TC_HANDLE, .priority = priority,
		    .prog_fd = prog_fd);
	enum owner owner;
	int r;

	r = bpf_tc_hook_create(&hook);
	if (r && r != -EEXIST)
		return r;
	owner = find_owner(&hook, priority);
	if (owner == OWNER_OTHER)
		return -EBUSY;
	opts.flags = owner == OWNER_US ? BPF_TC_F_REPLACE : 0;
	return bpf_tc_attach(&hook, &opts);
}

int yg_tc_detach(uint32_t ifindex, bool is_egress, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = is_egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = YG_TC_HANDLE, .priority = priority);

	if (find_owner(&hook, priority) != OWNER_US)
		return 0;
	return bpf_tc_detach(&hook, &opts) == 0;
}
