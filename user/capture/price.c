/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/price.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <math.h>
#include <time.h>

#include "capture/uprobe.h"

#define NS_PER_S   1000000000ull
#define TRAP_NS	   400.0 /* built in: see the table of probe costs in yagura(7) */
#define STEPPED_NS 3000.0
#define CALL_NS	   400.0
#define FRAME_NS   150.0
#define CALLS	   4000u /* of each function: a few milliseconds */
#define ROUNDS	   3u	 /* the least of them: whatever interrupts only adds */
#define EVERY_NS   (10 * NS_PER_S)
#define FOR_NS	   (NS_PER_S / 10)
#define ENOUGH	   500u /* calls or frames in that time */

/*
 * What is probed: a first instruction that the kernel emulates, and one that it has to step over.
 * On other machines the compiler's own, both alike.
 */
#ifdef __x86_64__
#define FUNCTION(name, first, last)                             \
	__attribute__((naked, noinline)) static void name(void) \
	{                                                       \
		__asm__ volatile(first "\n\t" last "\n\tret");  \
	}
FUNCTION(emulated, "push %rbp", "pop %rbp")
FUNCTION(stepped, "sub $8, %rsp", "add $8, %rsp")
#undef FUNCTION
#else
__attribute__((noinline)) static void emulated(void)
{
	__asm__ volatile("");
}

__attribute__((noinline)) static void stepped(void)
{
	__asm__ volatile("");
}
#endif

static const enum yg_program call_programs[] = {
	YG_PROGRAM_SSL_READ,  YG_PROGRAM_SSL_READ_EX,  YG_PROGRAM_SSL_WRITE,
	YG_PROGRAM_SSL_FREE,  YG_PROGRAM_SSL_WRITE_EX, YG_PROGRAM_SSL_WRITE_EX2,
	YG_PROGRAM_SSL_RET,   YG_PROGRAM_PR_READ,      YG_PROGRAM_PR_RECV,
	YG_PROGRAM_PR_WRITE,  YG_PROGRAM_PR_WRITEV,    YG_PROGRAM_GO_READ,
	YG_PROGRAM_GO_WRITE,  YG_PROGRAM_GO_RET,       YG_PROGRAM_GO_SHAKE,
	YG_PROGRAM_GO_SHAKEN, YG_PROGRAM_GO_CLOSE,     YG_PROGRAM_GO_RECV,
	YG_PROGRAM_GO_SEND,   YG_PROGRAM_SK_RCVSPACE,  YG_PROGRAM_SK_RECV,
	YG_PROGRAM_SK_SEND,   YG_PROGRAM_SSL_FILE,
};

static const enum yg_program frame_programs[] = {
	YG_PROGRAM_XDP_GUARD, YG_PROGRAM_XDP_GUARD_MB, YG_PROGRAM_TC_GUARD,
	YG_PROGRAM_TC_CUT,    YG_PROGRAM_TC_INGRESS,   YG_PROGRAM_TC_EGRESS,
};

void yg_price_init(struct yg_price *price)
{
	*price = (struct yg_price){ .trap_ns = TRAP_NS,
				    .stepped_ns = STEPPED_NS,
				    .call_ns = CALL_NS,
				    .frame_ns = FRAME_NS,
				    .stats_fd = -1 };
}

void yg_price_clean(struct yg_price *price)
{
	yg_closep(&price->stats_fd);
}

static double time_calls(void (*function)(void))
{
	double best = INFINITY;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct timespec from, to;

		(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
		for (uint32_t i = 0; i < CALLS; i++) {
			function();
			__asm__ volatile("" ::: "memory");
		}
		(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
		best = fmin(best, (double)(to.tv_sec - from.tv_sec) * (double)NS_PER_S +
					  (double)(to.tv_nsec - from.tv_nsec));
	}
	return best / CALLS;
}

/* Where an address of the program itself is in its file; 0: it is not. */
struct spot {
	uintptr_t address;
	uint64_t offset;
};

static int find_offset(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct spot *spot = ctx;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && spot->address >= from &&
		    spot->address - from < part->p_filesz)
			spot->offset = spot->address - from + part->p_offset;
	}
	return 1; /* the first is the program, the rest are libraries */
}

/* What entry and return of @function cost, with a program on both that finds nothing to do. */
static int measure_trap(struct yg_loader *loader, int exe_fd, void (*function)(void), double *ret)
{
	YG_CLEANUP(yg_uprobe_detach) struct yg_uprobe *uprobe = NULL;
	struct spot spot = { .address = (uintptr_t)function };
	double bare = time_calls(function);
	int r;

	(void)dl_iterate_phdr(find_offset, &spot);
	if (spot.offset == 0)
		return -ENOENT;
	r = yg_uprobe_attach_idle(loader, exe_fd, spot.offset, &uprobe);
	if (r)
		return r;
	*ret = fmax(time_calls(function) - bare, 0);
	return 0;
}

int yg_price_measure_traps(struct yg_price *price, struct yg_loader *loader)
{
	YG_CLEANUP_CLOSE int exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	double fast = 0, slow = 0;
	int r;

	if (exe_fd < 0)
		return -errno;
	r = measure_trap(loader, exe_fd, emulated, &fast);
	if (!r)
		r = measure_trap(loader, exe_fd, stepped, &slow);
	if (r)
		return r;
	price->trap_ns = fast;
	price->stepped_ns = fmax(slow - fast, 0);
	price->is_measured = true;
	return 0;
}

/* CPU time of @programs so far, while the kernel's clock was on. */
static uint64_t run_ns(const struct yg_loader *loader, const enum yg_program *programs,
		       size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);
		int fd = yg_loader_program(loader, programs[i]);

		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &len) == 0)
			sum += info.run_time_ns;
	}
	return sum;
}

static void begin_runs(struct yg_price *price, const struct yg_loader *loader,
		       const struct yg_counters *sum)
{
	price->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (price->stats_fd < 0)
		return; /* before Linux 5.8: the built-in figures */
	price->before = *sum;
	price->call_run_ns = run_ns(loader, call_programs, YG_ARRAY_SIZE(call_programs));
	price->frame_run_ns = run_ns(loader, frame_programs, YG_ARRAY_SIZE(frame_programs));
}

static void end_runs(struct yg_price *price, const struct yg_loader *loader,
		     const struct yg_counters *sum)
{
	uint64_t calls = sum->tls.rx - price->before.tls.rx;
	uint64_t frames = sum->sample.rx - price->before.sample.rx;
	uint64_t call_ns = run_ns(loader, call_programs, YG_ARRAY_SIZE(call_programs));
	uint64_t frame_ns = run_ns(loader, frame_programs, YG_ARRAY_SIZE(frame_programs));

	yg_closep(&price->stats_fd);
	if (calls >= ENOUGH)
		price->call_ns = (double)(call_ns - price->call_run_ns) / (double)calls;
	if (frames >= ENOUGH)
		price->frame_ns = (double)(frame_ns - price->frame_run_ns) / (double)frames;
}

/* What passed since the last look, at the prices of now. */
static void add_up(struct yg_price *price, const struct yg_counters *sum)
{
	const struct yg_counters *last = &price->last;

	if (price->is_begun && sum->tls.rx >= last->tls.rx && sum->sample.rx >= last->sample.rx) {
		price->calls_ns += (uint64_t)((double)(sum->tls.rx - last->tls.rx) *
						      (price->trap_ns + price->call_ns) +
					      (double)(sum->tls.stepped - last->tls.stepped) *
						      price->stepped_ns);
		price->frames_ns +=
			(uint64_t)((double)(sum->sample.rx - last->sample.rx) * price->frame_ns);
	}
	price->is_begun = true;
	price->last = *sum;
}

void yg_price_look(struct yg_price *price, const struct yg_loader *loader,
		   const struct yg_counters *sum, uint64_t now_ns)
{
	uint64_t seen = sum->tls.rx + sum->sample.rx;
	bool is_busy = seen - price->seen >= ENOUGH;

	add_up(price, sum);
	if (now_ns - price->looked_ns < FOR_NS)
		return;
	price->looked_ns = now_ns;
	price->seen = seen;
	if (price->stats_fd >= 0) {
		end_runs(price, loader, sum);
		return;
	}
	if (!is_busy || (price->runs_ns && now_ns - price->runs_ns < EVERY_NS))
		return;
	price->runs_ns = now_ns;
	begin_runs(price, loader, sum);
}
