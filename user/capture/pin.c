/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins: paths, shapes, and the stamp that says which ABI they are. */
#include "capture/pin.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "yagura/event.h"
#include "yagura/map.h"

#define STAMP	   "yg_stamp"
#define STAMP_ABI  ((uint32_t)YG_MAP_ABI << 16 | (uint32_t)YG_EVENT_ABI)
#define PINS_MAX   4096 /* names read of one directory */
#define OUR_PREFIX "yg_"

struct stamp {
	uint32_t abi;
	uint32_t pad;
	uint64_t seed;
};

int yg_pin_path(const char *dir, const char *name, char ret[YG_PIN_PATH_CAP])
{
	int len = snprintf(ret, YG_PIN_PATH_CAP, "%s/%s", dir, name);

	return len < 0 || len >= YG_PIN_PATH_CAP ? -ENAMETOOLONG : 0;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int yg_pin_each(const char *dir, const char *prefix,
		int (*fn)(void *ctx, const char *dir, const char *name), void *ctx)
{
	YG_CLEANUP(close_dir) DIR *stream = opendir(dir);
	const struct dirent *entry;
	int sum = 0;

	if (!stream)
		return -errno;
	for (int i = 0; i < PINS_MAX; i++) {
		entry = readdir(stream);
		if (!entry)
			break;
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			sum += fn(ctx, dir, entry->d_name);
	}
	return sum;
}

bool yg_pin_unlink(const char *path)
{
	YG_CLEANUP_CLOSE int fd = bpf_obj_get(path);

	if (fd >= 0)
		(void)bpf_link_detach(fd); /* a map refuses */
	return unlink(path) == 0;
}

int yg_pin_remove(void *ctx, const char *dir, const char *name)
{
	char path[YG_PIN_PATH_CAP];

	(void)ctx;
	return yg_pin_path(dir, name, path) == 0 && yg_pin_unlink(path);
}

static int make_directory(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

/* Read the stamp. Return: 0; -ENOENT if there is none that can be read. */
static int read_stamp(const char *path, struct stamp *ret)
{
	YG_CLEANUP_CLOSE int fd = bpf_obj_get(path);
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info), zero = 0;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || info.value_size != sizeof(*ret) ||
	    info.key_size != sizeof(zero) || bpf_map_lookup_elem(fd, &zero, ret))
		return -ENOENT;
	return 0;
}

static int write_stamp(const char *path, uint64_t seed)
{
	const struct stamp stamp = { .abi = STAMP_ABI, .seed = seed };
	YG_CLEANUP_CLOSE int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, STAMP, sizeof(uint32_t), sizeof(stamp), 1, NULL);
	const uint32_t zero = 0;

	if (fd < 0)
		return -errno;
	if (bpf_map_update_elem(fd, &zero, &stamp, BPF_ANY) || bpf_obj_pin(fd, path))
		return -errno;
	return 0;
}

int yg_pin_prepare(const char *bpffs, uint64_t seed, const struct yg_note *note, uint64_t *ret_seed)
{
	char path[YG_PIN_PATH_CAP];
	struct statfs fs;
	struct stamp stamp;
	int r;

	r = make_directory(bpffs);
	if (r)
		return r;
	if (statfs(bpffs, &fs))
		return -errno;
	if ((unsigned long)fs.f_type != BPF_FS_MAGIC)
		return -ENOTSUP;
	r = yg_pin_path(bpffs, "links", path);
	if (r)
		return r;
	r = make_directory(path);
	if (r)
		return r;

	r = yg_pin_path(bpffs, STAMP, path);
	if (r)
		return r;
	if (read_stamp(path, &stamp) == 0 && stamp.abi == STAMP_ABI) {
		*ret_seed = stamp.seed;
		return 0;
	}
	r = yg_pin_each(bpffs, OUR_PREFIX, yg_pin_remove, NULL);
	if (r < 0)
		return r;
	if (r > 0)
		yg_note(note, "removed %d pinned maps of another version: their blocks are gone",
			r);
	r = write_stamp(path, seed);
	if (r)
		return r;
	*ret_seed = seed;
	return 0;
}

static bool has_shape(int fd, const struct yg_map_shape *shape)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) == 0 && info.type == shape->type &&
	       info.key_size == shape->key_size && info.value_size == shape->value_size &&
	       info.max_entries == shape->max_entries && info.map_flags == shape->flags;
}

int yg_pin_adopt(const char *bpffs, const char *name, const struct yg_map_shape *shape,
		 const struct yg_note *note, int *ret)
{
	YG_CLEANUP_CLOSE int fd = -1;
	char path[YG_PIN_PATH_CAP];
	int r;

	r = yg_pin_path(bpffs, name, path);
	if (r)
		return r;
	fd = bpf_obj_get(path);
	if (fd < 0 && errno == ENOENT) {
		*ret = -1;
		return 0;
	}
	if (fd >= 0 && has_shape(fd, shape)) {
		*ret = YG_TAKE_FD(fd);
		return 0;
	}
	if (unlink(path))
		return -errno;
	yg_note(note, "removed pinned map %s: another type or size", name);
	*ret = -1;
	return 0;
}
