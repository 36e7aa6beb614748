/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects, maps, rings, in this order:
 *
 *	stamp ──► for each object: open, set .rodata, reuse maps by name, load, pin maps ──► rings
 *
 * An object that does not load is loaded again without the programs that fail on their own.
 */
#include "capture/loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/gotls.skel.h"
#include "bpf/guard.skel.h"
#include "bpf/kill.skel.h"
#include "bpf/proc.skel.h"
#include "bpf/sample.skel.h"
#include "bpf/sock.skel.h"
#include "bpf/tls.skel.h"
#include "capture/capability.h"
#include "capture/hook.h"
#include "capture/kill.h"
#include "capture/pin.h"
#include "yagura/event.h"
#include "yagura/limits.h"

#define MAPS_MAX     64 /* maps of all objects together; more is a bug of ours */
#define RING_NAME    "yg_ring"
#define PROGRAM_NONE YG_PROGRAM_MAX

struct object {
	const char *name;
	const void *(*bytes)(size_t *ret_len);
};

static const struct object objects[] = {
	{ "guard", guard_bpf__elf_bytes }, { "sample", sample_bpf__elf_bytes },
	{ "tls", tls_bpf__elf_bytes },	   { "sock", sock_bpf__elf_bytes },
	{ "kill", kill_bpf__elf_bytes },   { "proc", proc_bpf__elf_bytes },
	{ "gotls", gotls_bpf__elf_bytes },
};

#define OBJECTS_MAX YG_ARRAY_SIZE(objects)

#define PROGRAM_NAME(NAME, name) [YG_PROGRAM_##NAME] = #name,
#define MAP_NAME(NAME, name)	 [YG_MAP_##NAME] = #name,

static const char *const program_names[YG_PROGRAM_MAX] = { YG_PROGRAMS(PROGRAM_NAME) };
static const char *const map_names[YG_MAP_MAX] = { YG_SHARED_MAPS(MAP_NAME) };

/* A map that one object made and the others reuse; the fd is the object's. */
struct known_map {
	const char *name;
	int fd;
};

struct yg_loader {
	struct yg_loader_config config;
	char bpffs[YG_PIN_PATH_CAP];
	struct bpf_object *loaded[OBJECTS_MAX];
	struct bpf_program *programs[YG_PROGRAM_MAX];
	int program_err[YG_PROGRAM_MAX]; /* why a program is not loaded */
	struct known_map maps[MAPS_MAX];
	size_t map_count;
	int rings[YG_RINGS_MAX];
	bool has_multi; /* uprobes are loaded for multi links */
	struct yg_capability capabilities[YG_CAPABILITY_MAX];
};

static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static int known_fd(const struct yg_loader *loader, const char *name)
{
	for (size_t i = 0; i < loader->map_count; i++) {
		if (strcmp(loader->maps[i].name, name) == 0)
			return loader->maps[i].fd;
	}
	return -1;
}

/* The section itself, not .rodata.str and its like, which have maps of their own. */
static bool is_rodata(const struct bpf_map *map)
{
	const char *dot = strchr(bpf_map__name(map), '.');

	return bpf_map__is_internal(map) && dot && strcmp(dot, ".rodata") == 0;
}

/* Overwrite yg_config in the object's .rodata. */
static int set_config(struct bpf_object *object, struct bpf_map *rodata,
		      const struct yg_config *config)
{
	const struct btf *btf = bpf_object__btf(object);
	const struct btf_var_secinfo *var;
	const struct btf_type *section;
	size_t len;
	char *data = (char *)bpf_map__initial_value(rodata, &len);
	int id = btf ? btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC) : -1;

	if (id < 0 || !data)
		return -ENOENT;
	section = btf__type_by_id(btf, (uint32_t)id);
	var = btf_var_secinfos(section);
	for (uint16_t i = 0; i < btf_vlen(section); i++, var++) {
		const struct btf_type *type = btf__type_by_id(btf, var->type);

		if (strcmp(btf__name_by_offset(btf, type->name_off), "yg_config") != 0)
			continue;
		if (var->size != sizeof(*config) || var->offset > len - sizeof(*config))
			return -EINVAL;
		memcpy(data + var->offset, config, sizeof(*config));
		return 0;
	}
	return -ENOENT;
}

/* Give one map its size and, if it exists already here or pinned, its fd. */
static int prepare_map(struct yg_loader *loader, struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	int r, known = known_fd(loader, name);
	struct yg_map_shape shape;

	if (known >= 0)
		return bpf_map__reuse_fd(map, known);
	if (strcmp(name, "yg_block4") == 0 || strcmp(name, "yg_block6") == 0) {
		r = bpf_map__set_max_entries(map, loader->config.blocks_max);
		if (r)
			return r;
	}
	if (find_name(map_names, YG_MAP_MAX, name) < 0)
		return 0;
	shape = (struct yg_map_shape){
		.type = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
		.flags = bpf_map__map_flags(map),
	};
	r = yg_pin_adopt(loader->bpffs, name, &shape, &loader->config.note, &known);
	if (r || known < 0)
		return r;
	r = bpf_map__reuse_fd(map, known);
	yg_closep(&known);
	return r;
}

static void close_object(struct bpf_object **object)
{
	bpf_object__close(*object);
	*object = NULL;
}

static bool is_uprobe(const struct bpf_program *program)
{
	return strncmp(bpf_program__section_name(program), "uprobe", 6) == 0 ||
	       strncmp(bpf_program__section_name(program), "uretprobe", 9) == 0;
}

/*
 * open_object() - open an object, ready to load.
 * @only: the one program to load, PROGRAM_NONE for all that did not fail before.
 */
static int open_object(struct yg_loader *loader, size_t index, int only, struct bpf_object **ret)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = objects[index].name);
	YG_CLEANUP(close_object) struct bpf_object *object = NULL;
	struct bpf_program *program;
	struct bpf_map *map;
	const void *bytes;
	size_t len;
	int r = 0;

	bytes = objects[index].bytes(&len);
	object = bpf_object__open_mem(bytes, len, &opts);
	if (!object)
		return -errno;
	bpf_object__for_each_map(map, object)
	{
		if (is_rodata(map))
			r = set_config(object, map, &loader->config.config);
		else if (!bpf_map__is_internal(map))
			r = prepare_map(loader, map);
		if (r)
			return r;
	}
	bpf_object__for_each_program(program, object)
	{
		int id = find_name(program_names, YG_PROGRAM_MAX, bpf_program__name(program));

		if (id < 0)
			continue;
		if (is_uprobe(program) && loader->has_multi)
			(void)bpf_program__set_expected_attach_type(
				program, (enum bpf_attach_type)YG_HOOK_UPROBE_MULTI);
		(void)bpf_program__set_autoload(
			program, only == PROGRAM_NONE ? loader->program_err[id] == 0 : id == only);
	}
	*ret = YG_TAKE_PTR(object);
	return 0;
}

/* Find the programs of an object that fail alone. Return: how many; -errno. */
static int find_failing(struct yg_loader *loader, size_t index, const struct bpf_object *object)
{
	const struct bpf_program *program = NULL;
	int failing = 0;

	while ((program = bpf_object__next_program(object, (struct bpf_program *)program))) {
		YG_CLEANUP(close_object) struct bpf_object *alone = NULL;
		int id = find_name(program_names, YG_PROGRAM_MAX, bpf_program__name(program));
		int r;

		if (id < 0)
			continue;
		r = open_object(loader, index, id, &alone);
		if (r)
			return r;
		loader->program_err[id] = bpf_object__load(alone);
		failing += loader->program_err[id] != 0;
	}
	return failing;
}

/* Remember the maps an object made, and pin those that are shared. */
static int keep_maps(struct yg_loader *loader, struct bpf_object *object)
{
	char path[YG_PIN_PATH_CAP];
	struct bpf_map *map;
	int r;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);

		if (bpf_map__is_internal(map) || known_fd(loader, name) >= 0)
			continue;
		if (loader->map_count == MAPS_MAX)
			return -ENOSPC;
		loader->maps[loader->map_count++] = (struct known_map){ name, bpf_map__fd(map) };
		if (find_name(map_names, YG_MAP_MAX, name) < 0)
			continue;
		r = yg_pin_path(loader->bpffs, name, path);
		if (r)
			return r;
		if (bpf_obj_pin(bpf_map__fd(map), path) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static void keep_programs(struct yg_loader *loader, struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		int id = find_name(program_names, YG_PROGRAM_MAX, bpf_program__name(program));

		if (id >= 0 && bpf_program__fd(program) >= 0)
			loader->programs[id] = program;
	}
}

/* Is there a program left that has not failed alone? */
static bool has_hope(const struct yg_loader *loader, const struct bpf_object *object)
{
	const struct bpf_program *program = NULL;

	while ((program = bpf_object__next_program(object, (struct bpf_program *)program))) {
		int id = find_name(program_names, YG_PROGRAM_MAX, bpf_program__name(program));

		if (id >= 0 && loader->program_err[id] == 0)
			return true;
	}
	return false;
}

/* Load all of an object, or what of it this kernel takes. *ret is NULL if that is nothing. */
static int load_most(struct yg_loader *loader, size_t index, struct bpf_object **ret)
{
	YG_CLEANUP(close_object) struct bpf_object *object = NULL;
	int r, err;

	r = open_object(loader, index, PROGRAM_NONE, &object);
	if (r)
		return r;
	err = bpf_object__load(object);
	if (err) {
		r = find_failing(loader, index, object);
		if (r <= 0) /* each loads alone, so it is not the programs */
			return r ? r : err;
		close_object(&object);
		r = open_object(loader, index, PROGRAM_NONE, &object);
		if (r)
			return r;
		err = bpf_object__load(object);
		/* The maps may load without programs; where they do not, nobody uses them. */
		if (err && has_hope(loader, object))
			return err;
	}
	*ret = err ? NULL : YG_TAKE_PTR(object);
	return 0;
}

static int load_object(struct yg_loader *loader, size_t index)
{
	YG_CLEANUP(close_object) struct bpf_object *object = NULL;
	int r;

	r = load_most(loader, index, &object);
	if (r || !object)
		return r;
	r = keep_maps(loader, object);
	if (r)
		return r;
	keep_programs(loader, object);
	loader->loaded[index] = YG_TAKE_PTR(object);
	return 0;
}

static int open_ring(struct yg_loader *loader, uint32_t index)
{
	const struct yg_map_shape shape = { .type = BPF_MAP_TYPE_RINGBUF,
					    .max_entries = loader->config.ring_bytes };
	char name[24], path[YG_PIN_PATH_CAP];
	int r;

	(void)snprintf(name, sizeof(name), RING_NAME "%u", index);
	r = yg_pin_adopt(loader->bpffs, name, &shape, &loader->config.note, &loader->rings[index]);
	if (r || loader->rings[index] >= 0)
		return r;
	loader->rings[index] =
		bpf_map_create(BPF_MAP_TYPE_RINGBUF, RING_NAME, 0, 0, shape.max_entries, NULL);
	if (loader->rings[index] < 0)
		return -errno;
	r = yg_pin_path(loader->bpffs, name, path);
	if (r)
		return r;
	return bpf_obj_pin(loader->rings[index], path) ? -errno : 0;
}

/*
 * From here on only programs write the counters. A read-only fd cannot be mapped (Linux refuses a
 * mapping that is not VM_SHARED), a frozen map can, and whoever holds its fd can but look.
 */
static int freeze_counters(const struct yg_loader *loader)
{
	int fd = yg_loader_map(loader, YG_MAP_COUNTERS);

	/* EPERM: an earlier run froze it, so we may not change it any more either. */
	return bpf_map_freeze(fd) && errno != EPERM && errno != EBUSY ? -errno : 0;
}

/* Fill yg_rings with as many rings as configured and empty the rest. */
static int open_rings(struct yg_loader *loader)
{
	int outer = yg_loader_map(loader, YG_MAP_RINGS);
	char name[24], path[YG_PIN_PATH_CAP];

	for (uint32_t i = 0; i < loader->config.ring_count; i++) {
		int r = open_ring(loader, i);

		if (r)
			return r;
		if (bpf_map_update_elem(outer, &i, &loader->rings[i], BPF_ANY))
			return -errno;
	}
	for (uint32_t i = loader->config.ring_count; i < YG_RINGS_MAX; i++) {
		(void)bpf_map_delete_elem(outer, &i);
		(void)snprintf(name, sizeof(name), RING_NAME "%u", i);
		if (yg_pin_path(loader->bpffs, name, path) == 0)
			(void)unlink(path);
	}
	return 0;
}

/* Defaults, and what must hold for the rest to be safe. */
static int complete_config(struct yg_loader_config *config)
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);

	if (cpus <= 0)
		return -EINVAL;
	if (cpus > (int)YG_CPUS_MAX)
		cpus = (int)YG_CPUS_MAX;
	if (config->ring_count == 0) {
		config->ring_count = 2;
		while (config->ring_count < 2 * (uint32_t)cpus && config->ring_count < YG_RINGS_MAX)
			config->ring_count *= 2;
	}
	if (config->ring_bytes == 0)
		config->ring_bytes = YG_RING_BYTES;
	if (config->blocks_max == 0)
		config->blocks_max = YG_BLOCKS_MAX;
	if (config->ring_count > YG_RINGS_MAX ||
	    (config->ring_count & (config->ring_count - 1)) != 0)
		return -EINVAL;
	if (config->ring_bytes < page || config->ring_bytes > (1u << 30) ||
	    (config->ring_bytes & (config->ring_bytes - 1)) != 0)
		return -EINVAL;
	config->config.abi = YG_EVENT_ABI;
	config->config.ring_mask = config->ring_count - 1;
	config->config.cpu_max = (uint32_t)cpus;
	return 0;
}

static void find_capabilities(struct yg_loader *loader)
{
	struct yg_capability_facts facts = {
		.program_err = loader->program_err,
		.has_multi = loader->has_multi,
		.can_write = yg_hook_can_write(yg_loader_map(loader, YG_MAP_BLOCK4)),
		.diag_err = yg_kill_diag(),
	};
	int tc = yg_loader_program(loader, YG_PROGRAM_TC_INGRESS);

	facts.has_tcx = tc >= 0 && yg_hook_has_tcx(tc);
	for (int kind = 0; kind < YG_CAPABILITY_MAX; kind++)
		yg_capability_judge((enum yg_capability_kind)kind, &facts,
				    &loader->capabilities[kind]);
}

int yg_loader_open(const struct yg_loader_config *config, struct yg_loader **ret)
{
	YG_CLEANUP(yg_loader_close) struct yg_loader *loader = calloc(1, sizeof(*loader));
	uint64_t seed;
	int r;

	if (!loader)
		return -ENOMEM;
	for (size_t i = 0; i < YG_RINGS_MAX; i++)
		loader->rings[i] = -1;
	loader->config = *config;
	r = complete_config(&loader->config);
	if (r)
		return r;
	if (strlen(config->bpffs) >= sizeof(loader->bpffs))
		return -ENAMETOOLONG;
	memcpy(loader->bpffs, config->bpffs, strlen(config->bpffs));
	loader->config.bpffs = loader->bpffs;

	yg_hook_quiet();
	r = yg_pin_prepare(loader->bpffs, config->config.hash_seed, &loader->config.note, &seed);
	if (r)
		return r;
	loader->config.config.hash_seed = seed;
	loader->has_multi = yg_hook_has_uprobes();
	for (size_t i = 0; i < OBJECTS_MAX; i++) {
		r = load_object(loader, i);
		if (r)
			return r;
	}
	r = freeze_counters(loader);
	if (r)
		return r;
	r = open_rings(loader);
	if (r)
		return r;
	find_capabilities(loader);
	*ret = YG_TAKE_PTR(loader);
	return 0;
}

void yg_loader_close(struct yg_loader **loader)
{
	if (!*loader)
		return;
	for (size_t i = 0; i < OBJECTS_MAX; i++)
		bpf_object__close((*loader)->loaded[i]);
	for (size_t i = 0; i < YG_RINGS_MAX; i++)
		yg_closep(&(*loader)->rings[i]);
	yg_freep(loader);
}

int yg_loader_map(const struct yg_loader *loader, enum yg_map map)
{
	return known_fd(loader, map_names[map]);
}

int yg_loader_program(const struct yg_loader *loader, enum yg_program program)
{
	return loader->programs[program] ? bpf_program__fd(loader->programs[program]) : -1;
}

int yg_loader_ring(const struct yg_loader *loader, uint32_t index)
{
	return index < loader->config.ring_count ? loader->rings[index] : -1;
}

uint32_t yg_loader_ring_count(const struct yg_loader *loader)
{
	return loader->config.ring_count;
}

uint32_t yg_loader_ring_bytes(const struct yg_loader *loader)
{
	return loader->config.ring_bytes;
}

int yg_loader_reopen_map(const struct yg_loader *loader, enum yg_map map, int *ret)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_RDONLY);
	char path[YG_PIN_PATH_CAP];
	int r, fd;

	r = yg_pin_path(loader->bpffs, map_names[map], path);
	if (r)
		return r;
	fd = bpf_obj_get_opts(path, &opts);
	if (fd < 0)
		return -errno;
	*ret = fd;
	return 0;
}

struct bpf_program *yg_loader_handle(const struct yg_loader *loader, enum yg_program program)
{
	return loader->programs[program];
}

const struct yg_config *yg_loader_config(const struct yg_loader *loader)
{
	return &loader->config.config;
}

const char *yg_loader_bpffs(const struct yg_loader *loader)
{
	return loader->bpffs;
}

const struct yg_capability *yg_loader_capability(const struct yg_loader *loader,
						 enum yg_capability_kind kind)
{
	return &loader->capabilities[kind];
}

int yg_loader_unpin(const char *bpffs, const struct yg_note *note)
{
	char links[YG_PIN_PATH_CAP];
	int removed = 0, r;

	r = yg_pin_path(bpffs, "links", links);
	if (r)
		return r;
	r = yg_pin_each(links, "if", yg_pin_remove, NULL);
	if (r > 0)
		removed = r;
	(void)rmdir(links);
	r = yg_pin_each(bpffs, "yg_", yg_pin_remove, NULL);
	if (r < 0)
		return r;
	removed += r;
	yg_note(note, "removed %d pins below %s", removed, bpffs);
	return removed;
}
