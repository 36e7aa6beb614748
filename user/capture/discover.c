/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sweeps, rescans, one inspection at a time, attachments.
 *
 * A step does at most one of each: finish an inspection, start one, look at PIDS_STEP processes.
 */
#include "capture/discover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/gaps.h"
#include "capture/known.h"
#include "capture/listen.h"
#include "capture/maps.h"
#include "capture/process.h"

#define MS_NS	       1000000ull
#define S_NS	       1000000000ull
#define DELAYS	       3u
#define EXPIRE_SWEEPS  2u    /* whole sweeps without a mapping before probes are taken off */
#define RETRY_SWEEPS   4u    /* before a refused file is tried again */
#define SWEEP_SOON_MS  50u   /* after an exec that cannot be found by its PID ... */
#define SWEEP_PAUSE_MS 1000u /* ... but not more often than this */

static const uint64_t delays_ns[DELAYS] = { 50 * MS_NS, 1000 * MS_NS, 10000 * MS_NS };

struct rescan {
	pid_t pid;
	uint64_t exec_ns;
};

/* Rescans of one delay: first in, first due. */
struct rescans {
	struct rescan items[YG_DISCOVER_RESCAN_MAX];
	size_t head, count;
};

/* A file waiting for its inspection. */
struct waiting {
	uint32_t index; /* in known */
	int fd;
	pid_t pid;
	char name[YG_DISCOVER_NAME_CAP];
};

struct attached {
	void *handle;
	struct yg_discover_file file;
	uint32_t index; /* in known */
};

struct yg_discover {
	struct yg_discover_config config;
	int proc_fd, cgroup_fd;
	bool has_pids; /* /proc numbers processes as the kernel's events do */
	struct yg_known *known;
	struct yg_discover_stats stats;

	DIR *sweep; /* NULL: none under way */
	uint64_t sweep_number;
	uint64_t sweep_due_ns, sweep_began_ns;
	bool sweep_again; /* something did not fit: do not wait for the timer */

	struct rescans rescans[DELAYS];
	uint64_t rescan_second;
	uint32_t rescans_done; /* in that second */

	struct waiting queue[YG_DISCOVER_QUEUE_MAX];
	size_t queue_head, queue_count;
	struct waiting inspected;
	struct yg_inspect inspect;

	struct attached attached[YG_DISCOVER_TLS_MAX];
	size_t attached_count;
	struct yg_gaps gaps;
};

int yg_discover_new(const struct yg_discover_config *config, struct yg_discover **ret)
{
	YG_CLEANUP(yg_discover_free) struct yg_discover *discover = calloc(1, sizeof(*discover));
	struct stat st;
	int r;

	if (!discover)
		return -ENOMEM;
	discover->config = *config;
	if (discover->config.sweep_ms == 0)
		discover->config.sweep_ms = YG_DISCOVER_SWEEP_MS;
	discover->inspect = (struct yg_inspect){ .pid_fd = -1, .pipe_fd = -1 };
	discover->inspected.fd = -1;
	discover->cgroup_fd = -1;
	discover->proc_fd = open(config->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (discover->proc_fd < 0)
		return -errno;
	if (config->cgroup)
		discover->cgroup_fd = open(config->cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
	discover->has_pids = fstatat(discover->proc_fd, "self/ns/pid", &st, 0) == 0 &&
			     st.st_ino == YG_INIT_PID_NS;
	r = yg_known_new(YG_DISCOVER_FILES_MAX, &discover->known);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(discover);
	return 0;
}

static void close_waiting(struct waiting *waiting)
{
	yg_closep(&waiting->fd);
}

void yg_discover_free(struct yg_discover **discover)
{
	struct yg_discover *d = *discover;

	if (!d)
		return;
	for (size_t i = 0; i < d->attached_count; i++)
		d->config.ops.detach(d->config.ops.ctx, d->attached[i].handle);
	for (size_t i = 0; i < d->queue_count; i++)
		close_waiting(&d->queue[(d->queue_head + i) % YG_DISCOVER_QUEUE_MAX]);
	close_waiting(&d->inspected);
	yg_inspect_cancel(&d->inspect);
	if (d->sweep)
		(void)closedir(d->sweep);
	yg_known_free(&d->known);
	yg_closep(&d->proc_fd);
	yg_closep(&d->cgroup_fd);
	yg_freep(discover);
}

/* Names come from processes: for people only, and cut. */
static void copy_name(struct yg_slice name, char ret[YG_DISCOVER_NAME_CAP])
{
	size_t len = name.len < YG_DISCOVER_NAME_CAP ? name.len : YG_DISCOVER_NAME_CAP - 1;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];

		ret[i] = name.ptr[i];
		if (c < 0x20 || c >= 0x7f)
			ret[i] = '?';
	}
	ret[len] = '\0';
}

static void detach(struct yg_discover *d, size_t at)
{
	struct attached *attached = &d->attached[at];

	d->config.ops.detach(d->config.ops.ctx, attached->handle);
	yg_known_remove(d->known, yg_known_at(d->known, attached->index));
	d->attached[at] = d->attached[--d->attached_count];
}

static void forget(struct yg_discover *d, struct yg_file *file)
{
	uint32_t index = yg_known_index(d->known, file);

	for (size_t i = 0; file->state == YG_FILE_TLS && i < d->attached_count; i++) {
		if (d->attached[i].index == index) {
			detach(d, i);
			return;
		}
	}
	yg_known_remove(d->known, file);
}

/* --- processes to files ------------------------------------------------------------------- */

struct scan {
	struct yg_discover *discover;
	int dir_fd;
	pid_t pid;
	struct yg_gap_row gap; /* of the first file that has one */
};

/* The process maps a file that speaks TLS and cannot be read. */
static void note_gap(struct scan *scan, const struct yg_file *file, struct yg_slice name)
{
	if (!file || file->state != YG_FILE_OTHER || !file->gap || scan->gap.gap)
		return;
	scan->gap = (struct yg_gap_row){
		.pid = scan->pid,
		.gap = file->gap,
		.dev = file->dev,
		.ino = file->ino,
		.seen = scan->discover->sweep_number,
	};
	copy_name(name, scan->gap.name);
}

/* It is one that others can reach? Then it is a gap in coverage. */
static void take_gap(struct scan *scan)
{
	struct yg_discover *d = scan->discover;
	struct yg_gap_row *gap = &scan->gap;

	gap->port = yg_listen_port(scan->dir_fd);
	if (!gap->port)
		return;
	yg_process_comm(scan->dir_fd, gap->comm);
	if (yg_gaps_put(&d->gaps, gap))
		yg_note(&d->config.note, "cannot read TLS of %s (process %d, port %u): %s",
			gap->name, gap->pid, gap->port, yg_gap_reason((enum yg_gap)gap->gap));
}

/* Is there nothing to find out about this file? */
static bool is_settled(struct yg_discover *d, const struct stat *st)
{
	struct yg_file *file = yg_known_find(d->known, st);

	if (!file)
		return false;
	if (file->state == YG_FILE_QUEUED)
		return true;
	if (yg_file_is_same(file, st) &&
	    (file->state != YG_FILE_FAILED || d->sweep_number < file->seen + RETRY_SWEEPS)) {
		/* A refused file keeps the sweep of its refusal. */
		if (file->state != YG_FILE_FAILED)
			file->seen = d->sweep_number;
		return true;
	}
	forget(d, file);
	return false;
}

static struct waiting *queue_room(struct yg_discover *d, bool first)
{
	if (first) {
		d->queue_head = (d->queue_head + YG_DISCOVER_QUEUE_MAX - 1) % YG_DISCOVER_QUEUE_MAX;
		d->queue_count++;
		return &d->queue[d->queue_head];
	}
	return &d->queue[(d->queue_head + d->queue_count++) % YG_DISCOVER_QUEUE_MAX];
}

static bool has_tls_name(struct yg_slice name)
{
	return memmem(name.ptr, name.len, "ssl", 3) || memmem(name.ptr, name.len, "tls", 3);
}

/* Return: was @fd taken? */
static bool enqueue(struct yg_discover *d, int fd, const struct stat *st, pid_t pid,
		    struct yg_slice name)
{
	struct waiting *waiting;
	struct yg_file *file;
	bool evicted;

	if (d->queue_count == YG_DISCOVER_QUEUE_MAX) {
		d->stats.lost_queue++;
		d->sweep_again = true;
		return false;
	}
	file = yg_known_add(d->known, st, &evicted);
	d->stats.evicted += evicted;
	if (!file) {
		d->stats.lost_queue++;
		return false;
	}
	file->seen = d->sweep_number;
	/* The name only decides who goes first: a lie costs the liar's neighbours nothing. */
	waiting = queue_room(d, has_tls_name(name));
	waiting->index = yg_known_index(d->known, file);
	waiting->fd = fd;
	waiting->pid = pid;
	copy_name(name, waiting->name);
	return true;
}

static void take_mapping(void *ctx, const struct yg_mapping *mapping)
{
	struct scan *scan = ctx;
	struct yg_discover *d = scan->discover;
	YG_CLEANUP_CLOSE int fd = -1;
	char path[64];
	struct stat st;

	if (!mapping->executable || mapping->inode == 0)
		return;
	(void)snprintf(path, sizeof(path), "map_files/%jx-%jx", (uintmax_t)mapping->start,
		       (uintmax_t)mapping->end);
	if (fstatat(scan->dir_fd, path, &st, 0) || !S_ISREG(st.st_mode))
		return;
	if (is_settled(d, &st)) {
		note_gap(scan, yg_known_find(d->known, &st), mapping->name);
		return;
	}
	fd = openat(scan->dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	/* Mapped anew between the two calls: what counts is what was opened. */
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || is_settled(d, &st))
		return;
	if (enqueue(d, fd, &st, scan->pid, mapping->name))
		(void)YG_TAKE_FD(fd);
}

/* Return: is it there? */
static bool scan_process(struct yg_discover *d, pid_t pid)
{
	struct scan scan = { .discover = d, .pid = pid };
	YG_CLEANUP_CLOSE int dir_fd = -1;
	YG_CLEANUP_CLOSE int maps_fd = -1;
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", pid);
	dir_fd = openat(d->proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return false;
	d->stats.scans++;
	if (!yg_process_in_scope(dir_fd, d->cgroup_fd, d->config.scope)) {
		d->stats.skip_scope++;
		return true;
	}
	maps_fd = openat(dir_fd, "maps", O_RDONLY | O_CLOEXEC);
	if (maps_fd < 0)
		return false;
	scan.dir_fd = dir_fd;
	if (yg_mappings_each(maps_fd, take_mapping, &scan) == 1)
		d->stats.lost_maps++;
	if (scan.gap.gap)
		take_gap(&scan);
	return true;
}

/* --- sweeps --------------------------------------------------------------------------------- */

void yg_discover_sweep(struct yg_discover *discover)
{
	discover->sweep_due_ns = 0;
}

static void end_sweep(struct yg_discover *d, uint64_t now_ns)
{
	(void)closedir(d->sweep);
	d->sweep = NULL;
	d->stats.sweeps++;
	d->sweep_due_ns = now_ns + d->config.sweep_ms * MS_NS;
	yg_gaps_expire(&d->gaps, d->sweep_number - 1);
	for (size_t i = d->attached_count; i > 0; i--) {
		const struct attached *attached = &d->attached[i - 1];

		if (d->sweep_number < yg_known_at(d->known, attached->index)->seen + EXPIRE_SWEEPS)
			continue;
		yg_note(&d->config.note, "detached %s: no process maps it", attached->file.name);
		d->stats.expired++;
		detach(d, i - 1);
	}
}

static void step_sweep(struct yg_discover *d, uint64_t now_ns)
{
	if (!d->sweep && now_ns >= d->sweep_due_ns) {
		int fd = openat(d->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		d->sweep = fd < 0 ? NULL : fdopendir(fd);
		if (!d->sweep) {
			yg_closep(&fd);
			d->sweep_due_ns = now_ns + d->config.sweep_ms * MS_NS;
			return;
		}
		d->sweep_number++;
		d->sweep_began_ns = now_ns;
		d->sweep_again = false;
	}
	for (uint32_t i = 0; d->sweep && i < YG_DISCOVER_PIDS_STEP;) {
		const struct dirent *entry = readdir(d->sweep);

		if (!entry) {
			end_sweep(d, now_ns);
			return;
		}
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		(void)scan_process(d, (pid_t)strtol(entry->d_name, NULL, 10));
		i++;
	}
}

/* --- exec events ---------------------------------------------------------------------------- */

static void add_rescan(struct yg_discover *d, uint32_t delay, pid_t pid, uint64_t exec_ns)
{
	struct rescans *rescans = &d->rescans[delay];

	if (rescans->count == YG_DISCOVER_RESCAN_MAX) {
		d->stats.lost_rescan++;
		return;
	}
	rescans->items[(rescans->head + rescans->count++) % YG_DISCOVER_RESCAN_MAX] =
		(struct rescan){ pid, exec_ns };
}

void yg_discover_exec(struct yg_discover *discover, pid_t pid, uint64_t now_ns)
{
	uint64_t soon = now_ns + SWEEP_SOON_MS * MS_NS;

	if (discover->has_pids) {
		add_rescan(discover, 0, pid, now_ns);
		return;
	}
	if (soon < discover->sweep_began_ns + SWEEP_PAUSE_MS * MS_NS)
		soon = discover->sweep_began_ns + SWEEP_PAUSE_MS * MS_NS;
	if (soon < discover->sweep_due_ns)
		discover->sweep_due_ns = soon;
}

/* Return: is it worth another look later? */
static bool rescan_process(struct yg_discover *d, pid_t pid, uint64_t now_ns)
{
	if (d->rescan_second != now_ns / S_NS) {
		d->rescan_second = now_ns / S_NS;
		d->rescans_done = 0;
	}
	if (d->rescans_done++ >= YG_DISCOVER_RESCAN_PER_S) {
		d->stats.lost_rescan++;
		return true;
	}
	return scan_process(d, pid);
}

static void step_rescans(struct yg_discover *d, uint64_t now_ns)
{
	uint32_t done = 0;

	for (uint32_t delay = 0; delay < DELAYS; delay++) {
		struct rescans *rescans = &d->rescans[delay];

		while (rescans->count > 0 && done < YG_DISCOVER_PIDS_STEP) {
			const struct rescan rescan = rescans->items[rescans->head];

			if (now_ns < rescan.exec_ns + delays_ns[delay])
				break;
			rescans->head = (rescans->head + 1) % YG_DISCOVER_RESCAN_MAX;
			rescans->count--;
			if (rescan_process(d, rescan.pid, now_ns) && delay + 1 < DELAYS)
				add_rescan(d, delay + 1, rescan.pid, rescan.exec_ns);
			done++;
		}
	}
}

/* --- files to attachments ------------------------------------------------------------------- */

static void attach(struct yg_discover *d, struct yg_file *file, const struct yg_place *place,
		   uint64_t now_ns)
{
	struct waiting *waiting = &d->inspected;
	struct attached *attached = &d->attached[d->attached_count];
	int r;

	file->state = YG_FILE_FAILED;
	if (d->attached_count == YG_DISCOVER_TLS_MAX) {
		d->stats.attach_failed++;
		return;
	}
	*attached = (struct attached){ .index = waiting->index };
	r = d->config.ops.attach(d->config.ops.ctx, waiting->fd, place, &attached->handle);
	if (r) {
		d->stats.attach_failed++;
		yg_note(&d->config.note, "cannot attach to %s: %s", waiting->name,
			strerrordesc_np(-r));
		return;
	}
	file->state = YG_FILE_TLS;
	attached->file = (struct yg_discover_file){
		.dev = file->dev,
		.ino = file->ino,
		.attached_ns = now_ns,
		.pid = waiting->pid,
		.probes = place->count,
		.stack = place->stack,
	};
	for (uint32_t i = 0; i < place->count; i++)
		attached->file.internal += place->probes[i].placement >= YG_PLACEMENT_INTERNAL;
	memcpy(attached->file.name, waiting->name, sizeof(waiting->name));
	d->attached_count++;
	d->stats.attached++;
	yg_note(&d->config.note, "attached to %s (process %d)", waiting->name, waiting->pid);
}

static void take_verdict(struct yg_discover *d, int verdict, const struct yg_place *place,
			 uint64_t now_ns)
{
	struct yg_file *file = yg_known_at(d->known, d->inspected.index);

	d->stats.inspected++;
	file->state = YG_FILE_OTHER;
	if (verdict == YG_INSPECTION_TLS) {
		attach(d, file, place, now_ns);
	} else if (verdict == YG_INSPECTION_OTHER || verdict == YG_INSPECTION_GAP) {
		d->stats.other++;
		file->gap = verdict == YG_INSPECTION_GAP ? (uint8_t)place->gap : YG_GAP_NONE;
		if (file->gap) /* now that it is known: does the process listen? */
			add_rescan(d, 0, d->inspected.pid, now_ns);
	} else {
		d->stats.crash += verdict == YG_INSPECTION_CRASH;
		d->stats.timeout += verdict == YG_INSPECTION_TIMEOUT;
		yg_note(&d->config.note, "inspection of %s %s", d->inspected.name,
			verdict == YG_INSPECTION_CRASH ? "crashed" : "took too long");
	}
	close_waiting(&d->inspected);
}

static void step_inspection(struct yg_discover *d, uint64_t now_ns)
{
	struct yg_place place;
	int r;

	if (d->inspect.pipe_fd >= 0) {
		r = yg_inspect_finish(&d->inspect, now_ns, &place);
		if (r == -EAGAIN)
			return;
		take_verdict(d, r, &place, now_ns);
	}
	if (d->queue_count == 0)
		return;
	d->inspected = d->queue[d->queue_head];
	d->queue_head = (d->queue_head + 1) % YG_DISCOVER_QUEUE_MAX;
	d->queue_count--;
	r = yg_inspect_start(d->inspected.fd, now_ns, &d->inspect);
	if (r) {
		yg_note(&d->config.note, "cannot inspect %s: %s", d->inspected.name,
			strerrordesc_np(-r));
		yg_known_remove(d->known, yg_known_at(d->known, d->inspected.index));
		close_waiting(&d->inspected);
	}
}

/* --- the step ------------------------------------------------------------------------------- */

static uint64_t earliest(const struct yg_discover *d)
{
	uint64_t due = d->sweep_due_ns;

	for (uint32_t delay = 0; delay < DELAYS; delay++) {
		const struct rescans *rescans = &d->rescans[delay];
		uint64_t at;

		if (rescans->count == 0)
			continue;
		at = rescans->items[rescans->head].exec_ns + delays_ns[delay];
		due = at < due ? at : due;
	}
	if (d->inspect.pipe_fd >= 0 && d->inspect.deadline_ns < due)
		due = d->inspect.deadline_ns;
	return due;
}

int yg_discover_step(struct yg_discover *discover, uint64_t now_ns)
{
	uint64_t due;

	step_inspection(discover, now_ns);
	step_rescans(discover, now_ns);
	step_sweep(discover, now_ns);
	/* What did not fit is found by another sweep as soon as there is room. */
	if (!discover->sweep && discover->sweep_again && discover->queue_count == 0)
		discover->sweep_due_ns = now_ns;
	if (discover->sweep || (discover->queue_count > 0 && discover->inspect.pipe_fd < 0))
		return 0;
	due = earliest(discover);
	return due <= now_ns ? 0 : (int)((due - now_ns + MS_NS - 1) / MS_NS);
}

int yg_discover_fd(const struct yg_discover *discover)
{
	return discover->inspect.pipe_fd;
}

void yg_discover_stats(const struct yg_discover *discover, struct yg_discover_stats *ret)
{
	*ret = discover->stats;
}

size_t yg_discover_files(const struct yg_discover *discover, struct yg_discover_file *ret,
			 size_t max)
{
	for (size_t i = 0; i < discover->attached_count && i < max; i++)
		ret[i] = discover->attached[i].file;
	return discover->attached_count;
}

const struct yg_gaps *yg_discover_gaps(const struct yg_discover *discover)
{
	return &discover->gaps;
}

int yg_discover_explain(const struct yg_discover *discover, pid_t pid, struct yg_explanation *ret)
{
	return yg_explain(discover->proc_fd, discover->known, pid, ret);
}
