/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/sampling.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/warden.h"

#define LOOK_NS	  (100u * YG_NS_PER_MS)
#define WHOLE_NS  (2u * YG_NS_PER_S) /* a message that began under full sampling ends within */
#define CLIENT_S  3600u		     /* other clients are seen whole each hour, as cells add up */
#define FLOW_NS	  (60u * YG_NS_PER_S)
#define RATIO_ONE 4294967296.0

/* Positions only: two pages of each ring, read-only. */
static int map_positions(struct yg_sampling *sampling, const struct yg_warden *warden)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (uint32_t i = 0; i < warden->start.ring_count; i++) {
		void *pages = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED,
				   yg_loader_ring(warden->loader, i), 0);

		if (pages == MAP_FAILED)
			return -errno;
		sampling->pages[i] = pages;
	}
	return 0;
}

/* The row of services that find no room of their own: there before any other. */
static void add_overflow_row(const struct yg_warden *warden)
{
	const struct yg_tally_key key = { 0 };
	const struct yg_tally none = { 0 };
	int fd = yg_loader_map(warden->loader, YG_MAP_TALLIES);

	if (fd >= 0 && bpf_map_update_elem(fd, &key, &none, BPF_NOEXIST) && errno != EEXIST)
		yg_log(YG_LOG_WARNING, "yg_tallies: cannot add a row: %s", strerror(errno));
}

void yg_sampling_configure(struct yg_warden *warden)
{
	struct yg_governor_options *options = &warden->sampling.options;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	options->budget =
		(double)warden->options.cpu_budget_percent / 100 * (double)(cpus > 0 ? cpus : 1);
	if (yg_share_from_text(warden->options.sample, options))
		yg_log(YG_LOG_ERROR, "sample: '%s' is no share", warden->options.sample);
}

int yg_sampling_open(struct yg_warden *warden)
{
	struct yg_sampling *sampling = &warden->sampling;
	int r;

	yg_sampling_configure(warden);
	add_overflow_row(warden);
	if (getrandom(&sampling->round, sizeof(sampling->round), 0) < 0)
		return -errno;
	r = map_positions(sampling, warden);
	if (!r)
		r = yg_counters_open(yg_loader_map(warden->loader, YG_MAP_COUNTERS),
				     warden->start.cpu_max, &sampling->counters);
	return r;
}

void yg_sampling_close(struct yg_warden *warden)
{
	struct yg_sampling *sampling = &warden->sampling;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < YG_ARRAY_SIZE(sampling->pages); i++) {
		if (sampling->pages[i])
			(void)munmap((void *)sampling->pages[i], 2 * page);
		sampling->pages[i] = NULL;
	}
	yg_counters_close(&sampling->counters);
}

/* Of the fullest ring, 0..1. Positions that make no sense (a reader gone mad) count as full. */
static double measure_fill(const struct yg_sampling *sampling, const struct yg_warden *warden)
{
	size_t words = (size_t)sysconf(_SC_PAGESIZE) / sizeof(unsigned long);
	double most = 0;

	for (uint32_t i = 0; i < warden->start.ring_count && sampling->pages[i]; i++) {
		unsigned long read = __atomic_load_n(&sampling->pages[i][0], __ATOMIC_ACQUIRE);
		unsigned long written =
			__atomic_load_n(&sampling->pages[i][words], __ATOMIC_ACQUIRE);
		double fill = (double)(written - read) / (double)warden->start.ring_bytes;

		if (fill > 1)
			fill = 1;
		if (fill > most)
			most = fill;
	}
	return most;
}

/* CPU time of a role so far; 0 if it cannot be told. */
static uint64_t cpu_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (pid <= 0 || clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used))
		return 0;
	return (uint64_t)used.tv_sec * YG_NS_PER_S + (uint64_t)used.tv_nsec;
}

/* The total over all analyzers since the start: one that was started anew counts on. */
static uint64_t measure_analyzer(struct yg_sampling *sampling, pid_t pid)
{
	if (pid != sampling->cpu_pid) {
		sampling->cpu_before_ns += sampling->cpu_last_ns;
		sampling->cpu_last_ns = 0;
		sampling->cpu_pid = pid;
	}
	if (cpu_of(pid) > sampling->cpu_last_ns)
		sampling->cpu_last_ns = cpu_of(pid);
	return sampling->cpu_before_ns + sampling->cpu_last_ns;
}

static uint64_t measure_others(const struct yg_warden *warden)
{
	return cpu_of(getpid()) + cpu_of(warden->children.rows[YG_ROLE_ENFORCER].pid) +
	       cpu_of(warden->children.rows[YG_ROLE_DESK].pid);
}

static void write_control(struct yg_warden *warden, uint64_t now_ns)
{
	struct yg_sampling *sampling = &warden->sampling;
	struct yg_control *control = warden->control;
	const struct yg_share *share = &sampling->share;
	uint32_t client_epoch = (uint32_t)(yg_epoch_ns() / YG_NS_PER_S / CLIENT_S);
	uint32_t flow_epoch = (uint32_t)(now_ns / FLOW_NS);

	if (control->sampled == share->sampled && control->clients == share->clients &&
	    control->client_epoch == client_epoch && control->flow_epoch == flow_epoch)
		return;
	if (control->sampled == 0 && share->sampled != 0)
		__atomic_store_n(&control->whole_until_ns, now_ns + WHOLE_NS, __ATOMIC_RELEASE);
	if (++sampling->round == 0)
		sampling->round = 1;
	__atomic_store_n(&control->client_epoch, client_epoch, __ATOMIC_RELAXED);
	__atomic_store_n(&control->flow_epoch, flow_epoch, __ATOMIC_RELAXED);
	__atomic_store_n(&control->clients, share->clients, __ATOMIC_RELAXED);
	__atomic_store_n(&control->sampled, share->sampled, __ATOMIC_RELEASE);
	__atomic_store_n(&control->round, sampling->round, __ATOMIC_RELEASE);
}

double yg_sampling_ratio(const struct yg_warden *warden)
{
	uint32_t sampled = warden->sampling.share.sampled;

	return sampled ? (double)sampled / RATIO_ONE : 1.0;
}

static void add_tally(const struct yg_warden *warden, uint32_t ifindex,
		      const struct yg_tally *tally, struct yg_requests *rows)
{
	size_t at = 0;

	while (at < warden->hook_count && warden->hooks[at].hooks.ifindex != ifindex)
		at++;
	for (size_t i = 0; at < warden->hook_count && i < YG_TALLY_CLASSES; i++) {
		rows[at].seen += tally->seen[i];
		rows[at].sampled += tally->chosen[i];
	}
}

void yg_sampling_requests(const struct yg_warden *warden, struct yg_requests *ret)
{
	int fd = yg_loader_map(warden->loader, YG_MAP_TALLIES);
	struct yg_tally_key key;
	struct yg_tally tally;
	uint32_t left = YG_TALLIES_MAX;

	for (size_t i = 0; i < warden->hook_count; i++)
		ret[i] = (struct yg_requests){ 0 };
	if (fd < 0 || bpf_map_get_next_key(fd, NULL, &key))
		return;
	do {
		if (!key.tls && bpf_map_lookup_elem(fd, &key, &tally) == 0)
			add_tally(warden, key.ifindex, &tally, ret);
	} while (left-- > 0 && bpf_map_get_next_key(fd, &key, &key) == 0);
}

/* The budget is not held, or is again: what it goes to. */
static void say_over(const struct yg_sampling *sampling)
{
	const struct yg_usage *usage = &sampling->governor.usage;

	if (!sampling->governor.is_over) {
		yg_log(YG_LOG_INFO, "CPU: within the budget again");
		return;
	}
	yg_log(YG_LOG_WARNING,
	       "CPU: %.1f %% of a core, the budget is %.1f %%: %.1f %% for frames and %.1f %% for "
	       "TLS calls in the kernel, %.1f %% in roles",
	       sampling->governor.total * 100, sampling->options.budget * 100, usage->frames * 100,
	       usage->calls * 100, (usage->analyzer + usage->other) * 100);
}

static void say(const struct yg_warden *warden, uint32_t before, bool was_over)
{
	const struct yg_sampling *sampling = &warden->sampling;
	uint32_t now = sampling->share.sampled;

	if (sampling->governor.is_over != was_over)
		say_over(sampling);
	if (now == before)
		return;
	yg_log(YG_LOG_INFO, "sampling: %g of flows (%s); analyzer %.1f %% of a core, rings %.0f %%",
	       yg_sampling_ratio(warden), yg_governor_why_name(sampling->share.why),
	       sampling->governor.usage.analyzer * 100, sampling->fill_max * 100);
}

void yg_sampling_tick(struct yg_warden *warden, uint64_t now_ns)
{
	struct yg_sampling *sampling = &warden->sampling;
	uint32_t before = sampling->share.sampled;
	bool was_over = sampling->governor.is_over;
	double fill = measure_fill(sampling, warden);
	struct yg_counters sum;
	struct yg_load load;

	if (fill > sampling->fill_max)
		sampling->fill_max = fill;
	if (now_ns - sampling->looked_ns < LOOK_NS)
		return;
	sampling->looked_ns = now_ns;
	yg_counters_sum(&sampling->counters, &sum);
	load = (struct yg_load){
		.now_ns = now_ns,
		.fill = sampling->fill_max,
		.lost = sum.sample.lost_ring + sum.tls.lost_ring,
		.cpu_ns = measure_analyzer(sampling, warden->children.rows[YG_ROLE_ANALYZER].pid),
		.other_ns = measure_others(warden),
		.frames_ns = warden->resting.price.frames_ns,
		.calls_ns = warden->resting.averaged_ns,
	};
	sampling->share = yg_governor_step(&sampling->governor, &sampling->options, &load);
	say(warden, before, was_over);
	write_control(warden, now_ns);
	sampling->fill_max = 0;
}
