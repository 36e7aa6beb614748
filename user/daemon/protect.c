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

#define RESOLV_CONF	"/etc/resolv.conf"
#define RESOLV_CONF_MAX 8192
#define EXACT_BITS	128u
#define STALE_MAX	64u /* taken away per walk of the map */

static void add_addresses(struct yg_protected_set *set, const struct yg_address *addrs,
			  size_t count, enum yg_allow_why why)
{
	for (size_t i = 0; i < count; i++) {
		struct yg_prefix prefix = { .addr = addrs[i], .len = EXACT_BITS };

		if (!yg_address_is_unknown(&addrs[i]))
			yg_protected_add(set, &prefix, why);
	}
}

static void add_resolvers(struct yg_protected_set *set)
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

static void collect(const struct yg_warden *warden, struct yg_protected_set *set)
{
	const struct yg_options *options = &warden->options;

	for (size_t i = 0; i < options->allow.count; i++)
		yg_protected_add(set, &options->allow.items[i], YG_ALLOW_CONFIG);
	for (size_t i = 0; i < options->trusted_proxies.count; i++)
		yg_protected_add(set, &options->trusted_proxies.items[i], YG_ALLOW_PROXY);
	add_addresses(set, warden->ifaces.gateways, warden->ifaces.gateway_count, YG_ALLOW_ROUTE);
	add_resolvers(set);
	add_addresses(set, warden->ifaces.own, warden->ifaces.own_count, YG_ALLOW_OWN);
}

/* Adds before it deletes: who stays protected is so throughout. */
static int write_map(int fd, const struct yg_protected_set *set, const bool *seen)
{
	for (size_t i = 0; i < set->count; i++) {
		struct yg_allow allow = { .why = set->rows[i].why };
		bool again = i > 0 && memcmp(&set->rows[i].net, &set->rows[i - 1].net,
					     sizeof(set->rows[i].net)) == 0;

		if (!seen[i] && !again &&
		    bpf_map_update_elem(fd, &set->rows[i].net, &allow, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* What is in the map: marks of the set's own, and a few that should not be there. */
static size_t read_map(int fd, const struct yg_protected *guarded, bool *seen,
		       struct yg_net stale[STALE_MAX])
{
	const struct yg_net *last = NULL;
	struct yg_net net;
	size_t count = 0;

	while (count < STALE_MAX && bpf_map_get_next_key(fd, last, &net) == 0) {
		size_t index = yg_protected_find(guarded, &net);

		if (index < YG_ALLOW_NETS_MAX)
			seen[index] = true;
		else
			stale[count++] = net;
		last = &net;
	}
	return count;
}

/* Brings the map to the set, whoever changed it. */
static int mend_map(int fd, const struct yg_protected *guarded, bool *seen)
{
	struct yg_net stale[STALE_MAX];
	size_t count;
	int r;

	do {
		memset(seen, 0, YG_ALLOW_NETS_MAX * sizeof(*seen));
		count = read_map(fd, guarded, seen, stale);
		/* Of a walk that was cut short, what is there is written once more: no harm. */
		r = write_map(fd, guarded->set, seen);
		for (size_t i = 0; r == 0 && i < count; i++)
			(void)bpf_map_delete_elem(fd, &stale[i]);
	} while (r == 0 && count == STALE_MAX);
	return r;
}

static int tell(struct yg_warden *warden, enum yg_role role)
{
	return yg_protected_tell(&warden->guarded, role,
				 warden->children.ends[YG_ROLE_WARDEN][role]);
}

int yg_protect_apply(struct yg_warden *warden)
{
	struct yg_protected_set *set YG_CLEANUP_FREE = calloc(1, sizeof(*set));
	bool *seen YG_CLEANUP_FREE = calloc(YG_ALLOW_NETS_MAX, sizeof(*seen));
	int fd = yg_loader_map(warden->loader, YG_MAP_ALLOW_NETS);
	int analyzer, r;

	if (!set || !seen)
		return -ENOMEM;
	collect(warden, set);
	if (yg_protected_take(&warden->guarded, &set) && warden->guarded.set->lost > 0)
		yg_log(YG_LOG_WARNING, "protected addresses: %zu beyond the limit of %u are not",
		       warden->guarded.set->lost, YG_ALLOW_NETS_MAX);
	r = fd < 0 ? 0 : mend_map(fd, &warden->guarded, seen);
	if (r)
		return r;
	/* One that does not read keeps nothing from the other. */
	analyzer = tell(warden, YG_ROLE_ANALYZER);
	r = tell(warden, YG_ROLE_ENFORCER);
	return r ? r : analyzer;
}
