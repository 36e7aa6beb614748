/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/resting.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "capture/uprobe.h"
#include "core/crew.h"
#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/warden.h"

#define SPAN_NS	  YG_NS_PER_S /* fully awake: how often the ratio is learned anew */
#define MATTERS	  0.25	      /* of the room: more is worth to be measured */
#define SHARE_ONE 4294967296.0
#define PACE_NS	  (YG_NS_PER_S / 2)
#define ROOM_NS	  (3.0 * YG_NS_PER_S)
#define CREW_MS	  5 /* between two looks at whether it is done */

static struct yg_missed_span totals(const struct yg_counters *sum, uint64_t now_ns)
{
	return (struct yg_missed_span){ .ns = now_ns,
					.records = sum->sample.tls_record,
					.bytes = sum->sample.tls_byte,
					.requests = sum->tls.request };
}

/* The span since the mark, which moves to now. */
static struct yg_missed_span span_end(struct yg_resting *resting, const struct yg_counters *sum,
				      uint64_t now_ns)
{
	const struct yg_missed_span now = totals(sum, now_ns), from = resting->mark;

	resting->mark = now;
	return (struct yg_missed_span){ .ns = now.ns - from.ns,
					.records = now.records - from.records,
					.bytes = now.bytes - from.bytes,
					.requests = now.requests - from.requests };
}

/* --- on and off --------------------------------------------------------------------------- */

static void take_off(void *ctx, size_t index)
{
	const struct yg_resting *resting = ctx;
	const struct yg_rest_item *item = &resting->items[index];

	yg_uprobe_rest(item->uprobe, item->index);
}

static void put_on(void *ctx, size_t index)
{
	struct yg_warden *warden = ctx;
	struct yg_rest_item *item = &warden->resting.items[index];

	item->err = yg_uprobe_wake(warden->loader, item->uprobe);
}

/* Room for the work of a crew. */
static int items_new(struct yg_resting *resting, size_t count)
{
	yg_freep(&resting->items);
	resting->item_count = 0;
	resting->items = calloc(count ? count : 1, sizeof(*resting->items));
	return resting->items ? 0 : -ENOMEM;
}

static void add_items(struct yg_resting *resting, struct yg_uprobe *uprobe)
{
	for (size_t i = 0; i < yg_uprobe_links(uprobe); i++)
		resting->items[resting->item_count++] = (struct yg_rest_item){ uprobe, i, 0 };
}

static int fall(struct yg_warden *warden)
{
	struct yg_resting *resting = &warden->resting;
	size_t count = 0;
	int r;

	for (size_t i = 0; i < resting->file_count; i++)
		count += yg_uprobe_links(resting->files[i].uprobe);
	r = items_new(resting, count);
	if (r)
		return r;
	for (size_t i = 0; i < resting->file_count; i++)
		add_items(resting, resting->files[i].uprobe);
	return yg_crew_start(take_off, resting, resting->item_count, &resting->crew);
}

static int rise(struct yg_warden *warden)
{
	struct yg_resting *resting = &warden->resting;
	int r = items_new(resting, resting->file_count);

	if (r)
		return r;
	for (size_t i = 0; i < resting->file_count; i++)
		resting->items[resting->item_count++] =
			(struct yg_rest_item){ resting->files[i].uprobe, 0, 0 };
	return yg_crew_start(put_on, warden, resting->item_count, &resting->crew);
}

static void begin_turn(struct yg_warden *warden, bool awake, uint64_t now_ns)
{
	struct yg_resting *resting = &warden->resting;
	int r;

	__atomic_store_n(&warden->control->resting, 1, __ATOMIC_RELEASE);
	r = awake ? yg_attach_tracing_wake(warden->attach) : 0;
	if (r) /* what is read without them has no client, but is read */
		yg_log(YG_LOG_WARNING, "tracepoints: cannot attach all: %s", strerror(-r));
	r = awake ? rise(warden) : fall(warden);
	if (r) { /* the next tick tries again; going to rest, nothing was lost but a moment */
		yg_log(YG_LOG_WARNING, "probes: cannot be put %s: %s", awake ? "on" : "off",
		       strerror(-r));
		if (!awake)
			__atomic_store_n(&warden->control->resting, 0, __ATOMIC_RELEASE);
		return;
	}
	resting->turned_ns = now_ns;
	resting->phase = awake ? YG_REST_RISING : YG_REST_FALLING;
}

static void say_failed(const struct yg_resting *resting)
{
	for (size_t i = 0; i < resting->item_count; i++) {
		if (resting->items[i].err)
			yg_log(YG_LOG_WARNING, "probes: cannot be put on again: %s",
			       strerror(-resting->items[i].err));
	}
}

static void await_crew(struct yg_warden *warden)
{
	while (!yg_crew_is_done(warden->resting.crew)) { /* on a busy host that takes seconds */
		yg_warden_beat(warden);
		(void)poll(NULL, 0, CREW_MS);
	}
	yg_crew_join(&warden->resting.crew);
}

/* Wait for the crew, if there is one. */
static void end_turn(struct yg_warden *warden)
{
	struct yg_resting *resting = &warden->resting;
	uint64_t now_ns;

	if (!resting->crew)
		return;
	await_crew(warden);
	now_ns = yg_monotonic_ns();
	yg_log(YG_LOG_DEBUG, "probes: %s in %.1f ms",
	       resting->phase == YG_REST_FALLING ? "off" : "on",
	       (double)(now_ns - resting->turned_ns) / YG_NS_PER_MS);
	if (resting->phase == YG_REST_FALLING) {
		yg_attach_tracing_rest(warden->attach);
		resting->off_ns = now_ns - resting->turned_ns;
		resting->phase = YG_REST_ASLEEP;
		return;
	}
	say_failed(resting);
	resting->on_ns = now_ns - resting->turned_ns;
	resting->phase = YG_REST_AWAKE;
}

int yg_resting_attach(struct yg_warden *warden, int file_fd, const struct yg_place *place,
		      struct yg_uprobe **ret)
{
	struct yg_resting *resting = &warden->resting;
	YG_CLEANUP(yg_uprobe_detach) struct yg_uprobe *uprobe = NULL;
	struct yg_rest_file *files;
	int r;

	files = reallocarray(resting->files, resting->file_count + 1, sizeof(*files));
	if (!files)
		return -ENOMEM;
	resting->files = files;
	if (resting->phase == YG_REST_FALLING || resting->phase == YG_REST_ASLEEP)
		r = yg_uprobe_new(file_fd, place, &uprobe);
	else
		r = yg_uprobe_attach(warden->loader, file_fd, place, &uprobe);
	if (r)
		return r;
	files[resting->file_count++].uprobe = uprobe;
	*ret = YG_TAKE_PTR(uprobe);
	return 0;
}

/* All links at once, while the heart beats: each waits in the kernel, on a busy host a second. */
static void take_all_off(struct yg_warden *warden, struct yg_uprobe *uprobe)
{
	struct yg_resting *resting = &warden->resting;

	if (items_new(resting, yg_uprobe_links(uprobe)))
		return;
	add_items(resting, uprobe);
	if (yg_crew_start(take_off, resting, resting->item_count, &resting->crew) == 0)
		await_crew(warden);
}

void yg_resting_detach(struct yg_warden *warden, struct yg_uprobe **uprobe)
{
	struct yg_resting *resting = &warden->resting;

	end_turn(warden);
	for (size_t i = 0; i < resting->file_count; i++) {
		if (resting->files[i].uprobe == *uprobe)
			resting->files[i] = resting->files[--resting->file_count];
	}
	if (resting->phase == YG_REST_AWAKE)
		take_all_off(warden, *uprobe);
	yg_uprobe_detach(uprobe);
}

void yg_resting_fall(struct yg_warden *warden)
{
	struct yg_resting *resting = &warden->resting;

	end_turn(warden);
	if (resting->phase != YG_REST_AWAKE || resting->file_count == 0 || fall(warden))
		return;
	resting->turned_ns = yg_monotonic_ns();
	resting->phase = YG_REST_FALLING;
	end_turn(warden);
}

/* --- the plan ----------------------------------------------------------------------------- */

/* What was left by a daemon before this one is another epoch: it, too, was away in between. */
void yg_resting_open(struct yg_warden *warden)
{
	struct yg_control *control = warden->control;

	yg_price_init(&warden->resting.price);
	warden->resting.due_ns = UINT64_MAX;
	warden->resting.share = 1;
	__atomic_store_n(&control->awake, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&control->epoch, control->epoch + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&control->resting, 0, __ATOMIC_RELEASE);
}

void yg_resting_close(struct yg_warden *warden)
{
	struct yg_resting *resting = &warden->resting;

	end_turn(warden);
	yg_freep(&resting->items);
	yg_freep(&resting->files);
	resting->file_count = 0;
	yg_price_clean(&resting->price);
}

/* The probes are all there: from here on what they see is taken. */
static void publish(struct yg_warden *warden, double share)
{
	struct yg_control *control = warden->control;
	uint32_t awake = share < 1 ? (uint32_t)(share * SHARE_ONE) : 0;

	__atomic_store_n(&control->awake, awake, __ATOMIC_RELEASE);
	__atomic_store_n(&control->epoch, control->epoch + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&control->resting, 0, __ATOMIC_RELEASE);
}

/* Does what traps cost here matter? Then it is worth measuring. */
static void measure_traps(struct yg_warden *warden)
{
	struct yg_resting *resting = &warden->resting;
	struct yg_price *price = &resting->price;
	int r;

	if (price->is_measured || resting->rest.rate < MATTERS * resting->room)
		return;
	r = yg_price_measure_traps(price, warden->loader);
	price->is_measured = true; /* or it cannot be */
	if (r)
		yg_log(YG_LOG_WARNING, "probes: cannot measure what they cost: %s", strerror(-r));
	else
		yg_log(YG_LOG_INFO, "probes: a call costs %.0f ns, %.0f ns more if stepped over",
		       price->trap_ns, price->stepped_ns);
}

/* Cores that calls take, rests included: what one second alone does not tell. */
static void average(struct yg_resting *resting, uint64_t now_ns)
{
	uint64_t span = now_ns - resting->ticked_ns;
	uint64_t cost = resting->price.calls_ns - resting->ticked_cost_ns;

	if (resting->rest.is_resting && resting->ticked_ns)
		cost = (uint64_t)(resting->rest.rate * resting->share * (double)span);
	resting->averaged_ns += cost;
	resting->ticked_ns = now_ns;
	resting->ticked_cost_ns = resting->price.calls_ns;
	span = now_ns - resting->summed_ns;
	if (span < SPAN_NS)
		return;
	if (resting->summed_ns) {
		resting->cores =
			(double)(resting->averaged_ns - resting->summed_calls_ns) / (double)span;
	}
	resting->summed_ns = now_ns;
	resting->summed_calls_ns = resting->averaged_ns;
}

static void say_change(const struct yg_warden *warden, bool was_resting)
{
	const struct yg_rest *rest = &warden->resting.rest;
	const struct yg_resting *resting = &warden->resting;

	if (rest->is_resting == was_resting)
		return;
	if (rest->is_resting)
		yg_log(YG_LOG_INFO,
		       "probes: TLS calls take %.1f %% of a core: awake %.0f %% of the time",
		       rest->rate * 100, resting->share * 100);
	else
		yg_log(YG_LOG_INFO, "probes: awake all of the time again");
}

/* Tell of the span that ends as the probes come or go, or when it is long enough. */
static void tell_span(struct yg_resting *resting, const struct yg_counters *sum, uint64_t now_ns,
		      bool is_awake)
{
	struct yg_missed_span span = span_end(resting, sum, now_ns);

	if (is_awake)
		yg_missed_awake(&resting->missed, &span);
	else
		yg_missed_rest(&resting->missed, &span);
}

static void follow(struct yg_warden *warden, const struct yg_rest_plan *plan,
		   const struct yg_counters *sum, uint64_t now_ns)
{
	struct yg_resting *resting = &warden->resting;

	if (resting->phase == YG_REST_AWAKE && !plan->awake) {
		tell_span(resting, sum, now_ns, true);
		begin_turn(warden, false, now_ns);
	} else if (resting->phase == YG_REST_AWAKE && now_ns - resting->mark.ns >= SPAN_NS) {
		tell_span(resting, sum, now_ns, true);
	} else if (resting->phase == YG_REST_ASLEEP && plan->awake) {
		begin_turn(warden, true, now_ns);
	}
}

/* How busy the wire is while the probes rest; told when that is long enough to mean something. */
static double pace_of(const struct yg_resting *resting, const struct yg_counters *sum,
		      uint64_t now_ns)
{
	struct yg_missed_span now = totals(sum, now_ns);

	now.ns -= resting->mark.ns;
	now.records -= resting->mark.records;
	if (resting->phase != YG_REST_ASLEEP || now.ns < PACE_NS)
		return 1;
	return yg_missed_pace(&resting->missed, &now);
}

/*
 * How far the room moves to what others leave now: they, too, are measured by the second, and what
 * one second says of them is not what the next will.
 */
static double room_step(const struct yg_warden *warden, uint64_t now_ns)
{
	const struct yg_resting *resting = &warden->resting;
	const struct yg_usage *usage = &warden->sampling.governor.usage;
	double left = usage->left > 0 ? usage->left : warden->sampling.options.budget;
	double room = yg_rest_room(left, usage->analyzer);
	double span = (double)(now_ns - resting->ticked_ns) / ROOM_NS;

	return (room - resting->room) * (span < 1 ? span : 1);
}

void yg_resting_tick(struct yg_warden *warden, uint64_t now_ns)
{
	struct yg_resting *resting = &warden->resting;
	bool was_resting = resting->rest.is_resting, is_up = false;
	struct yg_rest_plan plan;
	struct yg_rest_look look;
	struct yg_counters sum;
	double step;

	if (resting->crew && yg_crew_is_done(resting->crew)) {
		end_turn(warden);
		is_up = resting->phase == YG_REST_AWAKE;
	}
	yg_counters_sum(&warden->sampling.counters, &sum);
	resting->requests = sum.tls.request;
	yg_price_look(&resting->price, warden->loader, &sum, now_ns,
		      resting->phase == YG_REST_AWAKE);
	if (resting->mark.ns == 0)
		resting->mark = totals(&sum, now_ns);
	step = room_step(warden, now_ns);
	average(resting, now_ns);
	if (resting->phase != YG_REST_AWAKE)
		resting->rested_ns = now_ns;
	resting->room += step;
	look = (struct yg_rest_look){
		.now_ns = now_ns,
		.cost_ns = resting->price.calls_ns,
		.room = resting->room,
		.turn_ns = resting->off_ns + resting->on_ns,
		.is_awake = resting->phase == YG_REST_AWAKE,
		.pace = pace_of(resting, &sum, now_ns),
		.may_rest = warden->options.tls_rest == YG_TLS_REST_AUTO && resting->file_count > 0,
	};
	plan = yg_rest_step(&resting->rest, &look);
	resting->due_ns = plan.due_ns;
	resting->share = plan.share;
	if (is_up) {
		tell_span(resting, &sum, now_ns, false);
		publish(warden, plan.share);
	}
	if (plan.share >= 1 && resting->phase == YG_REST_AWAKE)
		__atomic_store_n(&warden->control->awake, 0, __ATOMIC_RELEASE);
	measure_traps(warden);
	say_change(warden, was_resting);
	follow(warden, &plan, &sum, now_ns);
}

int yg_resting_wait(const struct yg_warden *warden, uint64_t now_ns, int most)
{
	const struct yg_resting *resting = &warden->resting;
	uint64_t left_ns = resting->due_ns > now_ns ? resting->due_ns - now_ns : 0;
	int wait_ms = most;

	if (resting->crew) /* what is due waits for it, and so do we: it needs the CPU */
		return most < CREW_MS ? most : CREW_MS;
	if (left_ns < (unsigned int)most * YG_NS_PER_MS)
		wait_ms = (int)((left_ns + YG_NS_PER_MS - 1) / YG_NS_PER_MS);
	return wait_ms;
}

void yg_resting_report(const struct yg_warden *warden, struct yg_rest_report *ret)
{
	const struct yg_resting *resting = &warden->resting;
	const struct yg_missed *missed = &resting->missed;

	*ret = (struct yg_rest_report){
		.state = resting->rest.is_resting ? "at times" : "no",
		.awake = resting->share,
		.rested_s = (double)missed->rest_ns / YG_NS_PER_S,
		.cores = resting->cores,
		.requests = resting->requests,
		.missed_records = missed->rest_records,
		.missed_bytes = missed->rest_bytes,
	};
	if (warden->options.tls_rest == YG_TLS_REST_NEVER)
		ret->state = "never";
	ret->missed = yg_missed_estimate(missed, &ret->missed_error);
}
