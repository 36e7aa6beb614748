/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/blockmap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#define EXACT_BITS   128u
#define V4_OFFSET    12u /* of the IPv4 address in a v4-mapped one */
#define WALK_RETRIES 8	 /* entries that vanish between finding and reading them */

union key {
	struct yg_addr4 v4;
	struct yg_addr6 v6;
	struct yg_net net;
	uint8_t bytes[sizeof(struct yg_net)];
};

static union key key_from_prefix(const struct yg_prefix *prefix)
{
	union key key = { .bytes = { 0 } };

	switch (yg_blocks_kind(prefix)) {
	case YG_BLOCKS_V4:
		memcpy(key.v4.addr, prefix->addr.bytes + V4_OFFSET, sizeof(key.v4.addr));
		break;
	case YG_BLOCKS_V6:
		memcpy(key.v6.addr, prefix->addr.bytes, sizeof(key.v6.addr));
		break;
	default:
		key.net.prefix_len = prefix->len;
		memcpy(key.net.addr, prefix->addr.bytes, sizeof(key.net.addr));
		break;
	}
	return key;
}

static struct yg_prefix prefix_from_key(enum yg_blocks_kind kind, const union key *key)
{
	struct yg_prefix prefix = { .len = EXACT_BITS };

	switch (kind) {
	case YG_BLOCKS_V4:
		prefix.addr.bytes[V4_OFFSET - 2] = 0xff;
		prefix.addr.bytes[V4_OFFSET - 1] = 0xff;
		memcpy(prefix.addr.bytes + V4_OFFSET, key->v4.addr, sizeof(key->v4.addr));
		break;
	case YG_BLOCKS_V6:
		memcpy(prefix.addr.bytes, key->v6.addr, sizeof(key->v6.addr));
		break;
	default:
		prefix.len = key->net.prefix_len;
		memcpy(prefix.addr.bytes, key->net.addr, sizeof(key->net.addr));
		break;
	}
	return prefix;
}

static int map_fd(const struct yg_blockmaps *maps, const struct yg_prefix *prefix)
{
	return maps->fds[yg_blocks_kind(prefix)];
}

int yg_blockmap_put(const struct yg_blockmaps *maps, const struct yg_prefix *prefix,
		    const struct yg_block *block)
{
	union key key = key_from_prefix(prefix);

	return bpf_map_update_elem(map_fd(maps, prefix), &key, block, BPF_ANY) ? -errno : 0;
}

int yg_blockmap_get(const struct yg_blockmaps *maps, const struct yg_prefix *prefix,
		    struct yg_block *ret)
{
	union key key = key_from_prefix(prefix);

	return bpf_map_lookup_elem(map_fd(maps, prefix), &key, ret) ? -errno : 0;
}

int yg_blockmap_delete(const struct yg_blockmaps *maps, const struct yg_prefix *prefix)
{
	union key key = key_from_prefix(prefix);

	return bpf_map_delete_elem(map_fd(maps, prefix), &key) ? -errno : 0;
}

int yg_blockmap_next(const struct yg_blockmaps *maps, struct yg_blockmap_walk *walk,
		     struct yg_prefix *ret_prefix, struct yg_block *ret_block)
{
	int retries = WALK_RETRIES;
	union key key;
	int r;

	while (walk->kind < YG_BLOCKS_MAX_KIND) {
		memcpy(key.bytes, walk->key, sizeof(key.bytes));
		r = bpf_map_get_next_key(maps->fds[walk->kind], walk->inside ? &key : NULL, &key);
		if (r && errno == ENOENT) {
			walk->kind++;
			walk->inside = false;
			continue;
		}
		if (r)
			return -errno;
		walk->inside = true;
		memcpy(walk->key, key.bytes, sizeof(walk->key));
		r = bpf_map_lookup_elem(maps->fds[walk->kind], &key, ret_block);
		if (r && errno == ENOENT && retries-- > 0)
			continue;
		if (r)
			return -errno;
		*ret_prefix = prefix_from_key(walk->kind, &key);
		return 0;
	}
	return -ENOENT;
}
