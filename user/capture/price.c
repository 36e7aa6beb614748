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
#define GUARD_NS   50.0
#define FRAME_NS   150.0
#define CALL_NS	   300.0
#define SOCKET_NS  50.0
#define CALLS	   4000u /* of each function: a few milliseconds */
#define ROUNDS	   3u	 /* the least of them: whatever interrupts only adds */
#define EVERY_NS   (3 * NS_PER_S)
#define IDLE_NS	   (30 * NS_PER_S)
#define FOR_NS	   (NS_PER_S / 10)
#define ENTRY_NS   25.0	  /* of a program at a tracepoint: the clock begins inside */
#define BUSY	   500u	  /* calls and frames in that time */
#define ENOUGH	   200.0  /* units that make a price */
#define FADE	   0.5	  /* what a measurement is worth after the next one */
#define TIME_NS	   100000 /* a unit of what runs with time: less than a load that matters */
#define NOTHINGS   500	  /* runs of the program that does nothing: some 30 microseconds */

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

#define GROUP_MAX 24u

/* Programs of each group, up to the first that is none. */
static const enum yg_program groups[YG_PRICE_MAX][GROUP_MAX] = {
	[YG_PRICE_GUARD] = { YG_PROGRAM_XDP_GUARD, YG_PROGRAM_XDP_GUARD_MB, YG_PROGRAM_TC_GUARD,
			     YG_PROGRAM_TC_CUT, YG_PROGRAM_MAX },
	[YG_PRICE_FRAMES] = { YG_PROGRAM_TC_INGRESS, YG_PROGRAM_TC_EGRESS, YG_PROGRAM_MAX },
	[YG_PRICE_CALLS] = { YG_PROGRAM_SSL_READ, YG_PROGRAM_SSL_READ_EX, YG_PROGRAM_SSL_WRITE,
			     YG_PROGRAM_SSL_WRITE_EX, YG_PROGRAM_SSL_WRITE_EX2, YG_PROGRAM_SSL_RET,
			     YG_PROGRAM_SSL_FREE, YG_PROGRAM_SSL_FILE, YG_PROGRAM_PR_READ,
			     YG_PROGRAM_PR_RECV, YG_PROGRAM_PR_WRITE, YG_PROGRAM_PR_WRITEV,
			     YG_PROGRAM_GO_READ, YG_PROGRAM_GO_WRITE, YG_PROGRAM_GO_RET,
			     YG_PROGRAM_GO_SHAKE, YG_PROGRAM_GO_SHAKEN, YG_PROGRAM_GO_CLOSE,
			     YG_PROGRAM_MAX },
	[YG_PRICE_SOCKETS] = { YG_PROGRAM_SK_RCVSPACE, YG_PROGRAM_SK_RECV, YG_PROGRAM_SK_SEND,
			       YG_PROGRAM_GO_RECV, YG_PROGRAM_GO_SEND, YG_PROGRAM_MAX },
};

void yg_price_init(struct yg_price *price)
{
	*price = (struct yg_price){ .trap_ns = TRAP_NS,
				    .stepped_ns = STEPPED_NS,
				    .rows = { [YG_PRICE_GUARD] = { .unit_ns = GUARD_NS },
					      [YG_PRICE_FRAMES] = { .unit_ns = FRAME_NS },
					      [YG_PRICE_CALLS] = { .unit_ns = CALL_NS },
					      [YG_PRICE_SOCKETS] = { .unit_ns = SOCKET_NS } },
				    .nothing_fd = -1,
				    .stats_fd = -1 };
}

void yg_price_clean(struct yg_price *price)
{
	yg_closep(&price->stats_fd);
	yg_closep(&price->nothing_fd);
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

/* --- programs ------------------------------------------------------------------------------ */

static double units_of(enum yg_price_group group, const struct yg_price_units *from,
		       const struct yg_price_units *to)
{
	double frames = (double)(to->frames - from->frames);
	double calls = (double)(to->calls - from->calls);

	switch (group) {
	case YG_PRICE_GUARD:
		return (double)(to->guarded - from->guarded);
	case YG_PRICE_FRAMES:
		return frames;
	case YG_PRICE_CALLS:
		return calls;
	default:
		return frames + calls + (double)(to->now_ns - from->now_ns) / TIME_NS;
	}
}

void yg_price_learn(struct yg_price *price, enum yg_price_group group,
		    const struct yg_price_runs *runs, const struct yg_price_units *from,
		    const struct yg_price_units *to)
{
	struct yg_price_row *row = &price->rows[group];
	double extra = price->clock_ns - (group == YG_PRICE_SOCKETS ? ENTRY_NS : 0);
	double ns = fmax((double)runs->ns - (double)runs->count * extra, 0);

	row->ns = row->ns * FADE + ns;
	row->units = row->units * FADE + units_of(group, from, to);
	if (row->units >= ENOUGH)
		row->unit_ns = row->ns / row->units;
}

void yg_price_add(struct yg_price *price, const struct yg_price_units *units, bool is_awake)
{
	const struct yg_price_units *last = &price->last;
	double costs[YG_PRICE_MAX];

	if (price->is_begun && units->frames >= last->frames && units->calls >= last->calls &&
	    units->guarded >= last->guarded && units->now_ns >= last->now_ns) {
		for (enum yg_price_group i = 0; i < YG_PRICE_MAX; i++)
			costs[i] = units_of(i, last, units) * price->rows[i].unit_ns;
		price->frames_ns += (uint64_t)(costs[YG_PRICE_GUARD] + costs[YG_PRICE_FRAMES]);
		price->calls_ns +=
			(uint64_t)(costs[YG_PRICE_CALLS] +
				   (is_awake ? costs[YG_PRICE_SOCKETS] : 0) +
				   (double)(units->calls - last->calls) * price->trap_ns +
				   (double)(units->stepped - last->stepped) * price->stepped_ns);
	}
	price->is_begun = true;
	price->last = *units;
}

static struct yg_price_runs runs_of_program(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return (struct yg_price_runs){ 0 };
	return (struct yg_price_runs){ .ns = info.run_time_ns, .count = info.run_cnt };
}

/* Of a group so far, while the kernel's clock was on. */
static struct yg_price_runs runs_of(const struct yg_loader *loader, enum yg_price_group group)
{
	struct yg_price_runs sum = { 0 };

	for (size_t i = 0; groups[group][i] != YG_PROGRAM_MAX; i++) {
		const struct yg_price_runs runs =
			runs_of_program(yg_loader_program(loader, groups[group][i]));

		sum.ns += runs.ns;
		sum.count += runs.count;
	}
	return sum;
}

/* What a program that does nothing takes, by a clock that is on. Where it cannot run: as before. */
static void measure_clock(struct yg_price *price)
{
	static const uint8_t frame[64];
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = NOTHINGS);
	struct yg_price_runs from, to;

	if (price->nothing_fd < 0)
		price->nothing_fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "yg_nothing", "GPL",
						  nothing, YG_ARRAY_SIZE(nothing), NULL);
	if (price->nothing_fd < 0)
		return;
	from = runs_of_program(price->nothing_fd);
	if (bpf_prog_test_run_opts(price->nothing_fd, &opts))
		return;
	to = runs_of_program(price->nothing_fd);
	if (to.count > from.count)
		price->clock_ns = (double)(to.ns - from.ns) / (double)(to.count - from.count);
}

static void begin_runs(struct yg_price *price, const struct yg_loader *loader,
		       const struct yg_price_units *units)
{
	price->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (price->stats_fd < 0)
		return; /* before Linux 5.8: the built-in figures */
	measure_clock(price);
	price->before = *units;
	price->is_turned = false;
	for (enum yg_price_group i = 0; i < YG_PRICE_MAX; i++)
		price->runs[i] = runs_of(loader, i);
}

static void end_runs(struct yg_price *price, const struct yg_loader *loader,
		     const struct yg_price_units *units)
{
	for (enum yg_price_group i = 0; i < YG_PRICE_MAX; i++) {
		struct yg_price_runs runs = runs_of(loader, i);

		runs.ns -= price->runs[i].ns;
		runs.count -= price->runs[i].count;
		if (i != YG_PRICE_SOCKETS || !price->is_turned)
			yg_price_learn(price, i, &runs, &price->before, units);
	}
	yg_closep(&price->stats_fd);
}

void yg_price_look(struct yg_price *price, const struct yg_loader *loader,
		   const struct yg_counters *sum, uint64_t now_ns, bool is_awake)
{
	const struct yg_price_units units = { .frames = sum->sample.rx,
					      .guarded = sum->guard.rx,
					      .calls = sum->tls.rx,
					      .stepped = sum->tls.stepped,
					      .now_ns = now_ns };
	uint64_t seen = units.frames + units.guarded + units.calls;
	bool is_busy = seen - price->seen >= BUSY;

	yg_price_add(price, &units, is_awake);
	price->is_turned |= !is_awake;
	if (now_ns - price->looked_ns < FOR_NS)
		return;
	price->looked_ns = now_ns;
	price->seen = seen;
	if (price->stats_fd >= 0)
		end_runs(price, loader, &units);
	else if (!price->runs_ns || now_ns - price->runs_ns >= (is_busy ? EVERY_NS : IDLE_NS)) {
		price->runs_ns = now_ns;
		begin_runs(price, loader, &units);
	}
}
