/* SPDX-License-Identifier: GPL-2.0-only */
/* The scope as lists, and the maps made equal to them. */
#include "capture/scope.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_number(const char *text)
{
	return *text && strlen(text) <= 10 && text[strspn(text, "0123456789")] == '\0';
}

int yg_scope_add_netns(struct yg_scope *scope, const char *text)
{
	char path[64];
	struct stat st;

	if (strcmp(text, "self") == 0) {
		text = "/proc/self/ns/net";
	} else if (strncmp(text, "pid:", 4) == 0) {
		if (!is_number(text + 4))
			return -EINVAL;
		(void)snprintf(path, sizeof(path), "/proc/%s/ns/net", text + 4);
		text = path;
	} else if (text[0] != '/') {
		return -EINVAL;
	}
	if (stat(text, &st))
		return -errno;
	if (scope->netns_count == YG_SCOPE_MAX)
		return -ENOSPC;
	scope->netns[scope->netns_count++] = (uint32_t)st.st_ino;
	return 0;
}

int yg_scope_add_cgroup(struct yg_scope *scope, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (scope->cgroup_count == YG_SCOPE_MAX)
		return -ENOSPC;
	scope->cgroups[scope->cgroup_count++] = st.st_ino;
	return 0;
}

int yg_scope_add_comm(struct yg_scope *scope, const char *comm)
{
	size_t len = strnlen(comm, YG_COMM_LEN - 1);

	if (len == 0)
		return -EINVAL;
	if (scope->comm_count == YG_SCOPE_MAX)
		return -ENOSPC;
	scope->comms[scope->comm_count] = (struct yg_comm){ 0 };
	memcpy(scope->comms[scope->comm_count++].comm, comm, len);
	return 0;
}

uint32_t yg_scope_bits(const struct yg_scope *scope)
{
	return (scope->netns_count ? YG_SCOPE_NETNS : 0) |
	       (scope->cgroup_count ? YG_SCOPE_CGROUP : 0) |
	       (scope->comm_count ? YG_SCOPE_COMM : 0);
}

uint32_t yg_scope_net(const struct yg_scope *scope)
{
	return scope->netns_count == 1 ? scope->netns[0] : 0;
}

bool yg_scope_has_netns(const struct yg_scope *scope, uint32_t inode)
{
	for (size_t i = 0; i < scope->netns_count; i++) {
		if (scope->netns[i] == inode)
			return true;
	}
	return scope->netns_count == 0;
}

bool yg_scope_has_cgroup(const struct yg_scope *scope, uint64_t id)
{
	for (size_t i = 0; i < scope->cgroup_count; i++) {
		if (scope->cgroups[i] == id)
			return true;
	}
	return scope->cgroup_count == 0;
}

bool yg_scope_has_comm(const struct yg_scope *scope, const char *comm)
{
	struct yg_comm key = { 0 };

	memcpy(key.comm, comm, strnlen(comm, YG_COMM_LEN - 1));
	for (size_t i = 0; i < scope->comm_count; i++) {
		if (memcmp(&scope->comms[i], &key, sizeof(key)) == 0)
			return true;
	}
	return scope->comm_count == 0;
}

/* One list of the scope beside the map that mirrors it. */
struct mirror {
	int fd;
	const void *rows;
	size_t count;
	size_t width; /* of a row; <= 16 */
};

static bool has_row(const struct mirror *mirror, const void *key)
{
	for (size_t i = 0; i < mirror->count; i++) {
		if (memcmp((const char *)mirror->rows + i * mirror->width, key, mirror->width) == 0)
			return true;
	}
	return false;
}

/* Deleting the key that the walk stands on would start the walk anew: go one ahead first. */
static int delete_others(const struct mirror *mirror)
{
	_Alignas(8) char key[16], after[16];
	bool more = bpf_map_get_next_key(mirror->fd, NULL, key) == 0;

	for (size_t turn = 0; more && turn < 2 * (size_t)YG_SCOPE_MAX; turn++) {
		more = bpf_map_get_next_key(mirror->fd, key, after) == 0;
		if (!has_row(mirror, key) && bpf_map_delete_elem(mirror->fd, key) &&
		    errno != ENOENT)
			return -errno;
		memcpy(key, after, sizeof(key));
	}
	return 0;
}

static int write_mirror(const struct mirror *mirror)
{
	const uint32_t one = 1;

	for (size_t i = 0; i < mirror->count; i++) {
		const void *key = (const char *)mirror->rows + i * mirror->width;

		if (bpf_map_update_elem(mirror->fd, key, &one, BPF_ANY))
			return -errno;
	}
	return delete_others(mirror);
}

int yg_scope_write(const struct yg_scope *scope, int nets_fd, int cgroups_fd, int comms_fd)
{
	const struct mirror mirrors[] = {
		{ nets_fd, scope->netns, scope->netns_count, sizeof(scope->netns[0]) },
		{ cgroups_fd, scope->cgroups, scope->cgroup_count, sizeof(scope->cgroups[0]) },
		{ comms_fd, scope->comms, scope->comm_count, sizeof(scope->comms[0]) },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(mirrors); i++) {
		int r = write_mirror(&mirrors[i]);

		if (r)
			return r;
	}
	return 0;
}
