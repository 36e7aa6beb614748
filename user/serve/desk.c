/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/desk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "serve/private.h"

#define RETENTION_DAYS 90u
#define SAMPLE_DAYS    7u
#define STEP_MAX_MS    1000 /* time-outs and ticks are due once a second */
#define NS_PER_MS      1000000u
#define STEP_NS	       (60 * (int64_t)YG_NS_PER_SECOND) /* less is a clock that is put right */

static uint64_t mono(const struct yg_desk *desk)
{
	return desk->options.monotonic_ns(desk->options.ctx);
}

static uint64_t epoch(const struct yg_desk *desk)
{
	return desk->options.epoch_ns(desk->options.ctx);
}

static void note_store(void *ctx, int error, const char *cause)
{
	struct yg_desk *desk = ctx;

	desk->options.note(desk->options.ctx, error ? YG_LOG_ERROR : YG_LOG_INFO, "store", cause);
}

/* One line for every file that was moved aside since the last look. */
static void note_damage(struct yg_desk *desk)
{
	uint64_t damaged = yg_store_counters_view(desk->store)->damaged;

	if (damaged > desk->damaged_noted)
		desk->options.note(desk->options.ctx, YG_LOG_ERROR, "store",
				   "a database was damaged or of a later version: moved aside "
				   "(*.damaged, *.newer), began an empty one");
	desk->damaged_noted = damaged;
}

static int open_store(struct yg_desk *desk)
{
	const struct yg_store_options options = {
		.dir_fd = desk->options.state_fd,
		.retention_days = desk->options.retention_days ? desk->options.retention_days
							       : RETENTION_DAYS,
		.sample_days = desk->options.sample_days ? desk->options.sample_days : SAMPLE_DAYS,
	};
	int r = yg_store_new(&options, epoch(desk), &desk->store);

	if (r == 0)
		note_damage(desk);
	return r;
}

static int open_intake(struct yg_desk *desk)
{
	const struct yg_intake_options options = {
		.fds = { [YG_SENDER_WARDEN] = desk->options.warden_fd,
			 [YG_SENDER_ANALYZER] = desk->options.analyzer_fd },
		.store = desk->store,
		.status = desk->status,
		.note = note_store,
		.ctx = desk,
	};

	return yg_intake_new(&options, &desk->intake);
}

static int open_all(struct yg_desk *desk)
{
	int r = yg_json_new(&desk->json);

	if (r == 0)
		r = yg_status_new(&desk->status);
	if (r == 0)
		r = open_store(desk);
	if (r == 0)
		r = open_intake(desk);
	if (r == 0)
		r = yg_enforcer_new(desk->options.enforcer_fd, &desk->enforcer);
	if (r == 0)
		r = yg_http_new(desk->options.listen_fd, yg_route, desk, &desk->api);
	if (r == 0 && desk->options.metrics_fd >= 0)
		r = yg_http_new(desk->options.metrics_fd, yg_route_metrics, desk, &desk->metrics);
	return r;
}

int yg_desk_new(const struct yg_desk_options *options, struct yg_desk **ret)
{
	struct yg_desk *desk;
	int r;

	if (options->listen_fd < 0 || !options->epoch_ns || !options->monotonic_ns ||
	    !options->note)
		return -EINVAL;
	desk = calloc(1, sizeof(*desk));
	if (!desk)
		return -ENOMEM;
	desk->options = *options;
	desk->offset_ns = epoch(desk) - mono(desk);
	r = open_all(desk);
	if (r)
		yg_desk_free(&desk);
	else
		*ret = desk;
	return r;
}

void yg_desk_free(struct yg_desk **desk)
{
	struct yg_desk *old = *desk;

	if (!old)
		return;
	if (old->intake)
		yg_intake_flush(old->intake, mono(old), epoch(old), true);
	/* Who still waits for the enforcer is answered before the connections close. */
	yg_enforcer_free(&old->enforcer);
	if (old->api)
		yg_http_step(old->api);
	yg_http_free(&old->api);
	yg_http_free(&old->metrics);
	yg_intake_free(&old->intake);
	yg_store_free(&old->store);
	yg_status_free(&old->status);
	yg_json_free(&old->json);
	free(old);
	*desk = NULL;
}

/* Fds of a round; a negative one is not looked at. */
enum { SLOT_STOP, SLOT_WARDEN, SLOT_ANALYZER, SLOT_ENFORCER, SLOT_API, SLOT_METRICS, SLOT_MAX };

static void fill_slots(const struct yg_desk *desk, int stop_fd, struct pollfd *slots)
{
	short analyzer = yg_intake_wants_to_send(desk->intake) ? POLLIN | POLLOUT : POLLIN;

	slots[SLOT_STOP] = (struct pollfd){ stop_fd, POLLIN, 0 };
	slots[SLOT_WARDEN] =
		(struct pollfd){ yg_intake_fd(desk->intake, YG_SENDER_WARDEN), POLLIN, 0 };
	slots[SLOT_ANALYZER] =
		(struct pollfd){ yg_intake_fd(desk->intake, YG_SENDER_ANALYZER), analyzer, 0 };
	slots[SLOT_ENFORCER] = (struct pollfd){ yg_enforcer_fd(desk->enforcer), POLLIN, 0 };
	slots[SLOT_API] = (struct pollfd){ yg_http_fd(desk->api), POLLIN, 0 };
	slots[SLOT_METRICS] =
		(struct pollfd){ desk->metrics ? yg_http_fd(desk->metrics) : -1, POLLIN, 0 };
}

static int shorter(int a_ms, int b_ms)
{
	return b_ms >= 0 && b_ms < a_ms ? b_ms : a_ms;
}

static int wait_ms(const struct yg_desk *desk, int timeout_ms)
{
	uint64_t due_ns = yg_intake_due(desk->intake), now_ns = mono(desk);
	int ms = shorter(STEP_MAX_MS, timeout_ms);

	ms = shorter(ms, yg_http_timeout_ms(desk->api));
	if (desk->metrics)
		ms = shorter(ms, yg_http_timeout_ms(desk->metrics));
	if (due_ns <= now_ns)
		return 0;
	if (due_ns - now_ns < (uint64_t)ms * NS_PER_MS)
		ms = (int)((due_ns - now_ns) / NS_PER_MS) + 1;
	return ms;
}

/* The time of day, by the other clock. Slewing is followed from second to second. */
static void follow_clock(struct yg_desk *desk)
{
	uint64_t now_ns = mono(desk), offset_ns = epoch(desk) - now_ns;
	uint64_t before_ns = now_ns + desk->offset_ns;
	int64_t step_ns = (int64_t)(offset_ns - desk->offset_ns);
	char cause[96];
	int r;

	desk->offset_ns = offset_ns;
	if (step_ns > -STEP_NS && step_ns < STEP_NS)
		return;
	(void)snprintf(cause, sizeof(cause),
		       "the time of day was set %s by %llu s: nothing expires for a day",
		       step_ns < 0 ? "back" : "forward",
		       (unsigned long long)(step_ns < 0 ? -step_ns : step_ns) / YG_NS_PER_SECOND);
	desk->options.note(desk->options.ctx, YG_LOG_WARNING, "clock", cause);
	r = yg_store_step(desk->store, before_ns, now_ns + offset_ns);
	if (r)
		note_store(desk, -r, strerror(-r));
}

/* Expiry reads what nothing else does: it may be the first to see damage, and the only one. */
static void tick_store(struct yg_desk *desk)
{
	uint64_t epoch_ns = epoch(desk);
	int r = yg_store_tick(desk->store, epoch_ns);

	if (r == -EBUSY)
		return; /* another process reads the file: again in a second */
	if (r != desk->tick_error)
		note_store(desk, -r, r ? strerror(-r) : "works again");
	desk->tick_error = r;
	if (r == -EUCLEAN && yg_store_recover(desk->store, epoch_ns) == 0)
		desk->tick_error = 0;
	note_damage(desk);
}

/* What is due by time. */
static void tick(struct yg_desk *desk, uint64_t now_ns)
{
	if (now_ns >= desk->tick_ns) {
		desk->tick_ns = now_ns + YG_NS_PER_SECOND;
		follow_clock(desk);
		tick_store(desk);
	}
	if (now_ns >= desk->reconcile_ns)
		yg_blocks_reconcile(desk);
}

static void serve(struct yg_desk *desk, bool asked)
{
	uint64_t now_ns = mono(desk);

	yg_intake_receive(desk->intake, YG_SENDER_WARDEN, now_ns);
	yg_intake_receive(desk->intake, YG_SENDER_ANALYZER, now_ns);
	yg_intake_send(desk->intake);
	/* Who asks now sees what has come until now. */
	yg_intake_flush(desk->intake, now_ns, epoch(desk), asked);
	yg_enforcer_step(desk->enforcer, now_ns);
	yg_http_step(desk->api);
	if (desk->metrics)
		yg_http_step(desk->metrics);
	tick(desk, now_ns);
}

static int step(struct yg_desk *desk, int stop_fd, int timeout_ms, bool *ret_stop)
{
	struct pollfd slots[SLOT_MAX];
	int n;

	fill_slots(desk, stop_fd, slots);
	n = poll(slots, SLOT_MAX, wait_ms(desk, timeout_ms));
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	*ret_stop = slots[SLOT_STOP].revents != 0;
	serve(desk, n > 0 && slots[SLOT_API].revents);
	return 0;
}

int yg_desk_step(struct yg_desk *desk, int timeout_ms)
{
	bool stop = false;

	return step(desk, -1, timeout_ms, &stop);
}

int yg_desk_run(struct yg_desk *desk, int stop_fd)
{
	bool stop = false;
	int r = 0;

	while (r == 0 && !stop)
		r = step(desk, stop_fd, STEP_MAX_MS, &stop);
	return r;
}

void yg_desk_counters(const struct yg_desk *desk, yg_desk_counter_fn fn, void *ctx)
{
	const struct yg_intake_counters *intake = yg_intake_counters_view(desk->intake);
	const struct yg_store_counters *store = yg_store_counters_view(desk->store);

#define INTAKE_ROW(name, help) fn(ctx, "desk", #name, intake->name, help);
	YG_INTAKE_COUNTERS(INTAKE_ROW)
#undef INTAKE_ROW
	fn(ctx, "desk", "lost_row", yg_status_lost(desk->status), "status rows that did not fit");
	fn(ctx, "desk", "lost_reply", yg_enforcer_strays(desk->enforcer),
	   "answers of the enforcer that nobody waited for");
	fn(ctx, "desk", "requests", yg_http_count(desk->api), "requests to the API");
	fn(ctx, "desk", "denied", desk->denied, "requests of those who may not");
#define STORE_ROW(name, help) fn(ctx, "store", #name, store->name, help);
	YG_STORE_COUNTERS(STORE_ROW)
#undef STORE_ROW
}
