/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who can never be blocked: written into the kernel's allow map, where it wins over every block,
 * and told to the enforcer, which then does not even place one.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/log.h"
#include "daemon/warden.h"
#include "priv/link.h"

#define RESOLV_CONF	"/etc/resolv.conf"
#define RESOLV_CONF_MAX 8192
#define EXACT_BITS	128u

struct set {
	struct yg_net nets[YG_ALLOW_NETS_MAX];
	struct yg_allow why[YG_ALLOW_NETS_MAX];
	size_t count;
	size_t lost; /* beyond the cap */
};

static void add(struct set *set, const struct yg_prefix *prefix, enum yg_allow_why why)
{
	struct yg_net *net = &set->nets[set->count];

	if (set->count >= YG_ALLOW_NETS_MAX) {
		set->lost++;
		return;
	}
	net->prefix_len = prefix->len;
	memcpy(net->addr, prefix->addr.bytes, sizeof(net->addr));
	set->why[set->count++].why = why;
}

static void add_addresses(struct set *set, const struct yg_address *addrs, size_t count,
			  enum yg_allow_why why)
{
	for (size_t i = 0; i < count; i++) {
		struct yg_prefix prefix = { .addr = addrs[i], .len = EXACT_BITS };

		if (!yg_address_is_unknown(&addrs[i]))
			add(set, &prefix, why);
	}
}

static void add_resolvers(struct set *set)
{
	struct yg_address resolvers[YG_RESOLVERS_MAX];
	char text[RESOLV_CONF_MAX];
	int fd YG_CLEANUP_CLOSE = open(RESOLV_CONF, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return; /* a host without resolvers */
	len = read(fd, text, sizeof(text));
	if (len > 0)
		add_addresses(
			set, resolvers,
			yg_resolvers_from_text((struct yg_slice){ text, (size_t)len }, resolvers),
			YG_ALLOW_RESOLVER);
}

static void collect(const struct yg_warden *warden, struct set *set)
{
	const struct yg_options *options = &warden->options;

	for (size_t i = 0; i < options->allow.count; i++)
		add(set, &options->allow.items[i], YG_ALLOW_CONFIG);
	for (size_t i = 0; i < options->trusted_proxies.count; i++)
		add(set, &options->trusted_proxies.items[i], YG_ALLOW_PROXY);
	add_addresses(set, warden->ifaces.gateways, warden->ifaces.gateway_count, YG_ALLOW_ROUTE);
	add_resolvers(set);
	add_addresses(set, warden->ifaces.own, warden->ifaces.own_count, YG_ALLOW_OWN);
	if (set->lost > 0)
		yg_log(YG_LOG_WARNING, "protected addresses: %zu beyond the limit of %u are not",
		       set->lost, YG_ALLOW_NETS_MAX);
}

static bool has(const struct set *set, const struct yg_net *net)
{
	for (size_t i = 0; i < set->count; i++) {
		if (memcmp(&set->nets[i], net, sizeof(*net)) == 0)
			return true;
	}
	return false;
}

/* Adds before it deletes: who stays protected is so throughout. */
static int write_map(int fd, const struct set *set)
{
	struct yg_net stale[64];
	size_t count;

	for (size_t i = 0; i < set->count; i++) {
		if (bpf_map_update_elem(fd, &set->nets[i], &set->why[i], BPF_ANY))
			return -errno;
	}
	do {
		const struct yg_net *last = NULL;
		struct yg_net net;

		count = 0;
		while (count < YG_ARRAY_SIZE(stale) && bpf_map_get_next_key(fd, last, &net) == 0) {
			if (!has(set, &net))
				stale[count++] = net;
			last = &net;
		}
		for (size_t i = 0; i < count; i++)
			(void)bpf_map_delete_elem(fd, &stale[i]);
	} while (count == YG_ARRAY_SIZE(stale));
	return 0;
}

/* To the enforcer all, to the analyzer the host's own. */
static int tell(const struct yg_warden *warden, const struct set *set, enum yg_role to)
{
	int fd = warden->children.ends[YG_ROLE_WARDEN][to];
	struct yg_request request = { .kind = YG_REQUEST_PROTECT };
	int r = 0;

	for (size_t i = 0; !r && i < set->count; i++) {
		if (to == YG_ROLE_ANALYZER && set->why[i].why != YG_ALLOW_OWN)
			continue;
		request.prefix.len = set->nets[i].prefix_len;
		memcpy(request.prefix.addr.bytes, set->nets[i].addr, sizeof(set->nets[i].addr));
		request.reason = set->why[i].why;
		r = yg_link_send(fd, &request, sizeof(request));
	}
	request = (struct yg_request){ .kind = YG_REQUEST_PROTECT_END };
	if (!r)
		r = yg_link_send(fd, &request, sizeof(request));
	return r;
}

int yg_protect_apply(struct yg_warden *warden)
{
	struct set *set YG_CLEANUP_FREE = calloc(1, sizeof(*set));
	int fd = yg_loader_map(warden->loader, YG_MAP_ALLOW_NETS);
	int r;

	if (!set)
		return -ENOMEM;
	collect(warden, set);
	r = fd < 0 ? 0 : write_map(fd, set);
	if (!r)
		r = tell(warden, set, YG_ROLE_ENFORCER);
	return r ? r : tell(warden, set, YG_ROLE_ANALYZER);
}
